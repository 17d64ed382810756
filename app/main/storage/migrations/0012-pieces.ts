// What an operation says is told in pieces by their numbers (frames.ts), in a form that older versions do not read. Batches that are there
// stay as they are, and are read as they were.
import type { Migration } from './index.ts';

export const pieces: Migration = { version: 12, name: 'pieces', refold: false, sql: '' };
