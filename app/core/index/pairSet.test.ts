// Danger: a pair at a word's edge that is lost or found twice, or a set that grows without bound.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MOST_NUMBERS, PairSet } from './pairSet.ts';

const numbers = fc.integer({ min: 0, max: 99 });
const operations = fc.array(fc.tuple(fc.constantFrom('add', 'add', 'add', 'delete', 'clear', 'reserve', 'unite'), numbers, numbers), { maxLength: 120 });

test('holds what a set of strings holds, through growth, packing and taking out', () => {
  fc.assert(fc.property(operations, (list) => {
    let set = new PairSet(100);
    const twin = new Set<string>();
    const key = (a: number, b: number): string => `${Math.min(a, b)} ${Math.max(a, b)}`;
    for (const [what, a, b] of list) {
      if (what === 'reserve') set.reserve(100 + a);
      else if (what === 'clear') { set.clear(a); for (const pair of [...twin]) if (pair.split(' ').includes(String(a))) twin.delete(pair); }
      else if (what === 'unite') { const other = new PairSet(set.room); other.unite(set.pack()); set = other; }
      else if (a !== b) { set[what](a, b); if (what === 'add') twin.add(key(a, b)); else twin.delete(key(a, b)); }
    }
    const found: string[] = [];
    set.each((a, b) => { expect(a).toBeLessThan(b); found.push(key(a, b)); });
    expect(found).toEqual([...found].sort((x, y) => { const [a, b] = x.split(' ').map(Number), [c, d] = y.split(' ').map(Number); return a! - c! || b! - d!; }));
    expect(new Set(found)).toEqual(twin);
    expect(found.length).toBe(twin.size);
    expect(set.size).toBe(twin.size);
    for (let a = 0; a < 100; a++) expect([...set.of(a)]).toEqual(Array.from({ length: 100 }, (_, b) => b).filter((b) => a !== b && twin.has(key(a, b))));
  }), { numRuns: 60 });
});

test('packs as a list or as a matrix, whichever is smaller', () => {
  const few = new PairSet(200), all = new PairSet(200);
  few.add(1, 199);
  for (let a = 0; a < 200; a++) for (let b = 0; b < a; b++) all.add(a, b);
  expect(few.pack().byteLength).toBe(12);
  expect(all.pack().byteLength).toBe(4 + all.bytes);
  few.unite(all.pack());
  expect(few.size).toBe(199 * 100);
});

test('refuses more numbers than half a gigabyte of pairs', () => {
  expect(() => new PairSet(MOST_NUMBERS + 1)).toThrow('more than one conflict graph holds');
  expect(() => new PairSet(10).reserve(MOST_NUMBERS + 1)).toThrow('more than one conflict graph holds');
});
