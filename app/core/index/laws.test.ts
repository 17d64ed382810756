// Danger: an index that drifts from its tables as they grow, or misses a pair that touches. Law 7, incremental = from scratch, and both
// beside a twin that compares every pair. The whole, 100 seeds of 200 operations: `node testkit/indexLaws.ts`.
import { expect, test } from 'vitest';
import { indexLaw } from '../../../testkit/indexLaws.ts';

test.each([1, 2, 3, 4])('seed %i: after each operation the index is the one built from scratch, and the slow twin', (seed) => {
  const { pairs, conflicts, done } = indexLaw(seed, 60);
  expect([...done].sort()).toEqual(expect.arrayContaining(['add', 'first', 'remove', 'replace']));
  expect(conflicts).toBeGreaterThan(pairs / 10);
  expect(conflicts).toBeLessThan(pairs / 2);
});
