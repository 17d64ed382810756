// Danger: a difference that leads elsewhere than the whole would: replay, undo and every replica would part from what was composed.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AcuId, Oid } from './bytes.ts';
import { applyCompositionChange, changeOfComposition, compositionChanged, listAfter } from './composition.ts';
import { emptyState, foldEvent } from './fold.ts';
import type { Composition } from './model.ts';

const of = (acus: readonly string[], base = 'b'): Composition => ({ id: 'main', name: 'Composition', base: base as Oid, acus: acus as readonly AcuId[] });
const acus = fc.uniqueArray(fc.integer({ min: 0, max: 12 }).map(String), { maxLength: 9 });

describe('a composition told by its difference', () => {
  it('is the same as told whole, for every two', () => {
    fc.assert(fc.property(acus, acus, fc.boolean(), fc.boolean(), (old, fresh, sorted, moved) => {
      const before = of(sorted ? old.toSorted() : old), now = of(sorted ? fresh.toSorted() : fresh, moved ? 'c' : 'b');
      const change = changeOfComposition(before, now);
      if (change !== null) expect(applyCompositionChange(before, change)).toEqual(now);
      expect(foldEvent({ ...emptyState, composition: before }, compositionChanged(before, now)).composition).toEqual(now);
      // sorted lists keep their order, so that only what says more than the whole is told whole
      if (sorted && change === null) expect(old.filter((a) => !fresh.includes(a)).length + fresh.filter((a) => !old.includes(a)).length).toBeGreaterThan(fresh.length);
    }), { numRuns: 500 });
  });

  it('is small: one that came, or one that went, of a thousand', () => {
    const many = Array.from({ length: 1000 }, (_, n) => String(n).padStart(4, '0'));
    expect(changeOfComposition(of(many), of(many.toSpliced(400, 1)))).toEqual({ gone: [400], come: [], at: [] });
    expect(changeOfComposition(of(many.toSpliced(400, 1)), of(many))).toEqual({ gone: [], come: ['0400'], at: [400] });
  });

  it('is refused where it does not fit what was', () => {
    for (const [gone, at] of [[[3], []], [[], [9]], [[0, 1, 2, 3], []], [[0], [7]]]) {
      expect(() => listAfter(['x', 'y', 'z'], gone!, at!.map(String), at!)).toThrow('BUG');
    }
  });
});
