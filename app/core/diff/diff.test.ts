// The danger: a hunk one line off from git's. Verdicts and composed trees stand on these scripts, and a hunk that slid
// elsewhere, or a repeated line matched differently, is a false conflict, a missed one, or wrong bytes.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { requireGit } from '../../../testkit/git.ts';
import { type Hardness, filePair, gitScripts } from '../../../testkit/lines.ts';
import { Random } from '../../../testkit/random.ts';
import { Interner } from '../lines.ts';
import { diffLines, diffLinesMyers } from './diff.ts';

const version = requireGit().text;

type Diff = (a: Uint32Array, b: Uint32Array) => Int32Array;
const algorithms: readonly (readonly ['histogram' | 'myers', Diff])[] = [['histogram', diffLines], ['myers', diffLinesMyers]];

const ids = fc.oneof(
  fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 40 }),
  fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 200 }),
  fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 130, maxLength: 400 }),
).map((list) => Uint32Array.from(list));

function applied(a: Uint32Array, b: Uint32Array, script: Int32Array): Uint32Array {
  const parts: Uint32Array[] = [];
  let at = 0;
  for (let i = 0; i < script.length; i += 4) {
    parts.push(a.subarray(at, script[i]), b.subarray(script[i + 2], script[i + 3]));
    at = script[i + 1]!;
  }
  parts.push(a.subarray(at));
  const out = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let filled = 0;
  for (const part of parts) {
    out.set(part, filled);
    filled += part.length;
  }
  return out;
}

/** Quicker than expect() on a million elements. */
function same(x: Uint32Array, y: Uint32Array): boolean { return x.length === y.length && x.every((line, i) => line === y[i]); }

describe.each(algorithms)('%s', (algorithm, diff) => {
  test('a script turns a into b, in order, with an unchanged line between changes', () => {
    fc.assert(fc.property(ids, ids, (a, b) => {
      const script = diff(a, b);
      expect(applied(a, b, script)).toEqual(b);
      for (let i = 0; i < script.length; i += 4) {
        expect(script[i + 1]! - script[i]! + script[i + 3]! - script[i + 2]!).toBeGreaterThan(0);
        if (i > 0) {
          expect(script[i]).toBeGreaterThan(script[i - 3]!);
          expect(script[i]! - script[i - 3]!).toBe(script[i + 2]! - script[i - 1]!);
        }
      }
    }), { numRuns: 400 });
  });

  test('equal files have no changes; an empty side is one change', () => {
    fc.assert(fc.property(ids, (a) => {
      expect([...diff(a, a.slice())]).toEqual([]);
      const none = new Uint32Array(0);
      expect([...diff(none, a)]).toEqual(a.length ? [0, 0, 0, a.length] : []);
      expect([...diff(a, none)]).toEqual(a.length ? [0, a.length, 0, 0] : []);
    }));
  });

  test('files that fill the room for flags to its last place, one after another', () => {
    for (const lines of [4097, 1, 4096, 4095, 8194, 8193, 3, 16_388, 16_387, 4096]) {
      const a = Uint32Array.from({ length: lines }, (_, i) => i), b = a.slice();
      expect(diff(a, b)).toEqual(new Int32Array(0));
      b[lines - 1] = lines;
      expect(diff(a, b)).toEqual(Int32Array.of(lines - 1, lines, lines - 1, lines));
      expect(diff(a, a.subarray(0, lines - 1))).toEqual(Int32Array.of(lines - 1, lines, lines - 1, lines - 1));
    }
  });

  test('only equality of ids matters, not their values', () => {
    fc.assert(fc.property(ids, ids, fc.integer({ min: 1, max: 2 ** 24 }), (a, b, factor) => {
      const far = (list: Uint32Array): Uint32Array => list.map((id) => 2 ** 31 + id * factor);
      const reversed = (list: Uint32Array): Uint32Array => list.map((id) => 1000 - id);
      const script = [...diff(a, b)];
      expect([...diff(far(a), far(b))]).toEqual(script);
      expect([...diff(reversed(a), reversed(b))]).toEqual(script);
    }), { numRuns: 200 });
  });

  const slices: readonly (readonly [Hardness, number])[] = [['tiny', 1500], ['code', 400], ['frequent', 200], ['large', 25]];
  test.each(slices)(`is git's own answer on %s files`, (hardness, count) => {
    const random = new Random(20_260 + count);
    const pairs = Array.from({ length: count }, () => filePair(random, hardness));
    const expected = gitScripts(pairs, algorithm);
    const wrong = pairs.flatMap((pair, i) => {
      const interner = new Interner();
      const [a, b] = pair.map((text) => interner.internLines(Buffer.from(text, 'latin1'))) as [Uint32Array, Uint32Array];
      const script = diff(a, b).join();
      return script === expected[i]!.join() ? [] : [{ pair, script, git: expected[i]!.join() }];
    });
    expect(wrong, `against git ${version}`).toEqual([]);
  });
});

// The twin again, but all files over two lines up to length 6: nothing small can slip through a generator's gaps.
test(`is git's own answer on all files of up to six lines of two kinds`, () => {
  const files: string[] = [];
  for (let length = 0; length <= 6; length++) {
    for (let bits = 0; bits < 1 << length; bits++) files.push(Array.from({ length }, (_, i) => (bits >> i & 1 ? 'x\n' : 'y\n')).join(''));
  }
  const pairs = files.flatMap((a) => files.map((b) => [a, b] as const));
  const expected = gitScripts(pairs, 'histogram');
  const interner = new Interner();
  const wrong = pairs.filter(([a, b], i) =>
    diffLines(interner.internLines(Buffer.from(a)), interner.internLines(Buffer.from(b))).join() !== expected[i]!.join());
  expect(wrong, `against git ${version}`).toEqual([]);
});

test('a million lines, in seconds, also where no line is rare and where every second one changed', () => {
  const random = new Random(7);
  const million = Uint32Array.from({ length: 1_000_000 }, (_, i) => i);
  const edited = million.slice();
  for (let i = 0; i < 1000; i++) edited[random.below(edited.length)] = 2_000_000 + i;
  const started = performance.now();
  expect(same(applied(million, edited, diffLines(million, edited)), edited)).toBe(true);
  const few = million.map((i) => i % 7);
  const fewEdited = few.slice(3);
  fewEdited[500_000] = 9;
  expect(same(applied(few, fewEdited, diffLines(few, fewEdited)), fewEdited)).toBe(true);
  // Every second line: as many runs as lines, all equally long.
  const inStep = million.map((line, i) => (i % 2 ? line : line + 1_000_000));
  expect(diffLines(million, inStep).length / 4).toBe(500_000);
  expect(performance.now() - started).toBeLessThan(30_000);
});
