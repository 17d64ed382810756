// Edges of the conflict graph as numbers: what each ACU that comes is answered with, and what is stored of it, without an object for each. Who
// reads them as edges gets those.
import type { AcuId } from './bytes.ts';
import type { ConflictEdge, Verdict } from './model.ts';

/** In this order for ever, and never more than four: stored pages say a verdict by its place here. */
export const VERDICTS: readonly Verdict[] = ['blocking', 'resolvable', 'risk', 'partial'];
export const BLOCKING = VERDICTS.indexOf('blocking'), RISK = VERDICTS.indexOf('risk'), PARTIAL = VERDICTS.indexOf('partial');
/** In place of an ACU's number. */
export const THE_BASE = -1;
/** Numbers of an edge: a, b and its verdict. */
export const EDGE = 3;

export class EdgeList implements Iterable<ConflictEdge> {
  /** by number: shared with those who add to it, and never changed else */
  readonly ids: readonly AcuId[];
  numbers = new Int32Array(256 * EDGE);
  length = 0;

  constructor(ids: readonly AcuId[]) { this.ids = ids; }

  /** The smaller id in front, as everywhere. */
  add(x: number, y: number, verdict: number): void {
    if (EDGE * this.length === this.numbers.length) { const more = new Int32Array(2 * this.numbers.length); more.set(this.numbers); this.numbers = more; }
    const at = EDGE * this.length++, isInOrder = y === THE_BASE || this.ids[x]! < this.ids[y]!;
    this.numbers[at] = isInOrder ? x : y;
    this.numbers[at + 1] = isInOrder ? y : x;
    this.numbers[at + 2] = verdict;
  }

  *[Symbol.iterator](): Iterator<ConflictEdge> {
    for (let i = 0; i < this.length; i++) {
      const b = this.numbers[EDGE * i + 1]!;
      yield { a: this.ids[this.numbers[EDGE * i]!]!, b: b === THE_BASE ? 'base' : this.ids[b]!, verdict: VERDICTS[this.numbers[EDGE * i + 2]!]! };
    }
  }
}
