// Figures of this process as they are now: one handle for each metric and label, which is asked for once and used without looking anything
// up or allocating. Each second the monitor takes what has come together since the last and starts anew; totals go on.
import { Histogram } from '../../../core/histogram.ts';
import { type Counter, type Gauge, type Meter, type MetricName, type Timer, metrics } from '../../../core/telemetry.ts';

/** Labels of one metric beyond which all others share one handle: names come from repositories and hosts. */
const MOST_LABELS = 64;
export const OTHER = 'other';

/** Upper ends of the buckets that Prometheus is told, in seconds. */
export const bounds: readonly number[] = [
  1e-6, 2.5e-6, 5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

export class CounterCell implements Counter {
  readonly kind = 'counter';
  total = 0;
  taken = 0;
  add(n = 1): void { this.total += n; }
}

export class GaugeCell implements Gauge {
  readonly kind = 'gauge';
  value = Number.NaN;
  sum = 0;
  count = 0;
  max = Number.NEGATIVE_INFINITY;
  set(value: number): void {
    this.value = value;
    this.sum += value;
    this.count++;
    if (value > this.max) this.max = value;
  }
}

export class TimerCell implements Timer {
  readonly kind = 'seconds';
  /** since the last second was taken */
  readonly fresh = new Histogram();
  /** since the process began, for Prometheus: how many within each bound, all, and their sum */
  readonly within = new Float64Array(bounds.length);
  count = 0;
  sum = 0;
  record(seconds: number): void { this.fresh.record(seconds); }
}

export type Cell = CounterCell | GaugeCell | TimerCell;
export interface Named { readonly metric: MetricName; readonly label: string; readonly cell: Cell }

export class Registry implements Meter {
  readonly #byMetric = new Map<MetricName, Map<string, Cell>>();
  readonly #all: Named[] = [];

  counter(name: MetricName, label = ''): Counter { return this.#cell(name, label, CounterCell); }
  gauge(name: MetricName, label = ''): Gauge { return this.#cell(name, label, GaugeCell); }
  timer(name: MetricName, label = ''): Timer { return this.#cell(name, label, TimerCell); }

  /** All there are, in the order in which they were first asked for. */
  get cells(): readonly Named[] { return this.#all; }

  /** Bytes that its cells take, nearly. */
  get bytes(): number { return this.#all.reduce((bytes, { cell }) => bytes + (cell.kind === 'seconds' ? cell.fresh.buckets.byteLength + 400 : 150), 0); }

  #cell<C extends Cell>(metric: MetricName, label: string, Kind: new () => C): C {
    let labels = this.#byMetric.get(metric);
    if (labels === undefined) this.#byMetric.set(metric, (labels = new Map()));
    const name = metrics[metric].label === null ? '' : !labels.has(label) && labels.size >= MOST_LABELS ? OTHER : label;
    let cell = labels.get(name);
    if (cell === undefined) {
      labels.set(name, (cell = new Kind()));
      this.#all.push({ metric, label: name, cell });
    }
    return cell as C;
  }
}
