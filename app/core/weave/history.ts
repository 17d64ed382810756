// The walk of a whole history: every line it ever had, in weave order, and which of them show at its end. Where members come one after
// another (commits of a stack) the next one's hunks are placed in it without walking anew, its past is found by what they touch, and the
// same hunks are told in the lines of any part of it (docs/decisions/0043).
import { type Bits, has } from './bits.ts';
import type { Piece } from './axis.ts';
import type { WeaveHunk, Walk, Window } from './placing.ts';
import { linesOf } from './regions.ts';

/** Never changed: what comes after it is another. */
export interface History extends Walk {
  /** its members, by their numbers in the weave */
  readonly set: Bits;
  /** members that did not know of each other come together in it: the last act on a line need not be what stands */
  readonly joined: boolean;
}

/** Adds to `into` whoever of a history had a hand in what a hunk touches: the lines before it, after it and removed, and what is hidden between. */
export function touchedBy({ pieces }: History, { before, after, parts }: Window, into: Set<number>): void {
  if (before !== null) actors(pieces[before.piece]!, into);
  if (after !== null) actors(pieces[after.piece]!, into);
  for (const { piece } of parts) actors(pieces[piece]!, into);
}

function actors({ marks }: Piece, into: Set<number>): void { for (const mark of marks) into.add(mark >>> 1); }

/** The text that some of a history's members make, with the places that its own text has in it. */
export class Excerpt {
  readonly lines: Uint32Array;
  readonly #pieces: readonly Piece[];
  readonly #shown: Uint8Array;
  /** by piece: lines before it */
  readonly #starts: Uint32Array;

  constructor(pieces: readonly Piece[], shown: Uint8Array) {
    this.#pieces = pieces;
    this.#shown = shown;
    this.#starts = new Uint32Array(pieces.length);
    let lines = 0;
    for (let k = 0; k < pieces.length; k++) {
      this.#starts[k] = lines;
      if (shown[k] === 1) lines += pieces[k]!.to - pieces[k]!.from;
    }
    this.lines = linesOf(pieces, shown);
  }

  /** A hunk of the whole text in the lines of this one; null where what it stands on is not in it. */
  hunk({ before, after, parts, inserted }: Window): WeaveHunk | null {
    const spots = [before, after].filter((spot) => spot !== null);
    if (spots.some(({ piece }) => this.#shown[piece] === 0) || parts.some(({ piece, shows }) => shows !== (this.#shown[piece] === 1))) return null;
    const at = (piece: number, line: number): number => this.#starts[piece]! + line - this.#pieces[piece]!.from;
    return { start: before === null ? 0 : at(before.piece, before.at) + 1, end: after === null ? this.lines.length : at(after.piece, after.at), inserted };
  }
}

/** Which of a history's pieces a part of it shows, where each of its members knew all that came before: the last act on a line stands. */
export function shownOf({ pieces }: History, set: Bits): Uint8Array {
  const shown = new Uint8Array(pieces.length);
  for (let k = 0; k < pieces.length; k++) {
    const { run, marks } = pieces[k]!;
    let shows = run.parent === null, last = -1;
    for (let m = 0; m < marks.length; m++) {
      const mark = marks[m]!;
      if (mark > last && has(set, mark >>> 1)) { last = mark; shows = (mark & 1) === 1; }
    }
    shown[k] = shows ? 1 : 0;
  }
  return shown;
}
