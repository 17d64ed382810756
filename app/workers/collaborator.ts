// What runs in a collaboration worker: holds one history and the work in flight, and answers what is shown of them.
import { AcumenError } from '../core/errors.ts';
import type { InFlight } from '../core/collaboration/model.ts';

export class Collaborator {
  ping(): void {}

  async load(_history: Uint8Array): Promise<void> { throw new AcumenError('usage', 'Histories are not read in this version.', 'Wait for the next one.'); }
  async fly(_inFlight: InFlight): Promise<void> {}
}
