// A commit untangled: its edits taken apart into pieces, tied by what is known of them, and clustered into atoms
// (docs/decisions/0046, docs/ATOMS.md). Pure, and the same whatever order the edits come in.
import type { Atom, Commit, Piece, Tying } from './model.ts';
import { clustered, weighed } from './cluster.ts';
import { namesOfParts } from './names.ts';
import { type Reading, piecesOf, readingsOf } from './reading.ts';
import { lineTyings } from './ties.ts';

/** Pieces beyond which a commit is a sweep that nobody untangles: it is one atom a file. */
export const MOST_PIECES = 10_000;

/** The atoms of a commit, by their first pieces in order of paths; each piece is in one. A commit without edits has none. */
export function untangle(commit: Commit, tyings: readonly Tying[] = lineTyings): Atom[] {
  // in an order of its own: ties and names must not depend on that of the edits
  const sorted = { ...commit, edits: [...commit.edits].sort((a, b) => (a.edit.path < b.edit.path ? -1 : 1)) };
  const pieces = piecesOf(sorted);
  if (pieces.length === 0) return [];
  const part = (pieces.length > MOST_PIECES ? null : clustered(weighed(pieces.length, tyings.map((tying) => tying.ties(sorted, pieces))))) ?? byFile(pieces);
  const readings = readingsOf(sorted, pieces), parts = accompanied(gathered(part), readings.all), names = namesOfParts(parts, readings);
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

const ACCOMPANIES: ReadonlySet<string> = new Set(['test', 'docs', 'changelog', 'lock']);

/** Tests, documentation and changelogs that nothing ties go with what they accompany where there is but one such thing. */
function accompanied(parts: readonly number[][], all: readonly Reading[]): number[][] {
  const isBeside = (members: readonly number[]): boolean => members.every((i) => ACCOMPANIES.has(all[i]!.place.role));
  const bodies = parts.filter((members) => !isBeside(members));
  if (bodies.length !== 1 || parts.length === 1) return [...parts];
  return [parts.flat().sort((a, b) => a - b)];
}
