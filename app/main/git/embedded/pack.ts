// One pack and its index (gitformat-pack(5), version 2): finds an object's place and reads what is stored there, in bounded
// windows, never the whole pack. Undoing deltas is the object store's work.
import { closeSync } from 'node:fs';
import type { Oid } from '../../../core/bytes.ts';
import type { AcumenError } from '../../../core/errors.ts';
import { LRUCache } from 'lru-cache';
import { corruptObject, unsupported } from '../failures.ts';
import type { ObjectType } from '../oids.ts';
import { openPlain, readAt, readSmall } from './files.ts';
import { deflatedAtMost, inflateExactly, inflateNow, inflateStart } from './inflate.ts';

const INDEX_BYTES = 2 ** 31 - 1;
const HASH = 20;
const FANOUT = 8;
const NAMES = FANOUT + 256 * 4;

const WINDOW = 64 << 10;
/** Reads beyond this go past the windows, so that one large blob does not empty them. */
const LARGEST_WINDOWED = 4 * WINDOW;

/** Windows of all packs of one repository, by number. */
export type Windows = LRUCache<number, Buffer>;

/** No pack is larger (bytes), and so many numbers times so many packs are whole numbers still. */
const PLACES = 2 ** 38;
let packs = 0;

export function windows(bytes: number): Windows {
  return new LRUCache({ max: Math.max(8, Math.floor(bytes / WINDOW)) });
}

/** What is stored at one place: a whole object, or a delta on another place or id. `at` is where its zlib stream begins. */
export type Stored =
  | { readonly kind: 'whole'; readonly type: ObjectType; readonly size: number; readonly at: number }
  | { readonly kind: 'delta'; readonly base: number; readonly size: number; readonly at: number };

const TYPES: Readonly<Record<number, ObjectType>> = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' };
const OFFSET_DELTA = 6;
const ID_DELTA = 7;
/** type and size, and the base of a delta */
const LONGEST_HEADER = 32;

export class Pack {
  readonly path: string;
  readonly #index: Buffer;
  readonly #names: DataView;
  readonly #count: number;
  readonly #windows: Windows;
  readonly #number = packs++ % 2 ** 14;
  #open: { readonly fd: number; readonly size: number } | null = null;

  private constructor(path: string, index: Buffer, count: number, cache: Windows) {
    this.path = path;
    this.#index = index;
    this.#names = new DataView(index.buffer, index.byteOffset, index.byteLength);
    this.#count = count;
    this.#windows = cache;
  }

  /** `path` ends in `.pack`; null where its index has gone, as after a repack. */
  static load(path: string, cache: Windows): Pack | null {
    const indexPath = path.replace(/\.pack$/, '.idx');
    const index = readSmall(indexPath, INDEX_BYTES);
    if (index === null) return null;
    const damaged = (why: string): AcumenError => corruptObject(`Pack index ${indexPath}`, why, { path: indexPath });
    if (index.length < 8 || index.readUInt32BE(0) !== 0xff744f63) {
      throw unsupported(`Pack index ${indexPath} is not of version 2.`, 'Run `git repack -a -d` in the repository to renew its packs.', { path: indexPath });
    }
    if (index.readUInt32BE(4) !== 2) throw unsupported(`Pack index ${indexPath} has version ${index.readUInt32BE(4)}; Acumen knows 2.`, 'Run `git repack -a -d` in the repository.', { path: indexPath });
    if (index.length < NAMES + 2 * HASH) throw damaged('it is too short');
    let count = 0;
    for (let i = 0; i < 256; i++) {
      const upTo = index.readUInt32BE(FANOUT + 4 * i);
      if (upTo < count) throw damaged('its table of first bytes goes down');
      count = upTo;
    }
    const plain = NAMES + count * (HASH + 8) + 2 * HASH;
    if (index.length < plain || (index.length - plain) % 8 !== 0) throw damaged(`its size does not fit ${count} objects`);
    return new Pack(path, index, count, cache);
  }

  get isOpen(): boolean { return this.#open !== null; }

  close(): void {
    if (this.#open !== null) closeSync(this.#open.fd);
    this.#open = null;
  }

  /** The place of an object, or -1. */
  find(id: Buffer): number {
    const i = this.#firstNotBelow(id);
    return i < this.#count && this.#index.compare(id, 0, HASH, NAMES + HASH * i, NAMES + HASH * (i + 1)) === 0 ? this.#place(i) : -1;
  }

  /** Adds every object id that begins with `prefix` (hex, at least 2 digits). */
  collect(prefix: string, into: Set<Oid>): void {
    const low = Buffer.from(prefix.padEnd(2 * HASH, '0'), 'hex');
    for (let i = this.#firstNotBelow(low); i < this.#count; i++) {
      const oid = this.#index.toString('hex', NAMES + HASH * i, NAMES + HASH * (i + 1));
      if (!oid.startsWith(prefix)) return;
      into.add(oid as Oid);
    }
  }

  #firstNotBelow(id: Buffer): number {
    const index = this.#index;
    const first = id[0]!;
    let low = first === 0 ? 0 : index.readUInt32BE(FANOUT + 4 * (first - 1));
    let high = index.readUInt32BE(FANOUT + 4 * first);
    // Four bytes nearly always decide, and comparing numbers is faster than comparing buffers.
    const start = id.readUInt32BE(0);
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = NAMES + HASH * middle;
      const order = start - this.#names.getUint32(at) || -index.compare(id, 0, HASH, at, at + HASH);
      if (order === 0) return middle;
      if (order < 0) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Places beyond 2 GiB are in a second table of 8-byte numbers. */
  #place(i: number): number {
    const offsets = NAMES + this.#count * (HASH + 4);
    const short = this.#index.readUInt32BE(offsets + 4 * i);
    if (short < 0x80000000) return short;
    const at = offsets + 4 * this.#count + 8 * (short - 0x80000000);
    if (at + 8 > this.#index.length - 2 * HASH) throw this.#damaged('its index points outside its own table');
    return Number(this.#index.readBigUInt64BE(at));
  }

  /** Throws `PackGone` where the pack was removed since its index was read. */
  #file(): { readonly fd: number; readonly size: number } {
    if (this.#open !== null) return this.#open;
    const file = openPlain(this.path);
    if (file === null) throw new PackGone();
    const index = this.#index;
    let kept = false;
    try {
      const head = readAt(file.fd, 0, 12, this.path);
      if (file.size < 12 + HASH || head.length < 12 || head.toString('latin1', 0, 4) !== 'PACK') throw this.#damaged('it does not begin like a pack');
      const version = head.readUInt32BE(4);
      if (version !== 2 && version !== 3) throw unsupported(`Pack ${this.path} has version ${version}; Acumen knows 2 and 3.`, 'A newer Acumen may know it.', { path: this.path });
      const trailer = readAt(file.fd, file.size - HASH, HASH, this.path);
      if (head.readUInt32BE(8) !== this.#count || trailer.compare(index, index.length - 2 * HASH, index.length - HASH) !== 0) {
        throw this.#damaged('it is not the pack that its index describes');
      }
      kept = true;
    } finally {
      if (!kept) closeSync(file.fd);
    }
    return this.#open = file;
  }

  /** Up to `length` bytes from `from`, fewer only at the end of the objects. */
  #bytes(from: number, length: number): Buffer {
    const file = this.#file();
    const end = Math.min(from + length, file.size - HASH);
    if (from < 12 || from >= end) throw this.#damaged(`it has no object at ${from}`);
    if (end - from > LARGEST_WINDOWED) return readAt(file.fd, from, end - from, this.path);
    const first = Math.floor(from / WINDOW);
    const last = Math.floor((end - 1) / WINDOW);
    const parts: Buffer[] = [];
    for (let i = first; i <= last; i++) {
      const key = this.key(i);
      let window = this.#windows.get(key);
      if (window === undefined) {
        window = readAt(file.fd, i * WINDOW, Math.min(WINDOW, file.size - i * WINDOW), this.path);
        this.#windows.set(key, window);
      }
      const start = i * WINDOW;
      parts.push(window.subarray(Math.max(from, start) - start, Math.min(end, start + WINDOW) - start));
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  stored(place: number): Stored {
    const head = this.#bytes(place, LONGEST_HEADER);
    let at = 0;
    const byte = (): number => {
      const value = head[at++];
      if (value === undefined) throw this.#damaged(`the object at ${place} has no valid header`);
      return value;
    };
    let current = byte();
    const type = (current >> 4) & 7;
    let size = current & 15;
    for (let unit = 16; current >= 128; unit *= 128) {
      current = byte();
      size += (current & 127) * unit;
    }
    if (!Number.isSafeInteger(size)) throw this.#damaged(`the object at ${place} has no valid size`);
    if (type === OFFSET_DELTA) {
      current = byte();
      let back = current & 127;
      while (current >= 128) {
        current = byte();
        back = (back + 1) * 128 + (current & 127);
      }
      if (back <= 0 || back > place) throw this.#damaged(`the delta at ${place} has no valid base`);
      return { kind: 'delta', base: place - back, size, at: place + at };
    }
    if (type === ID_DELTA) {
      // A pack on disk is complete: git adds missing bases when it stores a thin one.
      const id = Buffer.from(head.subarray(at, at + HASH));
      const base = id.length === HASH ? this.find(id) : -1;
      if (base < 0) throw this.#damaged(`the delta at ${place} has its base elsewhere`);
      return { kind: 'delta', base, size, at: place + at + HASH };
    }
    const whole = TYPES[type];
    if (whole === undefined) throw this.#damaged(`the object at ${place} is of no known type`);
    return { kind: 'whole', type: whole, size, at: place + at };
  }

  /** The whole object or the delta, inflated. */
  content(stored: Stored): Promise<Buffer> {
    return inflateExactly(this.#bytes(stored.at, deflatedAtMost(stored.size)), stored.size);
  }

  /** The same for small ones (isInline), without a promise. */
  contentNow(stored: Stored): Buffer {
    return inflateNow(this.#bytes(stored.at, deflatedAtMost(stored.size)), stored.size);
  }

  /** Names a place among those of all packs. */
  key(place: number): number {
    return this.#number * PLACES + place;
  }

  /** The first bytes of the same, enough for a delta's sizes. */
  contentStart(stored: Stored): Buffer {
    return inflateStart(this.#bytes(stored.at, LONGEST_TABLES));
  }

  #damaged(why: string): AcumenError {
    return corruptObject(`Pack ${this.path}`, why, { path: this.path });
  }
}

/** zlib gives nothing out before a block's code tables are whole: at most 316 codes of 14 bits (RFC 1951 §3.2.7), rounded up. */
const LONGEST_TABLES = 1024;

/** The pack was there when its index was read and is not any more: a repack. The store looks again. */
export class PackGone extends Error {}
