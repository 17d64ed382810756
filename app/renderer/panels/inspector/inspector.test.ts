// Dangers: a heading that hides a conflict; a difference on screen that is not the texts'; an arrow key that goes nowhere; a letter that two ACUs have.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AcuId } from '../../../core/bytes.ts';
import { letterOf } from '../../components/code/owners.ts';
import { lineChanges } from '../../components/code/lineDiff.ts';
import { placeIn, placeOfRow } from '../../state/conflicts.ts';
import { MOST_NODES, around, laidOut, towards } from './layout.ts';

test('rows and the headings of their groups each have one place', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 12 }), (sizes) => {
    let at = 0;
    const starts = sizes.map((size) => { const start = at; at += size; return start; });
    // by hand
    const list: ({ heading: number } | { row: number })[] = [];
    for (let row = 0; row < at; row++) { const heading = starts.indexOf(row); if (heading >= 0) list.push({ heading }); list.push({ row }); }
    expect(Array.from({ length: at + starts.length }, (_, place) => placeIn(starts, place))).toEqual(list);
    for (let row = 0; row < at; row++) expect(list[placeOfRow(starts, row)]).toEqual({ row });
  }));
});

test('the changes shown make the one text of the other', () => {
  const line = fc.constantFrom('a', 'b', 'cc', '', ' a', 'ab c', 'x\r');
  const text = fc.tuple(fc.array(line, { maxLength: 12 }), fc.boolean()).map(([lines, ends]) => lines.join('\n') + (ends && lines.length > 0 ? '\n' : ''));
  fc.assert(fc.property(text, text, (a, b) => {
    let out = '', at = 0, last = 0;
    for (const { fromA, toA, fromB, toB } of lineChanges(a, b)) {
      expect(fromA).toBeGreaterThanOrEqual(at);
      expect(fromB).toBeGreaterThanOrEqual(last);
      out += a.slice(at, fromA) + b.slice(fromB, toB);
      at = toA;
      last = toB;
    }
    expect(out + a.slice(at)).toBe(b);
  }));
});

test('letters are distinct', () => {
  const letters = Array.from({ length: 1000 }, (_, i) => letterOf(i));
  expect(letters.slice(0, 3)).toEqual(['A', 'B', 'C']);
  expect(letters.slice(25, 28)).toEqual(['Z', 'AA', 'AB']);
  expect(new Set(letters).size).toBe(1000);
});

test('a picture of dependencies has what is two steps away, never more than it may, and every node can be reached by arrows', () => {
  const id = (n: number): AcuId => String(n).padStart(64, '0') as AcuId;
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { maxLength: 60 }), (pairs) => {
    // lower numbers are required, so nothing goes around
    const requires = new Map<AcuId, AcuId[]>(), required = new Map<AcuId, AcuId[]>();
    for (const [x, y] of pairs) if (x !== y) { const [low, high] = [id(Math.min(x, y)), id(Math.max(x, y))]; if (requires.get(high)?.includes(low) === true) continue; requires.set(high, [...requires.get(high) ?? [], low]); required.set(low, [...required.get(low) ?? [], high]); }
    const above = (one: AcuId): AcuId[] => requires.get(one) ?? [], below = (one: AcuId): AcuId[] => required.get(one) ?? [];
    const shown = around(id(15), new Set(), above, below);
    expect(shown.size).toBeLessThanOrEqual(MOST_NODES);
    for (const one of [id(15), ...above(id(15)), ...below(id(15)), ...above(id(15)).flatMap(above)]) expect(shown.has(one)).toBe(true);
    const laid = laidOut(shown, above, below, { width: 100, height: 30 });
    expect(new Set(laid.nodes.map((node) => node.id))).toEqual(new Set(shown));
    for (const { from, to } of laid.edges) expect(laid.nodes.find((node) => node.id === from)!.y).toBeLessThan(laid.nodes.find((node) => node.id === to)!.y);
    const start = laid.nodes.find((node) => node.id === id(15))!, reached = new Set([start]);
    for (const node of reached) for (const key of ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'] as const) { const next = towards(laid.nodes, node, key); if (next !== null) reached.add(next); }
    expect(reached.size).toBe(laid.nodes.length);
  }), { numRuns: 60 });
});
