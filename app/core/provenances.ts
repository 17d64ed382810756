// Which segments are one ACU, which of them stands for it, and which ACUs are below each: as numbers. Follows tables that grow.
import type { AcuId } from './bytes.ts';
import type { Tables } from './tables.ts';

const NONE: readonly number[] = [];
const UNASKED = 0, PLAIN = 1, OTHER = 2;

export class Provenances {
  readonly #tables: Tables;
  /** ids by number; numbers stay. This and the next two are shared with those that follow: they only grow */
  readonly ids: AcuId[];
  readonly #numbers: Map<AcuId, number>;
  readonly #closures: (readonly number[] | undefined)[];
  /** by ACU: its segments. The first stands for it: exact, with the least below; ties by tip. Empty: it is gone */
  readonly #lists: (readonly number[])[];
  /** by segment: its ACU, or -1 */
  readonly #acuOf: number[];
  readonly #below: (readonly number[] | undefined)[];
  /** by segment: does it stand for its ACU, upon nothing? As it was last asked */
  #plain: Uint8Array;
  #touched: readonly number[] = [];

  /** `isLess`: some that `before` knows are gone. Those that came are told by numbers which it never asks for. */
  private constructor(tables: Tables, before: Provenances | null, isLess = false) {
    this.#tables = tables;
    this.ids = before === null ? [] : before.ids;
    this.#numbers = before === null ? new Map<AcuId, number>() : before.#numbers;
    this.#closures = before === null ? [] : before.#closures;
    this.#lists = before === null ? [] : before.#lists.slice();
    this.#acuOf = before === null ? [] : isLess ? before.#acuOf.slice() : before.#acuOf;
    this.#below = before === null ? [] : isLess ? before.#below.slice() : before.#below;
    this.#plain = new Uint8Array(tables.segments.length);
    if (before !== null) this.#plain.set(before.#plain);
  }

  static of(tables: Tables): Provenances {
    const all = new Provenances(tables, null);
    tables.segments.forEach((_, s) => all.#take(s));
    all.#lists.forEach((list, acu) => { if (list.length > 1) all.#sort(acu); });
    return all;
  }

  /** After segments went and came. */
  next(tables: Tables, removed: readonly number[], added: readonly number[]): Provenances {
    const after = new Provenances(tables, this, removed.length > 0);
    const touched = new Set<number>();
    for (const s of removed) {
      const acu = after.#acuOf[s]!;
      after.#acuOf[s] = -1;
      if (acu < 0) continue;
      after.#lists[acu] = after.#lists[acu]!.filter((other) => other !== s);
      touched.add(acu);
    }
    for (const s of added) {
      after.#take(s);
      if (after.#acuOf[s]! >= 0) touched.add(after.#acuOf[s]!);
    }
    for (const acu of touched) {
      if (after.#lists[acu]!.length > 1) after.#sort(acu);
      for (const s of after.#lists[acu]!) after.#plain[s] = UNASKED;
    }
    for (const s of removed) after.#plain[s] = UNASKED;
    after.#touched = [...touched];
    return after;
  }

  #take(segment: number): void {
    const { acu } = this.#tables.segments[segment]!;
    let n = -1;
    if (acu !== null) {
      n = this.#numbers.get(acu) ?? -1;
      if (n < 0) this.#numbers.set(acu, (n = this.ids.push(acu) - 1));
      this.#lists[n] = [...this.#listOf(n), segment];
    }
    this.#acuOf[segment] = n;
  }

  #sort(acu: number): void {
    const { segments } = this.#tables;
    const exact = (s: number): number => Number(segments[s]!.standing === 'exact');
    this.#lists[acu] = [...this.#lists[acu]!].sort((x, y) => exact(y) - exact(x) || this.below(x).length - this.below(y).length || (segments[x]!.tip < segments[y]!.tip ? -1 : 1));
  }

  /** ACUs that other segments are now than were before. */
  get touched(): readonly number[] { return this.#touched; }

  /** -1 where there is none now. */
  numberOf(id: AcuId): number {
    const n = this.#numbers.get(id);
    return n === undefined || this.#listOf(n).length === 0 ? -1 : n;
  }

  /** Of one that only those who followed know: none. */
  #listOf(n: number): readonly number[] { return this.#lists[n] ?? NONE; }

  acuOf(segment: number): number { return this.#acuOf[segment]!; }
  listOf(acu: number): readonly number[] { return this.#lists[acu]!; }
  stands(segment: number): boolean {
    const acu = this.#acuOf[segment]!;
    return acu >= 0 && this.#lists[acu]![0] === segment;
  }

  /** Does it stand for an ACU, and upon nothing? */
  isPlain(segment: number): boolean {
    let plain = this.#plain[segment]!;
    if (plain === UNASKED) this.#plain[segment] = plain = this.stands(segment) && this.below(segment).length === 1 ? PLAIN : OTHER;
    return plain === PLAIN;
  }

  /** The segment and all below it, ascending. */
  closure(segment: number): readonly number[] {
    return this.#closures[segment] ??= this.#closureOf(segment);
  }

  #closureOf(segment: number): readonly number[] {
    const { lower } = this.#tables.segments[segment]!;
    if (lower.length === 0) return [segment];
    if (lower.length === 1) return [...this.closure(lower[0]!), segment];
    return [...new Set(lower.flatMap((l) => this.closure(l)))].sort((x, y) => x - y).concat(segment);
  }

  /** The ACUs of the segment and of all below it, each once. */
  below(segment: number): readonly number[] {
    return this.#below[segment] ??= this.#belowOf(segment);
  }

  #belowOf(segment: number): readonly number[] {
    const closure = this.closure(segment);
    if (closure.length === 1) return this.#acuOf[segment]! < 0 ? NONE : [this.#acuOf[segment]!];
    return [...new Set(closure.map((s) => this.#acuOf[s]!).filter((acu) => acu >= 0))];
  }

  /** The ACUs in published order: numbers. */
  inOrder(): number[] {
    const seen = new Uint8Array(this.ids.length), out: number[] = [];
    for (const segment of this.#tables.order) {
      const acu = this.#acuOf[segment]!;
      if (acu < 0 || seen[acu] === 1) continue;
      seen[acu] = 1;
      out.push(acu);
    }
    return out;
  }
}
