// The worker pools of one process, shared by its workspaces: threads for each kind of heavy work, started when there is work, and a
// breaker for each pool. What else can hang is guarded by the same breakers (git.ts).
import { availableParallelism } from 'node:os';
import type { StatsReport } from '../../../contract/performance.ts';
import { type Knob, type Telemetry, silent } from '../../../core/telemetry.ts';
import type { Collaborator } from '../../../workers/collaborator.ts';
import type { Differ } from '../../../workers/differ.ts';
import type { LargestSearcher } from '../../../workers/largest.ts';
import type { Pairer } from '../../../workers/pairing.ts';
import { Pool, type PoolOptions } from '../../../workers/pool.ts';
import type { Supervised } from '../../../workers/rpc.ts';
import { spawnThread } from '../threads.ts';
import { Breakers } from './breakers.ts';
import { type Diff, diffIn } from './diffing.ts';

/** Each pairing thread holds a matrix of pairs of its own. */
const MOST_THREADS = 8;
/** Threads that die one after the other without having done anything. */
const DEATHS = { failures: 3, rest: 2_000, longest: 60_000 } as const;

/** Longer than a report on any history takes, in ms. */
const REPORT_MS = 600_000;

type Spawn = <Api>(name: string) => Supervised<Api>;

export interface PoolsOptions {
  readonly telemetry?: Telemetry;
  /** threads that each pool may have; the machine's cores if not given, eight at most */
  readonly threads?: number;
  /** threads of each pool that are there before there is work */
  readonly warm?: number;
  /** how a thread is made: tests plant some that die */
  readonly spawn?: Spawn;
}

type Registered = Omit<PoolOptions<unknown>, 'name' | 'spawn' | 'max' | 'telemetry' | 'gate' | 'later'> & { readonly max?: number };

const later = (ms: number, work: () => void): (() => void) => { const timer = setTimeout(work, ms).unref(); return () => clearTimeout(timer); };

export class Pools {
  readonly name = 'pools';
  readonly breakers: Breakers;
  /** parts of the sweep for conflicting pairs */
  readonly pairing: Pool<Pairer>;
  /** line differences of large files */
  readonly diff: Pool<Differ>;
  /** reports on collaboration; one thread, which holds the last history it was given */
  readonly collaboration: Pool<Collaborator>;
  /** searches for a largest composition: each says itself how long it may take */
  readonly largest: Pool<LargestSearcher>;
  readonly #all: Pool<never>[] = [];
  readonly #telemetry: Telemetry;
  readonly #threads: number;
  readonly #warm: number;
  readonly #spawn: Spawn;

  constructor({ telemetry = silent, threads = availableParallelism(), warm = 0, spawn = spawnThread }: PoolsOptions = {}) {
    this.#telemetry = telemetry;
    this.#threads = Math.max(1, Math.min(MOST_THREADS, threads));
    this.#warm = warm;
    this.#spawn = spawn;
    this.breakers = new Breakers(telemetry);
    this.pairing = this.register<Pairer>('pairing', 'pairing.worker', { min: this.#warm, ping: (thread) => (thread as Supervised<Pairer>).call((api) => api.ping()) });
    this.diff = this.register<Differ>('diff', 'differ.worker', { min: this.#warm, ping: (thread) => (thread as Supervised<Differ>).call((api) => api.ping()) });
    this.collaboration = this.register<Collaborator>('collaboration', 'collaborator.worker', { max: 1, most: 1, holds: 1, hung: REPORT_MS, ping: (thread) => (thread as Supervised<Collaborator>).call((api) => api.ping()) });
    this.largest = this.register<LargestSearcher>('largest', 'largest.worker', { max: 1, most: 1, ping: (thread) => (thread as Supervised<LargestSearcher>).call((api) => api.ping()) });
  }

  /** A pool for another kind of work; `file`: of the thread, beside threads.ts. */
  register<Api>(name: string, file: string, options: Registered = {}): Pool<Api> {
    const pool = new Pool<Api>({
      ...options as Partial<PoolOptions<Api>>, name, max: options.max ?? this.#threads, most: Math.max(options.max ?? this.#threads, options.most ?? MOST_THREADS),
      spawn: () => this.#spawn<Api>(file), telemetry: this.#telemetry, gate: this.breakers.breaker(`${name} workers`, DEATHS), later,
    });
    this.#all.push(pool as unknown as Pool<never>);
    return pool;
  }

  /** Differences of long texts, in threads; `owner`: whose share of them it takes. */
  diffOf(owner: string): Diff { return diffIn(this, owner); }

  figures(): Pick<StatsReport, 'pools' | 'breakers'> {
    return { pools: this.#all.map((pool) => pool.figures()), breakers: this.breakers.figures() };
  }

  knobs(): Knob[] { return this.#all.flatMap((pool) => pool.knobs()); }

  close(): void {
    for (const pool of this.#all) pool.close();
    this.breakers.close();
  }
}
