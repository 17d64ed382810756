// The slow, obvious twins of the largest composition: every set that holds, by the definition alone, and the fewest that leave for an item.
import type { Problem } from '../app/core/largest/model.ts';

/** Sets as bits: at most 30 items. */
export class Sets {
  readonly #count: number;
  readonly #requires: Int32Array;
  readonly #conflicts: Int32Array;
  readonly #barred: number;
  readonly #refused: readonly number[];
  readonly #weights: Float64Array;

  constructor({ count, weights, requires, conflicts, barred, refused }: Problem) {
    this.#count = count;
    this.#weights = weights;
    this.#requires = Int32Array.from(requires, (list) => list.reduce((mask, i) => mask | 1 << i, 0));
    this.#conflicts = new Int32Array(count);
    for (let i = 0; i < conflicts.length; i += 2) {
      const a = conflicts[i]!, b = conflicts[i + 1]!;
      this.#conflicts[a]! |= 1 << b;
      this.#conflicts[b]! |= 1 << a;
    }
    this.#barred = barred.reduce((mask, i) => mask | 1 << i, 0);
    this.#refused = refused.map((set) => set.reduce((mask, i) => mask | 1 << i, 0)).filter((mask) => mask !== 0);
  }

  /** By the definition: closed, nothing barred, no two tops conflict, no refused set whole among the tops. */
  holds(set: number): boolean {
    if ((set & this.#barred) !== 0) return false;
    let required = 0;
    for (let i = 0; i < this.#count; i++) if ((set & 1 << i) !== 0) required |= this.#requires[i]!;
    if ((required & ~set) !== 0) return false;
    const tops = set & ~required;
    for (let i = 0; i < this.#count; i++) if ((tops & 1 << i) !== 0 && (tops & this.#conflicts[i]!) !== 0) return false;
    return this.#refused.every((mask) => (tops & mask) !== mask);
  }

  weight(set: number): number {
    let sum = 0;
    for (let i = 0; i < this.#count; i++) if ((set & 1 << i) !== 0) sum += this.#weights[i]!;
    return sum;
  }

  /** Of the heaviest set that holds: every set there is. */
  plainly(): number {
    let most = 0;
    for (let set = 0; set < 2 ** this.#count; set++) if (this.holds(set)) most = Math.max(most, this.weight(set));
    return most;
  }

  /**
   * The same by deciding uppers first, so that it is known of each chosen item whether it is a top: sets in which two tops conflict already are
   * not gone on with, and nothing else is left out.
   */
  heaviest(): number {
    const order = this.#uppersFirst(), weights = this.#weights, requires = this.#requires, conflicts = this.#conflicts;
    let most = 0;
    const decide = (at: number, required: number, tops: number, weight: number): void => {
      if (at === order.length) {
        if (weight > most && this.#refused.every((mask) => (tops & mask) !== mask)) most = weight;
        return;
      }
      const i = order[at]!, bit = 1 << i, isNeeded = (required & bit) !== 0;
      if ((this.#barred & bit) === 0) {
        if (isNeeded) decide(at + 1, required | requires[i]!, tops, weight + weights[i]!);
        else if ((conflicts[i]! & tops) === 0) decide(at + 1, required | requires[i]!, tops | bit, weight + weights[i]!);
      }
      if (!isNeeded) decide(at + 1, required, tops, weight);
    };
    decide(0, 0, 0, 0);
    return most;
  }

  #uppersFirst(): number[] {
    const order: number[] = [], isDone = new Uint8Array(this.#count);
    const visit = (i: number): void => {
      if (isDone[i] === 1) return;
      isDone[i] = 1;
      for (let u = 0; u < this.#count; u++) if ((this.#requires[u]! & 1 << i) !== 0) visit(u);
      order.push(i);
    };
    for (let i = 0; i < this.#count; i++) visit(i);
    return order;
  }

  closure(item: number): number {
    let set = 1 << item;
    for (let before = 0; before !== set;) {
      before = set;
      for (let i = 0; i < this.#count; i++) if ((set & 1 << i) !== 0) set |= this.#requires[i]!;
    }
    return set;
  }

  /** The fewest of `chosen` that leave so that the rest and `item` with all it requires hold, and the least they weigh together; null: there is no way. */
  fewest(chosen: number, item: number): { readonly count: number; readonly weight: number } | null {
    const comes = this.closure(item), may = chosen & ~comes;
    let best: { count: number; weight: number } | null = null;
    // every subset of what may leave
    for (let out = may; ; out = (out - 1) & may) {
      const count = ones(out);
      if ((best === null || count <= best.count) && this.holds((chosen & ~out) | comes)) {
        const weight = this.weight(out);
        if (best === null || count < best.count || weight < best.weight) best = { count, weight };
      }
      if (out === 0) return best;
    }
  }
}

function ones(mask: number): number {
  let count = 0;
  for (let left = mask; left !== 0; left &= left - 1) count++;
  return count;
}

export const maskOf = (items: ArrayLike<number>): number => Array.from(items).reduce((mask, i) => mask | 1 << i, 0);
