// Layouts beside whatever else is drawn: in a worker of their own, step by step, for as long as somebody wants them.
import { layout } from './layout.ts';
import { knows, settleAround } from './layoutWarm.ts';

/** Takes a step: x and y of each node, and how far it is, 1 at the end. False: no more is wanted. */
export type OnStep = (positions: Float32Array, progress: number) => boolean | Promise<boolean>;

export class Layouter {
  ping(): void {}

  /** Resolves when settled, or no more is wanted. `known`: where nodes stood that should stay there, NaN for the others; `after` as in layout.ts. */
  async arrange(nodes: number, a: Int32Array, b: Int32Array, onStep: OnStep, known: Float32Array | null = null, after: Uint8Array | null = null): Promise<void> {
    if (known !== null && knows(known, nodes)) { await onStep(settleAround(known, a, b), 1); return; }
    for (const { positions, progress } of layout(nodes, a, b, after)) if (!await onStep(positions.slice(), progress)) return;
  }
}
