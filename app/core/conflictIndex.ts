// Which pairs of segments conflict, and where: one sweep over the edits of each context, sorted by path and line, yields the
// pairs whose intervals touch; only those are checked exactly (design.md §4, Conflict index). Works on the tables alone.
import type { PathBytes } from './bytes.ts';
import { ancestors, meeting, mergeRegisters } from './changes.ts';
import { Closures } from './closures.ts';
import { pairsIn } from './decided.ts';
import { type LineHunk, hunksConflict } from './merge3.ts';
import { type ConflictKind, conflictKinds } from './model.ts';
import type { Entry } from './repository.ts';
import { HunkColumn, Row, type Tables } from './tables.ts';

export interface PlaceConflict {
  /** index into tables.paths, or for directory/file the index of the file's path */
  readonly path: number;
  readonly kind: ConflictKind;
  /** flat [start, end]* in lines of the pair's context; empty for registers */
  readonly regions: Int32Array;
}

export interface PairConflict {
  readonly a: number; readonly b: number;
  readonly context: string;
  readonly places: readonly PlaceConflict[];
  /** set where the pair needs more than this version decides: it has no verdict */
  readonly inexact: string | null;
}

const NONE = new Int32Array(0);

export class ConflictIndex {
  readonly tables: Tables;
  /** pair conflicts by `a * segments + b`, a < b; clean pairs are absent */
  readonly pairs = new Map<number, PairConflict>();
  /** pairs the sweep had to check exactly: its cost */
  checked = 0;
  readonly #closures: Closures;
  /** per context: segment · paths + path → row */
  readonly #rowsOf: Map<number, number>[];
  readonly #rowsBySegment: Map<number, number[]>[];
  readonly #lineHunks = new Map<number, LineHunk[]>();

  constructor(tables: Tables) {
    this.tables = tables;
    this.#closures = new Closures(tables.segments);
    this.#rowsOf = tables.contexts.map(() => new Map<number, number>());
    this.#rowsBySegment = tables.contexts.map(() => new Map<number, number[]>());
    for (let r = 0; r < tables.rows.length; r += Row.width) {
      const context = this.#col(r, Row.context), segment = this.#col(r, Row.segment);
      this.#rowsOf[context]!.set(segment * tables.paths.length + this.#col(r, Row.path), r);
      const list = this.#rowsBySegment[context]!.get(segment);
      if (list) list.push(r); else this.#rowsBySegment[context]!.set(segment, [r]);
    }
    this.#sweepBase();
    this.#families();
    this.#decided();
  }

  #col(row: number, column: number): number { return this.tables.rows[row + column]!; }

  /** Is `lower` the segment `upper` itself or below it? */
  includes(upper: number, lower: number): boolean { return this.#closures.includes(upper, lower); }

  /** Indices of the segment and all below it, ascending. */
  closure(segment: number): number[] { return this.#closures.closure(segment); }

  share(a: number, b: number): boolean { return this.#closures.share(a, b); }

  /** The tops of what both stand on, ascending; empty: the base alone. */
  commonTops(a: number, b: number): number[] { return this.#closures.commonTops(a, b); }

  contextName(tops: readonly number[]): string { return this.#closures.contextName(tops); }

  get(a: number, b: number): PairConflict | undefined {
    return this.pairs.get(a < b ? a * this.tables.segments.length + b : b * this.tables.segments.length + a);
  }

  #add(a: number, b: number, context: string, places: PlaceConflict[], inexact: string | null): void {
    const [x, y] = a < b ? [a, b] : [b, a];
    const key = x * this.tables.segments.length + y;
    const old = this.pairs.get(key);
    if (old) this.pairs.set(key, { ...old, places: [...old.places, ...places], inexact: old.inexact ?? inexact });
    else this.pairs.set(key, { a: x, b: y, context, places, inexact });
  }

  #exact(segment: number): boolean { return this.tables.segments[segment]!.standing === 'exact'; }

  /** Pairs that share nothing below them: everything is relative to the base. */
  #sweepBase(): void {
    const context = this.tables.contexts.indexOf('base');
    if (context < 0) return;
    const byPath = new Map<number, number[]>();
    for (let r = 0; r < this.tables.rows.length; r += Row.width) {
      if (this.#col(r, Row.context) !== context || !this.#exact(this.#col(r, Row.segment))) continue;
      const list = byPath.get(this.#col(r, Row.path));
      if (list) list.push(r); else byPath.set(this.#col(r, Row.path), [r]);
    }
    const unrelated = (x: number, y: number): boolean => !this.share(this.#col(x, Row.segment), this.#col(y, Row.segment));
    for (const rows of byPath.values()) {
      if (rows.length < 2) continue;
      const whole = rows.filter((r) => this.#isRegister(r));
      const text = rows.filter((r) => !this.#isRegister(r));
      whole.forEach((x, i) => {
        for (const y of [...whole.slice(i + 1), ...text]) if (unrelated(x, y)) this.#check(x, y, 'base');
      });
      if (text.length > 1) for (const [x, y] of this.#touching(text)) if (unrelated(x, y)) this.#check(x, y, 'base');
    }
    const added = new Map<PathBytes, number[]>();
    for (const [path, rows] of byPath) {
      const adders = rows.filter((r) => this.#adds(r));
      if (adders.length > 0) added.set(this.tables.paths[path]!, adders);
    }
    for (const [path, under] of added) {
      for (const dir of ancestors(path)) {
        for (const x of added.get(dir) ?? []) for (const y of under) {
          if (unrelated(x, y)) this.#place(x, y, 'base', this.#col(x, Row.path), 'directory/file', NONE);
        }
      }
    }
  }

  /** Rows whose meaning is not a set of line intervals: they touch everything in their path. */
  #isRegister(r: number): boolean {
    if (this.#col(r, Row.hunks) < 0) return true;
    const before = this.#col(r, Row.before), after = this.#col(r, Row.after);
    return before < 0 || after < 0 || this.tables.entries[before]!.mode !== this.tables.entries[after]!.mode;
  }

  #adds(r: number): boolean { return this.#col(r, Row.before) < 0 && this.#col(r, Row.after) >= 0; }

  /** Pairs of rows of one path with touching hunks, each once. */
  #touching(rows: readonly number[]): [number, number][] {
    const { hunks } = this.tables;
    const W = HunkColumn.width;
    const all: { row: number; start: number; end: number }[] = [];
    for (const row of rows) {
      const first = this.#col(row, Row.hunk);
      for (let h = first; h < first + this.#col(row, Row.hunks); h++) all.push({ row, start: hunks[h * W]!, end: hunks[h * W + 1]! });
    }
    all.sort((x, y) => x.start - y.start || x.end - y.end || x.row - y.row);
    const found = new Map<number, Set<number>>();
    const out: [number, number][] = [];
    let active: typeof all = [];
    for (const h of all) {
      active = active.filter((o) => o.end >= h.start);
      for (const o of active) {
        if (o.row === h.row) continue;
        const x = Math.min(o.row, h.row), y = Math.max(o.row, h.row);
        let seen = found.get(x);
        if (!seen) found.set(x, seen = new Set());
        if (!seen.has(y)) { seen.add(y); out.push([x, y]); }
      }
      active.push(h);
    }
    return out;
  }

  #entry(row: number, column: number): Entry | null {
    const i = this.#col(row, column);
    return i < 0 ? null : this.tables.entries[i]!;
  }

  #hunks(row: number): LineHunk[] {
    let list = this.#lineHunks.get(row);
    if (list) return list;
    const { hunks, lines } = this.tables;
    list = [];
    const first = this.#col(row, Row.hunk);
    for (let h = first; h < first + this.#col(row, Row.hunks); h++) {
      const at = h * HunkColumn.width;
      const removed = hunks[at + HunkColumn.removed]!, inserted = hunks[at + HunkColumn.inserted]!;
      list.push({
        start: hunks[at]!, end: hunks[at + 1]!,
        removed: lines.subarray(removed, removed + hunks[at + HunkColumn.removedLength]!),
        inserted: lines.subarray(inserted, inserted + hunks[at + HunkColumn.insertedLength]!),
      });
    }
    this.#lineHunks.set(row, list);
    return list;
  }

  #check(x: number, y: number, context: string): void {
    this.checked++;
    const base = this.#entry(x, Row.before);
    const r = mergeRegisters(base, this.#entry(x, Row.after), this.#entry(y, Row.after));
    if ('decided' in r) return;
    const path = this.#col(x, Row.path);
    if ('conflict' in r) { this.#place(x, y, context, path, r.conflict, NONE); return; }
    if (this.#col(x, Row.hunks) < 0 || this.#col(y, Row.hunks) < 0) { this.#place(x, y, context, path, 'binary', NONE); return; }
    const regions = hunksConflict(this.#hunks(x), this.#hunks(y));
    if (regions.length > 0) this.#place(x, y, context, path, base === null ? 'add/add' : 'content', regions);
  }

  #place(x: number, y: number, context: string, path: number, kind: ConflictKind, regions: Int32Array): void {
    this.#add(this.#col(x, Row.segment), this.#col(y, Row.segment), context, [{ path, kind, regions }], null);
  }

  /** Pairs that stand on common segments: compared in the context of what they share. */
  #families(): void {
    const { segments, contexts } = this.tables;
    const members = segments.map((_, i) => i).filter((i) => this.#exact(i));
    const stacked = members.filter((i) => segments[i]!.lower.length > 0);
    for (const b of stacked) {
      for (const a of members) {
        if (a === b || this.includes(a, b) || this.includes(b, a) || !this.share(a, b)) continue;
        if (segments[a]!.lower.length > 0 && a > b) continue;
        const name = this.contextName(this.commonTops(a, b));
        const context = contexts.indexOf(name);
        // without a tree to compare them over they are among the decided
        if (context >= 0) this.#comparePair(a, b, name, context);
      }
    }
  }

  #comparePair(a: number, b: number, name: string, context: number): void {
    const width = this.tables.paths.length;
    const rows = this.#rowsOf[context]!;
    const ofA = this.#rowsBySegment[context]!.get(a) ?? [], ofB = this.#rowsBySegment[context]!.get(b) ?? [];
    for (const x of ofA) {
      const y = rows.get(b * width + this.#col(x, Row.path));
      if (y !== undefined) this.#check(x, y, name);
    }
    const addedB = new Map(ofB.filter((r) => this.#adds(r)).map((r) => [this.tables.paths[this.#col(r, Row.path)]!, r]));
    if (addedB.size === 0) return;
    for (const x of ofA) {
      if (!this.#adds(x)) continue;
      const path = this.tables.paths[this.#col(x, Row.path)]!;
      for (const [other, y] of addedB) {
        if (path === other || !(path.startsWith(`${other}/`) || other.startsWith(`${path}/`))) continue;
        this.#place(x, y, name, meeting(path, other) === path ? this.#col(x, Row.path) : this.#col(y, Row.path), 'directory/file', NONE);
      }
    }
  }

  /** Pairs that were merged: their answer stands in place of the sweep's. */
  #decided(): void {
    const { decided, reasons, segments } = this.tables;
    for (const pair of pairsIn(decided)) {
      const a = decided[pair]!, b = decided[pair + 1]!, count = decided[pair + 2]!;
      const key = a * segments.length + b;
      this.pairs.delete(key);
      if (count === 0) continue;
      const context = this.contextName(this.commonTops(a, b));
      const places: PlaceConflict[] = [];
      for (let at = pair + 3, n = count; n > 0; n--) {
        const length = decided[at + 2]!;
        places.push({ path: decided[at]!, kind: conflictKinds[decided[at + 1]!]!, regions: decided.slice(at + 3, at + 3 + length) });
        at += 3 + length;
      }
      this.pairs.set(key, { a, b, context, places, inexact: count < 0 ? reasons[~count]! : null });
    }
  }
}
