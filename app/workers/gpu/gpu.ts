// The GPU as one worker offers it, the same in a Web Worker and in a thread of the service: opens it when first asked, tunes it, multiplies one
// job after another, and says in data what became of each, because an error's fields do not cross to another thread.
import { transfer } from 'comlink';
import { AcumenError } from '../../core/errors.ts';
import { type Dense, Lost, type LostReason, type Matrix, type Stop, type Triangle, isSparse } from '../../core/matrix/model.ts';
import { Breaker } from './breaker.ts';
import { Device, type AdapterWords, type Entry } from './device.ts';
import { Products } from './products.ts';
import type { Limits } from './tiling.ts';
import { type Remembered, tune, usable } from './tune.ts';

/** What is known of the GPU, for a planner and for people. */
export interface GpuFigures {
  readonly adapter: AdapterWords;
  readonly kernel: string;
  /** why this kernel */
  readonly why: string;
  /** multiplications with their additions per second */
  readonly multiplyAddsPerSecond: number;
  /** of numbers that go there or come back */
  readonly bytesPerSecond: number;
  /** ms of the smallest product */
  readonly startMs: number;
}

export type Answer<T> = { readonly of: T } | { readonly lost: LostReason; readonly message: string } | { readonly cancelled: true };

export interface GpuOptions {
  /** `navigator.gpu`, or Dawn's; null where there is none */
  readonly entry: Entry | null;
  readonly remembered: Remembered;
  /** ms, from whatever beginning */
  readonly now?: () => number;
}

/** In place of what is taken by itself: tests tile small products on software by it, and go through kernels. */
export interface How {
  /** less than the device takes */
  readonly within?: Partial<Limits>;
  /** by name, in place of the fastest */
  readonly kernel?: string;
  /** also one that computes on the processor, which never pays: the processor does it faster without */
  readonly software?: boolean;
}

/** Of all buffers together, in bytes. WebGPU does not say how much a device has; one that has less says so (`memory`). */
const MEMORY = 2 ** 30;
/** Seconds of one submission. */
const SUBMISSION = 0.1;
/** Multiplications of one submission before a rate is known, and at most. */
const WORK = { software: 2 ** 28, real: 2 ** 30, most: 2 ** 38 } as const;

interface Opened { readonly device: Device; readonly products: Products; readonly figures: GpuFigures }

export class Gpu {
  readonly #options: GpuOptions;
  readonly #breaker: Breaker;
  readonly #now: () => number;
  #opened: Promise<Opened> | null = null;
  #device: Device | null = null;
  #how: How = {};
  /** jobs in the order in which they were asked for: a device serves one */
  #queue: Promise<unknown> = Promise.resolve();
  readonly #stops = new Map<number, { aborted: boolean }>();
  /** how often it was given back: what is lost by that is no failure of the device */
  #releases = 0;

  constructor(options: GpuOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#breaker = new Breaker(this.#now);
  }

  /** Opens it, if it is not; anew where it is said how. */
  async open(how?: How): Promise<Answer<GpuFigures>> {
    return this.#next(async () => {
      if (how !== undefined) { this.#how = how; this.#close(); }
      return (await this.#open()).figures;
    });
  }

  /** So many bytes sent back, for who wants to know how long that takes. */
  echo(numbers: Float32Array): Float32Array { return transfer(numbers, [numbers.buffer as ArrayBuffer]); }

  times(id: number, a: Matrix, b: Matrix): Promise<Answer<Dense>> {
    return this.#job(id, [a, b], ({ products }, stop) => products.times(a, b, stop));
  }

  gram(id: number, a: Matrix): Promise<Answer<Triangle>> {
    return this.#job(id, [a, a], ({ products }, stop) => products.gram(a, stop));
  }

  /** Gives up the job of this number, which is then answered so. */
  cancel(id: number): void {
    const stop = this.#stops.get(id);
    if (stop !== undefined) stop.aborted = true;
  }

  /** Gives the device back with all its memory; a job that it is at is lost. The next job opens it again. */
  release(): void { this.#releases++; this.#close(); }

  async #job<T extends Dense | Triangle>(id: number, [a, b]: readonly [Matrix, Matrix], work: (opened: Opened, stop: Stop) => Promise<T>): Promise<Answer<T>> {
    const stop = { aborted: false };
    this.#stops.set(id, stop);
    const done = await this.#next(async () => {
      if (stop.aborted) throw new AcumenError('cancelled', 'The product was cancelled.', 'Ask again if it is still wanted.');
      fit(a, b);
      return work(await this.#open(), stop);
    });
    this.#stops.delete(id);
    return 'of' in done ? transfer(done, [done.of.value.buffer as ArrayBuffer]) : done;
  }

  #next<T>(work: () => Promise<T>): Promise<Answer<T>> {
    const answer = this.#queue.then(() => this.#answer(work));
    this.#queue = answer;
    return answer;
  }

  #close(): void {
    this.#device?.end();
    this.#device = this.#opened = null;
  }

  async #open(): Promise<Opened> {
    this.#breaker.admit();
    return this.#opened ??= this.#start();
  }

  async #start(): Promise<Opened> {
    const { entry, remembered } = this.#options, { within, kernel, software } = this.#how;
    const device = this.#device = await Device.open(entry, within?.bytes), { limits: own } = device.gpu, { isSoftware } = device.words;
    if (isSoftware && software !== true) throw new Lost('absent', 'The GPU here is one that the processor plays, and it multiplies faster itself.');
    const bytes = Math.min(own.maxBufferSize, own.maxStorageBufferBindingSize);
    let limits: Limits = { bytes, groups: own.maxComputeWorkgroupsPerDimension, memory: MEMORY, work: isSoftware ? WORK.software : WORK.real };
    const tuned = await tune(device, limits, remembered, this.#now);
    limits = { ...limits, work: Math.min(WORK.most, Math.max(WORK.software / 16, tuned.rate * SUBMISSION)), ...within };
    const taken = kernel === undefined ? tuned.kernel : usable(device).find(({ name }) => name === kernel);
    if (taken === undefined) throw new Lost('absent', `The GPU does not take the kernel ${kernel}.`);
    const figures = { adapter: device.words, kernel: taken.name, why: kernel === undefined ? tuned.why : 'asked for', multiplyAddsPerSecond: tuned.rate, bytesPerSecond: tuned.bytes, startMs: tuned.start };
    return { device, figures, products: await Products.open(device, taken, limits) };
  }

  async #answer<T>(work: () => Promise<T>): Promise<Answer<T>> {
    const releases = this.#releases;
    try {
      const of = await work();
      this.#breaker.succeeded();
      return { of };
    } catch (error) {
      if (error instanceof AcumenError && error.code === 'cancelled') return { cancelled: true };
      const lost = error instanceof Lost ? error : new Lost('failed', `The GPU failed: ${error instanceof Error ? error.message : String(error)}`);
      if (lost.reason !== 'unfit' && lost.reason !== 'resting' && releases === this.#releases) {
        this.#breaker.failed(lost.message);
        this.#close();
      }
      return { lost: lost.reason, message: lost.message };
    }
  }
}

/** The largest number of 32 bits. */
const MOST = 3.4028234663852886e38;

/**
 * WGSL lets a device assume that there are no NaN and no infinities, and what it computes of them is its own affair: it is given none, and
 * nothing whose sums could become one. Throws Lost `unfit`.
 */
function fit(a: Matrix, b: Matrix): void {
  const bound = largest(a) * (a === b ? largest(a) : largest(b)) * Math.max(1, a.cols);
  if (!(bound <= MOST)) throw new Lost('unfit', Number.isFinite(bound) ? 'Sums of these values may not fit in 32 bits, which a GPU does not tell.' : 'There are values that are not finite numbers, which a GPU may compute with as it likes.');
}

/** The largest magnitude; NaN or infinite if any value is. */
function largest(matrix: Matrix): number {
  const { value } = matrix, count = isSparse(matrix) ? matrix.start[matrix.rows]! : value.length;
  let most = 0;
  for (let i = 0; i < count; i++) most = Math.max(most, Math.abs(value[i]!));
  return most;
}
