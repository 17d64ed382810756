// A new store's file: it appears whole, in the newest format, or not at all. Its bytes are those of one made in memory, so
// that creating costs one write instead of a transaction for each format.
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import type { WriteDb } from './connection.ts';
import { migrate } from './migrations/index.ts';

let image: Uint8Array | null = null;

/** Takes the bytes that another thread has made: what `newStore` answers. */
export function keepImage(bytes: Uint8Array): void { image ??= bytes; }

/** The bytes of a store in which nothing is yet. */
export function newStore(): Uint8Array<ArrayBuffer> {
  const db = new Database(':memory:') as unknown as WriteDb;
  try {
    migrate(db, ':memory:');
    const bytes = new Uint8Array(db.serialize());
    // Read and write version 2: WAL (sqlite.org/fileformat2 §1.3.3).
    bytes[18] = bytes[19] = 2;
    return bytes;
  } finally {
    db.close();
  }
}

/**
 * Makes the file unless another process is faster. False where this place needs SQLite's own way: something stands there (an
 * empty file, a link), or the file system has no second names.
 */
export function createStore(file: string): boolean {
  image ??= newStore();
  // The name that backups in the making have, so that what a kill leaves is swept away with theirs.
  const partial = `${file}.partial-${process.pid}-${randomBytes(6).toString('hex')}`;
  const handle = openSync(partial, 'wx', 0o644);
  try {
    try {
      writeSync(handle, image);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    linkSync(partial, file);
  } catch (error) {
    if (/^(EEXIST|EPERM|ENOTSUP|EOPNOTSUPP|ENOSYS|EMLINK)$/.test((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  } finally {
    rmSync(partial, { force: true });
  }
  // Windows cannot open folders, and needs not.
  if (process.platform !== 'win32') syncFolder(dirname(file));
  return true;
}

function syncFolder(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
