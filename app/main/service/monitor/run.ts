// Figures of a process that runs once and ends (`acumen import`): what it asked and how long it took, left in FILE.telemetry at its end, in one
// row. It measures nothing else, because nothing may cost it time.
import type { Counter, Gauge, MetricName, Telemetry, Timer } from '../../../core/telemetry.ts';
import { silent } from '../../../core/telemetry.ts';
import { TelemetryFile, telemetryPath } from '../../storage/telemetry/file.ts';
import { Packer } from '../../storage/telemetry/packing.ts';
import { numberSeries, putSecond } from '../../storage/telemetry/rollups.ts';
import { Registry } from './registry.ts';
import { Timing } from './timing.ts';

export class RunFigures implements Telemetry {
  readonly #registry = new Registry();
  readonly #since = performance.now();
  readonly timing = new Timing(this);

  counter(name: MetricName, label = ''): Counter { return this.#registry.counter(name, label); }
  timer(name: MetricName, label = ''): Timer { return this.#registry.timer(name, label); }
  /** What is as it is says nothing once the process is gone. */
  gauge(): Gauge { return silent.gauge('acumen_handles'); }
  tell(): void {}

  /** `what`: the verb. Answers whether it is stored: where the file cannot be used it is not worth a word to whoever waits for the verb. */
  leave(store: string, what: string): boolean {
    this.#registry.take();
    const cells = this.#registry.cells.filter(({ cell }) => cell.kind === 'counter' ? cell.taken > 0 : cell.kind === 'seconds' && cell.taken.count > 0);
    if (cells.length === 0) return false;
    let file: TelemetryFile | null = null;
    try {
      const into = file = TelemetryFile.open(telemetryPath(store), { writer: what });
      return file.write(() => {
        const packer = new Packer();
        packer.begin(performance.now() - this.#since);
        for (const { metric, label, cell } of cells) {
          const id = numberSeries(into, metric, label);
          if (cell.kind === 'counter') packer.counter(id, cell.taken);
          else if (cell.kind === 'seconds') packer.timer(id, cell.taken);
        }
        putSecond(into, Math.ceil(Date.now() / 1000), packer.end(), null);
      });
    } catch {
      return false;
    } finally {
      file?.close();
    }
  }
}
