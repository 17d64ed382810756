// How writes reach the disk: a bounded number of them at once, and folders flushed after renames. What waits for a disk is waited for; what only
// changes what the kernel holds is done at once, for going through another thread takes longer than it.
import { closeSync, fsync, openSync } from 'node:fs';
import { promisify } from 'node:util';
import { systemCode } from './failures.ts';

/** A file as it is, on the disk. */
export const flushed = promisify(fsync);

/** A rename is durable once its folder is flushed. Windows and some network file systems have no such call. */
export async function flushFolder(folder: string | Buffer): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    await flushed(handle);
  } catch (error) {
    if (systemCode(error) !== 'EINVAL' && systemCode(error) !== 'ENOTSUP') throw error;
  } finally {
    closeSync(handle);
  }
}

/** Lets a bounded number of tasks run; the others wait their turn, first come first served. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => { this.#waiting.push(resolve); });
    try {
      return await task();
    } finally {
      // A slot passes from hand to hand, so that nobody can slip in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
