// Dangers: a thread killed each second takes answers with it; a thread that hangs stays; threads that cannot live are started for ever;
// one workspace's work keeps another's waiting; figures that tell another story than what happened.
import { afterEach, expect, test } from 'vitest';
import { ThreadPlants } from '../../../../testkit/faults.ts';
import { Random } from '../../../../testkit/random.ts';
import { diffLines } from '../../../core/diff/diff.ts';
import { type TelemetryEvent, silent } from '../../../core/telemetry.ts';
import { diffAside } from '../../../workers/differ.ts';
import { SEVERAL } from '../../../workers/pool.ts';
import { spawnThread } from '../threads.ts';
import { Pools, type PoolsOptions } from './pools.ts';

const open: Pools[] = [];
afterEach(() => { for (const pools of open.splice(0)) pools.close(); });

function made(options: PoolsOptions = {}) {
  const told: TelemetryEvent[] = [], pools = new Pools({ threads: 2, telemetry: { ...silent, tell: (event) => { told.push(event); } }, ...options });
  open.push(pools);
  return { pools, told };
}

/** Two versions of a file: lines as numbers. */
function versions(random: Random, lines: number): [Uint32Array, Uint32Array] {
  const a = Uint32Array.from({ length: lines }, () => random.below(lines >> 1)), b = [...a];
  for (let i = 0; i < lines / 20; i++) b.splice(random.below(b.length), random.below(3), ...Array.from({ length: random.below(3) }, () => random.below(lines)));
  return [a, Uint32Array.from(b)];
}

test('threads that are killed again and again: every answer comes, once, and is that of one thread', async () => {
  const plants = new ThreadPlants(), { pools, told } = made({ spawn: plants.spawn }), random = new Random(3);
  const asked = Array.from({ length: 60 }, () => versions(random, 4_000));
  let answers = 0;
  const found = await Promise.all(asked.map(async ([a, b]) => {
    const script = await diffAside(pools.diff, a, b);
    if (++answers % 12 === 0) plants.kill(random.below(100) / 100);
    return script;
  }));
  expect(found).toEqual(asked.map(([a, b]) => diffLines(a, b)));
  expect(answers).toBe(60);
  expect(plants.killed).toBeGreaterThanOrEqual(4);
  const [, diff] = pools.figures().pools;
  expect(diff).toMatchObject({ name: 'diff', queued: 0, done: 60, max: 2 });
  expect(told.filter((event) => event.kind === 'worker' && event.what === 'died').length).toBeGreaterThan(0);
  expect(pools.figures().breakers.every(({ state }) => state === 'closed')).toBe(true);
});

test('a thread at work for too long is replaced, and what it was at is answered by another', async () => {
  const { pools, told } = made();
  let runs = 0;
  await pools.diff.run({ kind: 'ping', work: (api) => api.ping() });
  const answer = pools.diff.run({ kind: 'diff', attempts: 2, most: 300, work: (api) => (runs++ === 0 ? new Promise<never>(() => undefined) : api.diff(Uint32Array.of(1), Uint32Array.of(2))) });
  expect(await answer).toEqual(Int32Array.of(0, 1, 0, 1));
  expect(told.map((event) => (event.kind === 'worker' ? event.what : event.kind))).toEqual(['started', 'died', 'replaced']);
});

test('threads that cannot live open their breaker; what is asked is refused at once; nothing else is touched', async () => {
  const { pools, told } = made({ spawn: (name) => spawnThread(name === 'differ.worker' ? 'no-such.worker' : name) });
  const refusals = await Promise.all(Array.from({ length: 8 }, () => diffAside(pools.diff, Uint32Array.of(1), Uint32Array.of(2)).catch((error: unknown) => error)));
  expect(refusals).toHaveLength(8);
  await expect(diffAside(pools.diff, Uint32Array.of(1), Uint32Array.of(2))).rejects.toMatchObject({ code: 'worker-died', hint: expect.stringContaining('started again in') as string });
  expect(told.filter((event) => event.kind === 'breaker').map((event) => [event.dependency, event.to])).toEqual([['diff workers', 'open']]);
  const deaths = told.filter((event) => event.kind === 'worker' && event.what === 'died').length;
  expect(deaths).toBeLessThanOrEqual(3 + SEVERAL);
  expect(pools.figures().breakers).toMatchObject([{ dependency: 'pairing workers', state: 'closed' }, { dependency: 'diff workers', state: 'open', reason: expect.stringContaining('no-such') as string }, { dependency: 'collaboration workers', state: 'closed' }, { dependency: 'largest workers', state: 'closed' }]);
  expect(await pools.pairing.run({ kind: 'ping', work: (api) => api.ping() })).toBeUndefined();
});

test('a workspace that floods a pool does not starve another of the process', async () => {
  const { pools } = made({ threads: 1 }), random = new Random(5), [a, b] = versions(random, 3_000), order: string[] = [];
  await diffAside(pools.diff, a, b);
  const flood = Array.from({ length: 60 }, () => diffAside(pools.diff, a, b, { owner: 'flood' }).then(() => order.push('flood')));
  const few = Array.from({ length: 5 }, () => diffAside(pools.diff, a, b, { owner: 'few' }).then(() => order.push('few')));
  await Promise.all([...flood, ...few]);
  // by turns of about the same time: not behind sixty
  expect(order.lastIndexOf('few')).toBeLessThan(50);
});

test('sizes are knobs, and no thread is started before there is work', async () => {
  const { pools } = made();
  expect(pools.figures().pools.map(({ name, workers }) => [name, workers.length])).toEqual([['pairing', 0], ['diff', 0], ['collaboration', 0], ['largest', 0]]);
  const [size] = pools.knobs();
  expect(size).toMatchObject({ name: 'pool.pairing.size', unit: 'workers', min: 1 });
  size!.set(5);
  expect([pools.pairing.size, size!.value()]).toEqual([5, 5]);
  size!.set(1_000);
  expect(size!.value()).toBe(size!.max);
  const warm = made({ warm: 1 }).pools;
  expect(warm.figures().pools.map(({ workers }) => workers.length)).toEqual([1, 1, 0, 0]);
  await warm.diff.run({ kind: 'ping', work: (api) => api.ping() });
});
