// Trees against trees: what differs between two of them, and the tree that a delta makes of one. Only folders that differ
// are read or written. Paths are those of files (and links and submodules), never of folders.
import { LRUCache } from 'lru-cache';
import type { ByteString, Oid, PathBytes } from '../../core/bytes.ts';
import type { Change, Changes } from '../../core/changes.ts';
import { bug } from '../../core/errors.ts';
import { Mode } from '../../core/repository.ts';
import type { Delta, Entry, RepositoryReader, RepositoryWriter, TreeEntry } from '../../core/repository.ts';
import { encodeTree } from './format.ts';
import { objectId } from './oids.ts';

/** Changes below one folder, by path within it. */
type Below = readonly (readonly [path: string, change: Change])[];

/**
 * Differences of folders already compared. It pays where many trees are compared with one: their merge bases share most
 * folders, and the difference from a folder to the base's is then found once.
 */
const compared = new WeakMap<RepositoryReader, LRUCache<string, Below>>();
const COMPARED_CHANGES = 200_000;

/** What `git diff-tree -r --no-renames A B` lists. A null tree is empty. A file that became a folder is a delete and adds. */
export async function treeDiff(reader: RepositoryReader, a: Oid | null, b: Oid | null): Promise<Changes> {
  const changes = new Map<PathBytes, Change>();
  for (const [path, change] of await below(reader, a, b)) changes.set(path as PathBytes, change);
  return changes;
}

async function below(reader: RepositoryReader, a: Oid | null, b: Oid | null): Promise<Below> {
  if (a === b) return [];
  let known = compared.get(reader);
  if (known === undefined) compared.set(reader, known = new LRUCache({ maxSize: COMPARED_CHANGES, sizeCalculation: (list) => list.length + 1 }));
  const key = `${a} ${b}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const list = await compare(reader, a, b);
  known.set(key, list);
  return list;
}

async function compare(reader: RepositoryReader, a: Oid | null, b: Oid | null): Promise<Below> {
  const out: [string, Change][] = [];
  const left = a === null ? [] : await reader.tree(a);
  const right = b === null ? [] : await reader.tree(b);
  for (let i = 0, j = 0; i < left.length || j < right.length;) {
    const order = inOrder(left[i], right[j]);
    const before = order <= 0 ? left[i++]! : null;
    const after = order >= 0 ? right[j++]! : null;
    if (before !== null && after !== null && before.oid === after.oid && before.mode === after.mode) continue;
    const { name, mode } = (before ?? after)!;
    if (mode === Mode.tree) {
      for (const [path, change] of await below(reader, before?.oid ?? null, after?.oid ?? null)) out.push([`${name}/${path}`, change]);
    } else {
      out.push([name, { before: entryOf(before), after: entryOf(after) }]);
    }
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

function entryOf(entry: TreeEntry | null): Entry | null {
  return entry === null ? null : { mode: entry.mode, oid: entry.oid };
}

/** A delta by folders: what becomes of a name itself, and of names below it. */
interface Folder { readonly names: Map<ByteString, { entry?: Entry | null; folder?: Folder }> }

function foldersOf(delta: Delta): Folder {
  const root: Folder = { names: new Map() };
  for (const [path, entry] of delta) {
    const parts = path.split('/') as ByteString[];
    const last = parts.pop()!;
    let folder = root;
    for (const part of parts) {
      const step = at(folder, part);
      folder = step.folder ??= { names: new Map() };
    }
    at(folder, last).entry = entry;
  }
  return root;
}

function at(folder: Folder, name: ByteString): { entry?: Entry | null; folder?: Folder } {
  let step = folder.names.get(name);
  if (step === undefined) folder.names.set(name, step = {});
  return step;
}

type Put = (entries: readonly TreeEntry[]) => Promise<Oid>;

/** The folder after the delta, or null where nothing is left in it. */
async function apply(reader: RepositoryReader, tree: Oid | null, delta: Folder, put: Put): Promise<Oid | null> {
  const entries = new Map<ByteString, TreeEntry>();
  if (tree !== null) for (const entry of await reader.tree(tree)) entries.set(entry.name, entry);
  await Promise.all([...delta.names].map(async ([name, { entry, folder }]) => {
    const was = entries.get(name);
    const wasFolder = was?.mode === Mode.tree;
    let next: Entry | null | undefined = entry;
    // A deleted path was a file: a folder of that name is not meant.
    if (next === null && wasFolder) next = undefined;
    if (folder !== undefined) {
      const inner = await apply(reader, wasFolder ? was.oid : null, folder, put);
      if (inner !== null && next) {
        if (added(folder)) throw bug('a delta makes one path a file and a folder', { name });
      } else if (inner !== null) {
        next = { mode: Mode.tree, oid: inner };
      } else if (wasFolder) {
        next ??= null;
      }
    }
    if (next === undefined) return;
    if (next === null) entries.delete(name);
    else entries.set(name, { name, mode: next.mode, oid: next.oid });
  }));
  return entries.size === 0 ? null : put([...entries.values()]);
}

function added(folder: Folder): boolean {
  return [...folder.names.values()].some((step) => step.entry || (step.folder !== undefined && added(step.folder)));
}

/**
 * Writes the trees that a delta changes and answers the root. Folders that become empty vanish, as in git. An added path
 * replaces a file or a folder that is in its way. Blobs must be in the repository before.
 */
export async function buildTree(reader: RepositoryReader, baseTree: Oid, delta: Delta, writer: RepositoryWriter): Promise<Oid> {
  return await apply(reader, baseTree, foldersOf(delta), (entries) => writer.writeTree(entries)) ?? await writer.writeTree([]);
}

/** The id of that tree, without writing anything. */
export async function treeIdOf(reader: RepositoryReader, baseTree: Oid, delta: Delta): Promise<Oid> {
  const put: Put = async (entries) => objectId('tree', encodeTree(entries), reader.objectFormat);
  return await apply(reader, baseTree, foldersOf(delta), put) ?? put([]);
}
