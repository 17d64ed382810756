// Centre and spread that a few wild values cannot move, and how many independent values a series that remembers itself is worth. NaN is "no data".
import { medianSorted, quantileSorted } from 'simple-statistics';

/** The numbers of a series in order of size. */
export function sorted(values: ArrayLike<number>): Float64Array {
  const all = new Float64Array(values);
  return (all.some(Number.isNaN) ? all.filter((value) => !Number.isNaN(value)) : all).sort();
}
export function median(values: ArrayLike<number>): number {
  const inOrder = sorted(values);
  return inOrder.length === 0 ? Number.NaN : medianSorted(inOrder as unknown as number[]);
}
/** `p` from 0 to 1. */
export function quantile(values: ArrayLike<number>, p: number): number {
  const inOrder = sorted(values);
  return inOrder.length === 0 ? Number.NaN : quantileSorted(inOrder as unknown as number[], p);
}

/** What makes the median of deviations a standard deviation where values are normal: 1 ÷ Φ⁻¹(¾). */
const NORMAL = 1.482602218505602;

export interface Spread { readonly centre: number; /** as a standard deviation */ readonly below: number; readonly above: number }
/**
 * The median, and the median deviation of each side by itself: times and sizes have a long tail upwards, and one spread for both would call
 * half of that tail strange. Below 4 values there is none.
 */
export function spread(values: ArrayLike<number>): Spread | null {
  const inOrder = sorted(values);
  if (inOrder.length < 4) return null;
  const centre = medianSorted(inOrder as unknown as number[]);
  return { centre, below: NORMAL * median(inOrder.filter((x) => x <= centre).map((x) => centre - x)), above: NORMAL * median(inOrder.filter((x) => x >= centre).map((x) => x - centre)) };
}

/** Each value's rank, from 1; equal values share the mean of theirs. */
export function ranks(values: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i).sort((i, j) => values[i]! - values[j]!);
  const rank = new Float64Array(values.length);
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let i = from; i < to; i++) rank[order[i]!] = (from + 1 + to) / 2;
    from = to;
  }
  return rank;
}

/**
 * How many of these are worth one independent value, at least 1: the sum of autocorrelations of the ranks, as far as sums of neighbouring two are above zero
 * (Geyer, "Practical Markov chain Monte Carlo", 1992, initial positive sequence). Tests on a series that remembers itself claim too
 * much by the root of it.
 */
export function memory(values: ArrayLike<number>): number {
  const n = values.length;
  if (n < 4) return 1;
  const rank = ranks(values).map((r) => r - (n + 1) / 2);
  const at = (lag: number): number => {
    let sum = 0;
    for (let i = lag; i < n; i++) sum += rank[i]! * rank[i - lag]!;
    return sum;
  };
  const own = at(0);
  if (own === 0) return 1;
  let sum = 1;
  for (let lag = 1; lag + 1 < n / 2; lag += 2) {
    const two = (at(lag) + at(lag + 1)) / own;
    if (two <= 0) break;
    sum += 2 * two;
  }
  return Math.max(1, sum);
}
