// Dangers: a slowdown nobody is told of, alarms until nobody listens, a busy machine taken for a slower engine, a busier hour for a strange one.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../testkit/random.ts';
import { Histogram } from '../histogram.ts';
import { AnomalyWatch, Seasons } from './anomalies.ts';
import { type Profile, baselineOf, judge, profileOf, shift, tailOfT } from './regression.ts';
import { quantile } from './robust.ts';
import { SlidingTimes } from './sliding.ts';

const normal = (random: Random): number => {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += random.next() / 2 ** 32;
  return sum;
};
/** A minute's requests: of two kinds, found (fast) and not (slow), half by half but for chance. */
function minute(random: Random, slower = 1, n = 180): Profile {
  const times = new Histogram();
  for (let i = 0; i < n; i++) times.record(slower * Math.exp((random.chance(0.5) ? -8 : -5.5) + 0.12 * normal(random)));
  return profileOf(times)!;
}
const NAMES = ['a', 'b', 'c', 'd', 'e'];
const window = (random: Random, slower: Readonly<Record<string, number>> = {}): Map<string, Profile> => new Map(NAMES.map((name) => [name, minute(random, slower[name] ?? slower['all'] ?? 1)]));

describe('regressions', () => {
  test('profiles are the quantiles of what was recorded', () => {
    fc.assert(fc.property(fc.array(fc.double({ min: 1e-6, max: 10, noNaN: true }), { minLength: 30, maxLength: 400 }), (times) => {
      const histogram = new Histogram();
      for (const time of times) histogram.record(time);
      const inOrder = [...times].sort((x, y) => x - y);
      profileOf(histogram)!.forEach((log, i) => {
        const place = (i + 1) / 20 * times.length;
        expect(Math.exp(log)).toBeGreaterThan(inOrder[Math.max(0, Math.ceil(place) - 1)]! * 0.99);
        expect(Math.exp(log)).toBeLessThan(inOrder[Math.min(times.length - 1, Math.ceil(place) - 1)]! * 1.01);
      });
    }), { numRuns: 50 });
    expect(profileOf(new Histogram())).toBeNull();
  });

  test('Student\'s t is as tables say', () => {
    for (const [t, freedom, p] of [[1.8946, 7, 0.05], [5.4079, 7, 0.0005], [2.6618, 59, 0.005], [3.4602, 59, 0.0005], [4.5, 1e6, 3.4e-6]] as const) {
      expect(tailOfT(t, freedom) / p).toBeGreaterThan(0.95);
      expect(tailOfT(t, freedom) / p).toBeLessThan(1.05);
    }
    expect(tailOfT(-1, 20)).toBeCloseTo(1 - tailOfT(1, 20), 12);
  });

  test('20 % in one series is told, though half of it takes twelve times as long as the rest; and of which', () => {
    const random = new Random(11);
    const baseline = baselineOf(Array.from({ length: 30 }, () => window(random)));
    const ratios: number[] = [];
    let told = 0, others = 0;
    for (let round = 0; round < 60; round++) {
      for (const verdict of judge(baseline, window(random, { b: 1.2 }))) {
        if (verdict.name !== 'b') { if (verdict.isRegression) others++; continue; }
        if (verdict.isRegression) told++;
        ratios.push(verdict.ratio);
      }
    }
    expect(quantile(ratios, 0.5)).toBeGreaterThan(1.17);
    expect(quantile(ratios, 0.5)).toBeLessThan(1.23);
    expect(told).toBeGreaterThan(40);
    expect(others).toBeLessThan(2);
    // the median of all its times says much less: it jumps between the kinds
    const middles = Array.from({ length: 60 }, () => minute(random)[9]!);
    expect(quantile(middles, 0.9) - quantile(middles, 0.1)).toBeGreaterThan(1);
  });

  test('quiet minutes, and a machine that is slower for everybody, give no alarm', () => {
    const random = new Random(12);
    const baseline = baselineOf(Array.from({ length: 30 }, () => window(random)));
    let alarms = 0;
    for (let round = 0; round < 400; round++) {
      const found = judge(baseline, window(random, round % 2 === 0 ? {} : { all: 1.6 }), { falsePerHour: 1 });
      alarms += found.filter(({ isRegression }) => isRegression).length;
      if (round % 2 === 1) expect(found[0]!.common).toBeGreaterThan(1.3);
    }
    // 400 minutes at one an hour are seven, at most
    expect(alarms).toBeLessThanOrEqual(7);
  });

  test('half again as long is told of what takes forty microseconds, not of what takes five', () => {
    const random = new Random(16);
    const times = (seconds: number): Profile => {
      const histogram = new Histogram();
      for (let i = 0; i < 180; i++) histogram.record(seconds * Math.exp(0.1 * normal(random)));
      return profileOf(histogram)!;
    };
    const of = (factor: number) => new Map([['long', times(4e-5 * factor)], ['short', times(5e-6 * factor)]]);
    const baseline = baselineOf(Array.from({ length: 20 }, () => of(1)));
    expect(judge(baseline, of(1.5)).map(({ name, isRegression }) => `${name} ${isRegression}`)).toEqual(['long true', 'short false']);
  });

  test('what takes no longer than it did is no regression, however much faster all else became; a little longer is one', () => {
    const random = new Random(18), minutes = Array.from({ length: 19 }, () => window(random)), baseline = baselineOf(minutes);
    const names = baseline.series.map(({ name }) => name), told = (b: number): string[] => {
      const now = window(random, Object.fromEntries(names.map((name) => [name, name === 'b' ? b : 0.6])));
      return judge(baseline, now).flatMap(({ name, isRegression }) => (isRegression ? [name] : []));
    };
    expect(told(0.9)).toEqual([]);
    expect(told(1.05)).toEqual(['b']);
  });

  test('a baseline of windows that overlap is worth its minutes: the same minutes three times each are as sure as once, and what lies across two is usual', () => {
    const random = new Random(17);
    const minutes = Array.from({ length: 19 }, () => window(random)), now = window(random, { b: 1.15 });
    const once = judge(baselineOf(minutes), now), thrice = judge(baselineOf(minutes.flatMap((one) => [one, one, one]), 3), now);
    expect(baselineOf(minutes.flatMap((one) => [one, one, one]), 3).minutes).toBe(19);
    for (const [i, { name, ratio, p }] of thrice.entries()) {
      expect([name, ratio]).toEqual([once[i]!.name, once[i]!.ratio]);
      expect(Math.abs(Math.log(p / once[i]!.p))).toBeLessThan(0.7);
    }
    // a burst in the middle of which a minute ended: each of the two has half of it
    const burst = window(random, { b: 1.3 });
    expect(judge(baselineOf(minutes), burst).find(({ name }) => name === 'b')!.isRegression).toBe(true);
    expect(judge(baselineOf([...minutes.flatMap((one) => [one, one, one]), burst], 3), burst).some(({ isRegression }) => isRegression)).toBe(false);
  });

  test('what the baseline does not know, or has too little of, is not judged; and nothing is faster than nothing', () => {
    const random = new Random(13);
    const minutes = Array.from({ length: 10 }, (_, i) => (i < 3 ? window(random) : new Map([['a', minute(random)]])));
    const baseline = baselineOf(minutes);
    expect(baseline.series.map(({ name }) => name)).toEqual(['a']);
    expect(judge(baseline, window(random)).map(({ name }) => name)).toEqual(['a']);
    expect(judge(baseline, new Map())).toEqual([]);
    expect(judge(baselineOf([]), window(random))).toEqual([]);
    const one = minute(random);
    expect(shift(one, one)).toBe(0);
  });
});

describe('the last seconds', () => {
  test('are those recorded anew from the same seconds', () => {
    const seconds = fc.array(fc.option(fc.array(fc.double({ min: 1e-7, max: 5, noNaN: true }), { maxLength: 5 }), { nil: null }), { maxLength: 30 });
    fc.assert(fc.property(seconds, fc.integer({ min: 1, max: 8 }), (all, length) => {
      const sliding = new SlidingTimes(length);
      all.forEach((times, i) => {
        const second = times === null ? null : new Histogram();
        for (const time of times ?? []) second!.record(time);
        sliding.push(second);
        const anew = new Histogram();
        for (const time of all.slice(Math.max(0, i - length + 1), i + 1).flatMap((some) => some ?? [])) anew.record(time);
        const { buckets, sum, ...rest } = sliding.times;
        expect(rest).toEqual({ count: anew.count, max: anew.max, first: anew.first, last: anew.last });
        expect(buckets).toEqual(anew.buckets);
        expect(sum).toBeCloseTo(anew.sum, 9);
      });
    }), { numRuns: 60 });
  });
});

describe('anomalies', () => {
  test('a spike is marked once, with what was expected; the tail of every day is not', () => {
    const random = new Random(14);
    let marked = 0;
    for (let round = 0; round < 20; round++) {
      const watch = new AnomalyWatch({ least: 0.2 });
      // exponential: as long a tail as logarithms of times have
      for (let i = 0; i < 720; i++) if (watch.next(-Math.log(1 - random.next() / 2 ** 32)) !== null) marked++;
      const found = watch.next(20);
      expect(found).not.toBeNull();
      expect(found!.score).toBeGreaterThan(8);
      expect(found!.expected).toBeLessThan(1.2);
      expect(watch.next(31)).toBeNull(); // the same one goes on
    }
    expect(marked).toBeLessThan(20); // of 14,400 values
  });

  test('a series that never varied may vary by what does not matter; a gap is not a value; falls are marked too', () => {
    const watch = new AnomalyWatch({ window: 60, least: 1 });
    for (let i = 0; i < 100; i++) expect(watch.next(i % 10 === 0 ? Number.NaN : 5)).toBeNull();
    expect(watch.next(5.9)).toBeNull();
    expect(watch.next(3)).toMatchObject({ value: 3, expected: 5 });
    expect(new AnomalyWatch().next(1e9)).toBeNull();
  });

  test('what is usual at that hour is not strange, once the hour is known', () => {
    const random = new Random(15);
    const seasons = new Seasons(24, 7);
    const marked: number[] = [];
    const watch = new AnomalyWatch({ window: 120, least: 0.5 });
    for (let day = 0; day < 8; day++) {
      for (let hour = 0; hour < 24; hour++) {
        for (let i = 0; i < 12; i++) {
          const value = (hour === 3 ? 40 : 10) + (random.next() / 2 ** 32);
          if (watch.next(value, seasons.usual(hour)) !== null) marked.push(day);
          seasons.add(hour, value);
        }
      }
    }
    expect(marked.some((day) => day === 1 || day === 2)).toBe(true);
    expect(marked.filter((day) => day >= 5)).toEqual([]);
    expect(new Seasons(24, 7, seasons.kept).usual(3)!.centre).toBeGreaterThan(39);
    expect(new Seasons().usual(3)).toBeNull();
  });
});
