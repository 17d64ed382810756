// A RepositoryReader (core/repository.ts) over any source of objects. Refs, HEAD, config, revisions and the parsing of objects
// are the same code whoever reads the objects, so that two readers can differ only in bytes that a hash then checks.
import { LRUCache } from 'lru-cache';
import type { ByteString, Oid } from '../../core/bytes.ts';
import { AcumenError } from '../../core/errors.ts';
import type { Ancestry, Commit, Head, HistoryReader, Known, MergedPath, PathChange, Ref, RefList, TreeEntry, TreePair } from '../../core/repository.ts';
import { corruptObject } from './failures.ts';
import { parseCommit, parseTagTarget, parseTree } from './format.ts';
import { ID_DIGITS } from './oids.ts';
import type { ObjectFormat, ObjectType } from './oids.ts';
import { upstreamsOf } from './embedded/config.ts';
import type { ConfigEntry } from './embedded/config.ts';
import { incompleteness, objectFormatOf } from './embedded/locate.ts';
import type { Location } from './embedded/locate.ts';
import { refStoreOf } from './embedded/refs.ts';
import type { RefStore } from './embedded/refs.ts';
import { resolveRevision } from './embedded/revisions.ts';
import type { Lookup } from './embedded/revisions.ts';
import { changesBetween, mergedPaths, shallowCommits, walkAncestry } from './log/embedded.ts';

/** Memory for parsed objects, delta bases and windows of packs, all together. */
export const CACHE_BYTES = 96 << 20;
/** Of more refs than this only what kind of object they name is asked: few of so many are sources. */
const READ_WITH_REFS = 20_000;
/** Bytes beyond which a ref's object is not read for being a commit. */
const SMALL_COMMIT = 64 << 10;

/** A chain of tags on tags ends somewhere. */
const MOST_TAGS = 32;
const REMOTE_HEAD = 'refs/remotes/origin/HEAD' as ByteString;

/** No object beyond this is read: a header or a delta may claim any size. */
export const MOST_BYTES = 1 << 30;

/** A larger content is compared as a whole, as if it had no lines. */
export const LARGEST_TEXT = 16 << 20;

export interface Header { readonly type: ObjectType; readonly size: number }
export interface GitObject { readonly type: ObjectType; readonly content: Buffer }

/** Where a reader's objects come from. */
export interface Objects {
  /** Resolves when the event loop has turned, if it has waited for us long enough; else at once. */
  turn(): Promise<void> | undefined;
  /** The object, its hash checked; null where the repository does not hold it. */
  read(oid: Oid): Promise<GitObject | null>;
  /** Type and size without the content; null where the object is not there. The hash is not checked. */
  header(oid: Oid): Promise<Header | null>;
  /** Both for many at once, in the order asked; what cannot be read is the error in its place. Beyond `most` bytes: `too-large`. */
  readAll(oids: readonly Oid[], most: number): Promise<(GitObject | AcumenError | null)[]>;
  headers(oids: readonly Oid[]): Promise<(Header | AcumenError | null)[]>;
  /** Every object id that begins with `prefix`: 4 or more hex digits, fewer than an id has. Sorted. */
  withPrefix(prefix: string): Oid[] | Promise<Oid[]>;
  /** Whether packs come from a remote that promised what they leave out. */
  readonly isPromised: boolean;
  /** Where somebody walks and compares faster than reading objects one by one. What it cannot do is done here. */
  readonly plumbing?: {
    ancestry(head: Oid, without: readonly Oid[], most: number, cut: readonly Oid[]): Promise<Ancestry>;
    changes(pairs: readonly TreePair[], how: 'lines' | 'paths'): Promise<(readonly PathChange[] | AcumenError)[]>;
    merges(oids: readonly Oid[]): Promise<(readonly MergedPath[] | AcumenError)[]>;
  };
  close(): void | Promise<void>;
}

type Kept = { readonly kind: 'commit'; readonly commit: Commit } | { readonly kind: 'tree'; readonly entries: readonly TreeEntry[] } | { readonly kind: 'blob'; readonly bytes: Uint8Array };

/** What it hands out is shared: callers must not change it. */
export class Reader implements HistoryReader {
  readonly kind: 'embedded' | 'native';
  readonly objectFormat: ObjectFormat;
  readonly gitDir: string;
  readonly #config: readonly ConfigEntry[];
  readonly #objects: Objects;
  readonly #refs: RefStore;
  readonly #kept: LRUCache<Oid, Kept>;
  /** objects that refs named lately, and the commits they are or tag */
  readonly #peeled = new Map<Oid, Oid>();
  /** those that refs named when they were last listed, and are or tag something else, or are not there */
  #strange: ReadonlySet<Oid> = new Set();
  #listed: readonly Ref[] = [];

  /** `cacheBytes`: for parsed objects */
  constructor(kind: 'embedded' | 'native', location: Location, config: readonly ConfigEntry[], objects: Objects, cacheBytes: number) {
    this.kind = kind;
    this.objectFormat = objectFormatOf(config);
    this.gitDir = location.gitDir;
    this.#config = config;
    this.#refs = refStoreOf(location, config);
    this.#objects = objects;
    this.#kept = new LRUCache({ ...bounds(cacheBytes), sizeCalculation: weight });
  }

  async head(): Promise<Head> {
    const value = this.#refs.get('HEAD' as ByteString);
    if (value?.kind === 'id') return { kind: 'detached', oid: value.oid };
    const { name: ref, oid } = this.#refs.follow('HEAD' as ByteString);
    return oid === null ? { kind: 'unborn', ref } : { kind: 'branch', ref, oid };
  }

  async refs(): Promise<RefList> {
    const all = await this.#refs.all(() => this.#objects.turn());
    // Read before anything is waited for: another listing may change it.
    const names = [...all.keys()].sort(), remote = all.get(REMOTE_HEAD);
    const ids = names.map((name): Oid | null => {
      let value = all.get(name)!;
      for (let hops = 0; value.kind === 'symbolic' && hops < 5; hops++) value = all.get(value.target) ?? { kind: 'broken' };
      return value.kind === 'id' ? value.peeled ?? value.oid : null;
    });
    // What an object is does not change: those that refs named lately are known.
    const peeled = this.#peeled, asked = new Set<Oid>(), strange = new Set<Oid>();
    if (peeled.size > 2 * names.length + 1000) peeled.clear();
    for (const oid of ids) if (oid !== null && !peeled.has(oid)) (this.#strange.has(oid) ? strange : asked).add(oid);
    const wanted = [...asked];
    const left = wanted.length > READ_WITH_REFS ? wanted : await this.#readCommits(wanted, (oid) => peeled.set(oid, oid));
    const headers = await this.#objects.headers(left);
    for (const [i, oid] of left.entries()) {
      const header = headers[i]!;
      if (header instanceof AcumenError) throw header;
      const end = header?.type === 'tag' ? await this.#peel(oid) : null;
      const commit = header?.type === 'commit' ? oid : end !== null && 'commit' in end ? end.commit : null;
      if (commit === null) strange.add(oid); else peeled.set(oid, commit);
    }
    this.#strange = strange;
    const refs: Ref[] = [], before = this.#listed;
    const skipped: ByteString[] = [];
    for (let i = 0; i < names.length; i++) {
      const name = names[i]!, oid = ids[i] === null ? null : peeled.get(ids[i]!) ?? null;
      if (oid === null) { skipped.push(name); continue; }
      // the very strings of the last time where they are equal: a thousand names are hashed and compared once
      const was = before[refs.length];
      refs.push(was?.name !== name ? { name, oid } : was.oid === oid ? was : { name: was.name, oid });
    }
    this.#listed = refs;
    return { refs, skipped, remoteHead: remote?.kind === 'symbolic' ? remote.target : null };
  }

  /** Whoever asks for refs asks for their commits next: they are read at once, and answered are those that are none, or not to be read so. */
  async #readCommits(oids: readonly Oid[], found: (oid: Oid) => void): Promise<Oid[]> {
    const objects = await this.#objects.readAll(oids, SMALL_COMMIT);
    return oids.filter((oid, i) => {
      const object = objects[i]!;
      if (object === null || object instanceof AcumenError || object.type !== 'commit') return true;
      found(oid);
      this.#answer(oid, object, 'commit', (bytes) => { this.#kept.set(oid, { kind: 'commit', commit: parseCommit(oid, bytes) }); });
      return false;
    });
  }

  resolve(rev: string): Promise<Oid> {
    const lookup: Lookup = {
      refs: this.#refs,
      peel: (oid) => this.#peel(oid),
      commit: (oid) => this.commit(oid),
      withPrefix: (prefix) => (prefix.length < ID_DIGITS[this.objectFormat] ? this.#objects.withPrefix(prefix) : []),
    };
    return resolveRevision(lookup, rev);
  }

  async abbreviated(prefix: string): Promise<readonly Oid[]> {
    return this.#objects.withPrefix(prefix);
  }

  async upstreams(): Promise<ReadonlyMap<ByteString, ByteString>> {
    return upstreamsOf(this.#config);
  }

  async commit(oid: Oid): Promise<Commit> {
    const kept = this.#kept.get(oid);
    if (kept?.kind === 'commit') {
      await this.#objects.turn();
      return kept.commit;
    }
    const commit = parseCommit(oid, await this.#content(oid, 'commit'));
    this.#kept.set(oid, { kind: 'commit', commit });
    return commit;
  }

  async tree(oid: Oid): Promise<readonly TreeEntry[]> {
    const kept = this.#kept.get(oid);
    if (kept?.kind === 'tree') {
      await this.#objects.turn();
      return kept.entries;
    }
    const entries = parseTree(oid, await this.#content(oid, 'tree'));
    this.#kept.set(oid, { kind: 'tree', entries });
    return entries;
  }

  async blob(oid: Oid): Promise<Uint8Array> {
    const kept = this.#kept.get(oid);
    if (kept?.kind === 'blob') {
      await this.#objects.turn();
      return kept.bytes;
    }
    const bytes = await this.#content(oid, 'blob');
    this.#kept.set(oid, { kind: 'blob', bytes });
    return bytes;
  }

  async blobSize(oid: Oid): Promise<number> {
    const header = await this.#objects.header(oid);
    if (header === null) throw this.#missing(oid);
    expectType(oid, header.type, 'blob');
    return header.size;
  }

  async has(oid: Oid): Promise<boolean> {
    return this.#kept.has(oid) || await this.#objects.header(oid) !== null;
  }

  async commits(oids: readonly Oid[]): Promise<(Commit | AcumenError)[]> {
    const out: (Commit | AcumenError)[] = [];
    const asked: Oid[] = [];
    const places: number[] = [];
    for (const [i, oid] of oids.entries()) {
      const kept = this.#kept.get(oid);
      if (kept?.kind === 'commit') out[i] = kept.commit;
      else { asked.push(oid); places.push(i); }
    }
    if (asked.length === 0) return out;
    const found = await this.#objects.readAll(asked, MOST_BYTES);
    for (const [n, oid] of asked.entries()) {
      out[places[n]!] = this.#answer(oid, found[n]!, 'commit', (bytes) => {
        const commit = parseCommit(oid, bytes);
        this.#kept.set(oid, { kind: 'commit', commit });
        return commit;
      });
    }
    return out;
  }

  async contents(type: 'tree' | 'blob', oids: readonly Oid[], most = MOST_BYTES): Promise<(Uint8Array | AcumenError)[]> {
    const found = await this.#objects.readAll(oids, Math.min(most, MOST_BYTES));
    return found.map((object, i) => this.#answer(oids[i]!, object, type, (bytes) => bytes));
  }

  async blobSizes(oids: readonly Oid[]): Promise<(number | AcumenError)[]> {
    const found = await this.#objects.headers(oids);
    return found.map((header, i) => {
      if (header === null) return this.#missing(oids[i]!);
      if (header instanceof AcumenError) return header;
      return header.type === 'blob' ? header.size : wrongType(oids[i]!, header.type, 'blob');
    });
  }

  #answer<T>(oid: Oid, object: GitObject | AcumenError | null, type: ObjectType, parse: (bytes: Buffer) => T): T | AcumenError {
    if (object === null) return this.#missing(oid);
    if (object instanceof AcumenError) return object;
    if (object.type !== type) return wrongType(oid, object.type, type);
    try {
      return parse(object.content);
    } catch (error) {
      if (error instanceof AcumenError) return error;
      throw error;
    }
  }

  async ancestry(head: Oid, known: Known, most: number): Promise<Ancestry> {
    const { plumbing } = this.#objects;
    if (plumbing === undefined) return walkAncestry(this, head, known, most);
    const found = await plumbing.ancestry(head, known.heads, most, shallowCommits(this.gitDir, ID_DIGITS[this.objectFormat])).catch((error: unknown) => {
      // A parent that is missing, or a commit that is damaged, ends git's walk: ours goes on beside it.
      if (error instanceof AcumenError && error.data['code'] === 128) return null;
      throw error;
    });
    return found ?? walkAncestry(this, head, known, most);
  }

  changes(pairs: readonly TreePair[], how: 'lines' | 'paths'): Promise<readonly (readonly PathChange[] | AcumenError)[]> {
    return this.#objects.plumbing?.changes(pairs, how) ?? changesBetween(this, pairs, how);
  }

  merges(oids: readonly Oid[]): Promise<readonly (readonly MergedPath[] | AcumenError)[]> {
    return this.#objects.plumbing?.merges(oids) ?? mergedPaths(this, oids);
  }

  async close(): Promise<void> {
    this.#kept.clear();
    await this.#objects.close();
  }

  async #content(oid: Oid, type: ObjectType): Promise<Buffer> {
    const object = await this.#objects.read(oid);
    if (object === null) throw this.#missing(oid);
    expectType(oid, object.type, type);
    return object.content;
  }

  async #peel(oid: Oid): Promise<{ readonly commit: Oid } | { readonly type: ObjectType | 'missing' }> {
    let at = oid;
    for (let tags = 0; tags <= MOST_TAGS; tags++) {
      const header = await this.#objects.header(at);
      if (header === null) return { type: 'missing' };
      if (header.type === 'commit') return { commit: at };
      if (header.type !== 'tag') return { type: header.type };
      at = parseTagTarget(at, await this.#content(at, 'tag'));
    }
    return { type: 'tag' };
  }

  #missing(oid: Oid): AcumenError {
    const reason = incompleteness(this.gitDir, this.#config) ?? (this.#objects.isPromised ? 'partial' : 'incomplete');
    const [what, hint] = {
      shallow: ['its history was cut off when it was cloned', 'Run `git fetch --unshallow` in the repository, then try again.'],
      partial: ['it is a partial clone, and Acumen fetches nothing by itself', 'Run `git fetch --refetch --no-filter` in the repository, then try again.'],
      incomplete: ['it may have been deleted or damaged', 'Run `git fsck` in the repository to see what is missing; a fresh clone repairs it.'],
    }[reason] as [string, string];
    return new AcumenError('missing-object', `The repository does not hold object ${oid}: ${what}.`, hint, { oid, reason });
  }
}

function expectType(oid: Oid, found: ObjectType, wanted: ObjectType): void {
  if (found !== wanted) throw wrongType(oid, found, wanted);
}

function wrongType(oid: Oid, found: ObjectType, wanted: ObjectType): AcumenError {
  return corruptObject(`Object ${oid}`, `it is a ${found} where a ${wanted} should be`, { oid, found, wanted });
}

/** Bytes of memory, roughly: strings of bytes take one each, objects some hundred. */
function weight(kept: Kept): number {
  if (kept.kind === 'blob') return kept.bytes.length + 200;
  if (kept.kind === 'tree') return kept.entries.reduce((sum, { name }) => sum + name.length + 200, 200);
  return kept.commit.message.length + 120 * kept.commit.parents.length + 1000;
}

/** Limits for a cache of so many bytes: no single entry may push out most of the others. */
export function bounds(bytes: number): { readonly maxSize: number; readonly maxEntrySize: number } {
  const maxSize = Math.max(1, Math.floor(bytes));
  return { maxSize, maxEntrySize: Math.ceil(maxSize / 8) };
}
