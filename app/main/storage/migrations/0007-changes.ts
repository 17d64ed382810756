// One moved branch changes a few rows: what is published is a set without places, sources have no rows (nothing asked for them), and the
// conflict graph takes changes behind its pages.
import type { Migration } from './index.ts';

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
    -- whole: the operation whose state the pages without \`gone\` are of.
    ALTER TABLE conflict_graph ADD COLUMN whole INTEGER NOT NULL DEFAULT 0;
    UPDATE conflict_graph SET whole = operation;
  `,
};
