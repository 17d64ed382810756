// In which context two segments are compared: over the tree of what both stand on. A context's tops and all below them are a row
// of bits, so that asking costs words.
import { BitRows, hasBit, meetAs } from '../bitRows.ts';
import type { Oid } from '../bytes.ts';
import { type ClosureRows, type Closures, shareIn } from '../closures.ts';

/** In place of a row's offset: the base, on which those meet that share nothing; a context whose tops are not all here. */
const BASE = -1, AWAY = -2;

/** Flat, for threads that know no names. */
export interface ContextRows { readonly closures: ClosureRows; readonly contextAt: Int32Array; readonly contextBits: Uint32Array }

export const isBase = ({ contextAt }: ContextRows, context: number): boolean => contextAt[context] === BASE;

/** Are two segments, neither above the other, compared in this context: is it what both stand on, no more and no less? */
export function meetIn({ closures, contextAt, contextBits }: ContextRows, a: number, b: number, context: number): boolean {
  const at = contextAt[context]!;
  if (at === BASE) return !shareIn(closures, a, b);
  const x = closures.at[a]!, y = closures.at[b]!;
  return at >= 0 && x >= 0 && y >= 0 && meetAs(closures.bits, x, y, contextBits, at);
}

export class Contexts implements ContextRows {
  readonly closures: Closures;
  contextAt = new Int32Array(0);
  readonly #rows = new BitRows();
  /** numbers by name */
  readonly #numbers = new Map<string, number>();
  readonly #segmentOf = new Map<Oid, number>();
  readonly #away = new Set<number>();
  #names: readonly string[] = [];

  constructor(closures: Closures) { this.closures = closures; }

  get contextBits(): Uint32Array { return this.#rows.words; }

  /** `undefined`: there is no such context. */
  numberOf(name: string): number | undefined { return this.#numbers.get(name); }

  /** Segments that can be tops from now on. */
  arrive(segment: number, tip: Oid): void { this.#segmentOf.set(tip, segment); }

  /** A segment that is gone: what stands on it has no tree any more. */
  leave(segment: number, tip: Oid): void {
    if (this.#segmentOf.get(tip) !== segment) return;
    this.#segmentOf.delete(tip);
    for (let c = 0; c < this.contextAt.length; c++) {
      const at = this.contextAt[c]!;
      if (at < 0 || !hasBit(this.contextBits, at, segment)) continue;
      this.contextAt[c] = AWAY;
      this.#away.add(c);
    }
  }

  /** Reads what is new: contexts at the end of the list, and those whose tops have arrived. */
  read(names: readonly string[]): void {
    const known = this.contextAt.length;
    this.#names = names;
    if (names.length > known) {
      const at = new Int32Array(names.length).fill(AWAY, known);
      at.set(this.contextAt);
      this.contextAt = at;
      for (let c = known; c < names.length; c++) { this.#numbers.set(names[c]!, c); this.#away.add(c); }
    }
    if (this.#away.size > 0) for (const c of this.#away) if (this.#place(c)) this.#away.delete(c);
  }

  #place(c: number): boolean {
    const name = this.#names[c]!;
    if (name === 'base') { this.contextAt[c] = BASE; return true; }
    const tops = name.split('+').map((tip) => this.#segmentOf.get(tip as Oid));
    if (tops.includes(undefined)) return false;
    this.contextAt[c] = this.closures.rowOf(this.#rows, tops as number[]);
    return true;
  }
}
