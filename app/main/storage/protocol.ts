// Messages between a store and its writer's thread, and the packed form in which a conflict graph crosses: a quarter of a
// million edges are copied as one array of numbers, not as objects.
import type { AcuId, Oid, PathBytes } from '../../core/bytes.ts';
import { AcumenError, type ErrorCode } from '../../core/errors.ts';
import type { Operation, SegmentKey } from '../../core/events.ts';
import type { Conflict, ConflictKind, Grain, Verdict } from '../../core/model.ts';
import type { EncodedEvent } from './log.ts';
import type { FsckReport, Head, NewBlob, NewOperation } from './store.ts';

export interface WorkerData { readonly file: string; readonly busyMs: number }

export type Call =
  | { readonly call: 'append'; readonly operation: NewOperation; readonly events: readonly EncodedEvent[]; readonly conflicts: PackedConflicts | null; readonly blobs: readonly NewBlob[]; readonly expectHead: number | null }
  | { readonly call: 'begin-import'; readonly base: Oid; readonly grain: Grain; readonly globs: readonly string[] }
  | { readonly call: 'stage'; readonly draft: number; readonly packed: readonly Uint8Array[] }
  | { readonly call: 'close' };
export type Request = Call & { readonly id: number };

export interface Answers { 'append': Operation; 'begin-import': number; 'stage': SegmentKey[]; 'close': null }
export type Answer = { readonly id: number; readonly ok: Answers[Call['call']] } | { readonly id: number; readonly error: PlainError };

export type FromWriter =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly error: PlainError }
  /** one commit: the log's end before and after it, and the answers it lets go */
  | { readonly kind: 'committed'; readonly before: Head; readonly after: Head; readonly answers: readonly Answer[] };

export type FromFsck = { readonly kind: 'report'; readonly report: FsckReport } | { readonly kind: 'failed'; readonly error: PlainError };

/** An AcumenError as plain data: a clone of an Error loses its own fields. */
export interface PlainError { readonly code: ErrorCode; readonly message: string; readonly hint: string; readonly data: Readonly<Record<string, unknown>> }

export function toPlain({ code, message, hint, data }: AcumenError): PlainError {
  return { code, message, hint, data };
}

export function fromPlain({ code, message, hint, data }: PlainError): AcumenError {
  return new AcumenError(code, message, hint, data);
}

/** Seven numbers per conflict: places of a, b, kind, verdict, path and detail in `strings`, and inherited. */
export interface PackedConflicts { readonly strings: readonly string[]; readonly numbers: Uint32Array }
const FIELDS = 7;

export function packConflicts(conflicts: Iterable<Conflict>): PackedConflicts {
  const strings: string[] = [];
  const places = new Map<string, number>();
  const place = (text: string): number => {
    let n = places.get(text);
    if (n === undefined) places.set(text, (n = strings.push(text) - 1));
    return n;
  };
  let numbers = new Uint32Array(1024 * FIELDS);
  let at = 0;
  for (const { a, b, kind, verdict, path, detail, inherited } of conflicts) {
    if (at === numbers.length) {
      const wider = new Uint32Array(2 * at);
      wider.set(numbers);
      numbers = wider;
    }
    numbers[at++] = place(a);
    numbers[at++] = place(b);
    numbers[at++] = place(kind);
    numbers[at++] = place(verdict);
    numbers[at++] = place(path);
    numbers[at++] = place(detail);
    numbers[at++] = inherited ? 1 : 0;
  }
  return { strings, numbers: numbers.slice(0, at) };
}

export function* unpackConflicts({ strings, numbers }: PackedConflicts): Generator<Conflict> {
  for (let at = 0; at < numbers.length; at += FIELDS) {
    const field = (n: number): string => strings[numbers[at + n]!]!;
    yield {
      a: field(0) as AcuId, b: field(1) as AcuId | 'base', kind: field(2) as ConflictKind, verdict: field(3) as Verdict,
      path: field(4) as PathBytes, detail: field(5), inherited: numbers[at + 6] === 1,
    };
  }
}
