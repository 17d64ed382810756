// Bar 5: what all the measuring costs. Two services on two copies of one store, one that measures (histograms, spans, system metrics, the bus and its
// log, roll-ups, alerts) and one that does not, take turns with the same operations; the processor time of all threads for one operation is compared.
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { compare } from '../app/core/analysis/compare.ts';
import { imported } from './ops/service.ts';
import type { Held, Order, Ran } from './overheadRun.ts';
import type { Benchmark } from './report.ts';

const BRANCHES = Number(process.env['ACUMEN_OVERHEAD_BRANCHES'] ?? 1000);
const PAIRS = Number(process.env['ACUMEN_OVERHEAD_PAIRS'] ?? 40);
/** Operations of one turn: some two seconds on an idle machine, so that each has its seconds' work in it. */
const OPERATIONS = Number(process.env['ACUMEN_OVERHEAD_OPERATIONS'] ?? 20_000);

class Service {
  readonly #child: ChildProcess;
  private constructor(child: ChildProcess) { this.#child = child; }

  static async start(store: string, isMeasured: boolean): Promise<Service> {
    const child = fork(new URL('./overheadRun.ts', import.meta.url), [store, isMeasured ? 'measured' : 'plain'], { execArgv: ['--expose-gc'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const service = new Service(child);
    await service.#answer();
    return service;
  }

  ask<T>(order: Order): Promise<T> {
    const answer = this.#answer<T>();
    this.#child.send(order);
    return answer;
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => { this.#child.once('exit', resolve); });
    this.#child.send({ stop: true } satisfies Order);
    await gone;
  }

  #answer<T>(): Promise<T> {
    return new Promise((resolve, reject) => {
      const died = (code: number | null): void => reject(new Error(`a service ended with exit ${code}`));
      this.#child.once('exit', died);
      this.#child.once('message', (message) => { this.#child.off('exit', died); resolve(message as T); });
    });
  }
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

const benchmark: Benchmark = {
  what: `overhead: processor time of one operation with and without measuring, ${PAIRS} pairs in turn of ${OPERATIONS} operations each (64 clients, ${BRANCHES} branches), and the memory of both`,
  async run() {
    const made = await imported(BRANCHES);
    const copy = join(made.folder, 'plain.acumen');
    cpSync(made.store, copy);
    const [measured, plain] = [await Service.start(made.store, true), await Service.start(copy, false)];
    try {
      const turn = async (service: Service): Promise<number> => {
        const { cpu, failed } = await service.ask<Ran>({ run: OPERATIONS });
        if (failed > 0) throw new Error(`${failed} operations failed`);
        return cpu;
      };
      for (let i = 0; i < 2; i++) { await turn(measured); await turn(plain); }
      const with_: number[] = [], without: number[] = [];
      for (let i = 0; i < PAIRS; i++) {
        for (const isMeasured of i % 2 === 0 ? [true, false] : [false, true]) (isMeasured ? with_ : without).push(await turn(isMeasured ? measured : plain));
      }
      const { ratio, atMost, atLeast } = compare(without, with_);
      const [held, heldPlain] = [await measured.ask<Held>({ memory: true }), await plain.ask<Held>({ memory: true })];
      const percent = (of: number): number => (of - 1) * 100;
      return [
        { metric: 'overhead_percent', value: percent(atMost), unit: '%' },
        { metric: 'overhead/typical', value: percent(ratio), unit: '%' },
        { metric: 'overhead/at_least', value: percent(atLeast), unit: '%' },
        { metric: 'overhead/cpu_per_operation', value: median(with_), unit: 'µs', peer: 'not measured', peerValue: median(without), ratio: median(without) / median(with_) },
        // what V8 and buffers hold after a collection, which is the bar's; resident pages also depend on when V8 gave some back
        { metric: 'overhead/memory', value: (held.heap - heldPlain.heap) / 1e6, unit: 'MB' },
        { metric: 'overhead/resident', value: (held.rss - heldPlain.rss) / 1e6, unit: 'MB' },
      ];
    } finally {
      await Promise.all([measured.stop(), plain.stop()]);
      made.remove();
    }
  },
};
export default benchmark;
