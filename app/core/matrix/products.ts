// Products of sparse matrices, rows with rows, a row of the result at a time (Gustavson, "Two fast algorithms for sparse matrices", 1978), over the
// columns of the right one as lists. What is summed stays in the nearest cache: one row of the result.
import { bug } from '../errors.ts';
import type { Sparse } from './model.ts';
import { nonzeros } from './sparse.ts';

/** Numbers in a line of a cache, of 64 bytes. */
const LINE = 16;

/** The columns of a matrix as lists, for reading at random: an entry's row and value are beside each other in memory, and so are a list's two ends. */
export class Lists {
  /** of the matrix */
  readonly rows: number;
  /** entry e: row [2e] and value [2e + 1] */
  readonly #row: Int32Array;
  readonly #value: Float32Array;
  /** list c: entries from [2c] until [2c + 1], twice their numbers */
  readonly #ends: Int32Array;
  readonly #sum: Float32Array;
  /** of what was read ahead: a read that nothing depends on would not be done */
  ahead = 0;

  constructor(b: Sparse) {
    const count = nonzeros(b), ends = this.#ends = new Int32Array(2 * b.cols);
    if (count >= 2 ** 30) throw bug('more values than lists hold', { count });
    this.rows = b.rows;
    // so many more that what is read ahead is there
    const memory = new ArrayBuffer(8 * (count + LINE)), row = this.#row = new Int32Array(memory), value = this.#value = new Float32Array(memory);
    for (let i = 0; i < count; i++) ends[2 * b.col[i]! + 1]! += 2;
    for (let list = 0, end = 0; list < ends.length; list += 2) {
      const length = ends[list + 1]!;
      ends[list] = ends[list + 1] = end;
      end += length;
    }
    // an end moves behind each entry that comes to its list
    for (let r = 0; r < b.rows; r++) {
      for (let i = b.start[r]!; i < b.start[r + 1]!; i++) {
        const list = 2 * b.col[i]!, e = ends[list + 1]!;
        row[e] = r;
        value[e + 1] = b.value[i]!;
        ends[list + 1] = e + 2;
      }
    }
    this.#sum = new Float32Array(b.rows);
  }

  /** Forgets the entries of rows before `row`. */
  skipTo(row: number): this {
    const ends = this.#ends, rows = this.#row;
    for (let list = 0; list < ends.length; list += 2) {
      let e = ends[list]!;
      while (e < ends[list + 1]! && rows[e]! < row) e += 2;
      ends[list] = e;
    }
    return this;
  }

  /** The products of row `r` of `a` with all rows of this matrix, into `out` at `place`. Answers how many multiplications it took. */
  times(a: Sparse, r: number, out: Float32Array, place: number): number {
    const done = this.#add(a, r, false);
    out.set(this.#sum, place);
    this.#sum.fill(0);
    return done;
  }

  /** The products of row `r` of this same matrix with its rows from `r`; to be asked for all rows in order, from the one skipped to. */
  gram(a: Sparse, r: number, out: Float32Array, place: number): number {
    const done = this.#add(a, r, true);
    out.set(this.#sum.subarray(r), place);
    this.#sum.fill(0, r);
    return done;
  }

  /** Tells the products of row `r` of `a` that are above 0, each once, in no certain order. */
  each(a: Sparse, r: number, tell: (row: number, product: number) => void): void {
    const ends = this.#ends, rows = this.#row, sum = this.#sum;
    const take = (row: number): void => {
      const product = sum[row]!;
      if (product === 0) return;
      sum[row] = 0;
      if (product > 0) tell(row, product);
    };
    // all rows there are, or those that were added to, whichever are fewer
    if (this.#add(a, r, false) > this.rows) for (let row = 0; row < this.rows; row++) take(row);
    else for (let i = a.start[r]!; i < a.start[r + 1]!; i++) for (let list = 2 * a.col[i]!, e = ends[list]!; e < ends[list + 1]!; e += 2) take(rows[e]!);
  }

  /** `taking`: the first entry of each list is row r's own, and is forgotten once it was read. */
  #add(a: Sparse, r: number, taking: boolean): number {
    const ends = this.#ends, rows = this.#row, values = this.#value, sum = this.#sum, first = a.start[r]!, last = a.start[r + 1]!;
    // Lists are short and lie anywhere. When their beginnings, next lines and ends are asked for all at once the processor waits for many at a time and not
    // for one after another: half the time where all columns are alike.
    let ahead = 0;
    for (let i = first; i < last; i++) {
      const list = 2 * a.col[i]!, begin = ends[list]!;
      ahead ^= rows[begin]! ^ rows[begin + LINE]! ^ rows[ends[list + 1]!]!;
    }
    this.ahead ^= ahead;
    let done = 0;
    for (let i = first; i < last; i++) {
      const list = 2 * a.col[i]!, begin = ends[list]!, end = ends[list + 1]!;
      if (taking) ends[list] = begin + 2;
      done += end - begin;
      spread(sum, rows, values, begin, end, a.value[i]!);
    }
    return done / 2;
  }
}

/** sum[row] += v · value over entries; by fours, for V8 checks and counts at the end of every turn: one by one takes four times as long. */
function spread(sum: Float32Array, rows: Int32Array, values: Float32Array, begin: number, end: number, v: number): void {
  let e = begin;
  for (; e + 6 < end; e += 8) {
    const a = rows[e]!, b = rows[e + 2]!, c = rows[e + 4]!, d = rows[e + 6]!;
    const x = sum[a]! + v * values[e + 1]!, y = sum[b]! + v * values[e + 3]!, z = sum[c]! + v * values[e + 5]!, w = sum[d]! + v * values[e + 7]!;
    sum[a] = x;
    sum[b] = y;
    sum[c] = z;
    sum[d] = w;
  }
  if (e + 2 < end) {
    const a = rows[e]!, b = rows[e + 2]!, x = sum[a]! + v * values[e + 1]!, y = sum[b]! + v * values[e + 3]!;
    sum[a] = x;
    sum[b] = y;
    e += 4;
  }
  if (e < end) sum[rows[e]!]! += v * values[e + 1]!;
}

/** Rows from `from` until `to` of the triangle a·aᵀ: parts that workers make are, one after another, the whole. */
export function gramPart(a: Sparse, from: number, to: number): Float32Array {
  const lists = new Lists(a).skipTo(from), part = new Float32Array(((to - from) * (2 * a.rows - from - to + 1)) / 2);
  for (let r = from, place = 0; r < to; place += a.rows - r++) lists.gram(a, r, part, place);
  return part;
}

/**
 * Of each row of a·aᵀ its `most` largest values above 0, the diagonal left out; of equal ones those of lower rows. Needs no more memory than it answers:
 * for matrices of tens of thousands of rows, whose triangle would be gigabytes.
 */
export function partnersOf(a: Sparse, most: number): Sparse {
  const lists = new Lists(a), start = new Uint32Array(a.rows + 1), rows = new Uint32Array(most), products = new Float32Array(most);
  const col: Uint32Array[] = [], value: Float32Array[] = [];
  for (let r = 0; r < a.rows; r++) {
    let count = 0;
    if (most > 0) {
      lists.each(a, r, (row, product) => {
        if (row === r || (count === most && !isBefore(product, row, products[most - 1]!, rows[most - 1]!))) return;
        let at = count < most ? count++ : most - 1;
        for (; at > 0 && isBefore(product, row, products[at - 1]!, rows[at - 1]!); at--) {
          products[at] = products[at - 1]!;
          rows[at] = rows[at - 1]!;
        }
        products[at] = product;
        rows[at] = row;
      });
    }
    const order = Uint32Array.from({ length: count }, (_, i) => i).sort((i, j) => rows[i]! - rows[j]!);
    col.push(order.map((i) => rows[i]!));
    value.push(Float32Array.from(order, (i) => products[i]!));
    start[r + 1] = start[r]! + count;
  }
  const all = { rows: a.rows, cols: a.rows, start, col: new Uint32Array(start[a.rows]!), value: new Float32Array(start[a.rows]!) };
  for (let r = 0; r < a.rows; r++) {
    all.col.set(col[r]!, start[r]!);
    all.value.set(value[r]!, start[r]!);
  }
  return all;
}

const isBefore = (x: number, row: number, y: number, other: number): boolean => x > y || (x === y && row < other);
