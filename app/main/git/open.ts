// The door to reading a repository: which reader opens it. Both give the same answers (native/reader.test.ts).
import { AcumenError } from '../../core/errors.ts';
import type { HistoryReader } from '../../core/repository.ts';
import { locate } from './embedded/locate.ts';
import { openEmbedded } from './embedded/reader.ts';
import { findGit } from './native/git.ts';
import { openNative } from './native/reader.ts';

export type ReaderChoice = 'embedded' | 'native' | 'auto';

export interface OpenOptions {
  /** `auto`, if not given: native where a git that can be used is found, else embedded */
  readonly reader?: ReaderChoice;
  /** memory for parsed objects, delta bases and windows of packs, all together; about 96 MiB if not given */
  readonly cacheBytes?: number;
  /** where git is looked for, as PATH is written; this process's PATH if not given */
  readonly searchPath?: string;
  /** how long git may stay silent, in milliseconds */
  readonly timeoutMs?: number;
}

/** Opens the repository at `path` or above it. What the reader hands out is shared: callers must not change it. */
export async function openRepository(path: string, options: OpenOptions = {}): Promise<HistoryReader> {
  const location = locate(path);
  const { reader = 'auto', searchPath = process.env['PATH'] ?? '' } = options;
  if (reader === 'embedded') return openEmbedded(location, options);
  const git = await findGit(location.gitDir, searchPath, options.timeoutMs);
  if ('path' in git) return openNative(location, git, options);
  // What only the native reader reads is refused here with what it needs.
  if (reader === 'auto') return openEmbedded(location, options);
  throw git.failure instanceof AcumenError ? git.failure
    : new AcumenError('io', `The native reader cannot be used: ${git.why}.`, 'Install git 2.38 or newer, or use --git embedded.', { why: git.why });
}
