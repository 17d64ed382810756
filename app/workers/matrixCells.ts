// The cells of a matrix of conflicts that hold anything, row by row: never a square of all. The worker draws from them, the page finds in them what is
// under the pointer and where the arrows lead. Places, not nodes: of an order that is on screen.
import type { Order } from './matrixOrder.ts';

/** Entry e of row r, for e from first[r] to first[r + 1], is column col[e], rising; edge[e]: which pair, or NEEDS where the row requires the column. */
export interface Cells { readonly rows: number; readonly first: Int32Array; readonly col: Int32Array; readonly edge: Int32Array }
export const NEEDS = -1;
export const noCells: Cells = { rows: 0, first: new Int32Array(1), col: new Int32Array(0), edge: new Int32Array(0) };

/** Directed: `from[i]` requires `to[i]`. */
export interface Needs { readonly from: Int32Array; readonly to: Int32Array }

/** Memory that both threads see, where there is any: nothing of it is copied. */
const ints = (length: number): Int32Array => (typeof SharedArrayBuffer === 'undefined' ? new Int32Array(length) : new Int32Array(new SharedArrayBuffer(4 * length)));

/** Where each node stands; −1: nowhere. */
export function placesOf(order: Order, nodes: number): Int32Array {
  const place = ints(nodes).fill(-1);
  order.nodes.forEach((node, at) => { place[node] = at; });
  return place;
}

/** A pair stands on both sides of the diagonal, what is required on one; where both are, the pair is shown. */
export function cellsOf(place: Int32Array, rows: number, { a, b }: { readonly a: Int32Array; readonly b: Int32Array }, needs: Needs): Cells {
  const total = 2 * a.length + needs.from.length, at = new Int32Array(total), to = new Int32Array(total), what = new Int32Array(total);
  let n = 0;
  const put = (x: number, y: number, edge: number): void => { if (x >= 0 && y >= 0) { at[n] = x; to[n] = y; what[n] = edge; n++; } };
  for (let i = 0; i < a.length; i++) { const x = place[a[i]!]!, y = place[b[i]!]!; put(x, y, i); put(y, x, i); }
  for (let i = 0; i < needs.from.length; i++) put(place[needs.from[i]!]!, place[needs.to[i]!]!, NEEDS);
  // sorted by column, then by row, each time keeping the order of equals: counting sorts
  const byColumn = sorted(to.subarray(0, n), rows, Int32Array.from({ length: n }, (_, i) => i));
  const byRow = sorted(at.subarray(0, n), rows, byColumn.order), first = ints(rows + 1), col = ints(n), edge = ints(n);
  let length = 0;
  for (let r = 0; r < rows; r++) {
    for (let k = byRow.first[r]!; k < byRow.first[r + 1]!; k++) {
      const i = byRow.order[k]!;
      // pairs came first, and so stand before what is required
      if (length > first[r]! && col[length - 1] === to[i]) continue;
      col[length] = to[i]!;
      edge[length++] = what[i]!;
    }
    first[r + 1] = length;
  }
  return { rows, first, col: col.subarray(0, length), edge: edge.subarray(0, length) };
}

function sorted(key: Int32Array, keys: number, order: Int32Array): { readonly first: Int32Array; readonly order: Int32Array } {
  const first = new Int32Array(keys + 1), out = new Int32Array(order.length);
  for (const i of order) first[key[i]! + 1]!++;
  for (let k = 0; k < keys; k++) first[k + 1]! += first[k]!;
  const fill = first.slice();
  for (const i of order) out[fill[key[i]!]!++] = i;
  return { first, order: out };
}

/** The first entry of a row whose column is not before one. */
export function seek({ first, col }: Cells, row: number, column: number): number {
  let from = first[row]!, to = first[row + 1]!;
  while (from < to) { const half = (from + to) >> 1; if (col[half]! < column) from = half + 1; else to = half; }
  return from;
}

/** What a cell holds: a pair, NEEDS, or null. */
export function entryAt(cells: Cells, row: number, column: number): number | null {
  if (row < 0 || row >= cells.rows) return null;
  const e = seek(cells, row, column);
  return e < cells.first[row + 1]! && cells.col[e] === column ? cells.edge[e]! : null;
}

export type Toward = 'left' | 'right' | 'up' | 'down' | 'first' | 'last';

/**
 * The conflict that an arrow leads to, or null: along the row the next one; up and down the next row that has any, there the one nearest to `goal`,
 * which stays while one goes up and down. `first` and `last` are the row's.
 */
export function stepCell(cells: Cells, row: number, column: number, toward: Toward, goal = column): { readonly row: number; readonly col: number } | null {
  const { first, col, edge, rows } = cells, from = first[row]!, end = first[row + 1]!;
  const along = (start: number, by: 1 | -1): number | null => { for (let e = start; e >= from && e < end; e += by) if (edge[e] !== NEEDS) return col[e]!; return null; };
  if (toward === 'up' || toward === 'down') {
    for (let r = row + (toward === 'up' ? -1 : 1); r >= 0 && r < rows; r += toward === 'up' ? -1 : 1) {
      let best: number | null = null;
      for (let e = first[r]!; e < first[r + 1]!; e++) if (edge[e] !== NEEDS && (best === null || Math.abs(col[e]! - goal) < Math.abs(best - goal))) best = col[e]!;
      if (best !== null) return { row: r, col: best };
    }
    return null;
  }
  const here = seek(cells, row, column);
  const found = toward === 'first' ? along(from, 1) : toward === 'last' ? along(end - 1, -1) : toward === 'right' ? along(here < end && col[here] === column ? here + 1 : here, 1) : along(here - 1, -1);
  return found === null ? null : { row, col: found };
}

/** The gravest pair within some rows and columns (both ends excluded at the end), nearest to a place of equals; null where there is none. `gravity`: of each pair, less is graver. */
export function gravest(cells: Cells, rows: readonly [number, number], cols: readonly [number, number], near: { readonly row: number; readonly col: number }, gravity: (edge: number) => number): { readonly row: number; readonly col: number } | null {
  let best: { row: number; col: number } | null = null, least = Infinity;
  for (let row = Math.max(0, rows[0]); row < Math.min(cells.rows, rows[1]); row++) {
    for (let e = seek(cells, row, cols[0]); e < cells.first[row + 1]! && cells.col[e]! < cols[1]; e++) {
      const col = cells.col[e]!, weight = (cells.edge[e] === NEEDS ? 100 : gravity(cells.edge[e]!)) * 1e9 + Math.abs(row - near.row) + Math.abs(col - near.col);
      if (weight < least) { least = weight; best = { row, col }; }
    }
  }
  return best;
}
