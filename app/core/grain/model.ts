// The finer grains as values: a segment's history as steps, and the units that come of taking it apart (docs/decisions/0043). At grain
// `commit` a unit is a commit, at grain `atom` a part of one. A unit is to the rest of the engine what a segment is: it stands on the
// units it requires, and on nothing else.
import type { Oid } from '../bytes.ts';
import type { Changes } from '../changes.ts';
import type { Edit } from '../model.ts';
import type { Atom } from '../atoms/model.ts';

/** What one commit makes of the tree before it, both carried onto the base. Several commits where only their whole carries. */
export interface Step {
  /** of several, the last */
  readonly commit: Oid;
  /** how many it stands for, at least 1 */
  readonly commits: number;
  /** base → the tree after this step */
  readonly changes: Changes;
  /** the step's own edits (from the tree before it to its tree) in parts; absent: they are one */
  readonly atoms?: readonly Atom[];
}

/** A segment that can be taken apart: its commits, oldest first, on what lies below it. */
export interface Strand {
  /** strands directly below, as indices into the list it is in; they come before it */
  readonly lower: readonly number[];
  /** the tree of the first step's parent: compose(lower), as a change of the base */
  readonly below: Changes;
  /** the last one's tree is carried(tip) */
  readonly steps: readonly Step[];
  /** false: one unit for all of it, which requires every unit below */
  readonly apart: boolean;
}

/** One ACU of a finer grain, before it has an id. Indices are those of the list it is in, which is in topological order. */
export interface Unit {
  readonly strand: number;
  readonly step: number;
  /** of its step, from 0; -1: it is the whole step */
  readonly atom: number;
  /** how it is known among others, like a segment's tip: the commit, or what is made of it and the atom's number */
  readonly key: Oid;
  /** units it requires directly: those whose lines, paths or registers its own touch; none is below another; ascending */
  readonly requires: readonly number[];
  /** units directly before it in its history: with those, and all that are before them, it stands together whatever touches */
  readonly after: readonly number[];
  /** its own edits, on the tree of what it requires */
  readonly edits: readonly Edit[];
  /** base → the tree of it and all it requires */
  readonly changes: Changes;
  /** why it is coarser than was asked for, as the rest of a sentence; absent where it is not */
  readonly note?: string;
}
