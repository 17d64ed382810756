// What lies under a point of the conflict graph, without asking anybody and without looking at every node: a uniform grid over the nodes'
// places and one over the edges' ways. The nodes' is made in a millisecond where it is used; the edges' is made by the painter and posted.

/** A grid of square cells over a box, what lies in cell c is item[first[c] … first[c + 1]). */
interface Cells {
  readonly left: number; readonly top: number;
  /** side of a cell, in the graph's units */
  readonly cell: number;
  readonly columns: number; readonly rows: number;
  readonly first: Int32Array;
  readonly item: Int32Array;
}

/** Nodes a cell holds on average. */
const PER_CELL = 2;
/** Cells along the longer side of an edge grid: more would make it large, for an edge is in every cell that it crosses. */
const EDGE_CELLS = 64;

interface Box { readonly left: number; readonly top: number; readonly width: number; readonly height: number }

/** Of all nodes: 0 × 0 at the origin where there are none. */
export function boxOf(positions: Float32Array): Box {
  let left = Infinity, right = -Infinity, top = Infinity, bottom = -Infinity;
  for (let i = 0; i < positions.length; i += 2) {
    const x = positions[i]!, y = positions[i + 1]!;
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < top) top = y;
    if (y > bottom) bottom = y;
  }
  return positions.length === 0 ? { left: 0, top: 0, width: 0, height: 0 } : { left, top, width: right - left, height: bottom - top };
}

/** From lists of (cell, item), in order of items: counts, then places. `visit` is run twice. */
function fill(cells: Omit<Cells, 'first' | 'item'>, visit: (put: (cell: number, item: number) => void) => void): Cells {
  const first = new Int32Array(cells.columns * cells.rows + 1);
  visit((cell) => { first[cell + 1]!++; });
  for (let c = 1; c < first.length; c++) first[c]! += first[c - 1]!;
  const item = new Int32Array(first[first.length - 1]!), next = first.slice();
  visit((cell, one) => { item[next[cell]!++] = one; });
  return { ...cells, first, item };
}

const clamp = (value: number, most: number): number => (value < 0 ? 0 : value > most ? most : value);

export class NodeGrid {
  readonly #positions: Float32Array;
  readonly #cells: Cells;

  constructor(positions: Float32Array) {
    const { left, top, width, height } = boxOf(positions), n = positions.length / 2;
    // as many cells as asked for, and never more along a side than there are nodes: a line of nodes has cells in one row
    const cell = Math.max(Math.sqrt((width * height * PER_CELL) / Math.max(1, n)), Math.max(width, height) / Math.max(1, n), 1e-6);
    const columns = Math.floor(width / cell) + 1, rows = Math.floor(height / cell) + 1;
    this.#positions = positions;
    this.#cells = fill({ left, top, cell, columns, rows }, (put) => {
      for (let i = 0; i < n; i++) put(clamp(Math.floor((positions[2 * i + 1]! - top) / cell), rows - 1) * columns + clamp(Math.floor((positions[2 * i]! - left) / cell), columns - 1), i);
    });
  }

  /** The node nearest to a point and nearer than `reach`, the first of equals; −1 where there is none. */
  nearest(x: number, y: number, reach: number): number {
    let best = -1, least = reach * reach;
    this.#each(x - reach, y - reach, x + reach, y + reach, (i) => {
      const dx = this.#positions[2 * i]! - x, dy = this.#positions[2 * i + 1]! - y, d = dx * dx + dy * dy;
      if (d < least || (d === least && best >= 0 && i < best)) { least = d; best = i; }
    });
    return best;
  }

  /** The nodes inside a polygon (x and y of each corner, closed by itself, even-odd), in ascending order. */
  within(polygon: ArrayLike<number>): number[] {
    const { left, top, width, height } = boxOf(Float32Array.from(polygon)), out: number[] = [];
    if (polygon.length < 6) return out;
    this.#each(left, top, left + width, top + height, (i) => { if (inside(polygon, this.#positions[2 * i]!, this.#positions[2 * i + 1]!)) out.push(i); });
    return out.sort((p, q) => p - q);
  }

  #each(left: number, top: number, right: number, bottom: number, visit: (i: number) => void): void {
    const { left: l, top: t, cell, columns, rows, first, item } = this.#cells;
    const c1 = clamp(Math.floor((right - l) / cell), columns - 1), r1 = clamp(Math.floor((bottom - t) / cell), rows - 1);
    for (let r = clamp(Math.floor((top - t) / cell), rows - 1); r <= r1; r++)
      for (let c = clamp(Math.floor((left - l) / cell), columns - 1); c <= c1; c++)
        for (let k = first[r * columns + c]!; k < first[r * columns + c + 1]!; k++) visit(item[k]!);
  }
}

/** Is a point inside a polygon, by the even-odd rule? */
export function inside(polygon: ArrayLike<number>, x: number, y: number): boolean {
  let within = false;
  for (let i = 0, j = polygon.length - 2; i < polygon.length; j = i, i += 2) {
    const xi = polygon[i]!, yi = polygon[i + 1]!, xj = polygon[j]!, yj = polygon[j + 1]!;
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) within = !within;
  }
  return within;
}

/** What a worker posts of an edge grid: the cells, and nothing that it could not post. */
export type EdgeCells = Cells;

/** For each edge every cell that it crosses. */
export function edgeCells(positions: Float32Array, a: Int32Array, b: Int32Array): EdgeCells {
  const { left, top, width, height } = boxOf(positions), cell = Math.max(width, height, 1e-6) / EDGE_CELLS;
  const columns = Math.floor(width / cell) + 1, rows = Math.floor(height / cell) + 1;
  return fill({ left, top, cell, columns, rows }, (put) => {
    for (let e = 0; e < a.length; e++) {
      crossed((positions[2 * a[e]!]! - left) / cell, (positions[2 * a[e]! + 1]! - top) / cell, (positions[2 * b[e]!]! - left) / cell, (positions[2 * b[e]! + 1]! - top) / cell,
        (c, r) => put(clamp(r, rows - 1) * columns + clamp(c, columns - 1), e));
    }
  });
}

/** Cells on the way from one point to another, in units of cells: from border to border (Amanatides and Woo 1987). */
function crossed(x1: number, y1: number, x2: number, y2: number, visit: (column: number, row: number) => void): void {
  let c = Math.floor(x1), r = Math.floor(y1);
  const toC = Math.floor(x2), toR = Math.floor(y2), dx = Math.abs(x2 - x1), dy = Math.abs(y2 - y1), stepC = x2 > x1 ? 1 : -1, stepR = y2 > y1 ? 1 : -1;
  let nextC = dx === 0 ? Infinity : (stepC > 0 ? c + 1 - x1 : x1 - c) / dx, nextR = dy === 0 ? Infinity : (stepR > 0 ? r + 1 - y1 : y1 - r) / dy;
  for (let left = Math.abs(toC - c) + Math.abs(toR - r); left >= 0; left--) {
    visit(c, r);
    if (nextC < nextR) { c += stepC; nextC += 1 / dx; } else { r += stepR; nextR += 1 / dy; }
  }
}

/** The edge nearest to a point and nearer than `reach` of those that are `wanted`; −1 where there is none. */
export function nearestEdge(cells: EdgeCells, positions: Float32Array, a: Int32Array, b: Int32Array, x: number, y: number, reach: number, wanted: (edge: number) => boolean): number {
  const { left, top, cell, columns, rows, first, item } = cells;
  let best = -1, least = reach * reach;
  const c1 = clamp(Math.floor((x + reach - left) / cell), columns - 1), r1 = clamp(Math.floor((y + reach - top) / cell), rows - 1);
  for (let r = clamp(Math.floor((y - reach - top) / cell), rows - 1); r <= r1; r++) {
    for (let c = clamp(Math.floor((x - reach - left) / cell), columns - 1); c <= c1; c++) {
      for (let k = first[r * columns + c]!; k < first[r * columns + c + 1]!; k++) {
        const e = item[k]!, d = distance2(positions, a[e]!, b[e]!, x, y);
        if ((d < least || (d === least && best >= 0 && e < best)) && wanted(e)) { least = d; best = e; }
      }
    }
  }
  return best;
}

/** The square of the distance of a point from the line between two nodes. */
export function distance2(positions: Float32Array, i: number, j: number, x: number, y: number): number {
  const x1 = positions[2 * i]!, y1 = positions[2 * i + 1]!, dx = positions[2 * j]! - x1, dy = positions[2 * j + 1]! - y1, length2 = dx * dx + dy * dy;
  const t = length2 === 0 ? 0 : clamp(((x - x1) * dx + (y - y1) * dy) / length2, 1), px = x1 + t * dx - x, py = y1 + t * dy - y;
  return px * px + py * py;
}
