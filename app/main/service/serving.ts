// What a door that shows a window does behind it: finds out which workspace is meant, opens it, and begins its first import.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { AcumenError } from '../../core/errors.ts';
import { toAcumenError } from '../../contract/frames.ts';
import type { ReaderChoice } from '../git/open.ts';
import { gitDirOf, locate } from './locating.ts';
import type { Asked, Located } from './locating.ts';
import { repositoryPath } from './place.ts';
import { sampleRepository } from './sampling.ts';
import { Workspace } from './workspace.ts';

export type { ReaderChoice };

export interface Opening { readonly env: NodeJS.ProcessEnv; readonly git: ReaderChoice }

export interface Served {
  readonly workspace: Workspace;
  /** what a person calls the repository's place */
  readonly repository: string;
  /** Imports if nothing ever was; resolves at once otherwise. Later imports are the person's to ask for: each is an operation that undo takes back. */
  importFirst(): Promise<void>;
}

/** With neither repository nor store: the sample. A path that is no repository is refused here, before anything is opened or made. */
export async function locateServed(asked: Asked): Promise<Located> {
  const repo = asked.repo ?? (asked.store === null ? await sampleRepository(asked.env) : null);
  const located = await locate({ ...asked, repo });
  if (located.repo !== null) await gitDirOf(located.repo);
  return located;
}

/** Opens the workspace, or makes it. */
export async function openWorkspace({ store }: Located, { env, git }: Opening): Promise<Workspace> {
  await mkdir(path.dirname(store), { recursive: true, mode: 0o700 });
  return Workspace.open(store, { env, git });
}

/** `again`: the command line that says which repository the store is for. */
export async function openServed(located: Located, opening: Opening, again: string): Promise<Served> {
  const workspace = await openWorkspace(located, opening);
  const { gitDir, published } = workspace.view.state;
  const named = located.repo === null ? null : await gitDirOf(located.repo);
  if (named === null && gitDir === null) {
    await workspace.close();
    throw new AcumenError('usage', 'This store has no repository yet.', `Run \`${again} --store FILE\`.`, { store: located.store });
  }
  if (named !== null && gitDir !== null && named !== gitDir) {
    await workspace.close();
    throw new AcumenError('store-other-repository', `This store belongs to ${gitDir}.`, 'Leave the repository out, or use its own --store.', { store: located.store, gitDir });
  }
  return {
    workspace,
    repository: repositoryPath(gitDir ?? named!),
    async importFirst() {
      if (published !== null) return;
      // The page shows its progress and may cancel it.
      await workspace.call('import', { path: located.repo, base: null, refs: [], grain: 'branch', ticket: 'first-import' }).catch((error: unknown) => {
        if (toAcumenError(error).code !== 'cancelled') throw error;
      });
    },
  };
}
