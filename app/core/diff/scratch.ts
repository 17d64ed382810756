// Working arrays that outlive one diff: a conflict index makes many thousands of small diffs, and fresh typed arrays
// would cost more than the diffs. Safe because every use begins and ends within one synchronous call.

/** Kept between calls up to this many elements; a larger one is dropped after use by the next smaller request. */
const KEEP = 1 << 22;

export class Scratch {
  #array = new Int32Array(256);
  #kept = true;

  /** At least `length` elements: zero where the array is new, otherwise as the last use left them. */
  atLeast(length: number): Int32Array {
    if (this.#array.length < length || (!this.#kept && length <= KEEP)) {
      let size = 256;
      while (size < length) size *= 2;
      this.#array = new Int32Array(size);
      this.#kept = size <= KEEP;
    }
    return this.#array;
  }

  /** The array as the last request left it. */
  get array(): Int32Array { return this.#array; }

  /** Twice as long, contents kept. */
  grow(): Int32Array {
    const larger = new Int32Array(2 * this.#array.length);
    larger.set(this.#array);
    this.#array = larger;
    this.#kept = larger.length <= KEEP;
    return larger;
  }
}
