// Messages between a store and its writer's thread: plain data, packed where it is large.
import type { Oid } from '../../core/bytes.ts';
import { AcumenError, type ErrorCode } from '../../core/errors.ts';
import type { DomainEvent, SegmentKey } from '../../core/events.ts';
import type { Grain } from '../../core/model.ts';
import type { PackedConflicts } from './conflictPages.ts';
import type { FsckReport, Head, LogPlace, NewBlob, Replica } from './store.ts';

/** What travels beside an operation: of the one at this place among those of its call. */
export interface PackedExtra<B = Uint8Array> { readonly at: number; readonly conflicts: PackedConflicts<B> | null; readonly replica: Replica | null; readonly blobs: readonly NewBlob[] }

/** Which kinds of events the operations of a call have; the bodies of their segments in order, and what else comes with them. */
export interface Appending<B = Uint8Array> {
  readonly kinds: number;
  readonly bodies: readonly B[];
  readonly extras: readonly PackedExtra<B>[];
}
/** With the operations and their events as one frame (frames.ts). */
export interface AppendRequest extends Appending { readonly bytes: Uint8Array }

/** Where bytes lie in those that cross with the message: a buffer of its own costs more than what most of them hold. */
export type Span = readonly [from: number, to: number];

export function carried<A, B>({ acus, pages, gone }: PackedConflicts<A>, to: (bytes: A) => B): PackedConflicts<B> {
  return { acus, pages: pages.map(({ count, bytes }) => ({ count, bytes: to(bytes) })), gone: gone === null ? null : to(gone) };
}
/** The head expected, or the call (by its id) whose operations must be the last ones. */
export type Expected = { readonly head: number } | { readonly after: number } | null;
export type Settled = Omit<Extract<DomainEvent, { kind: 'branch-settled' }>, 'kind'>;

/** Which file it is, whatever its name. */
export interface Place { readonly dev: bigint; readonly ino: bigint }

/** `proved`: the caller has proved the file, or just made it. */
export interface Opening { readonly file: string; readonly busyMs: number; readonly proved?: boolean; readonly place?: Place }

export type Call =
  | ({ readonly call: 'append'; readonly expected: Expected; readonly frame: Span } & Appending<Span>)
  | { readonly call: 'begin-import'; readonly base: Oid; readonly grain: Grain; readonly globs: readonly string[]; readonly packed: readonly Uint8Array[] }
  /** `draft`: what an import was begun as, or the call (by its id) that begins it */
  | { readonly call: 'stage'; readonly draft: number | { readonly begun: number }; readonly packed: readonly Uint8Array[] }
  /** the intent to move a branch, with the blobs its operation needs */
  | { readonly call: 'intend'; readonly moving: DomainEvent; readonly blobs: readonly NewBlob[]; readonly expectHead: number }
  /** begins a transaction that lasts until `settle`; other calls wait. `moving`: refused with `store-moved` if that one is settled, or the head another */
  | { readonly call: 'hold'; readonly moving: number | null; readonly expectHead: number | null }
  /** ends it, or makes one of its own */
  | { readonly call: 'settle'; readonly append: AppendRequest | null; readonly settled: readonly Settled[] }
  /** what is computed from the state after `operation`, if it is still that */
  | { readonly call: 'keep'; readonly operation: number; readonly replica: Replica; readonly conflicts: PackedConflicts | null }
  | { readonly call: 'close' };
export type Request = Call & { readonly id: number };

export interface Answers { 'intend': number; 'hold': null; 'settle': LogPlace | null; 'append': LogPlace; 'begin-import': number; 'stage': SegmentKey[]; 'keep': null; 'close': null }
export type Answer = { readonly id: number; readonly ok: Answers[Call['call']] } | { readonly id: number; readonly error: PlainError };

/** The calls of one turn, and the frames and bodies of all of them. */
export interface Calls { readonly requests: readonly Request[]; readonly bytes: Uint8Array }
/** A thread is begun with this that is to have a store which is not there yet. */
export const FIRST = 'first';
/** `open` comes first, and once. */
export type ToWriter = { readonly open: Opening } | Calls;

export type FromWriter =
  /** what a new store begins with, of a thread that waits for one */
  | { readonly kind: 'image'; readonly bytes: Uint8Array }
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly error: PlainError }
  /** one commit: the log's end before and after it, the answers it lets go, and how long it took; null where nothing was committed */
  | { readonly kind: 'committed'; readonly before: Head; readonly after: Head; readonly answers: readonly Answer[]; readonly took: Took | null };

/** Of a commit, in milliseconds: all of it, and what came before the disk was waited for. */
export interface Took { readonly ms: number; readonly work: number }

export type FromFsck = { readonly kind: 'report'; readonly report: FsckReport } | { readonly kind: 'failed'; readonly error: PlainError };

/** An AcumenError as plain data: a clone of an Error loses its own fields. */
export interface PlainError { readonly code: ErrorCode; readonly message: string; readonly hint: string; readonly data: Readonly<Record<string, unknown>> }

export function toPlain({ code, message, hint, data }: AcumenError): PlainError {
  return { code, message, hint, data };
}

export function fromPlain({ code, message, hint, data }: PlainError): AcumenError {
  return new AcumenError(code, message, hint, data);
}
