// The linear relaxation of a part: any item may be chosen by a fraction, no clique by more than one. Solved to first order, so that it can be stopped after any
// step: whatever the prices, what they say none exceeds is true. Rows are cliques, found where the fractions break them, what is required, and guards.
//
// Primal-dual hybrid gradient with diagonal steps (Pock, Chambolle 2011) and restarts from the average (Applegate et al. 2021, PDLP); cliques are separated
// greedily by fraction, as integer programming does for set packing. Steps are taken among the rows and items that matter at the time, and so are longer as well as quicker:
// how far one goes is how few it is shared by. What was left aside is looked at after every 50, and counts for every bound.
import { Adjacent, contains } from './adjacent.ts';
import type { Part } from './part.ts';

/** Rows that were no more than this short of being full count as cut off. */
const VIOLATED = 1.02;
/** Rows without a price that are further from being full than this are left aside. */
const SLACK = 0.02;
/** An item that costs more than it brings by this share of what an item brings in the mean, and is not taken, is left aside. */
const DEAR = 0.1;
/** Steps after which it is looked at how far it came; the first restart, twice as many at each after. */
const LOOK = 50;
/** A step of a price beside one of a fraction, in mean weights. */
const OMEGA = 0.6;

/** `items`: the numbers that a part's items have in what it was cut out of. */
export interface Heritage { readonly relaxation: Relaxation; readonly items: Int32Array }

export class Relaxation {
  readonly #part: Part;
  /** rows, one after the other: items that count for, up to `mid`, then those that count against; no more than `room` */
  #first = new Int32Array(1024);
  #mid = new Int32Array(1024);
  #room = new Int32Array(1024);
  #price = new Float64Array(1024);
  #priceSum = new Float64Array(1024);
  #items = new Int32Array(8192);
  #rows = 0;
  readonly #known = new Set<number>();
  #adjacent: Adjacent | null = null;
  readonly #isGuarded: Uint8Array;
  readonly #x: Float64Array;
  readonly #xSum: Float64Array;
  readonly #left: Float64Array;
  #summed = 0;
  #restartAfter = LOOK;
  /** what an item brings in the mean */
  readonly #mean: number;
  /** no set of the part weighs more */
  bound: number;
  /** of each item, at the prices that gave the bound: what choosing it (above 0) or leaving it out (below 0) does not cost the bound */
  readonly reduced: Float64Array;

  /** `from`: of what the part was cut out of, whose cliques and prices it takes over. */
  constructor(part: Part, from: Heritage | null = null) {
    const n = part.count;
    this.#part = part;
    this.#isGuarded = new Uint8Array(part.guards.length);
    this.#x = new Float64Array(n);
    this.#xSum = new Float64Array(n);
    this.#left = new Float64Array(n);
    this.reduced = Float64Array.from(part.weights);
    this.bound = part.weights.reduce((sum, w) => sum + Math.max(0, w), 0);
    this.#mean = Math.max(this.bound / n, 1e-12);
    if (from === null) this.#cover(); else this.#inherit(from);
    for (const [upper, lower] of precedences(part)) this.#add([upper], [lower], 0);
    this.#restart();
    this.#look();
  }

  #inherit({ relaxation, items }: Heritage): void {
    const numbers = new Int32Array(relaxation.#x.length).fill(-1);
    items.forEach((item, i) => { numbers[item] = i; this.#x[i] = relaxation.#x[item]!; });
    for (let r = 0; r < relaxation.#rows; r++) {
      if (relaxation.#room[r] !== 1 || relaxation.#mid[r] !== relaxation.#first[r + 1]) continue;
      const clique: number[] = [];
      for (let k = relaxation.#first[r]!; k < relaxation.#first[r + 1]!; k++) { const number = numbers[relaxation.#items[k]!]!; if (number >= 0) clique.push(number); }
      if (clique.length > 1 && this.#append(clique)) this.#price[this.#rows - 1] = relaxation.#price[r]!;
    }
    if (this.#rows === 0) this.#cover();
  }

  /** numbers in all rows */
  get size(): number { return this.#first[this.#rows]! + this.#part.count; }
  /** of each item, how much of it the relaxation takes: not exact, but near */
  get fractions(): Float64Array { return this.#x; }

  /** Steps of a multiple of 50. */
  run(steps: number): void {
    for (let done = 0; done < steps; done += LOOK) {
      this.#steps();
      this.#look();
    }
  }

  /** As many steps as are taken between two looks, among the rows that have a price or are all but full, and the items that are taken or all but worth it. */
  #steps(): void {
    const { weights, count } = this.#part, paid = this.#left, omega = OMEGA * this.#mean, dear = DEAR * this.#mean, number = new Int32Array(count).fill(-1), columns = new Int32Array(count);
    const first = this.#first, mid = this.#mid, items = this.#items, fractions = this.#x, prices = this.#price;
    this.#pay(paid, prices, 1);
    let n = 0, m = 0, length = 0;
    for (let v = 0; v < count; v++) if (fractions[v]! > 0 || paid[v]! - weights[v]! < dear) { number[v] = n; columns[n++] = v; }
    const degree = new Int32Array(n), rows = new Int32Array(this.#rows), starts = new Int32Array(this.#rows + 1), middles = new Int32Array(this.#rows), at = new Int32Array(first[this.#rows]!);
    for (let r = 0; r < this.#rows; r++) {
      const from = first[r]!, middle = mid[r]!, to = first[r + 1]!;
      if (prices[r] === 0) {
        let sum = SLACK - this.#room[r]!;
        for (let k = from; k < middle; k++) sum += fractions[items[k]!]!;
        for (let k = middle; k < to; k++) sum -= fractions[items[k]!]!;
        if (sum < 0) continue;
      }
      for (let k = from; k < to; k++) {
        if (k === middle) middles[m] = length;
        const column = number[items[k]!]!;
        if (column >= 0) { at[length++] = column; degree[column]!++; }
      }
      if (middle === to) middles[m] = length;
      if (length === starts[m]) continue;
      rows[m++] = r;
      starts[m] = length;
    }
    const of = <T extends Float64Array | Int32Array>(from: T, numbers: Int32Array, length: number): Float64Array => { const out = new Float64Array(length); for (let k = 0; k < length; k++) out[k] = from[numbers[k]!]!; return out; };
    const some: Some = {
      x: of(fractions, columns, n), xSum: new Float64Array(n), ahead: new Float64Array(n), paid: of(paid, columns, n), worth: of(weights, columns, n), pace: new Float64Array(n),
      price: of(prices, rows, m), priceSum: new Float64Array(m), room: of(this.#room, rows, m), starts, middles, at, rise: new Float64Array(m),
    };
    for (let v = 0; v < n; v++) some.pace[v] = 1 / (omega * Math.max(1, degree[v]!));
    for (let r = 0; r < m; r++) some.rise[r] = omega / (starts[r + 1]! - starts[r]!);
    for (let k = 0; k < LOOK; k++) step(some);
    for (let v = 0; v < n; v++) { fractions[columns[v]!] = some.x[v]!; this.#xSum[columns[v]!]! += some.xSum[v]!; }
    for (let r = 0; r < m; r++) { prices[rows[r]!] = some.price[r]!; this.#priceSum[rows[r]!]! += some.priceSum[r]!; }
    this.#summed += LOOK;
  }

  /** The bound of the prices as they are and of their average, and a restart from the better one now and then. */
  #look(): void {
    const last = this.#priced(this.#price, 1), mean = this.#summed === 0 ? last : this.#priced(this.#priceSum, 1 / this.#summed);
    if (this.#summed < this.#restartAfter) return;
    if (mean < last) {
      for (let r = 0; r < this.#rows; r++) this.#price[r] = this.#priceSum[r]! / this.#summed;
      for (let v = 0; v < this.#part.count; v++) this.#x[v] = this.#xSum[v]! / this.#summed;
    }
    this.#restart();
    this.#restartAfter = Math.min(800, 2 * this.#restartAfter);
  }

  #restart(): void {
    this.#summed = 0;
    this.#priceSum.fill(0);
    this.#xSum.fill(0);
  }

  /** What each item pays for the rows it is in; answers what the rows get. */
  #pay(paid: Float64Array, prices: Float64Array, scale: number): number {
    const items = this.#items, first = this.#first, mid = this.#mid;
    let sum = 0;
    paid.fill(0);
    for (let r = 0; r < this.#rows; r++) {
      const price = prices[r]! * scale, middle = mid[r]!, to = first[r + 1]!;
      if (price === 0) continue;
      sum += price * this.#room[r]!;
      for (let k = first[r]!; k < middle; k++) paid[items[k]!]! += price;
      for (let k = middle; k < to; k++) paid[items[k]!]! -= price;
    }
    return sum;
  }

  #priced(prices: Float64Array, scale: number): number {
    const { weights, count } = this.#part, left = this.#left;
    let bound = this.#pay(left, prices, scale);
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
  #cover(): void {
    const { weights, count, hard: lists } = this.#part, adjacent = this.#adjacent ??= new Adjacent(lists), rest = Float64Array.from(weights), clique: number[] = [];
    const order = Int32Array.from({ length: count }, (_, i) => i).sort((a, b) => weights[a]! - weights[b]! || lists[a]!.length - lists[b]!.length || a - b);
    for (const item of order) {
      const price = rest[item]!;
      if (price <= 0 || lists[item]!.length === 0) continue;
      clique.length = 0;
      clique.push(item);
      adjacent.grow(clique, lists[item]!.filter((other) => rest[other]! > 0));
      for (const one of clique) rest[one]! -= price;
      if (this.#append(clique)) this.#price[this.#rows - 1] = price;
    }
  }

  /** Adds cliques of which more than one is taken, at most one for each item that is in any, and guards that are not kept. Answers how many rows. */
  separate(): number {
    const x = this.#x, before = this.#rows, { hard: lists } = this.#part, adjacent = this.#adjacent ??= new Adjacent(lists), clique: number[] = [];
    const taken = Int32Array.from(x.keys().filter((v) => x[v]! >= 0.01 && lists[v]!.length > 0)).sort((a, b) => x[b]! - x[a]! || a - b), { first, last, at } = among(taken, lists);
    for (let k = 0; k < taken.length; k++) {
      const near = at.subarray(first[k], last[k]), v = taken[k]!;
      let sum = x[v]!;
      for (let j = 0; j < near.length; j++) sum += x[near[j]!]!;
      if (sum < VIOLATED) continue;
      clique.length = 0;
      clique.push(v);
      adjacent.grow(clique, near);
      sum = 0;
      for (const one of clique) sum += x[one]!;
      if (sum < VIOLATED) continue;
      // as large as it can be made, items with more conflicts first
      const fewest = clique.reduce((a, b) => (lists[b]!.length < lists[a]!.length ? b : a));
      adjacent.grow(clique, lists[fewest]!);
      this.#append(clique);
    }
    this.#separateGuards();
    if (this.#rows > before + x.length / 50) { this.#restart(); this.#restartAfter = LOOK; }
    return this.#rows - before;
  }

  /** An escape that conflicts with a member helps nobody: where it is chosen that member is not. */
  #separateGuards(): void {
    const { guards, hard } = this.#part, x = this.#x;
    guards.forEach(({ members, escapes }, g) => {
      let over = 2 - VIOLATED - members.length;
      for (const m of members) over += x[m]!;
      if (over <= 0 || this.#isGuarded[g] === 1) return;
      const useful = escapes.filter((e) => !members.some((m) => m === e || contains(hard[m]!, e)));
      for (const e of useful) over -= x[e]!;
      if (over <= 0) return;
      this.#isGuarded[g] = 1;
      this.#add(members, useful, members.length - 1);
    });
  }

  #append(clique: readonly number[]): boolean {
    // two cliques of one sum would be one row: that costs nothing but a row
    const sum = clique.reduce((total, item) => total + spread(item), 0);
    if (this.#known.has(sum)) return false;
    this.#known.add(sum);
    this.#add(clique, [], 1);
    return true;
  }

  #add(members: ArrayLike<number>, against: ArrayLike<number>, room: number): void {
    if (this.#rows + 2 > this.#first.length) {
      const length = 2 * this.#first.length;
      this.#first = longer(this.#first, new Int32Array(length));
      this.#mid = longer(this.#mid, new Int32Array(length));
      this.#room = longer(this.#room, new Int32Array(length));
      this.#price = longer(this.#price, new Float64Array(length));
      this.#priceSum = longer(this.#priceSum, new Float64Array(length));
    }
    const from = this.#first[this.#rows]!, mid = from + members.length, to = mid + against.length;
    while (to > this.#items.length) this.#items = longer(this.#items, new Int32Array(2 * this.#items.length));
    this.#items.set(members, from);
    this.#items.set(against, mid);
    this.#mid[this.#rows] = mid;
    this.#room[this.#rows] = room;
    this.#first[++this.#rows] = to;
  }
}

/** The rows and items that steps are taken among, by numbers of their own. */
interface Some {
  readonly x: Float64Array;
  readonly xSum: Float64Array;
  readonly ahead: Float64Array;
  readonly paid: Float64Array;
  readonly worth: Float64Array;
  /** how far an item goes for what it is worth more than it pays, and a price for what its row is over */
  readonly pace: Float64Array;
  readonly rise: Float64Array;
  readonly price: Float64Array;
  readonly priceSum: Float64Array;
  readonly room: Float64Array;
  readonly starts: Int32Array;
  readonly middles: Int32Array;
  readonly at: Int32Array;
}

function step({ x, xSum, ahead, paid, worth, pace, rise, price, priceSum, room, starts, middles, at }: Some): void {
  for (let v = 0; v < x.length; v++) {
    const moved = x[v]! + (worth[v]! - paid[v]!) * pace[v]!, to = moved < 0 ? 0 : moved > 1 ? 1 : moved;
    ahead[v] = 2 * to - x[v]!;
    x[v] = to;
    xSum[v]! += to;
  }
  paid.fill(0);
  for (let r = 0; r < price.length; r++) {
    const from = starts[r]!, middle = middles[r]!, to = starts[r + 1]!;
    let over = -room[r]!;
    for (let k = from; k < middle; k++) over += ahead[at[k]!]!;
    for (let k = middle; k < to; k++) over -= ahead[at[k]!]!;
    const next = price[r]! + rise[r]! * over;
    if (next <= 0) { price[r] = 0; continue; }
    price[r] = next;
    priceSum[r]! += next;
    for (let k = from; k < middle; k++) paid[at[k]!]! += next;
    for (let k = middle; k < to; k++) paid[at[k]!]! -= next;
  }
}

/** Of each of these items its neighbours among them, in the order of the items: at[first[k] … last[k]). */
function among(items: Int32Array, lists: readonly Int32Array[]): { readonly first: Int32Array; readonly last: Int32Array; readonly at: Int32Array } {
  const place = new Int32Array(lists.length).fill(-1), first = new Int32Array(items.length), last = new Int32Array(items.length);
  let room = 0;
  // at most what it has at all: counting first would take as long as this
  for (let k = 0; k < items.length; k++) { place[items[k]!] = k; first[k] = last[k] = room; room += lists[items[k]!]!.length; }
  const at = new Int32Array(room);
  for (let k = 0; k < items.length; k++) {
    const item = items[k]!, own = lists[item]!;
    for (let j = 0; j < own.length; j++) { const to = place[own[j]!]!; if (to >= 0) at[last[to]!++] = item; }
  }
  return { first, last, at };
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

/** Each item with what it requires directly. */
function* precedences({ count, below }: Part): Iterable<readonly [upper: number, lower: number]> {
  const reached = new Int32Array(count).fill(-1);
  for (let v = 0; v < count; v++) {
    if (below[v]!.length === 1) continue;
    // those with most below first: what none of them reaches is required directly
    for (const lower of Array.from(below[v]!).sort((a, b) => below[b]!.length - below[a]!.length)) {
      if (lower === v || reached[lower] === v) continue;
      for (const further of below[lower]!) reached[further] = v;
      yield [v, lower];
    }
  }
}
