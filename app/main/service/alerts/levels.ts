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

const isShort = (operation: string): boolean => !LONG.includes(operation);
const isAcu = (operation: string): boolean => ACU_OPERATIONS.includes(operation);

/** What levels are read from, put together second by second: it runs all the time, so nothing is looked for twice and nothing large is made anew. */
export class Gathered {
  /** answers of this minute, of operations that are short and of those on ACUs */
  readonly short = new SlidingTimes(WINDOW);
  readonly acu = new SlidingTimes(WINDOW);
  readonly #now = { short: new Histogram(), acu: new Histogram() };
  readonly #times = new Map<string, { readonly sliding: SlidingTimes; at: number }>();
  readonly #counts = new Map<string, Map<string, Sliding>>();
  readonly #gauges = new Map<string, Map<string, Sliding>>();
  readonly #answered: number[] = [];
  #report: BaseReport | null = null;

  second(rolled: Rolled, report: BaseReport): void {
    this.#report = report;
    const { short, acu } = this.#now;
    short.clear();
    acu.clear();
    for (const { metric, label, times } of rolled.timers) {
      const name = `${metric} ${label}`;
      let one = this.#times.get(name);
      if (one === undefined) this.#times.set(name, (one = { sliding: new SlidingTimes(WINDOW), at: 0 }));
      one.sliding.push(times);
      one.at = rolled.at;
      if (metric !== 'acumen_operation_seconds') continue;
      if (isShort(label)) short.add(times);
      if (isAcu(label)) acu.add(times);
    }
    for (const one of this.#times.values()) if (one.at !== rolled.at) one.sliding.push(null);
    this.short.push(short);
    this.acu.push(acu);
    this.#answered.push(short.count);
    if (this.#answered.length > WINDOW) this.#answered.shift();
    for (const { metric, label, increase } of rolled.counters) slidingOf(this.#counts, metric, label).push(increase);
    for (const { metric, label, value } of rolled.gauges) slidingOf(this.#gauges, metric, label).push(value);
    for (const { name, utilisation } of report.pools) if (utilisation !== null) slidingOf(this.#gauges, 'utilisation', name).push(utilisation);
  }

  get report(): BaseReport | null { return this.#report; }
  has(name: string): boolean { return this.#times.has(name); }
  /** by `metric label` */
  *timers(): Iterable<[name: string, times: Histogram]> { for (const [name, { sliding }] of this.#times) yield [name, sliding.times]; }

  /** Answers a second over the last so many seconds. */
  answered(seconds: number): number { return this.#answered.slice(-seconds).reduce((sum, count) => sum + count, 0) / Math.min(seconds, this.#answered.length); }
  /** Times of a metric that has no label. */
  times(metric: MetricName): Histogram | null { return this.#times.get(`${metric} `)?.sliding.times ?? null; }
  /** Increase over the window. */
  count(metric: MetricName, wanted: (label: string) => boolean = () => true): number {
    let sum = 0;
    for (const [label, sliding] of this.#counts.get(metric) ?? []) if (wanted(label)) sum += sliding.sum;
    return sum;
  }
  /** The largest mean over the window, of the labels that are wanted. */
  largestMean(metric: MetricName | 'utilisation', wanted: (label: string) => boolean = () => true): Figure {
    let largest: Figure = null;
    for (const [label, sliding] of this.#gauges.get(metric) ?? []) if (wanted(label)) largest = Math.max(largest ?? 0, sliding.sum / sliding.count);
    return largest;
  }
}

/** The last values and their sum. It is summed anew each time round, or what numbers of fractions lose would add up over days. */
class Sliding {
  readonly #values = new Float64Array(WINDOW);
  #next = 0;
  count = 0;
  sum = 0;
  push(value: number): void {
    this.sum += value - this.#values[this.#next]!;
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % WINDOW;
    if (this.count < WINDOW) this.count++;
    if (this.#next === 0) this.sum = this.#values.reduce((sum, one) => sum + one, 0);
  }
}
function slidingOf(all: Map<string, Map<string, Sliding>>, metric: string, label: string): Sliding {
  let labels = all.get(metric);
  if (labels === undefined) all.set(metric, (labels = new Map()));
  let sliding = labels.get(label);
  if (sliding === undefined) labels.set(label, (sliding = new Sliding()));
  return sliding;
}

export interface LevelRule extends Omit<ServiceLevel, 'value' | 'holds' | 'window' | 'target'> {
  readonly target: number | ((gathered: Gathered) => number);
  readonly of: (gathered: Gathered) => Figure;
  /** seconds that it must be broken before anybody is told */
  readonly patience: number;
}

const quantile = (q: number, times: Histogram | null, fewest = FEWEST): Figure => (times === null || times.count < fewest ? null : times.quantile(q)! * 1000);
/** `bad` in answers of the window. */
const share = (bad: MetricName, gathered: Gathered): Figure => {
  const { count } = gathered.short.times;
  return count < FEWEST ? null : gathered.count(bad, isShort) / count;
};

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
    { id: 'latency-p50', name: 'Operation latency, median', target: 100, unit: 'ms', better: 'below', source: 'acumen_operation_seconds', patience: 30, of: ({ short }) => quantile(0.5, short.times) },
    { id: 'latency-p95', name: 'Operation latency, 95 %', target: 500, unit: 'ms', better: 'below', source: 'acumen_operation_seconds', patience: 30, of: ({ short }) => quantile(0.95, short.times) },
    { id: 'latency-p99', name: 'Operation latency, 99 %', target: 1000, unit: 'ms', better: 'below', source: 'acumen_operation_seconds', patience: 30, of: ({ short }) => quantile(0.99, short.times) },
    { id: 'errors', name: 'Error rate', target: 0.001, unit: 'share', better: 'below', source: 'acumen_operation_errors_total', patience: 15, of: (gathered) => share('acumen_operation_errors_total', gathered) },
    {
      id: 'availability', name: 'Answered within the deadline', target: 0.999, unit: 'share', better: 'above', source: 'acumen_operation_late_total', patience: 15,
      of: (gathered) => { const late = share('acumen_operation_late_total', gathered); return late === null ? null : 1 - late; },
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
    { id: 'cpu', name: 'Processor, busiest core', target: 0.8, unit: 'share', better: 'below', source: 'acumen_cpu_usage_ratio', patience: 60, of: (gathered) => gathered.largestMean('acumen_cpu_usage_ratio', (core) => core !== 'process') },
    { id: 'memory', name: 'Memory of its bound', target: 0.9, unit: 'share', better: 'below', source: 'acumen_memory_usage_bytes', patience: 10, of: ({ report }) => (report?.memory == null || report.memory.limit <= 0 ? null : report.memory.heapUsed / report.memory.limit) },
    { id: 'disk', name: 'Disk latency, 95 %', target: 10, unit: 'ms', better: 'below', source: 'acumen_disk_seconds', patience: 60, of: (gathered) => quantile(0.95, gathered.times('acumen_disk_seconds'), 5) },
    { id: 'pools', name: 'Pool utilisation, busiest', target: 0.9, unit: 'share', better: 'below', source: 'acumen_active_workers', patience: 60, of: (gathered) => gathered.largestMean('utilisation') },
    { id: 'acu-p99', name: 'ACU operation, 99 %', target: 100, unit: 'ms', better: 'below', source: 'acumen_operation_seconds', patience: 30, of: ({ acu }) => quantile(0.99, acu.times) },
    { id: 'loop-p99', name: 'Event loop late, 99 %', target: 50, unit: 'ms', better: 'below', source: 'acumen_event_loop_delay_seconds', patience: 30, of: (gathered) => quantile(0.99, gathered.times('acumen_event_loop_delay_seconds')) },
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
