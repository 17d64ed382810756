// Sparse matrices: made from triplets, turned, cut, weighed, and with columns taken together. Each result is new and shares nothing; all
// is done by counting, in time and memory linear in what is stored. Products are in products.ts.
import { bug } from '../errors.ts';
import type { Dense, Matrix, Sparse } from './model.ts';
import { isSparse } from './model.ts';

export const nonzeros = (a: Sparse): number => a.start[a.rows]!;

/** The matrix with `value[i]` at (row[i], col[i]); of the same place, the sum (in 64 bits, in the order given, then rounded). `value` null: each 1. */
export function fromTriplets(rows: number, cols: number, row: Uint32Array, col: Uint32Array, value: Float32Array | null): Sparse {
  if (row.length !== col.length || (value !== null && value.length !== row.length)) throw bug('triplets of different lengths', { rows: row.length, cols: col.length });
  const start = starts(rows, row);
  const next = start.slice(), byRow = new Uint32Array(row.length), of = new Float32Array(row.length);
  for (let i = 0; i < row.length; i++) {
    const at = next[row[i]!]!++;
    byRow[at] = col[i]!;
    of[at] = value === null ? 1 : value[i]!;
  }
  return fromRows({ rows, cols, start, col: byRow, value: of });
}

/**
 * From rows whose columns are in any order, and may be named many times: their sums. Sorted by counting: by column, and from there, rising, into rows. Does not
 * keep what it is given.
 */
export const fromRows = (loose: Sparse): Sparse => transpose(summed(transpose(loose)));

/** For each of `count` kinds the place of its first, were they sorted; and the end. */
function starts(count: number, kinds: Uint32Array): Uint32Array {
  const start = new Uint32Array(count + 1);
  for (let i = 0; i < kinds.length; i++) start[kinds[i]! + 1]!++;
  for (let k = 0; k < count; k++) start[k + 1]! += start[k]!;
  return start;
}

/** In place: neighbours in a row with the same column become one. */
function summed(a: Sparse): Sparse {
  const { rows, start, col, value } = a;
  let to = 0;
  for (let r = 0, at = 0; r < rows; r++) {
    const end = start[r + 1]!;
    while (at < end) {
      const c = col[at]!;
      let sum = value[at]!;
      while (++at < end && col[at] === c) sum += value[at]!;
      col[to] = c;
      value[to++] = sum;
    }
    start[r + 1] = to;
  }
  return { ...a, col: col.subarray(0, to), value: value.subarray(0, to) };
}

/** Columns become rows. */
export function transpose(a: Sparse): Sparse {
  const count = nonzeros(a), turned = a.col.subarray(0, count);
  const start = starts(a.cols, turned), next = start.slice(), col = new Uint32Array(count), value = new Float32Array(count);
  for (let r = 0; r < a.rows; r++) {
    for (let i = a.start[r]!; i < a.start[r + 1]!; i++) {
      const at = next[a.col[i]!]!++;
      col[at] = r;
      value[at] = a.value[i]!;
    }
  }
  return { rows: a.cols, cols: a.rows, start, col, value };
}

export function rowSums(a: Sparse): Float64Array {
  const sums = new Float64Array(a.rows);
  for (let r = 0; r < a.rows; r++) {
    let sum = 0;
    for (let i = a.start[r]!; i < a.start[r + 1]!; i++) sum += a.value[i]!;
    sums[r] = sum;
  }
  return sums;
}

export function columnSums(a: Sparse): Float64Array {
  const sums = new Float64Array(a.cols);
  for (let i = 0; i < nonzeros(a); i++) sums[a.col[i]!]! += a.value[i]!;
  return sums;
}

/** The Euclidean length of each row. */
export function rowLengths(a: Sparse): Float64Array {
  const lengths = new Float64Array(a.rows);
  for (let r = 0; r < a.rows; r++) {
    let sum = 0;
    for (let i = a.start[r]!; i < a.start[r + 1]!; i++) sum += a.value[i]! ** 2;
    lengths[r] = Math.sqrt(sum);
  }
  return lengths;
}

/** Each value times the weights of its row and of its column; null: 1. */
export function weighed(a: Sparse, rows: ArrayLike<number> | null, cols: ArrayLike<number> | null): Sparse {
  const value = new Float32Array(nonzeros(a));
  for (let r = 0; r < a.rows; r++) {
    const weight = rows === null ? 1 : rows[r]!;
    for (let i = a.start[r]!; i < a.start[r + 1]!; i++) value[i] = a.value[i]! * weight * (cols === null ? 1 : cols[a.col[i]!]!);
  }
  return { ...a, value };
}

/** 1 / x, and 0 for what has none: rows and columns of zeros stay zeros. */
export const inverses = (x: Float64Array): Float64Array => x.map((value) => (value === 0 ? 0 : 1 / value));

/** These rows, in this order; one may be named twice. */
export function selectRows(a: Sparse, which: ArrayLike<number>): Sparse {
  const start = new Uint32Array(which.length + 1);
  for (let r = 0; r < which.length; r++) start[r + 1] = start[r]! + a.start[which[r]! + 1]! - a.start[which[r]!]!;
  const col = new Uint32Array(start[which.length]!), value = new Float32Array(start[which.length]!);
  for (let r = 0; r < which.length; r++) {
    const from = a.start[which[r]!]!, to = a.start[which[r]! + 1]!;
    col.set(a.col.subarray(from, to), start[r]!);
    value.set(a.value.subarray(from, to), start[r]!);
  }
  return { rows: which.length, cols: a.cols, start, col, value };
}

/** These columns, in this order; one may be named twice. */
export const selectColumns = (a: Sparse, which: ArrayLike<number>): Sparse => transpose(selectRows(transpose(a), which));

/** Column c of `a` is added to column `into[c]` of `cols`; `into[c]` ≥ `cols`: it is left out. */
export function mergeColumns(a: Sparse, into: Uint32Array, cols: number): Sparse {
  const count = nonzeros(a), row = new Uint32Array(count), col = new Uint32Array(count), value = new Float32Array(count);
  let to = 0;
  for (let r = 0; r < a.rows; r++) {
    for (let i = a.start[r]!; i < a.start[r + 1]!; i++) {
      const c = into[a.col[i]!]!;
      if (c >= cols) continue;
      row[to] = r;
      col[to] = c;
      value[to++] = a.value[i]!;
    }
  }
  return fromTriplets(a.rows, cols, row.subarray(0, to), col.subarray(0, to), value.subarray(0, to));
}

/** a + b, of the same shape. */
export function plus(a: Sparse, b: Sparse): Sparse {
  if (a.rows !== b.rows || a.cols !== b.cols) throw bug('a sum of matrices of different shapes');
  const start = new Uint32Array(a.rows + 1), most = nonzeros(a) + nonzeros(b), col = new Uint32Array(most), value = new Float32Array(most);
  let to = 0;
  for (let r = 0; r < a.rows; r++) {
    let i = a.start[r]!, j = b.start[r]!;
    const endA = a.start[r + 1]!, endB = b.start[r + 1]!;
    while (i < endA || j < endB) {
      const x = i < endA ? a.col[i]! : Infinity, y = j < endB ? b.col[j]! : Infinity;
      col[to] = Math.min(x, y);
      value[to++] = (x <= y ? a.value[i++]! : 0) + (y <= x ? b.value[j++]! : 0);
    }
    start[r + 1] = to;
  }
  return { rows: a.rows, cols: a.cols, start, col: col.slice(0, to), value: value.slice(0, to) };
}

/** The value at (r, c): 0 where none is stored. */
export function valueAt(a: Sparse, r: number, c: number): number {
  let low = a.start[r]!, high = a.start[r + 1]!;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if (a.col[mid]! < c) low = mid + 1;
    else high = mid;
  }
  return low < a.start[r + 1]! && a.col[low] === c ? a.value[low]! : 0;
}

export function toDense(a: Matrix): Dense {
  if (!isSparse(a)) return a;
  const value = new Float32Array(a.rows * a.cols);
  for (let r = 0; r < a.rows; r++) for (let i = a.start[r]!; i < a.start[r + 1]!; i++) value[r * a.cols + a.col[i]!] = a.value[i]!;
  return { rows: a.rows, cols: a.cols, value };
}

/** What is not 0; `withZeros`: each place. */
export function toSparse(a: Matrix, withZeros = false): Sparse {
  if (isSparse(a)) return a;
  const start = new Uint32Array(a.rows + 1);
  let count = 0;
  for (const x of a.value) if (x !== 0 || withZeros) count++;
  const col = new Uint32Array(count), value = new Float32Array(count);
  let to = 0;
  for (let r = 0; r < a.rows; r++) {
    for (let c = 0; c < a.cols; c++) {
      const x = a.value[r * a.cols + c]!;
      if (x === 0 && !withZeros) continue;
      col[to] = c;
      value[to++] = x;
    }
    start[r + 1] = to;
  }
  return { rows: a.rows, cols: a.cols, start, col, value };
}
