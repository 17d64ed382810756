// Pages of the conflict graph tell ACUs by their numbers, in a form that older versions do not read. Those that are there stay as they are.
import type { Migration } from './index.ts';

export const pages: Migration = { version: 11, name: 'pages', refold: false, sql: '' };
