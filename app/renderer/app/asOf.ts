// The service as a window sees it while it shows the past: reads are of that moment, and what would change something is refused in the
// words of every command (state/time.ts), whoever asks.
import { AcumenError } from '../../core/errors.ts';
import type { Client } from '../../contract/client.ts';
import type { Method, Methods } from '../../contract/methods.ts';
import { PAST } from '../state/time.ts';

/** Those that take `at`. */
type OfMoment = { [M in Method]: 'at' extends keyof Methods[M]['params'] ? M extends 'stats' ? never : M : never }[Method];
const ofMoment: ReadonlySet<string> = new Set<OfMoment>(['preview', 'composedFile', 'acuFiles', 'acuFile', 'conflictFile', 'provenance', 'acuHistory']);
/** Those with a ticket that change nothing of what is so now; of the rest a ticket says that they may. */
const harmless: ReadonlySet<Method> = new Set<Method>(['cancel', 'history', 'collaborate', 'branchOff']);
/** Of the present alone, though they change nothing. */
const ofNow: ReadonlySet<Method> = new Set<Method>(['whyNot']);

export function asOf(client: Client, at: number): Client {
  return {
    call: (method, params, options) => {
      if (ofMoment.has(method)) return client.call(method, { ...params, at }, options);
      if (ofNow.has(method) || ('ticket' in params && !harmless.has(method))) return Promise.reject(new AcumenError('usage', PAST, 'Press Escape, or choose Back to now.'));
      return client.call(method, params, options);
    },
    on: client.on, onClose: client.onClose, close: client.close,
    get closed() { return client.closed; },
  };
}
