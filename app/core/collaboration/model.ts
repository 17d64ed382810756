// What is known of the people of a repository and of their work, as data: the history, columns of what its commits touched, and the
// work in flight. Everything else (knowledge, interaction, predictions, assignments) is a pure function of the two.
import type { AcuId, ByteString, Oid, PathBytes } from '../bytes.ts';

/** `agent`: a program that writes changes (a coding agent); `bot`: one that does chores (updates dependencies, merges). Both are shown as such. */
export type PersonKind = 'person' | 'bot' | 'agent';

/** One author, whatever names and addresses they committed under. */
export interface Person {
  /** 16 hex digits, of the identity they are known by: the same on every machine for the same history */
  readonly key: string;
  /** by mailmap where it has them, else the ones of their newest commit; either may be empty */
  readonly name: ByteString; readonly email: ByteString;
  /** every other pair of name and address that was taken for theirs */
  readonly also: readonly { readonly name: ByteString; readonly email: ByteString }[];
  readonly kind: PersonKind;
}

/** A file's identity through its renames: `path` is where it is now, or was last. */
export interface KnownFile { readonly path: PathBytes; readonly alive: boolean }

/**
 * The commits of a history from its root to `head`, oldest first (no commit before its parents), and what each touched. Merges count as
 * commits and touch nothing. All columns of one kind have one length.
 */
export interface History {
  readonly head: Oid;
  readonly people: readonly Person[];
  readonly files: readonly KnownFile[];
  /** seconds since the epoch, when it was authored; dates that cannot be (before 1990, a day after `now`, …) are replaced by their neighbours' */
  readonly time: Float64Array;
  /** index of the author in `people` */
  readonly author: Uint32Array;
  /** touches of commit i: those from touch[i] to touch[i + 1] */
  readonly touch: Uint32Array;
  /** index in `files`; within a commit, rising, none twice */
  readonly file: Uint32Array;
  /** lines; 0 for binary files, and where `hasLines` is false */
  readonly added: Uint32Array; readonly deleted: Uint32Array;
  readonly hasLines: boolean;
  /** who wrote the lines that stand at `head`: of file `survivors.file[i]`, `lines[i]` are of person `person[i]`; sorted by file, then person */
  readonly survivors: { readonly file: Uint32Array; readonly person: Uint32Array; readonly lines: Uint32Array };
  /** who is seen to have worked together, a < b: co-authors, reviewers, those who merged or committed the other's work; times, and seconds when last */
  readonly seen: { readonly a: Uint32Array; readonly b: Uint32Array; readonly times: Uint32Array; readonly last: Float64Array };
  /** its beginning is cut off */
  readonly shallow: boolean;
  /** in sentences: what was left out or mended, with numbers */
  readonly notes: readonly string[];
}

/** An ACU as collaboration sees it. */
export interface Flying {
  readonly id: AcuId;
  readonly name: ByteString;
  readonly author: { readonly name: ByteString; readonly email: ByteString };
  /** seconds since the epoch */
  readonly time: number;
  readonly standing: 'exact' | 'stale' | 'inexact';
  /** commits of the segment that stands for it */
  readonly commits: number;
  readonly files: readonly FlyingFile[];
  /** the ACUs that it requires directly; `requirements` (inFlight.ts) closes over them */
  readonly requires: readonly AcuId[];
}
/**
 * Lines that it adds and takes away there: 0 where they are not known, as of what is stale. `hunks`: pairs of base lines [start, end), rising;
 * empty where the file is new, binary or its lines are not known.
 */
export interface FlyingFile { readonly path: PathBytes; readonly added: number; readonly deleted: number; readonly hunks: Uint32Array }

/** Two ACUs that conflict, with the paths on which they do. `b` 'base': stale. */
export interface FlyingConflict { readonly a: AcuId; readonly b: AcuId | 'base'; readonly verdict: string; readonly paths: readonly PathBytes[] }

/** All work in flight, at one state of the engine. */
export interface InFlight {
  readonly acus: readonly Flying[];
  /** those against the base, and the pairs; of very many pairs a sample in which every ACU that conflicts has some (inFlight.ts) */
  readonly conflicts: readonly FlyingConflict[];
  /** every pair that conflicts, or of which it is not known, once: places in `acus`, a < b */
  readonly pairs: { readonly a: Uint32Array; readonly b: Uint32Array };
}

/** Knowledge halves in this many days where nobody says otherwise (decisions/0036). */
export const HALF_LIFE_DAYS = 180;
