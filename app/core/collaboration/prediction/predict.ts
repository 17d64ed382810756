// Which ACUs will come to conflict, before they touch the same lines: a calibrated probability for each pair worth looking at, and why. A logistic
// model whose weights were fitted elsewhere (weights.ts), so that the same work gives the same answer everywhere and every number can be traced to what
// speaks for it. Pairs that conflict already are facts, which the conflict graph tells; they are no predictions.
import type { Flying, History, InFlight } from '../model.ts';
import type { PredictedPair } from '../report.ts';
import { requirements } from '../inFlight.ts';
import { candidatesOf } from './candidates.ts';
import { featuresOf } from './features.ts';
import { type Model, chancesOf, modelOf } from './fitted.ts';
import { type Asking, Ground } from './ground.ts';
import { reasonsOf } from './reasons.ts';
import { weights } from './weights.ts';

/** What is less likely is not said. */
export const LEAST_SAID = 0.01;
const SHIPPED = modelOf(weights);

/** The likeliest `most` pairs, likeliest first; ties by the ids. */
export function predict(history: History, inFlight: InFlight, asking: Asking, most: number, by: Model = SHIPPED): PredictedPair[] {
  const ground = new Ground(history, inFlight, asking), { acus } = inFlight;
  const found: { readonly a: number; readonly b: number; readonly probability: number }[] = [];
  for (const { a, b } of candidatesOf(ground, requirements(acus))) {
    if (ground.conflict(a, b)) continue;
    const { meeting, conflict } = chancesOf(by, featuresOf(ground, a, b).row), probability = meeting * conflict;
    if (probability >= LEAST_SAID) found.push(acus[a]!.id < acus[b]!.id ? { a, b, probability } : { a: b, b: a, probability });
  }
  const id = (i: number): Flying['id'] => acus[i]!.id;
  found.sort((x, y) => y.probability - x.probability || (id(x.a) < id(y.a) ? -1 : id(x.a) > id(y.a) ? 1 : id(x.b) < id(y.b) ? -1 : 1));
  return found.slice(0, most).map(({ a, b, probability }) => ({ a: id(a), b: id(b), probability, reasons: reasonsOf(ground, by, a, b) }));
}
