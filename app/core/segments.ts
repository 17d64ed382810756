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

/**
 * `commits`: every commit outside the base, in any order; parents that are not among them lie in the base.
 * `tips`: one per source. Result: lower segments before upper ones; ties by tip id, so that the order is a function of the set.
 */
export function cutSegments(commits: ReadonlyMap<Oid, GraphCommit>, tips: readonly Oid[]): CutSegment[] {
  const order = topological(commits);
  const inside = (oid: Oid): readonly Oid[] => commits.get(oid)!.parents.filter((p) => commits.has(p));

  const bySources = groupByReach(order, inside, tips.map((t) => (commits.has(t) ? [t] : [])));
  const parts: Oid[][] = [];
  const sourcesOfPart: number[][] = [];
  for (const group of bySources) {
    for (const part of splitByHeads(group.members, inside)) { parts.push(part); sourcesOfPart.push(group.signature); }
  }

  const partOf = new Map<Oid, number>();
  parts.forEach((part, i) => { for (const c of part) partOf.set(c, i); });
  const below = parts.map(() => new Set<number>());
  // children come before parents in `order`, so walking it backwards sees every parent's reach complete
  const reach = new Map<Oid, ReadonlySet<number>>();
  for (let i = order.length - 1; i >= 0; i--) {
    const oid = order[i]!;
    const mine = partOf.get(oid);
    if (mine === undefined) continue;
    const set = new Set<number>([mine]);
    for (const p of inside(oid)) for (const s of reach.get(p) ?? []) set.add(s);
    reach.set(oid, set);
    for (const s of set) if (s !== mine) below[mine]!.add(s);
  }
  const heads = parts.map((part) => headsOf(part, inside)[0]!);
  const rank = parts.map((_, i) => i).sort((x, y) => below[x]!.size - below[y]!.size || (heads[x]! < heads[y]! ? -1 : 1));
  const at = new Map(rank.map((part, i) => [part, i]));
  return rank.map((part) => {
    const all = [...below[part]!];
    const tops = all.filter((s) => !all.some((o) => o !== s && below[o]!.has(s)));
    return {
      tip: heads[part]!, commits: parts[part]!, sources: sourcesOfPart[part]!,
      lower: tops.map((s) => at.get(s)!).sort(ascending), below: all.map((s) => at.get(s)!).sort(ascending),
    };
  });
}

const ascending = (x: number, y: number): number => x - y;

/** Children before parents. */
function topological(commits: ReadonlyMap<Oid, GraphCommit>): Oid[] {
  const children = new Map<Oid, number>();
  for (const c of commits.values()) for (const p of c.parents) if (commits.has(p)) children.set(p, (children.get(p) ?? 0) + 1);
  const ready = [...commits.keys()].filter((oid) => !children.has(oid)).sort();
  const out: Oid[] = [];
  while (ready.length > 0) {
    const oid = ready.pop()!;
    out.push(oid);
    for (const p of commits.get(oid)!.parents) {
      const n = children.get(p);
      if (n === undefined) continue;
      if (n === 1) { children.delete(p); ready.push(p); } else children.set(p, n - 1);
    }
  }
  if (out.length !== commits.size) throw bug('the commit graph has a cycle');
  return out;
}

interface Group { signature: number[]; members: Oid[] }

/** Groups commits by the set of seeds (by index) that reach them; commits no seed reaches are left out. */
function groupByReach(order: readonly Oid[], inside: (oid: Oid) => readonly Oid[], seeds: readonly (readonly Oid[])[]): Group[] {
  const reached = new Map<Oid, number[]>();
  seeds.forEach((list, i) => { for (const oid of list) push(reached, oid, i); });
  // interned signatures: equal sets share one array, so that merging a chain of equal sets costs nothing
  const interned = new Map<string, number[]>();
  const groups = new Map<number[], Oid[]>();
  const incoming = new Map<Oid, Set<number[]>>();
  for (const oid of order) {
    const own = reached.get(oid) ?? [];
    const from = incoming.get(oid);
    let signature: number[];
    if (from !== undefined && from.size === 1 && own.length === 0) signature = [...from][0]!;
    else {
      const all = new Set<number>(own);
      if (from) for (const s of from) for (const i of s) all.add(i);
      if (all.size === 0) continue;
      const sorted = [...all].sort(ascending);
      const key = sorted.join();
      signature = interned.get(key) ?? sorted;
      interned.set(key, signature);
    }
    const members = groups.get(signature);
    if (members) members.push(oid); else groups.set(signature, [oid]);
    for (const p of inside(oid)) {
      const set = incoming.get(p);
      if (set) set.add(signature); else incoming.set(p, new Set([signature]));
    }
  }
  return [...groups].map(([signature, members]) => ({ signature, members }));
}

function push(map: Map<Oid, number[]>, key: Oid, value: number): void {
  const list = map.get(key);
  if (list) list.push(value); else map.set(key, [value]);
}

function headsOf(part: readonly Oid[], inside: (oid: Oid) => readonly Oid[]): Oid[] {
  const notHead = new Set<Oid>();
  for (const c of part) for (const p of inside(c)) notHead.add(p);
  return part.filter((c) => !notHead.has(c)).sort();
}

/** Splits a set (children before parents) by which of its heads reach each commit, until every part has one head. */
function splitByHeads(members: readonly Oid[], inside: (oid: Oid) => readonly Oid[]): Oid[][] {
  const set = new Set(members);
  const within = (oid: Oid): readonly Oid[] => inside(oid).filter((p) => set.has(p));
  const heads = headsOf(members, within);
  if (heads.length === 1) return [[...members]];
  const out: Oid[][] = [];
  for (const group of groupByReach(members, within, heads.map((h) => [h]))) {
    if (group.signature.length === 1) out.push(group.members);
    else out.push(...splitByHeads(group.members, within));
  }
  return out;
}
