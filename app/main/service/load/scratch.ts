// A scratch copy of a repository, for the load generator to work on: a folder FILE.load/PID-RANDOM beside the store, removed at the end of a run
// and, where a process was killed, when a window next opens the store. The person's repository is only read, file by file; nothing runs in it.
import { randomBytes } from 'node:crypto';
import { copyFile, lstat, mkdir, readdir, rm, rmdir, stat, statfs, utimes, writeFile } from 'node:fs/promises';
import { constants } from 'node:fs';
import path from 'node:path';
import { AcumenError } from '../../../core/errors.ts';
import { cancelled } from '../../../contract/frames.ts';

/** Bytes of a repository beyond which no copy is made. */
const MAX_BYTES = 2 * 2 ** 30;
/** Of the disk, so much stays free whatever happens, in bytes. */
const LEAVE_FREE = 512 * 2 ** 20;
/** Milliseconds after which a copy that nobody touches belongs to nobody, though its process id lives: ids are given out again. */
const ABANDONED = 10 * 60_000;

/** What a repository is read from; working tree, hooks, logs and linked worktrees are left out. */
const wanted = ['HEAD', 'config', 'packed-refs', 'shallow', 'refs', 'reftable', 'objects'] as const;

export interface Scratch {
  readonly folder: string;
  /** the copied repository, bare */ readonly repository: string;
  /** where its own store goes */ readonly store: string;
  /** copied bytes */ readonly bytes: number;
  /** Says that somebody still works here. */
  touch(): Promise<void>;
  remove(): Promise<void>;
}

const parentOf = (store: string): string => `${store}.load`;
const sign = 'alive';

/** Copies the repository `gitDir` (its common git directory). Refuses what is too large or borrows objects from elsewhere. */
export async function makeScratch(store: string, gitDir: string, signal: AbortSignal, now: number): Promise<Scratch> {
  if (await exists(path.join(gitDir, 'objects/info/alternates'))) {
    throw new AcumenError('unsupported-repository', 'This repository borrows objects from another one, so there is no whole copy to put load on.', 'Open a repository that has its own objects, the sample for instance.', { gitDir });
  }
  const parent = parentOf(store), folder = path.join(parent, `${process.pid}-${randomBytes(6).toString('hex')}`), repository = path.join(folder, 'repository.git');
  await mkdir(repository, { recursive: true, mode: 0o700 });
  const touch = async (): Promise<void> => { await utimes(path.join(folder, sign), new Date(), new Date()).catch(() => undefined); };
  const remove = async (): Promise<void> => {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    await rmdir(parent).catch(() => undefined); // another process may have its own in it
  };
  try {
    await writeFile(path.join(folder, sign), `${now}\n`);
    const bytes = await sizeOf(gitDir);
    const { bavail, bsize } = await statfs(folder);
    if (bytes > MAX_BYTES || bytes + LEAVE_FREE > bavail * bsize) {
      throw new AcumenError('too-large', bytes > MAX_BYTES ? 'This repository is too large to be copied for a load run.' : 'There is too little free space beside the store to copy this repository.',
        'Open a smaller repository, the sample for instance.', { bytes, limit: MAX_BYTES, free: bavail * bsize });
    }
    for (const name of wanted) await copy(path.join(gitDir, name), path.join(repository, name), signal);
    // what git takes for a git directory has both, also where every ref is packed
    for (const name of ['refs/heads', 'objects/pack']) await mkdir(path.join(repository, name), { recursive: true });
    return { folder, repository, store: path.join(folder, 'load.acumen'), bytes, touch, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Removes the copies of `store` whose process is gone. Never throws: what cannot be removed now is removed next time. */
export async function sweepScratch(store: string, now: number): Promise<number> {
  const parent = parentOf(store);
  let swept = 0;
  for (const name of await readdir(parent).catch(() => [])) {
    const pid = Number(/^(\d+)-[0-9a-f]{12}$/.exec(name)?.[1] ?? Number.NaN);
    if (!Number.isSafeInteger(pid)) continue; // not ours to judge
    const touched = await stat(path.join(parent, name, sign)).then(({ mtimeMs }) => mtimeMs, () => 0);
    if (isAlive(pid) && now - touched < ABANDONED) continue;
    await rm(path.join(parent, name), { recursive: true, force: true }).then(() => { swept++; }, () => undefined);
  }
  await rmdir(parent).catch(() => undefined);
  return swept;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const exists = (file: string): Promise<boolean> => lstat(file).then(() => true, () => false);

async function sizeOf(gitDir: string): Promise<number> {
  let bytes = 0;
  const add = async (at: string): Promise<void> => {
    const found = await lstat(at).catch(() => null);
    if (found?.isFile() === true) bytes += found.size;
    if (found?.isDirectory() === true) for (const name of await readdir(at)) await add(path.join(at, name));
  };
  for (const name of wanted) await add(path.join(gitDir, name));
  return bytes;
}

/** Files and folders; a link, a pipe or a device is left out, as readers of repositories refuse them. Lock files are somebody's work in progress. */
async function copy(from: string, to: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw cancelled();
  const found = await lstat(from).catch(() => null);
  if (found?.isDirectory() === true) {
    await mkdir(to, { recursive: true });
    for (const name of await readdir(from)) if (!name.endsWith('.lock') && !name.startsWith('tmp_')) await copy(path.join(from, name), path.join(to, name), signal);
  } else if (found?.isFile() === true) {
    try {
      await copyFile(from, to, constants.COPYFILE_FICLONE); // shares blocks where the file system can; else a plain copy
    } catch (error) {
      throw new AcumenError('io', 'The repository changed while it was copied.', 'Start the load again.', { from }, { cause: error });
    }
  }
}
