// The service of one workspace (design.md §5, Processes and truth): it owns the store, the engine and the truth. Every mutation
// is an operation in its queue; every visible change is an epoch, pushed as a difference of the replica; reads never wait.
import { hash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Oid } from '../../core/bytes.ts';
import { difference } from '../../core/difference.ts';
import { Engine } from '../../core/engine.ts';
import { AcumenError } from '../../core/errors.ts';
import type { DomainEvent, Operation, Published, SegmentKey, WorkspaceState } from '../../core/events.ts';
import { emptyState, foldState } from '../../core/fold.ts';
import type { Segment } from '../../core/model.ts';
import type { RepositoryReader } from '../../core/repository.ts';
import { type Digest, VERSION as TABLES_VERSION } from '../../core/tables.ts';
import { historyOf, type RefMove } from '../../core/undo.ts';
import type { Method, Methods, Push, RepositoryInfo } from '../../contract/methods.ts';
import { openRepository } from '../git/open.ts';
import type { ReaderChoice } from '../git/open.ts';
import { openStore } from '../storage/store.ts';
import type { Extra, Head, NewOperation, Store } from '../storage/store.ts';
import { compose } from './composing.ts';
import type { Memory } from './memory.ts';
import type { LoadGenerator } from './load/generator.ts';
import { fsck, importInto, undo } from './operations.ts';
import { repositoryName, repositoryPath, version } from './place.ts';
import { pairInThreads } from './pairing.ts';
import { OperationQueue } from './queue.ts';
import type { Task } from './queue.ts';
import { Reading } from './reading.ts';
import type { Moment } from './reading.ts';
import type { Service } from './session.ts';
import { moveRef, settleMoves, writeBranch } from './writeBack.ts';

export interface Clock {
  /** milliseconds since the epoch */
  now(): number;
  /** minutes east of UTC */
  offset(): number;
}
export const systemClock: Clock = { now: () => Date.now(), offset: () => -new Date().getTimezoneOffset() };

export interface WorkspaceOptions {
  readonly readOnly?: boolean;
  readonly clock?: Clock;
  /** for the name that signs what is written back, and for the PATH on which git is looked for */
  readonly env?: NodeJS.ProcessEnv;
  /** who reads the repository; `auto` if not given */
  readonly git?: ReaderChoice;
}

/** The state at one operation, with the engine over it. */
export interface View { readonly head: Head; readonly state: WorkspaceState; readonly engine: Engine }

/** What a plan wants committed: one operation, its events and what travels with them. Null: nothing to do. */
export interface Plan {
  readonly operation: Omit<NewOperation, 'time'>;
  readonly events: readonly DomainEvent[];
  readonly extra?: Extra;
  /** what the events publish, where the caller has it: the very object that the state then holds */
  readonly published?: Published;
  /** a branch that moves with it */
  readonly move?: RefMove;
}

const digest: Digest = (bytes) => hash('sha256', bytes, 'hex');

const NOTHING_PUBLISHED: Published = {
  base: '' as Oid, baseTree: '' as Oid, baseName: '', grain: 'branch', globs: [], sources: [], segments: [], skipped: [],
};
/** Conflicts beyond which the store keeps no copy of the graph: the engine computes it faster than it could be read back. */
const MAX_STORED_CONFLICTS = 250_000;
/** Bytes of tables beyond which none are kept; 5,000 branches have some 10 MB. */
const MAX_STORED_REPLICA = 256 << 20;

/** How often an operation is planned anew because another process committed in between: eight that never rest need dozens. */
const MAX_ATTEMPTS = 200;
/** At most so long, in milliseconds, is waited before that; by chance, so that the same two do not meet each time. */
const MAX_PAUSE = 32;

/** How long nothing is committed before tables are stored for the next opening, in milliseconds. */
const KEEP_AFTER = 1000;
/** Changes behind the stored conflict graph from which it is stored whole again. */
const MOST_CHANGES = 64;

type Handlers = { readonly [M in Method]: (params: Methods[M]['params']) => Promise<Methods[M]['result']> };

export class Workspace implements Service {
  readonly store: Store;
  readonly clock: Clock;
  readonly env: NodeJS.ProcessEnv;
  readonly #git: ReaderChoice;
  readonly reading = new Reading();
  readonly #queue: OperationQueue;
  readonly #listeners = new Set<(push: Push) => void>();
  readonly #handlers: Handlers;
  readonly #stopListening: () => void;
  #view: View = { head: { operation: 0, event: 0, written: 0 }, state: emptyState, engine: Engine.from(NOTHING_PUBLISHED, [], digest) };
  /** the newest engines by what they were built from: undo and redo go back and forth between them */
  #engines: { readonly published: Published; readonly engine: Engine }[] = [];
  /** what the last import of this process found */
  memory: Memory | null = null;
  /** the log in order, as far as it has been read */
  #log: Operation[] = [];
  #folding: Promise<View> = Promise.resolve(this.#view);
  #reader: { readonly gitDir: string; readonly reader: RepositoryReader } | null = null;
  /** whether the store has the tables of what is published */
  #isKept = true;
  #keeping: NodeJS.Timeout | undefined;
  readonly #options: WorkspaceOptions;
  #load: Promise<LoadGenerator> | null = null;

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
    this.#git = options.git ?? 'auto';
    this.#queue = new OperationQueue((push) => this.#push(push), () => this.clock.now());
    this.#handlers = this.#methods();
    this.#stopListening = store.onExternalChange(() => { this.refold().catch(() => undefined); }); // the next operation says what is wrong
  }

  get view(): View { return this.#view; }
  get engine(): Engine { return this.#view.engine; }
  /** the whole log, oldest first */
  get log(): readonly Operation[] { return this.#log; }

  call<M extends Method>(method: M, params: Methods[M]['params']): Promise<Methods[M]['result']> {
    return this.#handlers[method](params);
  }

  subscribe(listener: (push: Push) => void): () => void {
    this.#listeners.add(listener);
    return () => { this.#listeners.delete(listener); };
  }

  async close(): Promise<void> {
    this.#stopListening();
    await (await this.#load)?.close();
    await this.#queue.close();
    await this.#folding.catch(() => undefined);
    if (!this.store.readOnly) await this.#keep().catch(() => undefined);
    await this.#reader?.reader.close();
    await this.store.close();
  }

  /** One moment for reads: the engine, and everything its contents come from. */
  async moment(view: View = this.#view): Promise<Moment> {
    const keys = view.state.published?.segments ?? [];
    const bodies = (segments: readonly number[]): Promise<Segment[]> => {
      const places = new Map(Array.from(view.engine.tables.order, (segment, place) => [segment, place]));
      return this.store.segments(segments.map((segment) => keys[places.get(segment)!]!));
    };
    return {
      engine: view.engine,
      reader: await this.repository(),
      stored: (oid) => this.store.blob(oid),
      edits: async (segment) => (await bodies([segment]))[0]!.edits,
      bodies,
    };
  }

  /** The reader of the workspace's repository, opened once. */
  async repository(): Promise<RepositoryReader> {
    const { gitDir } = this.#view.state;
    if (gitDir === null) throw new AcumenError('usage', 'Nothing has been imported into this workspace yet.', 'Run `acumen import REPO` first.');
    return this.open(gitDir);
  }

  async open(path: string): Promise<RepositoryReader> {
    if (this.#reader?.gitDir === path) return this.#reader.reader;
    const reader = await openRepository(path, { reader: this.#git, searchPath: this.env['PATH'] ?? '' });
    if (this.#reader?.gitDir === reader.gitDir) {
      await reader.close();
      return this.#reader.reader;
    }
    if (reader.gitDir === this.#view.state.gitDir || this.#view.state.gitDir === null) this.#reader = { gitDir: reader.gitDir, reader };
    return reader;
  }

  /**
   * Reads what the store holds now; every client hears of what is new. Calls wait for each other. `own`: what this process has just
   * committed, and the state it made, which need not be read back (the stored view is its fold: laws).
   */
  refold(own?: { readonly operation: Operation; readonly state: WorkspaceState }): Promise<View> {
    this.#folding = this.#folding.catch(() => undefined).then(() => this.#refold(own));
    return this.#folding;
  }

  async #refold(own?: { readonly operation: Operation; readonly state: WorkspaceState }): Promise<View> {
    const head = await this.store.head();
    const before = this.#view;
    if (head.operation === before.head.operation) return before;
    // of this head exactly: another process may append between two reads
    const isOwn = own !== undefined && head.operation === own.operation.id && before.head.operation === own.operation.id - 1;
    const state = isOwn ? own.state : await this.store.stateAt(head.operation);
    const engine = await this.engineOf(state.published);
    const fresh = isOwn ? [own.operation] : await this.store.operations({ limit: head.operation - before.head.operation, before: head.operation + 1 });
    this.#log.push(...fresh.reverse());
    this.#view = { head, state, engine };
    // Nobody listens while a store is opened, and a difference costs as much as the whole.
    if (this.#listeners.size === 0) return this.#view;
    this.#push({
      push: 'epoch', from: before.head.operation, to: head.operation, digest: engine.digest,
      bytes: difference(before.engine.encode(), engine.encode()),
    });
    const { canUndo, canRedo } = this.#history();
    this.#push({ push: 'state', composition: state.composition, canUndo, canRedo, repository: this.#info(), lastOperation: this.#log.at(-1) ?? null });
    return this.#view;
  }

  /**
   * The engine over a published state: the same object for the same state while it is among the newest. From the `segments` where
   * the caller has them, else from the tables the store keeps, else from the segments it holds.
   */
  async engineOf(published: Published | null, segments?: ReadonlyMap<SegmentKey, Segment>): Promise<Engine> {
    const wanted = published ?? NOTHING_PUBLISHED;
    const same = this.#engines.find((e) => e.published === wanted);
    if (same !== undefined) return same.engine;
    // naming a state reads all of it: not where it is known to be new
    const isNew = segments !== undefined && this.memory?.hasMovedTo(wanted) === true;
    const kept = isNew ? undefined : this.#engines.find((e) => this.store.publishedKey(e.published) === this.store.publishedKey(wanted));
    if (kept !== undefined) return kept.engine;
    const engine = await this.#build(wanted, segments);
    this.#engines = [{ published: wanted, engine }, ...this.#engines.slice(0, 2)];
    return engine;
  }

  async #build(published: Published, segments?: ReadonlyMap<SegmentKey, Segment>): Promise<Engine> {
    if (segments === undefined) {
      const tables = await this.store.replica(TABLES_VERSION, this.store.publishedKey(published));
      if (tables !== null) return Engine.decode(tables, digest);
    }
    const next = this.engine.next(published, (k) => segments?.get(k));
    if (next !== null) return next;
    const missing = published.segments.filter((k) => !segments?.has(k));
    const stored = new Map<SegmentKey, Segment>();
    for (const [i, segment] of (await this.store.segments(missing)).entries()) stored.set(missing[i]!, segment);
    return Engine.from(published, published.segments.map((k) => segments?.get(k) ?? stored.get(k)!), digest);
  }

  /**
   * Plans on the newest state and commits one operation; where another process was faster, plans again on what it left.
   * Resolves after COMMIT, when the view shows it.
   */
  async commit(plan: (view: View) => Promise<Plan | null>): Promise<Operation | null> {
    for (let attempt = 0; ; attempt++) {
      const view = await this.refold();
      const planned = await plan(view);
      if (planned === null) return null;
      const folded = foldState(planned.events, view.state);
      const next = planned.published === undefined ? folded : { ...folded, published: planned.published };
      const extra = next.published === view.state.published ? planned.extra : { ...planned.extra, ...await this.#derived(view, next.published) };
      let operation;
      try {
        const stamped = { ...planned.operation, time: this.clock.now() };
        const { move } = planned;
        operation = move === undefined ? await this.store.append(stamped, planned.events, extra, view.head.event)
          : await this.store.appendMoving(stamped, planned.events, extra ?? {}, view.head.event, move, () => moveRef(this, move));
      } catch (error) {
        if (!(error instanceof AcumenError) || error.code !== 'store-moved' || attempt >= MAX_ATTEMPTS) throw error;
        await sleep(Math.random() * Math.min(MAX_PAUSE, 2 ** attempt));
        continue;
      }
      await this.refold({ operation, state: next });
      return operation;
    }
  }

  #lastPublishing(): number { return this.#log.findLast(({ kind }) => kind !== 'compose' && kind !== 'write-branch')?.id ?? 0; }

  /** Operations that changed little leave tables for the next opening to be stored when nothing else is done. */
  #keepLater(): void {
    this.#isKept = false;
    clearTimeout(this.#keeping);
    this.#keeping = setTimeout(() => { this.#keep().catch(() => undefined); }, KEEP_AFTER).unref();
  }

  /** What cannot be stored now is built from the segments at the next opening. */
  async #keep(): Promise<void> {
    clearTimeout(this.#keeping);
    const { head, state: { published }, engine } = this.#view;
    if (this.#isKept || published === null) return;
    this.#isKept = true;
    const bytes = engine.encode();
    if (bytes.length > MAX_STORED_REPLICA) return;
    const isLong = await this.store.conflictChanges() > MOST_CHANGES;
    // where another process was faster, the next operation leaves it to be done
    await this.store.keep(head.operation, { version: TABLES_VERSION, state: this.store.publishedKey(published), bytes }, isLong ? engine.edges() : null).catch((error: unknown) => { this.#isKept = false; throw error; });
  }

  /** What the engine computes from a newly published state and the store keeps with it. */
  async #derived(view: View, published: Published | null): Promise<Pick<Extra, 'conflicts' | 'changed' | 'replica'>> {
    const engine = await this.engineOf(published);
    const changed = engine.changedFrom(view.engine);
    if (changed !== null && await this.store.conflictsAt() >= this.#lastPublishing()) {
      this.#keepLater();
      return { changed };
    }
    await pairInThreads(engine);
    const { blocking, resolvable, risk, partial } = engine.pairCounts();
    const bytes = engine.encode();
    return {
      ...blocking + resolvable + risk + partial <= MAX_STORED_CONFLICTS && { conflicts: engine.edges() },
      ...published !== null && bytes.length <= MAX_STORED_REPLICA && { replica: { version: TABLES_VERSION, state: this.store.publishedKey(published), bytes } },
    };
  }

  #history() {
    const { done, undone } = historyOf(this.#log);
    const said = (id: number | undefined): string | null => (id === undefined ? null : this.#log[id - 1]!.description);
    return { current: done.at(-1) ?? 0, canUndo: said(done.at(-1)), canRedo: said(undone.at(-1)) };
  }

  #info(): RepositoryInfo | null {
    const { published } = this.#view.state;
    const gitDir = this.#view.state.gitDir ?? this.#reader?.gitDir ?? null; // a first import is under way
    if (gitDir === null) return null;
    return {
      path: repositoryPath(gitDir), name: repositoryName(gitDir), base: published?.base ?? null, baseName: published?.baseName ?? '', grain: published?.grain ?? 'branch',
    };
  }

  /** Loaded when first asked for. It works on a copy, under a workspace of its own. */
  #loadGenerator(): Promise<LoadGenerator> {
    return this.#load ??= import('./load/generator.ts').then(({ LoadGenerator }) => new LoadGenerator({
      store: this.store.file, now: () => this.clock.now(), tell: (load) => this.#push({ push: 'load', load }),
      source: () => {
        const { gitDir, published } = this.#view.state;
        return gitDir === null || published === null ? null : { gitDir, base: published.base, refs: published.globs, grain: published.grain };
      },
      open: (store) => Workspace.open(store, { ...this.#options, readOnly: false }),
    }));
  }

  #push(push: Push): void { for (const listener of [...this.#listeners]) listener(push); }

  #methods(): Handlers {
    const queued = <T>(ticket: string, kind: string, task: Task<T>): Promise<T> => this.#queue.add(ticket, kind, task);
    return {
      hello: async () => {
        const view = await this.#folding;
        const { canUndo, canRedo } = this.#history();
        return { version: version(), repository: this.#info(), epoch: view.head.operation, composition: view.state.composition, canUndo, canRedo };
      },
      snapshot: async () => {
        const { head, engine } = this.#view;
        return { epoch: head.operation, digest: engine.digest, bytes: engine.encode() };
      },
      import: ({ ticket, ...request }) => queued(ticket, 'import', (signal, progress) => importInto(this, request, signal, progress)),
      compose: ({ ticket, acus }) => queued(ticket, 'compose', (signal) => compose(this, acus, signal)),
      writeBranch: ({ ticket, name, acus }) => queued(ticket, 'write-branch', (signal) => writeBranch(this, name, acus, signal)),
      undo: ({ ticket }) => queued(ticket, 'undo', (signal) => undo(this, 'undo', signal)),
      redo: ({ ticket }) => queued(ticket, 'redo', (signal) => undo(this, 'redo', signal)),
      fsck: ({ ticket }) => queued(ticket, 'fsck', () => fsck(this)),
      cancel: async ({ ticket }) => ({ cancelled: this.#queue.cancel(ticket) }),
      load: async (request) => (await this.#loadGenerator()).call(request),
      pause: async ({ paused }) => { this.#queue.pause(paused); return { paused }; },
      log: async ({ before, limit }) => ({
        operations: this.#log.slice(0, before === null ? undefined : before - 1).slice(-limit).reverse(), current: this.#history().current,
      }),
      preview: async ({ acus }) => this.reading.preview(await this.moment(), acus),
      composedFile: async ({ acus, path }) => this.reading.composedFile(await this.moment(), acus, path),
      acuFiles: async ({ acu }) => this.reading.acuFiles(await this.moment(), acu),
      acuFile: async ({ acu, path }) => this.reading.acuFile(await this.moment(), acu, path),
      conflictFile: async ({ a, b, path }) => this.reading.conflictFile(await this.moment(), a, b, path),
    };
  }
}
