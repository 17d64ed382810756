// Moves one branch by compare-and-swap with git's own protocol: NAME.lock created exclusively, the value checked under it,
// then renamed into place; packed-refs rewritten under packed-refs.lock where a packed branch is deleted. git in another
// terminal and another Acumen see either the old value or the new one.
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { lstat, mkdir, open, readdir, rename, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { display } from '../../core/bytes.ts';
import type { ByteString, Oid } from '../../core/bytes.ts';
import { AcumenError } from '../../core/errors.ts';
import { flushFolder } from './disk.ts';
import { readSmall } from './embedded/files.ts';
import { isBehindLink, PACKED_BYTES, readLoose, readPacked, refPath } from './embedded/refs.ts';
import type { RefValue } from './embedded/refs.ts';
import { corruptObject, ioFailure, isAbsent, systemCode, unsupported } from './failures.ts';
import type { ObjectFormat } from './oids.ts';
import { openRepository } from './open.ts';
import { branchRef } from './refnames.ts';
import { branchInUse } from './worktrees.ts';

/** Long enough for another git to finish its own change of the ref. */
const LOCK_PATIENCE_MS = 1000;

export interface Target { readonly gitDir: string; readonly format: ObjectFormat; readonly searchPath: string }

/** `name` is text. `expected` null: the branch must not exist; `next` null: delete it. */
export async function moveBranch({ gitDir, format, searchPath }: Target, name: string, expected: Oid | null, next: Oid | null): Promise<void> {
  const ref = branchRef(name);
  if (next !== null) {
    // Read anew: what a reader once kept in memory may be gone from the repository.
    const reader = await openRepository(gitDir, { reader: format === 'sha1' ? 'embedded' : 'native', cacheBytes: 1 << 20, searchPath });
    try {
      await reader.commit(next);
    } finally {
      await reader.close();
    }
    refuseNamesInTheWay(gitDir, ref);
  }
  const made = await makeFolders(gitDir, ref);
  let moved = false;
  try {
    await withLock(refPath(gitDir, ref), async (lock) => {
      const use = branchInUse(gitDir, ref);
      if (use !== null) {
        throw new AcumenError('branch-checked-out', `Branch '${name}' is ${use.how} in ${use.where}.`, 'Choose another name, or switch that working tree to another branch first.', { ref, where: use.where });
      }
      const current = valueOf(gitDir, ref, name);
      if (current !== expected) throw movedMeanwhile(ref, name, expected, current);
      if (next === null) {
        await remove(gitDir, ref);
      } else {
        refuseNamesInTheWay(gitDir, ref);
        await removeEmptyFolders(refPath(gitDir, ref));
        await lock.commit(`${next}\n`);
        await flushFolder(folderOf(gitDir, ref));
      }
    });
    moved = true;
  } catch (error) {
    throw ioFailure('move a branch in', gitDir, error);
  } finally {
    if (!moved) await removeFolders(made);
    else if (next === null) await removeFolders(foldersOf(gitDir, ref));
  }
}

function valueOf(gitDir: string, ref: ByteString, name: string): Oid | null {
  const value: RefValue | undefined = readLoose(refPath(gitDir, ref)) ?? readPacked(gitDir).get(ref);
  if (value === undefined) return null;
  if (value.kind === 'id') return value.oid;
  if (value.kind === 'symbolic') {
    throw new AcumenError('bad-branch-name', `Branch '${name}' is another name for ${display(value.target)}.`, 'Choose a name that is a branch of its own.', { ref, target: value.target });
  }
  throw corruptObject(`Branch '${name}'`, 'it holds no object id', { ref });
}

function movedMeanwhile(ref: ByteString, name: string, expected: Oid | null, current: Oid | null): AcumenError {
  const short = (oid: Oid | null): string => (oid === null ? 'absent' : `at ${oid.slice(0, 12)}`);
  return new AcumenError('ref-moved', `Branch '${name}' is ${short(current)}; it was expected ${short(expected)}.`,
    'Something moved it meanwhile. Look at what it holds now, then write again or choose another name.', { ref, expected, current });
}

/** 'a' and 'a/b' cannot both be refs: one would have to be a file and a folder. */
function refuseNamesInTheWay(gitDir: string, ref: ByteString): void {
  const packed = readPacked(gitDir);
  const refuse = (other: string): AcumenError => new AcumenError('bad-branch-name', `'${display(ref)}' cannot be made while '${display(other as ByteString)}' exists.`, 'Choose a name that is neither above nor below an existing branch.', { ref, other });
  for (let at = ref.lastIndexOf('/'); at > 'refs/heads'.length; at = ref.lastIndexOf('/', at - 1)) {
    const above = ref.slice(0, at) as ByteString;
    if (packed.has(above) || readLoose(refPath(gitDir, above)) !== null) throw refuse(above);
  }
  for (const other of packed.keys()) if (other.startsWith(`${ref}/`)) throw refuse(other);
}

function folderOf(gitDir: string, ref: ByteString): Buffer {
  return refPath(gitDir, ref.slice(0, ref.lastIndexOf('/')) as ByteString);
}

/** Folders between refs/heads and the branch, outermost first. */
function foldersOf(gitDir: string, ref: ByteString): Buffer[] {
  const found: Buffer[] = [];
  for (let at = ref.indexOf('/', 'refs/heads/'.length); at >= 0; at = ref.indexOf('/', at + 1)) found.push(refPath(gitDir, ref.slice(0, at) as ByteString));
  return found;
}

/**
 * Makes those that are missing, refs/heads too, which some leave out where all refs are packed, and answers those below it: it stays, as with git.
 * Follows no link: it would lead the write out of the repository.
 */
async function makeFolders(gitDir: string, ref: ByteString): Promise<Buffer[]> {
  const made: Buffer[] = [], heads = refPath(gitDir, 'refs/heads' as ByteString);
  for (const folder of [heads, ...foldersOf(gitDir, ref)]) {
    try {
      await mkdir(folder);
      if (folder !== heads) made.push(folder);
      await flushFolder(folder.subarray(0, folder.lastIndexOf('/')));
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw systemCode(error) === 'ENAMETOOLONG' ? tooLong(ref) : ioFailure('make the folder', String(folder), error);
      if (!(await lstat(folder)).isDirectory()) throw unsupported(`${String(folder)} is a link or a file where a folder of branches should be.`, 'Acumen follows no links inside a repository. Choose another branch name.', { path: String(folder) });
    }
  }
  return made;
}

function tooLong(ref: ByteString): AcumenError {
  return new AcumenError('bad-branch-name', `'${display(ref)}' is too long for a file name on this disk.`, 'Choose a shorter name.', { ref });
}

/** Innermost first; one that is not empty (any more) stays. */
async function removeFolders(folders: readonly Buffer[]): Promise<void> {
  for (const folder of folders.toReversed()) await rmdir(folder).catch(() => {});
}

/** Folders of branches that are gone may lie where the branch's own file goes. Branches below it are refused. */
async function removeEmptyFolders(path: Buffer): Promise<void> {
  let entries;
  try {
    entries = await readdir(path, { encoding: 'buffer' });
  } catch (error) {
    if (isAbsent(error)) return;
    throw ioFailure('list', String(path), error);
  }
  for (const entry of entries) await removeEmptyFolders(Buffer.concat([path, Buffer.from('/'), entry]));
  try {
    await rmdir(path);
  } catch (error) {
    const name = display(path.toString('latin1') as ByteString);
    throw new AcumenError('bad-branch-name', `${name} holds other branches.`, 'Choose a name that is neither above nor below an existing branch.', { path: name }, { cause: error });
  }
}

interface Lock {
  /** Writes the content and puts it in place of the locked file, which lets go of the lock. */
  commit(content: string | Uint8Array): Promise<void>;
}

/** Holds PATH.lock while `task` runs. The lock is gone afterwards, whatever happens. */
async function withLock(path: Buffer, task: (lock: Lock) => Promise<void>): Promise<void> {
  const lockPath = Buffer.concat([path, Buffer.from('.lock')]);
  const file = await acquire(lockPath);
  let renamed = false;
  try {
    await task({
      commit: async (content) => {
        await file.writeFile(content);
        await file.sync();
        await file.close();
        await rename(lockPath, path);
        renamed = true;
      },
    });
  } finally {
    await file.close().catch(() => {});
    if (!renamed) await unlink(lockPath).catch(() => {});
  }
}

async function acquire(lockPath: Buffer): Promise<FileHandle> {
  const shown = display(lockPath.toString('latin1') as ByteString);
  const until = performance.now() + LOCK_PATIENCE_MS;
  for (let wait = 1; ; wait = Math.min(2 * wait, 100)) {
    try {
      return await open(lockPath, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o666);
    } catch (error) {
      if (systemCode(error) === 'ENAMETOOLONG') throw new AcumenError('bad-branch-name', 'The name is too long for a file name on this disk.', 'Choose a shorter name.', { path: shown });
      if (systemCode(error) !== 'EEXIST') throw ioFailure('lock', shown, error);
      if (performance.now() > until) {
        throw new AcumenError('ref-locked', `Another program holds ${shown}.`, 'Try again when it has finished. If no git is running, a crash left that file behind: delete it.', { path: shown });
      }
    }
    await sleep(wait);
  }
}

/** Packed first, so that an older packed value never shows when the loose one goes. The branch's reflog goes with it, as in git:
 *  left behind, it would stop git from logging a branch below that name. */
async function remove(gitDir: string, ref: ByteString): Promise<void> {
  if (readPacked(gitDir).has(ref)) await removePacked(gitDir, ref);
  await unlinkIfThere(refPath(gitDir, ref));
  await flushFolder(folderOf(gitDir, ref));
  const log = `logs/${ref}` as ByteString;
  if (!isBehindLink(gitDir, log)) await unlinkIfThere(refPath(gitDir, log));
}

async function unlinkIfThere(path: Buffer): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!isAbsent(error) && systemCode(error) !== 'EISDIR' && systemCode(error) !== 'EPERM') throw error;
  }
}

async function removePacked(gitDir: string, ref: ByteString): Promise<void> {
  const path = join(gitDir, 'packed-refs');
  await withLock(Buffer.from(path), async (lock) => {
    const bytes = readSmall(path, PACKED_BYTES);
    if (bytes === null) return;
    const lines = bytes.toString('latin1').split('\n');
    const at = lines.findIndex((line) => !/^[#^]/.test(line) && line.slice(line.indexOf(' ') + 1) === ref);
    if (at < 0) return;
    lines.splice(at, lines[at + 1]?.startsWith('^') ? 2 : 1);
    await lock.commit(Buffer.from(lines.join('\n'), 'latin1'));
    await flushFolder(gitDir);
  });
}
