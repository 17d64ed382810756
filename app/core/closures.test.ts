// Danger: two segments that seem to share nothing because their families were joined in another order, or families that cost the square of the segments.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Oid } from './bytes.ts';
import { Closures } from './closures.ts';

const oid = (n: number): Oid => n.toString(16).padStart(40, '0') as Oid;

test('what stands on what is what walking down finds, and families are what hangs together', () => {
  // of each segment, how far below it those are that it stands on
  fc.assert(fc.property(fc.array(fc.uniqueArray(fc.integer({ min: 1, max: 70 }), { maxLength: 3 }), { maxLength: 120 }), fc.nat({ max: 60 }), (steps, first) => {
    const segments = steps.map((below, i) => ({ tip: oid(i), lower: [...new Set(below.map((n) => i - n).filter((n) => n >= 0))] }));
    const closures = new Closures(segments.slice(0, first));
    for (const s of segments.slice(first)) closures.add(s);
    const under: Set<number>[] = [], together = segments.map((_, i) => i);
    segments.forEach(({ lower }, i) => {
      under.push(new Set([i, ...lower.flatMap((l) => [...under[l]!])]));
      for (const l of lower) { const gone = together[i]!, keep = together[l]!; together.forEach((family, n) => { if (family === gone) together[n] = keep; }); }
    });
    under.forEach((mine, a) => {
      expect(closures.closure(a)).toEqual([...mine].sort((x, y) => x - y));
      under.forEach((theirs, b) => {
        const both = [...mine].filter((n) => theirs.has(n)), tops = both.filter((n) => !both.some((other) => other !== n && under[other]!.has(n)));
        expect(closures.includes(a, b)).toBe(mine.has(b));
        expect(closures.share(a, b)).toBe(both.length > 0);
        expect(closures.commonTops(a, b)).toEqual(tops.sort((x, y) => x - y));
        expect(closures.family[a] === closures.family[b]).toBe(together[a] === together[b]);
      });
    });
  }), { numRuns: 40 });
});

test('a hundred thousand segments, of which each third merges two that each third before it merged, take no square of them', () => {
  const before = process.cpuUsage(), n = 99_999, closures = new Closures(Array.from({ length: n }, (_, i) => ({ tip: oid(i), lower: i % 3 === 2 ? [i - 2, i - 1] : i % 30 === 3 ? [i - 1] : [] })));
  expect(closures.share(2, 5)).toBe(true);
  expect(closures.share(0, 99)).toBe(false);
  expect(closures.closure(32)).toEqual([30, 31, 32]);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(600);
});
