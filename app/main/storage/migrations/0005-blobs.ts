// Blobs a composition needs, kept here so that a force-push and a gc in the repository cannot empty it (design.md §2).
import type { Migration } from './index.ts';

export const blobs: Migration = {
  version: 5,
  name: 'blobs',
  refold: false,
  sql: `
    -- coding: 0 as it is, 1 zlib. size: bytes of the content itself.
    CREATE TABLE blob (
      oid TEXT PRIMARY KEY,
      size INTEGER NOT NULL,
      coding INTEGER NOT NULL CHECK (coding IN (0, 1)),
      bytes BLOB NOT NULL
    ) STRICT;
  `,
};
