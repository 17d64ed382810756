// What a pool is made of and what it tells of itself: data and interfaces, and the gate of a pool that is given none. How it works is
// pool.ts.
import type { Telemetry } from '../core/telemetry.ts';
import type { Supervised } from './rpc.ts';

/** Says whether workers may still be started: they die one after the other where their file is damaged, say. */
export interface Gate {
  allows(): boolean;
  succeeded(): void;
  failed(reason: string): void;
  /** ms until it is tried again */
  wait(): number;
}

export interface PoolOptions<Api> {
  readonly name: string;
  spawn(): Supervised<Api>;
  /** workers that are kept, and that there may be */
  readonly min?: number;
  readonly max: number;
  /** the most that `resize` may ask for; `max` if not given */
  readonly most?: number;
  /** jobs that one worker has at once; 1 if not given. More where they wait for others, and to have the next one there when one ends. */
  readonly perWorker?: number;
  /** affinities that one worker holds; 64 if not given */
  readonly holds?: number;
  /** jobs of one owner that may wait */
  readonly limit?: number;
  /** ms of idleness after which a worker beyond `min` is let go */
  readonly keep?: number;
  /** ms of running from which a worker is taken for hung */
  readonly hung?: number;
  /** ms that a worker may go on with what nobody wants any more */
  readonly letGo?: number;
  /** asked of a worker that has been idle for a while: one that does not answer is replaced */
  readonly ping?: (thread: Supervised<Api>) => Promise<unknown>;
  readonly telemetry?: Telemetry;
  readonly gate?: Gate;
  /** monotonic, ms */
  readonly now?: () => number;
  /** Calls `work` after `ms`; answers what forgets it. Must not keep a process running. */
  readonly later?: (ms: number, work: () => void) => () => void;
  /** idle workers take over what waits elsewhere; true if not given */
  readonly steals?: boolean;
  /** jobs go where they will be done first, or to each worker in turn; the former if not given */
  readonly routing?: 'expected' | 'turns';
}

export interface WorkerState { readonly id: number; readonly state: 'idle' | 'busy' | 'starting' | 'dead'; readonly task: string | null; readonly sinceMs: number | null; readonly done: number; readonly steals: number }
/** contract/performance.ts has the same under PoolFigures. */
export interface PoolState {
  readonly name: string; readonly workers: readonly WorkerState[]; readonly min: number; readonly max: number; readonly queued: number; readonly oldestMs: number | null;
  readonly done: number; readonly failed: number; readonly steals: number; readonly utilisation: number | null; readonly waitP99: number | null; readonly runP50: number | null;
}

const DEATHS = { row: 3, rest: 5_000 } as const;

/** The gate of a pool that is given none: after a few deaths in a row no worker is started for a while. */
export class Deaths implements Gate {
  readonly #now: () => number;
  #row = 0;
  #last = 0;

  constructor(now: () => number) { this.#now = now; }
  wait(): number { return this.#row < DEATHS.row ? 0 : Math.max(0, this.#last + DEATHS.rest - this.#now()); }
  allows(): boolean { return this.wait() === 0; }
  succeeded(): void { this.#row = 0; }
  failed(): void { this.#row++; this.#last = this.#now(); }
}
