// Where a series changed its level for good. For a person who looks at a chart afterwards, and for the ends of a baseline; what must be told within a
// minute is regression.ts's.
import { median } from './robust.ts';

export interface Change {
  /** index of the first value of the new level */
  readonly at: number;
  /** medians on both sides, up to the next change */
  readonly before: number;
  readonly after: number;
}
export interface ChangeOptions {
  /** values between two changes, at least */
  readonly apart?: number;
  /** cost of a change, in units of the noise's variance; left out: by length and memory of the series */
  readonly penalty?: number;
}

/**
 * Changes of mean by PELT (Killick, Fearnhead and Eckley, "Optimal detection of changepoints with a linear computational cost", 2012): the segmentation with the
 * least squared error plus a penalty for each change, exactly, in time that grows with the length where changes are many and with its square where
 * there are none; for the 1,440 minutes of a day that is milliseconds. E-divisive asks no distribution, but wants permutations, hence chance,
 * hundreds of passes, and answers differently each time; CUSUM finds one change and wants the level before. Squared errors hang on outliers, so
 * values are cut to three deviations about a running median first. Noise, and how much of itself the series keeps from one value to the next, are measured
 * by steps between values one and two apart, which a change of level touches once (Romano et al., "Detecting abrupt changes in the presence of local
 * fluctuations and autocorrelated noise", 2022); the penalty, 3 log n, grows by it. Values that are NaN are left out.
 */
export function changes(values: ArrayLike<number>, options: ChangeOptions = {}): Change[] {
  const places: number[] = [], kept: number[] = [];
  for (let i = 0; i < values.length; i++) if (!Number.isNaN(values[i]!)) { places.push(i); kept.push(values[i]!); }
  const apart = options.apart ?? 5;
  if (kept.length < 2 * apart) return [];
  const step = (lag: number): number => deviationOf(kept.slice(lag).map((value, i) => value - kept[i]!));
  const one = step(1);
  // of a series that keeps φ of itself, steps of two have 1 + φ times the variance of steps of one
  const kept1 = one === 0 ? 0 : Math.min(0.9, Math.max(0, (step(2) / one) ** 2 - 1));
  const noise = Math.max(one / Math.sqrt(2 * (1 - kept1)), 1e-6 * (Math.max(...kept) - Math.min(...kept)));
  if (noise === 0) return [];
  const scaled = kept.map((value, i) => {
    const running = median(kept.slice(Math.max(0, i - apart), i + apart + 1));
    return (running + Math.min(3 * noise, Math.max(-3 * noise, value - running)) - kept[0]!) / noise;
  });
  const penalty = options.penalty ?? 3 * Math.log(kept.length) * (1 + kept1) / (1 - kept1);
  const cuts = pelt(scaled, penalty, apart);
  const ends = [0, ...cuts, kept.length];
  return cuts.map((cut, i) => ({ at: places[cut]!, before: median(kept.slice(ends[i], cut)), after: median(kept.slice(cut, ends[i + 2])) }));
}

/** The standard deviation about 0 of those within three median deviations: nearly as exact as with all, and no outlier in it. */
function deviationOf(values: readonly number[]): number {
  const limit = 3 * 1.482602218505602 * median(values.map(Math.abs));
  const within = values.filter((value) => Math.abs(value) <= limit);
  return within.length === 0 ? 0 : Math.sqrt(within.reduce((sum, value) => sum + value * value, 0) / within.length);
}

/** First indices of the segments after the first, of the cheapest segmentation with segments of `apart` values or more. */
export function pelt(values: readonly number[], penalty: number, apart: number): number[] {
  const n = values.length;
  const sums = new Float64Array(n + 1), squares = new Float64Array(n + 1);
  for (let i = 0; i < n; i++) {
    sums[i + 1] = sums[i]! + values[i]!;
    squares[i + 1] = squares[i]! + values[i]! ** 2;
  }
  const cost = (from: number, to: number): number => squares[to]! - squares[from]! - (sums[to]! - sums[from]!) ** 2 / (to - from);
  const best = new Float64Array(n + 1).fill(Infinity);
  const previous = new Int32Array(n + 1);
  best[0] = -penalty;
  /** where a candidate is of no more use */
  const leaves = new Int32Array(n + 1);
  let candidates: number[] = [];
  for (let to = apart; to <= n; to++) {
    // a start too near its predecessors has no segmentation of its own
    const start = to - apart;
    if (start === 0 || start >= apart) candidates.push(start);
    for (const from of candidates) {
      const total = best[from]! + cost(from, to) + penalty;
      if (total < best[to]!) { best[to] = total; previous[to] = from; }
    }
    // What already costs more without its penalty than a cut here loses to that cut in every segmentation that has room behind it: cutting never raises the cost.
    for (const from of candidates) if (leaves[from] === 0 && best[from]! + cost(from, to) > best[to]! + 1e-9) leaves[from] = to + apart;
    candidates = candidates.filter((from) => leaves[from] === 0 || leaves[from]! > to + 1);
  }
  const cuts: number[] = [];
  for (let at = previous[n]!; at > 0; at = previous[at]!) cuts.unshift(at);
  return cuts;
}
