// Connections to a store's file: what must hold before SQLite is let near it, the settings every connection has and
// proves to have, branded handles for reading and writing, and SQLite's errors in our words.
import { accessSync, closeSync, constants, existsSync, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { AcumenError, bug } from '../../core/errors.ts';

declare const access: unique symbol;
/** May only read. */
export type ReadDb = Database.Database & { readonly [access]: { readonly read: true } };
/** May read and write; lives in the writer's thread (and in fsck's scratch copy). */
export type WriteDb = Database.Database & { readonly [access]: { readonly read: true; readonly write: true } };

/** 'ACUM': tells our files from other programs' SQLite databases (sqlite.org/fileformat2, offset 68). */
export const APPLICATION_ID = 0x4143554d;
const MAGIC = 'SQLite format 3\0';

/** Settings of every connection, with what reading them back must answer. WAL silently lowers `synchronous`: set after it. */
const settings: readonly (readonly [pragma: string, value: string, answer: number])[] = [
  ['synchronous', 'FULL', 2],
  ['foreign_keys', 'ON', 1],
  ['trusted_schema', 'OFF', 0],
  ['cell_size_check', 'ON', 1],
  // On macOS fsync alone does not reach the disk (law 8); elsewhere these two change nothing.
  ['fullfsync', 'ON', 1],
  ['checkpoint_fullfsync', 'ON', 1],
];

/** Pages of a WAL from which it is moved into the file, 16 MB: moving waits for the disk twice. */
const CHECKPOINT = 4096;
/** Bytes to which a WAL is cut back after a checkpoint. */
const WAL_LIMIT = 64 << 20;

export function applySettings(db: Database.Database): void {
  for (const [pragma, value] of settings) db.pragma(`${pragma} = ${value}`);
  assertSettings(db);
}

/** Throws `bug` unless every setting answers what it must. */
export function assertSettings(db: Database.Database): void {
  for (const [pragma, , answer] of settings) {
    const found = db.pragma(pragma, { simple: true });
    if (found !== answer) throw bug(`a connection has ${pragma} = ${String(found)}, not ${answer}`);
  }
}

/**
 * Reads the header by hand, before SQLite opens (and might repair, create or lock) anything. Answers whether there is a
 * database. Offsets: sqlite.org/fileformat2 §1.3.
 */
export function inspect(file: string, newest: number): 'new' | 'existing' {
  let header: Buffer;
  let size: number;
  try {
    const handle = openSync(file, 'r');
    try {
      const stat = fstatSync(handle);
      if (!stat.isFile()) throw notADatabase(file, 'it is not a regular file');
      size = stat.size;
      header = Buffer.alloc(Math.min(100, size));
      readSync(handle, header, 0, header.length, 0);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'new';
    throw storeError(error, file);
  }
  if (size === 0) return 'new';
  if (header.length < 100 || header.toString('latin1', 0, 16) !== MAGIC) throw notADatabase(file, 'it does not begin as one');
  const application = header.readInt32BE(68);
  if (application !== APPLICATION_ID) throw notADatabase(file, 'it is the database of another program');
  refuseNewer(file, header.readInt32BE(60), newest);
  const field = header.readUInt16BE(16);
  const pageSize = field === 1 ? 65536 : field;
  // The size in the header holds only if written by the same version as the change counter; a WAL may know better.
  const sized = header.readUInt32BE(24) === header.readUInt32BE(92);
  if (sized && !hasWal(file) && header.readUInt32BE(28) * pageSize > size) throw corrupt(file, 'the file is cut short');
  return 'existing';
}

export function refuseNewer(file: string, version: number, newest: number): void {
  if (version <= newest) return;
  throw new AcumenError('store-newer', `The store was written by a newer Acumen (format ${version}, this one knows ${newest}).`,
    'Update Acumen, or name another store file.', { file, version, newest });
}

export function hasWal(file: string): boolean {
  const wal = statSync(`${file}-wal`, { throwIfNoEntry: false });
  return wal !== undefined && wal.size > 0;
}

export function writable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The writer's connection. Does not yet set WAL: a new file is first made whole (migrations), then switched. */
export function connectWriter(file: string, busyMs: number): WriteDb {
  const place = existsSync(file) ? [file, dirname(file)] : [dirname(file)];
  for (const path of place) if (!writable(path)) throw readOnly(file);
  return guarded(file, () => {
    const db = new Database(file, { timeout: busyMs }) as unknown as WriteDb;
    return settled(db, () => applySettings(db));
  });
}

export function useWal(db: WriteDb): void {
  const mode = db.pragma('journal_mode = WAL', { simple: true });
  if (mode !== 'wal') throw bug(`the journal mode is ${String(mode)}, not WAL`);
  db.pragma(`journal_size_limit = ${WAL_LIMIT}`);
  db.pragma(`wal_autocheckpoint = ${CHECKPOINT}`);
  applySettings(db);
}

export function connectReader(file: string, busyMs: number): ReadDb {
  return guarded(file, () => {
    let db: ReadDb;
    try {
      db = new Database(file, { readonly: true, fileMustExist: true, timeout: busyMs }) as unknown as ReadDb;
      return settled(db, () => {
        db.pragma('schema_version');
        applySettings(db);
      });
    } catch (error) {
      // Where neither -wal nor -shm can be made, a file without a WAL is whole by itself: read it from memory.
      if (!(error instanceof Database.SqliteError) || !/CANTOPEN|READONLY/.test(error.code) || hasWal(file)) throw error;
      const bytes = readFileSync(file);
      bytes[18] = bytes[19] = 1; // "legacy" in place of WAL, or SQLite would still want the -wal file
      db = new Database(bytes, { readonly: true }) as unknown as ReadDb;
      return settled(db, () => applySettings(db));
    }
  });
}

/** A private database that vanishes when closed; SQLite spills it to a temporary file when it grows. */
export function connectScratch(): WriteDb {
  const db = new Database('') as unknown as WriteDb;
  db.pragma('journal_mode = OFF');
  db.pragma('synchronous = OFF');
  // Views refer to events; the scratch copy has the views alone.
  db.pragma('foreign_keys = OFF');
  return db;
}

function settled<D extends Database.Database>(db: D, prepare: () => void): D {
  try {
    prepare();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Runs `action`; what SQLite throws comes out as an AcumenError about this file. */
export function guarded<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw storeError(error, file);
  }
}

export function storeError(error: unknown, file: string): AcumenError {
  if (error instanceof AcumenError) return error;
  const code = String((error as { code?: unknown }).code ?? '');
  const message = error instanceof Error ? error.message : String(error);
  const data = { file, code, message };
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) {
    return new AcumenError('store-locked', 'Another process holds the store locked.', 'Wait for it or end it, then try again.', data, { cause: error });
  }
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return corrupt(file, message, error);
  if (/^SQLITE_(READONLY|PERM)|^(EACCES|EPERM|EROFS)$/.test(code)) return readOnly(file, error);
  if (code === 'SQLITE_TOOBIG') return new AcumenError('too-large', 'A value is too large to be stored.', 'One file or import may take up to a gigabyte.', data, { cause: error });
  if (/^SQLITE_(CANTOPEN|IOERR|FULL)|^E[A-Z]+$/.test(code)) {
    return new AcumenError('io', `The store could not be read or written (${message}).`, 'Check the path, the free space and the disk.', data, { cause: error });
  }
  return new AcumenError('bug', `BUG: the store failed: ${message}`, 'Please report this with the details shown.', data, { cause: error });
}

function notADatabase(file: string, why: string): AcumenError {
  return new AcumenError('store-not-a-database', `The file is not an Acumen store: ${why}.`, 'Name another file with --store; this one was left as it is.', { file });
}

export function corrupt(file: string, why: string, cause?: unknown): AcumenError {
  return new AcumenError('store-corrupt', `The store is damaged (${why}).`, 'It was left as it is: put a backup in its place with `acumen restore BACKUP --force`, or move it away and import again.', { file, why }, { cause });
}

export function readOnly(file: string, cause?: unknown): AcumenError {
  return new AcumenError('store-read-only', 'The store cannot be written where it is.', 'Name a file in a writable folder with --store.', { file }, { cause });
}
