// Line differences in workers: of files so large, or so unlike, that whoever asks should not wait at its own desk. Lines are numbers
// (core/lines.ts); the answer depends only on which are equal, so that no text need travel.
import { transfer } from 'comlink';
import { diffLines } from '../core/diff/diff.ts';
import type { Pool } from './pool.ts';
import { SEVERAL } from './pool.ts';

export class Differ {
  ping(): void {}

  diff(a: Uint32Array, b: Uint32Array): Int32Array {
    const script = diffLines(a, b);
    return transfer(script, [script.buffer as ArrayBuffer]);
  }
}

/** As `diffLines`, elsewhere. What travels are copies: another worker can begin again where one died. */
export function diffAside(pool: Pool<Differ>, a: Uint32Array, b: Uint32Array, options: { readonly owner?: string; readonly signal?: AbortSignal; readonly deadline?: number } = {}): Promise<Int32Array> {
  return pool.run({ ...options, kind: 'diff', cost: a.length + b.length, guess: (a.length + b.length) / 2_000, attempts: SEVERAL, work: (api) => api.diff(a, b) });
}
