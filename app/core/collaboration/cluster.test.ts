// Danger: a row that stands twice or nowhere, groups torn apart, an order that changes from one machine or one look to the next.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sparseOf } from '../../../testkit/matrices.ts';
import { Random } from '../../../testkit/random.ts';
import type { Triangle } from '../matrix/model.ts';
import { at } from '../matrix/model.ts';
import { gramPart } from '../matrix/products.ts';
import { fromTriplets, selectRows } from '../matrix/sparse.ts';
import { COMPARED, clusterOf, distance, orderOf } from './cluster.ts';

const drawn = (seed: number, n: number): Triangle => {
  const random = new Random(seed);
  return { n, value: Float32Array.from({ length: (n * (n + 1)) / 2 }, () => random.next() / 2 ** 32) };
};
const numbers = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** People who each know most files of their own team's and few of others'. */
function teams(seed: number, many: number, each: number): { readonly team: number[]; readonly matrix: ReturnType<typeof fromTriplets> } {
  const random = new Random(seed), team = random.shuffle(numbers(many * each).map((i) => i % many)), row: number[] = [], col: number[] = [];
  team.forEach((t, person) => {
    for (let file = 0; file < 20; file++) if (random.chance(0.8)) { row.push(person); col.push(20 * t + file); }
    for (let other = 0; other < 3; other++) { row.push(person); col.push(random.below(20 * many)); }
  });
  return { team, matrix: fromTriplets(many * each, 20 * many, Uint32Array.from(row), Uint32Array.from(col), null) };
}

test('every row stands once, whatever the values', () => {
  fc.assert(fc.property(fc.nat(), fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 12 }), fc.constantFrom('whole', 'ordinary', 'wild'), fc.constantFrom(0, 0.05, 0.5), (seed, rows, cols, kind, full) => {
    expect([...clusterOf(sparseOf(seed, rows, cols, kind, full))].sort((x, y) => x - y)).toEqual(numbers(rows));
  }), { numRuns: 150 });
  fc.assert(fc.property(fc.array(fc.constantFrom(0, 1, 0.5, Number.NaN, Infinity, -1), { minLength: 55, maxLength: 55 }), (value) => {
    expect([...orderOf({ n: 10, value: Float32Array.from(value) })].sort((x, y) => x - y)).toEqual(numbers(10));
  }));
});

test('groups of the slow twin, which joins the most alike two of all, stand together', () => {
  fc.assert(fc.property(fc.nat(), fc.integer({ min: 3, max: 24 }), (seed, n) => {
    const alike = drawn(seed, n), place = new Map([...orderOf(alike)].map((r, i) => [r, i]));
    let groups = numbers(n).map((i) => [i]);
    const mean = (a: number[], b: number[]): number => a.reduce((sum, x) => sum + b.reduce((s, y) => s + alike.value[at(n, x, y)]!, 0), 0) / (a.length * b.length);
    while (groups.length > 1) {
      let [a, b] = [groups[0]!, groups[1]!];
      for (const x of groups) for (const y of groups) if (x !== y && mean(x, y) > mean(a, b)) [a, b] = [x, y];
      groups = [...groups.filter((group) => group !== a && group !== b), [...a, ...b]];
      const places = groups.at(-1)!.map((r) => place.get(r)!);
      expect(Math.max(...places) - Math.min(...places)).toBe(places.length - 1);
    }
  }), { numRuns: 60 });
});

test('teams stand together, whatever the order they came in; and it is the same order again', () => {
  for (const seed of [1, 2, 3]) {
    const { team, matrix } = teams(seed, 7, 9), order = clusterOf(matrix), seen = [...order].map((person) => team[person]!);
    expect(seen.filter((t, i) => i > 0 && t !== seen[i - 1])).toHaveLength(6);
    expect(clusterOf(matrix)).toEqual(order);
    const shuffled = new Random(seed).shuffle(numbers(63)), again = [...clusterOf(selectRows(matrix, shuffled))].map((i) => team[shuffled[i]!]!);
    expect(again.filter((t, i) => i > 0 && t !== again[i - 1])).toHaveLength(6);
  }
});

test('what is alike stands nearer than in any order it came in', () => {
  for (const seed of [1, 2, 3]) {
    const { matrix } = teams(seed, 12, 8), alike = { n: matrix.rows, value: gramPart(matrix, 0, matrix.rows) };
    const ours = distance(alike, clusterOf(matrix)), given = distance(alike, Uint32Array.from(numbers(matrix.rows)));
    expect(given).toBeGreaterThan(0.85);
    expect(ours).toBeLessThan(0.5 * given);
  }
  expect(distance({ n: 0, value: new Float32Array() }, new Uint32Array())).toBe(1);
});

test('a chain that was shuffled is a chain again', () => {
  const n = 40, place = new Random(5).shuffle(numbers(n)), value = new Float32Array((n * (n + 1)) / 2);
  for (let r = 0; r < n; r++) for (let c = r; c < n; c++) value[at(n, r, c)] = 1 / (1 + Math.abs(place[r]! - place[c]!));
  expect(distance({ n, value }, orderOf({ n, value }))).toBeLessThan(1.05 * distance({ n, value }, Uint32Array.from(numbers(n).sort((x, y) => place[x]! - place[y]!))));
});

test('those without values come last, the busier end first', () => {
  const few = fromTriplets(6, 4, Uint32Array.of(1, 1, 3, 4, 5), Uint32Array.of(0, 1, 3, 3, 0), Float32Array.of(1, 1, 9, 8, 1));
  expect([...clusterOf(few)].slice(4)).toEqual([0, 2]);
  expect(new Set([...clusterOf(few)].slice(0, 2))).toEqual(new Set([3, 4]));
});

test('of more rows than are compared each stands beside what it is most like', () => {
  const rows = COMPARED + 40, alike = numbers(rows), order = clusterOf(fromTriplets(rows + 2, 50, Uint32Array.from(alike), Uint32Array.from(alike, (r) => r % 50), Float32Array.from(alike, (r) => rows - r)));
  expect([...order].sort((x, y) => x - y)).toEqual(numbers(rows + 2));
  expect([...order.subarray(rows)]).toEqual([rows, rows + 1]);
  const kinds = [...order.subarray(0, rows)].map((r) => r % 50);
  expect(kinds.filter((kind, i) => i > 0 && kind !== kinds[i - 1])).toHaveLength(49);
});
