// MessagePack read value by value, so that what is not asked for is passed over and never made: a segment's head without its edits. All of
// a value is read by the library (segmentKey.ts, unpack). Throws `bug` at bytes that end too soon or are of no form that is written.
import { bug } from './errors.ts';

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

export class Unpacker {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** How many keys and values follow. */
  map(): number {
    const tag = this.#byte();
    return (tag & 0xf0) === 0x80 ? tag & 0x0f : tag === 0xde ? this.#uint(2) : tag === 0xdf ? this.#uint(4) : raise('a map', tag);
  }

  text(): string {
    const tag = this.#byte();
    return this.#textOf((tag & 0xe0) === 0xa0 ? tag & 0x1f : tag === 0xd9 ? this.#uint(1) : tag === 0xda ? this.#uint(2) : tag === 0xdb ? this.#uint(4) : raise('a text', tag));
  }

  #textOf(length: number): string {
    const from = this.#at, bytes = this.#bytes;
    this.#pass(length);
    if (length < 80) {
      let text = '';
      for (let i = from; i < this.#at; i++) {
        if (bytes[i]! >= 0x80) return utf8.decode(bytes.subarray(from, this.#at));
        text += String.fromCharCode(bytes[i]!);
      }
      return text;
    }
    return utf8.decode(bytes.subarray(from, this.#at));
  }

  /** Of whatever kind but bytes. */
  value(): unknown {
    const tag = this.#bytes[this.#at]!;
    if (tag < 0x80) { this.#at++; return tag; }
    if (tag >= 0xe0) { this.#at++; return tag - 0x100; }
    if ((tag & 0xe0) === 0xa0 || (tag >= 0xd9 && tag <= 0xdb)) return this.text();
    if ((tag & 0xf0) === 0x80 || tag === 0xde || tag === 0xdf) {
      const out: Record<string, unknown> = {};
      for (let n = this.map(); n > 0; n--) { const key = this.text(); out[key] = this.value(); }
      return out;
    }
    this.#at++;
    switch (tag) {
      case 0xc0: return null;
      case 0xc2: return false;
      case 0xc3: return true;
      case 0xcb: this.#pass(8); return this.#view.getFloat64(this.#at - 8);
      case 0xcc: return this.#uint(1);
      case 0xcd: return this.#uint(2);
      case 0xce: return this.#uint(4);
      case 0xcf: return this.#uint(4) * 0x100000000 + this.#uint(4);
      case 0xd0: return this.#uint(1) << 24 >> 24;
      case 0xd1: return this.#uint(2) << 16 >> 16;
      case 0xd2: return this.#uint(4) | 0;
      case 0xd3: return (this.#uint(4) | 0) * 0x100000000 + this.#uint(4);
      default: {
        const out: unknown[] = [];
        for (let n = (tag & 0xf0) === 0x90 ? tag & 0x0f : tag === 0xdc ? this.#uint(2) : tag === 0xdd ? this.#uint(4) : raise('a value', tag); n > 0; n--) out.push(this.value());
        return out;
      }
    }
  }

  skip(): void {
    for (let left = 1; left > 0; left--) {
      const tag = this.#byte();
      if (tag < 0x80 || tag >= 0xe0 || tag === 0xc0 || tag === 0xc2 || tag === 0xc3) continue;
      if (tag < 0x90) left += 2 * (tag & 0x0f);
      else if (tag < 0xa0) left += tag & 0x0f;
      else if (tag < 0xc0) this.#pass(tag & 0x1f);
      else if (tag >= 0xc4 && tag <= 0xc6) this.#pass(this.#uint(1 << (tag - 0xc4)));
      else if (tag === 0xcb) this.#pass(8);
      else if (tag >= 0xcc && tag <= 0xd3) this.#pass(1 << (tag & 3));
      else if (tag >= 0xd9 && tag <= 0xdb) this.#pass(this.#uint(1 << (tag - 0xd9)));
      else if (tag === 0xdc || tag === 0xdd) left += this.#uint(tag === 0xdc ? 2 : 4);
      else if (tag === 0xde || tag === 0xdf) left += 2 * this.#uint(tag === 0xde ? 2 : 4);
      else raise('a value', tag);
    }
  }

  #byte(): number {
    this.#pass(1);
    return this.#bytes[this.#at - 1]!;
  }

  #uint(bytes: number): number {
    this.#pass(bytes);
    const at = this.#at - bytes;
    return bytes === 1 ? this.#bytes[at]! : bytes === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }

  #pass(bytes: number): void {
    this.#at += bytes;
    if (this.#at > this.#bytes.length) throw bug('packed bytes end too soon');
  }
}

function raise(what: string, tag: number | undefined): never { throw bug(`${what} is not where it should be in packed bytes`, { tag: tag ?? null }); }
