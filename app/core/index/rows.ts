// The rows of the tables as numbers alone, and whether two rows of one path in one context conflict: by whole entries, or hunk by
// hunk where both are text. The same numbers serve in a worker, where names are unknown. places.ts says where they conflict.
import { formatOf } from '../changes.ts';
import { HunkColumn, Row, type Tables } from '../tables.ts';

const W = HunkColumn.width;

export interface RowNumbers {
  /** as in Tables; a row is named by its offset */
  readonly rows: Int32Array;
  readonly hunks: Int32Array;
  readonly lines: Uint32Array;
  /** per hunk its row, and the row's segment */
  readonly rowOf: Int32Array;
  readonly segmentOf: Int32Array;
  /** per entry its mode, and a number that entries have in common exactly if their contents are one object */
  readonly modes: Int32Array;
  readonly objects: Int32Array;
}

export type ArraysOfTables = Pick<Tables, 'rows' | 'hunks' | 'lines' | 'entries'>;

/** Numbers of tables that may have grown at their ends since `before`. */
export function rowNumbers(tables: ArraysOfTables, before: RowNumbers | null = null): RowNumbers {
  const { rows, hunks, lines, entries } = tables;
  let { rowOf, segmentOf, modes, objects } = before ?? NOTHING;
  const hunkCount = hunks.length / W;
  if (rowOf.length < hunkCount) {
    rowOf = larger(rowOf, hunkCount, before === null);
    segmentOf = larger(segmentOf, hunkCount, before === null);
  }
  ownRows(rows, before?.rows.length ?? 0, rowOf, segmentOf);
  const known = before === null ? 0 : entriesKnown.get(before)!;
  if (modes.length < entries.length) {
    const contents = contentsOf.get(modes);
    modes = larger(modes, entries.length, before === null);
    if (before !== null && contents !== undefined) contentsOf.set(modes, contents);
    objects = larger(objects, entries.length, before === null);
  }
  for (let e = known; e < entries.length; e++) { modes[e] = entries[e]!.mode; objects[e] = e; }
  if (known < entries.length) sameObjects(entries, modes, objects, known);
  const out = { rows, hunks, lines, rowOf, segmentOf, modes, objects };
  entriesKnown.set(out, entries.length);
  return out;
}

/** Tells the hunks of all rows from `from` on whose they are. */
export function ownRows(rows: Int32Array, from: number, rowOf: Int32Array, segmentOf: Int32Array): void {
  for (let r = from; r < rows.length; r += Row.width) {
    const first = rows[r + Row.hunk]!, segment = rows[r + Row.segment]!;
    for (let h = first; h < first + rows[r + Row.hunks]!; h++) { rowOf[h] = r; segmentOf[h] = segment; }
  }
}

const NOTHING = { rowOf: new Int32Array(0), segmentOf: new Int32Array(0), modes: new Int32Array(0), objects: new Int32Array(0) };

/** How many entries such numbers cover: their arrays have room for more. */
const entriesKnown = new WeakMap<RowNumbers, number>();

function larger(old: Int32Array, length: number, exact: boolean): Int32Array {
  const out = new Int32Array(exact ? length : length + (length >>> 1));
  out.set(old);
  return out;
}

/** Entries are distinct, so those of one object differ in their modes, and most modes are the plain one. Those before `known` are done. */
function sameObjects(entries: Tables['entries'], modes: Int32Array, objects: Int32Array, known: number): void {
  let contents = contentsOf.get(modes);
  if (contents === undefined) { contentsOf.set(modes, (contents = { odd: new Map(), plain: null })); known = 0; }
  const { odd } = contents;
  let { plain } = contents;
  for (let e = known; e < entries.length; e++) {
    const { oid } = entries[e]!;
    if (modes[e] === PLAIN) { plain?.set(oid, e); continue; }
    if (odd.has(oid)) continue;
    odd.set(oid, e);
    if (known === 0) continue;
    if (plain === null) {
      plain = contents.plain = new Map();
      for (let p = 0; p < e; p++) if (modes[p] === PLAIN) plain.set(entries[p]!.oid, p);
    }
    const same = plain.get(oid);
    if (same !== undefined) objects[same] = e;
  }
  if (odd.size > 0) for (let e = known; e < entries.length; e++) objects[e] = odd.get(entries[e]!.oid) ?? e;
}

/** By the numbers' modes: the first entry of an odd mode of each object; and of the plain one, once an odd one has come to others. */
const contentsOf = new WeakMap<Int32Array, { readonly odd: Map<string, number>; plain: Map<string, number> | null }>();

const PLAIN = 0o100644, REGULAR = 0o100000, NO_ENTRY = -1;

/** Does a row mean a set of line intervals? Others touch everything in their path. */
export function isText({ rows, modes }: RowNumbers, row: number): boolean {
  const before = rows[row + Row.before]!, after = rows[row + Row.after]!;
  return before >= 0 && after >= 0 && rows[row + Row.hunks]! >= 0 && formatOf(modes[before]!) === REGULAR && formatOf(modes[after]!) === REGULAR;
}

/** The row's new mode where it changes the mode of a file, else 0. */
export function changedMode({ rows, modes }: RowNumbers, row: number): number {
  const before = rows[row + Row.before]!, after = rows[row + Row.after]!;
  return before >= 0 && after >= 0 && modes[before] !== modes[after] ? modes[after]! : 0;
}

/** mergeRegisters of changes.ts and hunksConflict of merge3.ts, for two rows of one path in one context. */
export function rowsConflict(d: RowNumbers, x: number, y: number): boolean {
  const { rows, modes, objects } = d;
  const base = rows[x + Row.before]!, a = rows[x + Row.after]!, b = rows[y + Row.after]!;
  if (a === b) return false;
  if (a < 0 || b < 0) return true;
  if (formatOf(modes[a]!) !== formatOf(modes[b]!)) return true;
  const was = base < 0 ? NO_ENTRY : modes[base]!;
  if (modes[a] !== modes[b] && modes[a] !== was && modes[b] !== was) return true;
  if (objects[a] === objects[b] || (base >= 0 && (objects[a] === objects[base] || objects[b] === objects[base]))) return false;
  if (formatOf(modes[a]!) !== REGULAR) return true;
  if (rows[x + Row.hunks]! < 0 || rows[y + Row.hunks]! < 0) return true;
  return regionsIn(d, x, y, null);
}

/** The base regions [start, end]* where two text rows conflict, or rows of files that both add. */
export function regionsOf(d: RowNumbers, x: number, y: number): Int32Array {
  const found: number[] = [];
  regionsIn(d, x, y, found);
  return Int32Array.from(found);
}

/** Without `found`, stops at the first. */
function regionsIn(d: RowNumbers, x: number, y: number, found: number[] | null): boolean {
  const { rows, hunks } = d;
  const endX = rows[x + Row.hunk]! + rows[x + Row.hunks]!, endY = rows[y + Row.hunk]! + rows[y + Row.hunks]!;
  for (let p = rows[x + Row.hunk]!, q = rows[y + Row.hunk]!; p < endX && q < endY;) {
    if (hunks[p * W + 1]! < hunks[q * W]!) { p++; continue; }
    if (hunks[q * W + 1]! < hunks[p * W]!) { q++; continue; }
    if (hunksDiffer(d, p, q)) {
      if (found === null) return true;
      found.push(region.start, region.end);
    }
    p = region.nextX;
    q = region.nextY;
  }
  return found !== null && found.length > 0;
}

/** Where the last region lay, and the first hunks behind it: written by `hunksDiffer`, so that it makes nothing. */
const region = { start: 0, end: 0, nextX: 0, nextY: 0 };

/**
 * Two hunks that touch, of two rows: do the rows give the joined region different texts? The region is everything of either row
 * that is connected with the two by touching (merge3.ts, hunksConflict).
 */
export function hunksDiffer(d: RowNumbers, x: number, y: number): boolean {
  const { rows, hunks, rowOf } = d;
  const rowX = rowOf[x]!, rowY = rowOf[y]!;
  // what makes one content is one change, whatever a reader made of its hunks
  if (rows[rowX + Row.after] === rows[rowY + Row.after]) return false;
  const firstX = rows[rowX + Row.hunk]!, firstY = rows[rowY + Row.hunk]!;
  let start = Math.min(hunks[x * W]!, hunks[y * W]!);
  for (;;) {
    if (x > firstX && hunks[(x - 1) * W + 1]! >= start) start = Math.min(start, hunks[--x * W]!);
    else if (y > firstY && hunks[(y - 1) * W + 1]! >= start) start = Math.min(start, hunks[--y * W]!);
    else break;
  }
  const lastX = firstX + rows[rowX + Row.hunks]!, lastY = firstY + rows[rowY + Row.hunks]!;
  let p = x, q = y, end = start, growth = 0;
  for (;;) {
    if (p < lastX && hunks[p * W]! <= end) {
      const at = p++ * W;
      if (hunks[at + 1]! > end) end = hunks[at + 1]!;
      growth += hunks[at + HunkColumn.insertedLength]! - hunks[at + 1]! + hunks[at]!;
    } else if (q < lastY && hunks[q * W]! <= end) {
      const at = q++ * W;
      if (hunks[at + 1]! > end) end = hunks[at + 1]!;
      growth -= hunks[at + HunkColumn.insertedLength]! - hunks[at + 1]! + hunks[at]!;
    } else break;
  }
  region.start = start;
  region.end = end;
  region.nextX = p;
  region.nextY = q;
  if (growth !== 0) return true;
  if (p - x === 1 && q - y === 1 && hunks[x * W] === hunks[y * W] && hunks[x * W + 1] === hunks[y * W + 1]) return !sameInserted(d, x, y);
  const lines = fill(0, d, x, p, y, start, end);
  fill(1, d, y, q, x, start, end);
  const [one, other] = texts;
  for (let i = 0; i < lines; i++) if (one![i] !== other![i]) return true;
  return false;
}

/** Do two hunks that begin at one line and remove as much put in the same? */
function sameInserted({ hunks, lines }: RowNumbers, x: number, y: number): boolean {
  const length = hunks[x * W + HunkColumn.insertedLength]!;
  if (length !== hunks[y * W + HunkColumn.insertedLength]!) return false;
  for (let i = hunks[x * W + HunkColumn.inserted]!, j = hunks[y * W + HunkColumn.inserted]!, end = i + length; i < end; i++, j++) if (lines[i] !== lines[j]) return false;
  return true;
}

/** Are two hunks one and the same change? */
export function sameHunk(d: RowNumbers, x: number, y: number): boolean {
  return d.hunks[x * W] === d.hunks[y * W] && d.hunks[x * W + 1] === d.hunks[y * W + 1] && sameInserted(d, x, y);
}

const texts = [new Uint32Array(256), new Uint32Array(256)];

/** One side's text of base lines [start, end); what it keeps of the base is among what the other side removes. */
function fill(side: 0 | 1, { hunks, lines }: RowNumbers, from: number, to: number, other: number, start: number, end: number): number {
  let size = end - start;
  for (let h = from; h < to; h++) size += hunks[h * W + HunkColumn.insertedLength]!;
  if (texts[side]!.length < size) texts[side] = new Uint32Array(2 * size);
  const text = texts[side]!;
  let filled = 0, at = start;
  for (let h = from; h <= to; h++) {
    const keepTo = h < to ? hunks[h * W]! : end;
    for (; at < keepTo; at++) {
      while (hunks[other * W + 1]! <= at) other++;
      text[filled++] = lines[hunks[other * W + HunkColumn.removed]! + at - hunks[other * W]!]!;
    }
    if (h < to) {
      const inserted = hunks[h * W + HunkColumn.inserted]!, length = hunks[h * W + HunkColumn.insertedLength]!;
      for (let n = 0; n < length; n++) text[filled++] = lines[inserted + n]!;
      at = hunks[h * W + 1]!;
    }
  }
  return filled;
}
