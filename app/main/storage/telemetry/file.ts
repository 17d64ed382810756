// FILE.telemetry: what the engine's processes leave of their figures and telemetry events, beside the store and never needed by it.
// It may be deleted at any time, and lose its last seconds with the power: a damaged one is replaced. Several processes write to it.
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { AcumenError } from '../../../core/errors.ts';
import { type WriteDb, guarded, storeError } from '../connection.ts';
import { inTransaction, one, run } from '../sql.ts';

/** 'ACUT' (sqlite.org/fileformat2, offset 68) */
const APPLICATION_ID = 0x41435554;
/** A file of an older format is replaced, one of a newer format left alone. */
const VERSION = 1;
/** How long another process's lock is waited for, in milliseconds: once while it is opened; afterwards nobody's answer may hang on telemetry. */
const OPENING_MS = 2000, BUSY_MS = 50;
/** Bytes to which the WAL is cut back after a checkpoint. */
const WAL_LIMIT = 4 << 20;

/**
 * `writers`: processes. `series`: numbers of metric and label, never reused. `rolls`: one row for one step (1, 60, 3600 seconds) of one
 * process, `at` its end in seconds since the epoch; `body` of rollups.ts. `moments`: what has no series (workers, breakers, alerts), as
 * of `at`, too. `segments`: the telemetry log (segments.ts); times in milliseconds, `kinds` a bit for each kind that is in it.
 * `kept`: small things by name (baselines, checkpoints, settings of alerts).
 */
const SCHEMA = `
  CREATE TABLE writers (id INTEGER PRIMARY KEY, pid INTEGER NOT NULL, what TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL) STRICT;
  CREATE TABLE series (id INTEGER PRIMARY KEY, metric TEXT NOT NULL, label TEXT NOT NULL, UNIQUE (metric, label)) STRICT;
  CREATE TABLE rolls (step INTEGER NOT NULL, at INTEGER NOT NULL, writer INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (step, at, writer)) STRICT, WITHOUT ROWID;
  CREATE TABLE moments (step INTEGER NOT NULL, at INTEGER NOT NULL, writer INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (step, at, writer)) STRICT, WITHOUT ROWID;
  CREATE TABLE segments (writer INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, from_at INTEGER NOT NULL, to_at INTEGER NOT NULL, kinds INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (writer, first)) STRICT;
  CREATE INDEX segments_by_time ON segments (to_at);
  CREATE TABLE kept (name TEXT PRIMARY KEY, at INTEGER NOT NULL, body BLOB NOT NULL) STRICT, WITHOUT ROWID;
`;

export interface TelemetryOptions {
  /** who writes, for a person: `serve`, `import` … ; left out: nobody writes, and what is not there is not made */
  readonly writer?: string;
  /** milliseconds since the epoch */
  readonly now?: () => number;
}

export function telemetryPath(store: string): string { return `${resolve(store)}.telemetry`; }

export class TelemetryFile {
  readonly path: string;
  /** number of this process in `writers`; 0 where it only reads */
  readonly writer: number;
  readonly #db: WriteDb;
  readonly #readOnly: boolean;
  readonly #ino: bigint | null;

  /** Null where nobody wrote any and nobody wants to write. `':memory:'`: a private one that goes with the process. */
  static open(path: string, options: TelemetryOptions & { readonly writer: string }): TelemetryFile;
  static open(path: string, options?: TelemetryOptions): TelemetryFile | null;
  static open(path: string, options: TelemetryOptions = {}): TelemetryFile | null {
    const inMemory = path === ':memory:';
    if (options.writer === undefined) return existsSync(path) ? new TelemetryFile(path, guarded(path, () => connect(path, true)), options) : null;
    if (!inMemory) guarded(path, () => mkdirSync(dirname(path), { recursive: true }));
    try {
      return new TelemetryFile(path, prepared(path), options);
    } catch (error) {
      const known = storeError(error, path);
      if (known.code !== 'store-corrupt' || inMemory) throw known;
      remove(path);
      return new TelemetryFile(path, guarded(path, () => prepared(path)), options);
    }
  }

  private constructor(path: string, db: WriteDb, { writer, now = Date.now }: TelemetryOptions) {
    this.path = path;
    this.#db = db;
    this.#readOnly = writer === undefined;
    this.#ino = path === ':memory:' ? null : statSync(path, { bigint: true }).ino;
    this.writer = writer === undefined ? 0 : guarded(path, () => {
      run(db, 'INSERT INTO writers (pid, what, since, until) VALUES (?, ?, ?, ?)', process.pid, writer, now(), now());
      return one<{ id: number }>(db, 'SELECT last_insert_rowid() AS id')!.id;
    });
  }

  /** For the files of this folder alone. */
  get db(): WriteDb { return this.#db; }
  get readOnly(): boolean { return this.#readOnly; }

  /** Whether it is still the file of this name: people may delete it while we write. */
  get isInPlace(): boolean {
    return this.#ino === null || statSync(this.path, { bigint: true, throwIfNoEntry: false })?.ino === this.#ino;
  }

  /** One transaction. `false` where another process held the file: nothing was written, and it may be tried again. */
  write(action: () => void): boolean {
    try {
      inTransaction(this.#db, action);
      return true;
    } catch (error) {
      const known = storeError(error, this.path);
      if (known.code === 'store-locked') return false;
      throw known;
    }
  }

  read<T>(action: () => T): T { return guarded(this.path, action); }

  /** Bytes of the file, its log not counted. */
  get bytes(): number { return this.#ino === null ? 0 : statSync(this.path, { throwIfNoEntry: false })?.size ?? 0; }
  /** Bytes of pages in use: what retention has freed is used again. */
  get used(): number {
    const pages = this.#db.pragma('page_count', { simple: true }) as number, free = this.#db.pragma('freelist_count', { simple: true }) as number;
    return (pages - free) * (this.#db.pragma('page_size', { simple: true }) as number);
  }

  keep(name: string, at: number, body: Uint8Array): boolean {
    return this.write(() => { run(this.#db, 'INSERT OR REPLACE INTO kept (name, at, body) VALUES (?, ?, ?)', name, at, body); });
  }
  forget(name: string): boolean { return this.write(() => { run(this.#db, 'DELETE FROM kept WHERE name = ?', name); }); }
  kept(name: string): { readonly at: number; readonly body: Uint8Array } | null {
    return this.read(() => one<{ at: number; body: Uint8Array }>(this.#db, 'SELECT at, body FROM kept WHERE name = ?', name) ?? null);
  }
  /** Names that begin so. */
  keptNames(prefix: string): string[] {
    return this.read(() => (this.#db.prepare('SELECT name FROM kept WHERE name >= ? AND name < ? ORDER BY name').all(prefix, `${prefix}\u{10FFFF}`) as { name: string }[]).map(({ name }) => name));
  }

  close(): void { this.#db.close(); }
}

function connect(path: string, readonly: boolean): WriteDb {
  const db = new Database(path, { readonly, fileMustExist: readonly, timeout: readonly ? BUSY_MS : OPENING_MS }) as unknown as WriteDb;
  try {
    const version = db.pragma('user_version', { simple: true }) as number;
    const isOurs = (db.pragma('application_id', { simple: true }) as number) === APPLICATION_ID;
    if (!isOurs && (version !== 0 || tables(db) > 0)) throw new AcumenError('store-not-a-database', 'The file of telemetry is the database of another program.', 'Move it away; this one was left as it is.', { file: path });
    if (version > VERSION) throw new AcumenError('store-newer', 'The telemetry was written by a newer Acumen.', 'Update Acumen, or delete the file.', { file: path, version });
    if (readonly && version < VERSION) throw new AcumenError('store-corrupt', 'The telemetry is of an older format.', 'Delete the file: it is made anew.', { file: path, version });
    db.pragma('synchronous = OFF');
    db.pragma('trusted_schema = OFF');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Open for writing, in the newest format. */
function prepared(path: string): WriteDb {
  const db = connect(path, false);
  try {
    if (path !== ':memory:') {
      db.pragma('journal_mode = WAL');
      db.pragma(`journal_size_limit = ${WAL_LIMIT}`);
      db.pragma('synchronous = OFF');
    }
    const isMade = (): boolean => (db.pragma('user_version', { simple: true }) as number) === VERSION;
    if (!isMade()) inTransaction(db, () => {
      if (isMade()) return;
      if (tables(db) > 0) throw new AcumenError('store-corrupt', 'The telemetry is of an older format.', 'Delete the file: it is made anew.', { file: path });
      db.exec(SCHEMA);
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.pragma(`user_version = ${VERSION}`);
    });
    db.pragma(`busy_timeout = ${BUSY_MS}`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function tables(db: WriteDb): number { return one<{ n: number }>(db, 'SELECT count(*) AS n FROM sqlite_schema')!.n; }

function remove(path: string): void { for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true }); }
