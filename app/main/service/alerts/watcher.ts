// Watches the engine on the monitor's roll-ups: levels and alerts each second, regressions every five seconds, anomalies every ten, forecasts each minute.
// On a clock that it is given (the end of each second), and within a budget of processor time: analyses beyond it are put off, levels never.
import type { Alert, AlertRequest, Forecast, Regression, ResponseSetting, SavedBaseline, ServiceLevel, StatsReport } from '../../../contract/performance.ts';
import { AnomalyWatch, Seasons } from '../../../core/analysis/anomalies.ts';
import { changes } from '../../../core/analysis/changes.ts';
import { type Outlook, forecast } from '../../../core/analysis/forecast.ts';
import { type Baseline, type Profile, type Verdict, baselineOf, isReference, judge, profileOf } from '../../../core/analysis/regression.ts';
import { median } from '../../../core/analysis/robust.ts';
import { AcumenError } from '../../../core/errors.ts';
import type { MetricName, Teller, TelemetryEvent } from '../../../core/telemetry.ts';
import type { Rolled } from '../monitor/monitor.ts';
import type { BaseReport } from '../monitor/report.ts';
import type { Part } from '../platform.ts';
import { Baselines } from './baselines.ts';
import { AlertBook, type Condition, readBook } from './book.ts';
import { Gathered, type LevelRule, levelOf, levelRules } from './levels.ts';
import { type Controls, Responses } from './responses.ts';

/** Small things kept by name: FILE.telemetry. `keep` and `forget` answer false where another process holds the file. */
export interface Keeper {
  keep(name: string, at: number, body: Uint8Array): boolean;
  forget(name: string): boolean;
  kept(name: string): { readonly at: number; readonly body: Uint8Array } | null;
  keptNames(prefix: string): string[];
}

/** Milliseconds of processor time in a second that all of this may take on average: a fifth of a hundredth of a core. */
export const BUDGET_MS = 2;
/** Seconds between two looks. */
const LOOK = 5, STRANGE = 10, MINUTE = 60;
/** Minutes of profiles kept, for baselines, and of points, for forecasts; seconds between the beginnings of two profiles, each of a minute. */
const MINUTES = 60, POINTS = 180, PROFILED = 20;
/** Minutes before now that an unsaved baseline leaves out, or a slowdown would be its own measure. */
const APART = 10;
/** Minutes that a forecast is made of, at least; those that it looks back on; how many times as far it looks ahead. */
const FEWEST_POINTS = 15, LOOKS_BACK: readonly number[] = [20, 60, POINTS], AHEAD = 24;
const HOUR = 3_600_000;
/** Minutes that a new level must have lasted, and the least change of level that is told, as a logarithm. */
const STAYED = 10, CHANGED = Math.log(1.3);
/** Sizes of files that are forecast, the next above the present one. */
const SIZES: readonly number[] = [1, 4, 16, 64, 256, 1024].map((gibibytes) => gibibytes * 2 ** 30);
const KEPT = 'alerts/state', SEASONS = 'alerts/seasons';

export interface AlertsOptions {
  readonly telemetry: Teller;
  /** asked each time: the file may be replaced */
  readonly keeper: () => Keeper | null;
  readonly controls: Controls;
  /** processor time of this thread so far, in milliseconds; left out: no budget (a virtual clock) */
  readonly spent?: () => number;
  /** requests a second that somebody means to send */
  readonly throughput?: () => number | null;
  readonly rules?: readonly LevelRule[];
  /** minutes from midnight at a time, for what is usual at that time of day */
  readonly minuteOfDay?: (at: number) => number;
}

/** What may be strange, as it is just now. Above 0: it is looked at by factors. */
interface Observed { readonly name: string; readonly value: number; readonly unit: string }

/** Of a minute: times of work, in which a regression is looked for, and those of the same with what it waits for, whose level may change all the same. */
interface Profiled { readonly judged: ReadonlyMap<string, Profile>; readonly waiting: ReadonlyMap<string, Profile> }
/** The series of its work, where a series also waits. */
const workOf = (name: string): string | null => (name.startsWith(OPERATION) ? `acumen_operation_work_seconds ${name.slice(OPERATION.length)}` : name === COMMIT ? 'acumen_commit_work_seconds ' : null);

export class Alerts implements Part {
  /** requests a second that somebody means to send now (load/generator.ts); null: nobody does */
  intended: number | null = null;
  readonly name = 'alerts';
  readonly baselines: Baselines;
  readonly #options: AlertsOptions;
  readonly #rules: readonly LevelRule[];
  readonly #book: AlertBook;
  readonly #responses: Responses;
  readonly #gathered = new Gathered();
  readonly #watches = new Map<string, AnomalyWatch>();
  readonly #seasons = new Seasons();
  readonly #windows: { readonly at: number; readonly profiles: Profiled; /** ends a minute */ readonly isWhole: boolean }[] = [];
  readonly #points = new Map<string, { readonly times: number[]; readonly values: number[]; low: number }>();
  /** ms of the change of each series that was told last */
  readonly #changed = new Map<string, number>();
  #levels: readonly ServiceLevel[] = [];
  #regressions: readonly Regression[] = [];
  #forecasts: readonly Forecast[] = [];
  #verdicts: { readonly at: number; readonly found: readonly Verdict[] } = { at: -1, found: [] };
  #unsaved: { readonly at: number; readonly baseline: Baseline } | null = null;
  #seconds = 0;
  #at = 0;
  /** processor time over the budget so far, in milliseconds, forgotten by and by */
  #debt = 0;
  #keptVersion = 0;

  constructor(options: AlertsOptions) {
    this.#options = options;
    this.#rules = options.rules ?? levelRules(options.throughput ?? (() => this.intended));
    const tell = (event: TelemetryEvent): void => { options.telemetry.tell(event, event.kind === 'alert' && event.severity === 'critical' ? 'critical' : 'normal'); };
    const { book, off } = readState(options.keeper()?.kept(KEPT)?.body ?? null);
    this.#book = new AlertBook(tell, book);
    this.#responses = new Responses(options.controls, tell, off);
    this.baselines = new Baselines(options.keeper);
    const seasons = parsed(options.keeper()?.kept(SEASONS)?.body ?? null);
    if (Array.isArray(seasons) && seasons.every((days) => Array.isArray(days) && days.every(Number.isFinite))) this.#seasons = new Seasons(24, 21, seasons as number[][]);
  }

  figures(): Partial<StatsReport> {
    return { levels: this.#levels, alerts: this.#book.alerts, forecasts: this.#forecasts, regressions: this.#regressions };
  }

  second(at: number, rolled: Rolled, report: BaseReport): void {
    const start = this.#options.spent?.() ?? 0;
    this.#seconds++;
    this.#at = at;
    this.#gathered.second(rolled, report);
    this.#levels = this.#rules.map((rule) => levelOf(rule, this.#gathered));
    const minute = this.#seconds % MINUTE === 0;
    for (const [name, { value }] of this.#measured(report)) this.#point(name, at, value, minute);
    if (this.#seconds >= MINUTE && this.#seconds % PROFILED === 0) this.#endWindow(at, minute);
    const isInBudget = this.#debt <= 0;
    if (isInBudget && this.#seconds % LOOK === 0) this.#lookForRegressions(at);
    if (isInBudget && this.#seconds % STRANGE === 0) this.#lookForAnomalies(at, rolled, report);
    if (minute && this.#debt < MINUTE * BUDGET_MS) {
      this.#forecast(at, report);
      if (this.#seconds % (STAYED * MINUTE) === 0) this.#lookForChanges(report);
    }
    this.#book.see(this.#conditions(report), at);
    const doing = this.#responses.see(this.#book.entries, at);
    for (const { id } of this.#book.entries) this.#book.responded(id, doing.get(id) ?? null);
    this.#keep(at);
    if (this.#options.spent !== undefined) this.#debt = Math.max(-10 * BUDGET_MS, this.#debt + this.#options.spent() - start - BUDGET_MS);
  }

  alert({ id, to, until }: AlertRequest): { readonly alerts: readonly Alert[] } {
    this.#book.change(id, to, until, this.#at);
    this.#keep(this.#at);
    return { alerts: this.#book.alerts };
  }

  setResponses(set: readonly { readonly id: string; readonly on: boolean }[]): { readonly responses: readonly ResponseSetting[] } {
    const unknown = set.find(({ id }) => !this.#responses.has(id));
    if (unknown !== undefined) throw new AcumenError('unknown-name', `There is no automatic response named ${unknown.id}.`, 'Look at the list of responses.', { id: unknown.id });
    for (const { id, on } of set) this.#responses.switch(id, on);
    this.#keep(this.#at);
    return { responses: this.#responses.list };
  }

  changeBaselines({ save, drop }: { readonly save: string | null; readonly drop: string | null }): { readonly baselines: readonly SavedBaseline[] } {
    if (drop !== null) this.baselines.drop(drop);
    if (save !== null) this.baselines.save(save, this.#windows.map(({ profiles }) => profiles.judged), MINUTE / PROFILED, this.#at);
    return { baselines: this.baselines.list };
  }

  close(): void {
    this.#responses.close();
    this.#keep(this.#at);
  }

  #keep(at: number): void {
    const version = this.#book.version + this.#responses.version;
    const keeper = this.#options.keeper();
    if (version === this.#keptVersion || keeper === null) return;
    // where another process holds the file it is tried again with the next second
    if (keeper.keep(KEPT, at, packed({ ...this.#book.kept, off: this.#responses.off }))) this.#keptVersion = version;
  }

  #endWindow(at: number, isWhole: boolean): void {
    this.#windows.push({ at, profiles: this.#profiles(), isWhole });
    if (this.#windows.length > MINUTES * MINUTE / PROFILED) this.#windows.shift();
    if (this.#seconds % (10 * MINUTE) === 0) this.#options.keeper()?.keep(SEASONS, at, packed(this.#seasons.kept));
  }

  /** Of the last minute. */
  #profiles(): Profiled {
    const judged = new Map<string, Profile>(), waiting = new Map<string, Profile>();
    for (const [name, times] of this.#gathered.timers()) {
      const profile = times.count > 0 && !OTHERS.some((metric) => name.startsWith(`${metric} `)) ? profileOf(times) : null, work = workOf(name);
      if (profile !== null) (name === COMMIT || work !== null && this.#gathered.has(work) ? waiting : judged).set(name, profile);
    }
    return { judged, waiting };
  }

  #lookForRegressions(at: number): void {
    const saved = this.baselines.newest;
    let baseline = saved?.baseline;
    if (baseline === undefined) {
      if (this.#unsaved === null || at - this.#unsaved.at >= 5 * 60_000) {
        const old = this.#windows.filter((window) => window.at <= at - APART * 60_000);
        this.#unsaved = { at, baseline: baselineOf(old.map(({ profiles }) => profiles.judged), MINUTE / PROFILED) };
      }
      baseline = this.#unsaved.baseline;
    }
    const counts = new Map<string, number>();
    for (const [series, times] of this.#gathered.timers()) counts.set(series, times.count);
    const { judged, waiting } = this.#profiles(), known = new Set(baseline.series.map(({ name }) => name)), profiles = new Map(judged);
    // one saved before there was its work says what the whole took
    for (const [name, profile] of waiting) if (!known.has(workOf(name)!)) profiles.set(name, profile);
    const before = new Set(this.#regressions.map(({ metric, label }) => `${metric} ${label}`));
    const found = judge(baseline, profiles);
    this.#verdicts = { at, found };
    this.#regressions = found.filter((verdict) => verdict.isRegression).map((verdict) => regressionOf(verdict, saved?.name ?? UNSAVED, counts.get(verdict.name)!));
    for (const regression of this.#regressions) {
      const { metric, label, p } = regression;
      if (before.has(`${metric} ${label}`) || this.#book.entries.some(({ id, state }) => id === `regression/${metric} ${label}` && state !== 'resolved')) continue;
      this.#options.telemetry.tell({ kind: 'regression', metric: `${metric} ${label}`.trim(), baseline: regression.before, now: regression.now, p, reason: said(regression) });
    }
  }

  #lookForAnomalies(at: number, rolled: Rolled, report: BaseReport): void {
    const hour = Math.floor((this.#options.minuteOfDay?.(at) ?? at / 60_000 % 1440) / 60);
    for (const { name, value, unit } of this.#observed(rolled, report)) {
      let watch = this.#watches.get(name);
      if (watch === undefined) this.#watches.set(name, (watch = new AnomalyWatch({ least: Math.log(1.5) })));
      const isLoad = name === LOAD;
      const found = watch.next(Math.log(value), isLoad ? this.#seasons.usual(hour) : null);
      if (isLoad) this.#seasons.add(hour, Math.log(value));
      if (found === null) continue;
      const expected = Math.exp(found.expected);
      this.#options.telemetry.tell({
        kind: 'anomaly', metric: name, value, expected, score: found.score,
        reason: `${figure(value)} ${unit} where ${figure(expected)} is usual: ${Math.abs(found.score).toFixed(1)} deviations ${found.score > 0 ? 'above' : 'below'} it.`,
      });
    }
  }

  /** What has another level than before, and has stayed there: of sizes and of typical times, minute by minute. Told once. */
  #lookForChanges(report: BaseReport): void {
    const series = new Map<string, { readonly times: readonly number[]; readonly logs: readonly number[]; readonly unit: string }>();
    for (const [id, { metric, name, unit }] of this.#measured(report)) {
      const { times, values } = this.#points.get(id)!;
      if (unit === 'bytes') series.set(`${metric} ${name}`, { times: times.map((hours) => hours * HOUR), logs: values.map((value) => Math.log(Math.max(1, value))), unit });
    }
    const minutes = this.#windows.filter(({ isWhole }) => isWhole);
    const of = ({ judged, waiting }: Profiled, name: string): Profile | undefined => judged.get(name) ?? waiting.get(name);
    for (const name of new Set(minutes.flatMap(({ profiles: { judged, waiting } }) => [...judged.keys(), ...waiting.keys()].filter((one) => !isReference(one))))) {
      const having = minutes.filter(({ profiles }) => of(profiles, name) !== undefined);
      series.set(name, { times: having.map(({ at }) => at), logs: having.map(({ profiles }) => median(of(profiles, name)!) + Math.log(1000)), unit: 'ms' });
    }
    for (const [name, { times, logs, unit }] of series) {
      const last = changes(logs).at(-1);
      if (last === undefined || logs.length - last.at < STAYED || Math.abs(last.after - last.before) < CHANGED) continue;
      const when = times[last.at]!;
      if (when <= (this.#changed.get(name) ?? 0) + STAYED * MINUTE * 1000) continue;
      this.#changed.set(name, when);
      const value = Math.exp(last.after), expected = Math.exp(last.before);
      this.#options.telemetry.tell({
        kind: 'anomaly', metric: name, value, expected, score: (last.after - last.before) / CHANGED,
        reason: `Since ${new Date(when).toISOString()} it is ${figure(value)} ${unit}, and was ${figure(expected)} before.`,
      });
    }
  }

  /** Of times the slowest twentieth; sizes; what waits and how much is asked, from where a factor means something. */
  *#observed(rolled: Rolled, report: BaseReport): Iterable<Observed> {
    let requests = 0;
    for (const [name, times] of this.#gathered.timers()) {
      if (!name.startsWith(OPERATION)) continue;
      requests += times.count;
      if (times.count >= 20) yield { name: `${name} p95`, value: times.quantile(0.95)! * 1000, unit: 'ms' };
    }
    for (const { metric, label, value } of rolled.gauges) {
      if (metric === 'acumen_memory_usage_bytes') yield { name: `${metric} ${label}`, value: Math.max(1, value), unit: 'bytes' };
      if (metric === 'acumen_queue_depth' || metric === 'acumen_handles') yield { name: `${metric} ${label}`.trim(), value: 10 + value, unit: 'and ten' };
    }
    yield { name: LOAD, value: 1 + requests / Math.max(1, report.window), unit: 'requests a second, and one' };
  }

  /** What is forecast, as it is now, with its limit. */
  *#measured(report: BaseReport): Iterable<[id: string, of: { readonly value: number; readonly name: string; readonly metric: MetricName; readonly label: string; readonly unit: string; readonly limit: number | null }]> {
    const { memory, disk, queue } = report;
    if (memory !== null) {
      yield ['forecast/memory', { value: memory.heapUsed, name: 'Memory', metric: 'acumen_memory_usage_bytes', label: 'heapUsed', unit: 'bytes', limit: memory.limit > 0 ? memory.limit : null }];
      yield ['forecast/rss', { value: memory.rss, name: 'Memory of the process', metric: 'acumen_memory_usage_bytes', label: 'rss', unit: 'bytes', limit: null }];
    }
    for (const { name, bytes } of disk.files) yield [`forecast/disk ${name}`, { value: bytes, name: `Size of ${name}`, metric: 'acumen_disk_bytes', label: name, unit: 'bytes', limit: SIZES.find((size) => size > bytes) ?? null }];
    yield ['forecast/queue', { value: queue.depth, name: 'Operations waiting', metric: 'acumen_queue_depth', label: 'operations', unit: 'operations', limit: this.#rules.find(({ id }) => id === 'queue')?.target as number | undefined ?? null }];
  }

  /** A minute's point is its least value: what is there after every collection, which a leak lifts and a burst does not. */
  #point(name: string, at: number, value: number, isEnd: boolean): void {
    let points = this.#points.get(name);
    if (points === undefined) this.#points.set(name, (points = { times: [], values: [], low: Infinity }));
    points.low = Math.min(points.low, value);
    if (!isEnd) return;
    points.times.push(at / HOUR);
    points.values.push(points.low);
    points.low = Infinity;
    if (points.times.length > POINTS) { points.times.shift(); points.values.shift(); }
  }

  #forecast(at: number, report: BaseReport): void {
    this.#forecasts = [...this.#measured(report)].flatMap(([id, { name, metric, label, unit, limit }]) => {
      const { times, values } = this.#points.get(id)!;
      const now = at / HOUR;
      const looks = LOOKS_BACK.flatMap((minutes) => {
        if (times.length < FEWEST_POINTS || (minutes !== LOOKS_BACK.at(-1) && times.length < minutes)) return [];
        const found = forecast(times.slice(-minutes), values.slice(-minutes), { at: now + 1, limit, horizon: now + AHEAD * Math.min(minutes, times.length) / 60 });
        return found === null ? [] : [forecastOf({ id, name, metric, label, unit, limit }, found, at + HOUR)];
      });
      // What began a while ago is seen best from there: of the looks that are sure of a limit the soonest, else the longest.
      const sure = looks.filter(({ latest }) => latest !== null).sort((a, b) => a.reaches! - b.reaches!)[0] ?? looks.at(-1);
      return sure === undefined ? [] : [sure];
    });
  }

  *#conditions(report: BaseReport): Iterable<Condition> {
    for (const [i, { id, name, value, target, unit, holds }] of this.#levels.entries()) {
      yield {
        id, name, isWrong: holds === null ? null : !holds, value: value ?? 0, target, unit, patience: this.#rules[i]!.patience, least: 'notice',
        reason: holds === false ? `${name} is ${quantity(value!, unit)}; ${quantity(target, unit)} was promised.` : '',
      };
    }
    if (this.#verdicts.at === this.#at) {
      const shown = new Map(this.#regressions.map((regression) => [`${regression.metric} ${regression.label}`, regression]));
      for (const { name, now, before, isRegression } of this.#verdicts.found) {
        const regression = shown.get(name);
        yield { id: `regression/${name}`, name: `${name} takes longer`, isWrong: isRegression, value: now * 1000, target: before * 1000, unit: 'ms', patience: 0, least: 'notice', reason: regression === undefined ? '' : said(regression) };
      }
    }
    const present = new Map([...this.#measured(report)].map(([id, { value }]) => [id, value]));
    for (const { id, name, limit, reaches, latest, unit } of this.#forecasts) {
      if (limit === null) continue;
      // even the slowest growth that fits reaches it: the trend is sure
      const hours = reaches === null ? Infinity : (reaches - this.#at) / HOUR;
      const isWrong = latest !== null && hours < FORECAST_HOURS;
      yield {
        id, name: `${name} grows`, isWrong, value: present.get(id) ?? 0, target: limit, unit, patience: 0, least: hours < 1 / 6 ? 'critical' : hours < 1 ? 'warning' : 'notice',
        reason: isWrong ? `It reaches ${figure(limit)} ${unit} in about ${hours < 2 ? `${Math.max(0, Math.round(hours * 60))} minutes` : `${Math.round(hours)} hours`}, at ${new Date(reaches!).toISOString()}.` : '',
      };
    }
    for (const { dependency, state, reason } of report.breakers) {
      yield { id: `breaker/${dependency}`, name: `${dependency} is left alone`, isWrong: state === 'open', value: state === 'open' ? 2 : 0, target: 0, unit: 'state', patience: 60, least: 'warning', reason };
    }
  }
}

/** Times that are others' doing: the disk's, the loop's, the collector's, and what waits for a worker. */
const OTHERS: readonly MetricName[] = ['acumen_disk_seconds', 'acumen_event_loop_delay_seconds', 'acumen_gc_pause_seconds', 'acumen_pool_wait_seconds'];
const OPERATION = 'acumen_operation_seconds ', COMMIT = 'acumen_commit_seconds ', LOAD = 'requests a second';
const UNSAVED = 'the last hour';
/** Hours within which a limit must be met for anybody to be told. */
const FORECAST_HOURS = 24;

function regressionOf({ name, before, now, ratio, p }: Verdict, baseline: string, n: number): Regression {
  const space = name.indexOf(' ');
  return { metric: name.slice(0, space) as MetricName, label: name.slice(space + 1), baseline, before: before * 1000, now: now * 1000, ratio, p, n };
}
const said = ({ metric, label, ratio, baseline, before, now, n, p }: Regression): string =>
  `${label === '' ? metric : label}${metric === 'acumen_operation_work_seconds' ? ', waiting left out,' : ''} takes ${((ratio - 1) * 100).toFixed(0)} % longer than in ${baseline}, what the machine does to all left out: median ${figure(before)} ms then, ${figure(now)} ms now, of ${n}; by chance one minute in ${figure(1 / p)}.`;

/** `at`: the time, in milliseconds, that its value is of. */
function forecastOf(of: Pick<Forecast, 'id' | 'name' | 'metric' | 'label' | 'unit' | 'limit'>, { trend, value, low, high, reaches, earliest, latest }: Outlook, at: number): Forecast {
  const time = (hours: number | null): number | null => (hours === null ? null : Math.round(hours * HOUR));
  // a trend that may be chance meets no limit
  const isSure = trend.p < 0.0003;
  return {
    ...of, slope: trend.slope, at, value, low, high,
    reaches: isSure ? time(reaches) : null, earliest: isSure ? time(earliest) : null, latest: isSure ? time(latest) : null,
  };
}

const quantity = (value: number, unit: string): string => (unit === 'share' ? `${figure(value * 100)} %` : `${figure(value)} ${unit}`);
const figure = (value: number): string => (Number.isInteger(value) || Math.abs(value) >= 1000 ? String(Math.round(value)) : value.toPrecision(3));
const packed = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
function parsed(body: Uint8Array | null): unknown {
  try {
    return body === null ? null : JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return null;
  }
}
function readState(body: Uint8Array | null): { readonly book: ReturnType<typeof readBook>; readonly off: readonly string[] } {
  const value = parsed(body);
  const off = (typeof value === 'object' && value !== null ? value as { off?: unknown } : {}).off;
  return { book: readBook(value), off: Array.isArray(off) ? off.filter((id) => typeof id === 'string') : [] };
}
