// The largest compatible composition as a problem of its own (docs/decisions/0047): items with weights, what they require, and which
// cannot both be tops. Knows nothing of repositories. Items are numbers from 0.

export interface Problem {
  readonly count: number;
  /** at least 0, finite */
  readonly weights: Float64Array;
  /** what each requires directly; no cycles */
  readonly requires: readonly (readonly number[])[];
  /**
   * Pairs [a, b]*, a < b, that conflict when both are tops of the set (design.md §2, Verdict): nothing else in it requires them. A pair
   * below a top that contains both is answered by it.
   */
  readonly conflicts: Uint32Array;
  /** items that cannot be chosen: stale, not yet exact */
  readonly barred: readonly number[];
  /** sets found not to compose although their pairs do: none may be chosen whole while all of it are tops */
  readonly refused: readonly (readonly number[])[];
}

/**
 * A set closed under `requires` in which no two tops conflict and no refused set is whole among the tops. `bound`: no such set weighs more. `optimal`: none does, proven
 * (bound = weight up to rounding); else the gap is (bound − weight) / bound.
 */
export interface Largest { readonly chosen: Uint32Array; readonly weight: number; readonly bound: number; readonly optimal: boolean }

/**
 * Why an item is not in a chosen set: the fewest chosen items whose leaving lets it in with all it requires while the rest still stands; of equally few the
 * lightest. What the item requires is chosen or comes with it, and never leaves.
 */
export interface WhyNot {
  readonly item: number;
  /** why it cannot come in at all, where it cannot: which of it and what it requires are barred, or the item alone where it is refused by itself */
  readonly never: readonly number[] | null;
  /** the chosen items that keep it out: those of `leaves` that require no other of them; ascending */
  readonly blockers: readonly number[];
  /** the blockers and what requires them: all that leaves; ascending */
  readonly leaves: readonly number[];
  /** items that come with it, itself included; ascending */
  readonly comes: readonly number[];
  /** weight of what leaves less weight of what comes: what swapping costs, below 0 where it gains */
  readonly cost: number;
  /** fewer are proven not to do */
  readonly minimal: boolean;
}

/** Work that can be stopped: called now and then, false ends it with the best so far. */
export type Going = () => boolean;
