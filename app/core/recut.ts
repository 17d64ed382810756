// History that is cut otherwise than before, by refs that came or went, by another base or at another grain: which segments of the new cut
// hold what one of the old one held, told by the commits that both cuts know the ends of (docs/decisions/0045). What was pushed away is
// told by rebind.ts.
import type { AcuId, Oid } from './bytes.ts';
import type { SegmentMeta, Tables } from './tables.ts';

/** A segment of the new cut that would bring more than was chosen: how many ACUs of the old cut are in it, and how many of those were chosen. */
export interface Partial { readonly segment: number; readonly chosen: number; readonly all: number }

/** Segments of the new cut. `to` and `partial` together hold the old one. */
export interface Parts { readonly to: readonly number[]; readonly partial: readonly Partial[] }

const NONE: ReadonlySet<number> = new Set();

/** One cut: what is behind what, and which commits end a segment. */
export class Cut {
  readonly tables: Tables;
  readonly #ending = new Map<Oid, number[]>();
  readonly #upTo = new Map<Oid, ReadonlySet<number>>();
  /** of each segment, those directly above it */
  #above: readonly (readonly number[])[] | null = null;

  constructor(tables: Tables) {
    this.tables = tables;
    for (const n of tables.order) { const { commit } = tables.segments[n]!, list = this.#ending.get(commit); if (list) list.push(n); else this.#ending.set(commit, [n]); }
  }

  /** Segments whose last commit it is: one, or the parts of a commit. */
  ending(commit: Oid): readonly number[] { return this.#ending.get(commit) ?? []; }

  /** All that a commit which ends a segment has behind it, that segment included; nothing where it ends none. */
  upTo(commit: Oid): ReadonlySet<number> {
    const ending = this.#ending.get(commit);
    if (ending === undefined) return NONE;
    let behind = this.#upTo.get(commit);
    if (behind === undefined) {
      const found = new Set(ending), left = [...ending];
      for (let n = left.pop(); n !== undefined; n = left.pop()) for (const other of this.#under(n)) if (!found.has(other)) { found.add(other); left.push(other); }
      this.#upTo.set(commit, behind = found);
    }
    return behind;
  }

  #under(n: number): readonly number[] { const { lower, after } = this.tables.segments[n]!; return after.length === 0 ? lower : [...lower, ...after]; }

  /** The nearest commits behind a segment, other than its own, of which `known` says yes. */
  behind(segment: number, known: (commit: Oid) => boolean): Set<Oid> { return this.#nearest(segment, (n) => this.#under(n), known); }

  /** And those that have it behind them. */
  ahead(segment: number, known: (commit: Oid) => boolean): Set<Oid> {
    if (this.#above === null) {
      const above: number[][] = this.tables.segments.map(() => []);
      for (const n of this.tables.order) for (const under of this.#under(n)) above[under]!.push(n);
      this.#above = above;
    }
    const above = this.#above;
    return this.#nearest(segment, (n) => above[n]!, known);
  }

  #nearest(segment: number, next: (n: number) => readonly number[], known: (commit: Oid) => boolean): Set<Oid> {
    const { segments } = this.tables, own = segments[segment]!.commit;
    const out = new Set<Oid>(), left = [...next(segment)], seen = new Set(left);
    for (let n = left.pop(); n !== undefined; n = left.pop()) {
      const { commit } = segments[n]!;
      if (commit !== own && known(commit)) out.add(commit);
      else for (const other of next(n)) if (!seen.has(other)) { seen.add(other); left.push(other); }
    }
    return out;
  }
}

/** What a segment of one cut holds, as segments of another; null where the other knows no such end. */
function held(segment: number, of: Cut, by: Cut): ReadonlySet<number> | null {
  const { commit: end } = of.tables.segments[segment]!;
  if (by.ending(end).length === 0) return null;
  const out = new Set(by.upTo(end));
  for (const commit of of.behind(segment, (one) => by.ending(one).length > 0)) for (const n of by.upTo(commit)) out.delete(n);
  return out;
}

export class Recut {
  readonly #before: Cut;
  readonly #after: Cut;
  readonly #isChosen: (acu: AcuId, segment: SegmentMeta) => boolean;
  readonly #holds = new Map<number, ReadonlySet<number> | null>();

  /** `isChosen`: is it in the composition, or in the base by now? */
  constructor(before: Tables, after: Tables, isChosen: (acu: AcuId, segment: SegmentMeta) => boolean) {
    this.#before = new Cut(before);
    this.#after = new Cut(after);
    this.#isChosen = isChosen;
  }

  /** Old segments in a new one; null where it ends with a commit that ended none. */
  #heldBy(n: number): ReadonlySet<number> | null {
    let old = this.#holds.get(n);
    if (old === undefined) this.#holds.set(n, old = held(n, this.#after, this.#before));
    return old;
  }

  /** Null where no segment of the new cut is known to hold any of it. */
  partsOf(segment: number): Parts | null {
    const meta = this.#before.tables.segments[segment]!, { segments } = this.#after.tables;
    const ending = this.#after.ending(meta.commit);
    if (ending.length === this.#before.ending(meta.commit).length) {
      const same = ending.find((n) => segments[n]!.tip === meta.tip && segments[n]!.commits === meta.commits);
      if (same !== undefined) return { to: [same], partial: [] };
    }
    const found = this.#holding(segment);
    if (found.size === 0) return null;
    const to: number[] = [], partial: Partial[] = [];
    for (const n of [...found].sort((x, y) => x - y)) {
      const acus = new Map([...this.#heldBy(n) ?? []].flatMap((old) => { const one = this.#before.tables.segments[old]!; return one.acu === null ? [] : [[one.acu, one] as const]; }));
      let chosen = 0;
      for (const [acu, one] of acus) if (this.#isChosen(acu, one)) chosen++;
      // what does not carry cannot be had in part either, and says why itself
      if (chosen < acus.size && segments[n]!.standing === 'exact') partial.push({ segment: n, chosen, all: acus.size }); else to.push(n);
    }
    return { to, partial };
  }

  /** Those that hold some of an old segment. */
  #holding(segment: number): ReadonlySet<number> {
    const found = held(segment, this.#before, this.#after);
    if (found !== null) return found;
    const ends = this.#before.ahead(segment, (commit) => this.#after.ending(commit).length > 0);
    return new Set([...ends].flatMap((commit) => this.#after.ending(commit)).filter((n) => this.#heldBy(n)!.has(segment)));
  }
}
