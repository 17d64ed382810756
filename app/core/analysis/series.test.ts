// Dangers: a trend that is only a wandering, a forecast surer than it may be, a change point in an outlier, a fast way that is not the slow one.
import fc from 'fast-check';
import { linearRegression, medianAbsoluteDeviation, sampleRankCorrelation } from 'simple-statistics';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../testkit/random.ts';
import { changes, pelt } from './changes.ts';
import { forecast } from './forecast.ts';
import { memory, ranks, spread } from './robust.ts';
import { trend } from './trend.ts';

const normal = (random: Random): number => {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += random.next() / 2 ** 32;
  return sum;
};
/** A series in which each value is `phi` of the one before, with deviation 1. */
function wandering(random: Random, n: number, phi: number): number[] {
  let x = normal(random);
  return Array.from({ length: n }, () => (x = phi * x + Math.sqrt(1 - phi * phi) * normal(random)));
}
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const numbers = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 8, maxLength: 40 });

describe('centre, spread and memory', () => {
  test('are what simple-statistics says where it has them', () => {
    fc.assert(fc.property(numbers, (values) => {
      // the same on both sides, and nothing in the middle
      const both = values.flatMap((x, i) => [Math.abs(x) + 1 + i / 100, -Math.abs(x) - 1 - i / 100]);
      const found = spread(both)!;
      expect(found.centre).toBeCloseTo(0, 9);
      expect(found.above).toBeCloseTo(found.below, 9);
      expect(found.above).toBeCloseTo(1.482602218505602 * medianAbsoluteDeviation(both), 6);
      // Spearman's is Pearson's of the ranks
      const other = values.map((x, i) => (x * 7 + i * i) % 23);
      const a = ranks(values), b = ranks(other), mean = (values.length + 1) / 2;
      const dot = (x: Float64Array, y: Float64Array): number => x.reduce((sum, v, i) => sum + (v - mean) * (y[i]! - mean), 0);
      if (new Set(values).size === values.length && new Set(other).size === other.length) expect(dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))).toBeCloseTo(sampleRankCorrelation(values, other), 9);
    }));
  });

  test('memory is (1 + φ) ÷ (1 − φ) of a series that keeps φ of itself', () => {
    const random = new Random(5);
    expect(memory(wandering(random, 2000, 0))).toBeLessThan(1.3);
    expect(memory(wandering(random, 4000, 0.8))).toBeGreaterThan(6);
    expect(memory(wandering(random, 4000, 0.8))).toBeLessThan(13);
    expect(memory([3, 3, 3, 3, 3, 3])).toBe(1);
  });
});

describe('trends', () => {
  test('of clean data are the least squares line, and wild values change nothing', () => {
    const y = upTo(60).map((t) => 3 * t + (t % 3));
    const found = trend(upTo(60), y)!;
    expect(found.slope).toBeCloseTo(linearRegression(upTo(60).map((t) => [t, y[t]!])).m, 1);
    const wild = y.map((value, t) => (t % 5 === 0 ? 1e9 : value));
    expect(trend(upTo(60), wild)!.slope).toBeCloseTo(3, 1);
    expect(found.p).toBeLessThan(1e-9);
    expect(trend([0, 1, 2], [1, 2, 3])).toBeNull();
    expect(trend(upTo(20), upTo(20).map((t) => (t % 2 === 0 ? Number.NaN : t)))!.n).toBe(10);
    expect(trend(upTo(20), upTo(20).map(() => 4))).toMatchObject({ slope: 0, p: 1, low: 0, high: 0 });
  });

  test('the interval holds the slope, and what only wanders is seldom a trend', () => {
    const random = new Random(6);
    for (const phi of [0, 0.6]) {
      let held = 0, claimed = 0;
      for (let round = 0; round < 300; round++) {
        const noise = wandering(random, 60, phi);
        const rising = trend(upTo(60), noise.map((x, t) => x + 0.05 * t))!;
        if (rising.low <= 0.05 && 0.05 <= rising.high) held++;
        if (trend(upTo(60), noise)!.p < 0.01) claimed++;
      }
      expect(held).toBeGreaterThan(phi === 0 ? 270 : 250); // of 300 at 95 %; memory is estimated from 60 values
      expect(claimed).toBeLessThan(phi === 0 ? 10 : 16); // 1 % is 3
    }
  });
});

describe('forecasts', () => {
  test('meet the limit between earliest and latest as often as they say', () => {
    const random = new Random(7);
    const rounds = 300;
    let held = 0;
    for (let round = 0; round < rounds; round++) {
      const noise = wandering(random, 60, 0.3);
      const found = forecast(upTo(60), noise.map((x, t) => 10 + t + 2 * x), { at: 90, limit: 130, horizon: 1e6 })!;
      if (found.earliest! <= 120 && 120 <= found.latest!) held++;
      expect(found.low).toBeLessThan(found.value);
      expect(found.value).toBeLessThan(found.high);
    }
    expect(held).toBeGreaterThan(0.9 * rounds);
  });

  test('claim nothing beyond the horizon, of a falling series, or of too little data; and a limit that is passed is now', () => {
    const y = upTo(30).map((t) => 100 + t);
    expect(forecast(upTo(30), y, { at: 30, limit: 1e6, horizon: 1000 })).toMatchObject({ reaches: null, earliest: null, latest: null });
    expect(forecast(upTo(30), [...y].reverse(), { at: 30, limit: 200, horizon: 1000 })).toMatchObject({ reaches: null, earliest: null, latest: null });
    expect(forecast(upTo(30), y, { at: 30, limit: 120, horizon: 1000 })).toMatchObject({ reaches: 29, earliest: 29, latest: 29 });
    expect(forecast(upTo(30), y, { at: 30, limit: null, horizon: 1000 })!.reaches).toBeNull();
    expect(forecast([0, 1], [1, 2], { at: 3, limit: 9, horizon: 99 })).toBeNull();
  });
});

describe('changes of level', () => {
  test('are the cheapest segmentation there is', () => {
    fc.assert(fc.property(numbers, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 400 }), (values, apart, penalty) => {
      // every segmentation by recursion; costs from their definition
      const cost = (part: readonly number[]): number => {
        const mean = part.reduce((sum, x) => sum + x, 0) / part.length;
        return part.reduce((sum, x) => sum + (x - mean) ** 2, 0);
      };
      const known = new Map<number, number>();
      const cheapest = (from: number): number => {
        const there = known.get(from);
        if (there !== undefined) return there;
        let best = values.length - from >= apart ? cost(values.slice(from)) : Infinity;
        for (let to = from + apart; to <= values.length - apart; to++) best = Math.min(best, cost(values.slice(from, to)) + penalty + cheapest(to));
        known.set(from, best);
        return best;
      };
      const cuts = pelt(values, penalty, apart);
      const ends = [0, ...cuts, values.length];
      let total = penalty * cuts.length;
      for (let i = 0; i + 1 < ends.length; i++) {
        total += cost(values.slice(ends[i], ends[i + 1]));
        if (cuts.length > 0) expect(ends[i + 1]! - ends[i]!).toBeGreaterThanOrEqual(apart);
      }
      expect(total).toBeCloseTo(cheapest(0), 6);
    }), { numRuns: 300 });
  });

  test('are found where they are, with the levels on both sides; outliers, gaps and wandering are none', () => {
    const random = new Random(8);
    const found: number[] = [];
    let invented = 0;
    for (let round = 0; round < 50; round++) {
      const noise = wandering(random, 240, 0.4);
      const step = changes(noise.map((x, t) => x + (t < 100 ? 20 : 25) + (t % 37 === 0 ? 50 : 0)));
      expect(step.length).toBeGreaterThan(0);
      const largest = step.reduce((a, b) => (Math.abs(b.after - b.before) > Math.abs(a.after - a.before) ? b : a));
      found.push(Math.abs(largest.at - 100));
      expect(largest.after - largest.before).toBeGreaterThan(3.5);
      expect(largest.after - largest.before).toBeLessThan(6.5);
      invented += step.length - 1 + changes(noise).length;
    }
    expect(found.filter((off) => off <= 3).length).toBeGreaterThan(45);
    expect(invented).toBeLessThan(12);
    expect(changes(upTo(20).map(() => 7))).toEqual([]);
    expect(changes([1, 2, 3])).toEqual([]);
    const gap = upTo(60).map((t) => (t >= 20 && t < 30 ? Number.NaN : (t % 2) + (t < 40 ? 0 : 10)));
    expect(changes(gap).map(({ at }) => at)).toEqual([40]);
  });
});
