// What stands on what among segments, as bits: who is below whom, and what two have in common. Knows nothing of their edits.
// Segments that stand on nothing cost nothing; of the others asking costs words, never a walk.
import { BitRows, common, hasBit, meet } from './bitRows.ts';
import type { Oid } from './bytes.ts';

interface Standing { readonly tip: Oid; readonly lower: readonly number[] }

/** In place of a row's offset: a segment that includes itself alone. */
const ALONE = -1;

/** Rows of bits (bitRows.ts), one for each segment that stands on others; flat, for threads that know no names (index/partition.ts). */
export interface ClosureRows {
  /** segments with different families share nothing; with equal ones they may */
  readonly family: Int32Array;
  /** per segment, its row's offset in `bits`, or below 0 where it stands on nothing */
  readonly at: Int32Array;
  readonly bits: Uint32Array;
}

function includesIn({ at, bits }: ClosureRows, upper: number, lower: number): boolean {
  return at[upper]! < 0 ? upper === lower : hasBit(bits, at[upper]!, lower);
}

export function shareIn(rows: ClosureRows, a: number, b: number): boolean {
  if (rows.family[a] !== rows.family[b]) return false;
  const x = rows.at[a]!, y = rows.at[b]!;
  if (x < 0) return includesIn(rows, b, a);
  if (y < 0) return includesIn(rows, a, b);
  return meet(rows.bits, x, y);
}

export class Closures implements ClosureRows {
  family: Int32Array;
  at: Int32Array;
  /** per segment, the next of its family, and so on around; per family's name, how many are in it */
  #next: Int32Array;
  #size: Int32Array;
  readonly #rows = new BitRows();
  /** segments so far */
  count = 0;
  readonly #segments: Standing[] = [];

  /** `segments`: lower ones first. */
  constructor(segments: readonly Standing[]) {
    this.family = new Int32Array(segments.length);
    this.#next = new Int32Array(segments.length);
    this.#size = new Int32Array(segments.length);
    this.at = new Int32Array(segments.length);
    for (const s of segments) this.add(s);
  }

  get bits(): Uint32Array { return this.#rows.words; }

  /** The next segment: what it stands on is there already. */
  add(segment: Standing): void {
    const i = this.count++;
    this.#reserve();
    this.#segments.push(segment);
    this.family[i] = this.#next[i] = i;
    this.#size[i] = 1;
    this.at[i] = ALONE;
    if (segment.lower.length === 0) return;
    this.at[i] = this.rowOf(this.#rows, [...segment.lower, i]);
    for (const l of segment.lower) this.#join(i, l);
  }

  #reserve(): void {
    if (this.count <= this.at.length) return;
    const room = this.count + (this.count >>> 1);
    const larger = (old: Int32Array): Int32Array => { const out = new Int32Array(room); out.set(old); return out; };
    this.family = larger(this.family);
    this.#next = larger(this.#next);
    this.#size = larger(this.#size);
    this.at = larger(this.at);
  }

  /** One family of two. A family is called by one of its own, and the smaller takes the larger's name: joining n of them costs n times its logarithm. */
  #join(a: number, b: number): void {
    const { family } = this, next = this.#next, size = this.#size;
    let keep = family[a]!, gone = family[b]!;
    if (keep === gone) return;
    if (size[keep]! < size[gone]!) [keep, gone] = [gone, keep];
    for (let i = next[gone]!; family[i] !== keep; i = next[i]!) family[i] = keep;
    [next[keep], next[gone]] = [next[gone]!, next[keep]!];
    size[keep]! += size[gone]!;
  }

  /** These segments and all below them as a row among `rows`: its offset. */
  rowOf(rows: BitRows, segments: readonly number[]): number {
    const { at, bits } = this;
    return rows.add(segments.map((s) => ({ words: bits, at: at[s]!, number: s })));
  }

  /** Is `lower` the segment `upper` itself or below it? */
  includes(upper: number, lower: number): boolean { return includesIn(this, upper, lower); }

  /** Indices of the segment and all below it, ascending. */
  closure(segment: number): number[] {
    const at = this.at[segment]!;
    return at < 0 ? [segment] : common(this.bits, at, at);
  }

  share(a: number, b: number): boolean { return shareIn(this, a, b); }

  /** The tops of what both stand on, ascending; empty: the base alone. */
  commonTops(a: number, b: number): number[] {
    if (!this.share(a, b)) return [];
    if (this.includes(a, b)) return [b];
    if (this.includes(b, a)) return [a];
    const both = common(this.bits, this.at[a]!, this.at[b]!);
    // what both stand on is closed downwards: one that is no top has another of it standing directly on it
    const covered = new Set<number>();
    for (const i of both) for (const l of this.#segments[i]!.lower) covered.add(l);
    return both.filter((i) => !covered.has(i));
  }

  contextName(tops: readonly number[]): string {
    return tops.length === 0 ? 'base' : tops.map((i) => this.#segments[i]!.tip).sort().join('+');
  }
}
