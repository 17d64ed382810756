// Composing tops to one tree: git's chain of merges in one canonical order, over what each step shares with those before it
// (design.md §2, The oracle, "for sets"). The order is a function of the set, so the result is too (law 1).
import { type Changes, type PathConflict, between, followedBy, mergeInto } from './changes.ts';
import type { Contents } from './contents.ts';

/** What composing needs of segments, by index: lower segments have lower indices. */
export interface SegmentGraph {
  /** base → the segment's tree */
  changes(segment: number): Changes;
  /** the segment and all below it */
  closure(segment: number): ReadonlySet<number>;
}

export interface Composed {
  /** base → composed tree; at conflicting paths the tree has what the earlier tops made */
  readonly changes: Changes;
  readonly conflicts: readonly (PathConflict & { readonly top: number })[];
}

const NOTHING: Composed = { changes: new Map(), conflicts: [] };

export class Composer {
  readonly #contents: Contents;
  readonly #graph: SegmentGraph;
  readonly #done = new Map<string, Promise<Composed>>();

  constructor(contents: Contents, graph: SegmentGraph) { this.#contents = contents; this.#graph = graph; }

  /** `tops`: none below another. The order given does not matter. */
  compose(tops: readonly number[]): Promise<Composed> {
    const sorted = [...tops].sort((x, y) => x - y);
    if (sorted.length === 0) return Promise.resolve(NOTHING);
    if (sorted.length === 1) return Promise.resolve({ changes: this.#graph.changes(sorted[0]!), conflicts: [] });
    const key = sorted.join();
    let result = this.#done.get(key);
    if (!result) { result = this.#chain(sorted); this.#done.set(key, result); }
    return result;
  }

  async #chain(tops: readonly number[]): Promise<Composed> {
    let changes: Changes = this.#graph.changes(tops[0]!);
    const conflicts: (PathConflict & { top: number })[] = [];
    const covered = new Set(this.#graph.closure(tops[0]!));
    for (const top of tops.slice(1)) {
      const closure = this.#graph.closure(top);
      const shared = await this.compose(this.topsOf([...closure].filter((s) => covered.has(s))));
      const theirs = this.#graph.changes(top);
      const merged = await mergeInto(this.#contents, between(shared.changes, changes), between(shared.changes, theirs));
      for (const c of merged.conflicts) conflicts.push({ ...c, top });
      changes = followedBy(changes, merged.changes);
      for (const s of closure) covered.add(s);
    }
    return { changes, conflicts };
  }

  /** Those of a set that stand below no other of it, ascending. */
  topsOf(set: readonly number[]): number[] {
    return set.filter((s) => !set.some((o) => o !== s && this.#graph.closure(o).has(s))).sort((x, y) => x - y);
  }
}
