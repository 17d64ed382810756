// What products cost on this machine: timed once, a second of work in small pieces, and remembered where the GPU's adapters are.
import { type Sample, costsOf, costsText, fitted, trials } from '../core/matrix/costs.ts';
import type { ProcessorCosts } from '../core/matrix/planner.ts';
import { denseMultiplier, sparseMultiplier } from '../core/matrix/processor.ts';
import type { Remembered } from './gpu/tune.ts';

/** Changed when what is timed is: what was remembered by another version is timed again. */
const VERSION = 1;
const TIMES = 5;

/** `turn`: awaited between two products, so that whoever shares the thread is not held up. */
export async function measuredCosts(turn: () => Promise<void> | undefined, now: () => number = () => performance.now()): Promise<ProcessorCosts> {
  const ways = { sparse: sparseMultiplier(), dense: denseMultiplier() }, all = trials(), least = new Float64Array(all.length).fill(Infinity);
  // Round after round and not one after another: a slow moment is not always the same product's.
  for (let round = 0; round < TIMES; round++) {
    for (const [i, { by, a, b }] of all.entries()) {
      const since = now();
      await (b === null ? ways[by].gram(a) : ways[by].times(a, b));
      least[i] = Math.min(least[i]!, now() - since);
      await turn();
    }
  }
  return fitted(all.map(({ by, shape }, i): Sample => ({ by, shape, ms: least[i]! })));
}

/** Remembered, or measured and remembered. `machine`: what tells this machine from others that share the memory. */
export async function rememberedCosts(remembered: Remembered, machine: string, turn: () => Promise<void> | undefined, measure = measuredCosts): Promise<ProcessorCosts> {
  const key = JSON.stringify(['processor', VERSION, machine]), known = await remembered.get(key);
  const costs = known === null ? null : costsOf(known);
  if (costs !== null) return costs;
  const measured = await measure(turn);
  await remembered.set(key, costsText(measured));
  return measured;
}
