// Danger: one segment stored twice, or two under one key. The key must follow the value and nothing else: not the order in
// which its fields were written, not a trip through the stored form.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../testkit/random.ts';
import { randomOid, randomSegment } from '../../testkit/store.ts';
import type { Segment } from './model.ts';
import { keyOfPacked, pack, packSegment, segmentKey, unpack, unpackHead, unpackSegment } from './segmentKey.ts';

/** The same value, every object's fields in another order. */
function reordered(value: unknown, random: Random): unknown {
  if (value instanceof Uint8Array || value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => reordered(item, random));
  return Object.fromEntries(random.shuffle(Object.entries(value)).map(([key, item]) => [key, reordered(item, random)]));
}

/** With contexts that share some edits with each other and with the segment's own. */
const segment = fc.integer().map((seed): Segment => {
  const random = new Random(seed);
  const value = randomSegment(random);
  const others = [...value.edits, ...randomSegment(random).edits];
  const finer = random.chance(0.5) ? {} : { within: randomOid(random), after: Array.from({ length: random.below(3) }, () => randomOid(random)) };
  return { ...value, ...finer, contexts: [...value.contexts, ...['a', 'b'].slice(random.below(3)).map((context) => ({ context, edits: random.shuffle(others).slice(0, random.below(5)) }))] };
});

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
      expect(unpackSegment(packSegment(value))).toEqual(value);
      expect(segmentKey(unpackSegment(packSegment(value)))).toBe(segmentKey(value));
      // equal edits count as the same whether they are the same objects or not
      expect(segmentKey(structuredClone(value))).toBe(segmentKey(value));
      expect(segmentKey({ ...value, edits: structuredClone(value.edits) })).toBe(segmentKey(value));
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

describe('stored form', () => {
  it('of a segment of grain branch is what it was before there were finer grains', () => {
    expect([1, 2, 3].map((seed) => segmentKey(randomSegment(new Random(seed))).slice(0, 16))).toEqual(['78ca9f7ba67915e9', '210e3407f510601d', '721cf0f015790316']);
  });

  it('holds an edit once, however many contexts have it', () => {
    const value = [1, 2, 3, 4, 5, 6].map((seed) => randomSegment(new Random(seed))).find(({ edits }) => edits.length > 0)!;
    const big = { ...value.edits[0]!, hunks: [{ start: 0, end: 0, removed: new Uint8Array(0), inserted: new Uint8Array(50_000) }] };
    const contexts = ['base', 'x', 'y'].map((context) => ({ context, edits: [structuredClone(big)] }));
    expect(packSegment({ ...value, edits: [big], contexts }).length).toBeLessThan(51_000);
  });

  it('is read without its edits, and in the form it had before format 6', () => {
    fc.assert(fc.property(segment, (value) => {
      const { edits: _, contexts: __, ...head } = value;
      expect(unpackHead(packSegment(value))).toMatchObject(head);
      expect(unpackHead(pack(value))).toMatchObject(head);
      expect(unpackSegment(pack(value))).toEqual(value);
    }));
  });

  it('of another version, or with columns that do not fit together, is refused', () => {
    const stored = unpack(packSegment(randomSegment(new Random(5)))) as { columns: Uint8Array };
    const columns = unpack(stored.columns) as { text: Uint8Array };
    expect(() => unpackSegment(pack({ ...stored, form: 3 }))).toThrow('form of another version');
    expect(() => unpackSegment(pack({ ...stored, columns: pack({ ...columns, text: new Uint8Array(9999) }) }))).toThrow('do not fit together');
  });
});
