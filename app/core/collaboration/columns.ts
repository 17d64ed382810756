// Columns of numbers and names: while they grow, and packed. Numbers are packed as LEB128 varints, those that rise as their differences;
// a reader trusts nothing that it has not counted, so that what it allocates is bounded by the bytes that it was given.
import { type ByteString, fromBytes } from '../bytes.ts';
import { AcumenError } from '../errors.ts';

/** Whole numbers below 2³², one after another. */
export class Column {
  #data: Uint32Array<ArrayBuffer>;
  length = 0;
  constructor(room = 1024) { this.#data = new Uint32Array(room); }
  push(value: number): void {
    if (this.length === this.#data.length) this.#grow(this.length + 1);
    this.#data[this.length++] = value;
  }
  append(values: ArrayLike<number>): void {
    if (this.length + values.length > this.#data.length) this.#grow(this.length + values.length);
    this.#data.set(values, this.length);
    this.length += values.length;
  }
  at(i: number): number { return this.#data[i]!; }
  set(i: number, value: number): void { this.#data[i] = value; }
  /** What is there now; a view, which later pushes may leave behind. */
  view(): Uint32Array<ArrayBuffer> { return this.#data.subarray(0, this.length); }
  get heldBytes(): number { return this.#data.byteLength; }
  #grow(least: number): void {
    const next = new Uint32Array(Math.max(2 * this.#data.length, least));
    next.set(this.#data.subarray(0, this.length));
    this.#data = next;
  }
}

/** The same for doubles. */
export class Doubles {
  #data = new Float64Array(1024);
  length = 0;
  push(value: number): void {
    if (this.length === this.#data.length) {
      const next = new Float64Array(2 * this.length);
      next.set(this.#data);
      this.#data = next;
    }
    this.#data[this.length++] = value;
  }
  view(): Float64Array<ArrayBuffer> { return this.#data.subarray(0, this.length); }
}

/** Bytes that grow, with numbers written into them as varints. */
export class Packer {
  #bytes: Uint8Array<ArrayBuffer>;
  length = 0;
  constructor(room = 1024) { this.#bytes = new Uint8Array(room); }

  #room(more: number): void {
    if (this.length + more <= this.#bytes.length) return;
    const next = new Uint8Array(Math.max(2 * this.#bytes.length, this.length + more));
    next.set(this.#bytes.subarray(0, this.length));
    this.#bytes = next;
  }

  /** a whole number below 2³² */
  number(value: number): void {
    this.#room(5);
    const bytes = this.#bytes;
    let at = this.length, v = value >>> 0;
    while (v > 127) { bytes[at++] = v & 127 | 128; v >>>= 7; }
    bytes[at++] = v;
    this.length = at;
  }

  /** a whole number of either sign, of less than 2⁵³: beyond 31 bits in two varints */
  signed(value: number): void {
    const zigzag = value < 0 ? -2 * value - 1 : 2 * value;
    this.number(zigzag % 2 ** 28);
    this.number(Math.floor(zigzag / 2 ** 28));
  }

  numbers(values: ArrayLike<number>): void {
    this.#room(5 * values.length);
    const bytes = this.#bytes;
    let at = this.length;
    for (let i = 0; i < values.length; i++) {
      let v = values[i]!;
      while (v > 127) { bytes[at++] = v & 127 | 128; v >>>= 7; }
      bytes[at++] = v;
    }
    this.length = at;
  }

  /** Numbers none of which is below the one before. */
  rising(values: ArrayLike<number>): void {
    let last = 0;
    for (let i = 0; i < values.length; i++) { this.number(values[i]! - last); last = values[i]!; }
  }

  /** whole seconds, mostly near the one before */
  times(values: Float64Array): void {
    let last = 0;
    for (const value of values) { this.signed(value - last); last = value; }
  }

  bytes(value: Uint8Array): void {
    this.#room(value.length);
    this.#bytes.set(value, this.length);
    this.length += value.length;
  }

  text(value: string): void {
    this.number(value.length);
    this.#room(value.length);
    for (let i = 0; i < value.length; i++) this.#bytes[this.length + i] = value.charCodeAt(i);
    this.length += value.length;
  }

  /** A view of what is there now. */
  view(): Uint8Array<ArrayBuffer> { return this.#bytes.subarray(0, this.length); }
}

export function malformed(what: string): AcumenError {
  return new AcumenError('bad-message', `A packed history is damaged: ${what}.`, 'Ask for it again; if it happens again, please report it.');
}

/** Reads what a Packer wrote. Every step throws `bad-message` where the bytes do not hold what is asked for. */
export class Unpacker {
  readonly #bytes: Uint8Array;
  #at = 0;
  constructor(bytes: Uint8Array) { this.#bytes = bytes; }

  get left(): number { return this.#bytes.length - this.#at; }

  number(): number {
    const bytes = this.#bytes;
    let value = 0, scale = 1;
    for (let n = 0; n < 5; n++) {
      const byte = bytes[this.#at++];
      if (byte === undefined) throw malformed('it ends in a number');
      value += (byte & 127) * scale;
      if (byte < 128) {
        if (value > 0xffffffff) break;
        return value;
      }
      scale *= 128;
    }
    throw malformed('a number is too large');
  }

  /** How many of something follow, of which each takes at least `each` bytes. */
  count(each = 1): number {
    const n = this.number();
    if (n * each > this.left) throw malformed(`it announces ${n} where ${this.left} bytes are left`);
    return n;
  }

  signed(): number {
    const zigzag = this.number() + this.number() * 2 ** 28;
    if (zigzag > 2 ** 54 - 2) throw malformed('a number is too large');
    return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
  }

  /** `n` numbers, each below `limit`. */
  numbers(n: number, limit = 2 ** 32): Uint32Array<ArrayBuffer> {
    if (n > this.left) throw malformed(`it should hold ${n} numbers and has ${this.left} bytes`);
    const out = new Uint32Array(n), bytes = this.#bytes;
    let at = this.#at;
    for (let i = 0; i < n; i++) {
      const byte = bytes[at]!;
      if (byte < 128 && at < bytes.length) {
        at++;
        out[i] = byte;
      } else {
        this.#at = at;
        out[i] = this.number();
        at = this.#at;
      }
      if (out[i]! >= limit) throw malformed(`${out[i]!} stands where less than ${limit} should`);
    }
    this.#at = at;
    return out;
  }

  /** `n` numbers that do not fall, the last at most `most`. */
  rising(n: number, most = 2 ** 32 - 1): Uint32Array<ArrayBuffer> {
    const out = this.numbers(n);
    let last = 0;
    for (let i = 0; i < n; i++) {
      last += out[i]!;
      if (last > most) throw malformed(`${last} stands where at most ${most} should`);
      out[i] = last;
    }
    return out;
  }

  times(n: number): Float64Array<ArrayBuffer> {
    if (2 * n > this.left) throw malformed(`it should hold ${n} times and has ${this.left} bytes`);
    const out = new Float64Array(n);
    let last = 0;
    for (let i = 0; i < n; i++) {
      last += this.signed();
      if (!Number.isSafeInteger(last)) throw malformed('a time is none');
      out[i] = last;
    }
    return out;
  }

  bytes(n: number): Uint8Array {
    if (n > this.left) throw malformed(`it should hold ${n} bytes and has ${this.left}`);
    return this.#bytes.subarray(this.#at, this.#at += n);
  }

  text<T extends ByteString = ByteString>(): T { return fromBytes<T>(this.bytes(this.count())); }

  end(): void { if (this.left > 0) throw malformed(`${this.left} bytes follow its end`); }
}
