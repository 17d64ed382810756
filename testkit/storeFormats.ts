// A store's log as formats 1 to 7 had it, a row for each operation and each event, chained as they chained them: for tests that
// bring stores of older formats to the newest, and as a digest of what a log says whatever its form.
import type { DomainEvent, Operation } from '../app/core/events.ts';
import { emptyState, foldEvent } from '../app/core/fold.ts';
import { pack } from '../app/core/segmentKey.ts';
import type { ReadDb, WriteDb } from '../app/main/storage/connection.ts';
import { bodyOf, cursorOf, decoded, type BatchRow } from '../app/main/storage/log.ts';
import { eventHash7, operationHash7, type EventRow7, type OperationRow7 } from '../app/main/storage/migrations/log7.ts';

export interface OldLog { readonly operations: readonly OperationRow7[]; readonly events: readonly EventRow7[]; readonly head: Readonly<Record<string, number | Uint8Array>> }

/** Compositions told whole, as they were: a difference came with batches. */
export function oldLog(db: ReadDb): OldLog {
  const events: EventRow7[] = [], planned: Operation[] = [];
  let hash = new Uint8Array(32), state = emptyState;
  for (const row of db.prepare('SELECT * FROM batch ORDER BY first').all() as BatchRow[]) {
    const cursor = cursorOf(row, (operation) => planned.push(operation));
    while (cursor.next()) {
      const event = decoded(db, cursor);
      state = foldEvent(state, event);
      const told: DomainEvent = event.kind === 'composition-edited' ? { kind: 'composition-changed', composition: state.composition } : event;
      const { kind, ...rest } = told;
      const payload = kind === 'segment-added' ? bodyOf(db, cursor.seq, cursor.key) : kind === 'published' || kind === 'publication-changed' ? cursor.payload : pack(rest);
      const plain = { seq: cursor.seq, operation: cursor.operation || null, draft: cursor.draft || null, kind, payload: new Uint8Array(payload) };
      events.push({ ...plain, hash: (hash = new Uint8Array(eventHash7(hash, plain))) });
    }
  }
  let before = new Uint8Array(32);
  const operations = planned.map(({ id, kind, description, time, target, command, firstEvent: first_event, lastEvent: last_event }) => {
    const plain = { id, kind, description, time, target, command, first_event, last_event };
    return { ...plain, hash: (before = new Uint8Array(operationHash7(before, plain, events[last_event - 1]!.hash))) };
  });
  return { operations, events, head: { operation: operations.length, event: operations.at(-1)?.last_event ?? 0, written: events.length, event_hash: hash, operation_hash: before } };
}

/** Puts it into an empty store of one of those formats, its views left to be folded. */
export function putOldLog(db: WriteDb, { operations, events, head }: OldLog): void {
  const insert = (table: string, row: object): void => {
    db.prepare(`INSERT INTO ${table}(${Object.keys(row).join(', ')}) VALUES (${Object.keys(row).map(() => '?').join(', ')})`).run(...Object.values(row));
  };
  db.transaction(() => {
    for (const row of operations) insert('operation', row);
    for (const row of events) insert('event', row);
    db.prepare('UPDATE head SET operation = ?, event = ?, written = ?, event_hash = ?, operation_hash = ?').run(...Object.values(head));
    // As it would be in a store that had grown up with this format and was then left at the one before.
    db.prepare('UPDATE head SET folded = 0').run();
  }).immediate();
}

/** Puts the log of the store `from` into an empty store of format 8 or later, its views left to be folded. */
export function putLog(db: WriteDb, from: string): void {
  db.exec(`ATTACH '${from.replaceAll("'", "''")}' AS given`);
  db.transaction(() => {
    db.exec('INSERT INTO main.batch SELECT * FROM given.batch; INSERT INTO main.body SELECT * FROM given.body; DELETE FROM main.head; INSERT INTO main.head SELECT * FROM given.head; UPDATE main.head SET folded = 0');
  }).immediate();
  db.exec('DETACH given');
}
