// Goes over the files of a working tree, or over some places in it, and says what is not as the index has it or not surely so. Reads no
// contents. Folders are entered only where the name itself is a folder: no link leads out of the working tree.
import type { ByteString, Oid, PathBytes } from '../../../core/bytes.ts';
import { ancestors } from '../../../core/changes.ts';
import { AcumenError } from '../../../core/errors.ts';
import { Mode } from '../../../core/repository.ts';
import type { IndexEntry } from '../../../core/worktree/gitIndex.ts';
import type { Worktree } from '../../../core/worktree/model.ts';
import { hostileName } from '../names.ts';
import type { Turns } from '../turns.ts';
import { type FileStat, Unreadable, namesIn, statOf } from './files.ts';
import { nestedAt } from './nested.ts';
import { type Rules, folderOf } from './rules.ts';
import type { Settings } from './settings.ts';
import type { Staged } from './staged.ts';

export type Found =
  | { readonly kind: 'gone' }
  /** a file or a link to be read; `entry`: what the index has of it; `doubtful`: unchanged by its stat, to the second or the nanosecond */
  | { readonly kind: 'content'; readonly stat: FileStat; readonly entry: IndexEntry | undefined; readonly doubtful?: 'second' | 'nanosecond' }
  /** a repository, at this commit */
  | { readonly kind: 'commit'; readonly commit: Oid }
  | { readonly kind: 'not compared'; readonly reason: string };

/** More names than any working tree has, ignored folders apart. */
const MOST_NAMES = 5_000_000;
/** Either side of a time as a double of milliseconds. */
const ROUNDED_MS = 0.001;

export class Places {
  /** none below another; '' alone is everything */
  readonly paths: readonly PathBytes[];
  readonly #set: ReadonlySet<string>;
  readonly #rules: ReadonlySet<string>;

  constructor(paths: ReadonlySet<PathBytes>, rules: ReadonlySet<string>) {
    this.#set = paths;
    this.#rules = rules;
    this.paths = [...paths].filter((path) => path === '' || ![...ancestors(path), ''].some((above) => paths.has(above as PathBytes))).sort();
  }

  covers(path: PathBytes): boolean { return isAmong(this.#set, path); }
  /** Whether how its content is converted may be another than before. */
  rulesChanged(path: PathBytes): boolean { return isAmong(this.#rules, path); }
}

function isAmong(set: ReadonlySet<string>, path: PathBytes): boolean {
  if (set.has(path) || set.has('')) return true;
  for (const above of ancestors(path)) if (set.has(above)) return true;
  return false;
}

export class Walk {
  readonly #worktree: Worktree;
  readonly #settings: Settings;
  readonly #staged: Staged;
  readonly #rules: Rules;
  readonly #turns: Turns;
  #found = new Map<PathBytes, Found>();
  #seen = new Set<PathBytes>();
  #entered = new Set<PathBytes>();
  #names = 0;
  #folded: ReadonlySet<string> | null = null;

  constructor(worktree: Worktree, settings: Settings, staged: Staged, rules: Rules, turns: Turns) {
    this.#worktree = worktree;
    this.#settings = settings;
    this.#staged = staged;
    this.#rules = rules;
    this.#turns = turns;
  }

  /**
   * Where to look when these paths were touched: for a file of rules its folder; for what lies below something that is no folder any more,
   * or that was not gone through before (`known`: folders that were), that itself.
   */
  placesOf(touched: Iterable<PathBytes>, known: ReadonlySet<PathBytes>): Places {
    const paths: PathBytes[] = [], rules = new Set<string>();
    for (const raw of touched) {
      let path = raw.replace(/\/+$/, '') as PathBytes;
      const parts = path.split('/');
      if (path !== '' && parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\0'))) continue;
      const git = parts.findIndex((part) => this.#isDotGit(part));
      if (git === 0) continue;
      // Within a repository inside: its HEAD may have moved.
      if (git > 0) path = parts.slice(0, git).join('/') as PathBytes;
      const name = path.slice(path.lastIndexOf('/') + 1);
      if (name === '.gitignore' || name === '.gitattributes') {
        path = folderOf(path) as PathBytes;
        this.#rules.forget(path);
        if (name === '.gitattributes') rules.add(path);
      }
      if (path === '') rules.add('');
      paths.push(path);
    }
    const places = new Set<PathBytes>(), sound = new Set<PathBytes>();
    for (const path of paths) {
      let place = path;
      for (const above of ancestors(path)) {
        if (sound.has(above)) continue;
        if (!known.has(above) || !this.#isEntered(above)) {
          place = above;
          break;
        }
        sound.add(above);
      }
      places.add(place);
    }
    return new Places(places, rules);
  }

  /** Whether it is a folder that is gone through; those above it are. */
  #isEntered(folder: PathBytes): boolean {
    try {
      if (statOf(this.#at(folder))?.kind !== 'folder') return false;
      if (this.#staged.byPath.has(folder)) return false;
      if (this.#staged.folders.has(folder)) return true;
      return !this.#rules.isIgnored(folder, true) && statOf(this.#at(`${folder}/.git` as PathBytes)) === null;
    } catch (error) {
      if (error instanceof Unreadable) return false;
      throw error;
    }
  }

  /** What is otherwise than the index has it, at these places and below, and the folders that were gone through. */
  async visit(places: Places): Promise<{ readonly found: ReadonlyMap<PathBytes, Found>; readonly entered: ReadonlySet<PathBytes> }> {
    this.#found = new Map();
    this.#seen = new Set();
    this.#entered = new Set();
    for (const path of places.paths) {
      if (path === '') await this.#folder(path, false);
      else await this.#one(path, this.#isBelowIgnored(path));
      this.#missing(path);
    }
    this.#giveWay();
    return { found: this.#found, entered: this.#entered };
  }

  #isBelowIgnored(path: PathBytes): boolean {
    for (const above of ancestors(path)) if (this.#rules.isIgnored(above, true)) return true;
    return false;
  }

  async #folder(folder: PathBytes, isIgnored: boolean): Promise<void> {
    let names;
    try {
      names = namesIn(this.#at(folder));
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      return this.#unreadable(folder, error.message);
    }
    if (names === null) return;
    this.#entered.add(folder);
    if ((this.#names += names.length) > MOST_NAMES) {
      throw new AcumenError('too-large', `A working tree holds more than ${MOST_NAMES} files.`, 'Let .gitignore name the folders that are made by programs.', { most: MOST_NAMES });
    }
    for (const name of names) {
      if (this.#isDotGit(name)) continue;
      const wait = this.#turns.turn();
      if (wait !== undefined) await wait;
      await this.#one((folder === '' ? name : `${folder}/${name}`) as PathBytes, isIgnored);
    }
  }

  async #one(path: PathBytes, isIgnored: boolean): Promise<void> {
    const entry = this.#staged.byPath.get(path), isFolderOfTracked = this.#staged.folders.has(path);
    // Nothing that is ignored whatever it is needs a look.
    if (isIgnored && entry === undefined && !isFolderOfTracked) return;
    let stat;
    try {
      stat = statOf(this.#at(path));
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      return this.#unreadable(path, error.message);
    }
    if (stat === null) return;
    if (stat.kind === 'folder') {
      if (entry?.mode === Mode.submodule) this.#submodule(path, entry);
      else if (isFolderOfTracked) await this.#folder(path, isIgnored || this.#rules.isIgnored(path, true));
      else if (!isIgnored && !this.#rules.isIgnored(path, true)) await this.#untrackedFolder(path);
    } else if (entry !== undefined) {
      this.#tracked(path, entry, stat);
    } else if (stat.kind !== 'other' && !isIgnored && !this.#rules.isIgnored(path, false) && !this.#isTrackedOtherwise(path)) {
      this.#found.set(path, refusal(path) ?? { kind: 'content', stat, entry });
    }
  }

  async #untrackedFolder(path: PathBytes): Promise<void> {
    const refused = refusal(path);
    const nested = refused === null ? nestedAt(this.#worktree, this.#at(path)) : { kind: 'none' as const };
    if (refused !== null) this.#found.set(path, refused);
    else if (nested.kind === 'none') await this.#folder(path, false);
    else if (nested.kind === 'unreadable') this.#found.set(path, { kind: 'not compared', reason: nested.reason });
    else if (nested.kind === 'commit') this.#found.set(path, nested.commit === null ? { kind: 'not compared', reason: 'is a repository without a commit' } : { kind: 'commit', commit: nested.commit });
  }

  #submodule(path: PathBytes, entry: IndexEntry): void {
    this.#seen.add(path);
    if (entry.assumeUnchanged || (entry.skipWorktree && !this.#settings.sparse)) return;
    const nested = nestedAt(this.#worktree, this.#at(path));
    if (nested.kind === 'unreadable') this.#found.set(path, { kind: 'not compared', reason: nested.reason });
    else if (nested.kind === 'commit' && nested.commit !== null && (nested.commit !== entry.oid || entry.stage !== 0)) this.#found.set(path, { kind: 'commit', commit: nested.commit });
  }

  #tracked(path: PathBytes, entry: IndexEntry, stat: FileStat): void {
    this.#seen.add(path);
    if (entry.assumeUnchanged || (entry.skipWorktree && !this.#settings.sparse)) return;
    if (stat.kind === 'other') this.#found.set(path, { kind: 'not compared', reason: 'is neither a file nor a link nor a folder' });
    else if (!this.#hasStatOf(entry, stat)) this.#found.set(path, { kind: 'content', stat, entry });
    // git's own rule (racy-git.txt): a file as old as the index or younger may have changed in the same moment of the clock.
    else if (entry.stat.mtime >= this.#staged.written) this.#found.set(path, { kind: 'content', stat, entry, doubtful: entry.stat.mtimeNs === 0 ? 'second' : 'nanosecond' });
  }

  /** Contents change with their time; whatever else of a file changes has the second of its own, as for git. */
  #hasStatOf(entry: IndexEntry, stat: FileStat): boolean {
    const known = entry.stat;
    if (entry.stage !== 0 || entry.intentToAdd || known.size !== stat.size % 2 ** 32) return false;
    if ((known.ino !== 0 && known.ino !== stat.ino) || !isTime(known.mtime, known.mtimeNs, stat.mtimeMs) || !isTime(known.ctime, 0, stat.ctimeMs)) return false;
    if (stat.kind === 'link') return entry.mode === Mode.symlink;
    if (entry.mode === Mode.symlink) return !this.#settings.symlinks;
    return entry.mode !== Mode.submodule && (!this.#settings.fileMode || (entry.mode === Mode.executable) === ((stat.mode & 0o100) !== 0));
  }

  /** Tracked paths at and below a place where nothing was met are gone, but for those that need not be there. */
  #missing(place: PathBytes): void {
    const { entries } = this.#staged;
    const look = (entry: IndexEntry | undefined): void => {
      if (entry === undefined || this.#seen.has(entry.path) || entry.assumeUnchanged || entry.skipWorktree) return;
      this.#found.set(entry.path, { kind: 'gone' });
    };
    if (place !== '') look(this.#staged.byPath.get(place));
    for (const entry of below(entries, place)) look(entry);
  }

  /** What is taken to be as the index has it is not where a file lies above or below it: git takes it out then, for a tree cannot hold both. */
  #giveWay(): void {
    for (const [path, { kind }] of [...this.#found]) {
      if (kind !== 'content' && kind !== 'commit') continue;
      const inTheWay = [...[...ancestors(path)].map((above) => this.#staged.byPath.get(above)), ...this.#staged.folders.has(path) ? below(this.#staged.entries, path) : []];
      for (const entry of inTheWay) if (entry !== undefined && !this.#found.has(entry.path)) this.#found.set(entry.path, { kind: 'gone' });
    }
  }

  #unreadable(path: PathBytes, reason: string): void {
    this.#found.set(path, { kind: 'not compared', reason });
    this.#seen.add(path);
    for (const entry of below(this.#staged.entries, path)) this.#seen.add(entry.path);
  }

  #isDotGit(name: string): boolean { return name === '.git' || (this.#settings.ignoreCase && name.toLowerCase() === '.git'); }

  /** core.ignoreCase: the index has it in another case. */
  #isTrackedOtherwise(path: PathBytes): boolean {
    if (!this.#settings.ignoreCase) return false;
    const fold = (text: string): string => text.replace(/[A-Z]/g, (c) => c.toLowerCase());
    this.#folded ??= new Set(this.#staged.entries.map((entry) => fold(entry.path)));
    return this.#folded.has(fold(path));
  }

  #at(path: PathBytes): ByteString { return (path === '' ? this.#worktree.root : `${this.#worktree.root}/${path}`) as ByteString; }
}

function refusal(path: PathBytes): Found | null {
  const why = hostileName(path.slice(path.lastIndexOf('/') + 1) as ByteString);
  return why === null ? null : { kind: 'not compared', reason: `has a name that no tree may hold: ${why}` };
}

/** `ns` 0: whoever wrote it knows no nanoseconds, or they do not count. */
function isTime(seconds: number, ns: number, ms: number): boolean {
  return ns === 0 ? Math.floor((ms + ROUNDED_MS) / 1000) === seconds : Math.abs(seconds * 1000 + ns / 1e6 - ms) < ROUNDED_MS;
}

/** Entries below a folder, which stand together. */
function* below(entries: readonly IndexEntry[], folder: PathBytes): Iterable<IndexEntry> {
  const base = folder === '' ? '' : `${folder}/`;
  let low = 0, high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (entries[middle]!.path < base) low = middle + 1; else high = middle;
  }
  for (let i = low; i < entries.length && entries[i]!.path.startsWith(base); i++) yield entries[i]!;
}
