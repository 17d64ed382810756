// Writes to a repository: new objects, few of them loose and many as one pack, and one branch at a time moved by compare-and-swap under git's own lock files.
// HEAD, index, working tree, config and other refs are never touched (law 10). No reflog is written: what Acumen did to a branch
// is in its own operation log.
import { randomBytes } from 'node:crypto';
import { closeSync, constants, lstatSync, openSync, renameSync, writeFile, writeFileSync } from 'node:fs';
import { chmod, lstat, mkdir, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants as zlib, deflate } from 'node:zlib';
import type { Oid } from '../../core/bytes.ts';
import type { Commit, NewObject, RepositoryWriter, TreeEntry } from '../../core/repository.ts';
import { moveBranch } from './branches.ts';
import { flushed, flushFolder, Slots } from './disk.ts';
import { locate, MIGRATE, objectFormatOf, readConfig, refStorageOf } from './embedded/locate.ts';
import { ioFailure, isAbsent, systemCode, unsupported } from './failures.ts';
import { encodeCommit, encodeTree } from './format.ts';
import { objectId, objectIdGently, wrapped } from './oids.ts';
import type { ObjectFormat, ObjectType } from './oids.ts';
import { type PackedObject, encodePack } from './packing.ts';

const deflated = promisify(deflate), written = promisify(writeFile);
/** Objects written at once: each waits for the disk, and waiting together costs little more than waiting once. */
const AT_ONCE = 16;
/** So many objects are a pack: three flushes in place of two for each. Fewer stay loose, as git leaves fetches of less than a hundred: git packs again where packs are many. */
const PACKED = 8;
/** Larger objects stay loose: they are compressed off this thread. Bytes. */
const MOST_PACKED = 1 << 20;
const MOST_TOGETHER = 256 << 20;
/** Bytes that are handed to the kernel at once; more of them on another thread. */
const WRITTEN_AT_ONCE = 1 << 20;

export interface WriterOptions {
  /** where git is looked for, as PATH is written, where it takes git to read a commit; this process's PATH if not given */
  readonly searchPath?: string;
}

/** `gitDir`: the common git directory, as a reader of it says. */
export function openWriter(gitDir: string, { searchPath = process.env['PATH'] ?? '' }: WriterOptions = {}): RepositoryWriter {
  const slots = new Slots(AT_ONCE);
  let format: ObjectFormat | null = null;
  /** Refuses what the reader refuses, links in place of folders say, and refs that we do not write. Answers how objects are named. */
  const check = (): ObjectFormat => {
    if (format !== null) return format;
    const config = readConfig(locate(gitDir).gitDir, 'native');
    // Refused before the first object is written.
    if (refStorageOf(config) === 'reftable') throw unsupported('The repository keeps its refs as a reftable, in which Acumen writes no branch.', MIGRATE, { refStorage: 'reftable' });
    return format = objectFormatOf(config);
  };
  const write = async (type: ObjectType, content: Uint8Array): Promise<Oid> => {
    const named = check();
    return slots.run(() => writeObject(join(gitDir, 'objects'), named, type, content));
  };
  return {
    writeBlob: (bytes) => write('blob', bytes),
    writeTree: async (entries: readonly TreeEntry[]) => write('tree', encodeTree(entries)),
    writeCommit: async (commit: Omit<Commit, 'oid'>) => write('commit', encodeCommit(commit)),
    writeWith: async (coming: readonly NewObject[] | Promise<readonly NewObject[]>, commit: Omit<Commit, 'oid'>) => {
      const asked = Promise.resolve(coming);
      // heard below, unless this repository is refused before
      asked.catch(() => undefined);
      // what is asked of git leaves at the end of this turn
      await Promise.resolve();
      const named = check(), content = encodeCommit(commit), objects = await asked;
      const small = objects.filter(({ bytes }) => bytes.length <= MOST_PACKED);
      const asPack = small.length >= PACKED && small.reduce((sum, { bytes }) => sum + bytes.length, 0) <= MOST_TOGETHER;
      // The commit last: no reader finds it before what it holds.
      await Promise.all((asPack ? objects.filter(({ bytes }) => bytes.length > MOST_PACKED) : objects).map(({ type, bytes }) => write(type, bytes)));
      if (!asPack) return write('commit', content);
      const oid = objectId('commit', content, named);
      const all = new Map<Oid, PackedObject>();
      for (const { type, bytes } of small) {
        const id = objectId(type, bytes, named);
        all.set(id, { oid: id, type, content: bytes });
      }
      all.set(oid, { oid, type: 'commit', content });
      await writePack(join(gitDir, 'objects'), encodePack([...all.values()], named));
      return oid;
    },
    moveBranch: async (name, expected, next) => {
      await moveBranch({ gitDir, format: check(), searchPath }, name, expected, next);
    },
  };
}

/**
 * Written in full under another name, flushed, made read-only, then renamed: whoever sees the object sees all of it, also after a
 * power cut. `tmp_obj_` is the name under which git prunes what a crash leaves behind.
 */
async function writeObject(objects: string, format: ObjectFormat, type: ObjectType, content: Uint8Array): Promise<Oid> {
  const oid = await objectIdGently(type, content, format);
  const folder = join(objects, oid.slice(0, 2));
  const path = join(folder, oid.slice(2));
  if (await isPlainFile(path)) return oid;
  const temporary = join(objects, `tmp_obj_${randomBytes(8).toString('hex')}`);
  const bytes = await deflated(wrapped(type, content), { level: zlib.Z_BEST_SPEED });
  let made = false;
  try {
    made = true;
    await writeFlushed(temporary, bytes);
    await ensureFolder(objects, folder);
    await rename(temporary, path);
    made = false;
    await flushFolder(folder);
  } catch (error) {
    throw ioFailure('write an object into', objects, error);
  } finally {
    if (made) await unlink(temporary).catch(() => {});
  }
  return oid;
}

/** Both files in full and flushed, then the pack, then the index by which it is found: `tmp_` names are what git prunes after a crash. */
async function writePack(objects: string, { name, pack, index }: ReturnType<typeof encodePack>): Promise<void> {
  const folder = join(objects, 'pack');
  const files = [{ extension: 'pack', bytes: pack }, { extension: 'idx', bytes: index }].map(({ extension, bytes }) => ({
    bytes, temporary: join(folder, `tmp_${extension}_${randomBytes(8).toString('hex')}`), path: join(folder, `pack-${name}.${extension}`),
  }));
  try {
    await ensureFolder(objects, folder);
    await Promise.all(files.map(({ temporary, bytes }) => writeFlushed(temporary, bytes)));
    for (const { temporary, path } of files) renameSync(temporary, path);
    await flushFolder(folder);
  } catch (error) {
    await Promise.all(files.map(({ temporary }) => unlink(temporary).catch(() => {})));
    throw ioFailure('write a pack into', folder, error);
  }
}

async function writeFlushed(path: string, bytes: Uint8Array): Promise<void> {
  const file = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o444);
  try {
    if (bytes.length <= WRITTEN_AT_ONCE) writeFileSync(file, bytes); else await written(file, bytes);
    await flushed(file);
  } finally {
    closeSync(file);
  }
}

async function isPlainFile(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isFile();
  } catch (error) {
    if (isAbsent(error)) return false;
    throw ioFailure('look at', path, error);
  }
}

/** A repository shared by a group has folders that the group may write to; a new one is like its parent. It is there after a power cut, too. */
async function ensureFolder(parent: string, folder: string): Promise<void> {
  const there = lstatSync(folder, { throwIfNoEntry: false });
  if (there?.isDirectory() === true) return;
  if (there !== undefined) throw unsupported(`${folder} is not a folder.`, 'Acumen follows no links inside a repository.', { path: folder });
  try {
    await mkdir(folder);
  } catch (error) {
    // somebody else made it meanwhile
    if (systemCode(error) !== 'EEXIST') throw error;
    return ensureFolder(parent, folder);
  }
  const { mode } = await stat(parent);
  if ((mode & 0o2020) !== 0) await chmod(folder, mode & 0o7777);
  await flushFolder(parent);
}
