// Operations planned one after another, each on what those before it leave though that is not committed yet, so that many share a commit
// (design.md §5: an operation never spans transactions; several may share one commit; replies follow the commit). Where one is refused, all
// that were planned on it are planned anew, in their order. An answer that says "nothing to do" or "refused" rests on what is not committed,
// too, and waits for it.
import { setTimeout as sleep } from 'node:timers/promises';
import { AcumenError } from '../../core/errors.ts';
import type { Operation, WorkspaceState } from '../../core/events.ts';
import { foldState } from '../../core/fold.ts';
import { type Appended, placed } from '../storage/store.ts';
import { type Trace, begun, currentTrace, onBehalf, span, waited } from './monitor/spans.ts';
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
  /** in a commit of its own: one with others was refused for one of them */
  isAlone: boolean;
  readonly trace: Trace | undefined;
  /** milliseconds of performance.now() since which it stands in line; 0: it never did */
  since: number;
  resolve(operation: Operation | null): void;
  reject(error: unknown): void;
}

/** Planned: what is told once everything before it is committed. */
interface Planned {
  readonly entry: Entry;
  /** null where there is nothing to commit */
  readonly append: Appended | null;
  readonly state: WorkspaceState | null;
  /** milliseconds of performance.now() at which it was planned: since then it waits for the commit */
  readonly at: number;
  done: Operation | null;
  tell(): void;
}

/** In line from now on. */
const stands = (entry: Entry): void => { entry.since = begun(entry.trace); };

export class Pipeline {
  readonly #workspace: Workspace;
  /** takes over what was committed, in order */
  readonly #commit: (done: readonly Done[]) => Promise<void>;
  readonly #line: Entry[] = [];
  /** planned, and not on their way to the store yet */
  #planned: Planned[] = [];
  /** on their way: one commit */
  #sent: readonly Planned[] = [];
  /** what the last of them leaves; null: what the store holds */
  #tip: View | null = null;
  /** where the log ended before the first of `#planned` while nothing is on its way */
  #from = 0;
  /** counts refusals: a plan made over one is void */
  #generation = 0;
  #running: Promise<void> | null = null;
  /** while it is set nothing is planned */
  #held: Promise<unknown> | null = null;
  #drained: (() => void)[] = [];

  constructor(workspace: Workspace, commit: (done: readonly Done[]) => Promise<void>) {
    this.#workspace = workspace;
    this.#commit = commit;
  }

  /** Plans and commits one operation, which changes the composition alone; resolves after COMMIT, when the view shows it. */
  add(plan: (view: View) => Promise<Plan | null>): Promise<Operation | null> {
    const trace = currentTrace();
    return new Promise((resolve, reject) => {
      const entry: Entry = { plan, attempts: 0, isAlone: false, trace, since: 0, resolve, reject };
      this.#line.push(entry);
      this.#run();
      if (this.#held !== null || this.#line[0] !== entry) stands(entry);
    });
  }

  /** Runs `work` while nothing is planned and nothing waits for a commit. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#held;
    const mine = (async () => {
      await before;
      await this.#running;
      if (!this.#isIdle) await new Promise<void>((resolve) => { this.#drained.push(resolve); });
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
      // in the line until it is planned: where those before it are refused, they come before it again
      const entry = this.#line[0]!;
      if (entry.since > 0) waited(entry.trace, 'line', entry.since);
      let view: View, plan: Plan | null;
      try {
        if (this.#tip === null) {
          view = await this.#workspace.refold();
          this.#from = view.head.event;
        } else view = this.#tip;
        plan = await onBehalf(entry.trace, () => span('plan', () => entry.plan(view)));
      } catch (error) {
        if (generation !== this.#generation) { stands(entry); continue; }
        this.#line.shift();
        this.#ride(entry, () => entry.reject(error));
        continue;
      }
      if (generation !== this.#generation) { stands(entry); continue; }
      this.#line.shift();
      if (plan === null) { this.#ride(entry, () => entry.resolve(null)); continue; }
      this.#append(entry, view, plan);
    }
  }

  get #isIdle(): boolean { return this.#planned.length === 0 && this.#sent.length === 0; }

  /** Nothing to commit, and an answer that stands on what is. */
  #ride(entry: Entry, tell: () => void): void {
    if (this.#isIdle) { tell(); return; }
    this.#planned.push({ entry, append: null, state: null, at: begun(entry.trace), done: null, tell });
  }

  #append(entry: Entry, view: View, plan: Plan): void {
    const { composition } = plan;
    const state = composition === undefined ? foldState(plan.events, view.state) : { ...view.state, composition };
    const append: Appended = { operation: { ...plan.operation, time: this.#workspace.clock.now() }, events: plan.events, ...plan.extra !== undefined && { extra: plan.extra } };
    this.#planned.push({ entry, append, state, at: begun(entry.trace), done: null, tell() { entry.resolve(this.done); } });
    // What is planned on it knows the operation by its place; where its events are is known when it is committed.
    const { head } = view;
    this.#tip = { head: { operation: head.operation + 1, event: head.event, written: head.written }, state, engine: view.engine };
    if (this.#sent.length === 0) this.#send();
  }

  /** All that is planned goes in one commit, as soon as the one before it is done: meanwhile more is planned. */
  #send(): void {
    const alone = this.#planned.findIndex(({ entry }) => entry.isAlone);
    const group = this.#planned.splice(0, alone < 0 ? this.#planned.length : Math.max(alone, 1));
    const appends = group.flatMap(({ append }) => (append === null ? [] : [append]));
    this.#sent = group;
    const committed = appends.length === 0 ? Promise.resolve([]) : this.#workspace.store.appendAll(appends, this.#from).then((place) => placed(appends, place));
    committed.then((operations) => this.#committed(group, operations), (error: unknown) => this.#refused(group, error)).catch((error: unknown) => { for (const { entry } of group) entry.reject(error); });
  }

  /** Takes over what is committed, sends what was planned on it, and tells those who wait. */
  async #committed(group: readonly Planned[], operations: readonly Operation[]): Promise<void> {
    for (const { entry, at } of group) waited(entry.trace, 'commit', at);
    let n = 0;
    for (const planned of group) if (planned.append !== null) planned.done = operations[n++]!;
    this.#from = operations.at(-1)?.lastEvent ?? this.#from;
    this.#sent = [];
    if (this.#planned.length > 0) this.#send();
    else this.#tip = null;
    try {
      await this.#commit(group.flatMap(({ done, state }) => (done === null ? [] : [{ operation: done, state: state! }])));
    } catch {
      // It is in the store: whoever asks next reads it there.
    }
    for (const planned of group) planned.tell();
    this.#idle();
  }

  #idle(): void { if (this.#isIdle) for (const tell of this.#drained.splice(0)) tell(); }

  /** All of a commit is refused for one of them: each goes alone then, unless somebody else was faster. What was planned on them is planned anew. */
  async #refused(group: readonly Planned[], error: unknown): Promise<void> {
    this.#generation++;
    const again = [...group, ...this.#planned], first = group[0]!.entry;
    this.#planned = [];
    this.#sent = [];
    this.#tip = null;
    const isMoved = isOvertaken(error, first.attempts);
    if (!isMoved && group.length === 1) {
      again.shift();
      waited(first.trace, 'commit', group[0]!.at);
      first.reject(error);
    }
    for (const { entry, at } of again) { waited(entry.trace, 'commit', at); stands(entry); }
    for (const { entry } of group) if (isMoved) entry.attempts++; else entry.isAlone = true;
    this.#line.unshift(...again.map(({ entry }) => entry));
    const before = this.#held;
    const ready = isMoved ? pause(first.attempts).then(() => this.#workspace.refold()).catch(() => undefined) : Promise.resolve();
    // whoever waits to be alone goes before those that are planned anew
    const mine = ready.then(() => { this.#idle(); return before; }).then(() => {
      if (this.#held === mine) this.#held = null;
      this.#run();
    });
    this.#held = mine;
  }
}
