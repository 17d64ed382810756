// Danger: a product that is wrong at an edge, where a tile is cut, where nothing is stored, or where a value is no number; an error larger than said;
// another answer in parts; one that nobody can stop.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Kind, denseOf, kinds, lengths, sparseOf } from '../../../testkit/matrices.ts';
import { BLOCK, DEPTH } from './dense.ts';
import type { Matrix, Multiplier, Sparse } from './model.ts';
import { at } from './model.ts';
import { shapeOf } from './planner.ts';
import { denseMultiplier, sparseMultiplier } from './processor.ts';
import { Lists, gramPart, partnersOf } from './products.ts';
import { nonzeros, valueAt } from './sparse.ts';
import { exactTimes, firstDifference, isClose } from './twin.ts';

const ways: readonly Multiplier[] = [sparseMultiplier(), denseMultiplier()];
const length = fc.constantFrom(...lengths), kind = fc.constantFrom(...kinds);
const made = (seed: number, rows: number, cols: number, of: Kind, full: number): Matrix => (full === 2 ? denseOf(seed, rows, cols, of) : sparseOf(seed, rows, cols, of, full));
const fullness = fc.constantFrom(0, 0.05, 0.3, 1, 2);

test('every way is the twin within k·2⁻²⁴ of the sizes, in every shape and mixture, for every value', async () => {
  await fc.assert(fc.asyncProperty(fc.nat(), length, length, length, kind, fullness, fullness, async (seed, rows, others, inner, of, full, otherFull) => {
    const a = made(seed, rows, inner, of, full), b = made(seed + 1, others, inner, of, otherFull);
    const exact = exactTimes(a, b), own = exactTimes(a, a);
    for (const way of ways) {
      const times = await way.times(a, b), gram = await way.gram(a);
      expect(firstDifference(times, exact, inner), `${way.by} times`).toBeNull();
      expect(firstDifference(gram, own, inner), `${way.by} gram`).toBeNull();
      if (of === 'whole') expect([...times.value].map((x) => x + 0)).toEqual([...exact.value].map((x) => x + 0));
    }
  }), { numRuns: 150 });
});

test('beyond one block and one panel', async () => {
  for (const [rows, others, inner] of [[BLOCK + 3, 5, DEPTH + 5], [3, 2 * BLOCK + 1, 2 * DEPTH], [1, BLOCK + 1, DEPTH + 1]] as const) {
    const a = denseOf(rows, rows, inner, 'ordinary'), b = sparseOf(others, others, inner, 'ordinary', 0.05);
    for (const way of ways) {
      expect(firstDifference(await way.times(a, b), exactTimes(a, b), inner), way.by).toBeNull();
      expect(firstDifference(await way.gram(b), exactTimes(b, b), inner), way.by).toBeNull();
    }
    expect(firstDifference(await ways[1]!.gram(a), exactTimes(a, a), inner)).toBeNull();
  }
});

test('what is symmetric is the same on both sides, and with itself as with another', async () => {
  await fc.assert(fc.asyncProperty(fc.nat(), length, length, fc.constantFrom(0.1, 1), async (seed, rows, inner, full) => {
    const a = sparseOf(seed, rows, inner, 'ordinary', full);
    for (const way of ways) {
      const { value } = await way.times(a, a), gram = await way.gram(a);
      expect(value).toEqual(Float32Array.from({ length: rows * rows }, (_, i) => gram.value[at(rows, Math.floor(i / rows), i % rows)]!));
    }
  }), { numRuns: 40 });
});

test('parts of it, one after another, are the whole, bit by bit', async () => {
  await fc.assert(fc.asyncProperty(fc.nat(), length, length, fc.array(fc.nat(67), { maxLength: 5 }), async (seed, rows, inner, cuts) => {
    const a = sparseOf(seed, rows, inner, 'wild', 0.3), edges = [0, ...cuts.filter((cut) => cut < rows).sort((x, y) => x - y), rows];
    const parts = edges.slice(1).flatMap((to, i) => [...gramPart(a, edges[i]!, to)]);
    expect(parts).toEqual([...(await ways[0]!.gram(a)).value]);
  }), { numRuns: 60 });
});

test('does as many multiplications as are counted before', () => {
  fc.assert(fc.property(fc.nat(), length, length, length, (seed, rows, others, inner) => {
    const a = sparseOf(seed, rows, inner, 'whole', 0.3), b = sparseOf(seed + 1, others, inner, 'whole', 0.3);
    const out = new Float32Array(Math.max(rows, others)), own = new Lists(a), other = new Lists(b);
    let times = 0, gram = 0;
    for (let r = 0; r < rows; r++) {
      times += other.times(a, r, out, 0);
      gram += own.gram(a, r, out, 0);
    }
    expect([times, gram]).toEqual([shapeOf(a, b).sparse, shapeOf(a, null).sparse]);
  }), { numRuns: 40 });
});

test('the strongest partners are those of the whole product', () => {
  fc.assert(fc.property(fc.nat(), length, length, fc.nat(6), fc.constantFrom<Kind>('whole', 'ordinary'), (seed, rows, inner, most, of) => {
    const a = sparseOf(seed, rows, inner, of, 0.3), found = partnersOf(a, most);
    const all = asLists(a);
    for (let r = 0; r < rows; r++) {
      const wanted = Array.from({ length: rows }, (_, c) => c).filter((c) => c !== r && all[r * rows + c]! > 0).sort((x, y) => all[r * rows + y]! - all[r * rows + x]! || x - y).slice(0, most);
      expect([...found.col.subarray(found.start[r], found.start[r + 1])]).toEqual(wanted.sort((x, y) => x - y));
      for (const c of wanted) expect(valueAt(found, r, c)).toBe(all[r * rows + c]);
    }
    expect(nonzeros(found)).toBe(found.col.length);
  }), { numRuns: 60 });
});

/** The product in 32 bits, rounded as the lists round it. */
function asLists(a: Sparse): Float32Array {
  const all = new Float32Array(a.rows * a.rows);
  for (let r = 0; r < a.rows; r++) {
    for (let i = a.start[r]!; i < a.start[r + 1]!; i++) for (let c = 0; c < a.rows; c++) all[r * a.rows + c]! += a.value[i]! * valueAt(a, c, a.col[i]!);
  }
  return all;
}

test('is given up between pieces, and lets others in', async () => {
  const a = denseOf(1, 300, 700, 'ordinary');
  for (const make of [sparseMultiplier, denseMultiplier]) {
    const stop = { aborted: false };
    let rests = 0;
    const way = make(() => { if (++rests === 3) stop.aborted = true; return Promise.resolve(); });
    await expect(way.times(a, a, stop)).rejects.toMatchObject({ code: 'cancelled' });
    expect(rests).toBe(3);
    await expect(way.gram(a, { aborted: true })).rejects.toMatchObject({ code: 'cancelled' });
  }
});

test('refuses rows of different lengths, and what would not fit', async () => {
  for (const way of ways) {
    await expect(way.times(denseOf(1, 2, 3, 'whole'), denseOf(1, 2, 4, 'whole'))).rejects.toMatchObject({ code: 'bug' });
    await expect(way.gram(sparseOf(1, 100_000, 0, 'whole', 0))).rejects.toMatchObject({ code: 'too-large' });
  }
});

test('the twin tells a wrong product', async () => {
  const a = denseOf(3, 5, 7, 'ordinary'), product = await ways[0]!.times(a, a), exact = exactTimes(a, a);
  product.value[13]! *= 1 + 2 ** -18;
  expect(firstDifference(product, exact, 7)).toContain('(2, 3)');
  expect(isClose(Number.NaN, 1, 1, 7)).toBe(false);
  expect(isClose(1, Number.NaN, 1, 7)).toBe(false);
  expect(isClose(Infinity, -Infinity, 1, 7)).toBe(false);
  expect(firstDifference({ rows: 5, cols: 4, value: new Float32Array(20) }, exact, 7)).toBe('the shapes differ');
});
