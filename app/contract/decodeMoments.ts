// The door for earlier moments (moments.ts): what is asked and told of them, unknown → value. decode.ts calls it.
import * as v from 'valibot';
import type { Operation } from '../core/events.ts';
import type { Composition } from '../core/model.ts';
import type { FileChange, Methods, RepositoryInfo } from './methods.ts';
import { limits } from './methods.ts';
import type { MomentAcu, MomentsCompared, MomentView, Parted } from './moments.ts';
import { type Schema, acuId, byteString, bytes, count, label, name, oid, path, ticket } from './shapes.ts';

/** The state that this operation left. */
export const at = v.pipe(count, v.minValue(1));
export const optionalAt = v.optional(at);

/** Replicas that who asks may say to have: the present one, and one of the past. */
const MOST_HELD = 8;

export const momentParams: Schema<Methods['moment']['params']> = v.strictObject({ operation: at, have: v.pipe(v.array(label), v.maxLength(MOST_HELD)) });
export const compareParams: Schema<Methods['compareMoments']['params']> = v.strictObject({ a: at, b: at });
export const fileParams: Schema<Methods['comparedFile']['params']> = v.strictObject({ a: at, b: at, path });
export const returnParams: Schema<Methods['returnTo']['params']> = v.strictObject({ operation: at, ticket });
export const branchParams: Schema<Methods['branchOff']['params']> = v.strictObject({ operation: at, name, ticket });

const acus: Schema<readonly MomentAcu[]> = v.pipe(v.array(v.strictObject({ id: acuId, name: byteString })), v.maxLength(limits.acus));
const parted: Schema<Parted> = v.strictObject({ left: acus, came: acus, both: count });
const base = v.nullable(v.strictObject({ name: v.pipe(v.string(), v.maxLength(limits.baseName)), oid }));

/** Of shapes that other messages have, too. */
export function resultsOf(shapes: { readonly operation: Schema<Operation>; readonly composition: Schema<Composition>; readonly repository: Schema<RepositoryInfo>; readonly files: Schema<FileChange[]> }): { readonly moment: Schema<MomentView>; readonly compared: Schema<MomentsCompared> } {
  const { operation, composition, repository, files } = shapes;
  return {
    moment: v.strictObject({ operation, composition, repository: v.nullable(repository), digest: label, bytes: v.nullable(bytes) }),
    compared: v.strictObject({
      a: operation, b: operation, inFlight: parted, composed: parted,
      sources: v.pipe(v.array(v.strictObject({ name: byteString, before: v.nullable(oid), after: v.nullable(oid) })), v.maxLength(2 * limits.acus)),
      base: v.strictObject({ before: base, after: base }), files: v.nullable(files), why: label,
    }),
  };
}
