// Frames: one MessagePack value each, whichever transport carries it (unpack.ts reads them), and errors as values.
import { Encoder } from '@msgpack/msgpack';
import { AcumenError, bug, errorCodes } from '../core/errors.ts';
import type { ErrorCode } from '../core/errors.ts';
import { shortened } from '../core/visible.ts';
import { limits } from './methods.ts';
import type { WireError } from './methods.ts';
import { MAX_DEPTH, Unpacker } from './unpack.ts';

const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

export function badMessage(what: string, data: Readonly<Record<string, unknown>> = {}, cause?: unknown): AcumenError {
  return new AcumenError('bad-message', `A message could not be understood: ${what}.`,
    'Reload the window; if it happens again, the two sides are of different versions.', data, cause === undefined ? undefined : { cause });
}

/** For the doors, which see the engine's values through the contract alone. */
export { AcumenError };

const encoder = new Encoder({ ignoreUndefined: true, maxDepth: MAX_DEPTH });
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
  return new Unpacker(new Uint8Array(frame.buffer, frame.byteOffset, frame.length), badMessage).whole();
}

/** Any thrown value as an error of the closed list, safe to send: what is not plain data is left out. */
export function toWireError(error: unknown): WireError {
  const known = toAcumenError(error);
  return { code: known.code, message: shortened(known.message, limits.sentence), hint: shortened(known.hint, limits.sentence), data: plain(known.data, 8) as Record<string, unknown> };
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
