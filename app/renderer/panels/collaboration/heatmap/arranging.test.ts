// Whoever moves a name, sorts by one, or walks with the keys, must still find every row and column there, once; and where both sides are the same
// people, a diagonal that is one.
import { assert, constantFrom, integer, nat, property, tuple } from 'fast-check';
import { expect, test } from 'vitest';
import type { Heat } from '../../../../core/collaboration/report.ts';
import { isAlike, isPaired, moved, placeOf, placesOf } from './arranging.ts';
import type { Order } from './arranging.ts';
import { carried, stepped } from './keys.ts';

const iota = (n: number): Uint32Array => Uint32Array.from({ length: n }, (_, i) => i);

function heatOf(rows: number, cols: number, paired: boolean, seed: number): Heat {
  let state = seed;
  const next = (): number => { state = (Math.imul(state, 1664525) + 1013904223) | 0; return (state >>> 0) / 2 ** 32; };
  const value = Float32Array.from({ length: rows * cols }, () => Math.floor(next() * 5));
  const shuffled = (n: number): Uint32Array => iota(n).map((_, i, all) => all[i]!).sort(() => next() - 0.5);
  const order = shuffled(rows);
  return {
    kind: paired ? 'interaction' : 'knowledge', of: ['person', paired ? 'person' : 'file'], rows: iota(rows).map((i) => i + 3), cols: iota(cols).map((i) => i + 3), directories: [],
    value, max: 4, unit: 'times', total: [rows, cols], clustered: [order, paired ? order : shuffled(cols)], computed: { by: 'sparse', why: '', fallen: false, ms: 0, multiplyAdds: 0 },
  };
}
const heats = tuple(integer({ min: 1, max: 12 }), integer({ min: 1, max: 12 }), constantFrom(true, false), integer()).map(([r, c, paired, seed]) => heatOf(r, paired ? r : c, paired, seed));
const namesOf = (heat: Heat) => ({ rows: Array.from(heat.rows, (_, i) => `part ${i}`), cols: Array.from(heat.cols, (_, i) => `part ${i}`) });
const sorted = (order: Uint32Array): number[] => [...order].sort((a, b) => a - b);

test('every order has every row and every column once, and keeps a diagonal one', () => {
  assert(property(heats, constantFrom('given', 'clustered', 'name', 'row', 'col'), nat(11), (heat, how, any) => {
    const from = placesOf(heat, namesOf(heat), { kind: 'clustered' });
    const order: Order = how === 'row' || how === 'col' ? { kind: 'by', axis: how, index: any % (how === 'row' ? heat.rows : heat.cols).length, from } : { kind: how };
    const { rows, cols } = placesOf(heat, namesOf(heat), order);
    expect(sorted(rows)).toEqual([...iota(heat.rows.length)]);
    expect(sorted(cols)).toEqual([...iota(heat.cols.length)]);
    if (isPaired(heat)) expect([...rows]).toEqual([...cols]);
    if (order.kind === 'by') {
      const line = how === 'row' ? [...cols].map((c) => heat.value[order.index * heat.cols.length + c]!) : [...rows].map((r) => heat.value[r * heat.cols.length + order.index]!);
      expect(line).toEqual(line.toSorted((a, b) => b - a));
    }
    expect([...rows].map((row) => placeOf(rows, heat.rows.length)[row])).toEqual([...iota(heat.rows.length)]);
  }));
});

test('what is moved stands before what it was dropped on, and all else keeps its order', () => {
  assert(property(heats, constantFrom<('row' | 'col')[]>('row', 'col'), nat(11), nat(12), (heat, axis, a, b) => {
    const side = axis === 'row' ? 'rows' : 'cols', places = placesOf(heat, namesOf(heat), { kind: 'clustered' }), n = places[side].length, from = a % n, to = b % (n + 1);
    const next = moved(heat, places, axis, from, to)[side], one = places[side][from]!;
    expect([...next].filter((x) => x !== one)).toEqual([...places[side]].filter((x) => x !== one));
    if (to !== from && to !== from + 1) expect(next[next.indexOf(one) + 1]).toBe(places[side][to]);
    else expect([...next]).toEqual([...places[side]]);
    if (isPaired(heat)) { const both = moved(heat, places, axis, from, to); expect([...both.rows]).toEqual([...both.cols]); }
  }));
});

test('names sort as people count', () => {
  const heat = heatOf(12, 12, true, 1);
  expect([...placesOf(heat, namesOf(heat), { kind: 'name' }).rows]).toEqual([...iota(12)]);
});

test('people and files in equal number are no pair, and an order by hand is not kept for others', () => {
  expect(isPaired(heatOf(4, 4, false, 1))).toBe(false);
  expect(isPaired(heatOf(4, 4, true, 1))).toBe(true);
  expect(isAlike(heatOf(4, 4, true, 1), heatOf(4, 4, true, 2))).toBe(true);
  expect(isAlike(heatOf(4, 4, true, 1), heatOf(4, 4, false, 1))).toBe(false);
  expect(isAlike(heatOf(4, 4, true, 1), heatOf(5, 5, true, 1))).toBe(false);
});

const keys = ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Home', 'End', 'PageUp', 'PageDown'] as const;
const stroke = (key: string, shiftKey = false, ctrlKey = false) => ({ key, shiftKey, ctrlKey, metaKey: false, altKey: false });

test('no key leads off the map, and each leads where its name says', () => {
  assert(property(integer({ min: 1, max: 30 }), integer({ min: 1, max: 30 }), nat(29), nat(29), constantFrom(...keys), constantFrom(true, false), constantFrom(true, false), (rows, cols, r, c, key, shift, ctrl) => {
    const at = { row: r % rows, col: c % cols }, to = stepped(stroke(key, shift, ctrl), at, { rows, cols }, 5)!;
    // one step at a time, as someone would who knows no other way
    let { row, col } = at;
    const times = key.startsWith('Page') ? 5 : key.startsWith('Arrow') ? (shift ? 10 : 1) : 30;
    for (let i = 0; i < times; i++) {
      if (key === 'ArrowUp' || key === 'PageUp' || (key === 'Home' && ctrl)) row = Math.max(0, row - 1);
      if (key === 'ArrowDown' || key === 'PageDown' || (key === 'End' && ctrl)) row = Math.min(rows - 1, row + 1);
      if (key === 'ArrowLeft' || key === 'Home') col = Math.max(0, col - 1);
      if (key === 'ArrowRight' || key === 'End') col = Math.min(cols - 1, col + 1);
    }
    expect(to).toEqual({ row, col });
    const move = carried(stroke(key, shift), at, { rows, cols });
    if (key.startsWith('Arrow')) expect(move).toMatchObject({ from: move!.axis === 'row' ? at.row : at.col, to: move!.axis === 'row' ? stepped(stroke(key, shift), at, { rows, cols }, 5)!.row : stepped(stroke(key, shift), at, { rows, cols }, 5)!.col });
    else expect(move).toBeNull();
  }));
  expect(stepped(stroke('x'), { row: 0, col: 0 }, { rows: 2, cols: 2 }, 1)).toBeNull();
});
