// Lines that conflict: a merged text as pieces, clean bytes and places in turn, and what answers make of it. The regions are those of
// merge3.ts, so that there is a place exactly where a pair verdict finds one. Bytes are kept: nothing is decoded.
import { concatBytes } from '../bytes.ts';
import { diffLines } from '../diff/diff.ts';
import { bug } from '../errors.ts';
import type { Interner } from '../lines.ts';
import { mergeRegions } from '../merge3.ts';
import type { ConflictKind } from '../model.ts';
import type { Answer, LinesPlace } from './model.ts';

export type Piece = Uint8Array | LinesPlace;

const LF = 10, CR = 13;

/** `base` null: both sides added the file, and the places are where they differ. */
export function piecesOf(interner: Interner, kind: ConflictKind, base: Uint32Array | null, ours: Uint32Array, theirs: Uint32Array): Piece[] {
  return base === null ? addedPieces(interner, kind, ours, theirs) : mergedPieces(interner, kind, base, ours, theirs);
}

function mergedPieces(interner: Interner, kind: ConflictKind, base: Uint32Array, ours: Uint32Array, theirs: Uint32Array): Piece[] {
  const pieces: Piece[] = [];
  let copied = 0; // lines of ours that the pieces have
  for (const r of mergeRegions(ours, theirs, diffLines(base, ours), diffLines(base, theirs))) {
    if (r.kind !== 'conflict' && r.kind !== 'b') continue;
    pieces.push(interner.join(ours, copied, r.aStart));
    copied = r.aEnd;
    if (r.kind === 'b') { pieces.push(interner.join(theirs, r.bStart, r.bEnd)); continue; }
    const line = (at: number): Uint8Array | null => (at < 0 || at >= base.length ? null : interner.bytesOf(base[at]!).slice());
    pieces.push({
      shape: 'lines', kind, base: interner.join(base, r.baseStart, r.baseEnd), ours: interner.join(ours, r.aStart, r.aEnd), theirs: interner.join(theirs, r.bStart, r.bEnd),
      before: line(r.baseStart - 1), after: line(r.baseEnd), at: [r.aStart, r.bStart, r.baseStart],
    });
  }
  pieces.push(interner.join(ours, copied));
  return joined(pieces);
}

/** Of two files that nobody had before, each run in which they differ is a place, whoever wrote lines there. */
function addedPieces(interner: Interner, kind: ConflictKind, ours: Uint32Array, theirs: Uint32Array): Piece[] {
  const pieces: Piece[] = [], script = diffLines(ours, theirs);
  let copied = 0;
  for (let i = 0; i < script.length; i += 4) {
    const [aStart, aEnd, bStart, bEnd] = script.subarray(i, i + 4) as unknown as [number, number, number, number];
    pieces.push(interner.join(ours, copied, aStart));
    copied = aEnd;
    const line = (at: number): Uint8Array | null => (at < 0 || at >= ours.length ? null : interner.bytesOf(ours[at]!).slice());
    pieces.push({
      shape: 'lines', kind, base: new Uint8Array(0), ours: interner.join(ours, aStart, aEnd), theirs: interner.join(theirs, bStart, bEnd),
      before: line(aStart - 1), after: line(aEnd), at: [aStart, bStart, 0],
    });
  }
  pieces.push(interner.join(ours, copied));
  return joined(pieces);
}

/** Clean pieces that follow each other as one, empty ones as none. */
function joined(pieces: readonly Piece[]): Piece[] {
  const out: Piece[] = [];
  for (const piece of pieces) {
    const last = out.at(-1);
    if (!(piece instanceof Uint8Array)) out.push(piece);
    else if (last instanceof Uint8Array) out[out.length - 1] = concatBytes([last, piece]);
    else if (piece.length > 0) out.push(piece);
  }
  return out;
}

export const placesIn = (pieces: readonly Piece[]): LinesPlace[] => pieces.filter((piece): piece is LinesPlace => !(piece instanceof Uint8Array));

/** What an answer makes of a place. Where both are taken and the first ends without one, a line end comes between them, as git's union has it. */
export function takeLines(place: LinesPlace, answer: Answer): Uint8Array {
  const { ours, theirs } = place;
  switch (answer.take) {
    case 'ours': return ours;
    case 'theirs': return theirs;
    case 'both': return concatBytes([closed(ours, theirs, place), theirs]);
    case 'reversed': return concatBytes([closed(theirs, ours, place), ours]);
    case 'text': return answer.text;
  }
}

/** The text that answers make, one for each place in order. A text that a person wrote without a last line end gets one where lines follow. */
export function decideLines(pieces: readonly Piece[], answers: readonly Answer[]): Uint8Array {
  let n = 0;
  const parts: Uint8Array[] = [], last = pieces.length - 1;
  for (const [i, piece] of pieces.entries()) {
    if (piece instanceof Uint8Array) { parts.push(piece); continue; }
    const answer = answers[n++];
    if (answer === undefined) throw bug('a place is decided without an answer');
    const text = takeLines(piece, answer), next = pieces[i + 1];
    parts.push(i < last && next instanceof Uint8Array ? closed(text, next, piece) : text);
  }
  if (n !== answers.length) throw bug('there are more answers than places');
  return concatBytes(parts);
}

/** `text` with a line end if it lacks one and something follows it. */
function closed(text: Uint8Array, next: Uint8Array, place: LinesPlace): Uint8Array {
  if (text.length === 0 || next.length === 0 || text.at(-1) === LF) return text;
  return concatBytes([text, lineEndsOf(place) === 'crlf' ? Uint8Array.of(CR, LF) : Uint8Array.of(LF)]);
}

export type LineEnds = 'lf' | 'crlf' | 'mixed' | 'none';

/** How the lines of a place end, those around it among them. */
export function lineEndsOf({ base, ours, theirs, before, after }: LinesPlace): LineEnds { return endsIn([before, ours, theirs, base, after]); }

function endsIn(texts: readonly (Uint8Array | null)[]): LineEnds {
  let found: LineEnds = 'none';
  for (const text of texts) {
    if (text === null) continue;
    for (let i = text.indexOf(LF); i >= 0; i = text.indexOf(LF, i + 1)) {
      const end = i > 0 && text[i - 1] === CR ? 'crlf' : 'lf';
      if (found === 'none') found = end;
      else if (found !== end) return 'mixed';
    }
  }
  return found;
}

/** The answer that a decided text is for a place, as short as it can be said. */
export function answerFor(place: LinesPlace, text: Uint8Array): Answer {
  const same = (take: 'ours' | 'theirs' | 'both' | 'reversed'): boolean => {
    const made = takeLines(place, { take });
    return made.length === text.length && made.every((byte, i) => byte === text[i]);
  };
  for (const take of ['ours', 'theirs', 'both', 'reversed'] as const) if (same(take)) return { take };
  return { take: 'text', text };
}
