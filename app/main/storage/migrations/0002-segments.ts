// Segments with the ACUs they carry, opened up into edits and hunks. Numbered by the event that brought them, so a replay
// numbers them alike. Rows are per segment, not per ACU: an ACU keeps its id where line numbers and object ids move with the base.
import type { Migration } from './index.ts';

export const segments: Migration = {
  version: 2,
  name: 'segments',
  refold: true,
  sql: `
    CREATE TABLE acu (
      event INTEGER PRIMARY KEY REFERENCES event(seq),
      id TEXT NOT NULL UNIQUE
    ) STRICT;
    -- The body is the event's payload.
    CREATE TABLE segment (
      event INTEGER PRIMARY KEY REFERENCES event(seq),
      key TEXT NOT NULL UNIQUE,
      tip TEXT NOT NULL,
      acu INTEGER REFERENCES acu(event),
      standing TEXT NOT NULL,
      draft INTEGER REFERENCES event(seq)
    ) STRICT;
    CREATE INDEX segment_by_draft ON segment(draft);
    CREATE TABLE provenance (
      acu INTEGER NOT NULL REFERENCES acu(event),
      segment INTEGER NOT NULL REFERENCES segment(event),
      title BLOB NOT NULL,
      author_name BLOB NOT NULL,
      author_email BLOB NOT NULL,
      time INTEGER NOT NULL,
      commits INTEGER NOT NULL,
      PRIMARY KEY (acu, segment)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE edit (
      segment INTEGER NOT NULL REFERENCES segment(event),
      path BLOB NOT NULL,
      kind TEXT NOT NULL,
      before_mode INTEGER,
      before_oid TEXT,
      after_mode INTEGER,
      after_oid TEXT,
      PRIMARY KEY (segment, path)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE hunk (
      segment INTEGER NOT NULL,
      path BLOB NOT NULL,
      ordinal INTEGER NOT NULL,
      start INTEGER NOT NULL,
      "end" INTEGER NOT NULL,
      removed BLOB NOT NULL,
      inserted BLOB NOT NULL,
      PRIMARY KEY (segment, path, ordinal),
      FOREIGN KEY (segment, path) REFERENCES edit(segment, path)
    ) STRICT;
  `,
};
