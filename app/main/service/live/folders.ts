// Watches folders for changes: one watch for each where the system watches single folders (Linux: inotify), one for the whole tree where it watches
// trees. Says what was touched, never what happened: whoever hears of it looks. Where watches run out it says so, and watches nothing.
import { readdirSync, watch as watchOne } from 'node:fs';
import { join } from 'node:path';
import { type ByteString, type PathBytes, fromBytes, fromUtf8, toBytes } from '../../../core/bytes.ts';
import { isAbsent, systemCode } from '../../git/failures.ts';

/** One watch: Node's, or a test's. */
export interface Watch { close(): void }
/** `heard` is told a name below the folder, or null where the system does not say which. */
export type StartWatch = (folder: Buffer, isTree: boolean, heard: (name: ByteString | null) => void, failed: (error: unknown) => void) => Watch;

export const startWatch: StartWatch = (folder, isTree, heard, failed) => {
  // the types leave out buffers, which the call takes
  const watcher = watchOne(folder as unknown as string, { encoding: 'buffer', persistent: false, recursive: isTree }, (_, name) => heard(name === null ? null : fromBytes(name)));
  watcher.on('error', failed);
  return watcher;
};

export interface FoldersOptions {
  /** path of the root, bytes */
  readonly root: ByteString;
  /** a path below the root that may be other than before; '' for the root: all may be */
  touched(path: PathBytes): void;
  /** nothing is watched any more, and why */
  failed(reason: string): void;
  readonly start?: StartWatch | undefined;
  /** the system watches a tree with one watch */
  readonly isTree?: boolean;
}

const ROOT = '' as PathBytes;

export class Folders {
  readonly #of: FoldersOptions;
  readonly #isTree: boolean;
  readonly #watches = new Map<PathBytes, Watch>();
  #wanted: ReadonlySet<PathBytes> = new Set();
  #isClosed = false;

  constructor(options: FoldersOptions) {
    this.#of = options;
    this.#isTree = options.isTree ?? (process.platform === 'darwin' || process.platform === 'win32');
  }

  /** watches held */
  get size(): number { return this.#watches.size; }

  /**
   * Watches these folders, the root among them, and no others; `anew`: folders that may be others under their old names. Answers those that are
   * watched from now on: what came to them before is not told.
   */
  follow(wanted: ReadonlySet<PathBytes>, anew: Iterable<PathBytes> = []): PathBytes[] {
    this.#wanted = wanted;
    const fresh: PathBytes[] = [];
    if (this.#isClosed) return fresh;
    if (!this.#isTree) {
      for (const folder of anew) this.#drop(folder);
      for (const folder of this.#watches.keys()) if (!wanted.has(folder)) this.#drop(folder);
    }
    try {
      for (const folder of this.#isTree ? [ROOT] : wanted) if (!this.#watches.has(folder) && this.#add(folder)) fresh.push(folder);
    } catch (error) {
      if (systemCode(error) === '') throw error;
      this.#fail(error);
    }
    return fresh;
  }

  close(): void {
    this.#isClosed = true;
    for (const watch of this.#watches.values()) watch.close();
    this.#watches.clear();
  }

  /** False where it is gone by now. */
  #add(folder: PathBytes): boolean {
    const { start = startWatch, touched } = this.#of;
    try {
      const watch = start(at(this.#of.root, folder), this.#isTree, (name) => {
        if (this.#isClosed) return;
        if (name === null) touched(folder);
        else this.#heard(joined(folder, this.#isTree && process.platform === 'win32' ? name.replaceAll('\\', '/') as ByteString : name));
      }, (error) => {
        // some systems say so of a folder that was deleted
        if (folder !== ROOT && isGone(error)) { this.#drop(folder); touched(folder); } else this.#fail(error);
      });
      this.#watches.set(folder, watch);
      return true;
    } catch (error) {
      if (folder !== ROOT && isGone(error)) return false;
      throw error;
    }
  }

  #heard(path: PathBytes): void {
    if (this.#isTree && !this.#wanted.has(path.slice(0, Math.max(0, path.lastIndexOf('/'))) as PathBytes)) return;
    if (path === '.git' || path.startsWith('.git/')) return;
    this.#of.touched(path);
  }

  #drop(folder: PathBytes): void {
    this.#watches.get(folder)?.close();
    this.#watches.delete(folder);
  }

  #fail(error: unknown): void {
    if (this.#isClosed) return;
    this.close();
    this.#of.failed(whyFailed(error));
  }
}

const joined = (folder: PathBytes, name: ByteString): PathBytes => (folder === ROOT ? name : `${folder}/${name}`) as PathBytes;
const at = (root: ByteString, folder: PathBytes): Buffer => Buffer.from(toBytes((folder === ROOT ? root : `${root}/${folder}`) as ByteString));
/** Windows says EPERM of a folder that is being deleted. */
const isGone = (error: unknown): boolean => isAbsent(error) || systemCode(error) === 'EPERM';

/** The rest of a sentence for a person: the status line shows it. */
function whyFailed(error: unknown): string {
  switch (systemCode(error)) {
    case 'ENOSPC': return 'out of watches';
    case 'EMFILE': case 'ENFILE': return 'out of files to open';
    case 'ENOENT': case 'ENOTDIR': return 'the folder is gone';
    default: return error instanceof Error ? error.message : String(error);
  }
}

/** Where refs, HEADs and indices are in a git directory: relative paths of its folders, the root among them (gitrepository-layout(5)). */
export function gitFolders(gitDir: string): Set<PathBytes> {
  const out = new Set([ROOT]);
  const take = (folder: string, isDeep: boolean): void => {
    let entries;
    try {
      entries = readdirSync(join(gitDir, folder), { withFileTypes: true });
    } catch (error) {
      if (systemCode(error) === '') throw error;
      return;
    }
    out.add(fromUtf8<PathBytes>(folder));
    for (const entry of entries) if (entry.isDirectory()) if (isDeep) take(`${folder}/${entry.name}`, true); else out.add(fromUtf8<PathBytes>(`${folder}/${entry.name}`));
  };
  take('refs', true);
  take('reftable', false);
  take('worktrees', false);
  return out;
}
