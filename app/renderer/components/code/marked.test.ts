// The danger: a conflict is opened, and one side of it shows another change of that side.
import { Text } from '@codemirror/state';
import { expect, test } from 'vitest';
import { numbered } from '../../../../testkit/small.ts';
import { marked } from './marked.ts';

const base = numbered(40), nothing = { about: [], places: [], markers: false };
const doc = (text: string): Text => Text.of(text.split('\n'));
const side = doc(numbered(40, { 3: 'far away', 30: 'here' }));

test('one begins to read a side at what it changes there, and where nothing is asked for at its first change', () => {
  expect(marked(side, { ...nothing, against: base, about: [{ start: 29, end: 30 }] })).toEqual({ lines: new Map([[3, 'changed'], [30, 'changed']]), first: 30 });
  // between two lines: what touches it
  expect(marked(side, { ...nothing, against: base, about: [{ start: 29, end: 29 }] }).first).toBe(30);
  expect(marked(side, { ...nothing, against: base, about: [{ start: 12, end: 14 }] }).first).toBe(3);
  expect(marked(side, { ...nothing, against: base }).first).toBe(3);
});

test('what is only taken away has no line, and is come to all the same', () => {
  const lines = base.split('\n'), cut = doc(lines.toSpliced(20, 2).join('\n'));
  expect(marked(cut, { ...nothing, against: base, about: [{ start: 20, end: 22 }] })).toEqual({ lines: new Map(), first: 21 });
  expect(marked(doc(base), { ...nothing, against: base }).first).toBeNull();
});
