// The embedded reader: a RepositoryReader (core/repository.ts) that needs nothing installed, runs no program and obeys
// nothing that the repository says: no config, hook, filter, attribute, replacement, graft or link.
import { join } from 'node:path';
import type { HistoryReader } from '../../../core/repository.ts';
import { CACHE_BYTES, Reader } from '../reader.ts';
import { locate, readConfig } from './locate.ts';
import type { Location } from './locate.ts';
import { ObjectStore } from './objects.ts';

export interface OpenOptions {
  /** memory for parsed objects, delta bases and windows of packs, all together; about 96 MiB if not given */
  readonly cacheBytes?: number;
}

/** Opens the repository at `path` or above it. */
export async function openRepository(path: string, options: OpenOptions = {}): Promise<HistoryReader> {
  return openEmbedded(locate(path), options);
}

export function openEmbedded(location: Location, { cacheBytes = CACHE_BYTES }: OpenOptions = {}): HistoryReader {
  const config = readConfig(location.gitDir);
  return new Reader('embedded', location, config, new ObjectStore(join(location.gitDir, 'objects'), cacheBytes / 3), cacheBytes / 2);
}
