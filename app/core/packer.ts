// Values as MessagePack with sorted keys, byte for byte as @msgpack/msgpack writes them with `sortKeys` and `ignoreUndefined`: what the store hashes.
// Only of plain values: null, booleans, numbers, strings, byte arrays, lists and plain objects. It exists because each ACU that comes is packed and
// hashed before anybody is answered, and because a value is written where its parts are known, without making it first.
import { Encoder } from '@msgpack/msgpack';

/** For texts beyond U+07FF, which names of ours seldom have. */
const others = new Encoder();

export class Packer {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(1 << 12);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;

  /** A copy of all that was written; what comes next begins anew. */
  take(): Uint8Array<ArrayBuffer> {
    const out = this.#bytes.slice(0, this.#at);
    this.#at = 0;
    return out;
  }

  /** All that was written: as long as nothing else is. */
  get written(): Uint8Array { return this.#bytes.subarray(0, this.#at); }

  /** Forgets what was written: whoever failed in the middle left something. */
  begin(): this {
    this.#at = 0;
    return this;
  }

  value(value: unknown): void {
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number') return this.number(value);
    if (value === null || value === undefined) return this.#byte(0xc0);
    if (typeof value === 'boolean') return this.#byte(value ? 0xc3 : 0xc2);
    if (Array.isArray(value)) {
      this.list(value.length);
      for (let i = 0; i < value.length; i++) this.value(value[i]);
    } else if (ArrayBuffer.isView(value)) this.binary(value);
    else if (typeof value === 'object') this.#object(value as Readonly<Record<string, unknown>>);
    else throw new TypeError('a value that MessagePack is not used for here');
  }

  #object(object: Readonly<Record<string, unknown>>): void {
    const keys = Object.keys(object);
    let size = 0, sorted = true;
    for (let i = 0; i < keys.length; i++) {
      if (object[keys[i]!] !== undefined) size++;
      if (i > 0 && keys[i]! < keys[i - 1]!) sorted = false;
    }
    if (!sorted) keys.sort();
    this.map(size);
    for (let i = 0; i < keys.length; i++) {
      const value = object[keys[i]!];
      if (value === undefined) continue;
      this.text(keys[i]!);
      this.value(value);
    }
  }

  /** So many keys and values follow, sorted by key. */
  map(size: number): void { this.#head(size, 0x80, 16, 0, 0xde); }
  /** So many values follow. */
  list(size: number): void { this.#head(size, 0x90, 16, 0, 0xdc); }

  numbers(numbers: readonly number[]): void {
    this.list(numbers.length);
    for (let i = 0; i < numbers.length; i++) this.number(numbers[i]!);
  }

  binary(value: ArrayBufferView): void {
    this.bytesOf(value.byteLength);
    this.put(value instanceof Uint8Array ? value : new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  }

  /** So many bytes follow, by `put` and `int32`. */
  bytesOf(size: number): void {
    this.#head(size, 0, 0, 0xc4, 0xc5);
    this.#room(size);
  }

  put(bytes: Uint8Array): void {
    this.#room(bytes.length);
    // a call costs what a dozen bytes do
    if (bytes.length > 24) this.#bytes.set(bytes, this.#at);
    else for (let i = 0; i < bytes.length; i++) this.#bytes[this.#at + i] = bytes[i]!;
    this.#at += bytes.length;
  }

  /** Little-endian. */
  int32(n: number): void {
    this.#room(4);
    this.#view.setInt32(this.#at, n, true);
    this.#at += 4;
  }

  text(text: string): void {
    const { length } = text;
    // a header of the size that is right if all are of one byte; moved where it was not
    this.#room(5 + 2 * length);
    const bytes = this.#bytes, start = this.#at;
    let at = start + headOf(length);
    const first = at;
    for (let i = 0; i < length; i++) {
      const c = text.charCodeAt(i);
      if (c < 0x80) bytes[at++] = c;
      else if (c < 0x800) { bytes[at++] = c >> 6 | 0xc0; bytes[at++] = c & 0x3f | 0x80; } else return this.#other(text);
    }
    const size = at - first, wanted = start + headOf(size);
    if (wanted !== first) bytes.copyWithin(wanted, first, at);
    this.#head(size, 0xa0, 32, 0xd9, 0xda);
    this.#at += size;
  }

  #other(text: string): void {
    this.put(others.encodeSharedRef(text));
  }

  number(n: number): void {
    if (n >= 0 && n < 0x80 && Number.isInteger(n)) return this.#byte(n);
    this.#room(9);
    const view = this.#view, at = this.#at;
    if (!Number.isSafeInteger(n)) { this.#tag(0xcb, 9); view.setFloat64(at + 1, n); return; }
    if (n >= 0) {
      if (n < 0x100) { this.#tag(0xcc, 2); view.setUint8(at + 1, n); } else if (n < 0x10000) { this.#tag(0xcd, 3); view.setUint16(at + 1, n); } else if (n < 0x100000000) { this.#tag(0xce, 5); view.setUint32(at + 1, n); } else this.#wide(0xcf, n);
    } else if (n >= -0x20) this.#tag(n & 0xff, 1);
    else if (n >= -0x80) { this.#tag(0xd0, 2); view.setInt8(at + 1, n); } else if (n >= -0x8000) { this.#tag(0xd1, 3); view.setInt16(at + 1, n); } else if (n >= -0x80000000) { this.#tag(0xd2, 5); view.setInt32(at + 1, n); } else this.#wide(0xd3, n);
  }

  #wide(tag: number, n: number): void {
    const at = this.#at;
    this.#tag(tag, 9);
    this.#view.setInt32(at + 1, Math.floor(n / 0x100000000));
    this.#view.setUint32(at + 5, n);
  }

  #tag(tag: number, length: number): void {
    this.#bytes[this.#at] = tag;
    this.#at += length;
  }

  #byte(byte: number): void {
    this.#room(1);
    this.#bytes[this.#at++] = byte;
  }

  /** In the tag where the size is below `few`, else in one byte behind `tag8` where there is such a form, in two behind `tag16`, or in four behind the next. */
  #head(size: number, fix: number, few: number, tag8: number, tag16: number): void {
    if (size < few) return this.#byte(fix + size);
    this.#room(5);
    const at = this.#at;
    if (tag8 !== 0 && size < 0x100) { this.#tag(tag8, 2); this.#bytes[at + 1] = size; } else if (size < 0x10000) { this.#tag(tag16, 3); this.#view.setUint16(at + 1, size); } else { this.#tag(tag16 + 1, 5); this.#view.setUint32(at + 1, size); }
  }

  #room(more: number): void {
    if (this.#at + more <= this.#bytes.length) return;
    const bytes = new Uint8Array(2 * (this.#at + more));
    bytes.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

/** Bytes in front of a text of so many. */
const headOf = (size: number): number => (size < 32 ? 1 : size < 0x100 ? 2 : size < 0x10000 ? 3 : 5);
