// The door for conflicts that a person decides (resolving.ts). decode.ts calls it.
import * as v from 'valibot';
import { conflictKinds } from '../core/model.ts';
import type { LineEnds } from '../core/resolution/lines.ts';
import { type GivenAnswer, type PlaceAnswer, type ToDecide, resolvingLimits } from './resolving.ts';
import { type Schema, acuId, acuIds, count, label, oid, path, ticket } from './shapes.ts';

const key = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const text = v.custom<Uint8Array>((x) => x instanceof Uint8Array && x.length <= resolvingLimits.text, `at most ${resolvingLimits.text >> 20} MiB`);
const answer: Schema<GivenAnswer> = v.variant('take', [
  v.strictObject({ take: v.picklist(['ours', 'theirs', 'both', 'reversed']) }),
  v.strictObject({ take: v.literal('text'), text }),
]);
const answers: Schema<readonly PlaceAnswer[]> = v.pipe(v.array(v.strictObject({ path, nth: count, key, answer })), v.maxLength(resolvingLimits.places));

export const keepOpenParams = v.strictObject({ add: acuIds, drop: acuIds, ticket });
export const toDecideParams = v.strictObject({ acu: acuId });
export const decidedFileParams = v.strictObject({ acu: acuId, path, answers });
export const decideParams = v.strictObject({ acu: acuId, answers, ticket });

const kind = v.picklist(conflictKinds);
const state = v.picklist(['conflicts', 'fits', 'stale', 'unable'] satisfies ToDecide['state'][]);
const side = v.nullable(v.strictObject({ mode: count, oid }));

export const openConflicts = v.strictObject({ open: v.array(v.strictObject({ acu: acuId, state, reason: label, against: acuIds, places: count, answered: count })) });

/** `shown`: a text for display. */
export function toDecide(shown: Schema<ToDecide['files'][number]['places'][number]['ours']>): Schema<ToDecide> {
  const place = v.strictObject({
    key, kind, shape: v.picklist(['lines', 'files']), base: shown, ours: shown, theirs: shown, lead: v.string(), tail: v.string(), at: v.tuple([count, count, count]),
    ends: v.picklist(['lf', 'crlf', 'mixed', 'none'] satisfies LineEnds[]),
    paths: v.array(v.strictObject({ path, base: side, ours: side, theirs: side })), both: v.boolean(), writable: v.boolean(),
    earlier: v.nullable(v.strictObject({ answer, here: v.boolean(), path, time: v.pipe(v.number(), v.finite()) })),
  });
  return v.strictObject({
    acu: acuId, state, reason: label, against: acuIds,
    files: v.array(v.strictObject({ path, kind, ours: acuIds, theirs: acuIds, places: v.array(place) })),
  });
}
