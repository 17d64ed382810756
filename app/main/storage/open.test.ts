// Danger: a file that is not ours is changed, or a store we cannot serve is opened halfway. Every way of not opening has its
// own code, says what to do, and leaves every byte where it was.
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, it } from 'vitest';
import { scratchFolder } from '../../../testkit/store.ts';
import { numbered, storeProcess } from '../../../testkit/storeProcess.ts';
import { AcumenError, type ErrorCode } from '../../core/errors.ts';
import { APPLICATION_ID, connectReader, connectWriter } from './connection.ts';
import { newestVersion } from './migrations/index.ts';
import { openStore, type OpenOptions } from './store.ts';

const folder = scratchFolder('open');
afterAll(() => folder.remove());
const at = (name: string): string => join(folder.path, name);

async function expectRefused(file: string, code: ErrorCode, options: OpenOptions = { busyMs: 50 }): Promise<AcumenError> {
  const error = await openStore(file, options).then(() => null, (e: unknown) => e);
  expect(error).toBeInstanceOf(AcumenError);
  expect(error).toMatchObject({ code, hint: expect.stringMatching(/\.$/) as string });
  return error as AcumenError;
}

async function expectRefusedUntouched(file: string, code: ErrorCode): Promise<void> {
  const before = readFileSync(file);
  const beside = readdirSync(folder.path);
  for (const options of [{ busyMs: 50 }, { busyMs: 50, readOnly: true }]) await expectRefused(file, code, options);
  expect(readFileSync(file).equals(before), 'the file is untouched').toBe(true);
  expect(readdirSync(folder.path), 'nothing is left beside it').toEqual(beside);
}

async function makeStore(name: string, operations = 3): Promise<string> {
  const file = at(name);
  const store = await openStore(file);
  for (let n = 1; n <= operations; n++) {
    const { operation, events } = numbered('made', n);
    await store.append(operation, events);
  }
  await store.close();
  return file;
}

describe('what is not a store', () => {
  it.each([
    ['text', 'Dear diary,\n'.repeat(100)],
    ['one byte', 'x'],
    ['almost a database', 'SQLite format 2\0'.repeat(100)],
    ['the beginning of a database', 'SQLite format 3\0'],
  ])('%s: refused and left as it is', async (name, content) => {
    writeFileSync(at(name), content);
    await expectRefusedUntouched(at(name), 'store-not-a-database');
  });

  it("another program's database: refused and left as it is", async () => {
    const db = new Database(at('other.db'));
    db.exec('CREATE TABLE note(text); INSERT INTO note VALUES (1)');
    db.close();
    await expectRefusedUntouched(at('other.db'), 'store-not-a-database');
  });

  it('a folder, and a path through a file', async () => {
    mkdirSync(at('folder'));
    await expectRefused(at('folder'), 'store-not-a-database');
    writeFileSync(at('plain'), 'x');
    await expectRefused(at('plain/store.sqlite'), 'io');
  });

  it('a file that is not there, for reading only', async () => {
    await expectRefused(at('absent.sqlite'), 'io', { readOnly: true });
    expect(existsSync(at('absent.sqlite'))).toBe(false);
  });
});

describe('a store that is open', () => {
  it.skipIf(!existsSync('/proc/locks'))('(where /proc/locks tells) has its lock on the file, new or not, so that nobody takes its log for left behind', async () => {
    const file = at('guarded.sqlite');
    for (const round of [1, 2]) {
      const store = await openStore(file), { operation, events } = numbered('locked', round);
      await store.append(operation, events);
      const { ino } = statSync(file), locks = readFileSync('/proc/locks', 'latin1').split('\n').filter((line) => line.includes(`:${ino} `));
      expect(locks, `the ${round}. time`).not.toEqual([]);
      await store.close();
    }
  });
});

describe('a store we cannot serve', () => {
  it('from a newer version: refused and left as it is', async () => {
    const file = await makeStore('newer.sqlite');
    const db = new Database(file);
    db.pragma('journal_mode = DELETE');
    db.pragma(`user_version = ${newestVersion + 1}`);
    db.close();
    await expectRefusedUntouched(file, 'store-newer');
  });

  it('from a newer version that only the write-ahead log knows of', async () => {
    const file = await makeStore('newer-wal.sqlite');
    const other = new Database(file);
    other.pragma(`user_version = ${newestVersion + 1}`);
    expect(readFileSync(file).readInt32BE(60)).toBe(newestVersion);
    await expectRefused(file, 'store-newer');
    await expectRefused(file, 'store-newer', { readOnly: true });
    other.close();
  });

  it('cut short: corrupt, and left as it is', async () => {
    const file = await makeStore('short.sqlite', 200);
    truncateSync(file, 8192);
    await expectRefusedUntouched(file, 'store-corrupt');
  });

  it('with its first page overwritten behind a good header: corrupt', async () => {
    const file = await makeStore('page.sqlite');
    const bytes = readFileSync(file);
    bytes.fill(0xa5, 100, 4096);
    writeFileSync(file, bytes);
    await expectRefused(file, 'store-corrupt');
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  it('whose log was cut behind its head: corrupt', async () => {
    const file = await makeStore('tail.sqlite');
    const db = new Database(file);
    db.pragma('foreign_keys = OFF');
    db.exec('DROP TRIGGER batch_remains; DELETE FROM batch WHERE first = 3');
    db.close();
    await expectRefused(file, 'store-corrupt');
    await expectRefused(file, 'store-corrupt', { readOnly: true });
  });

  it('of an older format, for reading only', async () => {
    const file = await makeStore('older.sqlite');
    const db = new Database(file);
    db.pragma(`user_version = ${newestVersion - 1}`);
    db.close();
    await expectRefused(file, 'store-read-only', { readOnly: true });
  });
});

describe('a store another process holds', () => {
  it('whole: locked, until that process ends', async () => {
    const file = await makeStore('locked.sqlite');
    const holder = storeProcess(['lock', file]);
    expect(await holder.next()).toBe('locked');
    await expectRefused(file, 'store-locked');
    await expectRefused(file, 'store-locked', { busyMs: 50, readOnly: true });
    holder.child.stdin!.end();
    expect(await holder.ended).toBe(0);
    const store = await openStore(file);
    expect(await store.operations()).toHaveLength(3);
    await store.close();
  });

  it('for writing: opens, reads, refuses to append, and appends once it may', async () => {
    const file = await makeStore('held.sqlite');
    const store = await openStore(file, { busyMs: 50 });
    const holder = new Database(file);
    holder.exec('BEGIN IMMEDIATE');
    const late = await openStore(file, { busyMs: 50 });
    const { operation, events } = numbered('held', 1);
    await expect(late.append(operation, events)).rejects.toMatchObject({ code: 'store-locked' });
    expect(await late.operations()).toHaveLength(3);
    holder.exec('ROLLBACK');
    expect((await late.append(operation, events)).id).toBe(4);
    holder.close();
    await late.close();
    await store.close();
  });
});

describe('a place that cannot be written', () => {
  // Root may write anywhere, so as root another user tries.
  const root = process.getuid?.() === 0;
  const nobody = root ? { uid: 65534, gid: 65534 } : {};
  const probe = async (file: string, options: OpenOptions): Promise<unknown> => storeProcess(['probe', file, JSON.stringify(options)], nobody).next();

  it.skipIf(process.platform === 'win32')('(not on Windows, whose folders know no such mode) is said so; reading works, also where not even a lock file can be made', async () => {
    if (root) chmodSync(folder.path, 0o755);
    mkdirSync(at('fixed'));
    const file = await makeStore('fixed/store.sqlite');
    expect(readdirSync(at('fixed')), 'closing leaves one file').toEqual(['store.sqlite']);
    chmodSync(file, 0o444);
    chmodSync(at('fixed'), 0o555);
    const before = readFileSync(file);
    expect(await probe(file, { busyMs: 50 })).toMatchObject({ code: 'store-read-only' });
    expect(await probe(file, { readOnly: true })).toEqual({ operations: 3, composition: 'made' });
    expect(await probe(join(at('fixed'), 'new.sqlite'), {})).toMatchObject({ code: 'store-read-only' });
    expect(await probe(join(at('fixed'), 'deeper/new.sqlite'), {})).toMatchObject({ code: 'store-read-only' });
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(at('fixed'))).toEqual(['store.sqlite']);
    chmodSync(at('fixed'), 0o755);
    if (root) chmodSync(folder.path, 0o700);
  });

  it('opened for reading, refuses to be written', async () => {
    const file = await makeStore('reading.sqlite');
    const store = await openStore(file, { readOnly: true });
    const { operation, events } = numbered('reading', 1);
    await expect(store.append(operation, events)).rejects.toMatchObject({ code: 'store-read-only' });
    await expect(store.stage(1, [])).rejects.toMatchObject({ code: 'store-read-only' });
    expect(await store.operations()).toHaveLength(3);
    expect((await store.fsck()).ok).toBe(true);
    await store.close();
  });
});

describe('closing', () => {
  it('leaves one file behind, whether it was written or only read, and takes nothing from others who have it open', async () => {
    mkdirSync(at('alone'));
    const file = await makeStore('alone/store.sqlite');
    const whole = readFileSync(file);
    for (const options of [{}, { readOnly: true }]) {
      const store = await openStore(file, options);
      expect(await store.operations()).toHaveLength(3);
      await store.close();
      expect(readdirSync(at('alone'))).toEqual(['store.sqlite']);
      expect(readFileSync(file).equals(whole), 'and nothing in it is moved').toBe(true);
    }
    const [writer, first, second] = [await openStore(file), await openStore(file, { readOnly: true }), await openStore(file, { readOnly: true })];
    const { operation, events } = numbered('alone', 1);
    await writer.append(operation, events);
    await first.close();
    expect(await second.operations()).toHaveLength(4);
    await writer.append(operation, events);
    await second.close();
    expect((await writer.append(operation, events)).id).toBe(6);
    await writer.close();
    expect(readdirSync(at('alone'))).toEqual(['store.sqlite']);
  });

  it('for reading only touches no log that it found, not even to take it along', async () => {
    mkdirSync(at('found'));
    const file = await makeStore('found/store.sqlite');
    const victim = storeProcess(['append', file, 'found', '100000']);
    for (let n = 0; n < 20; n++) await victim.next();
    victim.child.kill('SIGKILL');
    await victim.ended;
    const before = [readFileSync(file), readFileSync(`${file}-wal`)];
    expect(before[1]!.length).toBeGreaterThan(0);
    const store = await openStore(file, { readOnly: true });
    expect((await store.operations()).length).toBeGreaterThan(20);
    await store.close();
    expect([readFileSync(file), readFileSync(`${file}-wal`)]).toEqual(before);
  });
});

describe('what must stay allowed', () => {
  it('a new file in folders not there yet, an empty file, a link, a name with spaces and other letters', async () => {
    writeFileSync(at('empty.sqlite'), '');
    symlinkSync(at('empty.sqlite'), at('link.sqlite'));
    for (const name of ['deep/er/store.sqlite', 'empty.sqlite', 'link.sqlite', 'Überblick über ¿alles?.sqlite']) {
      const store = await openStore(at(name));
      expect(await store.fsck()).toMatchObject({ ok: true });
      await store.close();
    }
    expect(readFileSync(at('empty.sqlite')).readInt32BE(68)).toBe(APPLICATION_ID);
  });

  it('two processes making the same store at once', async () => {
    const both = [1, 2, 3].map(() => storeProcess(['probe', at('same.sqlite'), '{}']));
    for (const one of both) expect(await one.next()).toEqual({ operations: 0, composition: 'Composition' });
  });
});

describe('connections', () => {
  it('wait for the disk, check references and distrust the file, and prove it', async () => {
    const file = await makeStore('settings.sqlite');
    for (const db of [connectWriter(file, 1), connectReader(file, 1)]) {
      const answers = ['synchronous', 'foreign_keys', 'trusted_schema', 'cell_size_check', 'journal_mode'].map((name) => db.pragma(name, { simple: true }));
      expect(answers).toEqual([2, 1, 0, 1, 'wal']);
      db.close();
    }
  });
});
