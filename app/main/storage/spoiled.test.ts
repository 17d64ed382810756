// Danger: a store that can no longer be read while it is open ends its thread, and who waits hears that a thread ended and not why.
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, it } from 'vitest';
import { scratchFolder } from '../../../testkit/store.ts';
import { numbered } from '../../../testkit/storeProcess.ts';
import { openStore } from './store.ts';

const folder = scratchFolder('spoiled');
afterAll(() => folder.remove());

describe('a store that is spoiled while it is open', () => {
  it.each([
    ['cut to nothing', (file: string) => { truncateSync(file, 0); }],
    ['overwritten', (file: string) => { writeFileSync(file, Buffer.alloc(65_536, 7)); }],
  ])('%s: each call says so, and it can be closed', async (name, spoil) => {
    const file = join(folder.path, `${name.replaceAll(' ', '-')}.sqlite`), store = await openStore(file);
    const append = async (n: number): Promise<unknown> => {
      const { operation, events } = numbered('spoiled', n);
      return store.append(operation, events).then(() => null, (error: unknown) => error);
    };
    expect(await append(1)).toBeNull();
    // somebody else's commit: what the writer has in memory is of no use any more, and it reads anew
    const other = new Database(file);
    other.exec('UPDATE workspace SET git_dir = git_dir');
    other.pragma('wal_checkpoint(TRUNCATE)');
    other.close();
    spoil(file);
    for (const n of [2, 3]) expect(await append(n)).toMatchObject({ code: 'store-corrupt', hint: expect.stringMatching(/\.$/) as string });
    await store.close();
  });
});
