// The log: what happened, append-only, and where it ends. Everything else but blobs is computed from it.
import type { Migration } from './index.ts';

export const log: Migration = {
  version: 1,
  name: 'log',
  refold: false,
  sql: `
    CREATE TABLE operation (
      id INTEGER PRIMARY KEY,
      kind TEXT NOT NULL,
      description TEXT NOT NULL,
      time INTEGER NOT NULL,
      target INTEGER REFERENCES operation(id),
      command TEXT,
      first_event INTEGER NOT NULL,
      last_event INTEGER NOT NULL,
      hash BLOB NOT NULL
    ) STRICT;
    CREATE TABLE event (
      seq INTEGER PRIMARY KEY,
      operation INTEGER REFERENCES operation(id),
      draft INTEGER REFERENCES event(seq),
      kind TEXT NOT NULL,
      payload BLOB NOT NULL,
      hash BLOB NOT NULL
    ) STRICT;
    CREATE INDEX event_by_kind ON event(kind, seq);
    CREATE TRIGGER event_stays BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
    CREATE TRIGGER event_remains BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
    CREATE TRIGGER operation_stays BEFORE UPDATE ON operation BEGIN SELECT RAISE(ABORT, 'operations are append-only'); END;
    CREATE TRIGGER operation_remains BEFORE DELETE ON operation BEGIN SELECT RAISE(ABORT, 'operations are append-only'); END;
    -- operation and event: the last operation and its last event; written: the last event, staged ones included;
    -- folded: whether the views of this format hold everything up to written.
    CREATE TABLE head (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      operation INTEGER NOT NULL,
      event INTEGER NOT NULL,
      written INTEGER NOT NULL,
      event_hash BLOB NOT NULL,
      operation_hash BLOB NOT NULL,
      folded INTEGER NOT NULL
    ) STRICT;
    INSERT INTO head VALUES (1, 0, 0, 0, zeroblob(32), zeroblob(32), 1);
  `,
};
