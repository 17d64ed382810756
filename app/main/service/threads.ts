// Node's worker threads with the face of Web Workers, so that workers/rpc.ts and comlink serve both.
import { Worker, parentPort } from 'node:worker_threads';
import type { Endpoint } from 'comlink';
import { bug } from '../../core/errors.ts';
import { type Supervised, type Thread, supervise } from '../../workers/rpc.ts';

type Listener = ((event: Event) => void) | { handleEvent(event: Event): void };

function heard(listener: Listener, type: string, fields: object): void {
  const event = Object.assign(new Event(type), fields);
  if (typeof listener === 'function') listener(event); else listener.handleEvent(event);
}

/**
 * A thread that runs the file of this name beside this one: compiled beside compiled code, the source beside sources. `made`: told of the
 * bare thread (tests kill it).
 */
export function spawnThread<Api>(name: string, made?: (worker: Worker) => void): Supervised<Api> {
  const worker = new Worker(new URL(`./${name}${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url));
  const wrapped = new Map<Listener, (data: unknown) => void>();
  const thread: Thread = {
    postMessage: (message, moved) => worker.postMessage(message, (moved ?? []) as ArrayBuffer[]),
    addEventListener(type, listener) {
      if (type === 'message') {
        const hear = (data: unknown): void => heard(listener, type, { data });
        wrapped.set(listener, hear);
        worker.on('message', hear);
      } else {
        worker.on(type, (error: Error) => heard(listener, type, { message: error.message }));
        // a thread that ends by itself does not answer either; one that was ended is not listened to any more
        if (type === 'error') worker.on('exit', (code) => heard(listener, type, { message: `it ended with ${code}` }));
      }
    },
    removeEventListener(type, listener) {
      const hear = wrapped.get(listener);
      if (type === 'message' && hear !== undefined) worker.off('message', hear);
    },
    terminate: () => { void worker.terminate(); },
    hold: (awake) => { if (awake) worker.ref(); else worker.unref(); },
  };
  made?.(worker);
  return supervise<Api>(thread, name.replace(/\.worker$/, ''));
}

/** Within a thread: its way back. */
export function workerEndpoint(): Endpoint {
  const port = parentPort;
  if (port === null) throw bug('this file runs in a thread alone');
  return port as unknown as Endpoint;
}
