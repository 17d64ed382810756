// Which pairs of segments conflict, and where (design.md §4, Conflict index). Pairs are bits, found by one sweep over the hunks of each
// path or a segment at a time; places are worked out when asked for. What a sweep cannot answer stands in the tables, decided.
import type { Closures } from './closures.ts';
import { Histories } from './histories.ts';
import { Answers } from './index/answers.ts';
import type { Contexts } from './index/contexts.ts';
import { Folders } from './index/folders.ts';
import { type Lanes, laneAt } from './index/lanes.ts';
import { PairSet } from './index/pairSet.ts';
import { Pairing } from './index/pairing.ts';
import { Places, type PlaceConflict, adds, firstRowOf } from './index/places.ts';
import { type RowNumbers, rowNumbers } from './index/rows.ts';
import { Shelves } from './index/shelves.ts';
import { Row, type Tables } from './tables.ts';

export type { PlaceConflict } from './index/places.ts';

/** Two segments that conflict, or whose verdict is not known. Made for who asks; its places are worked out when they are read. */
export interface PairConflict {
  readonly a: number; readonly b: number;
  readonly context: string;
  readonly places: readonly PlaceConflict[];
  /** set where the pair needs more than this version decides: it has no verdict */
  readonly inexact: string | null;
}

export class ConflictIndex {
  #tables: Tables;
  #numbers: RowNumbers;
  #answers: Answers;
  #shelves: Shelves | null = null;
  readonly #found: PairSet;
  /** pairs without a verdict; null as long as there are none */
  #unknown: PairSet | null = null;
  readonly #closures: Closures;
  readonly #histories: Histories;
  readonly #contexts: Contexts;
  readonly #lanes: Lanes;
  readonly #folders: Folders;
  readonly #places: Places;
  readonly #checked: number;

  /** `pairing`: of these tables, swept. */
  constructor(tables: Tables, pairing = new Pairing(tables).whole()) {
    this.#tables = tables;
    this.#checked = pairing.checked;
    this.#found = pairing.found;
    this.#numbers = pairing.numbers;
    this.#lanes = pairing.lanes;
    this.#contexts = pairing.contexts;
    this.#closures = pairing.contexts.closures;
    this.#folders = new Folders((path) => this.#tables.paths[path]!);
    this.#places = new Places(tables, this.#numbers, this.#folders);
    this.#answers = new Answers(tables);
    this.#nest();
    this.#histories = new Histories(tables.segments);
    this.#histories.takeOut(this.#found);
    this.#answers.each((a, b, places) => this.#answer(a, b, places));
  }

  get tables(): Tables { return this.#tables; }
  /** pairs that had to be checked exactly so far: what the index cost */
  get checked(): number { return this.#checked + (this.#shelves?.checked ?? 0); }
  /** of the pairs themselves */
  get bytes(): number { return this.#found.bytes + (this.#unknown?.bytes ?? 0); }

  /** Is `lower` the segment `upper` itself or below it? */
  includes(upper: number, lower: number): boolean { return this.#closures.includes(upper, lower); }
  /** Indices of the segment and all below it, ascending. */
  closure(segment: number): number[] { return this.#closures.closure(segment); }
  share(a: number, b: number): boolean { return this.#closures.share(a, b); }
  /** Does any segment come after another (the finer grains)? */
  get hasHistories(): boolean { return !this.#histories.isEmpty; }
  /** Segments with different ones have no history in common. */
  familyOf(segment: number): number { return this.#histories.familyOf(segment); }
  /** Is one of two before the other in a history? Such a pair never conflicts. */
  standTogether(a: number, b: number): boolean { return this.#histories.together(a, b); }
  /** The tops of what both stand on, ascending; empty: the base alone. */
  commonTops(a: number, b: number): number[] { return this.#closures.commonTops(a, b); }

  /** Do they conflict, or is it not known? */
  has(a: number, b: number): boolean { return this.#found.has(a, b); }
  isUnknown(a: number, b: number): boolean { return this.#unknown?.has(a, b) ?? false; }
  get size(): number { return this.#found.size; }
  /** Segments that `segment` conflicts with, or may, ascending. */
  neighbours(segment: number): Int32Array { return this.#found.of(segment); }
  /** The same, into numbers that are kept and made longer; answers how many. */
  neighboursIn(segment: number, out: { numbers: Int32Array }): number { return this.#found.into(segment, out); }
  /** Every pair once, a < b, ascending. */
  edges(visit: (a: number, b: number) => void): void { this.#found.each(visit); }

  get(a: number, b: number): PairConflict | undefined {
    return this.#found.has(a, b) ? new Pair(this, Math.min(a, b), Math.max(a, b)) : undefined;
  }

  *pairsOf(segment: number): Iterable<PairConflict> {
    for (const other of this.neighbours(segment)) yield new Pair(this, Math.min(segment, other), Math.max(segment, other));
  }

  /** All pairs in published order: the same however the tables came to their numbers. */
  *inOrder(): Iterable<PairConflict> {
    const { order, segments } = this.#tables;
    const place = new Int32Array(segments.length);
    order.forEach((s, i) => { place[s] = i; });
    for (const a of order) {
      const later = this.neighbours(a).filter((b) => place[b]! > place[a]!);
      if (later.length > 1) later.sort((x, y) => place[x]! - place[y]!);
      for (const b of later) yield new Pair(this, Math.min(a, b), Math.max(a, b));
    }
  }

  /** Pairs that conflict further down than this one, the nearest first: nearly always none, or the first answers. */
  *below(a: number, b: number): Iterable<PairConflict> {
    if (this.#closures.at[a]! < 0 && this.#closures.at[b]! < 0) return;
    const under = this.closure(a).reverse(), other = this.closure(b).reverse();
    for (const x of under) for (const y of other) {
      if ((x !== a || y !== b) && this.#found.has(x, y) && !this.isUnknown(x, y)) yield new Pair(this, Math.min(x, y), Math.max(x, y));
    }
  }

  /** For `Pair`. */
  contextOf(a: number, b: number): string { return this.#closures.contextName(this.commonTops(a, b)); }
  placesOf(a: number, b: number): readonly PlaceConflict[] {
    const decided = this.#answers.places(a, b);
    if (decided !== null) return decided;
    const context = this.#contexts.numberOf(this.contextOf(a, b));
    return context === undefined ? [] : this.#places.of(a, b, context);
  }
  reasonOf(a: number, b: number): string | null { return this.isUnknown(a, b) ? this.#answers.reason(a, b) : null; }

  /**
   * The index of tables that have grown out of these: `removed` are gone, `added` are new, and nothing that is left stands on what is
   * gone. Changes this one and gives it back; the cost is that of the segments named.
   */
  next(tables: Tables, removed: readonly number[], added: readonly number[]): this {
    for (const segment of removed) this.remove(segment);
    this.#tables = tables;
    this.#numbers = rowNumbers(tables, this.#numbers);
    this.#places.grown(tables, this.#numbers);
    this.#found.reserve(tables.segments.length);
    this.#unknown?.reserve(tables.segments.length);
    for (let i = this.#closures.count; i < tables.segments.length; i++) this.#closures.add(tables.segments[i]!);
    this.#histories.grow(tables.segments);
    this.#shelves?.grown(this.#numbers);
    this.#answers = new Answers(tables);
    for (const segment of added) this.#contexts.arrive(segment, tables.segments[segment]!.tip);
    this.#contexts.read(tables.contexts);
    for (const segment of added) this.#place(segment);
    for (const segment of added) this.#histories.takeOutOf(this.#found, segment);
    this.#answers.each((a, b, places) => this.#answer(a, b, places));
    return this;
  }

  /** Takes a segment of these tables out. Its uppers have been. */
  remove(segment: number): void {
    if (this.#tables.segments[segment]!.standing !== 'exact') return;
    const shelves = this.#shelf();
    const { rows } = this.#numbers;
    for (let r = firstRowOf(rows, segment); rows[r] === segment; r += Row.width) shelves.remove(r);
    this.#contexts.leave(segment, this.#tables.segments[segment]!.tip);
    this.#found.clear(segment);
    this.#unknown?.clear(segment);
  }

  /** Puts a segment of these tables back that was taken out: `neighbours` says then what it conflicts with. */
  add(segment: number): void {
    this.#contexts.arrive(segment, this.#tables.segments[segment]!.tip);
    this.#contexts.read(this.#tables.contexts);
    this.#place(segment);
    this.#histories.takeOutOf(this.#found, segment);
    this.#answers.each((a, b, places) => { if (a === segment || b === segment) this.#answer(a, b, places); });
  }

  #place(segment: number): void {
    if (this.#tables.segments[segment]!.standing !== 'exact') return;
    const { rows } = this.#numbers, shelves = this.#shelf();
    const from = firstRowOf(rows, segment);
    for (let r = from; rows[r] === segment; r += Row.width) shelves.add(r);
    for (let r = from; rows[r] === segment; r += Row.width) {
      if (!adds(rows, r)) continue;
      const path = rows[r + Row.path]!;
      this.#folders.note(path);
      for (const other of this.#clashing(path)) for (const y of shelves.adders(other, rows[r + Row.context]!)) shelves.meet(r, y, rows[r + Row.context]!);
    }
  }

  #clashing(path: number): number[] {
    if (this.#folders.clashes.size === 0) return [];
    const above = this.#folders.above(path);
    return this.#folders.clashes.has(path) ? above.concat(this.#folders.below(path)) : above;
  }

  #shelf(): Shelves { return this.#shelves ??= new Shelves(this.#numbers, this.#lanes, this.#contexts, this.#found); }

  #answer(a: number, b: number, places: number): void {
    if (this.#histories.together(a, b)) return;
    if (places === 0) this.#found.delete(a, b); else this.#found.add(a, b);
    if (places >= 0) { this.#unknown?.delete(a, b); return; }
    this.#unknown ??= new PairSet(this.#found.room);
    this.#unknown.add(a, b);
  }

  /** Files of some that are folders of others. */
  #nest(): void {
    const { path, context, first, rows: laneRows } = this.#lanes, { rows } = this.#numbers;
    const addersIn = (lane: number): Int32Array => laneRows.subarray(first[lane], first[lane + 1]).filter((r) => adds(rows, r));
    for (let lane = 0; lane < path.length; lane++) {
      for (let i = first[lane]!; i < first[lane + 1]!; i++) if (adds(rows, laneRows[i]!)) { this.#folders.note(path[lane]!); break; }
    }
    const shelves = this.#folders.clashes.size > 0 ? this.#shelf() : null;
    for (const file of this.#folders.clashes) {
      const below = this.#folders.below(file);
      for (let lane = laneAt(this.#lanes, file); path[lane] === file; lane++) {
        const files = addersIn(lane);
        if (files.length === 0) continue;
        for (const other of below) {
          for (let o = laneAt(this.#lanes, other); path[o] === other; o++) {
            if (context[o] === context[lane]) for (const y of addersIn(o)) for (const x of files) shelves!.meet(x, y, context[lane]!);
          }
        }
      }
    }
  }
}

class Pair implements PairConflict {
  readonly a: number;
  readonly b: number;
  readonly #index: ConflictIndex;
  #places: readonly PlaceConflict[] | null = null;

  constructor(index: ConflictIndex, a: number, b: number) {
    this.#index = index;
    this.a = a;
    this.b = b;
  }

  get context(): string { return this.#index.contextOf(this.a, this.b); }
  get places(): readonly PlaceConflict[] { return this.#places ??= this.#index.placesOf(this.a, this.b); }
  get inexact(): string | null { return this.#index.reasonOf(this.a, this.b); }
}
