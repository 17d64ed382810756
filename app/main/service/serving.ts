// What a door that shows a window does behind it: opens the workspace that is meant, and begins its first import.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { AcumenError } from '../../core/errors.ts';
import { toAcumenError } from '../../contract/frames.ts';
import type { Transport } from '../../contract/methods.ts';
import type { ReaderChoice } from '../git/open.ts';
import { gitDirOf } from './locating.ts';
import type { Located } from './locating.ts';
import { repositoryPath } from './place.ts';
import { openPlatform } from './platform.ts';
import type { Platform } from './platform.ts';
import { attachSession } from './session.ts';
import { Workspace } from './workspace.ts';

export type { ReaderChoice };

export interface Opening { readonly env: NodeJS.ProcessEnv; readonly git: ReaderChoice }
/** `what`: who serves, for a person: `serve`, `window` */
export interface Serving extends Opening { readonly what: string }

export interface Served {
  readonly workspace: Workspace;
  readonly platform: Platform;
  /** for each window that connects */
  attach(transport: Transport): void;
  /** what a person calls the repository's place */
  readonly repository: string;
  /** Imports if nothing ever was; resolves at once otherwise. Later imports are the person's to ask for: each is an operation that undo takes back. */
  importFirst(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the workspace, or makes it. */
export async function openWorkspace({ store }: Located, { env, git }: Opening, platform?: Platform, closesPlatform = false): Promise<Workspace> {
  await mkdir(path.dirname(store), { recursive: true, mode: 0o700 });
  return Workspace.open(store, { env, git, closesPlatform, ...platform !== undefined && { platform } });
}

/** `again`: the command line that says which repository the store is for. */
export async function openServed(located: Located, opening: Serving, again: string): Promise<Served> {
  // a page may be fetching itself meanwhile: it is answered between two steps, each of which takes some ten milliseconds
  await turn();
  const platform = await openPlatform({ store: located.store, what: opening.what });
  let workspace: Workspace;
  try {
    await turn();
    workspace = await openWorkspace(located, opening, platform);
  } catch (error) {
    await platform.close();
    throw error;
  }
  const close = async (): Promise<void> => {
    try {
      await workspace.close();
    } finally {
      await platform.close();
    }
  };
  // what a load run left behind whose process was killed
  await (await import('./load/scratch.ts')).sweepScratch(located.store, Date.now());
  const { gitDir, published } = workspace.view.state;
  const named = located.repo === null ? null : await gitDirOf(located.repo);
  if (named === null && gitDir === null) {
    await close();
    throw new AcumenError('usage', 'This store has no repository yet.', `Run \`${again} --store FILE\`.`, { store: located.store });
  }
  if (named !== null && gitDir !== null && named !== gitDir) {
    await close();
    throw new AcumenError('store-other-repository', `This store belongs to ${gitDir}.`, 'Leave the repository out, or use its own --store.', { store: located.store, gitDir });
  }
  return {
    workspace, platform, close,
    attach: (transport) => attachSession(workspace, transport),
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
