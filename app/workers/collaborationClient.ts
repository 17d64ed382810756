// Collaboration for a page: a worker that holds the history and the work in flight, and another where one died. No other call than these.
import type { Remote } from 'comlink';
import type { InFlight } from '../core/collaboration/model.ts';
import type { CollaborationApi } from './collaboration.ts';
import type { Collaborator } from './collaborator.ts';
import { type Supervised, WorkerDied, supervise } from './rpc.ts';

export interface CollaborationClient {
  /** What it computes from; another worker is given the same where one died. */
  load(history: Uint8Array): Promise<void>;
  fly(inFlight: InFlight): Promise<void>;
  /** Asks it. When the signal aborts the answer is let go; `cancel` stops the work. */
  call<R>(work: (api: Remote<CollaborationApi>) => Promise<R>, signal?: AbortSignal): Promise<R>;
  cancel(): void;
  /** Called each time, with the reason, that the worker died by itself. What was asked of it rejects with that; the next call starts another. */
  onDeath(listener: (reason: Error) => void): void;
  end(): void;
}

interface Started { readonly worker: Supervised<Collaborator>; /** fails as the history did */ readonly loaded: Promise<unknown> }

/** `gpu`: the address of the worker that multiplies on a graphics card; null: never. `spawn`: tests make other workers. */
export function spawnCollaboration(address: string, gpu: string | null = null, spawn = (): Supervised<Collaborator> => supervise(new Worker(address, { type: 'module', name: 'collaboration' }), 'collaboration')): CollaborationClient {
  const deaths = new Set<(reason: Error) => void>();
  let history: Uint8Array | null = null, flying: InFlight | null = null;
  let current: Started | null = null, isEnded = false;

  function start(): Started {
    if (isEnded) throw new WorkerDied('The collaboration worker was ended.');
    const worker = spawn();
    worker.onDeath((reason) => {
      if (current?.worker === worker) current = null;
      for (const listener of deaths) listener(reason);
    });
    // sent in this order, and begun in it
    const held = [worker.call((api) => api.open(gpu)), ...history === null ? [] : [give(worker, history)], ...flying === null ? [] : [worker.call((api) => api.fly(flying!))]];
    const loaded = Promise.all(held);
    loaded.catch(() => undefined);
    return current = { worker, loaded };
  }
  const give = (worker: Supervised<Collaborator>, bytes: Uint8Array): Promise<void> => worker.call((api) => api.load(bytes));
  const hold = async (send: (worker: Supervised<Collaborator>) => Promise<void>): Promise<void> => { await (current === null ? start().loaded : send(current.worker)); };
  return {
    load: (bytes) => { history = bytes; return hold((worker) => give(worker, bytes)); },
    fly: (inFlight) => { flying = inFlight; return hold((worker) => worker.call((api) => api.fly(inFlight))); },
    call: async (work, signal) => (current ?? start()).worker.call(work as (api: Remote<Collaborator>) => ReturnType<typeof work>, signal),
    cancel: () => { current?.worker.call((api) => api.cancel()).catch(() => undefined); },
    onDeath: (listener) => { deaths.add(listener); },
    end() { isEnded = true; current?.worker.end(); current = null; },
  };
}
