// The store of one workspace: one SQLite file, one writer in a worker thread, readers on the calling thread. This file is
// what the service sees of storage: the interface `Store` (sqliteStore.ts has its work), and `openStore`, which answers for opening it safely.
// What the rows mean is in views.ts, how the log is chained in log.ts, what one transaction does in write.ts.
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { AcuId, Oid } from '../../core/bytes.ts';
import type { DomainEvent, Operation, PlannedOperation, Published, SegmentKey, WorkspaceState } from '../../core/events.ts';
import { AcumenError } from '../../core/errors.ts';
import type { ConflictEdge, Grain, Segment } from '../../core/model.ts';
import type { Recorded } from '../../core/resolution/model.ts';
import type { RefMove } from '../../core/undo.ts';
import { connectReader, guarded, inspect, readOnly as unwritable, refuseNewer, writable, type ReadDb } from './connection.ts';
import { createStore } from './creation.ts';
import { checkEnd } from './log.ts';
import { isFolded, newestVersion } from './migrations/index.ts';
import type { Piece } from './piece.ts';
import { hasJournal, leaveAlone, prove, proveFile } from './proof.ts';
import { checked, SqliteStore } from './sqliteStore.ts';
import { Writer } from './writer.ts';

export { placed } from './sqliteStore.ts';

/** Where the log ends. */
export interface Head {
  /** the last operation, 0 where there is none. Counts up by one, so it serves as the store's epoch */
  readonly operation: number;
  /** last event of the last operation: the event head. Staged events after it change no state */
  readonly event: number;
  /** last event written, staged ones included */
  readonly written: number;
}

/**
 * An operation to be stored. What it says may come in pieces: those of a description follow each other, those of a command are its words. A
 * piece that operations of one call have in common is written once; where it is the same object, it costs them next to nothing.
 */
export interface NewOperation extends Omit<PlannedOperation, 'description' | 'command'> {
  readonly description: string | readonly Piece[];
  readonly command: string | readonly Piece[] | null;
}

/** Where operations stand in the log: the first, and its first event; the others follow without a gap. */
export interface LogPlace { readonly operation: number; readonly event: number }

/**
 * What an operation was planned on: a `Head.event`, or what an earlier call leaves that is not committed yet, named by the very promise
 * which that `append` answered. Refused with `store-moved` where that one was refused, or another operation came between.
 */
export type PlannedOn = number | Promise<Operation | LogPlace>;

/** One of many operations that go together. */
export interface Appended { readonly operation: NewOperation; readonly events: readonly DomainEvent[]; readonly extra?: Extra }

export interface StoredEvent {
  readonly seq: number;
  /** the operation it belongs to; null for what an import has written and not yet published */
  readonly operation: number | null;
  /** the import (seq of its `import-started`) that staged it */
  readonly draft: number | null;
  readonly event: DomainEvent;
}

/** An answer with the event that recorded it. */
export interface Answered { readonly seq: number; readonly answer: Recorded }

export interface NewBlob { readonly oid: Oid; readonly bytes: Uint8Array }

/** The engine's tables over a published state, encoded, so that the next opening need not build them from every segment. */
export interface Replica {
  /** of their form */
  readonly version: number;
  /** as `publishedKey` answers */
  readonly state: string;
  readonly bytes: Uint8Array;
}

/** What travels in the operation's own transaction beside its events. */
export interface Extra {
  /** the whole conflict graph of the new state. Left out, the stored graph stays; but see `conflictsAt` */
  readonly conflicts?: Iterable<ConflictEdge>;
  /** in place of it: the ACUs whose conflicts are others than before, and all that each of them has now */
  readonly changed?: { readonly acus: readonly AcuId[]; readonly conflicts: Iterable<ConflictEdge> };
  /** replaces the one kept; left out, it stays, and is of an older state */
  readonly replica?: Replica;
  /** blobs the new composition needs; those already stored are passed over */
  readonly blobs?: readonly NewBlob[];
}

export interface FsckReport {
  readonly ok: boolean;
  readonly problems: readonly string[];
  readonly events: number;
  readonly ms: number;
}

export interface Store {
  readonly file: string;
  readonly readOnly: boolean;

  /**
   * One operation in one transaction; resolves after COMMIT at synchronous=FULL (law 8). Operations that wait together share
   * a commit. With `on` it is refused with `store-moved` if another operation came first.
   */
  append(operation: NewOperation, events: readonly DomainEvent[], extra?: Extra, on?: PlannedOn): Promise<Operation>;

  /** Many operations, each on what the one before leaves: all of them or none. `placed` says what the log then has. */
  appendAll(operations: readonly Appended[], on?: PlannedOn): Promise<LogPlace>;

  /**
   * The same for an operation that moves a branch. The intent is committed first; then, while nobody else can write, `move` is
   * called, which answers how to take it back; then the operation is recorded. A process killed in between leaves the intent,
   * which `settleMoves` answers.
   */
  appendMoving(operation: NewOperation, events: readonly DomainEvent[], extra: Extra, expectHead: number, branch: RefMove, move: () => Promise<() => Promise<void>>): Promise<Operation>;

  /**
   * Answers every intent whose process died: a branch found where it was to be moved gets its operation, one that was not moved
   * is left at that. `found` says where it is; where it throws, nothing is settled. No process is amid a move meanwhile.
   */
  settleMoves(found: (ref: string) => Promise<Oid | null>): Promise<number>;

  /**
   * A long import in three steps: begin (with the first batch, if it is there), stage in batches (hundreds of segments each), then `append` an operation `import`
   * with the one `published` event that makes everything visible. Until then nothing is: staged segments belong to no
   * operation and no state. A killed import leaves only segments, which the next one finds by `hasSegments` or `reusable`.
   */
  beginImport(start: { readonly base: Oid; readonly grain: Grain; readonly globs: readonly string[] }, first?: readonly Segment[]): Promise<number>;
  /**
   * Answers the segments' keys, in order. Segments already stored are not stored again. `draft`: what `beginImport` answered, or the very
   * promise of the last one, so that nobody waits for it: where that is refused, so is this.
   */
  stage(draft: number | Promise<number>, segments: readonly Segment[]): Promise<SegmentKey[]>;
  /** The key a segment has or will have here: that of the form it was read in, else of its packed form, which `stage` then uses. */
  keyOf(segment: Segment): SegmentKey;
  hasSegments(keys: readonly SegmentKey[]): Promise<Set<SegmentKey>>;
  /**
   * The cursor of a resumed or refreshed import: tip → keys of the segments that were computed on this very base and grain
   * (staged by an import begun with them, or published with them now). The caller checks `lower` and contexts before reuse.
   */
  reusable(base: Oid, grain: Grain): Promise<ReadonlyMap<Oid, readonly SegmentKey[]>>;

  head(): Promise<Head>;
  state(): Promise<WorkspaceState>;
  /** The fold of all events up to and with this operation; 0 is the empty workspace. `published`: what was published then, where the caller has it: reading that is nearly all of the work. */
  stateAt(operation: number, published?: Published | null): Promise<WorkspaceState>;
  /** Whether an event after this one publishes anything. */
  isPublishedAfter(event: number): Promise<boolean>;
  /** Bodies, in the order asked. Rejects with `bug` if one is not stored. */
  segments(keys: readonly SegmentKey[]): Promise<Segment[]>;
  /** Newest first, those before operation `before` (exclusive) if given, at most `limit` (default: all). */
  operations(page?: { readonly before?: number | null; readonly limit?: number }): Promise<Operation[]>;
  /** In order, from and to inclusive. Pages through the log: no lock is held between two events. */
  events(range?: { readonly from?: number; readonly to?: number; readonly kinds?: readonly DomainEvent['kind'][] }): AsyncIterable<StoredEvent>;
  /** How conflicts were decided, as events after this one tell it, oldest first; `last`: the last of them. */
  answers(after: number): Promise<{ readonly answers: readonly Answered[]; readonly last: number }>;
  blob(oid: Oid): Promise<Uint8Array | null>;
  /** Which of these blobs are stored. */
  hasBlobs(oids: readonly Oid[]): Promise<Set<Oid>>;
  /** Names a published state: equal states have equal keys. */
  publishedKey(published: Published): string;
  /** The engine's tables of this version over the published state with this key, if those are the ones kept. */
  replica(version: number, state: string): Promise<Uint8Array | null>;
  conflicts(): AsyncIterable<ConflictEdge>;
  conflictCount(): Promise<number>;
  /** The operation the stored conflict graph belongs to (0: none). Older than the last `published`: recompute it. */
  conflictsAt(): Promise<number>;
  /** How many changes lie behind the conflict graph as it was last stored whole. */
  conflictChanges(): Promise<number>;
  /** Stores what operations have left behind for the next opening: tables, and the whole conflict graph if it is given. Refused with `store-moved` unless `operation` is the last one. */
  keep(operation: number, replica: Replica, conflicts: Iterable<ConflictEdge> | null): Promise<void>;
  /** Changes whenever any process commits to the file. Synchronous and cheap: ask before each operation. */
  dataVersion(): number;
  /** Called after operations that another process (or another Store on this file) appended. Answers how to stop listening. */
  onExternalChange(listener: (head: Head) => void): () => void;

  /** Called after each commit of this Store's, with the time it took in the writer, in milliseconds, the operations in it, and how much of the time went before the disk was waited for. Answers how to stop listening. */
  onCommitted(listener: (ms: number, operations: number, work: number) => void): () => void;

  /** Recomputes every hash, replays every event and compares every view, row by row. In a thread of its own. */
  fsck(): Promise<FsckReport>;
  /** SHA-256 of each view's rows: equal states of the log have equal digests. */
  digest(): Promise<Readonly<Record<string, string>>>;
  /** Waits for what is queued, checkpoints and closes. */
  close(): Promise<void>;
}

export interface OpenOptions {
  /** no writer; `append` and its like are refused with `store-read-only` */
  readonly readOnly?: boolean;
  /** how long to wait for another process's lock, in milliseconds */
  readonly busyMs?: number;
}

/** How long another process's lock is waited for unless told otherwise, in milliseconds. */
const BUSY_MS = 5000;
/**
 * Opens or creates the store. Rejects, without having touched the file, with `store-not-a-database`, `store-newer`,
 * `store-locked`, `store-corrupt` or `store-read-only`.
 */
export async function openStore(file: string, options: OpenOptions = {}): Promise<Store> {
  const { readOnly = false, busyMs = BUSY_MS } = options;
  const path = resolve(file);
  const found = inspect(path, newestVersion);
  if (found === 'new' && readOnly) throw absent(path);
  if (readOnly) return reading(path, busyMs);
  if (found === 'new') guarded(path, () => mkdirSync(dirname(path), { recursive: true }));
  for (const place of found === 'new' && !existsSync(path) ? [dirname(path)] : [path, dirname(path)]) if (!writable(place)) throw unwritable(path);
  // Proved here, before anything is opened for writing: what is refused stays as it is, its log too.
  const made = found === 'new' && guarded(path, () => createStore(path));
  const proved = made || (found === 'existing' && !hasJournal(path));
  if (proved && !made) proveFile(path, busyMs);
  let db = proved ? connectReader(path, busyMs) : null;
  let writer: Writer | null = null;
  try {
    const current = db !== null && versionOf(db, path) === newestVersion && guarded(path, () => isFolded(db!));
    // The thread starts while its first work is prepared; only what it must bring up to date waits for it.
    // The file that the thread is to open is the one proved here.
    const place = proved ? guarded(path, () => statSync(path, { bigint: true })) : null;
    writer = new Writer({ file: path, busyMs, proved, ...place !== null && { place: { dev: place.dev, ino: place.ino } } });
    if (db === null || !current) {
      db?.close();
      await writer.ready;
      db = connectReader(path, busyMs);
      versionOf(db, path);
    }
    guarded(path, () => checkEnd(db!, path));
    return new SqliteStore(path, busyMs, db, writer, false);
  } catch (error) {
    db?.close();
    await writer?.stop().catch(() => undefined);
    throw error;
  }
}

/** fsck of a file that may be too damaged to be opened as a store. Rejects where it is none, or none of ours to read. */
export async function fsckFile(file: string): Promise<FsckReport> {
  const path = resolve(file);
  if (inspect(path, newestVersion) === 'new') throw absent(path);
  const tidy = !existsSync(`${path}-wal`);
  const report = await checked(path, BUSY_MS);
  if (tidy && report.ok) leaveAlone(path);
  return report;
}

function absent(path: string): AcumenError {
  return new AcumenError('io', 'The store does not exist.', 'Import the repository first.', { file: path });
}

function versionOf(db: ReadDb, path: string): number {
  const version = guarded(path, () => db.pragma('user_version', { simple: true }) as number);
  refuseNewer(path, version, newestVersion);
  return version;
}

function reading(path: string, busyMs: number): Store {
  const tidy = !existsSync(`${path}-wal`);
  const db = connectReader(path, busyMs);
  try {
    const version = versionOf(db, path);
    if (version < newestVersion) throw new AcumenError('store-read-only', 'The store is of an older format and cannot be brought up to date read-only.', 'Open it for writing once.', { file: path, version });
    guarded(path, () => prove(db, path));
    return new SqliteStore(path, busyMs, db, null, tidy);
  } catch (error) {
    db.close();
    throw error;
  }
}
