// In which order rows and columns stand: as they came, clustered, by name, by what one of them has, or as someone moved them. Pure.
import type { Heat } from '../../../../core/collaboration/report.ts';
import type { HeatNames, Places } from '../../../../workers/client.ts';
import type { Axis } from '../../grid/plan.ts';

export type { Axis } from '../../grid/plan.ts';
/** By their positions in `heat.rows` and `heat.cols`. */
export interface Cell { readonly row: number; readonly col: number }

export const namedOrders = ['clustered', 'name', 'given'] as const;
export type NamedOrder = typeof namedOrders[number];
/** `by`: the columns sorted by what the row `index` has in them, or the rows likewise; `hand`: names were moved. */
export type Order =
  | { readonly kind: NamedOrder }
  | { readonly kind: 'by'; readonly axis: Axis; readonly index: number; readonly from: Places }
  | { readonly kind: 'hand'; readonly places: Places };

/** Both sides are the same things: they keep one order, so that the diagonal stays one. */
export function isPaired({ of, rows, cols }: Pick<Heat, 'of' | 'rows' | 'cols'>): boolean {
  return of[0] === of[1] && rows.length === cols.length && rows.every((one, i) => one === cols[i]);
}

const given = (n: number): Uint32Array => Uint32Array.from({ length: n }, (_, i) => i);
/** Numbers by size, so that `part 10` stands after `part 9`. */
const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
const byName = (names: readonly string[]): Uint32Array => given(names.length).sort((a, b) => collator.compare(names[a]!, names[b]!) || a - b);

export function placesOf(heat: Heat, names: HeatNames, order: Order): Places {
  switch (order.kind) {
    case 'given': return { rows: given(heat.rows.length), cols: given(heat.cols.length) };
    case 'clustered': return { rows: heat.clustered[0], cols: heat.clustered[1] };
    case 'name': return { rows: byName(names.rows), cols: byName(names.cols) };
    case 'hand': return order.places;
    case 'by': return sortedBy(heat, order.from, order.axis, order.index);
  }
}

/** The strongest first; equal ones stay as they stood. */
function sortedBy(heat: Heat, from: Places, axis: Axis, index: number): Places {
  const width = heat.cols.length, isRow = axis === 'row';
  const value = (i: number): number => heat.value[isRow ? index * width + i : i * width + index]!;
  const sorted = (isRow ? from.cols : from.rows).slice().sort((a, b) => value(b) - value(a));
  if (isPaired(heat)) return { rows: sorted, cols: sorted };
  return isRow ? { rows: from.rows, cols: sorted } : { rows: sorted, cols: from.cols };
}

/** With what stands at place `from` put before what stands at place `to` (the length: at the end). */
export function moved(heat: Heat, places: Places, axis: Axis, from: number, to: number): Places {
  const list = [...(axis === 'row' ? places.rows : places.cols)], [one] = list.splice(from, 1);
  if (one === undefined) return places;
  list.splice(to > from ? to - 1 : to, 0, one);
  const next = Uint32Array.from(list);
  if (isPaired(heat)) return { rows: next, cols: next };
  return axis === 'row' ? { rows: next, cols: places.cols } : { rows: places.rows, cols: next };
}

/** At which place each stands: the other way round. */
export function placeOf(order: Uint32Array, count: number): Int32Array {
  const place = new Int32Array(count).fill(-1);
  order.forEach((one, at) => { place[one] = at; });
  return place;
}

/** Whether an order that names things by position can be kept for another matrix: the same things on both sides. */
export function isAlike(a: Heat, b: Heat): boolean {
  const same = (x: Uint32Array, y: Uint32Array): boolean => x.length === y.length && x.every((one, i) => one === y[i]);
  return a.kind === b.kind && a.of[0] === b.of[0] && a.of[1] === b.of[1] && same(a.rows, b.rows) && same(a.cols, b.cols);
}
