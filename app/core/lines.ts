// Lines as numbers: an interner gives every distinct byte line one dense id, so that comparing lines is comparing
// integers (design.md §4, Lines). Also the one test that decides whether content has lines at all.
import { bug } from './errors.ts';

const NEWLINE = 10;
/** git looks for a NUL in the first 8000 bytes, no further (its buffer_is_binary). */
const BINARY_WINDOW = 8000;

/** Binary as git decides it where no attribute does: a NUL byte near the start. */
export function isBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, BINARY_WINDOW).includes(0);
}

/** Ids of a text that is being read: how many there are is known at its end. */
let scratch = new Uint32Array(4096);
/** A larger one is let go of once it has been used. */
const KEPT_SCRATCH = 1 << 16;

const FIRST_CHUNK = 1 << 16;
const LARGEST_CHUNK = 1 << 24;
/** FNV-1a, 32 bits. */
const FNV_BASIS = 0x811c9dc5 | 0; // signed: V8 keeps signed 32-bit integers unboxed
const FNV_PRIME = 0x01000193;

/**
 * A line runs to its '\n' and includes it; a last line without one is a line of its own, different from the same text
 * with it. Bytes are kept exactly (law 9). Ids count up from 0 and mean something only within one interner.
 *
 * There is no object per line: the bytes lie in chunks, and five typed arrays say where (24 bytes a line).
 */
export class Interner {
  readonly #chunks: Uint8Array[] = [];
  /** the same bytes, for comparing four at a time */
  readonly #words: DataView[] = [];
  #fill = 0; // bytes used in the last chunk
  #count = 0;
  #chunkOf = new Uint32Array(256);
  #startOf = new Uint32Array(256);
  #lengthOf = new Uint32Array(256);
  #hashOf = new Uint32Array(256);
  // Open addressing with linear probing: id + 1, or 0 where free. Never more than half full.
  #slots = new Uint32Array(1024);

  /** Distinct lines so far; the next new line gets this id. */
  get size(): number { return this.#count; }

  /** Bytes held: line contents and tables. */
  get heldBytes(): number {
    let held = this.#slots.byteLength + 4 * this.#chunkOf.byteLength;
    for (const chunk of this.#chunks) held += chunk.length;
    return held;
  }

  /** The id of one line. The caller says where lines end: the bytes are taken as they are. */
  intern(line: Uint8Array): number {
    let hash = FNV_BASIS;
    for (let i = 0; i < line.length; i++) hash = Math.imul(hash ^ line[i]!, FNV_PRIME);
    return this.#find(line, 0, line.length, hash);
  }

  /** The ids of all lines of a file's content. Empty content has no lines. */
  internLines(bytes: Uint8Array): Uint32Array {
    const count = this.#internRange(bytes, 0, bytes.length);
    const ids = scratch.slice(0, count);
    if (scratch.length > KEPT_SCRATCH) scratch = new Uint32Array(KEPT_SCRATCH);
    return ids;
  }

  /** The same, handed on without being made: `taker` copies the first `count`. */
  internInto(bytes: Uint8Array, taker: { take(ids: Uint32Array, count: number): void }): void {
    const count = this.#internRange(bytes, 0, bytes.length);
    taker.take(scratch, count);
    if (scratch.length > KEPT_SCRATCH) scratch = new Uint32Array(KEPT_SCRATCH);
  }

  /**
   * The same, told of a text that is much like it, such as the version before: what both begin and end with is only compared,
   * which costs a third of finding each line.
   */
  internLike(bytes: Uint8Array, like: Uint32Array): Uint32Array {
    const words = wordsOf(bytes);
    let head = 0, start = 0;
    for (; head < like.length; head++) {
      const end = start + this.#lengthOf[like[head]!]!;
      // the last line of `like` may lack an end that this one has
      if (end > bytes.length || (bytes[end - 1] !== NEWLINE && end < bytes.length) || !this.#isAt(words, start, like[head]!)) break;
      start = end;
    }
    let tail = like.length, end = bytes.length;
    while (tail > head) {
      const from = end - this.#lengthOf[like[tail - 1]!]!;
      if (from < start || (from > start && bytes[from - 1] !== NEWLINE) || !this.#isAt(words, from, like[tail - 1]!)) break;
      tail--;
      end = from;
    }
    const middle = start < end ? this.#internRange(bytes, start, end) : 0;
    const ids = new Uint32Array(head + middle + like.length - tail);
    ids.set(like.subarray(0, head));
    ids.set(scratch.subarray(0, middle), head);
    ids.set(like.subarray(tail), head + middle);
    return ids;
  }

  #isAt(words: DataView, start: number, id: number): boolean {
    const held = this.#words[this.#chunkOf[id]!]!;
    const from = this.#startOf[id]!, length = this.#lengthOf[id]!;
    let k = 0;
    for (; k + 4 <= length; k += 4) if (words.getInt32(start + k) !== held.getInt32(from + k)) return false;
    for (; k < length; k++) if (words.getInt8(start + k) !== held.getInt8(from + k)) return false;
    return true;
  }

  /** Into `scratch`; answers how many. */
  #internRange(bytes: Uint8Array, from: number, length: number): number {
    let ids = scratch;
    let count = 0;
    let start = from;
    while (start < length) {
      let hash = FNV_BASIS;
      let end = start;
      while (end < length) {
        const byte = bytes[end++]!;
        hash = Math.imul(hash ^ byte, FNV_PRIME);
        if (byte === NEWLINE) break;
      }
      if (count === ids.length) scratch = ids = grown(ids);
      ids[count++] = this.#find(bytes, start, end, hash);
      start = end;
    }
    return count;
  }

  /** A view of the line's bytes: read it, do not write to it. */
  bytesOf(id: number): Uint8Array {
    if (id >= this.#count) throw bug('a line id the interner never gave', { id, lines: this.#count });
    const start = this.#startOf[id]!;
    return this.#chunks[this.#chunkOf[id]!]!.subarray(start, start + this.#lengthOf[id]!);
  }

  /** The bytes of lines [from, to), one after the other, where `room` makes room for so many. */
  join(ids: Uint32Array, from = 0, to = ids.length, room = (bytes: number): Uint8Array => new Uint8Array(bytes)): Uint8Array {
    let total = 0;
    for (let i = from; i < to; i++) {
      if (ids[i]! >= this.#count) throw bug('a line id the interner never gave', { id: ids[i], lines: this.#count });
      total += this.#lengthOf[ids[i]!]!;
    }
    const out = room(total);
    let at = 0;
    // Lines that were new together lie together: copy such a run in one go.
    for (let i = from; i < to;) {
      const chunk = this.#chunkOf[ids[i]!]!;
      const start = this.#startOf[ids[i]!]!;
      let end = start;
      do end += this.#lengthOf[ids[i++]!]!;
      while (i < to && this.#startOf[ids[i]!] === end && this.#chunkOf[ids[i]!] === chunk);
      const source = this.#chunks[chunk]!;
      if (end - start > 48) {
        out.set(source.subarray(start, end), at);
        at += end - start;
      } else {
        for (let k = start; k < end; k++) out[at++] = source[k]!;
      }
    }
    return out;
  }

  #find(bytes: Uint8Array, start: number, end: number, rawHash: number): number {
    const hash = mixed(rawHash);
    const length = end - start;
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const entry = this.#slots[slot]!;
      if (entry === 0) break;
      const id = entry - 1;
      if ((this.#hashOf[id]! | 0) === hash && this.#lengthOf[id] === length) {
        const chunk = this.#chunks[this.#chunkOf[id]!]!;
        const at = this.#startOf[id]!;
        let k = 0;
        while (k < length && chunk[at + k] === bytes[start + k]) k++;
        if (k === length) return id;
      }
      slot = (slot + 1) & mask;
    }
    return this.#add(bytes, start, end, hash, slot);
  }

  #add(bytes: Uint8Array, start: number, end: number, hash: number, slot: number): number {
    const id = this.#count;
    if (id === this.#chunkOf.length) {
      this.#chunkOf = grown(this.#chunkOf);
      this.#startOf = grown(this.#startOf);
      this.#lengthOf = grown(this.#lengthOf);
      this.#hashOf = grown(this.#hashOf);
    }
    const length = end - start;
    let last = this.#chunks.length - 1;
    if (last < 0 || this.#fill + length > this.#chunks[last]!.length) {
      const next = last < 0 ? FIRST_CHUNK : Math.min(LARGEST_CHUNK, 2 * this.#chunks[last]!.length);
      const chunk = new Uint8Array(Math.max(next, length));
      this.#chunks.push(chunk);
      this.#words.push(wordsOf(chunk));
      this.#fill = 0;
      last++;
    }
    const chunk = this.#chunks[last]!;
    if (length > 48) chunk.set(bytes.subarray(start, end), this.#fill);
    else for (let k = 0; k < length; k++) chunk[this.#fill + k] = bytes[start + k]!;
    this.#chunkOf[id] = last;
    this.#startOf[id] = this.#fill;
    this.#lengthOf[id] = length;
    this.#hashOf[id] = hash;
    this.#fill += length;
    this.#slots[slot] = id + 1;
    this.#count = id + 1;
    if (2 * this.#count > this.#slots.length) this.#rehash();
    return id;
  }

  #rehash(): void {
    const slots = new Uint32Array(2 * this.#slots.length);
    const mask = slots.length - 1;
    for (let id = 0; id < this.#count; id++) {
      let slot = this.#hashOf[id]! & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = id + 1;
    }
    this.#slots = slots;
  }
}

function wordsOf(bytes: Uint8Array): DataView { return new DataView(bytes.buffer, bytes.byteOffset, bytes.length); }

/** FNV leaves the low bits of short lines alike; the table uses the low bits (murmur3's finaliser). */
function mixed(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function grown(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const out = new Uint32Array(2 * array.length);
  out.set(array);
  return out;
}
