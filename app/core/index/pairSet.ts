// A set of unordered pairs of small numbers as a bit matrix: asking costs one read, the pairs of one number one row of words.
// 5,000 numbers take 3 MB however many pairs there are; never an object per pair.
import { AcumenError } from '../errors.ts';

const LIST = 0, MATRIX = 1;

/** Of half a gigabyte. */
export const MOST_NUMBERS = 1 << 16;

function refuseMore(numbers: number): void {
  if (numbers > MOST_NUMBERS) throw new AcumenError('too-large', `${numbers} segments are more than one conflict graph holds: ${MOST_NUMBERS}.`, 'Import fewer branches with --refs.', { numbers });
}

export class PairSet {
  /** words of 32 bits in a row */
  #words: number;
  #bits: Uint32Array;

  constructor(numbers: number) {
    refuseMore(numbers);
    this.#words = Math.max(1, (numbers + 31) >>> 5);
    this.#bits = new Uint32Array(this.#words * this.#words * 32);
  }

  /** numbers below this have their rows */
  get room(): number { return this.#words * 32; }
  get bytes(): number { return this.#bits.byteLength; }

  /** Makes room for numbers below `numbers`; at least half as much again, so that growing one by one costs little. */
  reserve(numbers: number): void {
    if (numbers <= this.room) return;
    refuseMore(numbers);
    const words = Math.min(MOST_NUMBERS >>> 5, Math.max((numbers + 31) >>> 5, this.#words + (this.#words >>> 1)));
    const bits = new Uint32Array(words * words * 32);
    for (let a = 0; a < this.room; a++) bits.set(this.#bits.subarray(a * this.#words, (a + 1) * this.#words), a * words);
    this.#words = words;
    this.#bits = bits;
  }

  has(a: number, b: number): boolean { return (this.#bits[a * this.#words + (b >>> 5)]! & (1 << (b & 31))) !== 0; }

  add(a: number, b: number): void {
    this.#bits[a * this.#words + (b >>> 5)]! |= 1 << (b & 31);
    this.#bits[b * this.#words + (a >>> 5)]! |= 1 << (a & 31);
  }

  delete(a: number, b: number): void {
    this.#bits[a * this.#words + (b >>> 5)]! &= ~(1 << (b & 31));
    this.#bits[b * this.#words + (a >>> 5)]! &= ~(1 << (a & 31));
  }

  /** Takes out every pair of `a` with a number whose bit is set in these words. */
  deleteAll(a: number, bits: Uint32Array, at: number, words: number): void {
    const row = a * this.#words, word = a >>> 5, keep = ~(1 << (a & 31));
    for (let w = Math.min(words, this.#words) - 1; w >= 0; w--) {
      const hit = this.#bits[row + w]! & bits[at + w]!;
      if (hit === 0) continue;
      this.#bits[row + w]! &= ~hit;
      for (let left = hit; left !== 0; left &= left - 1) this.#bits[((w << 5) + 31 - Math.clz32(left & -left)) * this.#words + word]! &= keep;
    }
  }

  /** Takes out every pair that `a` is in. */
  clear(a: number): void {
    const row = a * this.#words;
    const word = a >>> 5, keep = ~(1 << (a & 31));
    for (let w = 0; w < this.#words; w++) {
      for (let left = this.#bits[row + w]!; left !== 0; left &= left - 1) this.#bits[((w << 5) + 31 - Math.clz32(left & -left)) * this.#words + word]! &= keep;
      this.#bits[row + w] = 0;
    }
  }

  /** The numbers paired with `a`, ascending. */
  of(a: number): Int32Array {
    const row = a * this.#words;
    let count = 0;
    for (let w = row; w < row + this.#words; w++) if (this.#bits[w] !== 0) count += ones(this.#bits[w]!);
    const out = { numbers: new Int32Array(count) };
    this.into(a, out);
    return out.numbers;
  }

  /** The same, into numbers that are kept and made longer where they do not do; answers how many. */
  into(a: number, out: { numbers: Int32Array }): number {
    const row = a * this.#words;
    let { numbers } = out, count = 0;
    for (let w = 0; w < this.#words; w++) {
      let left = this.#bits[row + w]!;
      if (left === 0) continue;
      if (count + 32 > numbers.length && count + ones(left) > numbers.length) {
        numbers = new Int32Array(2 * count + 64);
        numbers.set(out.numbers.subarray(0, count));
        out.numbers = numbers;
      }
      for (; left !== 0; left &= left - 1) numbers[count++] = (w << 5) + 31 - Math.clz32(left & -left);
    }
    return count;
  }

  /** Every pair once, a < b, ascending. */
  each(visit: (a: number, b: number) => void): void {
    for (let a = 0; a < this.room; a++) {
      const row = a * this.#words;
      for (let w = a >>> 5; w < this.#words; w++) {
        let left = this.#bits[row + w]!;
        if (w === a >>> 5) left &= (a & 31) === 31 ? 0 : -1 << ((a & 31) + 1);
        for (; left !== 0; left &= left - 1) visit(a, (w << 5) + 31 - Math.clz32(left & -left));
      }
    }
  }

  /** For another thread: the pairs one after another, or the matrix where that is smaller. The first number says which. */
  pack(): ArrayBuffer {
    const { size } = this;
    if (2 * size >= this.#bits.length) {
      const out = new Uint32Array(1 + this.#bits.length);
      out[0] = MATRIX;
      out.set(this.#bits, 1);
      return out.buffer;
    }
    const out = new Uint32Array(1 + 2 * size);
    let at = 1;
    out[0] = LIST;
    this.each((a, b) => { out[at++] = a; out[at++] = b; });
    return out.buffer;
  }

  /** Adds what a set of as many numbers packed. */
  unite(packed: ArrayBuffer): void {
    const from = new Uint32Array(packed);
    if (from[0] === MATRIX) for (let w = 0; w < this.#bits.length; w++) this.#bits[w]! |= from[w + 1]!;
    else for (let i = 1; i < from.length; i += 2) this.add(from[i]!, from[i + 1]!);
  }

  /** How many pairs. */
  get size(): number {
    let n = 0;
    for (let w = 0; w < this.#bits.length; w++) if (this.#bits[w] !== 0) n += ones(this.#bits[w]!);
    return n / 2;
  }
}

function ones(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
