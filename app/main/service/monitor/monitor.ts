// What this process knows of itself: takes the figures of each second from the registry and its parts and writes them to FILE.telemetry,
// from which every reader gets them, this process too.
import type { StatsReport } from '../../../contract/performance.ts';
import type { BusLane, Counter, Gauge, Knob, MetricName, Telemetry, TelemetryEvent, Timer } from '../../../core/telemetry.ts';
import { AcumenError } from '../../../core/errors.ts';
import { TelemetryFile, telemetryPath } from '../../storage/telemetry/file.ts';
import type { Part, PlatformOptions } from '../platform.ts';
import { Registry } from './registry.ts';

export class Monitor implements Telemetry {
  readonly registry = new Registry();
  readonly #parts: Part[] = [];
  readonly #now: () => number;
  #file: TelemetryFile;
  #timer: NodeJS.Timeout | undefined;
  /** who takes telemetry events: the bus, once it is there */
  listener: (event: TelemetryEvent, lane: BusLane) => void = () => {};

  static open(options: PlatformOptions): Monitor {
    const now = options.clock === undefined ? Date.now : () => options.clock!.now();
    // Where the file cannot be used (another program's, no room, no permission) figures live as long as the process.
    let file;
    try {
      file = TelemetryFile.open(telemetryPath(options.store), { writer: options.what, now });
    } catch (error) {
      if (!(error instanceof AcumenError)) throw error;
      file = TelemetryFile.open(':memory:', { writer: options.what, now });
    }
    const monitor = new Monitor(file, now);
    if (options.manual !== true) monitor.#next();
    return monitor;
  }

  private constructor(file: TelemetryFile, now: () => number) {
    this.#file = file;
    this.#now = now;
  }

  get file(): TelemetryFile { return this.#file; }

  counter(name: MetricName, label = ''): Counter { return this.registry.counter(name, label); }
  gauge(name: MetricName, label = ''): Gauge { return this.registry.gauge(name, label); }
  timer(name: MetricName, label = ''): Timer { return this.registry.timer(name, label); }
  tell(event: TelemetryEvent, lane: BusLane = 'normal'): void { this.listener(event, lane); }

  add(part: Part): void { this.#parts.push(part); }
  knobs(): Knob[] { return this.#parts.flatMap((part) => part.knobs?.() ?? []); }

  /** Ends a second of figures; `at` in milliseconds since the epoch. */
  second(at: number): void {
    for (const part of this.#parts) part.second?.(at);
  }

  report(at: number | null): StatsReport {
    throw new AcumenError('usage', 'No figures are kept of that time.', 'Ask for a later time.', { at });
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    for (const part of this.#parts.splice(0).reverse()) await part.close?.();
    this.#file.close();
  }

  /** At the next whole second. */
  #next(): void {
    this.#timer = setTimeout(() => {
      this.second(Math.floor(this.#now() / 1000) * 1000);
      this.#next();
    }, 1000 - this.#now() % 1000 + 1).unref();
  }
}
