// The controller: once a second it looks at caches, pools and memory, asks its rules (policies.ts), turns knobs, and tells each decision with its
// reason and, a while later, what came of it. What it may touch is given to it; what nothing is gained by stays as it was set.
import { bug } from '../../../core/errors.ts';
import { type Knob, type MemoryStage, type Telemetry, silent } from '../../../core/telemetry.ts';
import { type CacheUse, CacheSize, MemoryGuard, type PoolUse, WarmWorkers } from './policies.ts';

/** A figure by which a decision is judged afterwards. */
export interface Measure { readonly metric: string; value(): number | null }

/** What the service's cache is (cache/cache.ts). Its bound is the knob `cache L1`. */
export interface ControlledCache extends CacheUse { knobs(): readonly Knob[]; press(stage: MemoryStage): void }
export interface ControlledPool { use(): PoolUse; /** workers that it keeps */ readonly knob: Knob; /** how long jobs wait */ readonly measure: Measure }
export interface ControllerOptions {
  /** bytes in use and the most there may be; where there are several limits, of the one that is nearest */
  readonly memory: () => { readonly bytes: number; readonly limit: number };
  /** Refuses more requests the lower it is: turned down under throttling alone. */
  readonly admission?: Knob | null;
  readonly telemetry?: Telemetry;
  /** ms of a tick */
  readonly tickMs?: number;
}

/** Ticks after which a decision's effect is measured. */
const EFFECT = 30;
/** What requests may be under way while memory is throttled, as a share of what may be. */
const THROTTLED = 0.25;

interface Decision { readonly id: number; readonly knob: string; readonly measure: Measure; readonly before: number; readonly due: number }

export class Controller {
  readonly #memory: ControllerOptions['memory'];
  readonly #telemetry: Telemetry;
  readonly #tickMs: number;
  readonly #admission: Knob | null;
  readonly #admitted: number;
  readonly #guard = new MemoryGuard();
  #caches: { readonly cache: ControlledCache; readonly knob: Knob; readonly size: CacheSize }[] = [];
  readonly #pools: { readonly pool: ControlledPool; readonly warm: WarmWorkers }[] = [];
  #pending: Decision[] = [];
  #ids = 0;
  #ticks = 0;
  #isOn = true;

  constructor({ memory, admission = null, telemetry = silent, tickMs = 1000 }: ControllerOptions) {
    this.#memory = memory;
    this.#telemetry = telemetry;
    this.#tickMs = tickMs;
    this.#admission = admission;
    this.#admitted = admission?.value() ?? 0;
  }

  /** What its bound is now is the most it gets: the rest is only lent to others. Answers what takes it away again. */
  addCache(cache: ControlledCache): () => void {
    const knob = cache.knobs().find(({ name }) => name === 'cache L1');
    if (knob === undefined) throw bug('there is no knob cache L1');
    const one = { cache, knob, size: new CacheSize(knob.min, knob.value()) };
    this.#caches.push(one);
    if (this.stage !== 'normal') cache.press(this.stage);
    return () => { this.#caches = this.#caches.filter((other) => other !== one); };
  }

  addPool(pool: ControlledPool): void { this.#pools.push({ pool, warm: new WarmWorkers(this.#tickMs) }); }

  get stage(): MemoryStage { return this.#guard.stage; }
  get isOn(): boolean { return this.#isOn; }
  /** Off: knobs stay where they are; memory is guarded all the same, for what it prevents is the end of the process. */
  switch(isOn: boolean): void { this.#isOn = isOn; }

  /** One second. `isShort`: of processor time. */
  tick(isShort = false): void {
    this.#ticks++;
    this.#guardMemory();
    if (this.#isOn) {
      this.#sizeCache(isShort);
      this.#warmPools();
    }
    this.#judge();
  }

  #guardMemory(): void {
    const { bytes, limit } = this.#memory(), reason = this.#guard.tick(bytes / limit);
    if (reason === null) return;
    const { stage } = this.#guard;
    this.#telemetry.tell({ kind: 'memory', guard: stage, bytes, limit, reason }, stage === 'normal' ? 'normal' : 'critical');
    for (const { cache } of this.#caches) cache.press(stage);
    const measure: Measure = { metric: 'acumen_memory_usage_bytes rss', value: () => this.#memory().bytes };
    if (this.#admission !== null) this.#turn(this.#admission, stage === 'throttling' ? Math.floor(this.#admitted * THROTTLED) : this.#admitted, reason, measure);
    if (stage !== 'normal') for (const { pool } of this.#pools) this.#turn(pool.knob, 0, reason, measure);
  }

  #sizeCache(isShort: boolean): void {
    // under pressure its bound is a part of what was set: what comes back then says nothing of the whole
    if (this.stage !== 'normal') return;
    for (const { cache, knob, size } of this.#caches) {
      const advice = size.tick(cache, isShort);
      if (advice !== null) this.#turn(knob, Math.round(advice.to), advice.reason, { metric: 'acumen_cache_bytes L1', value: () => cache.bytes });
    }
  }

  #warmPools(): void {
    for (const { pool, warm } of this.#pools) {
      const { to, reason } = warm.tick(pool.use());
      if (this.stage === 'normal') this.#turn(pool.knob, to, reason, pool.measure);
    }
  }

  #turn(knob: Knob, wanted: number, reason: string, measure: Measure): void {
    const from = knob.value(), to = Math.min(knob.max, Math.max(knob.min, wanted));
    if (to === from) return;
    const before = measure.value();
    knob.set(to);
    const id = ++this.#ids;
    this.#telemetry.tell({ kind: 'decision', id, knob: knob.name, from, to, reason });
    // no figure before: none to compare with
    if (before !== null) this.#pending.push({ id, knob: knob.name, measure, before, due: this.#ticks + EFFECT });
  }

  #judge(): void {
    for (const { id, knob, measure, before, due } of this.#pending) {
      if (due > this.#ticks) break;
      const after = measure.value();
      if (after !== null) this.#telemetry.tell({ kind: 'effect', id, knob, metric: measure.metric, before, after });
    }
    this.#pending = this.#pending.filter(({ due }) => due > this.#ticks);
  }
}
