// What every client of a workspace hears without asking. Progress and the like go out at once. What only shows the newest state (queue, epoch,
// composition) goes out at once, too, while telling is cheap; where there are many clients or many changes it waits, and the newest stands
// for those before it, so that telling takes a tenth of the time at most.
import type { Push } from '../../contract/methods.ts';

/** Pushes of which the newest says all: made when they go out. */
type Latest = 'queue' | 'state';

/** Of the time since it was last told, one part in so many may go into telling. */
const SHARE = 9;
/** Nobody waits longer than this for the newest state, in milliseconds. */
const LONGEST = 250;
/** Below this, in milliseconds, telling costs nothing worth waiting for. */
const CHEAP = 0.5;
/** With more clients than these what telling costs is mostly theirs: they are told ten times a second. Milliseconds. */
const CROWD = 8, CROWD_EVERY = 100;

export class Telling {
  readonly #listeners = new Set<(push: Push) => void>();
  readonly #now: () => number;
  readonly #pending = new Map<Latest, () => readonly Push[]>();
  #timer: NodeJS.Timeout | null = null;
  /** what the last rounds cost, in milliseconds: the least of them counts, for any may have been interrupted */
  readonly #costs = [0, 0, 0];
  #round = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(now: () => number = () => performance.now()) { this.#now = now; }

  get isHeard(): boolean { return this.#listeners.size > 0; }

  subscribe(listener: (push: Push) => void): () => void {
    this.#listeners.add(listener);
    return () => { this.#listeners.delete(listener); };
  }

  now(push: Push): void { for (const listener of [...this.#listeners]) listener(push); }

  /** `make`: what is to be said when it goes out; called once, and not at all if something newer of its kind comes first. */
  latest(kind: Latest, make: () => readonly Push[]): void {
    this.#pending.set(kind, make);
    if (this.#timer !== null) return;
    const cost = Math.min(...this.#costs), apart = Math.max(cost < CHEAP ? 0 : Math.min(LONGEST, SHARE * cost), this.#listeners.size > CROWD ? CROWD_EVERY : 0);
    const wait = apart === 0 ? 0 : this.#toldAt + apart - this.#now();
    if (wait <= 0) this.flush();
    else this.#timer = setTimeout(() => { this.#timer = null; this.flush(); }, wait).unref();
  }

  /** Says now what waits. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const start = this.#now();
    const makers = [...this.#pending.values()];
    this.#pending.clear();
    for (const make of makers) for (const push of make()) this.now(push);
    this.#toldAt = this.#now();
    this.#costs[this.#round++ % this.#costs.length] = this.#toldAt - start;
  }
}
