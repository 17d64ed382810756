// What renderer and service sign: every request's parameters and result, every push, as types. Decoders are in decode.ts.
// Values are plain data; Uint8Array for bytes. On the wire: MessagePack frames (frames.ts).
import { type AcuId, type ByteString, MOST_PATH, type Oid, type PathBytes } from '../core/bytes.ts';
import type { Report, ReportAsked } from '../core/collaboration/report.ts';
import type { Operation } from '../core/events.ts';
import type { Composition, ConflictKind, EditKind, Grain, ImportSummary, Rebinding, SetConflict } from '../core/model.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { NamedPath } from '../core/pathKey.ts';
import type { Reason, Suggestion } from '../core/suggestion.ts';
import type { Weighing } from '../core/weights.ts';
import type { LiveState } from './live.ts';
import type { AcuHistory, Provenance } from './tracing.ts';
import type { ResolvingMethods } from './resolving.ts';
import type { SymbolsAsked, SymbolsTold } from './symbols.ts';
import type { WorkspaceAbout } from './workspace.ts';
import type { RecipeComparison, RecipeLine, RecipeNow } from './recipes.ts';
import type { WorkItem } from './work.ts';
import type { MomentsCompared, MomentView } from './moments.ts';
import type { Alert, AlertRequest, EventQuery, LoadRequest, LoadState, ResponseSetting, SavedBaseline, SeriesAnswer, SeriesName, StatsReport, TimedEvent, Trial } from './performance.ts';

export interface RepositoryInfo { readonly path: string; readonly name: string; readonly base: Oid | null; readonly baseName: string; readonly grain: Grain }

/** A text for display: decoded, with what was lost or cut said. */
export interface Shown { readonly text: string; readonly binary: boolean; readonly bytes: number; readonly truncated: boolean }

export interface FileChange { readonly path: PathBytes; readonly kind: EditKind; readonly added: number; readonly deleted: number }

/** A path on the service's machine, or the text itself with a name for it. */
export type GivenPatch = { readonly path: string } | { readonly name: string; readonly text: Uint8Array };
/** Patch files to take as sources from now on, beside those remembered, which `drop` forgets first. */
export interface PatchParams { readonly add: readonly GivenPatch[]; readonly drop: boolean }

/** `sides`: of more than two, the smallest set found of which it is true; else empty. */
export interface PreviewConflict extends NamedPath {
  readonly a: AcuId; readonly b: AcuId | 'base'; readonly kind: ConflictKind;
  readonly verdict: SetConflict['verdict']; readonly detail: string; readonly sides: readonly AcuId[];
}

/** An ACU in a list: what a row shows, its paths counted. */
export interface ListedLine {
  readonly id: AcuId; readonly name: ByteString; readonly sources: readonly ByteString[]; readonly author: { readonly name: ByteString; readonly email: ByteString };
  /** seconds since the epoch */ readonly time: number;
  readonly files: number; readonly added: number; readonly deleted: number; readonly requires: readonly AcuId[]; readonly standing: 'exact' | 'stale' | 'inexact';
}

export interface Methods extends ResolvingMethods {
  /** State of the service for a client that has just connected. */
  hello: { params: Record<string, never>; result: { version: string; repository: RepositoryInfo | null; epoch: number; composition: Composition; canUndo: string | null; canRedo: string | null } };
  /** Opens (or refreshes) and imports; progress is pushed with the operation's ticket. */
  import: { params: { path: string | null; base: string | null; refs: readonly string[]; grain: Grain; patches?: PatchParams | undefined; ticket: string }; result: ImportSummary };
  cancel: { params: { ticket: string }; result: { cancelled: boolean } };
  /** Whether working trees and refs are looked at as they change; null only asks. Answers when what there is is shown. */
  live: { params: { on: boolean | null }; result: LiveState };
  /** What the workspace is kept in and read from, and which refs these globs would take; null: those of the last import. */
  workspace: { params: { globs: readonly string[] | null }; result: WorkspaceAbout };
  /** The whole replica, packed (core/tables.ts), tagged with its epoch. */
  snapshot: { params: Record<string, never>; result: { epoch: number; digest: string; bytes: Uint8Array } };
  /** Replaces the current composition's set. One undoable operation. Refuses a set that is not closed or conflicts. */
  compose: { params: { acus: readonly AcuId[]; ticket: string }; result: { composition: Composition; operation: Operation } };
  /** Adds to the current composition, or takes out of it: one undoable operation, null where nothing was to do. `size`: of the set then. */
  add: { params: { acus: readonly AcuId[]; ticket: string }; result: { operation: Operation | null; size: number } };
  remove: { params: { acus: readonly AcuId[]; ticket: string }; result: { operation: Operation | null; size: number } };
  /** May these be composed? Adds nothing silently. */
  check: { params: { acus: readonly AcuId[] }; result: { ok: boolean; missing: readonly AcuId[]; conflicts: readonly PreviewConflict[] } };
  /** A page of the ACUs in published order. `digest`: of the replica it is a page of; pages of one digest fit together. */
  list: { params: { from: number; limit: number }; result: { digest: string; total: number; acus: readonly ListedLine[] } };
  /** What these ACUs are about by name, packed: for search. */
  symbols: { params: SymbolsAsked; result: SymbolsTold };
  /** The composed tree of a set without recording it: changed paths against the base, or why not. Here and below `at`: as an operation left everything, not as it is now. */
  preview: { params: { acus: readonly AcuId[]; at?: number | undefined }; result: { tree: Oid | null; files: readonly FileChange[]; missing: readonly AcuId[]; conflicts: readonly PreviewConflict[]; ms: number } };
  /** Base and composed text of one path. */
  composedFile: { params: { acus: readonly AcuId[]; path: PathBytes; at?: number | undefined }; result: { before: Shown | null; after: Shown | null } };
  acuFiles: { params: { acu: AcuId; at?: number | undefined }; result: { files: readonly FileChange[] } };
  acuFile: { params: { acu: AcuId; path: PathBytes; at?: number | undefined }; result: { before: Shown | null; after: Shown | null } };
  /** Which ACU brought each line of a composed text, and took out each line of the base that is not in it. */
  provenance: { params: { acus: readonly AcuId[]; path: PathBytes; at?: number | undefined }; result: Provenance };
  /** What became of an ACU: operations of the log that touched it or an earlier id of it, and its commits. */
  acuHistory: { params: { acu: AcuId; at?: number | undefined }; result: AcuHistory };
  /** Base, both sides and the merged text (with conflict markers) of one conflicting path. `b` may be 'base' for a stale ACU. */
  conflictFile: { params: { a: AcuId; b: AcuId | 'base'; path: PathBytes; at?: number | undefined }; result: { base: Shown | null; sides: readonly { acu: AcuId | 'base'; shown: Shown | null }[]; merged: Shown | null; kind: ConflictKind; places: readonly { start: number; end: number }[] } };
  /** Where the nodes of the conflict graph stand: two numbers of 32 bits each, little-endian. `graph`: its SHA-256, as the window makes it. Asked for with null, else kept. */
  layout: { params: { graph: string; positions: Uint8Array | null }; result: { positions: Uint8Array | null } };
  /** The largest set that composes, by weight; `budget`: milliseconds to look for it. What is found on the way is pushed with the ticket. */
  suggest: { params: { weight: Weighing; budget: number; ticket: string }; result: Suggestion };
  /** Why each of `acus` is not in the set `within`. */
  whyNot: { params: { acus: readonly AcuId[]; within: readonly AcuId[]; weight: Weighing }; result: { reasons: readonly Reason[] } };
  /** Sets kept by name, and what each would be now. */
  recipes: { params: Record<string, never>; result: { recipes: readonly RecipeLine[] } };
  recipe: { params: { name: string }; result: RecipeNow };
  /** Keeps what is composed. `replace`: also where another has this name. Null: it is kept so already. */
  keepRecipe: { params: { name: string; replace: boolean; ticket: string }; result: { operation: Operation | null; line: RecipeLine } };
  dropRecipe: { params: { name: string; ticket: string }; result: { operation: Operation } };
  /** Composes what the recipe is now: one undoable operation, null where it is that already. Refuses what conflicts. */
  applyRecipe: { params: { name: string; ticket: string }; result: { composition: Composition; operation: Operation | null; answers: readonly Rebinding[] } };
  /** Null: the composition. */
  compareRecipes: { params: { a: string | null; b: string | null }; result: RecipeComparison };
  /** `message`: in place of what the service would say of the set; who made the changes is added below it */
  writeBranch: { params: { name: string; acus: readonly AcuId[]; message?: string; ticket: string }; result: { ref: string; commit: Oid; tree: Oid; operation: Operation } };
  log: { params: { before: number | null; limit: number }; result: { operations: readonly Operation[]; current: number } };
  /** The state that an operation left. `have`: digests of replicas that the client holds, and need not be sent. */
  moment: { params: { operation: number; have: readonly string[] }; result: MomentView };
  compareMoments: { params: { a: number; b: number }; result: MomentsCompared };
  /** One path in what was composed at the one and at the other. */
  comparedFile: { params: { a: number; b: number; path: PathBytes }; result: { before: Shown | null; after: Shown | null } };
  /** Composition and what was imported as that operation left them: one undoable operation; null where they are so. No ref moves. */
  returnTo: { params: { operation: number; ticket: string }; result: { operation: Operation | null; composition: Composition } };
  /** Writes the composition of that moment, onto the base of then, as a branch. What is composed now stays. */
  branchOff: { params: { operation: number; name: string; ticket: string }; result: Methods['writeBranch']['result'] };
  undo: { params: { ticket: string }; result: { operation: Operation } };
  redo: { params: { ticket: string }; result: { operation: Operation } };
  fsck: { params: { ticket: string }; result: { ok: boolean; problems: readonly string[]; events: number; ms: number } };
  /** Test and demonstration aid: holds the operation queue; reads and replica keep working. */
  pause: { params: { paused: boolean }; result: { paused: boolean } };
  /** Starts, stops or looks at the load generator; its state is pushed each second while it runs. */
  load: { params: LoadRequest; result: LoadState };
  /** How the engine does: the figures of a moment (milliseconds since the epoch), or of the newest second. */
  stats: { params: { at: number | null }; result: StatsReport };
  /** Columns to chart of (from, to], at most `points` of them each. */
  series: { params: { names: readonly SeriesName[]; from: number; to: number; points: number }; result: SeriesAnswer };
  /** Telemetry events, the newest first; no kinds: all. `from` and `to` are included. */
  events: { params: EventQuery; result: { events: readonly TimedEvent[] } };
  /** Whether this client is told the figures of each second. */
  watch: { params: { on: boolean }; result: { on: boolean } };
  /** Trials of two configurations that were run, the newest first. */
  trials: { params: Record<string, never>; result: { trials: readonly Trial[] } };
  /** Acknowledges or silences an alert, or raises it again; answers all there are. */
  alert: { params: AlertRequest; result: { alerts: readonly Alert[] } };
  /** Switches automatic responses; an empty list only asks. */
  responses: { params: { set: readonly { id: string; on: boolean }[] }; result: { responses: readonly ResponseSetting[] } };
  /** Saves what was measured of late under a name, or drops it; with neither, only asks. The newest is the one compared with. */
  baselines: { params: { save: string | null; drop: string | null }; result: { baselines: readonly SavedBaseline[] } };
  /**
   * The history of the base's tip, packed (core/collaboration/packed.ts); `digest`: SHA-256 of the bytes. Reading it may take long: progress is pushed with the ticket.
   * `part`: where all of it would take long, that of its newest commits alone; `newest`: how many those are, null where it is all of it.
   */
  history: { params: { part?: boolean; ticket: string }; result: { digest: string; bytes: Uint8Array; newest: number | null } };
  /** Who should talk to whom, who knows what, who takes which conflict: all of it, computed by the service from the same history. */
  collaborate: { params: ReportAsked & { ticket: string }; result: Report };
}
export type Method = keyof Methods;

export interface WireError { readonly code: ErrorCode; readonly message: string; readonly hint: string; readonly data: Readonly<Record<string, unknown>> }

/** `within`: milliseconds from its arrival in which the answer is wanted; an answer after that is late, and may be given up. */
export type Request = { [M in Method]: { readonly id: number; readonly method: M; readonly params: Methods[M]['params']; readonly within?: number | undefined } }[Method];
export type Response = { readonly id: number; readonly ok: unknown } | { readonly id: number; readonly error: WireError };

export type Push =
  | { readonly push: 'progress'; readonly ticket: string; readonly phase: string; readonly done: number; readonly total: number | null }
  | { readonly push: 'queue'; readonly running: { readonly ticket: string; readonly kind: string; readonly since: number } | null; readonly waiting: number; readonly paused: boolean; readonly work: readonly WorkItem[] }
  /** replica difference epoch `from` → `to`; a client at another epoch fetches a snapshot */
  | { readonly push: 'epoch'; readonly from: number; readonly to: number; readonly digest: string; readonly bytes: Uint8Array }
  | { readonly push: 'state'; readonly composition: Composition; readonly canUndo: string | null; readonly canRedo: string | null; readonly repository: RepositoryInfo | null; readonly lastOperation: Operation | null }
  /** the largest set found so far weighs this, and none more than `bound`; null: that is not known yet */
  | { readonly push: 'search'; readonly ticket: string; readonly weight: number; readonly bound: number | null }
  | { readonly push: 'load'; readonly load: LoadState }
  | { readonly push: 'live'; readonly live: LiveState }
  /** to those who watch */
  | { readonly push: 'stats'; readonly report: StatsReport };

/** One bidirectional channel: WebSocket, MessagePort and in-process implement this (habit 6). */
export interface Transport {
  send(frame: Uint8Array): void;
  onFrame(listener: (frame: Uint8Array) => void): void;
  onClose(listener: (reason: string) => void): void;
  close(): void;
}

export const limits = {
  /** bytes of one frame from a client: holds the ids of `acus` */ requestBytes: 8 << 20,
  /** bytes of one frame from the service */ frameBytes: 1 << 30,
  /** ACUs named in one message */ acus: 100_000,
  /** ACUs of one page of a list */ page: 1000,
  /** milliseconds that a largest set may be looked for */ budgetMs: 3_600_000,
  /** ACUs of which one question asks why they are left out */ reasons: 1000,
  /** milliseconds that an answer may be waited for */ withinMs: 86_400_000,
  /** bytes of a text shown */ shownBytes: 2 << 20,
  /** length of any name that a person gives */ name: 4096,
  /** bytes of a path in a tree */ path: MOST_PATH,
  /** letters of what a base is called: refs are files of at most 64 KiB, and a byte that is no UTF-8 takes four */ baseName: 256 << 10,
  /** letters of a sentence of an error */ sentence: 8000,
  /** characters of a commit's message */ message: 1 << 20,
  /** bytes of a patch sent as text */ patchText: 4 << 20,
} as const;

export type { ByteString };
