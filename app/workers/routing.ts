// Where a job is done first, and what an idle worker takes over: expected time × load × what each worker holds (docs/decisions/0031). Decides;
// the pool does.
import { type Job, type Shares, type Times, type Waiting, isBefore, rank } from './jobs.ts';
import type { Supervised } from './rpc.ts';

/** One that waits, runs or is done. */
export interface Entry<Api> extends Waiting {
  readonly job: Job<Api, unknown>;
  readonly cost: number;
  readonly resolve: (value: never) => void;
  readonly reject: (reason: unknown) => void;
  /** what ends with it: timers, listeners */
  readonly ends: (() => void)[];
  attempts: number;
  isSettled: boolean;
  /** whose queue it stands in, and how long it is expected to take there */
  at: Member<Api> | null;
  expected: number;
}

export interface Run<Api> { readonly entry: Entry<Api>; readonly since: number; readonly isWarm: boolean; readonly expected: number; stop: () => void; isOver: boolean }

export interface Member<Api> {
  readonly id: number;
  readonly thread: Supervised<Api>;
  readonly queue: Entry<Api>[];
  /** ms that its queue is expected to take */
  queued: number;
  readonly runs: Set<Run<Api>>;
  /** affinities it holds, oldest first */
  readonly warm: Set<string>;
  since: number;
  done: number;
  steals: number;
  /** it has answered once */
  isReady: boolean;
}

/** A start takes 45 ms built, 110 from sources (docs/decisions/0021). */
const START_MS = 60;

export class Routing<Api> {
  readonly #times: Times;
  readonly #shares: Shares;
  readonly #perWorker: number;
  readonly #now: () => number;

  constructor(times: Times, shares: Shares, perWorker: number, now: () => number) {
    this.#times = times;
    this.#shares = shares;
    this.#perWorker = perWorker;
    this.#now = now;
  }

  /** The next of a worker's own queue. */
  first({ queue }: Member<Api>, at: number): Entry<Api> | null {
    let best: Entry<Api> | null = null;
    for (const entry of queue) if (best === null || isBefore(entry, best, this.#shares, at)) best = entry;
    return best;
  }

  /** Who will have done it first, and whether a worker that is started now would be sooner. */
  best(entry: Entry<Api>, members: readonly Member<Api>[]): { readonly member: Member<Api> | null; readonly isStartSooner: boolean } {
    let best: Member<Api> | null = null, least = Infinity;
    for (const member of members) {
      const time = this.load(member) + this.expected(entry, member);
      if (time < least) { best = member; least = time; }
    }
    return { member: best, isStartSooner: least > START_MS + this.#times.expected(entry.job, entry.cost, false) };
  }

  expected(entry: Entry<Api>, member: Member<Api>): number {
    const { affinity } = entry.job;
    return this.#times.expected(entry.job, entry.cost, affinity !== undefined && member.warm.has(affinity));
  }

  /** ms of work that there is besides where one takes it that does not hold what another does */
  extra(entry: Entry<Api>, at: Member<Api>, other: Member<Api>): number {
    return entry.job.affinity === undefined ? 0 : Math.max(0, this.expected(entry, at) - this.expected(entry, other));
  }

  /** ms until what it runs is done: one that takes longer than expected takes as long again. */
  left(member: Member<Api>): number {
    const at = this.#now();
    let ms = 0;
    for (const { since, expected } of member.runs) ms += at - since < expected ? expected - (at - since) : at - since;
    return ms / this.#perWorker;
  }

  load(member: Member<Api>): number {
    return this.left(member) + member.queued / this.#perWorker;
  }

  /** What waits elsewhere and is done sooner by this one that has nothing to do; or is more urgent than its own. */
  elsewhere(thief: Member<Api>, own: Entry<Api> | null, members: readonly Member<Api>[], at: number): { from: Member<Api>; entry: Entry<Api> } | null {
    let found: { from: Member<Api>; entry: Entry<Api> } | null = null, most = 0;
    for (const from of members) {
      if (from === thief || from.queue.length === 0) continue;
      const entry = this.first(from, at)!;
      if (own !== null) {
        if (rank(entry, at) < rank(own, at) && (found === null || isBefore(entry, found.entry, this.#shares, at))) found = { from, entry };
        continue;
      }
      // What its own worker holds warm is left to it, unless that takes longer by more than what is done twice then.
      const wait = this.left(from), there = this.load(from), last = from.queue.at(-1)!;
      const gain = (one: Entry<Api>, done: number): number => done - this.expected(one, thief) - this.extra(one, thief, from);
      const [one, won] = gain(entry, wait + this.expected(entry, from)) >= 0 ? [entry, there] : [last, gain(last, there)];
      if (won > most || (won >= 0 && found === null)) { found = { from, entry: one }; most = won; }
    }
    return found;
  }
}
