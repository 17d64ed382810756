// A set proposed as the largest that does not compose, or is not the largest; a bound that something exceeds; and a reason given for what is left
// out that is not one.
import { describe, expect, test } from 'vitest';
import { Sets, maskOf } from '../../../testkit/largestTwin.ts';
import { randomProblem } from '../../../testkit/problems.ts';
import { Random } from '../../../testkit/random.ts';
import { largest } from './largest.ts';
import type { Problem } from './model.ts';
import { WhyNots } from './whyNot.ts';

const always = (): boolean => true;
const problem = (count: number, part: { [K in keyof Problem]?: Problem[K] extends Uint32Array ? readonly number[] : Problem[K] } = {}): Problem => ({
  count, weights: new Float64Array(count).fill(1), requires: Array.from({ length: count }, () => []), barred: [], refused: [], ...part, conflicts: Uint32Array.from(part.conflicts ?? []),
});

describe('the largest set', () => {
  test('takes a stack or what conflicts with it, whichever is heavier', () => {
    const stack = problem(3, { requires: [[], [0], []], conflicts: [0, 2, 1, 2] });
    expect([...largest(stack, always).chosen]).toEqual([0, 1]);
    expect([...largest({ ...stack, weights: Float64Array.of(1, 1, 3) }, always).chosen]).toEqual([2]);
  });

  test('a pair is answered by a top that contains both', () => {
    const answered = problem(3, { requires: [[], [], [0, 1]], conflicts: [0, 1] });
    expect(largest(answered, always)).toMatchObject({ weight: 3, optimal: true });
    expect(largest({ ...answered, barred: [2] }, always)).toMatchObject({ weight: 1, optimal: true });
  });

  test('a line changed and changed back conflicts no more', () => {
    expect(largest(problem(3, { requires: [[], [0], []], conflicts: [0, 2] }), always)).toMatchObject({ weight: 3, optimal: true });
  });

  test('a refused set is not proposed again, unless something is above one of it', () => {
    expect(largest(problem(3, { refused: [[0, 1, 2]] }), always)).toMatchObject({ weight: 2, optimal: true });
    expect(largest(problem(4, { refused: [[0, 1, 2]], requires: [[], [], [], [0]] }), always)).toMatchObject({ weight: 4, optimal: true });
  });

  test('equals every set there is, tried one by one', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = new Random(seed), one = randomProblem(random, seed % 10 === 0 ? 16 : 11), sets = new Sets(one), most = sets.heaviest();
      if (one.count <= 10) expect(most, `twins of ${seed}`).toBeCloseTo(sets.plainly(), 9);
      const found = largest(one, always), chosen = maskOf(found.chosen);
      expect(sets.holds(chosen), `holds, ${seed}`).toBe(true);
      expect(found.weight, `weight, ${seed}`).toBeCloseTo(sets.weight(chosen), 9);
      expect(found.weight, `largest, ${seed}`).toBeCloseTo(most, 9);
      expect(found.optimal && found.bound === found.weight, `proven, ${seed}`).toBe(true);
    }
  });

  test('equals it by prices and local search as well, which larger problems need', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const one = randomProblem(new Random(seed), 14), sets = new Sets(one), most = sets.heaviest();
      let slices = 0;
      const reported = (weight: number, bound: number): void => expect(weight <= most + 1e-6 && bound >= most - 1e-6, `reported, ${seed}`).toBe(true);
      const found = largest(one, () => ++slices < 500, reported, 1);
      expect(sets.holds(maskOf(found.chosen)), `holds, ${seed}`).toBe(true);
      expect(found.weight, `largest, ${seed}`).toBeCloseTo(most, 6);
      expect(found.bound, `bound, ${seed}`).toBeGreaterThanOrEqual(most - 1e-6);
    }
  });

  test('stopped at any time, it has a set that holds and a bound that nothing exceeds', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const one = randomProblem(new Random(seed), 14), sets = new Sets(one), most = sets.heaviest();
      let left = seed % 7;
      const found = largest(one, () => --left > 0, (weight, bound) => expect(weight <= most + 1e-9 && bound >= most - 1e-9, `reported, ${seed}`).toBe(true));
      expect(sets.holds(maskOf(found.chosen)), `holds, ${seed}`).toBe(true);
      expect(found.bound, `bound, ${seed}`).toBeGreaterThanOrEqual(most - 1e-9);
      if (found.optimal) expect(found.weight, `optimal, ${seed}`).toBeCloseTo(most, 9);
    }
  });
});

describe('why an item is left out', () => {
  test('what conflicts leaves with what stands on it, and what it requires comes with it', () => {
    const one = problem(5, { weights: Float64Array.of(2, 3, 1, 1, 1), requires: [[], [0], [], [2], []], conflicts: [0, 3, 1, 3] });
    expect(new WhyNots(one, [0, 1, 4]).of(3, always)).toEqual({ item: 3, never: null, blockers: [0], leaves: [0, 1], comes: [2, 3], cost: 3, minimal: true });
    expect(new WhyNots({ ...one, barred: [2] }, [0, 1, 4]).of(3, always)).toMatchObject({ never: [2], comes: [2, 3], blockers: [] });
  });

  test('is the fewest that leave, of all there are', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const one = randomProblem(new Random(seed), seed % 10 === 0 ? 16 : 11), sets = new Sets(one), { chosen } = largest(one, always);
      const set = maskOf(chosen), asked = new WhyNots(one, chosen);
      for (let item = 0; item < one.count; item++) {
        if ((set & 1 << item) !== 0) continue;
        const answer = asked.of(item, always), fewest = sets.fewest(set, item);
        expect(answer.never === null, `${seed}: ${item} can come in`).toBe(fewest !== null);
        if (fewest === null) continue;
        expect(answer.leaves.length, `${seed}: ${item}`).toBe(fewest.count);
        expect(answer.minimal && sets.holds((set & ~maskOf(answer.leaves)) | maskOf(answer.comes)), `${seed}: ${item} stands with the rest`).toBe(true);
        expect(answer.cost, `${seed}: ${item} costs`).toBeCloseTo(fewest.weight - sets.weight(maskOf(answer.comes)), 9);
      }
    }
  });
});
