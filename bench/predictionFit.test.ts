// Danger: a bar is met by a wrong area under a curve, or by weights that are no maximum. Against counting all pairs, and against the gradient.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { auc, brier, fitLogistic, logOdds, sigmoid } from './predictionFit.ts';

const scored = fc.array(fc.record({ score: fc.integer({ min: 0, max: 6 }), truth: fc.boolean(), weight: fc.nat(3) }), { minLength: 1, maxLength: 25 });

test('the area under the curve is the share of pairs in the right order', () => {
  fc.assert(fc.property(scored, (cases) => {
    let won = 0, all = 0;
    for (const x of cases) for (const y of cases) {
      if (!x.truth || y.truth) continue;
      all += x.weight * y.weight;
      won += x.weight * y.weight * (x.score > y.score ? 1 : x.score === y.score ? 0.5 : 0);
    }
    const found = auc(cases.map((c) => c.score), cases.map((c) => c.truth), cases.map((c) => c.weight));
    if (all === 0) expect(found).toBeNaN(); else expect(found).toBeCloseTo(won / all, 12);
  }));
});

test('a fit is where the penalised likelihood no longer rises', () => {
  const drawn = fc.array(fc.record({ x: fc.integer({ min: -3, max: 3 }), z: fc.integer({ min: 0, max: 1 }), y: fc.boolean() }), { minLength: 4, maxLength: 40 });
  fc.assert(fc.property(drawn, (cases) => {
    fc.pre(cases.some(({ y }) => y) && cases.some(({ y }) => !y));
    const examples = cases.map(({ x, z, y }) => ({ row: [x, z], y, weight: 1 })), model = fitLogistic(examples, 1);
    const errors = examples.map(({ row, y }) => Number(y) - sigmoid(logOdds(model, row))), slope = (i: number): number => errors.reduce((sum, e, k) => sum + e * examples[k]!.row[i]!, -model.weights[i]!);
    expect(errors.reduce((x, y) => x + y, 0)).toBeCloseTo(0, 5);
    expect(slope(0)).toBeCloseTo(0, 5);
    expect(slope(1)).toBeCloseTo(0, 5);
  }), { numRuns: 60 });
});

test('saying what came is no error, saying the opposite the largest', () => {
  expect(brier([1, 0, 1], [true, false, true])).toBe(0);
  expect(brier([0, 1], [true, false])).toBe(1);
});
