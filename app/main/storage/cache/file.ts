// FILE.cache: the warm level, one SQLite file that anybody may delete. What is in it counts only with a code over name and bytes that nobody
// makes without the person's own key, so a file that came from elsewhere or was damaged is noticed, thrown away, and never believed.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, closeSync, linkSync, lstatSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import type { WriteDb } from '../connection.ts';
import { one, run } from '../sql.ts';

/** 'ACUC' (sqlite.org/fileformat2, offset 68) */
const APPLICATION_ID = 0x41435543;
const VERSION = 1;
const BUSY_MS = 200;
/** Bytes to which the WAL is cut back after a checkpoint, and pages after which there is one. */
export const WAL_LIMIT = 4 << 20;
const WAL_PAGES = 512;
const CODE_BYTES = 16, KEY_BYTES = 32;

/**
 * `name`: kind and key. `value`: null where the bytes lie in FILE.cold under `hash`. `size`: of the bytes; `packed`: of the cold file, in whole
 * blocks. `used`: when it was last asked for, in milliseconds since the epoch.
 */
const SCHEMA = `
  CREATE TABLE stamp (form TEXT NOT NULL, code BLOB NOT NULL) STRICT;
  CREATE TABLE entry (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, value BLOB, hash TEXT, size INTEGER NOT NULL, packed INTEGER NOT NULL, used INTEGER NOT NULL, code BLOB NOT NULL) STRICT;
  CREATE INDEX warm_by_use ON entry (used, size) WHERE hash IS NULL;
  CREATE INDEX cold_by_use ON entry (used, packed) WHERE hash IS NOT NULL;
  CREATE INDEX by_hash ON entry (hash, packed) WHERE hash IS NOT NULL;
`;

export const cachePath = (store: string): string => `${resolve(store)}.cache`;
export const coldPath = (store: string): string => `${resolve(store)}.cold`;

/** The codes of one person's caches, for one form of answers. */
export class Codes {
  readonly #key: Uint8Array;
  readonly form: string;
  constructor(key: Uint8Array, form: string) { this.#key = key; this.form = form; }
  of(name: string, bytes: Uint8Array): Buffer { return createHmac('sha256', this.#key).update(`${this.form}\0${name.length}\0${name}\0`).update(bytes).digest().subarray(0, CODE_BYTES); }
  ofCold(name: string, hash: string, size: number): Buffer { return this.of(`cold ${name}`, Buffer.from(`${hash} ${size}`)); }
  holds(code: Uint8Array, expected: Buffer): boolean { return code.length === CODE_BYTES && timingSafeEqual(code, expected); }
}

/** The person's key, in their data folder, made when there is none. One that cannot be kept serves this process alone. */
export function cacheKey(folder: string): Uint8Array {
  const file = join(folder, 'cache.key');
  const read = (): Uint8Array | null => {
    try {
      const stat = lstatSync(file);
      const bytes = stat.isFile() && isOurs(stat) ? readFileSync(file) : null;
      return bytes?.length === KEY_BYTES ? bytes : null;
    } catch { return null; }
  };
  const fresh = randomBytes(KEY_BYTES);
  try {
    const known = read();
    if (known !== null) return known;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // whole or not at all, and the first of two processes wins
    const partial = `${file}.${randomBytes(6).toString('hex')}`, handle = openSync(partial, 'wx', 0o600);
    try { writeSync(handle, fresh); } finally { closeSync(handle); }
    try { linkSync(partial, file); } catch { /* there is one: ours, or something that is no key */ } finally { rmSync(partial, { force: true }); }
    const now = read();
    if (now !== null) return now;
    rmSync(file, { force: true, recursive: true });
    return fresh;
  } catch {
    return fresh;
  }
}

const isOurs = ({ uid }: { readonly uid: number }): boolean => process.getuid === undefined || uid === process.getuid();

export function removeCache(path: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(`${path}${end}`, { force: true, recursive: true });
}

/** Takes away what is no plain file of ours: links, folders, others' files. What there is then may be opened. Answers whether there is one. */
function isPlain(path: string): boolean {
  const plain = (file: string): boolean => {
    const stat = lstatSync(file, { throwIfNoEntry: false });
    return stat === undefined || (stat.isFile() && stat.nlink === 1 && isOurs(stat));
  };
  const there = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  if (there && ['', '-wal', '-shm', '-journal'].every((end) => plain(`${path}${end}`))) return true;
  removeCache(path);
  return false;
}

/** Opens it for writing; one that is damaged, foreign or of another form is replaced. */
export function openWarm(path: string, codes: Codes): WriteDb {
  mkdirSync(dirname(path), { recursive: true });
  if (isPlain(path)) {
    let db: WriteDb | null = null;
    try {
      chmodSync(path, 0o600);
      db = connect(path);
      if (isOfForm(db, codes)) return db;
    } catch (error) {
      if (/^SQLITE_BUSY|^SQLITE_LOCKED/.test(String((error as { code?: unknown }).code))) { db?.close(); throw error; }
    }
    db?.close();
    removeCache(path);
  }
  // made by its full name and given its name whole: another process finds all of it or nothing
  const partial = `${path}.${process.pid}-${randomBytes(6).toString('hex')}`;
  closeSync(openSync(partial, 'wx', 0o600));
  try {
    const made = new Database(partial) as unknown as WriteDb;
    made.pragma('journal_mode = MEMORY');
    made.pragma('synchronous = OFF');
    made.pragma('auto_vacuum = INCREMENTAL');
    made.exec(SCHEMA);
    made.pragma(`application_id = ${APPLICATION_ID}`);
    made.pragma(`user_version = ${VERSION}`);
    run(made, 'INSERT INTO stamp VALUES (?, ?)', codes.form, codes.of('stamp', Buffer.alloc(0)));
    made.close();
    try { linkSync(partial, path); } catch (error) { if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; }
  } finally {
    removeCache(partial);
  }
  const db = connect(path);
  if (isOfForm(db, codes)) return db;
  db.close();
  throw new Error('the cache was replaced while it was made');
}

function connect(path: string): WriteDb {
  const db = new Database(path, { fileMustExist: true, timeout: BUSY_MS }) as unknown as WriteDb;
  try {
    for (const pragma of ['trusted_schema = OFF', 'cell_size_check = ON', 'journal_mode = WAL', 'synchronous = OFF', `journal_size_limit = ${WAL_LIMIT}`, `wal_autocheckpoint = ${WAL_PAGES}`]) db.pragma(pragma);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** For reading at once, beside the thread that writes: never waits for a lock. */
export function openForReading(path: string): WriteDb {
  const db = new Database(path, { readonly: true, fileMustExist: true, timeout: 0 }) as unknown as WriteDb;
  for (const pragma of ['trusted_schema = OFF', 'cell_size_check = ON', 'query_only = ON']) db.pragma(pragma);
  return db;
}

function isOfForm(db: WriteDb, codes: Codes): boolean {
  if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID || db.pragma('user_version', { simple: true }) !== VERSION) return false;
  const stamp = one<{ form: string; code: Uint8Array }>(db, 'SELECT form, code FROM stamp');
  return stamp?.form === codes.form && codes.holds(stamp.code, codes.of('stamp', Buffer.alloc(0)));
}
