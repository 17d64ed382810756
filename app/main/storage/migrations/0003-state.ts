// The current state: what is published, the compositions, the refs we wrote.
import type { Migration } from './index.ts';

export const state: Migration = {
  version: 3,
  name: 'state',
  refold: true,
  sql: `
    -- published and composition: the events that hold the current values.
    CREATE TABLE workspace (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      git_dir TEXT,
      object_format TEXT,
      published INTEGER REFERENCES event(seq),
      composition INTEGER REFERENCES event(seq)
    ) STRICT;
    CREATE TABLE published_segment (
      ordinal INTEGER PRIMARY KEY,
      segment INTEGER NOT NULL UNIQUE REFERENCES segment(event)
    ) STRICT;
    CREATE TABLE source (
      ordinal INTEGER PRIMARY KEY,
      name BLOB NOT NULL,
      ref BLOB NOT NULL,
      oid TEXT NOT NULL
    ) STRICT;
    CREATE TABLE source_segment (
      source INTEGER NOT NULL REFERENCES source(ordinal),
      ordinal INTEGER NOT NULL,
      tip TEXT NOT NULL,
      PRIMARY KEY (source, ordinal)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE composition (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      base TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE composition_acu (
      composition TEXT NOT NULL REFERENCES composition(id),
      ordinal INTEGER NOT NULL,
      acu INTEGER NOT NULL REFERENCES acu(event),
      PRIMARY KEY (composition, ordinal)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE branch (
      ref TEXT PRIMARY KEY,
      before TEXT,
      after TEXT,
      tree TEXT,
      event INTEGER NOT NULL REFERENCES event(seq)
    ) STRICT, WITHOUT ROWID;
  `,
};
