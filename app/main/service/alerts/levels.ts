// What the engine promises, as data: each level's target, what it is read from and over how long. Values are of the last WINDOW seconds of the
// monitor's roll-ups; null is "no data yet", and no data keeps no promise and breaks none.
import type { Figure, ServiceLevel } from '../../../contract/performance.ts';
import { SlidingTimes } from '../../../core/analysis/sliding.ts';
import { Histogram } from '../../../core/histogram.ts';
import type { MetricName } from '../../../core/telemetry.ts';
import type { Rolled } from '../monitor/monitor.ts';
import type { BaseReport } from '../monitor/report.ts';

/** Seconds that a level's value is of. */
export const WINDOW = 60;
/** Answers without which a share or a quantile of them says nothing. */
const FEWEST = 20;

/** Operations on ACUs: 100 ms is promised for each. */
const ACU_OPERATIONS: readonly string[] = ['check', 'list', 'add', 'remove', 'compose', 'preview', 'undo', 'redo', 'acuFiles', 'acuFile', 'composedFile', 'conflictFile'];
/** What takes as long as the repository is large or as somebody else does, shows its progress and can be cancelled; and what is nobody's work. */
const LONG: readonly string[] = ['import', 'fsck', 'writeBranch', 'watch', 'load', 'pause', 'cancel'];

/** What levels are read from, put together second by second. */
export class Gathered {
  readonly #times = new Map<string, SlidingTimes>();
  readonly #counts = new Map<string, Sliding>();
  readonly #gauges = new Map<string, Sliding>();
  readonly #answered: number[] = [];
  #report: BaseReport | null = null;

  second(rolled: Rolled, report: BaseReport): void {
    this.#report = report;
    this.#answered.push(rolled.timers.reduce((sum, { metric, label, count }) => sum + (metric === 'acumen_operation_seconds' && isShort(label) ? count : 0), 0));
    if (this.#answered.length > WINDOW) this.#answered.shift();
    const seen = new Set<string>();
    for (const { metric, label, times } of rolled.timers) {
      const name = `${metric} ${label}`;
      seen.add(name);
      let sliding = this.#times.get(name);
      if (sliding === undefined) this.#times.set(name, (sliding = new SlidingTimes(WINDOW)));
      sliding.push(times);
    }
    for (const [name, sliding] of this.#times) if (!seen.has(name)) sliding.push(null);
    for (const { metric, label, increase } of rolled.counters) push(this.#counts, `${metric} ${label}`, increase);
    for (const { metric, label, value } of rolled.gauges) push(this.#gauges, `${metric} ${label}`, value);
    for (const { name, utilisation } of report.pools) if (utilisation !== null) push(this.#gauges, `utilisation ${name}`, utilisation);
  }

  get report(): BaseReport | null { return this.#report; }
  get timers(): ReadonlyMap<string, SlidingTimes> { return this.#times; }

  /** Answers a second over the last so many seconds. */
  answered(seconds: number): number { return this.#answered.slice(-seconds).reduce((sum, count) => sum + count, 0) / Math.min(seconds, this.#answered.length); }

  /** Times of a metric, of all the labels that are wanted. */
  times(metric: MetricName, wanted: (label: string) => boolean = () => true): Histogram {
    const all = new Histogram();
    for (const [name, sliding] of this.#times) {
      const space = name.indexOf(' ');
      if (name.slice(0, space) === metric && sliding.times.count > 0 && wanted(name.slice(space + 1))) all.add(sliding.times);
    }
    return all;
  }
  /** Increase over the window. */
  count(metric: MetricName, wanted: (label: string) => boolean = () => true): number {
    let sum = 0;
    for (const [label, sliding] of labelled(this.#counts, metric)) if (wanted(label)) sum += sliding.sum;
    return sum;
  }
  /** Means over the window, by label. */
  means(metric: MetricName | 'utilisation'): [label: string, mean: number][] {
    return labelled(this.#gauges, metric).map(([label, sliding]) => [label, sliding.sum / sliding.count]);
  }
}

class Sliding {
  readonly #values: number[] = [];
  get count(): number { return this.#values.length; }
  get sum(): number { return this.#values.reduce((sum, value) => sum + value, 0); }
  push(value: number): void {
    this.#values.push(value);
    if (this.#values.length > WINDOW) this.#values.shift();
  }
}
function push(all: Map<string, Sliding>, name: string, value: number): void {
  let sliding = all.get(name);
  if (sliding === undefined) all.set(name, (sliding = new Sliding()));
  sliding.push(value);
}
function labelled(all: ReadonlyMap<string, Sliding>, metric: string): [string, Sliding][] {
  return [...all].flatMap(([name, sliding]) => (name.startsWith(`${metric} `) ? [[name.slice(metric.length + 1), sliding] as [string, Sliding]] : []));
}

export interface LevelRule extends Omit<ServiceLevel, 'value' | 'holds' | 'window' | 'target'> {
  readonly target: number | ((gathered: Gathered) => number);
  readonly of: (gathered: Gathered) => Figure;
  /** seconds that it must be broken before anybody is told */
  readonly patience: number;
}

const isShort = (operation: string): boolean => !LONG.includes(operation);
const isAcu = (operation: string): boolean => ACU_OPERATIONS.includes(operation);
const quantile = (q: number, metric: MetricName, wanted?: (label: string) => boolean, fewest = FEWEST) => (gathered: Gathered): Figure => {
  const times = gathered.times(metric, wanted);
  return times.count < fewest ? null : times.quantile(q)! * 1000;
};
/** `bad` in answers of the window. */
const share = (bad: MetricName) => (gathered: Gathered): Figure => {
  const { count } = gathered.times('acumen_operation_seconds', isShort);
  return count < FEWEST ? null : gathered.count(bad, isShort) / count;
};
const largest = (values: readonly number[]): Figure => (values.length === 0 ? null : Math.max(...values));

const cacheHits = (gathered: Gathered): Figure => {
  // every request asks the first level; what it lacks is asked of the others
  const asked = gathered.count('acumen_cache_hits_total', (level) => level === 'L1') + gathered.count('acumen_cache_misses_total', (level) => level === 'L1');
  return asked < FEWEST ? null : Math.min(1, gathered.count('acumen_cache_hits_total') / asked);
};

/** How near to the target throughput must be, and seconds after somebody begins to send from which it is counted. */
const NEAR = 0.1, SETTLED = 10;

/** The levels that were asked for, then tighter ones of our own. `throughput`: requests a second that somebody means to send, null where nobody does. */
export function levelRules(throughput: () => Figure = () => null): readonly LevelRule[] {
  let meant: { readonly rate: Figure; readonly since: number } = { rate: null, since: 0 };
  return [
    { id: 'latency-p50', name: 'Operation latency, median', target: 100, unit: 'ms', better: 'below', source: 'acumen_operation_seconds', patience: 30, of: quantile(0.5, 'acumen_operation_seconds', isShort) },
    { id: 'latency-p95', name: 'Operation latency, 95 %', target: 500, unit: 'ms', better: 'below', source: 'acumen_operation_seconds', patience: 30, of: quantile(0.95, 'acumen_operation_seconds', isShort) },
    { id: 'latency-p99', name: 'Operation latency, 99 %', target: 1000, unit: 'ms', better: 'below', source: 'acumen_operation_seconds', patience: 30, of: quantile(0.99, 'acumen_operation_seconds', isShort) },
    { id: 'errors', name: 'Error rate', target: 0.001, unit: 'share', better: 'below', source: 'acumen_operation_errors_total', patience: 15, of: share('acumen_operation_errors_total') },
    {
      id: 'availability', name: 'Answered within the deadline', target: 0.999, unit: 'share', better: 'above', source: 'acumen_operation_late_total', patience: 15,
      of: (gathered) => { const late = share('acumen_operation_late_total')(gathered); return late === null ? null : 1 - late; },
    },
    {
      id: 'throughput', name: 'Throughput', target: () => throughput() ?? 0, unit: '/s', better: 'near', source: 'acumen_operation_seconds', patience: 30,
      of: (gathered) => {
        const { report } = gathered;
        if (throughput() !== meant.rate) meant = { rate: throughput(), since: report?.at ?? 0 };
        const seconds = ((report?.at ?? 0) - meant.since) / 1000;
        return meant.rate === null || seconds < SETTLED ? null : gathered.answered(Math.min(WINDOW, seconds));
      },
    },
    { id: 'queue', name: 'Operations waiting', target: 100, unit: 'operations', better: 'below', source: 'acumen_queue_depth', patience: 10, of: (gathered) => gathered.report?.queue.depth ?? null },
    { id: 'cache-hits', name: 'Answers found in caches', target: 0.9, unit: 'share', better: 'above', source: 'acumen_cache_hits_total', patience: 300, of: cacheHits },
    { id: 'cpu', name: 'Processor, busiest core', target: 0.8, unit: 'share', better: 'below', source: 'acumen_cpu_usage_ratio', patience: 60, of: (gathered) => largest(gathered.means('acumen_cpu_usage_ratio').flatMap(([core, mean]) => (core === 'process' ? [] : [mean]))) },
    { id: 'memory', name: 'Memory of its bound', target: 0.9, unit: 'share', better: 'below', source: 'acumen_memory_usage_bytes', patience: 10, of: ({ report }) => (report?.memory == null || report.memory.limit <= 0 ? null : report.memory.heapUsed / report.memory.limit) },
    { id: 'disk', name: 'Disk latency, 95 %', target: 10, unit: 'ms', better: 'below', source: 'acumen_disk_seconds', patience: 60, of: quantile(0.95, 'acumen_disk_seconds', undefined, 5) },
    { id: 'pools', name: 'Pool utilisation, busiest', target: 0.9, unit: 'share', better: 'below', source: 'acumen_active_workers', patience: 60, of: (gathered) => largest(gathered.means('utilisation').map(([, mean]) => mean)) },
    { id: 'acu-p99', name: 'ACU operation, 99 %', target: 100, unit: 'ms', better: 'below', source: 'acumen_operation_seconds', patience: 30, of: quantile(0.99, 'acumen_operation_seconds', isAcu) },
    { id: 'loop-p99', name: 'Event loop late, 99 %', target: 50, unit: 'ms', better: 'below', source: 'acumen_event_loop_delay_seconds', patience: 30, of: quantile(0.99, 'acumen_event_loop_delay_seconds') },
    { id: 'drops', name: 'Events lost but by analytics', target: 1, unit: 'events', better: 'below', source: 'acumen_bus_dropped_total', patience: 0, of: (gathered) => gathered.count('acumen_bus_dropped_total', (lane) => lane !== 'analytics') },
  ];
}

export function levelOf(rule: LevelRule, gathered: Gathered): ServiceLevel {
  const { id, name, unit, better, source } = rule;
  const value = rule.of(gathered), target = typeof rule.target === 'number' ? rule.target : rule.target(gathered);
  return { id, name, value, target, unit, better, source, window: WINDOW, holds: value === null ? null : holds(better, value, target) };
}

export function holds(better: ServiceLevel['better'], value: number, target: number): boolean {
  if (better === 'below') return value < target;
  if (better === 'above') return value >= target;
  return Math.abs(value - target) <= NEAR * target;
}
