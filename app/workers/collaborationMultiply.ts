// Who multiplies for collaboration: the planner, with a GPU once a product was worth looking for one. Opening a GPU takes from a tenth of a second to
// some seconds where it must be tuned; nobody waits for that who would have had the answer from the processor meanwhile. Nor for what is found
// out of the processor: half a second of trials, after the first product that was worth them.
import type { Multiply } from '../core/collaboration/heat.ts';
import { type Dense, type Done, Lost, type Matrix, type Multiplier, type Stop, type Triangle } from '../core/matrix/model.ts';
import { Planner, type PlannerOptions, type ProcessorCosts, USUAL, expected, shapeOf } from '../core/matrix/planner.ts';
import { denseMultiplier, sparseMultiplier } from '../core/matrix/processor.ts';
import type { GpuMultiplier } from './gpu/multiplier.ts';

/** ms on the processor from which a product is worth looking for a GPU, and from which it waits until there is one. */
const WORTH_LOOKING = 200, WORTH_WAITING = 5_000;

export interface MultiplyingOptions {
  /** null: there is none here */
  readonly gpu: () => GpuMultiplier | null;
  /** what products cost here, found out or remembered; without, what is usual */
  readonly costs?: () => Promise<ProcessorCosts>;
  /** lets whoever else waits for this thread go first */
  readonly turn: () => Promise<void>;
  /** ms */
  readonly now: () => number;
}

export class Multiplying implements Multiply {
  readonly #options: MultiplyingOptions;
  readonly #sparse: Multiplier; readonly #dense: Multiplier;
  #costs = USUAL;
  #gpu: PlannerOptions['gpu'] = null;
  #gpuName = '';
  #noGpu = 'a GPU was not looked for';
  #looking: Promise<void> | null = null;
  #isMeasured = false;

  constructor(options: MultiplyingOptions) {
    this.#options = options;
    this.#sparse = sparseMultiplier(options.turn);
    this.#dense = denseMultiplier(options.turn);
  }

  times(a: Matrix, b: Matrix, stop?: Stop): Promise<Done<Dense>> { return this.#do(a, b, (planner) => planner.times(a, b, stop)); }

  gram(a: Matrix, stop?: Stop): Promise<Done<Triangle>> { return this.#do(a, null, (planner) => planner.gram(a, stop)); }

  async #do<T>(a: Matrix, b: Matrix | null, work: (planner: Planner) => Promise<Done<T>>): Promise<Done<T>> {
    const { ms } = expected(shapeOf(a, b), this.#costs, null)[0]!, isWorth = ms >= WORTH_LOOKING;
    if (isWorth) this.#looking ??= this.#open();
    if (ms >= WORTH_WAITING) await this.#looking;
    const done = await work(new Planner({ sparse: this.#sparse, dense: this.#dense, costs: this.#costs, gpu: this.#gpu, noGpu: this.#noGpu, now: this.#options.now }));
    if (isWorth && !this.#isMeasured) {
      this.#isMeasured = true;
      void this.#measure();
    }
    return done.by === 'gpu' ? { ...done, why: `${done.why} (${this.#gpuName})` } : done;
  }

  async #measure(): Promise<void> {
    // what is usual will do where nothing can be found out
    this.#costs = await this.#options.costs?.().catch(() => USUAL) ?? USUAL;
  }

  async #open(): Promise<void> {
    this.#noGpu = 'a GPU was still being opened';
    try {
      const multiplier = this.#options.gpu();
      if (multiplier === null) { this.#noGpu = 'there is no GPU here'; return; }
      const { adapter, kernel, ...costs } = await multiplier.open();
      this.#gpu = { multiplier, costs };
      this.#gpuName = `${adapter.description || adapter.vendor || 'an unnamed adapter'}, ${kernel}`;
    } catch (error) {
      // what is no loss is a fault of ours, and yet the processor can do what was asked
      this.#noGpu = error instanceof Lost ? error.message.replace(/\.$/, '') : `a GPU could not be used: ${(error as Error).message}`;
    }
  }
}
