// The repository that a workspace reads: found before it is opened, so that no git is started for another than the store's; opened once, by whichever
// path it is named; closed with the workspace, or when an import of it came to nothing.
import { AcumenError } from '../../core/errors.ts';
import type { HistoryReader } from '../../core/repository.ts';
import { locate } from '../git/embedded/locate.ts';
import { repositoryName, repositoryPath } from './place.ts';
import { type GuardOptions, openGuarded } from './pools/git.ts';

export class OwnRepository {
  readonly #options: GuardOptions;
  readonly #stored: () => string | null;
  #held: { readonly gitDir: string; readonly reader: Promise<HistoryReader> } | null = null;
  #last: string | null = null;
  #closed = false;

  /** `stored`: the git directory that the store belongs to, once it does. */
  constructor(stored: () => string | null, options: GuardOptions) {
    this.#stored = stored;
    this.#options = options;
  }

  /** the one that was opened last, though its import may have come to nothing: somebody may begin it again */
  get gitDir(): string | null { return this.#last; }

  /** The reader of the repository at `path` or above it. */
  async open(path: string): Promise<HistoryReader> {
    if (this.#held?.gitDir === path) return this.#held.reader;
    const { gitDir } = locate(path);
    refuseOther(this.#stored(), gitDir);
    if (this.#held?.gitDir === gitDir) return this.#held.reader;
    if (this.#closed) throw new AcumenError('io', 'The repository has been closed.', 'Open it again.');
    const reader = openGuarded(path, this.#options), held = this.#held = { gitDir, reader };
    reader.then(() => { this.#last = gitDir; }, () => { if (this.#held === held) this.#held = null; });
    return reader;
  }

  /** After an import that failed: the store has another repository than this, or none yet. */
  async letGo(reader: HistoryReader): Promise<void> {
    if (reader.gitDir === this.#stored()) return;
    if (this.#held?.gitDir === reader.gitDir) this.#held = null;
    await reader.close();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await (await this.#held?.reader.catch(() => null))?.close();
  }
}

/** One store, one repository: whichever way it is reached. */
export function refuseOther(stored: string | null, gitDir: string): void {
  if (stored === null || stored === gitDir) return;
  throw new AcumenError('store-other-repository', `This store belongs to ${repositoryName(stored)} at ${repositoryPath(stored)}.`,
    'Use another --store for this repository, or leave --store out.', { store: stored, repository: gitDir });
}
