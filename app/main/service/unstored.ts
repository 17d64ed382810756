// The engine over a repository as it is at this moment, without a store: what `--no-store` asks. Nothing is kept, nothing is
// written, and nothing of the store's code is loaded. Branches that an earlier write-back made are sources like others: only a store knows them.
import { Engine } from '../../core/engine.ts';
import type { Segment } from '../../core/model.ts';
import type { LiveTree } from '../../contract/live.ts';
import { type OpenOptions, openRepository } from '../git/open.ts';
import { type ImportRequest, type Progress, importRepository } from './importer.ts';

/** `worktrees`: the environment, where what is edited in working trees is to be read, too. */
export async function readUnstored(path: string, request: ImportRequest, opening: OpenOptions, progress: Progress, signal: AbortSignal, worktrees: NodeJS.ProcessEnv | null = null): Promise<{ readonly engine: Engine; readonly trees: readonly LiveTree[] }> {
  const reader = await openRepository(path, opening);
  const segments: Segment[] = [];
  try {
    const { beside, trees } = worktrees === null ? { trees: [] } : await (await import('./live/looking.ts')).lookBeside(reader, worktrees);
    const published = await importRepository(reader, { ...request, ...beside !== undefined && { beside } }, {
      written: async () => new Set(),
      begin: async () => {},
      known: async () => [],
      // published in the order they are made
      keyOf: (segment) => String(segments.push(segment)),
      earlier: async () => null,
      blob: async () => null,
      stage: async () => {},
    }, progress, signal);
    return { engine: Engine.from(published, segments), trees };
  } finally {
    await reader.close();
  }
}
