// What the controller goes by, one rule each, without clock, knobs or telemetry: figures of one second in, what should be and why out. A second
// is a tick: tests and benchmarks make them shorter. Each rule beats leaving its knob alone (bench control), or it would not be here.
import type { MemoryStage } from '../../../core/telemetry.ts';

/** What should be, and the reason in words. */
export interface Advice { readonly to: number; readonly reason: string }

const MB = 1e6;
const mb = (bytes: number): string => `${(bytes / MB).toFixed(bytes < 10 * MB ? 1 : 0)} MB`;

/** Ticks of a window in which what is used is counted. */
const WINDOW = 10;
/** Windows that what is used is the most of, until something came back too soon. */
const PATIENCE = { first: 3, most: 24 };
/** Of what is used so much is kept, and of the bound so much for what is new. */
const AMPLE = 1.5, FRESH = 0.1;
/** A bound goes down by so much at once, and up; and never below that share of what the cache was opened with. */
const DOWN = 0.7, UP = 2, LEAST = 0.25;
/** A share of lookups that a 99th percentile does not see, and lookups before which it is no share yet. */
const RARE = 0.003, FEW = 50;
/** Less than this share is not worth a change. */
const WORTH = 0.05;

export interface CacheUse {
  /** its bound now, and what lies in it, in bytes */
  readonly limit: number; readonly bytes: number;
  /** since the beginning */
  readonly use: { readonly lookups: number; readonly returned: number };
  /** Ends a window of time: bytes found in it, each answer once. */
  endWindow(): number;
}

/**
 * The bound of a cache by its working set (Denning 1968): what was found in the last windows, and some more. Lent memory comes back as soon as
 * answers are computed again that had been let go; if that happens soon after, the next try waits twice as long. It never exceeds the
 * bound the cache was opened with. Nothing is lent while the processor is short: what is computed again would be paid for then.
 */
export class CacheSize {
  readonly #min: number;
  readonly #max: number;
  #tick = 0;
  #used: number[] = [];
  #patience = PATIENCE.first;
  #lookups = 0; #returned = 0;
  #shrunkAt = Number.NEGATIVE_INFINITY;

  /** `min`: the knob's; `max`: the bound it was opened with. */
  constructor(min: number, max: number) { this.#min = Math.min(Math.max(min, LEAST * max), max); this.#max = max; }

  /** `isShort`: of processor time. */
  tick(cache: CacheUse, isShort = false): Advice | null {
    this.#tick++;
    const { limit, bytes, use } = cache;
    const returned = use.returned - this.#returned, lookups = use.lookups - this.#lookups;
    const isMissed = lookups >= FEW && returned > RARE * lookups;
    const isEnd = this.#tick % WINDOW === 0;
    if (isEnd) this.#used.push(cache.endWindow());
    if (isMissed || isEnd) { this.#returned = use.returned; this.#lookups = use.lookups; }
    if (isMissed) {
      if (limit >= this.#max) { this.#used = []; return null; }
      // lent too early: wait longer before the next time
      if (this.#tick - this.#shrunkAt < WINDOW * this.#patience) this.#patience = Math.min(PATIENCE.most, 2 * this.#patience);
      this.#used = [];
      return { to: Math.min(this.#max, limit * UP), reason: `${returned} of ${lookups} answers were asked for again after they had been let go` };
    }
    if (!isEnd || isShort || this.#used.length < this.#patience) return null;
    const used = Math.max(...this.#used.slice(-this.#patience));
    this.#used = this.#used.slice(-PATIENCE.most);
    const wanted = Math.max(this.#min, AMPLE * used + FRESH * this.#max, DOWN * limit);
    // a cache that is not full lends nothing by being bounded
    if (wanted > (1 - WORTH) * limit || wanted > bytes) return null;
    this.#shrunkAt = this.#tick;
    return { to: wanted, reason: `only ${mb(used)} of ${mb(bytes)} were asked for again` };
  }
}

/** Seconds that the next minute is expected to be like the busiest of. */
const LOOKED_BACK = 120;

export interface PoolUse { /** jobs done since the beginning */ readonly done: number; /** running and waiting now */ readonly at: number; /** ms of a usual job */ readonly runMs: number | null; readonly max: number }

/**
 * Workers that a pool keeps warm: as many as the next minute is expected to need, which is what the busiest second of the last two minutes did.
 * People's work comes in bursts: who waits for a burst's first answers waits for threads to start.
 */
export class WarmWorkers {
  readonly #tickMs: number;
  readonly #needs: number[] = [];
  #done: number | null = null;

  constructor(tickMs = 1000) { this.#tickMs = tickMs; }

  /** The needs of the next minute, in workers. */
  tick({ done, at, runMs, max }: PoolUse): Advice {
    const jobs = done - (this.#done ?? done);
    this.#done = done;
    const need = Math.max(Math.min(at, max), jobs === 0 ? 0 : Math.max(1, Math.ceil(jobs * (runMs ?? 0) / this.#tickMs)));
    this.#needs.push(Math.min(max, need));
    if (this.#needs.length > LOOKED_BACK) this.#needs.shift();
    const to = Math.max(...this.#needs);
    return { to, reason: to === 0 ? 'it had nothing to do for two minutes' : `its busiest second of the last two minutes needed ${to}` };
  }
}

/** Shares of the limit from which a stage begins and below which it ends; seconds that it must be below before it does. */
const STAGES = { shrinking: { from: 0.75, below: 0.65 }, throttling: { from: 0.9, below: 0.8 } } as const;
const CALM = 10;
/** Seconds ahead that memory is looked at, seconds that its growth is seen by, and the share from which that counts. */
const AHEAD = 60, SEEN = 30, COUNTS = 0.6;
const order: readonly MemoryStage[] = ['normal', 'shrinking', 'throttling'];

/**
 * How hard memory is pressed, in stages; up at once, down one at a time when it has been calm for a while. What grows so that it would reach
 * the limit within a minute is shrunk before it does.
 */
export class MemoryGuard {
  readonly #history: number[] = [];
  #calm = 0;
  stage: MemoryStage = 'normal';

  /** `share` of the limit in use. The reason if the stage is another now. */
  tick(share: number): string | null {
    this.#history.push(share);
    if (this.#history.length > SEEN) this.#history.shift();
    const ahead = share + AHEAD * slope(this.#history);
    const percent = (x: number): string => `${Math.round(100 * x)} %`;
    const due: MemoryStage = share >= STAGES.throttling.from ? 'throttling'
      : share >= STAGES.shrinking.from || (share >= COUNTS && ahead >= 1 && this.#history.length === SEEN) ? 'shrinking' : 'normal';
    if (order.indexOf(due) > order.indexOf(this.stage)) {
      this.stage = due;
      this.#calm = 0;
      return share >= STAGES.shrinking.from ? `${percent(share)} of the memory limit is in use` : `${percent(share)} of the memory limit is in use, and at this pace all of it within a minute`;
    }
    if (this.stage === 'normal') return null;
    this.#calm = share < STAGES[this.stage].below && due !== this.stage ? this.#calm + 1 : 0;
    if (this.#calm < CALM) return null;
    this.#calm = 0;
    this.stage = order[order.indexOf(this.stage) - 1]!;
    return `${percent(share)} of the memory limit is in use, for ${CALM} s`;
  }
}

/** Of the least squares' line, per step. */
function slope(values: readonly number[]): number {
  const n = values.length;
  if (n < 2) return 0;
  const middle = (n - 1) / 2, mean = values.reduce((sum, value) => sum + value, 0) / n;
  let up = 0, square = 0;
  values.forEach((value, i) => { up += (i - middle) * (value - mean); square += (i - middle) ** 2; });
  return up / square;
}
