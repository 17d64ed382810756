// By when a request is to be answered: as it says, else as its method has it. One timer looks after all that have a deadline, and none
// runs where nothing is asked. What is done about one that passes is the session's.
import type { Method } from '../../contract/methods.ts';

/** Milliseconds. What only reads is given up sooner than what changes something: of that one wants to know what became of it. */
const READ = 2_000, CHANGE = 10_000;
/** Shown with its progress and a Cancel instead: it may take as long as it takes. */
const OPEN = Number.POSITIVE_INFINITY;

const within: Readonly<Partial<Record<Method, number>>> = {
  import: OPEN, writeBranch: OPEN, undo: CHANGE, redo: CHANGE, fsck: OPEN, load: OPEN, history: OPEN, collaborate: OPEN, suggest: OPEN, live: OPEN,
  returnTo: CHANGE, branchOff: OPEN, keepRecipe: CHANGE, dropRecipe: CHANGE, applyRecipe: CHANGE,
  compose: CHANGE, keepOpen: CHANGE, decide: OPEN, add: CHANGE, remove: CHANGE,
  // texts come from the repository, and a first composition may read much of it
  snapshot: CHANGE, preview: CHANGE, whyNot: CHANGE, composedFile: CHANGE, acuFile: CHANGE, conflictFile: CHANGE, openConflicts: CHANGE, toDecide: CHANGE, decidedFile: CHANGE,
  provenance: CHANGE, acuHistory: CHANGE, symbols: CHANGE, compareRecipes: CHANGE, comparedFile: CHANGE,
  // an engine of then is built where none is held
  moment: CHANGE, compareMoments: OPEN,
};
/** Milliseconds in which a request of this method is to be answered where it does not say otherwise. */
export function deadlineOf(method: Method): number { return within[method] ?? READ; }

/** How finely deadlines are looked after, in milliseconds. */
const EVERY = 25;

interface Watched { readonly deadline: number; readonly expire: () => void }

export class Deadlines {
  readonly #now: () => number;
  readonly #watched = new Set<Watched>();
  #timer: NodeJS.Timeout | null = null;

  /** `now`: milliseconds, monotonic. */
  constructor(now: () => number = () => performance.now()) { this.#now = now; }

  now(): number { return this.#now(); }

  /** Calls `expire` once `deadline` has passed, unless what this answers was called before. */
  watch(deadline: number, expire: () => void): () => void {
    if (deadline === OPEN) return () => {};
    const one = { deadline, expire };
    this.#watched.add(one);
    this.#timer ??= setInterval(() => this.look(), EVERY).unref();
    return () => { this.#watched.delete(one); };
  }

  /** What the timer does. */
  look(): void {
    if (this.#watched.size === 0 && this.#timer !== null) {
      clearInterval(this.#timer);
      this.#timer = null;
    }
    const now = this.#now();
    for (const one of this.#watched) {
      if (one.deadline > now) continue;
      this.#watched.delete(one);
      one.expire();
    }
  }
}
