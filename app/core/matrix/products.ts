// Products of sparse matrices, rows with rows, a row of the result at a time (Gustavson, "Two fast algorithms for sparse matrices", 1978), over the
// columns of the right one turned into lists. What is summed stays in the first cache: one row of the result.
import { bug } from '../errors.ts';
import type { Sparse } from './model.ts';
import { nonzeros, transpose } from './sparse.ts';

const { fround } = Math;

/**
 * The columns of a matrix as lists, for reading at random: entries are pairs of a row and its value, beside each other in memory, and so are the ends of
 * each list.
 */
export class Lists {
  /** rows of the matrix, that is of what is summed */
  readonly rows: number;
  readonly cols: number;
  /** entry e: row [2e] and value [2e + 1] */
  readonly #row: Int32Array;
  readonly #value: Float32Array;
  /** list c: entries from [2c] until [2c + 1], in units of half an entry */
  readonly #ends: Int32Array;
  readonly #sum: Float32Array;
  /** a sum of what was fetched ahead: a read whose value is used is one that is done */
  fetched = 0;

  constructor(b: Sparse) {
    const { start, col, value } = transpose(b), count = nonzeros(b);
    if (count >= 2 ** 30) throw bug('more values than lists hold', { count });
    this.rows = b.rows;
    this.cols = b.cols;
    // one more, so that the beginning of a list without entries can be read as well
    const memory = new ArrayBuffer(8 * (count + 1));
    this.#row = new Int32Array(memory);
    this.#value = new Float32Array(memory);
    for (let e = 0; e < count; e++) {
      this.#row[2 * e] = col[e]!;
      this.#value[2 * e + 1] = value[e]!;
    }
    this.#ends = new Int32Array(2 * b.cols);
    for (let c = 0; c < b.cols; c++) {
      this.#ends[2 * c] = 2 * start[c]!;
      this.#ends[2 * c + 1] = 2 * start[c + 1]!;
    }
    this.#sum = new Float32Array(b.rows);
  }

  /** Leaves out the entries of rows before `row`. */
  skipTo(row: number): this {
    const ends = this.#ends, rows = this.#row;
    for (let i = 0; i < ends.length; i += 2) {
      let at = ends[i]!;
      while (at < ends[i + 1]! && rows[at]! < row) at += 2;
      ends[i] = at;
    }
    return this;
  }

  /**
   * The products of row `r` of `a` with the rows of this matrix from `from`, into `out` at `place`. `taking`: the first entry that is left of each list
   * in question is row r's own, and is taken off after it was read. Answers how many multiplications it took.
   */
  row(a: Sparse, r: number, from: number, out: Float32Array, place: number, taking: boolean): number {
    const ends = this.#ends, rows = this.#row, values = this.#value, sum = this.#sum, first = a.start[r]!, last = a.start[r + 1]!;
    // A list is short and lies anywhere: asking for all beginnings at once, the processor waits for many at a time and not for one after another.
    let fetched = 0;
    for (let i = first; i < last; i++) fetched ^= rows[ends[2 * a.col[i]!]!]!;
    this.fetched ^= fetched;
    let done = 0;
    for (let i = first; i < last; i++) {
      const list = 2 * a.col[i]!, begin = ends[list]!, end = ends[list + 1]!;
      if (taking) ends[list] = begin + 2;
      done += end - begin;
      spread(sum, rows, values, begin, end, fround(a.value[i]!));
    }
    out.set(from === 0 ? sum : sum.subarray(from), place);
    sum.fill(0, from);
    return done / 2;
  }
}

/** sum[row] += v · value over the entries from `begin` until `end`, each step rounded to 32 bits; four at a time, which takes a third off. */
function spread(sum: Float32Array, rows: Int32Array, values: Float32Array, begin: number, end: number, v: number): void {
  let e = begin;
  for (; e + 6 < end; e += 8) {
    const a = rows[e]!, b = rows[e + 2]!, c = rows[e + 4]!, d = rows[e + 6]!;
    const x = fround(sum[a]! + fround(v * values[e + 1]!)), y = fround(sum[b]! + fround(v * values[e + 3]!));
    const z = fround(sum[c]! + fround(v * values[e + 5]!)), w = fround(sum[d]! + fround(v * values[e + 7]!));
    sum[a] = x;
    sum[b] = y;
    sum[c] = z;
    sum[d] = w;
  }
  for (; e < end; e += 2) {
    const a = rows[e]!;
    sum[a] = fround(sum[a]! + fround(v * values[e + 1]!));
  }
}

/** How many multiplications a·bᵀ takes. */
export function sparseWork(a: Sparse, b: Sparse): number {
  const left = new Float64Array(a.cols);
  let work = 0;
  for (let i = 0; i < nonzeros(a); i++) left[a.col[i]!]!++;
  for (let i = 0; i < nonzeros(b); i++) work += left[b.col[i]!]!;
  return work;
}

/** How many multiplications the upper triangle of a·aᵀ takes. */
export const sparseGramWork = (a: Sparse): number => (sparseWork(a, a) + nonzeros(a)) / 2;

/** Rows from `from` until `to` of the triangle a·aᵀ, one after another, into `out` at its beginning; `lists`: of `a`, not used otherwise meanwhile. */
export function gramRows(a: Sparse, lists: Lists, from: number, to: number, out: Float32Array, place = 0): void {
  for (let r = from; r < to; r++) {
    lists.row(a, r, r, out, place, true);
    place += a.rows - r;
  }
}

export function timesRows(a: Sparse, lists: Lists, from: number, to: number, out: Float32Array, place = 0): void {
  for (let r = from; r < to; r++) {
    lists.row(a, r, 0, out, place, false);
    place += lists.rows;
  }
}
