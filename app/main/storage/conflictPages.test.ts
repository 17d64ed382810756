// Danger: the conflict graph that is read is not the one that was stored, or a damaged page is read as if it were whole.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../testkit/random.ts';
import { conflictOf, randomAcuId } from '../../../testkit/store.ts';
import type { AcuId } from '../../core/bytes.ts';
import { EdgeList, THE_BASE, VERDICTS } from '../../core/edgeList.ts';
import type { ConflictEdge } from '../../core/model.ts';
import { pack, unpack } from '../../core/segmentKey.ts';
import { packConflicts, unpackConflicts, type ConflictPage } from './conflictPages.ts';

function graphOf(seed: number, size: number): ConflictEdge[] {
  const random = new Random(seed);
  const acus = Array.from({ length: 9 }, () => randomAcuId(random));
  return Array.from({ length: size }, () => conflictOf(random, acus));
}

const nobody = (number: number): never => { throw new Error(`nobody has ${number}`); };

/** As formats 7 to 10 wrote it. */
function namedPage(graph: readonly ConflictEdge[]): ConflictPage {
  const strings = [...new Set(graph.flatMap(({ a, b, verdict }) => [a, b, verdict]))], numbers = graph.flatMap(({ a, b, verdict }) => [a, b, verdict].map((s) => strings.indexOf(s)));
  return { count: graph.length, bytes: pack({ strings, numbers: new Uint8Array(Uint32Array.from(numbers).buffer) }) };
}

describe('pages of conflicts', () => {
  it('hold a graph of any size unchanged, in order, with the ACUs it is between', () => {
    fc.assert(fc.property(fc.integer(), fc.oneof(fc.nat({ max: 300 }), fc.constantFrom(0, 4095, 4096, 4097, 9000)), (seed, size) => {
      const graph = graphOf(seed, size);
      const { acus, pages } = packConflicts(graph.values());
      expect(pages.flatMap((page) => unpackConflicts(page, nobody))).toEqual(graph);
      expect(new Set(acus)).toEqual(new Set(graph.flatMap(({ a, b }) => (b === 'base' ? [a] : [a, b]))));
    }), { numRuns: 40 });
  });

  it('tell ACUs that are stored by their numbers, and others by their ids', () => {
    fc.assert(fc.property(fc.integer(), fc.nat({ max: 300 }), fc.integer({ min: 1, max: 2 ** 40 }), (seed, size, first) => {
      const graph = graphOf(seed, size), ids = [...new Set(graph.map(({ a }) => a))].filter((_, n) => n % 2 === 0);
      const { pages } = packConflicts(graph, [], (id) => { const n = ids.indexOf(id); return n < 0 ? 0 : first + n; });
      expect(pages.flatMap((page) => unpackConflicts(page, (number) => ids[number - first] ?? nobody(number)))).toEqual(graph);
    }), { numRuns: 40 });
  });

  it('of edges that are numbers are those of the edges themselves, byte for byte, whatever is known of their ACUs before', () => {
    fc.assert(fc.property(fc.integer(), fc.constantFrom(1, 12, 3000), fc.oneof(fc.nat({ max: 300 }), fc.constantFrom(0, 4095, 4096, 4097, 9000)), (seed, acus, size) => {
      const random = new Random(seed), ids = Array.from({ length: acus }, () => randomAcuId(random)), list = new EdgeList(ids), kept: number[] = [];
      for (let i = 0; i < size; i++) list.add(random.below(acus), random.chance(0.1) ? THE_BASE : random.below(acus), random.below(VERDICTS.length));
      const graph = [...list], places = new Map(ids.map((id, n) => [id, n])), numberOf = (id: AcuId): number => { const n = places.get(id)!; return n % 3 === 0 ? 0 : 1000 + n; };
      expect(graph.every(({ a, b }) => b === 'base' || a <= b)).toBe(true);
      for (let again = 0; again < 2; again++) expect(packConflicts(list, ids.slice(0, 1), numberOf, () => kept)).toEqual(packConflicts(graph, ids.slice(0, 1), numberOf));
      expect(packConflicts(list)).toEqual(packConflicts(graph));
    }), { numRuns: 30 });
  });

  it('of older formats are read', () => {
    const graph = graphOf(2, 200);
    expect(unpackConflicts(namedPage(graph), nobody)).toEqual(graph);
  });

  it('that are shorter, longer or point outside their ACUs are refused', () => {
    const graph = graphOf(1, 10), { bytes } = packConflicts(graph).pages[0]!, named = namedPage(graph);
    const { strings, numbers } = unpack(named.bytes) as { strings: string[]; numbers: Uint8Array };
    const refused = [
      { count: 9, bytes }, { count: 11, bytes }, ...Array.from({ length: bytes.length - 1 }, (_, n) => ({ count: 10, bytes: bytes.subarray(0, n + 1) })),
      { count: 10, bytes: bytes.with(bytes.length - 1, 0x7f) }, { count: 10, bytes: bytes.with(1, 0x7f) }, { count: 0, bytes: Uint8Array.of(2, 0xff, 0xff, 0x7f) },
      { count: 9, bytes: named.bytes }, { count: 11, bytes: named.bytes },
      { count: 10, bytes: pack({ strings: strings.slice(1), numbers }) }, { count: 10, bytes: pack({ strings, numbers: numbers.map(() => 0xff) }) },
    ];
    for (const bad of refused) expect(() => unpackConflicts(bad, () => graph[0]!.a)).toThrow(/a page of conflicts|an id is cut off/);
  });
});
