// Danger: a guide that cannot be left, goes on by itself, or waits for what was done already.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { begin, goBack, goOn, leave, rememberedGuide, steps, useGuide } from './guide.ts';
import type { Scene } from './guide.ts';

const empty: Scene = { composed: '', members: 0, found: false, leftOut: false, filtered: false, operation: 1, kind: 'import' };

test('each step is done by what it asks for, and not by nothing', () => {
  const doing: Readonly<Record<string, Partial<Scene>>> = {
    counts: { filtered: true }, largest: { found: true }, take: { members: 3, composed: 'a b c' }, why: { leftOut: true }, swap: { composed: 'a b d' }, diff: {},
    write: { operation: 2, kind: 'write-branch' }, undo: { operation: 2, kind: 'undo' },
  };
  expect(Object.keys(doing)).toEqual(steps.map(({ id }) => id));
  for (const { id, isDone } of steps) {
    expect(isDone?.(empty, empty) ?? false, id).toBe(false);
    // what is only read is gone on from by hand
    expect(isDone?.({ ...empty, ...doing[id] }, empty) ?? id === 'diff', id).toBe(true);
  }
});

test('left and taken up again it stands where it was; at its end it begins anew; whatever is stored, it is a step', () => {
  begin(); goOn(); goOn(); leave();
  expect(useGuide.getState()).toEqual({ at: null, reached: 2 });
  begin();
  expect(useGuide.getState().at).toBe(2);
  goBack();
  expect(useGuide.getState().at).toBe(1);
  for (let i = 0; i < steps.length; i++) goOn();
  expect(useGuide.getState()).toEqual({ at: null, reached: steps.length });
  begin();
  expect(useGuide.getState().at).toBe(0);
  leave();
  fc.assert(fc.property(fc.oneof(fc.string(), fc.constant(null), fc.integer().map(String)), (text) => { const reached = rememberedGuide(text); expect(reached >= 0 && reached <= steps.length).toBe(true); }));
});
