// The conflict graph from far away: one node for each source, stacked sources together. Which ACU belongs to which, what stands for
// them all, and the conflicts between them.
import { marks } from './marks.ts';
import type { Mark } from './marks.ts';
import { gravity, verdictOrder } from './conflictTable.ts';

/** ACUs by source or stack: those of group g are member[first[g] … first[g + 1]). */
export interface Groups {
  readonly count: number;
  /** the group of each ACU */
  readonly of: Int32Array;
  readonly first: Int32Array;
  readonly member: Int32Array;
  /** the source that names each group, its highest; −1 for an ACU of no source */
  readonly source: Int32Array;
}

/** Edges of a graph, whatever its nodes are. */
export interface Edges {
  readonly a: Int32Array; readonly b: Int32Array;
  /** index into `verdictOrder`; of what is drawn into `edgeLooks` (graphLook.ts), where what was decided comes last */
  readonly verdict: Uint8Array;
  /** bit k: a conflict of kind `conflictKinds[k]` is among them */
  readonly kinds: Uint16Array;
}

/**
 * An ACU belongs to the smallest source that has it, the first of equals. A source stands on another where that other has all it shares with
 * anybody below: they are one stack. A source that merges several others stands on none of them.
 * `sources`: the ACUs of each, by index.
 */
export function groupsOf(nodes: number, sources: readonly (readonly number[])[]): Groups {
  const home = new Int32Array(nodes).fill(-1);
  sources.forEach((acus, s) => { for (const i of acus) if (home[i] === -1 || acus.length < sources[home[i]!]!.length) home[i] = s; });
  const parent = Int32Array.from(sources, (_, s) => s);
  const find = (s: number): number => { while (parent[s] !== s) { parent[s] = parent[parent[s]!]!; s = parent[s]!; } return s; };
  const sets = new Map<number, ReadonlySet<number>>();
  sources.forEach((acus, s) => {
    let below = -1, shared = 0;
    for (const i of acus) {
      const h = home[i]!;
      if (h === s) continue;
      shared++;
      if (below === -1 || sources[h]!.length > sources[below]!.length) below = h;
    }
    if (below === -1 || shared === acus.length) return;
    let lower = sets.get(below);
    if (lower === undefined) sets.set(below, lower = new Set(sources[below]!));
    if (acus.every((i) => home[i] === s || lower.has(i))) parent[find(s)] = find(below);
  });

  const of = new Int32Array(nodes), named: number[] = [], group = new Map<number, number>();
  for (let i = 0; i < nodes; i++) {
    const h = home[i]!, key = h === -1 ? -1 - i : find(h);
    let g = group.get(key);
    if (g === undefined) { group.set(key, g = named.length); named.push(h); }
    of[i] = g;
    if (h !== -1 && sources[h]!.length > sources[named[g]!]!.length) named[g] = h;
  }
  const first = new Int32Array(named.length + 1);
  for (const g of of) first[g + 1]!++;
  for (let g = 0; g < named.length; g++) first[g + 1]! += first[g]!;
  const member = new Int32Array(nodes), next = first.slice();
  of.forEach((g, i) => { member[next[g]!++] = i; });
  return { count: named.length, of, first, member, source: Int32Array.from(named) };
}

/** Where each group stands: amid those of its ACUs that lie together, that is, in the partition that most of them are in. x and y of each. */
export function centresOf({ count, first, member }: Groups, positions: Float32Array, partition: Int32Array): Float32Array {
  const out = new Float32Array(2 * count);
  for (let g = 0; g < count; g++) {
    const members = member.subarray(first[g]!, first[g + 1]!), counts = new Map<number, number>();
    for (const i of members) counts.set(partition[i]!, (counts.get(partition[i]!) ?? 0) + 1);
    let home = partition[members[0]!]!;
    // a partition before what conflicts with nothing, which lies anywhere
    for (const [p, n] of counts) if (p !== -1 && (home === -1 || n > counts.get(home)!)) home = p;
    let x = 0, y = 0, n = 0;
    for (const i of members) if (partition[i] === home) { x += positions[2 * i]!; y += positions[2 * i + 1]!; n++; }
    out[2 * g] = x / n;
    out[2 * g + 1] = y / n;
  }
  return out;
}

/** Conflicts between groups, each pair once: the gravest verdict, all kinds. Those within a group are not among them. */
export function edgesBetween({ of, count }: Groups, { a, b, verdict, kinds }: Edges): Edges {
  const at = new Map<number, number>(), ends: number[] = [], verdicts: number[] = [], all: number[] = [];
  for (let e = 0; e < a.length; e++) {
    const g = of[a[e]!]!, h = of[b[e]!]!;
    if (g === h) continue;
    const key = Math.min(g, h) * count + Math.max(g, h);
    let i = at.get(key);
    if (i === undefined) { at.set(key, i = verdicts.length); ends.push(key); verdicts.push(verdict[e]!); all.push(0); }
    else if (rank(verdict[e]!) < rank(verdicts[i]!)) verdicts[i] = verdict[e]!;
    all[i]! |= kinds[e]!;
  }
  const sorted = ends.map((_, i) => i).sort((i, j) => ends[i]! - ends[j]!);
  return {
    a: Int32Array.from(sorted, (i) => Math.floor(ends[i]! / count)), b: Int32Array.from(sorted, (i) => ends[i]! % count),
    verdict: Uint8Array.from(sorted, (i) => verdicts[i]!), kinds: Uint16Array.from(sorted, (i) => all[i]!),
  };
}

/** The edge between two nodes, by halving: edges are in the order of their lower end, then of their higher; −1: there is none. */
export function edgeAt({ a, b }: Pick<Edges, 'a' | 'b'>, i: number, j: number): number {
  const low = Math.min(i, j), high = Math.max(i, j);
  let from = 0, to = a.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (a[middle]! < low || (a[middle] === low && b[middle]! < high)) from = middle + 1; else to = middle;
  }
  return a[from] === low && b[from] === high ? from : -1;
}

const ranks = verdictOrder.map((verdict) => gravity.indexOf(verdict));
/** What was decided is less grave than any verdict. */
const rank = (look: number): number => ranks[look] ?? ranks.length;

/** What a group is to the composition: all in it, else what taking the rest would meet first; needs that its own ACUs answer are none. */
const gravest: readonly Mark[] = ['unknown', 'conflicts', 'order', 'unable', 'stale', 'inexact', 'fits', 'needs', 'in'];
const order = Uint8Array.from(marks, (mark) => { const at = gravest.indexOf(mark); return at < 0 ? gravest.length : at; });
export function marksOf({ count, of }: Groups, mark: Uint8Array): Uint8Array {
  const out = new Uint8Array(count).fill(marks.indexOf('in'));
  for (let i = 0; i < of.length; i++) if (order[mark[i]!]! < order[out[of[i]!]!]!) out[of[i]!] = mark[i]!;
  return out;
}
