// What renderer and service sign of conflicts that a person decides (docs/decisions/0055): the places, what was answered before, and answers.
import type { AcuId, Oid, PathBytes } from '../core/bytes.ts';
import type { Operation } from '../core/events.ts';
import type { Composition, ConflictKind } from '../core/model.ts';
import type { LineEnds } from '../core/resolution/lines.ts';
import type { Shown } from './methods.ts';

export type Take = 'ours' | 'theirs' | 'both' | 'reversed' | 'text';

/** An answer as it is sent; `text` with `take: 'text'` alone. */
export type GivenAnswer = { readonly take: Exclude<Take, 'text'> } | { readonly take: 'text'; readonly text: Uint8Array };
/** For one place: the file's, counted from 0, which must have this key, or what was looked at is no more. */
export interface PlaceAnswer { readonly path: PathBytes; readonly nth: number; readonly key: string; readonly answer: GivenAnswer }

/** How the same conflict was decided before. `here`: in the same file, so that it fills the answer in; else it is a suggestion. */
export interface EarlierAnswer {
  readonly answer: GivenAnswer;
  readonly here: boolean;
  readonly path: PathBytes;
  /** milliseconds since the epoch */
  readonly time: number;
}

/** What one side has at a path of a place of files; null: nothing. */
export interface FileSide { readonly mode: number; readonly oid: Oid }

/** One place, with its texts as they are shown: of lines those of the region, of files the whole of its one file. Null: there is none. */
export interface PlaceToDecide {
  readonly key: string;
  readonly kind: ConflictKind;
  readonly shape: 'lines' | 'files';
  readonly base: Shown | null; readonly ours: Shown | null; readonly theirs: Shown | null;
  /** a few merged lines before and after */
  readonly lead: string; readonly tail: string;
  /** lines, counted from 0, at which it begins in our version, in theirs and in the base */
  readonly at: readonly [ours: number, theirs: number, base: number];
  /** how its lines end: an edited text is to end its own so */
  readonly ends: LineEnds;
  /** of files: at which paths, and what either side has there */
  readonly paths: readonly { readonly path: PathBytes; readonly base: FileSide | null; readonly ours: FileSide | null; readonly theirs: FileSide | null }[];
  readonly both: boolean;
  /** a text may be written in its place: all of it is shown, and shown as it is */
  readonly writable: boolean;
  readonly earlier: EarlierAnswer | null;
}

export interface FileToDecide {
  readonly path: PathBytes;
  readonly kind: ConflictKind;
  /** whose changes meet there; empty for ours where it is the base's own */
  readonly ours: readonly AcuId[]; readonly theirs: readonly AcuId[];
  readonly places: readonly PlaceToDecide[];
}

export interface ToDecide {
  readonly acu: AcuId;
  /** 'fits': nothing stands against it now. 'stale': what it meets is the base. 'unable': `reason` says why it cannot be decided */
  readonly state: 'conflicts' | 'fits' | 'stale' | 'unable';
  readonly reason: string;
  /** of what is composed, what it conflicts with */
  readonly against: readonly AcuId[];
  readonly files: readonly FileToDecide[];
}

/** One that is kept open: how much is to be decided, and how much of it was decided before. */
export interface OpenConflict { readonly acu: AcuId; readonly state: ToDecide['state']; readonly reason: string; readonly against: readonly AcuId[]; readonly places: number; readonly answered: number }

export interface Decision {
  readonly composition: Composition;
  readonly operation: Operation;
  /** what was made of it; null where nothing of it is left */
  readonly resolution: AcuId | null;
}

export const resolvingLimits = { /** places that are answered at once */ places: 10_000, /** bytes of a text that is written for one place */ text: 2 << 20 } as const;

/** Its part of `Methods`. */
export interface ResolvingMethods {
  /** Keeps ACUs open beside the composition, and lets others go: one undoable operation, null where nothing was to do. */
  keepOpen: { params: { add: readonly AcuId[]; drop: readonly AcuId[]; ticket: string }; result: { composition: Composition; operation: Operation | null } };
  /** What is kept open, in its order, and how it stands now. */
  openConflicts: { params: Record<string, never>; result: { open: readonly OpenConflict[] } };
  /** What a person would decide, were this composed with what is composed now. */
  toDecide: { params: { acu: AcuId }; result: ToDecide };
  /** One file as answers make it, against the base; every place of it needs one. */
  decidedFile: { params: { acu: AcuId; path: PathBytes; answers: readonly PlaceAnswer[] }; result: { before: Shown | null; after: Shown | null } };
  /** Composes it with what is composed, decided so: one undoable operation, which records the answers. Every place needs one. */
  decide: { params: { acu: AcuId; answers: readonly PlaceAnswer[]; ticket: string }; result: Decision };
}
