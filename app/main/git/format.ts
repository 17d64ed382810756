// Commits, trees and tags as git stores them, parsed from bytes and written back to bytes (gitformat: git-hash-object(1),
// git-mktree(1)). Text stays bytes: names, paths and messages need not be UTF-8.
import { Buffer } from 'node:buffer';
import { display } from '../../core/bytes.ts';
import type { ByteString, Oid } from '../../core/bytes.ts';
import { AcumenError, bug } from '../../core/errors.ts';
import { Mode } from '../../core/repository.ts';
import type { Commit, Entry, Signature, TreeEntry } from '../../core/repository.ts';
import { corruptObject } from './failures.ts';
import { hostileName } from './names.ts';
import { isOid } from './oids.ts';

export function parseCommit(oid: Oid, bytes: Buffer): Commit {
  const text = bytes.toString('latin1', 0, bytes.length);
  const damaged = (why: string): AcumenError => corruptObject(`Commit ${oid}`, why, { oid });
  let at = 0;
  const line = (): string => {
    const end = text.indexOf('\n', at);
    const found = text.slice(at, end < 0 ? text.length : end);
    at = end < 0 ? text.length : end + 1;
    return found;
  };
  const id = (value: string): Oid => {
    if (!isOid(value) || value.length !== oid.length) throw damaged('a header does not hold an object id');
    return value;
  };
  const first = line();
  if (!first.startsWith('tree ')) throw damaged('it does not begin with its tree');
  const tree = id(first.slice(5));
  const parents: Oid[] = [];
  let author: Signature | undefined;
  let committer: Signature | undefined;
  while (at < text.length) {
    const header = line();
    if (header === '') break;
    if (header.startsWith('parent ')) parents.push(id(header.slice(7)));
    else if (header.startsWith('author ')) author ??= parseSignature(header.slice(7));
    else if (header.startsWith('committer ')) committer ??= parseSignature(header.slice(10));
  }
  // git reads commits without one of the two lines, and so do we.
  const nobody: Signature = { name: '' as ByteString, email: '' as ByteString, time: 0, offset: 0 };
  author ??= committer ?? nobody;
  return { oid, tree, parents, author, committer: committer ?? author, message: text.slice(at) as ByteString };
}

/** `Name <email> 1700000000 +0130`. The last '>' ends the address, as in git; a damaged date reads as 0. */
function parseSignature(text: string): Signature {
  const close = text.lastIndexOf('>');
  const open = text.indexOf('<');
  if (open < 0 || close < open) return { name: text as ByteString, email: '' as ByteString, time: 0, offset: 0 };
  const date = /^ *(\d{1,15})(?: +([+-])(\d{2,})(\d{2}))?/.exec(text.slice(close + 1));
  const minutes = date?.[2] === undefined ? 0 : Number(date[3]) * 60 + Number(date[4]);
  return {
    name: text.slice(0, open).replace(/ $/, '') as ByteString,
    email: text.slice(open + 1, close) as ByteString,
    time: date === null ? 0 : Number(date[1]),
    offset: date?.[2] === '-' && minutes !== 0 ? -minutes : minutes,
  };
}

export function encodeCommit(commit: Omit<Commit, 'oid'>): Buffer {
  const parents = commit.parents.map((parent) => `parent ${parent}\n`).join('');
  return Buffer.from(
    `tree ${commit.tree}\n${parents}author ${signature(commit.author)}\ncommitter ${signature(commit.committer)}\n\n${commit.message}`,
    'latin1',
  );
}

function signature({ name, email, time, offset }: Signature): string {
  if (/[\n\0<>]/.test(name) || /[\n\0<>]/.test(email)) throw bug('a signature holds a character that ends its line or its address', { name, email });
  if (!Number.isSafeInteger(time) || time < 0) throw bug('a signature has no valid time', { time });
  const minutes = Math.abs(offset);
  const pad = (n: number): string => String(n).padStart(2, '0');
  return `${name} <${email}> ${time} ${offset < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}${pad(minutes % 60)}`;
}

/** The modes git makes of the historical ones (canon_mode): only five remain. */
function canonicalMode(mode: number): number {
  switch (mode & 0o170000) {
    case 0o100000: return (mode & 0o100) === 0 ? Mode.file : Mode.executable;
    case 0o120000: return Mode.symlink;
    case 0o040000: return Mode.tree;
    default: return Mode.submodule;
  }
}

const SPACE = 0x20;

/** Entries in git's order. Refuses hostile names, doubles and disorder, and says which tree has them. */
export function parseTree(oid: Oid, bytes: Buffer): readonly TreeEntry[] {
  const damaged = (why: string): AcumenError => corruptObject(`Tree ${oid}`, why, { oid });
  const idBytes = oid.length / 2;
  const entries: TreeEntry[] = [];
  let before = '';
  for (let at = 0; at < bytes.length;) {
    let mode = 0;
    let cursor = at;
    for (; cursor < bytes.length && bytes[cursor] !== SPACE; cursor++) {
      const digit = bytes[cursor]! - 0x30;
      if (digit < 0 || digit > 7 || cursor - at >= 7) throw damaged('the mode of an entry is not an octal number');
      mode = mode * 8 + digit;
    }
    const end = bytes.indexOf(0, cursor);
    if (cursor === at || end < 0 || end + 1 + idBytes > bytes.length) throw damaged('it ends in the middle of an entry');
    const name = bytes.toString('latin1', cursor + 1, end) as ByteString;
    const why = hostileName(name);
    if (why !== null) throw hostileTree(oid, name, why);
    mode = canonicalMode(mode);
    const key = sortKey({ name, mode });
    if (before !== '' && key <= before) throw damaged(`its entries are out of order or doubled at '${display(name)}'`);
    before = key;
    entries.push({ name, mode, oid: bytes.toString('hex', end + 1, end + 1 + idBytes) as Oid });
    at = end + 1 + idBytes;
  }
  const double = sameNameTwice(entries);
  if (double !== null) throw damaged(`'${display(double)}' is in it twice`);
  return entries;
}

/** The entry that begins at `at` of a tree that has been checked, and where it ends. */
export function entryAt(bytes: Buffer, at: number, idBytes: number): TreeEntry & { readonly end: number } {
  let mode = 0;
  for (; bytes[at] !== SPACE; at++) mode = mode * 8 + bytes[at]! - 0x30;
  const nul = bytes.indexOf(0, at);
  const end = nul + 1 + idBytes;
  return { name: bytes.toString('latin1', at + 1, nul) as ByteString, mode: canonicalMode(mode), oid: bytes.toString('hex', nul + 1, end) as Oid, end };
}

/** All of them. */
export function entriesOf(bytes: Buffer, idBytes: number): TreeEntry[] {
  const out: TreeEntry[] = [];
  for (let at = 0; at < bytes.length;) {
    const { end, ...entry } = entryAt(bytes, at, idBytes);
    out.push(entry);
    at = end;
  }
  return out;
}

/** One by its name, in a tree that has been checked. */
export function entryNamed(bytes: Buffer, name: string, idBytes: number): Entry | null {
  for (let at = 0; at < bytes.length;) {
    const start = at;
    while (bytes[at] !== SPACE) at++;
    at++;
    let k = 0;
    while (k < name.length && bytes[at + k] === name.charCodeAt(k)) k++;
    if (k === name.length && bytes[at + k] === 0) {
      const { mode, oid } = entryAt(bytes, start, idBytes);
      return { mode, oid };
    }
    at += k;
    while (bytes[at] !== 0) at++;
    at += 1 + idBytes;
  }
  return null;
}

/** What follows a name in git's order: a folder's as if with a slash. */
const SLASH = 0x2f;

/**
 * Whether a tree is certainly one that `parseTree` takes: five modes, ordinary names, in order, none twice. False says nothing.
 * Goes over the bytes once and makes nothing: an import checks hundreds of thousands of entries.
 */
export function isPlainTree(bytes: Buffer, idBytes: number): boolean {
  let beforeStart = 0, beforeLength = 0, beforeIsFolder = false;
  for (let at = 0; at < bytes.length;) {
    let mode = 0;
    const start = at;
    for (; bytes[at] !== SPACE; at++) {
      const digit = bytes[at]! - 0x30;
      if (!(digit >= 0 && digit <= 7) || at - start >= 6) return false;
      mode = mode * 8 + digit;
    }
    if (mode !== Mode.file && mode !== Mode.executable && mode !== Mode.tree && mode !== Mode.symlink && mode !== Mode.submodule) return false;
    const name = ++at;
    for (; bytes[at] !== 0; at++) {
      const byte = bytes[at];
      // Ordinary: ASCII that separates nothing, nothing that begins like '.git' or 'git~1'.
      if (byte === undefined || byte >= 0x80 || byte === SLASH || byte === 0x5c || byte === 0x7e) return false;
    }
    const length = at - name;
    if (length === 0 || (bytes[name] === 0x2e && !isPlainDotName(bytes, name, length))) return false;
    at += 1 + idBytes;
    if (at > bytes.length) return false;
    const isFolder = mode === Mode.tree;
    if (start > 0) {
      const shared = Math.min(length, beforeLength);
      let k = 0;
      while (k < shared && bytes[name + k] === bytes[beforeStart + k]) k++;
      const mine = k < length ? bytes[name + k]! : isFolder ? SLASH : 0, theirs = k < beforeLength ? bytes[beforeStart + k]! : beforeIsFolder ? SLASH : 0;
      if (mine <= theirs) return false;
      // A file and a folder of one name have only names between them that go on below a slash: then it takes a closer look.
      if (isFolder && k === length) return false;
    }
    beforeStart = name;
    beforeLength = length;
    beforeIsFolder = isFolder;
  }
  return true;
}

/** A name with a dot in front that no file system takes for '.', '..' or '.git'. */
function isPlainDotName(bytes: Buffer, name: number, length: number): boolean {
  // '.gitignore', '.github', '.gitattributes' and the like are told from '.git' by a letter behind it.
  if (length < 3) return false;
  const second = bytes[name + 1]! | 0x20;
  if (bytes[name + 1] === 0x2e) return false;
  if (second !== 0x67) return true;
  const fifth = bytes[name + 4];
  return length > 4 && fifth !== undefined && (fifth | 0x20) >= 0x61 && (fifth | 0x20) <= 0x7a;
}

function hostileTree(oid: Oid | null, name: ByteString, why: string): AcumenError {
  return new AcumenError('hostile-name', `${oid === null ? 'A tree' : `Tree ${oid}`} has an entry named '${display(name)}': ${why}.`,
    'Such a name can overwrite a repository when it is checked out. Leave out the branches that hold it.', { tree: oid, name });
}

/** git sorts a folder as if its name ended with a slash. */
function sortKey(entry: { readonly name: ByteString; readonly mode: number }): string {
  return entry.mode === Mode.tree ? `${entry.name}/` : entry.name;
}

/** A file and a folder of one name are apart in git's order ('a', 'a.b', 'a/'), so the order alone does not show them. */
function sameNameTwice(entries: readonly TreeEntry[]): ByteString | null {
  if (!entries.some((entry) => entry.mode === Mode.tree)) return null;
  const names = new Set<ByteString>();
  for (const { name } of entries) {
    if (names.has(name)) return name;
    names.add(name);
  }
  return null;
}

/** One entry of a tree as bytes. */
export function encodeEntry(entry: TreeEntry): Buffer {
  const why = hostileName(entry.name);
  if (why !== null) throw hostileTree(null, entry.name, why);
  if (!isOid(entry.oid) || canonicalMode(entry.mode) !== entry.mode) throw bug('a tree to be written has an invalid entry', { entry });
  return Buffer.concat([Buffer.from(`${entry.mode.toString(8)} ${entry.name}\0`, 'latin1'), Buffer.from(entry.oid, 'hex')]);
}

/** Sorts as git sorts. What a reader would refuse is not written. */
export function encodeTree(entries: readonly TreeEntry[]): Buffer {
  const keyed = entries.map((entry) => ({ key: sortKey(entry), entry })).sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const seen = new Set<ByteString>();
  const parts: Buffer[] = [];
  for (const { entry } of keyed) {
    if (seen.has(entry.name)) throw bug(`a tree to be written has '${display(entry.name)}' twice`);
    seen.add(entry.name);
    parts.push(encodeEntry(entry));
  }
  return Buffer.concat(parts);
}

/** What a tag points at. */
export function parseTagTarget(oid: Oid, bytes: Buffer): Oid {
  const target = /^object ([0-9a-f]+)\n/.exec(bytes.toString('latin1', 0, Math.min(bytes.length, 96)))?.[1];
  if (target === undefined || !isOid(target) || target.length !== oid.length) throw corruptObject(`Tag ${oid}`, 'it does not begin with its object', { oid });
  return target;
}
