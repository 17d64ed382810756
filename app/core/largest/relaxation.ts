// The linear relaxation of a part: any item may be chosen by a fraction, no clique by more than one. Solved to first order, so that it can be stopped after any
// step: whatever the prices, what they say none exceeds is true. Rows are cliques, found where the fractions break them, what is required, and guards.
//
// Primal-dual hybrid gradient with diagonal steps (Pock, Chambolle 2011) and restarts from the average (Applegate et al. 2021, PDLP); cliques are separated
// greedily by fraction, as integer programming does for set packing.
import { Adjacent, contains } from './adjacent.ts';
import type { Part } from './part.ts';

/** Rows that were no more than this short of being full count as cut off. */
const VIOLATED = 1.02;
/** Steps after which it is looked at how far it came; the first restart, twice as many at each after. */
const LOOK = 50;

/** `items`: the numbers that a part's items have in what it was cut out of. */
export interface Heritage { readonly relaxation: Relaxation; readonly items: Int32Array }

export class Relaxation {
  readonly #part: Part;
  /** cliques, one after the other; then what has other coefficients */
  #first = new Int32Array(1024);
  #items = new Int32Array(8192);
  #rows = 0;
  readonly #known = new Set<number>();
  #neighbours: Neighbours | null = null;
  #price = new Float64Array(1024);
  #priceSum = new Float64Array(1024);
  readonly #other: readonly { readonly items: Int32Array; readonly signs: Int8Array; readonly room: number }[];
  readonly #otherPrice: Float64Array;
  readonly #otherSum: Float64Array;
  /** of each item: rows that it is in */
  readonly #degree: Int32Array;
  readonly #x: Float64Array;
  readonly #ahead: Float64Array;
  readonly #xSum: Float64Array;
  readonly #paid: Float64Array;
  readonly #left: Float64Array;
  #summed = 0;
  #restartAfter = LOOK;
  readonly #omega: number;
  /** no set of the part weighs more */
  bound: number;
  /** of each item, at the prices that gave the bound: what choosing it (above 0) or leaving it out (below 0) does not cost the bound */
  readonly reduced: Float64Array;

  /** `from`: of what the part was cut out of, whose cliques and prices it takes over. */
  constructor(part: Part, from: Heritage | null = null) {
    const n = part.count;
    this.#part = part;
    this.#other = [...precedences(part), ...guardRows(part)];
    this.#otherPrice = new Float64Array(this.#other.length);
    this.#otherSum = new Float64Array(this.#other.length);
    this.#degree = new Int32Array(n);
    for (const { items } of this.#other) for (const i of items) this.#degree[i]!++;
    this.#x = new Float64Array(n);
    this.#ahead = new Float64Array(n);
    this.#xSum = new Float64Array(n);
    this.#paid = new Float64Array(n);
    this.#left = new Float64Array(n);
    this.reduced = Float64Array.from(part.weights);
    this.bound = part.weights.reduce((sum, w) => sum + Math.max(0, w), 0);
    this.#omega = 0.3 * Math.max(this.bound / n, 1e-12);
    if (from !== null) this.#inherit(from);
  }

  #inherit({ relaxation, items }: Heritage): void {
    const numbers = new Int32Array(relaxation.#x.length).fill(-1);
    items.forEach((item, i) => { numbers[item] = i; this.#x[i] = relaxation.#x[item]!; });
    for (let r = 0; r < relaxation.#rows; r++) {
      const clique: number[] = [];
      for (let k = relaxation.#first[r]!; k < relaxation.#first[r + 1]!; k++) { const number = numbers[relaxation.#items[k]!]!; if (number >= 0) clique.push(number); }
      if (clique.length > 1 && this.#append(clique)) this.#price[this.#rows - 1] = relaxation.#price[r]!;
    }
    this.#restart();
    this.#look();
  }

  get rows(): number { return this.#rows; }
  /** numbers that a step goes through */
  get size(): number { return this.#first[this.#rows]! + 2 * this.#other.length + this.#part.count; }
  /** of each item, how much of it the relaxation takes: not exact, but near */
  get fractions(): Float64Array { return this.#x; }

  /** Steps of a multiple of 50. */
  run(steps: number): void {
    for (let done = 0; done < steps; done += LOOK) {
      for (let k = 0; k < LOOK; k++) this.#step();
      this.#look();
    }
  }

  #step(): void {
    const x = this.#x, ahead = this.#ahead, paid = this.#paid, degree = this.#degree, { weights, count } = this.#part, omega = this.#omega;
    for (let v = 0; v < count; v++) {
      const moved = x[v]! + (weights[v]! - paid[v]!) / (omega * Math.max(1, degree[v]!));
      const to = moved < 0 ? 0 : moved > 1 ? 1 : moved;
      ahead[v] = 2 * to - x[v]!;
      x[v] = to;
      this.#xSum[v]! += to;
    }
    paid.fill(0);
    const items = this.#items, first = this.#first, prices = this.#price, sums = this.#priceSum;
    for (let r = 0; r < this.#rows; r++) {
      const from = first[r]!, to = first[r + 1]!;
      let over = -1;
      for (let k = from; k < to; k++) over += ahead[items[k]!]!;
      const price = prices[r]! + omega * over / (to - from);
      if (price <= 0) { prices[r] = 0; continue; }
      prices[r] = price;
      sums[r]! += price;
      for (let k = from; k < to; k++) paid[items[k]!]! += price;
    }
    for (let r = 0; r < this.#other.length; r++) {
      const { items: of, signs, room } = this.#other[r]!;
      let over = -room;
      for (let k = 0; k < of.length; k++) over += signs[k]! * ahead[of[k]!]!;
      const price = this.#otherPrice[r]! + omega * over / of.length;
      this.#otherPrice[r] = Math.max(0, price);
      if (price <= 0) continue;
      this.#otherSum[r]! += price;
      for (let k = 0; k < of.length; k++) paid[of[k]!]! += signs[k]! * price;
    }
    this.#summed++;
  }

  /** The bound of the prices as they are and of their average, and a restart from the better one now and then. */
  #look(): void {
    const last = this.#priced(this.#price, this.#otherPrice, 1), mean = this.#summed === 0 ? last : this.#priced(this.#priceSum, this.#otherSum, 1 / this.#summed);
    if (this.#summed < this.#restartAfter) return;
    if (mean < last) {
      for (let r = 0; r < this.#rows; r++) this.#price[r] = this.#priceSum[r]! / this.#summed;
      for (let r = 0; r < this.#other.length; r++) this.#otherPrice[r] = this.#otherSum[r]! / this.#summed;
      for (let v = 0; v < this.#part.count; v++) this.#x[v] = this.#xSum[v]! / this.#summed;
    }
    this.#restart();
    this.#restartAfter = Math.min(800, 2 * this.#restartAfter);
  }

  #restart(): void {
    this.#summed = 0;
    this.#priceSum.fill(0);
    this.#otherSum.fill(0);
    this.#xSum.fill(0);
    this.#pay(this.#paid, this.#price, this.#otherPrice, 1);
  }

  /** What each item pays for the rows it is in; answers what the rows get. */
  #pay(paid: Float64Array, prices: Float64Array, otherPrices: Float64Array, scale: number): number {
    let sum = 0;
    paid.fill(0);
    for (let r = 0; r < this.#rows; r++) {
      const price = prices[r]! * scale;
      if (price === 0) continue;
      sum += price;
      for (let k = this.#first[r]!; k < this.#first[r + 1]!; k++) paid[this.#items[k]!]! += price;
    }
    for (let r = 0; r < this.#other.length; r++) {
      const price = otherPrices[r]! * scale, { items, signs, room } = this.#other[r]!;
      if (price === 0) continue;
      sum += price * room;
      for (let k = 0; k < items.length; k++) paid[items[k]!]! += signs[k]! * price;
    }
    return sum;
  }

  #priced(prices: Float64Array, otherPrices: Float64Array, scale: number): number {
    const { weights, count } = this.#part, left = this.#left;
    let bound = this.#pay(left, prices, otherPrices, scale);
    for (let v = 0; v < count; v++) {
      left[v] = weights[v]! - left[v]!;
      if (left[v]! > 0) bound += left[v]!;
    }
    if (bound < this.bound) { this.bound = bound; this.reduced.set(left); }
    return bound;
  }

  /**
   * To begin with, a weighted clique cover and its prices: the lightest item first, in as large a clique as can be made, at the price of what is left of the item; what is left of the
   * others is less by as much. The bound is then the cover's.
   */
  cover(): void {
    const { weights, count } = this.#part, { lists, adjacent } = this.#neighbours ??= neighboursOf(this.#part), rest = Float64Array.from(weights), clique: number[] = [];
    const order = Int32Array.from({ length: count }, (_, i) => i).sort((a, b) => weights[a]! - weights[b]! || lists[a]!.length - lists[b]!.length || a - b);
    for (const item of order) {
      const price = rest[item]!;
      if (price <= 0 || lists[item]!.length === 0) continue;
      clique.length = 0;
      clique.push(item);
      grow(clique, lists[item]!.filter((other) => rest[other]! > 0), adjacent);
      for (const one of clique) rest[one]! -= price;
      if (this.#append(clique)) this.#price[this.#rows - 1] = price;
    }
    this.#restart();
    this.#look();
  }

  /** Adds cliques of which more than one is taken, at most one for each item that is in any. */
  separate(): number {
    const x = this.#x, before = this.#rows, { lists, adjacent } = this.#neighbours ??= neighboursOf(this.#part), clique: number[] = [], near: number[] = [];
    const place = new Int32Array(x.length).fill(-1), places = new Int32Array(x.length), taken = Int32Array.from(x.keys().filter((v) => x[v]! >= 0.01 && lists[v]!.length > 0)).sort((a, b) => x[b]! - x[a]! || a - b);
    taken.forEach((v, k) => { place[v] = k; });
    for (const v of taken) {
      const own = lists[v]!;
      let sum = x[v]!, n = 0;
      for (let k = 0; k < own.length; k++) { const at = place[own[k]!]!; if (at >= 0) { places[n++] = at; sum += x[own[k]!]!; } }
      if (sum < VIOLATED) continue;
      near.length = 0;
      for (const at of places.subarray(0, n).sort()) near.push(taken[at]!);
      clique.length = 0;
      clique.push(v);
      grow(clique, near, adjacent);
      sum = 0;
      for (const one of clique) sum += x[one]!;
      if (sum < VIOLATED) continue;
      // as large as it can be made, items with more conflicts first
      const fewest = clique.reduce((a, b) => (lists[b]!.length < lists[a]!.length ? b : a));
      grow(clique, lists[fewest]!.filter((u) => clique.every((one) => adjacent.has(one, u))), adjacent);
      this.#append(clique);
    }
    if (this.#rows > before) { this.#restart(); this.#restartAfter = LOOK; }
    return this.#rows - before;
  }

  #append(clique: readonly number[]): boolean {
    // two cliques of one sum would be one row: that costs nothing but a row
    const sum = clique.reduce((total, item) => total + spread(item), 0);
    if (this.#known.has(sum)) return false;
    this.#known.add(sum);
    if (this.#rows + 2 > this.#first.length) {
      this.#first = longer(this.#first, new Int32Array(2 * this.#first.length));
      this.#price = longer(this.#price, new Float64Array(2 * this.#price.length));
      this.#priceSum = longer(this.#priceSum, new Float64Array(2 * this.#priceSum.length));
    }
    let at = this.#first[this.#rows]!;
    while (at + clique.length > this.#items.length) this.#items = longer(this.#items, new Int32Array(2 * this.#items.length));
    for (const item of clique) { this.#items[at++] = item; this.#degree[item]!++; }
    this.#first[++this.#rows] = at;
    return true;
  }
}

interface Neighbours {
  /** of each item what it conflicts with, items with more conflicts first */
  readonly lists: readonly Int32Array[];
  readonly adjacent: Adjacent;
}

function neighboursOf({ hard, count }: Part): Neighbours {
  const order = Array.from({ length: count }, (_, i) => i).sort((a, b) => hard[b]!.length - hard[a]!.length || a - b);
  const lists = hard.map((list) => new Int32Array(list.length)), next = new Int32Array(count);
  for (const item of order) for (const other of hard[item]!) lists[other]![next[other]!++] = item;
  return { lists, adjacent: new Adjacent(hard) };
}

/** Adds to a clique the first of `near`, all of which conflict with all of it, then the next that conflicts with that one, too, and so on. */
function grow(clique: number[], near: ArrayLike<number>, adjacent: Adjacent): void {
  const from = clique.length;
  for (let k = 0; k < near.length; k++) {
    const item = near[k]!;
    let fits = true;
    for (let j = from; fits && j < clique.length; j++) fits = adjacent.has(clique[j]!, item);
    if (fits) clique.push(item);
  }
}

/** Of 32 bits, so that sums of few of them tell sets apart. */
function spread(item: number): number {
  let z = Math.imul(item + 1, 0x9e3779b1);
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

function longer<T extends Int32Array | Float64Array>(short: T, long: T): T {
  long.set(short);
  return long;
}

/** What an item requires directly it does not exceed. */
function* precedences({ count, below }: Part): Iterable<{ items: Int32Array; signs: Int8Array; room: number }> {
  const reached = new Int32Array(count).fill(-1);
  for (let v = 0; v < count; v++) {
    if (below[v]!.length === 1) continue;
    // those with most below first: what none of them reaches is required directly
    for (const lower of Array.from(below[v]!).sort((a, b) => below[b]!.length - below[a]!.length)) {
      if (lower === v || reached[lower] === v) continue;
      for (const further of below[lower]!) reached[further] = v;
      yield { items: Int32Array.of(v, lower), signs: Int8Array.of(1, -1), room: 0 };
    }
  }
}

/** Guards; an escape that conflicts with a member helps nobody: where it is chosen that member is not. */
function* guardRows({ guards, hard }: Part): Iterable<{ items: Int32Array; signs: Int8Array; room: number }> {
  for (const { members, escapes } of guards) {
    const useful = escapes.filter((e) => !members.some((m) => m === e || contains(hard[m]!, e)));
    yield { items: Int32Array.of(...members, ...useful), signs: Int8Array.from([...members.map(() => 1), ...Array.from(useful, () => -1)]), room: members.length - 1 };
  }
}
