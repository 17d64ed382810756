// Single paths of a tree, without listing the rest of it: what carrying asks of the base, path by path.
import { LRUCache } from 'lru-cache';
import type { Oid, PathBytes } from '../../core/bytes.ts';
import { type Entry, Mode, type RepositoryReader, type TreeEntry } from '../../core/repository.ts';

/** tree entries kept, all trees together */
const KEPT_ENTRIES = 400_000;

export class Lookup {
  readonly #reader: RepositoryReader;
  readonly #trees = new LRUCache<Oid, ReadonlyMap<string, TreeEntry>>({ maxSize: KEPT_ENTRIES, sizeCalculation: (m) => m.size + 1 });

  constructor(reader: RepositoryReader) { this.#reader = reader; }

  async #tree(oid: Oid): Promise<ReadonlyMap<string, TreeEntry>> {
    let tree = this.#trees.get(oid);
    if (!tree) {
      tree = new Map((await this.#reader.tree(oid)).map((e) => [e.name, e]));
      this.#trees.set(oid, tree);
    }
    return tree;
  }

  /** What is at a path: a file-like entry, a tree (mode 040000), or null. */
  async at(root: Oid, path: PathBytes): Promise<Entry | null> {
    let entry: Entry = { mode: Mode.tree, oid: root };
    if (path === '') return entry;
    for (const part of path.split('/')) {
      if (entry.mode !== Mode.tree) return null;
      const next = (await this.#tree(entry.oid)).get(part);
      if (!next) return null;
      entry = next;
    }
    return { mode: entry.mode, oid: entry.oid };
  }

  /** The file-like entry at a path, or null. */
  async file(root: Oid, path: PathBytes): Promise<Entry | null> {
    const entry = await this.at(root, path);
    return entry === null || entry.mode === Mode.tree ? null : entry;
  }

  /** All file-like entries below a directory. */
  async *files(root: Oid, dir: PathBytes): AsyncGenerator<PathBytes> {
    const entry = await this.at(root, dir);
    if (entry === null || entry.mode !== Mode.tree) return;
    for (const [name, e] of await this.#tree(entry.oid)) {
      const path = (dir === '' ? name : `${dir}/${name}`) as PathBytes;
      if (e.mode === Mode.tree) yield* this.files(root, path); else yield path;
    }
  }

  /** Names of the files directly in a directory. */
  async namesIn(root: Oid, dir: PathBytes): Promise<ReadonlySet<string>> {
    const entry = await this.at(root, dir);
    if (entry === null || entry.mode !== Mode.tree) return new Set();
    return new Set([...await this.#tree(entry.oid)].filter(([, e]) => e.mode !== Mode.tree).map(([name]) => name));
  }
}
