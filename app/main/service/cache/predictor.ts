// What is likely to be asked soon: a Markov chain of order 2 over the steps that lead from one request to the next ("next file", "first
// file" …), not over the requests, so that it knows a list nobody has opened yet. A step comes true if what it leads to is asked within
// PATIENCE requests, not only if it is the very next: whoever reads the files of a change goes on to the next change, but not at once. What
// has not been seen much after two steps is taken from one, and that from how most people go; each person unlearns what they do not do. Pure.

/** Something that could be asked. `step`: how it lies to what was asked last; `request`: its name. */
export interface Possible { readonly step: string; readonly request: string }

/** What is not asked for within so many requests was not likely. */
export const PATIENCE = 12;
/** Contexts remembered; all are forgotten when there are more, which takes more kinds of steps than there are. */
const MOST_CONTEXTS = 4096;
/** How often something must have been seen to count as much as what was thought before. */
const WEIGHT = 4;
/** Counts are halved beyond this, so that habits may change. */
const OLD = 256;
/** Before anything was seen. */
const FIRST: ReadonlyMap<string, number> = new Map([
  ['first file', 0.7], ['next file', 0.5], ['next change', 0.5], ['change after the next', 0.25], ['import', 0.2], ['next conflict', 0.2], ['joining', 0.15], ['conflict 1', 0.15],
]);
const OTHER = 0.05;

interface Seen { offered: number; came: number }
/** Offered after these steps, and neither asked for nor given up. */
interface Open { readonly request: string; readonly contexts: readonly string[]; readonly at: number }

export class Predictor {
  readonly #seen = new Map<string, Seen>();
  /** the oldest first */
  #open: Open[] = [];
  #offers: readonly Possible[] = [];
  #requests = 0;
  #before = '';
  #last = '';

  /** Something was asked. `method`: what kind of step it is where nothing that was offered led to it. */
  asked(request: string, method: string): void {
    this.#requests++;
    this.#judge(request);
    this.#before = this.#last;
    this.#last = this.#offers.find((offer) => offer.request === request)?.step ?? method;
    this.#offers = [];
  }

  /** What could come after what was asked last, where there was time to think of it. */
  offered(offers: readonly Possible[]): void {
    this.#offers = offers;
    for (const { step, request: name } of offers) this.#open.push({ request: name, contexts: this.#contextsOf(step), at: this.#requests });
  }

  /** How likely a step is now, 0 to 1. */
  likely(step: string): number {
    let likely = FIRST.get(step) ?? OTHER;
    for (const context of this.#contextsOf(step)) {
      const seen = this.#seen.get(context);
      if (seen !== undefined) likely = (seen.came + WEIGHT * likely) / (seen.offered + WEIGHT);
    }
    return likely;
  }

  #contextsOf(step: string): readonly string[] { return [`${this.#last}>${step}`, `${this.#before}|${this.#last}>${step}`]; }

  #judge(request: string): void {
    this.#open = this.#open.filter((open) => {
      const came = open.request === request;
      if (!came && this.#requests - open.at < PATIENCE) return true;
      this.#count(open, came ? 1 : 0);
      return false;
    });
  }

  #count({ contexts }: Open, came: number): void {
    for (const context of contexts) {
      let seen = this.#seen.get(context);
      if (seen === undefined) {
        if (this.#seen.size >= MOST_CONTEXTS) this.#seen.clear();
        this.#seen.set(context, seen = { offered: 0, came: 0 });
      }
      seen.offered++;
      seen.came += came;
      if (seen.offered < OLD) continue;
      seen.offered /= 2;
      seen.came /= 2;
    }
  }
}
