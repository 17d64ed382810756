// What the engine asks of a git repository, as interfaces without I/O: readers and the writer live in main/git.
import type { ByteString, Oid, PathBytes } from './bytes.ts';
import type { AcumenError } from './errors.ts';

/** git file modes that a tree can hold. */
export const Mode = { tree: 0o040000, file: 0o100644, executable: 0o100755, symlink: 0o120000, submodule: 0o160000 } as const;

/** One path's register: mode and content. Two entries are equal if both fields are. */
export interface Entry { readonly mode: number; readonly oid: Oid }
export interface TreeEntry extends Entry { readonly name: ByteString }

/** A tree as its difference from a reference tree: path → new entry, or null where the path is gone. */
export type Delta = ReadonlyMap<PathBytes, Entry | null>;

/** time in seconds since the epoch, offset in minutes east of UTC as git writes it (+0200 is 120). */
export interface Signature { readonly name: ByteString; readonly email: ByteString; readonly time: number; readonly offset: number }

export interface Commit {
  readonly oid: Oid; readonly tree: Oid; readonly parents: readonly Oid[];
  readonly author: Signature; readonly committer: Signature;
  /** the whole message, bytes */
  readonly message: ByteString;
}

/** oid is the peeled commit; refs that peel to something else are left out by the reader and counted in `skipped`. */
export interface Ref { readonly name: ByteString; readonly oid: Oid }

export interface RefList {
  /** under refs/, at commits; sorted by name in byte order */
  readonly refs: readonly Ref[];
  /** names of those that lead to none */
  readonly skipped: readonly ByteString[];
  /** where refs/remotes/origin/HEAD points: what the remote calls its own branch; null without one */
  readonly remoteHead: ByteString | null;
}

export type Head =
  | { readonly kind: 'branch'; readonly ref: ByteString; readonly oid: Oid }
  | { readonly kind: 'detached'; readonly oid: Oid }
  | { readonly kind: 'unborn'; readonly ref: ByteString };

/** Reads one repository. Every promise may reject with an AcumenError (see errors.ts). Never writes, never runs a program. */
export interface RepositoryReader {
  readonly kind: 'embedded' | 'native';
  /** absolute path of the git directory (the common one for linked worktrees) */
  readonly gitDir: string;
  readonly objectFormat: 'sha1' | 'sha256';
  head(): Promise<Head>;
  refs(): Promise<RefList>;
  /** Full or short ref names, HEAD, full or unambiguous abbreviated object ids (≥ 4), to a commit. */
  resolve(rev: string): Promise<Oid>;
  /** For each local branch, the remote-tracking ref it follows by its config, where one is set. */
  upstreams(): Promise<ReadonlyMap<ByteString, ByteString>>;
  commit(oid: Oid): Promise<Commit>;
  /** Entries in git's order; refuses hostile names (see main/git/names.ts). */
  tree(oid: Oid): Promise<readonly TreeEntry[]>;
  blob(oid: Oid): Promise<Uint8Array>;
  /** Size in bytes without keeping the content where the reader can. */
  blobSize(oid: Oid): Promise<number>;
  has(oid: Oid): Promise<boolean>;
  /** Many at once, in the order asked; in place of one that cannot be had, why. The only way to read that costs no wait each. */
  commits(oids: readonly Oid[]): Promise<readonly (Commit | AcumenError)[]>;
  /** The same for contents as stored, hash checked, never kept by the reader. More than `most` bytes: the error `too-large`. */
  contents(type: 'tree' | 'blob', oids: readonly Oid[], most?: number): Promise<readonly (Uint8Array | AcumenError)[]>;
  blobSizes(oids: readonly Oid[]): Promise<readonly (number | AcumenError)[]>;
  /** Every object whose id begins with these 4 or more hex digits. */
  abbreviated(prefix: string): Promise<readonly Oid[]>;
  close(): Promise<void>;
}

/** Commits with the parents that they name. `isCut`: the repository does not hold the parents of some, or there are more than were asked for. */
export interface Ancestry { readonly commits: readonly { readonly oid: Oid; readonly parents: readonly Oid[] }[]; readonly isCut: boolean }

/** Commits that need not be told, with all their ancestors: `heads` reach them all. */
export interface Known { readonly heads: readonly Oid[]; has(oid: Oid): boolean }

/** What became of one path from one tree to another. */
export interface PathChange {
  readonly path: PathBytes;
  /** the path that it was renamed from */
  readonly from: PathBytes | null;
  readonly before: Entry | null; readonly after: Entry | null;
  /** [first line taken out, how many, first line put in, how many], rising, counted from 0; null where there are no lines, or nobody asked */
  readonly hunks: Uint32Array | null;
}
/** A file that a merge has and none of its parents: it was put together from theirs, or changed while merging. */
export interface MergedPath {
  readonly path: PathBytes;
  /** null: it is in none of them so, and was deleted while merging */
  readonly after: Entry | null;
  /** of each parent, and what differs from it, as in PathChange */
  readonly sides: readonly { readonly before: Entry | null; readonly hunks: Uint32Array | null }[];
}

/** Two trees; null is the empty one. */
export interface TreePair { readonly before: Oid | null; readonly after: Oid }

/** A reader that can also be asked for much of a history at once. Whoever reads, the answers are the same. */
export interface HistoryReader extends RepositoryReader {
  /** Those that `head` reaches and that are not known; of more than `most` the newer ones, roughly. */
  ancestry(head: Oid, known: Known, most: number): Promise<Ancestry>;
  /**
   * What differs, renames followed, in git's order; in place of a pair that cannot be compared, why. `lines`: with hunks, Myers' without
   * anything trimmed or moved by indentation, and renames of contents that are alike by half; `paths`: without either.
   */
  changes(pairs: readonly TreePair[], how: 'lines' | 'paths'): Promise<readonly (readonly PathChange[] | AcumenError)[]>;
  /** Of merges, what differs from all their parents, path by path, without looking for renames; the same in their place. */
  merges(oids: readonly Oid[]): Promise<readonly (readonly MergedPath[] | AcumenError)[]>;
}

export interface NewObject { readonly type: 'blob' | 'tree'; readonly bytes: Uint8Array }

/** Writes objects and moves one named ref. HEAD, index, working tree, config and other refs are never touched (law 10). */
export interface RepositoryWriter {
  writeBlob(bytes: Uint8Array): Promise<Oid>;
  /** Entries in any order; sorted as git sorts. */
  writeTree(entries: readonly TreeEntry[]): Promise<Oid>;
  writeCommit(commit: Omit<Commit, 'oid'>): Promise<Oid>;
  /** A commit with contents and trees (encoded) that come with it; many of them as one pack, flushed once. Some may be asked for still: what can be done without them is done meanwhile. */
  writeWith(objects: readonly NewObject[] | Promise<readonly NewObject[]>, commit: Omit<Commit, 'oid'>): Promise<Oid>;
  /** Moves `refs/heads/NAME` from `expected` (null: must not exist) to `next` (null: delete) with a lock file, or rejects
   *  `ref-moved` / `branch-checked-out` / `ref-locked`. */
  moveBranch(name: string, expected: Oid | null, next: Oid | null): Promise<void>;
}
