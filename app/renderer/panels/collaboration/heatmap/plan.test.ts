// A press that lands on another cell than the one the eye sees, a name dropped one place off, a zoom that throws one elsewhere: whatever someone did
// before, what is drawn at a place is what is found there.
import { assert, constantFrom, double, integer, nat, property, tuple } from 'fast-check';
import { expect, test } from 'vitest';
import type { Heat } from '../../../../core/collaboration/report.ts';
import { Plan } from './plan.ts';

const shuffled = (n: number, seed: number): Uint32Array => Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => ((a * 7919 + seed) % 104729) - ((b * 7919 + seed) % 104729) || a - b);

function planOf(rows: number, cols: number, isPaired: boolean, ratio: number, seed: number): Plan {
  const order = shuffled(rows, seed), index = (n: number): Uint32Array => Uint32Array.from({ length: n }, (_, i) => i);
  const heat: Heat = {
    kind: isPaired ? 'interaction' : 'knowledge', of: ['person', isPaired ? 'person' : 'file'], rows: index(rows), cols: index(cols), directories: [],
    value: Float32Array.from({ length: rows * cols }, (_, i) => (i * 31 + seed) % 97), max: 96, unit: 'times', total: [rows, cols],
    clustered: [order, isPaired ? order : shuffled(cols, seed + 1)], computed: { by: 'sparse', why: '', fallen: false, ms: 0, multiplyAdds: 0 },
  };
  const plan = new Plan();
  plan.take(heat);
  plan.stand({ rows: heat.clustered[0], cols: heat.clustered[1] });
  plan.sheet = { width: 900, height: 600, left: 120, top: 100, ratio };
  plan.view = plan.fitted();
  return plan;
}

type Step = readonly [what: 'zoom' | 'pan' | 'near' | 'frame' | 'begin', a: number, b: number];
const steps = tuple(constantFrom<Step[0][]>('zoom', 'pan', 'near', 'frame', 'begin'), double({ min: 0, max: 1, noNaN: true }), double({ min: 0, max: 1, noNaN: true }));
const plans = tuple(integer({ min: 1, max: 300 }), integer({ min: 1, max: 300 }), constantFrom(true, false), constantFrom(1, 1.25, 2), nat(1000)).map(([rows, cols, isPaired, ratio, seed]) => planOf(rows, isPaired ? rows : cols, isPaired, ratio, seed));

function go(plan: Plan, [what, a, b]: Step): void {
  const point = { x: 120 + 780 * a, y: 100 + 500 * b };
  if (what === 'zoom') plan.view = plan.zoomed(4 ** (2 * a - 1), point);
  else if (what === 'pan') plan.view = plan.panned(800 * (a - 0.5), 800 * (b - 0.5)) ?? plan.view;
  else if (what === 'near') plan.view = plan.near({ row: Math.floor(a * (plan.size.rows - 1)), col: Math.floor(b * (plan.size.cols - 1)) });
  else if (what === 'frame') plan.view = plan.framed(point, { x: 500, y: 300 }, a < 0.2 ? 'row' : a > 0.8 ? 'col' : null);
  else plan.view = plan.begun(a < 0.5 ? 'row' : 'col');
}

test('a cell is found where it is drawn, or the strongest of those it is drawn with, whatever was done before', () => {
  assert(property(plans, steps, steps, steps, nat(299), nat(299), (plan, s1, s2, s3, r, c) => {
    for (const step of [s1, s2, s3]) go(plan, step);
    const heat = plan.heat!, at = { row: r % plan.size.rows, col: c % plan.size.cols };
    plan.view = plan.revealed(at) ?? plan.view;
    const cell = plan.cell(at), found = plan.under(plan.middle(at));
    expect(plan.at(cell)).toEqual(at);
    expect(plan.isOn(at)).toBe(true);
    expect(found).not.toBeNull();
    const value = (one: { row: number; col: number }): number => heat.value[one.row * heat.cols.length + one.col]!;
    if (found!.of === 1) expect(found!.cell).toEqual(cell);
    else expect(value(found!.cell)).toBeGreaterThanOrEqual(value(cell));
    expect(plan.placeAt('row', plan.middle(at))).toBe(at.row);
    expect(plan.placeAt('col', plan.middle(at))).toBe(at.col);
    expect([at.row, at.row + 1]).toContain(plan.gap('row', plan.middle(at)));
  }), { numRuns: 200 });
});

test('names are at the edges, cells within, and nothing is found beyond them', () => {
  const plan = planOf(3, 3, true, 1, 1);
  expect([plan.gutter({ x: 5, y: 5 }), plan.gutter({ x: 5, y: 300 }), plan.gutter({ x: 300, y: 5 }), plan.gutter({ x: 300, y: 300 })]).toEqual(['corner', 'row', 'col', null]);
  for (const point of [{ x: 5, y: 300 }, { x: 300, y: 5 }, { x: 890, y: 590 }]) expect(plan.under(point)).toBeNull();
  expect(plan.gap('row', { x: 0, y: 0 })).toBe(0);
  expect(plan.gap('row', { x: 0, y: 599 })).toBe(3);
});

test('what is paired keeps a diagonal: no side of a cell is more than twice the other', () => {
  assert(property(plans, (plan) => {
    const { x, y } = plan.fitted();
    if (plan.heat!.of[1] === 'person') expect(Math.max(x.size, y.size)).toBeLessThanOrEqual(2 * Math.min(x.size, y.size) + 1e-9);
  }));
});

test('a matrix as large takes the place of another; of one of another size nothing stays', () => {
  const plan = planOf(4, 5, false, 1, 1), before = plan.places;
  expect(plan.take({ ...plan.heat!, max: 5 })).toBe(true);
  expect(plan.places).toBe(before);
  expect(plan.take(planOf(5, 5, false, 1, 1).heat!)).toBe(false);
  expect(plan.size).toEqual({ rows: 0, cols: 0 });
  expect(plan.under({ x: 200, y: 200 })).toBeNull();
});
