// The danger: a reader that misses what was written while it looked away, reads twice what it had, or waits for ever for a file that is gone.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tempDir } from '../../../../testkit/git.ts';
import { TelemetryFile, telemetryPath } from '../../storage/telemetry/file.ts';
import { EventBus } from './bus.ts';
import { followEvents } from './following.ts';
import { TelemetryLog } from './log.ts';

let temp: ReturnType<typeof tempDir>;
beforeAll(() => { temp = tempDir('following'); });
afterAll(() => temp.remove());

/** A process that writes. */
function writer(store: string, pool: string): { tell(...workers: number[]): void; close(): void } {
  const file = TelemetryFile.open(telemetryPath(store), { writer: pool }), bus = new EventBus(), log = new TelemetryLog(bus, () => file);
  return {
    tell(...workers) { for (const worker of workers) bus.tell({ kind: 'worker', pool, worker, what: 'started', reason: '' }); if (!log.flush()) throw new Error('locked'); },
    close() { log.close(); bus.close(); file.close(); },
  };
}
const everything = { kinds: [], subject: null, from: null, to: null };
type Seen = [string, number][];
const into = (seen: Seen) => async (events: readonly { readonly event: unknown }[]): Promise<void> => { for (const { event } of events) { const { pool, worker } = event as { pool: string; worker: number }; seen.push([pool, worker]); } };

test('a reader with a name goes on where it stopped, over what several processes wrote', async () => {
  const store = join(temp.path, 'named'), a = writer(store, 'a'), b = writer(store, 'b'), seen: Seen = [], all: Seen = [];
  const read = (reader: string | null, to: Seen): Promise<number> => followEvents({ store, query: everything, follow: false, reader, write: into(to), signal: new AbortController().signal });
  a.tell(1, 2);
  b.tell(1);
  expect(await read('shipper', seen)).toBe(3);
  a.tell(3);
  b.tell(2, 3);
  expect(await read('shipper', seen)).toBe(3);
  expect(await read('shipper', seen)).toBe(0);
  expect(seen).toEqual([['a', 1], ['a', 2], ['b', 1], ['a', 3], ['b', 2], ['b', 3]]);
  await read(null, all);
  expect(all).toEqual(seen);
  const failing = followEvents({ store, query: everything, follow: false, reader: 'other', write: () => Promise.reject(new Error('planted')), signal: new AbortController().signal });
  await expect(failing).rejects.toThrow('planted');
  const after: Seen = [];
  await read('other', after);
  expect(after).toEqual(seen);
  a.close();
  b.close();
});

test('a reader that follows hears what is written later, also into the file that takes the place of a deleted one', async () => {
  const store = join(temp.path, 'followed'), first = writer(store, 'a'), seen: Seen = [], stop = new AbortController();
  const heard = async (many: number): Promise<void> => { while (seen.length < many) await sleep(5); };
  first.tell(1);
  const following = followEvents({ store, query: { ...everything, subject: 'a' }, follow: true, reader: null, write: into(seen), signal: stop.signal });
  await heard(1);
  first.tell(2);
  await heard(2);
  first.close();
  for (const end of ['', '-wal', '-shm']) rmSync(telemetryPath(store) + end, { force: true });
  const second = writer(store, 'a'), other = writer(store, 'b');
  other.tell(9);
  second.tell(3);
  await heard(3);
  stop.abort();
  expect(await following).toBe(3);
  expect(seen).toEqual([['a', 1], ['a', 2], ['a', 3]]);
  second.close();
  other.close();
});

test('where nothing was measured that is said, and nothing made', async () => {
  const store = join(temp.path, 'nothing');
  await expect(followEvents({ store, query: everything, follow: true, reader: 'x', write: async () => undefined, signal: new AbortController().signal })).rejects.toMatchObject({ code: 'usage' });
  expect(TelemetryFile.open(telemetryPath(store))).toBeNull();
});
