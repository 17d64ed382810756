// Whether there is a service at the other end, and which repository it holds.
import { create } from 'zustand';
import type { RepositoryInfo } from '../../contract/methods.ts';

export interface ConnectionState {
  /** `refused`: no token, or one that this service does not take */
  readonly state: 'connecting' | 'open' | 'lost' | 'refused';
  readonly reason: string;
  /** tries since the last success, and when the next is due (performance.now()) */
  readonly attempt: number;
  readonly nextTry: number | null;
  readonly version: string;
  readonly repository: RepositoryInfo | null;
}

export const useConnection = create<ConnectionState>(() => ({ state: 'connecting', reason: '', attempt: 0, nextTry: null, version: '', repository: null }));

/** Milliseconds before try n (from 1): doubling from half a second to ten, with up to a fifth taken off so that windows do not knock together. */
export function backoff(attempt: number, random: number): number {
  return Math.min(10_000, 500 * 2 ** (attempt - 1)) * (1 - 0.2 * random);
}
