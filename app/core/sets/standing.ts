// A set that stands, changed an ACU at a time at the cost of what that one touches (design.md §3, law 3). It answers yes only where pairs and
// tables prove it: no two tops conflict, what the change touches is met by nobody's rename, and in a text that others change, too, it lies apart
// from them. Where it cannot tell the caller composes; never a no. The slow twin is `Engine.check` with `composeSet`.
import type { AcuId } from '../bytes.ts';
import type { ConflictIndex } from '../conflictIndex.ts';
import type { Provenances } from '../provenances.ts';
import type { Tables } from '../tables.ts';
import { type Touched, areApart, baseRow, renamesMeet, touchedBy } from './looks.ts';

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
  /** by path: the tops that touch it */
  readonly #touching = new Map<number, number[]>();
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
    if (this.#proves([segment], segment)) return true;
    this.#take(n, segment);
    return false;
  }

  /** True: the set without it stands, and is that now. */
  remove(id: AcuId): boolean {
    const n = this.#of.all.numberOf(id);
    const segment = n < 0 ? undefined : this.#members.get(n);
    if (segment === undefined) return n >= 0;
    if (this.#covered.has(n)) return false;
    if (this.#proves(this.#take(n, segment), segment)) return true;
    this.#put(n, segment);
    return false;
  }

  /** The one segment that the ACU can be in any set. */
  #segmentOf(n: number): number {
    const { all, tables } = this.#of, list = all.listOf(n), first = list[0]!;
    if (tables.segments[first]!.standing !== 'exact') return UNKNOWN;
    if (list.length > 1 && (this.#of.index.hasHistories || list.some((s) => all.below(s).length > 1))) return UNKNOWN;
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
    for (const path of paths) {
      const tops = this.#touching.get(path);
      if (by === 1) { if (tops === undefined) this.#touching.set(path, [segment]); else tops.push(segment); }
      else if (tops!.length === 1) this.#touching.delete(path);
      else tops!.splice(tops!.indexOf(segment), 1);
    }
    for (const path of deleted) change(this.#deleted, path, by);
    for (const path of added) change(this.#added, path, by);
  }

  /** Does the set stand, which stood before `fresh` became tops and `changed` came or went? */
  #proves(fresh: readonly number[], changed: number): boolean {
    const { index, tables } = this.#of;
    for (const segment of fresh) for (const top of this.#tops) if (top !== segment && index.has(segment, top)) return false;
    if (this.#tops.size < 3) return true;
    // those that it stood on have its place now: they need not lie apart from it
    if (!this.#isApart(changed, fresh)) return false;
    let brings = false;
    for (const segment of fresh) {
      if (segment !== changed && !this.#isApart(segment, [])) return false;
      brings ||= this.#bringsNames(segment);
    }
    return !(brings || this.#bringsNames(changed)) || !renamesMeet(tables, (path) => this.#touching.get(path)?.length ?? 0, this.#deleted, this.#added);
  }

  /** Of what one history made, the text that is merged with others is made first: its difference may lie elsewhere than those it was made of. */
  #isOneText(tops: readonly number[]): boolean {
    const { index } = this.#of, sorted = tops.toSorted((x, y) => x - y);
    return sorted.every((top, i) => i === 0 || index.standTogether(sorted[i - 1]!, top)) || new Set(tops.map((top) => index.familyOf(top))).size === tops.length;
  }

  #bringsNames(segment: number): boolean {
    const { deleted, added } = this.#touchedBy(segment);
    return deleted.size > 0 || added.size > 0;
  }

  /** Does nobody else but `but` touch its paths, or in a text others lines of their own? Those make one text, however many they are. */
  #isApart(segment: number, but: readonly number[]): boolean {
    const { tables, index } = this.#of;
    for (const path of this.#touchedBy(segment).paths) {
      const tops = this.#touching.get(path);
      if (tops !== undefined && tops.length > 2 && index.hasHistories && !this.#isOneText(tops)) return false;
      let mine = NOT_SOUGHT;
      if (tops !== undefined) for (const top of tops) {
        if (top === segment || but.includes(top)) continue;
        if (this.#deleted.has(path) || this.#added.has(path)) return false;
        if (tops.length < 3) break;
        if (mine === NOT_SOUGHT) mine = baseRow(tables, segment, path);
        if (!areApart(tables, mine, baseRow(tables, top, path))) return false;
      }
    }
    return true;
  }
}

const NOT_SOUGHT = -2;

function change(counts: Map<number, number>, key: number, by: 1 | -1): void {
  const n = (counts.get(key) ?? 0) + by;
  if (n === 0) counts.delete(key); else counts.set(key, n);
}
