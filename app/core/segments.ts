// Cutting the commits in flight into segments (design.md §2, Segment): maximal sets of commits outside the base that are
// reachable from the same sources and from the same heads of that set. Pure graph work on commit ids and parents.
import type { Oid } from './bytes.ts';
import { bug } from './errors.ts';

export interface GraphCommit { readonly oid: Oid; readonly parents: readonly Oid[] }

export interface CutSegment {
  /** the one head of the set: its key */
  readonly tip: Oid;
  readonly commits: readonly Oid[];
  /** indices (into the result) of the lower segments nothing else below this one contains, ascending */
  readonly lower: readonly number[];
  /** indices of all segments below, ascending */
  readonly below: readonly number[];
  /** indices of the sources that reach it, ascending */
  readonly sources: readonly number[];
}

/** The commits by number, children before parents, and their parents among them. */
interface Graph { readonly oids: readonly Oid[]; readonly parents: readonly (readonly number[])[] }

/**
 * `commits`: every commit outside the base, in any order; parents that are not among them lie in the base.
 * `tips`: one per source. Result: lower segments before upper ones; ties by tip id, so that the order is a function of the set.
 */
export function cutSegments(commits: ReadonlyMap<Oid, GraphCommit>, tips: readonly Oid[]): CutSegment[] {
  const graph = topological(commits);
  const { oids, parents } = graph;
  const at = new Map(oids.map((oid, i) => [oid, i]));
  const all = Int32Array.from(oids, (_, i) => i);
  const seeds: number[][] = tips.map((tip) => { const i = at.get(tip); return i === undefined ? [] : [i]; });

  const parts: (readonly number[])[] = [];
  const sourcesOfPart: number[][] = [];
  const cutter = new Cutter(graph);
  for (const group of cutter.groupByReach(all, seeds)) {
    for (const part of cutter.splitByHeads(group.members)) { parts.push(part); sourcesOfPart.push(group.signature); }
  }

  const partOf = new Int32Array(oids.length).fill(-1);
  parts.forEach((part, i) => { for (const c of part) partOf[c] = i; });
  const below = parts.map(() => new Set<number>());
  // children come before parents, so walking backwards sees every parent's reach complete; most commits reach what their parent does
  const reach = new Array<ReadonlySet<number>>(oids.length);
  for (let i = oids.length - 1; i >= 0; i--) {
    const mine = partOf[i]!;
    if (mine < 0) continue;
    const reaching = parents[i]!.filter((p) => partOf[p]! >= 0);
    if (reaching.length === 1 && partOf[reaching[0]!] === mine) { reach[i] = reach[reaching[0]!]!; continue; }
    const set = new Set<number>([mine]);
    for (const p of reaching) for (const s of reach[p]!) set.add(s);
    reach[i] = set;
    if (set.size > 1) for (const s of set) if (s !== mine) below[mine]!.add(s);
  }
  const heads = parts.map((part) => oids[cutter.headsOf(part)[0]!]!);
  const rank = parts.map((_, i) => i).sort((x, y) => below[x]!.size - below[y]!.size || (heads[x]! < heads[y]! ? -1 : 1));
  const place = new Int32Array(parts.length);
  rank.forEach((part, i) => { place[part] = i; });
  return rank.map((part) => {
    const under = [...below[part]!];
    const tops = under.length < 2 ? under : under.filter((s) => !under.some((o) => o !== s && below[o]!.has(s)));
    return {
      tip: heads[part]!, commits: parts[part]!.map((c) => oids[c]!), sources: sourcesOfPart[part]!,
      lower: tops.map((s) => place[s]!).sort(ascending), below: under.map((s) => place[s]!).sort(ascending),
    };
  });
}

const ascending = (x: number, y: number): number => x - y;

/** Children before parents. */
function topological(commits: ReadonlyMap<Oid, GraphCommit>): Graph {
  const known = [...commits.keys()], number = new Map(known.map((oid, i) => [oid, i]));
  const parentsOf: number[][] = [];
  const children = new Int32Array(known.length);
  for (const { parents } of commits.values()) {
    const inside: number[] = [];
    for (const p of parents) {
      const i = number.get(p);
      if (i !== undefined) { inside.push(i); children[i]!++; }
    }
    parentsOf.push(inside);
  }
  const ready = known.flatMap((oid, i) => (children[i] === 0 ? [{ oid, i }] : [])).sort((x, y) => (x.oid < y.oid ? -1 : 1)).map(({ i }) => i);
  const order: number[] = [];
  while (ready.length > 0) {
    const i = ready.pop()!;
    order.push(i);
    for (const p of parentsOf[i]!) if (--children[p]! === 0) ready.push(p);
  }
  if (order.length !== known.length) throw bug('the commit graph has a cycle');
  const place = new Int32Array(known.length);
  order.forEach((i, n) => { place[i] = n; });
  return { oids: order.map((i) => known[i]!), parents: order.map((i) => parentsOf[i]!.map((p) => place[p]!)) };
}

interface Group { signature: number[]; members: number[] }

/** Members are given and answered children before parents, which is ascending. */
class Cutter {
  readonly #oids: readonly Oid[];
  readonly #parents: Graph['parents'];
  /** whom a commit belongs to: the number of the set that is being split; 0: all */
  readonly #within: Int32Array;
  #sets = 0;

  constructor({ oids, parents }: Graph) {
    this.#oids = oids;
    this.#parents = parents;
    this.#within = new Int32Array(oids.length);
  }

  /** Groups a set's members by the seeds (by index) that reach them within it; those that no seed reaches are left out. */
  groupByReach(members: ArrayLike<number>, seeds: readonly (readonly number[])[]): Group[] {
    const own = new Map<number, number[]>();
    seeds.forEach((list, seed) => {
      for (const c of list) { const known = own.get(c); if (known) known.push(seed); else own.set(c, [seed]); }
    });
    // interned signatures: equal sets share one array, so that merging a chain of equal sets costs nothing
    const interned = new Map<string, number[]>();
    const groups = new Map<number[], number[]>();
    /** signatures of the children: one, as nearly always, or several */
    const incoming = new Map<number, number[] | Set<number[]>>();
    const set = members.length === 0 ? 0 : this.#within[members[0]!]!;
    for (let n = 0; n < members.length; n++) {
      const c = members[n]!;
      const seeded = own.get(c), from = incoming.get(c);
      let signature: number[];
      if (seeded === undefined && from === undefined) continue;
      if (seeded === undefined && !(from instanceof Set)) signature = from!;
      else {
        const all = new Set<number>(seeded);
        for (const one of from instanceof Set ? from : from === undefined ? [] : [from]) for (const i of one) all.add(i);
        const sorted = [...all].sort(ascending);
        const key = sorted.join();
        signature = interned.get(key) ?? sorted;
        interned.set(key, signature);
      }
      const group = groups.get(signature);
      if (group) group.push(c); else groups.set(signature, [c]);
      for (const p of this.#parents[c]!) {
        if (this.#within[p] !== set) continue;
        const before = incoming.get(p);
        if (before === undefined) incoming.set(p, signature);
        else if (before instanceof Set) before.add(signature);
        else if (before !== signature) incoming.set(p, new Set([before, signature]));
      }
    }
    return [...groups].map(([signature, found]) => ({ signature, members: found }));
  }

  /** Members that are no parent of another one, sorted by id. */
  headsOf(members: readonly number[]): number[] {
    if (members.length === 1) return [members[0]!];
    const set = new Set(members), below = new Set<number>();
    for (const c of members) for (const p of this.#parents[c]!) if (set.has(p)) below.add(p);
    return members.filter((c) => !below.has(c)).sort((x, y) => (this.#oids[x]! < this.#oids[y]! ? -1 : 1));
  }

  /** Splits a set by which of its heads reach each commit, until every part has one head. */
  splitByHeads(members: readonly number[]): (readonly number[])[] {
    const heads = this.headsOf(members);
    if (heads.length === 1) return [members];
    const set = ++this.#sets;
    for (const c of members) this.#within[c] = set;
    const out: (readonly number[])[] = [];
    for (const group of this.groupByReach(members, heads.map((h) => [h]))) {
      if (group.signature.length === 1) out.push(group.members);
      else out.push(...this.splitByHeads(group.members));
    }
    return out;
  }
}
