// How pools give work to workers, each way beside its fixed twins in the same run: taking over what waits elsewhere beside leaving it where it
// was put, and going where it is done first (expected time × load × affinity) beside each worker in turn. Twice: by real threads and the clock,
// which needs a machine with nothing else to do; and by the same pool on a clock of its own, whose workers take as long as the very same work
// was measured to take, which needs none.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Remote } from 'comlink';
import { spawnThread } from '../app/main/service/threads.ts';
import { Pool, type PoolOptions } from '../app/workers/pool.ts';
import type { Supervised } from '../app/workers/rpc.ts';
import { Random } from '../testkit/random.ts';
import { VirtualTime } from '../testkit/virtualTime.ts';
import { Comparer, HOLDS } from './poolsWork.ts';
import type { Benchmark, Row } from './report.ts';

const THREADS = 2, WORKERS = 4, ROUNDS = 7;

interface Text { readonly before: Uint8Array; readonly versions: readonly Uint8Array[] }

function shared(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text), out = new Uint8Array(new SharedArrayBuffer(bytes.length));
  out.set(bytes);
  return out;
}

/** Source-like lines: a base and versions with a few changed places each. */
function textOf(random: Random, lines: number, versions: number): Text {
  const words = ['const', 'value', 'return', 'index', 'await', 'function', 'export', 'result', 'path', 'entry'];
  const line = (): string => `${'  '.repeat(random.below(4))}${Array.from({ length: 3 + random.below(6) }, () => words[random.below(words.length)]!).join(' ')} ${random.below(lines)};`;
  const base = Array.from({ length: lines }, line);
  return {
    before: shared(base.join('\n')),
    versions: Array.from({ length: versions }, () => {
      const next = [...base];
      for (let i = 0; i < 1 + lines / 200; i++) next.splice(random.below(next.length), random.below(4), ...Array.from({ length: random.below(4) }, line));
      return shared(next.join('\n'));
    }),
  };
}

interface Asked { readonly base: number; readonly version: number; readonly pause: number }
interface Shape { readonly texts: readonly Text[]; readonly asked: readonly Asked[]; readonly clients: number; readonly isKeyed: boolean; readonly isGuessed: boolean }
interface Policy { readonly name: string; readonly steals: boolean; readonly routing: 'expected' | 'turns' }
interface Figures { readonly ms: number; readonly cpu: number; readonly p95: number; readonly held: number; readonly steals: number }

interface Api { compare(base: number, version: number): Promise<{ wasHeld: boolean }> }

/** Clients that ask one thing after the other, with pauses, until all is asked. */
async function ask(pool: Pool<Api>, { texts, asked, clients, isKeyed, isGuessed }: Shape, now: () => number, pauseFor: (ms: number) => Promise<unknown>): Promise<Omit<Figures, 'cpu'>> {
  const left = [...asked].reverse(), waits: number[] = [], start = now();
  let held = 0;
  await Promise.all(Array.from({ length: clients }, async () => {
    for (let one = left.pop(); one !== undefined; one = left.pop()) {
      const { base, version, pause } = one, from = now();
      const { wasHeld } = await pool.run({
        kind: 'compare', work: (api) => api.compare(base, version), ...isKeyed && { affinity: String(base) }, ...isGuessed && { cost: texts[base]!.before.length },
      });
      waits.push(now() - from);
      if (wasHeld) held++;
      if (pause > 0) await pauseFor(pause);
    }
  }));
  waits.sort((x, y) => x - y);
  return { ms: now() - start, p95: waits[Math.floor(0.95 * waits.length)]!, held: held / asked.length, steals: pool.figures().steals };
}

async function byThreads(shape: Shape, { steals, routing }: Policy): Promise<Figures> {
  const { texts } = shape;
  const pool = new Pool<Api>({
    name: 'bench', min: THREADS, max: THREADS, steals, routing, holds: HOLDS,
    spawn: () => {
      const thread = spawnThread<Comparer>('../../../bench/pools.worker');
      const faced = (api: Remote<Comparer>): Remote<Api> => ({ compare: (base: number, version: number) => api.compare(base, texts[base]!.before, texts[base]!.versions[version]!) }) as unknown as Remote<Api>;
      return { ...thread, call: (work, signal) => thread.call((api) => work(faced(api)), signal) };
    },
  });
  // there, and with their code compiled
  await Promise.all(Array.from({ length: 8 }, () => pool.run({ kind: 'warm', work: (api) => api.compare(0, 0) })));
  const cpu = process.cpuUsage(), figures = await ask(pool, shape, () => performance.now(), sleep), { user, system } = process.cpuUsage(cpu);
  pool.close();
  return { ...figures, cpu: (user + system) / 1000 };
}

/** ms that comparing takes, least of some: of the base's lines, and of each version once they are held. */
interface Times { readonly lines: number; readonly versions: readonly number[] }

function measured({ texts }: Shape): Times[] {
  const least = (work: () => void): number => {
    let ms = Infinity;
    for (let i = 0; i < 4; i++) { const start = performance.now(); work(); ms = Math.min(ms, performance.now() - start); }
    return ms;
  };
  return texts.map(({ before, versions }) => {
    const comparer = new Comparer();
    const warm = versions.map((after) => { comparer.compare(0, before, after); return least(() => comparer.compare(0, before, after)); });
    return { lines: Math.max(0, least(() => new Comparer().compare(0, before, versions[0]!)) - warm[0]!), versions: warm };
  });
}

/** The same pool, its workers standing in by the time that their work takes: one thing after the other, and no machine between. */
async function byTimes(shape: Shape, times: readonly Times[], { steals, routing }: Policy, workers: number): Promise<Figures> {
  const clock = new VirtualTime();
  let busy = 0;
  const spawn = (): Supervised<Api> => {
    const held = new Map<number, true>();
    let free = 0;
    const api = {
      compare: (base: number, version: number) => new Promise<{ wasHeld: boolean }>((resolve) => {
        const wasHeld = held.delete(base), ms = times[base]!.versions[version]! + (wasHeld ? 0 : times[base]!.lines);
        held.set(base, true);
        if (held.size > HOLDS) held.delete(held.keys().next().value!);
        busy += ms;
        free = Math.max(free, clock.now()) + ms;
        clock.later(free - clock.now(), () => resolve({ wasHeld }));
      }),
    } as unknown as Remote<Api>;
    return { call: (work) => work(api), onDeath: () => {}, end: () => {} };
  };
  const options: PoolOptions<Api> = { name: 'bench', min: workers, max: workers, steals, routing, holds: HOLDS, spawn, now: clock.now, later: clock.later };
  const pool = new Pool<Api>(options);
  let figures: Omit<Figures, 'cpu'> | null = null;
  void ask(pool, shape, clock.now, (ms) => new Promise<void>((resolve) => { clock.later(ms, resolve); })).then((found) => { figures = found; });
  while (figures === null) await clock.pass(10);
  pool.close();
  return { ...(figures as Omit<Figures, 'cpu'>), cpu: busy };
}

const median = (values: readonly number[]): number => [...values].sort((x, y) => x - y)[values.length >> 1]!;

async function beside(name: string, rounds: number, run: (policy: Policy, round: number) => Promise<Figures>, ours: Policy, twins: readonly Policy[]): Promise<Row[]> {
  const all = [ours, ...twins], figures = all.map((): Figures[] => []);
  // in turn, and each time another first
  for (let round = 0; round < rounds; round++) for (let i = 0; i < all.length; i++) { const at = (i + round) % all.length; figures[at]!.push(await run(all[at]!, round)); }
  const of = (at: number, quantity: keyof Figures): number => median(figures[at]!.map((f) => f[quantity]));
  const rows = twins.flatMap((twin, i) => {
    const row = (quantity: 'ms' | 'cpu' | 'p95', unit: string): Row => ({
      metric: `${name}_${quantity}`, value: of(0, quantity), unit, peer: twin.name, peerValue: of(i + 1, quantity),
      ratio: median(figures[0]!.map((f, round) => figures[i + 1]![round]![quantity] / f[quantity])),
    });
    return [row('ms', 'ms for all'), row('p95', 'ms, 95 of 100 answered'), row('cpu', 'ms of work'), { metric: `${name}_held`, value: 100 * of(0, 'held'), unit: '% met what they need', peer: twin.name, peerValue: 100 * of(i + 1, 'held') }];
  });
  return [...rows, { metric: `${name}_steals`, value: of(0, 'steals'), unit: 'jobs' }];
}

const ours: Policy = { name: 'ours', steals: true, routing: 'expected' };
const noStealing: Policy = { name: 'no stealing', steals: false, routing: 'expected' };
const fixed: Policy = { name: 'each worker in turn, no stealing', steals: false, routing: 'turns' };
const oneQueue: Policy = { name: 'one queue: each worker in turn, stealing', steals: true, routing: 'turns' };

/** All at once, as the parts of a sweep and the files of a preview are; sizes of many magnitudes that the pool is not told of. */
function uneven(): Shape {
  const random = new Random(11), texts = Array.from({ length: 64 }, (_, i) => textOf(random, i % 16 === 15 ? 8_000 : 100 + random.below(1_500), 1));
  const asked = random.shuffle(texts.map((_, base) => ({ base, version: 0, pause: 0 })));
  return { texts, asked, clients: asked.length, isKeyed: false, isGuessed: false };
}

/** More texts than threads hold, some asked for much more often than others. */
function returning(): Shape {
  const random = new Random(12), texts = Array.from({ length: 2 * HOLDS }, () => textOf(random, 4_000, 4));
  const zipf = (): number => Math.min(texts.length - 1, Math.floor(texts.length ** (random.below(1000) / 1000)) - 1);
  return { texts, asked: Array.from({ length: 300 }, () => ({ base: zipf(), version: random.below(4), pause: random.below(3) })), clients: 4, isKeyed: true, isGuessed: true };
}

const SEEDS = 9;

const benchmark: Benchmark = {
  what: `Worker pools: stealing and routing beside their fixed twins; ${THREADS} real threads in ${ROUNDS} rounds, and ${THREADS} and ${WORKERS} workers by the measured times of the same work in ${SEEDS} seeded orders`,
  async run() {
    const rows: Row[] = [];
    for (const [name, shape, twins] of [['batch', uneven(), [noStealing, fixed]], ['returning', returning(), [noStealing, fixed, oneQueue]]] as const) {
      const times = measured(shape);
      for (const workers of [THREADS, WORKERS]) {
        const random = new Random(21), orders = Array.from({ length: SEEDS }, () => random.shuffle([...shape.asked]));
        rows.push(...await beside(`pool_${name}_${workers}_by_times`, SEEDS, (policy, round) => byTimes({ ...shape, asked: orders[round]! }, times, policy, workers), ours, twins));
      }
      rows.push(...await beside(`pool_${name}_by_threads`, ROUNDS, (policy) => byThreads(shape, policy), ours, twins));
    }
    return rows;
  },
};
export default benchmark;
