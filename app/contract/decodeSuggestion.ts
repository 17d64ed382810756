// The door for the largest compatible composition (core/suggestion.ts): what is asked and told of it, unknown → value. decode.ts calls it.
import * as v from 'valibot';
import type { Reason, Suggestion } from '../core/suggestion.ts';
import { LARGEST_WEIGHT, type Weighing, weightRules } from '../core/weights.ts';
import { limits } from './methods.ts';
import type { Methods } from './methods.ts';
import { type Schema, acuId, acuIds, count, duration, figure, ticket } from './shapes.ts';

const weight: Schema<Weighing> = v.union([
  v.picklist(weightRules),
  v.strictObject({ named: v.pipe(v.array(v.strictObject({ acu: acuId, weight: v.pipe(duration, v.maxValue(LARGEST_WEIGHT)) })), v.maxLength(limits.acus)) }),
]);

export const suggestParams: Schema<Methods['suggest']['params']> = v.strictObject({ weight, budget: v.pipe(duration, v.maxValue(limits.budgetMs)), ticket });
export const whyNotParams: Schema<Methods['whyNot']['params']> = v.strictObject({ acus: v.pipe(acuIds, v.maxLength(limits.reasons)), within: acuIds, weight });

export const suggestion: Schema<Suggestion> = v.strictObject({
  acus: acuIds, weight: duration, bound: duration, optimal: v.boolean(), of: v.strictObject({ acus: count, weight: duration }), barred: count,
  refused: v.array(acuIds), rounds: count, ms: duration,
});
const reason: Schema<Reason> = v.strictObject({
  acu: acuId, kind: v.picklist(['in', 'free', 'kept', 'never'] satisfies Reason['kind'][]), never: acuIds, blockers: acuIds, leaves: acuIds, comes: acuIds,
  cost: figure, refused: v.array(acuIds), minimal: v.boolean(), stands: v.boolean(),
});
export const reasons: Schema<Methods['whyNot']['result']> = v.strictObject({ reasons: v.pipe(v.array(reason), v.maxLength(limits.reasons)) });
