// Which ACUs are selected and where the cursor is: the usual rules of a list (click, Shift, Ctrl, arrows), pure, over the
// order that is on screen.
import { create } from 'zustand';
import type { AcuId } from '../../core/bytes.ts';

export interface Selection {
  readonly selected: ReadonlySet<AcuId>;
  /** the row with the keyboard */
  readonly cursor: AcuId | null;
  /** where a range begins */
  readonly anchor: AcuId | null;
}

export const noSelection: Selection = { selected: new Set(), cursor: null, anchor: null };

export const useSelection = create<Selection>(() => noSelection);

/** ACUs as a list shows them; an array of ids is one. Lines that are about no ACU, headings, are `undefined`; one that is about several gives all of them to `slice`. */
export interface Order {
  readonly length: number;
  at(i: number): AcuId | undefined;
  indexOf(id: AcuId): number;
  slice(from: number, to: number): readonly AcuId[];
}

export type Modifier = 'none' | 'toggle' | 'range';

/** `together`: all that the pressed line is about, where that is more than `id`. */
export function press(at: Selection, id: AcuId, modifier: Modifier, order: Order, together: readonly AcuId[] = [id]): Selection {
  if (modifier === 'toggle') {
    const selected = new Set(at.selected), out = together.every((one) => selected.has(one));
    for (const one of together) if (out) selected.delete(one); else selected.add(one);
    return { selected, cursor: id, anchor: id };
  }
  if (modifier === 'range' && at.anchor !== null) {
    const range = between(order, order.indexOf(at.anchor), order.indexOf(id));
    if (range !== null) return { selected: new Set(range), cursor: id, anchor: at.anchor };
  }
  return { selected: new Set(together), cursor: id, anchor: id };
}

/** Arrows, Page and Home/End: `to` is the new place in `order`. With `keep` (Ctrl) only the cursor goes. */
export function moveTo(at: Selection, to: number, order: Order, how: 'select' | 'extend' | 'keep'): Selection {
  if (order.length === 0) return at;
  const place = Math.max(0, Math.min(order.length - 1, to)), id = order.at(place);
  if (id === undefined) return at;
  if (how === 'keep') return { ...at, cursor: id };
  const anchor = at.anchor ?? at.cursor;
  // by its place: two lines can be about the same ACU
  const range = how === 'extend' && anchor !== null ? between(order, order.indexOf(anchor), place) : null;
  return range === null ? { selected: new Set(order.slice(place, place + 1)), cursor: id, anchor: id } : { selected: new Set(range), cursor: id, anchor };
}

export function selectAll(at: Selection, order: readonly AcuId[]): Selection {
  return { selected: new Set(order), cursor: at.cursor ?? order[0] ?? null, anchor: order[0] ?? null };
}

/** Keeps what still exists after a change of epoch. `heir`: what stands in the place of one that does not, edits of a working tree that was saved again. */
export function retain(at: Selection, exists: (id: AcuId) => boolean, heir: (id: AcuId) => AcuId | undefined = () => undefined): Selection {
  const keep = (id: AcuId | null): AcuId | null => (id === null ? null : exists(id) ? id : heir(id) ?? null);
  const selected = new Set([...at.selected].flatMap((id) => keep(id) ?? []));
  return { selected, cursor: keep(at.cursor), anchor: keep(at.anchor) };
}

/** All from one place to another, whichever comes first; null where one of them is not in the order. */
function between(order: Order, a: number, b: number): readonly AcuId[] | null {
  return a < 0 || b < 0 ? null : order.slice(Math.min(a, b), Math.max(a, b) + 1);
}
