// "pull/23330/head" in every row: what one looks for is the number and the title.
import { expect, test } from 'vitest';
import { requestOf, shortName } from './shortName.ts';

test('requests are called by number and title, branches by their name', () => {
  expect(shortName({ name: 'pull/23330/head', title: 'fix(css): no gap' })).toBe('#23330 fix(css): no gap');
  expect(shortName({ name: 'origin/merge-requests/7/head', title: 'Seven' })).toBe('!7 Seven');
  expect(requestOf({ name: 'pull-requests/12/from', title: '' })).toEqual({ number: '#12', title: '' });
  for (const name of ['pull', 'pull/x/head', 'feature/pull/7', 'pull/7/head/more', 'docs: pull/7/head…']) expect(shortName({ name, title: 'T' })).toBe(name);
});
