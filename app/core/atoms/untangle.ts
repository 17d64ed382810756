// A commit untangled: its edits taken apart into pieces, tied by what is known of them, and clustered into atoms
// (docs/decisions/0046, docs/ATOMS.md). Pure, and the same whatever order the edits come in.
import type { Atom, Commit, Piece, Tying } from './model.ts';
import { tokensOf } from './words.ts';
import { clustered, weighed } from './cluster.ts';
import { namesOfParts } from './names.ts';
import { type Readings, piecesOf, readingsOf } from './reading.ts';
import { lineTyings } from './ties.ts';

/** Pieces beyond which a commit is a sweep that nobody untangles: it is one atom a file. */
const MOST_PIECES = 10_000;

/** The atoms of a commit, by their first pieces in order of paths; each piece is in one. A commit without edits has none. */
export function untangle(commit: Commit, tyings: readonly Tying[] = lineTyings): Atom[] {
  // in an order of its own: ties and names must not depend on that of the edits
  const sorted = { ...commit, edits: [...commit.edits].sort((a, b) => (a.edit.path < b.edit.path ? -1 : 1)) };
  const pieces = piecesOf(sorted);
  if (pieces.length === 0) return [];
  const part = pieces.length > MOST_PIECES ? null : clustered(weighed(pieces.length, tyings.map((tying) => tying.ties(sorted, pieces))));
  const readings = readingsOf(sorted, pieces), parts = part === null ? gathered(byFile(pieces)) : withChangelog(gathered(part), readings), names = namesOfParts(parts, readings, part === null);
  return parts.map((members, i) => ({ name: names[i]!, pieces: members.map((k) => pieces[k]!) }));
}

function gathered(part: Int32Array): number[][] {
  const out: number[][] = [];
  for (const [i, p] of part.entries()) (out[p] ??= []).push(i);
  return out;
}

function byFile(pieces: readonly Piece[]): Int32Array {
  const place = new Map<string, number>();
  return Int32Array.from(pieces, ({ path }) => {
    if (!place.has(path)) place.set(path, place.size);
    return place.get(path)!;
  });
}

/** Share of a title's words that a changelog must have to be about what the title says. */
const SAID = 0.4;

/** An entry in a changelog that says what the title says goes with the rest, where the rest is one thing. */
function withChangelog(parts: number[][], { all, titleWords }: Readings): number[][] {
  const isChangelog = (members: readonly number[]): boolean => members.every((i) => all[i]!.place.role === 'changelog');
  const said = parts.filter((members) => {
    if (!isChangelog(members) || titleWords.size === 0) return false;
    const words = new Set(members.flatMap((i) => all[i]!.inserted.slice(0, 20).flatMap((line) => tokensOf(line.toLowerCase()))));
    return [...titleWords].filter((word) => words.has(word)).length >= SAID * titleWords.size;
  });
  return said.length === 1 && parts.length === 2 && !parts.every(isChangelog) ? [parts.flat().sort((a, b) => a - b)] : parts;
}
