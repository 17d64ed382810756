// Whether a device that failed is asked again: after a failure it rests, in vain twice as long each time; then one job tries it. Of the
// service's breakers (main/service/pools) only the rule, for a worker knows no cockatiel and has one dependency.
import { Lost } from '../../core/matrix/model.ts';

/** ms of the first rest, and of the longest */
const REST = 5_000, LONGEST = 300_000;

export class Breaker {
  readonly #now: () => number;
  #failures = 0;
  #until = 0;
  #why = '';

  /** `now`: ms, from whatever beginning */
  constructor(now: () => number) { this.#now = now; }

  get state(): 'closed' | 'open' | 'half-open' { return this.#failures === 0 ? 'closed' : this.#now() < this.#until ? 'open' : 'half-open'; }

  /** Throws Lost `resting` while it is open. */
  admit(): void {
    if (this.state === 'open') throw new Lost('resting', `The GPU is left alone for ${Math.ceil((this.#until - this.#now()) / 1000)} s more: ${this.#why}`);
  }

  succeeded(): void { this.#failures = 0; }

  failed(why: string): void {
    this.#until = this.#now() + Math.min(LONGEST, REST * 2 ** this.#failures++);
    this.#why = why;
  }
}
