// Branch and bound over the items of one component: exact unless it is told to stop. Items are the component's own numbers, from 0.
import { contains } from './adjacent.ts';
import type { Going } from './model.ts';
import { IN, OPEN, OUT, type Part } from './part.ts';

/** What is decided of each item, with everything that follows from it; taken back in the order it was done. */
export class Partial {
  readonly part: Part;
  readonly state: Uint8Array;
  readonly #trail: Int32Array;
  #length = 0;
  weight = 0;

  constructor(part: Part, state: Uint8Array = new Uint8Array(part.count)) {
    this.part = part;
    this.state = state;
    this.#trail = new Int32Array(part.count);
  }

  get mark(): number { return this.#length; }

  undo(mark: number): void {
    while (this.#length > mark) {
      const item = this.#trail[--this.#length]!;
      if (this.state[item] === IN) this.weight -= this.part.weights[item]!;
      this.state[item] = OPEN;
    }
  }

  #set(item: number, to: number): void {
    this.state[item] = to;
    this.#trail[this.#length++] = item;
  }

  /** With all it requires, and without all that conflicts with any of it. False: that cannot be. */
  include(item: number): boolean {
    for (const lower of this.part.below[item]!) {
      if (this.state[lower] === IN) continue;
      if (this.state[lower] === OUT) return false;
      this.#set(lower, IN);
      this.weight += this.part.weights[lower]!;
      for (const other of this.part.hard[lower]!) if (!this.exclude(other)) return false;
    }
    return true;
  }

  /** With all that requires it. */
  exclude(item: number): boolean {
    if (this.state[item] === OUT) return true;
    for (const upper of this.part.above[item]!) {
      if (this.state[upper] === IN) return false;
      if (this.state[upper] === OPEN) this.#set(upper, OUT);
    }
    return true;
  }

  /** What the guards leave no choice about. False: one is violated. */
  obey(): boolean {
    for (let again = true; again;) {
      again = false;
      for (const { members, escapes } of this.part.guards) {
        let open = -1, last = -1, count = 0, kept = false;
        for (const item of members) { if (this.state[item] === OUT) { kept = true; break; } if (this.state[item] === OPEN) { open = item; count++; } }
        if (kept) continue;
        for (const item of escapes) { if (this.state[item] === IN) { kept = true; break; } if (this.state[item] === OPEN) { last = item; count++; } }
        if (kept || count > 1) continue;
        if (count === 0) return false;
        if (!(open >= 0 ? this.exclude(open) : this.include(last))) return false;
        again = true;
      }
    }
    return true;
  }

  /**
   * Decides items that some heaviest set has or lacks: what outweighs all it conflicts with comes in, and what can be replaced by another that is no lighter and conflicts
   * with no more goes out (domination, as in Lamm et al. 2019), where neither dependencies nor guards have a say.
   */
  reduce(): void {
    const { part, state } = this, { count, weights, below, above, hard, guards } = part;
    const isMember = new Uint8Array(count), isEscape = new Uint8Array(count), near = new Uint8Array(count), degree = new Int32Array(count);
    for (const { members, escapes } of guards) { for (const m of members) isMember[m] = 1; for (const e of escapes) isEscape[e] = 1; }
    for (let v = 0; v < count; v++) if (state[v] === OPEN) for (const u of hard[v]!) if (state[u] === OPEN) degree[v]!++;
    for (let v = 0; v < count; v++) {
      if (state[v] !== OPEN || isMember[v] === 1 || below[v]!.some((lower) => lower !== v && state[lower] === OPEN)) continue;
      let sum = 0;
      for (const u of hard[v]!) if (state[u] === OPEN) sum += isEscape[u] === 1 ? Infinity : weights[u]!;
      if (sum <= weights[v]!) this.include(v);
    }
    for (let v = 0; v < count; v++) {
      if (state[v] !== OPEN || isEscape[v] === 1 || above[v]!.some((upper) => upper !== v && state[upper] === OPEN)) continue;
      const own = hard[v]!;
      near[v] = 1;
      for (let k = 0; k < own.length; k++) near[own[k]!] = 1;
      for (let k = 0; k < own.length; k++) {
        const u = own[k]!;
        if (state[u] !== OPEN || isMember[u] === 1 || degree[u]! > degree[v]! || weights[u]! < weights[v]! || isFarther(hard[u]!, near, state)) continue;
        if (below[u]!.some((lower) => lower !== u && state[lower] === OPEN && !below[v]!.includes(lower))) continue;
        this.exclude(v);
        for (let j = 0; j < own.length; j++) degree[own[j]!]!--;
        break;
      }
      near[v] = 0;
      for (let k = 0; k < own.length; k++) near[own[k]!] = 0;
    }
  }

  /** An item of a guard that is not kept yet; -1 if all are. */
  unguarded(): number {
    for (const { members, escapes } of this.part.guards) {
      if (members.some((item) => this.state[item] === OUT) || escapes.some((item) => this.state[item] === IN)) continue;
      return members.find((item) => this.state[item] === OPEN) ?? escapes.find((item) => this.state[item] === OPEN)!;
    }
    return -1;
  }
}

/** Is one of them open and not near? */
function isFarther(items: Int32Array, near: Uint8Array, state: Uint8Array): boolean {
  for (let k = 0; k < items.length; k++) if (near[items[k]!] === 0 && state[items[k]!] === OPEN) return true;
  return false;
}

/** A set of a part, and what none exceeds. */
export interface Found { readonly chosen: Uint8Array; readonly weight: number; readonly bound: number }

export function weightOf(part: Part, chosen: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < part.count; i++) if (chosen[i] === 1) sum += part.weights[i]!;
  return sum;
}

/** The heaviest set of a part, or the heaviest found when `going` ended it, with a bound on all. */
export function search(part: Part, start: Found, going: Going, cut: number): Found {
  const partial = new Partial(part);
  let best = start.chosen, weight = start.weight, stopped = false, steps = 0, bound = 0;
  const cover = new Cover(part);
  const visit = (): void => {
    if (stopped) { bound = Math.max(bound, partial.weight + cover.bound(partial.state)); return; }
    if (!partial.obey()) return;
    const rest = cover.bound(partial.state);
    if (partial.weight + rest <= weight + cut) return;
    if ((++steps & 63) === 0 && !going()) { stopped = true; bound = Math.max(bound, partial.weight + rest); return; }
    let item = partial.unguarded(), most = -1;
    if (item < 0) for (let i = 0; i < part.count; i++) {
      if (partial.state[i] !== OPEN) continue;
      let near = 0;
      for (const other of part.hard[i]!) if (partial.state[other] === OPEN) near++;
      if (near > 0 && near > most) { most = near; item = i; }
    }
    if (item < 0) {
      // nothing left that binds: all of the rest
      const chosen = partial.state.map((s) => (s === OUT ? 0 : 1)), sum = weightOf(part, chosen);
      if (sum > weight) { weight = sum; best = chosen; }
      return;
    }
    const mark = partial.mark;
    if (partial.include(item)) visit();
    partial.undo(mark);
    if (partial.exclude(item)) visit();
    partial.undo(mark);
  };
  visit();
  return { chosen: best, weight, bound: Math.max(bound, weight) };
}

/** The bound of a weighted clique cover: the items of a clique cost no more together than the heaviest. */
class Cover {
  readonly #part: Part;
  readonly #order: Int32Array;
  readonly #rest: Float64Array;

  constructor(part: Part) {
    this.#part = part;
    this.#order = Int32Array.from({ length: part.count }, (_, i) => i).sort((x, y) => part.weights[x]! - part.weights[y]! || part.hard[x]!.length - part.hard[y]!.length || x - y);
    this.#rest = new Float64Array(part.count);
  }

  /** At least what open items can add. */
  bound(state: Uint8Array): number {
    const { weights, hard } = this.#part, rest = this.#rest;
    for (const item of this.#order) rest[item] = state[item] === OPEN ? weights[item]! : 0;
    let sum = 0;
    for (const item of this.#order) {
      const weight = rest[item]!;
      if (weight <= 0) continue;
      sum += weight;
      const clique: number[] = [];
      for (const other of hard[item]!) {
        if (rest[other]! < weight || other === item) continue;
        if (clique.every((one) => contains(hard[one]!, other))) { clique.push(other); rest[other] = rest[other]! - weight; }
      }
      rest[item] = 0;
    }
    return sum;
  }
}
