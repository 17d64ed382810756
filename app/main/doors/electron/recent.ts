// The repositories that were opened lately, as the menu and the pages show them: the newest of those that are remembered (remembered.ts), and of each
// whether its folder is there. That is found out beside everything else: a folder may lie on a drive that answers nothing.
import { stat } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { RecentRepository } from '../../../contract/bridge.ts';
import type { Remembered } from './remembered.ts';

export const MOST_RECENT = 10;
/** ms after which a folder that nothing is heard of is taken for there */
const PATIENCE = 1000;

/** Each repository once, whatever stores it has; `gone`: those whose folder is known not to be there. */
export function recentOf(remembered: readonly Pick<Remembered, 'repository'>[], gone: ReadonlySet<string>): RecentRepository[] {
  return [...new Set(remembered.map(({ repository }) => repository))].slice(0, MOST_RECENT).map((repository) => ({ repository, isThere: !gone.has(repository) }));
}

/** Those of these folders that are not there. What cannot be looked at is not said to be gone. */
export async function findGone(folders: readonly string[], patience = PATIENCE, look: (folder: string) => Promise<unknown> = stat): Promise<Set<string>> {
  const over = new AbortController(), late = wait(patience, false, { signal: over.signal, ref: false }).catch(() => false);
  try {
    const gone = await Promise.all(folders.map((folder) => Promise.race([late, look(folder).then(() => false, isAbsent)])));
    return new Set(folders.filter((_, i) => gone[i]));
  } finally {
    over.abort();
  }
}

const isAbsent = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
