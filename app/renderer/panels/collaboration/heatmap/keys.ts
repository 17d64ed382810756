// Where a key leads in a heat map. Pure.
import type { At } from '../../../../workers/client.ts';
import type { Axis } from './arranging.ts';

export interface Stroke { readonly key: string; readonly shiftKey: boolean; readonly ctrlKey: boolean; readonly metaKey: boolean; readonly altKey: boolean }
export interface Size { readonly rows: number; readonly cols: number }

const hold = (place: number, count: number): number => Math.max(0, Math.min(count - 1, place));
/** Steps with Shift. */
const MANY = 10;

/** The cell that a key goes to from another, or null where it goes nowhere. `page`: rows of a screen. */
export function stepped({ key, shiftKey, ctrlKey, metaKey }: Stroke, { row, col }: At, { rows, cols }: Size, page: number): At | null {
  const many = shiftKey ? MANY : 1, whole = ctrlKey || metaKey;
  const places: Readonly<Record<string, At>> = {
    ArrowUp: { row: row - many, col }, ArrowDown: { row: row + many, col }, ArrowLeft: { row, col: col - many }, ArrowRight: { row, col: col + many },
    Home: { row: whole ? 0 : row, col: 0 }, End: { row: whole ? rows - 1 : row, col: cols - 1 },
    PageUp: { row: row - page, col }, PageDown: { row: row + page, col },
  };
  const to = places[key];
  return to === undefined ? null : { row: hold(to.row, rows), col: hold(to.col, cols) };
}

/** With Alt: which row or column goes where; `to`: the place it would have then. */
export function carried({ key, shiftKey }: Stroke, at: At, { rows, cols }: Size): { readonly axis: Axis; readonly from: number; readonly to: number } | null {
  const steps: Readonly<Record<string, readonly [Axis, number]>> = { ArrowUp: ['row', -1], ArrowDown: ['row', 1], ArrowLeft: ['col', -1], ArrowRight: ['col', 1] };
  const step = steps[key];
  if (step === undefined) return null;
  const [axis, by] = step;
  return { axis, from: at[axis], to: hold(at[axis] + by * (shiftKey ? MANY : 1), axis === 'row' ? rows : cols) };
}
