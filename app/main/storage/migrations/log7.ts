// The log as formats 1 to 7 had it, a row for each event and each operation: how such rows are hashed and read, for proving a
// store of those formats before it is brought to a newer one, and for doing so.
import type { Composition } from '../../../core/model.ts';
import { equalBytes } from '../../../core/bytes.ts';
import type { DomainEvent, OperationKind, SegmentKey } from '../../../core/events.ts';
import { pack, unpack, unpackHead } from '../../../core/segmentKey.ts';
import type { ReadDb } from '../connection.ts';
import { codeOf, type Encoder } from '../frames.ts';
import { segmentKeyOf, sha256 } from '../log.ts';
import { all, each, one } from '../sql.ts';

export interface EventRow7 {
  readonly seq: number; readonly operation: number | null; readonly draft: number | null;
  readonly kind: DomainEvent['kind']; readonly payload: Uint8Array; readonly hash: Uint8Array;
}
export interface OperationRow7 {
  readonly id: number; readonly kind: OperationKind; readonly description: string; readonly time: number; readonly target: number | null;
  readonly command: string | null; readonly first_event: number; readonly last_event: number; readonly hash: Uint8Array;
}

const START = new Uint8Array(32);
/** Rows a page: the connection that reads them writes, too. */
const PAGE = 256;

/** SHA-256 over the hash before, then seq, operation, draft and kind in MessagePack, then the payload. */
export function eventHash7(before: Uint8Array, row: Omit<EventRow7, 'hash'>): Uint8Array {
  return sha256(before, pack([row.seq, row.operation, row.draft, row.kind]), row.payload);
}

/** Covers the row and, by the hash of its last event, everything the operation did. */
export function operationHash7(before: Uint8Array, row: Omit<OperationRow7, 'hash'>, lastEventHash: Uint8Array): Uint8Array {
  return sha256(before, pack([row.id, row.kind, row.description, row.time, row.target, row.command, row.first_event, row.last_event]), lastEventHash);
}

export function* events7(db: ReadDb, table: 'event' | 'event_7'): Iterable<EventRow7> {
  for (let last = 0; ;) {
    const page = all<EventRow7>(db, `SELECT seq, operation, draft, kind, payload, hash FROM ${table} WHERE seq > ? ORDER BY seq LIMIT ${PAGE}`, last);
    yield* page;
    if (page.length < PAGE) return;
    last = page.at(-1)!.seq;
  }
}

export function* operations7(db: ReadDb, table: 'operation_7'): Generator<OperationRow7, undefined> {
  for (let last = 0; ;) {
    const page = all<OperationRow7>(db, `SELECT * FROM ${table} WHERE id > ? ORDER BY id LIMIT ${PAGE}`, last);
    yield* page;
    if (page.length < PAGE) return undefined;
    last = page.at(-1)!.id;
  }
}

/** The same event in a frame. Answers the key of a segment. */
export function putEvent7(encoder: Encoder, { kind, payload }: EventRow7): SegmentKey | null {
  if (kind === 'segment-added') {
    const key = segmentKeyOf(payload);
    encoder.segment(unpackHead(payload).acu, key);
    return key;
  }
  if (kind === 'composition-changed') encoder.event({ kind, ...(unpack(payload) as { composition: Composition }) }, () => 0);
  else encoder.packed(codeOf[kind], payload);
  return null;
}

/** Every hash of such a log, its order, and that the head is its end. */
export function checkLog7(db: ReadDb, problem: (text: string) => void): void {
  const ends = new Map<number, Uint8Array>();
  const spans = new Map<number, { first: number; last: number; count: number }>();
  let before: Uint8Array = START, events = 0;
  for (const row of each<EventRow7>(db, 'SELECT seq, operation, draft, kind, payload, hash FROM event ORDER BY seq')) {
    events++;
    if (row.seq !== events) {
      problem(`event ${events} is missing`);
      events = row.seq;
    }
    if (!equalBytes(row.hash, eventHash7(before, row))) problem(`event ${row.seq} breaks the chain`);
    before = row.hash;
    if (row.operation === null) continue;
    ends.set(row.operation, row.hash);
    const span = spans.get(row.operation);
    spans.set(row.operation, span === undefined ? { first: row.seq, last: row.seq, count: 1 } : { first: span.first, last: row.seq, count: span.count + 1 });
  }
  let operations = 0, operationBefore: Uint8Array = START, last: OperationRow7 | undefined;
  for (const row of each<OperationRow7>(db, 'SELECT * FROM operation ORDER BY id')) {
    operations++;
    if (row.id !== operations) {
      problem(`operation ${operations} is missing`);
      operations = row.id;
    }
    const span = spans.get(row.id);
    if (span?.first !== row.first_event || span.last !== row.last_event || span.count !== span.last - span.first + 1) problem(`operation ${row.id} does not hold its events`);
    if (!equalBytes(row.hash, operationHash7(operationBefore, row, ends.get(row.id) ?? START))) problem(`operation ${row.id} breaks the chain`);
    operationBefore = row.hash;
    last = row;
  }
  const head = one<{ operation: number; event: number; written: number; event_hash: Uint8Array; operation_hash: Uint8Array }>(db, 'SELECT operation, event, written, event_hash, operation_hash FROM head');
  const expected = pack([operations, last?.last_event ?? 0, events, before, operationBefore]);
  if (head === undefined || !equalBytes(pack([head.operation, head.event, head.written, head.event_hash, head.operation_hash]), expected)) problem('the head is not the end of the log');
}
