// Dangers: a slower machine taken for a slower operation, and the other way round; weights that fit the baseline and nothing else; one operation's
// slowdown told of another.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../../testkit/random.ts';
import { type Shifts, commonOf, commonsOf, expected, fit, leastSquares, windowOf } from './expected.ts';

const normal = (random: Random): number => {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += random.next() / 2 ** 32;
  return sum;
};
/** By how much four deviations and a half are told. */
const told = (beyond: Float64Array): number => 4.5 * Math.sqrt(beyond.reduce((sum, value) => sum + value * value, 0) / beyond.length);

/** Minutes of a machine whose memory is slow for some ten minutes now and then: `small`, `tiny` and a reference feel it, the others hardly. */
function minutes(random: Random, n: number): Shifts[] {
  let memory = 0;
  return Array.from({ length: n }, () => {
    memory = 0.9 * memory + 0.04 * normal(random);
    const noise = (): number => 0.012 * normal(random);
    return new Map([['a', noise()], ['b', noise()], ['c', 0.1 * memory + noise()], ['d', noise()], ['small', 1.2 * memory + noise()], ['tiny', memory + noise()], ['reference', memory + noise()]]);
  });
}
const deviation = (values: ArrayLike<number>): number => told(Float64Array.from(values)) / 4.5;

test('what another one feels, too, is expected: of minutes that the weights were not made of, as well', () => {
  const random = new Random(31), all = minutes(random, 120), later = minutes(random, 400);
  const { expectation, beyond } = fit(all.map(windowOf), 'small', 1, told);
  const alone = later.map((shifts) => shifts.get('small')! - commonOf(shifts, 'small')), left = later.map((shifts) => shifts.get('small')! - expected(expectation, shifts, 'small'));
  expect(deviation(left)).toBeLessThan(0.5 * deviation(alone));
  // what is said to scatter scatters
  expect(deviation(beyond) / deviation(left)).toBeGreaterThan(0.75);
  expect(deviation(beyond) / deviation(left)).toBeLessThan(1.33);
});

test('where nothing else explains it, the common part is left to itself; so is a short baseline', () => {
  const random = new Random(32);
  const apart = (n: number): Shifts[] => Array.from({ length: n }, () => {
    const machine = 0.1 * normal(random);
    return new Map(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => [name, machine + 0.03 * normal(random)]));
  });
  let fitted = 0;
  for (let round = 0; round < 40; round++) if (fit(apart(60).map(windowOf), 'a', 1, told).expectation.weights.length > 0) fitted++;
  expect(fitted).toBeLessThanOrEqual(2);
  expect(fit(minutes(random, 19).map(windowOf), 'small', 1, told).expectation.weights).toHaveLength(0);
  expect(fit(minutes(random, 57).map(windowOf), 'small', 3, told).expectation.weights).toHaveLength(0);
});

test('another that takes ten times as long says no more than the baseline has seen of it, nothing is expected to take less because another takes more, and who is not there is as all are', () => {
  const random = new Random(33), all = minutes(random, 120), { expectation } = fit(all.map(windowOf), 'small', 1, told);
  const quiet = new Map([...all[0]!.keys()].map((name) => [name, 0]));
  const most = expected(expectation, new Map([...quiet, ['tiny', 0.3]]), 'small');
  for (const name of quiet.keys()) {
    const much = expected(expectation, new Map([...quiet, [name, Math.log(10)]]), 'small');
    expect(much).toBeGreaterThanOrEqual(expected(expectation, quiet, 'small'));
    expect(much).toBeLessThan(0.3);
  }
  expect(expected(expectation, new Map([...quiet, ['tiny', Math.log(10)]]), 'small')).toBe(most);
  expect(expected(expectation, new Map([...quiet].filter(([name]) => name !== 'tiny')), 'small')).toBeCloseTo(expected(expectation, quiet, 'small'), 12);
});

test('what all others have in common is the same, put in order once or for each', () => {
  fc.assert(fc.property(fc.array(fc.oneof(fc.constantFrom(0, 0.5), fc.double({ min: -2, max: 2, noNaN: true })), { maxLength: 12 }), (values) => {
    const shifts = new Map(values.map((value, i) => [String(i), value])), commons = commonsOf(shifts);
    expect([...commons.keys()]).toEqual([...shifts.keys()]);
    for (const name of shifts.keys()) expect(commons.get(name)).toBeCloseTo(commonOf(shifts, name), 12);
  }));
});

test('weights are the best there are: none nearby leaves less', () => {
  const value = fc.double({ min: -1, max: 1, noNaN: true });
  fc.assert(fc.property(fc.array(fc.tuple(value, value, value, value), { minLength: 4, maxLength: 30 }), fc.double({ min: 0.01, max: 3, noNaN: true }), (rows, penalty) => {
    const columns = [0, 1, 2].map((i) => Float64Array.from(rows, (row) => row[i]!)), own = Float64Array.from(rows, (row) => row[3]);
    const weights = leastSquares(columns, own, penalty);
    const loss = (at: ArrayLike<number>): number => rows.reduce((sum, row) => sum + (row[3] - row[0] * at[0]! - row[1] * at[1]! - row[2] * at[2]!) ** 2, 0) + penalty * (at[0]! ** 2 + at[1]! ** 2 + at[2]! ** 2);
    const least = loss(weights);
    for (let i = 0; i < 3; i++) {
      expect(weights[i]).toBeGreaterThanOrEqual(i === 0 ? -1 : 0);
      for (const step of [-0.05, -0.005, 0.005, 0.05]) {
        const nearby = Array.from(weights);
        nearby[i] = Math.max(i === 0 ? -1 : 0, nearby[i]! + step);
        expect(loss(nearby)).toBeGreaterThanOrEqual(least - 1e-6);
      }
    }
  }), { numRuns: 200 });
});
