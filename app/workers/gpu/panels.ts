// Parts of matrices on the device, as a kernel wants them (kernels.ts): made of dense rows or of sparse ones, kept while there is room for
// them, and made again where there is not.
import { type Dense, type Matrix, type Sparse, isSparse } from '../../core/matrix/model.ts';
import { usage } from './device.ts';
import type { Products } from './products.ts';
import { type Cut, up } from './tiling.ts';

/** Of what waits to become a panel, in bytes. */
const STAGING = 32 * 2 ** 20;

/** Rows and inner indices of a matrix; `height`: rows of the panel, of which those of whole tiles are filled; `padded`: its depth. */
export interface Part {
  readonly row: number; readonly rows: number; readonly inner: number; readonly depth: number;
  readonly padded: number; readonly height: number; readonly tile: number;
}

interface Panel { readonly buffer: GPUBuffer; of: Matrix | null; row: number; inner: number; used: number }

export class Panels {
  readonly #products: Products;
  readonly #bytes: number; readonly #most: number;
  readonly #panels: Panel[] = [];
  readonly #staging: GPUBuffer; readonly #stagingBytes: number;
  #clock = 0;

  /** for products of m × k by n × k, cut so */
  constructor(products: Products, by: Cut, m: number, n: number, k: number) {
    const { limits } = products, padded = Math.min(by.depth, up(k, products.kernel.depth));
    this.#products = products;
    this.#bytes = padded * Math.max(by.rows, by.cols) * 4;
    this.#most = Math.max(2, Math.floor((limits.memory - 16 * by.rows * by.cols) / this.#bytes));
    // four rows at least, and no more than there are
    this.#stagingBytes = Math.max(16 * padded, Math.min(STAGING, limits.bytes, up(Math.max(m, n), 4) * padded * 4));
    this.#staging = this.#buffer(this.#stagingBytes, usage.STORAGE | usage.COPY_DST);
  }

  /** Two at least are kept: the one given before is still there. */
  async of(matrix: Matrix, part: Part): Promise<GPUBuffer> {
    const known = this.#panels.find(({ of, row, inner }) => of === matrix && row === part.row && inner === part.inner);
    if (known !== undefined) { known.used = ++this.#clock; return known.buffer; }
    let panel: Panel;
    if (this.#panels.length < this.#most) this.#panels.push(panel = { buffer: this.#buffer(this.#bytes, usage.STORAGE | usage.COPY_DST), of: null, row: 0, inner: 0, used: 0 });
    else panel = this.#panels.reduce((oldest, one) => (one.used < oldest.used ? one : oldest));
    Object.assign(panel, { of: matrix, row: part.row, inner: part.inner, used: ++this.#clock });
    if (isSparse(matrix)) this.#scatter(matrix, part, panel.buffer); else this.#turn(matrix, part, panel.buffer);
    return panel.buffer;
  }

  end(): void { for (const { buffer } of this.#panels) buffer.destroy(); this.#staging.destroy(); }

  #buffer(size: number, flags: number): GPUBuffer { return this.#products.device.gpu.createBuffer({ size, usage: flags }); }

  #turn({ cols, value }: Dense, { row, rows, inner, depth, padded, height, tile }: Part, panel: GPUBuffer): void {
    const { queue } = this.#products.device.gpu, { groups } = this.#products.limits, values = value as Float32Array<ArrayBuffer>;
    const filled = up(rows, tile), chunk = Math.min(4 * Math.floor(this.#stagingBytes / (16 * depth)), 4 * groups);
    for (let first = 0; first < filled; first += chunk) {
      const here = Math.max(0, Math.min(chunk, rows - first)), begin = (row + first) * cols + inner;
      if (depth === cols) {
        if (here > 0) queue.writeBuffer(this.#staging, 0, values, begin, here * cols);
      } else {
        for (let r = 0; r < here; r++) queue.writeBuffer(this.#staging, r * depth * 4, values, begin + r * cols, depth);
      }
      this.#products.turn(this.#staging, panel, { rows: here, inner: depth, stride: depth, across: height, first, padded, height: Math.min(chunk, filled - first) });
    }
  }

  #scatter({ start, col, value }: Sparse, { row, rows, inner, depth, padded, height }: Part, panel: GPUBuffer): void {
    const { gpu } = this.#products.device, encoder = gpu.createCommandEncoder();
    encoder.clearBuffer(panel, 0, padded * height * 4);
    gpu.queue.submit([encoder.finish()]);
    const bits = new Uint32Array(value.buffer, value.byteOffset, value.length), most = Math.floor(this.#stagingBytes / 8);
    const pairs = new Uint32Array(2 * Math.min(most, start[row + rows]! - start[row]!));
    let count = 0;
    const flush = (): void => {
      if (count > 0) gpu.queue.writeBuffer(this.#staging, 0, pairs, 0, 2 * count);
      this.#products.scatter(this.#staging, panel, count);
      count = 0;
    };
    for (let r = 0; r < rows; r++) {
      const end = start[row + r + 1]!;
      for (let i = firstFrom(col, start[row + r]!, end, inner); i < end && col[i]! < inner + depth; i++) {
        if (count === most) flush();
        pairs[2 * count] = (col[i]! - inner) * height + r;
        pairs[2 * count + 1] = bits[i]!;
        count++;
      }
    }
    flush();
  }
}

/** The first place from `low` to `high` whose column is not below `wanted`; `high` where there is none. */
function firstFrom(col: Uint32Array, low: number, high: number, wanted: number): number {
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (col[middle]! < wanted) low = middle + 1; else high = middle;
  }
  return low;
}
