// Danger: one segment stored twice, or two under one key. The key must follow the value and nothing else: not the order in
// which its fields were written, not a trip through the stored form.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../testkit/random.ts';
import { randomOid, randomSegment } from '../../testkit/store.ts';
import type { Edit, Hunk, Segment } from './model.ts';
import type { Entry } from './repository.ts';
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

const sameHunks = (a: readonly Hunk[] | null, b: readonly Hunk[] | null): boolean => JSON.stringify(a?.map((h) => ({ ...h, removed: [...h.removed], inserted: [...h.inserted] }))) === JSON.stringify(b?.map((h) => ({ ...h, removed: [...h.removed], inserted: [...h.inserted] })));
const sameEdit = (a: Edit, b: Edit): boolean => JSON.stringify({ ...a, hunks: null }) === JSON.stringify({ ...b, hunks: null }) && (a.hunks === null) === (b.hunks === null) && sameHunks(a.hunks, b.hunks);

/** The stored form made as a value and packed as a whole: what `packSegment` writes as it reads. */
function packedWhole({ edits, contexts, ...head }: Segment): Uint8Array {
  const pool: Edit[] = [], entries: Entry[] = [];
  const place = (edit: Edit): number => { const n = pool.findIndex((other) => sameEdit(edit, other)); return n >= 0 ? n : pool.push(edit) - 1; };
  const entry = (e: Entry | null): number => { if (e === null) return -1; const n = entries.findIndex(({ mode, oid }) => mode === e.mode && oid === e.oid); return n >= 0 ? n : entries.push(e) - 1; };
  const stored = { ...head, form: 2, own: edits.map(place), contexts: contexts.map((c) => ({ context: c.context, edits: c.edits.map(place) })) };
  const hunks = pool.flatMap((edit) => edit.hunks ?? []), places = new Int32Array(hunks.flatMap((h) => [h.start, h.end, h.removed.length, h.inserted.length]));
  const columns = {
    paths: pool.map((e) => e.path), kinds: pool.map((e) => e.kind), entries: pool.flatMap((e) => [entry(e.before), entry(e.after)]), modes: entries.map((e) => e.mode), oids: entries.map((e) => e.oid),
    counts: pool.flatMap((e) => [e.added, e.deleted, e.hunks?.length ?? -1]), hunks: new Uint8Array(places.buffer), text: Uint8Array.from(hunks.flatMap((h) => [...h.removed, ...h.inserted])),
    notes: pool.flatMap((e, i) => (e.note === undefined ? [] : [[i, e.note]])),
  };
  return pack({ ...stored, columns: pack(columns) });
}

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

  it('is written as packing all of it at once gives it, byte for byte, of few edits and of many', () => {
    const many = fc.tuple(segment, fc.array(fc.integer(), { maxLength: 12 })).map(([value, seeds]): Segment => {
      const edits = [...value.edits, ...seeds.flatMap((seed) => randomSegment(new Random(seed % 20)).edits)];
      return { ...value, edits, contexts: [{ context: 'base', edits: seeds.length % 2 === 0 ? edits : structuredClone(edits) }, ...value.contexts] };
    });
    fc.assert(fc.property(many, (value) => { expect(packSegment(value)).toEqual(packedWhole(value)); }), { numRuns: 200 });
  });

  it('holds an edit once, however many contexts have it', () => {
    const value = [1, 2, 3, 4, 5, 6].map((seed) => randomSegment(new Random(seed))).find(({ edits }) => edits.length > 0)!;
    const big = { ...value.edits[0]!, hunks: [{ start: 0, end: 0, removed: new Uint8Array(0), inserted: new Uint8Array(50_000) }] };
    const contexts = ['base', 'x', 'y'].map((context) => ({ context, edits: [structuredClone(big)] }));
    expect(packSegment({ ...value, edits: [big], contexts }).length).toBeLessThan(51_000);
  });

  it('is read without its edits, and in the form it had before format 6', () => {
    fc.assert(fc.property(segment, (value) => {
      const { tip, acu, standing, title, author, time, commits } = value, head = { tip, acu, standing, title, author, time, commits };
      expect(unpackHead(packSegment(value))).toEqual(head);
      expect(unpackHead(pack(value))).toEqual(head);
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
