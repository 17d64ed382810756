// Where writers' threads come from. One takes longer to start than a small import gives it to do, so a process that is about to open a
// store has one begun before it knows which.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { keepImage } from './creation.ts';
import { FIRST, type FromWriter } from './protocol.ts';

/**
 * The source beside sources. Beside compiled code the thread made into one file (scripts/bundleCli.ts), which starts in two thirds of the
 * processor time, and where there is none the compiled file.
 */
export function workerUrl(name: string): URL {
  const beside = (path: string): URL => new URL(path, import.meta.url), whole = beside(`./threads/${name}.js`);
  if (import.meta.url.endsWith('.ts')) return beside(`./${name}.ts`);
  return existsSync(fileURLToPath(whole)) ? whole : beside(`./${name}.js`);
}

const newThread = (isFirst = false): Worker => new Worker(workerUrl('writer.worker'), { workerData: isFirst ? FIRST : null });

/** threads that were begun and wait for a store */
const waiting = new Set<Worker>();

/**
 * Begins a thread for the next store that is opened. Answers how to do without, where none was. No process is kept alive by it. `isNew`: it is not
 * there yet, and while the thread waits it prepares for the first import into it (practice.ts).
 */
export function standBy(isNew = false): () => void {
  const worker = newThread(isNew);
  // One that dies while it waits is no loss.
  const forget = (): boolean => waiting.delete(worker);
  worker.on('error', forget).on('exit', forget).on('message', (message: FromWriter) => { if (message.kind === 'image') keepImage(message.bytes); }).unref();
  waiting.add(worker);
  return () => { if (forget()) void worker.terminate(); };
}

/** For a store that is opened now: a thread that waits, or a new one. */
export function takeThread(): Worker {
  const [worker] = waiting;
  if (worker === undefined) return newThread();
  waiting.delete(worker);
  worker.ref();
  return worker;
}
