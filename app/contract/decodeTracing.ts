// The door for whose lines are whose, and for what became of an ACU (tracing.ts). decode.ts calls it.
import * as v from 'valibot';
import type { OperationKind } from '../core/events.ts';
import { optionalAt } from './decodeMoments.ts';
import { type Schema, acuId, acuIds, byteString, count, label, oid, path } from './shapes.ts';
import { type AcuHistory, type Provenance, tracingLimits } from './tracing.ts';

const isCount = (x: unknown): x is number => Number.isSafeInteger(x) && (x as number) >= 0;
/** Checked as one: a text may have thousands. */
const run = v.custom<Provenance['brought'][number]>((x) => {
  if (typeof x !== 'object' || x === null || Object.keys(x).length !== 4) return false;
  const { start, end, by, isBack } = x as Record<string, unknown>;
  return isCount(start) && isCount(end) && start < end && typeof isBack === 'boolean' && Array.isArray(by) && by.every(isCount);
}, 'a run of lines');
const runs = v.pipe(v.array(run), v.maxLength(tracingLimits.runs));

export const provenanceParams = v.strictObject({ acus: acuIds, path, at: optionalAt });
export const provenance: Schema<Provenance> = v.pipe(
  v.strictObject({ how: v.picklist(['woven', 'content', 'none']), reason: label, isExact: v.boolean(), from: v.nullable(path), acus: acuIds, brought: runs, taken: runs }),
  v.check(({ acus, brought, taken }) => [...brought, ...taken].every(({ by }) => by.every((i) => i < acus.length)), 'runs of these ACUs'),
);

export const historyParams = v.strictObject({ acu: acuId, at: optionalAt });
export const acuHistory: Schema<AcuHistory> = v.strictObject({
  moments: v.pipe(v.array(v.strictObject({
    operation: count, kind: v.custom<OperationKind>((x) => typeof x === 'string' && x.length < 40, 'a kind of operation'), description: label, time: v.pipe(v.number(), v.finite()),
    what: v.picklist(['imported', 'gone', 'composed', 'taken out', 'rebound', 'written']), id: acuId, from: acuIds, ref: label,
  })), v.maxLength(tracingLimits.moments)),
  commits: v.pipe(v.array(v.strictObject({ oid, title: byteString, author: v.strictObject({ name: byteString, email: byteString }), time: v.pipe(v.number(), v.finite()) })), v.maxLength(tracingLimits.commits)),
  more: count,
});
