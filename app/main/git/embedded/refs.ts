// The refs of a repository that keeps them as files (gitrepository-layout(5)): loose files, packed-refs, HEAD, symbolic refs.
// Loose files are read before packed-refs, so that a ref packed meanwhile is still seen. Names stay bytes.
import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fromBytes } from '../../../core/bytes.ts';
import type { ByteString, Oid } from '../../../core/bytes.ts';
import { corruptObject, ioFailure, isAbsent, systemCode } from '../failures.ts';
import { isOid } from '../oids.ts';
import { isPseudoRef, isRefName } from '../refnames.ts';
import { readSmall } from './files.ts';
import type { Location } from './locate.ts';

/** What a ref holds. `peeled`: what an annotated tag points at in the end, where packed-refs says so. */
export type RefValue =
  | { readonly kind: 'id'; readonly oid: Oid; readonly peeled: Oid | null }
  | { readonly kind: 'symbolic'; readonly target: ByteString }
  | { readonly kind: 'broken' };

const REF_BYTES = 64 << 10;
export const PACKED_BYTES = 1 << 30;
/** as in git */
const MOST_HOPS = 5;
/** Kept by each linked worktree for itself (git-worktree(1), Refs). */
const PER_WORKTREE = ['refs/bisect', 'refs/rewritten', 'refs/worktree'] as ByteString[];
const NO_ID = /^0+$/;
const NOTHING: ReadonlyMap<ByteString, RefValue> = new Map();

export class RefStore {
  readonly #location: Location;
  /** packed-refs as it was when its file had this stamp: git replaces the file as a whole */
  #packed: { readonly stamp: string; readonly refs: ReadonlyMap<ByteString, RefValue> } | null = null;

  constructor(location: Location) {
    this.#location = location;
  }

  /** One ref by its full name, or null where it does not exist. */
  get(name: ByteString): RefValue | null {
    if (!isRefName(name) && !isPseudoRef(name)) return null;
    return readLoose(this.#path(name)) ?? (isPseudoRef(name) ? null : this.#allPacked().get(name) ?? null);
  }

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

  /** Everything under refs/. `turn` lets others run between loose refs. */
  async all(turn: () => Promise<void> | undefined): Promise<Map<ByteString, RefValue>> {
    const { gitDir, headDir } = this.#location;
    const loose = new Map<ByteString, RefValue>();
    await listLoose(gitDir, 'refs' as ByteString, headDir === gitDir ? [] : PER_WORKTREE, loose, turn);
    if (headDir !== gitDir) for (const own of PER_WORKTREE) await listLoose(headDir, own, [], loose, turn);
    return new Map([...this.#allPacked(), ...loose]);
  }

  /** Whether there is any ref at all. */
  async isEmpty(): Promise<boolean> {
    return (await this.all(() => undefined)).size === 0;
  }

  #allPacked(): ReadonlyMap<ByteString, RefValue> {
    const stat = lstatSync(join(this.#location.gitDir, 'packed-refs'), { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) return NOTHING;
    const stamp = `${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`;
    if (this.#packed?.stamp !== stamp) this.#packed = { stamp, refs: readPacked(this.#location.gitDir) };
    return this.#packed.refs;
  }

  #path(name: ByteString): Buffer {
    const own = isPseudoRef(name) || PER_WORKTREE.some((prefix) => name.startsWith(`${prefix}/`));
    return refPath(own ? this.#location.headDir : this.#location.gitDir, name);
  }
}

/** Bytes, as a ref's name need not be UTF-8. */
export function refPath(gitDir: string, name: ByteString): Buffer {
  return Buffer.concat([Buffer.from(`${gitDir}/`), Buffer.from(name, 'latin1')]);
}

/** One loose ref; null where there is none. A symbolic link into refs/ is how git once wrote symbolic refs. */
export function readLoose(path: Buffer): RefValue | null {
  try {
    const target = fromBytes(readlinkSync(path, { encoding: 'buffer' }));
    return isRefName(target) && target.startsWith('refs/') ? { kind: 'symbolic', target } : { kind: 'broken' };
  } catch (error) {
    if (isAbsent(error)) return null;
    // EINVAL: not a link (UNKNOWN on Windows).
    if (systemCode(error) !== 'EINVAL' && systemCode(error) !== 'UNKNOWN') throw ioFailure('read', String(path), error);
  }
  const bytes = readSmall(path, REF_BYTES);
  if (bytes === null) return null;
  const text = bytes.toString('latin1', 0, bytes.length);
  const target = /^ref:[ \t\n\r]*(.*?)[ \t\n\r]*$/s.exec(text)?.[1];
  if (target !== undefined) return isRefName(target) ? { kind: 'symbolic', target: target as ByteString } : { kind: 'broken' };
  const id = /^([0-9a-f]+)(?:[ \t\n\r]|$)/i.exec(text)?.[1]?.toLowerCase();
  return id !== undefined && isOid(id) && !NO_ID.test(id) ? { kind: 'id', oid: id, peeled: null } : { kind: 'broken' };
}

async function listLoose(root: string, folder: ByteString, leaveOut: readonly ByteString[], into: Map<ByteString, RefValue>, turn: () => Promise<void> | undefined): Promise<void> {
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
      const value = readLoose(refPath(root, name));
      if (value !== null) into.set(name, value);
      await turn();
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
