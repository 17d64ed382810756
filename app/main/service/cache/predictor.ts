// What is likely to be asked next: a Markov chain of order 2 over the steps that lead from one request to the next ("next file", "first
// file" …), not over the requests, so that it knows a list nobody has opened yet. Falls back to order 1 where it has seen too little. Pure.

/** Contexts remembered; all are forgotten when there are more, which takes more kinds of steps than there are. */
const MOST_CONTEXTS = 4096;
/** Times a context must have been seen before it is believed. */
const ENOUGH = 3;
/** Counts are halved beyond this, so that habits may change. */
const OLD = 256;

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

  /** the step that was taken last */
  get last(): string { return this.#last; }

  /** How likely a step is now, 0 to 1. */
  likely(name: string): number { return this.after(this.#before, this.#last, name); }

  /** How likely it is after these two. */
  after(before: string, last: string, name: string): number {
    for (const context of [`${before}|${last}`, last]) {
      const seen = this.#contexts.get(context);
      if (seen !== undefined && seen.total >= ENOUGH) return (seen.next.get(name) ?? 0) / seen.total;
    }
    return 0;
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
