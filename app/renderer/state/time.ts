// Which moment the window shows: now, or the state that an operation left. The log's line of ticks is pure here; going there is
// app/past.ts, which swaps what the replica and the composition show.
import { create } from 'zustand';
import type { Operation, OperationKind } from '../../core/events.ts';

export interface TimeState {
  /** the strip is shown */
  readonly open: boolean;
  /** the operation whose state is shown; null: now */
  readonly at: Operation | null;
  /** the moment on its way: the newest wish, which what is shown follows */
  readonly going: number | null;
  /** the whole log, oldest first: operation n is at n - 1; empty until the strip was opened once */
  readonly log: readonly Operation[];
  /** two moments whose difference is shown; null: none is */
  readonly compared: { readonly a: number; readonly b: number } | null;
  /** the operation that commands are about: the one pointed at in the history, else the one shown */
  readonly marked: number | null;
  /** the form that names a branch to be written of the moment shown is open */
  readonly branching: boolean;
}

export const useTime = create<TimeState>(() => ({ open: false, at: null, going: null, log: [], compared: null, marked: null, branching: false }));

export const isPast = (): boolean => useTime.getState().at !== null;

/** What everything that would change something says while the past is shown. */
export const PAST = 'This is the past: go back to now first.';

/** Operations whose effect is not in the state now: undone and not done again. */
export function takenBack(operations: readonly Operation[]): ReadonlySet<number> {
  const gone = new Set<number>();
  for (const operation of operations.toSorted((x, y) => x.id - y.id)) {
    if (operation.target === null) continue;
    if (operation.kind === 'undo') gone.add(operation.target);
    if (operation.kind === 'redo') gone.delete(operation.target);
  }
  return gone;
}

/** One mark of the strip: an operation, or several that lie too close to be told apart. */
export interface Tick {
  /** pixels from the left */
  readonly x: number;
  /** ids of the first and the last operation */
  readonly from: number; readonly to: number;
  /** of the one that weighs most: an import or a branch among twenty compositions is what one looks for */
  readonly kind: OperationKind;
}

const weightOf: Readonly<Record<OperationKind, number>> = { import: 5, 'write-branch': 4, return: 3, undo: 2, redo: 2, recipe: 1, open: 1, compose: 0 };

/** Operations lie evenly, for what one looks for is steps and not hours: those closer than `least` pixels are one tick. */
export function ticksOf(log: readonly Operation[], width: number, least: number): readonly Tick[] {
  const most = Math.max(1, Math.floor(width / least)), per = Math.max(1, Math.ceil(log.length / most)), out: Tick[] = [];
  for (let first = 0; first < log.length; first += per) {
    const group = log.slice(first, first + per), top = group.reduce((best, one) => (weightOf[one.kind] > weightOf[best.kind] ? one : best));
    out.push({ x: placeOf((first + first + group.length - 1) / 2, log.length, width), from: group[0]!.id, to: group.at(-1)!.id, kind: top.kind });
  }
  return out;
}

/** Where the operation at place `index` lies, in pixels. */
export function placeOf(index: number, count: number, width: number): number { return count < 2 ? width / 2 : index / (count - 1) * width; }

/** The operation at a pixel. */
export function operationAt(x: number, count: number, width: number): number {
  return count < 2 ? count : Math.min(count, Math.max(1, Math.round(x / Math.max(1, width) * (count - 1)) + 1));
}

/** From operation `at` to the import before it, or after it; the first or the last where there is none. */
export function nextImport(log: readonly Operation[], at: number, step: 1 | -1): number {
  for (let id = at + step; id >= 1 && id <= log.length; id += step) if (log[id - 1]!.kind === 'import') return id;
  return step < 0 ? 1 : log.length;
}
