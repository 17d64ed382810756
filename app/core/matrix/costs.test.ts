// Danger: costs that a noisy moment, a missing sample or a damaged memory makes senseless, so that the planner picks what cannot win.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { costsOf, costsText, fitted, trials } from './costs.ts';
import { type ProcessorCosts, USUAL, processorMs, shapeOf } from './planner.ts';

const cost = fc.double({ min: 0.2, max: 5, noNaN: true });
/** A machine whose every cost is so many times the usual. */
const machine: fc.Arbitrary<ProcessorCosts> = fc.record({
  sparse: fc.record({ start: cost, multiplyAdd: cost, stored: cost, cell: cost, place: cost }), dense: fc.record({ start: cost, multiplyAdd: cost, place: cost, cell: cost }),
}).map((times) => {
  const of = <C extends Record<string, number>>(usual: C, by: Record<string, number>): C => Object.fromEntries(Object.entries(usual).map(([name, ns]) => [name, ns * by[name]!])) as C;
  return { sparse: of({ ...USUAL.sparse }, times.sparse), dense: of({ ...USUAL.dense }, times.dense) };
});
const tried = trials();

test('the costs of any machine are found again from what the trials take there', () => {
  fc.assert(fc.property(machine, (truth) => {
    const found = fitted(tried.map(({ by, shape }) => ({ by, shape, ms: processorMs(by, shape, truth) })));
    for (const { by, shape } of tried) {
      const ms = processorMs(by, shape, truth);
      expect(Math.abs(processorMs(by, shape, found) - ms)).toBeLessThan(0.15 * ms);
    }
  }), { numRuns: 30 });
});

test('without samples costs are usual; whatever the samples, none is below 0 or no number', () => {
  expect(fitted([])).toEqual(USUAL);
  fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: tried.length, maxLength: tried.length }), (times) => {
    const found = fitted(tried.map(({ by, shape }, i) => ({ by, shape, ms: times[i]! })));
    for (const ns of [...Object.values(found.sparse), ...Object.values(found.dense)]) expect(ns).toSatisfy((x: number) => Number.isFinite(x) && x >= 0);
  }), { numRuns: 30 });
});

test('trials are what their shapes say', () => {
  for (const { a, b, shape } of tried) expect(shapeOf(a, b)).toEqual(shape);
  for (const by of ['sparse', 'dense'] as const) expect(tried.filter((one) => one.by === by).length).toBeGreaterThan(5);
});

test('what is remembered is read back; what is damaged is not', () => {
  expect(costsOf(costsText(USUAL))).toEqual(USUAL);
  const without = { ...USUAL, dense: { start: 1 } }, below = { ...USUAL, sparse: { ...USUAL.sparse, cell: -1 } };
  for (const text of ['', '{', 'null', '[]', '{"sparse":null}', JSON.stringify(without), JSON.stringify(below), costsText(USUAL).replace(/"cell":[\d.]+/, '"cell":1e999')]) expect(costsOf(text)).toBeNull();
});
