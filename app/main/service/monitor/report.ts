// The one function that says how the engine does at a moment, from FILE.telemetry: for the window's push, the contract's `stats`, the command
// line and the Prometheus endpoint, so that all say the same of the same moment, in whichever process they are asked.
import { decodeFrame, encodeFrame } from '../../../contract/frames.ts';
import type { Figure, MemoryFigures, OperationFigures, Quantiles, StatsReport } from '../../../contract/performance.ts';
import { Histogram } from '../../../core/histogram.ts';
import type { BusLane, CacheLevel, MetricName } from '../../../core/telemetry.ts';
import type { TelemetryFile } from '../../storage/telemetry/file.ts';
import type { Sum } from '../../storage/telemetry/packing.ts';
import { type Step, allSeries, momentAt, windowOf } from '../../storage/telemetry/rollups.ts';

/** Seconds of the newest figures. */
export const WINDOW = 60;

/** What the service levels and alerts are made of: the rest of the report. */
export type BaseReport = Omit<StatsReport, 'levels' | 'alerts' | 'forecasts' | 'regressions'>;

/** What a process says of itself once a second beside its series; stored as it is. */
export interface Said { readonly since: number; readonly heapLimit: number; readonly parts: Partial<StatsReport> }

export const packSaid = (said: Said): Uint8Array => encodeFrame(said);
const unpackSaid = (body: Uint8Array): Said => decodeFrame(body) as Said;

/** Figures of a window by metric and label. */
export class Figures {
  readonly #sum: Sum;
  readonly #byMetric = new Map<MetricName, Map<string, number>>();

  constructor(sum: Sum, names: Iterable<{ readonly id: number; readonly metric: MetricName; readonly label: string }>) {
    this.#sum = sum;
    for (const { id, metric, label } of names) {
      const labels = this.#byMetric.get(metric) ?? new Map<string, number>();
      this.#byMetric.set(metric, labels.set(label, id));
    }
  }

  labels(metric: MetricName): string[] { return [...this.#byMetric.get(metric)?.keys() ?? []].sort(); }
  counter(metric: MetricName, label = ''): number { return this.#sum.counters.get(this.#id(metric, label)) ?? 0; }
  value(metric: MetricName, label = ''): Figure { return this.#sum.gauges.get(this.#id(metric, label))?.last ?? null; }
  timer(metric: MetricName, label = ''): Histogram { return this.#sum.timers.get(this.#id(metric, label)) ?? new Histogram(); }
  /** of all labels */
  all(metric: MetricName): Histogram {
    const all = new Histogram();
    for (const label of this.labels(metric)) all.add(this.timer(metric, label));
    return all;
  }
  #id(metric: MetricName, label: string): number { return this.#byMetric.get(metric)?.get(label) ?? -1; }
}

const ms = (seconds: Figure): Figure => (seconds === null ? null : seconds * 1000);

export function quantiles(h: Histogram): Quantiles {
  return { p50: ms(h.quantile(0.5)), p95: ms(h.quantile(0.95)), p99: ms(h.quantile(0.99)), max: h.count === 0 ? null : h.max * 1000 };
}

/** `at` in milliseconds; `window`: seconds that `figures` are of. */
export function baseReport(at: number, window: number, figures: Figures, said: Said | null): BaseReport {
  const { parts = {}, since = at - window * 1000, heapLimit = 0 } = said ?? {};
  const covered = Math.max(1, Math.min(window, Math.ceil((at - since) / 1000)));
  const rate = (n: number): number => n / covered;

  const operations = figures.labels('acumen_operation_seconds').map((name): OperationFigures => {
    const h = figures.timer('acumen_operation_seconds', name);
    return {
      name, count: h.count, errors: figures.counter('acumen_operation_errors_total', name), late: figures.counter('acumen_operation_late_total', name),
      perSecond: rate(h.count), ...quantiles(h),
    };
  }).filter(({ count }) => count > 0);

  const gc = figures.all('acumen_gc_pause_seconds');
  const disk = figures.timer('acumen_disk_seconds');
  return {
    at, window: covered, since, operations,
    caches: (parts.caches ?? []).map((cache) => {
      const h = figures.timer('acumen_cache_hit_seconds', cache.level satisfies CacheLevel);
      return { ...cache, p50: ms(h.quantile(0.5)), p99: ms(h.quantile(0.99)) };
    }),
    pools: (parts.pools ?? []).map((pool) => ({
      ...pool, waitP99: ms(figures.timer('acumen_pool_wait_seconds', pool.name).quantile(0.99)), runP50: ms(figures.timer('acumen_pool_run_seconds', pool.name).quantile(0.5)),
    })),
    lanes: (parts.lanes ?? []).map((lane) => ({ ...lane, perSecond: rate(figures.counter('acumen_bus_events_total', lane.lane satisfies BusLane)) })),
    gc: { count: gc.count, totalMs: gc.sum * 1000, p99: ms(gc.quantile(0.99)), max: gc.count === 0 ? null : gc.max * 1000 },
    eventLoop: quantiles(figures.timer('acumen_event_loop_delay_seconds')),
    ...asItIs(figures, parts, heapLimit),
    disk: { files: filesOf(figures), p50: ms(disk.quantile(0.5)), p99: ms(disk.quantile(0.99)) },
  };
}

/** Where gauges are read: a window's last values, or a registry's. */
interface Gauges { labels(metric: MetricName): string[]; value(metric: MetricName, label?: string): Figure }
type AsItIs = 'prediction' | 'breakers' | 'memory' | 'cpu' | 'queue' | 'overhead';

/** What is not of a window, but of the moment. */
function asItIs(gauges: Gauges, parts: Partial<StatsReport>, heapLimit: number): Pick<BaseReport, AsItIs> {
  const cores = gauges.labels('acumen_cpu_usage_ratio').filter((label) => label !== 'process').sort((a, b) => Number(a) - Number(b));
  return {
    prediction: parts.prediction ?? { made: 0, right: 0, wrong: 0, paused: false },
    breakers: parts.breakers ?? [],
    memory: parts.memory ?? memory(gauges, heapLimit),
    cpu: { cores: cores.flatMap((core) => gauges.value('acumen_cpu_usage_ratio', core) ?? []), process: gauges.value('acumen_cpu_usage_ratio', 'process') },
    queue: parts.queue ?? { depth: gauges.value('acumen_queue_depth', 'operations') ?? 0, running: null },
    overhead: parts.overhead ?? { cpu: null, bytes: null },
  };
}

function filesOf(gauges: Gauges): { name: string; bytes: number }[] {
  return gauges.labels('acumen_disk_bytes').flatMap((name) => { const bytes = gauges.value('acumen_disk_bytes', name); return bytes === null ? [] : [{ name, bytes }]; });
}

/**
 * The same report for those who look each second at little of it: what is of the moment is there at once, what is of the window is read when it is
 * first asked for. Pools and lanes are as they say themselves.
 */
export function lazyReport(at: number, { since, heapLimit, parts }: Said, gauges: Gauges, whole: () => BaseReport): BaseReport {
  let read: BaseReport | null = null;
  const of = <K extends keyof BaseReport>(key: K): BaseReport[K] => (read ??= whole())[key];
  return {
    at, since, window: Math.max(1, Math.min(WINDOW, Math.ceil((at - since) / 1000))), pools: parts.pools ?? [], lanes: parts.lanes ?? [], ...asItIs(gauges, parts, heapLimit),
    disk: { files: filesOf(gauges), get p50() { return of('disk').p50; }, get p99() { return of('disk').p99; } },
    get operations() { return of('operations'); },
    get caches() { return of('caches'); },
    get gc() { return of('gc'); },
    get eventLoop() { return of('eventLoop'); },
  };
}

function memory(gauges: Gauges, limit: number): MemoryFigures | null {
  const part = (name: string): number => gauges.value('acumen_memory_usage_bytes', name) ?? 0;
  if (gauges.value('acumen_memory_usage_bytes', 'rss') === null) return null;
  return { rss: part('rss'), heapUsed: part('heapUsed'), heapTotal: part('heapTotal'), external: part('external'), arrayBuffers: part('arrayBuffers'), limit, stage: 'normal' };
}

/** With what the process found about itself at that moment. */
export function wholeReport(base: BaseReport, { levels = [], alerts = [], forecasts = [], regressions = [] }: Partial<StatsReport>): StatsReport {
  return { ...base, levels, alerts, forecasts, regressions };
}

/** The figures of the newest second not after `at` (milliseconds) that is kept, in the finest step that has it; null where there is none. */
export function readReport(file: TelemetryFile, at: number | null): StatsReport | null {
  const moment = momentAt(file, at === null ? null : Math.floor(at / 1000));
  if (moment === null) return null;
  const window = windowFor(moment.step);
  const said = moment.body === null ? null : unpackSaid(moment.body);
  const figures = new Figures(windowOf(file, moment.step, moment.at - window, moment.at), allSeries(file));
  return wholeReport(baseReport(moment.at * 1000, window, figures, said), said?.parts ?? {});
}

/** Seconds before `at`: the rows of one minute of seconds, or the one row of a coarser step. */
function windowFor(step: Step): number { return step === 1 ? WINDOW : step; }
