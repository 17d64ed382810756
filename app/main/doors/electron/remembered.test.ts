// Danger: a window that opens where no screen is, or not at all, because of a file that was cut off, edited, or written for other screens.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode, encode, load, place, remember, save, smallest } from './remembered.ts';
import type { Bounds, Remembered } from './remembered.ts';

const root = path.resolve('/');
const one = (name: string, more: Partial<Remembered> = {}): Remembered =>
  ({ store: path.join(root, 's', name), repository: path.join(root, 'r', name), bounds: { x: 10, y: 20, width: 1200, height: 800 }, maximised: false, ...more });

describe('the file', () => {
  test('what was written comes back', () => {
    const windows = [one('a'), one('b', { maximised: true, bounds: { x: -1900, y: -5, width: 900, height: 600 } })];
    expect(decode(encode(windows))).toEqual(windows);
  });

  test('what is not believed is left out, and the rest is kept', () => {
    const broken: unknown[] = [null, 1, 'x', [], {}, { ...one('x'), store: 'relative' }, { ...one('x'), repository: 7 }, { ...one('x'), maximised: 'yes' }, { ...one('x'), bounds: null },
      ...[{ x: 0.5 }, { width: 0 }, { height: -1 }, { x: 1e9 }, { y: '1' }, { width: null }].map((change) => ({ ...one('x'), bounds: { ...one('x').bounds, ...change } }))];
    expect(decode(JSON.stringify({ windows: [...broken, one('good')] }))).toEqual([one('good')]);
    for (const text of ['', '{', 'null', '[]', '{"windows":7}', '\u0000', '"windows"', ' '.repeat(2 << 20)]) expect(decode(text), text.slice(0, 20)).toEqual([]);
    fc.assert(fc.property(fc.json(), (text) => { expect(Array.isArray(decode(text))).toBe(true); }));
    fc.assert(fc.property(fc.nat(), (cut) => { const text = encode([one('a'), one('b')]); expect(decode(text.slice(0, cut % text.length)).length).toBeLessThanOrEqual(2); }));
  });

  test('the newest comes first, one for each store, and only so many', () => {
    let windows: readonly Remembered[] = [];
    for (let i = 0; i < 30; i++) windows = remember(windows, one(String(i)));
    expect(windows).toHaveLength(20);
    const again = remember(windows, one('15', { maximised: true }));
    expect(again[0]).toEqual(one('15', { maximised: true }));
    expect(again.filter(({ store }) => store === one('15').store)).toHaveLength(1);
    expect(again).toHaveLength(20);
  });

  test('it is replaced whole, and none or a broken one is no error', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'acumen-windows-'));
    try {
      const file = path.join(folder, 'data', 'windows.json');
      expect(load(file)).toEqual([]);
      save(file, [one('a')]);
      save(file, [one('b')]);
      expect(load(file)).toEqual([one('b')]);
      expect(readdirSync(path.dirname(file))).toEqual(['windows.json']);
      writeFileSync(file, readFileSync(file, 'utf8').slice(0, -9));
      expect(load(file)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('where a window goes', () => {
  const screen: Bounds = { x: 0, y: 25, width: 1920, height: 1055 }, left: Bounds = { x: -1280, y: 0, width: 1280, height: 1024 };

  test('as it was, while it can be taken hold of', () => {
    for (const bounds of [{ x: 100, y: 100, width: 1000, height: 700 }, { x: -1200, y: 10, width: 1000, height: 700 }, { x: 1700, y: 900, width: 1000, height: 700 }]) {
      expect(place(bounds, [screen, left])).toEqual(bounds);
    }
  });

  test('in the middle of the first screen otherwise', () => {
    const middle = place(null, [screen]);
    expect(middle).toEqual({ x: 240, y: 103, width: 1440, height: 900 });
    for (const bounds of [{ x: -1200, y: 10, width: 1000, height: 700 }, { x: 1900, y: 100, width: 1000, height: 700 }, { x: 100, y: 1070, width: 1000, height: 700 }, { x: 100, y: -400, width: 1000, height: 700 }, { x: 99_999, y: 0, width: 1000, height: 700 }]) {
      expect(place(bounds, [screen]), JSON.stringify(bounds)).toEqual(middle);
    }
    expect(place(null, [])).toMatchObject({ width: 1440, height: 900 });
  });

  test('law: never larger than its screen, never smaller than the least where the screen has room, always to be taken hold of', () => {
    const bounds = fc.record({ x: fc.integer({ min: -5000, max: 5000 }), y: fc.integer({ min: -5000, max: 5000 }), width: fc.integer({ min: 1, max: 9000 }), height: fc.integer({ min: 1, max: 9000 }) });
    const screens = fc.array(fc.record({ x: fc.integer({ min: -4000, max: 4000 }), y: fc.integer({ min: -4000, max: 4000 }), width: fc.integer({ min: 300, max: 6000 }), height: fc.integer({ min: 300, max: 4000 }) }), { minLength: 1, maxLength: 3 });
    fc.assert(fc.property(fc.option(bounds), screens, (wanted, all) => {
      const put = place(wanted, all);
      expect(all.some((on) => put.width <= on.width && put.height <= on.height && put.width >= Math.min(smallest.width, on.width) && put.height >= Math.min(smallest.height, on.height)
        && put.y >= on.y && put.y < on.y + on.height && Math.min(put.x + put.width, on.x + on.width) - Math.max(put.x, on.x) >= 120)).toBe(true);
      if (all.length === 1) expect(place(put, all)).toEqual(put); // of screens that overlap, as these may, another can be the one
    }));
  });
});
