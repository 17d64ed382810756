// Dangers: a bench that claims a gain where there is none, a bound that is too narrow, an answer that hangs on one slow run or on the order of pairs.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../testkit/random.ts';
import { compare, signedRankQuantile } from './compare.ts';
import { quantileOfTail, upperTail } from './normal.ts';

/** Every way to give n ranks a sign. */
function chanceAtMost(n: number, k: number): number {
  let found = 0;
  for (let signs = 0; signs < 2 ** n; signs++) {
    let sum = 0;
    for (let rank = 1; rank <= n; rank++) if (signs >> (rank - 1) & 1) sum += rank;
    if (sum <= k) found++;
  }
  return found / 2 ** n;
}

/** Sum of many uniform draws. */
const normal = (random: Random): number => {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += random.next() / 2 ** 32;
  return sum;
};

describe('the normal distribution', () => {
  test('is right far out in its tails', () => {
    // Abramowitz and Stegun, tables 26.1 and 26.2
    for (const [z, p] of [[0, 0.5], [1, 0.158655253931457], [2.5, 0.00620966532577613], [3.5, 2.32629079035525e-4], [6, 9.86587645037698e-10], [8, 6.22096057427178e-16]] as const) {
      expect(upperTail(z) / p).toBeCloseTo(1, 10);
      expect(upperTail(-z)).toBeCloseTo(1 - p, 12);
      expect(quantileOfTail(p)).toBeCloseTo(z, 8);
    }
    expect(upperTail(2.999999999) / upperTail(3.000000001)).toBeCloseTo(1, 7); // two ways of computing meet
    fc.assert(fc.property(fc.double({ min: -30, max: -0.001, noNaN: true }), (log) => Math.abs(Math.log(upperTail(quantileOfTail(10 ** log))) / (log * Math.LN10) - 1) < 1e-9));
  });
});

describe('paired runs', () => {
  test('ranks as counted out one by one', () => {
    for (const alpha of [0.05, 0.025, 0.2]) {
      for (let n = 1; n <= 12; n++) {
        const k = signedRankQuantile(n, alpha);
        if (k >= 0) expect(chanceAtMost(n, k)).toBeLessThanOrEqual(alpha);
        expect(chanceAtMost(n, k + 1)).toBeGreaterThan(alpha);
      }
    }
    expect(signedRankQuantile(40, 0.025)).toBe(264); // as in printed tables
    expect(Math.abs(signedRankQuantile(101, 0.025) - signedRankQuantile(100, 0.025) - 42)).toBeLessThan(4); // where the two ways meet
  });

  test('say what they were made of, whatever the order of pairs, and turn round with the sides', () => {
    const runs = fc.array(fc.tuple(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), fc.double({ min: 1e-3, max: 1e3, noNaN: true })), { minLength: 1, maxLength: 40 });
    fc.assert(fc.property(runs, (pairs) => {
      const a = pairs.map(([x]) => x), b = pairs.map(([, x]) => x);
      const there = compare(a, b), back = compare(b, a);
      expect(there.low).toBeLessThanOrEqual(there.atLeast);
      expect(there.atLeast).toBeLessThanOrEqual(there.ratio * (1 + 1e-12));
      expect(there.ratio).toBeLessThanOrEqual(there.atMost * (1 + 1e-12));
      expect(there.atMost).toBeLessThanOrEqual(there.high);
      expect(there.ratio * back.ratio).toBeCloseTo(1, 6);
      expect(compare([...a].reverse(), [...b].reverse())).toEqual(there);
      const same = compare(a, a);
      expect(same.ratio).toBe(1);
    }));
  });

  test('with too few of them, nothing is claimed', () => {
    expect(compare([1, 1, 1, 1, 1], [2, 2, 2, 2, 2])).toMatchObject({ ratio: 2, low: 0, high: Infinity, atLeast: 2 });
    expect(compare([1, 1, 1, 1], [2, 2, 2, 2])).toMatchObject({ atLeast: 0, atMost: Infinity });
    expect(() => compare([1], [])).toThrow('wants pairs');
    expect(() => compare([1], [0])).toThrow('above 0');
  });

  test('one run in ten that took fifty times as long moves the answer little', () => {
    const random = new Random(1);
    const a = Array.from({ length: 40 }, () => Math.exp(0.05 * normal(random)));
    const b = a.map((x, i) => 1.02 * x * Math.exp(0.02 * normal(random)) * (i % 10 === 0 ? 50 : 1));
    const { ratio, high } = compare(a, b);
    expect(ratio).toBeGreaterThan(1.01);
    expect(ratio).toBeLessThan(1.04);
    expect(high).toBeLessThan(1.05);
  });

  test('the interval holds the truth as often as it says, on a machine that drifts', () => {
    const random = new Random(2);
    let held = 0, bounded = 0;
    const rounds = 1000;
    for (let round = 0; round < rounds; round++) {
      const a: number[] = [], b: number[] = [];
      let drift = 0;
      for (let pair = 0; pair < 40; pair++) {
        drift += 0.05 * normal(random);
        a.push(Math.exp(drift + 0.1 * normal(random)));
        b.push(Math.exp(Math.log(1.03) + drift + 0.1 * normal(random)));
      }
      const { low, high, atMost } = compare(a, b);
      if (low <= 1.03 && 1.03 <= high) held++;
      if (1.03 <= atMost) bounded++;
    }
    // 95 % less four standard deviations of a count of 1,000; not much above either, or the interval is too wide
    expect(held).toBeGreaterThan(922);
    expect(held).toBeLessThan(978);
    expect(bounded).toBeGreaterThan(922);
    expect(bounded).toBeLessThan(978);
  });
});
