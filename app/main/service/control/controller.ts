// The controller: once a second it looks at caches, pools and memory, asks its rules (policies.ts), turns knobs, and tells each decision with its
// reason and, a while later, what came of it. What it may touch is given to it; what nothing is gained by stays as it was set.
import { type Knob, type MemoryStage, type Telemetry, silent } from '../../../core/telemetry.ts';
import { type CacheUse, CacheSize, MemoryGuard, type PoolUse, WarmWorkers } from './policies.ts';

/** A figure by which a decision is judged afterwards. */
export interface Measure { readonly metric: string; value(): number | null }

export interface Controlled {
  readonly cache?: { readonly use: CacheUse; readonly knob: Knob; press(stage: MemoryStage): void } | null;
  readonly pools?: readonly { readonly use: () => PoolUse; readonly knob: Knob; /** how long jobs wait */ readonly measure: Measure }[];
  /** Refuses more requests the lower it is: turned down under throttling alone. */
  readonly admission?: Knob | null;
  /** bytes in use and the most there may be; where there are several limits, the one that is nearest */
  memory(): { readonly bytes: number; readonly limit: number };
}
export interface ControllerOptions {
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
  readonly #on: Controlled;
  readonly #telemetry: Telemetry;
  readonly #cache: CacheSize | null;
  readonly #pools: readonly WarmWorkers[];
  readonly #guard = new MemoryGuard();
  readonly #admitted: number;
  #pending: Decision[] = [];
  #ids = 0;
  #ticks = 0;
  #isOn = true;

  constructor(on: Controlled, { telemetry = silent, tickMs = 1000 }: ControllerOptions = {}) {
    this.#on = on;
    this.#telemetry = telemetry;
    // what it was opened with is the most it gets: the rest is only lent to others
    this.#cache = on.cache == null ? null : new CacheSize(on.cache.knob.min, on.cache.knob.value());
    this.#pools = (on.pools ?? []).map(() => new WarmWorkers(tickMs));
    this.#admitted = on.admission?.value() ?? 0;
  }

  get stage(): MemoryStage { return this.#guard.stage; }
  get isOn(): boolean { return this.#isOn; }
  /** Off: knobs stay where they are; memory is guarded all the same, for what it prevents is the end of the process. */
  switch(isOn: boolean): void { this.#isOn = isOn; }

  /** One second. */
  tick(): void {
    this.#ticks++;
    this.#guardMemory();
    if (this.#isOn) {
      this.#sizeCache();
      this.#warmPools();
    }
    this.#judge();
  }

  #guardMemory(): void {
    const { bytes, limit } = this.#on.memory(), reason = this.#guard.tick(bytes / limit);
    if (reason === null) return;
    const { stage } = this.#guard;
    this.#telemetry.tell({ kind: 'memory', guard: stage, bytes, limit, reason }, stage === 'normal' ? 'normal' : 'critical');
    this.#on.cache?.press(stage);
    const { admission } = this.#on;
    const memory: Measure = { metric: 'acumen_memory_usage_bytes rss', value: () => this.#on.memory().bytes };
    if (admission != null) this.#turn(admission, stage === 'throttling' ? Math.max(admission.min, Math.floor(this.#admitted * THROTTLED)) : this.#admitted, reason, memory);
    if (stage !== 'normal') for (const { knob } of this.#on.pools ?? []) this.#turn(knob, 0, reason, memory);
  }

  #sizeCache(): void {
    const { cache } = this.#on;
    // under pressure its bound is a part of what was set: what comes back then says nothing of the whole
    if (cache == null || this.#guard.stage !== 'normal') return;
    const advice = this.#cache!.tick(cache.use);
    if (advice !== null) this.#turn(cache.knob, Math.round(advice.to), advice.reason, { metric: 'acumen_cache_bytes L1', value: () => cache.use.bytes });
  }

  #warmPools(): void {
    this.#pools.forEach((policy, i) => {
      const { use, knob, measure } = this.#on.pools![i]!, { to, reason } = policy.tick(use());
      if (this.#guard.stage === 'normal') this.#turn(knob, to, reason, measure);
    });
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
