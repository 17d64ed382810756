// git's chain of merges over tops, tree by tree: each top is merged into what came before it over what it shares with that
// (design.md §2, The oracle, "for sets"). The order is the caller's (orders.ts).
import type { PathBytes } from '../bytes.ts';
import { type Change, type Changes, type PathConflict, between, followedBy, sameEntry } from '../changes.ts';
import type { Contents } from '../contents.ts';
import type { Edit } from '../model.ts';
import { overlaidTree } from '../treeMerge/ancestor.ts';
import { type BaseTree, type Similarities, mergeTrees } from '../treeMerge/merge.ts';
import type { Chain, Decision } from './orders.ts';

/** What composing needs of segments, by index: lower segments have lower indices. */
export interface SegmentGraph {
  /** the base's tree, asked where renames meet; may stop as waves.ts describes */
  readonly base: BaseTree;
  /** base → the segment's tree */
  changes(segment: number): Changes;
  /** the segment and all below it */
  closure(segment: number): ReadonlySet<number>;
  /** orders segments, the same everywhere */
  tip(segment: number): string;
  /** finer grains only: the same number for segments that history connects; sets of one family are woven (grain/woven.ts) */
  family?(segment: number): number;
  /** finer grains only: its own edits, on what it requires; may stop as waves.ts describes */
  own?(segment: number): readonly Edit[];
}

const NOTHING: Changes = new Map<PathBytes, Change>();

export class TreeChain {
  readonly #contents: Contents;
  readonly #graph: SegmentGraph;
  readonly #similarities: Similarities;
  /** by the tops in common */
  readonly #common = new Map<string, { readonly changes: Changes; readonly base: BaseTree }>();

  constructor(contents: Contents, graph: SegmentGraph, similarities: Similarities) {
    this.#contents = contents;
    this.#graph = graph;
    this.#similarities = similarities;
  }

  /** Members are the tops in an order that does not depend on their indices. */
  over(tops: readonly number[]): Chain<Changes, readonly PathConflict[]> {
    const members = this.#members(tops);
    return {
      size: members.length,
      work: members.reduce((sum, top) => sum + this.#graph.changes(top).size, 0),
      first: (i) => this.#graph.changes(members[i]!),
      join: (head, before, i) => {
        const closure = this.#graph.closure(members[i]!);
        const covered = new Set(before.flatMap((m) => [...this.#graph.closure(members[m]!)]));
        const { changes, base } = this.#over(this.#topsOf([...closure].filter((s) => covered.has(s))), 1);
        const merged = mergeTrees(this.#contents, base, between(changes, head), between(changes, this.#graph.changes(members[i]!)), this.#similarities);
        return merged.conflicts.length > 0 ? { refusal: merged.conflicts } : { head: followedBy(changes, merged.changes) };
      },
      same: sameChanges,
    };
  }

  /** The decision with tops for members. */
  placed<D extends Exclude<Decision<Changes, readonly PathConflict[]>, { state: 'clean' }>>(tops: readonly number[], decision: D): D {
    const members = this.#members(tops);
    return { ...decision, core: decision.core.map((i) => members[i]!).sort((x, y) => x - y) };
  }

  #members(tops: readonly number[]): number[] {
    const key = (t: number): string => this.#graph.tip(t);
    return tops.toSorted((x, y) => (key(x) < key(y) ? -1 : 1));
  }

  #topsOf(set: readonly number[]): number[] {
    return this.#members(set.filter((s) => !set.some((o) => o !== s && this.#graph.closure(o).has(s))));
  }

  /** The tree that several tops have in common; of more than one it is what git makes of merge bases, conflicts and all (0019). */
  #over(tops: readonly number[], depth: number): { readonly changes: Changes; readonly base: BaseTree } {
    if (tops.length === 0) return { changes: NOTHING, base: this.#graph.base };
    const key = `${depth} ${tops.join()}`;
    let common = this.#common.get(key);
    if (common === undefined) {
      let changes = this.#graph.changes(tops[0]!);
      const covered = new Set(this.#graph.closure(tops[0]!));
      for (const top of tops.slice(1)) {
        const closure = this.#graph.closure(top);
        const over = this.#over(this.#topsOf([...closure].filter((s) => covered.has(s))), depth + 1);
        const merged = mergeTrees(this.#contents, over.base, between(over.changes, changes), between(over.changes, this.#graph.changes(top)), this.#similarities, depth);
        changes = followedBy(over.changes, merged.changes);
        for (const s of closure) covered.add(s);
      }
      const { base } = this.#graph;
      const trees = { isDirectory: (_: unknown, path: PathBytes) => base.isDirectory(path), filesUnder: (_: unknown, path: PathBytes) => base.filesUnder(path) };
      common = { changes, base: overlaidTree(trees, { root: '' as never, changes }) };
      this.#common.set(key, common);
    }
    return common;
  }
}

function sameChanges(a: Changes, b: Changes): boolean {
  if (a.size !== b.size) return false;
  for (const [path, { after }] of a) { const other = b.get(path); if (other === undefined || !sameEntry(after, other.after)) return false; }
  return true;
}
