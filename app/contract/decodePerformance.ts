// The door for what the performance console asks and is told (performance.ts): unknown → report, series, events, trials. decode.ts calls it.
import * as v from 'valibot';
import { type MetricName, type TelemetryEvent, type TelemetryKind, metrics } from '../core/telemetry.ts';
import { historyLimits } from './performance.ts';
import type { Alert, AlertRequest, EventQuery, ResponseSetting, SavedBaseline, SeriesAnswer, SeriesName, StatsReport, TimedEvent, Trial } from './performance.ts';

type Schema<T> = v.GenericSchema<unknown, T>;

const label = v.pipe(v.string(), v.maxLength(65_536));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const figure = v.pipe(v.number(), v.finite());
/** Milliseconds since the epoch. */
const time = figure;
const maybe = v.nullable(figure);
const metric = v.picklist(Object.keys(metrics) as MetricName[]);
const level = v.picklist(['L1', 'L2', 'L3']);
const lane = v.picklist(['critical', 'normal', 'analytics']);
const breakerState = v.picklist(['closed', 'half-open', 'open']);
const stage = v.picklist(['normal', 'shrinking', 'throttling']);
const severity = v.picklist(['notice', 'warning', 'critical']);
const alertState = v.picklist(['raised', 'acknowledged', 'silenced', 'resolved']);
const quantiles = { p50: maybe, p95: maybe, p99: maybe, max: maybe };

const alerts: Schema<readonly Alert[]> = v.array(v.strictObject({ id: label, name: label, severity, state: alertState, since: time, value: figure, target: figure, unit: label, reason: label, response: v.nullable(label) }));

export const report: Schema<StatsReport> = v.strictObject({
  at: time, window: figure, since: time,
  levels: v.array(v.strictObject({ id: label, name: label, value: maybe, target: figure, unit: label, better: v.picklist(['below', 'above', 'near']), holds: v.nullable(v.boolean()), source: metric, window: figure })),
  operations: v.array(v.strictObject({ name: label, count, errors: count, late: count, perSecond: maybe, ...quantiles })),
  caches: v.array(v.strictObject({
    level, hits: count, misses: count, entries: count, bytes: count, limit: count, evictions: count, promotions: count, demotions: count, p50: maybe, p99: maybe,
    kinds: v.array(v.strictObject({ kind: label, entries: count, bytes: count })),
  })),
  prediction: v.strictObject({ made: count, right: count, wrong: count, paused: v.boolean() }),
  pools: v.array(v.strictObject({
    name: label, min: count, max: count, queued: count, oldestMs: maybe, done: count, failed: count, steals: count, utilisation: maybe, waitP99: maybe, runP50: maybe,
    workers: v.array(v.strictObject({ id: count, state: v.picklist(['idle', 'busy', 'starting', 'dead']), task: v.nullable(label), sinceMs: maybe, done: count, steals: count })),
  })),
  lanes: v.array(v.strictObject({ lane, perSecond: maybe, emitted: count, dropped: count, depth: count, capacity: count })),
  breakers: v.array(v.strictObject({ dependency: label, state: breakerState, failures: count, since: time, reason: label })),
  memory: v.nullable(v.strictObject({ rss: figure, heapUsed: figure, heapTotal: figure, external: figure, arrayBuffers: figure, limit: figure, stage })),
  gc: v.strictObject({ count, totalMs: figure, p99: maybe, max: maybe }),
  eventLoop: v.strictObject(quantiles),
  cpu: v.strictObject({ cores: v.array(figure), process: maybe }),
  disk: v.strictObject({ files: v.array(v.strictObject({ name: label, bytes: figure })), p50: maybe, p99: maybe }),
  queue: v.strictObject({ depth: figure, running: v.nullable(label) }),
  alerts,
  forecasts: v.array(v.strictObject({
    id: label, name: label, metric, label: v.nullable(label), unit: label, slope: figure, at: time, value: figure, low: figure, high: figure, limit: maybe, reaches: maybe, earliest: maybe, latest: maybe,
  })),
  regressions: v.array(v.strictObject({ metric, label, baseline: label, before: figure, now: figure, ratio: figure, p: figure, n: count })),
  overhead: v.strictObject({ cpu: maybe, bytes: maybe }),
});

const seriesName: Schema<SeriesName> = v.strictObject({ metric, label: v.nullable(label), quantity: v.picklist(['value', 'count', 'sum', 'p50', 'p95', 'p99', 'max']) });

/** A column crosses as the bytes of its numbers, which need not lie where numbers may. */
const column = v.pipe(
  v.custom<Uint8Array | Float64Array>((x) => x instanceof Float64Array || x instanceof Uint8Array && x.length % 8 === 0, 'a column of numbers'),
  v.transform((x) => (x instanceof Float64Array ? x : new Float64Array(x.slice().buffer))),
);
export const series: Schema<SeriesAnswer> = v.strictObject({
  from: time, to: time, step: v.picklist([1, 60, 3600]), columns: v.array(v.strictObject({ name: seriesName, values: column })),
});
export const seriesParams = v.pipe(
  v.strictObject({
    names: v.pipe(v.array(seriesName), v.maxLength(historyLimits.series)), from: v.pipe(time, v.minValue(0)), to: v.pipe(time, v.maxValue(8.64e15)),
    points: v.pipe(count, v.minValue(1), v.maxValue(historyLimits.points)),
  }),
  v.check(({ from, to }) => from <= to, 'a time before another'),
);

const event: Schema<TelemetryEvent> = v.variant('kind', [
  v.strictObject({
    kind: v.literal('operation'), operation: label, ms: figure, outcome: v.picklist(['ok', 'refused', 'failed', 'late', 'cancelled']), detail: label,
    parts: v.array(v.strictTuple([label, figure])),
  }),
  v.strictObject({ kind: v.literal('decision'), id: count, knob: label, from: figure, to: figure, reason: label }),
  v.strictObject({ kind: v.literal('effect'), id: count, knob: label, metric: label, before: figure, after: figure }),
  v.strictObject({ kind: v.literal('breaker'), dependency: label, from: breakerState, to: breakerState, reason: label }),
  v.strictObject({ kind: v.literal('worker'), pool: label, worker: count, what: v.picklist(['started', 'ended', 'died', 'replaced']), reason: label }),
  v.strictObject({ kind: v.literal('memory'), guard: stage, bytes: figure, limit: figure, reason: label }),
  v.strictObject({ kind: v.literal('cache'), what: v.picklist(['shrunk', 'grown', 'cleared']), level, bytes: figure, reason: label }),
  v.strictObject({ kind: v.literal('anomaly'), metric: label, value: figure, expected: figure, score: figure, reason: label }),
  v.strictObject({ kind: v.literal('regression'), metric: label, baseline: figure, now: figure, p: figure, reason: label }),
  v.strictObject({ kind: v.literal('alert'), id: label, state: alertState, severity, value: figure, reason: label }),
  v.strictObject({ kind: v.literal('product'), matrix: label, by: v.picklist(['sparse', 'dense', 'gpu']), outcome: v.picklist(['kept', 'fallen']), ms: figure, multiplyAdds: figure, reason: label }),
]);
const kinds = ['operation', 'decision', 'effect', 'breaker', 'worker', 'memory', 'cache', 'anomaly', 'regression', 'alert', 'product'] as const satisfies readonly TelemetryKind[];
export const events: Schema<{ readonly events: readonly TimedEvent[] }> = v.strictObject({ events: v.array(v.strictObject({ at: time, seq: count, lane, event })) });
export const eventsParams: Schema<EventQuery> = v.strictObject({
  kinds: v.pipe(v.array(v.picklist(kinds)), v.maxLength(kinds.length)), from: v.nullable(time), to: v.nullable(time), limit: v.pipe(count, v.minValue(1), v.maxValue(historyLimits.events)),
});

export const trials: Schema<{ readonly trials: readonly Trial[] }> = v.strictObject({
  trials: v.array(v.strictObject({
    id: label, at: time, workload: label, requests: count, a: label, b: label, pairs: count, confidence: figure,
    figures: v.array(v.strictObject({ metric: label, unit: label, a: figure, b: figure, ratio: figure, low: figure, high: figure, verdict: v.picklist(['a is less', 'b is less', 'no difference seen']) })),
  })),
});
export const statsParams = v.strictObject({ at: v.nullable(v.pipe(time, v.minValue(0))) });

const short = v.pipe(v.string(), v.minLength(1), v.maxLength(historyLimits.name));
/** What a person calls something: no half characters, nothing that a terminal obeys. */
const given = v.pipe(short, v.check((x) => x.isWellFormed() && !/\p{Cc}/u.test(x) && x.trim() === x, 'a name'));
export const alertParams: Schema<AlertRequest> = v.strictObject({ id: short, to: v.picklist(['acknowledged', 'silenced', 'raised']), until: v.nullable(v.pipe(time, v.minValue(0), v.maxValue(8.64e15))) });
export const alertResult: Schema<{ readonly alerts: readonly Alert[] }> = v.strictObject({ alerts });
export const responsesParams = v.strictObject({ set: v.pipe(v.array(v.strictObject({ id: short, on: v.boolean() })), v.maxLength(100)) });
export const responsesResult: Schema<{ readonly responses: readonly ResponseSetting[] }> = v.strictObject({ responses: v.array(v.strictObject({ id: label, name: label, on: v.boolean(), what: label })) });
export const baselinesParams = v.strictObject({ save: v.nullable(given), drop: v.nullable(short) });
export const baselinesResult: Schema<{ readonly baselines: readonly SavedBaseline[] }> = v.strictObject({ baselines: v.array(v.strictObject({ name: label, at: time, window: figure, metrics: count })) });
