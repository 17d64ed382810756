// The log: how events and operations are written as rows and chained. Each row's hash covers the hash before it, so that a
// change, a gap or a swap shows in everything after it, and the head row shows a cut tail. (No key is involved: the chain
// finds accidents and clumsy hands, not someone who recomputes it all.)
import { createHash } from 'node:crypto';
import { equalBytes } from '../../core/bytes.ts';
import { bug } from '../../core/errors.ts';
import type { DomainEvent, Operation, OperationKind, Published, SegmentKey } from '../../core/events.ts';
import { pack, packSegment, unpack, unpackHead, unpackSegment, type SegmentHead } from '../../core/segmentKey.ts';
import { corrupt, type ReadDb, type WriteDb } from './connection.ts';
import { all, one, run } from './sql.ts';
import type { NewOperation } from './store.ts';

/** An event as it is stored. The payload of `segment-added` is the segment's stored form itself: its SHA-256 is its key. */
export interface EncodedEvent { readonly kind: DomainEvent['kind']; readonly payload: Uint8Array }

/** An event as far as views are folded from it: a segment without its edits. */
export type Facts = Exclude<DomainEvent, { kind: 'segment-added' }> | { readonly kind: 'segment-added'; readonly key: SegmentKey; readonly segment: SegmentHead };

export interface EventRow {
  readonly seq: number; readonly operation: number | null; readonly draft: number | null;
  readonly kind: DomainEvent['kind']; readonly payload: Uint8Array; readonly hash: Uint8Array;
}
export interface OperationRow {
  readonly id: number; readonly kind: OperationKind; readonly description: string; readonly time: number; readonly target: number | null;
  readonly command: string | null; readonly first_event: number; readonly last_event: number; readonly hash: Uint8Array;
}
export interface HeadRow {
  readonly operation: number; readonly event: number; readonly written: number;
  readonly event_hash: Uint8Array; readonly operation_hash: Uint8Array;
}

export function sha256(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

export function encodeEvent(event: DomainEvent): EncodedEvent {
  const { kind, ...rest } = event;
  return { kind, payload: event.kind === 'segment-added' ? packSegment(event.segment) : pack(rest) };
}

export function decodeEvent({ kind, payload }: EncodedEvent): DomainEvent {
  if (kind === 'segment-added') return { kind, key: segmentKeyOf(payload), segment: unpackSegment(payload) };
  const event = { kind, ...(unpack(payload) as object) } as DomainEvent;
  if (event.kind === 'published' && event.published !== null) publishedKeys.set(event.published, segmentKeyOf(payload));
  return event;
}

const publishedKeys = new WeakMap<Published, string>();

/** Names a published state: SHA-256 of the event that publishes it, in hex. */
export function publishedKey(published: Published): string {
  let key = publishedKeys.get(published);
  if (key === undefined) publishedKeys.set(published, (key = segmentKeyOf(encodeEvent({ kind: 'published', published }).payload)));
  return key;
}

export function decodeFacts(event: EncodedEvent): Facts {
  const { kind, payload } = event;
  return kind === 'segment-added' ? { kind, key: segmentKeyOf(payload), segment: unpackHead(payload) } : decodeEvent(event) as Facts;
}

/** As core's keyOfPacked, by Node's faster SHA-256. */
export function segmentKeyOf(payload: Uint8Array): SegmentKey {
  return createHash('sha256').update(payload).digest('hex');
}

/** SHA-256 over the hash before, then seq, operation, draft and kind in MessagePack, then the payload. */
export function eventHash(before: Uint8Array, row: Omit<EventRow, 'hash'>): Uint8Array {
  return sha256(before, pack([row.seq, row.operation, row.draft, row.kind]), row.payload);
}

/** Covers the row and, by the hash of its last event, everything the operation did. */
export function operationHash(before: Uint8Array, row: Omit<OperationRow, 'hash'>, lastEventHash: Uint8Array): Uint8Array {
  return sha256(before, pack([row.id, row.kind, row.description, row.time, row.target, row.command, row.first_event, row.last_event]), lastEventHash);
}

export const HEAD = 'SELECT operation, event, written, event_hash, operation_hash FROM head';

export function readHead(db: ReadDb): HeadRow {
  const head = one<HeadRow>(db, HEAD);
  if (head === undefined) throw bug('the store has no head row');
  return head;
}

function insertRows(db: WriteDb, rows: readonly EventRow[]): void {
  for (const row of rows) {
    run(db, 'INSERT INTO event(seq, operation, draft, kind, payload, hash) VALUES (?, ?, ?, ?, ?, ?)', row.seq, row.operation, row.draft, row.kind, row.payload, row.hash);
  }
}

function chain(head: HeadRow, events: readonly EncodedEvent[], of: { readonly operation: number | null; readonly draft: number | null }): EventRow[] {
  let before = head.event_hash;
  return events.map((event, i) => {
    const row = { seq: head.written + 1 + i, operation: of.operation, draft: of.draft, kind: event.kind, payload: event.payload };
    before = eventHash(before, row);
    return { ...row, hash: before };
  });
}

/** Written after the last one; the event head moves only with an operation. Events of no operation (yet): an import's, under the `import-started` event numbered `draft`. */
export function writeStaged(db: WriteDb, draft: number | null, events: readonly EncodedEvent[]): EventRow[] {
  const rows = chain(readHead(db), events, { operation: null, draft });
  insertRows(db, rows);
  const last = rows.at(-1);
  if (last !== undefined) run(db, 'UPDATE head SET written = ?, event_hash = ?', last.seq, last.hash);
  return rows;
}

/** Writes an operation with its events. They become visible together, with the transaction. */
export function writeOperation(db: WriteDb, operation: NewOperation, events: readonly EncodedEvent[]): { operation: Operation; rows: EventRow[] } {
  const head = readHead(db);
  const id = head.operation + 1;
  const rows = chain(head, events, { operation: id, draft: null });
  const last = rows.at(-1);
  if (last === undefined) throw bug('an operation without events');
  const row = {
    id, kind: operation.kind, description: operation.description, time: operation.time, target: operation.target, command: operation.command,
    first_event: rows[0]!.seq, last_event: last.seq,
  };
  const hash = operationHash(head.operation_hash, row, last.hash);
  // The operation first: its events refer to it.
  run(db, 'INSERT INTO operation(id, kind, description, time, target, command, first_event, last_event, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    row.id, row.kind, row.description, row.time, row.target, row.command, row.first_event, row.last_event, hash);
  insertRows(db, rows);
  run(db, 'UPDATE head SET operation = ?, event = ?, written = ?, event_hash = ?, operation_hash = ?', row.id, row.last_event, last.seq, last.hash, hash);
  return { operation: toOperation(row), rows };
}

/**
 * A glance at the end of the log, cheap enough for every opening: the last rows and the head agree. The rest is for fsck.
 * One snapshot: another process may commit between any two reads.
 */
export function checkEnd(db: ReadDb, file: string): void {
  const { head, last, operation } = db.transaction(() => ({
    head: readHead(db),
    last: one<{ seq: number; hash: Uint8Array }>(db, 'SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1'),
    operation: one<OperationRow>(db, 'SELECT * FROM operation ORDER BY id DESC LIMIT 1'),
  })).deferred();
  const same = (last?.seq ?? 0) === head.written && (operation?.id ?? 0) === head.operation && (operation?.last_event ?? 0) === head.event
    && (last === undefined || equalBytes(last.hash, head.event_hash)) && (operation === undefined || equalBytes(operation.hash, head.operation_hash));
  if (!same) throw corrupt(file, 'the log does not end where its head says');
}

/** An intent to move a branch, where it stands in the log. */
export interface Moving { readonly seq: number; readonly event: Extract<DomainEvent, { kind: 'branch-moving' }> }

/** Intents that no event has answered, oldest first: their processes are at it, or died. */
export function unsettled(db: ReadDb): Moving[] {
  const settled = new Set(all<EventRow>(db, `SELECT kind, payload FROM event WHERE kind = 'branch-settled'`).map((row) => (decodeEvent(row) as { moving: number }).moving));
  return all<{ seq: number }>(db, `SELECT seq FROM event WHERE kind = 'branch-moving' ORDER BY seq`).filter(({ seq }) => !settled.has(seq))
    .map(({ seq }) => ({ seq, event: decodeEvent(one<EventRow>(db, 'SELECT kind, payload FROM event WHERE seq = ?', seq)!) as Moving['event'] }));
}

export function toOperation(row: Omit<OperationRow, 'hash'>): Operation {
  return {
    id: row.id, kind: row.kind, description: row.description, time: row.time, target: row.target, command: row.command,
    firstEvent: row.first_event, lastEvent: row.last_event,
  };
}
