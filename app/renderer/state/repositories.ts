// The repositories that were opened lately, where the host remembers them (app/platform.ts), as a person knows them.
import { create } from 'zustand';
import type { RecentRepository } from '../../contract/bridge.ts';
import { useConnection } from './connection.ts';

export interface NamedRepository extends RecentRepository { readonly name: string }

/** newest first */
export const useRepositories = create<{ readonly list: readonly NamedRepository[] }>(() => ({ list: [] }));

export function showRepositories(list: readonly RecentRepository[]): void {
  useRepositories.setState({ list: list.map(({ repository, isThere }) => ({ repository, isThere, name: folderName(repository) })) });
}

/** A repository's folder by its last part, bare ones without their ending; on Windows its paths have two separators. */
function folderName(path: string): string {
  const parts = path.split(/^(?:[A-Za-z]:[\\/]|\\\\)/.test(path) ? /[\\/]+/ : /\/+/).filter((part) => part !== '');
  return parts.at(-1)?.replace(/(?<=.)\.git$/, '') ?? path;
}

/** Those that this window does not show. */
export const others = (list: readonly NamedRepository[], here: string | undefined = useConnection.getState().repository?.path): readonly NamedRepository[] =>
  list.filter(({ repository }) => repository !== here);

/** Those that one may mean: by name, else by a part of the path. `rank`: lower is better, null where it does not fit. */
export function meant(list: readonly NamedRepository[], query: string, rank: (title: string, query: string) => number | null): readonly NamedRepository[] {
  const wanted = query.trim().toLowerCase();
  if (wanted === '') return [];
  return list.flatMap((one) => {
    const score = rank(one.name, query) ?? (one.repository.toLowerCase().includes(wanted) ? Infinity : null);
    return score === null ? [] : [{ one, score }];
  }).toSorted((a, b) => (a.score === b.score ? 0 : a.score - b.score)).map(({ one }) => one);
}
