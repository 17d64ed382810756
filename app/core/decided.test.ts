// The danger: an answer that comes back from the store as another, or on another pair.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PathBytes } from './bytes.ts';
import { afterPair, packPairs, pairsIn, unpackPairs } from './decided.ts';

const int = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });
const place = fc.tuple(int(19), int(12), fc.array(int(2 ** 31 - 1), { maxLength: 6 })).map(([path, kind, regions]) => [path, kind, regions.length, ...regions]);
const answer: fc.Arbitrary<number[]> = fc.oneof(
  int(5).map((reason) => [~reason]), fc.constant(0).map((clean) => [clean]),
  fc.array(place, { minLength: 1, maxLength: 4 }).map((places) => [places.length, ...places.flat()]),
);
/** Runs of neighbours with the same answer among them, as many branches above one conflict make. */
const pairs = fc.array(fc.tuple(int(40), int(60), fc.integer({ min: 1, max: 5 }), answer), { maxLength: 30 }).map((some) => {
  const byPair = new Map<number, number[]>();
  for (const [a, gap, run, numbers] of some) for (let i = 0; i < run; i++) byPair.set(a * 1000 + a + 1 + gap + i, numbers);
  return Int32Array.from([...byPair].sort(([x], [y]) => x - y).flatMap(([key, numbers]) => [Math.floor(key / 1000), key % 1000, ...numbers]));
});

const PATHS = Array.from({ length: 20 }, (_, i) => `path ${i}` as PathBytes), REASONS = Array.from({ length: 6 }, (_, i) => `reason ${i}`);

/** With names in place of numbers. */
function said(decided: Int32Array, { paths, reasons }: { readonly paths: readonly string[]; readonly reasons: readonly string[] }): unknown[] {
  return [...pairsIn(decided)].map((pair) => {
    const [a, b, count] = decided.subarray(pair, pair + 3) as unknown as [number, number, number];
    if (count < 0) return [a, b, reasons[~count]];
    const places: unknown[] = [];
    for (let at = pair + 3; at < afterPair(decided, pair); at += 3 + decided[at + 2]!) places.push([paths[decided[at]!], decided[at + 1], [...decided.subarray(at + 3, at + 3 + decided[at + 2]!)]]);
    return [a, b, places];
  });
}

/** Paths by numbers 6 or 26 higher. */
function renamed(decided: Int32Array): Int32Array {
  const out = decided.slice();
  for (const pair of pairsIn(decided)) for (let at = pair + 3; at < afterPair(decided, pair); at += 3 + decided[at + 2]!) out[at]! += at % 2 === 0 ? 6 : 26;
  return out;
}

describe('decided pairs', () => {
  test('are the same after packing, and equal ones equal bytes whatever their paths were numbered', () => {
    fc.assert(fc.property(pairs, (decided) => {
      const packed = packPairs(decided, PATHS, REASONS), numbers = unpackPairs(packed);
      expect(said(numbers, packed)).toEqual(said(decided, { paths: PATHS, reasons: REASONS }));
      expect(packPairs(numbers, packed.paths, packed.reasons)).toEqual(packed);
      const named = said(decided, { paths: PATHS, reasons: REASONS }).flat(4);
      for (const path of packed.paths) expect(named).toContain(path);
      expect(packPairs(renamed(decided), [...REASONS as unknown as PathBytes[], ...PATHS, ...PATHS], REASONS)).toEqual(packed);
    }), { numRuns: 300 });
  });

  test('of one answer take a few bytes however many they are', () => {
    const many = Int32Array.from(Array.from({ length: 3_000 }, (_, i) => [1, 2 + i, ~0]).flat());
    const packed = packPairs(many, [], ['why']);
    expect(packed.pairs.length).toBeLessThan(10);
    expect([...unpackPairs(packed)]).toEqual([...many]);
  });

  test('end where the bytes end, also where those were cut off', () => {
    const { pairs: bytes, ...rest } = packPairs(Int32Array.from([0, 1, 1, 0, 0, 2, 5, 900, 1, 2, 0]), PATHS, []);
    for (let n = 0; n < bytes.length; n++) expect(unpackPairs({ ...rest, pairs: bytes.slice(0, n) }).length).toBeLessThanOrEqual(11);
  });
});
