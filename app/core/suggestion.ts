// What is answered to "which is the largest set that goes together?" and "why is this one not in it?": ACUs and their weights, as they cross the
// contract. How to read the proof: docs/SUGGESTIONS.md.
import type { AcuId } from './bytes.ts';

export interface Suggestion {
  /** sorted; composes, unless it is empty */
  readonly acus: readonly AcuId[];
  readonly weight: number;
  /** nothing that composes weighs more */
  readonly bound: number;
  /** it is as large as the bound: nothing is left to look for */
  readonly optimal: boolean;
  /** how many ACUs there are, and what all of them weigh together */
  readonly of: { readonly acus: number; readonly weight: number };
  /** ACUs that no set can have: stale, not yet exact, or on top of one that is */
  readonly barred: number;
  /** sets that fail when composed although any two of them go together: found on the way, and never chosen whole */
  readonly refused: readonly (readonly AcuId[])[];
  /** how often a largest set was looked for: once, and again after each that did not compose */
  readonly rounds: number;
  /** milliseconds, composing included */
  readonly ms: number;
}

/** Why an ACU is not in a set. */
export interface Reason {
  readonly acu: AcuId;
  /** `in`: it is in the set. `free`: nothing keeps it out. `kept`: others of the set do. `never`: no set can have it */
  readonly kind: 'in' | 'free' | 'kept' | 'never';
  /** of `never`: what cannot be chosen, it or of what it requires; or those of what it requires that conflict with each other */
  readonly never: readonly AcuId[];
  /** the fewest of the set that have to leave so that it can come; `leaves`: these, and what requires them */
  readonly blockers: readonly AcuId[];
  readonly leaves: readonly AcuId[];
  /** itself and what it requires that is not there yet */
  readonly comes: readonly AcuId[];
  /** weight of what leaves less weight of what comes: below 0 where swapping gains */
  readonly cost: number;
  /** sets that do not compose although their pairs go together, of which all but what comes is there: they keep it out as well as conflicts do */
  readonly refused: readonly (readonly AcuId[])[];
  /** no fewer blockers would do: proven */
  readonly minimal: boolean;
  /** what would then be there was composed, or needs no composing to be known to stand */
  readonly stands: boolean;
}
