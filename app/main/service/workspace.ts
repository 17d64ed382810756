// The service of one workspace (design.md §5, Processes and truth): it owns the store, the engine and the truth. Every mutation
// is an operation in its queue; every visible change is an epoch, pushed as a difference of the replica; reads never wait. What each method
// does is in handlers.ts.
import { difference } from '../../core/difference.ts';
import type { Engine } from '../../core/engine.ts';
import { AcumenError } from '../../core/errors.ts';
import { type DomainEvent, type Operation, type Published, type SegmentKey, type WorkspaceState, publishesNothing } from '../../core/events.ts';
import { emptyState, foldState } from '../../core/fold.ts';
import type { Composition, Segment } from '../../core/model.ts';
import type { HistoryReader } from '../../core/repository.ts';
import { GrowingHistory, type History, type RefMove, historyOf } from '../../core/undo.ts';
import type { Method, Methods, Push, RepositoryInfo } from '../../contract/methods.ts';
import { workLimits } from '../../contract/work.ts';
import type { ReaderChoice } from '../git/open.ts';
import { openStore } from '../storage/store.ts';
import type { Extra, Head, NewOperation, Store } from '../storage/store.ts';
import { Answers } from './answers.ts';
import { LayeredCache } from './cache/cache.ts';
import { Engines } from './engines.ts';
import { handlersOf } from './handlers.ts';
import type { Handlers } from './handlers.ts';
import type { Collaborating } from './collaborating.ts';
import type { Memory } from './memory.ts';
import type { LoadGenerator } from './load/generator.ts';
import type { Laid } from './live/layer.ts';
import { Live, type LiveOptions } from './live/live.ts';
import { isOvertaken, pause, Pipeline } from './pipeline.ts';
import type { Done } from './pipeline.ts';
import { repositoryName, repositoryPath } from './place.ts';
import { type Trace, begun, currentTrace, onBehalf, span, throughout, waited } from './monitor/spans.ts';
import type { Timing } from './monitor/timing.ts';
import { barePlatform } from './platform.ts';
import type { Platform } from './platform.ts';
import type { Admission } from './pools/admission.ts';
import type { Diff } from './pools/diffing.ts';
import { OperationQueue } from './queue.ts';
import { Reading } from './reading.ts';
import type { Moment } from './reading.ts';
import { OwnRepository } from './repository.ts';
import type { Asked, Service } from './session.ts';
import { Telling } from './telling.ts';
import { moveRef, settleMoves } from './writeBack.ts';

export interface Clock {
  /** milliseconds since the epoch */
  now(): number;
  /** minutes east of UTC */
  offset(): number;
}
const systemClock: Clock = { now: () => Date.now(), offset: () => -new Date().getTimezoneOffset() };

export interface WorkspaceOptions {
  readonly readOnly?: boolean;
  readonly clock?: Clock;
  /** for the name that signs what is written back, and for the PATH on which git is looked for */
  readonly env?: NodeJS.ProcessEnv;
  /** who reads the repository; `auto` if not given */
  readonly git?: ReaderChoice;
  /** what this process measures and shares out; nothing if not given */
  readonly platform?: Platform;
  /** it is this workspace's own, and closed with it */
  readonly closesPlatform?: boolean;
  /** false: every answer is worked out anew, to measure what keeping them is worth */
  readonly caches?: boolean;
  /** how working trees are looked at, once somebody asks for that */
  readonly live?: LiveOptions;
}

/** The state at one operation, with the engine over it. */
export interface View { readonly head: Head; readonly state: WorkspaceState; readonly engine: Engine }

/** What clients are shown: the newest state, and over it what passes (live/). */
export interface Shown extends View {
  /** counts up with every change that clients are told of; where nothing passes, the last operation's number */
  readonly epoch: number;
  readonly laid: Laid | null;
}

/** What a plan wants committed: one operation, its events and what travels with them. Null: nothing to do. */
export interface Plan {
  readonly operation: Omit<NewOperation, 'time'>;
  readonly events: readonly DomainEvent[];
  readonly extra?: Extra;
  /** what the events publish, where the caller has it: the very object that the state then holds */
  readonly published?: Published;
  /** what the events make of the composition, where the caller has it: likewise */
  readonly composition?: Composition;
  /** a branch that moves with it */
  readonly move?: RefMove;
}

export class Workspace implements Service {
  readonly store: Store;
  readonly clock: Clock;
  readonly env: NodeJS.ProcessEnv;
  readonly platform: Platform;
  /** what is imported and read */
  readonly own: OwnRepository;
  readonly reading: Reading;
  readonly answers: Answers;
  readonly queue: OperationQueue;
  /** what takes long and changes nothing: by ticket as well, with its progress, but no operation waits for it */
  readonly beside: OperationQueue;
  readonly telling = new Telling();
  readonly #engines = new Engines(this);
  readonly #pipeline = new Pipeline(this, (done) => this.#advance(done));
  readonly #handlers: Handlers;
  readonly #stopListening: () => void;
  readonly #leave: () => void;
  readonly live: Live;
  #view: View = { head: { operation: 0, event: 0, written: 0 }, state: emptyState, engine: Engines.nothing() };
  #shown: Shown = { ...this.#view, epoch: 0, laid: null };
  /** what the last import of this process found */
  memory: Memory | null = null;
  /** the connection on whose behalf a handler runs, until it first waits */
  #asking = 0;
  /** the log in order, as far as it has been read */
  #log: Operation[] = [];
  #history = new GrowingHistory();
  /** the epoch that every client was last told of, with its engine */
  #told: Shown;
  #folding: Promise<View> = Promise.resolve(this.#view);
  readonly #options: WorkspaceOptions;
  readonly #diff: Diff | undefined;
  #load: Promise<LoadGenerator> | null = null;
  #collaborating: Promise<Collaborating> | null = null;

  /** Opens or creates the store `file` and folds its state. */
  static async open(file: string, options: WorkspaceOptions = {}): Promise<Workspace> {
    const workspace = new Workspace(await openStore(file, { readOnly: options.readOnly ?? false }), options);
    try {
      await workspace.refold();
      if (!workspace.store.readOnly && await settleMoves(workspace) > 0) await workspace.refold();
    } catch (error) {
      await workspace.close();
      throw error;
    }
    return workspace;
  }

  private constructor(store: Store, options: WorkspaceOptions) {
    this.store = store;
    this.#options = options;
    this.clock = options.clock ?? systemClock;
    this.env = options.env ?? process.env;
    this.platform = options.platform ?? barePlatform();
    this.own = new OwnRepository(() => this.#view.state.gitDir, { reader: options.git ?? 'auto', searchPath: this.env['PATH'] ?? '', breakers: this.platform.pools?.breakers });
    this.#diff = this.platform.pools?.diffOf(store.file);
    this.reading = new Reading(options.caches === false ? new LayeredCache({ limit: 1 }) : this.platform.cache ?? undefined, this.platform.telemetry);
    // who runs one verb asks for nothing next
    this.reading.prefetch.enabled = options.caches !== false && this.platform.cache !== null;
    this.answers = new Answers(this, options.caches ?? true);
    this.#told = this.#shown;
    this.live = new Live(this, options.live);
    const depth = this.platform.telemetry.gauge('acumen_queue_depth', 'operations');
    const now = (): number => this.clock.now(), client = (): number => this.#asking, progress = (push: Push): void => this.telling.now(push), tell = (): void => this.telling.latest('queue', () => [this.#work()]);
    this.queue = new OperationQueue({ now, client, progress, changed: () => { depth.set(this.queue.depth.waiting); tell(); } });
    this.beside = new OperationQueue({ now, client, progress, changed: tell, beside: true });
    this.#leave = this.platform.add({ name: 'workspace', figures: () => { const { waiting, running } = this.queue.depth; return { queue: { depth: waiting, running }, prediction: this.reading.prefetch.figures() }; }, knobs: () => this.reading.prefetch.knobs() });
    this.#handlers = handlersOf(this);
    const commits = this.platform.telemetry.timer('acumen_commit_seconds'), works = this.platform.telemetry.timer('acumen_commit_work_seconds');
    store.onCommitted((ms, operations, work) => {
      commits.record(ms / 1000);
      if (operations === 1) works.record(work / 1000);
    });
    this.#stopListening = store.onExternalChange(() => { this.refold().catch(() => undefined); }); // the next operation says what is wrong
  }

  get view(): View { return this.#view; }
  /** where differences of long texts are worked out; undefined where this is no matter for threads */
  get diff(): Diff | undefined { return this.#diff; }
  get admission(): Admission | null { return this.platform.admission; }
  get timing(): Timing | null { return this.platform.timing; }
  get shown(): Shown { return this.#shown; }
  /** over what is shown */
  get engine(): Engine { return this.#shown.engine; }
  /** once what is being read now has been; what could not be is read again */
  get settled(): Promise<View> { return this.#folding.catch(() => this.refold()); }
  /** the whole log, oldest first */
  get log(): readonly Operation[] { return this.#log; }
  /** Up to and with an operation, and what can be undone after it: of the newest nothing is read again. */
  logTo(operation: number): { readonly operations: readonly Operation[]; readonly history: History } {
    if (operation === this.#log.length) return { operations: this.#log, history: this.#history };
    const operations = this.#log.slice(0, operation);
    return { operations, history: historyOf(operations) };
  }

  call<M extends Method>(method: M, params: Methods[M]['params'], asked?: Asked): Promise<Methods[M]['result']> {
    const { timing } = this.platform;
    if (timing === null) return this.#answer(method, params, asked);
    const trace = asked?.trace;
    if (trace === undefined) return timing.run(method, params, asked?.deadline ?? Number.POSITIVE_INFINITY, () => this.#answer(method, params, asked));
    if (trace !== null) return onBehalf(trace, () => throughout(trace, () => this.#answer(method, params, asked)));
    return onBehalf(undefined, () => this.#answer(method, params, asked));
  }

  #answer<M extends Method>(method: M, params: Methods[M]['params'], asked: Asked | undefined): Promise<Methods[M]['result']> {
    this.#asking = asked?.client ?? 0;
    try { return this.#handlers[method](params); } finally { this.#asking = 0; }
  }

  /** What runs and waits, what is done beside it too. */
  #work(): Push {
    const state = this.queue.state;
    return { ...state, work: [...state.work, ...this.beside.work].slice(0, workLimits.items) };
  }

  subscribe(listener: (push: Push) => void): () => void {
    // who comes late begins with what is, and hears what follows it
    if (!this.telling.isHeard) this.#told = this.#shown;
    const work = this.#work();
    if (work.push === 'queue' && work.work.length > 0) listener(work);
    return this.telling.subscribe(listener);
  }

  watch(listener: (push: Push) => void): () => void { return this.platform.monitor?.watch(listener) ?? (() => {}); }

  async close(): Promise<void> {
    this.#stopListening();
    this.#leave();
    await this.live.close();
    await this.reading.prefetch.close();
    await (await this.#load)?.close();
    await Promise.all([this.queue.close(), this.beside.close()]);
    await this.#folding.catch(() => undefined);
    this.telling.flush();
    if (!this.store.readOnly) await this.#engines.keep().catch(() => undefined);
    await this.own.close();
    await this.store.close();
    if (this.#options.closesPlatform === true) await this.platform.close();
  }

  /** One moment for reads: the engine, and everything its contents come from. */
  async moment(view: View = this.#shown): Promise<Moment> {
    const { laid } = this.#shown;
    const keys = view.state.published?.segments ?? [];
    let places: Map<number, number> | null = null;
    const key = (segment: number): SegmentKey => keys[(places ??= new Map(Array.from(view.engine.tables.order, (of, place) => [of, place]))).get(segment)!]!;
    const bodies = (segments: readonly number[]): Promise<Segment[]> => this.reading.bodies(segments.map(key), (missing) => this.#bodies(missing, laid));
    return {
      engine: view.engine,
      reader: await this.repository(),
      stored: async (oid) => laid?.blob(oid) ?? this.store.blob(oid),
      key,
      edits: async (segment) => (await bodies([segment]))[0]!.edits,
      ...this.#diff !== undefined && { diff: this.#diff },
      bodies,
      chosen: view.state.composition.acus,
    };
  }

  async #bodies(keys: readonly SegmentKey[], laid: Laid | null): Promise<readonly Segment[]> {
    const missing = keys.filter((key) => laid?.bodies.has(key) !== true), stored = missing.length === 0 ? [] : await this.store.segments(missing);
    let n = 0;
    return keys.map((key) => laid?.bodies.get(key) ?? stored[n++]!);
  }

  /** The reader of the store's repository. */
  async repository(): Promise<HistoryReader> {
    const { gitDir } = this.#view.state;
    if (gitDir === null) throw new AcumenError('usage', 'Nothing has been imported into this workspace yet.', 'Run `acumen import REPO` first.');
    return this.own.open(gitDir);
  }

  /**
   * Reads what the store holds now; every client hears of what is new. Calls wait for each other. `own`: what this process has just
   * committed, in order, and the states it made, which need not be read back (the stored view is its fold: laws).
   */
  refold(own: readonly Done[] = []): Promise<View> {
    this.#folding = this.#folding.catch(() => undefined).then(() => this.#refold(own));
    return this.#folding;
  }

  async #refold(own: readonly Done[]): Promise<View> {
    const last = own.at(-1);
    for (;;) {
      const before = this.#view, head = await this.store.head();
      if (head.operation === before.head.operation) return this.#view;
      // of this head exactly: another process may append between two reads
      const isOwn = last !== undefined && head.operation === last.operation.id && before.head.operation === own[0]!.operation.id - 1;
      // what is published is megabytes of a thousand branches: read only where somebody changed it
      const state = isOwn ? last.state : await this.store.stateAt(head.operation, await this.store.isPublishedAfter(before.head.event) ? undefined : before.state.published);
      const view: View = { head, state, engine: await this.engineOf(state.published) };
      // shown with what lies over it, or what passes would be gone for a moment
      if (this.live.isOn && state.published !== before.state.published) await this.live.relay(view);
      const fresh = isOwn ? own : (await this.store.operations({ limit: head.operation - before.head.operation, before: head.operation + 1 })).reverse().map((operation) => ({ operation }));
      // the pipeline took over what it had committed meanwhile: those would be in the log twice
      if (this.#view === before) return this.#show(fresh, view);
    }
  }

  /** Takes over what the pipeline has committed, which changed no more than the composition: nothing is read for it. */
  async #advance(own: readonly Done[]): Promise<void> {
    const first = own[0]?.operation, last = own.at(-1);
    if (first === undefined || last === undefined) return;
    const { head, engine } = this.#view;
    // else somebody has read it from the store meanwhile, or another process came between
    if (head.operation !== first.id - 1) await this.refold();
    else this.#show(own, { head: { operation: last.operation.id, event: last.operation.lastEvent, written: Math.max(head.written, last.operation.lastEvent) }, state: last.state, engine });
  }

  #show(fresh: readonly { readonly operation: Operation }[], view: View): View {
    for (const { operation } of fresh) {
      this.#log.push(operation);
      this.#history.add(operation);
    }
    const { operation } = this.#view.head;
    this.#view = view;
    this.showLive();
    if (view.head.operation !== operation) this.live.logged();
    return view;
  }

  /** What lies over the newest state is another, or the state itself is: it is shown from now on. */
  showLive(): void {
    const before = this.#shown, { head, state, engine } = this.#view, laid = this.live.over(this.#view);
    if (laid === before.laid && head === before.head) return;
    const epoch = Math.max(before.epoch + 1, head.operation);
    const shown: Shown = laid === null ? { head, state, engine, epoch, laid } : { head, state: { ...state, published: laid.published }, engine: laid.engine, epoch, laid };
    const isPublished = shown.engine !== before.engine;
    if (isPublished) this.telling.flush();
    this.#shown = shown;
    // Nobody listens while a store is opened, and a difference costs as much as the whole.
    if (!this.telling.isHeard) { this.#told = shown; return; }
    this.telling.latest('state', () => this.#news());
    // tables that others grow out of are told before they do
    if (isPublished) this.telling.flush();
  }

  /** What is new since the clients were last told. */
  #news(): Push[] {
    const { epoch, state, engine } = this.#shown, before = this.#told;
    this.#told = this.#shown;
    const { canUndo, canRedo } = this.history();
    return [
      { push: 'epoch', from: before.epoch, to: epoch, digest: engine.digest, bytes: difference(before.engine.encode(), engine.encode()) },
      { push: 'state', composition: state.composition, canUndo, canRedo, repository: this.info(), lastOperation: this.#log.at(-1) ?? null },
    ];
  }

  engineOf(published: Published | null, segments?: ReadonlyMap<SegmentKey, Segment>): Promise<Engine> { return this.#engines.of(published, segments); }

  /**
   * Plans on the newest state and commits one operation; where another process was faster, plans again on what it left.
   * Resolves after COMMIT, when the view shows it.
   */
  commit(plan: (view: View) => Promise<Plan | null>): Promise<Operation | null> {
    const trace = currentTrace(), from = begun(trace);
    return this.#pipeline.alone(() => { waited(trace, 'line', from); return this.#commit(plan, trace); });
  }

  /** The same for an operation that changes the composition alone, planned on those that are not committed yet; many share a commit. */
  amend(plan: (view: View) => Promise<Plan | null>): Promise<Operation | null> { return this.#pipeline.add(plan); }

  async #commit(plan: (view: View) => Promise<Plan | null>, trace: Trace | undefined): Promise<Operation | null> {
    for (let attempt = 0; ; attempt++) {
      const view = await this.refold();
      const planned = await span('plan', () => plan(view));
      if (planned === null) return null;
      const folded = foldState(planned.events, view.state);
      const next = planned.published === undefined ? folded : { ...folded, published: planned.published };
      const extra = next.published === view.state.published ? planned.extra : { ...planned.extra, ...await this.#engines.derived(view, next.published, this.#lastPublishing()) };
      let operation;
      const at = begun(trace);
      try {
        const stamped = { ...planned.operation, time: this.clock.now() };
        const { move } = planned;
        operation = await (move === undefined ? this.store.append(stamped, planned.events, extra, view.head.event)
          : this.store.appendMoving(stamped, planned.events, extra ?? {}, view.head.event, move, () => moveRef(this, move, planned.operation.kind === 'write-branch')));
      } catch (error) {
        if (!isOvertaken(error, attempt)) throw error;
        await pause(attempt);
        continue;
      } finally {
        waited(trace, 'commit', at);
      }
      await this.refold([{ operation, state: next }]);
      return operation;
    }
  }

  #lastPublishing(): number { return this.#log.findLast(({ kind }) => !publishesNothing.has(kind))?.id ?? 0; }

  history(): { readonly current: number; readonly canUndo: string | null; readonly canRedo: string | null } {
    const { done, undone } = this.#history;
    const said = (id: number | undefined): string | null => (id === undefined ? null : this.#log[id - 1]!.description);
    return { current: done.at(-1) ?? 0, canUndo: said(done.at(-1)), canRedo: said(undone.at(-1)) };
  }

  info(): RepositoryInfo | null {
    const { published } = this.#view.state;
    const gitDir = this.#view.state.gitDir ?? this.own.gitDir; // a first import is under way
    if (gitDir === null) return null;
    return {
      path: repositoryPath(gitDir), name: repositoryName(gitDir), base: published?.base ?? null, baseName: published?.baseName ?? '', grain: published?.grain ?? 'branch',
    };
  }

  giveEngine(published: Published, engine: Engine): void { this.#engines.give(published, engine); }

  /** Loaded when first asked for. */
  collaborating(): Promise<Collaborating> {
    return this.#collaborating ??= import('./collaborating.ts').then(({ Collaborating }) => new Collaborating(this));
  }

  /** Loaded when first asked for. It works on a copy, under a workspace of its own. */
  loadGenerator(): Promise<LoadGenerator> {
    return this.#load ??= import('./load/generator.ts').then(({ LoadGenerator }) => new LoadGenerator({
      store: this.store.file, now: () => this.clock.now(), tell: (load) => this.telling.now({ push: 'load', load }),
      intend: (perSecond) => { if (this.platform.alerts !== null) this.platform.alerts.intended = perSecond; },
      source: () => {
        const { gitDir, published } = this.#view.state;
        return gitDir === null || published === null ? null : { gitDir, base: published.base, refs: published.globs, grain: published.grain };
      },
      open: (store) => Workspace.open(store, { ...this.#options, readOnly: false, closesPlatform: false }),
    }));
  }
}
