// The search for a largest composition off the service's thread. It is one long computation that lets no message in, so what it found so far, and
// whether to go on, stand in memory that both threads see.
import { largest } from '../core/largest/largest.ts';
import type { Largest, Problem } from '../core/largest/model.ts';

/** What both threads see of one search. Each figure is written whole; two of them may be of different moments. */
export class SearchBoard {
  readonly shared: SharedArrayBuffer;
  readonly #stop: Int32Array;
  /** weight and bound so far */
  readonly #best: Float64Array;

  constructor(shared?: SharedArrayBuffer) {
    this.shared = shared ?? new SharedArrayBuffer(24);
    this.#best = new Float64Array(this.shared, 0, 2);
    this.#stop = new Int32Array(this.shared, 16, 1);
    if (shared === undefined) this.#best.set([0, Infinity]);
  }

  stop(): void { Atomics.store(this.#stop, 0, 1); }
  get isStopped(): boolean { return Atomics.load(this.#stop, 0) === 1; }
  tell(weight: number, bound: number): void { this.#best[0] = weight; this.#best[1] = bound; }
  get weight(): number { return this.#best[0]!; }
  /** infinite until there is one */
  get bound(): number { return this.#best[1]!; }
}

/** `ms`: how long it was searched, without what a thread takes to start. */
export type Searched = Largest & { readonly ms: number };

export class LargestSearcher {
  ping(): void {}

  /** The best set found within `budget` milliseconds, or until the board says stop. */
  search(problem: Problem, budget: number, shared: SharedArrayBuffer): Searched {
    return searched(problem, budget, new SearchBoard(shared));
  }
}

/** The same in this thread. */
export function searched(problem: Problem, budget: number, board: SearchBoard): Searched {
  const began = performance.now();
  const found = largest(problem, () => !board.isStopped && performance.now() - began < budget, (weight, bound) => board.tell(weight, bound));
  return { ...found, ms: performance.now() - began };
}
