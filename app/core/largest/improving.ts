// A set that holds, made heavier step by step: iterated local search with closures. Putting an item in brings all it requires and takes out all that conflicts; since
// what requires one of a hard pair conflicts with the other, too, what an item takes out is what it conflicts with itself, and both weights are kept up to date for every item.
//
// After Nogueira, Pinheiro and Subramanian 2018 (ω-1 and 1-2 exchanges for weighted independent sets) and Andrade, Resende and Werneck 2012 (small disturbances, taken back where
// they lose). Chance is a generator of its own, so that equal parts give equal sets.
import { contains } from './adjacent.ts';
import type { Part } from './part.ts';

export class Improving {
  readonly #part: Part;
  readonly #in: Uint8Array;
  /** weight of what would come with an item: of what it requires, itself included, and is not in */
  readonly #comes: Float64Array;
  /** weight and number of what would leave for it: of those in that it conflicts with */
  readonly #leaves: Float64Array;
  readonly #tight: Int32Array;
  /** all of those, joined by exclusive or: where there is one, it */
  readonly #who: Int32Array;
  /** of each item the guards it is a member, or an escape, of; none where there are no guards */
  readonly #memberOf: readonly (readonly number[])[];
  readonly #escapeOf: readonly (readonly number[])[];
  /** of each guard: members that are not in, escapes that are */
  readonly #lacking: Int32Array;
  readonly #escaped: Int32Array;
  /** guards that came to be violated, if they still are */
  readonly #alarms: number[] = [];
  /** one of each must be in */
  readonly #demands: readonly Int32Array[];
  /** items whose gain may have risen */
  readonly #queue: number[] = [];
  /** items in, in place of which two may fit */
  readonly #pairable: number[] = [];
  readonly #isListed: Uint8Array;
  /** what was done: an item + 1, below 0 if it was taken out */
  readonly #done: number[] = [];
  readonly #out: Int32Array;
  readonly #placeOut: Int32Array;
  #outs = 0;
  readonly #since: Int32Array;
  readonly #epsilon: number;
  #moves = 0;
  /** numbers gone through by putting in and taking out */
  #work = 0;
  #seed = 0x2545f491;
  weight = 0;
  best: Uint8Array;
  /** -Infinity: none that holds was found */
  bestWeight = -Infinity;

  constructor(part: Part) {
    const n = part.count;
    this.#part = part;
    this.#in = new Uint8Array(n);
    this.#comes = Float64Array.from(part.below, (list) => list.reduce((sum, item) => sum + part.weights[item]!, 0));
    this.#leaves = new Float64Array(n);
    this.#tight = new Int32Array(n);
    this.#who = new Int32Array(n);
    this.#isListed = new Uint8Array(n);
    this.#out = Int32Array.from({ length: n }, (_, i) => i);
    this.#placeOut = this.#out.slice();
    this.#outs = n;
    this.#since = new Int32Array(n);
    this.#epsilon = 1e-9 * Math.max(1, part.weights.reduce((a, b) => Math.max(a, b), 0));
    this.best = this.#in.slice();
    const lists = (): number[][] => Array.from({ length: part.guards.length === 0 ? 0 : n }, () => []), memberOf = lists(), escapeOf = lists();
    part.guards.forEach(({ members, escapes }, g) => { for (const m of members) memberOf[m]!.push(g); for (const e of escapes) escapeOf[e]!.push(g); });
    this.#memberOf = memberOf;
    this.#escapeOf = escapeOf;
    this.#lacking = Int32Array.from(part.guards, ({ members }) => members.length);
    this.#escaped = new Int32Array(part.guards.length);
    this.#demands = part.guards.filter(({ members }) => members.length === 0).map(({ escapes }) => escapes);
  }

  /** Starts from items taken in this order where they fit. */
  from(order: ArrayLike<number>): void {
    for (let i = 0; i < this.#part.count; i++) if (this.#in[i] === 1) this.#take(i);
    this.#done.length = 0;
    for (let k = 0; k < order.length; k++) {
      const item = order[k]!;
      if (this.#in[item] === 0 && this.#tight[item] === 0) this.#force(item, true);
    }
    for (const escapes of this.#demands) if (!escapes.some((e) => this.#in[e] === 1)) this.#force(escapes[0]!, false);
    this.#done.length = 0;
    this.#climb();
    this.#keep();
  }

  /**
   * So many disturbances, each followed by a climb, and taken back where it lost; fewer where `work` is done before, in numbers gone through: where items conflict with hundreds,
   * a disturbance costs a hundred times as much. `among`: the items worth trying.
   */
  run(moves: number, work: number, among: Int32Array | null = null): void {
    if (this.#outs === 0 || this.#part.count < 2) return;
    const enough = this.#work + work;
    for (let move = 0; move < moves && this.#work < enough; move++) {
      const before = this.weight;
      this.#done.length = 0;
      this.#moves++;
      for (let k = this.#chance(2 * this.#part.count) < 3 ? 1 + this.#chance(3) : 1; k > 0; k--) {
        const item = this.#pick(among);
        if (item >= 0) this.#force(item, false);
      }
      this.#climb();
      if (this.weight > this.bestWeight + this.#epsilon) this.#keep();
      // ever less is lost the further it is from the best
      else if (this.weight < before - this.#epsilon && this.#chance(1 << 20) * (1 + (before - this.weight) * (this.bestWeight - this.weight) / this.#unit) > 1 << 20) this.#undo();
    }
  }

  /** square of what an item in weighs */
  get #unit(): number { return Math.max(this.#epsilon, (this.weight / Math.max(1, this.#part.count - this.#outs)) ** 2); }

  #keep(): void {
    if (this.weight <= this.bestWeight || this.#demands.some((escapes) => !escapes.some((e) => this.#in[e] === 1))) return;
    this.bestWeight = this.weight;
    this.best.set(this.#in);
  }

  #undo(): void {
    this.#unwind(0);
    this.#queue.length = 0;
  }

  /** xorshift32 (Marsaglia 2003). */
  #chance(below: number): number {
    let s = this.#seed;
    s ^= s << 13; s ^= s >>> 17; s ^= s << 5;
    this.#seed = s;
    return (s >>> 0) % below;
  }

  /** Of four that are not in, the one that is out for longest. */
  #pick(among: Int32Array | null): number {
    let chosen = -1;
    for (let k = 0; k < 4; k++) {
      const item = among === null ? this.#out[this.#chance(Math.max(1, this.#outs))]! : among[this.#chance(among.length)]!;
      if (this.#in[item] === 0 && (chosen < 0 || this.#since[item]! < this.#since[chosen]!)) chosen = item;
    }
    return chosen;
  }

  /** What it requires is in, what it conflicts with is not. */
  #put(item: number): void {
    const weight = this.#part.weights[item]!;
    this.#in[item] = 1;
    this.weight += weight;
    this.#done.push(item + 1);
    this.#work += this.#part.hard[item]!.length;
    const last = this.#out[--this.#outs]!, place = this.#placeOut[item]!;
    this.#out[place] = last;
    this.#placeOut[last] = place;
    for (const other of this.#part.hard[item]!) { this.#leaves[other]! += weight; this.#tight[other]!++; this.#who[other]! ^= item; }
    this.#list(item);
    for (const upper of this.#part.above[item]!) this.#comes[upper]! -= weight;
    if (this.#lacking.length === 0) return;
    for (const g of this.#escapeOf[item]!) this.#escaped[g]!++;
    for (const g of this.#memberOf[item]!) if (--this.#lacking[g]! === 0 && this.#escaped[g] === 0) this.#alarms.push(g);
  }

  /** What requires it is out already, or goes next. */
  #take(item: number): void {
    const weight = this.#part.weights[item]!;
    this.#in[item] = 0;
    this.weight -= weight;
    this.#since[item] = this.#moves;
    this.#done.push(-item - 1);
    this.#work += this.#part.hard[item]!.length;
    this.#placeOut[item] = this.#outs;
    this.#out[this.#outs++] = item;
    for (const upper of this.#part.above[item]!) this.#comes[upper]! += weight;
    for (const other of this.#part.hard[item]!) {
      this.#leaves[other]! -= weight;
      const who = this.#who[other]! ^= item, tight = --this.#tight[other]!;
      if (tight === 0) this.#leaves[other] = 0;
      else if (tight === 1) this.#list(who);
      if (this.#in[other] === 0 && this.#gain(other) > this.#epsilon) this.#queue.push(other);
    }
    if (this.#lacking.length === 0) return;
    for (const g of this.#memberOf[item]!) this.#lacking[g]!++;
    for (const g of this.#escapeOf[item]!) if (--this.#escaped[g]! === 0 && this.#lacking[g] === 0) this.#alarms.push(g);
  }

  #list(item: number): void {
    if (this.#isListed[item] === 1) return;
    this.#isListed[item] = 1;
    this.#pairable.push(item);
  }

  #gain(item: number): number { return this.#comes[item]! - this.#leaves[item]!; }

  /** In it comes, whatever leaves. `gently`: back it goes where a guard would be violated. */
  #force(item: number, gently: boolean): void {
    const { hard, below } = this.#part, from = this.#done.length;
    if (this.#tight[item]! > 0) for (const other of hard[item]!) if (this.#in[other] === 1) this.#take(other);
    for (const lower of below[item]!) if (this.#in[lower] === 0) this.#put(lower);
    if (this.#alarms.length > 0) this.#guard(item, from, gently);
  }

  /** Where a guard is violated by what was done since, the lightest of its members leaves that `item` does not require. */
  #guard(item: number, from: number, gently: boolean): void {
    const { guards, above, below, weights } = this.#part;
    for (let g: number | undefined; (g = this.#alarms.pop()) !== undefined;) {
      const { members } = guards[g]!;
      if (this.#lacking[g]! > 0 || this.#escaped[g]! > 0 || members.length === 0) continue;
      let out = -1, least = Infinity;
      for (const member of members) {
        if (below[item]!.includes(member)) continue;
        let loss = 0;
        for (const upper of above[member]!) if (this.#in[upper] === 1) loss += weights[upper]!;
        if (loss < least) { least = loss; out = member; }
      }
      // without a member to leave, the item is refused by itself: it cannot come without what would stand on it
      if (gently || out < 0) { this.#unwind(from); return; }
      for (const upper of above[out]!) if (this.#in[upper] === 1) this.#take(upper);
    }
  }

  #unwind(to: number): void {
    while (this.#done.length > to) {
      const one = this.#done.pop()!;
      if (one > 0) this.#take(one - 1); else this.#put(-one - 1);
      this.#done.pop();
    }
    // what held before holds again
    this.#alarms.length = 0;
  }

  /** Until no item gains by coming in, and no two for one. */
  #climb(): void {
    for (;;) {
      let item: number | undefined;
      while ((item = this.#queue.pop()) !== undefined) if (this.#in[item] === 0 && this.#gain(item) > this.#epsilon) this.#attempt(item);
      if (!this.#twoForOne()) return;
    }
  }

  #attempt(item: number): void {
    const before = this.weight, from = this.#done.length, queued = this.#queue.length;
    this.#force(item, false);
    if (this.weight > before + this.#epsilon) return;
    // guards took more than it brought: as if it had not been tried
    this.#unwind(from);
    this.#queue.length = queued;
  }

  /** Two that fit in place of one: of the items that may have come to be such a one. */
  #twoForOne(): boolean {
    const { hard, weights, above } = this.#part, single: number[] = [];
    for (let one: number | undefined; (one = this.#pairable.pop()) !== undefined;) {
      this.#isListed[one] = 0;
      const weight = weights[one]!;
      if (this.#in[one] === 0 || above[one]!.some((upper) => upper !== one && this.#in[upper] === 1)) continue;
      single.length = 0;
      for (const other of hard[one]!) if (this.#tight[other] === 1) single.push(other);
      if (single.length < 2) continue;
      single.sort((a, b) => this.#comes[b]! - this.#comes[a]! || a - b);
      const most = this.#comes[single[0]!]!;
      for (let i = 0; i + 1 < single.length && this.#comes[single[i]!]! + most > weight + this.#epsilon; i++) {
        const x = single[i]!;
        for (let j = i + 1; j < single.length; j++) {
          const y = single[j]!;
          if (this.#comes[x]! + this.#comes[y]! <= weight + this.#epsilon) break;
          if (contains(hard[x]!, y)) continue;
          const before = this.weight, from = this.#done.length;
          this.#force(x, false);
          if (this.#in[y] === 0) this.#force(y, false);
          if (this.weight > before + this.#epsilon) return true;
          this.#unwind(from);
          return false;
        }
      }
    }
    return false;
  }
}
