// Trees against trees: what differs between two of them, what one has at a path, and the tree that a delta makes of one. Only
// folders that differ are read or written. Paths are those of files (and links and submodules), never of folders.
import { type ByteString, MOST_PATH, type Oid, type PathBytes } from '../../core/bytes.ts';
import type { Change, Changes } from '../../core/changes.ts';
import { AcumenError, bug } from '../../core/errors.ts';
import { Mode } from '../../core/repository.ts';
import type { Delta, Entry, RepositoryReader, RepositoryWriter, TreeEntry } from '../../core/repository.ts';
import type { BaseTree } from '../../core/treeMerge/merge.ts';
import { type Held, LACKING, settle } from '../../core/waves.ts';
import { encodeEntry, entriesOf, entryAt, entryNamed, isPlainTree, parseTree } from './format.ts';
import { type Folder, type Indexed, type Step, NO_ENTRIES, added, assembled, foldersOf, indexOf, keyOf, placeFor } from './growing.ts';
import { objectId } from './oids.ts';

/** Changes below one folder, by path within it. */
type Below = readonly (readonly [path: string, change: Change])[];
/** What differs in the folder itself; below it something was lacking as of that wave: one folder may be met in a million places. */
interface Unfinished { readonly wave: number; readonly list: readonly Differing[] }

/** What `git diff-tree -r --no-renames A B` lists. A null tree is empty. A file that became a folder is a delete and adds. */
export async function treeDiff(reader: RepositoryReader, a: Oid | null, b: Oid | null): Promise<Changes> {
  const trees = new Trees(reader);
  return settle(trees, () => trees.diff(a, b));
}

/** Bytes of trees, and places in lists of differences at some hundred bytes each, that are held before `trim` lets go of them. */
const HELD_BYTES = 48 << 20;
const BYTES_PER_CHANGE = 200;

/** Folders within folders: git's own limit (core.maxTreeDepth), and beyond any path that a file system or the contract takes. */
const MOST_DEPTH = 2048;
/** Ten folders of ten of ten … are a kilobyte on disk and more paths than any memory holds. */
const MOST_CHANGES = 100_000;

/** A folder of more bytes is looked up by a table, a smaller one by going through it. */
const TABLED_BYTES = 4096;

/**
 * Trees as their bytes, fetched in waves (core/waves.ts), checked once, compared as bytes, and differences of folders kept:
 * many trees compared with one share most folders, and what lies between a folder and the base's is then found once.
 */
export class Trees implements Held {
  readonly #reader: RepositoryReader;
  readonly #idBytes: number;
  #held = new Map<Oid, Buffer | AcumenError>();
  #compared = new Map<Oid | null, Map<Oid | null, Below | Unfinished>>();
  #wave = 0;
  readonly #changes = new WeakMap<Below, Changes>();
  #tables = new Map<Oid, ReadonlyMap<string, Entry>>();
  #indexes = new Map<Oid, Indexed>();
  #bytes = 0;
  #lacking = new Set<Oid>();
  readonly #coming = new Map<Oid, Promise<void>>();

  constructor(reader: RepositoryReader) {
    this.#reader = reader;
    this.#idBytes = reader.objectFormat === 'sha256' ? 32 : 20;
  }

  async load(): Promise<void> {
    const asked: Oid[] = [];
    const waits = new Set<Promise<void>>();
    for (const oid of this.#lacking) {
      const coming = this.#coming.get(oid);
      if (coming === undefined) asked.push(oid); else waits.add(coming);
    }
    this.#lacking = new Set();
    this.#wave++;
    if (asked.length > 0) {
      const wave = this.#fetch(asked).finally(() => { for (const oid of asked) this.#coming.delete(oid); });
      for (const oid of asked) this.#coming.set(oid, wave);
      waits.add(wave);
    }
    await Promise.all(waits);
  }

  async #fetch(oids: readonly Oid[]): Promise<void> {
    const found = await this.#reader.contents('tree', oids);
    // Copied out of what they arrived in, all into one: many small buffers cost more to make than to fill.
    const own = Buffer.allocUnsafeSlow(found.reduce((sum, bytes) => sum + (bytes instanceof AcumenError ? 0 : bytes.length), 0));
    let end = 0;
    for (let i = 0; i < oids.length; i++) {
      const oid = oids[i]!, bytes = found[i]!;
      this.#bytes += bytes instanceof AcumenError ? 500 : bytes.length + 200;
      if (bytes instanceof AcumenError) { this.#held.set(oid, bytes); continue; }
      own.set(bytes, end);
      this.#held.set(oid, checked(oid, own.subarray(end, end += bytes.length), this.#idBytes));
    }
  }

  get heldBytes(): number { return this.#bytes; }

  /** More is held than should be for long: whoever has no work under way may `trim`. */
  get isFull(): boolean { return this.#bytes > HELD_BYTES; }

  trim(): void {
    if (!this.isFull) return;
    this.#held = new Map();
    this.#compared = new Map();
    this.#tables = new Map();
    this.#indexes = new Map();
    this.#bytes = 0;
  }

  #tree(oid: Oid): Buffer | undefined {
    const found = this.#held.get(oid);
    if (found === undefined) this.#lacking.add(oid);
    else if (found instanceof AcumenError) throw found;
    return found;
  }

  /** Whether all is here that `diff` needs; what is not has been noted as lacking. */
  canDiff(a: Oid | null, b: Oid | null): boolean { return this.#below(a, b) !== null; }

  /** From one tree to another. Stops, as Held says, once all folders are named that it lacks at this depth. */
  diff(a: Oid | null, b: Oid | null): Changes {
    const list = this.#below(a, b);
    if (list === null) throw LACKING;
    let changes = this.#changes.get(list);
    if (changes === undefined) {
      if (list.some(([path]) => path.length > MOST_PATH)) throw tooManyPaths((b ?? a)!, `a path in it is longer than ${MOST_PATH >> 20} MiB`);
      this.#changes.set(list, changes = new Map(list as readonly (readonly [PathBytes, Change])[]));
    }
    return changes;
  }

  #below(a: Oid | null, b: Oid | null, depth = 0): Below | null {
    if (a === b) return NONE;
    if (depth > MOST_DEPTH) throw tooManyPaths(a ?? b!, `its folders are more than ${MOST_DEPTH} deep`);
    const before = this.#compared.get(a)?.get(b);
    if (Array.isArray(before)) return before as Below;
    const half = before as Unfinished | undefined;
    if (half?.wave === this.#wave) return null;
    const list = half?.list ?? this.#differing(a, b);
    if (list === null) return null;
    const out: [string, Change][] = [];
    let whole = true;
    for (const { name, before: x, after: y } of list) {
      if (out.length > MOST_CHANGES) throw tooManyPaths((b ?? a)!, `it differs in more than ${MOST_CHANGES} files`);
      if ((x ?? y)!.mode !== Mode.tree) {
        out.push([name, { before: x, after: y }]);
        continue;
      }
      const inner = this.#below(x?.oid ?? null, y?.oid ?? null, depth + 1);
      if (inner === null) whole = false;
      else for (const [path, change] of inner) out.push([`${name}/${path}`, change]);
    }
    const found = whole ? out : { wave: this.#wave, list }, ofA = this.#compared.get(a);
    if (ofA === undefined) this.#compared.set(a, new Map([[b, found]])); else ofA.set(b, found);
    if (!whole) return null;
    this.#bytes += (out.length + 1) * BYTES_PER_CHANGE;
    return out;
  }

  #differing(a: Oid | null, b: Oid | null): Differing[] | null {
    const left = a === null ? EMPTY : this.#tree(a), right = b === null ? EMPTY : this.#tree(b);
    return left === undefined || right === undefined ? null : differing(left, right, this.#idBytes);
  }

  /** What a delta makes of a tree: only folders that it changes are looked at, and of these only the entries that it names. */
  grow(root: Oid, delta: Delta): Grown {
    const made = new Map<Oid, Buffer>();
    const tree = this.#grow(root, foldersOf(delta), made);
    if (tree === undefined) throw LACKING;
    return { tree: tree ?? this.#make(EMPTY, made), made };
  }

  /** The folder after the delta, null where nothing is left in it, undefined where something is lacking. */
  #grow(tree: Oid | null, delta: Folder, made: Map<Oid, Buffer>): Oid | null | undefined {
    const bytes = tree === null ? EMPTY : this.#tree(tree);
    let lacks = bytes === undefined;
    const index = bytes === undefined || tree === null ? NO_ENTRIES : this.#indexed(tree, bytes);
    const steps: Step[] = [];
    for (const [name, { entry, folder }] of delta.names) {
      const place = index.at.get(name), wasFolder = place !== undefined && index.folders[place] === 1;
      // A deleted path was a file: a folder of that name is not meant.
      let next: Entry | null | undefined = entry === null && wasFolder ? undefined : entry;
      if (folder !== undefined) {
        if (bytes === undefined) continue;
        const inner = this.#grow(wasFolder ? entryAt(bytes, index.starts[place]!, this.#idBytes).oid : null, folder, made);
        if (inner === undefined) lacks = true;
        else if (inner !== null && next) {
          if (added(folder)) throw bug('a delta makes one path a file and a folder', { name });
        } else if (inner !== null) {
          next = { mode: Mode.tree, oid: inner };
        } else if (wasFolder) {
          next ??= null;
        }
      }
      if (next === undefined || (next === null && place === undefined)) continue;
      const stays = place !== undefined && next !== null && wasFolder === (next.mode === Mode.tree);
      if (place !== undefined) steps.push({ at: place, skip: 1, key: name, bytes: stays ? encodeEntry({ name, ...next! }) : EMPTY });
      if (next !== null && !stays) steps.push({ at: placeFor(index, name, next.mode === Mode.tree), skip: 0, key: keyOf(name, next.mode === Mode.tree), bytes: encodeEntry({ name, ...next }) });
    }
    if (lacks) return undefined;
    if (steps.length === 0) return tree;
    const next = assembled(bytes!, index, steps);
    return next.length === 0 ? null : next.equals(bytes!) ? tree : this.#make(next, made);
  }

  #make(bytes: Buffer, made: Map<Oid, Buffer>): Oid {
    const oid = objectId('tree', bytes, this.#reader.objectFormat);
    made.set(oid, bytes);
    return oid;
  }

  #indexed(tree: Oid, bytes: Buffer): Indexed {
    let index = this.#indexes.get(tree);
    if (index === undefined) {
      index = indexOf(bytes, this.#idBytes);
      this.#bytes += index.names.length * BYTES_PER_CHANGE;
      this.#indexes.set(tree, index);
    }
    return index;
  }

  /** What is at a path: a file-like entry, a tree (mode 040000), or null. */
  at(root: Oid, path: PathBytes): Entry | null {
    const entry = this.#at(root, path);
    if (entry === undefined) throw LACKING;
    return entry;
  }

  /** Stops unless all the folders on these paths are held: named beforehand, they come level by level. */
  needPaths(roots: readonly Oid[], paths: Iterable<PathBytes>): void {
    let lacks = false;
    for (const path of paths) for (const root of roots) if (this.#at(root, path) === undefined) lacks = true;
    if (lacks) throw LACKING;
  }

  #at(root: Oid, path: PathBytes): Entry | null | undefined {
    let entry: Entry = { mode: Mode.tree, oid: root };
    for (let from = 0; from < path.length;) {
      if (entry.mode !== Mode.tree) return null;
      const slash = path.indexOf('/', from), to = slash < 0 ? path.length : slash;
      const next = this.#entry(entry.oid, path.slice(from, to));
      if (next === null || next === undefined) return next;
      entry = next;
      from = to + 1;
    }
    return entry;
  }

  #entry(tree: Oid, name: string): Entry | null | undefined {
    const bytes = this.#tree(tree);
    if (bytes === undefined) return undefined;
    if (bytes.length <= TABLED_BYTES) return entryNamed(bytes, name, this.#idBytes);
    let table = this.#tables.get(tree);
    if (table === undefined) {
      table = new Map(entriesOf(bytes, this.#idBytes).map((e) => [e.name, { mode: e.mode, oid: e.oid }]));
      this.#bytes += table.size * BYTES_PER_CHANGE;
      this.#tables.set(tree, table);
    }
    return table.get(name) ?? null;
  }

  /** The file-like entry at a path, or null. */
  file(root: Oid, path: PathBytes): Entry | null {
    const entry = this.at(root, path);
    return entry === null || entry.mode === Mode.tree ? null : entry;
  }

  isDirectory(root: Oid, path: PathBytes): boolean { return this.at(root, path)?.mode === Mode.tree; }

  /** One root as a merge asks for it. */
  under(root: Oid): BaseTree {
    return { isDirectory: (path) => this.isDirectory(root, path), filesUnder: (path) => this.filesUnder(root, path) };
  }

  /** All file-like entries below a directory. */
  filesUnder(root: Oid, dir: PathBytes): PathBytes[] {
    const entry = this.at(root, dir);
    return entry === null || entry.mode !== Mode.tree ? [] : this.diff(null, entry.oid).keys().map((name) => (dir === '' ? name : `${dir}/${name}`) as PathBytes).toArray();
  }

  /** What is directly in a directory. */
  entriesIn(root: Oid, dir: PathBytes): readonly TreeEntry[] {
    const entry = this.at(root, dir);
    if (entry === null || entry.mode !== Mode.tree) return [];
    const bytes = this.#tree(entry.oid);
    if (bytes === undefined) throw LACKING;
    return entriesOf(bytes, this.#idBytes);
  }

  /** Names of the files directly in a directory. */
  namesIn(root: Oid, dir: PathBytes): ReadonlySet<string> {
    return new Set(this.entriesIn(root, dir).filter((e) => e.mode !== Mode.tree).map((e) => e.name));
  }
}

const NONE: Below = [];
const EMPTY = Buffer.alloc(0);

/** The bytes, or what parseTree refuses them for. */
function tooManyPaths(tree: Oid, why: string): AcumenError {
  return new AcumenError('too-large', `Tree ${tree} is too large to compare: ${why}.`, 'Leave out the branch that holds it with --refs, or split it.', { tree });
}

function checked(oid: Oid, bytes: Buffer, idBytes: number): Buffer | AcumenError {
  if (isPlainTree(bytes, idBytes)) return bytes;
  try {
    parseTree(oid, bytes);
    return bytes;
  } catch (error) {
    if (error instanceof AcumenError) return error;
    throw error;
  }
}

interface Differing { readonly name: ByteString; readonly before: Entry | null; readonly after: Entry | null }

/** Entries of one tree or both that are not the same in the other, in git's order. */
function differing(a: Buffer, b: Buffer, idBytes: number): Differing[] {
  const out: Differing[] = [];
  let i = 0, j = 0;
  while (i < a.length || j < b.length) {
    // Entries are mode, space, name, NUL, id: nearly all are the same bytes in both.
    if (i < a.length && j < b.length) {
      let k = 0;
      while (a[i + k] === b[j + k] && a[i + k] !== 0) k++;
      if (a[i + k] === 0 && b[j + k] === 0) {
        const id = k + 1, end = id + idBytes;
        k = id;
        while (k < end && a[i + k] === b[j + k]) k++;
        if (k < end) {
          const { name, mode, oid } = entryAt(a, i, idBytes);
          out.push({ name, before: { mode, oid }, after: { mode, oid: b.toString('hex', j + id, j + end) as Oid } });
        }
        i += end;
        j += end;
        continue;
      }
    }
    const x = i < a.length ? entryAt(a, i, idBytes) : undefined, y = j < b.length ? entryAt(b, j, idBytes) : undefined;
    const order = inOrder(x, y);
    if (order <= 0) i = x!.end;
    if (order >= 0) j = y!.end;
    const before = order <= 0 ? { mode: x!.mode, oid: x!.oid } : null, after = order >= 0 ? { mode: y!.mode, oid: y!.oid } : null;
    if (before === null || after === null || before.oid !== after.oid || before.mode !== after.mode) out.push({ name: (x !== undefined && order <= 0 ? x : y!).name, before, after });
  }
  return out;
}

/** Order of two entries in git's order of trees; 0 only for the same name and both folders or neither. */
function inOrder(x: TreeEntry | undefined, y: TreeEntry | undefined): number {
  if (x === undefined || y === undefined) return x === undefined ? 1 : -1;
  if (x.name === y.name && (x.mode === Mode.tree) === (y.mode === Mode.tree)) return 0;
  const [first, second] = [x, y].map(({ name, mode }) => (mode === Mode.tree ? `${name}/` : name)) as [string, string];
  return first < second ? -1 : 1;
}

/** The root of a tree that a delta makes, and all trees that were not there before, as their bytes. */
export interface Grown { readonly tree: Oid; readonly made: ReadonlyMap<Oid, Buffer> }

async function grown(reader: RepositoryReader, baseTree: Oid, delta: Delta): Promise<Grown> {
  const trees = new Trees(reader);
  return settle(trees, () => trees.grow(baseTree, delta));
}

/**
 * Writes the trees that a delta changes and answers the root. Folders that become empty vanish, as in git. An added path
 * replaces a file or a folder that is in its way. Blobs must be in the repository before.
 */
export async function buildTree(reader: RepositoryReader, baseTree: Oid, delta: Delta, writer: Pick<RepositoryWriter, 'writeTree'>): Promise<Oid> {
  const { tree, made } = await grown(reader, baseTree, delta);
  const idBytes = reader.objectFormat === 'sha256' ? 32 : 20;
  await Promise.all([...made.values()].map((bytes) => writer.writeTree(entriesOf(bytes, idBytes))));
  return tree;
}

/** The id of that tree, without writing anything. */
export async function treeIdOf(reader: RepositoryReader, baseTree: Oid, delta: Delta): Promise<Oid> {
  return (await grown(reader, baseTree, delta)).tree;
}
