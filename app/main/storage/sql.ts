// Prepared statements, once per connection and text: preparing costs more than most of the queries it prepares.
import type { Statement } from 'better-sqlite3';
import type { ReadDb, WriteDb } from './connection.ts';

export type SqlValue = string | number | Uint8Array | null;

const prepared = new WeakMap<ReadDb, Map<string, Statement>>();

function statement(db: ReadDb, sql: string): Statement {
  let known = prepared.get(db);
  if (known === undefined) prepared.set(db, (known = new Map()));
  let found = known.get(sql);
  if (found === undefined) known.set(sql, (found = db.prepare(sql)));
  return found;
}

export function one<Row>(db: ReadDb, sql: string, ...values: SqlValue[]): Row | undefined {
  return statement(db, sql).get(...values) as Row | undefined;
}

export function all<Row>(db: ReadDb, sql: string, ...values: SqlValue[]): Row[] {
  return statement(db, sql).all(...values) as Row[];
}

/** The connection is busy until the iteration ends: not for callers outside this room. */
export function each<Row>(db: ReadDb, sql: string, ...values: SqlValue[]): IterableIterator<Row> {
  return statement(db, sql).iterate(...values) as IterableIterator<Row>;
}

export function run(db: WriteDb, sql: string, ...values: SqlValue[]): number {
  return statement(db, sql).run(...values).changes;
}

/** One transaction that takes the write lock at once, so that what it reads first still holds when it writes. */
export function inTransaction<T>(db: WriteDb, action: () => T): T {
  run(db, 'BEGIN IMMEDIATE');
  let result: T;
  try {
    result = action();
    run(db, 'COMMIT');
  } catch (error) {
    if (db.inTransaction) run(db, 'ROLLBACK');
    throw error;
  }
  return result;
}
