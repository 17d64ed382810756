// What is likely to be asked next: a Markov chain of order 2 over the steps that lead from one request to the next ("next file", "first
// file" …), not over the requests, so that it knows a list nobody has opened yet. Where one stands is what kind of thing one looks at, which
// step led there, whether its list goes on, and the same of the one before. A step comes true if what it leads to is the very next request,
// or asked beside that: what comes later is offered again before it comes, and what is put off costs nothing where it does not come at all.
// What has not been seen much in one place is taken from a wider one, and that from how most people go; each person unlearns what they
// do not do. Pure.

/** Something that could be asked. `step`: how it lies to what was asked last; `request`: its name. */
export interface Possible { readonly step: string; readonly request: string }

/** Contexts remembered; all are forgotten when there are more, which takes more kinds of steps than there are. */
const MOST_CONTEXTS = 4096;
/** How often something must have been seen to count as much as what was thought before. */
const WEIGHT = 8;
/** Counts are halved beyond this, so that habits may change. */
const OLD = 256;
/** Before anything was seen. */
const FIRST: ReadonlyMap<string, number> = new Map([
  ['first file', 0.8], ['next file', 0.4], ['next change', 0.15], ['why next', 0.15], ['import', 0.15], ['next conflict', 0.1], ['joining', 0.05],
]);
const OTHER = 0.02;
/** The step to the next of the same list. */
const ON = 'next file';

interface Seen { offered: number; came: number }
/** Offered in this place, and not asked for yet. */
interface Open { readonly request: string; readonly contexts: readonly string[] }

export class Predictor {
  readonly #seen = new Map<string, Seen>();
  /** offered with what was asked last, and with the one before it: what is asked beside the last one may still be of those */
  #open: Open[] = [];
  #passing: Open[] = [];
  #offers: readonly Possible[] = [];
  #before = '';
  #method = '';
  #last = '';

  /** Something was asked. `method`: what kind of thing it is. */
  asked(request: string, method: string): void {
    for (const { contexts } of this.#passing) this.#count(contexts, 0);
    this.#passing = this.#open;
    this.#open = [];
    this.askedBeside(request);
    this.#before = `${this.#method} ${this.#last}`;
    this.#method = method;
    this.#last = this.#offers.find((offer) => offer.request === request)?.step ?? '';
    this.#offers = [];
  }

  /** Something was asked together with what was asked last. */
  askedBeside(request: string): void {
    this.#passing = this.#passing.filter((open) => {
      if (open.request !== request) return true;
      this.#count(open.contexts, 1);
      return false;
    });
  }

  /** What could come after what was asked last, where there was time to think of it. */
  offered(offers: readonly Possible[]): void {
    this.#offers = offers;
    this.#open = offers.map(({ step, request }) => ({ request, contexts: this.#contextsOf(step) }));
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

  /** The wider first. */
  #contextsOf(step: string): readonly string[] {
    const end = this.#offers.some((offer) => offer.step === ON) ? '' : ' at the end', there = `${this.#last}${end}>${step}`;
    return [`${this.#method}${end}>${step}`, `${this.#method} ${there}`, `${this.#before}|${this.#method} ${there}`];
  }

  #count(contexts: readonly string[], came: number): void {
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
