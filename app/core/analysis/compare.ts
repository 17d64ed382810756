// A/B: by what factor the second of two configurations differs from the first, from paired runs that took turns. Not for two samples taken at
// different times: whatever else the machine did in between would be in the answer (regression.ts has an answer for those).
import { bug } from '../errors.ts';
import { quantileOfTail } from './normal.ts';

export interface Comparison {
  /** the typical b ÷ a: below 1, b is the less */
  readonly ratio: number;
  /** the two-sided interval of `ratio` */
  readonly low: number;
  readonly high: number;
  /** bounds from one side alone, each at the whole confidence: for bars such as "never worse by more than 5 %" */
  readonly atLeast: number;
  readonly atMost: number;
  readonly confidence: number;
  readonly pairs: number;
}

/** Pairs up to which the distribution is counted out; beyond it is normal to three digits. */
const EXACT = 100;
/** Walsh averages grow with the square of it. */
const MOST = 4000;

/**
 * Of the logarithms of b[i] ÷ a[i]: the pseudo-median (Hodges and Lehmann, "Estimates of location based on rank tests", 1963) and the interval that Wilcoxon's
 * signed-rank test does not reject (Hollander and Wolfe, "Nonparametric Statistical Methods", §3.3). No run's outlier moves it far, no distribution is assumed
 * but that differences are symmetric, and nothing is drawn by chance. Make pairs from runs next to each other in time, and alternate which comes
 * first (ab ba ab …), so that drift of the machine falls out. Too few pairs for the confidence (below 6 for 95 %) give bounds 0 and Infinity.
 */
export function compare(a: ArrayLike<number>, b: ArrayLike<number>, confidence = 0.95): Comparison {
  const pairs = a.length;
  if (pairs !== b.length || pairs === 0 || pairs > MOST) throw bug('compare wants pairs', { a: pairs, b: b.length, most: MOST });
  const logs = new Float64Array(pairs);
  for (let i = 0; i < pairs; i++) {
    if (!(a[i]! > 0 && b[i]! > 0 && a[i]! < Infinity && b[i]! < Infinity)) throw bug('compare wants measures above 0', { pair: i, a: a[i], b: b[i] });
    logs[i] = Math.log(b[i]! / a[i]!);
  }
  const averages = walshAverages(logs);
  const size = averages.length;
  const bound = (alpha: number): readonly [low: number, high: number] => {
    const k = signedRankQuantile(pairs, alpha);
    return k < 0 ? [0, Infinity] : [Math.exp(averages[k]!), Math.exp(averages[size - 1 - k]!)];
  };
  const [low, high] = bound((1 - confidence) / 2);
  const [atLeast, atMost] = bound(1 - confidence);
  return { ratio: Math.exp((averages[(size - 1) >> 1]! + averages[size >> 1]!) / 2), low, high, atLeast, atMost, confidence, pairs };
}

function walshAverages(values: Float64Array): Float64Array {
  const averages = new Float64Array(values.length * (values.length + 1) / 2);
  let at = 0;
  for (let i = 0; i < values.length; i++) {
    for (let j = i; j < values.length; j++) averages[at++] = (values[i]! + values[j]!) / 2;
  }
  return averages.sort();
}

/** The largest k with P(W ≤ k) ≤ alpha, W the sum of ranks with positive sign among n that are equally likely to have either; −1 if there is none. */
export function signedRankQuantile(n: number, alpha: number): number {
  const most = n * (n + 1) / 2;
  if (n > EXACT) {
    const deviation = Math.sqrt(n * (n + 1) * (2 * n + 1) / 24);
    return Math.max(-1, Math.floor(most / 2 - 0.5 - quantileOfTail(alpha) * deviation));
  }
  // the chance of each sum, one rank after the other
  let chances = new Float64Array(most + 1);
  chances[0] = 1;
  for (let rank = 1; rank <= n; rank++) {
    const next = new Float64Array(most + 1);
    for (let sum = 0; sum <= most; sum++) next[sum] = (chances[sum]! + (sum >= rank ? chances[sum - rank]! : 0)) / 2;
    chances = next;
  }
  let total = 0;
  for (let k = 0; k <= most; k++) {
    total += chances[k]!;
    if (total > alpha) return k - 1;
  }
  return most;
}
