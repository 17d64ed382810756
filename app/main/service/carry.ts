// Carrying tips onto the base (design.md §2, Carried onto the base): one three-way merge of trees from the tip's merge base. The
// base's side is looked up path by path: a branch costs what it touches, not how old it is. Only where a rename could meet the other
// side are both sides looked at whole, and merged as git does (core/treeMerge, docs/decisions/0014); and where there are several merge
// bases, over what git makes of those (docs/decisions/0019).
import { LRUCache } from 'lru-cache';
import type { Oid, PathBytes } from '../../core/bytes.ts';
import { type Change, type Changes, type PathConflict, ancestors, between, isRegular, mergeInto, sameEntry } from '../../core/changes.ts';
import type { Contents } from '../../core/contents.ts';
import { hasTextsOf } from '../../core/edits.ts';
import { AcumenError } from '../../core/errors.ts';
import { Likeness, MOST_COMPARED } from '../../core/likeness.ts';
import type { Rename } from '../../core/model.ts';
import { type Commit, Mode } from '../../core/repository.ts';
import { type Ancestor, Ancestors } from '../../core/treeMerge/ancestor.ts';
import { Similarities, mergeTrees } from '../../core/treeMerge/merge.ts';
import { MOST_MERGES } from '../git/ancestors.ts';
import type { Trees } from '../git/trees.ts';

export type Carried =
  | { readonly kind: 'exact'; readonly changes: Changes; readonly renames: readonly Rename[] }
  | { readonly kind: 'stale'; readonly own: Changes; readonly conflicts: readonly PathConflict[] }
  | { readonly kind: 'inexact'; readonly own: Changes; readonly reason: string };

export const NO_COMMON_HISTORY = 'it shares no history with the base';

/** What lies with one branch's objects and says nothing of the others. */
export function isUnreadable(error: unknown): error is AcumenError {
  return error instanceof AcumenError && (error.code === 'missing-object' || error.code === 'corrupt-object' || error.code === 'hostile-name' || error.code === 'too-large');
}

const NOTHING: Changes = new Map<PathBytes, Change>();
/** What is kept of the base's sides that are met again: paths. */
const SIDE_PATHS = 200_000;

interface BaseSide {
  readonly changes: Changes;
  readonly added: readonly PathBytes[];
  /** of deleted paths, so far as asked: might git pair it with an addition? */
  readonly renamed: Map<PathBytes, boolean>;
}

/** Stops, as core/waves.ts says, where trees or contents are lacking; nothing is changed by then. */
export class Carrier {
  readonly #trees: Trees;
  readonly #contents: Contents;
  readonly #base: Commit;
  readonly #likeness: Likeness;
  /** by merge base's tree: what the base changed since */
  readonly #baseSides = new LRUCache<Oid, BaseSide>({ maxSize: SIDE_PATHS, sizeCalculation: ({ changes }) => changes.size + 1 });

  readonly #similarities: Similarities;
  readonly #ancestors: Ancestors;

  constructor(trees: Trees, contents: Contents, base: Commit) {
    this.#trees = trees;
    this.#contents = contents;
    this.#base = base;
    this.#likeness = new Likeness(contents);
    this.#similarities = new Similarities(contents);
    this.#ancestors = new Ancestors(trees, contents, this.#similarities);
  }

  /**
   * Whether what `carry` is sure to need is here, with the texts of what it finds; what is not has been noted as lacking. Asking so spares
   * `carry` most of its stops. True where there is more to it: it says itself what it lacks.
   */
  isReady(tip: Commit, mergeBases: readonly (Commit | AcumenError)[]): boolean {
    const [from] = mergeBases;
    if (mergeBases.length !== 1 || from === undefined || from instanceof AcumenError) return true;
    try {
      if (!this.#trees.canDiff(from.tree, tip.tree)) return false;
      if (from.oid !== this.#base.oid) return true;
      const changes = this.#trees.diff(from.tree, tip.tree);
      const hasSizes = this.#hasSizes(changes);
      return hasTextsOf(this.#contents, changes) && hasSizes;
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      return true;
    }
  }

  /** Of what may be renamed. */
  #hasSizes(changes: Changes): boolean {
    const deleted: Oid[] = [], added: Oid[] = [];
    for (const { before, after } of changes.values()) {
      if (after === null && isRegular(before)) deleted.push(before!.oid);
      if (before === null && isRegular(after)) added.push(after!.oid);
    }
    if (deleted.length === 0 || added.length === 0 || deleted.length * added.length > MOST_COMPARED) return true;
    return this.#contents.hasSizes([...deleted, ...added]);
  }

  /**
   * `mergeBases`: with the base; the first is the newest. Where there are several, `ancestor` says how they become one; undefined: they
   * take more merges than we make. What stands in the place of a commit that cannot be read is thrown.
   */
  carry(tip: Commit, mergeBases: readonly (Commit | AcumenError)[], ancestor?: Ancestor | AcumenError): Carried {
    const [from] = mergeBases;
    if (from === undefined) return { kind: 'inexact', own: NOTHING, reason: NO_COMMON_HISTORY };
    try {
      if (from instanceof AcumenError) throw from;
      const own = this.#trees.diff(from.tree, tip.tree);
      if (mergeBases.length > 1) return this.#carryCrossed(tip, own, ancestor);
      if (from.oid === this.#base.oid) return { kind: 'exact', changes: own, renames: this.possibleRenames(own) };
      this.#trees.needPaths([from.tree, this.#base.tree], own.keys());
      const { changes, conflicts } = this.#renamesMeet(from, tip, own) ? this.#mergeTrees(from, own) : mergeInto(this.#contents, this.#baseSide(from, own), own);
      if (conflicts.length > 0) return { kind: 'stale', own, conflicts };
      return { kind: 'exact', changes, renames: this.possibleRenames(changes) };
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      return { kind: 'inexact', own: NOTHING, reason: `${error.message} ${error.hint}` };
    }
  }

  /** Over the merge of several merge bases. `own`: since the newest of them, for a person to read, also where no more can be told. */
  #carryCrossed(tip: Commit, own: Changes, ancestor: Ancestor | AcumenError | undefined): Carried {
    if (ancestor === undefined) {
      return { kind: 'inexact', own, reason: `it and the base were merged into each other so often that finding what they have in common takes more than ${MOST_MERGES} merges` };
    }
    try {
      if (ancestor instanceof AcumenError) throw ancestor;
      return this.#carryOver(ancestor, tip, own);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      return { kind: 'inexact', own, reason: `what it has in common with the base cannot be found: ${error.message} ${error.hint}` };
    }
  }

  #carryOver(ancestor: Ancestor, tip: Commit, own: Changes): Carried {
    const from = this.#ancestors.tree(ancestor);
    const ours = this.#ancestors.changes(from, { root: this.#base.tree, changes: NOTHING });
    const theirs = this.#ancestors.changes(from, { root: tip.tree, changes: NOTHING });
    const merged = mergeTrees(this.#contents, this.#ancestors.baseTree(from), ours, theirs, this.#similarities);
    if (merged.conflicts.length > 0) return { kind: 'stale', own, conflicts: merged.conflicts };
    const changes = between(ours, merged.changes);
    return { kind: 'exact', changes, renames: this.possibleRenames(changes) };
  }

  /** base → the merge of both sides since `from` */
  #mergeTrees(from: Commit, own: Changes): { changes: Changes; conflicts: readonly PathConflict[] } {
    const ours = this.#sideSince(from).changes;
    const { changes, conflicts } = mergeTrees(this.#contents, this.#trees.under(from.tree), ours, own, this.#similarities);
    return { changes: between(ours, changes), conflicts };
  }

  /** The base's changes since `from`, as far as they can meet `own`: its paths, and files where `own` has directories or reverse. */
  #baseSide(from: Commit, own: Changes): Changes {
    const side = new Map<PathBytes, Change>();
    const note = (path: PathBytes): void => {
      if (side.has(path)) return;
      const before = this.#trees.file(from.tree, path), after = this.#trees.file(this.#base.tree, path);
      if (!sameEntry(before, after)) side.set(path, { before, after });
    };
    for (const [path, c] of own) {
      note(path);
      if (c.before !== null || c.after === null) continue;
      for (const dir of ancestors(path)) note(dir);
      if (this.#trees.at(this.#base.tree, path)?.mode === Mode.tree) for (const under of this.#trees.filesUnder(this.#base.tree, path)) note(under);
    }
    return side;
  }

  /** Deleted and added files that git might pair as renames, with the directories that are gone with them. */
  possibleRenames(changes: Changes): Rename[] {
    const pairs = this.#pairs(changes, gonePaths(changes), newPaths(changes));
    const gone = new Map<PathBytes, boolean>();
    const out: Rename[] = [];
    for (const { from, to } of pairs) {
      const emptied: PathBytes[] = [];
      for (const dir of ancestors(from)) {
        if (!gone.has(dir)) gone.set(dir, this.#isGone(dir, changes));
        if (gone.get(dir)) emptied.push(dir);
      }
      out.push({ from, to, emptied });
    }
    return out;
  }

  /** Do these changes of the base leave nothing of a directory? */
  #isGone(dir: PathBytes, changes: Changes): boolean {
    for (const [path, c] of changes) if (c.after !== null && path.startsWith(`${dir}/`)) return false;
    return this.#trees.filesUnder(this.#base.tree, dir).every((path) => changes.has(path));
  }

  #pairs(changes: Changes, deleted: readonly PathBytes[], added: readonly PathBytes[]): { from: PathBytes; to: PathBytes }[] {
    if (deleted.length === 0 || added.length === 0) return [];
    if (deleted.length * added.length > MOST_COMPARED) return deleted.map((from) => ({ from, to: added[0]! }));
    const pairs = this.#likeness.pairs(deleted.map((p) => changes.get(p)!.before!), added.map((p) => changes.get(p)!.after!));
    return pairs.map(([i, j]) => ({ from: deleted[i]!, to: added[j]! }));
  }

  #sideSince(from: Commit): BaseSide {
    let side = this.#baseSides.get(from.tree);
    if (side === undefined) {
      const changes = this.#trees.diff(from.tree, this.#base.tree);
      this.#baseSides.set(from.tree, side = { changes, added: newPaths(changes), renamed: new Map() });
    }
    return side;
  }

  /** Might git pair one of these paths, gone in the base, with one that the base added? */
  #mayBeRenamed({ changes, added, renamed }: BaseSide, deleted: readonly PathBytes[]): boolean {
    if (deleted.length * added.length > MOST_COMPARED) return true;
    const unknown = deleted.filter((path) => !renamed.has(path));
    const found = new Set(this.#pairs(changes, unknown, added).map((r) => r.from));
    for (const path of unknown) renamed.set(path, found.has(path));
    return deleted.some((path) => renamed.get(path));
  }

  /** Could a rename of one side meet what the other did? Never false where git would find that one does. */
  #renamesMeet(from: Commit, tip: Commit, own: Changes): boolean {
    const baseTouches = (path: PathBytes): boolean => !sameEntry(this.#trees.file(from.tree, path), this.#trees.file(this.#base.tree, path));
    for (const r of this.#pairs(own, gonePaths(own), newPaths(own))) {
      if (baseTouches(r.from) || baseTouches(r.to)) return true;
      for (const dir of ancestors(r.from)) {
        if (this.#trees.at(tip.tree, dir) !== null) continue;
        const had = this.#trees.namesIn(from.tree, dir);
        const has = this.#trees.namesIn(this.#base.tree, dir);
        if ([...has].some((name) => !had.has(name))) return true;
      }
    }
    // of the base's own renames only those matter whose file this side touches, or whose directory is gone and this side adds to
    const relevant = new Set<PathBytes>();
    const goneDirectories: PathBytes[] = [];
    for (const [path, c] of own) {
      if (c.before !== null && this.#trees.file(this.#base.tree, path) === null) relevant.add(path);
      const dir = path.slice(0, Math.max(0, path.lastIndexOf('/'))) as PathBytes;
      if (c.before === null && dir !== '' && this.#trees.at(from.tree, dir)?.mode === Mode.tree
        && this.#trees.at(this.#base.tree, dir)?.mode !== Mode.tree) goneDirectories.push(dir);
    }
    if (relevant.size === 0 && goneDirectories.length === 0) return false;
    const side = this.#sideSince(from);
    for (const [path, c] of side.changes) {
      if (c.after === null && goneDirectories.some((dir) => path.startsWith(`${dir}/`))) relevant.add(path);
    }
    return this.#mayBeRenamed(side, [...relevant]);
  }
}

const gonePaths = (changes: Changes): PathBytes[] => pathsWithout(changes, 'after');
const newPaths = (changes: Changes): PathBytes[] => pathsWithout(changes, 'before');

function pathsWithout(changes: Changes, side: 'before' | 'after'): PathBytes[] {
  const out: PathBytes[] = [];
  for (const [path, change] of changes) if (change[side] === null) out.push(path);
  return out;
}
