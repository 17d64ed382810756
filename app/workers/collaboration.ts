// Collaboration off the UI thread: holds the packed history and the work in flight, and answers everything that is shown of them. The same code in
// the screen's Web Worker and in the service; knows no thread.
import type { AcuId } from '../core/bytes.ts';
import type { PathBytes } from '../core/bytes.ts';
import type { Asked, Assignment, AssignmentAsked, BusRisk, Expert, Heat, HeatKind, Overview, PredictedPair, TalkPair } from '../core/collaboration/report.ts';
import type { InFlight } from '../core/collaboration/model.ts';

/** What the screen asks of it; each answer is of the last `load` and `fly`. */
export interface CollaborationApi {
  /** a history as the contract's `history` answers it (core/collaboration/packed.ts) */
  load(history: Uint8Array): Promise<void>;
  fly(inFlight: InFlight): Promise<void>;
  overview(asked: Asked): Promise<Overview>;
  /** `by`: files or directories, where a side is of paths; `most`: rows and columns at most */
  heat(kind: HeatKind, asked: Asked, by: 'files' | 'directories', most: number): Promise<Heat>;
  talk(asked: Asked, most: number): Promise<readonly TalkPair[]>;
  busFactor(asked: Asked, most: number): Promise<readonly BusRisk[]>;
  predictions(asked: Asked, most: number): Promise<readonly PredictedPair[]>;
  /** who knows most of this conflict, or of this ACU where `b` is null; `path` null: of all its paths */
  experts(asked: Asked, a: AcuId, b: AcuId | 'base' | null, path: PathBytes | null, most: number): Promise<readonly Expert[]>;
  assign(asked: Asked, assignment: AssignmentAsked): Promise<Assignment>;
  /** gives up what is being computed; it rejects with the error `cancelled` */
  cancel(): void;
}
