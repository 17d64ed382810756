// Filters with a name: a search text with the order, groups and rows it was kept with. A few are built in; a person's own are kept across windows,
// bounded and decoded. Pure but for the store.
import { create } from 'zustand';
import { decodeView } from './filters.ts';
import type { Filters } from './filters.ts';

export interface SavedFilter extends Pick<Filters, 'query' | 'sort' | 'group' | 'by'> { readonly name: string; readonly builtIn?: true }

const one = (name: string, query: string, some: Partial<SavedFilter> = {}): SavedFilter => ({ name, query, sort: 'newest', group: 'none', by: 'row', ...some, builtIn: true });
export const builtIn: readonly SavedFilter[] = [
  one('Fits and new', 'is:fits after:7d'),
  one('Needs a rebase', 'is:stale', { group: 'author' }),
  one('Conflicts', 'is:conflicts', { sort: 'conflicts' }),
  one('Agents’ work', 'is:agent', { group: 'agent' }),
];

export const savedLimits = { filters: 40, name: 60, query: 500 } as const;

const KEY = 'acumen.filters';

export function decodeSaved(value: unknown): readonly SavedFilter[] {
  if (!Array.isArray(value)) return [];
  const out = new Map<string, SavedFilter>();
  for (const each of value as readonly unknown[]) {
    const { name, query } = (typeof each === 'object' && each !== null ? each : {}) as Readonly<Record<string, unknown>>;
    if (typeof name !== 'string' || nameProblem(name, []) !== null || typeof query !== 'string' || query.length > savedLimits.query || out.has(name)) continue;
    out.set(name, { name, query, ...decodeView(each) });
    if (out.size >= savedLimits.filters) break;
  }
  return [...out.values()];
}

function remembered(): unknown {
  try { return JSON.parse(localStorage.getItem(KEY) ?? '[]'); } catch { return []; } // storage may be refused or hold anything
}

export const useSaved = create<{ readonly filters: readonly SavedFilter[] }>(() => ({ filters: decodeSaved(typeof localStorage === 'undefined' ? [] : remembered()) }));

function set(filters: readonly SavedFilter[]): void {
  useSaved.setState({ filters });
  try { localStorage.setItem(KEY, JSON.stringify(filters)); } catch { /* not kept, then */ }
}

/** Why a filter cannot be called that, as a sentence; null where it can. `taken`: by others. */
export function nameProblem(name: string, taken: readonly string[]): string | null {
  const plain = name.trim();
  if (plain === '') return 'A filter needs a name.';
  if (plain.length > savedLimits.name) return `A name has at most ${savedLimits.name} characters.`;
  return builtIn.some((filter) => filter.name === plain) || taken.includes(plain) ? 'Another filter has this name.' : null;
}

/** Why what is searched now cannot be kept; null where it can. */
export function keepProblem({ query }: Pick<Filters, 'query'>): string | null {
  if (query.trim() === '') return 'Search for something first: a filter keeps what is searched.';
  if (query.length > savedLimits.query) return `A filter keeps at most ${savedLimits.query} characters.`;
  return useSaved.getState().filters.length >= savedLimits.filters ? `${savedLimits.filters} filters are kept: delete one first.` : null;
}

export const keep = (name: string, { query, sort, group, by }: Filters): void => set([...useSaved.getState().filters.filter((filter) => filter.name !== name.trim()), { name: name.trim(), query: query.trim(), sort, group, by }]);
export const rename = (from: string, to: string): void => set(useSaved.getState().filters.map((filter) => (filter.name === from ? { ...filter, name: to.trim() } : filter)));
export const forget = (name: string): void => set(useSaved.getState().filters.filter((filter) => filter.name !== name));

export const isApplied = (filter: SavedFilter, now: Filters): boolean => filter.query === now.query.trim() && filter.sort === now.sort && filter.group === now.group && filter.by === now.by;
