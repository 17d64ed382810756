// Lanes: the rows of one path in one context lie together, for only they can conflict; and the hunks of a lane in the order of their
// lines, equal ones counted once.
import { HunkColumn, Row } from '../tables.ts';
import { type RowNumbers, isText, sameHunk } from './rows.ts';

const W = HunkColumn.width;

/** Sorted by path, then context. */
export interface Lanes {
  readonly path: Int32Array;
  readonly context: Int32Array;
  /** rows of lane l are rows[first[l] … first[l + 1]), in the order of the tables */
  readonly first: Int32Array;
  readonly rows: Int32Array;
}

export function lanesOf({ rows }: RowNumbers, paths: number, contexts: number, exact: (segment: number) => boolean): Lanes {
  let kept = new Int32Array(rows.length / Row.width), count = 0;
  let last = -1, wanted = false;
  for (let r = 0; r < rows.length; r += Row.width) {
    const segment = rows[r + Row.segment]!;
    if (segment !== last) wanted = exact(last = segment);
    if (wanted) kept[count++] = r;
  }
  kept = sortedBy(rows, Row.path, paths, sortedBy(rows, Row.context, contexts, kept.subarray(0, count)));
  const path: number[] = [], context: number[] = [], first: number[] = [];
  for (let i = 0; i < count; i++) {
    const r = kept[i]!, p = rows[r + Row.path]!, c = rows[r + Row.context]!;
    if (i > 0 && p === path.at(-1) && c === context.at(-1)) continue;
    path.push(p); context.push(c); first.push(i);
  }
  first.push(count);
  return { path: Int32Array.from(path), context: Int32Array.from(context), first: Int32Array.from(first), rows: kept };
}

/** Stable, by counting. */
function sortedBy(rows: Int32Array, column: number, values: number, order: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const at = new Int32Array(values + 1);
  for (const r of order) at[rows[r + column]! + 1]!++;
  for (let v = 0; v < values; v++) at[v + 1]! += at[v]!;
  const out = new Int32Array(order.length);
  for (const r of order) out[at[rows[r + column]!]!++] = r;
  return out;
}

/** The first lane of a path, or where it would be. */
export function laneAt({ path }: Lanes, wanted: number): number {
  let low = 0, high = path.length;
  while (low < high) { const mid = (low + high) >>> 1; if (path[mid]! < wanted) low = mid + 1; else high = mid; }
  return low;
}

/** A lane's hunks by start, in classes of equal ones: two equal hunks never conflict, so only different ones are ever compared. */
export class HunkClasses {
  count = 0;
  /** hunks of class c are order[first[c] … first[c + 1]); classes in the order of their starts */
  order = new Int32Array(64);
  first = new Int32Array(65);
  /** of each class */
  start = new Int32Array(64);
  end = new Int32Array(64);
  #hash = new Int32Array(0);
  #spare = new Int32Array(64);

  /** Of the text rows among `laneRows`. */
  gather(d: RowNumbers, laneRows: Int32Array): void {
    let size = 0;
    for (const r of laneRows) if (isText(d, r)) size += d.rows[r + Row.hunks]!;
    if (size > this.order.length) {
      this.order = new Int32Array(2 * size);
      this.#spare = new Int32Array(2 * size);
      this.first = new Int32Array(2 * size + 1);
      this.start = new Int32Array(2 * size);
      this.end = new Int32Array(2 * size);
    }
    let n = 0;
    for (const r of laneRows) {
      if (!isText(d, r)) continue;
      const from = d.rows[r + Row.hunk]!;
      for (let h = from; h < from + d.rows[r + Row.hunks]!; h++) this.order[n++] = h;
    }
    if (this.#hash.length < d.rowOf.length) this.#hash = new Int32Array(d.rowOf.length);
    for (let i = 0; i < n; i++) this.#hash[this.order[i]!] = hashOf(d, this.order[i]!);
    this.#sort(d.hunks, n);
    this.count = 0;
    for (let i = 0; i < n; i++) {
      if (i > 0 && this.#joins(d, i)) continue;
      const at = this.order[i]! * W;
      this.start[this.count] = d.hunks[at]!;
      this.end[this.count] = d.hunks[at + 1]!;
      this.first[this.count++] = i;
    }
    this.first[this.count] = n;
  }

  #joins(d: RowNumbers, i: number): boolean {
    // different hunks of one hash lie side by side only as often as a hash of 32 bits fails: then equal ones may be in two classes
    return this.#hash[this.order[i]!] === this.#hash[this.order[i - 1]!] && sameHunk(d, this.order[i]!, this.order[i - 1]!);
  }

  /** By start, then hash: runs by insertion, then merged. */
  #sort(hunks: Int32Array, n: number): void {
    const hash = this.#hash;
    const less = (x: number, y: number): boolean => hunks[x * W]! < hunks[y * W]! || (hunks[x * W] === hunks[y * W] && hash[x]! < hash[y]!);
    let from = this.order, to = this.#spare;
    for (let low = 0; low < n; low += RUN) {
      const high = Math.min(low + RUN, n);
      for (let i = low + 1; i < high; i++) {
        const h = from[i]!;
        let j = i - 1;
        for (; j >= low && less(h, from[j]!); j--) from[j + 1] = from[j]!;
        from[j + 1] = h;
      }
    }
    for (let width = RUN; width < n; width *= 2) {
      for (let low = 0; low < n; low += 2 * width) {
        const mid = Math.min(low + width, n), high = Math.min(low + 2 * width, n);
        let i = low, j = mid, k = low;
        while (i < mid && j < high) to[k++] = less(from[j]!, from[i]!) ? from[j++]! : from[i++]!;
        while (i < mid) to[k++] = from[i++]!;
        while (j < high) to[k++] = from[j++]!;
      }
      [from, to] = [to, from];
    }
    this.order = from;
    this.#spare = to;
  }
}

const RUN = 12;

/** Of what two equal hunks have in common. */
function hashOf({ hunks, lines }: RowNumbers, h: number): number {
  let hash = hunks[h * W + 1]!;
  const from = hunks[h * W + HunkColumn.inserted]!, to = from + hunks[h * W + HunkColumn.insertedLength]!;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ lines[i]!, 0x01000193) + 0x9e3779b9;
  return hash;
}
