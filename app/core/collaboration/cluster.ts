// An order of rows in which what is alike stands together, for matrices to look at: rows are joined from the most alike up (average linkage), and each
// join is turned so that its most alike ends meet. The same rows give the same order on every machine.
import type { Matrix, Sparse, Triangle } from '../matrix/model.ts';
import { at } from '../matrix/model.ts';
import { gramPart, partnersOf } from '../matrix/products.ts';
import { inverses, rowLengths, rowSums, selectRows, toSparse, weighed } from '../matrix/sparse.ts';

/** Rows that are compared each with each: 100 MB, and below two seconds. Of more, these are the ones with the largest sums. */
export const COMPARED = 5000;

/** order[place] is the row that stands there. Rows are alike by the cosine of the angle between them; those without values come last. */
export function clusterOf(matrix: Matrix): Uint32Array {
  const a = toSparse(matrix), lengths = rowLengths(a), sums = rowSums(a);
  const held = Uint32Array.from({ length: a.rows }, (_, r) => r).filter((r) => lengths[r]! > 0 && Number.isFinite(lengths[r]));
  const busiest = held.length <= COMPARED ? held : held.toSorted((x, y) => sums[y]! - sums[x]! || x - y).subarray(0, COMPARED).sort();
  const even = weighed(a, inverses(lengths), null), compared = selectRows(even, busiest);
  const order = orderOf({ n: busiest.length, value: gramPart(compared, 0, busiest.length) }).map((i) => busiest[i]!);
  // the busier end stands first
  const half = order.length >> 1, weigh = (rows: Uint32Array): number => rows.reduce((sum, r) => sum + sums[r]!, 0);
  if (weigh(order.subarray(order.length - half)) > weigh(order.subarray(0, half))) order.reverse();
  return withOthers(order, even, held, a.rows);
}

/** `order`, and behind each row those not compared that are most like it; last those like none, and those without values. */
function withOthers(order: Uint32Array, even: Sparse, held: Uint32Array, rows: number): Uint32Array {
  if (order.length === rows) return order;
  const place = new Float64Array(rows).fill(Infinity);
  order.forEach((r, i) => { place[r] = i; });
  if (order.length < held.length) {
    const partners = partnersOf(even, 8), compared = new Set(order);
    for (const r of held) {
      if (compared.has(r)) continue;
      let best = 0;
      for (let i = partners.start[r]!; i < partners.start[r + 1]!; i++) {
        if (!compared.has(partners.col[i]!) || partners.value[i]! <= best) continue;
        best = partners.value[i]!;
        place[r] = place[partners.col[i]!]! + 0.5;
      }
    }
  }
  const isHeld = new Uint8Array(rows);
  for (const r of held) isHeld[r] = 1;
  return Uint32Array.from({ length: rows }, (_, r) => r).sort((x, y) => (place[x] === place[y] ? isHeld[y]! - isHeld[x]! || x - y : place[x]! - place[y]!));
}

/**
 * The order for how alike each two of n are; the diagonal is not read. Joins by chains of nearest neighbours (Murtagh, "A survey of recent advances in
 * hierarchical clustering algorithms", 1983), n² steps and n² numbers of 32 bits; turned as Gruvaeus and Wainer do ("Two additions to hierarchical
 * cluster analysis", 1972).
 */
export function orderOf(alike: Triangle): Uint32Array {
  const { n } = alike;
  if (n < 3) return Uint32Array.from({ length: n }, (_, i) => i);
  return turned(alike, joins(alike));
}

/** n − 1 joins of two nodes each: [2j] and [2j + 1] make node n + j; nodes below n are rows. */
function joins({ n, value }: Triangle): Uint32Array {
  const near = new Float32Array(n * n);
  for (let r = 0, i = 0; r < n; r++) for (let c = r; c < n; c++, i++) near[r * n + c] = near[c * n + r] = value[i]!;
  // a group lives in the row of its first member
  const node = Uint32Array.from({ length: n }, (_, i) => i), size = new Float64Array(n).fill(1), groups = Uint32Array.from({ length: n }, (_, i) => i);
  const joined = new Uint32Array(2 * (n - 1)), chain = new Uint32Array(n);
  let count = n, length = 0;
  for (let join = 0; join < n - 1;) {
    if (length === 0) chain[length++] = groups[0]!;
    const last = chain[length - 1]!, before = length > 1 ? chain[length - 2]! : -1, row = last * n;
    let best = before, most = before < 0 ? -Infinity : near[row + before]!;
    for (let i = 0; i < count; i++) {
      const other = groups[i]!, x = near[row + other]!;
      if (x > most && other !== last) {
        most = x;
        best = other;
      }
    }
    if (best < 0) best = groups[0] === last ? groups[1]! : groups[0]!;
    if (best !== before) {
      chain[length++] = best;
      continue;
    }
    length -= 2;
    const into = Math.min(last, best), from = Math.max(last, best);
    joined[2 * join] = node[into]!;
    joined[2 * join + 1] = node[from]!;
    node[into] = n + join++;
    groups.copyWithin(groups.indexOf(from), groups.indexOf(from) + 1, count--);
    const a = size[into]!, b = size[from]!;
    size[into] = a + b;
    for (let i = 0; i < count; i++) {
      const other = groups[i]!;
      near[into * n + other] = near[other * n + into] = (a * near[into * n + other]! + b * near[from * n + other]!) / (a + b);
    }
  }
  return joined;
}

/** The rows in the order of the tree, each join turned so that the two rows that meet are as alike as can be. */
function turned({ n, value }: Triangle, joined: Uint32Array): Uint32Array {
  // of each node: the rows at its two ends, and whether its parts stand reversed in it: 1 the first, 2 the second
  const first = new Uint32Array(2 * n - 1), last = new Uint32Array(2 * n - 1), turns = new Uint8Array(2 * n - 1);
  for (let i = 0; i < n; i++) first[i] = last[i] = i;
  for (let join = 0; join < n - 1; join++) {
    const a = joined[2 * join]!, b = joined[2 * join + 1]!;
    let best = -1, most = -Infinity;
    for (let turn = 0; turn < 4; turn++) {
      const left = (turn & 1) === 0 ? last[a]! : first[a]!, right = (turn & 2) === 0 ? first[b]! : last[b]!, x = value[at(n, left, right)]!;
      if (x > most) {
        most = x;
        best = turn;
      }
    }
    turns[n + join] = Math.max(0, best);
    first[n + join] = (best & 1) === 0 ? first[a]! : last[a]!;
    last[n + join] = (best & 2) === 0 ? last[b]! : first[b]!;
  }
  const order = new Uint32Array(n), stack: number[] = [2 * (2 * n - 2)];
  // twice a node, plus 1 where it stands reversed
  for (let place = 0; stack.length > 0;) {
    const top = stack.pop()!, one = top >> 1, reversed = top & 1;
    if (one < n) {
      order[place++] = one;
      continue;
    }
    const a = 2 * joined[2 * (one - n)]! + ((turns[one]! & 1) ^ reversed), b = 2 * joined[2 * (one - n) + 1]! + ((turns[one]! >> 1) ^ reversed);
    if (reversed === 0) stack.push(b, a);
    else stack.push(a, b);
  }
  return order;
}

/**
 * How far apart in an order stand those that are alike: the mean of distances weighed by likeness, 1 where the order has nothing to do with it, less where what
 * is alike stands together.
 */
export function distance({ n, value }: Triangle, order: Uint32Array): number {
  let sum = 0, weight = 0;
  const place = new Uint32Array(n);
  order.forEach((r, i) => { place[r] = i; });
  for (let r = 0; r < n; r++) {
    for (let c = r + 1, i = at(n, r, r) + 1; c < n; c++, i++) {
      sum += value[i]! * Math.abs(place[r]! - place[c]!);
      weight += value[i]!;
    }
  }
  return weight === 0 ? 1 : (3 * sum) / (weight * (n + 1));
}
