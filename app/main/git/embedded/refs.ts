// The refs of a repository, as files (gitrepository-layout(5): loose files, packed-refs, HEAD, symbolic refs) or as a stack of
// reftables. Loose files are read before packed-refs, so that a ref packed meanwhile is still seen. Names stay bytes.
import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fromBytes, fromUtf8 } from '../../../core/bytes.ts';
import type { ByteString, Oid } from '../../../core/bytes.ts';
import { corruptObject, ioFailure, isAbsent, systemCode } from '../failures.ts';
import { isOid } from '../oids.ts';
import type { ObjectFormat } from '../oids.ts';
import { isPseudoRef, isRefName } from '../refnames.ts';
import type { ConfigEntry } from './config.ts';
import { fsPath, inside, isAscii, lstatIfThere, notPlain, readSmall } from './files.ts';
import { isMain, objectFormatOf, refStorageOf } from './locate.ts';
import type { Location } from './locate.ts';
import { budget, damaged, readTable } from './reftable.ts';
import type { Records } from './reftable.ts';

/** What a ref holds. `peeled`: what an annotated tag points at in the end, where packed-refs says so. */
export type RefValue =
  | { readonly kind: 'id'; readonly oid: Oid; readonly peeled: Oid | null }
  | { readonly kind: 'symbolic'; readonly target: ByteString }
  | { readonly kind: 'broken' };

const REF_BYTES = 64 << 10;
/** The largest public repository has about a million refs in 62 MB. */
export const PACKED_BYTES = 128 << 20;
/** as in git */
const MOST_HOPS = 5;
/** Kept by each linked worktree for itself (git-worktree(1), Refs). */
const PER_WORKTREE = ['refs/bisect', 'refs/rewritten', 'refs/worktree'] as ByteString[];
const NO_ID = /^0+$/;
const NOTHING: ReadonlyMap<ByteString, RefValue> = new Map();

/** Where a repository keeps its refs (extensions.refStorage). */
export function refStoreOf(location: Location, config: readonly ConfigEntry[]): RefStore {
  return refStorageOf(config) === 'reftable' ? new TableRefs(location, objectFormatOf(config)) : new FileRefs(location);
}

export abstract class RefStore {
  /** One ref by its full name, or null where it does not exist. */
  abstract get(name: ByteString): RefValue | null;

  /** Everything under refs/, until the next call changes it. `turn` lets others run meanwhile. */
  abstract all(turn: () => Promise<void> | undefined): Promise<ReadonlyMap<ByteString, RefValue>>;

  /** Follows symbolic refs to an id; `name` is the last ref's. An id of null: the last ref does not exist or is broken. */
  follow(name: ByteString): { readonly name: ByteString; readonly oid: Oid | null } {
    let at = name;
    for (let hops = 0; hops <= MOST_HOPS; hops++) {
      const value = this.get(at);
      if (value?.kind === 'id') return { name: at, oid: value.oid };
      if (value?.kind !== 'symbolic') return { name: at, oid: null };
      at = value.target;
    }
    return { name: at, oid: null };
  }

  /** Whether there is any ref at all. */
  async isEmpty(): Promise<boolean> {
    return (await this.all(() => undefined)).size === 0;
  }
}

export class FileRefs extends RefStore {
  readonly #location: Location;
  /** packed-refs as it was when its file had this stamp: git replaces the file as a whole */
  #packed: { readonly stamp: string; readonly refs: ReadonlyMap<ByteString, RefValue> } | null = null;
  /** what `all` answered last: those packed, and over them the loose ones */
  #last: { readonly packed: ReadonlyMap<ByteString, RefValue>; readonly loose: ReadonlyMap<ByteString, RefValue>; readonly all: Map<ByteString, RefValue> } | null = null;

  constructor(location: Location) {
    super();
    this.#location = location;
  }

  get(name: ByteString): RefValue | null {
    if (!isRefName(name) && !isPseudoRef(name)) return null;
    const root = isOwn(name) ? fsPath(this.#location.headDir) : this.#location.gitDir;
    if (isBehindLink(root, name)) return { kind: 'broken' };
    return readLoose(refPath(root, name)) ?? (isPseudoRef(name) ? null : this.#allPacked().get(name) ?? null);
  }

  async all(turn: () => Promise<void> | undefined): Promise<ReadonlyMap<ByteString, RefValue>> {
    const { gitDir } = this.#location, linked = isMain(this.#location) ? null : fsPath(this.#location.headDir);
    const loose = new Map<ByteString, RefValue>();
    await listLoose(gitDir, 'refs' as ByteString, linked === null ? [] : PER_WORKTREE, loose, turn);
    if (linked !== null) for (const own of PER_WORKTREE) if (!isBehindLink(linked, `${own}/` as ByteString)) await listLoose(linked, own, [], loose, turn);
    return this.#joined(this.#allPacked(), loose);
  }

  /** Every listing of a thousand refs comes here: what was joined the last time is changed by what differs. */
  #joined(packed: ReadonlyMap<ByteString, RefValue>, loose: ReadonlyMap<ByteString, RefValue>): ReadonlyMap<ByteString, RefValue> {
    const last = this.#last, all = last?.packed === packed ? last.all : new Map(packed);
    if (all === last?.all) {
      last.loose.forEach((_, name) => {
        if (loose.has(name)) return;
        const under = packed.get(name);
        if (under === undefined) all.delete(name); else all.set(name, under);
      });
    }
    loose.forEach((value, name) => { all.set(name, value); });
    this.#last = { packed, loose, all };
    return all;
  }

  #allPacked(): ReadonlyMap<ByteString, RefValue> {
    const stamp = stampOf(join(this.#location.gitDir, 'packed-refs'));
    if (stamp === null) return NOTHING;
    if (this.#packed?.stamp !== stamp) this.#packed = { stamp, refs: readPacked(this.#location.gitDir) };
    return this.#packed.refs;
  }
}

/** Kept for each working tree. */
function isOwn(name: ByteString): boolean {
  return isPseudoRef(name) || PER_WORKTREE.some((prefix) => name.startsWith(`${prefix}/`));
}

/** Written as files by every git, whatever keeps the other refs. */
const ALWAYS_FILES = new Set(['FETCH_HEAD', 'MERGE_HEAD']);
const LIST_BYTES = 1 << 20;
/** git replaces tables while it merges them; a list that still names what is gone after so many looks is damaged. */
const MOST_LOOKS = 10;
/** `MIN-MAX-RANDOM.ref` in git's own writing. Nothing that leads elsewhere. */
const TABLE_NAME = /^[0-9A-Za-z][0-9A-Za-z_.-]*\.(?:ref|log)$/;

/** Each working tree has a stack of tables of its own, beside the one that all share. */
class TableRefs extends RefStore {
  readonly #location: Location;
  readonly #shared: TableStack;
  readonly #own: TableStack;

  constructor(location: Location, format: ObjectFormat) {
    super();
    this.#location = location;
    this.#shared = new TableStack(fromUtf8(location.gitDir), format);
    this.#own = isMain(location) ? this.#shared : new TableStack(location.headDir, format);
  }

  get(name: ByteString): RefValue | null {
    if (!isRefName(name) && !isPseudoRef(name)) return null;
    if (ALWAYS_FILES.has(name)) return readLoose(refPath(fsPath(this.#location.headDir), name));
    return (isOwn(name) ? this.#own : this.#shared).records().get(name) ?? null;
  }

  async all(): Promise<Map<ByteString, RefValue>> {
    const found = new Map<ByteString, RefValue>();
    const take = (stack: TableStack, wanted: (name: ByteString) => boolean): void => {
      for (const [name, value] of stack.records()) if (value !== null && name.startsWith('refs/') && wanted(name)) found.set(name, value);
    };
    take(this.#shared, (name) => this.#own === this.#shared || !isOwn(name));
    if (this.#own !== this.#shared) take(this.#own, isOwn);
    return found;
  }
}

class TableStack {
  readonly #folder: ByteString;
  readonly #format: ObjectFormat;
  /** what the tables said when their list had this stamp: git replaces the list as a whole, and no table changes */
  #read: { readonly stamp: string; readonly records: Records } | null = null;

  /** `dir`: the git directory, or that of a linked worktree */
  constructor(dir: ByteString, format: ObjectFormat) {
    this.#folder = `${dir}/reftable` as ByteString;
    this.#format = format;
  }

  records(): Records {
    const folder = fsPath(this.#folder), list = inside(this.#folder, 'tables.list');
    if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() === false) throw notPlain(folder);
    for (let looks = 1; ; looks++) {
      const stamp = stampOf(list);
      // git makes it with the repository: without it there is no telling which refs there were.
      if (stamp === null) throw damaged(String(list), 'it is not there');
      if (this.#read?.stamp === stamp) return this.#read.records;
      const records: Records = new Map();
      const left = budget();
      const gone = this.#names(list).find((name) => {
        const path = inside(this.#folder, name);
        const bytes = readSmall(path, left.bytes);
        if (bytes !== null) readTable(String(path), bytes, this.#format, records, left);
        return bytes === null;
      });
      if (gone === undefined) {
        this.#read = { stamp, records };
        return records;
      }
      if (looks === MOST_LOOKS) throw damaged(String(list), `the table ${gone} that it names is not there`);
    }
  }

  /** Oldest first. */
  #names(list: string | Buffer): string[] {
    const names = (readSmall(list, LIST_BYTES)?.toString('latin1') ?? '').split('\n').filter((line) => line !== '');
    for (const name of names) if (!TABLE_NAME.test(name)) throw damaged(String(list), 'a line of it is not the name of a table');
    if (new Set(names).size !== names.length) throw damaged(String(list), 'it names a table twice');
    return names;
  }
}

function stampOf(path: string | Buffer): string | null {
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? null : `${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`;
}

/** Bytes, as a ref's name need not be UTF-8. */
export function refPath(root: string | Buffer, name: ByteString): Buffer {
  return Buffer.concat([typeof root === 'string' ? Buffer.from(root) : root, Buffer.from(`/${name}`, 'latin1')]);
}

/** Whether a folder on the way from `root` to this name is a link: what lies behind it is not the repository's. */
export function isBehindLink(root: string | Buffer, name: ByteString): boolean {
  for (let at = name.indexOf('/'); at >= 0; at = name.indexOf('/', at + 1)) {
    const stat = lstatIfThere(refPath(root, name.slice(0, at) as ByteString));
    if (stat === null) return false;
    if (stat.isSymbolicLink()) return true;
  }
  return false;
}

/** The same as text where that says it: a listing asks for each loose ref. */
function plainPath(root: string | Buffer, name: ByteString): string | Buffer {
  return typeof root === 'string' && isAscii(name) ? `${root}/${name}` : refPath(root, name);
}

/** One loose ref; null where there is none. A symbolic link into refs/ is how git once wrote symbolic refs. */
export function readLoose(path: string | Buffer): RefValue | null {
  const link = readLink(path);
  return link === undefined ? readPlain(path) : link;
}

/** Undefined where it is no link. */
function readLink(path: string | Buffer): RefValue | null | undefined {
  try {
    const target = fromBytes(readlinkSync(path, { encoding: 'buffer' }));
    return isRefName(target) && target.startsWith('refs/') ? { kind: 'symbolic', target } : { kind: 'broken' };
  } catch (error) {
    if (isAbsent(error)) return null;
    // EINVAL: not a link (UNKNOWN on Windows).
    if (systemCode(error) !== 'EINVAL' && systemCode(error) !== 'UNKNOWN') throw ioFailure('read', String(path), error);
    return undefined;
  }
}

/** Room for what nearly every loose ref says. */
const SHORT = Buffer.allocUnsafeSlow(256);

/** A file; what has become a link since its folder was listed is refused (readSmall). */
function readPlain(path: string | Buffer): RefValue | null {
  const bytes = readSmall(path, REF_BYTES, SHORT);
  if (bytes === null) return null;
  const text = bytes.toString('latin1', 0, bytes.length), line = text.slice(0, -1);
  // As git writes it, without a pattern for each of a thousand.
  if (text.endsWith('\n') && isOid(line)) return NO_ID.test(line) ? { kind: 'broken' } : { kind: 'id', oid: line, peeled: null };
  const target = /^ref:[ \t\n\r]*(.*?)[ \t\n\r]*$/s.exec(text)?.[1];
  if (target !== undefined) return isRefName(target) ? { kind: 'symbolic', target: target as ByteString } : { kind: 'broken' };
  const id = /^([0-9a-f]+)(?:[ \t\n\r]|$)/i.exec(text)?.[1]?.toLowerCase();
  return id !== undefined && isOid(id) && !NO_ID.test(id) ? { kind: 'id', oid: id, peeled: null } : { kind: 'broken' };
}

async function listLoose(root: string | Buffer, folder: ByteString, leaveOut: readonly ByteString[], into: Map<ByteString, RefValue>, turn: () => Promise<void> | undefined): Promise<void> {
  let entries;
  try {
    entries = readdirSync(refPath(root, folder), { encoding: 'buffer', withFileTypes: true });
  } catch (error) {
    if (isAbsent(error)) return;
    throw ioFailure('list', String(refPath(root, folder)), error);
  }
  for (const entry of entries) {
    const name = `${folder}/${fromBytes(entry.name)}` as ByteString;
    // Locks, and whatever else git would not take for a ref.
    if (!isRefName(name) || leaveOut.includes(name)) continue;
    if (entry.isDirectory()) {
      await listLoose(root, name, leaveOut, into, turn);
    } else {
      const path = plainPath(root, name);
      const value = entry.isFile() ? readPlain(path) : readLoose(path);
      if (value !== null) into.set(name, value);
      const turned = turn();
      if (turned !== undefined) await turned;
    }
  }
}

/** `# pack-refs with: … fully-peeled …`, then `OID NAME`, each annotated tag followed by `^OID`. */
export function readPacked(gitDir: string): Map<ByteString, RefValue> {
  const path = join(gitDir, 'packed-refs');
  const bytes = readSmall(path, PACKED_BYTES);
  const refs = new Map<ByteString, RefValue>();
  if (bytes === null) return refs;
  const text = bytes.toString('latin1', 0, bytes.length);
  let last: { name: ByteString; oid: Oid } | null = null;
  for (let at = 0, line = 1; at < text.length; line++) {
    const end = text.indexOf('\n', at);
    const row = text.slice(at, end < 0 ? text.length : end).replace(/\r$/, '');
    at = end < 0 ? text.length : end + 1;
    if (row.startsWith('#') || row === '') continue;
    const peeled = row.startsWith('^');
    const id = peeled ? row.slice(1) : row.slice(0, Math.max(0, row.indexOf(' ')));
    if (!isOid(id) || (peeled && last === null)) throw corruptObject(path, `line ${line} is not a ref`, { path, line });
    if (peeled) {
      refs.set(last!.name, { kind: 'id', oid: last!.oid, peeled: id });
      last = null;
    } else {
      const name = row.slice(id.length + 1) as ByteString;
      last = { name, oid: id };
      if (isRefName(name)) refs.set(name, { kind: 'id', oid: id, peeled: null });
      else refs.set(name, { kind: 'broken' });
    }
  }
  return refs;
}
