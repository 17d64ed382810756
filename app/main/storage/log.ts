// The log: batches of operations and events, a row for each commit, and what is found in it. Each batch's hash covers the hash before
// it, so that a change, a gap or a swap shows in everything after it, and the head row shows a cut tail. (No key is involved: the chain
// finds accidents and clumsy hands, not someone who recomputes it all.) What a batch's bytes say is frames.ts's.
import { createHash, hash as hashOf } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { AcuId } from '../../core/bytes.ts';
import { equalBytes } from '../../core/bytes.ts';
import { AcumenError, bug } from '../../core/errors.ts';
import type { DomainEvent, Operation, Published, SegmentKey } from '../../core/events.ts';
import { pack } from '../../core/segmentKey.ts';
import { corrupt, type ReadDb, type WriteDb } from './connection.ts';
import { Cursor } from './cursor.ts';
import { maskOf } from './frames.ts';
import { each, one, run } from './sql.ts';

/** Where a batch stands. `operation`: the last one before it. */
export interface BatchPlace { readonly first: number; readonly events: number; readonly operation: number; readonly operations: number; readonly kinds: number }
/** `bytes`: packed by zstd where they are not as many as `size` says. */
export interface BatchRow extends BatchPlace { readonly size: number; readonly hash: Uint8Array; readonly bytes: Uint8Array }

export interface HeadRow { readonly operation: number; readonly event: number; readonly written: number; readonly hash: Uint8Array }

export function sha256(...parts: readonly (Uint8Array | string)[]): Uint8Array<ArrayBuffer> {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

const publishedKeys = new WeakMap<Published, string>();

/** Names a published state: SHA-256 of the event that publishes it, in hex. */
export function publishedKey(published: Published): string {
  let key = publishedKeys.get(published);
  if (key === undefined) publishedKeys.set(published, (key = segmentKeyOf(pack({ published }))));
  return key;
}

/** As core's keyOfPacked, by Node's faster SHA-256. */
export function segmentKeyOf(payload: Uint8Array): SegmentKey {
  return hashOf('sha256', payload);
}

export const HEAD = 'SELECT operation, event, written, hash FROM head';

export function readHead(db: ReadDb): HeadRow {
  const head = one<HeadRow>(db, HEAD);
  if (head === undefined) throw bug('the store has no head row');
  return head;
}

/** SHA-256 over the hash before, where it stands and what it has, and its bytes. */
export function batchHash(before: Uint8Array, { first, events, operation, operations, kinds, size }: Omit<BatchRow, 'hash' | 'bytes'>, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return sha256(before, `${first} ${events} ${operation} ${operations} ${kinds} ${size} ${bytes.length}\n`, bytes);
}

/**
 * Batches of so many bytes and more are packed where that saves an eighth, if their events take so many each: what is published, and sentences. Those
 * of a composition's edits take twenty: a third less of that costs the writer and each reader a quarter of all they do for them.
 */
const PACKED = 1 << 12, SPARSE = 64;
const fast = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
/** Not every runtime has it; one that has not writes batches as they are. */
const hasZstd = typeof zstdCompressSync === 'function';

function packedBatch(bytes: Uint8Array, events: number): Uint8Array {
  if (bytes.length < Math.max(PACKED, SPARSE * events) || !hasZstd) return bytes;
  const small = zstdCompressSync(bytes, fast);
  return small.length <= bytes.length - bytes.length / 8 ? small : bytes;
}

function unpackedBatch({ size, bytes }: BatchRow): Uint8Array {
  if (bytes.length === size) return bytes;
  if (!hasZstd) throw new AcumenError('store-newer', 'The store holds packed batches, which this runtime cannot read.', 'Open it with a newer runtime.', { size });
  const whole = zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, size) });
  if (whole.length !== size) throw bug('a batch of the log is of another size than it says');
  return whole;
}

interface End { readonly written: number; readonly operation: number; readonly hash: Uint8Array<ArrayBuffer> }

/** The next batch, and the end of the log behind it. */
export function chained(before: Omit<HeadRow, 'event'>, frames: Uint8Array, { events, operations, kinds }: Pick<BatchPlace, 'events' | 'operations' | 'kinds'>): { readonly batch: BatchRow; readonly after: End } {
  const place = { first: before.written + 1, events, operation: before.operation, operations, kinds, size: frames.length }, bytes = packedBatch(frames, events);
  const hash = batchHash(before.hash, place, bytes);
  return { batch: { ...place, hash, bytes }, after: { written: before.written + events, operation: before.operation + operations, hash } };
}

export function putBatch(db: WriteDb, { first, events, operation, operations, kinds, size, hash, bytes }: BatchRow): void {
  run(db, 'INSERT INTO batch(first, events, operation, operations, kinds, size, hash, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?)', first, events, operation, operations, kinds, size, hash, bytes);
}

/**
 * A glance at the end of the log, cheap enough for every opening: the last batch and the head agree. The rest is for fsck.
 * One snapshot: another process may commit between any two reads.
 */
export function checkEnd(db: ReadDb, file: string): void {
  const { head, last } = db.transaction(() => ({
    head: readHead(db),
    last: one<BatchPlace & { hash: Uint8Array }>(db, 'SELECT first, events, operation, operations, kinds, hash FROM batch ORDER BY first DESC LIMIT 1'),
  })).deferred();
  const same = last === undefined ? head.written === 0 && head.operation === 0
    : head.written === last.first + last.events - 1 && head.operation === last.operation + last.operations && equalBytes(last.hash, head.hash);
  if (!same) throw corrupt(file, 'the log does not end where its head says');
}

const BATCH = 'SELECT first, events, operation, operations, kinds, size, hash, bytes FROM batch';
/** Words that the partial indices of migrations 8 to 10 know. */
const has = (kind: DomainEvent['kind']): string => `kinds & ${maskOf(kind)}`;

export const hotLog = {
  batchOf: `${BATCH} WHERE first <= ? ORDER BY first DESC LIMIT 1`,
  batchOfOperation: `${BATCH} WHERE operation < ? ORDER BY operation DESC, first DESC LIMIT 1`,
  batchesFrom: `${BATCH} WHERE first >= ? ORDER BY first LIMIT ?`,
  batchesBefore: `${BATCH} WHERE operation < ? ORDER BY operation DESC, first DESC LIMIT ?`,
  /** without the bytes of those that have none of these kinds; the unary plus keeps the planner on the log's order */
  batchesOfKinds: `${BATCH} WHERE first >= ? AND +kinds & ? ORDER BY first LIMIT ?`,
  opened: latest('repository-opened'), published: latest('published'), composed: latest('composition-changed'), opening: latest('open-changed'),
  importing: between('import-started'), changing: between('publication-changed'), moving: between('branch-moving'), settling: between('branch-settled'), keeping: between('recipes-changed'),
  answering: between('answers-recorded'),
} as const;

function latest(kind: DomainEvent['kind']): string { return `${BATCH} WHERE ${has(kind)} AND first <= ? ORDER BY first DESC`; }
function between(kind: DomainEvent['kind']): string { return `${BATCH} WHERE ${has(kind)} AND first BETWEEN ? AND ? ORDER BY first`; }

export function cursorOf(row: BatchRow, heard?: (operation: Operation) => void): Cursor {
  return new Cursor(unpackedBatch(row), row.first - 1, row.operation, heard);
}

/** An event where it stands, as bytes of a kind. */
export function eventAt(db: ReadDb, seq: number): Cursor | null {
  const row = one<BatchRow>(db, hotLog.batchOf, seq);
  if (row === undefined) return null;
  const cursor = cursorOf(row);
  while (cursor.next()) if (cursor.seq === seq) return cursor;
  return null;
}

/** The last event of an operation; 0 where there is none. */
export function endOf(db: ReadDb, operation: number): number {
  const row = one<BatchRow>(db, hotLog.batchOfOperation, operation);
  if (row === undefined || operation > row.operation + row.operations) return 0;
  const cursor = cursorOf(row);
  let end = 0;
  while (cursor.next() && cursor.lastOperation <= operation) if (cursor.operation === operation) end = cursor.seq;
  return end;
}

type Latest = 'repository-opened' | 'published' | 'composition-changed' | 'open-changed';
const latests: Readonly<Record<Latest, string>> = { 'repository-opened': hotLog.opened, 'published': hotLog.published, 'composition-changed': hotLog.composed, 'open-changed': hotLog.opening };

/** The last event of a kind, up to and with event `end`. */
export function lastOf(db: ReadDb, kind: Latest, end: number): Cursor | null {
  const mask = maskOf(kind);
  for (const row of each<BatchRow>(db, latests[kind], end)) {
    let found = 0;
    for (const cursor = cursorOf(row); cursor.next() && cursor.seq <= end;) if ((1 << cursor.code & mask) !== 0) found = cursor.seq;
    if (found === 0) continue;
    const cursor = cursorOf(row);
    while (cursor.next() && cursor.seq < found);
    return cursor;
  }
  return null;
}

type Between = 'import-started' | 'publication-changed' | 'branch-moving' | 'branch-settled' | 'recipes-changed' | 'answers-recorded';
const betweens: Readonly<Record<Between, string>> = { 'import-started': hotLog.importing, 'publication-changed': hotLog.changing, 'branch-moving': hotLog.moving, 'branch-settled': hotLog.settling, 'recipes-changed': hotLog.keeping, 'answers-recorded': hotLog.answering };

/** All events of a kind from `from` to `to`, in order. The connection is busy until the iteration ends. */
export function* allOf<K extends Between>(db: ReadDb, kind: K, from = 1, to = Number.MAX_SAFE_INTEGER): Iterable<{ readonly seq: number; readonly event: Extract<DomainEvent, { kind: K }> }> {
  const mask = maskOf(kind), batch = one<BatchPlace>(db, hotLog.batchOf, from);
  for (const row of each<BatchRow>(db, betweens[kind], batch?.first ?? from, to)) {
    for (const cursor = cursorOf(row); cursor.next() && cursor.seq <= to;) if (cursor.seq >= from && (1 << cursor.code & mask) !== 0) yield { seq: cursor.seq, event: cursor.facts(kind) };
  }
}

/** An intent to move a branch, where it stands in the log. */
export interface Moving { readonly seq: number; readonly event: Extract<DomainEvent, { kind: 'branch-moving' }> }

/** Intents that no event has answered, oldest first: their processes are at it, or died. */
export function unsettled(db: ReadDb): Moving[] {
  const settled = new Set<number>();
  for (const { event } of allOf(db, 'branch-settled')) settled.add(event.moving);
  return [...allOf(db, 'branch-moving')].filter(({ seq }) => !settled.has(seq));
}

/** The event of a cursor, its segment read by `bodyOf`. */
export function decoded(db: ReadDb, cursor: Cursor): DomainEvent {
  const event = cursor.decode((seq, key) => bodyOf(db, seq, key), (number) => acuOf(db, number));
  if (event.kind === 'published' && event.published !== null) publishedKeys.set(event.published, segmentKeyOf(cursor.payload));
  return event;
}

/** A segment's body. One that was known when its event came has the body of the event before. */
export function bodyOf(db: ReadDb, seq: number, key: SegmentKey): Uint8Array {
  const row = one<{ bytes: Uint8Array }>(db, 'SELECT bytes FROM body WHERE event = ?', seq)
    ?? one<{ bytes: Uint8Array }>(db, 'SELECT bytes FROM segment JOIN body ON body.event = segment.event WHERE key = ?', key);
  if (row === undefined || segmentKeyOf(row.bytes) !== key) throw corrupt(db.name, `segment ${key.slice(0, 12)} has other content`);
  return row.bytes;
}

const ids = new WeakMap<ReadDb, Map<number, AcuId>>();
/** Ids kept for each connection: a hundred bytes each. */
const MOST_IDS = 100_000;

/** An ACU by its number: those of one store never change. */
export function acuOf(db: ReadDb, number: number): AcuId {
  let known = ids.get(db);
  if (known === undefined || known.size > MOST_IDS) ids.set(db, (known = new Map()));
  let id = known.get(number);
  if (id === undefined) {
    id = one<{ id: AcuId }>(db, 'SELECT id FROM acu WHERE event = ?', number)?.id;
    if (id === undefined) throw corrupt(db.name, `there is no ACU ${number}`);
    known.set(number, id);
  }
  return id;
}

