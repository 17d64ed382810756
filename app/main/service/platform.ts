// Everything of one process that is not of one workspace's truth: what it measures, keeps ready and shares out. Doors with a window open
// the whole of it; a verb that runs once has a bare one, which measures nothing, starts nothing and loads nothing.
import type { StatsReport } from '../../contract/performance.ts';
import { AcumenError } from '../../core/errors.ts';
import { type Knob, type Telemetry, silent } from '../../core/telemetry.ts';
import type { Alerts } from './alerts/watcher.ts';
import type { EventBus } from './bus/bus.ts';
import type { LayeredCache } from './cache/cache.ts';
import type { Controller } from './control/controller.ts';
import type { Monitor, Rolled } from './monitor/monitor.ts';
import type { BaseReport } from './monitor/report.ts';
import type { Timing } from './monitor/timing.ts';
import type { Admission } from './pools/admission.ts';
import type { Pools } from './pools/pools.ts';
import type { Clock } from './workspace.ts';

/**
 * What tells of itself: caches, pools, bus, breakers, controller, alerts. `figures`: its own fields of the report, totals where a figure is
 * one, of this moment; what has a metric (quantiles, rates) the report reads from the metric. All are asked once a second.
 */
export interface Part {
  readonly name: string;
  figures?(): Partial<StatsReport>;
  knobs?(): readonly Knob[];
  /** once a second, when its figures are taken and before they are stored with what `figures` then says; `at`: its end, milliseconds since the epoch */
  second?(at: number, rolled: Rolled, report: BaseReport): void;
  close?(): void | Promise<void>;
}

export interface Platform {
  readonly telemetry: Telemetry;
  /** null on a bare platform */
  readonly monitor: Monitor | null;
  /** times requests; null where nothing is measured */
  readonly timing: Timing | null;
  /** what the threads of this process tell, and who hears it; null on a bare platform */
  readonly bus: EventBus | null;
  /** threads for heavy work, and breakers; null on a bare platform */
  readonly pools: Pools | null;
  /** who is let in; null on a bare platform: everybody */
  readonly admission: Admission | null;
  /** with its levels on disk; null on a bare platform: a workspace has one of its own, in memory alone */
  readonly cache: LayeredCache | null;
  /** turns knobs; null on a bare platform */
  readonly controller: Controller | null;
  /** service levels, alerts, regressions, forecasts; null on a bare platform */
  readonly alerts: Alerts | null;
  /** Answers what takes it away again. Those that are left are closed with the platform, the last first. */
  add(part: Part): () => void;
  knobs(): Knob[];
  /** The figures of a moment (milliseconds since the epoch), of the newest second if none is given; refused on a bare platform. */
  report(at?: number | null): Promise<StatsReport>;
  close(): Promise<void>;
}

export interface PlatformOptions {
  /** the workspace's file; FILE.telemetry and what else may be deleted lie beside it */
  readonly store: string;
  /** who this is, for a person: `serve`, `window` */
  readonly what: string;
  readonly clock?: Pick<Clock, 'now'>;
  /** no timer of its own: whoever opened it calls `monitor.second` (tests on a virtual clock) */
  readonly manual?: boolean;
  /** false: the same but for all that measures, to see what measuring costs */
  readonly measures?: boolean;
}

/** For who holds the list. */
export function addTo(parts: Part[], part: Part): () => void {
  parts.push(part);
  return () => {
    const at = parts.indexOf(part);
    if (at >= 0) parts.splice(at, 1);
  };
}

export function barePlatform(): Platform {
  const parts: Part[] = [];
  return {
    telemetry: silent,
    monitor: null,
    timing: null,
    bus: null,
    pools: null,
    admission: null,
    cache: null,
    controller: null,
    alerts: null,
    add: (part) => addTo(parts, part),
    knobs: () => parts.flatMap((part) => part.knobs?.() ?? []),
    report: () => Promise.reject(new AcumenError('usage', 'Nothing is measured here.', 'Run `acumen serve` or open the window, and ask again.')),
    async close() { for (const part of parts.splice(0).reverse()) await part.close?.(); },
  };
}

/** A bare one whose process leaves what its requests took in FILE.telemetry when it is closed. `what`: the verb that runs; `keeps`: with FILE.cache. */
export async function runPlatform({ store, what, keeps = false }: PlatformOptions & { readonly keeps?: boolean }): Promise<Platform> {
  const { RunFigures } = await import('./monitor/run.ts');
  const figures = new RunFigures(), bare = barePlatform();
  const cache = keeps ? (await import('./cache/part.ts')).openCache(store, silent, bare.add) : null;
  // a verb asks at once, and nothing is found before the file is open
  await cache?.flush();
  return { ...bare, telemetry: figures, timing: figures.timing, cache, async close() { await bare.close(); figures.leave(store, what); } };
}

/** Pools, admission and cache as in the whole of it. */
async function unmeasured({ store }: PlatformOptions): Promise<Platform> {
  const [{ Pools }, { Admission }, { openCache }] = await Promise.all([import('./pools/pools.ts'), import('./pools/admission.ts'), import('./cache/part.ts')]);
  const bare = barePlatform(), pools = new Pools(), admission = new Admission();
  bare.add(pools);
  bare.add(admission);
  return { ...bare, pools, admission, cache: openCache(store, silent, bare.add) };
}

export async function openPlatform(options: PlatformOptions): Promise<Platform> {
  if (options.measures === false) return unmeasured(options);
  const { Monitor } = await import('./monitor/monitor.ts');
  const monitor = Monitor.open(options);
  const { openBus } = await import('./bus/part.ts');
  const bus = openBus(monitor, options.clock === undefined ? Date.now : () => options.clock!.now());
  const [{ Pools }, { Admission }] = await Promise.all([import('./pools/pools.ts'), import('./pools/admission.ts')]);
  const pools = new Pools({ telemetry: monitor }), admission = new Admission({ telemetry: monitor });
  monitor.add(pools);
  monitor.add(admission);
  const { openCache } = await import('./cache/part.ts');
  const cache = openCache(options.store, monitor, (part) => monitor.add(part));
  const { openController } = await import('./control/part.ts');
  const controller = openController(monitor, pools, admission);
  controller.addCache(cache);
  const { openAlerts } = await import('./alerts/part.ts');
  const alerts = openAlerts(monitor, pools.breakers, options);
  return {
    telemetry: monitor,
    monitor,
    timing: monitor.timing,
    bus,
    pools,
    admission,
    cache,
    controller,
    alerts,
    add: (part) => monitor.add(part),
    knobs: () => monitor.knobs(),
    report: async (at = null) => monitor.report(at),
    close: () => monitor.close(),
  };
}
