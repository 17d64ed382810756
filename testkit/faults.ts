// Planted faults: a git that hangs or dies when told to, threads that are killed, and anything that answers late. For tests and for the
// benchmarks of answering under faults.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { spawnThread } from '../app/main/service/threads.ts';
import type { Supervised } from '../app/workers/rpc.ts';
import { removeFolder } from './folder.ts';

export interface PlantedGit {
  /** what to search git on: PATH of a workspace's `env`, or `searchPath` of a reader */
  readonly path: string;
  /** How gits behave that are started from now on: as git does, silent for ever, or ending at once. */
  be(how: 'well' | 'hung' | 'dead'): void;
  /** Gits that run now stop answering, or go on. They do not end. */
  freeze(): void;
  thaw(): void;
  /** Gits that run now are killed. */
  kill(): void;
  readonly started: number;
  /** Kills what runs and takes the program away. */
  remove(): void;
}

/** A program named git in a folder of its own under `dir`, which becomes the real one (`git`: its path) or does not. */
export function plantGit(dir: string, git: string): PlantedGit {
  const path = mkdtempSync(join(dir, 'planted-git-')), how = join(path, 'how'), pids = join(path, 'pids');
  mkdirSync(pids, { recursive: true });
  // only what the shell itself can: git is run without a PATH
  writeFileSync(join(path, 'git'), `#!/bin/sh
: > '${pids}'/$$
read -r how < '${how}'
case "$how" in
  hung) exec /bin/sleep 100000 ;;
  dead) exit 1 ;;
  *) exec '${git}' "$@" ;;
esac
`);
  chmodSync(join(path, 'git'), 0o755);
  // never half written: a git that starts meanwhile would take nothing for `well`
  const be = (word: string): void => { writeFileSync(`${how}.new`, `${word}\n`); renameSync(`${how}.new`, how); };
  be('well');
  const signal = (name: NodeJS.Signals): void => {
    for (const pid of readdirSync(pids)) {
      try {
        // a number that was given again is somebody else's
        if (!/cat-file|planted-git|sleep.100000/.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1'))) continue;
        process.kill(Number(pid), name);
      } catch {
        // it has ended
      }
    }
  };
  return { path, be, freeze: () => signal('SIGSTOP'), thaw: () => signal('SIGCONT'), kill: () => signal('SIGKILL'), get started() { return readdirSync(pids).length; }, remove: () => { signal('SIGKILL'); removeFolder(path); } };
}

/** Threads that can be killed: give `spawn` to `new Pools({ spawn })`. */
export class ThreadPlants {
  readonly live = new Set<Worker>();
  killed = 0;

  readonly spawn = <Api>(name: string): Supervised<Api> => spawnThread<Api>(name, (worker) => {
    this.live.add(worker);
    worker.once('exit', () => this.live.delete(worker));
  });

  /** One of those that are there, as chance has it (`chance`: 0 to 1); false where none is. */
  kill(chance = Math.random()): boolean {
    const one = [...this.live][Math.floor(chance * this.live.size)];
    if (one === undefined) return false;
    this.killed++;
    void one.terminate();
    return true;
  }

  /** Kills one every `ms` until what is answered is called. */
  every(ms: number): () => void {
    const timer = setInterval(() => this.kill(), ms);
    return () => clearInterval(timer);
  }
}
