// Shapes that messages of every part share: ids, paths, names, counts. decode.ts and what it calls build on them.
import * as v from 'valibot';
import type { AcuId, ByteString, Oid, PathBytes } from '../core/bytes.ts';
import type { PathKey } from '../core/pathKey.ts';
import { limits } from './methods.ts';

export type Schema<T> = v.GenericSchema<unknown, T>;

const hexId = <T>(shape: RegExp, what: string) => v.custom<T>((x) => typeof x === 'string' && shape.test(x), what);
export const oid = hexId<Oid>(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'an object id');
const ACU_ID = /^[0-9a-f]{64}$/;
/** core/pathKey.ts */
// eslint-disable-next-line no-control-regex
const PATH_SUM = /^\0[0-9a-f]{64}$/;
export const acuId = hexId<AcuId>(ACU_ID, 'an ACU id');
export const acuOrBase = v.union([v.literal('base'), acuId]);
/** of a person (core/collaboration/model.ts) */
export const personKey = hexId<string>(/^[0-9a-f]{16}$/, 'a person\'s key');
export const path = v.custom<PathBytes>((x) => typeof x === 'string' && x.length > 0 && x.length <= limits.path && isBytes(x), 'a path');
export const pathKey = v.custom<PathKey>((x) => typeof x === 'string' && (PATH_SUM.test(x) || (x.length > 0 && x.length <= limits.path && isBytes(x))), 'a path or its sum');
// Half characters come out of a frame whose bytes are no UTF-8; files, refs and terminals each make something else of them.
export const name = v.pipe(v.string(), v.minLength(1), v.maxLength(limits.name), v.check((x) => !x.includes('\0') && x.isWellFormed(), 'a name'));
export const label = v.pipe(v.string(), v.maxLength(16 * limits.name));
export const ticket = v.pipe(v.string(), v.minLength(1), v.maxLength(128), v.check((x) => x.isWellFormed(), 'a ticket'));
export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
export const figure = v.pipe(v.number(), v.finite());
export const duration = v.pipe(figure, v.minValue(0));
export const bytes = v.custom<Uint8Array>((x) => x instanceof Uint8Array, 'bytes');
export const byteString = v.custom<ByteString>((x) => typeof x === 'string' && isBytes(x), 'a byte string');

const seen = new Set<unknown>();
/** Those seen lately by name alone: there may be thousands. */
export function isAcuId(id: unknown): boolean {
  if (seen.has(id)) return true;
  if (typeof id !== 'string' || !ACU_ID.test(id)) return false;
  if (seen.size >= 1 << 13) seen.clear();
  seen.add(id);
  return true;
}
/** Checked as one. */
export const acuIds = v.custom<AcuId[]>((x) => Array.isArray(x) && x.length <= limits.acus && x.every(isAcuId), `at most ${limits.acus} ACU ids`);

/** One byte per code unit; NUL ends a path in git's formats, so no path has one. */
export function isBytes(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0 || c > 255) return false;
  }
  return true;
}
