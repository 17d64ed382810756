// The store of one workspace: one SQLite file, one writer in a worker thread, readers on the calling thread. This file is
// what the service sees of storage: the interface `Store`, and `openStore`, which answers for opening it safely.
// What the rows mean is in views.ts, how the log is chained in log.ts, what one transaction does in write.ts.
import type { Oid } from '../../core/bytes.ts';
import type { DomainEvent, Operation, OperationKind, SegmentKey, WorkspaceState } from '../../core/events.ts';
import type { Conflict, Grain, Segment } from '../../core/model.ts';

/** Where the log ends. */
export interface Head {
  /** the last operation, 0 where there is none. Counts up by one, so it serves as the store's epoch */
  readonly operation: number;
  /** last event of the last operation: the event head. Staged events after it change no state */
  readonly event: number;
  /** last event written, staged ones included */
  readonly written: number;
}

export interface NewOperation {
  readonly kind: OperationKind;
  readonly description: string;
  readonly command: string | null;
  readonly target: number | null;
  /** milliseconds since the epoch */
  readonly time: number;
}

export interface StoredEvent {
  readonly seq: number;
  /** the operation it belongs to; null for what an import has written and not yet published */
  readonly operation: number | null;
  /** the import (seq of its `import-started`) that staged it */
  readonly draft: number | null;
  readonly event: DomainEvent;
}

export interface NewBlob { readonly oid: Oid; readonly bytes: Uint8Array }

/** What travels in the operation's own transaction beside its events. */
export interface Extra {
  /** the whole conflict graph of the new state. Left out, the stored graph stays; but see `conflictsAt` */
  readonly conflicts?: readonly Conflict[];
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
   * a commit. With `expectHead` (a `Head.event`) it is refused with `store-moved` if another operation came first.
   */
  append(operation: NewOperation, events: readonly DomainEvent[], extra?: Extra, expectHead?: number): Promise<Operation>;

  /**
   * A long import in three steps: begin, stage in batches (hundreds of segments each), then `append` an operation `import`
   * with the one `published` event that makes everything visible. Until then nothing is: staged segments belong to no
   * operation and no state. A killed import leaves only segments, which the next one finds by `hasSegments` or `reusable`.
   */
  beginImport(start: { readonly base: Oid; readonly grain: Grain; readonly globs: readonly string[] }): Promise<number>;
  /** Answers the segments' keys, in order. Segments already stored are not stored again. */
  stage(draft: number, segments: readonly Segment[]): Promise<SegmentKey[]>;
  hasSegments(keys: readonly SegmentKey[]): Promise<Set<SegmentKey>>;
  /**
   * The cursor of a resumed or refreshed import: tip → keys of the segments that were computed on this very base and grain
   * (staged by an import begun with them, or published with them now). The caller checks `lower` and contexts before reuse.
   */
  reusable(base: Oid, grain: Grain): Promise<ReadonlyMap<Oid, readonly SegmentKey[]>>;

  head(): Promise<Head>;
  state(): Promise<WorkspaceState>;
  /** The fold of all events up to and with this operation; 0 is the empty workspace. */
  stateAt(operation: number): Promise<WorkspaceState>;
  /** Bodies, in the order asked. Rejects with `bug` if one is not stored. */
  segments(keys: readonly SegmentKey[]): Promise<Segment[]>;
  /** Newest first, those before operation `before` (exclusive) if given, at most `limit` (default: all). */
  operations(page?: { readonly before?: number | null; readonly limit?: number }): Promise<Operation[]>;
  /** In order, from and to inclusive. Pages through the log: no lock is held between two events. */
  events(range?: { readonly from?: number; readonly to?: number; readonly kinds?: readonly DomainEvent['kind'][] }): AsyncIterable<StoredEvent>;
  blob(oid: Oid): Promise<Uint8Array | null>;
  /** Which of these blobs are stored. */
  hasBlobs(oids: readonly Oid[]): Promise<Set<Oid>>;
  conflicts(): AsyncIterable<Conflict>;
  conflictCount(): Promise<number>;
  /** The operation the stored conflict graph belongs to (0: none). Older than the last `published`: recompute it. */
  conflictsAt(): Promise<number>;
  /** Changes whenever any process commits to the file. Synchronous and cheap: ask before each operation. */
  dataVersion(): number;
  /** Called after operations that another process (or another Store on this file) appended. Answers how to stop listening. */
  onExternalChange(listener: (head: Head) => void): () => void;

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

/**
 * Opens or creates the store. Rejects, without having touched the file, with `store-not-a-database`, `store-newer`,
 * `store-locked`, `store-corrupt` or `store-read-only`.
 */
export declare function openStore(file: string, options?: OpenOptions): Promise<Store>;
