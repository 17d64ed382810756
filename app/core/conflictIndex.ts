// Which pairs of segments conflict, and where: one sweep over the edits of each context, sorted by path and line, yields the
// pairs whose intervals touch; only those are checked exactly (design.md §4, Conflict index). Works on the tables alone.
import type { PathBytes } from './bytes.ts';
import { ancestors, meeting, mergeRegisters } from './changes.ts';
import { type LineHunk, hunksConflict } from './merge3.ts';
import type { ConflictKind } from './model.ts';
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
  readonly #words: number;
  readonly #closure: Uint32Array;
  /** per context: segment · paths + path → row */
  readonly #rowsOf: Map<number, number>[];
  readonly #rowsBySegment: Map<number, number[]>[];
  readonly #lineHunks = new Map<number, LineHunk[]>();

  constructor(tables: Tables) {
    this.tables = tables;
    const n = tables.segments.length;
    this.#words = (n + 31) >>> 5;
    this.#closure = new Uint32Array(n * this.#words);
    tables.segments.forEach((s, i) => {
      const at = i * this.#words;
      for (const l of s.lower) for (let w = 0; w < this.#words; w++) this.#closure[at + w]! |= this.#closure[l * this.#words + w]!;
      this.#closure[at + (i >>> 5)]! |= 1 << (i & 31);
    });
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
    this.#renames();
  }

  #col(row: number, column: number): number { return this.tables.rows[row + column]!; }

  /** Is `lower` the segment `upper` itself or below it? */
  includes(upper: number, lower: number): boolean {
    return (this.#closure[upper * this.#words + (lower >>> 5)]! & (1 << (lower & 31))) !== 0;
  }

  /** Indices of the segment and all below it, ascending. */
  closure(segment: number): number[] {
    const out: number[] = [];
    for (let i = 0; i <= segment; i++) if (this.includes(segment, i)) out.push(i);
    return out;
  }

  share(a: number, b: number): boolean {
    for (let w = 0; w < this.#words; w++) {
      if ((this.#closure[a * this.#words + w]! & this.#closure[b * this.#words + w]!) !== 0) return true;
    }
    return false;
  }

  /** The tops of what both stand on, ascending; empty: the base alone. */
  commonTops(a: number, b: number): number[] {
    const common = this.closure(Math.min(a, b)).filter((i) => this.includes(a, i) && this.includes(b, i));
    return common.filter((i) => !common.some((o) => o !== i && this.includes(o, i)));
  }

  contextName(tops: readonly number[]): string {
    return tops.length === 0 ? 'base' : tops.map((i) => this.tables.segments[i]!.tip).sort().join('+');
  }

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
        if (context < 0) {
          if (this.#bothWrite(a, b)) this.#add(a, b, name, [], 'their common lower tops conflict, so their base is a virtual ancestor');
          continue;
        }
        this.#comparePair(a, b, name, context);
      }
    }
  }

  /** Without a context of their own, two segments whose cumulative paths are disjoint still cannot conflict. */
  #bothWrite(a: number, b: number): boolean {
    const context = this.tables.contexts.indexOf('base');
    const other = this.#rowsOf[context];
    return (this.#rowsBySegment[context]?.get(a) ?? []).some((r) => other!.has(b * this.tables.paths.length + this.#col(r, Row.path)));
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

  /** Possible renames that the other side's edits could meet: such a pair gets no verdict (design.md: "not yet exact"). */
  #renames(): void {
    const { segments, paths } = this.tables;
    if (!segments.some((s) => s.renames.length > 0)) return;
    const touching = new Map<PathBytes, Set<number>>();
    const addingIn = new Map<string, Set<number>>();
    const note = <K>(map: Map<K, Set<number>>, key: K, segment: number): void => {
      const set = map.get(key);
      if (set) set.add(segment); else map.set(key, new Set([segment]));
    };
    for (let r = 0; r < this.tables.rows.length; r += Row.width) {
      const path = paths[this.#col(r, Row.path)]!;
      note(touching, path, this.#col(r, Row.segment));
      if (this.#adds(r)) note(addingIn, path.slice(0, Math.max(0, path.lastIndexOf('/'))), this.#col(r, Row.segment));
    }
    segments.forEach((s, a) => {
      if (s.standing !== 'exact') return;
      for (const { from, to, emptied } of s.renames) {
        const others = new Set<number>([...(touching.get(from) ?? []), ...(touching.get(to) ?? [])]);
        for (const dir of emptied) for (const o of addingIn.get(dir) ?? []) others.add(o);
        for (const b of others) {
          if (a === b || !this.#exact(b) || this.includes(a, b) || this.includes(b, a)) continue;
          this.#add(a, b, this.contextName(this.commonTops(a, b)), [], `a possible rename of ${from} to ${to} meets the other side`);
        }
      }
    });
  }
}
