// How a product is cut so that no buffer, dispatch or submission is larger than a device takes. Pure.
import type { Kernel } from './kernels.ts';
import { FILL, tileCols, tileRows } from './kernels.ts';

export interface Limits {
  /** of one buffer and of one binding, in bytes */
  readonly bytes: number;
  /** workgroups along one dimension of a dispatch */
  readonly groups: number;
  /** of all buffers together, in bytes: panels beyond it are made again */
  readonly memory: number;
  /** multiplications of one submission: a job can be given up between two, and a device that answers nobody for seconds is reset by its system */
  readonly work: number;
}

/** A product is computed in blocks of rows × cols from panels of depth; each a whole number of tiles. */
export interface Cut {
  readonly rows: number; readonly cols: number; readonly depth: number;
  /** inner indices of one submission */
  readonly step: number;
}

/** n, up to the next whole unit */
export const up = (n: number, unit: number): number => Math.ceil(n / unit) * unit;
const down = (n: number, unit: number): number => Math.max(unit, Math.floor(n / unit) * unit);

/** Least work for which it is worth asking a device: below it a submission is all overhead. */
const SHALLOW = 256;
/** Blocks of outputs are no larger, so that one comes back while the next is computed. */
const BLOCK_BYTES = 64 * 2 ** 20;

/** `one`: both matrices are the same, and so are their panels. Throws nothing: the smallest cut is a tile, which every device holds. */
export function cut(m: number, n: number, k: number, kernel: Kernel, limits: Limits, one: boolean): Cut {
  const tall = one ? Math.max(tileRows(kernel), tileCols(kernel)) : tileRows(kernel), wide = one ? tall : tileCols(kernel);
  const floats = Math.floor(limits.bytes / 4), most = Math.max(tall, wide);
  // Long rows are cut so that a panel still has several tiles.
  const depth = Math.min(up(k, kernel.depth), down(floats / (most * Math.min(8, Math.ceil(Math.max(m, n) / most))), kernel.depth), down(limits.groups * FILL, kernel.depth));
  const fits = (unit: number, of: number, whole: number): number => Math.min(up(whole, unit), down(floats / depth, unit), down(limits.groups * of, unit));
  let rows = fits(tall, tileRows(kernel), m), cols = fits(wide, tileCols(kernel), n);
  const isTooLarge = (): boolean => rows * cols * 4 > Math.min(limits.bytes, BLOCK_BYTES)
    || rows * cols * Math.min(depth, SHALLOW) > limits.work
    // two panels, and of what comes back two that are computed and two that are read
    || 4 * ((rows + cols) * depth + 4 * rows * cols) > limits.memory;
  while (isTooLarge() && (rows > tall || cols > wide)) {
    if (cols / wide >= rows / tall) cols = down(cols / 2, wide); else rows = down(rows / 2, tall);
  }
  if (one) rows = cols = Math.min(rows, cols);
  return { rows, cols, depth, step: Math.min(depth, down(limits.work / (rows * cols), kernel.depth)) };
}

export interface Block { readonly row: number; readonly col: number }

/**
 * The corners of all blocks, such that one differs from the one before in one panel. `upper`: without those that lie below the diagonal.
 */
export function* blocks(m: number, n: number, { rows, cols }: Cut, upper: boolean): Generator<Block> {
  let isBack = false;
  for (let row = 0; row < m; row += rows) {
    const line: number[] = [];
    for (let col = upper ? row : 0; col < n; col += cols) line.push(col);
    if (isBack) line.reverse();
    isBack = !isBack;
    for (const col of line) yield { row, col };
  }
}
