// What the calls of one commit do inside the writer's transaction. Pure SQL over a WriteDb: threads, queue and commit are the worker's.
// Their frames become one batch of the log under one hash, and a row that many of them change is written once, when all have come.
import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import type { Oid } from '../../core/bytes.ts';
import { AcumenError, bug } from '../../core/errors.ts';
import type { DomainEvent, SegmentKey } from '../../core/events.ts';
import { unpackHead, type SegmentHead } from '../../core/segmentKey.ts';
import type { WriteDb } from './connection.ts';
import type { PackedConflicts } from './conflictPages.ts';
import { Cursor } from './cursor.ts';
import { codeOf, Encoder, maskOf } from './frames.ts';
import { chained, eventAt, putBatch, readHead, segmentKeyOf, unsettled, type HeadRow } from './log.ts';
import type { AppendRequest, Settled } from './protocol.ts';
import { one, run } from './sql.ts';
import type { Head, LogPlace, NewBlob, Replica } from './store.ts';
import { Graph, putReplica, Views, type GraphRow } from './views.ts';

/** Bytes of one batch at about most: what reading one event of it costs. */
const BATCH = 1 << 20;

/** Where a group stood before one of its calls. */
interface Before { readonly head: HeadRow; readonly frames: number; readonly bytes: number; readonly kinds: number; readonly graph: GraphRow | null }
interface Body { readonly bytes: Uint8Array; readonly key: SegmentKey; readonly head: SegmentHead }
const SEGMENT_ADDED = codeOf['segment-added'];
const COMPOSING = maskOf('composition-changed', 'composition-edited');
const none = (): number => 0;

/** The calls of one commit. */
export class Group {
  readonly #db: WriteDb;
  readonly #views: Views;
  readonly #graph: Graph;
  readonly #encoder = new Encoder();
  /** of the log as it is written */
  #stored: HeadRow;
  /** of the log with what waits */
  #head: HeadRow;
  #frames: Uint8Array[] = [];
  #bytes = 0;
  #kinds = 0;

  constructor(db: WriteDb) {
    this.#db = db;
    this.#views = new Views(db);
    this.#graph = new Graph(db);
    this.#head = this.#stored = readHead(db);
  }

  get head(): Head {
    const { operation, event, written } = this.#head;
    return { operation, event, written };
  }

  /** Whether a call touches nothing of the file before `flush`: then it needs no savepoint. */
  static isLight(request: AppendRequest): boolean { return (request.kinds & ~COMPOSING) === 0 && request.extras.length === 0; }

  get before(): Before { return { head: this.#head, frames: this.#frames.length, bytes: this.#bytes, kinds: this.#kinds, graph: this.#graph.row }; }

  /** After a call that failed: what the file holds has been rolled back by whoever asks. */
  restore(before: Before): void {
    this.#graph.restore(before.graph);
    this.#views.drop();
    this.#encoder.cut(0);
    this.#frames.length = before.frames;
    this.#bytes = before.bytes;
    this.#kinds = before.kinds;
    this.#head = before.head;
    for (let place: Pick<HeadRow, 'written' | 'operation'> = this.#stored, n = 0; n < before.frames; n++) {
      const cursor = new Cursor(this.#frames[n]!, place.written, place.operation);
      while (cursor.next()) if ((1 << cursor.code & COMPOSING) !== 0) this.#views.compose(cursor);
      place = { written: cursor.seq, operation: cursor.lastOperation };
    }
  }

  expectHead(expected: number | null): void {
    const found = this.#head.event;
    if (expected !== null && expected !== found) throw new AcumenError('store-moved', 'Another process changed the workspace meanwhile.', 'Read the new state and try again.', { expected, found });
  }

  append({ bytes, bodies, extras }: AppendRequest): LogPlace {
    const db = this.#db, first = { operation: this.#head.operation + 1, event: this.#head.written + 1 };
    for (const { blobs } of extras) for (const blob of blobs) putBlob(db, blob);
    this.#take(bytes, bodies.map((body) => this.#body(body)));
    for (const { at, conflicts, replica } of extras) {
      if (conflicts !== null) this.#graph.put(first.operation + at, conflicts);
      if (replica !== null) putReplica(db, replica);
    }
    return first;
  }

  /** Folds a frame into the views and lets it wait for its batch. `bodies`: of the segments that it adds, in order. */
  #take(bytes: Uint8Array, bodies: readonly Body[] = []): void {
    const { written, operation } = this.#head, cursor = new Cursor(bytes, written, operation);
    for (let next = 0; cursor.next();) this.#views.apply(cursor, cursor.code === SEGMENT_ADDED ? this.#put(cursor, bodies[next++]!) : null);
    if (cursor.seq === written) throw bug('a frame without events');
    this.#frames.push(bytes);
    this.#bytes += bytes.length;
    this.#kinds |= cursor.mask;
    this.#head = { ...this.#head, written: cursor.seq, operation: cursor.lastOperation, ...cursor.lastEvent > 0 && { event: cursor.lastEvent } };
  }

  #body(bytes: Uint8Array): Body { return { bytes, key: segmentKeyOf(bytes), head: unpackHead(bytes) }; }
  #isStored(key: SegmentKey): boolean { return one(this.#db, 'SELECT 1 FROM segment WHERE key = ?', key) !== undefined; }

  /** Null where the segment is stored already. */
  #put(cursor: Cursor, body: Body): SegmentHead | null {
    cursor.fillKey(body.key);
    if (this.#isStored(body.key)) return null;
    run(this.#db, 'INSERT INTO body(event, bytes) VALUES (?, ?)', cursor.seq, body.bytes);
    return body.head;
  }

  beginImport(start: Omit<Extract<DomainEvent, { kind: 'import-started' }>, 'kind'>, first: readonly Uint8Array[]): number {
    this.#staged(null, [{ kind: 'import-started', ...start }]);
    const draft = this.#head.written;
    this.#stage(draft, first);
    return draft;
  }

  /** `packed`: stored forms. Those known already are passed over. `isBegun`: the caller saw this import begin, in this very commit perhaps. */
  stage(draft: number, packed: readonly Uint8Array[], isBegun: boolean): SegmentKey[] {
    if (!isBegun && eventAt(this.#db, draft)?.code !== codeOf['import-started']) throw bug('segments staged under no import', { draft });
    return this.#stage(draft, packed);
  }

  #stage(draft: number, packed: readonly Uint8Array[]): SegmentKey[] {
    const keys = packed.map(segmentKeyOf), fresh = new Map<SegmentKey, Body>();
    keys.forEach((key, i) => { if (!fresh.has(key) && !this.#isStored(key)) fresh.set(key, { bytes: packed[i]!, key, head: unpackHead(packed[i]!) }); });
    if (fresh.size === 0) return keys;
    this.#encoder.staged(draft);
    for (const { head } of fresh.values()) this.#encoder.segment(head.acu);
    this.#take(this.#encoder.take(), [...fresh.values()]);
    return keys;
  }

  #staged(draft: number | null, events: readonly DomainEvent[]): void {
    this.#encoder.staged(draft);
    for (const event of events) this.#encoder.event(event, none);
    this.#take(this.#encoder.take());
  }

  /** The intent of a branch to be moved. Answers its number. */
  intend(request: { readonly moving: DomainEvent; readonly blobs: readonly NewBlob[]; readonly expectHead: number }): number {
    this.expectHead(request.expectHead);
    for (const blob of request.blobs) putBlob(this.#db, blob);
    this.#staged(null, [request.moving]);
    return this.#head.written;
  }

  settle(request: AppendRequest | null, settled: readonly Settled[]): LogPlace | null {
    const done = request === null ? null : this.append(request);
    if (settled.length > 0) this.#staged(null, settled.map((one) => ({ kind: 'branch-settled', ...one })));
    return done;
  }

  /** What is computed of a state, kept beside it by nobody's operation. */
  keep({ operation, replica, conflicts }: { readonly operation: number; readonly replica: Replica; readonly conflicts: PackedConflicts | null }): null {
    const found = this.#head.operation;
    if (found !== operation) throw new AcumenError('store-moved', 'Another process changed the workspace meanwhile.', 'Read the new state and try again.', { expected: operation, found });
    putReplica(this.#db, replica);
    if (conflicts !== null) this.#graph.put(operation, conflicts);
    return null;
  }

  /** Between two calls: what waits is written where it is enough for a batch. */
  turn(): void { if (this.#bytes >= BATCH) this.#write(); }

  /** Writes the rest, views and head. */
  flush(): void {
    this.#write();
    this.#graph.flush();
  }

  #write(): void {
    const { operation, event, written } = this.#head, stored = this.#stored;
    if (written === stored.written) return;
    const bytes = this.#frames.length === 1 ? this.#frames[0]! : Buffer.concat(this.#frames, this.#bytes);
    const { batch, after } = chained(stored, bytes, { events: written - stored.written, operations: operation - stored.operation, kinds: this.#kinds });
    putBatch(this.#db, batch);
    this.#views.flush();
    run(this.#db, 'UPDATE head SET operation = ?, event = ?, written = ?, hash = ?', operation, event, written, after.hash);
    this.#head = this.#stored = { operation, event, written, hash: after.hash };
    this.#frames = [];
    this.#bytes = this.#kinds = 0;
  }
}

/** While the write lock is held: nothing came between, and nobody settled this intent, taking its process for dead. */
export function holdFor(db: WriteDb, moving: number | null, expected: number | null): void {
  new Group(db).expectHead(expected);
  if (moving !== null && !unsettled(db).some(({ seq }) => seq === moving)) throw new AcumenError('store-moved', 'Another process settled this move.', 'Read the new state and try again.', { moving });
}

/** A blob is kept compressed where that saves at least an eighth; below this many bytes it never pays. */
const SMALL = 128;

function putBlob(db: WriteDb, { oid, bytes }: NewBlob): void {
  if (one(db, 'SELECT 1 FROM blob WHERE oid = ?', oid) !== undefined) return;
  if (blobOid(bytes, oid.length) !== oid) throw bug('a blob does not have its object id', { oid });
  const small = bytes.length < SMALL ? null : deflateSync(bytes, { level: 6 });
  const pays = small !== null && small.length <= bytes.length - bytes.length / 8;
  run(db, 'INSERT INTO blob(oid, size, coding, bytes) VALUES (?, ?, ?, ?)', oid, bytes.length, pays ? 1 : 0, pays ? small : bytes);
}

/** git's object id of a blob: the hash (SHA-1, or SHA-256 for 64 digits) of "blob SIZE\0" and the content. */
export function blobOid(bytes: Uint8Array, digits: number): Oid {
  return createHash(digits === 64 ? 'sha256' : 'sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex') as Oid;
}
