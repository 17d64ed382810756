// Which conflicts the Conflicts view lists, and which one it shows.
import { create } from 'zustand';
import { type PathBytes, display } from '../../core/bytes.ts';
import type { ConflictFilter, ConflictGrouping, ConflictView } from '../../workers/client.ts';

export interface ConflictQuery extends ConflictFilter {
  readonly chosen: ConflictView | null;
  readonly grouping: ConflictGrouping;
}

export const allConflicts: ConflictFilter = { verdict: null, kind: null, acus: null, text: '', inherited: false };

export const useConflictQuery = create<ConflictQuery>(() => ({ ...allConflicts, chosen: null, grouping: 'none' }));

export const filterKey = ({ verdict, kind, acus, text, inherited }: ConflictFilter): string => JSON.stringify([verdict, kind, acus, text, inherited]);

/** Letters of a path that the search takes: as many as anybody would type. */
const MOST_TYPED = 1000;
/** A path as somebody would type it there. */
export const typedPath = (path: PathBytes): string => display(path).slice(0, MOST_TYPED);

/** What names a conflict among the listed ones. */
export const conflictKey = ({ a, b, path, kind }: ConflictView): string => `${a} ${b} ${kind} ${path}`;

/**
 * Where rows and the headings of their groups stand in one list: heading k is directly before row `starts[k]`. Of a place in the list, what is there.
 */
export function placeIn(starts: ArrayLike<number>, place: number): { readonly heading: number } | { readonly row: number } {
  // the last group whose heading is not behind the place
  let low = 0, high = starts.length;
  while (low < high) { const mid = (low + high) >>> 1; if (starts[mid]! + mid <= place) low = mid + 1; else high = mid; }
  const group = low - 1;
  return group >= 0 && starts[group]! + group === place ? { heading: group } : { row: place - group - 1 };
}
/** The other way: the place of a row. */
export function placeOfRow(starts: ArrayLike<number>, row: number): number {
  let low = 0, high = starts.length;
  while (low < high) { const mid = (low + high) >>> 1; if (starts[mid]! <= row) low = mid + 1; else high = mid; }
  return row + low;
}
