// What only the engine reads is kept packed: the conflict graph in pages instead of rows, and the engine's replica, so that
// opening need not read every edit. Edits and hunks were rows too, which nothing asked for: the segments' bodies hold them.
import { bug } from '../../../core/errors.ts';
import { fromBytes, type AcuId, type PathBytes } from '../../../core/bytes.ts';
import type { Conflict } from '../../../core/model.ts';
import { each, one, run } from '../sql.ts';
import { graphDigest } from '../views.ts';
import type { Migration } from './index.ts';
import { packPages6 } from './pages6.ts';

export const packed: Migration = {
  version: 6,
  name: 'packed',
  refold: false,
  sql: `
    DROP TABLE hunk;
    DROP TABLE edit;
    ALTER TABLE conflict RENAME TO conflict_row;
    -- As packed by pages6.ts; count: conflicts in it.
    CREATE TABLE conflict_page (
      ordinal INTEGER PRIMARY KEY,
      count INTEGER NOT NULL,
      bytes BLOB NOT NULL
    ) STRICT;
    -- The engine's tables over one published state. version: of their form; state: the key of that state (log.ts);
    -- digest: SHA-256 of bytes.
    CREATE TABLE replica (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      version INTEGER NOT NULL,
      state TEXT NOT NULL,
      digest BLOB NOT NULL,
      bytes BLOB NOT NULL
    ) STRICT;
  `,
  convert(db) {
    const graph = one<{ operation: number }>(db, 'SELECT operation FROM conflict_graph');
    if (graph === undefined) throw bug('the store has no conflict graph row');
    const rows = function* (): Generator<Conflict> {
      interface Row extends Omit<Conflict, 'b' | 'path' | 'inherited'> { readonly b: AcuId | null; readonly path: Uint8Array; readonly inherited: number }
      const found = each<Row>(db, `SELECT a.id AS a, b.id AS b, conflict_row.kind, verdict, path, detail, inherited
        FROM conflict_row CROSS JOIN acu AS a ON a.event = conflict_row.a LEFT JOIN acu AS b ON b.event = conflict_row.b ORDER BY ordinal`);
      for (const { a, b, kind, verdict, path, detail, inherited } of found) yield { a, b: b ?? 'base', kind, verdict, path: fromBytes<PathBytes>(path), detail, inherited: inherited === 1 };
    };
    // As the format of that time has it.
    const pages = packPages6(rows());
    pages.forEach((page, ordinal) => run(db, 'INSERT INTO conflict_page(ordinal, count, bytes) VALUES (?, ?, ?)', ordinal, page.count, page.bytes));
    run(db, 'UPDATE conflict_graph SET count = ?, digest = ?', pages.reduce((n, page) => n + page.count, 0), graphDigest(graph.operation, pages));
    db.exec('DROP TABLE conflict_row');
  },
};
