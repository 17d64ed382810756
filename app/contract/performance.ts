// What the performance console is told: one report for a moment, columns for a range, events for a list. `acumen stats --json` prints the same
// report, and the Prometheus endpoint says the same figures. Durations are milliseconds, rates per second, shares 0 to 1; null is "no data yet", never 0.
import type { AlertState, BreakerState, BusLane, CacheLevel, MemoryStage, MetricName, Severity, TelemetryEvent, TelemetryKind } from '../core/telemetry.ts';

export type Figure = number | null;
export interface Quantiles { readonly p50: Figure; readonly p95: Figure; readonly p99: Figure; readonly max: Figure }

export interface OperationFigures extends Quantiles { readonly name: string; readonly count: number; readonly errors: number; readonly late: number; readonly perSecond: Figure }
export interface CacheFigures extends Pick<Quantiles, 'p50' | 'p99'> {
  readonly level: CacheLevel; readonly hits: number; readonly misses: number; readonly entries: number; readonly bytes: number; readonly limit: number;
  readonly evictions: number; readonly promotions: number; readonly demotions: number;
  /** bytes by kind of answer */ readonly kinds: readonly { readonly kind: string; readonly entries: number; readonly bytes: number }[];
}
export interface WorkerFigures { readonly id: number; readonly state: 'idle' | 'busy' | 'starting' | 'dead'; readonly task: string | null; readonly sinceMs: Figure; readonly done: number; readonly steals: number }
export interface PoolFigures {
  readonly name: string; readonly workers: readonly WorkerFigures[]; readonly min: number; readonly max: number; readonly queued: number; readonly oldestMs: Figure;
  readonly done: number; readonly failed: number; readonly steals: number; readonly utilisation: Figure; readonly waitP99: Figure; readonly runP50: Figure;
}
export interface LaneFigures { readonly lane: BusLane; readonly perSecond: Figure; readonly emitted: number; readonly dropped: number; readonly depth: number; readonly capacity: number }
export interface BreakerFigures { readonly dependency: string; readonly state: BreakerState; readonly failures: number; readonly since: number; readonly reason: string }
export interface MemoryFigures { readonly rss: number; readonly heapUsed: number; readonly heapTotal: number; readonly external: number; readonly arrayBuffers: number; readonly limit: number; readonly stage: MemoryStage }
export interface ServiceLevel { readonly id: string; readonly name: string; readonly value: Figure; readonly target: number; readonly unit: string; readonly better: 'below' | 'above' | 'near'; readonly holds: boolean | null; readonly source: MetricName; /** seconds */ readonly window: number }
export interface Alert { readonly id: string; readonly name: string; readonly severity: Severity; readonly state: AlertState; readonly since: number; readonly value: number; readonly target: number; readonly unit: string; readonly reason: string; readonly response: string | null }
export interface Forecast { readonly id: string; readonly name: string; readonly metric: MetricName; readonly label: string | null; readonly unit: string; /** per hour */ readonly slope: number; readonly at: number; readonly value: number; readonly low: number; readonly high: number; /** ms since the epoch at which `limit` is reached, with the interval's ends */ readonly limit: number | null; readonly reaches: Figure; readonly earliest: Figure; readonly latest: Figure }
export interface Regression { readonly metric: MetricName; readonly label: string; readonly baseline: string; readonly before: number; readonly now: number; readonly ratio: number; readonly p: number; readonly n: number }

/** One moment, from the newest whole second that the monitor has rolled up. */
export interface StatsReport {
  /** ms since the epoch: the end of the window */ readonly at: number;
  /** seconds the figures are of, totals apart */ readonly window: number;
  readonly since: number;
  readonly levels: readonly ServiceLevel[];
  readonly operations: readonly OperationFigures[];
  readonly caches: readonly CacheFigures[];
  readonly prediction: { readonly made: number; readonly right: number; readonly wrong: number; readonly paused: boolean };
  readonly pools: readonly PoolFigures[];
  readonly lanes: readonly LaneFigures[];
  readonly breakers: readonly BreakerFigures[];
  readonly memory: MemoryFigures | null;
  readonly gc: { readonly count: number; readonly totalMs: number; readonly p99: Figure; readonly max: Figure };
  readonly eventLoop: Quantiles;
  readonly cpu: { readonly cores: readonly number[]; readonly process: Figure };
  readonly disk: { readonly files: readonly { readonly name: string; readonly bytes: number }[]; readonly p50: Figure; readonly p99: Figure };
  readonly queue: { readonly depth: number; readonly running: string | null };
  readonly alerts: readonly Alert[];
  readonly forecasts: readonly Forecast[];
  readonly regressions: readonly Regression[];
  /** of the monitor itself: share of processor time, and bytes */ readonly overhead: { readonly cpu: Figure; readonly bytes: Figure };
}

/** A series to chart. `quantity` of a histogram: a quantile, how many, or their sum in seconds; of a counter: its increase; of a gauge: its mean. */
export interface SeriesName { readonly metric: MetricName; readonly label: string | null; readonly quantity: 'value' | 'count' | 'sum' | 'p50' | 'p95' | 'p99' | 'max' }
/** Columns of one step: NaN where there is no data. `step` in seconds: 1, 60 or 3600, the finest that is kept and fits. */
export interface SeriesAnswer { readonly from: number; readonly to: number; readonly step: 1 | 60 | 3600; readonly columns: readonly { readonly name: SeriesName; readonly values: Float64Array }[] }

export interface TimedEvent { readonly at: number; readonly seq: number; readonly lane: BusLane; readonly event: TelemetryEvent }
export interface EventQuery { readonly kinds: readonly TelemetryKind[]; readonly from: number | null; readonly to: number | null; readonly limit: number }

/** The load generator: simulated clients on a scratch copy of store and repository, never on the person's own. */
export interface LoadState {
  readonly state: 'idle' | 'preparing' | 'running' | 'ending';
  /** requests per second that are sent, whether or not they are answered in time */ readonly rate: number;
  readonly seconds: number;
  /** ms since the epoch */ readonly startedAt: Figure; readonly endsAt: Figure;
  readonly sent: number; readonly answered: number; readonly refused: number; readonly failed: number;
  /** answered within the last whole second */ readonly perSecond: Figure;
  /** of the scratch copy, while there is one */ readonly bytes: number;
  /** why the last run ended before its time; null where it did not */ readonly why: string | null;
}
export type LoadRequest = { readonly action: 'look' } | { readonly action: 'stop' } | { readonly action: 'start'; readonly rate: number; readonly seconds: number };
/** Requests per second, and seconds, that may be asked for. */
export const loadLimits = { rate: 5000, seconds: 600 } as const;

/** What one question's answer is in both configurations of a trial, and whether they differ: `ratio` is b ÷ a with its interval. */
export interface TrialFigure { readonly metric: string; readonly unit: string; readonly a: number; readonly b: number; readonly ratio: number; readonly low: number; readonly high: number; readonly verdict: 'a is less' | 'b is less' | 'no difference seen' }
/** Two configurations on the same recorded workload, run in turn, pair by pair. */
export interface Trial { readonly id: string; readonly at: number; readonly workload: string; readonly requests: number; readonly a: string; readonly b: string; readonly pairs: number; /** of the intervals */ readonly confidence: number; readonly figures: readonly TrialFigure[] }

/** What may be asked of history in one message. */
export const historyLimits = { series: 256, points: 20_000, events: 10_000, /** length of an alert's id or a baseline's name */ name: 200 } as const;

/** What a person says of an alert. `until`: ms since the epoch, of a silence; null: until it is resolved. */
export interface AlertRequest { readonly id: string; readonly to: 'acknowledged' | 'silenced' | 'raised'; readonly until: number | null }
/** What is done by itself while an alert lasts. */
export interface ResponseSetting { readonly id: string; readonly name: string; readonly on: boolean; readonly what: string }
/** `at`: when it was saved, ms since the epoch; `window`: seconds that it is of; `metrics`: series that it has. */
export interface SavedBaseline { readonly name: string; readonly at: number; readonly window: number; readonly metrics: number }
