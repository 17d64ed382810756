// One moved branch changes a few rows: what is published is a set without places, sources have no rows (nothing asked for them), and the
// conflict graph is edges, without the places that the engine works out when asked, and takes changes behind its pages.
import type { ConflictEdge } from '../../../core/model.ts';
import { packConflicts, type ConflictPage } from '../conflictPages.ts';
import { all, one } from '../sql.ts';
import { putConflicts } from '../views.ts';
import type { Migration } from './index.ts';
import { unpackPage6 } from './pages6.ts';

export const changes: Migration = {
  version: 7,
  name: 'changes',
  refold: false,
  sql: `
    DROP TABLE source_segment;
    DROP TABLE source;
    CREATE TABLE published (
      segment INTEGER PRIMARY KEY REFERENCES segment(event)
    ) STRICT;
    INSERT INTO published SELECT segment FROM published_segment;
    DROP TABLE published_segment;
    -- gone, of a page that changes the graph: the ACUs whose conflicts on earlier pages are no more, packed. operation: whose change it is.
    ALTER TABLE conflict_page ADD COLUMN gone BLOB;
    ALTER TABLE conflict_page ADD COLUMN operation INTEGER;
    -- whole: the operation whose state the pages without gone are of.
    ALTER TABLE conflict_graph ADD COLUMN whole INTEGER NOT NULL DEFAULT 0;
  `,
  convert(db) {
    const edges = new Map<string, ConflictEdge>();
    for (const page of all<ConflictPage>(db, 'SELECT count, bytes FROM conflict_page ORDER BY ordinal')) {
      for (const { a, b, verdict } of unpackPage6(page)) edges.set(`${a} ${b} ${verdict}`, { a, b, verdict });
    }
    putConflicts(db, one<{ operation: number }>(db, 'SELECT operation FROM conflict_graph')!.operation, packConflicts(edges.values()));
  },
};
