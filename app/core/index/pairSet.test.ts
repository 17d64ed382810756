// Danger: a pair at a word's or a block's edge that is lost or found twice, or a set that grows without bound.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BitRows } from '../bitRows.ts';
import { MOST_NUMBERS, PairSet } from './pairSet.ts';

/** Around the edges of words and blocks, and anywhere. */
const numbers = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1000, max: 1060 }), fc.integer({ min: 2040, max: 2100 }), fc.nat({ max: 2499 }));
const operations = fc.array(fc.tuple(fc.constantFrom('add', 'add', 'add', 'delete', 'clear', 'reserve', 'unite', 'deleteAll'), numbers, numbers), { maxLength: 120 });
const key = (a: number, b: number): string => `${Math.min(a, b)} ${Math.max(a, b)}`;

test('holds what a set of strings holds, through growth, packing and taking out', () => {
  fc.assert(fc.property(operations, (list) => {
    let set = new PairSet(2500);
    const twin = new Set<string>();
    for (const [what, a, b] of list) {
      if (what === 'reserve') set.reserve(2500 + a);
      else if (what === 'clear') { set.clear(a); for (const pair of [...twin]) if (pair.split(' ').includes(String(a))) twin.delete(pair); }
      else if (what === 'unite') { const other = new PairSet(set.room); other.unite(set.pack()); set = other; }
      else if (what === 'deleteAll') {
        const rows = new BitRows(), gone = Array.from({ length: 60 }, (_, i) => b - 30 + i).filter((n) => n >= 0 && n < 2500);
        const at = rows.add(gone.map((number) => ({ words: rows.words, at: -1, number })));
        set.deleteAll(a, rows.words, at);
        for (const n of gone) twin.delete(key(a, n));
      } else if (a !== b) { set[what](a, b); if (what === 'add') twin.add(key(a, b)); else twin.delete(key(a, b)); }
    }
    const found: string[] = [];
    set.each((a, b) => { expect(a).toBeLessThan(b); found.push(key(a, b)); });
    expect(found).toEqual([...found].sort((x, y) => { const [a, b] = x.split(' ').map(Number), [c, d] = y.split(' ').map(Number); return a! - c! || b! - d!; }));
    expect(new Set(found)).toEqual(twin);
    expect(found.length).toBe(twin.size);
    expect(set.size).toBe(twin.size);
    const there = [...new Set([...twin].flatMap((pair) => pair.split(' ').map(Number)))].sort((x, y) => x - y);
    for (const a of [...there, 0, 1023, 1024, 2499]) {
      const others = there.filter((b) => a !== b && twin.has(key(a, b))), kept = { numbers: new Int32Array(0) };
      expect([...set.of(a)]).toEqual(others);
      expect(set.into(a, kept)).toBe(others.length);
      expect([...kept.numbers.subarray(0, others.length)]).toEqual(others);
      for (const b of there) expect(set.has(a, b)).toBe(a !== b && twin.has(key(a, b)));
    }
  }), { numRuns: 60 });
});

test('packs as a list or as blocks, whichever is smaller', () => {
  const few = new PairSet(2000), all = new PairSet(2000);
  few.add(1, 1999);
  for (let a = 0; a < 2000; a++) for (let b = 0; b < a; b++) all.add(a, b);
  expect(few.pack().byteLength).toBe(12);
  expect(all.pack().byteLength).toBeLessThan(1.1 * 2000 * 2048 / 8);
  few.unite(all.pack());
  expect(few.size).toBe(1999 * 1000);
});

test('holds what its pairs need, not what its numbers could', () => {
  const many = new PairSet(100_000);
  for (let n = 0; n < 1000; n++) many.add(n, 99_999 - 7 * n);
  expect(many.size).toBe(1000);
  expect(many.has(99_999, 0)).toBe(true);
  expect(many.bytes).toBeLessThan(38 << 20);
});

test('refuses more numbers than its rows have room for', () => {
  expect(() => new PairSet(MOST_NUMBERS + 1)).toThrow('more than one conflict graph holds');
  expect(() => new PairSet(10).reserve(MOST_NUMBERS + 1)).toThrow('more than one conflict graph holds');
  const most = new PairSet(MOST_NUMBERS - 1000);
  most.reserve(MOST_NUMBERS);
  most.add(0, MOST_NUMBERS - 1);
  expect([...most.of(MOST_NUMBERS - 1)]).toEqual([0]);
});

test('refuses pairs beyond so many words, and is then as it was', () => {
  const set = new PairSet(100_000, 1 << 21), twin: [number, number][] = [];
  const fill = (): void => { for (let n = 0; n < 50_000; n++) { set.add(n, n + 50_000); twin.push([n, n + 50_000]); } };
  expect(fill).toThrow('More pairs of segments conflict than one conflict graph holds: 8 MB of bits.');
  expect(set.size).toBe(twin.length);
  for (const [a, b] of twin) expect(set.has(a, b) && set.has(b, a)).toBe(true);
});
