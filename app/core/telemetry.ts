// What the engine says of itself: measured figures (counters, gauges, times) and telemetry events. Data and interfaces alone; who
// listens is the service's (main/service/monitor). Telemetry is no domain event: it explains how, never what, and may be deleted.

/**
 * Every figure by its Prometheus name (https://prometheus.io/docs/practices/naming/), its kind, its one label, and what a person
 * reads of it. `seconds` are histograms. A figure that is not here does not exist.
 */
export const metrics = {
  acumen_operation_seconds: { kind: 'seconds', label: 'operation', help: 'Time from a request to its answer.' },
  acumen_operation_work_seconds: { kind: 'seconds', label: 'operation', help: 'The same of changes, the first of each second, less what they stood in line and waited for the store to commit.' },
  acumen_operation_errors_total: { kind: 'counter', label: 'operation', help: 'Requests that failed; refusals of bad input are not among them.' },
  acumen_operation_late_total: { kind: 'counter', label: 'operation', help: 'Requests answered after their deadline, or never.' },
  acumen_merge_execution_seconds: { kind: 'seconds', label: null, help: 'Time to compose a set that was not kept.' },
  acumen_commit_seconds: { kind: 'seconds', label: null, help: 'Time of one durable commit of the store, at synchronous=FULL.' },
  acumen_commit_work_seconds: { kind: 'seconds', label: null, help: 'Time of a commit of one operation until the disk is waited for.' },
  acumen_queue_depth: { kind: 'gauge', label: 'queue', help: 'What waits.' },
  acumen_cache_hits_total: { kind: 'counter', label: 'level', help: 'Answers found, by level of the cache.' },
  acumen_cache_misses_total: { kind: 'counter', label: 'level', help: 'Answers not found, by level of the cache.' },
  acumen_cache_hit_seconds: { kind: 'seconds', label: 'level', help: 'Time to find an answer, by level of the cache.' },
  acumen_cache_bytes: { kind: 'gauge', label: 'level', help: 'Bytes held, by level of the cache.' },
  acumen_cache_evictions_total: { kind: 'counter', label: 'level', help: 'Entries let go, by level of the cache.' },
  acumen_cache_promotions_total: { kind: 'counter', label: 'level', help: 'Entries moved up to this level.' },
  acumen_cache_demotions_total: { kind: 'counter', label: 'level', help: 'Entries moved down to this level.' },
  acumen_predictions_total: { kind: 'counter', label: 'outcome', help: 'What was fetched ahead of its use: right or wrong.' },
  acumen_active_workers: { kind: 'gauge', label: 'pool', help: 'Workers that run something now.' },
  acumen_pool_workers: { kind: 'gauge', label: 'pool', help: 'Workers there are.' },
  acumen_pool_wait_seconds: { kind: 'seconds', label: 'pool', help: 'Time a task waited for a worker.' },
  acumen_pool_run_seconds: { kind: 'seconds', label: 'pool', help: 'Time a task ran in a worker.' },
  acumen_pool_steals_total: { kind: 'counter', label: 'pool', help: 'Tasks that another worker took over.' },
  acumen_pool_failures_total: { kind: 'counter', label: 'pool', help: 'Tasks that failed, and workers that died.' },
  acumen_breaker_state: { kind: 'gauge', label: 'dependency', help: '0 closed, 1 half-open, 2 open.' },
  acumen_throttled_total: { kind: 'counter', label: 'reason', help: 'Requests refused to keep the rest answered.' },
  acumen_bus_events_total: { kind: 'counter', label: 'lane', help: 'Events put on the bus, by priority.' },
  acumen_bus_dropped_total: { kind: 'counter', label: 'lane', help: 'Events dropped from a full lane; only analytics may.' },
  acumen_bus_depth: { kind: 'gauge', label: 'lane', help: 'Events on the bus that somebody has still to read.' },
  acumen_memory_usage_bytes: { kind: 'gauge', label: 'part', help: 'Memory of this process.' },
  acumen_cpu_usage_ratio: { kind: 'gauge', label: 'core', help: 'Share of a core in use, 0 to 1; `process` is this process, of one core.' },
  acumen_event_loop_delay_seconds: { kind: 'seconds', label: null, help: 'How late the service\'s event loop was.' },
  acumen_reference_seconds: { kind: 'seconds', label: 'reference', help: 'Time of a fixed piece of work: how fast the machine is just now.' },
  acumen_gc_pause_seconds: { kind: 'seconds', label: 'kind', help: 'Pauses for garbage collection.' },
  acumen_disk_seconds: { kind: 'seconds', label: null, help: 'Time of one small durable write beside the store.' },
  acumen_disk_bytes: { kind: 'gauge', label: 'file', help: 'Size of the store and of what lies beside it.' },
  acumen_collaboration_seconds: { kind: 'seconds', label: 'part', help: 'Time of a part of collaboration that was not kept: reading the history, making the report.' },
  acumen_product_seconds: { kind: 'seconds', label: 'by', help: 'Time of one matrix product, by who multiplied: sparse, dense or gpu.' },
  acumen_products_fallen_total: { kind: 'counter', label: null, help: 'Matrix products begun on a GPU that was lost, and done anew on the processor.' },
  acumen_handles: { kind: 'gauge', label: null, help: 'Open handles of this process.' },
} as const satisfies Readonly<Record<string, { readonly kind: 'counter' | 'gauge' | 'seconds'; readonly label: string | null; readonly help: string }>>;
export type MetricName = keyof typeof metrics;
type Named<K> = { [M in MetricName]: (typeof metrics)[M]['kind'] extends K ? M : never }[MetricName];

export interface Counter { add(n?: number): void }
export interface Gauge { set(value: number): void }
/** in seconds */
export interface Timer { record(seconds: number): void }

/** Where figures go. A handle is asked for once and kept: using it neither looks anything up nor allocates. */
export interface Meter {
  counter(name: Named<'counter'>, label?: string): Counter;
  gauge(name: Named<'gauge'>, label?: string): Gauge;
  timer(name: Named<'seconds'>, label?: string): Timer;
}

/** How urgent an event is. Only `analytics` may be dropped (oldest first, counted); the others wait. */
export type BusLane = 'critical' | 'normal' | 'analytics';

/** What happened to the engine itself. Times are of the teller's clock, in milliseconds since the epoch, given by who puts it on the bus. */
export type TelemetryEvent =
  /** `detail`: what was asked, for the list of the slowest; `parts`: where the time went, [name, ms] in order */
  | { readonly kind: 'operation'; readonly operation: string; readonly ms: number; readonly outcome: 'ok' | 'refused' | 'failed' | 'late' | 'cancelled'; readonly detail: string; readonly parts: readonly (readonly [name: string, ms: number])[] }
  /** The controller turned a knob, and later what came of it. */
  | { readonly kind: 'decision'; readonly id: number; readonly knob: string; readonly from: number; readonly to: number; readonly reason: string }
  | { readonly kind: 'effect'; readonly id: number; readonly knob: string; readonly metric: string; readonly before: number; readonly after: number }
  | { readonly kind: 'breaker'; readonly dependency: string; readonly from: BreakerState; readonly to: BreakerState; readonly reason: string }
  | { readonly kind: 'worker'; readonly pool: string; readonly worker: number; readonly what: 'started' | 'ended' | 'died' | 'replaced'; readonly reason: string }
  | { readonly kind: 'memory'; readonly guard: MemoryStage; readonly bytes: number; readonly limit: number; readonly reason: string }
  | { readonly kind: 'cache'; readonly what: 'shrunk' | 'grown' | 'cleared'; readonly level: CacheLevel; readonly bytes: number; readonly reason: string }
  | { readonly kind: 'anomaly'; readonly metric: string; readonly value: number; readonly expected: number; readonly score: number; readonly reason: string }
  | { readonly kind: 'regression'; readonly metric: string; readonly baseline: number; readonly now: number; readonly p: number; readonly reason: string }
  | { readonly kind: 'alert'; readonly id: string; readonly state: AlertState; readonly severity: Severity; readonly value: number; readonly reason: string }
  /** A matrix product of collaboration: who multiplied and why. `fallen`: begun on a GPU that was lost. */
  | { readonly kind: 'product'; readonly matrix: string; readonly by: 'sparse' | 'dense' | 'gpu'; readonly outcome: 'kept' | 'fallen'; readonly ms: number; readonly multiplyAdds: number; readonly reason: string };
export type TelemetryKind = TelemetryEvent['kind'];

export type BreakerState = 'closed' | 'half-open' | 'open';
/** Under memory pressure, in order: caches shrink, prefetch pauses, then clients wait. */
export type MemoryStage = 'normal' | 'shrinking' | 'throttling';
export type CacheLevel = 'L1' | 'L2' | 'L3';
export type Severity = 'notice' | 'warning' | 'critical';
export type AlertState = 'raised' | 'acknowledged' | 'silenced' | 'resolved';

export interface Teller { tell(event: TelemetryEvent, lane?: BusLane): void }
export interface Telemetry extends Meter, Teller {}

const nothing = { add() {}, set() {}, record() {} };
/** Where nobody listens: the command line, tools, tests. */
export const silent: Telemetry = { counter: () => nothing, gauge: () => nothing, timer: () => nothing, tell() {} };

/** Something the controller may turn, within its bounds. */
export interface Knob { readonly name: string; readonly unit: string; readonly min: number; readonly max: number; value(): number; set(value: number): void }
