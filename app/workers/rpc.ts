// Comlink with what it lacks: a call rejects when its worker dies or its signal aborts, and proxies live as long as their
// worker (comlink's issue 692 drops calls in flight when a proxy is collected).
import { releaseProxy, wrap } from 'comlink';
import type { Endpoint, Remote } from 'comlink';

/** What this needs of a worker: a Web Worker has it, and the service's threads are made to (main/service/threads.ts). */
export interface Thread extends Endpoint {
  terminate(): unknown;
  /** whether it keeps its process running: only while it is at work. Where there is none, nothing needs to be said. */
  hold?(awake: boolean): void;
}

export interface Supervised<Api> {
  /** Runs `work` against the worker. When the signal aborts the answer is let go; the worker finishes what it began. */
  call<R>(work: (api: Remote<Api>) => Promise<R>, signal?: AbortSignal): Promise<R>;
  /** Called once, with the reason, if the worker dies by itself. */
  onDeath(listener: (reason: Error) => void): void;
  hold?(awake: boolean): void;
  end(): void;
}

/** Everything that must not be collected while its worker lives. */
const kept = new Set<unknown>();

export class WorkerDied extends Error {
  override readonly name = 'WorkerDied';
}

const aborted = (): DOMException => new DOMException('The answer is no longer wanted.', 'AbortError');

export function supervise<Api>(worker: Thread, name: string): Supervised<Api> {
  const remote = wrap<Api>(worker);
  const pending = new Set<(reason: Error) => void>();
  const deaths = new Set<(reason: Error) => void>();
  let dead: Error | null = null;
  kept.add(remote);

  function stop(reason: Error): boolean {
    if (dead !== null) return false;
    dead = reason;
    worker.terminate();
    for (const reject of [...pending]) reject(reason);
    pending.clear();
    kept.delete(remote);
    return true;
  }
  function die(message: string): void {
    const reason = new WorkerDied(`The ${name} worker stopped: ${message}`);
    if (stop(reason)) for (const listener of deaths) listener(reason);
  }
  worker.addEventListener('error', (event: Event) => die((event as ErrorEvent).message || 'it could not be started'));
  worker.addEventListener('messageerror', () => die('a message could not be read'));

  return {
    call(work, signal) {
      return new Promise((resolve, reject) => {
        if (dead !== null) { reject(dead); return; }
        if (signal?.aborted === true) { reject(aborted()); return; }
        const settle = <V>(then: (value: V) => void) => (value: V): void => {
          pending.delete(fail);
          signal?.removeEventListener('abort', abort);
          then(value);
        };
        const fail: (reason: Error) => void = settle<Error>(reject);
        const abort = (): void => fail(aborted());
        pending.add(fail);
        signal?.addEventListener('abort', abort);
        work(remote).then(settle(resolve), fail);
      });
    },
    onDeath(listener) { deaths.add(listener); },
    hold: (awake) => { if (dead === null) worker.hold?.(awake); },
    end() {
      const ended = stop(new WorkerDied(`The ${name} worker was ended.`));
      if (ended) remote[releaseProxy]();
    },
  };
}
