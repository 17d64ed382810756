// Pairing in workers: the sweep's parts go to a pool, their pairs come back as they are found. The same in Web Workers and in the
// service's threads; only the pool differs.
import { transfer } from 'comlink';
import { ConflictIndex } from '../core/conflictIndex.ts';
import type { Engine } from '../core/engine.ts';
import { Pairing } from '../core/index/pairing.ts';
import { sweepPart } from '../core/index/partition.ts';
import { AcumenError } from '../core/errors.ts';
import { type Pool, SEVERAL } from './pool.ts';
import { WorkerDied } from './rpc.ts';

/** What runs in a worker. */
export class Pairer {
  ping(): void {}

  sweep(part: ArrayBuffer): ArrayBuffer {
    const pairs = sweepPart(part);
    return transfer(pairs, [pairs]);
  }
}

/**
 * Exact checks (Pairing.cost) from which workers pay: below, starting one takes longer than sweeping here; and from which those pay that are
 * there already. Measured by `npm run bench -- index`, see docs/decisions/0021 and 0031.
 */
export const WORTH_WORKERS = 4_000_000;
export const WORTH_WARM = 1_000_000;

/** So many parts for each worker, that one is not waited for long and progress shows. */
const PARTS_PER_WORKER = 4;
/** ms that a check takes, until the pool knows better */
const CHECK_MS = 60e-6;

export interface Aside {
  readonly pool: Pool<Pairer>;
  /** whose share of the pool it takes */
  readonly owner?: string;
  readonly signal?: AbortSignal;
  onProgress?(done: number, parts: number): void;
}

/**
 * An engine's index, made in workers where there is so much to do that they pay; elsewhere nothing, for it is made when it is asked for.
 * How many parts the workers took. Workers that die or cannot be had are no harm: then, too, it is made when it is asked for. `given`: may be
 * asked for only where it pays.
 */
export async function pairAhead(engine: Engine, given: Aside | (() => Promise<Aside>), worth?: number): Promise<number> {
  if (engine.hasIndex) return 0;
  const { tables } = engine, pairing = new Pairing(tables);
  const least = worth ?? (typeof given === 'object' && given.pool.started > 1 ? WORTH_WARM : WORTH_WORKERS);
  const aside = pairing.cost() < least ? null : typeof given === 'object' ? given : await given();
  if (aside === null || (aside.pool.size < 2 && worth !== 0)) { engine.giveIndex(new ConflictIndex(tables, pairing.whole())); return 0; }
  let parts = 0;
  try {
    await pairAside(pairing, { ...aside, onProgress: (done, all) => { parts = all; aside.onProgress?.(done, all); } });
  } catch (error) {
    // too little memory for one more, say
    if (error instanceof WorkerDied || (error instanceof AcumenError && (error.code === 'worker-died' || error.code === 'overloaded'))) return 0;
    // a part that is too large for a worker is so here, where the error has its code
    if (error instanceof Error && !(error instanceof AcumenError) && error.name === AcumenError.name) return 0;
    throw error;
  }
  engine.giveIndex(new ConflictIndex(tables, pairing));
  return parts;
}

/** Fills the pairing. Rejects where workers die of it or the signal aborts: then it is not whole, and must be let go. */
export async function pairAside(pairing: Pairing, { pool, owner, signal, onProgress }: Aside): Promise<void> {
  signal?.throwIfAborted();
  const cost = pairing.cost(), parts = pairing.parts(pool.size * PARTS_PER_WORKER), total = parts.length, stop = new AbortController();
  const stopped = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  let done = 0;
  onProgress?.(done, total);
  try {
    await Promise.all(parts.map(async (part) => {
      // copied there, not moved: where a worker dies another sweeps the same part
      const pairs = await pool.run({
        kind: 'sweep', cost: cost / total, guess: CHECK_MS * cost / total, attempts: SEVERAL, signal: stopped, ...owner !== undefined && { owner }, work: (api) => api.sweep(part),
      });
      pairing.take(pairs);
      onProgress?.(++done, total);
    }));
  } catch (error) {
    stop.abort();
    throw error;
  }
}
