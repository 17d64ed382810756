// Danger: a value that is lost, counted twice or put elsewhere while a matrix is sorted, turned, cut or taken together.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { kinds, lengths, sparseOf } from '../../../testkit/matrices.ts';
import type { Sparse } from './model.ts';
import { columnSums, fromTriplets, inverses, mergeColumns, nonzeros, plus, rowLengths, rowSums, selectColumns, selectRows, toDense, toSparse, transpose, valueAt, weighed } from './sparse.ts';

const length = fc.constantFrom(...lengths);
const matrix = fc.record({ seed: fc.nat(), rows: length, cols: length, full: fc.constantFrom(0, 0.05, 0.3, 1) })
  .map(({ seed, rows, cols, full }) => sparseOf(seed, rows, cols, 'whole', full));

/** Row by row, as plain numbers. */
const plain = (a: Sparse): number[][] => Array.from({ length: a.rows }, (_, r) => Array.from({ length: a.cols }, (__, c) => toDense(a).value[r * a.cols + c]! + 0));
const small = matrix.filter((a) => a.rows * a.cols <= 400);

function expectSound(a: Sparse): void {
  expect(a.start.length).toBe(a.rows + 1);
  expect(a.start[0]).toBe(0);
  expect(a.col.length).toBe(nonzeros(a));
  expect(a.value.length).toBe(nonzeros(a));
  for (let r = 0; r < a.rows; r++) {
    expect(a.start[r + 1]).toBeGreaterThanOrEqual(a.start[r]!);
    for (let i = a.start[r]!; i < a.start[r + 1]!; i++) {
      if (i > a.start[r]!) expect(a.col[i]).toBeGreaterThan(a.col[i - 1]!);
      expect(a.col[i]).toBeLessThan(a.cols);
    }
  }
}

test('triplets in any order, with places named many times, are their sums', () => {
  const places = fc.record({ rows: fc.integer({ min: 1, max: 9 }), cols: fc.integer({ min: 1, max: 9 }) }).chain(({ rows, cols }) => fc.record({
    rows: fc.constant(rows), cols: fc.constant(cols),
    list: fc.array(fc.tuple(fc.nat(rows - 1), fc.nat(cols - 1), fc.integer({ min: -9, max: 9 })), { maxLength: 80 }),
  }));
  fc.assert(fc.property(places, ({ rows, cols, list }) => {
    const twin = new Map<string, number>();
    for (const [r, c, v] of list) twin.set(`${r} ${c}`, (twin.get(`${r} ${c}`) ?? 0) + v);
    const a = fromTriplets(rows, cols, Uint32Array.from(list, ([r]) => r), Uint32Array.from(list, ([, c]) => c), Float32Array.from(list, ([, , v]) => v));
    expectSound(a);
    expect(nonzeros(a)).toBe(twin.size);
    for (let r = 0; r < rows; r++) for (let c = 0; c < cols; c++) expect(valueAt(a, r, c)).toBe(twin.get(`${r} ${c}`) ?? 0);
  }), { numRuns: 200 });
});

test('without values each triplet counts 1', () => {
  const a = fromTriplets(2, 3, Uint32Array.of(1, 0, 1, 1), Uint32Array.of(2, 1, 2, 0), null);
  expect(plain(a)).toEqual([[0, 1, 0], [1, 0, 2]]);
});

test('turned twice it is the same, turned once rows are columns', () => {
  fc.assert(fc.property(matrix, (a) => {
    const turned = transpose(a);
    expectSound(turned);
    expect(transpose(turned)).toEqual(a);
    expect(rowSums(turned)).toEqual(columnSums(a));
  }), { numRuns: 60 });
});

test('through a dense one and back nothing changes but stored zeros', () => {
  fc.assert(fc.property(matrix, (a) => {
    const back = toSparse(toDense(a));
    expectSound(back);
    expect(plain(back)).toEqual(plain(a));
    expect(back.value.every((x) => x !== 0)).toBe(true);
  }), { numRuns: 40 });
  const strange = toSparse({ rows: 1, cols: 3, value: Float32Array.of(Number.NaN, -0, 2 ** -149) });
  expect([...strange.col]).toEqual([0, 2]);
});

test('rows and columns are chosen, taken together, weighed and added as plain loops do', () => {
  fc.assert(fc.property(small, small, fc.infiniteStream(fc.nat()), (a, other, numbers) => {
    const draw = (count: number, below: number): Uint32Array => Uint32Array.from({ length: below === 0 ? 0 : count }, () => numbers.next().value! % below);
    const of = plain(a), rows = draw(5, a.rows), cols = draw(5, a.cols);
    const chosen = [selectRows(a, rows), selectColumns(a, cols)] as const;
    chosen.forEach(expectSound);
    expect(plain(chosen[0])).toEqual(Array.from(rows, (r) => of[r]));
    expect(plain(chosen[1])).toEqual(of.map((line) => Array.from(cols, (c) => line[c])));

    const into = Uint32Array.from({ length: a.cols }, () => numbers.next().value! % 4), merged = mergeColumns(a, into, 3);
    expectSound(merged);
    expect(plain(merged)).toEqual(of.map((line) => [0, 1, 2].map((m) => line.reduce((sum, v, c) => sum + (into[c] === m ? v : 0), 0))));

    const byRow = draw(a.rows, 7), byCol = draw(a.cols, 7);
    expect(plain(weighed(a, byRow, null))).toEqual(of.map((line, r) => line.map((v) => v * byRow[r]! + 0)));
    expect(plain(weighed(a, byRow, byCol))).toEqual(of.map((line, r) => line.map((v, c) => v * byRow[r]! * byCol[c]! + 0)));
    expect([...rowLengths(a)]).toEqual(of.map((line) => Math.sqrt(line.reduce((sum, v) => sum + v * v, 0))));

    const same = sparseOf(other.rows, a.rows, a.cols, 'whole', 0.4), sum = plus(a, same);
    expectSound(sum);
    expect(plain(sum)).toEqual(of.map((line, r) => line.map((v, c) => v + plain(same)[r]![c]!)));
  }), { numRuns: 40 });
});

test('what sums to nothing has no inverse', () => {
  expect([...inverses(Float64Array.of(0, 2, -0))]).toEqual([0, 0.5, 0]);
});

test('sums of different shapes are refused', () => {
  for (const kind of kinds) expect(() => plus(sparseOf(1, 2, 3, kind, 1), sparseOf(1, 3, 2, kind, 1))).toThrow('different shapes');
});
