// A set that stands, changed an ACU at a time at the cost of what that one touches (design.md §3, law 3). It answers yes only where pairs and
// tables prove it: no two tops conflict, and nothing of the change meets three versions of a text or renames of others. Where it cannot tell
// the caller composes; never a no. The slow twin is `Engine.check` with `composeSet`.
import type { AcuId } from '../bytes.ts';
import type { ConflictIndex } from '../conflictIndex.ts';
import type { Provenances } from '../provenances.ts';
import type { Tables } from '../tables.ts';
import { type Touched, renamesMeet, touchedBy } from './looks.ts';

/** What it asks of an engine; all of one published state. */
export interface Standings {
  readonly tables: Tables;
  readonly index: ConflictIndex;
  readonly all: Provenances;
  /** by segment, filled as it is asked for */
  readonly touched: (Touched | undefined)[];
}

/** Where nothing that is known proves anything. */
const UNKNOWN = -1;

export class StandingSet {
  readonly #of: Standings;
  /** by ACU's number: the segment that it is in this set */
  readonly #members = new Map<number, number>();
  /** by ACU's number: how many members require it */
  readonly #covered = new Map<number, number>();
  /** segments of members that nothing in the set requires */
  readonly #tops = new Set<number>();
  readonly #touching = new Map<number, number>();
  readonly #deleted = new Map<number, number>();
  readonly #added = new Map<number, number>();

  private constructor(of: Standings) { this.#of = of; }

  /** Of a set that stands, as somebody has proved; null where it holds what is followed only by looking at all of it. */
  static of(of: Standings, ids: readonly AcuId[]): StandingSet | null {
    const set = new StandingSet(of);
    for (const id of ids) {
      const n = of.all.numberOf(id);
      const segment = n < 0 ? UNKNOWN : set.#segmentOf(n);
      if (segment === UNKNOWN) return null;
      set.#put(n, segment);
    }
    return set;
  }

  get size(): number { return this.#members.size; }

  /** True: the set with it stands, and is that now. False: it is as it was, and composing must tell. */
  add(id: AcuId): boolean {
    const { all } = this.#of, n = all.numberOf(id);
    if (n < 0) return false;
    if (this.#members.has(n)) return true;
    const segment = this.#segmentOf(n);
    if (segment === UNKNOWN) return false;
    for (const other of all.below(segment)) if (other !== n && !this.#members.has(other)) return false;
    this.#put(n, segment);
    if (this.#proves([segment], this.#touchedBy(segment))) return true;
    this.#take(n, segment);
    return false;
  }

  /** True: the set without it stands, and is that now. */
  remove(id: AcuId): boolean {
    const n = this.#of.all.numberOf(id);
    const segment = n < 0 ? undefined : this.#members.get(n);
    if (segment === undefined) return n >= 0;
    if (this.#covered.has(n)) return false;
    if (this.#proves(this.#take(n, segment), this.#touchedBy(segment))) return true;
    this.#put(n, segment);
    return false;
  }

  /** The one segment that the ACU can be in any set. */
  #segmentOf(n: number): number {
    const { all, tables } = this.#of, list = all.listOf(n), first = list[0]!;
    if (tables.segments[first]!.standing !== 'exact') return UNKNOWN;
    if (list.length > 1 && list.some((s) => all.below(s).length > 1)) return UNKNOWN;
    return first;
  }

  #touchedBy(segment: number): Touched {
    const { tables, touched, all } = this.#of;
    return touched[segment] ??= touchedBy(tables, all.closure(segment));
  }

  #put(n: number, segment: number): void {
    for (const other of this.#of.all.below(segment)) {
      if (other === n) continue;
      const before = this.#covered.get(other) ?? 0;
      this.#covered.set(other, before + 1);
      const lower = this.#members.get(other);
      if (before === 0 && lower !== undefined) this.#count(lower, -1);
    }
    this.#members.set(n, segment);
    if (!this.#covered.has(n)) this.#count(segment, 1);
  }

  /** Answers the tops that it covered. */
  #take(n: number, segment: number): number[] {
    const uncovered: number[] = [];
    this.#members.delete(n);
    this.#count(segment, -1);
    for (const other of this.#of.all.below(segment)) {
      if (other === n) continue;
      const left = this.#covered.get(other)! - 1;
      if (left > 0) { this.#covered.set(other, left); continue; }
      this.#covered.delete(other);
      const lower = this.#members.get(other);
      if (lower === undefined) continue;
      this.#count(lower, 1);
      uncovered.push(lower);
    }
    return uncovered;
  }

  /** A segment comes to be a top, or is one no more. */
  #count(segment: number, by: 1 | -1): void {
    if (by === 1) this.#tops.add(segment); else this.#tops.delete(segment);
    const { paths, deleted, added } = this.#touchedBy(segment);
    for (const path of paths) change(this.#touching, path, by);
    for (const path of deleted) change(this.#deleted, path, by);
    for (const path of added) change(this.#added, path, by);
  }

  /** Does the set stand, which stood before `fresh` became tops and the paths of `touched` changed? */
  #proves(fresh: readonly number[], { paths, deleted, added }: Touched): boolean {
    const { index, tables } = this.#of;
    for (const segment of fresh) for (const top of this.#tops) if (top !== segment && index.has(segment, top)) return false;
    if (this.#tops.size < 3) return true;
    for (const path of paths) {
      const n = this.#touching.get(path) ?? 0;
      if (n > 2 || n > 1 && (this.#deleted.has(path) || this.#added.has(path))) return false;
    }
    return deleted.size === 0 && added.size === 0 || !renamesMeet(tables, this.#touching, this.#deleted, this.#added);
  }
}

function change(counts: Map<number, number>, key: number, by: 1 | -1): void {
  const n = (counts.get(key) ?? 0) + by;
  if (n === 0) counts.delete(key); else counts.set(key, n);
}
