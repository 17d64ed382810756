// What is likely to be asked next: a Markov chain of order 2 over the steps that lead from one request to the next ("next file", "first
// file" …), not over the requests, so that it knows a list nobody has opened yet. What it has not seen much of it takes from order 1, and
// that from how most people go down a list; each new one unlearns what is not so with them. Pure.

/** Contexts remembered; all are forgotten when there are more, which takes more kinds of steps than there are. */
const MOST_CONTEXTS = 4096;
/** How often something must have been seen to count as much as what was thought before. */
const WEIGHT = 4;
/** Counts are halved beyond this, so that habits may change. */
const OLD = 256;
/** Before anything was seen. */
const FIRST: ReadonlyMap<string, number> = new Map([['first file', 0.6], ['next file', 0.5], ['next change', 0.4], ['import', 0.2]]);
const OTHER = 0.05;

interface Seen { total: number; readonly next: Map<string, number> }

export class Predictor {
  readonly #contexts = new Map<string, Seen>();
  #before = '';
  #last = '';

  /** One step was taken. */
  step(name: string): void {
    this.#count(`${this.#before}|${this.#last}`, name);
    this.#count(this.#last, name);
    this.#before = this.#last;
    this.#last = name;
  }

  /** How likely a step is now, 0 to 1. */
  likely(name: string): number {
    let likely = FIRST.get(name) ?? OTHER;
    for (const context of [this.#last, `${this.#before}|${this.#last}`]) {
      const seen = this.#contexts.get(context);
      if (seen !== undefined) likely = ((seen.next.get(name) ?? 0) + WEIGHT * likely) / (seen.total + WEIGHT);
    }
    return likely;
  }

  #count(context: string, name: string): void {
    let seen = this.#contexts.get(context);
    if (seen === undefined) {
      if (this.#contexts.size >= MOST_CONTEXTS) this.#contexts.clear();
      this.#contexts.set(context, seen = { total: 0, next: new Map() });
    }
    seen.total++;
    seen.next.set(name, (seen.next.get(name) ?? 0) + 1);
    if (seen.total < OLD) return;
    seen.total = 0;
    for (const [step, n] of seen.next) {
      const half = n >> 1;
      if (half === 0) seen.next.delete(step); else seen.next.set(step, half);
      seen.total += half;
    }
  }
}
