// Tops that must be merged tree by tree, tried in every order: what any of them adds, deletes or makes another kind of thing. A plain
// file, one that all of them only change, no merge of these can rename or delete: those are composed by themselves, and laid over the end.
// Merged one after another, lines that repeat may go one way or another with the order, and that says nothing about renames.
import type { Oid, PathBytes } from '../bytes.ts';
import { type Change, type Changes, type PathConflict, between, formatOf, isRegular } from '../changes.ts';
import type { Contents } from '../contents.ts';
import type { Similarities } from '../treeMerge/merge.ts';
import type { Variant } from './interplay.ts';
import { type Failing, MERGES_AT_ONCE, Orders } from './orders.ts';
import { type SegmentGraph, TreeChain } from './treeChain.ts';

/**
 * `apart`: plain files are left out. `tied`: they are left in, as what they will be in the end, because one rename is as good as another, and which
 * git takes depends on the folders that are touched. `whole`: nothing is plain, because what lies below conflicts, or is shared crosswise.
 */
export type How = 'apart' | 'tied' | 'whole';

/** `core`: tops, ascending. `differs`: all orders of it are merged, but not to the same. */
export interface GroupFailure { readonly state: Failing; readonly core: readonly number[]; readonly places: readonly PathConflict[]; readonly differs: boolean }

const NOTHING: Changes = new Map<PathBytes, Change>();
const NO_REGIONS = new Int32Array(0);

/** Keeps the merges it has made from one wave to the next. */
export class Group {
  readonly #graph: SegmentGraph;
  readonly #tops: readonly number[];
  readonly #plain: Changes;
  readonly #chain: TreeChain;
  readonly #orders: Orders<Changes, readonly PathConflict[]>;

  /** `plain`: what the plain files of these come to, told of a graph that has nothing else; asked once. */
  constructor(contents: Contents, graph: SegmentGraph, similarities: Similarities, tops: readonly number[], how: How, plain: (of: SegmentGraph) => Changes) {
    this.#graph = graph;
    this.#tops = tops;
    const isPlain = how === 'whole' ? () => false : plainPaths(graph, tops);
    this.#plain = how === 'whole' ? NOTHING : plain(part(graph, (path, change) => (isPlain(path) ? change : null)));
    this.#chain = new TreeChain(contents, how === 'whole' ? graph : part(graph, (path, change) => (!isPlain(path) ? change : how === 'tied' ? this.#plain.get(path) ?? null : null)), similarities);
    this.#orders = new Orders(this.#chain.over(tops), MERGES_AT_ONCE);
  }

  decide(): { readonly changes: Changes } | GroupFailure {
    const decision = this.#orders.decide();
    if (decision.state === 'clean') return { changes: this.#plain.size === 0 ? decision.head : new Map([...decision.head, ...this.#plain]) };
    const { state, core, refusal, ends } = this.#chain.placed(this.#tops, decision);
    return { state, core, places: refusal ?? differences(ends[0]!, ends[1]!), differs: refusal === null };
  }

  /** Added files as some merge made them, that are not among these nor among what the tops themselves add. */
  variants(known: readonly Variant[]): Variant[] {
    const out: Variant[] = [];
    const seen = new Map<PathBytes, Set<Oid>>();
    const knownOf = (path: PathBytes): Set<Oid> => new Set([...this.#tops.flatMap((t) => this.#graph.changes(t).get(path)?.after?.oid ?? []), ...known.flatMap((v) => (v.path === path ? v.entry.oid : []))]);
    for (const head of this.#orders.heads()) for (const [path, { before, after }] of head) {
      if (before !== null || after === null) continue;
      let here = seen.get(path);
      if (here === undefined) seen.set(path, here = knownOf(path));
      if (here.has(after.oid)) continue;
      here.add(after.oid);
      out.push({ path, entry: after, top: this.#tops[0]! });
    }
    return out;
  }
}

function plainPaths(graph: SegmentGraph, tops: readonly number[]): (path: PathBytes) => boolean {
  const moved = new Set<PathBytes>();
  for (const s of new Set(tops.flatMap((top) => [...graph.closure(top)]))) for (const [path, { before, after }] of graph.changes(s)) {
    if (before === null || after === null || formatOf(before.mode) !== formatOf(after.mode)) moved.add(path);
  }
  return (path) => !moved.has(path);
}

/** The same segments with some of their changes. */
function part(graph: SegmentGraph, wanted: (path: PathBytes, change: Change) => Change | null): SegmentGraph {
  const parts = new Map<number, Changes>();
  const changes = (s: number): Changes => {
    let some = parts.get(s);
    if (some === undefined) {
      const out = new Map<PathBytes, Change>();
      for (const [path, change] of graph.changes(s)) { const own = wanted(path, change); if (own !== null) out.set(path, own); }
      parts.set(s, some = out);
    }
    return some;
  };
  return { base: graph.base, tip: (s) => graph.tip(s), closure: (s) => graph.closure(s), changes };
}

/** Where two trees that should be one differ. */
function differences(one: Changes, other: Changes): PathConflict[] {
  return [...between(one, other)].sort(([x], [y]) => (x < y ? -1 : 1)).map(([path, { before, after }]) => ({
    path, kind: before === null || after === null ? 'rename/delete' : isRegular(before) === isRegular(after) ? 'content' : 'type', regions: NO_REGIONS,
  }));
}
