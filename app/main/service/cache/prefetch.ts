// Gets ready what is likely to be asked next, while nobody asks anything: one at a time, within a budget of time, never under memory
// pressure. What it makes lies in the cache like everything else; what came of each prediction is counted.
import { type Knob, silent, type Telemetry } from '../../../core/telemetry.ts';
import type { LayeredCache } from './cache.ts';
import { type Possible, Predictor } from './predictor.ts';

/** `run` answers it, with all that is asked together with it, for the cache alone. */
export interface Offer extends Possible { run(): Promise<unknown> }

/**
 * Of a second of work ahead so much must be expected to be saved by the very next request, or it is put off. What is got ready takes as long as somebody
 * would wait for it, so this is how likely they ask for it; what it saves later comes to it (decision 0075).
 */
const WORTH = 0.15;
/** What is not asked for within so many requests was foreseen in vain. */
export const PATIENCE = 12;
/** Milliseconds without a request after which it begins. */
const QUIET = 20;
/** The share of time it may take, in percent, where nobody says; and the most it may have saved up, in milliseconds. */
const SHARE = 20, SAVED_UP = 1000;

interface Ahead { readonly ms: number; readonly made: number }

export class Prefetch {
  made = 0;
  right = 0;
  wrong = 0;
  /** milliseconds of work that were done before they were asked for, and those done in vain */
  saved = 0;
  wasted = 0;
  enabled = false;
  readonly #cache: LayeredCache;
  readonly #counters;
  readonly #predictor = new Predictor();
  readonly #ahead = new Map<string, Ahead>();
  #requests = 0;
  #offers: (() => readonly Offer[]) | null = null;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #share = SHARE;
  /** milliseconds it may take now, as of `#since` */
  #budget = SAVED_UP;
  #since: number;

  constructor(cache: LayeredCache, telemetry: Telemetry = silent) {
    this.#cache = cache;
    this.#since = cache.now();
    this.#counters = { right: telemetry.counter('acumen_predictions_total', 'right'), wrong: telemetry.counter('acumen_predictions_total', 'wrong') };
  }

  get paused(): boolean { return !this.enabled || this.#share === 0 || this.#cache.stage !== 'normal'; }

  /** A request was answered; `offers`: what may come next, thought of once nobody asks. */
  saw(request: string, offers: () => readonly Offer[]): void {
    const { recorder } = this.#cache;
    if (!this.enabled && recorder === null) return;
    recorder?.named(request);
    this.#offers = offers;
    if (!this.enabled) return;
    this.#requests++;
    this.#predictor.asked(request, request.slice(0, request.indexOf(' ')));
    this.#judge(request);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { this.#running = this.#running.then(() => this.#run()).catch(() => undefined); }, QUIET).unref();
  }

  /** Asked together with another request: it may have been got ready, and leads nowhere. */
  sawBeside(request: string): void {
    this.#cache.recorder?.named(request);
    if (!this.enabled) return;
    this.#predictor.askedBeside(request);
    this.#judge(request);
  }

  /** What was offered with what was asked last, once. */
  taken(): readonly Offer[] {
    const offers = this.#offers?.() ?? [];
    this.#offers = null;
    return offers;
  }

  #judge(request: string): void {
    const ahead = this.#ahead.get(request);
    if (ahead !== undefined) {
      this.#ahead.delete(request);
      this.right++;
      this.saved += ahead.ms;
      this.#counters.right.add();
    }
    for (const [name, { ms, made }] of this.#ahead) {
      if (this.#requests - made < PATIENCE) break;
      this.#ahead.delete(name);
      this.wrong++;
      this.wasted += ms;
      this.#counters.wrong.add();
    }
  }

  async #run(): Promise<void> {
    if (this.paused) return;
    const at = this.#requests, offers = this.taken();
    this.#predictor.offered(offers);
    for (const { request, run } of worthwhile(offers, this.#predictor)) {
      if (this.#ahead.has(request)) continue;
      const now = this.#cache.now(), { made } = this.#cache;
      this.#budget = Math.min(SAVED_UP, this.#budget + (now - this.#since) * this.#share / 100);
      this.#since = now;
      if (this.#budget <= 0 || this.#requests !== at || this.paused) return;
      // what cannot be answered is said to whoever asks for it
      await run().catch(() => undefined);
      const ms = this.#cache.now() - now;
      this.#budget -= ms;
      // what was at hand already need not have been foreseen
      if (this.#cache.made === made) continue;
      this.made++;
      this.#ahead.set(request, { ms, made: this.#requests });
    }
  }

  figures(): { readonly made: number; readonly right: number; readonly wrong: number; readonly paused: boolean } {
    return { made: this.made, right: this.right, wrong: this.wrong, paused: this.paused };
  }

  knobs(): Knob[] {
    return [{ name: 'prefetch share', unit: 'percent', min: 0, max: 50, value: () => this.#share, set: (share) => { this.#share = share; } }];
  }

  /** What is under way is waited for: it reads what is closed next. */
  async close(): Promise<void> {
    this.enabled = false;
    clearTimeout(this.#timer);
    await this.#running;
  }
}

/** What is worth being got ready now, what saves most of its work first. */
export function worthwhile<O extends { readonly step: string }>(offers: readonly O[], predictor: Predictor): O[] {
  return offers.map((offer) => ({ offer, p: predictor.likely(offer.step) })).filter(({ p }) => p >= WORTH)
    .sort((x, y) => y.p - x.p).map(({ offer }) => offer);
}
