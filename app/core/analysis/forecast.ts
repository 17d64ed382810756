// When a series will reach an upper limit if it goes on as it has: earliest, expected, latest. A straight line alone: what grows faster is found early
// and forecast again each minute, what grows slower is forecast too early, which is the better of two errors.
import { quantile } from './robust.ts';
import { type Trend, trend } from './trend.ts';

export interface Outlook {
  readonly trend: Trend;
  /** at the time that was asked about, and the interval that a single value will lie in */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** times at which the limit is met; null: not within the horizon, so far as can be said */
  readonly reaches: number | null;
  readonly earliest: number | null;
  readonly latest: number | null;
}
export interface Question {
  /** the time `value` is of */
  readonly at: number;
  /** an upper one (negate values and limit for a lower); null: none is asked about */
  readonly limit: number | null;
  /** beyond this time nothing is claimed */
  readonly horizon: number;
  readonly confidence?: number;
}

/**
 * The line of trend.ts. Its bounds turn about the middle of the data with the slope's interval, and lie apart by the quantiles of what was left over: a
 * single value scatters however well the line is known. Null where there is too little data.
 */
export function forecast(times: ArrayLike<number>, values: ArrayLike<number>, { at, limit, horizon, confidence = 0.9 }: Question): Outlook | null {
  const found = trend(times, values, confidence);
  if (found === null) return null;
  const residuals = Float64Array.from(values, (value, i) => value - found.value - found.slope * (times[i]! - found.time));
  const tail = (1 - confidence) / 2;
  const down = quantile(residuals, tail), up = quantile(residuals, 1 - tail);
  const line = (slope: number, beside: number, time: number): number => found.value + slope * (time - found.time) + beside;
  const now = times[times.length - 1]!;
  const meets = (slope: number, beside: number): number | null => {
    if (limit === null) return null;
    if (line(slope, beside, now) >= limit) return now;
    const time = found.time + (limit - found.value - beside) / slope;
    return time >= now && time <= horizon ? time : null;
  };
  return {
    trend: found, value: line(found.slope, 0, at),
    low: line(at >= found.time ? found.low : found.high, down, at), high: line(at >= found.time ? found.high : found.low, up, at),
    reaches: meets(found.slope, 0),
    earliest: meets(found.high, up),
    latest: meets(found.low, down),
  };
}
