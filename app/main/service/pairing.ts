// Pairs an engine in threads of the service where there is enough to do.
import type { Engine } from '../../core/engine.ts';
import { pairAhead } from '../../workers/pairing.ts';
import { Pools } from './pools/pools.ts';

/** `pools`: of the process; where it has none (a verb that runs once), some for this. `owner`: whose share it takes. */
export async function pairInThreads(engine: Engine, pools?: Pools, owner?: string): Promise<void> {
  const mine = pools ?? new Pools();
  try {
    await pairAhead(engine, { pool: mine.pairing, ...owner !== undefined && { owner } });
  } finally {
    if (pools === undefined) mine.close();
  }
}
