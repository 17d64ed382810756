// One loose object: a zlib stream of `TYPE SIZE\0CONTENT` in objects/xx/…. Tiny ones, asked for by the hundred, are read here and
// now. Small ones asked for singly go through isomorphic-git, which inflates on this thread and without bound, so what is larger
// on disk goes through zlib on another thread, bounded by the announced size.
import { closeSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import type { readObject } from 'isomorphic-git';
import type { Oid } from '../../../core/bytes.ts';
import { AcumenError } from '../../../core/errors.ts';
import { corruptObject, ioFailure } from '../failures.ts';
import { objectIdGently } from '../oids.ts';
import type { ObjectType } from '../oids.ts';
import { openPlain, readAt } from './files.ts';
import { inflateExactly, inflateStart } from './inflate.ts';

/** Deflate expands at most about 1,000-fold, so this bounds what isomorphic-git may allocate to some 64 MiB. */
const SMALL = 64 << 10;

/** Loaded when the first loose object is read: it takes longer to load than a packed repository to open. */
let isomorphic: Promise<typeof import('isomorphic-git')> | undefined;

export interface LooseHeader { readonly type: ObjectType; readonly size: number; readonly length: number }

export function loosePath(objectDir: string, oid: Oid): string {
  return `${objectDir}/${oid.slice(0, 2)}/${oid.slice(2)}`;
}

/** What the start of a loose file announces; null where the object is not there. */
export function looseHeader(objectDir: string, oid: Oid): LooseHeader | null {
  const path = loosePath(objectDir, oid);
  const file = openPlain(path);
  if (file === null) return null;
  try {
    return parseHeader(oid, readAt(file.fd, 0, Math.min(file.size, 512), path));
  } finally {
    closeSync(file.fd);
  }
}

const HEADER = /^(commit|tree|blob|tag) (0|[1-9][0-9]{0,14})\0/;

function parseHeader(oid: Oid, start: Buffer): LooseHeader {
  let text: string;
  try {
    text = inflateStart(start).toString('latin1', 0, 32);
  } catch (error) {
    throw corruptObject(`Object ${oid}`, 'it is not a zlib stream', { oid }, error);
  }
  const found = HEADER.exec(text);
  if (found === null) throw corruptObject(`Object ${oid}`, 'it does not begin with its type and size', { oid });
  return { type: found[1] as ObjectType, size: Number(found[2]), length: found[0].length };
}

/** On disk. It inflates to 4 MiB at most, whatever it announces. */
const TINY = 4 << 10;

/** A tiny object, its hash unchecked; null where it is not there, is larger or makes no sense: `readLoose` says which. */
export function readLooseNow(objectDir: string, oid: Oid): { type: ObjectType; content: Buffer } | null {
  const path = loosePath(objectDir, oid);
  const file = openPlain(path);
  if (file === null) return null;
  let deflated: Buffer;
  try {
    if (file.size > TINY) return null;
    deflated = readAt(file.fd, 0, file.size, path);
  } finally {
    closeSync(file.fd);
  }
  try {
    const inflated = inflateSync(deflated, { chunkSize: 4 * TINY });
    const end = inflated.indexOf(0);
    const found = end < 0 || end > 32 ? null : HEADER.exec(inflated.toString('latin1', 0, end + 1));
    if (found === null || Number(found[2]) !== inflated.length - end - 1) return null;
    return { type: found[1] as ObjectType, content: inflated.subarray(end + 1) };
  } catch {
    return null;
  }
}

/** The object with its hash checked; null where it is not there. */
export async function readLoose(objectDir: string, oid: Oid, mostBytes: number): Promise<{ type: ObjectType; content: Buffer } | null> {
  const path = loosePath(objectDir, oid);
  const file = openPlain(path);
  if (file === null) return null;
  let deflated: Buffer;
  let header: LooseHeader;
  try {
    header = parseHeader(oid, readAt(file.fd, 0, Math.min(file.size, 512), path));
    if (header.size > mostBytes || file.size > mostBytes + SMALL) throw tooLarge(oid, header.size, mostBytes);
    deflated = readAt(file.fd, 0, file.size, path);
  } finally {
    closeSync(file.fd);
  }
  try {
    return deflated.length <= SMALL ? await readSmallObject(objectDir, oid, deflated) : await readLargeObject(oid, header, deflated);
  } catch (error) {
    if (error instanceof AcumenError) throw error;
    throw corruptObject(`Object ${oid}`, error instanceof Error ? error.message : String(error), { oid, path }, error);
  }
}

async function readSmallObject(objectDir: string, oid: Oid, deflated: Buffer): Promise<{ type: ObjectType; content: Buffer }> {
  isomorphic ??= import('isomorphic-git');
  const git = await isomorphic;
  const result = await git.readObject({ fs: oneFile(deflated), gitdir: objectDir, oid, format: 'content', cache: {} });
  return { type: result.type as ObjectType, content: result.object as Buffer };
}

async function readLargeObject(oid: Oid, header: LooseHeader, deflated: Buffer): Promise<{ type: ObjectType; content: Buffer }> {
  const content = (await inflateExactly(deflated, header.length + header.size)).subarray(header.length);
  if (await objectIdGently(header.type, content) !== oid) throw corruptObject(`Object ${oid}`, 'its content has another id', { oid });
  return { type: header.type, content };
}

export function tooLarge(oid: Oid, size: number, mostBytes: number): AcumenError {
  return new AcumenError('too-large', `Object ${oid} has ${size} bytes; Acumen reads at most ${mostBytes}.`, 'Leave out the branches that change it, or keep such files outside git.', { oid, size });
}

/** The file system that isomorphic-git sees: the one file we have already opened safely, and no packs. */
function oneFile(bytes: Buffer): Parameters<typeof readObject>[0]['fs'] {
  const absent = async (path: string): Promise<never> => {
    throw ioFailure('open', path, Object.assign(new Error('absent'), { code: 'ENOENT' }));
  };
  const directory = { isFile: () => false, isDirectory: () => true, isSymbolicLink: () => false };
  return {
    promises: {
      readFile: async () => bytes, readdir: async () => [], stat: async () => directory, lstat: async () => directory,
      writeFile: absent, mkdir: absent, rmdir: absent, unlink: absent, readlink: absent, symlink: absent,
    },
  };
}
