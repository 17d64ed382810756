// Writers' threads without a store. One takes longer to start than a small import gives it to do, so a process that is about to open a
// store has one begun before it knows which, and one that opens several keeps the last one's thread for the next.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

/** How long a thread waits for a store before it is given up, in milliseconds. */
const KEPT_MS = 60_000;
/** Bytes of its heap, and of what hangs on it, with which a thread is kept for another store: one that has grown in its service is not. */
const KEPT_BYTES = 64 << 20;

/**
 * The source beside sources. Beside compiled code the thread made into one file (scripts/bundleCli.ts), which starts in two thirds of the
 * processor time, and where there is none the compiled file.
 */
export function workerUrl(name: string): URL {
  const beside = (path: string): URL => new URL(path, import.meta.url), whole = beside(`./threads/${name}.js`);
  if (import.meta.url.endsWith('.ts')) return beside(`./${name}.ts`);
  return existsSync(fileURLToPath(whole)) ? whole : beside(`./${name}.js`);
}

const newThread = (): Worker => new Worker(workerUrl('writer.worker'));

/** the thread that waits: one at most */
let spare: { readonly worker: Worker; readonly forget: () => void } | null = null;
/** who asked for one */
let holders = 0;

/**
 * From now on a thread is ready for the next store, or soon will be, and the thread of a store that is closed is kept. Answers how to do
 * without again. No process is kept alive by it.
 */
export function standBy(): () => void {
  holders++;
  if (spare === null) keep(newThread());
  let isHeld = true;
  return () => {
    if (!isHeld) return;
    isHeld = false;
    if (--holders === 0) giveUp();
  };
}

/** For a store that is opened now: the thread that waits, or a new one. */
export function takeThread(): Worker {
  if (spare === null) return newThread();
  const { worker, forget } = spare;
  forget();
  worker.ref();
  return worker;
}

/** With how many bytes of its own the thread of a store that is to be closed is kept; 0 where none is. */
export function keptBytes(): number { return holders > 0 && spare === null ? KEPT_BYTES : 0; }

/** A thread whose store is closed, and which nobody listens to any more. */
export function giveBack(worker: Worker): void {
  if (keptBytes() > 0) keep(worker); else end(worker);
}

function keep(worker: Worker): void {
  // One that dies while it waits is no loss.
  const forget = (): void => {
    clearTimeout(timer);
    worker.off('error', forget).off('exit', forget);
    if (spare?.worker === worker) spare = null;
  };
  const timer = setTimeout(giveUp, KEPT_MS).unref();
  worker.on('error', forget).on('exit', forget).unref();
  spare = { worker, forget };
}

function giveUp(): void {
  if (spare === null) return;
  const { worker, forget } = spare;
  forget();
  end(worker);
}

function end(worker: Worker): void {
  worker.on('error', () => undefined);
  void worker.terminate();
}
