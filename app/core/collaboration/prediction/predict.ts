// Which ACUs will come to conflict, before they touch the same lines: a calibrated probability for each pair worth looking at, and why. A logistic
// model whose weights were fitted elsewhere (weights.ts), so that the same work gives the same answer everywhere and every number can be traced to what
// speaks for it. Pairs that conflict already are facts, which the conflict graph tells; they are no predictions.
import type { Flying, History, InFlight } from '../model.ts';
import type { PredictedPair } from '../report.ts';
import { requirements } from '../inFlight.ts';
import { candidatesOf } from './candidates.ts';
import { featuresOf } from './features.ts';
import { chancesOf, modelOf } from './fitted.ts';
import { type Asking, Ground } from './ground.ts';
import { reasonsOf } from './reasons.ts';
import { weights } from './weights.ts';

/** What is less likely is not said. */
export const LEAST_SAID = 0.01;
const SHIPPED = modelOf(weights);

/** Pairs between two chances for others to get a turn. */
const SLICE = 4096;

/** The likeliest `most` pairs, likeliest first; ties by the ids. */
export function predict(history: History, inFlight: InFlight, asking: Asking, most: number): PredictedPair[] {
  for (const steps = predictSteps(history, inFlight, asking, most); ;) { const { done, value } = steps.next(); if (done === true) return value; }
}

/** The same in steps of some tens of milliseconds, for a thread that has others to answer meanwhile. */
export function* predictSteps(history: History, inFlight: InFlight, asking: Asking, most: number): Generator<undefined, PredictedPair[]> {
  const ground = new Ground(history, inFlight, asking), { acus } = inFlight;
  const found: { readonly a: number; readonly b: number; readonly probability: number }[] = [];
  yield;
  const candidates = candidatesOf(ground, requirements(acus));
  for (const [i, { a, b }] of candidates.entries()) {
    if (i % SLICE === 0) yield;
    if (ground.conflict(a, b)) continue;
    const { meeting, conflict } = chancesOf(SHIPPED, featuresOf(ground, a, b).row), probability = meeting * conflict;
    if (probability >= LEAST_SAID) found.push(acus[a]!.id < acus[b]!.id ? { a, b, probability } : { a: b, b: a, probability });
  }
  yield;
  const id = (i: number): Flying['id'] => acus[i]!.id;
  found.sort((x, y) => y.probability - x.probability || (id(x.a) < id(y.a) ? -1 : id(x.a) > id(y.a) ? 1 : id(x.b) < id(y.b) ? -1 : 1));
  return found.slice(0, most).map(({ a, b, probability }) => ({ a: id(a), b: id(b), probability, reasons: reasonsOf(ground, SHIPPED, a, b) }));
}
