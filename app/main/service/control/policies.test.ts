// The danger: a controller that starves what it should serve: a cache bounded below what is asked for, workers let go before the next burst, a guard that
// flutters or never lets go, and any of them that does something when nothing is the matter.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Histogram } from '../../../core/histogram.ts';
import type { MetricName } from '../../../core/telemetry.ts';
import type { Rolled } from '../monitor/monitor.ts';
import { type Kind, LayeredCache, type Shelf } from '../cache/cache.ts';
import { isShort } from './part.ts';
import { CacheSize, MemoryGuard, WarmWorkers } from './policies.ts';
import { InUse } from './sense.ts';

const KB = 1024;
const kind: Kind<number> = { name: 'planted', sizeOf: () => 10 * KB };
/** The service's cache, looked into as the service does; `second` ends one. */
class World {
  readonly cache: LayeredCache;
  readonly #shelf: Shelf<number>;
  readonly size: CacheSize;
  readonly max: number;
  readonly limits: number[] = [];
  hits = 0;
  fresh = 0;
  constructor(max: number) { this.max = max; this.cache = new LayeredCache({ limit: max, now: () => 0 }); this.#shelf = this.cache.shelf(kind); this.size = new CacheSize(0, max); }
  ask(key: string): void {
    if (this.#shelf.get(key) !== undefined) this.hits++;
    else this.#shelf.set(key, 1, 1);
  }
  second(hot: number, scan: number, isOn = true, isShort = false): void {
    for (let n = 0; n < 5 * hot; n++) this.ask(`hot ${n % hot}`);
    for (let n = 0; n < scan; n++) this.ask(`once ${this.fresh++}`);
    const advice = isOn ? this.size.tick(this.cache, isShort) : null;
    if (advice !== null) this.cache.resize(advice.to, advice.reason);
    this.limits.push(this.cache.limit);
  }
}

test('a cache in which little is found again lends its room, down to a quarter; and has all of it again soon after it is wanted', () => {
  const world = new World(4000 * KB);
  for (let n = 0; n < 100; n++) world.second(20, 30);
  expect(world.cache.limit).toBe(1000 * KB);
  const before = world.hits;
  for (let n = 0; n < 10; n++) world.second(250, 10);
  expect(world.cache.limit).toBe(4000 * KB);
  // beside a cache that was never bounded: the first two of these ten seconds differ, though it is asked in the order that is worst for it
  const fixed = new World(4000 * KB);
  for (let n = 0; n < 100; n++) fixed.second(20, 30, false);
  const fixedBefore = fixed.hits;
  for (let n = 0; n < 10; n++) fixed.second(250, 10, false);
  expect(world.hits - before).toBeGreaterThan(0.75 * (fixed.hits - fixedBefore));
});

test('whatever is asked, the bound stays within its own, and with a load that stays it comes to rest with nearly the hits of the whole', () => {
  fc.assert(fc.property(fc.array(fc.record({ hot: fc.integer({ min: 1, max: 600 }), scan: fc.nat(60), seconds: fc.integer({ min: 1, max: 60 }) }), { maxLength: 3 }), fc.integer({ min: 1, max: 300 }), fc.nat(60), (phases, hot, scan) => {
    const [world, fixed] = [new World(4000 * KB), new World(4000 * KB)];
    for (const phase of phases) for (let n = 0; n < phase.seconds; n++) for (const w of [world, fixed]) w.second(phase.hot, phase.scan, w === world);
    for (const limit of world.limits) { expect(limit).toBeLessThanOrEqual(world.max); expect(limit).toBeGreaterThanOrEqual(world.max / 4); }
    for (let n = 0; n < 200; n++) for (const w of [world, fixed]) w.second(hot, scan, w === world);
    const before = [world.hits, fixed.hits], changes = world.limits.length;
    for (let n = 0; n < 60; n++) for (const w of [world, fixed]) w.second(hot, scan, w === world);
    const [mine, whole] = [world.hits - before[0]!, fixed.hits - before[1]!];
    expect(mine).toBeGreaterThanOrEqual(0.97 * whole - 5);
    const late = world.limits.slice(changes);
    expect(late.filter((limit, i) => i > 0 && limit !== late[i - 1]).length).toBeLessThanOrEqual(6);
  }), { numRuns: 8 });
});

test('a cache that is not asked, or not full, is left alone', () => {
  const world = new World(4000 * KB);
  for (let n = 0; n < 200; n++) world.second(40, 0);
  expect(new Set(world.limits)).toEqual(new Set([4000 * KB]));
});

test('nothing is lent while the processor is short; what was lent comes back all the same', () => {
  const world = new World(4000 * KB);
  for (let n = 0; n < 60; n++) world.second(20, 30, true, true);
  expect(world.cache.limit).toBe(4000 * KB);
  for (let n = 0; n < 100; n++) world.second(20, 30);
  expect(world.cache.limit).toBe(1000 * KB);
  for (let n = 0; n < 10; n++) world.second(250, 10, true, true);
  expect(world.cache.limit).toBe(4000 * KB);
});

test('a second is short of processor time by its core, its event loop or its pauses', () => {
  const timer = (metric: MetricName, p99: number, sum: number): Rolled['timers'][number] => ({ metric, label: '', count: 1, sum, p50: p99, p99, max: p99, times: new Histogram() });
  const cpu = (label: string, value: number): Rolled['gauges'][number] => ({ metric: 'acumen_cpu_usage_ratio', label, value });
  expect(isShort({ timers: [], gauges: [] })).toBe(false);
  expect(isShort({ timers: [timer('acumen_event_loop_delay_seconds', 0.02, 5), timer('acumen_gc_pause_seconds', 0.05, 0.05)], gauges: [cpu('0', 1), cpu('process', 0.5)] })).toBe(false);
  expect(isShort({ timers: [timer('acumen_event_loop_delay_seconds', 0.2, 0.2)], gauges: [] })).toBe(true);
  expect(isShort({ timers: [timer('acumen_gc_pause_seconds', 0.03, 0.06), timer('acumen_gc_pause_seconds', 0.03, 0.06)], gauges: [] })).toBe(true);
  expect(isShort({ timers: [], gauges: [cpu('process', 0.95)] })).toBe(true);
});

test('a pool keeps what its busiest second of the last two minutes needed, never more than it may have', () => {
  const policy = new WarmWorkers(1000);
  let done = 0;
  const second = (jobs: number, at = 0): number => policy.tick({ done: (done += jobs), at, runMs: 400, max: 4 }).to;
  expect([second(0), second(1), second(5), second(0), second(100), second(0, 9)]).toEqual([0, 1, 2, 2, 4, 4]);
  for (let n = 0; n < 119; n++) second(0);
  expect([second(0), second(0)]).toEqual([0, 0]);
  expect(second(0, 2)).toBe(2);
});

test('as its twin that looks at all seconds: the most of the last 120', () => {
  fc.assert(fc.property(fc.array(fc.record({ jobs: fc.nat(9), at: fc.nat(9) }), { minLength: 1, maxLength: 300 }), fc.integer({ min: 1, max: 8 }), (seconds, max) => {
    const policy = new WarmWorkers(1000), needs: number[] = [];
    let done = 7;
    seconds.forEach(({ jobs, at }, i) => {
      // what was done before it looked for the first time says nothing
      const counted = i === 0 ? 0 : jobs;
      done += jobs;
      needs.push(Math.min(max, Math.max(at, counted === 0 ? 0 : Math.max(1, Math.ceil(counted * 0.3)))));
      expect(policy.tick({ done, at, runMs: 300, max }).to).toBe(Math.max(...needs.slice(-120)));
    });
  }), { numRuns: 100 });
});

test('memory: up at once, down a stage at a time after ten calm seconds, and before the limit where it grows towards it', () => {
  const guard = new MemoryGuard();
  const stages = (...shares: number[]): string[] => shares.map((share) => { guard.tick(share); return guard.stage; });
  expect(stages(0.5, 0.7, 0.76, 0.7, 0.95)).toEqual(['normal', 'normal', 'shrinking', 'shrinking', 'throttling']);
  expect(stages(...Array<number>(10).fill(0.79)).at(-1)).toBe('shrinking');
  expect(stages(...Array<number>(9).fill(0.6)).at(-1)).toBe('shrinking');
  expect(stages(0.66, ...Array<number>(9).fill(0.6)).at(-1)).toBe('shrinking');
  expect(stages(0.6)).toEqual(['normal']);
  const leaking = new MemoryGuard();
  let at = 0.5, reason: string | null = null;
  while (reason === null) reason = leaking.tick((at += 0.005));
  expect(leaking.stage).toBe('shrinking');
  expect(at).toBeLessThan(0.74);
  expect(reason).toMatch(/within a minute/);
});

test('memory that stays below six tenths, or wavers below its first threshold, is never pressed', () => {
  fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 0.599, noNaN: true }), { maxLength: 200 }), (shares) => {
    const guard = new MemoryGuard();
    expect(shares.map((share) => guard.tick(share)).every((reason) => reason === null)).toBe(true);
  }));
  const guard = new MemoryGuard();
  for (let n = 0; n < 300; n++) expect(guard.tick(0.68 + 0.03 * Math.sin(n))).toBeNull();
});

test('what was let go and is resident still does not count, what else has grown does', () => {
  const inUse = new InUse();
  expect(inUse.of({ rss: 200, heapUsed: 60, external: 40 })).toBe(200);
  expect(inUse.of({ rss: 200, heapUsed: 30, external: 20 })).toBe(150); // holes
  expect(inUse.of({ rss: 150, heapUsed: 30, external: 20 })).toBe(150); // given back
  expect(inUse.of({ rss: 280, heapUsed: 30, external: 20 })).toBe(230); // not V8's
  expect(inUse.of({ rss: 300, heapUsed: 100, external: 40 })).toBe(300);
});
