// One frame's value out of its bytes, in one pass (MessagePack: https://github.com/msgpack/msgpack/blob/master/spec.md). Nothing is allocated on
// the word of a header: counts and lengths are held against the bytes that are left, depth and number of lists and maps against a bound. Text is
// decoded as the encoder's library does it, so that both sides of a version agree. Ids come again and again: one string stands for each.
import { utf8 } from '../core/bytes.ts';

/** Nesting of arrays and maps: the deepest message of ours has seven levels. */
export const MAX_DEPTH = 32;
/** Arrays and maps in one frame: an empty map costs one byte on the wire and fifty in memory. */
const MAX_CONTAINERS = 1 << 20;
/** Entries of one map: the largest of ours has a dozen, and a key costs a microsecond where there are many. */
const MAX_KEYS = 1024;

const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Bytes of a string from which the platform's decoder is faster. */
const LONG = 200;

/** Short texts seen lately, by some of their bytes: a fixed number, the newest of each place. */
const KNOWN = 1 << 12;
const known: string[] = new Array<string>(KNOWN).fill('');
/** Bytes of texts that are looked up there: keys and words, and ids. */
const WORD = 16, ID = 64, OID = 40;

export class Unpacker {
  readonly #bytes: Uint8Array;
  readonly #refuse: (what: string) => Error;
  #view: DataView | null = null;
  #at = 0;
  #depth = 0;
  #containers = 0;

  /** `refuse`: the error that says what is wrong. */
  constructor(bytes: Uint8Array, refuse: (what: string) => Error) {
    this.#bytes = bytes;
    this.#refuse = refuse;
  }

  /** The one value of the frame. */
  whole(): unknown {
    const value = this.#value();
    if (this.#at !== this.#bytes.length) throw this.#refuse('something follows it');
    return value;
  }

  #value(): unknown {
    if (this.#at >= this.#bytes.length) throw this.#refuse('it is cut off');
    const head = this.#bytes[this.#at++]!;
    if (head < 0x80) return head;
    if (head >= 0xe0) return head - 0x100;
    if (head < 0x90) return this.#map(head & 0x0f);
    if (head < 0xa0) return this.#list(head & 0x0f);
    if (head < 0xc0) return this.#text(head & 0x1f);
    switch (head) {
      case 0xc0: return null;
      case 0xc2: return false;
      case 0xc3: return true;
      case 0xc4: return this.#binary(this.#length(1));
      case 0xc5: return this.#binary(this.#length(2));
      case 0xc6: return this.#binary(this.#length(4));
      case 0xca: return this.#data(4).getFloat32(this.#at - 4);
      case 0xcb: return this.#data(8).getFloat64(this.#at - 8);
      case 0xcc: return this.#length(1);
      case 0xcd: return this.#length(2);
      case 0xce: return this.#length(4);
      case 0xcf: return this.#data(8).getUint32(this.#at - 8) * 2 ** 32 + this.#data(0).getUint32(this.#at - 4);
      case 0xd0: return this.#data(1).getInt8(this.#at - 1);
      case 0xd1: return this.#data(2).getInt16(this.#at - 2);
      case 0xd2: return this.#data(4).getInt32(this.#at - 4);
      case 0xd3: return this.#data(8).getInt32(this.#at - 8) * 2 ** 32 + this.#data(0).getUint32(this.#at - 4);
      case 0xd9: return this.#text(this.#length(1));
      case 0xda: return this.#text(this.#length(2));
      case 0xdb: return this.#text(this.#length(4));
      case 0xdc: return this.#list(this.#length(2));
      case 0xdd: return this.#list(this.#length(4));
      case 0xde: return this.#map(this.#length(2));
      case 0xdf: return this.#map(this.#length(4));
      // 0xc1 is never used; the rest are extension types, which the contract has none of.
      default: throw this.#refuse('it holds a value of an unknown type');
    }
  }

  /** Goes past so many bytes. */
  #data(n: number): DataView {
    this.#skip(n);
    return this.#view ??= new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
  }

  #skip(n: number): void {
    if (n > this.#bytes.length - this.#at) throw this.#refuse('it is cut off');
    this.#at += n;
  }

  #length(width: 1 | 2 | 4): number {
    const at = this.#at, bytes = this.#bytes;
    this.#skip(width);
    if (width === 1) return bytes[at]!;
    const high = bytes[at]! << 8 | bytes[at + 1]!;
    return width === 2 ? high : (high * 2 ** 16) + (bytes[at + 2]! << 8 | bytes[at + 3]!);
  }

  #enter(items: number): void {
    if (++this.#containers > MAX_CONTAINERS) throw this.#refuse('it holds too many lists');
    if (items > this.#bytes.length - this.#at) throw this.#refuse('it is cut off');
    if (++this.#depth > MAX_DEPTH) throw this.#refuse('it is nested too deeply');
  }

  #list(items: number): unknown[] {
    this.#enter(items);
    const out: unknown[] = [];
    for (let i = 0; i < items; i++) out.push(this.#value());
    this.#depth--;
    return out;
  }

  #map(entries: number): Record<string, unknown> {
    if (entries > MAX_KEYS) throw this.#refuse('it holds a map of too many keys');
    this.#enter(2 * entries);
    const out: Record<string, unknown> = {};
    for (let i = 0; i < entries; i++) {
      const key = this.#value();
      if (typeof key !== 'string' || forbiddenKeys.has(key)) throw this.#refuse('a key is not allowed');
      // Whoever looked at the first of two would see another message than who looks at the last.
      if (Object.hasOwn(out, key)) throw this.#refuse('a key is in it twice');
      out[key] = this.#value();
    }
    this.#depth--;
    return out;
  }

  /** A view of the frame. */
  #binary(length: number): Uint8Array {
    const from = this.#at;
    this.#skip(length);
    return this.#bytes.subarray(from, from + length);
  }

  #text(length: number): string {
    const from = this.#at, bytes = this.#bytes;
    this.#skip(length);
    if (length === 0) return '';
    if (length > LONG) return utf8(bytes.subarray(from, from + length));
    if (length > WORD && length !== ID && length !== OID) return textOf(bytes, from, length);
    // ends and middle tell ids apart, and nearly all words
    const middle = from + (length >>> 1), last = from + length - 1;
    const place = (bytes[from]! + 31 * bytes[middle]! + 961 * bytes[last]! + 67 * bytes[last - (length > 2 ? 1 : 0)]! + 7 * bytes[from + (length > 1 ? 1 : 0)]! + 131 * length) & (KNOWN - 1);
    const text = known[place]!;
    if (text.length === length && isText(text, bytes, from)) return text;
    return known[place] = textOf(bytes, from, length);
  }
}

/** Of plain ASCII alone: there each byte is one character. */
function isText(text: string, bytes: Uint8Array, from: number): boolean {
  for (let i = 0; i < text.length; i++) {
    const byte = bytes[from + i]!;
    if (byte > 0x7f || text.charCodeAt(i) !== byte) return false;
  }
  return true;
}

function textOf(bytes: Uint8Array, from: number, length: number): string {
  const units: number[] = [];
  for (let at = from, end = from + length; at < end;) {
    const first = bytes[at++]!;
    const next = (): number => (at < bytes.length ? bytes[at++]! : 0) & 0x3f;
    if ((first & 0x80) === 0) units.push(first);
    else if ((first & 0xe0) === 0xc0) units.push((first & 0x1f) << 6 | next());
    else if ((first & 0xf0) === 0xe0) units.push((first & 0x1f) << 12 | next() << 6 | next());
    else if ((first & 0xf8) === 0xf0) {
      let unit = (first & 0x07) << 18 | next() << 12 | next() << 6 | next();
      if (unit > 0xffff) {
        unit -= 0x10000;
        units.push((unit >>> 10) & 0x3ff | 0xd800);
        unit = 0xdc00 | unit & 0x3ff;
      }
      units.push(unit);
    } else units.push(first);
  }
  return String.fromCharCode(...units);
}
