// Dangers: two operations at once, an operation lost or run after it was cancelled, a queue that stops after a failure.
import { expect, test } from 'vitest';
import type { Push } from '../../contract/methods.ts';
import { OperationQueue } from './queue.ts';

function queue() {
  const pushes: Push[] = [];
  let now = 0, client = 0;
  const q: OperationQueue = new OperationQueue({ now: () => now, client: () => client, progress: (p) => pushes.push(p), changed: () => pushes.push(q.state) });
  return { q, pushes, advance: (ms: number) => { now += ms; }, from: (of: number) => { client = of; } };
}
const gate = () => { let open = () => {}; const passed = new Promise<void>((r) => { open = r; }); return { open, passed }; };

test('one at a time, first come first served, also after a failure', async () => {
  const { q } = queue();
  const order: string[] = [];
  let running = 0;
  const task = (name: string, fail = false) => async () => {
    expect(++running).toBe(1);
    order.push(name);
    await new Promise((r) => setTimeout(r, 2));
    running--;
    if (fail) throw new Error(name);
    return name;
  };
  const results = await Promise.allSettled([q.add('a', 'compose', task('a')), q.add('b', 'compose', task('b', true)), q.add('c', 'compose', task('c'))]);
  expect(order).toEqual(['a', 'b', 'c']);
  expect(results.map((r) => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(q.state).toEqual({ push: 'queue', running: null, waiting: 0, paused: false, work: [] });
});

test('what throws before it has a promise fails like any other, and the next runs', async () => {
  const { q } = queue();
  await expect(q.add('a', 'write-branch', () => { throw new Error('at once'); })).rejects.toThrow('at once');
  expect(await q.add('b', 'compose', async () => 'b')).toBe('b');
});

test('some run together, and never beside one that runs alone; nobody is overtaken', async () => {
  const { q } = queue();
  const order: string[] = [];
  const running = new Set<string>();
  const gates = new Map(['a', 'b', 'c', 'd', 'e'].map((name) => [name, gate()]));
  const go = (name: string, together: boolean) => q.add(name, together ? 'add' : 'import', async () => {
    running.add(name);
    order.push([...running].join(''));
    await gates.get(name)!.passed;
    running.delete(name);
  }, together);
  const all = [go('a', true), go('b', true), go('c', false), go('d', true), go('e', true)];
  for (const name of ['b', 'a', 'c', 'e', 'd']) { await new Promise((r) => setTimeout(r, 1)); gates.get(name)!.open(); }
  await Promise.all(all);
  expect(order).toEqual(['a', 'ab', 'c', 'd', 'de']);
});

test('where one that would run alone is cancelled, those behind it run beside what runs', async () => {
  const { q } = queue();
  const g = gate();
  const first = q.add('a', 'add', () => g.passed, true);
  const alone = q.add('b', 'import', async () => undefined);
  const third = q.add('c', 'add', async () => 'beside', true);
  expect(q.cancel('b')).toBe(true);
  await expect(alone).rejects.toMatchObject({ code: 'cancelled' });
  expect(await third).toBe('beside');
  g.open();
  await first;
});

test('what waits is cancelled before it runs; what runs hears its signal; what is done cannot be cancelled', async () => {
  const { q } = queue();
  let ran = false;
  const first = q.add('a', 'import', (signal) => new Promise((_, reject) => { signal.addEventListener('abort', () => reject(signal.reason as Error)); }));
  const second = q.add('b', 'compose', async () => { ran = true; });
  expect(q.cancel('b')).toBe(true);
  await expect(second).rejects.toMatchObject({ code: 'cancelled' });
  expect(q.cancel('a')).toBe(true);
  await expect(first).rejects.toMatchObject({ code: 'cancelled' });
  expect(q.cancel('a')).toBe(false);
  expect(ran).toBe(false);
});

test('a paused queue holds operations and lets them go again', async () => {
  const { q, pushes } = queue();
  q.pause(true);
  let ran = false;
  const held = q.add('a', 'undo', async () => { ran = true; });
  await new Promise((r) => setTimeout(r, 5));
  expect(ran).toBe(false);
  expect(pushes.at(-1)).toEqual({ push: 'queue', running: null, waiting: 1, paused: true, work: [{ ticket: 'a', kind: 'undo', client: 0, asked: 0, since: null, beside: false }] });
  q.pause(false);
  await held;
  expect(ran).toBe(true);
});

test('what runs and what waits is listed in order, with who asked and since when; more than can be told are counted', async () => {
  const { q, from, advance } = queue();
  const g = gate();
  from(3);
  const first = q.add('a', 'import', () => g.passed);
  advance(5);
  from(4);
  const all = Array.from({ length: 150 }, (_, i) => q.add(`b${i}`, 'compose', async () => undefined));
  expect(q.state.work.slice(0, 2)).toEqual([{ ticket: 'a', kind: 'import', client: 3, asked: 0, since: 0, beside: false }, { ticket: 'b0', kind: 'compose', client: 4, asked: 5, since: null, beside: false }]);
  expect([q.state.work.length, q.state.waiting]).toEqual([100, 150]);
  g.open();
  await Promise.all([first, ...all]);
  expect(q.state.work).toEqual([]);
});

test('a ticket stands for one operation', async () => {
  const { q } = queue();
  const g = gate();
  const first = q.add('a', 'compose', () => g.passed);
  await expect(q.add('a', 'compose', async () => undefined)).rejects.toMatchObject({ code: 'bad-message' });
  g.open();
  await first;
  await q.add('a', 'compose', async () => undefined);
});

test('progress is thinned, but each phase begins and ends in sight', async () => {
  const { q, pushes, advance } = queue();
  await q.add('a', 'import', async (_signal, progress) => {
    for (let i = 0; i <= 1000; i++) { advance(1); progress('Reading', i, 1000); }
    progress('Pairing', 0, null);
  });
  const seen = pushes.filter((p) => p.push === 'progress');
  expect(seen.length).toBeLessThan(30);
  expect(seen[0]).toMatchObject({ phase: 'Reading', done: 0 });
  expect(seen.at(-2)).toMatchObject({ phase: 'Reading', done: 1000 });
  expect(seen.at(-1)).toMatchObject({ phase: 'Pairing', total: null });
});

test('closing cancels everything and waits for what runs', async () => {
  const { q } = queue();
  let ended = false;
  const first = q.add('a', 'import', async (signal) => {
    await new Promise((r) => { signal.addEventListener('abort', r); });
    await new Promise((r) => setTimeout(r, 5));
    ended = true;
    signal.throwIfAborted();
  });
  const second = q.add('b', 'import', async () => undefined);
  await Promise.all([q.close(), expect(first).rejects.toMatchObject({ code: 'cancelled' }), expect(second).rejects.toMatchObject({ code: 'cancelled' })]);
  expect(ended).toBe(true);
  await expect(q.add('c', 'import', async () => undefined)).rejects.toMatchObject({ code: 'cancelled' });
});
