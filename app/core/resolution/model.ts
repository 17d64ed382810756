// What is to be decided where changes conflict, and what was decided (design.md §2: conflict place, resolution key; docs/decisions/0055).
// Plain data: it crosses the contract and is recorded.
import type { Oid, PathBytes } from '../bytes.ts';
import type { ConflictKind } from '../model.ts';
import type { Entry } from '../repository.ts';

/** `reversed`: both, theirs first. `text`: these bytes, as they are. */
export type Answer = { readonly take: 'ours' | 'theirs' | 'both' | 'reversed' } | { readonly take: 'text'; readonly text: Uint8Array };

/** A connected run of touching edits. All are the exact bytes of whole lines. */
export interface LinesPlace {
  readonly shape: 'lines';
  readonly kind: ConflictKind;
  readonly base: Uint8Array; readonly ours: Uint8Array; readonly theirs: Uint8Array;
  /** the base's line before and after; null: the file's start and end */
  readonly before: Uint8Array | null; readonly after: Uint8Array | null;
  /** where it begins in our version, in theirs, and in the base: lines, counted from 0 */
  readonly at: readonly [ours: number, theirs: number, base: number];
}

/** What either side has at a path: null, no file. */
export interface PathSides { readonly path: PathBytes; readonly base: Entry | null; readonly ours: Entry | null; readonly theirs: Entry | null }

/** Files that are one side's or the other's as they are: binaries, modes, deletions, renames. Ours or theirs stands at all these paths. */
export interface FilesPlace {
  readonly shape: 'files';
  readonly kind: ConflictKind;
  readonly paths: readonly PathSides[];
  /** what either side changed can stand together: no path is changed by both */
  readonly bothStand: boolean;
  /** it is one file that a person may write in place of either */
  readonly writable: boolean;
}

export type Place = LinesPlace | FilesPlace;

/** One path, or paths that a rename ties together, that merging leaves to be decided. */
export type Dispute =
  | { readonly shape: 'lines'; readonly path: PathBytes; readonly kind: ConflictKind; readonly mode: number; readonly texts: readonly [base: Oid | null, ours: Oid, theirs: Oid] }
  | { readonly shape: 'files'; readonly path: PathBytes; readonly place: FilesPlace };

/** What a place became, whoever is ours and theirs. */
export type Decided = { readonly text: Uint8Array } | { readonly entries: readonly (Entry | null)[] };

/** An answer as it is kept under its resolution key. `path`: where it was given; not part of the key. */
export interface Recorded { readonly key: string; readonly kind: ConflictKind; readonly path: PathBytes; readonly decided: Decided }
