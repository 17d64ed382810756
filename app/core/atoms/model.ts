// Atoms: the parts of one commit that make sense by themselves (design.md §1, grain `atom`; docs/decisions/0046). Ties say which hunks
// belong together; whoever knows more of a language gives other ties through the same interface.
import type { PathBytes } from '../bytes.ts';
import type { Edit } from '../model.ts';

/** A piece of a commit that is never cut: one hunk of an edit, or an edit as a whole. */
export interface Piece {
  readonly path: PathBytes;
  /** into the edit's hunks; -1: the whole edit (an addition, a deletion, a mode, whatever has no lines) */
  readonly hunk: number;
}

/** Two pieces that belong together, and why: shown to a person, so a phrase ('both use parseDate'). Indices into the list of pieces. */
export interface Tie { readonly a: number; readonly b: number; readonly why: string; /** 0…1: how sure */ readonly weight: number }

/** A commit as ties see it: its edits with whole texts before and after, lines with their terminators; null where there are none. */
export interface Commit {
  readonly title: string;
  readonly edits: readonly { readonly edit: Edit; readonly before: readonly string[] | null; readonly after: readonly string[] | null }[];
}

/** Finds ties of one kind. Pure. Today's read lines, indentation, identifiers and moves; one that reads entities can take their place. */
export interface Tying { readonly name: string; ties(commit: Commit, pieces: readonly Piece[]): Iterable<Tie> }

/** Pieces that stay together, in the order of the commit's; the atoms of a commit have each piece once. */
export interface Atom {
  /** what a person calls it: 'rename parseDate', 'tests of History' */
  readonly name: string;
  readonly pieces: readonly Piece[];
}
