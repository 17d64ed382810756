// The engine over a repository as it is at this moment, without a store: what `--no-store` asks. Nothing is kept, nothing is
// written, and nothing of the store's code is loaded. Branches that an earlier write-back made are sources like others: only a store knows them.
import { Engine } from '../../core/engine.ts';
import type { Segment } from '../../core/model.ts';
import { type OpenOptions, openRepository } from '../git/open.ts';
import { type ImportRequest, type Progress, importRepository } from './importer.ts';

export async function readUnstored(path: string, request: ImportRequest, opening: OpenOptions, progress: Progress, signal: AbortSignal): Promise<Engine> {
  const reader = await openRepository(path, opening);
  const segments: Segment[] = [];
  try {
    const published = await importRepository(reader, request, {
      written: async () => new Set(),
      begin: async () => {},
      known: async () => [],
      // published in the order they are made
      keyOf: (segment) => String(segments.push(segment)),
      earlier: async () => null,
      blob: async () => null,
      stage: async () => {},
    }, progress, signal);
    return Engine.from(published, segments);
  } finally {
    await reader.close();
  }
}
