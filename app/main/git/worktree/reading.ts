// One working tree, read again and again: what differs from HEAD, from the files themselves, at the cost of what was touched. Nothing in
// it is changed: the index is not refreshed, no lock is taken, no program runs, no link is followed. What the index says of a file
// that nobody touched since is believed by git's own rule (racy-git.txt); everything else is read, converted and hashed here.
import { type ByteString, type Oid, type PathBytes, display } from '../../../core/bytes.ts';
import type { Change } from '../../../core/changes.ts';
import { sameEntry } from '../../../core/changes.ts';
import { AcumenError } from '../../../core/errors.ts';
import { type Delta, type Entry, type Head, Mode, type RepositoryReader } from '../../../core/repository.ts';
import { asksStored, conversionOf, converted } from '../../../core/worktree/conversion.ts';
import { sameIndexEntry } from '../../../core/worktree/gitIndex.ts';
import { settle } from '../../../core/waves.ts';
import type { NotCompared, Worktree, WorktreeSnapshot } from '../../../core/worktree/model.ts';
import { readConfig } from '../embedded/locate.ts';
import { type RefStore, refStoreOf } from '../embedded/refs.ts';
import { ID_DIGITS, objectIdGently } from '../oids.ts';
import { Trees } from '../trees.ts';
import { Turns } from '../turns.ts';
import { type FileStat, Unreadable, contentOf, linkTarget, sameStat, statOf } from './files.ts';
import { Rules } from './rules.ts';
import { NO_USER, type Settings, type UserSettings, settingsOf } from './settings.ts';
import { type Staged, indexStamp, readStaged, stagedChanges, stagedEntry } from './staged.ts';
import { type Found, Walk } from './walk.ts';

/** Bytes of one file that are read, and of all that changed in one working tree that are held. */
const MOST_FILE_BYTES = 64 << 20, MOST_HELD_BYTES = 256 << 20;
const MOST_CHANGED = 20_000;

export interface ReadingLimits { readonly fileBytes: number; readonly heldBytes: number; readonly changed: number }
const LIMITS: ReadingLimits = { fileBytes: MOST_FILE_BYTES, heldBytes: MOST_HELD_BYTES, changed: MOST_CHANGED };

/** A file that changed this shortly before it was read may change again without a new time: file systems count in up to two seconds. */
const DOUBTFUL_MS = 2000;

/** What reading a file came to. `bytes`: null where they are the index's, 'dropped' where there was no room for them. */
type Read = { readonly entry: Entry; readonly bytes: Uint8Array | 'dropped' | null; readonly stat: FileStat; readonly certain: boolean } | { readonly reason: string };

/** What is at a path that is not, or not surely, as the index has it. */
interface Difference { readonly found: Found; read: Read | null }

export class WorktreeReading {
  readonly worktree: Worktree;
  readonly #reader: RepositoryReader;
  readonly #user: UserSettings;
  readonly #limits: ReadingLimits;
  readonly #idBytes: number;
  readonly #trees: Trees;
  #settings: Settings | null = null;
  #refs: RefStore | null = null;
  #rules: Rules | null = null;
  #stamp: string | null = null;
  #staged: Staged | null = null;
  /** what the index has of files of rules */
  #stored: ReadonlyMap<PathBytes, Uint8Array> = new Map();
  #head: Head | null = null;
  #tree: Oid | null = null;
  #changes: ReadonlyMap<PathBytes, Change> = new Map();
  #differences = new Map<PathBytes, Difference>();
  #folders = new Set<PathBytes>();
  #came = new Set<PathBytes>();
  #went = new Set<PathBytes>();
  /** ids that the repository is known to hold */
  readonly #held = new Set<Oid>();
  /** staged, and not held */
  readonly #lacking = new Set<Oid>();

  constructor(reader: RepositoryReader, worktree: Worktree, user: UserSettings = NO_USER, limits: ReadingLimits = LIMITS) {
    this.worktree = worktree;
    this.#limits = limits;
    this.#reader = reader;
    this.#user = user;
    this.#idBytes = ID_DIGITS[reader.objectFormat] / 2;
    this.#trees = new Trees(reader);
  }

  /** All of it, from the disk. */
  async read(): Promise<WorktreeSnapshot> {
    const { gitDir, headDir } = this.worktree;
    this.#settings = settingsOf(this.worktree, this.#user);
    this.#refs = refStoreOf({ gitDir, headDir }, readConfig(gitDir, 'native'));
    return this.#look(new Set(['' as PathBytes]));
  }

  /**
   * As `read`, looking only at these paths and what lies below them, and at what the index, HEAD, ignore rules and attributes among them
   * change. Relative to the root; '' is everything. Configuration is read by `read` alone.
   */
  async reread(touched: Iterable<PathBytes>): Promise<WorktreeSnapshot> {
    if (this.#settings === null) return this.read();
    return this.#look(new Set(touched));
  }

  /** Folders whose files count, '' for the root: those that hold tracked paths, and what is not ignored. */
  get folders(): ReadonlySet<PathBytes> { return this.#folders; }

  /** What became of `folders` since this was last asked. */
  foldersMoved(): { readonly came: readonly PathBytes[]; readonly went: readonly PathBytes[] } {
    const moved = { came: [...this.#came], went: [...this.#went] };
    this.#came = new Set();
    this.#went = new Set();
    return moved;
  }

  async #look(touched: Set<PathBytes>): Promise<WorktreeSnapshot> {
    try {
      this.#trees.trim();
      await this.#readIndex(touched);
      await this.#readHead();
      this.#mustBeThere();
      await this.#walk(touched);
      // Taken away meanwhile, it would look as if everything were deleted.
      this.#mustBeThere();
      return await this.#snapshot();
    } catch (error) {
      // Half of what is held is new: next time all of it is read.
      this.#settings = null;
      this.#stamp = null;
      this.#head = null;
      throw error;
    }
  }

  #mustBeThere(): void {
    const { root } = this.worktree;
    if (statIfReadable(`${root}/.git` as ByteString) !== null) return;
    throw new AcumenError('io', `The folder ${display(root)} of ${display(this.worktree.name)} is gone.`, 'Bring it back, or let git forget it with `git worktree prune`.', { path: display(root) });
  }

  /** Adds to `touched` what the index says otherwise than before. */
  async #readIndex(touched: Set<PathBytes>): Promise<void> {
    const stamp = indexStamp(this.worktree.headDir);
    if (stamp === this.#stamp) return;
    const before = this.#staged, staged = await readStaged(this.worktree.headDir, this.#idBytes, this.#trees);
    this.#stamp = stamp;
    this.#staged = staged;
    this.#head = null;
    const rules = staged.entries.filter(({ path, mode }) => mode !== Mode.submodule && /(?:^|\/)\.git(?:attributes|ignore)$/.test(path));
    // git asks the index for attributes wherever the file is missing, for ignore rules only where it is not checked out.
    const asked = rules.filter((entry) => entry.path.endsWith('attributes') || entry.skipWorktree);
    const contents = await this.#reader.contents('blob', asked.map(({ oid }) => oid), MOST_FILE_BYTES);
    this.#stored = new Map(asked.flatMap(({ path }, i) => (contents[i] instanceof Uint8Array ? [[path, contents[i]] as const] : [])));
    this.#rules ??= new Rules(this.worktree, this.#settings!, (path) => this.#stored.get(path) ?? null);
    if (before === null || touched.has('' as PathBytes)) return;
    for (const entry of staged.entries) if (!sameIndexEntry(before.byPath.get(entry.path), entry)) touched.add(entry.path);
    for (const { path } of before.entries) if (!staged.byPath.has(path)) touched.add(path);
    // A later index may leave no doubt.
    for (const [path, { found }] of this.#differences) if (found.kind === 'content' && found.doubtful !== undefined) touched.add(path);
  }

  async #readHead(): Promise<void> {
    const refs = this.#refs!;
    const value = refs.get('HEAD' as ByteString), { name, oid } = refs.follow('HEAD' as ByteString);
    const head: Head = oid === null ? { kind: 'unborn', ref: name } : value?.kind === 'symbolic' ? { kind: 'branch', ref: name, oid } : { kind: 'detached', oid };
    const known = this.#head;
    this.#head = head;
    if (known !== null && known.kind !== 'unborn' && head.kind !== 'unborn' && known.oid === head.oid) return;
    this.#tree = head.kind === 'unborn' ? null : (await this.#reader.commit(head.oid)).tree;
    this.#changes = await stagedChanges(this.#trees, this.#tree, this.#staged!);
  }

  async #walk(touched: Set<PathBytes>): Promise<void> {
    if (touched.has('' as PathBytes)) this.#rules = new Rules(this.worktree, this.#settings!, (path) => this.#stored.get(path) ?? null);
    const walk = new Walk(this.worktree, this.#settings!, this.#staged!, this.#rules!, new Turns());
    const places = walk.placesOf(touched, this.#folders);
    // What a place and all below it came to before: what is still so need not be read again.
    const old = new Map<PathBytes, Difference>();
    for (const [path, difference] of this.#differences) {
      if (!places.covers(path)) continue;
      old.set(path, difference);
      this.#differences.delete(path);
    }
    const { found: differing, entered } = await walk.visit(places);
    for (const folder of this.#folders) {
      if (!places.covers(folder) || entered.has(folder)) continue;
      this.#folders.delete(folder);
      if (!this.#came.delete(folder)) this.#went.add(folder);
    }
    for (const folder of entered) {
      if (this.#folders.has(folder)) continue;
      this.#folders.add(folder);
      // A folder that went and came may be another one by now: both are told.
      this.#came.add(folder);
    }
    for (const [path, found] of differing) {
      const before = old.get(path);
      const kept = before?.read != null && 'entry' in before.read && before.read.certain && found.kind === 'content' && before.found.kind === 'content'
        && sameStat(before.read.stat, found.stat) && sameIndexEntry(before.found.entry, found.entry) && !places.rulesChanged(path);
      this.#differences.set(path, { found, read: kept ? before.read : null });
    }
  }

  async #snapshot(): Promise<WorktreeSnapshot> {
    const staged = this.#staged!;
    const changes: [PathBytes, Change][] = [], notCompared: NotCompared[] = [], unmerged: PathBytes[] = [], blobs = new Map<Oid, Uint8Array>();
    for (const path of staged.hostile) notCompared.push({ path, reason: 'is a path that no tree may hold' });
    await this.#checkHeld();
    const paths = [...new Set([...this.#changes.keys(), ...this.#differences.keys()])].sort(byBytes);
    let bytes = 0;
    for (const path of paths) {
      const difference = this.#differences.get(path);
      const entry = staged.byPath.get(path), change = this.#changes.get(path);
      const before = change !== undefined ? change.before : stagedEntry(entry);
      const result = difference === undefined ? { entry: change!.after } : await this.#resolved(path, difference, this.#limits.heldBytes - bytes, changes.length);
      if ('reason' in result) {
        notCompared.push({ path, reason: result.reason });
        continue;
      }
      if (sameEntry(before, result.entry)) continue;
      changes.push([path, { before, after: result.entry }]);
      if (entry !== undefined && entry.stage !== 0) unmerged.push(path);
      if (difference?.read != null && 'bytes' in difference.read && difference.read.bytes instanceof Uint8Array && result.entry !== null) {
        blobs.set(result.entry.oid, difference.read.bytes);
        bytes += difference.read.stat.size;
      }
    }
    notCompared.sort((a, b) => byBytes(a.path, b.path));
    const tree = this.#tree, delta: Delta = new Map(changes.map(([path, { after }]) => [path, after]));
    // With the trees that are held already: asking anew for those above each changed file costs more than all the rest.
    const grown = tree === null || changes.length === 0 ? null : await settle(this.#trees, () => this.#trees.grow(tree, delta));
    return { head: this.#head!, tree, changes: new Map(changes), grown, blobs, notCompared, unmerged };
  }

  /** A staged content that the repository does not hold is read from the file, like one that was not staged. */
  async #checkHeld(): Promise<void> {
    const asked = [...this.#changes].filter(([, { after }]) => after !== null && after.mode !== Mode.submodule && !this.#held.has(after.oid));
    const sizes = await this.#reader.blobSizes(asked.map(([, { after }]) => after!.oid));
    for (const [i, [path, { after }]] of asked.entries()) {
      if (typeof sizes[i] === 'number') {
        this.#held.add(after!.oid);
        continue;
      }
      this.#lacking.add(after!.oid);
      if (this.#differences.has(path)) continue;
      const stat = statIfReadable(this.#at(path)), entry = this.#staged!.byPath.get(path);
      const isThere = entry !== undefined && !entry.skipWorktree && stat !== null && (stat.kind === 'file' || stat.kind === 'link');
      this.#differences.set(path, { found: isThere ? { kind: 'content', stat, entry } : { kind: 'not compared', reason: 'is staged with a content that the repository does not have' }, read: null });
    }
  }

  /** `left`: bytes that may still be held; `files`: that changed and come before by name. */
  async #resolved(path: PathBytes, difference: Difference, left: number, files: number): Promise<{ readonly entry: Entry | null } | { readonly reason: string }> {
    const { found } = difference, { changed, heldBytes } = this.#limits;
    if (found.kind === 'gone') return { entry: null };
    if (found.kind === 'not compared') return { reason: found.reason };
    if (found.kind === 'commit') return { entry: { mode: Mode.submodule, oid: found.commit } };
    const without = (size: number): { readonly reason: string } | null => (files >= changed ? { reason: `is one of more than ${changed} changed files` }
      : size > left ? { reason: `is beyond ${heldBytes >> 20} MiB of changed files` } : null);
    // What the index has is read whatever the rest comes to: it may turn out to be the same.
    const early = found.entry === undefined ? without(found.stat.size) : null;
    if (early !== null) return early;
    if (difference.read !== null && 'bytes' in difference.read && difference.read.bytes === 'dropped' && without(difference.read.stat.size) === null) difference.read = null;
    const read = difference.read ??= await this.#readFile(path, found);
    if (read === null) return { entry: null };
    if ('reason' in read || read.bytes === null) return read;
    const late = without(read.stat.size);
    if (late !== null) difference.read = { ...read, bytes: 'dropped' };
    return late ?? read;
  }

  async #readFile(path: PathBytes, found: Found & { readonly kind: 'content' }): Promise<Read | null> {
    const looked = Date.now();
    try {
      return await this.#readContent(path, found, looked);
    } catch (error) {
      if (error instanceof Unreadable) return { reason: error.message };
      throw error;
    }
  }

  async #readContent(path: PathBytes, { stat, entry, doubtful }: Found & { readonly kind: 'content' }, looked: number): Promise<Read | null> {
    const { symlinks, fileMode } = this.#settings!;
    const done = async (mode: number, bytes: Uint8Array, seen: FileStat): Promise<Read> => {
      const oid = await objectIdGently('blob', bytes, this.#reader.objectFormat);
      const certain = Math.max(seen.mtimeMs, seen.ctimeMs) < looked - DOUBTFUL_MS;
      const known = entry !== undefined && entry.stage === 0 && entry.oid === oid && !this.#lacking.has(oid);
      return { entry: { mode, oid }, bytes: known ? null : bytes, stat: seen, certain };
    };
    if (stat.kind === 'link') {
      const target = linkTarget(this.#at(path));
      return target === null ? null : done(Mode.symlink, target, stat);
    }
    // Where the file system has no links, git writes their text into files.
    const isLink = !symlinks && entry?.mode === Mode.symlink;
    const conversion = isLink ? null : conversionOf(this.#rules!.attributes(path), this.#settings!);
    // Nobody here can tell what a filter makes of it: where it was not touched since git looked, it is what git said.
    if (conversion?.kind === 'not compared') return doubtful === 'nanosecond' ? { entry: stagedEntry(entry)!, bytes: null, stat, certain: true } : { reason: conversion.reason };
    const content = contentOf(this.#at(path), this.#limits.fileBytes);
    if (content === null) return null;
    const isRegular = entry?.mode === Mode.file || entry?.mode === Mode.executable;
    const mode = isLink ? Mode.symlink : fileMode ? (content.stat.mode & 0o100) === 0 ? Mode.file : Mode.executable : isRegular ? entry.mode : Mode.file;
    if (conversion === null) return done(mode, content.bytes, content.stat);
    const stored = entry !== undefined && asksStored(content.bytes, conversion) ? await this.#reader.contents('blob', [entry.oid], MOST_FILE_BYTES) : [];
    return done(mode, converted(content.bytes, conversion, stored[0] instanceof AcumenError ? null : stored[0] ?? null), content.stat);
  }

  #at(path: PathBytes): ByteString { return `${this.worktree.root}/${path}` as ByteString; }
}

const byBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function statIfReadable(path: ByteString): FileStat | null {
  try {
    return statOf(path);
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}
