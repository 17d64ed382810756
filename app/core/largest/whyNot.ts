// Why an item is not in a chosen set: the fewest chosen items that have to leave for it to come in. Nothing chosen requires it, so it is a top of whatever it comes to: what
// has none but tops that conflict with it must leave, and is read off. Only where that uncovers others that conflict, or completes a refused set, are there ways to search.
import { type Instance, instanceOf } from './instance.ts';
import type { Going, Problem, WhyNot } from './model.ts';

/** Ways looked at for one item. */
const MOST_WAYS = 20_000;

/** Of one item; who asks about many makes a `WhyNots`. */
export function whyNot(problem: Problem, chosen: ArrayLike<number>, item: number, going: Going): WhyNot {
  return new WhyNots(problem, chosen).of(item, going);
}

/** What a set that holds is asked about the items that are not in it. */
export class WhyNots {
  readonly #problem: Problem;
  readonly #instance: Instance;
  readonly #isChosen: Uint8Array;
  /** 1: leaves; 2: has come, or stays because the item requires it */
  readonly #mark: Uint8Array;
  /** of an item, those that it conflicts with only where both are tops */
  readonly #soft = new Map<number, number[]>();
  readonly #isAgainst: Uint8Array;
  #ways = 0;
  /** guards that name an item as a member or an escape */
  readonly #guardsOf = new Map<number, number[]>();

  constructor(problem: Problem, chosen: ArrayLike<number>) {
    this.#problem = problem;
    this.#instance = instanceOf(problem);
    this.#isChosen = new Uint8Array(problem.count);
    for (let i = 0; i < chosen.length; i++) this.#isChosen[chosen[i]!] = 1;
    this.#mark = new Uint8Array(problem.count);
    this.#isAgainst = new Uint8Array(problem.count);
    this.#instance.guards.forEach(({ members, escapes }, g) => {
      if (members.length === 2) for (const [a, b] of [members, [members[1]!, members[0]!]] as const) { const of = this.#soft.get(a!); if (of) of.push(b!); else this.#soft.set(a!, [b!]); }
      for (const item of new Set([...members, ...escapes])) { const of = this.#guardsOf.get(item); if (of) of.push(g); else this.#guardsOf.set(item, [g]); }
    });
  }

  /** `item`: not chosen. */
  of(item: number, going: Going): WhyNot {
    const { below, hard, usable } = this.#instance, mark = this.#mark;
    const needs = below.at.subarray(below.first[item], below.first[item + 1]), comes = [...needs].filter((i) => this.#isChosen[i] === 0);
    if (usable[item] === 0) return this.#never(item, comes, [...needs].filter((i) => this.#problem.barred.includes(i)));
    for (const i of needs) mark[i] = 2;
    const leaves: number[] = [], against = [...hard.at.subarray(hard.first[item], hard.first[item + 1]), ...this.#soft.get(item) ?? []].filter((i) => this.#isChosen[i] === 1 && mark[i] === 0);
    for (const i of against) this.#isAgainst[i] = 1;
    for (const i of against) if (mark[i] === 0 && this.#uppersIn(i).every((upper) => this.#isAgainst[upper] === 1)) this.#leave(i, leaves);
    for (const i of against) this.#isAgainst[i] = 0;
    this.#ways = 0;
    const search = { leaves, best: null as number[] | null, weight: 0, minimal: true };
    this.#settle(search, [...comes, ...leaves], going);
    for (const i of needs) mark[i] = 0;
    for (const i of leaves) mark[i] = 0;
      // refused by itself, and nothing chosen is above it
    return search.best === null ? this.#never(item, comes, [item]) : this.#answer(item, search.best, comes, search.minimal);
  }

  #never(item: number, comes: readonly number[], never: readonly number[]): WhyNot {
    return { item, never: never.length > 0 ? never : [item], blockers: [], leaves: [], comes, cost: -this.#weigh(comes), minimal: true };
  }

  #answer(item: number, leaving: readonly number[], comes: readonly number[], minimal: boolean): WhyNot {
    const { below } = this.#instance, leaves = [...leaving].sort((a, b) => a - b), mark = this.#mark;
    for (const i of leaves) mark[i] = 1;
    const blockers = leaves.filter((i) => below.at.subarray(below.first[i], below.first[i + 1]).every((lower) => lower === i || mark[lower] !== 1));
    for (const i of leaves) mark[i] = 0;
    return { item, never: null, blockers, leaves, comes, cost: this.#weigh(leaves) - this.#weigh(comes), minimal };
  }

  #weigh(items: readonly number[]): number {
    let sum = 0;
    for (const i of items) sum += this.#problem.weights[i]!;
    return sum;
  }

  /** All chosen that require an item, itself included. */
  #uppersIn(item: number): number[] {
    const { above } = this.#instance, uppers: number[] = [];
    for (let k = above.first[item]!; k < above.first[item + 1]!; k++) if (this.#isChosen[above.at[k]!] === 1) uppers.push(above.at[k]!);
    return uppers;
  }

  /** A chosen item with all chosen that requires it. */
  #leave(item: number, leaves: number[]): void {
    for (const upper of this.#uppersIn(item)) if (this.#mark[upper] === 0) { this.#mark[upper] = 1; leaves.push(upper); }
  }

  /** Fewest leaving, then lightest, then first found. `changed`: what came or left since all guards were known to be kept. */
  #settle(search: { readonly leaves: number[]; best: number[] | null; weight: number; minimal: boolean }, changed: readonly number[], going: Going): void {
    const { leaves } = search;
    if (search.best !== null && leaves.length >= search.best.length && (leaves.length > search.best.length || this.#weigh(leaves) >= search.weight)) return;
    const broken = this.#broken(changed);
    if (broken < 0) { search.best = [...leaves]; search.weight = this.#weigh(leaves); return; }
    // one of its members leaves: a branch for each
    for (const member of this.#instance.guards[broken]!.members) {
      if (this.#mark[member] !== 0) continue;
      if (search.best !== null && (++this.#ways > MOST_WAYS || !going())) { search.minimal = false; return; }
      const length = leaves.length;
      this.#leave(member, leaves);
      this.#settle(search, changed.concat(leaves.slice(length)), going);
      while (leaves.length > length) this.#mark[leaves.pop()!] = 0;
    }
  }

  #broken(changed: readonly number[]): number {
    if (this.#guardsOf.size === 0) return -1;
    const isThere = (i: number): boolean => this.#mark[i] === 2 || (this.#mark[i] === 0 && this.#isChosen[i] === 1);
    for (const i of changed) for (const g of this.#guardsOf.get(i) ?? []) {
      const { members, escapes } = this.#instance.guards[g]!;
      if (members.every(isThere) && !escapes.some(isThere)) return g;
    }
    return -1;
  }
}
