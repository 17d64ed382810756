// The conflict graph of the current state. The engine computes it, so events do not; its digest guards it instead.
import type { Migration } from './index.ts';

export const conflicts: Migration = {
  version: 4,
  name: 'conflicts',
  refold: false,
  sql: `
    -- b is null where the other side is the base.
    CREATE TABLE conflict (
      ordinal INTEGER PRIMARY KEY,
      a INTEGER NOT NULL REFERENCES acu(event),
      b INTEGER REFERENCES acu(event),
      kind TEXT NOT NULL,
      verdict TEXT NOT NULL,
      path BLOB NOT NULL,
      detail TEXT NOT NULL,
      inherited INTEGER NOT NULL
    ) STRICT;
    -- operation: the one whose state the graph belongs to. digest: SHA-256 of the rows, of none at first.
    CREATE TABLE conflict_graph (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      operation INTEGER NOT NULL,
      count INTEGER NOT NULL,
      digest BLOB NOT NULL
    ) STRICT;
    INSERT INTO conflict_graph VALUES (1, 0, 0, x'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  `,
};
