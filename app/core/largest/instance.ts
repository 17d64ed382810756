// A problem as constraints on closed sets: which items can be chosen at all, which two never stand together in any set, and what is left that depends
// on the tops. Every valid set, and no other, is closed, has no hard pair, and violates no guard.
import { MOST_BITS } from './adjacent.ts';
import type { Problem } from './model.ts';

/** Lists of numbers in one array: list i is at[first[i] … first[i + 1]), ascending. */
export interface Lists { readonly first: Int32Array; readonly at: Int32Array }

/**
 * Not all of `members` without one of `escapes`: they would all be tops. The escapes are what requires a member directly, so where one is
 * chosen that member is no top.
 */
export interface Guard { readonly members: readonly number[]; readonly escapes: readonly number[] }

export interface Instance {
  readonly count: number;
  readonly weights: Float64Array;
  /** 1: neither it nor anything it requires is barred */
  readonly usable: Uint8Array;
  /** all that it requires, and all that require it and are usable; itself included in both */
  readonly below: Lists;
  readonly above: Lists;
  /** no valid set contains both: of usable items. What requires one of a pair is in pairs with the other, too. */
  readonly hard: Lists;
  readonly guards: readonly Guard[];
}

export function listsOf(lists: readonly (readonly number[])[]): Lists {
  const first = new Int32Array(lists.length + 1);
  lists.forEach((list, i) => { first[i + 1] = first[i]! + list.length; });
  const at = new Int32Array(first[lists.length]!);
  lists.forEach((list, i) => at.set(list, first[i]));
  return { first, at };
}

export function instanceOf(problem: Problem): Instance {
  const { count, weights } = problem;
  const below = closures(problem.requires);
  const usable = usableOf(problem, below);
  const uppers: number[][] = Array.from({ length: count }, () => []), above: number[][] = Array.from({ length: count }, () => []);
  for (let i = 0; i < count; i++) {
    if (usable[i] === 0) continue;
    for (const lower of problem.requires[i]!) uppers[lower]!.push(i);
    for (const lower of below[i]!) above[lower]!.push(i);
  }
  const refused = problem.refused.map((set) => [...new Set(set)].sort((a, b) => a - b)).filter((set) => set.length > 0 && set.every((item) => usable[item] === 1));
  const pairs = new Pairs(count, problem.conflicts, refused.filter((set) => set.length === 2), usable);
  // a pair is hard if it is one however far up its tops are: of an item and all above it, with the other and all above that
  const isBelow = (lower: number, upper: number): boolean => below[upper]!.length > 1 && below[upper]!.includes(lower);
  const isHard = (items: readonly number[], other: number): boolean => { for (let k = 0; k < items.length; k++) if (!pairs.isHard(items[k]!, other)) return false; return true; };
  const soft: Guard[] = [];
  for (const at of pairs.stacked(uppers, above)) {
    const a = pairs.a[at]!, b = pairs.b[at]!;
    if (isBelow(a, b) || isBelow(b, a)) continue;
    if (isHard(uppers[a]!, b) && isHard(uppers[b]!, a)) pairs.harden(at);
    else soft.push({ members: [a, b], escapes: [...new Set([...uppers[a]!, ...uppers[b]!])] });
  }
  for (const set of refused) {
    if (set.length === 2 || set.some((a) => set.some((b) => a !== b && (isBelow(a, b) || pairs.isHard(a, b))))) continue;
    soft.push({ members: set, escapes: [...new Set(set.flatMap((item) => uppers[item]!))] });
  }
  return { count, weights, usable, below: listsOf(below), above: listsOf(above), hard: pairs.hard(), guards: soft };
}

/** Not barred, nor anything it requires; and not refused by itself where nothing could be chosen above it. */
function usableOf({ count, requires, barred, refused }: Problem, below: readonly (readonly number[])[]): Uint8Array {
  const usable = new Uint8Array(count).fill(1);
  for (const item of barred) usable[item] = 0;
  below.forEach((list, i) => { if (list.some((lower) => usable[lower] === 0)) usable[i] = 0; });
  const alone = new Set(refused.filter((set) => set.length > 0 && set.every((item) => item === set[0])).map((set) => set[0]!));
  // uppers first: they require more
  for (const item of [...alone].sort((x, y) => below[y]!.length - below[x]!.length)) {
    if (!requires.some((list, upper) => usable[upper] === 1 && list.includes(item))) usable[item] = 0;
  }
  return usable;
}

/** All that each requires, itself included, ascending. */
function closures(requires: Problem['requires']): number[][] {
  const all: (number[] | undefined)[] = [];
  // without recursion: a stack may be thousands deep
  for (let root = 0; root < requires.length; root++) {
    const path = [root];
    while (path.length > 0) {
      const item = path.at(-1)!;
      const open = all[item] === undefined ? requires[item]!.filter((lower) => all[lower] === undefined) : [];
      if (open.length > 0) { path.push(...open); continue; }
      path.pop();
      all[item] ??= requires[item]!.length === 0 ? [item] : [...new Set(requires[item]!.flatMap((lower) => all[lower]!)).add(item)].sort((a, b) => a - b);
    }
  }
  return all as number[][];
}

/** The conflicting pairs among usable items, once each, and which of them are hard. */
class Pairs {
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly #first: Int32Array;
  readonly #isHard: Uint8Array;
  /** the hard ones as bits, where they fit: a pair of stacks asks about the pairs above it */
  readonly #bits: Uint32Array | null;
  readonly #words: number;
  readonly #count: number;

  constructor(count: number, conflicts: Uint32Array, more: readonly (readonly number[])[], usable: Uint8Array) {
    const most = conflicts.length / 2 + more.length, a = new Int32Array(most), b = new Int32Array(most);
    let kept = 0, isOrdered = true;
    const add = (x: number, y: number): void => {
      if (x === y || usable[x] === 0 || usable[y] === 0) return;
      const low = x < y ? x : y, high = x < y ? y : x;
      if (kept > 0 && (low < a[kept - 1]! || (low === a[kept - 1]! && high <= b[kept - 1]!))) isOrdered = false;
      a[kept] = low;
      b[kept++] = high;
    };
    for (let i = 0; i < conflicts.length; i += 2) add(conflicts[i]!, conflicts[i + 1]!);
    for (const [x, y] of more) add(x!, y!);
    // pairs mostly come in order
    if (!isOrdered) {
      const keys = Float64Array.from({ length: kept }, (_, i) => a[i]! * count + b[i]!).sort();
      kept = 0;
      for (let i = 0; i < keys.length; i++) {
        if (i > 0 && keys[i] === keys[i - 1]) continue;
        a[kept] = Math.floor(keys[i]! / count);
        b[kept] = keys[i]! - a[kept]! * count;
        kept++;
      }
    }
    this.#count = count;
    this.#words = (count + 31) >>> 5;
    this.#bits = count > MOST_BITS ? null : new Uint32Array(count * this.#words);
    this.a = a.subarray(0, kept);
    this.b = b.subarray(0, kept);
    this.#first = new Int32Array(count + 1);
    this.#isHard = new Uint8Array(kept);
    for (let i = 0; i < kept; i++) this.#first[a[i]! + 1]!++;
    for (let i = 0; i < count; i++) this.#first[i + 1]! += this.#first[i]!;
  }

  /**
   * Hardens the pairs above which there is nothing. Answers the places of the others, each after those of what is above its items: by how many are above the two, by counting.
   */
  stacked(uppers: readonly (readonly number[])[], above: readonly (readonly number[])[]): Int32Array {
    const isBare = Uint8Array.from(uppers, (list) => (list.length === 0 ? 1 : 0)), height = Int32Array.from(above, (list) => list.length), others = new Int32Array(this.a.length), size = new Int32Array(this.a.length);
    let n = 0, most = 0;
    for (let at = 0; at < this.a.length; at++) {
      const a = this.a[at]!, b = this.b[at]!;
      if (isBare[a] === 1 && isBare[b] === 1) { this.harden(at); continue; }
      size[n] = height[a]! + height[b]!;
      if (size[n]! > most) most = size[n]!;
      others[n++] = at;
    }
    const next = new Int32Array(most + 2), order = new Int32Array(n);
    for (let k = 0; k < n; k++) next[size[k]! + 1]!++;
    for (let k = 1; k < next.length; k++) next[k]! += next[k - 1]!;
    for (let k = 0; k < n; k++) order[next[size[k]!]!++] = others[k]!;
    return order;
  }

  harden(at: number): void {
    this.#isHard[at] = 1;
    if (this.#bits !== null) this.#bits[this.a[at]! * this.#words + (this.b[at]! >>> 5)]! |= 1 << (this.b[at]! & 31);
  }

  isHard(x: number, y: number): boolean {
    const a = Math.min(x, y), b = Math.max(x, y);
    if (this.#bits !== null) return (this.#bits[a * this.#words + (b >>> 5)]! & (1 << (b & 31))) !== 0;
    let low = this.#first[a]!, high = this.#first[a + 1]!;
    const end = high;
    while (low < high) { const mid = (low + high) >>> 1; if (this.b[mid]! < b) low = mid + 1; else high = mid; }
    return low < end && this.b[low] === b && this.#isHard[low] === 1;
  }

  hard(): Lists {
    const first = new Int32Array(this.#count + 1);
    for (let i = 0; i < this.a.length; i++) if (this.#isHard[i] === 1) { first[this.a[i]! + 1]!++; first[this.b[i]! + 1]!++; }
    for (let i = 0; i < this.#count; i++) first[i + 1]! += first[i]!;
    const at = new Int32Array(first[this.#count]!), next = first.slice();
    // pairs ascend by a, then b: first the smaller neighbours of each, then the larger ones
    for (let i = 0; i < this.a.length; i++) if (this.#isHard[i] === 1) at[next[this.b[i]!]!++] = this.a[i]!;
    for (let i = 0; i < this.a.length; i++) if (this.#isHard[i] === 1) at[next[this.a[i]!]!++] = this.b[i]!;
    return { first, at };
  }
}
