// Danger: a replica drifts from the service. A difference must give exactly the newer bytes, or say that they must be fetched.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyDifference, difference } from './difference.ts';
import { joinParts, splitParts } from './parts.ts';

const bytes = fc.uint8Array({ maxLength: 60 });
const replica = fc.array(bytes, { minLength: 3, maxLength: 3 });

test('parts come back as they were, each at a multiple of four; what is cut short, or longer than it says, is none', () => {
  fc.assert(fc.property(fc.nat(9), fc.array(fc.array(bytes, { maxLength: 3 }), { maxLength: 5 }), fc.nat(), (version, parts, cut) => {
    const joined = joinParts(version, parts), read = splitParts(joined);
    expect(read.version).toBe(version);
    expect(read.parts.map((p) => [...p])).toEqual(parts.map((pieces) => pieces.flatMap((piece) => [...piece])));
    for (const part of read.parts) if (part.length > 0) expect((part.byteOffset - joined.byteOffset) % 4).toBe(0);
    expect(splitParts(joined.subarray(0, cut % joined.length)).version).toBe(-1);
    expect(splitParts(new Uint8Array([...joined, 0])).version).toBe(-1);
  }));
});

test('applying a difference gives the newer replica byte for byte, or says to fetch it', () => {
  let fetched = 0, applied = 0;
  fc.assert(fc.property(replica, replica, fc.subarray([0, 1, 2]), fc.nat(2), (a, b, keep, spliced) => {
    const next = b.map((part, i) => (keep.includes(i) ? a[i]! : part));
    next[spliced] = new Uint8Array([...a[spliced]!.subarray(0, 9), ...b[spliced]!.subarray(0, 3), ...a[spliced]!.subarray(9)]);
    const before = joinParts(2, a.map((part) => [part])), after = joinParts(2, next.map((part) => [part]));
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

test('no change costs a few bytes, and one byte among a million little more', () => {
  const whole = joinParts(2, [[new Uint8Array(1e6)]]), changed = new Uint8Array(1e6);
  changed[5e5] = 1;
  expect(difference(whole, whole.slice()).length).toBeLessThan(16);
  expect(difference(whole, joinParts(2, [[changed]])).length).toBeLessThan(64);
});

test('a replica of another shape or version is fetched', () => {
  const one = joinParts(1, [[Uint8Array.of(1)]]);
  expect(applyDifference(one, difference(one, joinParts(1, [[Uint8Array.of(1)], []])))).toBe(null);
  expect(applyDifference(one, difference(one, joinParts(2, [[Uint8Array.of(1)]])))).toBe(null);
  expect(applyDifference(joinParts(1, []), difference(one, joinParts(1, [[new Uint8Array(99)]])))).toBe(null);
});
