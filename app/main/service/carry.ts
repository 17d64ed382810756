// Carrying tips onto the base (design.md §2, Carried onto the base): one three-way merge of trees from the tip's merge base.
// Renames are delete + add in this version; where a possible rename meets the other side, the answer is "not yet exact"
// (docs/decisions/0005). The base's side is looked up path by path: a branch costs what it touches, not how old it is.
import { type Oid, type PathBytes, display } from '../../core/bytes.ts';
import { type Change, type Changes, type PathConflict, ancestors, isRegular, mergeInto, sameEntry } from '../../core/changes.ts';
import type { Contents } from '../../core/contents.ts';
import { AcumenError } from '../../core/errors.ts';
import type { Rename } from '../../core/model.ts';
import { type Commit, type Entry, Mode, type RepositoryReader } from '../../core/repository.ts';
import { mayRename, sizesMayRename } from '../../core/similarity.ts';
import { treeDiff } from '../git/history.ts';
import { Lookup } from './lookup.ts';

export type Carried =
  | { readonly kind: 'exact'; readonly changes: Changes; readonly renames: readonly Rename[] }
  | { readonly kind: 'stale'; readonly own: Changes; readonly conflicts: readonly PathConflict[] }
  | { readonly kind: 'inexact'; readonly own: Changes; readonly reason: string };

const NOTHING: Changes = new Map<PathBytes, Change>();
/** deletions × additions beyond which every deletion is taken for a possible rename; git has such a limit too (merge.renameLimit) */
const RENAME_PAIRS = 100_000;

export class Carrier {
  readonly #reader: RepositoryReader;
  readonly #contents: Contents;
  readonly #base: Commit;
  readonly #lookup: Lookup;
  /** "deleted added" → might git call it a rename? */
  readonly #similar = new Map<string, boolean>();
  readonly #baseSides = new Map<Oid, Promise<Changes>>();

  constructor(reader: RepositoryReader, contents: Contents, base: Commit) {
    this.#reader = reader;
    this.#contents = contents;
    this.#base = base;
    this.#lookup = new Lookup(reader);
  }

  async carry(tip: Commit, mergeBases: readonly Oid[]): Promise<Carried> {
    if (mergeBases.length === 0) return { kind: 'inexact', own: NOTHING, reason: 'it shares no history with the base' };
    try {
      const from = await this.#reader.commit(mergeBases[0]!);
      const own: Changes = await treeDiff(this.#reader, from.tree, tip.tree);
      if (mergeBases.length > 1) return { kind: 'inexact', own, reason: 'it has several merge bases with the base' };
      if (from.oid === this.#base.oid) return { kind: 'exact', changes: own, renames: await this.possibleRenames(own) };
      const met = await this.#renamesMet(from, tip, own);
      if (met !== null) return { kind: 'inexact', own, reason: met };
      const { changes, conflicts } = await mergeInto(this.#contents, await this.#baseSide(from, own), own);
      if (conflicts.length > 0) return { kind: 'stale', own, conflicts };
      return { kind: 'exact', changes, renames: await this.possibleRenames(changes) };
    } catch (error) {
      if (!(error instanceof AcumenError) || error.code !== 'missing-object') throw error;
      return { kind: 'inexact', own: NOTHING, reason: `${error.message} ${error.hint}` };
    }
  }

  /** The base's changes since `from`, as far as they can meet `own`: its paths, and files where `own` has directories or reverse. */
  async #baseSide(from: Commit, own: Changes): Promise<Changes> {
    const side = new Map<PathBytes, Change>();
    const note = async (path: PathBytes): Promise<void> => {
      if (side.has(path)) return;
      const before = await this.#lookup.file(from.tree, path), after = await this.#lookup.file(this.#base.tree, path);
      if (!sameEntry(before, after)) side.set(path, { before, after });
    };
    for (const [path, c] of own) {
      await note(path);
      if (c.before !== null || c.after === null) continue;
      for (const dir of ancestors(path)) await note(dir);
      if ((await this.#lookup.at(this.#base.tree, path))?.mode === Mode.tree) for await (const under of this.#lookup.files(this.#base.tree, path)) await note(under);
    }
    return side;
  }

  /** Deleted and added files that git might pair as renames, with the directories that are gone with them. */
  async possibleRenames(changes: Changes): Promise<Rename[]> {
    const pairs = await this.#pairs(changes, gonePaths(changes), newPaths(changes));
    const gone = new Map<PathBytes, boolean>();
    const out: Rename[] = [];
    for (const { from, to } of pairs) {
      const emptied: PathBytes[] = [];
      for (const dir of ancestors(from)) {
        if (!gone.has(dir)) gone.set(dir, await this.#isGone(dir, changes));
        if (gone.get(dir)) emptied.push(dir);
      }
      out.push({ from, to, emptied });
    }
    return out;
  }

  /** Do these changes of the base leave nothing of a directory? */
  async #isGone(dir: PathBytes, changes: Changes): Promise<boolean> {
    for (const [path, c] of changes) if (c.after !== null && path.startsWith(`${dir}/`)) return false;
    for await (const path of this.#lookup.files(this.#base.tree, dir)) if (!changes.has(path)) return false;
    return true;
  }

  async #pairs(changes: Changes, deleted: readonly PathBytes[], added: readonly PathBytes[]): Promise<{ from: PathBytes; to: PathBytes }[]> {
    if (deleted.length === 0 || added.length === 0) return [];
    if (deleted.length * added.length > RENAME_PAIRS) return deleted.map((from) => ({ from, to: added[0]! }));
    const from = deleted.map((p) => changes.get(p)!.before!), to = added.map((p) => changes.get(p)!.after!);
    const files = (entries: readonly Entry[]): Oid[] => [...new Set(entries.filter(isRegular).map((e) => e.oid))];
    await this.#compare(files(from), files(to));
    // links and submodules are renames only where mode and id are equal
    const alike = (a: Entry, b: Entry): boolean => (isRegular(a) && isRegular(b) ? this.#similar.get(`${a.oid} ${b.oid}`)! : sameEntry(a, b));
    return deleted.flatMap((p, i) => added.filter((_, j) => alike(from[i]!, to[j]!)).map((q) => ({ from: p, to: q })));
  }

  /** Fills `#similar` for these blobs; each pair of contents is compared once, and read only where sizes leave it open. */
  async #compare(from: readonly Oid[], to: readonly Oid[]): Promise<void> {
    const sizes = new Map<Oid, number>();
    for (const oid of [...from, ...to]) if (!sizes.has(oid)) sizes.set(oid, await this.#contents.size(oid));
    const targets = new Set<Oid>(), sources = new Set<Oid>();
    for (const a of from) for (const b of to) {
      const key = `${a} ${b}`;
      if (this.#similar.has(key)) continue;
      const open = a !== b && sizesMayRename(sizes.get(a)!, sizes.get(b)!);
      this.#similar.set(key, a === b && sizes.get(a)! > 0);
      if (open) { sources.add(a); targets.add(b); }
    }
    if (sources.size === 0) return;
    const candidate = async (oid: Oid) => {
      const bytes = await this.#contents.bytes(oid);
      return { oid, size: bytes.length, bytes: () => bytes };
    };
    const left = await Promise.all([...sources].map(candidate)), right = await Promise.all([...targets].map(candidate));
    for (const [i, j] of mayRename(left, right)) this.#similar.set(`${left[i]!.oid} ${right[j]!.oid}`, true);
  }

  /** A sentence where a possible rename of one side meets an edit of the other, else null. */
  async #renamesMet(from: Commit, tip: Commit, own: Changes): Promise<string | null> {
    const say = (r: { from: PathBytes; to: PathBytes }): string => `a possible rename of ${display(r.from)} to ${display(r.to)} meets the other side`;
    const baseTouches = async (path: PathBytes): Promise<boolean> =>
      !sameEntry(await this.#lookup.file(from.tree, path), await this.#lookup.file(this.#base.tree, path));
    for (const r of await this.#pairs(own, gonePaths(own), newPaths(own))) {
      if (await baseTouches(r.from) || await baseTouches(r.to)) return say(r);
      for (const dir of ancestors(r.from)) {
        if (await this.#lookup.at(tip.tree, dir) !== null) continue;
        const had = await this.#lookup.namesIn(from.tree, dir);
        const has = await this.#lookup.namesIn(this.#base.tree, dir);
        if ([...has].some((name) => !had.has(name))) return say(r);
      }
    }
    // of the base's own renames only those matter whose file this side touches, or whose directory is gone and this side adds to
    const relevant = new Set<PathBytes>();
    const goneDirectories: PathBytes[] = [];
    for (const [path, c] of own) {
      if (c.before !== null && await this.#lookup.file(this.#base.tree, path) === null) relevant.add(path);
      const dir = path.slice(0, Math.max(0, path.lastIndexOf('/'))) as PathBytes;
      if (c.before === null && dir !== '' && (await this.#lookup.at(from.tree, dir))?.mode === Mode.tree
        && (await this.#lookup.at(this.#base.tree, dir))?.mode !== Mode.tree) goneDirectories.push(dir);
    }
    if (relevant.size === 0 && goneDirectories.length === 0) return null;
    const side = await this.#wholeBaseSide(from);
    for (const [path, c] of side) {
      if (c.after === null && goneDirectories.some((dir) => path.startsWith(`${dir}/`))) relevant.add(path);
    }
    const [first] = await this.#pairs(side, [...relevant], newPaths(side));
    return first === undefined ? null : say(first);
  }

  #wholeBaseSide(from: Commit): Promise<Changes> {
    let side = this.#baseSides.get(from.tree);
    if (!side) { side = treeDiff(this.#reader, from.tree, this.#base.tree); this.#baseSides.set(from.tree, side); }
    return side;
  }
}

const gonePaths = (changes: Changes): PathBytes[] => [...changes].filter(([, c]) => c.after === null).map(([path]) => path);
const newPaths = (changes: Changes): PathBytes[] => [...changes].filter(([, c]) => c.before === null).map(([path]) => path);
