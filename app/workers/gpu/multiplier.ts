// The GPU as the planner has it: a Multiplier whose work another thread does. A worker that dies is a device that vanished.
import { AcumenError } from '../../core/errors.ts';
import { type Dense, Lost, type Matrix, type Multiplier, type Stop, type Triangle } from '../../core/matrix/model.ts';
import type { Supervised } from '../rpc.ts';
import type { Answer, Gpu, GpuFigures, How } from './gpu.ts';

/** ms between two looks at whether a job is still wanted. */
const LOOK = 20;
/** bytes sent to find out how fast they go */
const ECHO = 4 * 2 ** 20;

export class GpuMultiplier implements Multiplier {
  readonly by = 'gpu' as const;
  readonly #spawn: () => Supervised<Gpu>;
  #worker: Supervised<Gpu> | null = null;
  #jobs = 0;
  #pending = 0;
  #figures: GpuFigures | null = null;

  /** `spawn`: called when it is first needed, and after one died. */
  constructor(spawn: () => Supervised<Gpu>) { this.#spawn = spawn; }

  /** What is known of it; null before it is open, and where there is none. */
  get figures(): GpuFigures | null { return this.#figures; }

  /** Rejects with Lost where there is none. Tunes it, some seconds, where nothing is remembered of it. */
  async open(how?: How): Promise<GpuFigures> {
    const figures = await this.#ask((api) => api.open(how)), began = performance.now(), numbers = new Float32Array(ECHO / 4);
    await this.#ask(async (api) => ({ of: await api.echo(numbers) }));
    // there and back between threads or processes, besides what the device takes
    return this.#figures = { ...figures, bytesPerSecond: 1 / (1 / figures.bytesPerSecond + (performance.now() - began) / 1000 / (2 * ECHO)) };
  }

  times(a: Matrix, b: Matrix, stop?: Stop): Promise<Dense> {
    const id = this.#jobs++;
    return this.#stoppable(id, stop, this.#ask((api) => api.times(id, a, b)));
  }

  gram(a: Matrix, stop?: Stop): Promise<Triangle> {
    const id = this.#jobs++;
    return this.#stoppable(id, stop, this.#ask((api) => api.gram(id, a)));
  }

  /** Gives the device and its memory back until the next job; one in flight is lost. */
  async release(): Promise<void> { await this.#worker?.call((api) => api.release()); }

  end(): void { this.#worker?.end(); this.#worker = null; }

  async #ask<T>(work: (api: Parameters<Parameters<Supervised<Gpu>['call']>[0]>[0]) => Promise<Answer<T>>): Promise<T> {
    let answer: Answer<T>;
    const worker = this.#live();
    if (this.#pending++ === 0) worker.hold?.(true);
    try {
      answer = await worker.call(work);
    } catch (error) {
      throw new Lost('vanished', `The GPU's worker failed: ${(error as Error).message}`, { cause: error });
    } finally {
      if (--this.#pending === 0) worker.hold?.(false);
    }
    if ('of' in answer) return answer.of;
    if ('cancelled' in answer) throw new AcumenError('cancelled', 'The product was cancelled.', 'Ask again if it is still wanted.');
    throw new Lost(answer.lost, answer.message);
  }

  #live(): Supervised<Gpu> {
    if (this.#worker === null) {
      const worker = this.#worker = this.#spawn();
      worker.onDeath(() => { if (this.#worker === worker) this.#worker = null; });
    }
    return this.#worker;
  }

  async #stoppable<T>(id: number, stop: Stop | undefined, answer: Promise<T>): Promise<T> {
    if (stop === undefined) return answer;
    const look = setInterval(() => {
      if (stop.aborted) this.#worker?.call((api) => api.cancel(id)).catch(() => undefined);
    }, LOOK);
    try {
      return await answer;
    } finally {
      clearInterval(look);
    }
  }
}
