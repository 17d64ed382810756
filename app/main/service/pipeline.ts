// Operations planned one after another, each on what those before it leave though that is not committed yet, so that many share a commit
// (design.md §5: an operation never spans transactions; several may share one commit; replies follow the commit). Where one is refused, all
// that were planned on it are planned anew, in their order. An answer that says "nothing to do" or "refused" rests on what is not committed,
// too, and waits for it.
import { setTimeout as sleep } from 'node:timers/promises';
import { AcumenError } from '../../core/errors.ts';
import type { Operation, WorkspaceState } from '../../core/events.ts';
import { foldState } from '../../core/fold.ts';
import type { PlannedOn } from '../storage/store.ts';
import { type Trace, currentTrace, onBehalf, since, span } from './monitor/spans.ts';
import type { Plan, View, Workspace } from './workspace.ts';

/** How often an operation is planned anew because somebody else committed in between: eight processes that never rest need dozens. */
const MAX_ATTEMPTS = 200;
/** At most so long, in milliseconds, is waited before that; by chance, so that the same two do not meet each time. */
const MAX_PAUSE = 32;

/** Waits by chance, longer each time. */
export function pause(attempt: number): Promise<void> { return sleep(Math.random() * Math.min(MAX_PAUSE, 2 ** attempt)); }

/** Whether to plan anew after this error. */
export function isOvertaken(error: unknown, attempt: number): boolean {
  return error instanceof AcumenError && error.code === 'store-moved' && attempt < MAX_ATTEMPTS;
}

/** One that was committed, with what it left. */
export interface Done { readonly operation: Operation; readonly state: WorkspaceState }

interface Entry {
  readonly plan: (view: View) => Promise<Plan | null>;
  attempts: number;
  readonly trace: Trace | undefined;
  resolve(operation: Operation | null): void;
  reject(error: unknown): void;
}

/** Planned: what is told once everything before it is committed. `state`: null where there is nothing to commit. */
interface Planned { readonly entry: Entry; readonly committed: Promise<Operation> | null; readonly state: WorkspaceState | null; done: Operation | null; tell(): void }

export class Pipeline {
  readonly #workspace: Workspace;
  /** takes over what was committed, in order */
  readonly #commit: (done: readonly Done[]) => Promise<void>;
  readonly #line: Entry[] = [];
  readonly #planned: Planned[] = [];
  /** what the last of `#planned` leaves; null: what the store holds */
  #tip: { readonly view: View; readonly on: PlannedOn } | null = null;
  /** counts refusals: a plan made over one is void */
  #generation = 0;
  #running: Promise<void> | null = null;
  /** while it is set nothing is planned */
  #held: Promise<unknown> | null = null;
  #flushing = false;
  #drained: (() => void)[] = [];

  constructor(workspace: Workspace, commit: (done: readonly Done[]) => Promise<void>) {
    this.#workspace = workspace;
    this.#commit = commit;
  }

  /** Plans and commits one operation, which changes the composition alone; resolves after COMMIT, when the view shows it. */
  add(plan: (view: View) => Promise<Plan | null>): Promise<Operation | null> {
    return new Promise((resolve, reject) => {
      this.#line.push({ plan, attempts: 0, trace: currentTrace(), resolve, reject });
      this.#run();
    });
  }

  /** Runs `work` while nothing is planned and nothing waits for a commit. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#held;
    const mine = (async () => {
      await before;
      await this.#running;
      if (this.#planned.length > 0) await new Promise<void>((resolve) => { this.#drained.push(resolve); });
      return work();
    })();
    const held = mine.catch(() => undefined).then(() => {
      if (this.#held === held) this.#held = null;
      this.#run();
    });
    this.#held = held;
    return mine;
  }

  #run(): void {
    if (this.#running !== null || this.#held !== null || this.#line.length === 0) return;
    this.#running = this.#planAll().finally(() => {
      this.#running = null;
      this.#run();
    });
  }

  async #planAll(): Promise<void> {
    while (this.#line.length > 0 && this.#held === null) {
      const generation = this.#generation;
      const entry = this.#line.shift()!;
      let start: { readonly view: View; readonly on: PlannedOn }, plan: Plan | null;
      try {
        if (this.#tip === null) {
          const view = await this.#workspace.refold();
          start = { view, on: view.head.event };
        } else start = this.#tip;
        plan = await onBehalf(entry.trace, () => span('plan', () => entry.plan(start.view)));
      } catch (error) {
        if (generation !== this.#generation) { this.#line.unshift(entry); continue; }
        this.#ride(entry, () => entry.reject(error));
        continue;
      }
      if (generation !== this.#generation) { this.#line.unshift(entry); continue; }
      if (plan === null) { this.#ride(entry, () => entry.resolve(null)); continue; }
      this.#append(entry, start, plan);
    }
  }

  /** Nothing to commit, and an answer that stands on what is. */
  #ride(entry: Entry, tell: () => void): void {
    if (this.#planned.length === 0) { tell(); return; }
    this.#planned.push({ entry, committed: null, state: null, done: null, tell });
  }

  #append(entry: Entry, { view, on }: { readonly view: View; readonly on: PlannedOn }, plan: Plan): void {
    const { composition } = plan;
    const state = composition === undefined ? foldState(plan.events, view.state) : { ...view.state, composition };
    const asked = performance.now();
    const committed = this.#workspace.store.append({ ...plan.operation, time: this.#workspace.clock.now() }, plan.events, plan.extra, on);
    const planned: Planned = { entry, committed, state, done: null, tell() { since(entry.trace, 'commit', asked); entry.resolve(this.done); } };
    this.#planned.push(planned);
    // What is planned on it knows the operation by its place; where its events are is known when it is committed.
    const { head } = view;
    this.#tip = { view: { head: { operation: head.operation + 1, event: head.event, written: head.written }, state, engine: view.engine }, on: committed };
    const generation = this.#generation;
    committed.then((operation) => {
      planned.done = operation;
      if (this.#flushing) return;
      // Those of the same commit are answered together.
      this.#flushing = true;
      setImmediate(() => { this.#flushing = false; void this.#flush(); });
    }, () => { if (generation === this.#generation) void this.#refused(planned); });
  }

  /** Takes over what is committed from the first on, and tells those who wait for it. */
  async #flush(): Promise<void> {
    let n = 0;
    while (n < this.#planned.length && (this.#planned[n]!.committed === null || this.#planned[n]!.done !== null)) n++;
    const ready = this.#planned.splice(0, n);
    if (this.#planned.length === 0) this.#tip = null;
    try {
      await this.#commit(ready.flatMap(({ done, state }) => (done === null ? [] : [{ operation: done, state: state! }])));
    } catch {
      // It is in the store: whoever asks next reads it there.
    }
    for (const planned of ready) planned.tell();
    this.#idle();
  }

  #idle(): void { if (this.#planned.length === 0) for (const tell of this.#drained.splice(0)) tell(); }

  async #refused(first: Planned): Promise<void> {
    this.#generation++;
    const again = this.#planned.splice(this.#planned.indexOf(first));
    this.#tip = null;
    const held = (async () => {
      // Nothing is planned until it is known what became of all of them.
      const ended = await Promise.allSettled(again.map(({ committed }) => committed));
      const back: Entry[] = [];
      let most = 0;
      again.forEach(({ entry, committed }, i) => {
        const end = ended[i]!;
        if (end.status === 'rejected' && !isOvertaken(end.reason, entry.attempts)) { entry.reject(end.reason); return; }
        if (committed !== null) most = Math.max(most, ++entry.attempts);
        back.push(entry);
      });
      this.#line.unshift(...back);
      await pause(most);
      await this.#workspace.refold().catch(() => undefined);
    })();
    const before = this.#held;
    // whoever waits to be alone goes before those that are planned anew
    const mine = held.then(() => { this.#idle(); return before; }).then(() => {
      if (this.#held === mine) this.#held = null;
      this.#run();
    });
    this.#held = mine;
  }
}
