// Danger: what crosses to the writer arrives changed, or an error arrives without its code.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../testkit/random.ts';
import { conflictOf, randomAcuId } from '../../../testkit/store.ts';
import { AcumenError } from '../../core/errors.ts';
import { fromPlain, packConflicts, toPlain, unpackConflicts } from './protocol.ts';

describe('messages to the writer', () => {
  it('carry a conflict graph of any size unchanged', () => {
    fc.assert(fc.property(fc.integer(), fc.nat({ max: 3000 }), (seed, size) => {
      const random = new Random(seed);
      const acus = Array.from({ length: 9 }, () => randomAcuId(random));
      const graph = Array.from({ length: size }, () => conflictOf(random, acus));
      expect([...unpackConflicts(structuredClone(packConflicts(graph.values())))]).toEqual(graph);
    }), { numRuns: 30 });
  });

  it('carry an error with all it says', () => {
    const error = new AcumenError('store-moved', 'Moved.', 'Again.', { expected: 1 });
    expect(fromPlain(structuredClone(toPlain(error)))).toEqual(error);
    expect(fromPlain(structuredClone(toPlain(error)))).toBeInstanceOf(AcumenError);
  });
});
