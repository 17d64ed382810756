// What lies where on the screen of one heat map: names at its edges, cells in its plot, in the order they are shown in. Pure: it answers where a
// gesture would lead and what is under a point; screen.ts does it. Points are CSS pixels of the canvas.
import type { Heat } from '../../../../core/collaboration/report.ts';
import { heatView } from '../../../../workers/client.ts';
import type { At, HeatView, Places, Room, Sheet, Span } from '../../../../workers/client.ts';
import { isPaired, placeOf } from './arranging.ts';
import type { Axis, Cell } from './arranging.ts';

const { cellAt, fitSize, framed, middleOf, panned, resized, revealed, settled, shown, sizes, underPoint } = heatView;
const nowhere: Places = { rows: new Uint32Array(0), cols: new Uint32Array(0) };
const hold = (place: number, count: number): number => Math.max(0, Math.min(count - 1, place));

export interface Point { readonly x: number; readonly y: number }

export class Plan {
  sheet: Sheet = { width: 0, height: 0, left: 0, top: 0, ratio: 1 };
  view: HeatView = { x: { size: 1, start: 0 }, y: { size: 1, start: 0 } };
  #heat: Heat | null = null;
  #paired = false;
  #places: Places = nowhere;
  #placeOfRow: Int32Array = new Int32Array(0);
  #placeOfCol: Int32Array = new Int32Array(0);

  get heat(): Heat | null { return this.#heat; }
  get places(): Places { return this.#places; }
  get size(): { readonly rows: number; readonly cols: number } { return { rows: this.#places.rows.length, cols: this.#places.cols.length }; }

  /** Another matrix. False where it has another size, and nothing of the old one can stay. */
  take(heat: Heat): boolean {
    const isAsLarge = this.#heat !== null && this.#heat.rows.length === heat.rows.length && this.#heat.cols.length === heat.cols.length;
    this.#heat = heat;
    this.#paired = isPaired(heat);
    if (!isAsLarge) this.stand(nowhere);
    return isAsLarge;
  }

  /** In another order. */
  stand(places: Places): void {
    this.#places = places;
    this.#placeOfRow = placeOf(places.rows, this.#heat?.rows.length ?? 0);
    this.#placeOfCol = placeOf(places.cols, this.#heat?.cols.length ?? 0);
  }

  /** Where a cell stands; null where it is not shown. */
  at(cell: Cell | null): At | null {
    if (cell === null) return null;
    const at = { row: this.#placeOfRow[cell.row] ?? -1, col: this.#placeOfCol[cell.col] ?? -1 };
    return at.row < 0 || at.col < 0 ? null : at;
  }

  cell({ row, col }: At): Cell { return { row: this.#places.rows[row]!, col: this.#places.cols[col]! }; }

  /** The first cell that is wholly on screen. */
  first(): At {
    const { x, y } = this.view, { rows, cols } = this.size;
    return { row: hold(Math.ceil(-y.start / y.size), rows), col: hold(Math.ceil(-x.start / x.size), cols) };
  }

  room(axis: Axis): Room {
    const { width, height, left, top } = this.sheet;
    return axis === 'row' ? { count: this.#heat?.rows.length ?? 0, length: Math.max(1, height - top) } : { count: this.#heat?.cols.length ?? 0, length: Math.max(1, width - left) };
  }

  span(axis: Axis): Span { return axis === 'row' ? this.view.y : this.view.x; }
  hasNames(axis: Axis): boolean { return this.span(axis).size >= sizes.label; }
  /** Rows that a screen has, less one to go on from. */
  page(): number { const [from, to] = shown(this.view.y, this.room('row')); return Math.max(1, to - from - 1); }

  /** Each side fills its own; of what is paired no side of a cell is more than twice the other, or the diagonal would mean little. */
  #least(axis: Axis): number {
    const mine = fitSize(this.room(axis));
    return this.#paired ? Math.min(mine, 2 * fitSize(this.room(axis === 'row' ? 'col' : 'row'))) : mine;
  }

  fitted(): HeatView { return { x: { size: this.#least('col'), start: 0 }, y: { size: this.#least('row'), start: 0 } }; }
  /** As it was, on a sheet of another size. */
  refitted(): HeatView { return this.zoomed(1, { x: this.sheet.left, y: this.sheet.top }); }

  /** About a point. */
  zoomed(by: number, { x: px, y: py }: Point): HeatView {
    const { x, y } = this.view, { left, top } = this.sheet;
    return { x: resized(x, x.size * by, px - left, this.room('col'), this.#least('col')), y: resized(y, y.size * by, py - top, this.room('row'), this.#least('row')) };
  }

  /** Null where nothing moves. */
  panned(dx: number, dy: number): HeatView | null {
    const x = panned(this.view.x, dx, this.room('col')), y = panned(this.view.y, dy, this.room('row'));
    return x.start === this.view.x.start && y.start === this.view.y.start ? null : { x, y };
  }

  /** Null where it is on screen already. */
  revealed(at: At): HeatView | null {
    const x = revealed(this.view.x, at.col, this.room('col')), y = revealed(this.view.y, at.row, this.room('row'));
    return x === this.view.x && y === this.view.y ? null : { x, y };
  }

  /** From the beginning of one axis. */
  begun(axis: Axis): HeatView {
    const { x, y } = this.view;
    return axis === 'row' ? { x, y: { size: y.size, start: 0 } } : { x: { size: x.size, start: 0 }, y };
  }

  /** A cell with its neighbours, large enough to read. */
  near(at: At): HeatView {
    const one = (place: number, room: Room): Span => {
      const size = Math.max(sizes.near, fitSize(room));
      return settled({ size, start: room.length / 2 - (place + 0.5) * size }, room);
    };
    return { x: one(at.col, this.room('col')), y: one(at.row, this.room('row')) };
  }

  /** What lies between two points, as large as there is room; `axis`: only on that one. */
  framed(a: Point, b: Point, axis: Axis | null): HeatView {
    const one = (which: Axis): Span => {
      const room = this.room(which), span = this.span(which), ends = [a, b].map((point) => hold(Math.floor((this.along(which, point) - span.start) / span.size), room.count));
      return axis !== null && axis !== which ? span : framed(Math.min(...ends), Math.max(...ends), room);
    };
    return { x: one('col'), y: one('row') };
  }

  /** Which names a point is among; null: none, it is in the plot. */
  gutter({ x, y }: Point): Axis | 'corner' | null {
    const { left, top } = this.sheet;
    return x < left && y < top ? 'corner' : x < left ? 'row' : y < top ? 'col' : null;
  }

  /** How far down or across the plot a point is. */
  along(axis: Axis, { x, y }: Point): number { return axis === 'row' ? y - this.sheet.top : x - this.sheet.left; }
  /** The row or column at a point, by its place, or −1. */
  placeAt(axis: Axis, point: Point): number { return cellAt(this.span(axis), this.along(axis, point), this.room(axis).count); }
  /** Before which place something that is dropped here would stand. */
  gap(axis: Axis, point: Point): number {
    const { size, start } = this.span(axis);
    return Math.max(0, Math.min(this.room(axis).count, Math.round((this.along(axis, point) - start) / size)));
  }

  /** The strongest of the cells that the pixel at a point stands for, and how many these are. */
  under(point: Point): { readonly cell: Cell; readonly of: number } | null {
    const heat = this.#heat, { left, top, ratio } = this.sheet, { rows: height, cols: width } = this.size;
    if (heat === null || height === 0 || point.x < left || point.y < top) return null;
    const rows = underPoint(this.view.y, point.y - top, height, ratio), cols = underPoint(this.view.x, point.x - left, width, ratio);
    let best: Cell | null = null, most = -1;
    for (let row = rows[0]; row < rows[1]; row++) {
      for (let col = cols[0]; col < cols[1]; col++) {
        const cell = this.cell({ row, col }), value = heat.value[cell.row * heat.cols.length + cell.col]!;
        if (value > most || best === null) { most = value; best = cell; }
      }
    }
    return best === null ? null : { cell: best, of: (rows[1] - rows[0]) * (cols[1] - cols[0]) };
  }

  /** The middle of a cell, on the canvas. */
  middle(at: At): Point { return { x: this.sheet.left + middleOf(this.view.x, at.col), y: this.sheet.top + middleOf(this.view.y, at.row) }; }
  isOn(at: At | null): boolean {
    const { width, height } = this.sheet, point = at === null ? null : this.middle(at);
    return point !== null && this.gutter(point) === null && point.x <= width && point.y <= height;
  }
  /** Of the plot. */
  centre(): Point { const { width, height, left, top } = this.sheet; return { x: (left + width) / 2, y: (top + height) / 2 }; }
}
