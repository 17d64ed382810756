// Carrying tips onto the base (design.md §2, Carried onto the base): one three-way merge of trees from the tip's merge base.
// Renames are delete + add in this version; where a possible rename meets the other side, the answer is "not yet exact".
import { type Oid, type PathBytes, display } from '../../core/bytes.ts';
import { Added, type Change, type Changes, type PathConflict, ancestors, isRegular, mergeInto } from '../../core/changes.ts';
import type { Contents } from '../../core/contents.ts';
import { AcumenError } from '../../core/errors.ts';
import type { Commit, RepositoryReader } from '../../core/repository.ts';
import { mayRename } from '../../core/similarity.ts';
import { treeDiff } from '../git/history.ts';

export interface Rename { readonly from: PathBytes; readonly to: PathBytes }

export type Carried =
  | { readonly kind: 'exact'; readonly changes: Changes; readonly renames: readonly Rename[] }
  | { readonly kind: 'stale'; readonly own: Changes; readonly conflicts: readonly PathConflict[] }
  | { readonly kind: 'inexact'; readonly own: Changes; readonly reason: string };

interface BaseSide { readonly changes: Changes; readonly added: Added }

const NOTHING: Changes = new Map<PathBytes, Change>();
/** deletions × additions beyond which every pair is taken for a possible rename; git has such a limit too (merge.renameLimit) */
const RENAME_PAIRS = 250_000;

export class Carrier {
  readonly #reader: RepositoryReader;
  readonly #contents: Contents;
  readonly #base: Commit;
  readonly #baseSides = new Map<Oid, Promise<BaseSide>>();

  constructor(reader: RepositoryReader, contents: Contents, base: Commit) {
    this.#reader = reader;
    this.#contents = contents;
    this.#base = base;
  }

  async carry(tip: Commit, mergeBases: readonly Oid[]): Promise<Carried> {
    if (mergeBases.length === 0) return { kind: 'inexact', own: NOTHING, reason: 'it shares no history with the base' };
    try {
      const from = await this.#reader.commit(mergeBases[0]!);
      const own: Changes = await treeDiff(this.#reader, from.tree, tip.tree);
      if (mergeBases.length > 1) return { kind: 'inexact', own, reason: 'it has several merge bases with the base' };
      const renames = await this.possibleRenames(own);
      if (from.oid === this.#base.oid) return { kind: 'exact', changes: own, renames };
      const side = await this.#baseSide(from);
      const met = await this.#renamesMet(own, renames, side);
      if (met !== null) return { kind: 'inexact', own, reason: met };
      const { changes, conflicts } = await mergeInto(this.#contents, side.changes, own, side.added);
      if (conflicts.length > 0) return { kind: 'stale', own, conflicts };
      return { kind: 'exact', changes, renames: await this.possibleRenames(changes) };
    } catch (error) {
      if (!(error instanceof AcumenError) || error.code !== 'missing-object') throw error;
      return { kind: 'inexact', own: NOTHING, reason: `${error.message} ${error.hint}` };
    }
  }

  #baseSide(from: Commit): Promise<BaseSide> {
    let side = this.#baseSides.get(from.oid);
    if (!side) {
      side = treeDiff(this.#reader, from.tree, this.#base.tree).then((changes) => ({ changes, added: new Added(changes) }));
      this.#baseSides.set(from.oid, side);
    }
    return side;
  }

  /** Deleted and added regular files that git might pair as renames. */
  async possibleRenames(changes: Changes): Promise<Rename[]> {
    const deleted: PathBytes[] = [], added: PathBytes[] = [];
    for (const [path, c] of changes) {
      if (c.after === null && isRegular(c.before)) deleted.push(path);
      else if (c.before === null && isRegular(c.after)) added.push(path);
    }
    return this.#pairs(changes, deleted, added);
  }

  async #pairs(changes: Changes, deleted: readonly PathBytes[], added: readonly PathBytes[]): Promise<Rename[]> {
    if (deleted.length === 0 || added.length === 0) return [];
    if (deleted.length * added.length > RENAME_PAIRS) return deleted.map((from) => ({ from, to: added[0]! }));
    const file = async (oid: Oid) => {
      const bytes = await this.#contents.bytes(oid);
      return { oid, size: bytes.length, bytes: () => bytes };
    };
    const from = await Promise.all(deleted.map((p) => file(changes.get(p)!.before!.oid)));
    const to = await Promise.all(added.map((p) => file(changes.get(p)!.after!.oid)));
    return mayRename(from, to).map(([i, j]) => ({ from: deleted[i]!, to: added[j]! }));
  }

  /** A sentence where a possible rename of one side meets an edit of the other, else null. */
  async #renamesMet(own: Changes, renames: readonly Rename[], side: BaseSide): Promise<string | null> {
    const say = (r: Rename): string => `a possible rename of ${display(r.from)} to ${display(r.to)} meets the other side`;
    const baseAddsIn = (dir: string): boolean => [...side.added.files].some((f) => f.slice(0, Math.max(0, f.lastIndexOf('/'))) === dir);
    for (const r of renames) {
      if (side.changes.has(r.from) || side.changes.has(r.to)) return say(r);
      if (['', ...ancestors(r.from)].some((dir) => !inside(dir, r.to) && baseAddsIn(dir))) return say(r);
    }
    // of the base's deletions only those matter that this side touches, or in whose directories it adds
    const addedIn = new Set<string>();
    for (const [path, c] of own) if (c.before === null) addedIn.add(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
    const relevant: PathBytes[] = [];
    for (const [path, c] of side.changes) {
      if (c.after !== null || !isRegular(c.before)) continue;
      if (own.has(path) || ['', ...ancestors(path)].some((dir) => addedIn.has(dir))) relevant.push(path);
    }
    if (relevant.length === 0) return null;
    const added = [...side.added.files].filter((p) => isRegular(side.changes.get(p)!.after));
    for (const r of await this.#pairs(side.changes, relevant, added)) {
      if (own.has(r.from) || [...ancestors(r.from), '' as PathBytes].some((dir) => addedIn.has(dir) && !inside(dir, r.to))) return say(r);
    }
    return null;
  }
}

/** Does `path` lie directly or deeper in the directory? The root ('') counts as a directory of its direct files only. */
function inside(dir: string, path: PathBytes): boolean {
  return dir === '' ? !path.includes('/') : path.startsWith(`${dir}/`);
}
