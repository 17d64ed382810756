// What the service tells of earlier moments of the operation log (docs/decisions/0057): the state that an operation left, and what two of
// them differ in. An operation's number is its moment.
import type { AcuId, ByteString, Oid } from '../core/bytes.ts';
import type { Operation } from '../core/events.ts';
import type { Composition } from '../core/model.ts';
import type { FileChange, RepositoryInfo } from './methods.ts';

export interface MomentView {
  readonly operation: Operation;
  readonly composition: Composition;
  /** with the base and the grain of then */
  readonly repository: RepositoryInfo | null;
  /** of the replica of then */
  readonly digest: string;
  /** that replica, packed; null where who asks said that it has one with this digest */
  readonly bytes: Uint8Array | null;
}

export interface MomentAcu { readonly id: AcuId; readonly name: ByteString }

/** What is in one of two moments alone, in the order of that moment, and how many are in both. */
export interface Parted { readonly left: readonly MomentAcu[]; readonly came: readonly MomentAcu[]; readonly both: number }

/** A source whose tip is another, or that is in one of two moments alone. */
export interface MovedSource { readonly name: ByteString; readonly before: Oid | null; readonly after: Oid | null }

export interface MomentsCompared {
  readonly a: Operation; readonly b: Operation;
  /** ACUs in flight, whether composed or not */
  readonly inFlight: Parted;
  readonly composed: Parted;
  readonly sources: readonly MovedSource[];
  readonly base: { readonly before: { readonly name: string; readonly oid: Oid } | null; readonly after: { readonly name: string; readonly oid: Oid } | null };
  /** what differs between the two composed trees; null where one of them cannot be had, and why */
  readonly files: readonly FileChange[] | null;
  readonly why: string;
}
