// One working tree that is looked at: read whole once, then what was touched; watched, or polled where it cannot be. What it has is a commit for
// whoever asks (`taken`), made once for each overlay.
import { type ByteString, type PathBytes, display, toBytes } from '../../../core/bytes.ts';
import { AcumenError } from '../../../core/errors.ts';
import type { KeptSnapshot } from '../../../core/events.ts';
import type { RepositoryReader } from '../../../core/repository.ts';
import { visible } from '../../../core/visible.ts';
import type { Worktree, WorktreeSnapshot } from '../../../core/worktree/model.ts';
import { type LiveTree, liveLimits } from '../../../contract/live.ts';
import { inside, lstatIfThere } from '../../git/embedded/files.ts';
import { systemCode } from '../../git/failures.ts';
import type { Overlay } from '../../git/overlay.ts';
import { WorktreeReading } from '../../git/worktree/reading.ts';
import type { UserSettings } from '../../git/worktree/settings.ts';
import { addSnapshot } from '../../git/worktree/source.ts';
import type { Taken } from './beside.ts';
import { Folders, type StartWatch } from './folders.ts';

export interface TreeHost {
  repository(): Promise<RepositoryReader>;
  readonly user: UserSettings;
  /** it is to be watched: told of paths that were touched, and of what may be gone */
  readonly touched?: (path: PathBytes) => void;
  readonly gone?: () => void;
  readonly start?: StartWatch;
}

const ROOT = '' as PathBytes;
/** Its index or HEAD: looked at by the reading itself, whatever else it reads. */
export const GIT = '.git' as PathBytes;

export class Tree {
  readonly #worktree: Worktree;
  readonly #host: TreeHost;
  #reading: WorktreeReading | null = null;
  #folders: Folders | null = null;
  #snapshot: WorktreeSnapshot | null = null;
  #taken: Taken | null = null;
  /** why it is looked at every so often; empty: it is watched, or nobody asked for that */
  polledFor = '';
  #unreadable = '';

  constructor(worktree: Worktree, host: TreeHost) {
    this.#worktree = worktree;
    this.#host = host;
  }

  get ref(): ByteString { return this.#worktree.ref; }
  get watches(): number { return this.#folders?.size ?? 0; }
  /** Nobody tells of it: it must be looked at. */
  get isPolled(): boolean { return this.polledFor !== '' || this.#unreadable !== ''; }
  /** its edits; null where it has none, or could not be read */
  get taken(): Taken | null { return this.#taken; }
  isOf({ root, headDir }: Worktree): boolean { return root === this.#worktree.root && headDir === this.#worktree.headDir; }

  /** What was touched since the last time; null: everything. What goes wrong is told by `state`. */
  async read(touched: readonly PathBytes[] | null): Promise<void> {
    try {
      const isFirst = this.#reading === null, { touched: tell } = this.#host;
      // without an index every file seems deleted, too
      if (lstatIfThere(inside(this.#worktree.headDir, 'index')) === null) throw new AcumenError('io', 'nothing is checked out there.', 'Run `git checkout` in it.');
      this.#reading ??= new WorktreeReading(await this.#host.repository(), this.#worktree, this.#host.user);
      const all = touched === null || isFirst || this.#unreadable !== '' || touched.includes(ROOT);
      const snapshot = all ? await this.#reading.read() : await this.#reading.reread(touched.filter((path) => path !== GIT));
      // Of a folder that is gone, or whose disk is, every file seems deleted.
      if (lstatIfThere(Buffer.from(toBytes(`${this.#worktree.root}/${GIT}` as ByteString))) === null) throw new AcumenError('io', 'its folder is gone.', 'Bring it back, or run `git worktree prune`.');
      this.#take(snapshot);
      this.#unreadable = '';
      if (tell === undefined) return;
      if (this.#folders === null) {
        this.#watch(tell);
        // what came before the watches did
        if (this.polledFor === '') this.#take(await this.#reading.reread([ROOT]));
      }
      const { came, went } = this.#reading.foldersMoved();
      if (came.length > 0 || went.length > 0) for (const folder of this.#folders!.follow(this.#reading.folders, went)) tell(folder);
    } catch (error) {
      if (!(error instanceof AcumenError) && systemCode(error) === '') throw error;
      const isNew = this.#unreadable === '';
      this.#unreadable = (error as Error).message.replace(/\.$/, '');
      this.#snapshot = null;
      this.#taken = null;
      if (isNew) this.#host.gone?.();
    }
  }

  state(): LiveTree {
    const { files, left } = { files: this.#snapshot?.changes.size ?? 0, left: this.#snapshot?.notCompared ?? [] };
    return {
      name: visible(display(this.#worktree.name)), how: this.#unreadable !== '' ? 'unusable' : this.polledFor !== '' ? 'polling' : 'watching', reason: this.#unreadable || this.polledFor,
      files, left: left.slice(0, liveLimits.left).map(({ path, reason }) => ({ path: visible(display(path)), reason })), notCompared: left.length,
    };
  }

  close(): void {
    this.#folders?.close();
    this.#folders = null;
  }

  #watch(touched: (path: PathBytes) => void): void {
    const { start, gone } = this.#host, reading = this.#reading!;
    this.polledFor = '';
    this.#folders = new Folders({
      root: this.#worktree.root, touched,
      failed: (reason) => { this.polledFor = reason; gone?.(); touched(ROOT); },
      start,
    });
    this.#folders.follow(reading.folders);
    reading.foldersMoved();
  }

  #take(snapshot: WorktreeSnapshot): void {
    if (snapshot === this.#snapshot) return;
    this.#snapshot = snapshot;
    if (snapshot.changes.size === 0) { this.#taken = null; return; }
    const worktree = this.#worktree;
    let made: { readonly overlay: Overlay; readonly kept: Promise<KeptSnapshot | null> } | null = null;
    let bytes = 0;
    for (const content of snapshot.blobs.values()) bytes += content.length;
    this.#taken = {
      ref: worktree.ref, bytes,
      into(overlay) {
        if (made?.overlay !== overlay) made = { overlay, kept: keptOf(overlay, worktree, snapshot) };
        return made.kept;
      },
    };
  }
}

async function keptOf(overlay: Overlay, worktree: Worktree, snapshot: WorktreeSnapshot): Promise<KeptSnapshot | null> {
  const source = await addSnapshot(overlay, worktree, snapshot);
  if (source === null) return null;
  const { parents, author, committer, message } = await overlay.commit(source.oid);
  return { ...source, commit: { parents, author, committer, message }, changes: [...snapshot.changes].map(([path, { after }]) => [path, after] as const) };
}
