// Cliques of a part's items: which two conflict stands in bits where they fit, else is looked up in sorted lists.

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

  /** Adds to a clique the first of `near` that conflicts with all of it, then the next that conflicts with that one, too, and so on. */
  grow(clique: number[], near: Int32Array): void {
    const bits = this.#bits, words = this.#words, lists = this.#lists;
    for (let k = 0; k < near.length; k++) {
      const item = near[k]!, word = item >>> 5, bit = 1 << (item & 31);
      let fits = true;
      for (let j = clique.length; fits && j-- > 0;) fits = bits === null ? contains(lists[clique[j]!]!, item) : (bits[clique[j]! * words + word]! & bit) !== 0;
      if (fits) clique.push(item);
    }
  }
}

/** Is it in a sorted list? */
export function contains(sorted: Int32Array, wanted: number): boolean {
  let low = 0, high = sorted.length;
  while (low < high) { const mid = (low + high) >>> 1; if (sorted[mid]! < wanted) low = mid + 1; else high = mid; }
  return low < sorted.length && sorted[low] === wanted;
}
