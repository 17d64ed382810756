// What a pool is given to do, and in which order a worker takes it: whose turn it is, how urgent, by when. Pure; the pool itself is
// pool.ts.
import type { Remote } from 'comlink';

/** `urgent` goes before `normal` of the same owner; `idle` only where nobody has anything else, or after it has waited long. */
export type Priority = 'urgent' | 'normal' | 'idle';

/** One piece of work for one worker. */
export interface Job<Api, R> {
  /** what it is: one word, for people, and the time it takes is learned under it */
  readonly kind: string;
  /** Runs against the worker; `attempt` from 1. What it moves there is gone if the worker dies: who wants another attempt copies. */
  work(api: Remote<Api>, attempt: number): Promise<R>;
  /** `normal` if not given */
  readonly priority?: Priority;
  /** by the pool's clock, in ms: by then it has been answered, or refused as too late */
  readonly deadline?: number;
  /** whose share of the pool it takes: a workspace's, say */
  readonly owner?: string;
  /** what a worker that has run it holds, and the next of the same name finds there */
  readonly affinity?: string;
  /** how much there is to do, in units of the kind; 1 if not given */
  readonly cost?: number;
  /** ms it may take, until its kind is known better */
  readonly guess?: number;
  /** the answer is let go when it aborts; what has not begun never begins */
  readonly signal?: AbortSignal;
  /** how many workers may die of it before it is given up; 1 if not given: then it never runs twice */
  readonly attempts?: number;
  /** ms of running from which its worker is taken for hung; the pool's if not given */
  readonly most?: number;
}

/** An idle job that has waited so long, in ms, is taken like any other. */
const PATIENCE = 10_000;
/** Of a kind that has not run yet, in ms. */
const UNKNOWN_MS = 20;
/** Share of the newest run in what is learned. */
const NEW = 0.2;

const ranks: Readonly<Record<Priority, number>> = { urgent: 0, normal: 1, idle: 2 };

/** What the order needs to know of a job that waits. */
export interface Waiting { readonly priority: Priority; readonly owner: string; readonly deadline: number; readonly since: number; readonly seq: number }

export function rank(job: Waiting, now: number): number {
  return job.priority === 'idle' && now - job.since >= PATIENCE ? ranks.normal : ranks[job.priority];
}

/** Who has had how much of the workers' time. A newcomer begins with what the others have, so that nobody saves up. */
export class Shares {
  readonly #had = new Map<string, number>();
  /** of whom was last served: nobody who waits has had less */
  #floor = 0;

  had(owner: string): number { return Math.max(this.#floor, this.#had.get(owner) ?? 0); }

  /** `ms`: expected */
  take(owner: string, ms: number): void {
    this.#floor = this.had(owner);
    this.#had.set(owner, this.#floor + ms);
  }

  /** After it ran: what it took is not what was expected. */
  correct(owner: string, ms: number): void { this.#had.set(owner, (this.#had.get(owner) ?? 0) + ms); }

  /** Nobody waits: nobody is behind. */
  forget(): void { this.#had.clear(); this.#floor = 0; }
}

/** Is `x` to be taken before `y`? Foreground before idle work; then whose turn it is; then urgency, deadline, arrival. */
export function isBefore(x: Waiting, y: Waiting, shares: Shares, now: number): boolean {
  const rankX = rank(x, now), rankY = rank(y, now), idleX = rankX === ranks.idle, idleY = rankY === ranks.idle;
  if (idleX !== idleY) return idleY;
  if (x.owner !== y.owner) {
    const hadX = shares.had(x.owner), hadY = shares.had(y.owner);
    return hadX === hadY ? x.owner < y.owner : hadX < hadY;
  }
  if (rankX !== rankY) return rankX < rankY;
  return x.deadline === y.deadline ? x.seq < y.seq : x.deadline < y.deadline;
}

/** How long jobs of each kind take, learned from those that ran: for one unit of cost, on a worker that holds what they need and on one that does not. */
export class Times {
  readonly #cold = new Map<string, number>();
  readonly #warm = new Map<string, number>();

  expected({ kind, guess }: { readonly kind: string; readonly guess?: number }, cost: number, isWarm: boolean): number {
    const cold = this.#cold.get(kind), warm = this.#warm.get(kind);
    const unit = isWarm ? warm ?? cold : cold ?? warm;
    return unit === undefined ? guess ?? UNKNOWN_MS : unit * cost;
  }

  learn(kind: string, cost: number, isWarm: boolean, ms: number): void {
    const known = isWarm ? this.#warm : this.#cold, before = known.get(kind), unit = ms / Math.max(1e-9, cost);
    known.set(kind, before === undefined ? unit : before + NEW * (unit - before));
  }
}

/** The newest of many figures, for a quantile that a person reads. */
export class Recent {
  readonly #values: Float64Array;
  #n = 0;

  constructor(size = 256) { this.#values = new Float64Array(size); }

  add(value: number): void { this.#values[this.#n++ % this.#values.length] = value; }

  /** null where there is none yet */
  quantile(q: number): number | null {
    if (this.#n === 0) return null;
    const sorted = this.#values.slice(0, Math.min(this.#n, this.#values.length)).sort();
    return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;
  }
}
