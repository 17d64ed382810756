// Working trees and refs as they are now, over what is published (docs/decisions/0050). Watches them, or looks every two seconds where watches run out;
// reads what was touched; lays it over the published state (layer.ts) and has it shown. Nothing of it is stored before it is composed.
import type { AcuId, ByteString, Oid, PathBytes } from '../../../core/bytes.ts';
import type { RepositoryReader } from '../../../core/repository.ts';
import { display, fromUtf8 } from '../../../core/bytes.ts';
import { AcumenError } from '../../../core/errors.ts';
import type { LiveState, LiveTree } from '../../../contract/live.ts';
import type { Worktree } from '../../../core/worktree/model.ts';
import { listWorktrees } from '../../git/worktree/listing.ts';
import { userSettings } from '../../git/worktree/settings.ts';
import type { View, Workspace } from '../workspace.ts';
import { besideImport } from './adopting.ts';
import type { Taken } from './beside.ts';
import { Folders, type StartWatch, gitFolders } from './folders.ts';
import { type LayCost, type Laid, Layer } from './layer.ts';
import { unusableTree } from './looking.ts';
import { Pulse } from './pulse.ts';
import { GIT, Tree } from './tree.ts';
import { digest } from '../engines.ts';

export interface LiveOptions {
  readonly start?: StartWatch;
  /** milliseconds: of quiet before what was touched is read, and at most while more comes */
  readonly quiet?: number;
  readonly longest?: number;
  /** milliseconds between looks where watches run out */
  readonly every?: number;
}

/** Editors write a file in two or three steps, some ten milliseconds apart at most: the first lot may show half of a save, the next comes at once. */
const QUIET = 8, LONGEST = 40;
/** Looking at a large tree takes some hundred milliseconds of one core. */
const EVERY = 2000;
/** Where everything is imported each time, and not what moved: so much longer is waited. */
const WHOLE = 20;
/** Working trees that may have come back are looked for this often, in milliseconds: a mount says nothing. */
const AWAY_EVERY = 10_000;
/** Milliseconds after which, where nothing passes yet, the engine that the first save needs is got ready; and segments beyond which that waits for the save. */
const READY_AFTER = 3000, MOST_READY = 2000;

/** Milliseconds of one round, by what was done: reading working trees, importing, tables, telling. */
export interface Round extends LayCost { readonly read: number; readonly told: number }

/** What was touched: a working tree's path, or one of these. */
type Touch = `${ByteString}\0${PathBytes}` | typeof REFS | typeof TREES | typeof COMPOSED;
const REFS = 'refs', TREES = 'worktrees', COMPOSED = 'composed';

export class Live {
  readonly #workspace: Workspace;
  readonly #options: LiveOptions;
  readonly #layer: Layer;
  #trees = new Map<ByteString, Tree>();
  #unusable: readonly LiveTree[] = [];
  #git: Folders | null = null;
  /** why refs are polled */
  #gitReason = '';
  #pulse: Pulse<Touch> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #ready: NodeJS.Timeout | undefined;
  #laid: Laid | null = null;
  #note = '';
  #laying: Promise<unknown> = Promise.resolve();
  /** paths that were touched when looking failed: they are read with the next lot */
  #missed: ReadonlySet<Touch> = new Set();
  readonly #stop = new AbortController();
  #said = '';
  #isWanted = false;
  /** while it ends */
  #ending: Promise<void> | null = null;
  #user: ReturnType<typeof userSettings> | null = null;
  /** of the last round that showed something; for who measures */
  round: Round | null = null;

  constructor(workspace: Workspace, options: LiveOptions = {}) {
    this.#workspace = workspace;
    this.#options = options;
    this.#layer = new Layer({ store: workspace.store, repository: () => workspace.repository(), digest, diff: workspace.diff });
  }

  get isOn(): boolean { return this.#pulse !== null; }
  /** What lies over this state. Not what lacks something that is composed now: that is laid anew. */
  over({ state }: View): Laid | null {
    const laid = this.#laid;
    return laid !== null && laid.over === state.published && state.composition.acus.every((id) => laid.engine.acu(id) !== undefined) ? laid : null;
  }

  /** What lies over what is shown, if one of these ACUs is there and nowhere else. */
  passing(ids: readonly AcuId[]): Laid | null {
    const { view, shown: { laid } } = this.#workspace;
    return laid !== null && ids.some((id) => view.engine.acu(id) === undefined && laid.engine.acu(id) !== undefined) ? laid : null;
  }

  /** Working trees that something is composed of, for an import. */
  besideImport(reader: RepositoryReader): ReturnType<typeof besideImport> { return besideImport(this.#workspace, reader, this.#taken()); }

  writes(commit: Oid): () => void { return this.#layer.writes(commit); }

  /** The log goes on: what of the composition stays as it was composed, what stands on it, and which branches were written may be others. Or there is something to look at now. */
  logged(): void {
    if (this.#laid !== null) this.#pulse?.add(COMPOSED);
    if (this.#isWanted && !this.isOn) void this.start();
  }
  /** Resolves when everything that was touched is shown. */
  async settled(): Promise<void> { await this.#pulse?.settle(); await this.#laying.catch(() => undefined); }

  state(): LiveState {
    const trees = [...[...this.#trees.values()].map((tree) => tree.state()), ...this.#unusable];
    const polled = [this.#gitReason, ...[...this.#trees.values()].map((tree) => tree.polledFor)].find((reason) => reason !== '') ?? '';
    return {
      on: this.isOn, polling: polled, every: this.#options.every ?? EVERY, note: this.#note, trees,
      watches: (this.#git?.size ?? 0) + [...this.#trees.values()].reduce((sum, tree) => sum + tree.watches, 0),
    };
  }

  /** Begins to watch, once something is published, and shows what there is; resolves when that is shown. */
  async start(): Promise<void> {
    this.#isWanted = true;
    // what is begun meanwhile would be taken away with what ends
    await this.#ending;
    const { gitDir, published } = this.#workspace.view.state;
    if (!this.#isWanted || this.isOn || gitDir === null || published === null || this.#stop.signal.aborted) return;
    const { quiet = QUIET, longest = LONGEST, every = EVERY } = this.#options;
    this.#pulse = new Pulse<Touch>({ quiet, longest, work: (touched) => this.#round(touched) });
    this.#watchGit(gitDir);
    let polls = 0;
    this.#timer = setInterval(() => {
      if (this.#gitReason !== '') this.#pulse?.add(REFS, TREES);
      for (const tree of this.#trees.values()) if (tree.isPolled) this.#pulse?.add(`${tree.ref}\0${ROOT}`);
      if (this.#unusable.length > 0 && ++polls * every >= AWAY_EVERY) { polls = 0; this.#pulse?.add(TREES); }
    }, every).unref();
    this.#pulse.add(REFS, TREES);
    await this.#pulse.settle();
    if (!this.isOn) return;
    this.#ready = setTimeout(() => {
      if ((this.#workspace.view.state.published?.segments.length ?? Infinity) > MOST_READY) return;
      this.#layer.isWanted = true;
      this.#pulse?.add(COMPOSED);
    }, READY_AFTER).unref();
  }

  /** Watches nothing any more; what is shown is what is published. */
  async stop(): Promise<void> {
    this.#isWanted = false;
    if (this.isOn) this.#ending = this.#end().finally(() => { this.#ending = null; });
    await this.#ending;
  }

  async #end(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    clearTimeout(this.#ready);
    this.#timer = null;
    const pulse = this.#pulse;
    this.#pulse = null;
    this.#git?.close();
    this.#git = null;
    await pulse?.close();
    // what was being read has begun to watch
    for (const tree of this.#trees.values()) tree.close();
    this.#trees = new Map();
    this.#unusable = [];
    this.#gitReason = '';
    this.#note = '';
    await this.#serially(async () => { this.#laid = null; });
    this.#workspace.showLive();
    this.#tell();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.stop();
  }

  /** Reads all working trees and refs once, without watching, and shows them. */
  async look(): Promise<void> {
    this.#list();
    await Promise.all([...this.#trees.values()].map((tree) => tree.read(null)));
    this.#layer.forgetRefs();
    await this.relay();
    this.#workspace.showLive();
  }

  /** What is published or composed is another: what lies over it is, too. */
  async relay(view?: View): Promise<void> {
    // a state that is being read lays itself when it has been
    if (view === undefined) await this.#workspace.settled.catch(() => undefined);
    return this.#serially(async () => {
      let laid: Laid | string | null;
      try {
        laid = await this.#layer.lay(view ?? this.#workspace.view, this.#taken(), this.#stop.signal);
      } catch (error) {
        laid = error instanceof AcumenError ? error.message.replace(/\.$/, '') : String(error);
        if (!(error instanceof AcumenError) && !this.#stop.signal.aborted) throw error;
      }
      this.#note = typeof laid === 'string' ? laid : '';
      this.#laid = typeof laid === 'string' ? null : laid;
    });
  }

  #taken(): Taken[] { return [...this.#trees.values()].flatMap((tree) => tree.taken ?? []); }

  #serially<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#laying.catch(() => undefined).then(work);
    this.#laying = mine;
    return mine;
  }

  async #round(fresh: ReadonlySet<Touch>): Promise<void> {
    const began = performance.now(), touched = this.#missed.union(fresh);
    this.#missed = new Set([...touched].filter((touch) => touch.includes('\0')));
    try {
      const paths = new Map<ByteString, PathBytes[]>();
      for (const touch of touched) {
        const cut = touch.indexOf('\0');
        if (cut < 0) continue;
        const ref = touch.slice(0, cut) as ByteString, list = paths.get(ref);
        if (list === undefined) paths.set(ref, [touch.slice(cut + 1) as PathBytes]); else list.push(touch.slice(cut + 1) as PathBytes);
      }
      if (touched.has(REFS) || touched.has(TREES)) this.#followGit();
      if (touched.has(REFS)) {
        this.#layer.forgetRefs();
        // a HEAD goes with its branch
        for (const ref of this.#trees.keys()) if (!paths.has(ref)) paths.set(ref, [GIT]);
      }
      const come = touched.has(TREES) ? this.#list() : [];
      await Promise.all([...come.map((tree) => tree.read(null)), ...[...paths].map(([ref, list]) => (come.some((t) => t.ref === ref) ? undefined : this.#trees.get(ref)?.read(list)))]);
      this.#missed = new Set();
      const read = performance.now();
      await this.relay();
      const laid = performance.now();
      this.#workspace.showLive();
      if (this.#pulse !== null) this.#pulse.slow = this.#layer.isWhole ? WHOLE : 1;
      this.round = { read: read - began, ...this.#layer.cost, told: performance.now() - laid };
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      this.#note = error instanceof Error ? error.message : String(error);
    }
    this.#tell();
  }

  #tell(): void {
    const live = this.state(), said = JSON.stringify(live);
    if (said === this.#said) return;
    this.#said = said;
    this.#workspace.telling.now({ push: 'live', live });
  }

  /** Finds the working trees there are now; answers those that are new. */
  #list(): Tree[] {
    const { gitDir } = this.#workspace.view.state;
    if (gitDir === null) return [];
    const { worktrees, unusable } = listWorktrees(gitDir);
    const now = new Map<ByteString, Tree>(), fresh: Tree[] = [];
    for (const worktree of worktrees) {
      const known = this.#trees.get(worktree.ref);
      if (known !== undefined && known.isOf(worktree)) { now.set(worktree.ref, known); continue; }
      const tree = this.#tree(worktree);
      now.set(worktree.ref, tree);
      fresh.push(tree);
    }
    for (const [ref, tree] of this.#trees) if (now.get(ref) !== tree) tree.close();
    this.#trees = now;
    this.#unusable = unusable.map(({ name, reason }) => unusableTree(display(name), reason));
    return fresh;
  }

  #tree(worktree: Worktree): Tree {
    return new Tree(worktree, {
      repository: () => this.#workspace.repository(), user: this.#user ??= userSettings(this.#workspace.env),
      ...this.isOn && { touched: (path: PathBytes) => this.#pulse?.add(`${worktree.ref}\0${path}`), gone: () => this.#pulse?.add(TREES) },
      ...this.#options.start !== undefined && { start: this.#options.start },
    });
  }

  /** Folders come and go with the names of branches. */
  #followGit(): void {
    const { gitDir } = this.#workspace.view.state;
    if (gitDir !== null && this.#git !== null && this.#git.follow(gitFolders(gitDir)).length > 0) this.#pulse?.add(REFS);
  }

  /** Refs, HEADs and indices: their folders, and no others of the git directory. */
  #watchGit(gitDir: string): void {
    this.#gitReason = '';
    this.#git = new Folders({
      root: fromUtf8(gitDir),
      touched: (path) => { for (const touch of touchesOf(path)) this.#pulse?.add(touch); },
      failed: (reason) => { this.#gitReason = reason; this.#tell(); },
      start: this.#options.start,
    });
    this.#git.follow(gitFolders(gitDir));
  }
}

const ROOT = '' as PathBytes;

/** What a path of the git directory says may be other than before. */
function touchesOf(path: PathBytes): Touch[] {
  if (path === ROOT) return [REFS, TREES];
  if (path.endsWith('.lock')) return [];
  if (path === 'HEAD' || path === 'packed-refs' || path.startsWith('refs') || path.startsWith('reftable')) return path === 'HEAD' ? [REFS, touchOf('.')] : [REFS];
  if (path === 'index' || path === 'info/exclude' || path === 'config') return [touchOf('.')];
  const [, id, file] = /^worktrees(?:\/([^/]+)(?:\/(.*))?)?$/.exec(path) ?? [];
  if (id === undefined) return path === 'worktrees' ? [TREES] : [];
  if (file === undefined || file === 'gitdir' || file === 'locked') return [TREES];
  return file === 'HEAD' || file === 'index' ? [touchOf(id)] : [];
}

const touchOf = (id: string): Touch => `${`worktree:${id}` as ByteString}\0${GIT}`;
