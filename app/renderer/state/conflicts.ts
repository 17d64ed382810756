// Which conflicts the Conflicts view lists, and which one it shows.
import { create } from 'zustand';
import type { ConflictFilter, ConflictView } from '../../workers/client.ts';

export interface ConflictQuery extends ConflictFilter {
  readonly chosen: ConflictView | null;
}

export const allConflicts: ConflictFilter = { verdict: null, kind: null, acus: null, text: '', inherited: false };

export const useConflictQuery = create<ConflictQuery>(() => ({ ...allConflicts, chosen: null }));

export const filterKey = ({ verdict, kind, acus, text, inherited }: ConflictFilter): string => JSON.stringify([verdict, kind, acus, text, inherited]);

/** What names a conflict among the listed ones. */
export const conflictKey = ({ a, b, path, kind }: ConflictView): string => `${a} ${b} ${kind} ${path}`;
