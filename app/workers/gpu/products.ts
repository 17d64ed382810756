// Dense products on one device by one kernel: cuts a product into blocks, fills panels from dense and sparse rows, multiplies, and reads the
// blocks back while the next are computed. One job at a time is the caller's to see to (gpu.ts).
import { AcumenError } from '../../core/errors.ts';
import type { Dense, Matrix, Stop, Triangle } from '../../core/matrix/model.ts';
import { type Device, usage } from './device.ts';
import { FILL, type Kernel, productSource, scatterSource, tileCols, tileRows, turnSource } from './kernels.ts';
import { Panels } from './panels.ts';
import { type Cut, type Limits, blocks, cut, up } from './tiling.ts';

const cancelled = (): AcumenError => new AcumenError('cancelled', 'The product was cancelled.', 'Ask again if it is still wanted.');

/** A block that comes back. */
interface Reading { readonly product: GPUBuffer; readonly read: GPUBuffer; done: Promise<void> }

export class Products {
  readonly device: Device;
  readonly kernel: Kernel;
  readonly limits: Limits;
  readonly #product: GPUComputePipeline; readonly #turn: GPUComputePipeline; readonly #scatter: GPUComputePipeline;
  readonly #words: GPUBuffer;
  /** submissions that may not have ended: two, so that the device never waits and a job is given up soon */
  #before: Promise<unknown> = Promise.resolve();
  #last: Promise<unknown> = Promise.resolve();

  private constructor(device: Device, kernel: Kernel, limits: Limits, pipelines: readonly [GPUComputePipeline, GPUComputePipeline, GPUComputePipeline]) {
    this.device = device;
    this.kernel = kernel;
    this.limits = limits;
    [this.#product, this.#turn, this.#scatter] = pipelines;
    this.#words = device.gpu.createBuffer({ size: 64, usage: usage.UNIFORM | usage.COPY_DST });
  }

  /** Rejects with Lost where the device does not take the kernel. */
  static async open(device: Device, kernel: Kernel, limits: Limits): Promise<Products> {
    const pipeline = (code: string, entryPoint: string): GPUComputePipeline =>
      device.gpu.createComputePipeline({ layout: 'auto', compute: { module: device.gpu.createShaderModule({ code }), entryPoint } });
    return device.checked(async () => new Products(device, kernel, limits, [pipeline(productSource(kernel), 'product'), pipeline(turnSource, 'fill'), pipeline(scatterSource, 'fill')]));
  }

  async times(a: Matrix, b: Matrix, stop?: Stop): Promise<Dense> {
    const value = new Float32Array(a.rows * b.rows);
    await this.#run(a, b, false, stop, ({ row, rows, col, cols, stride }, block) => {
      for (let r = 0; r < rows; r++) value.set(block.subarray(r * stride, r * stride + cols), (row + r) * b.rows + col);
    });
    return { rows: a.rows, cols: b.rows, value };
  }

  async gram(a: Matrix, stop?: Stop): Promise<Triangle> {
    const n = a.rows, value = new Float32Array(n * (n + 1) / 2);
    await this.#run(a, a, true, stop, ({ row, rows, col, cols, stride }, block) => {
      for (let r = row; r < row + rows; r++) {
        const from = Math.max(col, r);
        if (from < col + cols) value.set(block.subarray((r - row) * stride + from - col, (r - row) * stride + cols), r * n - r * (r - 1) / 2 + from - r);
      }
    });
    return { n, value };
  }

  /** `take` is given each block of the product once, padded to `stride`. */
  async #run(a: Matrix, b: Matrix, upper: boolean, stop: Stop | undefined, take: (at: { row: number; rows: number; col: number; cols: number; stride: number }, block: Float32Array) => void): Promise<void> {
    const m = a.rows, n = b.rows, k = a.cols;
    if (m === 0 || n === 0 || k === 0) return;
    const isOne = a === b, by = cut(m, n, k, this.kernel, this.limits, isOne), panels = new Panels(this, by, m, n, k);
    const size = by.rows * by.cols * 4, readings: Reading[] = [];
    const buffer = (flags: number): GPUBuffer => this.device.gpu.createBuffer({ size, usage: flags });
    try {
      await this.device.checked(async () => {
        for (const [i, { row, col }] of [...blocks(m, n, by, upper)].entries()) {
          const reading = readings[i % 2] ??= { product: buffer(usage.STORAGE | usage.COPY_SRC), read: buffer(usage.MAP_READ | usage.COPY_DST), done: Promise.resolve() };
          await reading.done;
          const rows = Math.min(by.rows, m - row), cols = Math.min(by.cols, n - col);
          for (let inner = 0; inner < k; inner += by.depth) {
            const depth = Math.min(by.depth, k - inner), padded = up(depth, this.kernel.depth);
            const left = await panels.of(a, { row, rows, inner, depth, padded, height: by.rows, tile: tileRows(this.kernel) }), right = await panels.of(b, { row: col, rows: cols, inner, depth, padded, height: by.cols, tile: tileCols(this.kernel) });
            for (let begin = 0; begin < padded; begin += by.step) {
              if (stop?.aborted === true) throw cancelled();
              this.submit(left, right, reading.product, by, rows, cols, { begin, end: Math.min(padded, begin + by.step), adds: inner + begin > 0, upper, top: row, left: col });
              await this.#paced();
            }
          }
          const encoder = this.device.gpu.createCommandEncoder();
          encoder.copyBufferToBuffer(reading.product, 0, reading.read, 0, rows * by.cols * 4);
          this.device.gpu.queue.submit([encoder.finish()]);
          reading.done = this.device.read(reading.read, rows * by.cols * 4, (range) => take({ row, rows, col, cols, stride: by.cols }, new Float32Array(range)));
          // whoever is first told of it is the loop
          reading.done.catch(() => undefined);
        }
        await Promise.all(readings.map(({ done }) => done));
        if (stop?.aborted === true) throw cancelled();
      });
    } finally {
      await Promise.allSettled(readings.map(({ done }) => done));
      for (const { product, read } of readings) { product.destroy(); read.destroy(); }
      panels.end();
    }
  }

  /** Seconds that the kernel takes for a square matrix with itself, so many times after one that does not count; without the way there and back. */
  async seconds({ rows: size, value }: Dense, times: number, now: () => number): Promise<number[]> {
    const by: Cut = { rows: size, cols: size, depth: size, step: size }, { gpu } = this.device, taken: number[] = [];
    const [a, b, c] = [0, 1, 2].map(() => gpu.createBuffer({ size: size * size * 4, usage: usage.STORAGE | usage.COPY_DST }));
    // of zeros some devices make less work
    for (const buffer of [a!, b!]) gpu.queue.writeBuffer(buffer, 0, value as Float32Array<ArrayBuffer>);
    try {
      for (let i = 0; i <= times; i++) {
        await this.device.done();
        const began = now();
        this.submit(a!, b!, c!, by, size, size, { begin: 0, end: size, adds: false, upper: false, top: 0, left: 0 });
        await this.device.done();
        if (i > 0) taken.push(Math.max(1e-3, now() - began) / 1000);
      }
    } finally {
      for (const buffer of [a, b, c]) buffer!.destroy();
    }
    return taken;
  }

  /** Sends so many bytes there and back. */
  async move(bytes: number): Promise<void> {
    const { gpu } = this.device, there = gpu.createBuffer({ size: bytes, usage: usage.COPY_DST | usage.COPY_SRC }), back = gpu.createBuffer({ size: bytes, usage: usage.COPY_DST | usage.MAP_READ });
    const numbers = new Float32Array(bytes / 4), encoder = gpu.createCommandEncoder();
    gpu.queue.writeBuffer(there, 0, numbers);
    encoder.copyBufferToBuffer(there, 0, back, 0, bytes);
    gpu.queue.submit([encoder.finish()]);
    await this.device.read(back, bytes, (range) => numbers.set(new Float32Array(range)));
    there.destroy();
    back.destroy();
  }

  /** One dispatch of the product over the rows and columns that there are. */
  submit(a: GPUBuffer, b: GPUBuffer, c: GPUBuffer, by: Cut, rows: number, cols: number, job: { begin: number; end: number; adds: boolean; upper: boolean; top: number; left: number }): void {
    const words = Uint32Array.of(by.rows / 4, by.cols / 4, by.cols / 4, job.begin, job.end, Number(job.adds), Number(job.upper), job.top, job.left);
    this.#dispatch(this.#product, words, [a, b, c], Math.ceil(cols / tileCols(this.kernel)), Math.ceil(rows / tileRows(this.kernel)));
  }

  /** Fills a panel of `across` rows from dense rows that `staging` holds. */
  turn(staging: GPUBuffer, panel: GPUBuffer, { rows, inner, stride, across, first, padded, height }: { rows: number; inner: number; stride: number; across: number; first: number; padded: number; height: number }): void {
    this.#dispatch(this.#turn, Uint32Array.of(rows, inner, stride, across / 4, first / 4, padded), [staging, panel], Math.ceil(padded / FILL), height / 4);
  }

  scatter(entries: GPUBuffer, panel: GPUBuffer, count: number): void {
    const groups = Math.ceil(count / FILL), across = Math.min(groups, this.limits.groups);
    if (count > 0) this.#dispatch(this.#scatter, Uint32Array.of(count, across), [entries, panel], across, Math.ceil(groups / across));
  }

  /** Submitted by itself, so that the words written before are its own. */
  #dispatch(pipeline: GPUComputePipeline, words: Uint32Array<ArrayBuffer>, buffers: readonly GPUBuffer[], x: number, y: number): void {
    const { gpu } = this.device;
    gpu.queue.writeBuffer(this.#words, 0, words);
    const entries = [this.#words, ...buffers].map((buffer, binding) => ({ binding, resource: { buffer } }));
    const encoder = gpu.createCommandEncoder(), pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, gpu.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
    pass.dispatchWorkgroups(x, y);
    pass.end();
    gpu.queue.submit([encoder.finish()]);
  }

  async #paced(): Promise<void> {
    await this.#before;
    this.#before = this.#last;
    this.#last = this.device.done();
    this.#last.catch(() => undefined);
  }

  end(): void { this.#words.destroy(); }
}
