// Products of dense matrices, rows with rows: blocks of the result whose inputs fit in the second cache, in tiles of 4 × 4 that stay in registers. Sums are
// made in 64 bits and rounded once: rounding each step (Math.fround) takes twice as long in V8.
import type { Matrix } from './model.ts';
import { isSparse } from './model.ts';

/** Rows of each side in a block, and inner indices of a panel: two panels of 128 KiB and a block of as much. */
export const BLOCK = 128, DEPTH = 256;

/** Room for one block, used again for each. */
export class Blocks {
  readonly #left: Float32Array;
  readonly #right: Float32Array;
  readonly #block: Float64Array;

  constructor(inner: number) {
    const depth = Math.min(DEPTH, Math.max(1, inner));
    this.#left = new Float32Array(BLOCK * depth);
    this.#right = new Float32Array(BLOCK * depth);
    this.#block = new Float64Array(BLOCK * BLOCK);
  }

  /** Begins a block of the result. */
  clear(): void { this.#block.fill(0); }

  /** Adds what inner indices from `k`, at most DEPTH, bring to the block of rows from `r` of `a` and rows from `c` of `b`. */
  add(a: Matrix, r: number, b: Matrix, c: number, k: number): void {
    const height = tiles(a.rows - r), width = tiles(b.rows - c), depth = Math.min(DEPTH, a.cols - k);
    pack(a, r, height, k, depth, this.#left);
    pack(b, c, width, k, depth, this.#right);
    for (let i = 0; i < height; i += 4) for (let j = 0; j < width; j += 4) tile(this.#left, i * depth, this.#right, j * depth, depth, this.#block, i * BLOCK + j);
  }

  /** The value at row `i`, column `j` of the block. */
  at(i: number, j: number): number { return this.#block[i * BLOCK + j]!; }
}

/** Rows of a block of which `left` are left, in whole tiles. */
const tiles = (left: number): number => Math.min(BLOCK, (left + 3) & ~3);

/** A panel: four rows at a time, the four values of an inner index beside each other; zeros where the matrix has no more rows. */
function pack(m: Matrix, row: number, height: number, k: number, depth: number, panel: Float32Array): void {
  const rows = Math.min(height, m.rows - row);
  if (isSparse(m) || rows < height) panel.fill(0, 0, height * depth);
  for (let i = 0; i < rows; i++) {
    const place = (i & ~3) * depth + (i & 3);
    if (isSparse(m)) {
      const end = m.start[row + i + 1]!;
      for (let at = firstFrom(m.col, m.start[row + i]!, end, k); at < end && m.col[at]! < k + depth; at++) panel[place + 4 * (m.col[at]! - k)] = m.value[at]!;
    } else {
      const from = (row + i) * m.cols + k;
      for (let at = 0; at < depth; at++) panel[place + 4 * at] = m.value[from + at]!;
    }
  }
}

/** The first place from `low` until `high` whose column is not below `wanted`. */
function firstFrom(col: Uint32Array, low: number, high: number, wanted: number): number {
  while (low < high) {
    const mid = (low + high) >>> 1;
    if (col[mid]! < wanted) low = mid + 1;
    else high = mid;
  }
  return low;
}

function tile(left: Float32Array, l: number, right: Float32Array, r: number, depth: number, out: Float64Array, at: number): void {
  let s00 = 0, s01 = 0, s02 = 0, s03 = 0, s10 = 0, s11 = 0, s12 = 0, s13 = 0, s20 = 0, s21 = 0, s22 = 0, s23 = 0, s30 = 0, s31 = 0, s32 = 0, s33 = 0;
  for (const end = l + 4 * depth; l < end; l += 4, r += 4) {
    const a = left[l]!, b = left[l + 1]!, c = left[l + 2]!, d = left[l + 3]!, w = right[r]!, x = right[r + 1]!, y = right[r + 2]!, z = right[r + 3]!;
    s00 += a * w; s01 += a * x; s02 += a * y; s03 += a * z;
    s10 += b * w; s11 += b * x; s12 += b * y; s13 += b * z;
    s20 += c * w; s21 += c * x; s22 += c * y; s23 += c * z;
    s30 += d * w; s31 += d * x; s32 += d * y; s33 += d * z;
  }
  const second = at + BLOCK, third = second + BLOCK, fourth = third + BLOCK;
  out[at]! += s00; out[at + 1]! += s01; out[at + 2]! += s02; out[at + 3]! += s03;
  out[second]! += s10; out[second + 1]! += s11; out[second + 2]! += s12; out[second + 3]! += s13;
  out[third]! += s20; out[third + 1]! += s21; out[third + 2]! += s22; out[third + 3]! += s23;
  out[fourth]! += s30; out[fourth + 1]! += s31; out[fourth + 2]! += s32; out[fourth + 3]! += s33;
}
