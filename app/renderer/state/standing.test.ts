// Who "both" are: the base and what conflicts with it, by what it is.
import { expect, test } from 'vitest';
import { reasonOf } from './standing.ts';
import type { Standing } from './standing.ts';

const of = (reason: string, more: Partial<Standing> = {}): string => reasonOf({ reason, name: 'topic', sources: ['topic'], ...more }, 'main');

test('a conflict with the base names both sides', () => {
  expect(of('both change a.txt at line 3; both change b.txt at line 1')).toBe('main and this branch both change a.txt at line 3; both change b.txt at line 1');
  expect(of('one deletes a.txt, the other changes it')).toBe('of main and this branch, one deletes a.txt, the other changes it');
  expect(of('both add a.txt with different content', { patch: true })).toBe('main and this patch both add a.txt with different content');
  expect(of('both change the mode of a.txt', { worktree: true })).toBe('main and this working tree both change the mode of a.txt');
  expect(of('both change a.txt at line 3', { sources: ['topic', 'other'] })).toBe('main and this change both change a.txt at line 3');
});

test('what is said otherwise stays as it is', () => {
  expect(of('')).toBe('');
  expect(of('b.txt and another name are one on some file systems')).toBe('b.txt and another name are one on some file systems');
});
