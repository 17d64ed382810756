// The log in batches: all that one commit brings is one row under one hash, operations and events packed; a segment's body lies beside
// it, under its key. The views no longer name rows of events, and the composition is one row, with marks from which earlier ones are read.
import { codeOf, Encoder } from '../frames.ts';
import { chained, putBatch } from '../log.ts';
import { run, one } from '../sql.ts';
import type { Migration } from './index.ts';
import { events7, operations7, putEvent7 } from './log7.ts';

/** Bytes of one batch at about most. */
const BATCH = 1 << 20;

export const batches: Migration = {
  version: 8,
  name: 'batches',
  refold: true,
  sql: `
    ALTER TABLE head RENAME TO head_7;
    ALTER TABLE event RENAME TO event_7;
    ALTER TABLE operation RENAME TO operation_7;
    DROP TABLE branch;
    DROP TABLE composition_acu;
    DROP TABLE composition;
    DROP TABLE workspace;
    DROP TABLE published;
    DROP TABLE provenance;
    DROP TABLE segment;
    DROP TABLE acu;
    -- first: its first event; operation: the last one before it; kinds: one bit for each kind of event it has; bytes: frames (frames.ts),
    -- packed by zstd where they are not as many as size says.
    -- hash: SHA-256 over the one before, the numbers and the bytes.
    CREATE TABLE batch (
      first INTEGER PRIMARY KEY,
      events INTEGER NOT NULL,
      operation INTEGER NOT NULL,
      operations INTEGER NOT NULL,
      kinds INTEGER NOT NULL,
      size INTEGER NOT NULL,
      hash BLOB NOT NULL,
      bytes BLOB NOT NULL
    ) STRICT;
    CREATE INDEX batch_by_operation ON batch(operation);
    CREATE INDEX batch_opening ON batch(first) WHERE kinds & ${1 << codeOf['repository-opened']};
    CREATE INDEX batch_importing ON batch(first) WHERE kinds & ${1 << codeOf['import-started']};
    CREATE INDEX batch_publishing ON batch(first) WHERE kinds & ${1 << codeOf['published']};
    CREATE INDEX batch_changing ON batch(first) WHERE kinds & ${1 << codeOf['publication-changed']};
    CREATE INDEX batch_composing ON batch(first) WHERE kinds & ${1 << codeOf['composition-changed']};
    CREATE INDEX batch_moving ON batch(first) WHERE kinds & ${1 << codeOf['branch-moving']};
    CREATE INDEX batch_settling ON batch(first) WHERE kinds & ${1 << codeOf['branch-settled']};
    CREATE TRIGGER batch_stays BEFORE UPDATE ON batch BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
    CREATE TRIGGER batch_remains BEFORE DELETE ON batch BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
    -- A segment's stored form, of the event that brought it; its SHA-256 is the key that the event names.
    CREATE TABLE body (
      event INTEGER PRIMARY KEY,
      bytes BLOB NOT NULL
    ) STRICT;
    CREATE TRIGGER body_stays BEFORE UPDATE ON body BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
    CREATE TRIGGER body_remains BEFORE DELETE ON body BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
    -- As before, but hash: of the last batch.
    CREATE TABLE head (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      operation INTEGER NOT NULL,
      event INTEGER NOT NULL,
      written INTEGER NOT NULL,
      hash BLOB NOT NULL,
      folded INTEGER NOT NULL
    ) STRICT;
    INSERT INTO head VALUES (1, 0, 0, 0, zeroblob(32), 1);
    CREATE TABLE acu (
      event INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE TABLE segment (
      event INTEGER PRIMARY KEY,
      key TEXT NOT NULL UNIQUE,
      tip TEXT NOT NULL,
      acu INTEGER REFERENCES acu(event),
      standing TEXT NOT NULL,
      draft INTEGER
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
    -- published: the last event that said all of it.
    CREATE TABLE workspace (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      git_dir TEXT,
      object_format TEXT,
      published INTEGER
    ) STRICT;
    CREATE TABLE published (
      segment INTEGER PRIMARY KEY REFERENCES segment(event)
    ) STRICT;
    -- event: the last one that changed it; edits: those since it was told whole or marked; acus: their numbers, packed (views.ts).
    CREATE TABLE composition (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      id TEXT NOT NULL,
      name TEXT NOT NULL,
      base TEXT NOT NULL,
      event INTEGER NOT NULL,
      edits INTEGER NOT NULL,
      acus BLOB NOT NULL
    ) STRICT;
    -- What it was after an event, every so many.
    CREATE TABLE composition_mark (
      event INTEGER PRIMARY KEY,
      id TEXT NOT NULL,
      name TEXT NOT NULL,
      base TEXT NOT NULL,
      acus BLOB NOT NULL
    ) STRICT;
    CREATE TABLE branch (
      ref TEXT PRIMARY KEY,
      before TEXT,
      after TEXT,
      tree TEXT,
      event INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
  convert(db) {
    const operations = operations7(db, 'operation_7')[Symbol.iterator](), encoder = new Encoder();
    let head = { written: 0, operation: 0, hash: new Uint8Array(32) }, mask = 0, seq = 0, operation = 0;
    const turn = (): void => {
      const { batch, after } = chained(head, encoder.take(), { events: seq - head.written, operations: operation - head.operation, kinds: mask });
      putBatch(db, batch);
      head = after;
      mask = 0;
    };
    const keys = new Set<string>();
    let open: { readonly last: number } | null = null, draft: number | null | undefined;
    for (const row of events7(db, 'event_7')) {
      if (encoder.length > BATCH && (open === null || row.seq > open.last)) turn();
      if (row.operation !== null && row.operation > operation) {
        const { last_event, first_event, ...planned } = operations.next().value!;
        operation = row.operation;
        open = { last: last_event };
        draft = undefined;
        encoder.frame();
        encoder.operation(planned, last_event - first_event + 1);
      } else if (row.operation === null && (encoder.length === 0 || draft === undefined || row.draft !== draft)) {
        draft = row.draft;
        encoder.staged(draft);
      }
      const key = putEvent7(encoder, row);
      if (key !== null && !keys.has(key)) {
        keys.add(key);
        run(db, 'INSERT INTO body(event, bytes) VALUES (?, ?)', row.seq, row.payload);
      }
      mask |= encoder.mask;
      seq = row.seq;
    }
    if (seq > head.written) turn();
    const old = one<{ event: number }>(db, 'SELECT event FROM head_7')!;
    run(db, 'UPDATE head SET operation = ?, event = ?, written = ?, hash = ?', head.operation, old.event, head.written, head.hash);
    // Dropping looks for who refers to each row.
    db.exec('CREATE INDEX drafts_7 ON event_7(draft); CREATE INDEX targets_7 ON operation_7(target)');
    db.exec('DROP TABLE event_7; DROP TABLE operation_7; DROP TABLE head_7');
  },
};
