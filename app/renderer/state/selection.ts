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

export type Modifier = 'none' | 'toggle' | 'range';

export function press(at: Selection, id: AcuId, modifier: Modifier, order: readonly AcuId[]): Selection {
  if (modifier === 'toggle') {
    const selected = new Set(at.selected);
    if (!selected.delete(id)) selected.add(id);
    return { selected, cursor: id, anchor: id };
  }
  if (modifier === 'range' && at.anchor !== null) {
    const range = between(order, at.anchor, id);
    if (range !== null) return { selected: new Set(range), cursor: id, anchor: at.anchor };
  }
  return { selected: new Set([id]), cursor: id, anchor: id };
}

/** Arrows, Page and Home/End: `to` is the new place in `order`. With `keep` (Ctrl) only the cursor goes. */
export function moveTo(at: Selection, to: number, order: readonly AcuId[], how: 'select' | 'extend' | 'keep'): Selection {
  if (order.length === 0) return at;
  const id = order[Math.max(0, Math.min(order.length - 1, to))]!;
  if (how === 'keep') return { ...at, cursor: id };
  return press(how === 'extend' && at.anchor === null ? { ...at, anchor: at.cursor } : at, id, how === 'extend' ? 'range' : 'none', order);
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

function between(order: readonly AcuId[], from: AcuId, to: AcuId): readonly AcuId[] | null {
  const a = order.indexOf(from), b = order.indexOf(to);
  if (a < 0 || b < 0) return null;
  return order.slice(Math.min(a, b), Math.max(a, b) + 1);
}
