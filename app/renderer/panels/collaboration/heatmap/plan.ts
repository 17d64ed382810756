// What lies where on the screen of one heat map, in the order it is shown in: its matrix, and which of its cells is at a place.
import type { Heat } from '../../../../core/collaboration/report.ts';
import { heatView } from '../../../../workers/client.ts';
import type { At, Places } from '../../../../workers/client.ts';
import { GridPlan } from '../../grid/plan.ts';
import type { Point } from '../../grid/plan.ts';
import { isPaired, placeOf } from './arranging.ts';
import type { Cell } from './arranging.ts';

const nowhere: Places = { rows: new Uint32Array(0), cols: new Uint32Array(0) };

export class Plan extends GridPlan {
  #heat: Heat | null = null;
  #places: Places = nowhere;
  #placeOfRow: Int32Array = new Int32Array(0);
  #placeOfCol: Int32Array = new Int32Array(0);

  get heat(): Heat | null { return this.#heat; }
  get places(): Places { return this.#places; }
  /** of what is arranged: nothing where that is not yet known */
  get size(): { readonly rows: number; readonly cols: number } { return { rows: this.#places.rows.length, cols: this.#places.cols.length }; }

  /** Another matrix. False where it has another size, and nothing of the old one can stay. */
  take(heat: Heat): boolean {
    const isAsLarge = this.#heat !== null && this.#heat.rows.length === heat.rows.length && this.#heat.cols.length === heat.cols.length;
    this.#heat = heat;
    this.count = { rows: heat.rows.length, cols: heat.cols.length };
    this.paired = isPaired(heat);
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

  /** The strongest of the cells that the pixel at a point stands for, and how many these are. */
  under(point: Point): { readonly cell: Cell; readonly of: number } | null {
    const heat = this.#heat, { left, top, ratio } = this.sheet, { rows: height, cols: width } = this.size;
    if (heat === null || height === 0 || point.x < left || point.y < top) return null;
    const rows = heatView.underPoint(this.view.y, point.y - top, height, ratio), cols = heatView.underPoint(this.view.x, point.x - left, width, ratio);
    let best: Cell | null = null, most = -1;
    for (let row = rows[0]; row < rows[1]; row++) {
      for (let col = cols[0]; col < cols[1]; col++) {
        const cell = this.cell({ row, col }), value = heat.value[cell.row * heat.cols.length + cell.col]!;
        if (value > most || best === null) { most = value; best = cell; }
      }
    }
    return best === null ? null : { cell: best, of: (rows[1] - rows[0]) * (cols[1] - cols[0]) };
  }
}
