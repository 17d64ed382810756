// What stands on what among segments, as bits: who is below whom, and what two have in common. Knows nothing of their edits.
// Segments that stand on nothing cost nothing; of the others asking costs words, never a walk.
import type { Oid } from './bytes.ts';

interface Standing { readonly tip: Oid; readonly lower: readonly number[] }

/** In place of a row's offset: a segment that includes itself alone. */
const ALONE = -1;

/** Rows of bits, one for each segment that stands on others; flat, for threads that know no names (index/partition.ts). */
export interface ClosureRows {
  readonly words: number;
  /** segments with different families share nothing; with equal ones they may */
  readonly family: Int32Array;
  /** per segment, its row's offset in `bits`, or below 0 where it stands on nothing */
  readonly at: Int32Array;
  readonly bits: Uint32Array;
}

const bitIn = (bits: Uint32Array, at: number, i: number): boolean => (bits[at + (i >>> 5)]! & (1 << (i & 31))) !== 0;

function includesIn({ at, bits }: ClosureRows, upper: number, lower: number): boolean {
  return at[upper]! < 0 ? upper === lower : bitIn(bits, at[upper]!, lower);
}

export function shareIn(rows: ClosureRows, a: number, b: number): boolean {
  if (rows.family[a] !== rows.family[b]) return false;
  const x = rows.at[a]!, y = rows.at[b]!;
  if (x < 0) return includesIn(rows, b, a);
  if (y < 0) return includesIn(rows, a, b);
  for (let w = 0; w < rows.words; w++) if ((rows.bits[x + w]! & rows.bits[y + w]!) !== 0) return true;
  return false;
}

export class Closures implements ClosureRows {
  words: number;
  family: Int32Array;
  at: Int32Array;
  bits = new Uint32Array(0);
  #rows = 0;
  /** segments so far */
  count = 0;
  readonly #segments: Standing[] = [];

  /** `segments`: lower ones first. */
  constructor(segments: readonly Standing[]) {
    this.words = Math.max(1, (segments.length + 31) >>> 5);
    this.family = new Int32Array(segments.length);
    this.at = new Int32Array(segments.length);
    this.bits = new Uint32Array(this.words * segments.reduce((rows, { lower }) => rows + Number(lower.length > 0), 0));
    for (const s of segments) this.add(s);
  }

  /** The next segment: what it stands on is there already. */
  add(segment: Standing): void {
    const i = this.count++;
    this.#reserve();
    this.#segments.push(segment);
    this.family[i] = i;
    this.at[i] = ALONE;
    if (segment.lower.length === 0) return;
    const at = this.at[i] = this.#rows++ * this.words;
    for (const l of segment.lower) {
      this.addRow(this.bits, at, l);
      this.#join(i, l);
    }
    this.bits[at + (i >>> 5)]! |= 1 << (i & 31);
  }

  #reserve(): void {
    if (this.count > this.at.length) {
      const room = this.count + (this.count >>> 1);
      const larger = (old: Int32Array): Int32Array => { const out = new Int32Array(room); out.set(old); return out; };
      this.family = larger(this.family);
      this.at = larger(this.at);
    }
    const words = this.count > 32 * this.words ? this.words + (this.words >>> 1) + 1 : this.words;
    if (words === this.words && (this.#rows + 1) * words <= this.bits.length) return;
    const bits = new Uint32Array(words * (this.#rows + (this.#rows >>> 1) + 16));
    for (let r = 0; r < this.#rows; r++) bits.set(this.bits.subarray(r * this.words, (r + 1) * this.words), r * words);
    if (words !== this.words) for (let i = 0; i < this.count; i++) if (this.at[i]! >= 0) this.at[i] = this.at[i]! / this.words * words;
    this.bits = bits;
    this.words = words;
  }

  #join(upper: number, lower: number): void {
    const keep = this.family[lower]!, gone = this.family[upper]!;
    if (keep === gone) return;
    // a segment that is alone in its family is the rule
    if (gone === upper) this.family[upper] = keep;
    else for (let i = 0; i < this.count; i++) if (this.family[i] === gone) this.family[i] = keep;
  }

  /** Adds the segment and all below it to the row at `at` of some bits of as many words. */
  addRow(bits: Uint32Array, at: number, segment: number): void {
    const from = this.at[segment]!;
    if (from < 0) bits[at + (segment >>> 5)]! |= 1 << (segment & 31);
    else for (let w = 0; w < this.words; w++) bits[at + w]! |= this.bits[from + w]!;
  }

  /** Is `lower` the segment `upper` itself or below it? */
  includes(upper: number, lower: number): boolean { return includesIn(this, upper, lower); }

  /** Indices of the segment and all below it, ascending. */
  closure(segment: number): number[] {
    const at = this.at[segment]!;
    return at < 0 ? [segment] : this.#members((w) => this.bits[at + w]!);
  }

  share(a: number, b: number): boolean { return shareIn(this, a, b); }

  /** The tops of what both stand on, ascending; empty: the base alone. */
  commonTops(a: number, b: number): number[] {
    if (!this.share(a, b)) return [];
    if (this.includes(a, b)) return [b];
    if (this.includes(b, a)) return [a];
    const x = this.at[a]!, y = this.at[b]!;
    const common = this.#members((w) => this.bits[x + w]! & this.bits[y + w]!);
    // what both stand on is closed downwards: one that is no top has another of it standing directly on it
    const covered = new Set<number>();
    for (const i of common) for (const l of this.#segments[i]!.lower) covered.add(l);
    return common.filter((i) => !covered.has(i));
  }

  #members(word: (w: number) => number): number[] {
    const out: number[] = [];
    for (let w = 0; w < this.words; w++) {
      for (let left = word(w); left !== 0; left &= left - 1) out.push((w << 5) + 31 - Math.clz32(left & -left));
    }
    return out;
  }

  contextName(tops: readonly number[]): string {
    return tops.length === 0 ? 'base' : tops.map((i) => this.#segments[i]!.tip).sort().join('+');
  }
}
