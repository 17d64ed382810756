// What one write does inside the writer's transaction. Pure SQL over a WriteDb: threads, queue and commit are the worker's.
import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import type { Oid } from '../../core/bytes.ts';
import { AcumenError, bug } from '../../core/errors.ts';
import type { DomainEvent, Operation, SegmentKey } from '../../core/events.ts';
import type { WriteDb } from './connection.ts';
import { decodeFacts, encodeEvent, readHead, segmentKeyOf, unsettled, writeOperation, writeStaged, type EncodedEvent, type EventRow } from './log.ts';
import type { AppendRequest, Settled } from './protocol.ts';
import { one, run } from './sql.ts';
import type { PackedConflicts } from './conflictPages.ts';
import type { NewBlob, Replica } from './store.ts';
import { applyEvent, putConflicts, putReplica } from './views.ts';

export function append(db: WriteDb, request: AppendRequest): Operation {
  for (const blob of request.blobs) putBlob(db, blob);
  const { operation, rows } = writeOperation(db, request.operation, request.events);
  fold(db, rows);
  if (request.conflicts !== null) putConflicts(db, operation.id, request.conflicts);
  if (request.replica !== null) putReplica(db, request.replica);
  return operation;
}

/** What is computed of a state, kept beside it by nobody's operation. */
export function keep(db: WriteDb, { operation, replica, conflicts }: { readonly operation: number; readonly replica: Replica; readonly conflicts: PackedConflicts | null }): null {
  const found = readHead(db).operation;
  if (found !== operation) throw new AcumenError('store-moved', 'Another process changed the workspace meanwhile.', 'Read the new state and try again.', { expected: operation, found });
  putReplica(db, replica);
  if (conflicts !== null) putConflicts(db, operation, conflicts);
  return null;
}

export function expectHead(db: WriteDb, expected: number | null): void {
  const found = readHead(db).event;
  if (expected !== null && expected !== found) throw new AcumenError('store-moved', 'Another process changed the workspace meanwhile.', 'Read the new state and try again.', { expected, found });
}

/** Answers the number of the intent. */
export function intend(db: WriteDb, request: { readonly moving: EncodedEvent; readonly blobs: readonly NewBlob[]; readonly expectHead: number }): number {
  expectHead(db, request.expectHead);
  for (const blob of request.blobs) putBlob(db, blob);
  return writeStaged(db, null, [request.moving])[0]!.seq;
}

/** While the write lock is held: nothing came between, and nobody settled this intent, taking its process for dead. */
export function holdFor(db: WriteDb, moving: number | null, expected: number | null): void {
  expectHead(db, expected);
  if (moving !== null && !unsettled(db).some(({ seq }) => seq === moving)) throw new AcumenError('store-moved', 'Another process settled this move.', 'Read the new state and try again.', { moving });
}

export function settle(db: WriteDb, request: AppendRequest | null, settled: readonly Settled[]): Operation | null {
  const operation = request === null ? null : append(db, request);
  writeStaged(db, null, settled.map((one) => encodeEvent({ kind: 'branch-settled', ...one })));
  return operation;
}

export function beginImport(db: WriteDb, start: Omit<Extract<DomainEvent, { kind: 'import-started' }>, 'kind'>, first: readonly Uint8Array[]): number {
  const rows = writeStaged(db, null, [encodeEvent({ kind: 'import-started', ...start })]);
  fold(db, rows);
  const { seq } = rows[0]!;
  stage(db, seq, first);
  return seq;
}

/** `packed`: stored forms. Those known already are passed over. */
export function stage(db: WriteDb, draft: number, packed: readonly Uint8Array[]): SegmentKey[] {
  if (one<{ kind: string }>(db, 'SELECT kind FROM event WHERE seq = ?', draft)?.kind !== 'import-started') throw bug('segments staged under no import', { draft });
  const keys = packed.map(segmentKeyOf);
  const fresh = new Map<SegmentKey, EncodedEvent>();
  keys.forEach((key, i) => {
    if (one(db, 'SELECT 1 FROM segment WHERE key = ?', key) === undefined) fresh.set(key, { kind: 'segment-added', payload: packed[i]! });
  });
  fold(db, writeStaged(db, draft, [...fresh.values()]));
  return keys;
}

/** Views are folded from the rows as stored, so what cannot be read back is never committed (but for edits: fsck reads them). */
function fold(db: WriteDb, rows: readonly EventRow[]): void {
  for (const row of rows) applyEvent(db, decodeFacts(row), row);
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
