// Watches a tree of folders for changes: one watch for each folder where the system watches single folders (Linux: inotify), one for the tree where it
// watches trees. Says what was touched, never what happened: whoever hears of it looks. Where watches run out it says so, and watches nothing.
import { lstatSync, readdirSync, watch as watchOne } from 'node:fs';
import type { ByteString, PathBytes } from '../../../core/bytes.ts';
import { fromBytes, toBytes } from '../../../core/bytes.ts';
import { systemCode } from '../../git/failures.ts';

/** One watch: Node's, or a test's. */
export interface Watch { close(): void }
/** `heard` is told a name below the folder, or null where the system does not say which, and whether the name came or went rather than what it names changed. */
export type StartWatch = (folder: Buffer, isTree: boolean, heard: (name: ByteString | null, isNamed: boolean) => void, failed: (error: unknown) => void) => Watch;

export const startWatch: StartWatch = (folder, isTree, heard, failed) => {
  // the types leave out buffers, which the call takes
  const watcher = watchOne(folder as unknown as string, { encoding: 'buffer', persistent: false, recursive: isTree }, (kind, name) => heard(name === null ? null : fromBytes(name), kind === 'rename'));
  watcher.on('error', failed);
  return watcher;
};

/** Systems that watch a whole tree with one watch. */
export const watchesTrees = process.platform === 'darwin' || process.platform === 'win32';

export interface FoldersOptions {
  /** path of the root, bytes */
  readonly root: ByteString;
  /** of a folder below the root: not watched, nor what is below it */
  isLeftOut(folder: PathBytes): boolean;
  /** a path below the root that may be other than before; '' for the root: all may be */
  touched(path: PathBytes): void;
  /** nothing is watched any more, and why */
  failed(reason: string): void;
  readonly start?: StartWatch;
  readonly isTree?: boolean;
}

const ROOT = '' as PathBytes;

export class Folders {
  readonly #of: FoldersOptions;
  readonly #watches = new Map<PathBytes, Watch>();
  #isClosed = false;

  constructor(options: FoldersOptions) { this.#of = options; }

  /** watches held */
  get size(): number { return this.#watches.size; }

  /** Watches `folder` and all below that is not left out. */
  watch(folder: PathBytes = ROOT): void {
    if (this.#isClosed) return;
    try {
      if (this.#of.isTree ?? watchesTrees) this.#add(ROOT, true);
      else this.#below(folder);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Folders that are left out now are watched no more, and those that were are. */
  again(): void {
    for (const folder of this.#watches.keys()) if (folder !== ROOT && this.#of.isLeftOut(folder)) this.#drop(folder);
    this.watch();
  }

  close(): void {
    this.#isClosed = true;
    for (const watch of this.#watches.values()) watch.close();
    this.#watches.clear();
  }

  #below(first: PathBytes): void {
    const folders = [first];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      // the watch first: what comes while the folder is listed is heard
      this.#add(folder, false);
      for (const name of this.#foldersIn(folder)) {
        const path = joined(folder, name);
        if (!this.#of.isLeftOut(path)) folders.push(path);
      }
    }
  }

  #add(folder: PathBytes, isTree: boolean): void {
    if (this.#watches.has(folder)) return;
    const { start = startWatch, touched } = this.#of;
    try {
      const watch = start(this.#at(folder), isTree, (name, isNamed) => {
        if (this.#isClosed) return;
        if (name === null) { touched(folder); return; }
        const path = joined(folder, isTree ? slashes(name) : name);
        if (inGit(path)) return;
        touched(path);
        if (isTree || !isNamed) return;
        // another folder may have taken the name since: its watch, and those below, are of the old one
        if (this.#watches.has(path)) this.#drop(path);
        if (this.#isFolder(path) && !this.#of.isLeftOut(path)) this.#came(path);
      }, (error) => {
        // a folder that is gone says so, on some systems as an error
        if (isGone(error) && folder !== ROOT) { this.#drop(folder); touched(folder); return; }
        this.#fail(error);
      });
      this.#watches.set(folder, watch);
    } catch (error) {
      // between the listing and the watch
      if (folder !== ROOT && isGone(error)) return;
      throw error;
    }
  }

  /** Its files may have come before its watch: it is looked at once more. */
  #came(path: PathBytes): void {
    this.watch(path);
    if (!this.#isClosed) this.#of.touched(path);
  }

  #drop(folder: PathBytes): void {
    for (const [path, watch] of this.#watches) {
      if (path !== folder && !path.startsWith(`${folder}/`)) continue;
      watch.close();
      this.#watches.delete(path);
    }
  }

  #fail(error: unknown): void {
    if (this.#isClosed) return;
    this.close();
    this.#of.failed(whyFailed(error));
  }

  #at(folder: PathBytes): Buffer {
    const root = Buffer.from(toBytes(this.#of.root));
    return folder === ROOT ? root : Buffer.concat([root, Buffer.from('/'), toBytes(folder)]);
  }

  #foldersIn(folder: PathBytes): ByteString[] {
    try {
      const found: ByteString[] = [];
      for (const entry of readdirSync(this.#at(folder), { withFileTypes: true, encoding: 'buffer' })) {
        if (!entry.isDirectory()) continue;
        const name = fromBytes(entry.name);
        if (!isGit(name)) found.push(name);
      }
      return found;
    } catch (error) {
      if (folder === ROOT) throw error;
      return [];
    }
  }

  #isFolder(path: PathBytes): boolean {
    try {
      return lstatSync(this.#at(path), { throwIfNoEntry: false })?.isDirectory() === true;
    } catch {
      return false;
    }
  }
}

const joined = (folder: PathBytes, name: ByteString): PathBytes => (folder === ROOT ? name : `${folder}/${name}`) as PathBytes;
const slashes = (name: ByteString): ByteString => (process.platform === 'win32' ? name.replaceAll('\\', '/') as ByteString : name);
const isGit = (name: string): boolean => name.toLowerCase() === '.git';
const inGit = (path: PathBytes): boolean => path.split('/').some(isGit);
const isGone = (error: unknown): boolean => ['ENOENT', 'ENOTDIR', 'EPERM'].includes(systemCode(error));

/** A sentence's end for a person; the status line shows it. */
export function whyFailed(error: unknown): string {
  switch (systemCode(error)) {
    case 'ENOSPC': return 'out of watches';
    case 'EMFILE': case 'ENFILE': return 'out of files to open';
    case 'ENOENT': case 'ENOTDIR': return 'the folder is gone';
    default: return error instanceof Error ? error.message : String(error);
  }
}
