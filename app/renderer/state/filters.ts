// What the overview shows and how: the search text (core/search/query.ts) is the whole filter, beside it the order, the groups and what a row is.
// Order, groups and rows are kept across windows. Pure but for the store.
import { create } from 'zustand';
import { toggled, valuesOf, withTerm } from '../../core/search/query.ts';
import type { StateName } from '../../core/search/query.ts';
import { groupings, sorts } from '../../workers/client.ts';
import type { Grouping, Sort } from '../../workers/client.ts';

export const sortNames: Readonly<Record<Sort, string>> = { newest: 'Newest', name: 'Name', conflicts: 'Most conflicts', size: 'Largest' };
export const groupingNames: Readonly<Record<Grouping, string>> = { none: 'No groups', author: 'By author', agent: 'By agent', age: 'By age', state: 'By state', folder: 'By folder' };

export interface Filters {
  /** words and terms: core/search/query.ts */
  readonly query: string;
  readonly sort: Sort;
  readonly group: Grouping;
  /** a row is an ACU, or a source that holds some */
  readonly by: 'row' | 'source';
  /** groups that are closed, sources whose ACUs are shown: by their keys and names */
  readonly closed: readonly string[];
  readonly open: readonly string[];
}

export const noFilters: Filters = { query: '', sort: 'newest', group: 'none', by: 'row', closed: [], open: [] };

const KEY = 'acumen.overview';

/** Whatever was stored: what it does not say, or says wrongly, is as at first. */
export function decodeView(value: unknown): Pick<Filters, 'sort' | 'group' | 'by'> {
  const { sort, group, by } = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
  return {
    sort: sorts.find((one) => one === sort) ?? noFilters.sort, group: groupings.find((one) => one === group) ?? noFilters.group, by: by === 'source' ? 'source' : 'row',
  };
}

function remembered(): unknown {
  try { return JSON.parse(localStorage.getItem(KEY) ?? 'null'); } catch { return null; } // storage may be refused or hold anything
}

export const useFilters = create<Filters>(() => ({ ...noFilters, ...decodeView(typeof localStorage === 'undefined' ? null : remembered()) }));

useFilters.subscribe(({ sort, group, by }, before) => {
  if (sort === before.sort && group === before.group && by === before.by) return;
  try { localStorage.setItem(KEY, JSON.stringify({ sort, group, by })); } catch { /* not kept, then */ }
});

export const isFiltered = ({ query }: Pick<Filters, 'query'>): boolean => query.trim() !== '';

export const search = (query: string): void => useFilters.setState({ query });

/** Only what is this; once more, and it is not asked. */
export const toggleState = (state: StateName): void => useFilters.setState(({ query }) => ({ query: toggled(query, 'is', state) }));
/** The same where being one excludes being another: what an ACU is to the composition. */
export const onlyState = (state: StateName): void => useFilters.setState(({ query }) => ({ query: withTerm(query, 'is', has(query, state) ? null : state) }));
export const has = (query: string, state: StateName): boolean => valuesOf(query, 'is').includes(state);

const flipped = (list: readonly string[], one: string, most: number): readonly string[] => (list.includes(one) ? list.filter((other) => other !== one) : [...list, one].slice(-most));
/** Groups and sources that are remembered as closed or open: beyond, the oldest is as at first again. */
const MOST = 500;
export const flipGroup = (key: string): void => useFilters.setState(({ closed }) => ({ closed: flipped(closed, key, MOST) }));
export const flipSource = (name: string): void => useFilters.setState(({ open }) => ({ open: flipped(open, name, MOST) }));
