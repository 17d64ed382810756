// Dangers: a backup that is not what the store was, half a file under a good name, a restore that loses the store it
// replaces or lets its old write-ahead log into the new one.
import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, it } from 'vitest';
import { Random } from '../../../testkit/random.ts';
import { scratchFolder } from '../../../testkit/store.ts';
import { History } from '../../../testkit/storeHistory.ts';
import { numbered, storeProcess } from '../../../testkit/storeProcess.ts';
import { backup, restore, type RestoreOptions } from './backup.ts';
import { connectReader } from './connection.ts';
import { fsck } from './fsck.ts';
import * as reads from './reads.ts';
import { openStore, type Store } from './store.ts';
import { viewDigests } from './views.ts';

const scratch = scratchFolder('backup');
afterAll(() => scratch.remove());
let places = 0;

/** A folder of its own for each test. */
function place(): { at(name: string): string; names(): string[] } {
  const folder = join(scratch.path, String(++places));
  mkdirSync(folder);
  return { at: (name) => join(folder, name), names: () => readdirSync(folder).sort() };
}

async function filled(file: string, seed: number, gitDir = '/r/.git'): Promise<Store> {
  const store = await openStore(file);
  await store.append({ kind: 'open', description: 'open', command: null, target: null, time: 1 }, [{ kind: 'repository-opened', gitDir, objectFormat: 'sha1' }]);
  const history = new History(store, new Random(seed));
  await history.import();
  for (let n = 0; n < 6; n++) await history.compose();
  return store;
}

async function made(file: string, seed: number, gitDir?: string): Promise<string> {
  await (await filled(file, seed, gitDir)).close();
  return file;
}

function contentOf(file: string): unknown {
  const db = connectReader(file, 1000);
  try {
    expect(fsck(db).problems).toEqual([]);
    return { head: reads.head(db), state: reads.state(db), operations: reads.operations(db, null, 1000), digest: viewDigests(db) };
  } finally {
    db.close();
  }
}

/** One bit of a word of the log, wherever it stands: in its row and in the index. */
function flip(file: string): void {
  const bytes = readFileSync(file);
  for (let at = -1; (at = bytes.indexOf('objectFormat', at + 1)) !== -1;) bytes[at] = bytes[at]! ^ 1;
  writeFileSync(file, bytes);
}

const refusal = (done: Promise<unknown>): Promise<unknown> => done.then(() => null, (error: unknown) => error);

describe('backup', () => {
  it('is the store as it is, also what only its write-ahead log holds, in one file', async () => {
    const { at, names } = place();
    const store = await filled(at('store'), 1);
    expect(readFileSync(at('store-wal')).length).toBeGreaterThan(10_000);
    const done = await backup(store, at('copy'));
    expect(done).toMatchObject({ file: at('copy'), operations: 8, bytes: readFileSync(at('copy')).length });
    expect(names()).toEqual(['copy', 'store', 'store-shm', 'store-wal']);
    await store.close();
    expect(contentOf(at('copy'))).toEqual(contentOf(at('store')));
  });

  it('while another process writes: a beginning of the log', async () => {
    const { at } = place();
    const writer = storeProcess(['append', at('store'), 'w', '100000']);
    while (writer.lines.length < 20) await writer.next();
    const store = await openStore(at('store'), { readOnly: true });
    const counts: number[] = [];
    for (let n = 0; n < 3; n++) {
      const before = (await store.head()).operation;
      const { operations } = await backup(store, at(`copy${n}`));
      expect(operations).toBeGreaterThanOrEqual(before);
      counts.push(operations);
    }
    writer.child.kill('SIGKILL');
    await writer.ended;
    expect(counts[2]).toBeGreaterThan(counts[0]!);
    const all = (await store.operations()).toReversed();
    for (const [n, count] of counts.entries()) {
      const copy = await openStore(at(`copy${n}`), { readOnly: true });
      expect((await copy.operations()).toReversed()).toEqual(all.slice(0, count));
      await copy.close();
    }
    await store.close();
  });

  it('replaces a file only when told to, and never what is in use', async () => {
    const { at, names } = place();
    const store = await filled(at('store'), 2);
    writeFileSync(at('copy'), 'mine');
    expect(await refusal(backup(store, at('copy')))).toMatchObject({ code: 'usage', hint: expect.stringContaining('--force') as string });
    expect(readFileSync(at('copy'), 'utf8')).toBe('mine');
    await backup(store, at('copy'), { force: true });
    linkSync(at('store'), at('same'));
    for (const file of ['store', 'same']) expect(await refusal(backup(store, at(file), { force: true }))).toMatchObject({ code: 'usage' });
    expect(await refusal(backup(store, scratch.path, { force: true }))).toMatchObject({ code: 'usage' });
    const other = await filled(at('other'), 3);
    expect(await refusal(backup(store, at('other'), { force: true }))).toMatchObject({ code: 'store-locked' });
    await other.close();
    await store.close();
    expect(names()).toEqual(['copy', 'other', 'same', 'store']);
    expect(contentOf(at('copy'))).toEqual(contentOf(at('store')));
  });

  it('of a damaged store is none, and what a killed one left goes', async () => {
    const { at, names } = place();
    await made(at('store'), 4);
    writeFileSync(at('copy.partial-999999999-abc'), 'left');
    // Damaged while open: nobody would open it afterwards.
    const store = await openStore(at('store'), { readOnly: true });
    flip(at('store'));
    expect(await refusal(backup(store, at('copy')))).toMatchObject({ code: 'store-corrupt', hint: expect.stringContaining('fsck') as string, data: { file: at('store') } });
    await store.close();
    expect(await refusal(openStore(at('store')))).toMatchObject({ code: 'store-corrupt' });
    expect(names().filter((name) => name.startsWith('copy'))).toEqual([]);
  });
});

describe('restore', () => {
  async function ready(seed: number): Promise<ReturnType<typeof place>> {
    const here = place();
    const store = await filled(here.at('store'), seed);
    await backup(store, here.at('copy'));
    await store.append(numbered('later', 1).operation, numbered('later', 1).events);
    await store.close();
    return here;
  }

  it('into nothing, and into a store without content', async () => {
    const { at, names } = await ready(10);
    await (await openStore(at('empty'))).close();
    for (const into of ['new', 'empty']) {
      expect(await restore(at('copy'), at(into))).toMatchObject({ store: at(into), operations: 8 });
      expect(contentOf(at(into))).toEqual(contentOf(at('copy')));
    }
    expect(names().filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('over a store: only when told to, the old one kept, none of its log in the new one', async () => {
    const { at, names } = await ready(11);
    const old = contentOf(at('store'));
    expect(await refusal(restore(at('copy'), at('store')))).toMatchObject({ code: 'usage', hint: expect.stringContaining('--force') as string });
    expect(contentOf(at('store'))).toEqual(old);
    // Acknowledged, but only in the write-ahead log: the killed process could not fold it in.
    const writer = storeProcess(['append', at('store'), 'w', '100000']);
    while (writer.lines.length < 20) await writer.next();
    writer.child.kill('SIGKILL');
    await writer.ended;
    expect(readFileSync(at('store-wal')).length).toBeGreaterThan(0);
    const { kept } = await restore(at('copy'), at('store'), { force: true });
    expect(kept).toBe(at('store.before-restore'));
    expect(contentOf(at('store'))).toEqual(contentOf(at('copy')));
    const before = await openStore(kept!, { readOnly: true });
    expect((await before.head()).operation).toBeGreaterThanOrEqual(9 + writer.lines.length);
    await before.close();
    // And again: the one kept first stays.
    expect((await restore(at('copy'), at('store'), { force: true })).kept).toBe(at('store.before-restore-2'));
    expect(names()).toEqual(['copy', 'store', 'store.before-restore', 'store.before-restore-2']);
  });

  it('is refused while a process has the store open, which then goes on', async () => {
    const { at } = await ready(12);
    const store = await openStore(at('store'));
    expect(await refusal(restore(at('copy'), at('store'), { force: true }))).toMatchObject({ code: 'store-locked' });
    expect((await store.append(numbered('on', 1).operation, numbered('on', 1).events)).id).toBe(10);
    await store.close();
    expect(contentOf(at('store'))).toMatchObject({ head: { operation: 10 } });
  }, 20_000);

  it("over another repository's store, or in its place: refused unless told to", async () => {
    const { at } = await ready(13);
    await made(at('other'), 14, '/elsewhere/.git');
    const old = contentOf(at('other'));
    expect(await refusal(restore(at('copy'), at('other')))).toMatchObject({ code: 'store-other-repository' });
    expect(await refusal(restore(at('copy'), at('new'), { gitDir: '/elsewhere/.git' } satisfies RestoreOptions))).toMatchObject({ code: 'store-other-repository' });
    expect(existsSync(at('new'))).toBe(false);
    expect(contentOf(at('other'))).toEqual(old);
    expect(await restore(at('copy'), at('other'), { force: true })).toMatchObject({ kept: at('other.before-restore') });
    expect(contentOf(at('other.before-restore'))).toEqual(old);
  });

  it('over a store too damaged to open, its remains kept', async () => {
    const { at } = await ready(15);
    writeFileSync(at('store'), 'rubbish');
    writeFileSync(at('store-wal'), 'old log');
    expect(await refusal(restore(at('copy'), at('store')))).toMatchObject({ code: 'usage' });
    await restore(at('copy'), at('store'), { force: true });
    expect(contentOf(at('store'))).toEqual(contentOf(at('copy')));
    expect(readFileSync(at('store.before-restore'), 'utf8')).toBe('rubbish');
    expect(readFileSync(at('store.before-restore-wal'), 'utf8')).toBe('old log');
  });

  it('over one too damaged to be locked, while a process has it open: what that one writes then is refused, not lost', async () => {
    const { at } = await ready(17);
    const store = await openStore(at('store'));
    writeFileSync(at('store'), 'rubbish');
    await restore(at('copy'), at('store'), { force: true });
    expect(await refusal(store.append(numbered('lost', 1).operation, numbered('lost', 1).events))).toMatchObject({ code: expect.stringMatching(/^(io|store-corrupt|store-not-a-database)$/) as string });
    await store.close().catch(() => undefined);
    expect(contentOf(at('store'))).toEqual(contentOf(at('copy')));
  });

  it('replaced whole while a process has it open: said at the next commit', async () => {
    const { at } = await ready(18);
    const store = await openStore(at('store'));
    renameSync(at('store'), at('moved'));
    copyFileSync(at('copy'), at('store'));
    expect(await refusal(store.append(numbered('lost', 1).operation, numbered('lost', 1).events))).toMatchObject({ code: 'io', message: expect.stringContaining('replaced') as string });
    await store.close().catch(() => undefined);
  });

  it('is one at a time, also where SQLite cannot lock what stands there, and a dead one is in nobody\'s way', async () => {
    const { at, names } = await ready(19);
    writeFileSync(at('store'), 'rubbish');
    const other = new Database(at('store.restoring'));
    other.exec('BEGIN EXCLUSIVE');
    expect(await refusal(restore(at('copy'), at('store'), { force: true }))).toMatchObject({ code: 'store-locked' });
    expect(readFileSync(at('store'), 'utf8')).toBe('rubbish');
    // As a kill leaves it: the file is there, the lock is not.
    other.close();
    expect(names()).toContain('store.restoring');
    await restore(at('copy'), at('store'), { force: true });
    expect(names()).toEqual(['copy', 'store', 'store.before-restore']);
    expect(contentOf(at('store'))).toEqual(contentOf(at('copy')));
  });

  it('of what is no whole backup changes nothing', async () => {
    const { at, names } = await ready(16);
    const old = contentOf(at('store'));
    writeFileSync(at('text'), 'Dear diary,\n'.repeat(100));
    writeFileSync(at('short'), readFileSync(at('copy')).subarray(0, 8192));
    copyFileSync(at('copy'), at('flipped'));
    flip(at('flipped'));
    const before = names();
    for (const [file, code] of [['text', 'store-not-a-database'], ['short', 'store-corrupt'], ['flipped', 'store-corrupt'], ['absent', 'usage'], ['store', 'usage']] as const) {
      expect(await refusal(restore(at(file), at('store'), { force: true })), file).toMatchObject({ code });
    }
    expect(names()).toEqual(before);
    expect(contentOf(at('store'))).toEqual(old);
  });
});
