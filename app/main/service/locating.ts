// Which repository and which store a verb means (design.md §6: --repo, --store and what stands where they are left out).
import { existsSync } from 'node:fs';
import path from 'node:path';
import { AcumenError } from '../../core/errors.ts';
import { defaultStore } from './place.ts';

export interface Asked { readonly repo: string | null; readonly store: string | null; readonly cwd: string; readonly env: NodeJS.ProcessEnv }
export interface Located {
  readonly store: string;
  /** where the repository was found; null: the store knows it */
  readonly repo: string | null;
}

/** The git directory of the repository at or above a path: absolute, without symbolic links. */
export async function gitDirOf(at: string): Promise<string> {
  const { gitDirectory } = await import('../git/embedded/locate.ts');
  return gitDirectory(at);
}

export async function locate({ repo, store, cwd, env }: Asked): Promise<Located> {
  const at = repo === null ? null : path.resolve(cwd, repo);
  if (store !== null) return { store: path.resolve(cwd, store), repo: at };
  const found = at ?? cwd;
  return { store: defaultStore(await gitDirOf(found), env), repo: found };
}

/** For a door that shows a window. With neither repository nor store: the sample. A path that is no repository is refused here, before anything is opened or made. */
export async function locateServed(asked: Asked): Promise<Located> {
  const repo = asked.repo ?? (asked.store === null ? await (await import('./sampling.ts')).sampleRepository(asked.env) : null);
  const located = await locate({ ...asked, repo });
  if (located.repo !== null) await gitDirOf(located.repo);
  return located;
}

/** For verbs that read what was imported: a store that is not there is not made. */
export function requireStore({ store, repo }: Located): void {
  if (existsSync(store)) return;
  throw new AcumenError('usage', repo === null ? `There is no store at ${store}.` : `Nothing has been imported from ${repo} yet.`,
    `Run \`acumen import ${repo ?? 'REPO'}\` first.`, { store });
}
