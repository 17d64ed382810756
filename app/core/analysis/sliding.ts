// The times of the last so many seconds, one second in and one out: what levels and profiles are read from. Holds each second as the few
// buckets that it used, so that a minute of a busy operation is some kilobytes.
import { BUCKETS, Histogram } from '../histogram.ts';

interface Second { readonly buckets: Uint32Array; readonly sum: number; readonly max: number }
const EMPTY: Second = { buckets: new Uint32Array(0), sum: 0, max: 0 };

export class SlidingTimes {
  readonly #seconds: Second[];
  readonly #all = new Histogram();
  #at = 0;
  /** seconds in which anything was recorded */
  #used = 0;

  constructor(seconds: number) { this.#seconds = Array.from({ length: seconds }, () => EMPTY); }

  /** The next second; null where nothing was recorded in it. */
  push(times: Histogram | null): void {
    const all = this.#all, isEmpty = times === null || times.count === 0;
    if (isEmpty && this.#used === 0) return;
    const old = this.#seconds[this.#at]!;
    for (let i = 0; i < old.buckets.length; i += 2) {
      all.buckets[old.buckets[i]!]! -= old.buckets[i + 1]!;
      all.count -= old.buckets[i + 1]!;
    }
    const next = isEmpty ? EMPTY : secondOf(times);
    this.#used += (isEmpty ? 0 : 1) - (old === EMPTY ? 0 : 1);
    for (let i = 0; i < next.buckets.length; i += 2) all.put(next.buckets[i]!, next.buckets[i + 1]!);
    all.count += times?.count ?? 0;
    this.#seconds[this.#at] = next;
    this.#at = (this.#at + 1) % this.#seconds.length;
    // the sum anew, not by differences: those of millions of seconds would leave something behind
    all.sum = all.max = 0;
    for (const { sum, max } of this.#seconds) {
      all.sum += sum;
      if (max > all.max) all.max = max;
    }
    if (all.count === 0) { all.first = BUCKETS; all.last = -1; }
    while (all.first < all.last && all.buckets[all.first] === 0) all.first++;
    while (all.last > all.first && all.buckets[all.last] === 0) all.last--;
  }

  /** Of all its seconds; changes with the next `push`. */
  get times(): Histogram { return this.#all; }
}

function secondOf(times: Histogram): Second {
  let used = 0;
  for (let bucket = times.first; bucket <= times.last; bucket++) if (times.buckets[bucket] !== 0) used++;
  const buckets = new Uint32Array(2 * used);
  for (let bucket = times.first, i = 0; bucket <= times.last; bucket++) {
    if (times.buckets[bucket] === 0) continue;
    buckets[i++] = bucket;
    buckets[i++] = times.buckets[bucket]!;
  }
  return { buckets, sum: times.sum, max: times.max };
}
