// git's index as data (gitformat-index(5)): versions 2, 3 and 4, both formats of ids, split and sparse. Extensions that only make git
// faster are passed over; what the index says of files is a claim, which the files are then compared with.
import { type Oid, type PathBytes, fromBytes } from '../bytes.ts';

/** Times in seconds and nanoseconds; sizes and numbers cut to 32 bits, as git stores them. */
export interface IndexStat {
  readonly ctime: number; readonly ctimeNs: number;
  readonly mtime: number; readonly mtimeNs: number;
  readonly ino: number; readonly size: number;
}

export interface IndexEntry {
  readonly path: PathBytes;
  /** a sparse index has folders as well, mode 040000, with a slash at their end */
  readonly mode: number;
  readonly oid: Oid;
  /** 0, or 1 to 3 for a path that is not merged: what both have in common, ours, theirs */
  readonly stage: number;
  readonly assumeUnchanged: boolean;
  readonly skipWorktree: boolean;
  readonly intentToAdd: boolean;
  readonly stat: IndexStat;
}

/** `cached`: trees that the index still is, by folder with a slash at its end ('' for the root). */
export interface GitIndex { readonly entries: readonly IndexEntry[]; readonly cached: ReadonlyMap<string, Oid> }

/** A split index: what to do with the entries of the one that it shares. */
interface Link { readonly shared: Oid; readonly deleted: readonly number[]; readonly replaced: readonly number[] }

/** What is wrong, as the rest of a sentence about the file. */
export class IndexError extends Error {}

const SIGNATURE = 0x44495243;
const ENTRY_FIXED = 40;
/** No index of a real repository comes near. */
const MOST_ENTRIES = 5_000_000;

const DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

/** All text at once: a string for each of a hundred thousand names is cut out of it. */
class Bytes {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #text: string;
  at = 0;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#text = fromBytes(bytes);
  }
  need(count: number): void { if (this.at + count > this.bytes.length) throw new IndexError('it ends in the middle of an entry'); }
  u32(): number { this.need(4); const value = this.#view.getUint32(this.at); this.at += 4; return value; }
  u16(): number { this.need(2); const value = this.#view.getUint16(this.at); this.at += 2; return value; }
  text(end: number): string { const value = this.#text.slice(this.at, end); this.at = end; return value; }
  hex(count: number): string { this.need(count); const value = this.hexAt(this.at, count); this.at += count; return value; }
  u32At(at: number): number { return this.#view.getUint32(at); }
  u16At(at: number): number { return this.#view.getUint16(at); }
  hexAt(at: number, count: number): string {
    const digits: number[] = [];
    for (let i = at; i < at + count; i++) digits.push(DIGITS[this.bytes[i]! >> 4]!, DIGITS[this.bytes[i]! & 15]!);
    return String.fromCharCode.apply(null, digits);
  }
  /** up to the character, which must be there */
  until(end: string): string { return this.#upTo(this.#text.indexOf(end, this.at)); }
  #upTo(end: number): string {
    if (end < 0) throw new IndexError('it ends in the middle of an entry');
    return this.text(end);
  }
}

/** `shared` answers the bytes of sharedindex.OID, null where that file is not. */
export function parseIndex(bytes: Uint8Array, idBytes: number, shared: (oid: Oid) => Uint8Array | null): GitIndex {
  const { entries, cached, link } = parseOne(bytes, idBytes);
  if (link === null) return { entries, cached };
  const base = shared(link.shared);
  if (base === null) throw new IndexError(`the file sharedindex.${link.shared} that it needs is not there`);
  const under = parseOne(base, idBytes);
  if (under.link !== null) throw new IndexError('its shared index is split itself');
  return { entries: joined(under.entries, entries, link), cached };
}

/** Entries of the split index without a name take the places that are replaced, in order; the others are added. */
function joined(under: readonly IndexEntry[], own: readonly IndexEntry[], link: Link): IndexEntry[] {
  const out: (IndexEntry | null)[] = [...under];
  let next = 0;
  for (const place of link.replaced) {
    const old = out[place], entry = own[next++];
    if (old === undefined || old === null || entry === undefined || entry.path !== '') throw new IndexError('it replaces an entry that is not there');
    out[place] = named(entry, old.path);
  }
  for (const place of link.deleted) {
    if (out[place] === undefined) throw new IndexError('it deletes an entry that is not there');
    out[place] = null;
  }
  const added = own.slice(next);
  if (added.some((entry) => entry.path === '')) throw new IndexError('an entry of it has no name');
  return inOrder([...out.filter((entry) => entry !== null), ...added]);
}

function named({ mode, oid, stage, assumeUnchanged, skipWorktree, intentToAdd, stat }: IndexEntry, path: PathBytes): IndexEntry {
  return { path, mode, oid, stage, assumeUnchanged, skipWorktree, intentToAdd, stat };
}

function inOrder(entries: IndexEntry[]): IndexEntry[] {
  return entries.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.stage - b.stage));
}

function parseOne(bytes: Uint8Array, idBytes: number): GitIndex & { readonly link: Link | null } {
  const from = new Bytes(bytes);
  if (bytes.length < 12 + idBytes || from.u32() !== SIGNATURE) throw new IndexError('it does not begin like one');
  const version = from.u32(), count = from.u32();
  if (version < 2 || version > 4) throw new IndexError(`its version is ${version}; Acumen knows 2, 3 and 4`);
  if (count > MOST_ENTRIES || count * (ENTRY_FIXED + idBytes + 3) > bytes.length) throw new IndexError('it says to have more entries than it can');
  const entries: IndexEntry[] = [];
  let before = '';
  for (let i = 0; i < count; i++) {
    const entry = readEntry(from, version, idBytes, before);
    before = entry.path;
    entries.push(entry);
  }
  let link: Link | null = null;
  let cached: ReadonlyMap<string, Oid> = new Map();
  const end = bytes.length - idBytes;
  while (from.at + 8 <= end) {
    const name = from.text(from.at + 4), size = from.u32(), next = from.at + size;
    if (next > end) throw new IndexError('an extension goes beyond its end');
    const body = bytes.subarray(from.at, next);
    if (name === 'link') link = readLink(body, idBytes);
    else if (name === 'TREE') cached = readCached(body, idBytes);
    // Upper case may be passed over: what was untracked, who watched, what was resolved. `sdir` says only that folders are among the entries.
    else if (name !== 'sdir' && !/^[A-Z]/.test(name)) throw new IndexError(`it has the extension '${name}', which Acumen does not know`);
    from.at = next;
  }
  return { entries, cached, link };
}

function readEntry(from: Bytes, version: number, idBytes: number, before: string): IndexEntry {
  const start = from.at;
  from.need(ENTRY_FIXED + idBytes);
  from.at += ENTRY_FIXED + idBytes;
  const flags = from.u16(), isExtended = (flags & EXTENDED) !== 0;
  if (isExtended && version < 3) throw new IndexError('an entry has flags that its version does not have');
  if (isExtended) from.u16();
  let path: string;
  if (version === 4) {
    const strip = offset(from);
    if (strip > before.length) throw new IndexError('a name takes more off the one before than it has');
    path = before.slice(0, before.length - strip) + from.until('\0');
    from.at++;
  } else {
    const length = flags & 0xfff;
    if (length < 0xfff) from.need(length);
    path = length < 0xfff ? from.text(from.at + length) : from.until('\0');
    // 1 to 8 NULs, so that the next begins at a multiple of 8
    from.at = start + ((from.at - start + 8) & ~7);
  }
  if (path.includes('\0')) throw new IndexError('a name holds a NUL byte');
  return new StoredEntry(path as PathBytes, from, start, idBytes);
}

const EXTENDED = 0x4000;
/** Where in an entry, after ctime, mtime and the device, numbers lie of four bytes each. */
const AT = { ctime: 0, mtime: 8, ino: 20, mode: 24, size: 36 } as const;

/** An entry as it lies in the file. Of a hundred thousand, few are ever asked for more than their stat. */
class StoredEntry implements IndexEntry {
  readonly path: PathBytes;
  readonly #from: Bytes;
  readonly #at: number;
  readonly #idBytes: number;
  constructor(path: PathBytes, from: Bytes, at: number, idBytes: number) {
    this.path = path;
    this.#from = from;
    this.#at = at;
    this.#idBytes = idBytes;
  }
  get mode(): number { return modeOf(this.#from.u32At(this.#at + AT.mode)); }
  get oid(): Oid { return this.#from.hexAt(this.#at + ENTRY_FIXED, this.#idBytes) as Oid; }
  get stage(): number { return (this.#flags >> 12) & 3; }
  get assumeUnchanged(): boolean { return (this.#flags & 0x8000) !== 0; }
  get skipWorktree(): boolean { return (this.#more & 0x4000) !== 0; }
  get intentToAdd(): boolean { return (this.#more & 0x2000) !== 0; }
  get stat(): IndexStat {
    const number = (place: number): number => this.#from.u32At(this.#at + place);
    return { ctime: number(AT.ctime), ctimeNs: number(AT.ctime + 4), mtime: number(AT.mtime), mtimeNs: number(AT.mtime + 4), ino: number(AT.ino), size: number(AT.size) };
  }
  get #flags(): number { return this.#from.u16At(this.#at + ENTRY_FIXED + this.#idBytes); }
  get #more(): number { return (this.#flags & EXTENDED) === 0 ? 0 : this.#from.u16At(this.#at + ENTRY_FIXED + this.#idBytes + 2); }

  /** Whether all but the name is the same, byte for byte. */
  isAs(other: StoredEntry): boolean {
    const length = ENTRY_FIXED + this.#idBytes + 2, a = this.#from.bytes, b = other.#from.bytes;
    if (this.#idBytes !== other.#idBytes || this.#more !== other.#more) return false;
    for (let i = 0; i < length; i++) if (a[this.#at + i] !== b[other.#at + i]) return false;
    return true;
  }
}

/** Of one path, in one index and a later one. */
export function sameIndexEntry(a: IndexEntry | undefined, b: IndexEntry | undefined): boolean {
  if (a === b || a === undefined || b === undefined) return a === b;
  if (a instanceof StoredEntry && b instanceof StoredEntry) return a.isAs(b);
  return a.oid === b.oid && a.mode === b.mode && a.stage === b.stage && a.assumeUnchanged === b.assumeUnchanged && a.skipWorktree === b.skipWorktree && a.intentToAdd === b.intentToAdd
    && Object.entries(a.stat).every(([name, value]) => b.stat[name as keyof IndexStat] === value);
}

/** The five that a tree can hold. */
function modeOf(mode: number): number {
  switch (mode & 0o170000) {
    case 0o120000: return 0o120000;
    case 0o160000: return 0o160000;
    case 0o040000: return 0o040000;
    default: return (mode & 0o100) === 0 ? 0o100644 : 0o100755;
  }
}

/** gitformat-pack(5), OFS_DELTA: seven bits a byte, the highest first, each continued one more than it says. */
function offset(from: Bytes): number {
  let value = 0;
  for (let i = 0; ; i++) {
    from.need(1);
    const byte = from.bytes[from.at++]!;
    value = value * 128 + (byte & 127);
    if ((byte & 128) === 0) return value;
    if (i === 4) throw new IndexError('a number in it is too large');
    value++;
  }
}

/** Folders whose tree is still known: name, number of entries (-1: not known), number of folders in it, and its id. */
function readCached(bytes: Uint8Array, idBytes: number): Map<string, Oid> {
  const from = new Bytes(bytes), out = new Map<string, Oid>();
  const open: { readonly path: string; left: number }[] = [];
  while (from.at < bytes.length) {
    const name = from.until('\0');
    from.at++;
    const entries = Number(from.until(' '));
    from.at++;
    const folders = Number(from.until('\n'));
    from.at++;
    if (!Number.isInteger(entries) || !Number.isInteger(folders) || folders < 0) throw new IndexError('its list of trees cannot be read');
    while (open.length > 0 && open.at(-1)!.left === 0) open.pop();
    const above = open.at(-1);
    if (above !== undefined) above.left--;
    const path = above === undefined ? '' : `${above.path}${name}/`;
    if (entries >= 0) out.set(path, from.hex(idBytes) as Oid);
    open.push({ path, left: folders });
  }
  return out;
}

function readLink(bytes: Uint8Array, idBytes: number): Link {
  const from = new Bytes(bytes);
  const shared = from.hex(idBytes) as Oid;
  if (from.at === bytes.length) return { shared, deleted: [], replaced: [] };
  const deleted = readBitmap(from);
  return { shared, deleted, replaced: readBitmap(from) };
}

/** An EWAH bitmap (gitformat-bitmap(5), appendix A): the places of its ones. Runs of equal words, then words as they are. */
function readBitmap(from: Bytes): number[] {
  const bits = from.u32(), words = from.u32();
  from.need(words * 8 + 4);
  if (bits > MOST_ENTRIES) throw new IndexError('a bitmap in it is too large');
  const out: number[] = [];
  let place = 0;
  const put = (word: number, from32: number): void => {
    for (let bit = 0; bit < 32; bit++) if (((word >>> bit) & 1) !== 0 && from32 + bit < bits) out.push(from32 + bit);
  };
  for (let i = 0; i < words;) {
    const high = from.u32(), low = from.u32();
    i++;
    const ones = (low & 1) !== 0, equal = (low >>> 1) + (high & 1) * 2 ** 31, literal = high >>> 1;
    if (ones) for (let bit = place; bit < Math.min(place + equal * 64, bits); bit++) out.push(bit);
    place += equal * 64;
    if (i + literal > words) throw new IndexError('a bitmap in it cannot be read');
    for (let k = 0; k < literal; k++, i++, place += 64) {
      const upper = from.u32(), lower = from.u32();
      put(lower, place);
      put(upper, place + 32);
    }
  }
  from.u32(); // where the last run is, for whoever adds to it
  return out;
}
