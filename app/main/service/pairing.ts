// Pairs an engine in threads of the service where there is enough to do.
import type { Engine } from '../../core/engine.ts';
import { pairAhead } from '../../workers/pairing.ts';
import type { Pools } from './pools/pools.ts';

/** `pools`: of the process, or null where it has none (a verb that runs once): then some are made for this, if it pays. `owner`: whose share it takes. */
export async function pairInThreads(engine: Engine, pools: Pools | null = null, owner = ''): Promise<void> {
  if (pools !== null) { await pairAhead(engine, { pool: pools.pairing, owner }); return; }
  const mine: Pools[] = [];
  try {
    await pairAhead(engine, async () => {
      const { Pools: Made } = await import('./pools/pools.ts'), made = new Made();
      mine.push(made);
      return { pool: made.pairing };
    });
  } finally {
    for (const made of mine) made.close();
  }
}
