// Operations leave out what most of them have not, and edits of few ACUs how long they are (frames.ts), in a form that older versions do not
// read. Batches that are there stay as they are, and are read as they were.
import type { Migration } from './index.ts';

export const brief: Migration = { version: 13, name: 'brief', refold: false, sql: '' };
