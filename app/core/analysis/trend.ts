// Where a series is going: its slope and whether there is one at all, by pairs of points, so that a third of them may be wild.
import { quantileOfTail, upperTail } from './normal.ts';
import { median, memory, sorted } from './robust.ts';

export interface Trend {
  /** per unit of time, with its interval */
  readonly slope: number;
  readonly low: number;
  readonly high: number;
  /** time and value that the line goes through: medians of both */
  readonly time: number;
  readonly value: number;
  /** Mann–Kendall: how likely so much order is by chance, from both sides */
  readonly p: number;
  readonly n: number;
}

/**
 * The median of all pairs' slopes (Theil 1950; Sen, "Estimates of the regression coefficient based on Kendall's tau", 1968) with Sen's interval, and
 * the test of Mann and Kendall with ties. The variance of both grows by what the residuals remember (Hamed and Rao, "A modified Mann–Kendall
 * trend test for autocorrelated data", 1998; here by robust.ts' memory), so that a series that wanders is no trend. Times must
 * ascend; null with fewer than 8 values that are numbers. Work grows with the square of them: 400 take some ten milliseconds.
 */
export function trend(times: ArrayLike<number>, values: ArrayLike<number>, confidence = 0.95): Trend | null {
  const t: number[] = [], y: number[] = [];
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!)) continue;
    t.push(times[i]!);
    y.push(values[i]!);
  }
  const n = y.length;
  if (n < 8) return null;
  const slopes = new Float64Array(n * (n - 1) / 2);
  let at = 0, order = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const step = y[j]! - y[i]!;
      slopes[at++] = step / (t[j]! - t[i]!);
      order += Math.sign(step);
    }
  }
  slopes.sort();
  const slope = median(slopes), time = median(t);
  const residuals = y.map((value, i) => value - slope * (t[i]! - time));
  let ties = 0;
  const inOrder = sorted(y);
  for (let from = 0; from < n;) {
    let to = from + 1;
    while (to < n && inOrder[to] === inOrder[from]) to++;
    const of = to - from;
    ties += of * (of - 1) * (2 * of + 5);
    from = to;
  }
  const deviation = Math.sqrt((n * (n - 1) * (2 * n + 5) - ties) / 18 * memory(residuals));
  const z = deviation === 0 ? 0 : Math.max(0, Math.abs(order) - 1) / deviation;
  const half = quantileOfTail((1 - confidence) / 2) * deviation;
  const last = slopes.length - 1;
  const bound = (place: number): number => slopes[Math.min(last, Math.max(0, place))]!;
  return {
    slope, low: bound(Math.floor((slopes.length - half) / 2) - 1), high: bound(Math.ceil((slopes.length + half) / 2)),
    time, value: median(residuals), p: Math.min(1, 2 * upperTail(z)), n,
  };
}
