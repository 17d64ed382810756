// What is before what in the histories of sources, at the finer grains (`after`, and what is stood on; docs/decisions/0045). Who wrote one upon the other has seen
// it, so two of which one is before the other stand together, whatever a comparison of their lines finds. At grain `branch` nothing comes
// after anything, and asking costs nothing.
import type { Oid } from './bytes.ts';
import { Closures } from './closures.ts';
import type { PairSet } from './index/pairSet.ts';

interface Following { readonly lower: readonly number[]; readonly after?: readonly number[] }

const NO_TIP = '' as Oid;

export class Histories {
  /** over what they come after besides what they stand on; null as long as nothing comes after anything */
  #closures: Closures | null = null;
  #count = 0;

  /** `segments`: earlier ones first. */
  constructor(segments: readonly Following[]) { this.grow(segments); }

  /** No two stand together by history. */
  get isEmpty(): boolean { return this.#closures === null; }

  /** The same segments, and more at their end. */
  grow(segments: readonly Following[]): void {
    let isAny = this.#closures !== null;
    for (let i = this.#count; i < segments.length && !isAny; i++) isAny = (segments[i]!.after?.length ?? 0) > 0;
    const standing = ({ lower, after }: Following) => ({ tip: NO_TIP, lower: after === undefined || after.length === 0 ? lower : [...lower, ...after] });
    if (isAny && this.#closures === null) this.#closures = new Closures(segments.map(standing));
    else if (this.#closures !== null) for (let i = this.#closures.count; i < segments.length; i++) this.#closures.add(standing(segments[i]!));
    this.#count = segments.length;
  }

  /** Segments with different families have no history in common. */
  familyOf(segment: number): number { return this.#closures === null ? segment : this.#closures.family[segment]!; }

  /** Is one of two before the other? */
  together(a: number, b: number): boolean {
    return this.#closures !== null && a !== b && this.#closures.includes(Math.max(a, b), Math.min(a, b));
  }

  /** Of all of these, is of any two one before the other? */
  allTogether(segments: readonly number[]): boolean {
    return segments.length < 2 || (this.#closures !== null && segments.every((a, i) => segments.every((b, j) => j <= i || this.together(a, b))));
  }

  /** Those of `as` that do not stand together with all of `bs`. */
  loose(as: readonly number[], bs: readonly number[]): readonly number[] {
    return this.#closures === null ? as : as.filter((a) => bs.some((b) => b !== a && !this.together(a, b)));
  }

  /** Takes pairs that stand together out of a set of pairs: all, or those of one segment. */
  takeOut(pairs: PairSet): void {
    const closures = this.#closures;
    if (closures !== null) for (let a = 0; a < this.#count; a++) if (closures.at[a]! >= 0) pairs.deleteAll(a, closures.bits, closures.at[a]!);
  }
  takeOutOf(pairs: PairSet, segment: number): void {
    if (this.#closures !== null) for (const other of pairs.of(segment)) if (this.together(segment, other)) pairs.delete(segment, other);
  }
}
