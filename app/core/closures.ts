// What stands on what among segments, as bits: who is below whom, and what two have in common. Knows nothing of their edits.
import type { Oid } from './bytes.ts';

interface Standing { readonly tip: Oid; readonly lower: readonly number[] }

export class Closures {
  readonly #segments: readonly Standing[];
  readonly #words: number;
  readonly #bits: Uint32Array;

  /** `segments`: lower ones first. */
  constructor(segments: readonly Standing[]) {
    this.#segments = segments;
    this.#words = (segments.length + 31) >>> 5;
    this.#bits = new Uint32Array(segments.length * this.#words);
    segments.forEach((s, i) => {
      const at = i * this.#words;
      for (const l of s.lower) for (let w = 0; w < this.#words; w++) this.#bits[at + w]! |= this.#bits[l * this.#words + w]!;
      this.#bits[at + (i >>> 5)]! |= 1 << (i & 31);
    });
  }

  /** Is `lower` the segment `upper` itself or below it? */
  includes(upper: number, lower: number): boolean {
    return (this.#bits[upper * this.#words + (lower >>> 5)]! & (1 << (lower & 31))) !== 0;
  }

  /** Indices of the segment and all below it, ascending. */
  closure(segment: number): number[] {
    const out: number[] = [];
    for (let i = 0; i <= segment; i++) if (this.includes(segment, i)) out.push(i);
    return out;
  }

  share(a: number, b: number): boolean {
    for (let w = 0; w < this.#words; w++) {
      if ((this.#bits[a * this.#words + w]! & this.#bits[b * this.#words + w]!) !== 0) return true;
    }
    return false;
  }

  /** The tops of what both stand on, ascending; empty: the base alone. */
  commonTops(a: number, b: number): number[] {
    const common = this.closure(Math.min(a, b)).filter((i) => this.includes(a, i) && this.includes(b, i));
    return common.filter((i) => !common.some((o) => o !== i && this.includes(o, i)));
  }

  contextName(tops: readonly number[]): string {
    return tops.length === 0 ? 'base' : tops.map((i) => this.#segments[i]!.tip).sort().join('+');
  }
}
