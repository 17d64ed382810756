// Danger: a thread that was begun before its store keeps its process alive, is handed on dead or to two stores, is left behind where no store
// came, or is taken from the store that has it; a store answers otherwise than on a thread begun for it.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { Random } from '../../../testkit/random.ts';
import { compositionOf, scratchFolder } from '../../../testkit/store.ts';
import { History, newOperation } from '../../../testkit/storeHistory.ts';
import type { Oid } from '../../core/bytes.ts';
import type { DomainEvent } from '../../core/events.ts';
import { newStore } from './creation.ts';
import { practice } from './practice.ts';
import type { FromWriter, ToWriter } from './protocol.ts';
import { standBy, takeThread } from './spare.ts';
import { openStore } from './store.ts';

const folder = scratchFolder('spare');
let files = 0;
const fresh = (): string => join(folder.path, `${++files}.sqlite`);
const holds: (() => void)[] = [];
const posted = vi.spyOn(Worker.prototype, 'postMessage');
afterEach(() => { for (const enough of holds.splice(0)) enough(); posted.mockClear(); });
afterAll(() => folder.remove());

const hold = (isNew = false): (() => void) => { const enough = standBy(isNew); holds.push(enough); return enough; };
/** The threads that stores were opened on since the test began, in order. */
const threads = (): Worker[] => posted.mock.calls.flatMap(([message], n) => ('open' in (message as ToWriter) ? [posted.mock.contexts[n] as Worker] : []));
/** The thread that waits now. */
function spare(isNew = false): Worker {
  const began = vi.spyOn(Worker.prototype, 'unref');
  hold(isNew);
  const [worker] = began.mock.contexts as Worker[];
  began.mockRestore();
  return worker!;
}
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
  return [answered, readFileSync(file)];
}

describe('a thread that is begun before its store', () => {
  it('has it as one begun for it would, byte for byte', async () => {
    await fc.assert(fc.asyncProperty(fc.nat(), fc.integer({ min: 0, max: 5 }), async (seed, steps) => {
      posted.mockClear();
      const alone = await lived(fresh(), seed, steps), waited = spare();
      expect(await lived(fresh(), seed, steps)).toEqual(alone);
      expect(threads()[1], 'the one that waited').toBe(waited);
    }), { numRuns: 6 });
  }, 120_000);

  it('has it so though it practised, whether it had ended or was cut short at any moment', async () => {
    await fc.assert(fc.asyncProperty(fc.nat(), fc.integer({ min: 0, max: 5 }), fc.option(fc.integer({ min: 0, max: 60 })), async (seed, steps, ms) => {
      posted.mockClear();
      const alone = await lived(fresh(), seed, steps), waited = spare(true);
      const made = new Promise<FromWriter>((resolve) => { waited.once('message', resolve); });
      if (ms === null) expect(await made).toEqual({ kind: 'image', bytes: newStore() });
      else await sleep(ms);
      expect(await lived(fresh(), seed, steps)).toEqual(alone);
      expect(threads()[1], 'the one that waited').toBe(waited);
    }), { numRuns: 12 });
  }, 120_000);

  it('practises until it is told to stop, and fails at nothing', () => {
    const images: Uint8Array[] = [], steps = [...practice((image) => images.push(image))].length;
    expect(images).toEqual([newStore()]);
    expect(steps).toBeGreaterThan(5);
    for (let n = 0; n < steps; n++) {
      const cut = practice(() => undefined);
      for (let i = 0; i < n; i++) cut.next();
      expect(cut.return()).toEqual({ done: true, value: undefined });
    }
  });

  it('is of one store, and ends with it', async () => {
    const waited = spare(), [one, two] = await Promise.all([openStore(fresh()), openStore(fresh())]);
    expect(threads().filter((thread) => thread === waited)).toHaveLength(1);
    await Promise.all([one.append(newOperation('compose'), composed(1)), two.append(newOperation('compose'), composed(1))]);
    await Promise.all([one.close(), two.close()]);
    await expect.poll(() => threads().map(({ threadId }) => threadId)).toEqual([-1, -1]);
    const three = await openStore(fresh());
    expect(await three.append(newOperation('compose'), composed(2))).toMatchObject({ id: 1 });
    await three.close();
    expect(new Set(threads()).size).toBe(3);
  });

  it('is ended where no store came, and left to the store that has it', async () => {
    const waited = spare(), gone = once(waited, 'exit');
    for (const enough of holds.splice(0)) { enough(); enough(); }
    await gone;
    const enough = hold(), store = await openStore(fresh());
    expect(threads()[0]).not.toBe(waited);
    enough();
    expect(await store.append(newOperation('compose'), composed(1))).toMatchObject({ id: 1 });
    expect(threads()[0]!.threadId).toBeGreaterThan(0);
    await store.close();
  });

  it('that died while it waited is replaced', async () => {
    const waited = spare();
    await waited.terminate();
    const store = await openStore(fresh());
    expect(threads()[0]).not.toBe(waited);
    expect(await store.append(newOperation('compose'), composed(1))).toMatchObject({ id: 1 });
    await store.close();
  });

  it('that dies with its store is told of, and what was acknowledged is there', async () => {
    hold();
    const store = await openStore(fresh());
    await store.append(newOperation('compose'), composed(1));
    const dying = Promise.allSettled(Array.from({ length: 500 }, (_, n) => store.append(newOperation('compose'), composed(n))));
    await threads()[0]!.terminate();
    for (const result of await dying) if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'worker-died' });
    await store.close();
    const again = await openStore(store.file);
    expect((await again.head()).operation).toBeGreaterThanOrEqual(1);
    expect(await again.fsck()).toMatchObject({ ok: true });
    await again.close();
  });

  it('ends where it finds what is no store', async () => {
    const file = fresh();
    writeFileSync(file, 'Dear diary,\n'.repeat(100));
    hold();
    // What openStore itself refuses takes no thread; this is what only the thread can find.
    await expect(openStore(file)).rejects.toMatchObject({ code: 'store-not-a-database' });
    expect(threads()).toEqual([]);
    const thread = takeThread(), said = once(thread, 'message');
    thread.postMessage({ open: { file, busyMs: 50 } } satisfies ToWriter);
    expect(await said).toMatchObject([{ kind: 'failed', error: { code: 'store-not-a-database' } }]);
    await once(thread, 'exit');
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
