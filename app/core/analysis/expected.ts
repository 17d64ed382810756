// What a series is expected to take in a window, from what the others take in the same: a machine that is slower, or whose memory is, slows each by as much
// as it wants of it. How much, the baseline says: ridge regression (Hoerl and Kennard, 1970) on the others, held to parts of the baseline that it was not made
// of, and left out where it tells no more than what all have in common.
import { median, quantile, sorted } from './robust.ts';

/** Shifts of one window by series: logarithms against the whole baseline. */
export type Shifts = ReadonlyMap<string, number>;

/** Other series that make a common part; with fewer there is none. */
const FEWEST_OTHERS = 3;
/** What all others have in common; 0 where they are too few to tell. */
export function commonOf(shifts: Shifts, name: string): number {
  const others: number[] = [];
  for (const [other, value] of shifts) if (other !== name) others.push(value);
  return others.length < FEWEST_OTHERS ? 0 : median(others);
}
/** The same of each that is there, put in order once. */
export function commonsOf(shifts: Shifts): Map<string, number> {
  const values = sorted([...shifts.values()]), others = values.length - 1, commons = new Map<string, number>();
  for (const [name, value] of shifts) {
    const own = values.indexOf(value), at = (i: number): number => values[i < own ? i : i + 1]!;
    commons.set(name, others < FEWEST_OTHERS ? 0 : (at((others - 1) >> 1) + at(others >> 1)) / 2);
  }
  return commons;
}

/**
 * By how much more than the common part: so many times the common part itself, then so many times what each of `others` shifts beyond it. All are held within what the
 * baseline has shown of them: one that takes ten times as long says nothing of what the rest should take.
 */
export interface Expectation { readonly others: readonly string[]; readonly weights: Float64Array; readonly low: Float64Array; readonly high: Float64Array }
/** Nothing but the common part. */
export const NOTHING: Expectation = { others: [], weights: new Float64Array(0), low: new Float64Array(0), high: new Float64Array(0) };

export function expected({ others, weights, low, high }: Expectation, shifts: Shifts, name: string): number {
  const common = commonOf(shifts, name);
  let sum = common;
  for (let i = 0; i < weights.length; i++) sum += weights[i]! * Math.max(low[i]!, Math.min(high[i]!, regressorOf(others, i, shifts, common)));
  return sum;
}

/** One that had too few requests in the window is taken to be as all are. */
const regressorOf = (others: readonly string[], i: number, shifts: Shifts, common: number): number => (i === 0 ? common : (shifts.get(others[i - 1]!) ?? common) - common);

/** Parts of the baseline, one after the other in time, that are left out in turn; minutes below which nothing is fitted; others that are looked at. */
const PARTS = 6, FEWEST_FITTED = 20, MOST_OTHERS = 16;
/** Penalties that are tried, as shares of the mean square of what the weights are for. */
const PENALTIES: readonly number[] = [3, 1, 0.3, 0.1];
/** What is beyond these shares of the baseline's windows is taken to lie there. */
const EDGE = 0.025;
/** By how much it must tell more than the common part alone. */
const WORTH = 0.9;

export interface Window { readonly shifts: Shifts; /** commonsOf */ readonly commons: ReadonlyMap<string, number> }
export const windowOf = (shifts: Shifts): Window => ({ shifts, commons: commonsOf(shifts) });
/** `beyond`: what of each window nothing explained, in order. */
export interface Fitted { readonly expectation: Expectation; readonly beyond: Float64Array }

/**
 * `windows`: of the baseline, oldest first, each a minute, `perMinute` of them begun in each. `told`: what slowdown would be told where so much is left over; the
 * least wins. What is left over is always of a part of the baseline that the weights were not made of, and so scatters as what is to come will.
 */
export function fit(windows: readonly Window[], name: string, perMinute: number, told: (beyond: Float64Array) => number): Fitted {
  const having = windows.filter(({ shifts }) => shifts.has(name)), rows = having.map(({ shifts }) => shifts), n = rows.length;
  const commons = having.map((window) => window.commons.get(name)!), own = Float64Array.from(rows, (shifts, i) => shifts.get(name)! - commons[i]!);
  let best: Fitted = { expectation: NOTHING, beyond: own }, least = told(own) * WORTH;
  if (n < FEWEST_FITTED * perMinute) return best;
  const counts = new Map<string, number>();
  for (const shifts of rows) for (const other of shifts.keys()) if (other !== name) counts.set(other, (counts.get(other) ?? 0) + 1);
  const others = [...counts].filter(([, count]) => count >= 0.9 * n).sort((a, b) => b[1] - a[1]).slice(0, MOST_OTHERS).map(([other]) => other);
  if (others.length < FEWEST_OTHERS) return best;
  const k = others.length + 1, columns = Array.from({ length: k }, (_, i) => Float64Array.from(rows, (shifts, row) => regressorOf(others, i, shifts, commons[row]!)));
  const low = Float64Array.from(columns, (column) => quantile(column, EDGE)), high = Float64Array.from(columns, (column) => quantile(column, 1 - EDGE));
  for (const [i, column] of columns.entries()) for (let row = 0; row < n; row++) column[row] = Math.max(low[i]!, Math.min(high[i]!, column[row]!));
  const from = quantile(own, EDGE), to = quantile(own, 1 - EDGE), held = own.map((value) => Math.max(from, Math.min(to, value)));
  const squares = columns.reduce((sum, column) => sum + column.reduce((all, value) => all + value * value, 0), 0) / k;
  if (!(squares > 0)) return best;
  const parts = Array.from({ length: PARTS }, (_, part) => {
    // windows that overlap with the part's are not of the rest
    const start = Math.floor(part * n / PARTS), end = Math.floor((part + 1) * n / PARTS);
    return { start, end, sums: sumsOf(columns, held, (row) => row < start - perMinute || row >= end + perMinute) };
  });
  for (const penalty of PENALTIES) {
    const beyond = new Float64Array(n);
    for (const { start, end, sums } of parts) {
      const weights = solve(sums, penalty * squares, k);
      for (let row = start; row < end; row++) beyond[row] = own[row]! - columns.reduce((sum, column, i) => sum + weights[i]! * column[row]!, 0);
    }
    const needed = told(beyond);
    if (needed >= least) continue;
    least = needed;
    best = { expectation: { others, weights: leastSquares(columns, held, penalty * squares), low, high }, beyond };
  }
  return best;
}

interface Sums { readonly gram: Float64Array; readonly products: Float64Array }
function sumsOf(columns: readonly Float64Array[], own: Float64Array, isOf: (row: number) => boolean): Sums {
  const k = columns.length, gram = new Float64Array(k * k), products = new Float64Array(k);
  for (let row = 0; row < own.length; row++) {
    if (!isOf(row)) continue;
    for (let i = 0; i < k; i++) {
      const value = columns[i]![row]!;
      products[i]! += value * own[row]!;
      for (let j = 0; j <= i; j++) gram[i * k + j]! += value * columns[j]![row]!;
    }
  }
  return { gram, products };
}

/** Of all rows. */
export const leastSquares = (columns: readonly Float64Array[], own: Float64Array, penalty: number): Float64Array => solve(sumsOf(columns, own, () => true), penalty, columns.length);

/** Rounds of descent: it is done long before, as a penalty makes it well conditioned. */
const ROUNDS = 60;
/**
 * The least of the squares and the penalty, one weight after the other, none below 0 but that of the common part, of which at most all is taken back: nothing takes
 * less because another takes more.
 */
function solve({ gram, products }: Sums, penalty: number, k: number): Float64Array {
  const weights = new Float64Array(k);
  for (let round = 0, most = Infinity; round < ROUNDS && most > 1e-4; round++) {
    most = 0;
    for (let i = 0; i < k; i++) {
      let sum = products[i]!;
      for (let j = 0; j < k; j++) if (j !== i) sum -= gram[i >= j ? i * k + j : j * k + i]! * weights[j]!;
      const weight = Math.max(i === 0 ? -1 : 0, sum / (gram[i * k + i]! + penalty));
      most = Math.max(most, Math.abs(weight - weights[i]!));
      weights[i] = weight;
    }
  }
  return weights;
}
