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
  /** groups in which any two conflict, where the asker knows some (the sides of one place); only a help */
  readonly cliques?: readonly (readonly number[])[];
}

/**
 * A set closed under `requires` in which no two tops conflict and no refused set is whole among the tops. `bound`: no such set weighs more. `optimal`: none does, proven
 * (bound = weight up to rounding); else the gap is (bound − weight) / bound.
 */
export interface Largest { readonly chosen: Uint32Array; readonly weight: number; readonly bound: number; readonly optimal: boolean }

/** Why an item is not in a chosen set. */
export interface WhyNot {
  readonly item: number;
  /** why it cannot be chosen at all, where it cannot: it, or what it requires, is barred; or what it requires conflicts within */
  readonly never: readonly number[] | null;
  /** the smallest set of chosen items that keeps it out: taking these out (with what requires them) lets it in with all it requires; ascending */
  readonly blockers: readonly number[];
  /** chosen items that leave with the blockers, those included; ascending */
  readonly leaves: readonly number[];
  /** items that come with it, itself included; ascending */
  readonly comes: readonly number[];
  /** weight of what leaves less weight of what comes: what swapping costs, below 0 where it gains */
  readonly cost: number;
  /** `blockers` is proven smallest */
  readonly minimal: boolean;
}

/** Work that can be stopped: called now and then, false ends it with the best so far. */
export type Going = () => boolean;
