// The controller as a part of the platform: what of the process it watches and turns, once a second.
import { getHeapStatistics } from 'node:v8';
import type { PoolFigures } from '../../../contract/performance.ts';
import { bug } from '../../../core/errors.ts';
import type { Knob } from '../../../core/telemetry.ts';
import type { PoolState } from '../../../workers/pool.ts';
import type { Monitor } from '../monitor/monitor.ts';
import type { Admission } from '../pools/admission.ts';
import type { Pools } from '../pools/pools.ts';
import { type ControlledPool, Controller } from './controller.ts';
import { memoryLimit, memorySense } from './sense.ts';

/** What is read of the process once a second, and by whom it was read already. */
const parts = ['rss', 'heapTotal', 'heapUsed', 'external', 'arrayBuffers'] as const;

export function openController(monitor: Monitor, pools: Pools, admission: Admission): Controller {
  const limit = getHeapStatistics().heap_size_limit;
  let usage = process.memoryUsage(), ran: ReadonlyMap<string, PoolFigures> = new Map();
  const controller = new Controller({ memory: memorySense(memoryLimit(), () => usage), telemetry: monitor, admission: named(admission.knobs(), 'admission.pending') });
  const watched = new Set<string>();
  monitor.add({
    name: 'controller',
    figures: () => ({ memory: { ...usage, limit, stage: controller.stage } }),
    second: () => {
      const [rss, heapTotal, heapUsed, external, arrayBuffers] = parts.map((part) => monitor.registry.value('acumen_memory_usage_bytes', part));
      usage = rss == null ? process.memoryUsage() : { rss, heapTotal: heapTotal!, heapUsed: heapUsed!, external: external!, arrayBuffers: arrayBuffers! };
      ran = new Map(pools.figures().pools.map((pool) => [pool.name, pool]));
      // pools are registered when there is such work
      for (const name of ran.keys()) {
        if (watched.has(name)) continue;
        watched.add(name);
        controller.addPool(controlledPool({ name, figures: () => ran.get(name)! }, pools.knobs()));
      }
      controller.tick();
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
