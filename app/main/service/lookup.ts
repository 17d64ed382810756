// Single paths of a tree, for who asks of one path at a time and can wait; many at once are asked of Trees itself.
import type { Oid, PathBytes } from '../../core/bytes.ts';
import type { Entry, RepositoryReader } from '../../core/repository.ts';
import { settle } from '../../core/waves.ts';
import { Trees } from '../git/trees.ts';

export class Lookup {
  readonly #trees: Trees;

  constructor(reader: RepositoryReader) { this.#trees = new Trees(reader); }

  /** The file-like entry at a path, or null. */
  file(root: Oid, path: PathBytes): Promise<Entry | null> {
    this.#trees.trim();
    return settle(this.#trees, () => this.#trees.file(root, path));
  }

  /** All file-like entries below a directory. */
  async *files(root: Oid, dir: PathBytes): AsyncGenerator<PathBytes> {
    yield* await settle(this.#trees, () => this.#trees.filesUnder(root, dir));
  }
}
