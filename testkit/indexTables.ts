// Tables made of numbers alone, without a repository: for the laws and the benchmark of the conflict index. What git or an import would
// never give is not made either: in one lane all rows start from one entry, and equal results have equal hunks.
import type { Oid, PathBytes } from '../app/core/bytes.ts';
import type { PlaceConflict } from '../app/core/conflictIndex.ts';
import { conflictKinds } from '../app/core/model.ts';
import { HunkColumn, type SegmentMeta, type Tables } from '../app/core/tables.ts';

export interface TextHunk { readonly start: number; readonly end: number; readonly inserted: readonly string[] }
export interface MadeRow {
  readonly context: string; readonly path: string;
  readonly before: { readonly mode: number; readonly content: string } | null;
  readonly after: { readonly mode: number; readonly content: string } | null;
  /** null: no text */
  readonly hunks: readonly TextHunk[] | null;
}

class Numbers<T> {
  readonly values: T[] = [];
  readonly #at = new Map<string, number>();
  of(key: string, value: T): number {
    let n = this.#at.get(key);
    if (n === undefined) this.#at.set(key, n = this.values.push(value) - 1);
    return n;
  }
}

class Column {
  #data = new Int32Array(1024);
  length = 0;
  push(value: number): void {
    if (this.length === this.#data.length) { const next = new Int32Array(2 * this.length); next.set(this.#data); this.#data = next; }
    this.#data[this.length++] = value;
  }
  view(): Int32Array { return this.#data.subarray(0, this.length); }
}

/** Grows as the engine's tables do: numbers stay, what is gone keeps its number. */
export class TableMaker {
  readonly segments: SegmentMeta[] = [];
  readonly decided = new Map<string, { a: number; b: number; places: readonly PlaceConflict[] | string }>();
  readonly #paths = new Numbers<PathBytes>();
  readonly #contexts = new Numbers<string>();
  readonly #entries = new Numbers<{ mode: number; oid: Oid }>();
  readonly #texts = new Numbers<string>();
  readonly #rows = new Column();
  readonly #hunks = new Column();
  readonly #lines = new Column();

  constructor() { this.#contexts.of('base', 'base'); }

  /** `baseLine`: what line i of a path's text in a context is. */
  add(tip: string, lower: readonly number[], rows: readonly MadeRow[], baseLine: (context: string, path: string, line: number) => string, after: readonly number[] = []): number {
    const segment = this.segments.length;
    this.segments.push({
      tip: tip as Oid, lower, standing: 'exact', reason: '', stale: [], acu: null, title: '', author: { name: '', email: '' }, time: 0, commits: 1,
      paths: [], hunks: 0, added: 0, deleted: 0, needs: [], renames: [], notes: [], collisions: [], within: null, commit: tip as Oid, after,
    } as unknown as SegmentMeta);
    for (const { context, path, before, after, hunks } of rows) {
      const entry = (e: MadeRow['before']): number => (e === null ? -1 : this.#entries.of(`${e.mode} ${e.content}`, { mode: e.mode, oid: e.content as Oid }));
      const row = [segment, this.#contexts.of(context, context), this.#paths.of(path, path as PathBytes), entry(before), entry(after), this.#hunks.length / HunkColumn.width, hunks === null ? -1 : hunks.length];
      for (const n of row) this.#rows.push(n);
      for (const { start, end, inserted } of hunks ?? []) {
        for (const n of [start, end, this.#lines.length, end - start, this.#lines.length + end - start, inserted.length]) this.#hunks.push(n);
        for (let i = start; i < end; i++) this.#line(baseLine(context, path, i));
        for (const line of inserted) this.#line(line);
      }
    }
    return segment;
  }

  #line(text: string): void { this.#lines.push(this.#texts.of(text, text)); }
  path(name: string): number { return this.#paths.of(name, name as PathBytes); }

  remove(segment: number): void {
    this.segments[segment] = { ...this.segments[segment]!, standing: 'gone', lower: [], after: [] };
    for (const [key, { a, b }] of this.decided) if (a === segment || b === segment) this.decided.delete(key);
  }

  tables(): Tables {
    const decided: number[] = [], reasons: string[] = [];
    for (const { a, b, places } of [...this.decided.values()].sort((x, y) => x.a - y.a || x.b - y.b)) {
      if (typeof places === 'string') decided.push(a, b, ~(reasons.push(places) - 1));
      else decided.push(a, b, places.length, ...places.flatMap(({ path, kind, regions }) => [path, conflictKinds.indexOf(kind), regions.length, ...regions]));
    }
    return {
      base: '' as Oid, baseTree: '' as Oid, baseName: 'main', grain: 'branch', sources: [], skipped: [],
      segments: [...this.segments], order: Int32Array.from(this.segments.flatMap((s, i) => (s.standing === 'gone' ? [] : [i]))),
      paths: [...this.#paths.values], contexts: [...this.#contexts.values], entries: [...this.#entries.values],
      rows: this.#rows.view(), hunks: this.#hunks.view(), lines: new Uint32Array(this.#lines.view().buffer, 0, this.#lines.length),
      decided: Int32Array.from(decided), reasons,
    };
  }

  live(): number[] { return this.segments.flatMap((s, i) => (s.standing === 'gone' ? [] : [i])); }
  /** Nothing stands on them, or comes after them. */
  tops(): number[] {
    const under = new Set(this.segments.flatMap((s) => [...s.lower, ...s.after]));
    return this.live().filter((i) => !under.has(i));
  }
}
