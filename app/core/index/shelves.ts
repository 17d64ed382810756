// Lanes that change: one more row finds what it touches without a sweep, and can be taken out again. A lane is put on a shelf when it is
// first asked for. Costs a row its own hunks, a search in each length of hunks there is, and the conflicts found.
import { HunkColumn, Row } from '../tables.ts';
import { type ContextRows, meetIn } from './contexts.ts';
import { HunkClasses, type Lanes, laneAt } from './lanes.ts';
import type { PairSet } from './pairSet.ts';
import { type RowNumbers, changedMode, hunksDiffer, isText, rowsConflict, sameHunk } from './rows.ts';

const W = HunkColumn.width, NO_HUNK = -1;

/** Different hunks of about one length (from half of a power of two to below it) by start; equal ones hang on one another. */
class Bucket {
  count = 0;
  start = new Int32Array(4);
  end = new Int32Array(4);
  head = new Int32Array(4);

  /** The first place whose start is not below `line`. */
  at(line: number): number {
    let low = 0, high = this.count;
    while (low < high) { const mid = (low + high) >>> 1; if (this.start[mid]! < line) low = mid + 1; else high = mid; }
    return low;
  }

  insert(at: number, start: number, end: number, head: number): void {
    if (this.count === this.start.length) {
      for (const column of ['start', 'end', 'head'] as const) { const next = new Int32Array(2 * this.count); next.set(this[column]); this[column] = next; }
    }
    this.start.copyWithin(at + 1, at, this.count);
    this.end.copyWithin(at + 1, at, this.count);
    this.head.copyWithin(at + 1, at, this.count);
    this.start[at] = start;
    this.end[at] = end;
    this.head[at] = head;
    this.count++;
  }

  remove(at: number): void {
    this.start.copyWithin(at, at + 1, this.count);
    this.end.copyWithin(at, at + 1, this.count);
    this.head.copyWithin(at, at + 1, this.count);
    this.count--;
  }
}

interface Shelf {
  /** by how many bits the length of its hunks has */
  readonly buckets: (Bucket | undefined)[];
  readonly texts: Set<number>;
  /** rows that are no text, by the entry they make */
  readonly wholes: Map<number, Set<number>>;
  /** text rows that change the mode, by the new one */
  readonly modes: Map<number, Set<number>>;
}

const bits = (length: number): number => 32 - Math.clz32(length);

function put<K>(map: Map<K, Set<number>>, key: K, value: number): void {
  const set = map.get(key);
  if (set) set.add(value); else map.set(key, new Set([value]));
}

function take<K>(map: Map<K, Set<number>>, key: K, value: number): void {
  const set = map.get(key);
  if (set?.delete(value) && set.size === 0) map.delete(key);
}

export class Shelves {
  readonly #lanes: Lanes;
  readonly #contexts: ContextRows;
  readonly #found: PairSet;
  readonly #shelves = new Map<number, Map<number, Shelf>>();
  readonly #classes = new HunkClasses();
  #numbers: RowNumbers;
  /** per hunk, the next of those equal to it */
  #next = new Int32Array(0);
  checked = 0;

  constructor(numbers: RowNumbers, lanes: Lanes, contexts: ContextRows, found: PairSet) {
    this.#numbers = numbers;
    this.#lanes = lanes;
    this.#contexts = contexts;
    this.#found = found;
    this.grown(numbers);
  }

  /** Numbers that have grown at their ends. */
  grown(numbers: RowNumbers): void {
    this.#numbers = numbers;
    if (this.#next.length >= numbers.rowOf.length) return;
    const next = new Int32Array(numbers.rowOf.length);
    next.set(this.#next);
    this.#next = next;
  }

  /** Rows that add this path in this context. */
  *adders(path: number, context: number): Iterable<number> {
    const { rows } = this.#numbers;
    for (const set of this.#shelf(path, context).wholes.values()) for (const r of set) if (rows[r + Row.before]! < 0) yield r;
  }

  /** Adds to the pairs found those of one more row with all that are here. */
  add(row: number): void {
    const d = this.#numbers, context = d.rows[row + Row.context]!, after = d.rows[row + Row.after]!;
    const shelf = this.#shelf(d.rows[row + Row.path]!, context);
    for (const [entry, rows] of shelf.wholes) {
      if (entry === after || !this.#conflict(row, first(rows))) continue;
      for (const other of rows) this.meet(row, other, context);
    }
    if (!isText(d, row)) {
      for (const other of shelf.texts) if (this.#conflict(row, other)) this.meet(row, other, context);
      put(shelf.wholes, after, row);
      return;
    }
    const mode = changedMode(d, row);
    if (mode !== 0) {
      for (const [other, rows] of shelf.modes) if (other !== mode) for (const r of rows) this.meet(row, r, context);
      put(shelf.modes, mode, row);
    }
    shelf.texts.add(row);
    for (let h = d.rows[row + Row.hunk]!, end = h + d.rows[row + Row.hunks]!; h < end; h++) this.#addHunk(shelf, h, context);
  }

  remove(row: number): void {
    const d = this.#numbers;
    const shelf = this.#shelf(d.rows[row + Row.path]!, d.rows[row + Row.context]!);
    if (!isText(d, row)) { take(shelf.wholes, d.rows[row + Row.after]!, row); return; }
    shelf.texts.delete(row);
    take(shelf.modes, changedMode(d, row), row);
    for (let h = d.rows[row + Row.hunk]!, end = h + d.rows[row + Row.hunks]!; h < end; h++) this.#removeHunk(shelf, h);
  }

  meet(x: number, y: number, context: number): void {
    const { rows } = this.#numbers;
    const a = rows[x + Row.segment]!, b = rows[y + Row.segment]!;
    if (a !== b && !this.#found.has(a, b) && meetIn(this.#contexts, a, b, context)) this.#found.add(a, b);
  }

  #conflict(x: number, y: number): boolean { this.checked++; return rowsConflict(this.#numbers, x, y); }

  #addHunk(shelf: Shelf, h: number, context: number): void {
    const d = this.#numbers, { rows, hunks, rowOf } = d;
    const start = hunks[h * W]!, end = hunks[h * W + 1]!, a = rows[rowOf[h]! + Row.segment]!;
    let equal = false;
    for (let length = 0; length < shelf.buckets.length; length++) {
      const bucket = shelf.buckets[length];
      if (bucket === undefined) continue;
      const reach = length >= 31 ? start : 2 ** length - 1;
      for (let i = bucket.at(start - reach); i < bucket.count && bucket.start[i]! <= end; i++) {
        if (bucket.end[i]! < start) continue;
        let y = bucket.head[i]!;
        if (!equal && bucket.start[i] === start && bucket.end[i] === end && sameHunk(d, h, y)) {
          equal = true;
          this.#next[h] = y;
          bucket.head[i] = h;
          continue;
        }
        for (; y !== NO_HUNK; y = this.#next[y]!) {
          const b = rows[rowOf[y]! + Row.segment]!;
          if (a === b || this.#found.has(a, b)) continue;
          this.checked++;
          if (hunksDiffer(d, h, y) && meetIn(this.#contexts, a, b, context)) this.#found.add(a, b);
        }
      }
    }
    if (equal) return;
    this.#next[h] = NO_HUNK;
    const bucket = shelf.buckets[bits(end - start)] ??= new Bucket();
    bucket.insert(bucket.at(start), start, end, h);
  }

  #removeHunk(shelf: Shelf, h: number): void {
    const { hunks } = this.#numbers, start = hunks[h * W]!;
    const bucket = shelf.buckets[bits(hunks[h * W + 1]! - start)]!;
    for (let i = bucket.at(start); bucket.start[i] === start && i < bucket.count; i++) {
      if (bucket.head[i] === h) {
        if (this.#next[h] === NO_HUNK) bucket.remove(i); else bucket.head[i] = this.#next[h]!;
        return;
      }
      if (!sameHunk(this.#numbers, bucket.head[i]!, h)) continue;
      for (let y = bucket.head[i]!; y !== NO_HUNK; y = this.#next[y]!) if (this.#next[y] === h) { this.#next[y] = this.#next[h]!; return; }
    }
  }

  #shelf(path: number, context: number): Shelf {
    let shelves = this.#shelves.get(path);
    if (shelves === undefined) this.#shelves.set(path, shelves = new Map());
    let shelf = shelves.get(context);
    if (shelf === undefined) shelves.set(context, shelf = this.#make(path, context));
    return shelf;
  }

  #make(path: number, context: number): Shelf {
    const d = this.#numbers, classes = this.#classes;
    const shelf: Shelf = { buckets: [], texts: new Set(), wholes: new Map(), modes: new Map() };
    const { first: from, rows } = this.#lanes, lane = laneIn(this.#lanes, path, context);
    if (lane < 0) return shelf;
    const laneRows = rows.subarray(from[lane], from[lane + 1]);
    for (const r of laneRows) {
      if (!isText(d, r)) put(shelf.wholes, d.rows[r + Row.after]!, r);
      else {
        shelf.texts.add(r);
        if (changedMode(d, r) !== 0) put(shelf.modes, changedMode(d, r), r);
      }
    }
    classes.gather(d, laneRows);
    for (let c = 0; c < classes.count; c++) {
      let head = NO_HUNK;
      for (let i = classes.first[c]!; i < classes.first[c + 1]!; i++) { this.#next[classes.order[i]!] = head; head = classes.order[i]!; }
      const start = d.hunks[head * W]!, end = d.hunks[head * W + 1]!;
      const bucket = shelf.buckets[bits(end - start)] ??= new Bucket();
      bucket.insert(bucket.count, start, end, head);
    }
    return shelf;
  }
}

function first(set: Set<number>): number { for (const value of set) return value; return -1; }

function laneIn(lanes: Lanes, path: number, context: number): number {
  let lane = laneAt(lanes, path);
  for (; lane < lanes.path.length && lanes.path[lane] === path; lane++) if (lanes.context[lane] === context) return lane;
  return -1;
}
