// The decided pairs of the tables (decided.ts) by pair: what was merged, in place of what the sweep finds.
import { afterPair } from '../decided.ts';
import { conflictKinds } from '../model.ts';
import type { Tables } from '../tables.ts';
import type { PlaceConflict } from './places.ts';

export class Answers {
  readonly #decided: Int32Array;
  readonly #reasons: readonly string[];
  /** offsets of pairs, ascending by (a, b) */
  readonly #pairs: Int32Array;

  constructor({ decided, reasons }: Pick<Tables, 'decided' | 'reasons'>) {
    this.#decided = decided;
    this.#reasons = reasons;
    let count = 0, sorted = true;
    for (let pair = 0, last = -1, over = -1; pair < decided.length; pair = afterPair(decided, pair)) {
      const a = decided[pair]!, b = decided[pair + 1]!;
      if (a < last || (a === last && b < over)) sorted = false;
      last = a;
      over = b;
      count++;
    }
    this.#pairs = new Int32Array(count);
    for (let pair = 0, i = 0; pair < decided.length; pair = afterPair(decided, pair)) this.#pairs[i++] = pair;
    if (!sorted) this.#pairs.sort((x, y) => decided[x]! - decided[y]! || decided[x + 1]! - decided[y + 1]!);
  }

  /** `places` < 0: there is no verdict. */
  each(visit: (a: number, b: number, places: number) => void): void {
    for (const pair of this.#pairs) visit(this.#decided[pair]!, this.#decided[pair + 1]!, this.#decided[pair + 2]!);
  }

  /** a < b; below 0: the pair is the sweep's to answer. */
  #find(a: number, b: number): number {
    const d = this.#decided;
    let low = 0, high = this.#pairs.length;
    while (low < high) {
      const mid = (low + high) >>> 1, pair = this.#pairs[mid]!;
      if (d[pair]! < a || (d[pair] === a && d[pair + 1]! < b)) low = mid + 1; else high = mid;
    }
    const pair = this.#pairs[low];
    return pair !== undefined && d[pair] === a && d[pair + 1] === b ? pair : -1;
  }

  places(a: number, b: number): PlaceConflict[] | null {
    const pair = this.#find(a, b), d = this.#decided;
    if (pair < 0) return null;
    const out: PlaceConflict[] = [];
    for (let at = pair + 3; at < afterPair(d, pair); at += 3 + d[at + 2]!) {
      out.push({ path: d[at]!, kind: conflictKinds[d[at + 1]!]!, regions: d.slice(at + 3, at + 3 + d[at + 2]!) });
    }
    return out;
  }

  reason(a: number, b: number): string | null {
    const pair = this.#find(a, b);
    return pair < 0 || this.#decided[pair + 2]! >= 0 ? null : this.#reasons[~this.#decided[pair + 2]!]!;
  }
}
