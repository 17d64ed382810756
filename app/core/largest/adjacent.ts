// Whether two items of a part conflict: bits where they fit, else looked up in sorted lists.

/** Items of which all pairs fit into 32 MB. */
export const MOST_BITS = 1 << 14;

export class Adjacent {
  readonly #lists: readonly Int32Array[];
  readonly #words: number;
  readonly #bits: Uint32Array | null;

  /** `lists`: of each item what it conflicts with, ascending. */
  constructor(lists: readonly Int32Array[]) {
    const count = lists.length;
    this.#lists = lists;
    this.#words = (count + 31) >>> 5;
    this.#bits = count > MOST_BITS ? null : new Uint32Array(count * this.#words);
    if (this.#bits !== null) for (let a = 0; a < count; a++) {
      const list = lists[a]!, row = a * this.#words;
      for (let k = 0; k < list.length; k++) this.#bits[row + (list[k]! >>> 5)]! |= 1 << (list[k]! & 31);
    }
  }

  has(a: number, b: number): boolean {
    if (this.#bits !== null) return (this.#bits[a * this.#words + (b >>> 5)]! & (1 << (b & 31))) !== 0;
    return contains(this.#lists[a]!, b);
  }
}

/** Is it in a sorted list? */
export function contains(sorted: Int32Array, wanted: number): boolean {
  let low = 0, high = sorted.length;
  while (low < high) { const mid = (low + high) >>> 1; if (sorted[mid]! < wanted) low = mid + 1; else high = mid; }
  return low < sorted.length && sorted[low] === wanted;
}
