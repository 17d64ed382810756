// A set that holds, made heavier step by step: iterated local search with closures. Putting an item in brings all it requires and takes out all that conflicts; since
// what requires one of a hard pair conflicts with the other, too, what an item takes out is what it conflicts with itself, and both weights are kept up to date for every item.
//
// After Nogueira, Pinheiro and Subramanian 2018 (ω-1 and 1-2 exchanges for weighted independent sets) and Andrade, Resende and Werneck 2012 (small disturbances, taken back where
// they lose). Chance is a generator of its own, so that equal parts give equal sets.
import { contains } from './adjacent.ts';
import type { Part } from './part.ts';

/** Losses as large as this share of what an item in weighs in the mean are kept as often as not, where the best is as far. */
const LOSS = 0.1;

export class Improving {
  readonly #part: Part;
  readonly #in: Uint8Array;
  /** weight of what would come with an item: of what it requires, itself included, and is not in */
  readonly #comes: Float64Array;
  /** that, less the weight of what would leave for it: of those in that it conflicts with */
  readonly #gain: Float64Array;
  /** of each item two numbers: how many in it conflicts with; and all of those, joined by exclusive or: where there is one, it */
  readonly #tight: Int32Array;
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
  readonly #epsilon: number;
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
    this.#gain = this.#comes.slice();
    this.#tight = new Int32Array(2 * n);
    this.#isListed = new Uint8Array(n);
    this.#out = Int32Array.from({ length: n }, (_, i) => i);
    this.#placeOut = this.#out.slice();
    this.#outs = n;
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
      if (this.#in[item] === 0 && this.#tight[2 * item] === 0) this.#force(item, true);
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

  /** square of a share of what an item in weighs in the mean: small, for where weights differ most moves lose far less than the mean, and all of them kept leads away from the best */
  get #unit(): number { return Math.max(this.#epsilon, (LOSS * this.weight / Math.max(1, this.#part.count - this.#outs)) ** 2); }

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

  /** Of four tried, the one that loses least: one that meets twenty of those in would turn over much of the set, and lose. */
  #pick(among: Int32Array | null): number {
    let chosen = -1;
    for (let k = 0; k < 4; k++) {
      const item = among === null ? this.#out[this.#chance(Math.max(1, this.#outs))]! : among[this.#chance(among.length)]!;
      if (this.#in[item] === 0 && (chosen < 0 || this.#gain[item]! > this.#gain[chosen]!)) chosen = item;
    }
    return chosen;
  }

  /** What it requires is in, what it conflicts with is not. */
  #put(item: number): void {
    const weight = this.#part.weights[item]!, hard = this.#part.hard[item]!, above = this.#part.above[item]!, gain = this.#gain, tight = this.#tight;
    this.#in[item] = 1;
    this.weight += weight;
    this.#done.push(item + 1);
    this.#work += hard.length;
    const last = this.#out[--this.#outs]!, place = this.#placeOut[item]!;
    this.#out[place] = last;
    this.#placeOut[last] = place;
    for (let k = 0; k < hard.length; k++) {
      const other = hard[k]!;
      gain[other]! -= weight;
      tight[2 * other]!++;
      tight[2 * other + 1]! ^= item;
    }
    this.#list(item);
    for (let k = 0; k < above.length; k++) { const upper = above[k]!; this.#comes[upper]! -= weight; gain[upper]! -= weight; }
    if (this.#lacking.length === 0) return;
    for (const g of this.#escapeOf[item]!) this.#escaped[g]!++;
    for (const g of this.#memberOf[item]!) if (--this.#lacking[g]! === 0 && this.#escaped[g] === 0) this.#alarms.push(g);
  }

  /** What requires it is out already, or goes next. */
  #take(item: number): void {
    const weight = this.#part.weights[item]!, hard = this.#part.hard[item]!, above = this.#part.above[item]!, gain = this.#gain, tight = this.#tight, epsilon = this.#epsilon;
    this.#in[item] = 0;
    this.weight -= weight;
    this.#done.push(-item - 1);
    this.#work += hard.length;
    this.#placeOut[item] = this.#outs;
    this.#out[this.#outs++] = item;
    for (let k = 0; k < above.length; k++) { const upper = above[k]!; this.#comes[upper]! += weight; gain[upper]! += weight; }
    // the gain of what is in is 0: all it requires is in, nothing it conflicts with is
    for (let k = 0; k < hard.length; k++) {
      const other = hard[k]!, left = tight[2 * other]! - 1, who = tight[2 * other + 1]! ^ item;
      tight[2 * other] = left;
      tight[2 * other + 1] = who;
      const gained = left === 0 ? this.#comes[other]! : gain[other]! + weight;
      gain[other] = gained;
      if (left === 1) this.#list(who);
      if (gained > epsilon) this.#queue.push(other);
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

  /** In it comes, whatever leaves. `gently`: back it goes where a guard would be violated. */
  #force(item: number, gently: boolean): void {
    const { below } = this.#part, hard = this.#part.hard[item]!, from = this.#done.length;
    for (let k = 0; this.#tight[2 * item]! > 0; k++) if (this.#in[hard[k]!] === 1) this.#take(hard[k]!);
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
      while ((item = this.#queue.pop()) !== undefined) if (this.#in[item] === 0 && this.#gain[item]! > this.#epsilon) this.#attempt(item);
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
    const { hard, weights, above } = this.#part, tight = this.#tight, single: number[] = [];
    for (let one: number | undefined; (one = this.#pairable.pop()) !== undefined;) {
      this.#isListed[one] = 0;
      const weight = weights[one]!;
      if (this.#in[one] === 0 || above[one]!.some((upper) => upper !== one && this.#in[upper] === 1)) continue;
      single.length = 0;
      const near = hard[one]!;
      for (let k = 0; k < near.length; k++) if (tight[2 * near[k]!] === 1) single.push(near[k]!);
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
