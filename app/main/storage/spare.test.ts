// Danger: something of one store is left in the thread that has the next one; a thread that is kept keeps its process alive, holds a
// file, or is handed on dead; a store answers otherwise than on a thread of its own.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { Random } from '../../../testkit/random.ts';
import { compositionOf, randomOid, randomSegment, scratchFolder } from '../../../testkit/store.ts';
import { History, newOperation } from '../../../testkit/storeHistory.ts';
import { storeProcess } from '../../../testkit/storeProcess.ts';
import type { Oid } from '../../core/bytes.ts';
import type { DomainEvent } from '../../core/events.ts';
import type { FromWriter, ToWriter } from './protocol.ts';
import { standBy, workerUrl } from './spare.ts';
import { openStore, type Store } from './store.ts';

const folder = scratchFolder('spare');
let files = 0;
const fresh = (): string => join(folder.path, `${++files}.sqlite`);
const holds: (() => void)[] = [];
const posted = vi.spyOn(Worker.prototype, 'postMessage');
afterEach(() => { for (const enough of holds.splice(0)) enough(); posted.mockClear(); });
afterAll(() => folder.remove());

const hold = (): (() => void) => { const enough = standBy(); holds.push(enough); return enough; };
/** The threads that stores were opened on since the test began, in order. */
const threads = (): Worker[] => posted.mock.calls.flatMap(([message], n) => ('open' in (message as ToWriter) ? [posted.mock.contexts[n] as Worker] : []));
const composed = (n: number): DomainEvent[] => [{ kind: 'composition-changed', composition: compositionOf([], n.toString(16).padStart(40, '0') as Oid) }];

/** A store with this history, closed; what it answered before. */
async function lived(file: string, seed: number, steps: number): Promise<unknown> {
  const store = await openStore(file);
  const history = new History(store, new Random(seed));
  for (let n = 0; n < steps; n++) await history.step();
  expect(await store.state()).toEqual(history.stateAt(history.operations.length));
  expect(await store.operations()).toEqual(history.operations.toReversed());
  const answered = [await store.digest(), await store.head()];
  await store.close();
  return answered;
}

describe('a thread that has one store after another', () => {
  it('has each as a thread of its own would, byte for byte', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.record({ seed: fc.nat(), steps: fc.integer({ min: 0, max: 5 }) }), { minLength: 2, maxLength: 3 }), async (histories) => {
      posted.mockClear();
      const apart: unknown[] = [], alone = histories.map(fresh);
      for (const [n, { seed, steps }] of histories.entries()) apart.push([await lived(alone[n]!, seed, steps), readFileSync(alone[n]!)]);
      expect(new Set(threads()).size).toBe(histories.length);
      posted.mockClear();
      const enough = standBy(), together: unknown[] = [];
      try {
        for (const [n, { seed, steps }] of histories.entries()) {
          const file = fresh();
          together.push([await lived(file, seed, steps), readFileSync(file)]);
          expect([existsSync(`${file}-wal`), existsSync(`${file}-shm`)], `store ${n} is closed`).toEqual([false, false]);
        }
      } finally {
        enough();
      }
      expect(new Set(threads()).size, 'one thread for all').toBe(1);
      expect(together).toEqual(apart);
    }), { numRuns: 4 });
  }, 120_000);

  it('knows nothing of calls that an earlier store had', async () => {
    hold();
    const random = new Random(3), segments = Array.from({ length: 3 }, () => randomSegment(random)), start = { base: randomOid(random), grain: 'branch' as const, globs: [] };
    const first = await openStore(fresh());
    const begun = first.beginImport(start);
    await begun;
    await first.close();
    const second = await openStore(fresh());
    // It is this store's first call, too, and is refused: what is staged must not go where the other's went.
    const refused = second.beginImport({ ...start, globs: [1n as unknown as string] }), staged = second.stage(refused, segments);
    expect(await Promise.allSettled([refused, staged])).toMatchObject([{ status: 'rejected' }, { status: 'rejected', reason: { code: 'store-moved' } }]);
    await expect(second.stage(begun, segments), 'an import of another store').rejects.toMatchObject({ code: 'store-moved' });
    expect(await second.head()).toEqual({ operation: 0, event: 0, written: 0 });
    await second.close();
    const third = await openStore(fresh()), one = third.append(newOperation('compose'), composed(1));
    await one;
    await third.close();
    const fourth = await openStore(fresh());
    await fourth.append(newOperation('compose'), composed(1));
    await expect(fourth.append(newOperation('compose'), composed(2), {}, one), 'planned on another store').rejects.toMatchObject({ code: 'store-moved' });
    expect((await fourth.head()).operation).toBe(1);
    await fourth.close();
    expect(new Set(threads()).size).toBe(1);
  });

  it('tells no listener of an earlier store what the next one commits', async () => {
    hold();
    const heard: number[] = [], first = await openStore(fresh());
    first.onCommitted((_, operations) => heard.push(operations));
    await first.append(newOperation('compose'), composed(1));
    await first.close();
    const second = await openStore(fresh());
    await second.append(newOperation('compose'), composed(1));
    await second.close();
    expect(heard).toEqual([1]);
    const [thread] = threads();
    expect(['message', 'messageerror', 'error', 'exit'].map((event) => thread!.listenerCount(event)), 'of the one who keeps it').toEqual([0, 0, 1, 1]);
  });

  it('holds nothing of a file that is closed: it may be locked, removed and made again', async () => {
    hold();
    const file = fresh(), store = await openStore(file);
    await store.append(newOperation('compose'), composed(1));
    await store.close();
    const locker = storeProcess(['lock', file]);
    expect(await locker.next()).toBe('locked');
    locker.child.stdin!.end();
    expect(await locker.ended).toBe(0);
    if (process.platform === 'linux') {
      const held = readdirSync('/proc/self/fd').flatMap((fd) => { try { return [readlinkSync(`/proc/self/fd/${fd}`)]; } catch { return []; } });
      expect(held.filter((path) => path.startsWith(file))).toEqual([]);
    }
    rmSync(file);
    const again = await openStore(file);
    expect(await again.head()).toEqual({ operation: 0, event: 0, written: 0 });
    expect(await again.append(newOperation('compose'), composed(2))).toMatchObject({ id: 1 });
    await again.close();
    expect(new Set(threads()).size).toBe(1);
  });
});

describe('a thread', () => {
  it('is kept only while somebody stands by, and only one', async () => {
    const alone = await openStore(fresh());
    await alone.close();
    const enough = hold();
    const [one, two] = await Promise.all([openStore(fresh()), openStore(fresh())]);
    await Promise.all([one.append(newOperation('compose'), composed(1)), two.append(newOperation('compose'), composed(1))]);
    await Promise.all([one.close(), two.close()]);
    const [first, a, b] = threads() as [Worker, Worker, Worker];
    await expect.poll(() => [a, b].filter(({ threadId }) => threadId > 0).length, { message: 'one of the two' }).toBe(1);
    expect(first.threadId, 'the one before').toBe(-1);
    enough();
    enough();
    await expect.poll(() => [a, b].filter(({ threadId }) => threadId > 0).length).toBe(0);
    const last = await openStore(fresh());
    await last.close();
    expect(threads().at(-1)!.threadId).toBe(-1);
  });

  it('is given up after a minute', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      hold();
      const store = await openStore(fresh());
      await store.close();
      const [thread] = threads();
      vi.advanceTimersByTime(59_999);
      expect(thread!.threadId).toBeGreaterThan(0);
      const gone = once(thread!, 'exit');
      vi.advanceTimersByTime(1);
      await gone;
    } finally {
      vi.useRealTimers();
    }
    const next = await openStore(fresh());
    expect(await next.append(newOperation('compose'), composed(1))).toMatchObject({ id: 1 });
    await next.close();
    expect(new Set(threads()).size).toBe(2);
  });

  it('that has grown large ends with its store', async () => {
    const closed = async (keep: number): Promise<string> => {
      const thread = new Worker(workerUrl('writer.worker')), heard: string[] = [];
      const said = new Promise<void>((resolve) => { thread.on('message', ({ kind }: FromWriter) => { heard.push(kind); if (kind === 'closed') resolve(); }); thread.on('exit', () => { heard.push('exit'); resolve(); }); });
      thread.postMessage({ open: { file: fresh(), busyMs: 1000 } } satisfies ToWriter);
      thread.postMessage({ requests: [{ call: 'close', keep, id: 1 }], bytes: new Uint8Array() } satisfies ToWriter);
      await said;
      const all = heard.join(' ');
      await thread.terminate();
      return all;
    };
    expect(await closed(1 << 20)).toBe('ready committed exit');
    expect(await closed(1 << 30)).toBe('ready committed closed');
    expect(await closed(0)).toBe('ready committed exit');
  });

  it('that died while it waited is replaced; so is one whose store was refused, or that died with its store', async () => {
    hold();
    const one = await openStore(fresh());
    await one.close();
    await threads()[0]!.terminate();
    const two = await openStore(fresh());
    await two.append(newOperation('compose'), composed(1));
    const dying = Promise.allSettled(Array.from({ length: 500 }, (_, n) => two.append(newOperation('compose'), composed(n))));
    await threads()[1]!.terminate();
    for (const result of await dying) if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'worker-died' });
    await two.close();
    const three = await openStore(two.file);
    expect(await three.fsck()).toMatchObject({ ok: true });
    await three.close();
    expect(new Set(threads()).size).toBe(3);
    // What openStore itself refuses takes no thread; what only the thread can find ends it.
    const file = fresh();
    writeFileSync(file, 'Dear diary,\n'.repeat(100));
    await expect(openStore(file)).rejects.toMatchObject({ code: 'store-not-a-database' });
    const [thread] = threads().slice(-1);
    thread!.postMessage({ open: { file, busyMs: 50 } } satisfies ToWriter);
    await once(thread!, 'exit');
    const four = await openStore(fresh());
    expect(await four.append(newOperation('compose'), composed(1))).toMatchObject({ id: 1 });
    await four.close();
    expect(threads().at(-1)).not.toBe(thread);
  });

  it('keeps no process alive, whether its store was closed or none was ever opened', () => {
    const spareUrl = new URL('./spare.ts', import.meta.url).href, storeUrl = new URL('./store.ts', import.meta.url).href;
    const script = join(folder.path, 'ends.mjs');
    const run = (code: string): string => {
      writeFileSync(script, code);
      return execFileSync(process.execPath, [script], { encoding: 'utf8', timeout: 30_000, stdio: ['ignore', 'pipe', 'inherit'] });
    };
    const begin = `const { standBy } = await import(${JSON.stringify(spareUrl)}); standBy();`;
    expect(run(`${begin} console.log('done')`)).toBe('done\n');
    expect(run(`${begin} const { openStore } = await import(${JSON.stringify(storeUrl)}); const store = await openStore(${JSON.stringify(fresh())}); await store.close(); console.log('done')`)).toBe('done\n');
  });
});

describe('a process killed while a thread has its second store', () => {
  it('loses nothing acknowledged', async () => {
    const random = new Random(7);
    for (let round = 0; round < 4; round++) {
      const file = fresh(), victim = storeProcess(['second', file, 'victim', '100000']);
      await victim.next();
      await sleep(random.below(60));
      victim.child.kill('SIGKILL');
      expect(await victim.ended).toBe('SIGKILL');
      const store: Store = await openStore(file), operations = (await store.operations()).toReversed();
      expect(operations.map(({ description }) => description)).toEqual(operations.map((_, n) => `victim ${n + 1}`));
      for (const [n, id] of victim.lines as [number, number][]) expect(operations[id - 1]).toMatchObject({ description: `victim ${n}` });
      expect(victim.lines.length).toBeGreaterThan(0);
      expect(await store.fsck()).toMatchObject({ ok: true, problems: [] });
      await store.close();
    }
  }, 60_000);
});
