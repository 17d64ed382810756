// Lanes that change: one more row finds what it touches without a sweep, and can be taken out again. A lane is put on a shelf when it is
// first asked for. Costs a row its own hunks, a search in each length of hunks there is, and the conflicts found.
import { HunkColumn, Row } from '../tables.ts';
import { type ContextRows, meetIn } from './contexts.ts';
import { HunkClasses, type Lanes, laneAt } from './lanes.ts';
import type { PairSet } from './pairSet.ts';
import { type RowNumbers, changedMode, hunksDiffer, isText, rowsConflict, sameHunk } from './rows.ts';

const W = HunkColumn.width, NO_HUNK = -1;

/** Width and columns of a bucket's places. */
const PLACE = 3, START = 0, END = 1, HEAD = 2;

/** Different hunks of one kind of length by start; equal ones hang on one another. */
class Bucket {
  /** places in use, times their width */
  size = 0;
  places = new Int32Array(4 * PLACE);

  /** The first place whose start is not below `line`. */
  at(line: number): number {
    const { places } = this;
    let low = 0, high = this.size / PLACE;
    while (low < high) { const mid = (low + high) >>> 1; if (places[mid * PLACE]! < line) low = mid + 1; else high = mid; }
    return low * PLACE;
  }

  insert(at: number, start: number, end: number, head: number): void {
    if (this.size === this.places.length) { const next = new Int32Array(2 * this.size); next.set(this.places); this.places = next; }
    if (at < this.size) this.places.copyWithin(at + PLACE, at, this.size);
    this.places[at] = start;
    this.places[at + END] = end;
    this.places[at + HEAD] = head;
    this.size += PLACE;
  }

  remove(at: number): void {
    this.places.copyWithin(at, at + PLACE, this.size);
    this.size -= PLACE;
  }
}

/** Rows in any order; each knows its place, so that it is taken out without a search. */
interface Texts { count: number; rows: Int32Array }

interface Shelf {
  /** by the kind of length of their hunks */
  readonly buckets: (Bucket | undefined)[];
  readonly texts: Texts;
  /** rows that are no text, by the entry they make */
  readonly wholes: Map<number, Set<number>>;
  /** text rows that change the mode, by the new one */
  readonly modes: Map<number, Set<number>>;
}

/** Lengths of one kind: none, up to 3, up to 15, and so on by four. */
const kindOf = (length: number): number => (33 - Math.clz32(length)) >>> 1;
/** The longest of a kind. */
const longest = (kind: number): number => 4 ** kind - 1;

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
  /** by path, then context */
  readonly #shelves: (Map<number, Shelf> | undefined)[] = [];
  readonly #classes = new HunkClasses();
  #numbers: RowNumbers;
  /** per hunk, the next of those equal to it */
  #next = new Int32Array(0);
  /** per row, by number, its place among the texts of its shelf */
  #placeOf = new Int32Array(0);
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
    const rows = numbers.rows.length / Row.width;
    if (this.#next.length < numbers.rowOf.length) { const next = new Int32Array(numbers.rowOf.length); next.set(this.#next); this.#next = next; }
    if (this.#placeOf.length < rows) { const placeOf = new Int32Array(rows + (rows >>> 2)); placeOf.set(this.#placeOf); this.#placeOf = placeOf; }
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
      const { count, rows: texts } = shelf.texts;
      for (let i = 0; i < count; i++) if (this.#conflict(row, texts[i]!)) this.meet(row, texts[i]!, context);
      put(shelf.wholes, after, row);
      return;
    }
    const mode = changedMode(d, row);
    if (mode !== 0) {
      for (const [other, rows] of shelf.modes) if (other !== mode) for (const r of rows) this.meet(row, r, context);
      put(shelf.modes, mode, row);
    }
    this.#putText(shelf.texts, row);
    for (let h = d.rows[row + Row.hunk]!, end = h + d.rows[row + Row.hunks]!; h < end; h++) this.#addHunk(shelf, h, context);
  }

  remove(row: number): void {
    const d = this.#numbers;
    const shelf = this.#shelf(d.rows[row + Row.path]!, d.rows[row + Row.context]!);
    if (!isText(d, row)) { take(shelf.wholes, d.rows[row + Row.after]!, row); return; }
    this.#takeText(shelf.texts, row);
    if (shelf.modes.size > 0) take(shelf.modes, changedMode(d, row), row);
    for (let h = d.rows[row + Row.hunk]!, end = h + d.rows[row + Row.hunks]!; h < end; h++) this.#removeHunk(shelf, h);
  }

  #putText(texts: Texts, row: number): void {
    if (texts.count === texts.rows.length) { const rows = new Int32Array(2 * texts.count); rows.set(texts.rows); texts.rows = rows; }
    this.#placeOf[row / Row.width] = texts.count;
    texts.rows[texts.count++] = row;
  }

  #takeText(texts: Texts, row: number): void {
    const place = this.#placeOf[row / Row.width]!, last = texts.rows[--texts.count]!;
    texts.rows[place] = last;
    this.#placeOf[last / Row.width] = place;
  }

  meet(x: number, y: number, context: number): void {
    const { rows } = this.#numbers;
    const a = rows[x + Row.segment]!, b = rows[y + Row.segment]!;
    if (a !== b && !this.#found.has(a, b) && meetIn(this.#contexts, a, b, context)) this.#found.add(a, b);
  }

  #conflict(x: number, y: number): boolean { this.checked++; return rowsConflict(this.#numbers, x, y); }

  #addHunk(shelf: Shelf, h: number, context: number): void {
    const d = this.#numbers, { hunks, segmentOf } = d, next = this.#next, found = this.#found;
    const start = hunks[h * W]!, end = hunks[h * W + 1]!, a = segmentOf[h]!;
    let equal = false;
    for (let kind = 0; kind < shelf.buckets.length; kind++) {
      const bucket = shelf.buckets[kind];
      if (bucket === undefined) continue;
      const { places, size } = bucket;
      for (let at = bucket.at(start - longest(kind)); at < size && places[at + START]! <= end; at += PLACE) {
        if (places[at + END]! < start) continue;
        let y = places[at + HEAD]!;
        if (!equal && places[at + START] === start && places[at + END] === end && sameHunk(d, h, y)) {
          equal = true;
          next[h] = y;
          places[at + HEAD] = h;
          continue;
        }
        for (; y !== NO_HUNK; y = next[y]!) {
          const b = segmentOf[y]!;
          if (a === b || found.has(a, b)) continue;
          this.checked++;
          if (hunksDiffer(d, h, y) && meetIn(this.#contexts, a, b, context)) found.add(a, b);
        }
      }
    }
    if (equal) return;
    next[h] = NO_HUNK;
    const bucket = shelf.buckets[kindOf(end - start)] ??= new Bucket();
    bucket.insert(bucket.at(start), start, end, h);
  }

  #removeHunk(shelf: Shelf, h: number): void {
    const { hunks } = this.#numbers, next = this.#next, start = hunks[h * W]!;
    const bucket = shelf.buckets[kindOf(hunks[h * W + 1]! - start)]!, { places } = bucket;
    for (let at = bucket.at(start); at < bucket.size && places[at + START] === start; at += PLACE) {
      const head = places[at + HEAD]!;
      if (head === h) {
        if (next[h] === NO_HUNK) bucket.remove(at); else places[at + HEAD] = next[h]!;
        return;
      }
      if (!sameHunk(this.#numbers, head, h)) continue;
      for (let y = head; y !== NO_HUNK; y = next[y]!) if (next[y] === h) { next[y] = next[h]!; return; }
    }
  }

  #shelf(path: number, context: number): Shelf {
    const shelves = this.#shelves[path] ??= new Map();
    let shelf = shelves.get(context);
    if (shelf === undefined) shelves.set(context, shelf = this.#make(path, context));
    return shelf;
  }

  #make(path: number, context: number): Shelf {
    const d = this.#numbers, classes = this.#classes;
    const shelf: Shelf = { buckets: [], texts: { count: 0, rows: new Int32Array(4) }, wholes: new Map(), modes: new Map() };
    const { first: from, rows } = this.#lanes, lane = laneIn(this.#lanes, path, context);
    if (lane < 0) return shelf;
    const laneRows = rows.subarray(from[lane], from[lane + 1]);
    for (const r of laneRows) {
      if (!isText(d, r)) put(shelf.wholes, d.rows[r + Row.after]!, r);
      else {
        this.#putText(shelf.texts, r);
        if (changedMode(d, r) !== 0) put(shelf.modes, changedMode(d, r), r);
      }
    }
    classes.gather(d, laneRows);
    for (let c = 0; c < classes.count; c++) {
      let head = NO_HUNK;
      for (let i = classes.first[c]!; i < classes.first[c + 1]!; i++) { this.#next[classes.order[i]!] = head; head = classes.order[i]!; }
      const start = d.hunks[head * W]!, end = d.hunks[head * W + 1]!;
      const bucket = shelf.buckets[kindOf(end - start)] ??= new Bucket();
      bucket.insert(bucket.size, start, end, head);
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
