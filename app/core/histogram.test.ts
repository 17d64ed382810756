// Dangers: a figure read of a histogram that is not that of what was recorded; histograms added up that say something else than one of all.
// Beside the library that has the layout (main/service/monitor/histogram.test.ts) here stands the obvious twin: a sorted list.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BUCKETS, Histogram, bucketOf, startOf } from './histogram.ts';

const seconds = fc.oneof(fc.double({ min: 0, max: 1e-6, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 3600, noNaN: true }));

describe('buckets', () => {
  test('lie side by side, each no wider than 0.8 % of what is in it', () => {
    const wrong: number[] = [];
    for (let b = 0; b < BUCKETS - 1; b++) {
      const start = startOf(b), end = startOf(b + 1);
      if (end <= start || bucketOf(start) !== b || bucketOf(end - 0.5) !== b || b >= 256 && (end - start) / start > 1 / 128) wrong.push(b);
    }
    expect(wrong).toEqual([]);
  });

  test('take whatever a clock may give', () => {
    for (const odd of [Number.NaN, -1, -0, Number.NEGATIVE_INFINITY]) expect(bucketOf(odd)).toBe(0);
    for (const long of [3.6e12, 1e18, Number.POSITIVE_INFINITY]) expect(bucketOf(long)).toBe(BUCKETS - 1);
  });
});

describe('a histogram', () => {
  test('tells quantiles as a sorted list does, within the width of a bucket', () => {
    fc.assert(fc.property(fc.array(seconds, { minLength: 1, maxLength: 200 }), fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
      const h = new Histogram();
      for (const value of values) h.record(value);
      const sorted = [...values].sort((a, b) => a - b);
      const exact = sorted[Math.max(1, Math.ceil(q * values.length - 1e-9)) - 1]!;
      const read = h.quantile(q)!;
      expect(read).toBeGreaterThanOrEqual(exact * (1 - 1e-12));
      expect(read).toBeLessThanOrEqual(exact * (1 + 1 / 128) + 1e-9);
      expect(h.max).toBe(sorted.at(-1));
      expect(h.quantile(1)).toBe(sorted.at(-1));
      expect(h.count).toBe(values.length);
      expect(h.sum).toBeCloseTo(values.reduce((a, b) => a + b, 0), 6);
    }));
  });

  test('of two added up is that of all, in either order; cleared it is as new', () => {
    fc.assert(fc.property(fc.array(seconds, { maxLength: 50 }), fc.array(seconds, { maxLength: 50 }), (left, right) => {
      const a = new Histogram(), b = new Histogram(), all = new Histogram();
      for (const value of left) { a.record(value); all.record(value); }
      for (const value of right) { b.record(value); all.record(value); }
      const sum = new Histogram();
      sum.add(b);
      sum.add(a);
      expect(sum.buckets.every((n, b) => n === all.buckets[b])).toBe(true);
      expect([sum.count, sum.max, sum.first, sum.last]).toEqual([all.count, all.max, all.first, all.last]);
      expect(sum.sum).toBeCloseTo(all.sum, 9);
      sum.clear();
      expect(sum.buckets.every((n) => n === 0)).toBe(true);
      expect({ ...sum, buckets: null }).toEqual({ ...new Histogram(), buckets: null });
    }));
  });

  test('of nothing has no quantiles; what is within a bound is counted from below', () => {
    const h = new Histogram();
    expect(h.quantile(0.5)).toBeNull();
    for (const ms of [1, 2, 3, 40]) h.record(ms / 1000);
    expect([0.0005, 0.0025, 0.005, 0.03, 0.05, 1e9].map((bound) => h.within(bound))).toEqual([0, 2, 3, 3, 4, 4]);
  });
});
