// Differences of long texts in threads of the process: beside whoever asks, and several at once. Where no thread can be had, here.
import { diffLines } from '../../../core/diff/diff.ts';
import { AcumenError } from '../../../core/errors.ts';
import { type Differ, diffAside } from '../../../workers/differ.ts';
import type { Pool } from '../../../workers/pool.ts';
import { WorkerDied } from '../../../workers/rpc.ts';

export type Diff = (a: Uint32Array, b: Uint32Array) => Promise<Int32Array>;

/** `owner`: whose share of the pool it takes. */
export function diffIn({ diff }: { readonly diff: Pool<Differ> }, owner: string): Diff {
  return async (a, b) => {
    try {
      return await diffAside(diff, a, b, { owner });
    } catch (error) {
      if (error instanceof WorkerDied || (error instanceof AcumenError && (error.code === 'worker-died' || error.code === 'overloaded'))) return diffLines(a, b);
      throw error;
    }
  };
}
