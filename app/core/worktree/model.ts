// What differs in a working tree from its HEAD, as `git add --all` would store it, without asking git (docs/decisions/0049).
import type { ByteString, Oid, PathBytes } from '../bytes.ts';
import type { Changes } from '../changes.ts';
import type { Head } from '../repository.ts';

/** A working tree of a repository: the main one or a linked one. */
export interface Worktree {
  /** for a person: `worktree FOLDER`; unique in the repository, and no name of a ref, for it has a space */
  readonly name: ByteString;
  /** `worktree:ID` as git calls a linked one, `worktree:.` for the main one; stays while the folder is moved or renamed */
  readonly ref: ByteString;
  /** path of its folder, bytes */
  readonly root: ByteString;
  /** where its HEAD and its index are: a path, bytes */
  readonly headDir: ByteString;
  /** the common git directory */
  readonly gitDir: string;
  readonly isMain: boolean;
  /** why it must not be pruned or moved, where somebody said so */
  readonly locked: string | null;
}

export interface NotCompared {
  readonly path: PathBytes;
  /** the rest of a sentence that begins with the path */
  readonly reason: string;
}

export interface WorktreeSnapshot {
  readonly head: Head;
  /** HEAD's tree; null where HEAD is unborn */
  readonly tree: Oid | null;
  /** from HEAD's tree to the files as they are; sorted by path. The same values mean the same tree */
  readonly changes: Changes;
  /** the tree with the changes, and all trees of it that HEAD's does not have, as git stores them; null without changes or without a HEAD */
  readonly grown: { readonly tree: Oid; readonly made: ReadonlyMap<Oid, Uint8Array> } | null;
  /** contents, as git would store them, of changed files that were read; others are in the repository, for the index has them */
  readonly blobs: ReadonlyMap<Oid, Uint8Array>;
  /** taken to be as HEAD has them; sorted by path */
  readonly notCompared: readonly NotCompared[];
  /** in `changes` with the marks of a merge that is not finished; sorted */
  readonly unmerged: readonly PathBytes[];
}
