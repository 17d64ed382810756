// What bench/pools.bench.ts gives to do: comparing versions of texts, by workers that hold the lines of the few bases they met last.
import { transfer } from 'comlink';
import { diffLines } from '../app/core/diff/diff.ts';
import { Interner } from '../app/core/lines.ts';

/** Bases whose lines one worker holds: as with any cache, fewer than there are. */
export const HOLDS = 6;

export class Comparer {
  readonly #held = new Map<number, { readonly interner: Interner; readonly lines: Uint32Array }>();

  /** Answers the script, and whether the base was held. */
  compare(base: number, before: Uint8Array, after: Uint8Array): { readonly script: Int32Array; readonly wasHeld: boolean } {
    let held = this.#held.get(base);
    const wasHeld = held !== undefined;
    this.#held.delete(base);
    if (held === undefined) {
      const interner = new Interner();
      held = { interner, lines: interner.internLines(before) };
    }
    this.#held.set(base, held);
    if (this.#held.size > HOLDS) this.#held.delete(this.#held.keys().next().value!);
    const script = diffLines(held.lines, held.interner.internLike(after, held.lines));
    return transfer({ script, wasHeld }, [script.buffer as ArrayBuffer]);
  }
}
