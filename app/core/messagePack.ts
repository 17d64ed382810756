// Values as MessagePack (github.com/msgpack/msgpack/blob/master/spec.md) with sorted keys: equal values have equal bytes whatever order they
// were built in. Byte for byte what @msgpack/msgpack makes with `sortKeys` and `ignoreUndefined`, which reads it back, in a third of the time:
// each segment's key and each event is made here.
import { bug } from './errors.ts';

/** Grows, and is kept for the next value. */
let bytes = new Uint8Array(1 << 12), view = new DataView(bytes.buffer), at = 0;
const utf8 = new TextEncoder();
/** Objects in objects: what the reader bears. */
const DEEPEST = 100;
/** Of longer texts the library has halves of characters replaced. */
const WHOLE_TEXT = 50;
/** Keys that are put in order one by one. */
const FEW = 32;

/** A copy of its own. */
export function messagePack(value: unknown): Uint8Array {
  at = 0;
  put(value, 1);
  return bytes.slice(0, at);
}

function room(more: number): void {
  if (at + more <= bytes.length) return;
  const grown = new Uint8Array(Math.max(2 * bytes.length, at + more));
  grown.set(bytes.subarray(0, at));
  bytes = grown;
  view = new DataView(grown.buffer);
}

function put(value: unknown, depth: number): void {
  if (depth > DEEPEST) throw bug('a value is too deep to be packed');
  switch (typeof value) {
    case 'string': return text(value);
    case 'number': return number(value);
    case 'boolean': room(1); bytes[at++] = value ? 0xc3 : 0xc2; return;
    case 'undefined': return nil();
    case 'object':
      if (value === null) return nil();
      if (Array.isArray(value)) {
        size(value.length, 0x90, 16, 0, 0xdc);
        for (let i = 0; i < value.length; i++) put(value[i], depth + 1);
        return;
      }
      if (value instanceof Uint8Array) {
        size(value.length, 0, 0, 0xc4, 0xc5);
        room(value.length);
        bytes.set(value, at);
        at += value.length;
        return;
      }
      if (ArrayBuffer.isView(value)) throw bug('numbers are packed as bytes, or not at all');
      return map(value as Record<string, unknown>, depth);
    default: throw bug('a value of a kind that is not packed', { kind: typeof value });
  }
}

function nil(): void { room(1); bytes[at++] = 0xc0; }

/** A length: in its own byte below `few`; in one byte after `one` where there is such a form; in two after `two`, in four after the next. */
function size(n: number, small: number, few: number, one: number, two: number): void {
  room(5);
  if (n < few) bytes[at++] = small + n;
  else if (one !== 0 && n < 0x100) { bytes[at++] = one; bytes[at++] = n; }
  else if (n < 0x10000) { bytes[at++] = two; view.setUint16(at, n); at += 2; }
  else { bytes[at++] = two + 1; view.setUint32(at, n); at += 4; }
}

function number(n: number): void {
  room(9);
  if (!Number.isSafeInteger(n)) { bytes[at++] = 0xcb; view.setFloat64(at, n); at += 8; }
  else if (n >= 0) {
    if (n < 0x80) bytes[at++] = n;
    else if (n < 0x100) { bytes[at++] = 0xcc; bytes[at++] = n; }
    else if (n < 0x10000) { bytes[at++] = 0xcd; view.setUint16(at, n); at += 2; }
    else if (n < 0x100000000) { bytes[at++] = 0xce; view.setUint32(at, n); at += 4; }
    else { bytes[at++] = 0xcf; view.setBigUint64(at, BigInt(n)); at += 8; }
  } else if (n >= -0x20) bytes[at++] = 0x100 + n;
  else if (n >= -0x80) { bytes[at++] = 0xd0; view.setInt8(at++, n); }
  else if (n >= -0x8000) { bytes[at++] = 0xd1; view.setInt16(at, n); at += 2; }
  else if (n >= -0x80000000) { bytes[at++] = 0xd2; view.setInt32(at, n); at += 4; }
  else { bytes[at++] = 0xd3; view.setBigInt64(at, BigInt(n)); at += 8; }
}

function text(s: string): void {
  const { length } = s;
  let i = 0;
  if (length < 0x100) {
    room(length + 2);
    const start = at, from = start + (length < 0x20 ? 1 : 2);
    for (let c; i < length && (c = s.charCodeAt(i)) < 0x80; i++) bytes[from + i] = c;
    if (i === length) {
      if (length < 0x20) bytes[start] = 0xa0 + length; else { bytes[start] = 0xd9; bytes[start + 1] = length; }
      at = from + length;
      return;
    }
  }
  const encoded = length > WHOLE_TEXT ? utf8.encode(s) : halves(s);
  size(encoded.length, 0xa0, 0x20, 0xd9, 0xda);
  room(encoded.length);
  bytes.set(encoded, at);
  at += encoded.length;
}

/** UTF-8, halves of characters beyond 16 bits as if they were characters. */
function halves(s: string): Uint8Array {
  const out: number[] = [];
  for (const character of s) {
    const c = character.codePointAt(0)!;
    if (c < 0x80) out.push(c);
    else if (c < 0x800) out.push(c >> 6 | 0xc0, c & 0x3f | 0x80);
    else if (c < 0x10000) out.push(c >> 12 | 0xe0, c >> 6 & 0x3f | 0x80, c & 0x3f | 0x80);
    else out.push(c >> 18 | 0xf0, c >> 12 & 0x3f | 0x80, c >> 6 & 0x3f | 0x80, c & 0x3f | 0x80);
  }
  return Uint8Array.from(out);
}

function map(value: Record<string, unknown>, depth: number): void {
  const keys = Object.keys(value);
  inOrder(keys);
  let count = 0;
  for (let i = 0; i < keys.length; i++) if (value[keys[i]!] !== undefined) count++;
  size(count, 0x80, 16, 0, 0xde);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!, one = value[key];
    if (one === undefined) continue;
    text(key);
    put(one, depth + 1);
  }
}

/** Nearly all are few, and in order by now where the value was read back. */
function inOrder(keys: string[]): void {
  if (keys.length > FEW) { keys.sort(); return; }
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i]!;
    let to = i;
    for (; to > 0 && keys[to - 1]! > key; to--) keys[to] = keys[to - 1]!;
    keys[to] = key;
  }
}
