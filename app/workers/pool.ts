// A pool of workers that are alike: keeps some warm, starts more when work waits, gives each job to the worker that will have done it
// first, lets idle workers take over what waits elsewhere, and replaces those that died or hang. The same over Web Workers and the
// service's threads. Not what the jobs are, and not when to give up starting workers: that is its gate's (service/pools/breakers.ts).
import { AcumenError } from '../core/errors.ts';
import { type Knob, type Telemetry, silent } from '../core/telemetry.ts';
import { type Job, Recent, Shares, Times } from './jobs.ts';
import { Deaths, type Gate, type PoolOptions, type PoolState } from './poolOptions.ts';
import { type Entry, type Member, Routing, type Run } from './routing.ts';
import { type Supervised, WorkerDied } from './rpc.ts';
import { Usage } from './usage.ts';

/** A worker that has answered nothing yet may be so long, in ms, at starting besides: on loaded cores it takes seconds. */
const STARTING = 10_000;
/** Affinities one worker is believed to hold. */
const MOST_WARM = 64;
const MAX_WAITING = 2_000;
const DEFAULTS = { keep: 30_000, hung: 120_000, letGo: 2_000 } as const;
/** ms between questions to idle workers, and until one has failed to answer. */
const PING = { every: 10_000, answer: 5_000 } as const;
/** Attempts end on as many workers; one killed each second must not take a job's whole life. */
export const SEVERAL = 4;

const now = (): number => performance.now();
const later = (ms: number, work: () => void): (() => void) => { const timer = setTimeout(work, ms); return () => clearTimeout(timer); };
const aborted = (): DOMException => new DOMException('The answer is no longer wanted.', 'AbortError');

export type { Gate, PoolOptions, PoolState } from './poolOptions.ts';

export class Pool<Api> {
  readonly name: string;
  readonly #options: PoolOptions<Api>;
  readonly #now: () => number;
  readonly #later: (ms: number, work: () => void) => () => void;
  readonly #gate: Gate;
  readonly #telemetry: Telemetry;
  readonly #perWorker: number;
  readonly #isRouted: boolean;
  #warm: number;
  #min: number;
  #max: number;
  #members: Member<Api>[] = [];
  readonly #times = new Times();
  readonly #shares = new Shares();
  readonly #routing: Routing<Api>;
  readonly #waitingOf = new Map<string, number>();
  readonly #waits = new Recent();
  readonly #runs = new Recent();
  #waiting = 0;
  #seq = 0;
  #ids = 0;
  #turn = 0;
  #done = 0;
  #failed = 0;
  #steals = 0;
  /** why it takes nothing any more */
  #closed: Error | null = null;
  #tending: (() => void) | null = null;
  readonly #usage: Usage;
  readonly #figures;

  constructor(options: PoolOptions<Api>) {
    this.name = options.name;
    this.#options = options;
    this.#now = options.now ?? now;
    this.#later = options.later ?? later;
    this.#gate = options.gate ?? new Deaths(this.#now);
    this.#telemetry = options.telemetry ?? silent;
    this.#perWorker = options.perWorker ?? 1;
    this.#isRouted = (options.routing ?? 'expected') === 'expected';
    this.#warm = options.min ?? 0;
    this.#min = Math.min(this.#warm, options.max);
    this.#max = options.max;
    this.#usage = new Usage(this.#now());
    this.#routing = new Routing<Api>(this.#times, this.#shares, this.#perWorker, this.#now);
    const t = this.#telemetry, { name } = this;
    this.#figures = {
      active: t.gauge('acumen_active_workers', name), workers: t.gauge('acumen_pool_workers', name), queue: t.gauge('acumen_queue_depth', name),
      wait: t.timer('acumen_pool_wait_seconds', name), run: t.timer('acumen_pool_run_seconds', name),
      steals: t.counter('acumen_pool_steals_total', name), failures: t.counter('acumen_pool_failures_total', name), throttled: t.counter('acumen_throttled_total', `queue ${name}`),
    };
    this.#fill();
  }

  /** workers there may be */
  get size(): number { return this.#max; }
  /** workers there are: what is given them now waits for no start */
  get started(): number { return this.#members.length; }

  /** Rejects with what the job throws; `WorkerDied` where its workers died of it; an AcumenError `overloaded` or `late`; AbortError. */
  run<R>(job: Job<Api, R>): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      const owner = job.owner ?? '', at = this.#now();
      if (this.#closed !== null) { reject(this.#closed); return; }
      if (job.signal?.aborted === true) { reject(aborted()); return; }
      const ahead = this.#waitingOf.get(owner) ?? 0;
      if (ahead >= (this.#options.limit ?? MAX_WAITING)) {
        this.#figures.throttled.add();
        reject(new AcumenError('overloaded', `Too much waits for the ${this.name} workers.`, 'Wait until some of it is done, then try again.', { waiting: ahead, retryAfterMs: 100 }));
        return;
      }
      const entry: Entry<Api> = {
        job, cost: job.cost ?? 1, owner, priority: job.priority ?? 'normal', deadline: job.deadline ?? Infinity, since: at, seq: this.#seq++,
        resolve: resolve as (value: never) => void, reject, ends: [], attempts: 0, isSettled: false, at: null, expected: 0,
      };
      if (job.signal !== undefined) {
        const { signal } = job, abort = (): void => this.#letGo(entry, aborted());
        signal.addEventListener('abort', abort);
        entry.ends.push(() => signal.removeEventListener('abort', abort));
      }
      if (job.deadline !== undefined) entry.ends.push(this.#later(Math.max(0, job.deadline - at), () => this.#letGo(entry, this.#tooLate())));
      this.#add(entry);
    });
  }

  /** How many workers there may be; those beyond end when they have done what they have. */
  resize(max: number): void {
    this.#max = Math.max(1, Math.round(Math.min(max, this.#most)));
    this.#min = Math.min(this.#warm, this.#max);
    for (const member of this.#members.slice(this.#max)) this.#retire(member, 'the pool is smaller now');
    // what waits may have found no room before
    for (const entry of this.#members.flatMap((m) => this.#emptied(m))) this.#add(entry);
    this.#fill();
    this.#measure();
  }

  /** How many workers are kept though there is nothing to do. */
  keepWarm(min: number): void {
    this.#warm = Math.max(0, Math.round(min));
    this.#min = Math.min(this.#warm, this.#max);
    this.#fill();
  }

  get #most(): number { return Math.max(this.#options.most ?? this.#options.max, this.#options.max); }

  knobs(): Knob[] {
    return [
      { name: `pool.${this.name}.size`, unit: 'workers', min: 1, max: this.#most, value: () => this.#max, set: (value) => this.resize(value) },
      { name: `pool.${this.name}.warm`, unit: 'workers', min: 0, max: this.#most, value: () => this.#min, set: (value) => this.keepWarm(value) },
    ];
  }

  figures(): PoolState {
    this.#measure();
    const at = this.#now();
    let oldest: number | null = null;
    for (const { queue } of this.#members) for (const { since } of queue) oldest = Math.max(oldest ?? 0, at - since);
    return {
      name: this.name, min: this.#min, max: this.#max, queued: this.#waiting, oldestMs: oldest, done: this.#done, failed: this.#failed, steals: this.#steals,
      utilisation: this.#usage.utilisation, waitP99: this.#waits.quantile(0.99), runP50: this.#runs.quantile(0.5),
      workers: this.#members.map((m) => {
        const [run] = m.runs;
        return { id: m.id, state: !m.isReady ? 'starting' : run === undefined ? 'idle' : 'busy', task: run?.entry.job.kind ?? null, sinceMs: at - (run?.since ?? m.since), done: m.done, steals: m.steals };
      }),
    };
  }

  /** Ends all workers; what waits, what runs and what is asked later is rejected with `reason`. */
  close(reason: Error = new WorkerDied(`The ${this.name} workers were ended.`)): void {
    if (this.#closed !== null) return;
    this.#closed = reason;
    this.#tending?.();
    for (const member of this.#members.splice(0)) {
      const left = [...this.#emptied(member), ...[...member.runs].map((run) => { run.isOver = true; run.stop(); return run.entry; })];
      member.thread.end();
      this.#tell(member, 'ended', 'the pool was closed');
      for (const entry of left) this.#reject(entry, reason);
    }
    this.#measure();
  }

  #tooLate(): AcumenError {
    this.#figures.throttled.add();
    return new AcumenError('late', `The ${this.name} workers had too much to do to answer in time.`, 'Try again in a moment; the Performance tab shows what they are at.');
  }

  #count(entry: Entry<Api>, by: 1 | -1): void {
    this.#waiting += by;
    const left = (this.#waitingOf.get(entry.owner) ?? 0) + by;
    if (left > 0) this.#waitingOf.set(entry.owner, left); else this.#waitingOf.delete(entry.owner);
    this.#figures.queue.set(this.#waiting);
  }

  /** To the worker that will have done it first: expected time × load × affinity, a start among the choices. */
  #add(entry: Entry<Api>): void {
    const member = this.#isRouted ? this.#best(entry) : this.#next();
    if (member === null) {
      const wait = this.#gate.wait();
      this.#reject(entry, new AcumenError('worker-died', `The ${this.name} workers cannot be started.`, `They are started again in ${Math.ceil(wait / 1000)} s; restart Acumen if this goes on.`, { retryAfterMs: wait }));
      return;
    }
    member.queue.push(entry);
    entry.at = member;
    entry.expected = this.#routing.expected(entry, member);
    member.queued += entry.expected;
    this.#count(entry, 1);
    this.#work(member);
    // one that has nothing to do may be sooner done with it than the one that holds what it needs
    if (this.#options.steals !== false && entry.at !== null) for (const idle of this.#members) if (idle.runs.size < this.#perWorker && idle !== member) this.#work(idle);
  }

  #remove(entry: Entry<Api>): void {
    const member = entry.at!;
    member.queue.splice(member.queue.indexOf(entry), 1);
    member.queued = member.queue.length === 0 ? 0 : member.queued - entry.expected;
    entry.at = null;
    this.#count(entry, -1);
  }

  #emptied(member: Member<Api>): Entry<Api>[] {
    const all = [...member.queue];
    for (const entry of all) this.#remove(entry);
    return all;
  }

  #best(entry: Entry<Api>): Member<Api> | null {
    const { member, isStartSooner } = this.#routing.best(entry, this.#members);
    return (isStartSooner && this.#members.length < this.#max ? this.#start('work waits') : null) ?? member;
  }

  #next(): Member<Api> | null {
    if (this.#members.length < this.#max) return this.#start('work waits') ?? this.#members[0] ?? null;
    return this.#members[this.#turn++ % this.#members.length] ?? null;
  }

  #fill(): void {
    while (this.#closed === null && this.#members.length < this.#min && this.#start('kept warm') !== null);
  }

  #start(reason: string, what: 'started' | 'replaced' = 'started'): Member<Api> | null {
    if (!this.#gate.allows()) return null;
    let thread: Supervised<Api>;
    try {
      thread = this.#options.spawn();
    } catch (error) {
      // too little memory for one more, say
      this.#failed++;
      this.#figures.failures.add();
      this.#gate.failed(error instanceof Error ? error.message : String(error));
      return null;
    }
    const member: Member<Api> = { id: ++this.#ids, thread, queue: [], queued: 0, runs: new Set(), warm: new Set(), since: this.#now(), done: 0, steals: 0, isReady: false };
    this.#measure();
    this.#members.push(member);
    thread.hold?.(false);
    thread.onDeath((error) => this.#lost(member, error.message, error));
    this.#tell(member, what, reason);
    this.#ask(member);
    this.#tending ??= this.#later(PING.every, () => this.#tend());
    return member;
  }

  #tell({ id }: Member<Api>, what: 'started' | 'ended' | 'died' | 'replaced', reason: string): void {
    this.#telemetry.tell({ kind: 'worker', pool: this.name, worker: id, what, reason });
    this.#figures.workers.set(this.#members.length);
  }

  /** Gives it what it can take. */
  #work(member: Member<Api>): void {
    while (member.runs.size < this.#perWorker && this.#members.includes(member)) {
      const entry = this.#take(member);
      if (entry === null) return;
      this.#begin(member, entry);
    }
  }

  /** The next of its own, or what waits elsewhere and is done sooner here, or is more urgent. */
  #take(member: Member<Api>): Entry<Api> | null {
    const at = this.#now(), own = this.#routing.first(member, at), other = this.#options.steals === false ? null : this.#routing.elsewhere(member, own, this.#members, at);
    const from = other?.from ?? member, entry = other?.entry ?? own;
    if (entry === null) return null;
    this.#remove(entry);
    if (from !== member) { member.steals++; this.#steals++; this.#figures.steals.add(); }
    return entry;
  }

  #begin(member: Member<Api>, entry: Entry<Api>): void {
    const at = this.#now(), { job } = entry, isWarm = job.affinity !== undefined && member.warm.has(job.affinity);
    const expected = this.#times.expected(job, entry.cost, isWarm), most = (job.most ?? this.#options.hung ?? DEFAULTS.hung) + (member.isReady ? 0 : STARTING);
    this.#measure();
    entry.attempts++;
    const run: Run<Api> = { entry, since: at, isWarm, expected, isOver: false, stop: this.#later(most, () => this.#hung(member, `it was at one ${job.kind} job for ${Math.round(most)} ms`)) };
    member.runs.add(run);
    if (job.affinity !== undefined) {
      member.warm.delete(job.affinity);
      member.warm.add(job.affinity);
      if (member.warm.size > (this.#options.holds ?? MOST_WARM)) member.warm.delete(member.warm.values().next().value!);
    }
    this.#shares.take(entry.owner, expected);
    this.#waits.add(at - entry.since);
    this.#figures.wait.record((at - entry.since) / 1000);
    member.thread.hold?.(true);
    member.thread.call((api) => job.work(api, entry.attempts)).then(
      (value) => { if (this.#over(member, run)) { this.#gate.succeeded(); this.#learn(member, run); this.#resolve(entry, value); this.#free(member); } },
      (error: unknown) => {
        // a death is told by `onDeath`, and what ran is begun again there
        if (!this.#over(member, run)) return;
        if (!(error instanceof WorkerDied)) this.#gate.succeeded();
        this.#reject(entry, error);
        this.#free(member);
      },
    );
  }

  #over(member: Member<Api>, run: Run<Api>): boolean {
    if (run.isOver) return false;
    this.#measure();
    run.isOver = true;
    run.stop();
    member.runs.delete(run);
    member.since = this.#now();
    member.isReady = true;
    return true;
  }

  #learn(member: Member<Api>, { entry, since, isWarm, expected }: Run<Api>): void {
    const ms = this.#now() - since;
    // of several at once each waited for the others
    this.#times.learn(entry.job.kind, entry.cost, isWarm, ms / this.#perWorker);
    this.#shares.correct(entry.owner, ms / this.#perWorker - expected);
    this.#runs.add(ms);
    this.#figures.run.record(ms / 1000);
    member.done++;
    this.#done++;
  }

  #free(member: Member<Api>): void {
    if (member.runs.size === 0) member.thread.hold?.(false);
    if (this.#members.indexOf(member) >= this.#max) { this.#retire(member, 'the pool is smaller now'); return; }
    this.#work(member);
    if (this.#waiting === 0 && this.#members.every((m) => m.runs.size === 0)) this.#shares.forget();
  }

  #settle(entry: Entry<Api>): boolean {
    if (entry.isSettled) return false;
    entry.isSettled = true;
    for (const end of entry.ends) end();
    return true;
  }
  #resolve(entry: Entry<Api>, value: unknown): void { if (this.#settle(entry)) entry.resolve(value as never); }
  #reject(entry: Entry<Api>, reason: unknown): void {
    if (!this.#settle(entry)) return;
    this.#failed++;
    this.#figures.failures.add();
    entry.reject(reason);
  }

  /** Nobody waits for it any more: it does not begin, or its answer is let go. */
  #letGo(entry: Entry<Api>, reason: unknown): void {
    if (!this.#settle(entry)) return;
    entry.reject(reason);
    if (entry.at !== null) { this.#remove(entry); return; }
    for (const member of this.#members) {
      for (const run of member.runs) {
        if (run.entry !== entry) continue;
        run.stop();
        run.stop = this.#later(Math.min(entry.job.most ?? Infinity, this.#options.letGo ?? DEFAULTS.letGo), () => this.#letGoOf(member));
      }
    }
  }

  /** A worker at work for nobody: another is sooner there than it is done. */
  #letGoOf(member: Member<Api>): void {
    if (!this.#members.includes(member) || [...member.runs].some((run) => !run.entry.isSettled)) return;
    member.thread.end();
    this.#leave(member, 'ended', 'what it did was no longer wanted');
  }

  #hung(member: Member<Api>, reason: string): void {
    if (!this.#members.includes(member)) return;
    member.thread.end();
    this.#lost(member, reason);
  }

  /** What it ran begins again elsewhere where it may, what waited for it waits elsewhere, and another takes its place where there is work. */
  #lost(member: Member<Api>, reason: string, error: Error = new WorkerDied(`The ${this.name} worker stopped: ${reason}`)): void {
    if (!this.#members.includes(member)) return;
    this.#failed++;
    this.#figures.failures.add();
    this.#gate.failed(reason);
    this.#leave(member, 'died', reason, error);
  }

  #leave(member: Member<Api>, what: 'died' | 'ended', reason: string, error?: Error): void {
    this.#measure();
    this.#members.splice(this.#members.indexOf(member), 1);
    this.#tell(member, what, reason);
    const again: Entry<Api>[] = [];
    for (const run of member.runs) {
      if (run.isOver) continue;
      run.isOver = true;
      run.stop();
      if (run.entry.isSettled) continue;
      if (run.entry.attempts < (run.entry.job.attempts ?? 1)) again.push(run.entry);
      else this.#reject(run.entry, error ?? new WorkerDied(`The ${this.name} worker was ended: ${reason}`));
    }
    again.push(...this.#emptied(member));
    if (this.#closed !== null) return;
    if (this.#members.length < this.#min || again.length > 0) this.#start(reason, 'replaced');
    for (const entry of again.sort((x, y) => x.seq - y.seq)) this.#add(entry);
  }

  #retire(member: Member<Api>, reason: string): void {
    if (member.runs.size > 0) return;
    this.#measure();
    this.#members.splice(this.#members.indexOf(member), 1);
    member.thread.end();
    this.#tell(member, 'ended', reason);
    for (const entry of this.#emptied(member)) this.#add(entry);
  }

  /** Now and then: idle workers beyond `min` end, the others are asked whether they are there, and those there should be are started. */
  #tend(): void {
    this.#tending = null;
    const at = this.#now();
    for (const member of [...this.#members].reverse()) {
      if (member.runs.size > 0 || member.queue.length > 0) continue;
      if (this.#members.length > this.#min && at - member.since >= (this.#options.keep ?? DEFAULTS.keep)) this.#retire(member, 'it had nothing to do');
      else this.#ask(member);
    }
    this.#fill();
    if (this.#members.length > 0 || this.#min > 0) this.#tending ??= this.#later(PING.every, () => this.#tend());
  }

  #ask(member: Member<Api>): void {
    const { ping } = this.#options;
    if (ping === undefined) return;
    const stop = this.#later(PING.answer + (member.isReady ? 0 : STARTING), () => { if (member.runs.size === 0) this.#hung(member, 'it did not answer'); });
    // a death is told by `onDeath`
    ping(member.thread).then(() => { stop(); member.isReady = true; this.#gate.succeeded(); }, stop);
  }

  #measure(): void {
    let active = 0;
    for (const member of this.#members) if (member.runs.size > 0) active++;
    this.#usage.until(this.#now(), active, this.#members.length);
    this.#figures.active.set(active);
  }
}
