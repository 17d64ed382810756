// Numbers, texts and ACUs as bytes, the same in the log's frames (frames.ts) and in pages of conflicts (conflictPages.ts): a number in seven bits
// to a byte, lowest first; a text by its length and UTF-8; an ACU by its number in the store, or 0 and its id.
import type { AcuId } from '../../core/bytes.ts';
import { bug } from '../../core/errors.ts';

/** Bytes of a segment's key, and of an ACU's id. */
export const HASH = 32;
export const hex = (bytes: Uint8Array, from: number, to: number): string => Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('hex');
export const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Answers an ACU's number (the event that brought it), or 0 where it is not known: then its id is written. */
export type NumberOf = (id: AcuId) => number;
export type IdOf = (number: number) => AcuId;

/** Texts of which the numbers are kept at hand, of those that would stand at one place the last: a power of two. */
const NEAR = 1 << 10;

/** The numbers of texts that were lately asked for: asking a map takes several times as long. Holds on to a thousand texts at most. */
export class Nearby {
  readonly #texts: string[] = Array.from({ length: NEAR }, () => '');
  readonly #numbers: number[] = Array.from({ length: NEAR }, () => 0);

  /** 0 where it is not at hand. */
  get(text: string): number {
    const place = placeOf(text);
    return this.#texts[place] === text ? this.#numbers[place]! : 0;
  }

  set(text: string, number: number): void {
    const place = placeOf(text);
    this.#texts[place] = text;
    this.#numbers[place] = number;
  }
}

/** Names of branches part at their ends and in length, ids anywhere. */
function placeOf(text: string): number {
  const { length } = text;
  return length < 4 ? length : (text.charCodeAt(length - 1) << 7 ^ text.charCodeAt(length - 2) << 3 ^ text.charCodeAt(length - 4) ^ length << 4) & NEAR - 1;
}

/** Grows as it is written, and is kept for what is written next. */
export class Packing {
  protected bytes: Buffer;
  protected at = 0;

  constructor(size: number) { this.bytes = Buffer.allocUnsafe(size); }

  get length(): number { return this.at; }
  get written(): Uint8Array { return this.bytes.subarray(0, this.at); }

  /** Takes back what was written since. */
  cut(at: number): void { this.at = at; }

  /** A copy of its own of all that was written; what comes next begins anew. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.at);
    bytes.set(this.written);
    this.at = 0;
    return bytes;
  }

  put(bytes: Uint8Array): void {
    this.ensure(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** Makes room itself, as `hash` does not. */
  acu(id: AcuId, numberOf: NumberOf): void {
    this.ensure(48);
    const n = numberOf(id);
    this.number(n);
    if (n === 0) this.hash(id);
  }

  hash(hex: string): void {
    if (hex.length !== 2 * HASH || this.bytes.write(hex, this.at, 'hex') !== HASH) throw bug('an id is not 64 hexadecimal digits', { id: hex });
    this.at += HASH;
  }

  /** Its length in bytes, then UTF-8. */
  text(text: string): void {
    if (text.length < 64) {
      this.ensure(80);
      const bytes = this.bytes, { length } = text, at = this.at + 1;
      let i = 0;
      for (let c; i < length && (c = text.charCodeAt(i)) < 0x80; i++) bytes[at + i] = c;
      if (i === length) {
        bytes[at - 1] = length;
        this.at = at + length;
        return;
      }
    }
    // Two bytes of length where they are sure to do, or four: it is known when the text is there.
    const long = 3 * text.length >= 1 << 14, start = this.at;
    if (3 * text.length >= 1 << 28) throw bug('a text is too long for the log');
    this.ensure(3 * text.length + 16);
    const bytes = this.bytes, at = start + (long ? 4 : 2), length = bytes.write(text, at, 'utf8');
    bytes[start] = length & 0x7f | 0x80;
    if (long) {
      bytes[start + 1] = length >> 7 & 0x7f | 0x80;
      bytes[start + 2] = length >> 14 & 0x7f | 0x80;
    }
    bytes[at - 1] = length >> (long ? 21 : 7);
    this.at = at + length;
  }

  /** Seven bits to a byte, lowest first. Needs room. */
  number(n: number): void {
    const bytes = this.bytes;
    if (n < 0x80) { bytes[this.at++] = n; return; }
    while (n >= 0x80000000) { bytes[this.at++] = n % 128 | 0x80; n = Math.floor(n / 128); }
    while (n >= 0x80) { bytes[this.at++] = n & 0x7f | 0x80; n >>>= 7; }
    bytes[this.at++] = n;
  }

  signed(n: number): void { this.number(n < 0 ? -2 * n - 1 : 2 * n); }

  /** Room for so many bytes more. */
  ensure(more: number): void {
    if (this.at + more <= this.bytes.length) return;
    const bytes = Buffer.allocUnsafe(Math.max(2 * this.bytes.length, this.at + more));
    bytes.set(this.bytes.subarray(0, this.at));
    this.bytes = bytes;
  }
}

/** Reads what `Packing` wrote. At bytes that end too soon numbers are NaN, and ids throw `bug`. */
export class Unpacking {
  readonly bytes: Uint8Array;
  protected at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  get isAtEnd(): boolean { return this.at === this.bytes.length; }

  number(): number {
    const { bytes } = this;
    let byte = bytes[this.at++]!;
    if (byte < 0x80) return byte;
    let n = byte & 0x7f;
    for (let scale = 128; ; scale *= 128) {
      byte = bytes[this.at++]!;
      n += (byte & 0x7f) * scale;
      if (!(byte >= 0x80)) return n;
    }
  }

  text(): string {
    const length = this.number(), from = this.at;
    this.at += length;
    return utf8.decode(this.bytes.subarray(from, this.at));
  }

  /** Of an ACU by its id: what `number` answered before was 0. */
  id(): AcuId {
    const from = this.at;
    this.at += HASH;
    if (this.at > this.bytes.length) throw bug('an id is cut off');
    return hex(this.bytes, from, this.at) as AcuId;
  }

  acuBy(idOf: IdOf): AcuId {
    const n = this.number();
    return n > 0 ? idOf(n) : this.id();
  }
}
