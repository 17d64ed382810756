// Danger: core/histogram.ts is our own because recording must cost nothing; it must then be HdrHistogram's layout, and say what that says.
import fc from 'fast-check';
import hdr from 'hdr-histogram-js';
import { expect, test } from 'vitest';
import { BUCKETS, Histogram, bucketOf, startOf } from '../../../core/histogram.ts';

const build = () => hdr.build({ bitBucketSize: 32, lowestDiscernibleValue: 1, highestTrackableValue: 3.6e12, numberOfSignificantValueDigits: 2, useWebAssembly: false });
const nanoseconds = fc.oneof(fc.nat(1000), fc.nat(1_000_000_000), fc.integer({ min: 0, max: 3.6e12 }));

test('the same value falls into the same bucket, with the same bounds', () => {
  const theirs = build() as unknown as { countsArrayIndex(v: number): number; valueFromIndex(i: number): number };
  fc.assert(fc.property(nanoseconds, (ns) => { expect(bucketOf(ns)).toBe(theirs.countsArrayIndex(ns)); }), { numRuns: 2000 });
  for (let b = 0; b < BUCKETS; b++) expect(startOf(b)).toBe(theirs.valueFromIndex(b));
});

test('the same quantiles are read of the same recording', () => {
  fc.assert(fc.property(fc.array(nanoseconds, { minLength: 1, maxLength: 300 }), (values) => {
    const theirs = build(), ours = new Histogram();
    // not on a whole nanosecond, where a rounding of the seconds would decide
    for (const ns of values) { theirs.recordValue(ns); ours.record((ns + 0.25) / 1e9); }
    const most = Math.max(...values) + 0.25;
    // theirs is the last whole value of the bucket, ours where the next one begins or the maximum
    for (const q of [0.5, 0.9, 0.95, 0.99, 0.999, 1]) expect(ours.quantile(q)! * 1e9).toBeCloseTo(Math.min(most, theirs.getValueAtPercentile(q * 100) + 1), 3);
  }));
});
