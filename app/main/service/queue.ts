// The operation queue of a workspace, first come first served: one operation at a time, or several that may run together (they are planned
// one after another all the same, pipeline.ts). An operation is known by the ticket its caller chose, reports progress under it, and is
// cancelled through its signal while it waits or runs.
import { AcumenError } from '../../core/errors.ts';
import { cancelled } from '../../contract/frames.ts';
import type { Push } from '../../contract/methods.ts';
import { type WorkItem, workLimits } from '../../contract/work.ts';
import { begun, currentTrace, onBehalf, throughout, waited } from './monitor/spans.ts';

export type Progress = (phase: string, done: number, total: number | null) => void;
export type Task<T> = (signal: AbortSignal, progress: Progress) => Promise<T>;
type Pushed = (push: Extract<Push, { push: 'progress' }>) => void;

export interface QueueOptions {
  /** milliseconds since the epoch */
  now(): number;
  progress: Pushed;
  /** something runs or waits that did not, or does no more: `state` says what. Called for each, so what is made of it is made later */
  changed(): void;
  /** of which connection what is added now was asked for; 0: of none */
  client(): number;
  /** what is here changes nothing */
  beside?: boolean;
}

interface Waiting {
  readonly ticket: string;
  readonly kind: string;
  readonly client: number;
  readonly asked: number;
  /** beside others of which this is true */
  readonly together: boolean;
  readonly controller: AbortController;
  /** resolves to what tells the caller: told once the queue is free again, so that its next call finds it so */
  run(): Promise<() => void>;
  refuse(error: AcumenError): void;
}

/** Progress is pushed at most this often for one phase, in milliseconds: a person cannot read faster. */
const PROGRESS_EVERY = 50;

export class OperationQueue {
  readonly #options: QueueOptions;
  readonly #waiting: Waiting[] = [];
  /** by ticket, the oldest first: one, or some that run together */
  readonly #running = new Map<string, Waiting & { readonly since: number }>();
  /** of what waits */
  readonly #tickets = new Set<string>();
  #paused = false;
  #closed = false;
  #idle: (() => void)[] = [];

  constructor(options: QueueOptions) { this.#options = options; }

  add<T>(ticket: string, kind: string, task: Task<T>, together = false): Promise<T> {
    if (this.#closed) return Promise.reject(new AcumenError('cancelled', 'The workspace is closing.', 'Start Acumen again.'));
    if (this.#running.has(ticket) || this.#tickets.has(ticket)) {
      return Promise.reject(new AcumenError('bad-message', 'An operation with this ticket is under way.', 'Give each operation its own ticket.', { ticket }));
    }
    const controller = new AbortController(), trace = currentTrace();
    /** since when it stands in line; 0: it never did */
    let since = 0;
    return new Promise<T>((resolve, reject) => {
      this.#tickets.add(ticket);
      this.#waiting.push({
        ticket, kind, controller, together, client: this.#options.client(), asked: this.#options.now(),
        run: () => {
          if (since > 0) waited(trace, 'queue', since);
          // what throws before it has a promise is an answer too
          const begin = async (): Promise<T> => task(controller.signal, this.#progress(ticket));
          // one that runs alone is begun by what ends before it, in that one's context
          return onBehalf(trace, () => (together || trace === undefined ? begin() : throughout(trace, begin))).then((value) => () => resolve(value), (error: unknown) => () => reject(error));
        },
        refuse: (error) => {
          if (since > 0) waited(trace, 'queue', since);
          reject(error);
        },
      });
      this.#next();
      if (this.#tickets.has(ticket)) since = begun(trace);
      this.#tell();
    });
  }

  /** Whether there was such an operation. One that has already committed ends as done all the same. */
  cancel(ticket: string): boolean {
    if (this.#tickets.delete(ticket)) {
      this.#waiting.splice(this.#waiting.findIndex((w) => w.ticket === ticket), 1)[0]!.refuse(cancelled());
      this.#next(); // what waited behind it may go beside what runs
      this.#tell();
      return true;
    }
    const running = this.#running.get(ticket);
    running?.controller.abort(cancelled());
    return running !== undefined;
  }

  pause(paused: boolean): void {
    this.#paused = paused;
    this.#next();
    this.#tell();
  }

  get state(): Extract<Push, { push: 'queue' }> {
    const [r] = this.#running.values();
    return { push: 'queue', running: r === undefined ? null : { ticket: r.ticket, kind: r.kind, since: r.since }, waiting: this.#waiting.length, paused: this.#paused, work: this.work };
  }

  /** How many wait, and the kind of what runs first. */
  get depth(): { readonly waiting: number; readonly running: string | null } { return { waiting: this.#waiting.length, running: this.#running.values().next().value?.kind ?? null }; }

  /** What runs, then what waits, in order. */
  get work(): readonly WorkItem[] {
    const { beside = false } = this.#options;
    const item = ({ ticket, kind, client, asked }: Waiting, since: number | null): WorkItem => ({ ticket, kind, client, asked, since, beside });
    return [...[...this.#running.values()].slice(0, workLimits.items).map((one) => item(one, one.since)), ...this.#waiting.slice(0, workLimits.items).map((one) => item(one, null))].slice(0, workLimits.items);
  }

  /** Cancels what waits and what runs, and resolves when nothing runs any more. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const w of this.#waiting.splice(0)) w.refuse(cancelled());
    this.#tickets.clear();
    for (const { controller } of this.#running.values()) controller.abort(cancelled());
    if (this.#running.size > 0) await new Promise<void>((resolve) => { this.#idle.push(resolve); });
  }

  #next(): void {
    while (!this.#paused) {
      const next = this.#waiting[0];
      if (next === undefined) return;
      const [running] = this.#running.values();
      if (running !== undefined && !(running.together && next.together)) return;
      this.#waiting.shift();
      this.#tickets.delete(next.ticket);
      this.#start(next);
    }
  }

  #start(next: Waiting): void {
    this.#running.set(next.ticket, { ...next, since: this.#options.now() });
    void next.run().then((tell) => {
      this.#running.delete(next.ticket);
      tell();
      if (this.#running.size === 0) for (const idle of this.#idle.splice(0)) idle();
      this.#next();
      this.#tell();
    });
  }

  #tell(): void { if (!this.#closed) this.#options.changed(); }

  #progress(ticket: string): Progress {
    let last = '', at = Number.NEGATIVE_INFINITY;
    return (phase, done, total) => {
      const now = this.#options.now();
      if (phase === last && done !== total && now - at < PROGRESS_EVERY) return;
      last = phase;
      at = now;
      this.#options.progress({ push: 'progress', ticket, phase, done, total });
    };
  }
}
