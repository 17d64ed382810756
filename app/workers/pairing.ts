// Pairing in workers: the sweep's parts go out to as many as there are, their pairs come back as they are found. The same in Web Workers
// and in the service's threads; only how a worker is made differs.
import { transfer } from 'comlink';
import { ConflictIndex } from '../core/conflictIndex.ts';
import type { Engine } from '../core/engine.ts';
import { Pairing } from '../core/index/pairing.ts';
import { sweepPart } from '../core/index/partition.ts';
import { type Supervised, WorkerDied } from './rpc.ts';

/** What runs in a worker. */
export class Pairer {
  sweep(part: ArrayBuffer): ArrayBuffer {
    const pairs = sweepPart(part);
    return transfer(pairs, [pairs]);
  }
}

/**
 * Exact checks (Pairing.cost) from which workers pay: below, starting one takes longer than sweeping here. Measured by
 * `npm run bench -- index`, see docs/decisions/0021.
 */
export const WORTH_WORKERS = 4_000_000;

/** So many parts for each worker, that one is not waited for long and progress shows. */
const PARTS_PER_WORKER = 4;

export interface Aside {
  readonly workers: number;
  spawn(): Supervised<Pairer>;
  readonly signal?: AbortSignal;
  onProgress?(done: number, parts: number): void;
}

/**
 * An engine's index, made in workers where there is so much to do that they pay; elsewhere nothing, for it is made when it is asked for.
 * How many parts the workers took. A worker that dies is no harm: then, too, it is made when it is asked for.
 */
export async function pairAhead(engine: Engine, aside: Aside, worth = WORTH_WORKERS): Promise<number> {
  if (engine.hasIndex) return 0;
  const { tables } = engine, pairing = new Pairing(tables);
  if (pairing.cost() < worth || (aside.workers < 2 && worth > 0)) { engine.giveIndex(new ConflictIndex(tables, pairing.whole())); return 0; }
  let parts = 0;
  try {
    await pairAside(pairing, { ...aside, onProgress: (done, all) => { parts = all; aside.onProgress?.(done, all); } });
  } catch (error) {
    // too little memory for one more, say
    if (error instanceof WorkerDied) return 0;
    throw error;
  }
  engine.giveIndex(new ConflictIndex(tables, pairing));
  return parts;
}

/** Fills the pairing. Rejects where a worker dies or the signal aborts: then it is not whole, and must be let go. */
export async function pairAside(pairing: Pairing, { workers, spawn, signal, onProgress }: Aside): Promise<void> {
  signal?.throwIfAborted();
  const parts = pairing.parts(workers * PARTS_PER_WORKER), total = parts.length;
  let done = 0;
  onProgress?.(done, total);
  const crew = Array.from({ length: Math.min(workers, total) }, spawn);
  try {
    await Promise.all(crew.map(async (worker) => {
      for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
        const mine = part;
        const pairs = await worker.call((api) => api.sweep(transfer(mine, [mine])), signal);
        pairing.take(pairs);
        onProgress?.(++done, total);
      }
    }));
  } finally {
    parts.length = 0;
    for (const worker of crew) worker.end();
  }
}
