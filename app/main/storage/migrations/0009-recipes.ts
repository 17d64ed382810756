// Recipes are few events in a long log: an index leads to them. Older stores have none.
import { codeOf } from '../frames.ts';
import type { Migration } from './index.ts';

export const recipes: Migration = {
  version: 9,
  name: 'recipes',
  refold: false,
  sql: `CREATE INDEX batch_keeping ON batch(first) WHERE kinds & ${1 << codeOf['recipes-changed']};`,
};
