// Fitting of predictions, away from the product: two logistic models (fitted.ts) by Newton's method, calibrated by pairs of repositories that they had not
// seen; and what says how good one is.
import { type FeatureName, at, featureNames } from '../app/core/collaboration/prediction/features.ts';
import type { Fitted, FittedPart } from '../app/core/collaboration/prediction/fitted.ts';
import type { Case } from './predictionCases.ts';

export interface Example { readonly row: ArrayLike<number>; readonly y: boolean; readonly weight: number }
/** Log-odds are bias + Σ weights·row. */
export interface Linear { readonly bias: number; readonly weights: Float64Array }

export const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
export const logOdds = ({ bias, weights }: Linear, row: ArrayLike<number>): number => weights.reduce((z, w, i) => z + w * row[i]!, bias);

/** Maximum likelihood with a penalty of `ridge`/2·|weights|² (the bias is free): iteratively reweighted least squares, until it stands. */
export function fitLogistic(examples: readonly Example[], ridge: number): Linear {
  const width = examples[0]!.row.length, n = width + 1;
  let beta = new Float64Array(n);
  for (let round = 0; round < 50; round++) {
    const gradient = new Float64Array(n), hessian = Array.from({ length: n }, () => new Float64Array(n));
    for (let i = 0; i < width; i++) { gradient[i] = -ridge * beta[i]!; hessian[i]![i] = ridge; }
    hessian[width]![width] = 1e-9;
    for (const { row, y, weight } of examples) {
      let z = beta[width]!;
      for (let i = 0; i < width; i++) z += beta[i]! * row[i]!;
      const p = sigmoid(z), error = weight * (Number(y) - p), w = weight * p * (1 - p);
      gradient[width]! += error;
      hessian[width]![width]! += w;
      for (let i = 0; i < width; i++) {
        const x = row[i]!;
        if (x === 0) continue;
        gradient[i]! += error * x;
        const wx = w * x, line = hessian[i]!;
        for (let j = 0; j <= i; j++) line[j]! += wx * row[j]!;
        hessian[width]![i]! += wx;
      }
    }
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) hessian[j]![i] = hessian[i]![j]!;
    const step = solve(hessian, gradient);
    const largest = Math.max(...step.map(Math.abs)), scale = largest > 4 ? 4 / largest : 1;
    beta = beta.map((b, i) => b + scale * step[i]!);
    if (largest < 1e-6) break;
  }
  return { bias: beta[width]!, weights: beta.slice(0, width) };
}

/** Gauss with pivots. */
function solve(matrix: readonly Float64Array[], right: Float64Array): Float64Array {
  const a = matrix.map((line, i) => Float64Array.of(...line, right[i]!)), n = a.length;
  for (let c = 0; c < n; c++) {
    let pivot = c;
    for (let r = c + 1; r < n; r++) if (Math.abs(a[r]![c]!) > Math.abs(a[pivot]![c]!)) pivot = r;
    [a[c], a[pivot]] = [a[pivot]!, a[c]!];
    for (let r = c + 1; r < n; r++) {
      const by = a[r]![c]! / a[c]![c]!;
      if (by !== 0) for (let k = c; k <= n; k++) a[r]![k]! -= by * a[c]![k]!;
    }
  }
  const out = new Float64Array(n);
  for (let r = n - 1; r >= 0; r--) {
    let sum = a[r]![n]!;
    for (let c = r + 1; c < n; c++) sum -= a[r]![c]! * out[c]!;
    out[r] = sum / a[r]![r]!;
  }
  return out;
}

/** What can only speak for a conflict, or against one: a fit that says otherwise has seen chance, and does without. */
const signs: Readonly<Partial<Record<FeatureName, 1 | -1>>> = {
  overlapping: 1, distance: -1, near: 1, nearHunks: 1, mayMeet: 1, companion: 1, hub: 1, moreConflicts: 1, rate: 1, moreCommits: 1, moreLines: 1,
};

/** The ridge is on features of standard deviation 1; the weights are given for the features as they are. */
function fitSigned(examples: readonly Example[], ridge: number, used: readonly FeatureName[]): Linear {
  let sum = 0;
  for (const { weight } of examples) sum += weight;
  const mean = used.map((name) => examples.reduce((s, e) => s + e.weight * e.row[at[name]]!, 0) / sum);
  const spread = used.map((name, i) => Math.sqrt(examples.reduce((s, e) => s + e.weight * (e.row[at[name]]! - mean[i]!) ** 2, 0) / sum));
  const rows = examples.map((e) => ({ ...e, row: used.map((name, i) => (spread[i]! < LEAST_SPREAD ? 0 : (e.row[at[name]]! - mean[i]!) / spread[i]!)) }));
  const left = new Set(used.keys());
  for (;;) {
    const taken = [...left], { bias, weights } = fitLogistic(rows.map((e) => ({ ...e, row: taken.map((i) => e.row[i]!) })), ridge);
    const wrong = taken.map((i, k) => ({ i, by: weights[k]! * (signs[used[i]!] ?? 0) })).sort((x, y) => x.by - y.by)[0];
    if (wrong === undefined || wrong.by >= 0) {
      const row = new Float64Array(featureNames.length);
      let offset = bias;
      taken.forEach((i, k) => { if (spread[i]! >= LEAST_SPREAD) { row[at[used[i]!]] = weights[k]! / spread[i]!; offset -= weights[k]! / spread[i]! * mean[i]!; } });
      return { bias: offset, weights: row };
    }
    left.delete(wrong.i);
  }
}
/** What hardly varies says nothing. */
const LEAST_SPREAD = 1e-3;

const isFact = (c: Case): boolean => c.row[at.conflict] === 1;
interface PartOf { readonly of: (c: Case) => boolean; readonly truth: (c: Case) => boolean; readonly used: readonly FeatureName[] }
/**
 * What each part is fitted to, and which features it has. With some dozens of conflicts to learn from, few features rank pairs of other repositories better
 * than many: chosen on the earlier halves of all (docs/decisions/0039).
 */
const parts: Readonly<Record<keyof Omit<Fitted, 'provenance'>, PartOf>> = {
  meeting: {
    of: (c) => c.sharedAtHalf === 0, truth: (c) => c.sharedAtEnd > 0,
    used: ['fewerLines', 'moreLines', 'fewerFiles', 'moreFiles', 'fewerCommits', 'moreCommits', 'sameAuthor', 'newcomer', 'apart', 'together', 'sameTree', 'companion', 'mayMeet', 'hub'],
  },
  conflict: {
    of: (c) => c.sharedAtEnd > 0 && !isFact(c), truth: (c) => c.conflict,
    used: ['overlapping', 'distance', 'near', 'nearHunks', 'fewerLines', 'moreCommits', 'fileLines', 'together', 'sameAuthor', 'moreConflicts', 'rate', 'sharesNone'],
  },
};

/** By repository. The calibration is of scores that a fit without the pair's repository gave it. */
export function fit(cases: ReadonlyMap<string, readonly Case[]>, ridge: number): Omit<Fitted, 'provenance'> {
  return { meeting: fitPart(cases, parts.meeting, ridge), conflict: fitPart(cases, parts.conflict, ridge) };
}

function fitPart(cases: ReadonlyMap<string, readonly Case[]>, { of, truth, used }: PartOf, ridge: number): FittedPart {
  const examples = new Map([...cases].map(([name, all]) => [name, all.filter(of).map((c): Example => ({ row: c.row, y: truth(c), weight: c.weight }))]));
  const all = [...examples.values()].flat(), { bias, weights } = fitSigned(all, ridge, used);
  const unseen = [...examples].flatMap(([name, theirs]) => {
    const others = [...examples].filter(([other]) => other !== name).flatMap(([, e]) => e);
    if (!others.some(({ y }) => y)) return [];
    const model = fitSigned(others, ridge, used);
    return theirs.map(({ row, y, weight }): Example => ({ row: [logOdds(model, row)], y, weight }));
  });
  const platt = unseen.length === 0 ? { bias: 0, weights: [1] } : fitLogistic(unseen, 1e-3);
  let sum = 0;
  const mean = new Float64Array(featureNames.length);
  for (const { row, weight } of all) { sum += weight; for (const name of used) mean[at[name]]! += weight * row[at[name]]!; }
  const named = (values: ArrayLike<number>): FittedPart['weights'] => Object.fromEntries(featureNames.map((name, i) => [name, round(values[i]!)] as const).filter(([, v]) => v !== 0));
  return { bias: round(bias), weights: named(weights), mean: named(mean.map((v) => v / sum)), calibration: { slope: round(Math.max(0.05, platt.weights[0]!)), offset: round(platt.bias) } };
}

const round = (n: number): number => Math.round(n * 1e4) / 1e4;

/** How often two that conflicted half done did when they were done. */
export function stays(cases: readonly Case[]): number {
  const facts = cases.filter(isFact);
  return (facts.filter(({ conflict }) => conflict).length + 1) / (facts.length + 2);
}

/** The chance that one that came true scores higher than one that did not; ties count half (Mann and Whitney). NaN where there is no such two. */
export function auc(scores: ArrayLike<number>, truth: ArrayLike<boolean>, weights?: ArrayLike<number>): number {
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((i, j) => scores[i]! - scores[j]!);
  let below = 0, won = 0, yes = 0, no = 0;
  for (let i = 0; i < order.length;) {
    let end = i, y = 0, n = 0;
    for (; end < order.length && scores[order[end]!] === scores[order[i]!]; end++) { const w = weights === undefined ? 1 : weights[order[end]!]!; if (truth[order[end]!]) y += w; else n += w; }
    won += y * (below + n / 2);
    below += n;
    yes += y;
    no += n;
    i = end;
  }
  return won / (yes * no);
}

/** Mean square of probability less truth. */
export function brier(probabilities: ArrayLike<number>, truth: ArrayLike<boolean>): number {
  let sum = 0;
  for (let i = 0; i < probabilities.length; i++) sum += (probabilities[i]! - Number(truth[i]!)) ** 2;
  return sum / probabilities.length;
}
