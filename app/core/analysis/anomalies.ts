// What is strange in a series just now: against its own last while, and against the same time of other days where those are known. A lasting
// change is strange once and then the usual: changes.ts and regression.ts speak of those.
import { type Spread, median, spread } from './robust.ts';

export interface Anomaly { readonly value: number; readonly expected: number; /** deviations off, with the sign of the difference */ readonly score: number }
export interface AnomalyOptions {
  /** values looked back on */
  readonly window?: number;
  /** deviations from which a value is strange */
  readonly score?: number;
  /** and how far beyond what the window has seen, as a multiple of that */
  readonly beyond?: number;
  /** a difference that matters, in the unit of the values */
  readonly least?: number;
}

/** Values below which nothing is called strange. */
const FEWEST = 30;
/** Values that are usual again, one after the other, before the next is an anomaly of its own. */
const CALM = 6;

/**
 * Hampel's identifier over a trailing window ("The influence curve and its role in robust estimation", 1974): the median and the median deviation, each side by
 * itself. Figures of a program have long tails, of which any multiple of a deviation is reached now and then; so a value must also lie well beyond
 * the most extreme that the window has. Times and sizes are given as logarithms, so that strange means a factor.
 */
export class AnomalyWatch {
  readonly #options: Required<AnomalyOptions>;
  readonly #ring: Float64Array;
  #seen = 0;
  /** values since the last strange one */
  #calm = Infinity;

  constructor({ window = 360, score = 8, beyond = 1.5, least = 0 }: AnomalyOptions = {}) {
    this.#options = { window, score, beyond, least };
    this.#ring = new Float64Array(window);
  }

  /** The next value, in order of time; `season`: what is usual at such a time of day. Null: nothing strange, or strange for a while already. */
  next(value: number, season: Spread | null = null): Anomaly | null {
    if (Number.isNaN(value)) return null;
    const { window, score: limit, beyond, least } = this.#options;
    const before = this.#ring.subarray(0, Math.min(this.#seen, window));
    const found = before.length < FEWEST ? null : this.#strange(value, before, season, limit, beyond, least);
    this.#ring[this.#seen++ % window] = value;
    if (found === null) {
      this.#calm++;
      return null;
    }
    const isNew = this.#calm >= CALM;
    this.#calm = 0;
    return isNew ? found : null;
  }

  #strange(value: number, before: Float64Array, season: Spread | null, limit: number, beyond: number, least: number): Anomaly | null {
    const usual = spread(before)!;
    const off = value - usual.centre;
    if (Math.abs(off) < least) return null;
    const score = scoreOf(value, usual, least);
    if (Math.abs(score) < limit) return null;
    // other days tell where the value lies at this time, the window how it scatters
    if (season !== null && Math.abs(scoreOf(value, { centre: season.centre, below: Math.max(season.below, usual.below), above: Math.max(season.above, usual.above) }, least)) < limit) return null;
    let most = 0;
    for (const other of before) most = Math.max(most, (other - usual.centre) * Math.sign(off));
    return Math.abs(off) > beyond * most ? { value, expected: usual.centre, score } : null;
  }
}

/** A series that never varies has no deviation: a tenth of what matters stands for it. */
function scoreOf(value: number, usual: Spread, least: number): number {
  const off = value - usual.centre;
  return off === 0 ? 0 : off / Math.max(off > 0 ? usual.above : usual.below, least / 10, 1e-9 * Math.abs(usual.centre), 1e-12);
}

/** Days of which the same time must be known before it is usual. */
const FEWEST_DAYS = 4;

/** What is usual by the time of day: medians of each phase of the last days, as data that may be kept. */
export class Seasons {
  readonly #days: number;
  readonly #phases: number[][];
  #phase = -1;
  #now: number[] = [];

  constructor(phases = 24, days = 21, kept: readonly (readonly number[])[] = []) {
    this.#days = days;
    this.#phases = Array.from({ length: phases }, (_, phase) => (kept[phase] ?? []).slice(-days));
  }

  /** A value in its phase; when the phase ends, its median is one day more. */
  add(phase: number, value: number): void {
    if (phase !== this.#phase) {
      const of = this.#phases[this.#phase];
      if (of !== undefined && this.#now.length > 0) {
        of.push(median(this.#now));
        if (of.length > this.#days) of.shift();
      }
      this.#phase = phase;
      this.#now = [];
    }
    if (!Number.isNaN(value)) this.#now.push(value);
  }

  usual(phase: number): Spread | null {
    const of = this.#phases[phase] ?? [];
    return of.length < FEWEST_DAYS ? null : spread(of);
  }

  get kept(): readonly (readonly number[])[] { return this.#phases; }
}
