// Collaboration, as a workspace answers it: the packed history of the base's tip for screens, which compute from it themselves, and the whole
// report for the command line. Both are kept by content; the work is done beside the operation queue, the report's in a thread.
import { AcumenError } from '../../core/errors.ts';
import type { Methods } from '../../contract/methods.ts';
import { historyOf } from './history/history.ts';
import type { Progress } from './queue.ts';
import type { Workspace } from './workspace.ts';

export class Collaborating {
  readonly #workspace: Workspace;

  constructor(workspace: Workspace) { this.#workspace = workspace; }

  async history(signal: AbortSignal, progress: Progress): Promise<Methods['history']['result']> {
    const { view: { state: { published } }, reading, clock } = this.#workspace;
    if (published === null) throw new AcumenError('usage', 'Nothing is imported in this workspace.', 'Run `acumen import` first.');
    return historyOf(reading.cache, await this.#workspace.repository(), published.base, { signal, progress, now: clock.now() / 1000 });
  }

  /** Keys of people by name, address, role or key. */
  async keysOf(_who: readonly string[], signal: AbortSignal, progress: Progress): Promise<string[]> {
    await this.history(signal, progress);
    return [];
  }

  async collaborate(_asked: Omit<Methods['collaborate']['params'], 'ticket'>, signal: AbortSignal, progress: Progress): Promise<Methods['collaborate']['result']> {
    await this.history(signal, progress);
    throw new AcumenError('usage', 'Collaboration is not computed in this version.', 'Wait for the next one.');
  }
}
