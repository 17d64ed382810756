// Danger: a replica that drifts from the service's because a difference was applied wrongly.
import { encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyDifference, difference } from './difference.ts';

const pack = (value: unknown) => encode(value, { sortKeys: true });
const replica = fc.record({
  version: fc.constantFrom(1, 2),
  rows: fc.uint8Array({ maxLength: 50 }), hunks: fc.uint8Array({ maxLength: 50 }), lines: fc.uint8Array({ maxLength: 50 }),
  rest: fc.record({ base: fc.string(), sources: fc.array(fc.record({ name: fc.string(), at: fc.nat() }), { maxLength: 4 }), paths: fc.array(fc.string(), { maxLength: 4 }) }),
});

test('applying a difference gives the newer replica byte for byte, or says to fetch it', () => {
  let fetched = 0, applied = 0;
  fc.assert(fc.property(replica, replica, fc.subarray(['rows', 'hunks', 'lines', 'rest'] as const), (a, b, keep) => {
    const next = { ...b, ...Object.fromEntries(keep.map((k) => [k, a[k]])) };
    const [before, after] = [pack(a), pack(next)];
    const d = difference(before, after);
    expect(d.length).toBeLessThanOrEqual(Math.max(after.length, 16));
    const result = applyDifference(before, d);
    if (result === null) { fetched++; return; }
    applied++;
    expect(result).toEqual(after);
  }), { numRuns: 1000 });
  expect(applied).toBeGreaterThan(300);
  expect(fetched).toBeGreaterThan(10);
});

test('no change costs a few bytes', () => {
  const bytes = pack({ version: 1, rest: {}, rows: new Uint8Array(1e6) });
  expect(difference(bytes, bytes.slice()).length).toBeLessThan(16);
});

test('a replica of another shape is fetched', () => {
  expect(applyDifference(pack({ version: 1, old: 1, rest: {} }), difference(pack({ version: 1, old: 1, rest: {} }), pack({ version: 2, rest: {} })))).toBe(null);
});
