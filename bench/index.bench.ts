// The conflict index alone, over tables in memory: pairing from scratch, one segment more, hot files, stacks, memory, and threads beside
// one thread. Processor time (least of many runs) where one thread works, so that other work on the machine does not count; the clock for
// each add and for threads.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ConflictIndex } from '../app/core/conflictIndex.ts';
import { Pairing } from '../app/core/index/pairing.ts';
import type { Tables } from '../app/core/tables.ts';
import { spawnThread } from '../app/main/service/threads.ts';
import { type Pairer, WORTH_WARM, WORTH_WORKERS, pairAside } from '../app/workers/pairing.ts';
import { Pool } from '../app/workers/pool.ts';
import { generate } from '../testkit/generate.ts';
import { hotFile, standing, teamLike } from '../testkit/indexRecipe.ts';
import { load } from '../testkit/loaded.ts';
import { Random } from '../testkit/random.ts';
import type { Benchmark, Row } from './report.ts';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** Least processor time in ms; at least three runs, and half a second of them. */
function processor(work: () => void): number {
  let least = Infinity, spent = 0;
  for (let run = 0; run < 3 || (spent < 500 && run < 200); run++) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
    spent += (user + system) / 1000;
  }
  return least;
}

function pairing(name: string, tables: Tables): Row[] {
  let index!: ConflictIndex;
  const ms = processor(() => { index = new ConflictIndex(tables); });
  const pairs = tables.order.length * (tables.order.length - 1) / 2;
  return [
    { metric: `pairing_${name}_ms`, value: ms, unit: 'ms' },
    { metric: `conflicting_pairs_${name}`, value: index.size, unit: 'pairs' },
    { metric: `density_${name}`, value: 100 * index.size / pairs, unit: '% of pairs' },
    { metric: `checks_${name}`, value: index.checked, unit: 'checks' },
    { metric: `ns_a_pair_${name}`, value: 1e6 * ms / Math.max(1, index.size), unit: 'ns' },
  ];
}

const ROUND = 200, ROUNDS = 60;

/** Segments that nothing stands on, taken out by the hundred and put back one by one: each with the list of what it conflicts with. */
function adds(name: string, tables: Tables): Row[] {
  const index = new ConflictIndex(tables), random = new Random(1);
  const under = new Set(tables.segments.flatMap((s) => s.lower)), tops = [...tables.order].filter((i) => !under.has(i));
  const rebuild = processor(() => new ConflictIndex(tables));
  const quantiles: { p50: number; p99: number; mean: number }[] = [];
  let neighbours = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const some = random.shuffle(tops).slice(0, ROUND), times = new Float64Array(some.length);
    for (const s of some) index.remove(s);
    const before = process.cpuUsage();
    some.forEach((s, i) => {
      const start = performance.now();
      index.add(s);
      neighbours += index.neighbours(s).length;
      times[i] = 1000 * (performance.now() - start);
    });
    const { user, system } = process.cpuUsage(before);
    times.sort();
    quantiles.push({ p50: times[some.length >> 1]!, p99: times[Math.floor(0.99 * some.length)]!, mean: (user + system) / some.length });
  }
  const least = (of: (q: (typeof quantiles)[number]) => number): number => Math.min(...quantiles.slice(ROUNDS >> 2).map(of));
  const middle = (of: (q: (typeof quantiles)[number]) => number): number => quantiles.slice(ROUNDS >> 2).map(of).sort((x, y) => x - y)[ROUNDS * 3 >> 3]!;
  return [
    { metric: `adds_${name}_a_second`, value: 1e6 / middle((q) => q.mean), unit: 'adds/s of processor time, median round', peer: 'index from scratch', peerValue: 1000 / rebuild, ratio: 1e3 * rebuild / middle((q) => q.mean) },
    { metric: `add_${name}_p50_us`, value: middle((q) => q.p50), unit: 'µs' },
    { metric: `add_${name}_p99_us`, value: middle((q) => q.p99), unit: 'µs, median round' },
    { metric: `add_${name}_p99_best_us`, value: least((q) => q.p99), unit: 'µs, quietest round' },
    { metric: `add_${name}_conflicts`, value: neighbours / (ROUND * ROUNDS), unit: 'in each list' },
  ];
}

function hot(kind: 'spread' | 'import' | 'line'): Row[] {
  const out: Row[] = [];
  let last: { ms: number; pairs: number } | null = null;
  for (const n of [500, 1000, 2000, 5000]) {
    const tables = hotFile(kind, n);
    let index!: ConflictIndex;
    const ms = processor(() => { index = new ConflictIndex(tables); }), pairs = index.size;
    out.push({ metric: `hot_${kind}_${n}_ms`, value: ms, unit: `ms for ${pairs} pairs` });
    if (last !== null) out.push({ metric: `hot_${kind}_${n}_growth`, value: ms / last.ms, unit: '× the time', peer: 'the answer', peerValue: pairs / last.pairs });
    last = { ms, pairs };
  }
  return out;
}

/** Held once made, in megabytes. */
function memory(name: string, tables: Tables): Row[] {
  for (let i = 0; i < 3; i++) gc();
  const before = process.memoryUsage(), index = new ConflictIndex(tables);
  index.remove(tables.order.at(-1)!);
  for (let i = 0; i < 3; i++) gc();
  const after = process.memoryUsage();
  const held = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  return [
    { metric: `memory_${name}_mb`, value: held / 2 ** 20, unit: 'MB' },
    { metric: `memory_${name}_pairs_mb`, value: index.bytes / 2 ** 20, unit: 'MB of it, the pairs' },
  ];
}

/** Threads started for it, and threads of a pool that are there already. */
async function threads(name: string, tables: Tables, workers: number): Promise<Row[]> {
  const time = async (work: () => Promise<void> | void): Promise<number> => { const start = performance.now(); await work(); return performance.now() - start; };
  const poolOf = (): Pool<Pairer> => new Pool<Pairer>({ name: 'pairing', max: workers, spawn: () => spawnThread<Pairer>('pairing.worker') });
  const sweep = (pool: Pool<Pairer>): Promise<void> => pairAside(new Pairing(tables), { pool });
  let serial = Infinity, started = Infinity, warm = Infinity;
  const checks = Math.round(new Pairing(tables).cost()), there = poolOf();
  await sweep(there);
  for (let run = 0; run < 5; run++) {
    serial = Math.min(serial, await time(() => { new Pairing(tables).whole(); }));
    warm = Math.min(warm, await time(() => sweep(there)));
    const pool = poolOf();
    started = Math.min(started, await time(() => sweep(pool)));
    pool.close();
  }
  there.close();
  const row = (metric: string, value: number, how: string, worth: number): Row => ({
    metric, value, unit: `ms by the clock, threads ${how}; guessed at ${checks} checks, worth it from ${worth}`, peer: 'one thread', peerValue: serial, ratio: serial / value,
  });
  return [row(`threads_${workers}_${name}_ms`, started, 'started for it', WORTH_WORKERS), row(`threads_${workers}_${name}_warm_ms`, warm, 'there already', WORTH_WARM)];
}

const benchmark: Benchmark = {
  what: 'The conflict index in memory: pairing, adds, hot files, stacks, memory, threads (recipes of testkit/indexRecipe.ts, and the mix "team" imported)',
  async run() {
    const made = await generate({ seed: 1, mix: 'team', sources: 1000 });
    const loaded = await load(made.dir, { reader: 'native' });
    const team = loaded.engine.tables;
    await loaded.close();
    made.remove();
    const thousand = teamLike(1, 1000), five = teamLike(1, 5000);
    return [
      ...pairing('1000', thousand), ...pairing('5000', five), ...pairing('team_1000', team),
      ...adds('1000', thousand), ...adds('5000', five), ...adds('team_1000', team),
      ...hot('spread'), ...hot('import'), ...hot('line'), ...adds('hot_5000', hotFile('spread', 5000)),
      ...pairing('stack_1000', standing('stack', 1000)), ...pairing('fan_1000', standing('fan', 1000)),
      ...memory('1000', thousand), ...memory('5000', five),
      ...await threads('5000', five, 2), ...await threads('line_2000', hotFile('line', 2000), 2), ...await threads('line_5000', hotFile('line', 5000), 2),
    ];
  },
};
export default benchmark;
