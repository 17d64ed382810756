// Sets of numbers as rows of words of 32 bits, of which only those are kept that are not zero: a set of few large numbers costs few words, and a
// set of many is no more than twice its bits. Flat, for threads that know no names. A row is how many words it has, then of each its number and its bits, ascending.

import { AcumenError } from './errors.ts';

/** Of half a gigabyte. */
export const MOST_WORDS = 1 << 27;

/** A row of some words, or with `at` below 0 one number. */
export interface Part { readonly words: Uint32Array; readonly at: number; readonly number: number }

/** The rows of some sets, one behind another. */
export class BitRows {
  words = new Uint32Array(0);
  #used = 0;
  #scratch = new Uint32Array(0);
  readonly #one = new Uint32Array(2);

  /** The union of these as a new row: its offset. */
  add(parts: readonly Part[]): number {
    let most = 1;
    for (const { words, at } of parts) most += at < 0 ? 2 : 2 * words[at]!;
    this.#reserve(most);
    const start = this.#used, one = this.#one;
    let length = 0;
    for (const { words, at, number } of parts) {
      if (at >= 0) { length = this.#unite(start, length, words, at + 1, 2 * words[at]!); continue; }
      one[0] = number >>> 5;
      one[1] = 1 << (number & 31);
      length = this.#unite(start, length, one, 0, 2);
    }
    this.words[start] = length >>> 1;
    this.#used = start + 1 + length;
    return start;
  }

  /** Adds `count` numbers at `from` to the unfinished row at `at`: its new length. */
  #unite(at: number, length: number, other: Uint32Array, from: number, count: number): number {
    const { words } = this, start = at + 1;
    // what is added is nearly always the first, or behind what is there, or in its last word
    if (length === 0 || words[start + length - 2]! < other[from]!) {
      words.set(other.subarray(from, from + count), start + length);
      return length + count;
    }
    if (count === 2 && words[start + length - 2] === other[from]!) { words[start + length - 1]! |= other[from + 1]!; return length; }
    if (this.#scratch.length < length) this.#scratch = new Uint32Array(2 * length);
    const mine = this.#scratch;
    mine.set(words.subarray(start, start + length));
    let x = 0, y = 0, out = start;
    while (x < length || y < count) {
      const v = x < length ? mine[x]! : Infinity, w = y < count ? other[from + y]! : Infinity;
      words[out++] = Math.min(v, w);
      words[out++] = (v <= w ? mine[x + 1]! : 0) | (w <= v ? other[from + y + 1]! : 0);
      if (v <= w) x += 2;
      if (w <= v) y += 2;
    }
    return out - start;
  }

  #reserve(more: number): void {
    const wanted = this.#used + more;
    if (wanted <= this.words.length) return;
    if (wanted > MOST_WORDS) throw new AcumenError('too-large', 'More segments stand on one another than one conflict graph holds: 512 MB of bits.', 'Import fewer branches with --refs.');
    const words = new Uint32Array(Math.min(MOST_WORDS, Math.max(wanted, this.words.length + (this.words.length >>> 1) + 64)));
    words.set(this.words.subarray(0, this.#used));
    this.words = words;
  }
}

/** Is the number in the row at `at`? */
export function hasBit(words: Uint32Array, at: number, number: number): boolean {
  const wanted = number >>> 5;
  let low = 0, high = words[at]!;
  while (low < high) { const mid = (low + high) >>> 1; if (words[at + 1 + 2 * mid]! < wanted) low = mid + 1; else high = mid; }
  return low < words[at]! && words[at + 1 + 2 * low] === wanted && (words[at + 2 + 2 * low]! & (1 << (number & 31))) !== 0;
}

/** Have two rows a number in common? */
export function meet(words: Uint32Array, x: number, y: number): boolean {
  const endX = x + 1 + 2 * words[x]!, endY = y + 1 + 2 * words[y]!;
  for (let i = x + 1, j = y + 1; i < endX && j < endY;) {
    const v = words[i]!, w = words[j]!;
    if (v === w && (words[i + 1]! & words[j + 1]!) !== 0) return true;
    if (v <= w) i += 2;
    if (w <= v) j += 2;
  }
  return false;
}

/** The numbers that two rows have in common, ascending; those of one with itself are all of it. */
export function common(words: Uint32Array, x: number, y: number): number[] {
  const endX = x + 1 + 2 * words[x]!, endY = y + 1 + 2 * words[y]!, out: number[] = [];
  for (let i = x + 1, j = y + 1; i < endX && j < endY;) {
    const v = words[i]!, w = words[j]!;
    if (v === w) for (let left = words[i + 1]! & words[j + 1]!; left !== 0; left &= left - 1) out.push((v << 5) + 31 - Math.clz32(left & -left));
    if (v <= w) i += 2;
    if (w <= v) j += 2;
  }
  return out;
}

/** Is what two rows have in common the row at `at` of other words, no more and no less? */
export function meetAs(words: Uint32Array, x: number, y: number, others: Uint32Array, at: number): boolean {
  const endX = x + 1 + 2 * words[x]!, endY = y + 1 + 2 * words[y]!, end = at + 1 + 2 * others[at]!;
  let k = at + 1;
  for (let i = x + 1, j = y + 1; i < endX && j < endY;) {
    const v = words[i]!, w = words[j]!;
    if (v === w) {
      const both = words[i + 1]! & words[j + 1]!;
      if (both !== 0) {
        if (k === end || others[k] !== v || (others[k + 1]! ^ both) !== 0) return false;
        k += 2;
      }
    }
    if (v <= w) i += 2;
    if (w <= v) j += 2;
  }
  return k === end;
}
