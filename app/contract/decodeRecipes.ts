// The door for recipes (recipes.ts). decode.ts calls it.
import * as v from 'valibot';
import { recipeLimits } from '../core/recipes.ts';
import type { Rebinding } from '../core/model.ts';
import { limits } from './methods.ts';
import type { Methods } from './methods.ts';
import type { ComparedAcu, RecipeLine } from './recipes.ts';
import { type Schema, acuId, acuIds, byteString, count, label, oid, path, ticket } from './shapes.ts';

/** Twice as many units as characters, at most. */
const name = v.pipe(v.string(), v.maxLength(2 * recipeLimits.name));
const outcome = v.picklist(['kept', 'rebound', 'absorbed', 'stale', 'lost', 'taken along'] satisfies Rebinding['outcome'][]);

export const named: Schema<{ name: string }> = v.strictObject({ name });
export const keepParams: Schema<Methods['keepRecipe']['params']> = v.strictObject({ name, replace: v.boolean(), ticket });
export const changeParams: Schema<{ name: string; ticket: string }> = v.strictObject({ name, ticket });
export const compareParams: Schema<Methods['compareRecipes']['params']> = v.strictObject({ a: v.nullable(name), b: v.nullable(name) });

export const line: Schema<RecipeLine> = v.strictObject({
  name, time: v.pipe(v.number(), v.finite()), base: oid, grain: v.picklist(['branch', 'commit', 'atom']), size: count, decisions: count,
  became: v.strictObject({ kept: v.optional(count), rebound: v.optional(count), absorbed: v.optional(count), stale: v.optional(count), lost: v.optional(count), 'taken along': v.optional(count) }) as unknown as Schema<RecipeLine['became']>,
  isComposed: v.boolean(),
});
export const answers: Schema<readonly Rebinding[]> = v.pipe(v.array(v.strictObject({ id: acuId, name: byteString, outcome, to: acuIds, why: label })), v.maxLength(limits.acus));
export const lines: Schema<Methods['recipes']['result']> = v.strictObject({ recipes: v.pipe(v.array(line), v.maxLength(recipeLimits.recipes)) });
export const now: Schema<Methods['recipe']['result']> = v.strictObject({ line, answers, acus: acuIds, open: acuIds });
const compared: Schema<readonly ComparedAcu[]> = v.pipe(v.array(v.strictObject({ id: acuId, name: byteString, outcome: v.nullable(outcome) })), v.maxLength(limits.acus));
export const comparison: Schema<Methods['compareRecipes']['result']> = v.strictObject({
  both: compared, onlyA: compared, onlyB: compared, treeA: v.nullable(oid), treeB: v.nullable(oid),
  files: v.nullable(v.array(v.strictObject({ path, kind: v.picklist(['add', 'delete', 'modify']) }))),
});
