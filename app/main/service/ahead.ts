// Edits worked out before their turn, in waves over many segments at once, and how many bytes one import may hold of them.
import { AcumenError } from '../../core/errors.ts';
import type { Edit } from '../../core/model.ts';

/** Texts and hunks of all edits that one import holds, in bytes: beyond, a segment is listed by what it touches, and not compared. */
export const MOST_EDIT_BYTES = 384 << 20;
const BYTES_PER_EDIT = 200;
const BYTES_PER_HUNK = 150;

export interface Compared { readonly edits: readonly Edit[]; readonly contexts: readonly { readonly context: string; readonly edits: readonly Edit[] }[] }

export class Ahead {
  readonly #onBase = new Map<number, readonly Edit[]>();
  readonly #compared = new Map<number, Compared>();
  readonly #bytes = new Map<number, number>();
  #held = 0;

  get isFull(): boolean { return this.#held >= MOST_EDIT_BYTES; }
  onBase(i: number): readonly Edit[] | undefined { return this.#onBase.get(i); }
  compared(i: number): Compared | undefined { return this.#compared.get(i); }

  /** Keeps a segment's edits on the base, unless too much is held; what fails here fails again at its turn, and is told there. */
  keepOnBase(i: number, edits: () => readonly Edit[]): void {
    this.#attempt(() => { const made = edits(); this.#keep(i, weight(made)); this.#onBase.set(i, made); });
  }

  /** The same of all its edits. */
  keep(i: number, compare: () => Compared): void {
    this.#attempt(() => { const made = compare(); this.#keep(i, weightOf(made)); this.#compared.set(i, made); });
  }

  #attempt(work: () => void): void {
    if (this.isFull) return;
    try {
      work();
    } catch (error) {
      if (!(error instanceof AcumenError)) throw error;
    }
  }

  #keep(i: number, bytes: number): void {
    this.#held += bytes - (this.#bytes.get(i) ?? 0);
    this.#bytes.set(i, bytes);
  }

  /** Its turn has come. */
  forget(i: number): void {
    this.#held -= this.#bytes.get(i) ?? 0;
    this.#bytes.delete(i);
    this.#compared.delete(i);
    this.#onBase.delete(i);
  }
}

export function weight(edits: readonly Edit[]): number {
  let bytes = 0;
  for (const { hunks } of edits) {
    bytes += BYTES_PER_EDIT;
    for (const { removed, inserted } of hunks ?? []) bytes += BYTES_PER_HUNK + removed.length + inserted.length;
  }
  return bytes;
}

/** The segment's own edits are those on the base where it stands on nothing else. */
export function weightOf({ edits, contexts }: Compared): number {
  return contexts.reduce((sum, context) => sum + (context.edits === edits ? 0 : weight(context.edits)), weight(edits));
}
