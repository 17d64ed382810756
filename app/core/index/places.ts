// Where two segments conflict, and how: worked out from their rows when somebody asks, never kept.
import { mergeRegisters } from '../changes.ts';
import type { ConflictKind } from '../model.ts';
import type { Entry } from '../repository.ts';
import { Row, type Tables } from '../tables.ts';
import type { Folders } from './folders.ts';
import { type RowNumbers, regionsOf } from './rows.ts';

export interface PlaceConflict {
  /** index into tables.paths, or for directory/file the index of the file's path */
  readonly path: number;
  readonly kind: ConflictKind;
  /** flat [start, end]* in lines of the pair's context; empty for registers */
  readonly regions: Int32Array;
}

const NONE = new Int32Array(0);

export class Places {
  #tables: Tables;
  #numbers: RowNumbers;
  readonly #folders: Folders;
  /** of a segment that was asked for: its rows by context, then path */
  #sorted = new Map<number, Int32Array>();

  constructor(tables: Tables, numbers: RowNumbers, folders: Folders) {
    this.#tables = tables;
    this.#numbers = numbers;
    this.#folders = folders;
  }

  /** The same segments in tables that have grown at their ends. */
  grown(tables: Tables, numbers: RowNumbers): void {
    this.#tables = tables;
    this.#numbers = numbers;
  }

  /** Sorted by path and kind. `context`: the one they are compared in. */
  of(a: number, b: number, context: number): PlaceConflict[] {
    const { rows } = this.#numbers;
    const ofA = this.#rows(a, context), ofB = this.#rows(b, context);
    const out: PlaceConflict[] = [];
    for (let i = 0, j = 0; i < ofA.length && j < ofB.length;) {
      const x = rows[ofA[i]! + Row.path]!, y = rows[ofB[j]! + Row.path]!;
      if (x < y) i++;
      else if (y < x) j++;
      else this.#check(ofA[i++]!, ofB[j++]!, x, out);
    }
    for (let i = out.length - 1; i >= 0; i--) if (out[i]!.kind === 'modify/delete') this.#replaced(out[i]!.path, ofA, ofB, out);
    if (this.#folders.clashes.size > 0) { this.#nested(ofA, ofB, out); this.#nested(ofB, ofA, out); }
    if (out.length < 2) return out;
    const { paths } = this.#tables;
    return out.sort((p, q) => (p.path === q.path ? (p.kind < q.kind ? -1 : 1) : paths[p.path]! < paths[q.path]! ? -1 : 1));
  }

  #check(x: number, y: number, path: number, out: PlaceConflict[]): void {
    const d = this.#numbers;
    const base = this.#entry(x, Row.before);
    const r = mergeRegisters(base, this.#entry(x, Row.after), this.#entry(y, Row.after));
    if ('decided' in r) return;
    if ('conflict' in r) { out.push({ path, kind: r.conflict, regions: NONE }); return; }
    if (d.rows[x + Row.hunks]! < 0 || d.rows[y + Row.hunks]! < 0) { out.push({ path, kind: 'binary', regions: NONE }); return; }
    const regions = regionsOf(d, x, y);
    if (regions.length > 0) out.push({ path, kind: base === null ? 'add/add' : 'content', regions });
  }

  /** Files of one side that are folders of the other. */
  #nested(files: Int32Array, others: Int32Array, out: PlaceConflict[]): void {
    const { rows } = this.#numbers;
    for (const y of others) if (adds(rows, y)) this.#above(rows[y + Row.path]!, files, out);
  }

  /** Of a file that one side deleted and the conflict keeps: a file of the deleting side may stand in place of a folder above it. */
  #replaced(path: number, ofA: Int32Array, ofB: Int32Array, out: PlaceConflict[]): void {
    const { rows } = this.#numbers;
    this.#above(path, rows[rowAt(rows, ofA, path) + Row.after]! < 0 ? ofA : ofB, out);
  }

  #above(path: number, files: Int32Array, out: PlaceConflict[]): void {
    const { rows } = this.#numbers;
    for (const folder of this.#folders.above(path)) {
      const x = rowAt(rows, files, folder);
      if (x >= 0 && adds(rows, x) && !out.some((p) => p.path === folder && p.kind === 'directory/file')) out.push({ path: folder, kind: 'directory/file', regions: NONE });
    }
  }

  #entry(row: number, column: number): Entry | null {
    const i = this.#numbers.rows[row + column]!;
    return i < 0 ? null : this.#tables.entries[i]!;
  }

  /** The segment's rows in this context, by path. */
  #rows(segment: number, context: number): Int32Array {
    const { rows } = this.#numbers;
    let sorted = this.#sorted.get(segment);
    if (sorted === undefined) {
      const from = firstRowOf(rows, segment);
      let to = from;
      while (rows[to] === segment) to += Row.width;
      sorted = Int32Array.from({ length: (to - from) / Row.width }, (_, i) => from + i * Row.width).sort((x, y) => rows[x + Row.context]! - rows[y + Row.context]! || rows[x + Row.path]! - rows[y + Row.path]!);
      this.#sorted.set(segment, sorted);
    }
    let from = 0, to = sorted.length;
    while (from < to && rows[sorted[from]! + Row.context]! < context) from++;
    while (to > from && rows[sorted[to - 1]! + Row.context]! > context) to--;
    return sorted.subarray(from, to);
  }
}

/** Of a path. */
function rowAt(rows: Int32Array, sorted: Int32Array, path: number): number {
  let low = 0, high = sorted.length;
  while (low < high) { const mid = (low + high) >>> 1; if (rows[sorted[mid]! + Row.path]! < path) low = mid + 1; else high = mid; }
  return low < sorted.length && rows[sorted[low]! + Row.path] === path ? sorted[low]! : -1;
}

/** Where a segment's rows begin: they lie together up to where another's begin, and segments ascend. */
export function firstRowOf(rows: Int32Array, segment: number): number {
  let low = 0, high = rows.length / Row.width;
  while (low < high) { const mid = (low + high) >>> 1; if (rows[mid * Row.width]! < segment) low = mid + 1; else high = mid; }
  return low * Row.width;
}

/** Is a file where there was nothing? */
export function adds(rows: Int32Array, row: number): boolean { return rows[row + Row.before]! < 0 && rows[row + Row.after]! >= 0; }
