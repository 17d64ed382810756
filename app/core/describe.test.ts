// The danger: a place that is right, said so that nobody reads it.
import { expect, test } from 'vitest';
import { sentence } from './describe.ts';

test('places between lines and of lines are said as one would', () => {
  const said = (...regions: readonly number[]): string => sentence('content', Int32Array.from(regions), 'a.txt');
  expect(said(32, 32)).toBe('both change a.txt after line 32');
  expect(said(4, 5)).toBe('both change a.txt at line 5');
  expect(said(4, 8, 20, 20)).toBe('both change a.txt at lines 5–8, after line 20');
  expect(said(3, 3, 4, 5, 6, 7, 8, 9)).toBe('both change a.txt after line 3, line 5, line 7 and 1 more');
});
