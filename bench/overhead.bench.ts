// Bar 5: what all the measuring costs. Two services on two copies of one store, one that measures (histograms, spans, system metrics, the bus and its
// log, roll-ups, alerts) and one that does not, take turns with the same operations; the processor time of all threads for one operation is compared.
// Turns are short, because the machine's own speed changes within some ten milliseconds, and many make a pair.
// What a service does by itself while the other has its turn counts, too: of the measuring one that is its work of each second,
// twice as often as its operations alone would have it. What that is where nothing is asked is a row of its own.
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compare } from '../app/core/analysis/compare.ts';
import { imported } from './ops/service.ts';
import type { Held, Order, Ran } from './overheadRun.ts';
import type { Benchmark } from './report.ts';

const BRANCHES = Number(process.env['ACUMEN_OVERHEAD_BRANCHES'] ?? 1000);
const PAIRS = Number(process.env['ACUMEN_OVERHEAD_PAIRS'] ?? 40);
/** Turns of each service in one pair, and operations of one turn: some fifteen milliseconds. */
const TURNS = 120, OPERATIONS = Number(process.env['ACUMEN_OVERHEAD_OPERATIONS'] ?? 250);
/** Milliseconds for which nothing is asked, each of so many times. */
const REST = 5000, RESTS = 3;

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
  what: `overhead: processor time of one operation with and without measuring, ${PAIRS} pairs of ${TURNS} turns of ${OPERATIONS} operations each (64 clients, ${BRANCHES} branches), and the memory of both`,
  async run() {
    const made = await imported(BRANCHES);
    const copy = join(made.folder, 'plain.acumen');
    cpSync(made.store, copy);
    const [measured, plain] = [await Service.start(made.store, true), await Service.start(copy, false)];
    try {
      /** Answers microseconds since the service began. */
      const turn = async (service: Service): Promise<number> => {
        const { cpu, failed } = await service.ask<Ran>({ run: OPERATIONS });
        if (failed > 0) throw new Error(`${failed} operations failed`);
        return cpu;
      };
      const with_: number[] = [], without: number[] = [];
      let last = [0, 0];
      for (let pair = -2; pair < PAIRS; pair++) {
        const now = [0, 0];
        for (let i = 0; i < TURNS; i++) for (const one of (i + pair) % 2 === 0 ? [0, 1] : [1, 0]) now[one] = await turn([measured, plain][one]!);
        // the first two begin what the rest go on with
        if (pair >= 0) [with_, without].forEach((all, one) => all.push((now[one]! - last[one]!) / (TURNS * OPERATIONS)));
        last = now;
      }
      const resting = async (service: Service): Promise<number> => {
        const before = await turn(service), start = performance.now();
        await sleep(REST);
        const asked = await turn(service), seconds = (performance.now() - start) / 1000;
        return (asked - before - (await turn(service) - asked)) / 1000 / seconds;
      };
      const rest: [number[], number[]] = [[], []];
      for (let i = 0; i < RESTS; i++) for (const one of [0, 1] as const) rest[one].push(await resting([measured, plain][one]!));
      const { ratio, atMost, atLeast } = compare(without, with_);
      const [held, heldPlain] = [await measured.ask<Held>({ memory: true }), await plain.ask<Held>({ memory: true })];
      const percent = (of: number): number => (of - 1) * 100;
      return [
        { metric: 'overhead_percent', value: percent(atMost), unit: '%' },
        { metric: 'overhead/typical', value: percent(ratio), unit: '%' },
        { metric: 'overhead/at_least', value: percent(atLeast), unit: '%' },
        { metric: 'overhead/cpu_per_operation', value: median(with_), unit: 'µs', peer: 'not measured', peerValue: median(without), ratio: median(without) / median(with_) },
        { metric: 'overhead/cpu_at_rest', value: median(rest[0]), unit: 'ms/s', peer: 'not measured', peerValue: median(rest[1]) },
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
