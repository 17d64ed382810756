// A repository with objects beside it that only memory holds: what patches make, seen through the one interface for reading.
// Everything the repository has comes from there; nothing is written to it.
import type { Buffer } from 'node:buffer';
import type { ByteString, Oid } from '../../core/bytes.ts';
import type { AcumenError } from '../../core/errors.ts';
import type { Commit, Head, RefList, RepositoryReader, TreeEntry } from '../../core/repository.ts';
import { encodeCommit, encodeTree, parseTree } from './format.ts';
import { objectId } from './oids.ts';

export class Overlay implements RepositoryReader {
  readonly #under: RepositoryReader;
  readonly #commits = new Map<Oid, Commit>();
  readonly #trees = new Map<Oid, { readonly bytes: Buffer; entries: readonly TreeEntry[] | null }>();
  readonly #blobs = new Map<Oid, Uint8Array>();

  constructor(under: RepositoryReader) { this.#under = under; }

  get kind(): 'embedded' | 'native' { return this.#under.kind; }
  get gitDir(): string { return this.#under.gitDir; }
  get objectFormat(): 'sha1' | 'sha256' { return this.#under.objectFormat; }
  get blobs(): ReadonlyMap<Oid, Uint8Array> { return this.#blobs; }

  addBlob(bytes: Uint8Array): Oid {
    const oid = objectId('blob', bytes, this.objectFormat);
    this.#blobs.set(oid, bytes);
    return oid;
  }

  /** Hostile names are refused, as in every tree that is read. */
  addTree(entries: readonly TreeEntry[]): Oid {
    const bytes = encodeTree(entries), oid = objectId('tree', bytes, this.objectFormat);
    this.#trees.set(oid, { bytes, entries: parseTree(oid, bytes) });
    return oid;
  }

  /** Contents and trees of which whoever made them has worked out the ids: of a tree, nothing is parsed before somebody asks. */
  hold(blobs: Iterable<readonly [Oid, Uint8Array]>, trees: Iterable<readonly [Oid, Buffer]>): void {
    for (const [oid, bytes] of blobs) this.#blobs.set(oid, bytes);
    for (const [oid, bytes] of trees) if (!this.#trees.has(oid)) this.#trees.set(oid, { bytes, entries: null });
  }

  /** Named by what `commit` says; `parents`: what readers are told instead, where that differs. */
  addCommit(commit: Omit<Commit, 'oid'>, parents: readonly Oid[] = commit.parents): Oid {
    const oid = objectId('commit', encodeCommit(commit), this.objectFormat);
    this.#commits.set(oid, { ...commit, parents, oid });
    return oid;
  }

  head(): Promise<Head> { return this.#under.head(); }
  refs(): Promise<RefList> { return this.#under.refs(); }
  resolve(rev: string): Promise<Oid> { return this.#under.resolve(rev); }
  upstreams(): Promise<ReadonlyMap<ByteString, ByteString>> { return this.#under.upstreams(); }
  abbreviated(prefix: string): Promise<readonly Oid[]> { return this.#under.abbreviated(prefix); }

  async commit(oid: Oid): Promise<Commit> { return this.#commits.get(oid) ?? this.#under.commit(oid); }
  async tree(oid: Oid): Promise<readonly TreeEntry[]> {
    const own = this.#trees.get(oid);
    return own === undefined ? this.#under.tree(oid) : own.entries ??= parseTree(oid, own.bytes);
  }
  async blob(oid: Oid): Promise<Uint8Array> { return this.#blobs.get(oid) ?? this.#under.blob(oid); }
  async blobSize(oid: Oid): Promise<number> { return this.#blobs.get(oid)?.length ?? this.#under.blobSize(oid); }
  async has(oid: Oid): Promise<boolean> { return this.#blobs.has(oid) || this.#trees.has(oid) || this.#commits.has(oid) || this.#under.has(oid); }

  commits(oids: readonly Oid[]): Promise<readonly (Commit | AcumenError)[]> {
    return this.#many(oids, (oid) => this.#commits.get(oid), (rest) => this.#under.commits(rest));
  }
  contents(type: 'tree' | 'blob', oids: readonly Oid[], most?: number): Promise<readonly (Uint8Array | AcumenError)[]> {
    const own = (oid: Oid): Uint8Array | undefined => (type === 'tree' ? this.#trees.get(oid)?.bytes : this.#blobs.get(oid));
    return this.#many(oids, own, (rest) => this.#under.contents(type, rest, most));
  }
  blobSizes(oids: readonly Oid[]): Promise<readonly (number | AcumenError)[]> {
    return this.#many(oids, (oid) => this.#blobs.get(oid)?.length, (rest) => this.#under.blobSizes(rest));
  }

  async #many<T>(oids: readonly Oid[], own: (oid: Oid) => T | undefined, ask: (rest: readonly Oid[]) => Promise<readonly (T | AcumenError)[]>): Promise<readonly (T | AcumenError)[]> {
    const found: (T | AcumenError | undefined)[] = oids.map(own);
    const rest = oids.filter((_, i) => found[i] === undefined);
    if (rest.length === 0) return found as (T | AcumenError)[];
    const asked = await ask(rest);
    let n = 0;
    return found.map((one) => one ?? asked[n++]!);
  }

  /** The repository itself belongs to whoever opened it. */
  async close(): Promise<void> {}
}
