// Bar 5: what all the measuring costs. Three services on three copies of one store take turns with the same operations; one of them measures (histograms,
// spans, system metrics, the bus and its log, roll-ups, alerts), two do not, and the processor time of all threads for one operation is compared.
// Two processes that do the same differ by some hundredths as long as they live (what V8 compiled when, where memory lies): so for each pair all three are
// opened anew, and the next of them measures. The two that do not are held to each other by the same estimator: that bound says what is chance.
// Turns are short, because the machine's own speed changes within some ten milliseconds, and many make a pair.
// A collection of all the heap costs as much as thousand operations, and comes every some ten thousand: whether one fell into a pair or not was most of the scatter. Each
// ends its part of a pair with one of its own, which counts; by itself it would have half as many.
// What each does by itself while others have their turn is taken off, as the same run measures it where nothing is asked: in use a service's second has
// its work of a second once, here it would have it three times.
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compare } from '../app/core/analysis/compare.ts';
import { Random } from '../testkit/random.ts';
import { imported } from './ops/service.ts';
import type { Held, Order, Ran } from './overheadRun.ts';
import type { Benchmark } from './report.ts';

const BRANCHES = Number(process.env['ACUMEN_OVERHEAD_BRANCHES'] ?? 1000);
const PAIRS = Number(process.env['ACUMEN_OVERHEAD_PAIRS'] ?? 40);
/** Turns of each service in one pair, those before them that warm what is opened anew, and operations of one turn: some fifteen milliseconds. */
const TURNS = 120, WARM = 10, OPERATIONS = Number(process.env['ACUMEN_OVERHEAD_OPERATIONS'] ?? 250);
/** Operations of each service before anything counts, and services. */
const FIRST = 30_000, SERVICES = 3;
/** Milliseconds until what is done last has been tidied up, and of each of so many times for which nothing is asked. */
const SETTLED = 12_000, REST = 5000, RESTS = 3;

class Service {
  readonly #child: ChildProcess;
  private constructor(child: ChildProcess) { this.#child = child; }

  static async start(store: string): Promise<Service> {
    const child = fork(new URL('./overheadRun.ts', import.meta.url), [store], { execArgv: ['--expose-gc'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
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

const percent = (of: number): number => (of - 1) * 100;

const benchmark: Benchmark = {
  what: `overhead: processor time of one operation with and without measuring, ${PAIRS} pairs of ${TURNS} turns of ${OPERATIONS} operations each (64 clients, ${BRANCHES} branches), and the memory of both`,
  async run() {
    const made = await imported(BRANCHES), random = new Random(11);
    const services: Service[] = [];
    try {
      for (let i = 0; i < SERVICES; i++) {
        const copy = join(made.folder, `${i}.acumen`);
        cpSync(made.store, copy);
        services.push(await Service.start(copy));
      }
      /** Answers microseconds since the service began. */
      const turn = async (service: Service, operations = OPERATIONS): Promise<number> => {
        const { cpu, failed } = await service.ask<Ran>({ run: operations });
        if (failed > 0) throw new Error(`${failed} operations failed`);
        return cpu;
      };
      const collected = async (service: Service): Promise<number> => (await service.ask<Ran>({ collect: true })).cpu;
      /** The next of them measures. Those it answers: that one, then the two that do not, in turn. */
      const opened = async (pair: number): Promise<Service[]> => {
        const roles = services.map((_, i) => services[(i + pair) % SERVICES]!);
        for (const [i, service] of roles.entries()) await service.ask({ open: i === 0 });
        return pair % 2 === 0 ? roles : [roles[0]!, roles[2]!, roles[1]!];
      };
      /** Turns of all, each round in another order, none twice in a row; microseconds and seconds of others' turns. */
      const rounds = async (roles: readonly Service[], n: number): Promise<{ readonly cpu: number[]; readonly waited: number[] }> => {
        const before = await Promise.all(roles.map((service) => turn(service, 0))), cpu = [...before], waited = roles.map(() => 0);
        for (let i = 0, last = -1; i < n; i++) {
          let order = random.shuffle(roles.map((_, one) => one));
          if (order[0] === last) order = order.toReversed();
          last = order.at(-1)!;
          for (const one of order) {
            const start = performance.now();
            cpu[one] = await turn(roles[one]!);
            const seconds = (performance.now() - start) / 1000;
            for (const other of roles.keys()) if (other !== one) waited[other]! += seconds;
          }
        }
        for (const one of roles.keys()) cpu[one] = await collected(roles[one]!);
        return { cpu: cpu.map((all, i) => all - before[i]!), waited };
      };
      const pairs: Awaited<ReturnType<typeof rounds>>[] = [], held: Held[][] = [];
      let roles: Service[] = [];
      // the first ones begin what the rest go on with: each has measured, and not
      for (let pair = -SERVICES; pair < PAIRS; pair++) {
        roles = await opened(pair + SERVICES);
        if (pair < 0) { for (const service of services) await turn(service, FIRST); continue; }
        // ends with a collection, after which none comes by itself for as many operations as a pair has
        await rounds(roles, WARM);
        pairs.push(await rounds(roles, TURNS));
        if (pair >= PAIRS - SERVICES) held.push(await Promise.all(roles.map((service) => service.ask<Held>({ memory: true }))));
      }
      const more = (of: (one: Held) => number): number => held.reduce((sum, [first, ...others]) => sum + of(first!) - others.reduce((all, one) => all + of(one) / others.length, 0), 0) / held.length;
      await sleep(SETTLED);
      const rest: number[][] = roles.map(() => []);
      for (let i = 0; i < RESTS; i++) {
        const before = await Promise.all(roles.map((service) => turn(service, 0))), start = performance.now();
        await sleep(REST);
        const after = await Promise.all(roles.map((service) => turn(service, 0))), seconds = (performance.now() - start) / 1000;
        for (const one of roles.keys()) rest[one]!.push((after[one]! - before[one]!) / seconds);
      }
      const atRest = [median(rest[0]!), median([...rest[1]!, ...rest[2]!])];
      const ofOperation = (one: number): number[] => pairs.map(({ cpu, waited }) => (cpu[one]! - waited[one]! * atRest[Math.min(one, 1)]!) / (TURNS * OPERATIONS));
      const [with_, without, same] = [ofOperation(0), ofOperation(1), ofOperation(2)];
      const plain = without.map((one, i) => Math.sqrt(one * same[i]!));
      const { ratio, atMost, atLeast } = compare(plain, with_), chance = compare(without, same);
      return [
        { metric: 'overhead_percent', value: percent(atMost), unit: '%', peer: 'not measured, both', peerValue: percent(chance.atMost) },
        { metric: 'overhead/typical', value: percent(ratio), unit: '%', peer: 'not measured, both', peerValue: percent(chance.ratio) },
        { metric: 'overhead/at_least', value: percent(atLeast), unit: '%', peer: 'not measured, both', peerValue: percent(chance.atLeast) },
        { metric: 'overhead/cpu_per_operation', value: median(with_), unit: 'µs', peer: 'not measured', peerValue: median(plain), ratio: median(plain) / median(with_) },
        { metric: 'overhead/cpu_at_rest', value: atRest[0]! / 1000, unit: 'ms/s', peer: 'not measured', peerValue: atRest[1]! / 1000 },
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
export default benchmark;
