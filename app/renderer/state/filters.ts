// Which ACUs the list shows, and in which order. Pure but for the store at the end.
import { create } from 'zustand';
import { markIndex } from './markIndex.ts';
import type { AcuRow, Mark } from '../../workers/client.ts';

export const sorts = { newest: 'Newest', name: 'Name', conflicts: 'Most conflicts', size: 'Largest' } as const;
export type Sort = keyof typeof sorts;

export interface Filters {
  readonly search: string;
  readonly source: string | null;
  readonly author: string | null;
  readonly path: string;
  readonly conflicted: boolean;
  readonly stale: boolean;
  /** only ACUs that are this to the composition */
  readonly mark: Mark | null;
  readonly sort: Sort;
}

export const noFilters: Filters = { search: '', source: null, author: null, path: '', conflicted: false, stale: false, mark: null, sort: 'newest' };

export const useFilters = create<Filters>(() => noFilters);

export function isFiltered(filters: Filters): boolean {
  return filters.search.trim() !== '' || filters.source !== null || filters.author !== null || filters.path.trim() !== '' || filters.conflicted || filters.stale || filters.mark !== null;
}

export interface FilterFacts {
  /** conflicting partners by index; null while they are being counted */
  readonly degree: Int32Array | null;
  /** by index, positions in `marks`; null while unknown */
  readonly marks: Uint8Array | null;
  /** by index, 1 where a path contains filters.path; null while unknown or not asked */
  readonly touching: Uint8Array | null;
}

/** Words of the search must all be found, in any order; `id:abc` and plain hex prefixes find ids. */
export function applyFilters(rows: readonly AcuRow[], filters: Filters, facts: FilterFacts): readonly AcuRow[] {
  const words = filters.search.toLowerCase().split(/\s+/).filter((word) => word !== '').map((word) => word.replace(/^id:/, ''));
  const mark = filters.mark === null ? -1 : markIndex(filters.mark);
  const path = filters.path.trim() !== '';
  const out = rows.filter((row) =>
    (filters.source === null || row.sources.includes(filters.source))
    && (filters.author === null || row.author === filters.author)
    && (!filters.stale || row.standing === 'stale')
    && (!filters.conflicted || facts.degree === null || facts.degree[row.index]! > 0)
    && (mark < 0 || facts.marks === null || facts.marks[row.index] === mark)
    && (!path || facts.touching === null || facts.touching[row.index] === 1)
    && words.every((word) => row.text.includes(word)));
  return out.sort(order(filters.sort, facts));
}

function order(sort: Sort, facts: FilterFacts): (x: AcuRow, y: AcuRow) => number {
  const byName = (x: AcuRow, y: AcuRow): number => (x.name < y.name ? -1 : x.name > y.name ? 1 : x.id < y.id ? -1 : 1);
  switch (sort) {
    case 'name': return byName;
    // what is being edited is newer than whatever was committed
    case 'newest': return (x, y) => Number(y.worktree ?? false) - Number(x.worktree ?? false) || y.time - x.time || byName(x, y);
    case 'size': return (x, y) => y.added + y.deleted - x.added - x.deleted || byName(x, y);
    case 'conflicts': return (x, y) => (facts.degree?.[y.index] ?? 0) - (facts.degree?.[x.index] ?? 0) || byName(x, y);
  }
}
