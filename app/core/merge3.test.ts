// The danger: a merge that git would stop at and we let through, or the other way round, or clean with other bytes.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { requireGit } from '../../testkit/git.ts';
import { type Hardness, fileTriple, gitMerges } from '../../testkit/lines.ts';
import { Random } from '../../testkit/random.ts';
import { diffLines } from './diff/diff.ts';
import { Interner } from './lines.ts';
import { type LineHunk, hunksConflict, mergeLines, mergeMarked } from './merge3.ts';

const version = requireGit().text;
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
const latin1 = (content: Uint8Array): string => Buffer.from(content).toString('latin1');

function hunks(base: Uint32Array, side: Uint32Array): LineHunk[] {
  const script = diffLines(base, side);
  return Array.from({ length: script.length / 4 }, (_, i) => ({
    start: script[4 * i]!, end: script[4 * i + 1]!,
    removed: base.slice(script[4 * i], script[4 * i + 1]), inserted: side.slice(script[4 * i + 2], script[4 * i + 3]),
  }));
}

/**
 * The slow, obvious twin of hunksConflict, from the definition: join everything that touches until nothing changes, then
 * compare the two texts of each region.
 */
function obviousConflicts(base: Uint32Array, a: readonly LineHunk[], b: readonly LineHunk[]): number[] {
  let regions = [...a, ...b].map((h) => [h.start, h.end] as [number, number]);
  for (let joined = true; joined;) {
    joined = false;
    for (let i = 0; i < regions.length; i++) {
      for (let j = i + 1; j < regions.length; j++) {
        const [x, y] = [regions[i]!, regions[j]!];
        if (x[1] < y[0] || y[1] < x[0]) continue;
        regions[i] = [Math.min(x[0], y[0]), Math.max(x[1], y[1])];
        regions.splice(j, 1);
        joined = true;
        j = i;
      }
    }
  }
  regions = regions.sort((x, y) => x[0] - y[0]);
  const within = (list: readonly LineHunk[], [start, end]: [number, number]): LineHunk[] => list.filter((h) => h.start >= start && h.end <= end);
  const text = (list: readonly LineHunk[], region: [number, number]): string => {
    let at = region[0];
    const out: number[] = [];
    for (const h of within(list, region)) {
      out.push(...base.subarray(at, h.start), ...h.inserted);
      at = h.end;
    }
    return [...out, ...base.subarray(at, region[1])].join();
  };
  return regions.filter((r) => within(a, r).length > 0 && within(b, r).length > 0 && text(a, r) !== text(b, r)).flat();
}

const lines = (most: number, length: number): fc.Arbitrary<Uint32Array> =>
  fc.array(fc.integer({ min: 0, max: most }), { maxLength: length }).map((list) => Uint32Array.from(list));
/** A base and two sides made of it by a few splices, so that touching, equal and overlapping changes are common. */
const triple = fc.oneof(lines(3, 20), lines(40, 30)).chain((base) => {
  const splices = fc.array(fc.tuple(fc.nat(base.length), fc.nat(3), lines(3, 2)), { maxLength: 3 });
  return fc.tuple(splices, splices, splices).map(([shared, forA, forB]) => {
    const side = (list: readonly (readonly [number, number, Uint32Array])[]): Uint32Array => {
      const out = [...base];
      for (const [at, gone, put] of list) out.splice(Math.min(at, out.length), gone, ...put);
      return Uint32Array.from(out);
    };
    return { base, a: side([...shared, ...forA]), b: side([...shared, ...forB]) };
  });
});

describe('hunksConflict', () => {
  test('is the definition', () => {
    fc.assert(fc.property(triple, ({ base, a, b }) => {
      const [toA, toB] = [hunks(base, a), hunks(base, b)];
      const expected = obviousConflicts(base, toA, toB);
      expect([...hunksConflict(toA, toB)]).toEqual(expected);
      expect([...hunksConflict(toB, toA)]).toEqual(expected);
    }), { numRuns: 3000 });
  });

  test('does not depend on how a side is cut into hunks', () => {
    const single = (list: readonly LineHunk[]): LineHunk[] => list.flatMap((h) => {
      if (h.removed.length < 2) return [h];
      return Array.from(h.removed, (line, i) => ({
        start: h.start + i, end: h.start + i + 1, removed: Uint32Array.of(line), inserted: i === 0 ? h.inserted : new Uint32Array(0),
      }));
    });
    fc.assert(fc.property(triple, ({ base, a, b }) => {
      const [toA, toB] = [hunks(base, a), hunks(base, b)];
      expect([...hunksConflict(single(toA), single(toB))]).toEqual([...hunksConflict(toA, toB)]);
      expect([...hunksConflict(single(toA), toB)]).toEqual([...hunksConflict(toA, toB)]);
    }), { numRuns: 1000 });
  });

  test('is the verdict and the places of the whole merge', () => {
    fc.assert(fc.property(triple, ({ base, a, b }) => {
      const merge = mergeLines(base, a, b);
      const places = merge.clean ? [] : merge.places.flatMap((p) => [p.baseStart, p.baseEnd]);
      expect([...hunksConflict(hunks(base, a), hunks(base, b))]).toEqual(places);
    }), { numRuns: 1000 });
  });
});

describe('mergeLines', () => {
  test('sides are interchangeable, an unchanged side yields, a side merges with itself', () => {
    fc.assert(fc.property(triple, ({ base, a, b }) => {
      const ab = mergeLines(base, a, b), ba = mergeLines(base, b, a);
      expect(ab.clean).toBe(ba.clean);
      if (ab.clean && ba.clean) expect(ab.lines).toEqual(ba.lines);
      expect(mergeLines(base, a, base)).toEqual({ clean: true, lines: a });
      expect(mergeLines(base, a, a)).toEqual({ clean: true, lines: a });
    }), { numRuns: 1000 });
  });

  test('places are the same stretch in all three files', () => {
    fc.assert(fc.property(triple, ({ base, a, b }) => {
      const merge = mergeLines(base, a, b);
      if (merge.clean) return;
      let last = { baseEnd: 0, aEnd: 0, bEnd: 0 };
      for (const place of merge.places) {
        // Outside the places the merge of what lies between is clean.
        const between = mergeLines(base.subarray(last.baseEnd, place.baseStart), a.subarray(last.aEnd, place.aStart), b.subarray(last.bEnd, place.bStart));
        expect(between.clean).toBe(true);
        last = place;
      }
    }));
  });

  const slices: readonly (readonly [Hardness, number])[] = [['tiny', 2500], ['code', 500], ['frequent', 250], ['large', 25]];
  test.each(slices)(`verdict, bytes and markers are merge-ort's on %s files`, (hardness, count) => {
    const random = new Random(40_260 + count);
    const triples = Array.from({ length: count }, () => fileTriple(random, hardness));
    const expected = gitMerges(triples);
    const wrong = triples.flatMap((texts, i) => {
      const interner = new Interner();
      const [base, a, b] = texts.map((t) => interner.internLines(bytes(t))) as [Uint32Array, Uint32Array, Uint32Array];
      const git = expected[i]!;
      const merge = mergeLines(base, a, b);
      const marked = mergeMarked(base, a, b, interner, { a: bytes('a'), b: bytes('b') });
      const right = merge.clean === !git.conflict
        && (!merge.clean || latin1(interner.join(merge.lines)) === git.text)
        && latin1(marked.bytes) === git.text && marked.conflicts > 0 === git.conflict
        && hunksConflict(hunks(base, a), hunks(base, b)).length > 0 === git.conflict;
      return right ? [] : [{ texts, clean: merge.clean, marked: latin1(marked.bytes), git }];
    });
    expect(wrong, `against git ${version}`).toEqual([]);
    const conflicts = expected.filter((m) => m.conflict).length;
    expect(conflicts).toBeGreaterThan(count / 10);
    expect(conflicts).toBeLessThan(count * 0.9);
  });
});
