// How good predictions are, judged by what came of pull requests that their weights were not fitted to: ranks beside the two obvious answers, with
// intervals; and whether what is said to happen one time in ten does.
import { at } from '../app/core/collaboration/prediction/features.ts';
import { type Fitted, type Model, chancesOf, modelOf } from '../app/core/collaboration/prediction/fitted.ts';
import { Random } from '../testkit/random.ts';
import type { Case } from './predictionCases.ts';
import { auc, brier, fit, stays } from './predictionFit.ts';

/** Ways to rank pairs; more is likelier. */
export interface Ways { readonly ours: number; readonly region: number; readonly distance: number; readonly together: number }

export interface Judged {
  readonly pairs: number;
  readonly conflicts: number;
  readonly auc: Readonly<Record<keyof Ways, number>>;
  /** of ours less another's: 2.5 % and 97.5 % of resamples of pull requests */
  readonly lead: Readonly<Record<Exclude<keyof Ways, 'ours'>, readonly [number, number]>>;
  readonly brier: number;
  /** of saying the part of the earlier pairs that came to conflict, of each; and of taking what is so for what will be */
  readonly brierOfPart: number; readonly brierOfNow: number;
  readonly calibration: readonly Bin[];
}
/** Of pairs said to conflict with a probability in [from, to): the mean of what was said, and the part that did. */
export interface Bin { readonly from: number; readonly to: number; readonly pairs: number; readonly said: number; readonly came: number }

/**
 * `region`: 1 where they conflict or their hunks touch, at half. `distance`: the same, and else the nearer the likelier; those that share no
 * lines yet last. `together`: commits before that touched a file of each.
 */
function waysOf(c: Case, model: Model, staying: number): Ways {
  const isNow = c.row[at.conflict] === 1, touches = isNow || c.lines === 0;
  return { ours: probability(c, model, staying), region: Number(touches), distance: isNow ? 1 : c.lines === Infinity ? -1e9 : -c.lines, together: c.together };
}

/** Of pairs known to share a file in the end. What is a conflict already stays one as often as it did elsewhere. */
const probability = (c: Case, model: Model, staying: number): number => (c.row[at.conflict] === 1 ? staying : chancesOf(model, c.row).conflict);

const BINS = [0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1] as const;
export const RESAMPLES = 1000;

export function judge(cases: readonly Case[], model: Model, staying: number, part: number, seed: number): Judged {
  const ways = cases.map((c) => waysOf(c, model, staying)), truth = cases.map(({ conflict }) => conflict);
  const scores = { ours: ways.map((w) => w.ours), region: ways.map((w) => w.region), distance: ways.map((w) => w.distance), together: ways.map((w) => w.together) };
  const of = (weights?: Float64Array): Record<keyof Ways, number> => ({ ours: auc(scores.ours, truth, weights), region: auc(scores.region, truth, weights), distance: auc(scores.distance, truth, weights), together: auc(scores.together, truth, weights) });
  const numbers = [...new Set(cases.flatMap(({ ofA, ofB }) => [ofA, ofB]))], place = new Map(numbers.map((n, i) => [n, i])), random = new Random(seed);
  const leads: { region: number[]; distance: number[]; together: number[] } = { region: [], distance: [], together: [] };
  for (let round = 0; round < RESAMPLES; round++) {
    const drawn = new Uint32Array(numbers.length);
    for (let i = 0; i < numbers.length; i++) drawn[random.below(numbers.length)]!++;
    const found = of(Float64Array.from(cases, ({ ofA, ofB }) => drawn[place.get(ofA)!]! * drawn[place.get(ofB)!]!));
    if (Number.isNaN(found.ours)) continue;
    for (const other of ['region', 'distance', 'together'] as const) leads[other].push(found.ours - found[other]);
  }
  const bins = BINS.slice(0, -1).map((from, i): Bin => {
    const to = BINS[i + 1]!, inside = cases.flatMap((_, k) => (scores.ours[k]! >= from && (scores.ours[k]! < to || to === 1) ? [k] : [])), mean = (values: readonly number[]): number => values.reduce((x, y) => x + y, 0) / values.length;
    return { from, to, pairs: inside.length, said: mean(inside.map((k) => scores.ours[k]!)), came: mean(inside.map((k) => Number(truth[k]))) };
  });
  return {
    pairs: cases.length, conflicts: truth.filter(Boolean).length, auc: of(), lead: { region: middle(leads.region), distance: middle(leads.distance), together: middle(leads.together) },
    brier: brier(scores.ours, truth), brierOfPart: brier(cases.map(() => part), truth), brierOfNow: brier(cases.map((c) => c.row[at.conflict]!), truth), calibration: bins.filter(({ pairs }) => pairs > 0),
  };
}

function middle(values: readonly number[]): readonly [number, number] {
  const sorted = [...values].sort((x, y) => x - y), at95 = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  return [at95(0.025), at95(0.975)];
}

/** Pairs that came to conflict and did not at half: from fewer nothing is learned. */
const FEWEST = 5;

export interface Held {
  /** seconds since the epoch: what is judged is later, what was fitted to is earlier */
  readonly cut: number;
  readonly fitted: Omit<Fitted, 'provenance'>;
  readonly model: Model;
  readonly staying: number;
  /** of the earlier pairs that shared a file, in other repositories: the part that came to conflict */
  readonly part: number;
  readonly later: readonly Case[];
}

/** Fitted to the other repositories' pairs from before the later half of this one's; nothing of this one is in it. Null: there is too little of them. */
export function heldOut(cases: ReadonlyMap<string, readonly Case[]>, name: string, ridge: number): Held | null {
  const own = cases.get(name)!, sharing = own.filter(({ sharedAtEnd }) => sharedAtEnd > 0).map(({ time }) => time).sort((x, y) => x - y), cut = sharing[sharing.length >> 1];
  if (cut === undefined) return null;
  const others = new Map([...cases].filter(([other]) => other !== name).map(([other, all]) => [other, all.filter(({ time }) => time < cut)]));
  const earlier = [...others.values()].flat(), sharingEarlier = earlier.filter(({ sharedAtEnd }) => sharedAtEnd > 0), conflicts = sharingEarlier.filter(({ conflict }) => conflict).length;
  if (earlier.filter(({ conflict, row }) => conflict && row[at.conflict] === 0).length < FEWEST) return null;
  const fitted = fit(others, ridge);
  return { cut, fitted, model: modelOf(fitted), staying: stays(earlier), part: conflicts / sharingEarlier.length, later: own.filter(({ time }) => time >= cut) };
}

/** Which pairs are judged. The first is the bar's: pairs that share a file, when they are done; what is known of them is half. */
export const populations: Readonly<Record<string, (c: Case) => boolean>> = {
  'share a file': (c) => c.sharedAtEnd > 0,
  'share one at half already': (c) => c.sharedAtHalf > 0,
  'share a file, no conflict yet': (c) => c.sharedAtEnd > 0 && c.row[at.conflict] === 0,
  'share a file, both of two commits or more': (c) => c.sharedAtEnd > 0 && c.commitsA > 1 && c.commitsB > 1,
};
