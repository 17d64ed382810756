// The client's half of the contract over any transport: typed calls, pushes, and every pending call rejected when the
// channel closes. A signal on a call with a ticket asks the service to cancel and waits for its word, because the operation
// may have committed; on any other call it lets go at once.
import { AcumenError } from '../core/errors.ts';
import { decodeFromService, decodeResult } from './decode.ts';
import { cancelled, decodeFrame, encodeFrame, fromWireError, toAcumenError } from './frames.ts';
import { limits } from './methods.ts';
import type { Method, Methods, Push, Transport } from './methods.ts';

/** The part of AbortSignal that is needed here; this room has no DOM types. */
export interface Signal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** `within`: milliseconds in which the answer is wanted; later it may be given up. */
export interface CallOptions { readonly signal?: Signal; readonly within?: number }

export interface Client {
  call<M extends Method>(method: M, params: Methods[M]['params'], options?: CallOptions): Promise<Methods[M]['result']>;
  /** Calls `listener` for every push of this kind; returns what ends the subscription. */
  on<K extends Push['push']>(kind: K, listener: (push: Extract<Push, { push: K }>) => void): () => void;
  onClose(listener: (reason: string) => void): () => void;
  /** why the channel closed; null while it is open */
  readonly closed: string | null;
  close(): void;
}

interface Pending { readonly method: Method; settle(result: { ok: unknown } | { error: unknown }): void }

/** How often what was refused before it began is asked again, and the longest wait for it in milliseconds that nobody need be told of. */
const AGAIN = { times: 4, longest: 1_000 } as const;

/** `pause`: where it is given, what the service was too busy to begin is asked again after the wait that its refusal names. */
export function connect(transport: Transport, { pause }: { readonly pause?: (ms: number) => Promise<unknown> } = {}): Client {
  const pending = new Map<number, Pending>();
  const listeners = new Map<Push['push'], Set<(push: Push) => void>>();
  const closing = new Set<(reason: string) => void>();
  let nextId = 1;
  let closed: string | null = null;

  const gone = (reason: string): AcumenError =>
    new AcumenError('io', `The connection to the service ended: ${reason}.`, 'The window connects again by itself: look whether it was done, and ask again. Where it does not connect, start Acumen again.', { reason });

  function end(reason: string): void {
    if (closed !== null) return;
    closed = reason;
    const waiting = [...pending.values()];
    pending.clear();
    for (const call of waiting) call.settle({ error: gone(reason) });
    for (const listener of [...closing]) listener(reason);
  }

  function receive(frame: Uint8Array): void {
    if (closed !== null) return;
    let message;
    try {
      message = decodeFromService(decodeFrame(frame));
    } catch (error) {
      // A service that cannot be understood cannot be trusted to answer the rest either.
      transport.close();
      end(toAcumenError(error).message.replace(/\.$/, ''));
      return;
    }
    if ('push' in message) {
      for (const listener of [...listeners.get(message.push) ?? []]) listener(message);
      return;
    }
    const call = pending.get(message.id);
    if (call === undefined) return; // let go by its signal
    pending.delete(message.id);
    call.settle('error' in message ? { error: fromWireError(message.error) } : { ok: message.ok });
  }

  transport.onFrame(receive);
  transport.onClose(end);

  async function call<M extends Method>(method: M, params: Methods[M]['params'], options: CallOptions = {}): Promise<Methods[M]['result']> {
    for (let time = 1; ; time++) {
      try {
        return await once(method, params, options);
      } catch (error) {
        const wait = error instanceof AcumenError && error.code === 'overloaded' ? error.data['retryAfterMs'] : undefined;
        if (pause === undefined || typeof wait !== 'number' || !(wait <= AGAIN.longest) || time >= AGAIN.times) throw error;
        // each time longer: whoever was refused with us comes back then too
        await pause(Math.max(1, wait) * time);
      }
    }
  }

  function once<M extends Method>(method: M, params: Methods[M]['params'], options: CallOptions): Promise<Methods[M]['result']> {
    const { signal, within } = options;
    return new Promise((resolve, reject) => {
      if (closed !== null) { reject(gone(closed)); return; }
      if (signal?.aborted) { reject(cancelled()); return; }
      const id = nextId++;
      const frame = encodeFrame(within === undefined ? { id, method, params } : { id, method, params, within });
      if (frame.length > limits.requestBytes) {
        reject(new AcumenError('too-large', 'This request is too large to send.', 'Choose fewer changes at once.', { bytes: frame.length, limit: limits.requestBytes }));
        return;
      }
      const abort = (): void => {
        if ('ticket' in params) {
          call('cancel', { ticket: params.ticket }).catch(() => undefined); // its own answer says what became of it
        } else if (pending.delete(id)) {
          settle({ error: cancelled() });
        }
      };
      const settle: Pending['settle'] = (result) => {
        signal?.removeEventListener('abort', abort);
        if ('error' in result) { reject(result.error); return; }
        try {
          resolve(decodeResult(method, result.ok));
        } catch (error) {
          reject(error);
        }
      };
      pending.set(id, { method, settle });
      signal?.addEventListener('abort', abort);
      try {
        transport.send(frame);
      } catch (error) {
        pending.delete(id);
        settle({ error: gone(error instanceof Error ? error.message : String(error)) });
      }
    });
  }

  return {
    call,
    on(kind, listener) {
      const set = listeners.get(kind) ?? new Set();
      listeners.set(kind, set);
      const heard = listener as (push: Push) => void;
      set.add(heard);
      return () => { set.delete(heard); };
    },
    onClose(listener) {
      closing.add(listener);
      return () => { closing.delete(listener); };
    },
    get closed() { return closed; },
    close() { transport.close(); end('it was closed'); },
  };
}
