// The door for what is told of working trees (live.ts). decode.ts calls it.
import * as v from 'valibot';
import { type LiveState, liveLimits } from './live.ts';
import { type Schema, count, label } from './shapes.ts';

const left = v.pipe(v.array(v.strictObject({ path: label, reason: label })), v.maxLength(liveLimits.left));

export const params = v.strictObject({ on: v.nullable(v.boolean()) });
export const state: Schema<LiveState> = v.strictObject({
  on: v.boolean(), polling: label, every: count, note: label, watches: count,
  trees: v.pipe(v.array(v.strictObject({ name: label, how: v.picklist(['watching', 'polling', 'unusable']), reason: label, files: count, left, notCompared: count })), v.maxLength(liveLimits.trees)),
});
