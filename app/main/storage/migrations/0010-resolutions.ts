// What is kept open, and how conflicts were decided, are few events in a long log: indices lead to them. Older stores have none.
import { codeOf } from '../frames.ts';
import type { Migration } from './index.ts';

export const resolutions: Migration = {
  version: 10,
  name: 'resolutions',
  refold: false,
  sql: `
    CREATE INDEX batch_keeping_open ON batch(first) WHERE kinds & ${1 << codeOf['open-changed']};
    CREATE INDEX batch_answering ON batch(first) WHERE kinds & ${1 << codeOf['answers-recorded']};
  `,
};
