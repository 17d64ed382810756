// Bar 5: what all the measuring costs. A service on a copy of one store, with all that measures (histograms, spans, system metrics, the bus and its log,
// roll-ups, alerts) and without: the processor time of all threads for one operation, by itself and at full speed, so that what is done each second
// is paid as often as in use.
// Two processes that do the same differ by some hundredths as long as they live (what V8 compiled when, where memory lies): so each is opened anew to do
// both. The machine is another one after some seconds, too: so two do it at a time, one measures first, the other one last, and what the two took with
// measuring and without is one pair. The next two are others.
// What is opened anew is compiled anew: its first 10,000 operations take half as long again as those after 50,000, and 7 µs longer still where it measures.
// A service pays for that once in its life; here 60,000 go before those that count. More would not be better: with the log all takes longer by and by.
// One collection of what is young takes as long as thousand operations, and comes every some thousand: an end just after one or just before differs by
// hundredths, always the same way where all runs are equally long. So pairs are of different lengths, by more than lies between two of them; each run
// begins and ends with a collection of all, of which the last counts: by itself it would have half as many.
// Those that do not measure are held to each other, the two of each pair, of which one ran first and the other one last: that bound says what a process and
// some seconds make, which fall out of a pair.
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compare } from '../app/core/analysis/compare.ts';
import { Random } from '../testkit/random.ts';
import { imported } from './ops/service.ts';
import type { Held, Order, Ran, Used } from './overheadRun.ts';
import { type Benchmark, median } from './report.ts';

const BRANCHES = Number(process.env['ACUMEN_OVERHEAD_BRANCHES'] ?? 1000);
const PAIRS = Number(process.env['ACUMEN_OVERHEAD_PAIRS'] ?? 40), PROCESSES = 4;
/** Operations of a run, at least; as many may come to it as lie between two collections of what is young; and those before it. */
const OPERATIONS = Number(process.env['ACUMEN_OVERHEAD_OPERATIONS'] ?? 70_000), APART = 8000, WARM = 60_000;
/** Milliseconds until what is done last has been tidied up, and of each of so many times for which nothing is asked. */
const SETTLED = 12_000, REST = 5000, RESTS = 3;

class Service {
  readonly #child: ChildProcess;
  private constructor(child: ChildProcess) { this.#child = child; }

  static async start(): Promise<Service> {
    const child = fork(new URL('./overheadRun.ts', import.meta.url), [], { execArgv: ['--expose-gc'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const service = new Service(child);
    await service.#answer();
    return service;
  }

  ask<T>(order: Order): Promise<T> {
    const answer = this.#answer<T>();
    this.#child.send(order);
    return answer;
  }

  /** Microseconds of one operation. */
  async run(operations: number, collected?: true): Promise<number> {
    const { cpu, failed } = await this.ask<Ran>({ run: operations, ...collected && { collected } });
    if (failed > 0) throw new Error(`${failed} operations failed`);
    return cpu / operations;
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
      this.#child.once('message', (message) => { this.#child.off('exit', died); resolve((message as { answer: T }).answer); });
    });
  }
}

const percent = (of: number): number => (of - 1) * 100;
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const benchmark: Benchmark = {
  what: `overhead: processor time of one operation with and without measuring, ${PAIRS} pairs of ${OPERATIONS} operations and more (64 clients, ${BRANCHES} branches), and the memory of both`,
  async run() {
    const made = await imported(BRANCHES), random = new Random(11);
    const services: Service[] = [];
    const open = async (service: Service, measures: boolean): Promise<void> => {
      await service.ask({ close: true });
      const folder = join(made.folder, `${services.indexOf(service)}`);
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder);
      cpSync(made.store, join(folder, 'store.acumen'));
      await service.ask({ open: join(folder, 'store.acumen'), measures });
    };
    try {
      for (let i = 0; i < PROCESSES; i++) services.push(await Service.start());
      // the first ones begin what the rest go on with: each has measured, and not
      for (const measures of [true, false]) {
        await Promise.all(services.map((service) => open(service, measures)));
        for (const service of services) await service.run(WARM);
      }
      const with_: number[] = [], without: number[] = [], firsts: number[] = [], seconds: number[] = [], held: { readonly with_: Held; readonly without: Held }[] = [];
      for (let round = 0; with_.length < PAIRS; round++) {
        const first = (2 * round) % PROCESSES, two = services.slice(first, first + 2), operations = OPERATIONS + random.below(APART), isLast = with_.length === PAIRS - 1;
        const ran: { readonly measures: number[]; readonly plain: number[] } = { measures: [], plain: [] }, holds: { with_: Held[]; without: Held[] } = { with_: [], without: [] };
        for (const half of [0, 1]) {
          const measures = two.map((_, i) => (i + half + (round >> 1)) % 2 === 0);
          await Promise.all(two.map(async (service, i) => { await open(service, measures[i]!); await service.run(WARM); }));
          // whoever comes second has waited, and takes some hundredths more: with measuring as often as without
          for (const i of round % 2 === 0 ? [0, 1] : [1, 0]) {
            (measures[i]! ? ran.measures : ran.plain)[i] = await two[i]!.run(operations, true);
            if (isLast) holds[measures[i]! ? 'with_' : 'without'].push(await two[i]!.ask<Held>({ memory: true }));
          }
        }
        for (const service of two) await service.ask({ close: true });
        with_.push(mean(ran.measures));
        without.push(mean(ran.plain));
        firsts.push(ran.plain[0]!);
        seconds.push(ran.plain[1]!);
        for (const [i, one] of holds.with_.entries()) held.push({ with_: one, without: holds.without[i]! });
      }
      const more = (of: (one: Held) => number): number => held.reduce((sum, one) => sum + of(one.with_) - of(one.without), 0) / held.length;
      const atRest = await resting(services.slice(0, 2), open);
      const { ratio, atMost, atLeast } = compare(without, with_), chance = compare(firsts, seconds);
      return [
        { metric: 'overhead_percent', value: percent(atMost), unit: '%', peer: 'not measured, both', peerValue: percent(chance.atMost) },
        { metric: 'overhead/typical', value: percent(ratio), unit: '%', peer: 'not measured, both', peerValue: percent(chance.ratio) },
        { metric: 'overhead/at_least', value: percent(atLeast), unit: '%', peer: 'not measured, both', peerValue: percent(chance.atLeast) },
        { metric: 'overhead/cpu_per_operation', value: median(with_), unit: 'µs', peer: 'not measured', peerValue: median(without), ratio: median(without) / median(with_) },
        { metric: 'overhead/cpu_at_rest', value: atRest[0]!, unit: 'ms/s', peer: 'not measured', peerValue: atRest[1]! },
        // what V8 and buffers hold after a collection, which is the bar's; resident pages also depend on when V8 gave some back
        { metric: 'overhead/memory', value: more(({ heap }) => heap) / 1e6, unit: 'MB' },
        { metric: 'overhead/resident', value: more(({ rss }) => rss) / 1e6, unit: 'MB' },
      ];
    } finally {
      await Promise.all(services.map((service) => service.stop()));
      made.remove();
    }
  },
};

/** Milliseconds of each second in which nothing is asked: of the first that measures, of the second that does not. */
async function resting(services: readonly Service[], open: (service: Service, measures: boolean) => Promise<void>): Promise<number[]> {
  for (const [i, service] of services.entries()) {
    await open(service, i === 0);
    await service.run(WARM);
  }
  await sleep(SETTLED);
  const rest: number[][] = services.map(() => []);
  const used = (): Promise<number[]> => Promise.all(services.map(async (service) => (await service.ask<Used>({ cpu: true })).cpu));
  for (let i = 0; i < RESTS; i++) {
    const before = await used(), start = performance.now();
    await sleep(REST);
    const after = await used(), seconds = (performance.now() - start) / 1000;
    for (const one of services.keys()) rest[one]!.push((after[one]! - before[one]!) / 1000 / seconds);
  }
  return rest.map((times) => median(times));
}
export default benchmark;
