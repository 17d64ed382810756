// Circuit breakers (cockatiel) around what may hang or fail again and again: after some failures in a row nobody waits for it any
// more, now and then one try finds out whether it is back. Every change is told. What is done instead is the caller's to say.
import { CircuitState, ConsecutiveBreaker, DelegateBackoff, circuitBreaker, handleWhen, type CircuitBreakerPolicy } from 'cockatiel';
import type { BreakerFigures } from '../../../contract/performance.ts';
import { AcumenError } from '../../../core/errors.ts';
import { type BreakerState, type Telemetry, silent } from '../../../core/telemetry.ts';
import type { Gate } from '../../../workers/pool.ts';

export interface BreakerOptions {
  /** in a row, until nobody asks any more */
  readonly failures?: number;
  /** Failures within so many ms count together, whatever succeeds between them: where some answers come without the dependency. */
  readonly within?: number;
  /** ms until it is tried again the first time; each time in vain twice as long, up to `longest` */
  readonly rest?: number;
  readonly longest?: number;
  /** which errors tell of the dependency and not of the question; all if not given */
  readonly counts?: (error: unknown) => boolean;
  /** Finds out by itself whether it is back, so that no request has to. Without one the next request does. */
  readonly probe?: () => Promise<unknown>;
}

const DEFAULTS = { failures: 3, rest: 5_000, longest: 120_000 } as const;
/** A try whose end nobody tells has failed after so long, in ms: a worker that was started and never given anything. */
const LONGEST_TRY = 60_000;

const states: Readonly<Record<CircuitState, BreakerState>> = { [CircuitState.Closed]: 'closed', [CircuitState.HalfOpen]: 'half-open', [CircuitState.Open]: 'open', [CircuitState.Isolated]: 'open' };
const levels: Readonly<Record<BreakerState, number>> = { closed: 0, 'half-open': 1, open: 2 };

export class Breaker implements Gate {
  readonly dependency: string;
  readonly #options: BreakerOptions;
  readonly #policy: CircuitBreakerPolicy;
  readonly #tell: (from: BreakerState, to: BreakerState, reason: string) => void;
  readonly #clock: () => number;
  /** one failure may be told by many who waited for the same */
  readonly #seen = new WeakSet<object>();
  /** failures since the last success: none, and a call needs no policy */
  #recent = 0;
  #failures = 0;
  #last = 0;
  #was: BreakerState = 'closed';
  #since: number;
  #reason = '';
  #rest = 0;
  #opened = 0;
  #trial: { readonly since: number; done(): void; fail(reason: string): void } | null = null;
  #probing: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(dependency: string, options: BreakerOptions, telemetry: Telemetry, clock: () => number) {
    this.dependency = dependency;
    this.#options = options;
    this.#clock = clock;
    this.#since = clock();
    const { counts = () => true, failures = DEFAULTS.failures, rest = DEFAULTS.rest, longest = DEFAULTS.longest } = options, state = telemetry.gauge('acumen_breaker_state', dependency);
    this.#policy = circuitBreaker(handleWhen((error) => !(error instanceof Known) && (error instanceof Told || counts(error))), {
      breaker: new ConsecutiveBreaker(failures),
      halfOpenAfter: new DelegateBackoff(({ attempt }) => (this.#rest = Math.min(longest, rest * 2 ** (attempt - 1)))),
    });
    state.set(0);
    this.#tell = (from, to, reason) => {
      state.set(levels[to]);
      telemetry.tell({ kind: 'breaker', dependency, from, to, reason }, to === 'open' ? 'critical' : 'normal');
    };
    this.#policy.onStateChange((to) => this.#changed(states[to]));
  }

  get state(): BreakerState { return this.#was; }

  /** Is it to be asked? Not while it is open, nor while one finds out whether it is back. */
  get isClosed(): boolean { return this.#was === 'closed'; }

  /** Rejects `overloaded` without asking where it is open. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#was === 'closed' && (this.#recent === 0 || this.#options.within !== undefined)) {
      try {
        return await work();
      } catch (error) {
        await this.#record(error);
        throw error;
      }
    }
    if (!this.isClosed && (this.#isHeld || this.#was === 'half-open' || this.#options.probe !== undefined || this.wait() > 0)) throw this.broken();
    let failure: unknown;
    try {
      const answer = await this.#policy.execute(async () => {
        try {
          return await work();
        } catch (error) {
          failure = error;
          if (this.#isNew(error) || this.#was !== 'closed') throw error;
          throw new Known(error);
        }
      });
      this.#recent = 0;
      return answer;
    } catch (error) {
      if (failure !== undefined) { this.#note(failure); throw failure; }
      throw error instanceof Error && error.name === 'BrokenCircuitError' ? this.broken() : error;
    }
  }

  /** The refusal while it is open. */
  broken(): AcumenError {
    const wait = this.wait();
    return new AcumenError('overloaded', `${this.dependency} is left alone for now: ${this.#reason || 'it failed several times'}`, `It is tried again in ${Math.max(1, Math.ceil(wait / 1000))} s.`, { dependency: this.dependency });
  }

  /** ms until it is tried again */
  wait(): number { return this.isClosed ? 0 : Math.max(0, this.#opened + this.#rest - Date.now()); }

  /** For a dependency that is not a call, such as workers that must stay alive: whether one may be started now. */
  allows(): boolean {
    if (this.#trial !== null && Date.now() - this.#trial.since > LONGEST_TRY) this.#trial.fail('it did not answer');
    if (this.isClosed) return true;
    if (this.#isHeld || this.#was === 'half-open' || this.wait() > 0) return false;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#trial = { since: Date.now(), done: resolve, fail: (reason) => reject(new Told(reason)) };
    this.#policy.execute(() => promise).catch(() => undefined);
    return true;
  }

  succeeded(): void {
    if (this.#trial !== null) { this.#trial.done(); this.#trial = null; this.#recent = 0; return; }
    if (this.#recent === 0) return;
    this.#recent = 0;
    this.#policy.execute(() => undefined).catch(() => undefined);
  }

  failed(reason: string): void {
    this.#failures++;
    this.#recent++;
    this.#reason = reason;
    if (this.#trial !== null) { this.#trial.fail(reason); this.#trial = null; return; }
    if (this.isClosed) this.#policy.execute(() => { throw new Told(reason); }).catch(() => undefined);
  }

  /** Opens it by hand until what is answered is called. */
  hold(reason: string): () => void {
    this.#reason = reason;
    const held = this.#policy.isolate();
    return () => held.dispose();
  }

  figures(): BreakerFigures {
    return { dependency: this.dependency, state: this.#was, failures: this.#failures, since: this.#since, reason: this.#reason };
  }

  close(): void { this.#closed = true; clearTimeout(this.#probing); }

  get #isHeld(): boolean { return this.#policy.state === CircuitState.Isolated; }

  #isNew(error: unknown): boolean {
    if (typeof error !== 'object' || error === null) return true;
    const isNew = !this.#seen.has(error);
    this.#seen.add(error);
    return isNew;
  }

  #note(error: unknown): void {
    if (this.#options.counts?.(error) === false) return;
    this.#failures++;
    this.#recent++;
    this.#last = Date.now();
    this.#reason = messageOf(error);
  }

  async #record(failure: unknown): Promise<void> {
    if (this.#options.counts?.(failure) === false || !this.#isNew(failure)) return;
    const { within } = this.#options, last = this.#last;
    this.#note(failure);
    if (within !== undefined && this.#last - last > within) await this.#policy.execute(() => undefined).catch(() => undefined);
    await this.#policy.execute(() => { throw failure; }).catch(() => undefined);
  }

  #changed(to: BreakerState): void {
    const from = this.#was;
    this.#was = to;
    this.#since = this.#clock();
    if (to === 'open') { this.#opened = Date.now(); this.#recent = Math.max(1, this.#recent); }
    if (to === 'closed') { this.#recent = 0; this.#reason = 'it answers again'; }
    const { lastFailure } = this.#policy;
    if (to === 'open' && !this.#isHeld && lastFailure !== undefined && 'error' in lastFailure) this.#reason = messageOf(lastFailure.error);
    this.#tell(from, to, to === 'half-open' ? 'it is tried again' : this.#reason);
    if (to === 'open') this.#probeLater();
  }

  #probeLater(): void {
    const { probe } = this.#options;
    if (probe === undefined || this.#closed || this.#isHeld) return;
    clearTimeout(this.#probing);
    // a millisecond more than the policy counts: by its clock the rest must be over
    this.#probing = setTimeout(() => {
      this.#policy.execute(probe).catch((error: unknown) => { this.#note(error); });
    }, this.#rest + 5).unref();
  }
}

function messageOf(error: unknown): string { return error instanceof Error ? error.message : String(error); }

/** A failure that somebody told of, whatever its kind. */
class Told extends Error {}

/** A failure that has been counted: many wait for one git. */
class Known extends Error {
  constructor(cause: unknown) { super('counted already', { cause }); }
}

export class Breakers {
  readonly #telemetry: Telemetry;
  readonly #clock: () => number;
  readonly #all = new Map<string, Breaker>();

  /** `clock`: ms since the epoch, for what is told */
  constructor(telemetry: Telemetry = silent, clock: () => number = () => Date.now()) {
    this.#telemetry = telemetry;
    this.#clock = clock;
  }

  /** The breaker of this dependency, made when first asked for: `options` are the first asker's. */
  breaker(dependency: string, options: BreakerOptions = {}): Breaker {
    let breaker = this.#all.get(dependency);
    if (breaker === undefined) this.#all.set(dependency, breaker = new Breaker(dependency, options, this.#telemetry, this.#clock));
    return breaker;
  }

  /** A breaker of its own for each of several alike: the first has the plain name. */
  another(dependency: string, options: BreakerOptions = {}): Breaker {
    let name = dependency;
    for (let n = 2; this.#all.has(name); n++) name = `${dependency} ${n}`;
    return this.breaker(name, options);
  }

  /** Its figures end with it. */
  forget(breaker: Breaker): void {
    breaker.close();
    if (this.#all.get(breaker.dependency) === breaker) this.#all.delete(breaker.dependency);
  }

  figures(): BreakerFigures[] { return [...this.#all.values()].map((breaker) => breaker.figures()); }

  close(): void { for (const breaker of this.#all.values()) breaker.close(); }
}
