// The largest compatible composition of one published state as a problem of numbers (core/largest/model.ts), and its numbers as ACUs again. An item
// is an ACU, by its place in `engine.acus`. Which sets fail although their pairs go together is found by composing, elsewhere, and told here.
import type { AcuId } from './bytes.ts';
import type { Engine } from './engine.ts';
import { bug } from './errors.ts';
import type { Largest, Problem } from './largest/model.ts';

export class LargestProblem {
  readonly engine: Engine;
  readonly #weights: Float64Array;
  readonly #parts: Pick<Problem, 'requires' | 'conflicts' | 'barred'>;
  readonly #itemOf: ReadonlyMap<AcuId, number>;
  readonly #refused: number[][] = [];

  /** `weights`: by item (weights.ts). */
  constructor(engine: Engine, weights: Float64Array) {
    this.engine = engine;
    this.#weights = weights;
    this.#itemOf = new Map(engine.acus.map(({ id }, item) => [id, item]));
    this.#parts = partsOf(engine, this.#itemOf);
  }

  /** As it is now: with all that was refused so far. */
  get problem(): Problem {
    return { ...this.#parts, count: this.#itemOf.size, weights: this.#weights, refused: this.#refused.slice() };
  }
  get refused(): readonly (readonly AcuId[])[] { return this.#refused.map((set) => this.ids(set)); }

  ids(items: Iterable<number>): AcuId[] { return Array.from(items, (item) => this.engine.acus[item]!.id); }
  /** Of those that are published, ascending; others have no item. */
  items(ids: Iterable<AcuId>): Uint32Array {
    return Uint32Array.from([...new Set(ids)].flatMap((id) => this.#itemOf.get(id) ?? [])).sort();
  }
  itemOf(id: AcuId): number {
    const item = this.#itemOf.get(id);
    if (item === undefined) throw bug('an ACU that is not published has no weight', { id });
    return item;
  }
  weightOf(items: Iterable<number>): number {
    let sum = 0;
    for (const item of items) sum += this.#weights[item]!;
    return sum;
  }

  /** ACUs that no set can have, because they or what they require cannot be composed. */
  get unusable(): number {
    const barred = new Set(this.#parts.barred);
    return this.#parts.requires.keys().reduce((n, item) => n + Number(this.#closure(item).some((below) => barred.has(below))), 0);
  }

  /** An ACU, and those of a set that require it. */
  standingOn(id: AcuId, set: readonly AcuId[]): AcuId[] {
    const wanted = this.itemOf(id);
    return set.filter((other) => this.#closure(this.itemOf(other)).includes(wanted));
  }

  /**
   * Takes it that a closed set of ACUs does not compose: `sides`, some of it, say why. What is refused is what the problem can say of that: the
   * tops of the set that are a side or stand on one. Where a side is made by other segments too, what those stand on had a part in it.
   */
  refuse(set: readonly AcuId[], sides: readonly AcuId[]): void {
    const tops = this.#tops(this.items(set)), wanted = new Set(this.items([...sides, ...sides.flatMap((side) => this.#belowOthers(side))]));
    const above = tops.filter((top) => this.#closure(top).some((item) => wanted.has(item)));
    const refused = above.length > 0 ? above : tops;
    if (!this.#refused.some((known) => known.length === refused.length && known.every((item, i) => item === refused[i]))) this.#refused.push(refused);
  }

  /** Items of a closed set that nothing else in it requires. */
  #tops(items: Uint32Array): number[] {
    const covered = new Set<number>();
    for (const item of items) for (const below of this.#parts.requires[item]!) covered.add(below);
    return Array.from(items).filter((item) => !covered.has(item));
  }

  /** ACUs that segments of this ACU stand on, and the one that stands for it does not. */
  #belowOthers(id: AcuId): AcuId[] {
    const { engine } = this, { segments } = engine.tables, tips = new Set(engine.acu(id)?.segments);
    const below = (segment: number): AcuId[] => engine.index.closure(segment).flatMap((s) => segments[s]!.acu ?? []);
    if (tips.size < 2) return [];
    const own = new Set(below(engine.segmentOf(id)));
    return [...engine.tables.order].filter((s) => tips.has(segments[s]!.tip)).flatMap(below).filter((other) => !own.has(other));
  }

  #closure(item: number): number[] {
    const all = new Set([item]);
    // a set is walked in the order of its growing
    for (const one of all) for (const below of this.#parts.requires[one]!) all.add(below);
    return [...all];
  }
}

/**
 * Pairs without a verdict count as conflicts: nothing says that they go together. Risks block nothing. An ACU that several segments made (decisions/0004)
 * requires what each of them stands on, and conflicts with another where none of its segments goes with any of the other's: which of them it is in a set
 * depends on the set, and a bound must not exceed what one of them would allow.
 */
function partsOf(engine: Engine, itemOf: ReadonlyMap<AcuId, number>): Pick<Problem, 'requires' | 'conflicts' | 'barred'> {
  const { acus, index, tables: { segments, order } } = engine;
  const madeBy: number[][] = acus.map(() => []), itemAt = new Int32Array(segments.length).fill(-1);
  for (const s of order) {
    const { acu, standing } = segments[s]!;
    if (acu !== null && standing === 'exact') madeBy[itemAt[s] = itemOf.get(acu)!]!.push(s);
  }
  const of = (s: number): number[] => { const { acu } = segments[s]!; return acu === null ? [] : [itemOf.get(acu)!]; };
  /** segments without an ACU pass on what they stand on */
  const directly = (s: number): number[] => segments[s]!.lower.flatMap((l) => (segments[l]!.acu === null ? directly(l) : of(l)));
  const requires = madeBy.map((made, item) => {
    const [first, ...others] = made;
    if (first === undefined) return [];
    const below = others.length === 0 ? new Set(directly(first)) : others.reduce((all, s) => all.intersection(new Set(index.closure(s).flatMap(of))), new Set(index.closure(first).flatMap(of)));
    return [...below].filter((other) => other !== item);
  });
  const pairs: number[] = [], several = new Map<number, number>();
  index.edges((a, b) => {
    const x = Math.min(itemAt[a]!, itemAt[b]!), y = Math.max(itemAt[a]!, itemAt[b]!);
    if (x < 0 || x === y || index.includes(a, b) || index.includes(b, a)) return;
    const ways = madeBy[x]!.length * madeBy[y]!.length, key = x * acus.length + y, met = ways === 1 ? 1 : (several.get(key) ?? 0) + 1;
    if (ways > 1) several.set(key, met);
    if (met === ways) pairs.push(x, y);
  });
  return { requires, conflicts: Uint32Array.from(pairs), barred: acus.flatMap(({ standing }, item) => (standing === 'exact' ? [] : [item])) };
}

/** How far from the bound a set may still be, as a share of it; 0 where it is proven largest. */
export function gapOf({ weight, bound, optimal }: Pick<Largest, 'weight' | 'bound' | 'optimal'>): number { return optimal || bound <= weight ? 0 : (bound - weight) / bound; }
