// Where hunks lie in the walk of their causal past, and that walk with an ACU's acts applied, without walking anew.
import { bug } from '../errors.ts';
import type { Piece, Run } from './axis.ts';

/** Lines [start, end) of the text that the ACU was made on are replaced by `inserted`. In order, not overlapping. */
export interface WeaveHunk { readonly start: number; readonly end: number; readonly inserted: Uint32Array }

/** A set's walk, and which of its pieces show. */
export interface Walk { readonly pieces: readonly Piece[]; readonly shown: Uint8Array }

/** A line: number `at` of its piece's run. */
export interface Spot { readonly piece: number; readonly at: number }

/** Lines [from, to) of a piece's run. */
export interface Part { readonly piece: number; readonly from: number; readonly to: number; readonly shows: boolean }

/** The visible lines around a hunk (null: start or end of file) and all that lies strictly between them. */
export interface Window { readonly before: Spot | null; readonly after: Spot | null; readonly parts: readonly Part[]; readonly inserted: Uint32Array }

/** Touching hunks are one: between them lies no kept line. */
export function joined(hunks: readonly WeaveHunk[]): WeaveHunk[] {
  const out: WeaveHunk[] = [];
  for (const hunk of hunks) {
    const last = out.at(-1);
    if (hunk.end < hunk.start || (last && hunk.start < last.end)) throw bug('hunks are in order and do not overlap', { start: hunk.start, end: hunk.end });
    if (last && hunk.start === last.end) {
      const inserted = new Uint32Array(last.inserted.length + hunk.inserted.length);
      inserted.set(last.inserted);
      inserted.set(hunk.inserted, last.inserted.length);
      out[out.length - 1] = { start: last.start, end: hunk.end, inserted };
    } else out.push(hunk);
  }
  return out;
}

/** Finds hunks, in order, in one pass over the pieces. */
export function* windowsOf({ pieces, shown }: Walk, hunks: Iterable<WeaveHunk>): Generator<Window> {
  let piece = 0;
  let lines = 0; // visible lines before `piece`
  const seek = (line: number): Spot | null => {
    for (; piece < pieces.length; piece++) {
      if (shown[piece] !== 1) continue;
      const { from, to } = pieces[piece]!;
      if (line < lines + to - from) return { piece, at: from + line - lines };
      lines += to - from;
    }
    if (line > lines) throw bug('a hunk lies beyond the text that it was cut on', { line, lines });
    return null;
  };
  for (const { start, end, inserted } of hunks) {
    const before = start > 0 ? seek(start - 1) : null;
    if (start > 0 && before === null) throw bug('a hunk lies beyond the text that it was cut on', { line: start, lines });
    const at = piece, linesBefore = lines;
    const after = seek(end);
    const parts: Part[] = [];
    const last = after?.piece ?? pieces.length - 1;
    for (let k = before?.piece ?? 0; k <= last; k++) {
      const from = before?.piece === k ? before.at + 1 : pieces[k]!.from;
      const to = after?.piece === k ? after.at : pieces[k]!.to;
      if (from < to) parts.push({ piece: k, from, to, shows: shown[k] === 1 });
    }
    yield { before, after, parts, inserted };
    // The next hunk's line before may be one that the search for this one's end has passed.
    piece = at;
    lines = linesBefore;
  }
}

/**
 * The gap for a run that comes next after `left`. Fugue's rule: it becomes the right child of the line on the left if
 * nothing of the past hangs there, else the left child of what comes next. (So no gap that an ACU fills held anything that it knew.)
 */
export function gapAfter(pieces: readonly Piece[], base: Run, left: Spot | null): { run: Run; gap: number } {
  const next = pieces[left === null ? 0 : left.piece + 1];
  if (left !== null) {
    const { run, to } = pieces[left.piece]!;
    if (left.at + 1 < to || (to === run.lines.length && !(next && hangsIn(next.run, run)))) return { run, gap: left.at + 1 };
  }
  return next ? { run: next.run, gap: next.from } : { run: base, gap: 0 };
}

function hangsIn(run: Run, ancestor: Run): boolean {
  for (let at: Run | null = run.parent; at !== null; at = at.parent) if (at === ancestor) return true;
  return false;
}

/** Rewrites a walk from front to back. */
export class Rewriting {
  readonly #from: Walk;
  readonly #pieces: Piece[] = [];
  readonly #shown: number[] = [];
  #piece = 0;
  #at: number;

  constructor(walk: Walk) {
    this.#from = walk;
    this.#at = walk.pieces[0]?.from ?? 0;
  }

  /** Keeps everything up to and without line `at` of a piece. */
  keepTo(piece: number, at: number): void {
    const { pieces } = this.#from;
    while (this.#piece < piece) {
      this.#keep(pieces[this.#piece]!.to);
      this.#piece++;
      this.#at = pieces[this.#piece]?.from ?? 0;
    }
    if (piece < pieces.length) this.#keep(at);
  }

  #keep(to: number): void {
    const piece = this.#from.pieces[this.#piece]!;
    if (this.#at >= to) return;
    this.#pieces.push(this.#at === piece.from && to === piece.to ? piece : { ...piece, from: this.#at, to });
    this.#shown.push(this.#from.shown[this.#piece]!);
    this.#at = to;
  }

  /** From here to line `to` of the piece, with one more mark. */
  mark(to: number, mark: number): void {
    const { run, marks } = this.#from.pieces[this.#piece]!;
    this.#pieces.push({ run, from: this.#at, to, marks: [...marks, mark] });
    this.#shown.push(mark & 1);
    this.#at = to;
  }

  /** A new run, here. */
  put(run: Run, mark: number): void {
    this.#pieces.push({ run, from: 0, to: run.lines.length, marks: [mark] });
    this.#shown.push(1);
  }

  done(): Walk {
    this.keepTo(this.#from.pieces.length, 0);
    return { pieces: this.#pieces, shown: Uint8Array.from(this.#shown) };
  }
}
