// Danger: parallel ≠ serial (law 7); a pairing that waits for ever on a thread that died, or that goes on when nobody wants it.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import { generate } from '../../../testkit/generate.ts';
import { hotFile, teamLike } from '../../../testkit/indexRecipe.ts';
import { load } from '../../../testkit/loaded.ts';
import { Random } from '../../../testkit/random.ts';
import { Engine } from '../../core/engine.ts';
import { MOST_NUMBERS } from '../../core/index/pairSet.ts';
import { Pairing } from '../../core/index/pairing.ts';
import { sweepPart } from '../../core/index/partition.ts';
import { type Pairer, pairAhead, pairAside } from '../../workers/pairing.ts';
import { Pool } from '../../workers/pool.ts';
import { type Supervised, WorkerDied } from '../../workers/rpc.ts';
import { spawnThread } from './threads.ts';

const spawn = (): Supervised<Pairer> => spawnThread<Pairer>('pairing.worker');
const pools: Pool<Pairer>[] = [];
function poolOf(max: number, make: () => Supervised<Pairer> = spawn): Pool<Pairer> {
  const pool = new Pool<Pairer>({ name: 'pairing', max, spawn: make });
  pools.push(pool);
  return pool;
}
afterEach(() => { for (const pool of pools.splice(0)) pool.close(); });

/** Its answers come after a chance number of milliseconds. */
function late(worker: Supervised<Pairer>, random: Random): Supervised<Pairer> {
  return { ...worker, call: async (work, signal) => { const answer = await worker.call(work, signal); await sleep(random.below(12)); return answer; } };
}

test.each([1, 2, 8])('%i threads, whose answers come in any order, find what one sweep finds', async (workers) => {
  for (const tables of workers === 2 ? [teamLike(7, 250), hotFile('line', 200)] : [teamLike(7, 250)]) {
    const random = new Random(workers), pairing = new Pairing(tables), progress: number[] = [];
    await pairAside(pairing, { pool: poolOf(workers, () => late(spawn(), random)), onProgress: (done) => progress.push(done) });
    expect(pairing.found.pack()).toEqual(new Pairing(tables).whole().found.pack());
    expect(progress).toEqual(Array.from({ length: progress.length }, (_, i) => i));
    expect(progress.length).toBeGreaterThan(workers);
  }
});

test('threads that are killed while they sweep: others sweep the same parts, and find the same', async () => {
  const tables = hotFile('line', 300), pairing = new Pairing(tables), live: Worker[] = [];
  const pool = poolOf(2, () => spawnThread<Pairer>('pairing.worker', (worker) => live.push(worker)));
  let killed = 0;
  const pairs = pairAside(pairing, {
    pool,
    onProgress: (done) => { if (done % 3 === 1) { killed++; void live.at(-1)!.terminate(); } },
  });
  await pairs;
  expect(pairing.found.pack()).toEqual(new Pairing(tables).whole().found.pack());
  expect(killed).toBeGreaterThan(1);
  expect(pool.figures().failed).toBeGreaterThan(0);
});

test('a part that no thread can read rejects the pairing; one that hangs is replaced', async () => {
  const pool = poolOf(1);
  await expect(pool.run({ kind: 'sweep', work: (api) => api.sweep(new ArrayBuffer(3)) })).rejects.toThrow(/range|length|bounds|multiple/i);
  const hanging = pool.run({ kind: 'hang', most: 50, work: () => new Promise<never>(() => undefined) });
  await expect(hanging).rejects.toBeInstanceOf(WorkerDied);
  const tables = teamLike(7, 100), pairing = new Pairing(tables);
  await pairAside(pairing, { pool });
  expect(pairing.found.pack()).toEqual(new Pairing(tables).whole().found.pack());
  await expect(spawnThread<Pairer>('no-such.worker').call(async (api) => api.sweep(new ArrayBuffer(0)))).rejects.toThrow('The no-such worker stopped');
});

test('what is no longer wanted stops', async () => {
  const abort = new AbortController(), pairing = new Pairing(hotFile('line', 400)), pool = poolOf(1);
  const done: number[] = [];
  await expect(pairAside(pairing, {
    pool, signal: abort.signal,
    onProgress: (n) => { done.push(n); if (n === 1) abort.abort(); },
  })).rejects.toThrow('no longer wanted');
  expect(done).toEqual([0, 1]);
  expect(pool.figures().queued).toBe(0);
  await expect(pairAside(pairing, { pool, signal: abort.signal })).rejects.toThrow();
});

test('an engine is paired ahead where it is worth it, and else, or where no thread can be had, as ever', async () => {
  const made = await generate({ seed: 41, sources: 25, mix: 'team' }), loaded = await load(made.dir);
  const bytes = loaded.engine.encode(), told = (engine: Engine): unknown => [engine.pairCounts(), [...engine.conflicts()]];
  const wanted = told(Engine.decode(bytes));
  await loaded.close();
  made.remove();
  const tried: [worth: number | undefined, thread: string, parts: number, hasIndex: boolean][] = [
    [0, 'pairing.worker', 8, true], [undefined, 'pairing.worker', 0, true], [0, 'no-such.worker', 0, false],
  ];
  for (const [worth, thread, parts, hasIndex] of tried) {
    const engine = Engine.decode(bytes);
    expect(await pairAhead(engine, { pool: poolOf(2, () => spawnThread<Pairer>(thread)) }, worth)).toBe(parts);
    expect(engine.hasIndex).toBe(hasIndex);
    expect(told(engine)).toEqual(wanted);
    expect(await pairAhead(engine, { pool: poolOf(2, () => { throw new Error('it is paired already'); }) }, 0)).toBe(0);
  }
});

test('a part that is too large for a thread is swept here, where the refusal keeps its code', async () => {
  const made = await generate({ seed: 3, mix: 'team', sources: 60 }), loaded = await load(made.dir, { reader: 'embedded' });
  try {
    const engine = Engine.decode(loaded.engine.encode()), beyond = Int32Array.from({ length: 64 }, (_, i) => (i === 0 ? MOST_NUMBERS + 1 : 0)).buffer;
    const refusing = (): Supervised<Pairer> => { const worker = spawn(); return { ...worker, call: (_, signal) => worker.call((api) => api.sweep(beyond) as never, signal) }; };
    expect(() => sweepPart(beyond)).toThrow('more than one conflict graph holds');
    expect(await pairAhead(engine, { pool: poolOf(2, refusing) }, 0)).toBe(0);
    expect(engine.hasIndex).toBe(false);
    expect(engine.index.size).toBe(loaded.engine.index.size);
  } finally {
    await loaded.close();
    made.remove();
  }
});
