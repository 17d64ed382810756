// Which ACU brought which line, and what became of one ACU over time: what the service answers of them. Decoders are in decodeTracing.ts.
import type { AcuId, ByteString, Oid, PathBytes } from '../core/bytes.ts';
import type { OperationKind } from '../core/events.ts';

/** Lines [start, end) of a text, from 0. `by`: places among the answer's ACUs; several do the same, none: it is not known whose they are. */
export interface TracedRun { readonly start: number; readonly end: number; readonly by: readonly number[]; /** others took the lines out, and these put them back */ readonly isBack: boolean }

export interface Provenance {
  /** `woven`: by construction; `content`: found by comparing texts; `none`: not told, for `reason` */
  readonly how: 'woven' | 'content' | 'none';
  readonly reason: string;
  /** leaving out an ACU that nothing requires takes away exactly the lines it alone brings */
  readonly isExact: boolean;
  /** the base's path, where the file had another name there */
  readonly from: PathBytes | null;
  readonly acus: readonly AcuId[];
  /** of the composed text; what lies between is the base's */
  readonly brought: readonly TracedRun[];
  /** of the base's text: lines that are not in the composed one */
  readonly taken: readonly TracedRun[];
}

/** One operation of the log that touched an ACU, or an id that it had before. */
export interface AcuMoment {
  readonly operation: number;
  readonly kind: OperationKind;
  readonly description: string;
  /** milliseconds since the epoch */
  readonly time: number;
  readonly what: 'imported' | 'gone' | 'composed' | 'taken out' | 'rebound' | 'written';
  /** the id it had then */
  readonly id: AcuId;
  /** of `rebound`: the ids it came from; of `written`: the branch */
  readonly from: readonly AcuId[];
  readonly ref: string;
}

export interface AcuCommit {
  readonly oid: Oid;
  readonly title: ByteString;
  readonly author: { readonly name: ByteString; readonly email: ByteString };
  /** seconds since the epoch */
  readonly time: number;
}

export interface AcuHistory {
  /** the newest first */
  readonly moments: readonly AcuMoment[];
  /** the newest first; those of the first of its segments */
  readonly commits: readonly AcuCommit[];
  /** more commits than are told of */
  readonly more: number;
}

export const tracingLimits = { /** runs of one text */ runs: 200_000, /** moments told of */ moments: 10_000, /** commits told of */ commits: 1000, /** bytes of a text whose lines are traced */ bytes: 8 << 20 } as const;
