// Commits, trees and tags as git stores them, parsed from bytes and written back to bytes (gitformat: git-hash-object(1),
// git-mktree(1)). Text stays bytes: names, paths and messages need not be UTF-8.
import { Buffer } from 'node:buffer';
import { display } from '../../core/bytes.ts';
import type { ByteString, Oid } from '../../core/bytes.ts';
import { AcumenError, bug } from '../../core/errors.ts';
import { Mode } from '../../core/repository.ts';
import type { Commit, Signature, TreeEntry } from '../../core/repository.ts';
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

/** Sorts as git sorts. What a reader would refuse is not written. */
export function encodeTree(entries: readonly TreeEntry[]): Buffer {
  const keyed = entries.map((entry) => ({ key: sortKey(entry), entry })).sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const seen = new Set<ByteString>();
  const parts: Buffer[] = [];
  for (const { entry } of keyed) {
    const why = hostileName(entry.name);
    if (why !== null) throw hostileTree(null, entry.name, why);
    if (seen.has(entry.name)) throw bug(`a tree to be written has '${display(entry.name)}' twice`);
    if (!isOid(entry.oid) || canonicalMode(entry.mode) !== entry.mode) throw bug('a tree to be written has an invalid entry', { entry });
    seen.add(entry.name);
    parts.push(Buffer.from(`${entry.mode.toString(8)} ${entry.name}\0`, 'latin1'), Buffer.from(entry.oid, 'hex'));
  }
  return Buffer.concat(parts);
}

/** What a tag points at. */
export function parseTagTarget(oid: Oid, bytes: Buffer): Oid {
  const target = /^object ([0-9a-f]+)\n/.exec(bytes.toString('latin1', 0, Math.min(bytes.length, 96)))?.[1];
  if (target === undefined || !isOid(target) || target.length !== oid.length) throw corruptObject(`Tag ${oid}`, 'it does not begin with its object', { oid });
  return target;
}
