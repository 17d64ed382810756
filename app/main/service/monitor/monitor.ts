// What this process knows of itself: once a second it takes the figures of its registry and parts, writes them to FILE.telemetry, from which
// every reader gets them, this process too, and lets the parts that watch look at them.
import { getHeapStatistics } from 'node:v8';
import type { Push } from '../../../contract/methods.ts';
import type { StatsReport } from '../../../contract/performance.ts';
import { AcumenError } from '../../../core/errors.ts';
import type { Histogram } from '../../../core/histogram.ts';
import type { BusLane, Counter, Gauge, Knob, MetricName, Telemetry, TelemetryEvent, Timer } from '../../../core/telemetry.ts';
import { TelemetryFile, telemetryPath } from '../../storage/telemetry/file.ts';
import { Packer, Sum } from '../../storage/telemetry/packing.ts';
import { type SeriesId, allSeries, numberSeries, putSecond, retain, rollUp, windowOf } from '../../storage/telemetry/rollups.ts';
import { addTo } from '../platform.ts';
import type { Part, PlatformOptions } from '../platform.ts';
import { readPrometheus } from './prometheus.ts';
import { type Named, Registry } from './registry.ts';
import { Figures, type Said, WINDOW, baseReport, lazyReport, packSaid, readReport, wholeReport } from './report.ts';
import { SystemMetrics } from './system.ts';
import { Timing } from './timing.ts';

type StatsPush = Extract<Push, { push: 'stats' }>;

/** Seconds without a request after which the engine counts as resting. */
const RESTING = 60;
/** Seconds without anybody reading before which the clock may be set back: then time goes on from where it is. */
const SET_BACK = 5;
/** Seconds into each minute at which minutes and hours are made and old figures let go: the last second's are written by then. */
const TIDY = 5;
const MEMORY = ':memory:';

/** The figures of one second, as they were taken. */
export interface Rolled {
  /** milliseconds since the epoch: its end */
  readonly at: number;
  /** in seconds */
  readonly timers: readonly { readonly metric: MetricName; readonly label: string; readonly count: number; readonly sum: number; readonly p50: number; readonly p99: number; readonly max: number; /** valid during the call */ readonly times: Histogram }[];
  readonly counters: readonly { readonly metric: MetricName; readonly label: string; readonly increase: number }[];
  readonly gauges: readonly { readonly metric: MetricName; readonly label: string; readonly value: number }[];
}

export class Monitor implements Telemetry {
  readonly registry = new Registry();
  readonly timing: Timing;
  readonly #options: PlatformOptions;
  readonly #now: () => number;
  readonly #parts: Part[] = [];
  readonly #failed = new WeakSet<object>();
  /** what those that watch said of the last second */
  readonly #saidLast = new WeakMap<Part, Partial<StatsReport>>();
  readonly #watchers = new Set<(push: StatsPush) => void>();
  readonly #packer = new Packer();
  readonly #system: SystemMetrics | null;
  #file: TelemetryFile;
  #series = new Map<Named, number>();
  #names: readonly SeriesId[] = [];
  readonly #since: number;
  /** the end of the second that was stored last, in seconds */
  #last: number;
  #lastBusy = 0;
  /** whether minutes and hours of processes that ended before are made */
  #isTidy = false;
  #timer: NodeJS.Timeout | undefined;
  /** of the last second: share of its time that was spent here */
  #cost: number | null = null;
  /** who takes telemetry events: the bus, once it is there */
  listener: (event: TelemetryEvent, lane: BusLane | undefined) => void = () => {};

  static open(options: PlatformOptions): Monitor {
    const monitor = new Monitor(options);
    if (options.manual !== true) monitor.#next();
    return monitor;
  }

  private constructor(options: PlatformOptions) {
    this.#options = options;
    const { clock } = options;
    this.#now = clock === undefined ? Date.now : () => clock.now();
    this.timing = new Timing(this);
    this.#file = this.#openFile();
    this.#since = this.#now();
    this.#last = Math.floor(this.#since / 1000);
    this.#system = options.manual === true ? null : new SystemMetrics(this, options.store);
  }

  get file(): TelemetryFile { return this.#file; }

  counter(name: MetricName, label = ''): Counter { return this.registry.counter(name, label); }
  gauge(name: MetricName, label = ''): Gauge { return this.registry.gauge(name, label); }
  timer(name: MetricName, label = ''): Timer { return this.registry.timer(name, label); }
  tell(event: TelemetryEvent, lane?: BusLane): void { this.listener(event, lane); }

  add(part: Part): () => void { return addTo(this.#parts, part); }
  knobs(): Knob[] { return this.#parts.flatMap((part) => part.knobs?.() ?? []); }

  /** Calls `listener` with each second's report, all of them with the same one; answers what ends it. */
  watch(listener: (push: StatsPush) => void): () => void {
    this.#watchers.add(listener);
    return () => { this.#watchers.delete(listener); };
  }

  /** Ends a second: everything recorded since the last is of it. `now` in milliseconds since the epoch. */
  second(now: number): void {
    const at = Math.floor(now / 1000);
    // the timer came too early, or the clock was set back a little: it goes on with the next second
    if (at <= this.#last && at > this.#last - SET_BACK) return;
    const start = process.threadCpuUsage();
    if (this.timing.second() > 0) this.#lastBusy = at;
    this.#system?.sample(at - this.#lastBusy < RESTING);
    if (!this.#file.isInPlace) this.#reopen();
    this.registry.take();
    const covered = at > this.#last ? (at - this.#last) * 1000 : 1000;
    let isStored = false;
    try {
      isStored = this.#number() && this.#store(at, covered);
    } catch (error) {
      if (!(error instanceof AcumenError) || this.#file.path === MEMORY) throw error;
      this.#reopen(MEMORY); // the disk is full, or the file is damaged: figures live on as long as the process
    }
    if (!isStored) {
      // not written, or another process held the file: these figures go with the next second's
      this.registry.giveBack();
      return;
    }
    this.#last = at;
    const { user, system } = process.threadCpuUsage(start);
    this.#cost = (user + system) / 1000 / covered;
  }

  report(at: number | null = null): StatsReport {
    return readReport(this.#file, at) ?? wholeReport(baseReport(at ?? this.#last * 1000, WINDOW, new Figures(new Sum(), []), this.#said({})), {});
  }

  /** What Prometheus is told of this process. */
  prometheus(): string { return readPrometheus(this.#file, null) ?? ''; }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#system?.close();
    // what came together since the last whole second
    this.second((this.#last + 1) * 1000);
    for (const part of this.#parts.splice(0).reverse()) await part.close?.();
    this.#file.close();
  }

  /** At the next whole second. */
  #next(): void {
    this.#timer = setTimeout(() => {
      try {
        this.second(this.#now());
      } catch (error) {
        // Nobody's work may end because it could not be measured.
        if (!this.#failed.has(this)) process.emitWarning(`BUG: a second could not be measured: ${error instanceof Error ? error.stack ?? error.message : String(error)}`);
        this.#failed.add(this);
      }
      this.#next();
    }, 1000 - this.#now() % 1000 + 1).unref();
  }

  /** Where the file cannot be used (another program's, no room, no permission) figures live as long as the process. */
  #openFile(): TelemetryFile {
    const { store, what } = this.#options;
    try {
      return TelemetryFile.open(telemetryPath(store), { writer: what, now: this.#now });
    } catch (error) {
      if (!(error instanceof AcumenError)) throw error;
      return TelemetryFile.open(MEMORY, { writer: what, now: this.#now });
    }
  }

  #reopen(path: string | null = null): void {
    this.#file.close();
    this.#file = path === null ? this.#openFile() : TelemetryFile.open(path, { writer: this.#options.what, now: this.#now });
    this.#series.clear();
    this.#isTidy = false;
  }

  /** Gives numbers to series that are new. */
  #number(): boolean {
    const fresh = this.registry.cells.filter((named) => !this.#series.has(named));
    if (fresh.length === 0) return true;
    const numbers: number[] = [];
    if (!this.#file.write(() => { for (const { metric, label } of fresh) numbers.push(numberSeries(this.#file, metric, label)); })) return false;
    for (const [i, named] of fresh.entries()) this.#series.set(named, numbers[i]!);
    this.#names = allSeries(this.#file);
    return true;
  }

  #store(at: number, covered: number): boolean {
    const body = this.#pack(covered);
    let figures: Figures | null = null, isStored = false;
    const windowed = (): Figures => {
      if (figures !== null) return figures;
      const window = windowOf(this.#file, 1, at - WINDOW, at);
      if (!isStored) window.add(body);
      return (figures = new Figures(window, this.#names));
    };
    const said = (): Said => this.#said(parts);
    // those that watch say what they found once they have looked; until then it is as they said it last
    const parts = this.#ask(this.#parts, (part) => (part.second === undefined ? part.figures?.() : this.#saidLast.get(part) ?? part.figures?.()));
    const watching = this.#parts.filter((part) => part.second !== undefined);
    if (watching.length > 0) {
      const base = lazyReport(at * 1000, said(), this.registry, () => baseReport(at * 1000, WINDOW, windowed(), said())), rolled = this.#rolled(at * 1000);
      this.#ask(watching, (part) => { part.second!(at * 1000, rolled, base); });
      Object.assign(parts, this.#ask(watching, (part) => {
        const found = part.figures?.();
        if (found !== undefined) this.#saidLast.set(part, found);
        return found;
      }));
    }
    isStored = this.#file.write(() => {
      putSecond(this.#file, at, body, packSaid(said()));
      // Once a minute, when the last of it has surely been written.
      if (Math.floor((at - TIDY) / 60) === Math.floor((this.#last - TIDY) / 60)) return;
      rollUp(this.#file, at, this.#isTidy ? Math.min(at, this.#last) - 180 : 0);
      retain(this.#file, at);
      this.#isTidy = true;
    });
    if (isStored && this.#watchers.size > 0) {
      const push: StatsPush = { push: 'stats', report: wholeReport(baseReport(at * 1000, WINDOW, windowed(), said()), parts) };
      for (const listener of [...this.#watchers]) listener(push);
    }
    return isStored;
  }

  /** What parts say, put together. One that fails is left out, and named once: the rest is measured all the same. */
  #ask(parts: readonly Part[], question: (part: Part) => Partial<StatsReport> | undefined | void): Partial<StatsReport> {
    const said: Partial<StatsReport> = {};
    for (const part of parts) {
      try {
        Object.assign(said, question(part));
      } catch (error) {
        if (!this.#failed.has(part)) process.emitWarning(`BUG: ${part.name} could not say how it does: ${error instanceof Error ? error.stack ?? error.message : String(error)}`);
        this.#failed.add(part);
      }
    }
    return said;
  }

  #pack(ms: number): Uint8Array {
    const packer = this.#packer;
    packer.begin(ms);
    for (const named of this.registry.cells) {
      const { cell } = named, id = this.#series.get(named)!;
      if (cell.kind === 'counter') { if (cell.taken !== 0) packer.counter(id, cell.taken); }
      else if (cell.kind === 'gauge') { if (!Number.isNaN(cell.taken.last)) packer.gauge(id, cell.taken); }
      else if (cell.taken.count > 0) packer.timer(id, cell.taken);
    }
    return packer.end();
  }

  #said(parts: Partial<StatsReport>): Said {
    return { since: this.#since, heapLimit: getHeapStatistics().heap_size_limit, parts: { overhead: { cpu: this.#cost, bytes: this.registry.bytes }, ...parts } };
  }

  #rolled(at: number): Rolled {
    const timers: Rolled['timers'][number][] = [], counters: Rolled['counters'][number][] = [], gauges: Rolled['gauges'][number][] = [];
    for (const { metric, label, cell } of this.registry.cells) {
      if (cell.kind === 'counter') counters.push({ metric, label, increase: cell.taken });
      else if (cell.kind === 'gauge') { if (!Number.isNaN(cell.taken.last)) gauges.push({ metric, label, value: cell.taken.last }); }
      else if (cell.taken.count > 0) {
        const { taken: h } = cell;
        timers.push({ metric, label, count: h.count, sum: h.sum, p50: h.quantile(0.5)!, p99: h.quantile(0.99)!, max: h.max, times: h });
      }
    }
    return { at, timers, counters, gauges };
  }
}
