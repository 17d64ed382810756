// A set of unordered pairs of small numbers as rows of bits, of which only blocks are held that have a pair: asking costs two reads, the pairs of
// one number one row of words. 5,000 numbers take 3 MB however many pairs there are; never an object per pair.
import { AcumenError } from '../errors.ts';

const LIST = 0, BLOCKS = 1;

/** A block is so many numbers of one row, as a power of two, and as words of 32 bits. */
const SHIFT = 10, WORDS = 1 << (SHIFT - 5), IN_ROW = WORDS - 1;

/** Of these, where blocks stand takes 64 MB. */
export const MOST_NUMBERS = 1 << 17;
/** Of blocks, half a gigabyte: every pair of 65,536 numbers. */
export const MOST_WORDS = (1 << 27) + WORDS;
/** What is taken at once: 4 MB that cost nothing before they are written. */
const FIRST_WORDS = 1 << 20;

/** A block that nothing was written to is the first, which stays empty. */
const NONE = 0;

const MORE = 'Import fewer branches with --refs.';

function checked(numbers: number): number {
  if (numbers > MOST_NUMBERS) throw new AcumenError('too-large', `${numbers} segments are more than one conflict graph holds: ${MOST_NUMBERS}.`, MORE, { numbers });
  return numbers;
}

export class PairSet {
  #room: number;
  /** blocks of a row */
  #blocks: number;
  /** by row and block: where its words stand in `#bits` */
  #at: Int32Array;
  #bits: Uint32Array;
  #used = WORDS;
  readonly #most: number;

  constructor(numbers: number, most = MOST_WORDS) {
    this.#most = most;
    this.#room = Math.max(32, (checked(numbers) + 31) & ~31);
    this.#blocks = Math.ceil(this.#room / (1 << SHIFT));
    this.#at = new Int32Array(this.#room * this.#blocks);
    this.#bits = new Uint32Array(Math.min(FIRST_WORDS, this.#whole));
  }

  /** numbers below this have their rows */
  get room(): number { return this.#room; }
  get bytes(): number { return 4 * (this.#used + this.#at.length); }
  /** words where every pair is there */
  get #whole(): number { return WORDS * (1 + this.#room * this.#blocks); }

  /** Makes room for numbers below `numbers`; at least half as much again, so that growing one by one costs little. */
  reserve(numbers: number): void {
    if (numbers <= this.#room) return;
    const room = Math.min(MOST_NUMBERS, Math.max(checked(numbers), this.#room + (this.#room >>> 1)) + 31 & ~31), blocks = Math.ceil(room / (1 << SHIFT)), before = this.#blocks;
    const at = new Int32Array(room * blocks);
    if (blocks === before) at.set(this.#at);
    else for (let a = 0; a < this.#room; a++) at.set(this.#at.subarray(a * before, (a + 1) * before), a * blocks);
    this.#at = at;
    this.#blocks = blocks;
    this.#room = room;
  }

  has(a: number, b: number): boolean {
    return (this.#bits[this.#at[a * this.#blocks + (b >>> SHIFT)]! + ((b >>> 5) & IN_ROW)]! & (1 << (b & 31))) !== 0;
  }

  add(a: number, b: number): void {
    const x = this.#block(a * this.#blocks + (b >>> SHIFT)), y = this.#block(b * this.#blocks + (a >>> SHIFT));
    this.#bits[x + ((b >>> 5) & IN_ROW)]! |= 1 << (b & 31);
    this.#bits[y + ((a >>> 5) & IN_ROW)]! |= 1 << (a & 31);
  }

  delete(a: number, b: number): void {
    if (!this.has(a, b)) return;
    this.#take(a, b);
    this.#take(b, a);
  }

  /** Takes `b` out of the row of `a`, in which it is. */
  #take(a: number, b: number): void {
    this.#bits[this.#at[a * this.#blocks + (b >>> SHIFT)]! + ((b >>> 5) & IN_ROW)]! &= ~(1 << (b & 31));
  }

  /** Where the words of a block stand that is written to. */
  #block(place: number): number {
    const at = this.#at[place]!;
    return at === NONE ? this.#make(place) : at;
  }

  #make(place: number): number {
    if (this.#used + WORDS > this.#bits.length) {
      const { length } = this.#bits;
      if (length === this.#most) throw new AcumenError('too-large', `More pairs of segments conflict than one conflict graph holds: ${length >>> 18} MB of bits.`, MORE, { bytes: this.bytes });
      // what is not written to takes no memory yet
      const bits = new Uint32Array(Math.min(this.#whole, this.#most, 2 * length));
      bits.set(this.#bits);
      this.#bits = bits;
    }
    const at = this.#at[place] = this.#used;
    this.#used += WORDS;
    return at;
  }

  /** Takes out every pair of `a` with a number of this row of bits (bitRows.ts). */
  deleteAll(a: number, words: Uint32Array, at: number): void {
    const row = a * this.#blocks;
    for (let i = at + 1, end = i + 2 * words[at]!; i < end; i += 2) {
      const word = words[i]!, place = this.#at[row + (word >>> (SHIFT - 5))]! + (word & IN_ROW), hit = this.#bits[place]! & words[i + 1]!;
      if (hit === 0) continue;
      this.#bits[place]! &= ~hit;
      for (let left = hit; left !== 0; left &= left - 1) this.#take((word << 5) + 31 - Math.clz32(left & -left), a);
    }
  }

  /** Takes out every pair that `a` is in. */
  clear(a: number): void {
    const row = a * this.#blocks;
    for (let k = 0; k < this.#blocks; k++) {
      const at = this.#at[row + k]!;
      if (at === NONE) continue;
      for (let w = 0; w < WORDS; w++) for (let left = this.#bits[at + w]!; left !== 0; left &= left - 1) this.#take((k << SHIFT) + (w << 5) + 31 - Math.clz32(left & -left), a);
      this.#bits.fill(0, at, at + WORDS);
    }
  }

  /** The numbers paired with `a`, ascending. */
  of(a: number): Int32Array {
    const bits = this.#bits, row = a * this.#blocks, blocks = this.#blocks;
    let count = 0;
    for (let k = 0; k < blocks; k++) {
      const at = this.#at[row + k]!;
      if (at !== NONE) for (let w = at; w < at + WORDS; w++) if (bits[w] !== 0) count += ones(bits[w]!);
    }
    const out = { numbers: new Int32Array(count) };
    this.into(a, out);
    return out.numbers;
  }

  /** The same, into numbers that are kept and made longer where they do not do; answers how many. */
  into(a: number, out: { numbers: Int32Array }): number {
    const bits = this.#bits, row = a * this.#blocks;
    let { numbers } = out, count = 0;
    for (let k = 0; k < this.#blocks; k++) {
      const at = this.#at[row + k]!;
      for (let w = 0; at !== NONE && w < WORDS; w++) {
        let left = bits[at + w]!;
        if (left === 0) continue;
        if (count + 32 > numbers.length && count + ones(left) > numbers.length) {
          numbers = new Int32Array(2 * count + 64);
          numbers.set(out.numbers.subarray(0, count));
          out.numbers = numbers;
        }
        for (; left !== 0; left &= left - 1) numbers[count++] = (k << SHIFT) + (w << 5) + 31 - Math.clz32(left & -left);
      }
    }
    return count;
  }

  /** Every pair once, a < b, ascending. */
  each(visit: (a: number, b: number) => void): void {
    for (let a = 0; a < this.#room; a++) for (const b of this.of(a)) if (b > a) visit(a, b);
  }

  /** For another thread: the pairs one after another, or the blocks where that is smaller. The first number says which. */
  pack(): ArrayBuffer {
    const { size } = this, blocks = this.#used / WORDS - 1;
    if (2 * size < blocks * (2 + WORDS)) {
      const out = new Uint32Array(1 + 2 * size);
      let at = 1;
      out[0] = LIST;
      this.each((a, b) => { out[at++] = a; out[at++] = b; });
      return out.buffer;
    }
    const out = new Uint32Array(1 + blocks * (2 + WORDS));
    let at = 1;
    out[0] = BLOCKS;
    for (let a = 0; a < this.#room; a++) {
      const row = a * this.#blocks;
      for (let k = 0; k < this.#blocks; k++) {
        const from = this.#at[row + k]!;
        if (from === NONE) continue;
        out[at] = a;
        out[at + 1] = k;
        out.set(this.#bits.subarray(from, from + WORDS), at + 2);
        at += 2 + WORDS;
      }
    }
    return out.buffer;
  }

  /** Adds what a set of as many numbers packed. */
  unite(packed: ArrayBuffer): void {
    const from = new Uint32Array(packed);
    if (from[0] === LIST) for (let i = 1; i < from.length; i += 2) this.add(from[i]!, from[i + 1]!);
    else {
      for (let i = 1; i < from.length; i += 2 + WORDS) {
        const at = this.#block(from[i]! * this.#blocks + from[i + 1]!);
        for (let w = 0; w < WORDS; w++) this.#bits[at + w]! |= from[i + 2 + w]!;
      }
    }
  }

  /** How many pairs. */
  get size(): number {
    let n = 0;
    for (let w = WORDS; w < this.#used; w++) if (this.#bits[w] !== 0) n += ones(this.#bits[w]!);
    return n / 2;
  }
}

function ones(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
