// The index of a working tree as a table, and what differs in it from HEAD's tree. It is read as it lies: nothing is refreshed, and no
// lock is taken, for git replaces the file as a whole.
import { hash } from 'node:crypto';
import { type ByteString, type Oid, type PathBytes } from '../../../core/bytes.ts';
import type { Change } from '../../../core/changes.ts';
import { type Entry, Mode, type TreeEntry } from '../../../core/repository.ts';
import { type IndexEntry, IndexError, parseIndex } from '../../../core/worktree/gitIndex.ts';
import { LACKING, settle } from '../../../core/waves.ts';
import { inside, lstatIfThere, readSmall } from '../embedded/files.ts';
import { corruptObject } from '../failures.ts';
import { hostileName } from '../names.ts';
import type { Trees } from '../trees.ts';

/** Two million files and more; its text becomes one string. */
const INDEX_BYTES = 256 << 20;
const NOTHING: IndexEntry['stat'] = { ctime: 0, ctimeNs: 0, mtime: 0, mtimeNs: 0, ino: 0, size: 0 };

export interface Staged {
  /** in git's order; of an unmerged path one entry, ours if there is one */
  readonly entries: readonly IndexEntry[];
  readonly byPath: ReadonlyMap<string, IndexEntry>;
  /** folders that hold tracked paths */
  readonly folders: ReadonlySet<string>;
  /** paths that no tree may hold */
  readonly hostile: readonly PathBytes[];
  /** of the file, in seconds: what changed in that second or later may have changed after it was written */
  readonly written: number;
  readonly cached: ReadonlyMap<string, Oid>;
}

/** Of the index file; changes whenever git replaces it. */
export function indexStamp(headDir: ByteString): string {
  const stat = lstatIfThere(inside(headDir, 'index'));
  return stat === null ? '' : `${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}`;
}

export async function readStaged(headDir: ByteString, idBytes: number, trees: Trees): Promise<Staged> {
  const path = inside(headDir, 'index');
  const stat = lstatIfThere(path);
  const bytes = stat === null ? null : readSmall(path, INDEX_BYTES);
  if (bytes === null) return table([], new Map(), 0);
  checkSum(path, bytes, idBytes);
  let read;
  try {
    read = parseIndex(bytes, idBytes, (oid) => {
      const sharedPath = inside(headDir, `sharedindex.${oid}`), shared = readSmall(sharedPath, INDEX_BYTES);
      if (shared !== null) checkSum(sharedPath, shared, idBytes);
      return shared;
    });
  } catch (error) {
    if (!(error instanceof IndexError)) throw error;
    throw corruptObject(String(path), error.message, { path: String(path) }, error);
  }
  const sparse = read.entries.filter((entry) => entry.mode === Mode.tree);
  const entries = sparse.length === 0 ? read.entries : await expanded(read.entries, trees);
  // The time before reading: a file that is replaced meanwhile only makes more of the files doubtful.
  return table(entries, sparse.length === 0 ? read.cached : new Map(), Math.floor(stat!.mtimeMs / 1000));
}

/** git itself does not look, for speed; a damaged index would show as edits of whatever is damaged. All zeros: index.skipHash. */
function checkSum(path: string | Buffer, bytes: Buffer, idBytes: number): void {
  const said = bytes.subarray(-idBytes);
  if (bytes.length >= idBytes && (said.every((byte) => byte === 0) || hash(idBytes === 32 ? 'sha256' : 'sha1', bytes.subarray(0, -idBytes), 'buffer').equals(said))) return;
  throw corruptObject(String(path), 'its checksum is not that of its content', { path: String(path) });
}

/** Folders of a sparse index are what lies in their trees, none of it checked out. */
async function expanded(entries: readonly IndexEntry[], trees: Trees): Promise<IndexEntry[]> {
  const out: IndexEntry[] = [];
  for (const entry of entries) {
    if (entry.mode !== Mode.tree) {
      out.push(entry);
      continue;
    }
    for (const [below, { after }] of await settle(trees, () => trees.diff(null, entry.oid))) {
      out.push({ path: `${entry.path}${below}` as PathBytes, ...after!, stage: 0, assumeUnchanged: false, skipWorktree: true, intentToAdd: false, stat: NOTHING });
    }
  }
  return out.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.stage - b.stage));
}

function table(entries: readonly IndexEntry[], cached: ReadonlyMap<string, Oid>, written: number): Staged {
  const byPath = new Map<string, IndexEntry>(), folders = new Set<string>(), hostile: PathBytes[] = [];
  let last = '', sound = true;
  for (const entry of entries) {
    const slash = entry.path.lastIndexOf('/'), folder = slash < 0 ? '' : entry.path.slice(0, slash);
    if (folder !== last) {
      last = folder;
      sound = folder === '' || folder.split('/').every((name) => hostileName(name as ByteString) === null);
      for (let at = folder; sound && at !== '' && !folders.has(at); at = at.slice(0, Math.max(at.lastIndexOf('/'), 0))) folders.add(at);
    }
    if (!sound || hostileName(entry.path.slice(slash + 1) as ByteString) !== null) {
      hostile.push(entry.path);
      continue;
    }
    const there = byPath.get(entry.path);
    if (there === undefined || (there.stage !== 0 && (entry.stage === 0 || entry.stage === 2))) byPath.set(entry.path, entry);
  }
  return { entries: [...byPath.values()], byPath, folders, hostile: [...new Set(hostile)], written, cached };
}

/** What the index would put into a tree; null for what is not merged yet, or only meant to be added. */
export function stagedEntry(entry: IndexEntry | undefined): Entry | null {
  return entry === undefined || entry.stage !== 0 || entry.intentToAdd ? null : { mode: entry.mode, oid: entry.oid };
}

/** From HEAD's tree to the index. Folders whose tree the index remembers, and that HEAD has, are not looked into. */
export function stagedChanges(trees: Trees, head: Oid | null, staged: Staged): Promise<Map<PathBytes, Change>> {
  return settle(trees, () => {
    const out = new Map<PathBytes, Change>();
    let lacks = false;
    const gone = (path: string, entry: Entry): void => {
      if (entry.mode !== Mode.tree) {
        out.set(path as PathBytes, { before: { mode: entry.mode, oid: entry.oid }, after: null });
        return;
      }
      if (!trees.canDiff(entry.oid, null)) lacks = true;
      else for (const [below, { before }] of trees.diff(entry.oid, null)) out.set(`${path}/${below}` as PathBytes, { before, after: null });
    };
    // `base` ends with a slash; the entries from `from` up to `to` lie below it
    const visit = (tree: Oid | null, base: string, from: number, to: number): void => {
      if (tree !== null && staged.cached.get(base) === tree) return;
      const there = tree === null ? NO_ENTRIES : entriesOf(trees, tree);
      if (there === undefined) {
        lacks = true;
        return;
      }
      const left = new Map(there);
      for (let i = from; i < to;) {
        const { path } = staged.entries[i]!, slash = path.indexOf('/', base.length);
        const name = path.slice(base.length, slash < 0 ? path.length : slash), known = left.get(name);
        if (slash < 0) {
          const after = stagedEntry(staged.entries[i]);
          if (known?.mode !== Mode.tree) left.delete(name);
          const before = known === undefined || known.mode === Mode.tree ? null : { mode: known.mode, oid: known.oid };
          if (before?.mode !== after?.mode || before?.oid !== after?.oid) out.set(path, { before, after });
          i++;
          continue;
        }
        const below = path.slice(0, slash + 1);
        let end = i + 1;
        while (end < to && staged.entries[end]!.path.startsWith(below)) end++;
        if (known?.mode === Mode.tree) left.delete(name);
        visit(known?.mode === Mode.tree ? known.oid : null, below, i, end);
        i = end;
      }
      for (const [name, entry] of left) gone(base + name, entry);
    };
    visit(head, '', 0, staged.entries.length);
    if (lacks) throw LACKING;
    return out;
  });
}

const NO_ENTRIES: ReadonlyMap<string, Entry> = new Map();

function entriesOf(trees: Trees, tree: Oid): ReadonlyMap<string, Entry> | undefined {
  try {
    return new Map(trees.entriesIn(tree, '' as PathBytes).map((entry: TreeEntry) => [entry.name, entry]));
  } catch (error) {
    if (error === LACKING) return undefined;
    throw error;
  }
}
