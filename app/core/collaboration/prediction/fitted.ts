// The form of the fitted model. A conflict needs two things: that both come to touch one file, and that they collide there. Each has a logistic model of
// its own; the first is asked only of pairs that share no file yet. Weights go by the names of features, so that one which moves in the row keeps its own.
import { type FeatureName, at, featureNames } from './features.ts';

export interface FittedPart {
  /** log-odds where every feature is 0 */
  readonly bias: number;
  /** log-odds for each 1 of a feature; those not named weigh nothing */
  readonly weights: Readonly<Partial<Record<FeatureName, number>>>;
  /** of the pairs that it was fitted to: beside them reasons are weighed */
  readonly mean: Readonly<Partial<Record<FeatureName, number>>>;
  /** log-odds are slope·z + offset: fitted to pairs of repositories that the model had not seen (Platt 1999) */
  readonly calibration: { readonly slope: number; readonly offset: number };
}

export interface Fitted {
  /** will two that share no file come to share one? */
  readonly meeting: FittedPart;
  /** will two that share a file in the end, and do not conflict yet, conflict? */
  readonly conflict: FittedPart;
  readonly provenance: {
    /** days of the first and last look, ISO; pairs that shared a file, and those that came to conflict */
    readonly repositories: readonly { readonly name: string; readonly from: string; readonly to: string; readonly pairs: number; readonly conflicts: number }[];
    readonly ridge: number;
  };
}

/** The same in the order of a row. */
export interface Part { readonly bias: number; readonly weights: Float64Array; readonly mean: Float64Array; readonly calibration: FittedPart['calibration'] }
export interface Model { readonly meeting: Part; readonly conflict: Part }

export const modelOf = ({ meeting, conflict }: Omit<Fitted, 'provenance'>): Model => ({ meeting: partOf(meeting), conflict: partOf(conflict) });

function partOf({ bias, weights, mean, calibration }: FittedPart): Part {
  const row = (named: FittedPart['weights']): Float64Array => Float64Array.from(featureNames, (name) => named[name] ?? 0);
  return { bias, weights: row(weights), mean: row(mean), calibration };
}

export interface Chances {
  /** that both touch one file in the end: 1 where they do */
  readonly meeting: number;
  /** that they conflict if so */
  readonly conflict: number;
}

/** Each 0…1; their product is the probability of a conflict. */
export function chancesOf({ meeting, conflict }: Model, row: ArrayLike<number>): Chances {
  return { meeting: row[at.sharesNone] === 0 ? 1 : chance(meeting, row), conflict: chance(conflict, row) };
}

function chance({ bias, weights, calibration: { slope, offset } }: Part, row: ArrayLike<number>): number {
  let logOdds = bias;
  for (let i = 0; i < weights.length; i++) logOdds += weights[i]! * row[i]!;
  return 1 / (1 + Math.exp(-(slope * logOdds + offset)));
}
