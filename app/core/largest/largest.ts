// The heaviest set of a problem, or the heaviest found when time is up, with a bound on all. Deterministic: the same problem, item for item, takes the same steps, so where
// it is proven optimal the answer does not depend on how long it was given.
import { instanceOf } from './instance.ts';
import type { Going, Largest, Problem } from './model.ts';
import { wholeOf } from './part.ts';
import { Partial } from './search.ts';
import { Branch } from './solving.ts';

/** Told as it goes: the weight of the best set so far, and what none exceeds. */
export type Report = (weight: number, bound: number) => void;

/** Items of a part that clique covers alone are enough for. */
const SMALL = 40;

/** `small`: parts of at most so many items are searched without a relaxation. */
export function largest(problem: Problem, going: Going, report: Report = () => {}, small = SMALL): Largest {
  const { part, state } = wholeOf(instanceOf(problem)), partial = new Partial(part, state);
  partial.obey();
  partial.reduce();
  const total = problem.weights.reduce((a, b) => a + b, 0), epsilon = 1e-9 * Math.max(total, Number.MIN_VALUE);
  const all = new Branch(part, partial.state, { unit: unitOf(problem.weights), epsilon, small, held: 0 }, { isReduced: partial.mark < part.count / 10 });
  let weight = -1, bound = Infinity;
  for (;;) {
    if (all.weight > weight || all.bound < bound) report(weight = Math.max(0, all.weight), bound = all.bound);
    if (all.bound <= all.weight + epsilon || !going()) break;
    all.advance(-Infinity, going);
  }
  const isChosen = new Uint8Array(problem.count);
  all.choose(isChosen);
  const chosen = Uint32Array.from(isChosen.keys().filter((i) => isChosen[i] === 1)), sum = chosen.reduce((x, i) => x + problem.weights[i]!, 0);
  const isOptimal = all.bound <= all.weight + epsilon;
  return { chosen, weight: sum, bound: isOptimal ? sum : Math.max(sum, all.bound), optimal: isOptimal };
}

/** What all weights are multiples of, if they are whole numbers; else 0. */
function unitOf(weights: Float64Array): number {
  let unit = 0;
  for (const weight of weights) {
    if (!Number.isSafeInteger(weight)) return 0;
    for (let a = weight; a !== 0;) [unit, a] = [a, unit % a];
  }
  return unit;
}
