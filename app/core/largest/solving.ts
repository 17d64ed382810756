// The heaviest set of a part, nearer with every slice of work: a set that holds from local search, a bound from the relaxation, and where these do not meet a decision
// on one item either way, what is left falling apart into parts of its own. Nothing here knows the time; who asks stops asking.
import { Improving } from './improving.ts';
import type { Going } from './model.ts';
import { type Cut, IN, OPEN, type Part, cut, open } from './part.ts';
import { type Heritage, Relaxation } from './relaxation.ts';
import { Partial, search, weightOf } from './search.ts';

/** Slices without progress after which the prices are to fix items; so often in vain, and one item is decided. */
const PATIENCE = 4;
/** The slice whose rough fractions give a set to those who stop soon. */
const ROUGH = 3;
/** Slices between two beginnings of local search; halfway between them it goes on from a dive. */
const DIVE = 32;
/** Of local search in a slice, twice, in numbers that all rows have. */
const WORK = 20;
/** Local search is spared items that cost the bound more than this share of the mean weight. */
const DEAR = 0.7;
/** A fraction above which the relaxation takes an item. */
const TAKEN = 0.02;
/** Numbers held in open parts, beyond which the deepest is gone on with, not the most promising. */
const MOST_HELD = 20_000_000;

/** What is common to all of one problem's parts. */
export interface Shared {
  /** every weight is a multiple of it; 0: not known of any */
  readonly unit: number;
  /** differences below are rounding */
  readonly epsilon: number;
  /** parts of at most so many items are searched to the end at once */
  readonly small: number;
  held: number;
}

/** Weights are sums of multiples of `unit`, so the bound is one, too. */
function rounded(bound: number, { unit, epsilon }: Shared): number { return unit > 0 ? Math.min(bound, unit * Math.floor((bound + epsilon) / unit)) : bound; }

/** Some items in for certain, and parts in which the rest is decided. */
export class Branch {
  readonly #fixed: readonly number[];
  readonly #offset: number;
  #most: number;
  #begun = 0;
  readonly #parts: readonly { readonly solving: Solving; readonly items: Int32Array }[];

  /** `heritage`: of the part, or of what it was cut out of with these items. `isReduced`: reducing what is left once more would find little. */
  constructor(part: Part, state: Uint8Array, shared: Shared, { bound = Infinity, heritage = null, isReduced = false }: { bound?: number; heritage?: Heritage | null; isReduced?: boolean } = {}) {
    this.#fixed = Array.from(state.keys()).filter((i) => state[i] === IN);
    this.#offset = this.#fixed.reduce((sum, i) => sum + part.weights[i]!, 0);
    const cuts: readonly Cut[] = cut(part, state).sort((x, y) => x.items.length - y.items.length);
    this.#parts = cuts.map(({ part: own, items }) => ({ items, solving: new Solving(own, shared, heritage === null ? null : { relaxation: heritage.relaxation, items: items.map((i) => heritage.items[i]!) }, isReduced) }));
    this.#most = bound;
  }

  get weight(): number { return this.#parts.reduce((sum, { solving }) => sum + solving.weight, this.#offset); }
  get bound(): number { return this.#most = Math.min(this.#most, this.#parts.reduce((sum, { solving }) => sum + solving.bound, this.#offset)); }

  /** Marks what is chosen. */
  choose(chosen: Uint8Array): void {
    for (const i of this.#fixed) chosen[i] = 1;
    for (const { solving, items } of this.#parts) items.forEach((item, k) => { chosen[item] = solving.chosen[k]!; });
  }

  /** A slice of work: the smallest part that was not begun, then where most is open. `target`: sets that are not heavier are of no use. */
  advance(target: number, going: Going): void {
    let most = 0, chosen = this.#parts[this.#begun]?.solving;
    if (chosen !== undefined) this.#begun++;
    else for (const { solving } of this.#parts) {
      const open = solving.bound - solving.weight;
      if (open > most) { most = open; chosen = solving; }
    }
    if (chosen === undefined) return;
    const solving = chosen;
    if (solving.bound <= solving.weight) return;
    solving.advance(target - (this.bound - solving.bound), going);
  }

  release(): void { for (const { solving } of this.#parts) solving.release(); }
}

class Solving {
  readonly #part: Part;
  readonly #shared: Shared;
  readonly #size: number;
  readonly #isReduced: boolean;
  #heritage: Heritage | null;
  #relaxation: Relaxation | null = null;
  /** local search among these items, when of all others it is decided */
  #improving: { readonly search: Improving; readonly items: Int32Array; readonly partial: Partial } | null = null;
  #branches: Branch[] | null = null;
  #slices = 0;
  /** rows that the last slice added */
  #added = Infinity;
  /** slices since it added few: before, the fractions are no guide */
  #settled = 0;
  #waited = 0;
  /** of the heaviest set found; -Infinity where none was */
  weight = -Infinity;
  bound: number;
  chosen: Uint8Array;

  constructor(part: Part, shared: Shared, heritage: Heritage | null, isReduced: boolean) {
    this.#part = part;
    this.#isReduced = isReduced;
    this.#heritage = heritage;
    this.#shared = shared;
    this.#size = part.hard.reduce((sum, list) => sum + list.length, part.count);
    this.chosen = new Uint8Array(part.count);
    this.bound = weightOf(part, this.chosen.fill(1));
    if (part.guards.length === 0 && part.hard.every((list) => list.length === 0)) this.weight = this.bound;
    else {
      this.chosen.fill(0);
      this.bound = Math.min(this.bound, rounded(this.bound, shared));
      if (part.guards.every(({ members }) => members.length > 0)) this.weight = 0;
    }
    shared.held += this.#size;
  }

  /** Of no use any more. */
  release(): void {
    this.#shared.held -= this.#size;
    for (const branch of this.#branches ?? []) branch.release();
    this.#branches = [];
  }

  advance(target: number, going: Going): void {
    if (this.#branches !== null) this.#deeper(target, going);
    else if (this.#part.count <= this.#shared.small) this.#whole(target, going);
    else this.#slice(target);
  }

  #whole(target: number, going: Going): void {
    const found = search(this.#part, { chosen: this.chosen, weight: Math.max(this.weight, target), bound: this.bound }, going, this.#shared.epsilon);
    if (found.chosen !== this.chosen) this.#found(found.chosen, weightOf(this.#part, found.chosen));
    this.bound = Math.max(this.weight, Math.min(this.bound, found.bound));
  }

  #found(chosen: Uint8Array, weight: number): void {
    if (weight <= this.weight) return;
    this.weight = weight;
    this.chosen = chosen.slice();
  }

  #slice(target: number): void {
    const part = this.#part, shared = this.#shared;
    if (this.#relaxation === null) {
      if (!this.#isReduced && this.#reduced()) return;
      const load = part.below.map((list) => list.reduce((sum, item) => sum + part.weights[item]!, 0)), improving = new Improving(part);
      improving.from(sorted(part.count, (i) => load[i]! / (part.hard[i]!.length + 1)));
      if (improving.bestWeight > this.weight) this.#found(improving.best, improving.bestWeight);
      this.#relaxation = new Relaxation(part, this.#heritage);
      this.#heritage = null;
    }
    const relaxation = this.#relaxation, before = relaxation.bound - this.weight;
    relaxation.run(this.#added > part.count / 50 ? 50 : 100);
    this.bound = Math.min(this.bound, rounded(relaxation.bound, shared));
    this.#added = relaxation.separate();
    const isSettled = this.#settled > 0 || this.#added <= part.count / 50, isRough = ++this.#slices === ROUGH;
    if (isRough || isSettled) {
      if (isRough || this.#settled % DIVE === 0) this.#climb(relaxation, sorted(part.count, (i) => relaxation.fractions[i]!));
      else if (this.#settled % DIVE === DIVE / 2) this.#dive(relaxation);
    }
    this.#improve(relaxation);
    if (isSettled) this.#settled++; else this.#improving = null;
    const least = Math.max(this.weight, target), gap = this.bound - least;
    if (gap <= shared.epsilon) { this.bound = least; return; }
    this.#waited = this.#added > part.count / 50 || before - (relaxation.bound - this.weight) > 0.01 * gap ? 0 : this.#waited + 1;
    if (this.#waited > 0 && this.#waited % PATIENCE === 0 && !this.#fixed(relaxation, least) && this.#waited >= PATIENCE * PATIENCE) this.#branch(relaxation.fractions);
  }

  /** A set by following the fractions down, made heavier where it can be. */
  #dive(relaxation: Relaxation): void {
    const chosen = plunge(this.#part, relaxation, this.#shared);
    if (chosen !== null) this.#climb(relaxation, Int32Array.from(chosen.keys()).filter((i) => chosen[i] === 1));
  }

  /** Local search begins again from items taken in this order, among those that the prices do not speak against: they have a fraction of the conflicts. */
  #climb({ reduced, fractions }: Relaxation, order: Int32Array): void {
    const { count, weights } = this.#part, partial = new Partial(this.#part), numbers = new Int32Array(count).fill(-1);
    const dear = DEAR * weights.reduce((sum, weight) => sum + weight, 0) / count;
    for (let i = 0; i < count; i++) if (reduced[i]! < -dear && fractions[i]! < TAKEN) partial.exclude(i);
    if (!partial.obey()) return;
    const { part, items } = open(this.#part, partial.state), search = new Improving(part);
    items.forEach((item, k) => { numbers[item] = k; });
    search.from(order.map((item) => numbers[item]!).filter((k) => k >= 0));
    this.#improving = { search, items, partial };
  }

  #improve({ size, fractions }: Relaxation): void {
    if (this.#improving === null) return;
    const { search, items, partial } = this.#improving, taken = Int32Array.from(items.keys()).filter((k) => fractions[items[k]!]! > TAKEN);
    if (taken.length > 0) search.run(500, WORK * size, taken);
    search.run(200, WORK * size);
    if (partial.weight + search.bestWeight <= this.weight) return;
    const chosen = partial.state.map((state) => (state === IN ? 1 : 0));
    items.forEach((item, k) => { chosen[item] = search.best[k]!; });
    this.#found(chosen, weightOf(this.#part, chosen));
  }

  /** Items that a heavier set than `least` has or lacks, by the prices. Where that is enough to go on with what is left: true. */
  #fixed(relaxation: Relaxation, least: number): boolean {
    const { count } = this.#part, partial = new Partial(this.#part), { reduced } = relaxation;
    for (let i = 0; i < count; i++) {
      if (partial.state[i] !== OPEN) continue;
      const without = relaxation.bound - Math.abs(reduced[i]!);
      if (without > least + this.#shared.epsilon) continue;
      if (!(reduced[i]! > 0 ? partial.include(i) : partial.exclude(i))) { this.bound = least; return true; }
    }
    if (!partial.obey()) { this.bound = least; return true; }
    if (partial.mark < Math.max(4, count / 10)) return false;
    this.#split([partial.state]);
    return true;
  }

  /** Items that some heaviest set has or lacks, whatever the rest. Where there are any: true, and what is left is gone on with. */
  #reduced(): boolean {
    const partial = new Partial(this.#part);
    partial.reduce();
    if (partial.mark === 0) return false;
    this.#split([partial.state], partial.mark < this.#part.count / 10);
    return true;
  }

  #branch(x: Float64Array): void {
    const { hard, weights, count } = this.#part;
    let item = 0, most = -1;
    for (let i = 0; i < count; i++) {
      const value = Math.min(x[i]!, 1 - x[i]!, 0.3) * (1 + hard[i]!.length) * (weights[i]! + this.#shared.epsilon) + 1e-9 * hard[i]!.length;
      if (value > most) { most = value; item = i; }
    }
    const states: Uint8Array[] = [];
    for (const way of ['include', 'exclude'] as const) {
      const partial = new Partial(this.#part);
      if (partial[way](item) && partial.obey()) states.push(partial.state);
    }
    this.#split(states);
  }

  #split(states: readonly Uint8Array[], isReduced = false): void {
    const heritage = this.#relaxation === null ? this.#heritage : { relaxation: this.#relaxation, items: Int32Array.from({ length: this.#part.count }, (_, i) => i) };
    this.#branches = states.map((state) => new Branch(this.#part, state, this.#shared, { bound: this.bound, heritage, isReduced }));
    this.#improving = this.#relaxation = this.#heritage = null;
    this.#gather();
  }

  /** What the branches have come to. */
  #gather(): void {
    let bound = this.weight;
    for (const branch of this.#branches!) {
      const weight = branch.weight;
      if (weight > this.weight + this.#shared.epsilon) {
        const chosen = new Uint8Array(this.#part.count);
        branch.choose(chosen);
        this.#found(chosen, weightOf(this.#part, chosen));
      }
      bound = Math.max(bound, branch.bound);
    }
    this.bound = Math.max(this.weight, Math.min(this.bound, bound));
  }

  #deeper(target: number, going: Going): void {
    const least = Math.max(this.weight, target), { epsilon, held } = this.#shared;
    this.#branches = this.#branches!.filter((branch) => { if (branch.bound > least + epsilon) return true; branch.release(); return false; });
    let chosen = this.#branches[0];
    if (chosen === undefined) { this.bound = least; return; }
    if (held < MOST_HELD) for (const branch of this.#branches) if (branch.bound > chosen.bound) chosen = branch;
    chosen.advance(least, going);
    this.#gather();
  }
}

/**
 * What the relaxation takes most of is taken, the relaxation of what is left solved again, and so on: no way back, and so quick. Null: something that is asked for cannot be
 * had that way.
 */
function plunge(part: Part, relaxation: Relaxation, shared: Shared): Uint8Array | null {
  const x = relaxation.fractions, { count } = part, partial = new Partial(part), chosen = new Uint8Array(count);
  let taken = 0;
  for (const item of sorted(count, (i) => x[i]!)) {
    if (x[item]! < 0.9 && taken > count / 20) break;
    if (partial.state[item] !== OPEN) continue;
    const mark = partial.mark;
    if (partial.include(item)) taken++;
    else { partial.undo(mark); partial.exclude(item); }
  }
  if (!partial.obey()) return null;
  for (let i = 0; i < count; i++) if (partial.state[i] === IN) chosen[i] = 1;
  for (const { part: rest, items } of cut(part, partial.state)) {
    let found: Uint8Array | null;
    if (rest.count <= shared.small) found = search(rest, { chosen: new Uint8Array(rest.count), weight: -Infinity, bound: Infinity }, () => true, shared.epsilon).chosen;
    else {
      const own = new Relaxation(rest, { relaxation, items });
      own.run(50);
      found = plunge(rest, own, shared);
    }
    if (found === null) return null;
    items.forEach((item, k) => { chosen[item] = found[k]!; });
  }
  return chosen;
}

/** Numbers below n, the largest keys first. */
function sorted(n: number, key: (i: number) => number): Int32Array {
  const keys = Float64Array.from({ length: n }, (_, i) => key(i));
  return Int32Array.from({ length: n }, (_, i) => i).sort((a, b) => keys[b]! - keys[a]! || a - b);
}
