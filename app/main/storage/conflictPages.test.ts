// Danger: the conflict graph that is read is not the one that was stored, or a damaged page is read as if it were whole.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../testkit/random.ts';
import { conflictOf, randomAcuId } from '../../../testkit/store.ts';
import type { ConflictEdge } from '../../core/model.ts';
import { pack, unpack } from '../../core/segmentKey.ts';
import { packConflicts, unpackConflicts } from './conflictPages.ts';

function graphOf(seed: number, size: number): ConflictEdge[] {
  const random = new Random(seed);
  const acus = Array.from({ length: 9 }, () => randomAcuId(random));
  return Array.from({ length: size }, () => conflictOf(random, acus));
}

describe('pages of conflicts', () => {
  it('hold a graph of any size unchanged, in order, with the ACUs it is between', () => {
    fc.assert(fc.property(fc.integer(), fc.oneof(fc.nat({ max: 300 }), fc.constantFrom(0, 4095, 4096, 4097, 9000)), (seed, size) => {
      const graph = graphOf(seed, size);
      const { acus, pages } = packConflicts(graph.values());
      expect(pages.flatMap(unpackConflicts)).toEqual(graph);
      expect(new Set(acus)).toEqual(new Set(graph.flatMap(({ a, b }) => (b === 'base' ? [a] : [a, b]))));
    }), { numRuns: 40 });
  });

  it('that are shorter, longer or point outside their strings are refused', () => {
    const [page] = packConflicts(graphOf(1, 10)).pages;
    const { strings, numbers } = unpack(page!.bytes) as { strings: string[]; numbers: Uint8Array };
    const refused = [
      { count: 9, bytes: page!.bytes }, { count: 11, bytes: page!.bytes },
      { count: 10, bytes: pack({ strings: strings.slice(1), numbers }) },
      { count: 10, bytes: pack({ strings, numbers: numbers.map(() => 0xff) }) },
    ];
    for (const bad of refused) expect(() => unpackConflicts(bad)).toThrow('a page of conflicts');
  });
});
