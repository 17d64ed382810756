// Danger: one segment stored twice, or two under one key. The key must follow the value and nothing else: not the order in
// which its fields were written, not a trip through the stored form.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../testkit/random.ts';
import { randomSegment } from '../../testkit/store.ts';
import type { Segment } from './model.ts';
import { keyOfPacked, pack, segmentKey, unpack } from './segmentKey.ts';

/** The same value, every object's fields in another order. */
function reordered(value: unknown, random: Random): unknown {
  if (value instanceof Uint8Array || value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => reordered(item, random));
  return Object.fromEntries(random.shuffle(Object.entries(value)).map(([key, item]) => [key, reordered(item, random)]));
}

const segment = fc.integer().map((seed) => randomSegment(new Random(seed)));

describe('segment key', () => {
  it('is SHA-256 of MessagePack with sorted keys', () => {
    // {"a":1,"b":h'ff'} by hand: fixmap 2, fixstr "a", 1, fixstr "b", bin8 of one byte
    expect([...pack({ b: new Uint8Array([255]), a: 1, c: undefined })]).toEqual([0x82, 0xa1, 0x61, 0x01, 0xa1, 0x62, 0xc4, 0x01, 0xff]);
    // FIPS 180-4, one-block example
    expect(keyOfPacked(new TextEncoder().encode('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('follows the value alone', () => {
    fc.assert(fc.property(segment, fc.integer(), (value, seed) => {
      expect(segmentKey(reordered(value, new Random(seed)) as Segment)).toBe(segmentKey(value));
      expect(unpack(pack(value))).toEqual(value);
      expect(segmentKey(unpack(pack(value)) as Segment)).toBe(segmentKey(value));
    }));
  });

  it('tells apart what differs in one byte', () => {
    fc.assert(fc.property(segment, (value) => {
      expect(segmentKey({ ...value, title: `${value.title}\x80` as Segment['title'] })).not.toBe(segmentKey(value));
      expect(segmentKey({ ...value, time: value.time + 1 })).not.toBe(segmentKey(value));
      expect(segmentKey({ ...value, lower: [...value.lower, value.tip] })).not.toBe(segmentKey(value));
    }));
  });
});
