// The controller as a part of the platform: what of the process it watches and turns, once a second.
import { getHeapStatistics } from 'node:v8';
import type { PoolFigures } from '../../../contract/performance.ts';
import { bug } from '../../../core/errors.ts';
import type { Knob } from '../../../core/telemetry.ts';
import type { PoolState } from '../../../workers/pool.ts';
import type { Monitor, Rolled } from '../monitor/monitor.ts';
import type { Admission } from '../pools/admission.ts';
import type { Pools } from '../pools/pools.ts';
import { type ControlledPool, Controller } from './controller.ts';
import { memoryLimit, memorySense } from './sense.ts';

/** From these on a second was short of processor time: share of a core, lateness of the event loop, and pauses to collect garbage, in seconds. */
const SHORT = { cpu: 0.9, loop: 0.1, garbage: 0.1 } as const;

export function isShort({ timers, gauges }: Pick<Rolled, 'timers' | 'gauges'>): boolean {
  let garbage = 0;
  for (const { metric, p99, sum } of timers) {
    if (metric === 'acumen_event_loop_delay_seconds' && p99 >= SHORT.loop) return true;
    if (metric === 'acumen_gc_pause_seconds') garbage += sum;
  }
  return garbage >= SHORT.garbage || gauges.some(({ metric, label, value }) => metric === 'acumen_cpu_usage_ratio' && label === 'process' && value >= SHORT.cpu);
}

/** As the monitor reads them of the process each second. */
const parts = ['rss', 'heapTotal', 'heapUsed', 'external', 'arrayBuffers'] as const;

export function openController(monitor: Monitor, pools: Pools, admission: Admission): Controller {
  const limit = getHeapStatistics().heap_size_limit;
  let usage = process.memoryUsage(), ran: ReadonlyMap<string, PoolFigures> = new Map();
  const controller = new Controller({ memory: memorySense(memoryLimit(), () => usage), telemetry: monitor, admission: named(admission.knobs(), 'admission.pending') });
  const watched = new Set<string>();
  monitor.add({
    name: 'controller',
    figures: () => ({ memory: { ...usage, limit, stage: controller.stage } }),
    second: (_at, rolled) => {
      const [rss, heapTotal, heapUsed, external, arrayBuffers] = parts.map((part) => monitor.registry.value('acumen_memory_usage_bytes', part));
      usage = rss == null ? process.memoryUsage() : { rss, heapTotal: heapTotal!, heapUsed: heapUsed!, external: external!, arrayBuffers: arrayBuffers! };
      ran = new Map(pools.figures().pools.map((pool) => [pool.name, pool]));
      // pools are registered when there is such work
      for (const name of ran.keys()) {
        if (watched.has(name)) continue;
        watched.add(name);
        controller.addPool(controlledPool({ name, figures: () => ran.get(name)! }, pools.knobs()));
      }
      controller.tick(isShort(rolled));
    },
  });
  return controller;
}

export function controlledPool(pool: { readonly name: string; figures(): Pick<PoolState, 'done' | 'queued' | 'workers' | 'runP50' | 'max' | 'waitP99'> }, knobs: readonly Knob[]): ControlledPool {
  return {
    use() {
      const { done, queued, workers, runP50, max } = pool.figures();
      return { done, at: queued + workers.filter(({ state }) => state === 'busy').length, runMs: runP50, max };
    },
    knob: named(knobs, `pool.${pool.name}.warm`),
    measure: { metric: `acumen_pool_wait_seconds ${pool.name}`, value: () => pool.figures().waitP99 },
  };
}

function named(knobs: readonly Knob[], name: string): Knob {
  const knob = knobs.find((one) => one.name === name);
  if (knob === undefined) throw bug(`there is no knob ${name}`);
  return knob;
}
