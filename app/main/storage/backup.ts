// Backup and restore, whole or not at all: a copy is made under a name of its own beside its place, proved by the checks of
// fsck and by the chain's hashes against what it was copied from, synced, and only then given its name.
import { randomBytes } from 'node:crypto';
import { closeSync, copyFileSync, existsSync, fsyncSync, linkSync, lstatSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { equalBytes } from '../../core/bytes.ts';
import { AcumenError } from '../../core/errors.ts';
import { connectReader, connectWriter, corrupt, guarded, hasWal, inspect, type ReadDb } from './connection.ts';
import { hotLog, readHead, type BatchRow, type HeadRow } from './log.ts';
import { newestVersion } from './migrations/index.ts';
import { state } from './reads.ts';
import { one } from './sql.ts';
import { openStore, type Store } from './store.ts';

export interface Backup { readonly file: string; readonly operations: number; readonly events: number; readonly bytes: number }

export interface Restored {
  readonly store: string;
  readonly operations: number;
  readonly events: number;
  /** where the store that stood there is now; null where none stood */
  readonly kept: string | null;
}

export interface RestoreOptions {
  /** over a store that holds something, or one of another repository */
  readonly force?: boolean;
  /** the git directory whose store stands at `into`, where the caller knows it */
  readonly gitDir?: string | null;
}

/** How long another process's lock is waited for, in milliseconds. */
const BUSY_MS = 5000;
/** Files that SQLite keeps beside a database. */
const COMPANIONS = ['-wal', '-shm', '-journal'];

/** Copies what is committed now, while others go on writing. The store is only read. */
export async function backup(store: Store, file: string, options: { readonly force?: boolean } = {}): Promise<Backup> {
  const target = resolve(file);
  const force = options.force ?? false;
  refuseTarget(target, store.file, force);
  const copy = newPartial(target);
  try {
    const db = connectReader(store.file, BUSY_MS);
    let head: HeadRow;
    try {
      copyInto(db, copy, target);
      head = await proved(copy, store.file, 'Run `acumen fsck`; no backup was made.');
      refuseOther(db, head, store.file);
    } finally {
      db.close();
    }
    const { size: bytes } = statSync(copy);
    publish(copy, target, force);
    return { file: target, operations: head.operation, events: head.written, bytes };
  } finally {
    discard(copy);
  }
}

/** Puts a backup in a store's place. What stood there is kept beside it as `into`.before-restore. */
export async function restore(file: string, into: string, options: RestoreOptions = {}): Promise<Restored> {
  const source = resolve(file);
  const target = resolve(into);
  const { force = false, gitDir = null } = options;
  if (!existsSync(source)) throw new AcumenError('usage', `There is no backup at ${source}.`, 'Name a file that `acumen backup` wrote.', { file: source });
  if (sameFile(source, target)) throw new AcumenError('usage', 'A store cannot be restored from itself.', 'Name a backup.', { file: source });
  if (inspect(source, newestVersion) === 'new') throw corrupt(source, 'it is empty');
  guarded(target, () => mkdirSync(dirname(target), { recursive: true, mode: 0o700 }));
  const letGo = onlyRestore(target);
  const copy = newPartial(target);
  try {
    const db = connectReader(source, BUSY_MS);
    let head: HeadRow;
    try {
      copyInto(db, copy, target);
      // Opening for writing brings the copy of an older format up to date; the backup stays what it is.
      if (guarded(source, () => db.pragma('user_version', { simple: true })) !== newestVersion) await (await openStore(copy)).close();
      head = await proved(copy, source, 'Name another backup; the store was left as it is.');
      refuseOther(db, head, source);
    } finally {
      db.close();
    }
    const kept = replace(copy, target, force, gitDir);
    return { store: target, operations: head.operation, events: head.written, kept };
  } finally {
    discard(copy);
    letGo();
  }
}

/** One snapshot, however long it takes and whoever writes meanwhile. The copy has no write-ahead log of its own. */
function copyInto(db: ReadDb, copy: string, target: string): void {
  guarded(target, () => db.prepare('VACUUM INTO ?').run(copy));
}

/** The copy's head, once every hash and view of it is proved. `of`: what it is a copy of. */
async function proved(copy: string, of: string, hint: string): Promise<HeadRow> {
  const damaged = (why: string, problems: readonly string[]): AcumenError => new AcumenError('store-corrupt', `The store is damaged (${why}).`, hint, { file: of, problems });
  let store: Store;
  try {
    store = await openStore(copy, { readOnly: true });
  } catch (error) {
    if (!(error instanceof AcumenError) || error.code !== 'store-corrupt') throw error;
    const why = String(error.data['why']);
    throw damaged(why, [why]);
  }
  try {
    const { ok, problems } = await store.fsck();
    if (!ok) throw damaged(problems[0]!, problems);
  } finally {
    await store.close();
  }
  return reading(copy, readHead);
}

/** The chain makes the last hash stand for everything before it. A log of an older format, whose own chain was proved as it was brought to this one, is as long. */
function refuseOther(db: ReadDb, head: HeadRow, file: string): void {
  const older = guarded(file, () => db.pragma('user_version', { simple: true }) as number) < newestVersion;
  const last = older ? undefined : one<BatchRow>(db, hotLog.batchOf, head.written);
  const old = older ? one<{ operation: number; written: number }>(db, 'SELECT operation, written FROM head') : undefined;
  const same = older ? old?.operation === head.operation && old.written === head.written
    : head.written === 0 || (last !== undefined && last.first + last.events - 1 === head.written && equalBytes(last.hash, head.hash));
  if (!same) throw corrupt(file, 'its copy has another log');
}

function reading<T>(file: string, query: (db: ReadDb) => T): T {
  const db = connectReader(file, BUSY_MS);
  try {
    return guarded(file, () => query(db));
  } finally {
    db.close();
  }
}

function refuseTarget(target: string, store: string, force: boolean): void {
  if (sameFile(target, store)) throw new AcumenError('usage', 'A store cannot be its own backup.', 'Name another file.', { file: target });
  const found = guarded(target, () => lstatSync(target, { throwIfNoEntry: false }));
  if (found !== undefined && !found.isFile()) throw new AcumenError('usage', `${target} is not a plain file.`, 'Name another file.', { file: target });
  if (found !== undefined && !force) throw taken(target);
  // SQLite would apply the log of what stood there to what comes.
  if (hasWal(target)) throw new AcumenError('store-locked', `${target} has a write-ahead log: somebody uses it as a store.`, 'Name another file.', { file: target });
}

function taken(file: string): AcumenError {
  return new AcumenError('usage', `${file} is there already.`, 'Name another file, or use --force to replace it.', { file });
}

/**
 * One restore at a time for each target, also where what stands there is too damaged for SQLite to lock: it locks an empty file
 * beside it instead, and lets go when its process dies.
 */
function onlyRestore(target: string): () => void {
  const path = `${target}.restoring`;
  const number = (): bigint | undefined => statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
  for (;;) {
    guarded(target, () => closeSync(openSync(path, 'a')));
    const before = number();
    const db = guarded(target, () => new Database(path, { timeout: 0 }));
    try {
      const opened = number();
      guarded(target, () => db.exec('BEGIN EXCLUSIVE'));
      // Else the one before us took the file away while we opened it, and another may stand there by now.
      if (before !== undefined && before === opened && opened === number()) {
        return () => {
          rmSync(path, { force: true });
          db.close();
        };
      }
    } catch (error) {
      db.close();
      if ((error as { code?: unknown }).code !== 'store-locked') throw error;
      throw new AcumenError('store-locked', 'Another restore of this store is under way.', 'Wait for it or end it, then try again.', { file: target }, { cause: error });
    }
    db.close();
  }
}

/** Answers where the old store is kept. */
function replace(copy: string, target: string, force: boolean, gitDir: string | null): string | null {
  const ours = reading(copy, (db) => state(db).gitDir);
  const empty = (statSync(target, { throwIfNoEntry: false })?.size ?? 0) === 0 && !hasWal(target);
  const refuse = (theirs: string | null): void => {
    if (force || ours === null || theirs === null || theirs === ours) return;
    throw new AcumenError('store-other-repository', `The backup is of ${ours}, the store of ${theirs}.`, 'Name the store it belongs to with --store, or use --force.', { store: target, gitDir: theirs, backup: ours });
  };
  refuse(gitDir);
  if (empty && !existsSync(target)) {
    for (const companion of COMPANIONS) rmSync(target + companion, { force: true });
    publish(copy, target, false);
    return null;
  }
  const release = empty ? () => {} : lockOut(target, (db) => {
    refuse(state(db).gitDir);
    if (!force && readHead(db).written > 0) throw taken(target);
  }, force);
  try {
    const kept = empty ? null : keep(target);
    publish(copy, target, true);
    return kept;
  } finally {
    release();
  }
}

/**
 * Nobody else has the store open from here until the answer is called. Leaving WAL needs exactly that, and folds the log into
 * the file: what is kept is one file, and a process that opened it just before finds it moved (SQLITE_READONLY_DBMOVED) when
 * it goes back to WAL, rather than writing where nobody will look.
 */
function lockOut(target: string, allowed: (db: ReadDb) => void, force: boolean): () => void {
  let db;
  try {
    // By hand first: SQLite takes a file that begins as no database for an empty one, and drops its log.
    inspect(target, newestVersion);
    db = connectWriter(target, BUSY_MS);
    const open = db;
    guarded(target, () => {
      allowed(open);
      const mode = open.pragma('journal_mode = DELETE', { simple: true });
      if (mode !== 'delete') throw new AcumenError('store-locked', 'Another process has the store open.', 'End it, then try again.', { file: target });
      open.pragma('locking_mode = EXCLUSIVE');
      open.exec('BEGIN EXCLUSIVE');
    });
    return () => open.close();
  } catch (error) {
    db?.close();
    // Too damaged for SQLite is what restoring is for. Who has it open from before finds at the next commit that it was replaced.
    const damaged = error instanceof AcumenError && ['store-corrupt', 'store-not-a-database', 'bug'].includes(error.code);
    if (!damaged) throw error;
    if (!force) throw taken(target);
    return () => {};
  }
}

/** A second name for the old store, so that at no moment there is none under the first. */
function keep(target: string): string {
  let kept = `${target}.before-restore`;
  // One left by a restore killed between its two steps is this very file.
  for (let n = 2; existsSync(kept) && !sameFile(kept, target); n++) kept = `${target}.before-restore-${n}`;
  if (!existsSync(kept)) name(target, kept);
  for (const companion of COMPANIONS) {
    if (!existsSync(target + companion)) continue;
    // Only a store too damaged to be folded still has any.
    if (companion !== '-shm') copyFileSync(target + companion, kept + companion);
    rmSync(target + companion);
  }
  return kept;
}

function name(file: string, also: string): void {
  try {
    linkSync(file, also);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    // A file system without hard links.
    copyFileSync(file, also);
    sync(also);
  }
}

/** Gives a finished copy its name, durably. */
function publish(copy: string, target: string, over: boolean): void {
  guarded(target, () => {
    sync(copy);
    if (over) renameSync(copy, target);
    else {
      try {
        linkSync(copy, target);
      } catch (error) {
        if (existsSync(target)) throw taken(target);
        if (!/^(EPERM|ENOTSUP|EOPNOTSUPP|ENOSYS)$/.test((error as NodeJS.ErrnoException).code ?? '')) throw error;
        renameSync(copy, target);
      }
    }
    // Windows cannot open folders, and needs not.
    if (process.platform !== 'win32') sync(dirname(target));
  });
}

function sync(path: string): void {
  const handle = openSync(path, process.platform === 'win32' ? 'r+' : 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Copies in the making in this process. */
const partials = new Set<string>();

/** A name beside the target, hence on its disk. Removes what killed processes left of theirs. */
function newPartial(target: string): string {
  const prefix = `${basename(target)}.partial-`;
  guarded(target, () => {
    for (const found of readdirSync(dirname(target))) {
      const pid = found.startsWith(prefix) ? Number(/^\d+(?=-)/.exec(found.slice(prefix.length))?.[0] ?? NaN) : NaN;
      const path = join(dirname(target), found);
      const ours = [...partials].some((partial) => path.startsWith(partial));
      if (!Number.isNaN(pid) && !ours && (pid === process.pid || !alive(pid))) rmSync(path, { force: true });
    }
  });
  const partial = `${target}.partial-${process.pid}-${randomBytes(6).toString('hex')}`;
  partials.add(partial);
  return partial;
}

function discard(partial: string): void {
  for (const companion of ['', ...COMPANIONS]) rmSync(partial + companion, { force: true });
  partials.delete(partial);
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function sameFile(a: string, b: string): boolean {
  const [one, other] = [statSync(a, { throwIfNoEntry: false }), statSync(b, { throwIfNoEntry: false })];
  return one !== undefined && other !== undefined && one.dev === other.dev && one.ino === other.ino;
}
