// Figures of this process as they are now: one handle for each metric and label, which is asked for once and used without looking anything
// up or allocating. Each second the monitor takes what has come together since the last.
import { BUCKETS, Histogram } from '../../../core/histogram.ts';
import type { GaugeSum } from '../../storage/telemetry/packing.ts';
import { type Counter, type Gauge, type Meter, type MetricName, type Timer, metrics } from '../../../core/telemetry.ts';

/** Labels of one metric beyond which all others share one handle: names come from repositories and hosts. */
export const MOST_LABELS = 64;
export const OTHER = 'other';

/** Each cell is taken once a second, while others go on recording; what could not be stored is given back. */
class CounterCell implements Counter {
  readonly kind = 'counter';
  #fresh = 0;
  /** of the second taken last */
  taken = 0;
  add(n = 1): void { this.#fresh += n; }
  take(): void { this.taken = this.#fresh; this.#fresh = 0; }
  giveBack(): void { this.#fresh += this.taken; }
}

class GaugeCell implements Gauge {
  readonly kind = 'gauge';
  #fresh: GaugeSum = { last: Number.NaN, sum: 0, count: 0, max: Number.NEGATIVE_INFINITY };
  /** of the second taken last; where it was not set in it, as it stood */
  taken: GaugeSum = { last: Number.NaN, sum: 0, count: 0, max: Number.NEGATIVE_INFINITY };
  set(value: number): void {
    const fresh = this.#fresh;
    fresh.last = value;
    fresh.sum += value;
    fresh.count++;
    if (value > fresh.max) fresh.max = value;
  }
  take(): void {
    const { last } = this.#fresh, before = this.taken;
    this.taken = this.#fresh;
    if (this.taken.count === 0) { this.taken.sum = this.taken.max = last; this.taken.count = 1; }
    before.last = last;
    before.sum = before.count = 0;
    before.max = Number.NEGATIVE_INFINITY;
    this.#fresh = before;
  }
  giveBack(): void {}
}

/** Times that a timer gathers before its histogram is touched: amid other work each touch finds it in no near cache, and many at once find it there. */
const GATHERED = 64;

class TimerCell implements Timer {
  readonly kind = 'seconds';
  #fresh = new Histogram();
  readonly #gathered = new Float64Array(GATHERED);
  #many = 0;
  /** of the second taken last */
  taken = new Histogram();
  record(seconds: number): void {
    this.#gathered[this.#many++] = seconds;
    if (this.#many === GATHERED) this.#put();
  }
  #put(): void {
    for (let i = 0; i < this.#many; i++) this.#fresh.record(this.#gathered[i]!);
    this.#many = 0;
  }
  take(): void {
    this.#put();
    const before = this.taken;
    this.taken = this.#fresh;
    before.clear();
    this.#fresh = before;
  }
  giveBack(): void { this.#fresh.add(this.taken); }
}

export type Cell = CounterCell | GaugeCell | TimerCell;
export interface Named { readonly metric: MetricName; readonly label: string; readonly cell: Cell }

export class Registry implements Meter {
  readonly #byMetric = new Map<MetricName, Map<string, Cell>>();
  readonly #all: Named[] = [];

  counter(name: MetricName, label = ''): Counter { return this.#cell(name, label, CounterCell); }
  gauge(name: MetricName, label = ''): Gauge { return this.#cell(name, label, GaugeCell); }
  timer(name: MetricName, label = ''): Timer { return this.#cell(name, label, TimerCell); }

  /** The newest value of the second that was taken last; null where there is none. */
  value(name: MetricName, label = ''): number | null {
    const cell = this.#byMetric.get(name)?.get(label);
    return cell?.kind !== 'gauge' || Number.isNaN(cell.taken.last) ? null : cell.taken.last;
  }
  /** Labels that were asked for. */
  labels(name: MetricName): string[] { return [...this.#byMetric.get(name)?.keys() ?? []].sort(); }

  /** All there are, in the order in which they were first asked for. */
  get cells(): readonly Named[] { return this.#all; }

  take(): void { for (const { cell } of this.#all) cell.take(); }
  giveBack(): void { for (const { cell } of this.#all) cell.giveBack(); }

  /** Bytes that its cells take, nearly. */
  get bytes(): number { return this.#all.reduce((bytes, { cell }) => bytes + (cell.kind === 'seconds' ? 2 * (4 * BUCKETS + 200) + 8 * GATHERED : 250), 0); }

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
