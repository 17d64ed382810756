// Baselines by name, kept in FILE.telemetry: what a quiet time was like, to hold later minutes to. With none saved, the last hour stands for one.
import type { SavedBaseline } from '../../../contract/performance.ts';
import { type Expectation, NOTHING } from '../../../core/analysis/expected.ts';
import type { Baseline, Profiles } from '../../../core/analysis/regression.ts';
import { FEWEST_MINUTES, baselineOf } from '../../../core/analysis/regression.ts';
import { AcumenError } from '../../../core/errors.ts';
import type { Keeper } from './watcher.ts';

const PREFIX = 'baseline/';
/** Baselines that are kept at most: each is some tens of kilobytes. */
const MOST = 50;
/** 1: without what the others say. */
const VERSION = 2;

export interface Saved extends SavedBaseline { readonly baseline: Baseline }

export class Baselines {
  readonly #keeper: () => Keeper | null;
  #saved: Saved[];

  constructor(keeper: () => Keeper | null) {
    this.#keeper = keeper;
    const file = keeper();
    this.#saved = (file?.keptNames(PREFIX) ?? []).flatMap((name) => {
      const kept = file!.kept(name);
      const baseline = kept === null ? null : unpack(kept.body);
      return baseline === null ? [] : [saved(name.slice(PREFIX.length), kept!.at, baseline)];
    }).sort((a, b) => b.at - a.at);
  }

  /** The newest first. */
  get list(): readonly SavedBaseline[] { return this.#saved.map(({ name, at, window, metrics }) => ({ name, at, window, metrics })); }
  /** The one that is compared with. */
  get newest(): Saved | null { return this.#saved[0] ?? null; }

  /** Of the same name: replaced. */
  save(name: string, windows: readonly Profiles[], perMinute: number, at: number): void {
    const baseline = baselineOf(windows, perMinute);
    if (baseline.series.length === 0) {
      throw new AcumenError('usage', 'There is too little to make a baseline of.', `It wants ${FEWEST_MINUTES} minutes in which something was asked every other second; work on for a while.`, { minutes: baseline.minutes });
    }
    if (this.#saved.length >= MOST && !this.#saved.some((one) => one.name === name)) throw new AcumenError('too-large', `There are ${MOST} baselines already.`, 'Drop one first.', { limit: MOST });
    if (this.#keeper()?.keep(PREFIX + name, at, pack(baseline)) === false) throw busy();
    this.#saved = [saved(name, at, baseline), ...this.#saved.filter((one) => one.name !== name)];
  }

  drop(name: string): void {
    if (!this.#saved.some((one) => one.name === name)) throw new AcumenError('unknown-name', `There is no baseline named ${name}.`, 'Look at the list of baselines.', { name });
    if (this.#keeper()?.forget(PREFIX + name) === false) throw busy();
    this.#saved = this.#saved.filter((one) => one.name !== name);
  }
}

const busy = (): AcumenError => new AcumenError('store-locked', 'Another process holds the telemetry.', 'Try again in a moment.');
const saved = (name: string, at: number, baseline: Baseline): Saved => ({ name, at, window: baseline.minutes * 60, metrics: baseline.series.length, baseline });

function pack({ minutes, series }: Baseline): Uint8Array {
  const numbers = (values: Float64Array): number[] => Array.from(values, (value) => Number(value.toFixed(5)));
  return new TextEncoder().encode(JSON.stringify({ version: VERSION, minutes, series: series.map(({ name, profile, expectation: { others, weights, low, high }, shifts }) => ({
    name, profile: numbers(profile), shifts: numbers(shifts), expectation: { others, weights: numbers(weights), low: numbers(low), high: numbers(high) },
  })) }));
}

/** Null where it is of another version, or damaged: then it is not there. */
function unpack(body: Uint8Array): Baseline | null {
  try {
    const { version, minutes, series } = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as { version: unknown; minutes: unknown; series: unknown };
    if ((version !== VERSION && version !== 1) || !Number.isSafeInteger(minutes) || !Array.isArray(series)) return null;
    const numbers = (value: unknown, least: number): Float64Array => {
      if (!Array.isArray(value) || value.length < least || !value.every(Number.isFinite)) throw new Error('not numbers');
      return Float64Array.from(value as number[]);
    };
    const expectation = (value: unknown): Expectation => {
      const { others, weights, low, high } = value as Record<keyof Expectation, unknown>;
      if (!Array.isArray(others)) throw new Error('no names');
      const read = { others: others.map(String), weights: numbers(weights, 0), low: numbers(low, 0), high: numbers(high, 0) }, { length } = read.weights;
      if (length !== (others.length === 0 ? 0 : others.length + 1) || read.low.length !== length || read.high.length !== length) throw new Error('another length');
      return read;
    };
    return {
      minutes: minutes as number,
      series: (series as { name: unknown; profile: unknown; shifts: unknown; expectation: unknown }[]).map((one) => ({
        name: String(one.name), profile: numbers(one.profile, FEWEST_MINUTES), shifts: numbers(one.shifts, FEWEST_MINUTES), expectation: version === 1 ? NOTHING : expectation(one.expectation),
      })),
    };
  } catch {
    return null;
  }
}
