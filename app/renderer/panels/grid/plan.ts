// What lies where on the screen of one matrix: names at its edges, cells in its plot. Pure: it answers where a gesture would lead and which place is at a
// point; whoever draws it does it. Points are CSS pixels of the canvas; rows and columns are places, in the order they are shown in.
import { heatView } from '../../../workers/client.ts';
import type { At, HeatView, Room, Sheet, Span } from '../../../workers/client.ts';

const { cellAt, fitSize, framed, middleOf, panned, resized, revealed, settled, shown, sizes } = heatView;
const hold = (place: number, count: number): number => Math.max(0, Math.min(count - 1, place));

export type Axis = 'row' | 'col';
export interface Point { readonly x: number; readonly y: number }

export class GridPlan {
  sheet: Sheet = { width: 0, height: 0, left: 0, top: 0, ratio: 1 };
  view: HeatView = { x: { size: 1, start: 0 }, y: { size: 1, start: 0 } };
  count: { readonly rows: number; readonly cols: number } = { rows: 0, cols: 0 };
  /** rows and columns are the same things */
  paired = false;

  /** The first cell that is wholly on screen. */
  first(): At {
    const { x, y } = this.view, { rows, cols } = this.count;
    return { row: hold(Math.ceil(-y.start / y.size), rows), col: hold(Math.ceil(-x.start / x.size), cols) };
  }

  room(axis: Axis): Room {
    const { width, height, left, top } = this.sheet;
    return axis === 'row' ? { count: this.count.rows, length: Math.max(1, height - top) } : { count: this.count.cols, length: Math.max(1, width - left) };
  }

  span(axis: Axis): Span { return axis === 'row' ? this.view.y : this.view.x; }
  hasNames(axis: Axis): boolean { return this.span(axis).size >= sizes.label; }
  /** Rows that a screen has, less one to go on from. */
  page(): number { const [from, to] = shown(this.view.y, this.room('row')); return Math.max(1, to - from - 1); }

  /** Each side fills its own; of what is paired no side of a cell is more than twice the other, or the diagonal would mean little. */
  #least(axis: Axis): number {
    const mine = fitSize(this.room(axis));
    return this.paired ? Math.min(mine, 2 * fitSize(this.room(axis === 'row' ? 'col' : 'row'))) : mine;
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

  /** The middle of a cell, on the canvas. */
  middle(at: At): Point { return { x: this.sheet.left + middleOf(this.view.x, at.col), y: this.sheet.top + middleOf(this.view.y, at.row) }; }
  isOn(at: At | null): boolean {
    const { width, height } = this.sheet, point = at === null ? null : this.middle(at);
    return point !== null && this.gutter(point) === null && point.x <= width && point.y <= height;
  }
  /** Of the plot. */
  centre(): Point { const { width, height, left, top } = this.sheet; return { x: (left + width) / 2, y: (top + height) / 2 }; }
}
