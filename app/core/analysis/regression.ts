// Whether something takes longer than it did when a baseline was saved, told within a minute and hardly ever wrongly. Times of requests are neither normal nor
// independent, and the machine has other things to do; so nothing is assumed of them that the baseline does not show.
import { type Histogram, startOf } from '../histogram.ts';
import type { MetricName } from '../telemetry.ts';
import { type Expectation, type Shifts, expected, fit, windowOf } from './expected.ts';
import { upperTail } from './normal.ts';
import { median, quantile, spread } from './robust.ts';

/** Shares of requests at which a window is read. */
const SHARES = 19;
/** Requests that a window must have for its profile to mean anything. */
export const FEWEST = 30;
/** Minutes of a baseline in which a series must have had that many. */
export const FEWEST_MINUTES = 8;

/** Logarithms of the times (seconds) that 5, 10, … 95 % of a window's requests took at most. */
export type Profile = Float64Array;
/** By series: `metric label`. */
export type Profiles = ReadonlyMap<string, Profile>;

export function profileOf(times: Histogram): Profile | null {
  if (times.count < FEWEST) return null;
  const profile = new Float64Array(SHARES);
  let seen = 0, next = 0;
  for (let bucket = times.first; bucket <= times.last && next < SHARES; bucket++) {
    const count = times.buckets[bucket]!;
    // those of one bucket are taken to lie evenly in it: else every quantile jumps by a bucket's width
    for (let wanted; next < SHARES && (wanted = (next + 1) / (SHARES + 1) * times.count) <= seen + count && count > 0; next++) {
      const from = startOf(bucket), to = startOf(bucket + 1);
      profile[next] = Math.log(Math.max(1, from + (to - from) * (wanted - seen) / count) / 1e9);
    }
    seen += count;
  }
  return profile;
}

/**
 * By how much, as a logarithm, `now` is slower than `before`: the median over the shares. A workload is a mixture (found and not found, small files and
 * large); when its parts change their weight some shares jump from one part to another and the median of all shares hardly moves, where the
 * mean and even the median of times would.
 */
export function shift(before: Profile, now: Profile): number {
  return median(now.map((value, i) => value - before[i]!));
}

export interface BaselineSeries {
  readonly name: string;
  readonly profile: Profile;
  /** what the others say that it should take */
  readonly expectation: Expectation;
  /** shift of each of its windows against all of them, less what was expected of that window */
  readonly shifts: Float64Array;
}
/** Windows are a minute long; they may overlap. */
export interface Baseline { readonly minutes: number; readonly series: readonly BaselineSeries[] }

/**
 * Of minutes, newest last, `perMinute` of them begun in each: whoever is held to it is seen in windows that begin anywhere, and what lies across two minutes is in
 * neither. Series with too few are not in it.
 */
export function baselineOf(windows: readonly Profiles[], perMinute = 1): Baseline {
  const names = new Set(windows.flatMap((window) => [...window.keys()]));
  const profiles = new Map<string, Profile>();
  for (const name of names) {
    const own = windows.flatMap((window) => window.get(name) ?? []);
    if (own.length > (FEWEST_MINUTES - 1) * perMinute) profiles.set(name, new Float64Array(SHARES).map((_, i) => median(own.map((profile) => profile[i]!))));
  }
  const shifted = windows.map((window) => windowOf(shiftsOf(profiles, window)));
  return {
    minutes: Math.ceil(windows.length / perMinute),
    series: [...profiles].map(([name, profile]) => {
      const { expectation, beyond } = fit(shifted, name, perMinute, leastTold);
      return { name, profile, expectation, shifts: beyond };
    }),
  };
}

function shiftsOf(profiles: Profiles, now: Profiles): Shifts {
  const shifts = new Map<string, number>();
  for (const [name, profile] of now) {
    const before = profiles.get(name);
    if (before !== undefined) shifts.set(name, shift(before, profile));
  }
  return shifts;
}

/** One series against its baseline. */
export interface Verdict {
  readonly name: string;
  /** times slower than before, what the others say that it should take taken out */
  readonly ratio: number;
  /** times slower than before that the others say */
  readonly common: number;
  /** medians, in seconds */
  readonly before: number;
  readonly now: number;
  /** how likely a minute of the baseline would be so much slower, by chance */
  readonly p: number;
  readonly isRegression: boolean;
}
export interface RegressionOptions {
  /** false alarms that are accepted in an hour, of all series together */
  readonly falsePerHour?: number;
  /** what is no regression however sure it is, as a ratio and in seconds of the median */
  readonly least?: number;
  readonly leastSeconds?: number;
}

/**
 * Each series' shift against the baseline, less what is expected of it by the shifts of all others (expected.ts), the fixed references among them: a machine that has
 * become slower slows all, and is no regression of one (that all became slower the service levels say). It is judged by how the baseline's own minutes scatter about the baseline, which has
 * in it sampling, memory of the series and drift over the baseline's length alike (batch means; an empirical null as in Efron, "Large-scale simultaneous
 * hypothesis testing", 2004), as Student's t with as many degrees of freedom. The scale is the larger of the spread's upper half and the 95th
 * percentile over 1.645, so that a heavy tail counts. An alarm wants both: surer than the accepted rate spread over all series and the independent
 * looks of an hour (Bonferroni; sixty minutes, and three for windows that overlap), and an effect that matters, as a share and in time.
 * What one of the baseline's own minutes has shown is none either: what happens once an hour is in no scale, and would be a false alarm an hour. Nor is what exceeds
 * it by a scale: of what happened once, the next is as likely the larger, and in a tail that falls off exponentially larger by about that. Nor is what takes no
 * longer than it did, on a machine that has become faster by more.
 */
export function judge(baseline: Baseline, now: Profiles, { falsePerHour = ACCEPTED, least = 1.1, leastSeconds = LEAST_SECONDS }: RegressionOptions = {}): Verdict[] {
  const shifts = shiftsOf(new Map(baseline.series.map(({ name, profile }) => [name, profile])), now);
  const judged = baseline.series.filter(({ name }) => !isReference(name) && shifts.has(name)), level = falsePerHour / (3 * 60 * Math.max(1, judged.length));
  // windows that overlap are worth as many as there are minutes
  const perMinute = Math.max(1, Math.round(Math.max(0, ...baseline.series.map((one) => one.shifts.length)) / Math.max(1, baseline.minutes)));
  return judged.map(({ name, profile, expectation, shifts: own }) => {
    const common = expected(expectation, shifts, name), alone = shifts.get(name)! - common;
    const { centre, scale, most } = upwards(own);
    const worth = own.length / perMinute, p = tailOfT((alone - centre) / (scale * Math.sqrt(1 + 1 / worth)), worth - 1);
    const middle = SHARES >> 1, before = Math.exp(profile[middle]!);
    return {
      name, ratio: Math.exp(alone), common: Math.exp(common), before, now: Math.exp(now.get(name)![middle]!), p,
      isRegression: shifts.get(name)! > 0 && p <= level && alone > most + scale && alone >= Math.log(least) && before * Math.expm1(alone) >= leastSeconds,
    };
  });
}

/** What says how fast the machine is, and is never judged. */
const REFERENCE: MetricName = 'acumen_reference_seconds';
export const isReference = (name: string): boolean => name.startsWith(`${REFERENCE} `);

/** False alarms that are accepted in an hour, of all series together: what is promised. There are fewer by far, as none is told that the baseline has shown. */
export const ACCEPTED = 1;
/** Microseconds more that matter to nobody: 20 % is told of what takes 25 µs and more. */
export const LEAST_SECONDS = 5e-6;
/** Below it nothing is told apart: histograms are right within 0.8 %. */
const FINEST = 0.005;
/** How minutes scatter upwards: what was faster for a while says nothing of what may be slower. */
function upwards(shifts: Float64Array): { readonly centre: number; readonly scale: number; readonly most: number } {
  const { centre, above } = spread(shifts)!;
  return { centre, scale: Math.max(FINEST, above, (quantile(shifts, 0.95) - centre) / 1.645), most: Math.max(...shifts) };
}

/** The least shift that is told of a series that scatters so: what five deviations are worth with a baseline of an hour, and what it has not shown. */
function leastTold(shifts: Float64Array): number {
  const { centre, scale, most } = upwards(shifts);
  return Math.max(centre + 5 * scale, most + scale);
}

/** P(T > t) with so many degrees of freedom, by Wallace's normalising transformation (1959): within 5 % of it in tails up to one in two thousand, from 7 degrees on. */
export function tailOfT(t: number, freedom: number): number {
  const z = (8 * freedom + 1) / (8 * freedom + 3) * Math.sqrt(freedom * Math.log1p(t * t / freedom));
  return upperTail(t < 0 ? -z : z);
}
