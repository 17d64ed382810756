// Pairs an engine in threads of the service where there is enough to do.
import { availableParallelism } from 'node:os';
import type { Engine } from '../../core/engine.ts';
import { type Pairer, pairAhead } from '../../workers/pairing.ts';
import { spawnThread } from './threads.ts';

/** Each holds a matrix of pairs of its own. */
const MOST_THREADS = 8;

export async function pairInThreads(engine: Engine): Promise<void> {
  await pairAhead(engine, { workers: Math.min(MOST_THREADS, availableParallelism()), spawn: () => spawnThread<Pairer>('pairing.worker') });
}
