// The slow, obvious twin of every product, in 64 bits: what the others are judged by, and by how much they may differ.
import type { Matrix, Triangle } from './model.ts';
import { at, isSparse } from './model.ts';

/**
 * a·bᵀ in 64 bits, row after row, and beside it |a|·|b|ᵀ, which errors are measured in: of the products that are finite. Rows with rows; zeros that are left
 * out are not multiplied.
 */
export interface Exact { readonly rows: number; readonly cols: number; readonly value: Float64Array; readonly size: Float64Array }

export function exactTimes(a: Matrix, b: Matrix): Exact {
  const value = new Float64Array(a.rows * b.rows), size = new Float64Array(a.rows * b.rows);
  const left = Array.from({ length: a.rows }, (_, r) => stored(a, r)), right = Array.from({ length: b.rows }, (_, r) => stored(b, r));
  left.forEach((x, r) => right.forEach((y, c) => {
    for (const [k, v] of x) {
      const w = y.get(k);
      if (w === undefined) continue;
      value[r * b.rows + c]! += v * w;
      if (Number.isFinite(v * w)) size[r * b.rows + c]! += Math.abs(v * w);
    }
  }));
  return { rows: a.rows, cols: b.rows, value, size };
}

function stored(m: Matrix, r: number): Map<number, number> {
  return isSparse(m)
    ? new Map(Array.from(m.col.subarray(m.start[r], m.start[r + 1]), (c, i) => [c, m.value[m.start[r]! + i]!]))
    : new Map(Array.from(m.value.subarray(r * m.cols, (r + 1) * m.cols), (v, c) => [c, v]));
}

/** What 32 bits cannot tell from 0, where subnormals count as zero. */
const SMALLEST = 2 ** -126;
/** Beyond it 32 bits have only infinity. */
const LARGEST = (2 - 2 ** -23) * 2 ** 127;

/**
 * Whether `x`, summed in 32 bits over `k` products, may stand for `exact`: |x − exact| ≤ k·2⁻²⁴·size, in any order of summation (Jeannerod and Rump,
 * "Improved error bounds for inner products in floating-point arithmetic", 2013), and so much more as products and sums that are subnormal lose when
 * they count as zero. What is not finite must be the same; where sums may leave the range of 32 bits, it may be infinite or NaN.
 */
export function isClose(x: number, exact: number, size: number, k: number): boolean {
  const mayLeave = size >= LARGEST / (1 + k * 2 ** -24);
  if (!Number.isFinite(exact)) return Object.is(x, exact) || (mayLeave && Number.isNaN(x));
  if (!Number.isFinite(x)) return mayLeave;
  return Math.abs(x - exact) <= k * 2 ** -24 * size + 2 * k * SMALLEST;
}

/** The first place where a product is not what the twin says, in a sentence; null where there is none. */
export function firstDifference(product: Triangle | { readonly rows: number; readonly cols: number; readonly value: Float32Array }, exact: Exact, k: number): string | null {
  const isTriangle = 'n' in product;
  if (isTriangle ? product.n !== exact.rows || product.n !== exact.cols : product.rows !== exact.rows || product.cols !== exact.cols) return 'the shapes differ';
  for (let r = 0; r < exact.rows; r++) {
    for (let c = 0; c < exact.cols; c++) {
      const i = r * exact.cols + c, x = product.value[isTriangle ? at(product.n, r, c) : i]!;
      if (!isClose(x, exact.value[i]!, exact.size[i]!, k)) return `(${r}, ${c}) is ${x}, should be ${exact.value[i]} ± ${k * 2 ** -24 * exact.size[i]!}`;
    }
  }
  return null;
}
