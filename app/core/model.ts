// The values the engine stores, replicates and shows: sources, segments, ACUs, conflicts, compositions (design.md §1, §2).
// Plain data only, so that they cross threads and the contract unchanged.
import type { AcuId, ByteString, Oid, PathBytes } from './bytes.ts';
import type { Entry } from './repository.ts';

/** What an edit does to its path. A rename is a delete and an add: whether git sees one depends on what it is merged with (docs/decisions/0022). */
export type EditKind = 'add' | 'delete' | 'modify' | 'mode' | 'binary' | 'symlink' | 'submodule' | 'type';

/**
 * Lines [start, end) of the pre-image (0-based) are replaced by `inserted`. `removed` and `inserted` are the exact bytes of
 * the lines, terminators included.
 */
export interface Hunk { readonly start: number; readonly end: number; readonly removed: Uint8Array; readonly inserted: Uint8Array }

/** One path's part of a difference between two trees. `hunks` is null for whole-file kinds (binary, symlink, submodule, type). */
export interface Edit {
  readonly path: PathBytes;
  readonly kind: EditKind;
  readonly before: Entry | null;
  readonly after: Entry | null;
  readonly hunks: readonly Hunk[] | null;
  /** lines added and deleted, for display; 0 for whole-file kinds */
  readonly added: number;
  readonly deleted: number;
  /** stated degradation, where content was treated as a whole file: 'too large, treated as binary' */
  readonly note?: string;
}

/** A deletion and an addition that git might call a rename, and the directories above `from` that are gone with it. */
export interface Rename { readonly from: PathBytes; readonly to: PathBytes; readonly emptied: readonly PathBytes[] }

/** Why a segment takes no exact part in verdicts. `stale`: see design.md §2. `inexact`: listed as "not yet exact", never paired. */
export type Standing =
  | { readonly kind: 'exact' }
  | { readonly kind: 'stale'; readonly conflicts: readonly Conflict[] }
  | { readonly kind: 'inexact'; readonly reason: string };

/**
 * A maximal set of commits outside the base with one head (design.md §2, Segment). `tip` is its key.
 * `contexts` holds the difference from each context tree to this segment's tree (carried(tip)): first the base, then every
 * lower segment that is the merge base of some pair. Pair verdicts compare two segments' edits in their common context.
 */
export interface Segment {
  readonly tip: Oid;
  /** tips of the top lower segments, sorted; empty when it stands on the base */
  readonly lower: readonly Oid[];
  readonly standing: Standing;
  /** null where the difference is empty */
  readonly acu: AcuId | null;
  /** of the commit that says what it is about (headline.ts), or of a part of one (partTitle.ts) */
  readonly title: ByteString;
  readonly author: { readonly name: ByteString; readonly email: ByteString };
  /** seconds since the epoch, author time of the tip */
  readonly time: number;
  readonly commits: number;
  /** the ACU's own edits: compose(lower) → carried(tip) */
  readonly edits: readonly Edit[];
  /** `context` is "base", or the tips of the common lower tops, sorted and joined by "+" */
  readonly contexts: readonly { readonly context: string; readonly edits: readonly Edit[] }[];
  /** ACUs whose lines, paths or registers the edits stand on, whatever the segment below (design.md §2, Requires) */
  readonly needs: readonly AcuId[];
  /** added paths, each with one of the base that some file systems take for the same (collisions.ts); absent where there are none */
  readonly collisions?: readonly (readonly [path: PathBytes, other: PathBytes])[];
  /** deletions and additions since the base that git might call renames (a superset): pairs they meet are merged, see meetings.ts */
  readonly renames: readonly Rename[];
  /** finer grains only: the segment of grain `branch` that it is a part of, by tip */
  readonly within?: Oid;
  /** of a part of a commit only (grain `atom`): the commit; else the tip is it */
  readonly commit?: Oid;
  /** finer grains only: tips of the units directly before it in its history, sorted. With all that are before it it never conflicts */
  readonly after?: readonly Oid[];
  /** why it is coarser than was asked for, as the rest of a sentence; absent where it is not */
  readonly note?: string;
}

/** A ref whose commits are cut into segments. Name is the ref's short name (design.md §6). */
export interface Source {
  readonly name: ByteString;
  readonly ref: ByteString;
  readonly oid: Oid;
  /** the segments it reaches, its tip's own segment last; empty when all its commits are in the base */
  readonly segments: readonly Oid[];
}

/** One ACU with its provenances (the segments whose edits have this id). */
export interface Acu {
  readonly id: AcuId;
  /** source name where only one source has it, else the title */
  readonly name: ByteString;
  readonly sources: readonly ByteString[];
  readonly segments: readonly Oid[];
  readonly requires: readonly AcuId[];
  readonly author: { readonly name: ByteString; readonly email: ByteString };
  readonly time: number;
  readonly title: ByteString;
  readonly paths: readonly PathBytes[];
  readonly hunks: number;
  readonly added: number;
  readonly deleted: number;
  readonly standing: 'exact' | 'stale' | 'inexact';
  readonly reason?: string;
}

/** In this order for ever, new ones at the end: packed tables and events say a kind by its place here. */
export const conflictKinds = [
  'content', 'add/add', 'modify/delete', 'mode', 'binary', 'symlink', 'submodule', 'directory/file', 'type',
  'rename/rename', 'rename/delete', 'rename/add', 'directory rename', 'case collision', 'placement',
] as const;
export type TextualKind = typeof conflictKinds[number];
export type ConflictKind = TextualKind;
export type Verdict = 'blocking' | 'resolvable' | 'risk' | 'partial';

export interface Conflict {
  /** ACU ids of the sides; 'base' for a stale source */
  readonly a: AcuId; readonly b: AcuId | 'base';
  readonly kind: ConflictKind;
  readonly verdict: Verdict;
  readonly path: PathBytes;
  readonly detail: string;
  /** true where a lower pair already conflicts at this place */
  readonly inherited: boolean;
}

/** A conflict of a set. `order-sensitive`: git's chain of merges conflicts, or comes to another tree, in another order (docs/decisions/0020). */
export interface SetConflict extends Omit<Conflict, 'verdict'> {
  readonly verdict: Verdict | 'order-sensitive';
  /** the smallest set found of which this is true, sorted; absent where `a` and `b` are all of it */
  readonly sides?: readonly AcuId[];
}

/** One edge of the conflict graph: that two ACUs, or one and the base, do not stand together, without the places. */
export interface ConflictEdge { readonly a: AcuId; readonly b: AcuId | 'base'; readonly verdict: Verdict }

export interface Composition {
  readonly id: string;
  readonly name: string;
  readonly base: Oid;
  readonly acus: readonly AcuId[];
  /** wanted, and in conflict with what is composed: to be decided by hand, in the order they were kept. Not part of its tree; absent where there are none */
  readonly open?: readonly AcuId[];
}

/** What became of one ACU of a composition when the base moved or the sources were cut anew (rebind.ts). */
export interface Rebinding {
  readonly id: AcuId;
  readonly name: ByteString;
  /** `taken along`: it was not in the composition, and what is needs it now */
  readonly outcome: 'kept' | 'rebound' | 'absorbed' | 'stale' | 'lost' | 'taken along';
  /** its successors; those of `stale` are not in the composition */
  readonly to: readonly AcuId[];
  /** the reason, as the rest of a sentence; empty where it was kept */
  readonly why: string;
}

export type Grain = 'branch' | 'commit' | 'atom';

export interface ImportSummary { readonly base: Oid; readonly acus: number; /** of the ACUs, and of the sources that they are of */ readonly decisions: number; readonly sources: number; readonly edits: number; readonly hunks: number; readonly ms: number; /** where it changed the composition */ readonly rebound: readonly Rebinding[] }

/**
 * The answer to "may these stand together?" in the words of the screen. `look`: pairs alone do not tell, because renames of several could
 * concern another; composing decides. What it then refuses is `conflicts` or `order-sensitive`.
 */
export type SetVerdict =
  | { readonly kind: 'fits'; readonly look?: true }
  | { readonly kind: 'needs'; readonly missing: readonly AcuId[]; readonly look?: true }
  | { readonly kind: 'conflicts'; readonly with: readonly Conflict[] }
  | { readonly kind: 'order-sensitive'; readonly with: readonly SetConflict[] }
  | { readonly kind: 'unable'; readonly reason: string; readonly acus: readonly AcuId[] };
