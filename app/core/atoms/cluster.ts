// From ties to parts. What is certain is one thing, through however many hands (its *core*). Between cores likeness counts on the
// average of all pairs, not by the best of them: single links would chain everything together through one common word.
import type { Tie } from './model.ts';
import { CERTAIN } from './ties.ts';

/** Parts that are alike by less, on the average, stay apart. */
export const ALIKE = 0.35;
/** Weights are whole thousandths here, so that sums do not depend on their order. */
const SCALE = 1000;
/** Cores that are compared each with each. */
const MOST_CORES = 1024;

/** Ties of one kind: of several on a pair the surest counts; what kinds say is taken together as independent doubts. */
export interface Ties { readonly pieces: number; /** of a pair a < b, at a · pieces + b: thousandths */ readonly weights: ReadonlyMap<number, number>; readonly certain: readonly (readonly [number, number])[] }

export function weighed(pieces: number, kinds: readonly Iterable<Tie>[]): Ties {
  const doubts = new Map<number, number>(), certain: (readonly [number, number])[] = [];
  for (const ties of kinds) {
    const surest = new Map<number, number>();
    for (const { a, b, weight } of ties) {
      if (a === b || !(weight > 0)) continue;
      const pair = a < b ? a * pieces + b : b * pieces + a;
      if (weight >= CERTAIN) certain.push([a, b]);
      if (weight > (surest.get(pair) ?? 0)) surest.set(pair, Math.min(1, weight));
    }
    for (const [pair, weight] of surest) doubts.set(pair, (doubts.get(pair) ?? 1) * (1 - weight));
  }
  return { pieces, weights: new Map([...doubts].map(([pair, doubt]) => [pair, Math.round(SCALE * (1 - doubt))])), certain };
}

/** The part of each piece, parts numbered by their first pieces; null where there are more cores than are compared. */
export function clustered({ pieces, weights, certain }: Ties): Int32Array | null {
  const root = Int32Array.from({ length: pieces }, (_, i) => i);
  const find = (i: number): number => {
    while (root[i] !== i) i = root[i] = root[root[i]!]!;
    return i;
  };
  // the smaller number is the root, so cores are numbered by their first pieces
  for (const [a, b] of certain) {
    const x = find(a), y = find(b);
    root[Math.max(x, y)] = Math.min(x, y);
  }
  const cores = [...new Set(root.map((_, i) => find(i)))], place = new Map(cores.map((core, i) => [core, i])), m = cores.length;
  if (m > MOST_CORES) return null;
  const sums = new Float64Array(m * m);
  for (const [pair, weight] of weights) {
    const a = place.get(find(Math.floor(pair / pieces)))!, b = place.get(find(pair % pieces))!;
    // evidence about any piece of a core is about the core
    if (a !== b && weight > sums[a * m + b]!) sums[a * m + b] = sums[b * m + a] = weight;
  }
  const of = averageLinked(sums, m), first = new Map<number, number>();
  return root.map((_, i) => {
    const part = of[place.get(find(i))!]!;
    if (!first.has(part)) first.set(part, first.size);
    return first.get(part)!;
  });
}

/** Joins the two parts that are most alike on average until none is by ALIKE; of equals the first. `sums` is used up: m × m, symmetric. */
function averageLinked(sums: Float64Array, m: number): Int32Array {
  const of = Int32Array.from({ length: m }, (_, i) => i), size = new Int32Array(m).fill(1), best = new Int32Array(m).fill(-1);
  const alive = Array.from({ length: m }, (_, i) => i);
  /** whether a with b is more alike than with c; sizes of a cancel out */
  const isMore = (a: number, b: number, c: number): boolean => c < 0 || sums[a * m + b]! * size[c]! > sums[a * m + c]! * size[b]!;
  const look = (a: number): void => {
    best[a] = -1;
    for (const b of alive) if (b > a && isMore(a, b, best[a]!)) best[a] = b;
  };
  for (const a of alive) look(a);
  for (;;) {
    let a = -1;
    for (const x of alive) {
      if (best[x]! < 0) continue;
      if (a < 0 || sums[x * m + best[x]!]! * size[a]! * size[best[a]!]! > sums[a * m + best[a]!]! * size[x]! * size[best[x]!]!) a = x;
    }
    if (a < 0) return of;
    const b = best[a]!;
    if (sums[a * m + b]! < ALIKE * SCALE * size[a]! * size[b]!) return of;
    alive.splice(alive.indexOf(b), 1);
    for (const c of alive) if (c !== a) sums[a * m + c] = sums[c * m + a] = sums[a * m + c]! + sums[b * m + c]!;
    size[a] = size[a]! + size[b]!;
    of.forEach((part, i) => { if (part === b) of[i] = a; });
    for (const c of alive) {
      if (c === a || best[c] === a || best[c] === b) look(c);
      else if (c < a && isMore(c, a, best[c]!)) best[c] = a;
      else if (c < a && best[c]! >= 0 && a < best[c]! && !isMore(c, best[c]!, a)) best[c] = a;
    }
  }
}
