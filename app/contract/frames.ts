// Frames: one MessagePack value each, whichever transport carries it, and errors as values. A frame is walked once before
// it is decoded, so that nothing is allocated on the word of a header: depth, counts and lengths are checked against its bytes.
import { Decoder, Encoder } from '@msgpack/msgpack';
import { AcumenError, bug, errorCodes } from '../core/errors.ts';
import type { ErrorCode } from '../core/errors.ts';
import { limits } from './methods.ts';
import type { WireError } from './methods.ts';

/** Nesting of arrays and maps: the deepest message of ours has seven levels. */
const MAX_DEPTH = 32;
/** Arrays and maps in one frame: an empty map costs one byte on the wire and fifty in memory. */
const MAX_CONTAINERS = 1 << 20;
/** Entries of one map: the largest of ours has a dozen, and a key costs a microsecond where there are many. */
const MAX_KEYS = 1024;

const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

export function badMessage(what: string, data: Readonly<Record<string, unknown>> = {}, cause?: unknown): AcumenError {
  return new AcumenError('bad-message', `A message could not be understood: ${what}.`,
    'Reload the window; if it happens again, the two sides are of different versions.', data, cause === undefined ? undefined : { cause });
}

/** For the doors, which see the engine's values through the contract alone. */
export { AcumenError };

const encoder = new Encoder({ ignoreUndefined: true, maxDepth: MAX_DEPTH });
const decoder = new Decoder({
  mapKeyConverter: (key) => {
    if (typeof key !== 'string' || forbiddenKeys.has(key)) throw badMessage('a key is not allowed');
    return key;
  },
});

export function encodeFrame(value: unknown): Uint8Array<ArrayBuffer> {
  return encoder.encode(value);
}

/** An answer: `{ id, ok }`, in which `encoded`, where it is given, is `ok` as a frame of its own. */
export function encodeAnswer(id: number, ok: unknown, encoded?: Uint8Array): Uint8Array<ArrayBuffer> {
  if (encoded === undefined) return encoder.encode({ id, ok });
  const head = encoder.encode({ id, ok: null });
  const frame = new Uint8Array(head.length - 1 + encoded.length);
  frame.set(head.subarray(0, -1));
  frame.set(encoded, head.length - 1);
  return frame;
}

/** The value of one frame, or `bad-message`. Byte arrays in it are views of the frame. */
export function decodeFrame(frame: Uint8Array, maxBytes: number = limits.frameBytes): unknown {
  if (frame.length > maxBytes) throw badMessage('it is too large', { bytes: frame.length, limit: maxBytes });
  const bytes = new Uint8Array(frame.buffer, frame.byteOffset, frame.length);
  const keys = checkFrame(bytes);
  let value;
  try {
    value = decoder.decode(bytes);
  } catch (error) {
    throw error instanceof AcumenError ? error : badMessage('it is not MessagePack', {}, error);
  }
  // Whoever looked at the first of two would see another message than who looks at the last.
  if (keysIn(value) !== keys) throw badMessage('a key is in it twice');
  return value;
}

function keysIn(value: unknown): number {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return 0;
  const inside: unknown[] = Array.isArray(value) ? value : Object.values(value);
  let keys = Array.isArray(value) ? 0 : inside.length;
  for (const item of inside) keys += keysIn(item);
  return keys;
}

/** Walks the whole frame without building anything; answers how many keys there are in it. */
function checkFrame(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const open = new Float64Array(MAX_DEPTH + 1);
  let depth = 0, at = 0, containers = 0, keys = 0;
  open[0] = 1;

  const length = (width: 1 | 2 | 4): number => {
    if (at + width > bytes.length) throw badMessage('it is cut off');
    const n = width === 1 ? view.getUint8(at) : width === 2 ? view.getUint16(at) : view.getUint32(at);
    at += width;
    return n;
  };
  const skip = (n: number): void => {
    if (n > bytes.length - at) throw badMessage('it is cut off');
    at += n;
  };
  const enter = (items: number): void => {
    if (++containers > MAX_CONTAINERS) throw badMessage('it holds too many lists');
    if (items > bytes.length - at) throw badMessage('it is cut off');
    if (++depth > MAX_DEPTH) throw badMessage('it is nested too deeply');
    open[depth] = items;
  };

  const enterMap = (entries: number): void => {
    if (entries > MAX_KEYS) throw badMessage('it holds a map of too many keys');
    keys += entries;
    enter(2 * entries);
  };

  for (;;) {
    while (depth >= 0 && open[depth] === 0) depth--;
    if (depth < 0) break;
    open[depth]!--;
    if (at >= bytes.length) throw badMessage('it is cut off');
    const head = bytes[at++]!;
    if (head < 0x80 || head >= 0xe0) continue;
    if (head < 0x90) enterMap(head & 0x0f);
    else if (head < 0xa0) enter(head & 0x0f);
    else if (head < 0xc0) skip(head & 0x1f);
    else switch (head) {
      case 0xc0: case 0xc2: case 0xc3: break;
      case 0xc4: case 0xd9: skip(length(1)); break;
      case 0xc5: case 0xda: skip(length(2)); break;
      case 0xc6: case 0xdb: skip(length(4)); break;
      case 0xca: case 0xce: case 0xd2: skip(4); break;
      case 0xcb: case 0xcf: case 0xd3: skip(8); break;
      case 0xcc: case 0xd0: skip(1); break;
      case 0xcd: case 0xd1: skip(2); break;
      case 0xdc: enter(length(2)); break;
      case 0xdd: enter(length(4)); break;
      case 0xde: enterMap(length(2)); break;
      case 0xdf: enterMap(length(4)); break;
      // 0xc1 is never used; the rest are extension types, which the contract has none of.
      default: throw badMessage('it holds a value of an unknown type');
    }
  }
  if (at !== bytes.length) throw badMessage('something follows it');
  return keys;
}

/** Any thrown value as an error of the closed list, safe to send: what is not plain data is left out. */
export function toWireError(error: unknown): WireError {
  const known = toAcumenError(error);
  return { code: known.code, message: known.message, hint: known.hint, data: plain(known.data, 8) as Record<string, unknown> };
}

export function fromWireError(error: WireError): AcumenError {
  return new AcumenError(error.code, error.message, error.hint, error.data);
}

export function toAcumenError(error: unknown): AcumenError {
  if (error instanceof AcumenError) return error;
  if (error instanceof Error && error.name === 'AbortError') return cancelled();
  // An AcumenError that crossed a thread loses its class but keeps its fields.
  const code = (error as { code?: unknown } | null | undefined)?.code;
  if (error instanceof Error && typeof code === 'string' && Object.hasOwn(errorCodes, code) && 'hint' in error) {
    const { hint, data } = error as { hint?: unknown; data?: unknown };
    return new AcumenError(code as ErrorCode, error.message, String(hint), (data ?? {}) as Record<string, unknown>);
  }
  if (error instanceof Error && typeof (error as { syscall?: unknown }).syscall === 'string') {
    return new AcumenError('io', `The system refused: ${error.message}.`, 'Check that the file or folder exists and may be used.', { code }, { cause: error });
  }
  const shown = bug(error instanceof Error ? error.message : String(error), { stack: error instanceof Error ? error.stack ?? '' : '' });
  return new AcumenError('bug', shown.message, shown.hint, shown.data, { cause: error });
}

export function cancelled(): AcumenError {
  return new AcumenError('cancelled', 'The operation was cancelled; nothing was changed.', 'Start it again when you like.');
}

function plain(value: unknown, depth: number): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (value === undefined || depth === 0) return null;
  if (value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map((item) => plain(item, depth - 1));
  if (typeof value === 'object') {
    const out: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) {
      if (item !== undefined && !forbiddenKeys.has(key)) out[key] = plain(item, depth - 1);
    }
    return out;
  }
  return String(value);
}
