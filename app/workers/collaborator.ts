// What runs in a collaboration worker: holds one history and the work in flight, and answers what is shown of them.
import type { AcuId, PathBytes } from '../core/bytes.ts';
import { AcumenError } from '../core/errors.ts';
import type { InFlight } from '../core/collaboration/model.ts';
import type { Asked, Assignment, AssignmentAsked, BusRisk, Expert, Heat, HeatKind, Overview, PredictedPair, TalkPair } from '../core/collaboration/report.ts';
import type { CollaborationApi } from './collaboration.ts';

const missing = (): never => { throw new AcumenError('usage', 'Collaboration is not computed in this version.', 'Wait for the next one.'); };

export class Collaborator implements CollaborationApi {
  ping(): void {}

  /** `gpu`: the address of the worker that multiplies on a graphics card; null: never. */
  async open(_gpu: string | null): Promise<void> {}
  async load(_history: Uint8Array): Promise<void> { missing(); }
  async fly(_inFlight: InFlight): Promise<void> {}
  async overview(_asked: Asked): Promise<Overview> { return missing(); }
  async heat(_kind: HeatKind, _asked: Asked, _by: 'files' | 'directories', _most: number): Promise<Heat> { return missing(); }
  async talk(_asked: Asked, _most: number): Promise<readonly TalkPair[]> { return missing(); }
  async busFactor(_asked: Asked, _most: number): Promise<readonly BusRisk[]> { return missing(); }
  async predictions(_asked: Asked, _most: number): Promise<readonly PredictedPair[]> { return missing(); }
  async experts(_asked: Asked, _a: AcuId, _b: AcuId | 'base' | null, _path: PathBytes | null, _most: number): Promise<readonly Expert[]> { return missing(); }
  async assign(_asked: Asked, _assignment: AssignmentAsked): Promise<Assignment> { return missing(); }
  cancel(): void {}
}
