// Domain events (design.md §1 event, view, state; §4 Events). Complete and never compacted: folding them from the first
// gives every view. Payloads are stored as MessagePack with sorted keys.
import type { AcuId, ByteString, Oid, PathBytes } from './bytes.ts';
import type { CompositionChange } from './composition.ts';
import type { PackedPairs } from './decided.ts';
import type { Composition, Grain, Segment, Source } from './model.ts';
import type { PublishedChange } from './published.ts';
import type { Recorded } from './resolution/model.ts';
import type { Recipe } from './recipes.ts';
import type { Commit, Entry } from './repository.ts';

/** SHA-256 of a segment's stored form: immutable, so an earlier state can be published again without storing it again. */
export type SegmentKey = string;

/** Where patches come from: a file or a folder of them, read anew by each import, or a text that the store keeps as a blob. */
export type PatchSource =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'text'; readonly name: string; readonly oid: Oid };

/** How the ref of a source from a patch begins, its path after it: git's own refs cannot hold a colon. */
export const PATCH_REF = 'patch:';

/** How the ref of a source from a working tree begins. */
export const WORKTREE_REF = 'worktree:';
/** How the ref of a source begins that stays as it was composed, though its branch has moved on. */
export const COMPOSED_REF = 'composed:';
/** How the ref of a source begins that a decision made (docs/decisions/0055), its commit after it. */
export const RESOLUTION_REF = 'resolution:';

/**
 * What was composed and is in no repository, edits of a working tree or a resolution: enough to make its commit again after the tree has moved on,
 * beside contents that the store keeps.
 */
export interface KeptSnapshot {
  readonly name: ByteString;
  readonly ref: ByteString;
  readonly oid: Oid;
  readonly commit: Omit<Commit, 'oid' | 'tree'>;
  /** against the tree of the commit's parent; null: the path is gone */
  readonly changes: readonly (readonly [path: PathBytes, after: Entry | null])[];
}

/** Everything an import makes visible, in one step (habit 7). */
export interface Published {
  readonly base: Oid; readonly baseTree: Oid; readonly baseName: string;
  readonly grain: Grain; readonly globs: readonly string[];
  readonly sources: readonly Source[];
  /** in topological order: lower segments first */
  readonly segments: readonly SegmentKey[];
  readonly skipped: readonly { readonly name: ByteString; readonly reason: string }[];
  /** remembered for the next import; absent where there are none */
  readonly patches?: readonly PatchSource[];
  /** of working trees and resolutions, as long as something of them is composed; absent where there are none */
  readonly snapshots?: readonly KeptSnapshot[];
  /** the pairs that were merged to be decided; absent where an older version published, which merged none */
  readonly decided?: PackedPairs;
}

export type DomainEvent =
  | { readonly kind: 'repository-opened'; readonly gitDir: string; readonly objectFormat: 'sha1' | 'sha256' }
  /** An import begins. Batches of segments follow, each committed; a killed import resumes from the segments stored. */
  | { readonly kind: 'import-started'; readonly base: Oid; readonly grain: Grain; readonly globs: readonly string[] }
  | { readonly kind: 'segment-added'; readonly key: SegmentKey; readonly segment: Segment }
  | { readonly kind: 'published'; readonly published: Published | null }
  /** What is published now, told by what it differs in from what was. */
  | { readonly kind: 'publication-changed'; readonly change: PublishedChange }
  | { readonly kind: 'composition-changed'; readonly composition: Composition }
  /** What is composed now, told by what it differs in from what was. */
  | { readonly kind: 'composition-edited'; readonly change: CompositionChange }
  /** What is kept open beside the composition now: all of it, in order. */
  | { readonly kind: 'open-changed'; readonly open: readonly AcuId[] }
  /** How conflicts were decided: kept for when they return, also where the decision was undone. */
  | { readonly kind: 'answers-recorded'; readonly answers: readonly Recorded[] }
  | { readonly kind: 'branch-written'; readonly ref: string; readonly before: Oid | null; readonly after: Oid | null; readonly tree: Oid | null; readonly acus: readonly AcuId[] }
  /**
   * A branch is about to be moved: written before it is, so that a process killed between the move and the operation that
   * records it is found out (`branch-settled` answers every one). Holds what that operation would have been.
   */
  | { readonly kind: 'branch-moving'; readonly ref: string; readonly before: Oid | null; readonly after: Oid | null; readonly operation: PlannedOperation; readonly events: readonly DomainEvent[] }
  /** `moving`: seq of its event. `recorded`: the operation is in the log. `dropped`: the branch was not moved. `overtaken`: somebody else moved it since. */
  | { readonly kind: 'branch-settled'; readonly moving: number; readonly outcome: 'recorded' | 'dropped' | 'overtaken' }
  /** Recipes that are kept now, in place of those of the same name, and names under which none is any more. */
  | { readonly kind: 'recipes-changed'; readonly kept: readonly Recipe[]; readonly dropped: readonly string[] };

/** An operation before it has a place in the log. */
export interface PlannedOperation {
  readonly kind: OperationKind;
  readonly description: string;
  readonly command: string | null;
  readonly target: number | null;
  /** milliseconds since the epoch */
  readonly time: number;
}

export type OperationKind = 'open' | 'import' | 'compose' | 'write-branch' | 'undo' | 'redo' | 'return' | 'recipe';

/** Those that leave what is published as it was. */
export const publishesNothing: ReadonlySet<OperationKind> = new Set<OperationKind>(['compose', 'write-branch', 'recipe']);

/** One row of the operation log. */
export interface Operation {
  readonly id: number;
  readonly kind: OperationKind;
  readonly description: string;
  /** milliseconds since the epoch */
  readonly time: number;
  /** for undo and redo: the operation whose effect was taken back or brought back; for return: the one whose state it went back to */
  readonly target: number | null;
  /** the `acumen …` line that does the same, where there is one */
  readonly command: string | null;
  readonly firstEvent: number; readonly lastEvent: number;
}

/** The fold of all events up to an operation, without the segments' bodies. */
export interface WorkspaceState {
  readonly gitDir: string | null;
  readonly objectFormat: 'sha1' | 'sha256' | null;
  readonly published: Published | null;
  readonly composition: Composition;
  /** by name */
  readonly recipes: readonly Recipe[];
}
