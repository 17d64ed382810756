// `node bench/expertiseFit.ts GITDIR…`: fits the weights of core/collaboration/expertise.ts to changes of real histories, from a quarter to six tenths
// of each (bench/expertise.bench.ts judges on the rest). Conditional logit (McFadden 1974) by Adam on standardised figures, seeded: same
// histories, same weights. Prints what to copy.
import { figures } from '../app/core/collaboration/expertise.ts';
import type { History } from '../app/core/collaboration/model.ts';
import { realHistory } from '../testkit/histories.ts';
import { Random } from '../testkit/random.ts';
import { type Case, casesOf, FIGURES as N, nameOfRepository } from './expertiseCases.ts';

const EPOCHS = 6, BATCH = 64, RATE = 0.02, SHRINK = 1e-4;
/** Changes of one history at most, so that a large one does not outvote the others. */
const MOST = 6000;

export type Weights = Record<typeof figures[number], number>;

export function fit(cases: readonly Case[]): Weights {
  const usable = cases.filter(({ actual }) => actual >= 0), random = new Random(1);
  const mean = new Float64Array(N), spread = new Float64Array(N);
  let n = 0;
  for (const { choices: { value } } of usable) for (let i = 0; i < value.length; i++) { mean[i % N]! += value[i]!; spread[i % N]! += value[i]! ** 2; n++; }
  for (let k = 0; k < N; k++) { mean[k]! /= n / N; spread[k] = Math.sqrt(Math.max(1e-9, spread[k]! / (n / N) - mean[k]! ** 2)); }
  const w = new Float64Array(N), first = new Float64Array(N), second = new Float64Array(N);
  for (let epoch = 0, step = 0; epoch < EPOCHS; epoch++) {
    const order = random.shuffle(usable);
    for (let from = 0; from < order.length; from += BATCH) {
      const slope = new Float64Array(N), batch = order.slice(from, from + BATCH);
      for (const { choices: { value }, actual } of batch) {
        const score = new Float64Array(value.length / N);
        for (let i = 0; i < value.length; i++) score[Math.floor(i / N)]! += w[i % N]! * (value[i]! - mean[i % N]!) / spread[i % N]!;
        const most = Math.max(...score);
        let sum = 0;
        for (let i = 0; i < score.length; i++) sum += score[i] = Math.exp(score[i]! - most);
        for (let i = 0; i < value.length; i++) { const at = Math.floor(i / N); slope[i % N]! += (score[at]! / sum - (at === actual ? 1 : 0)) * (value[i]! - mean[i % N]!) / spread[i % N]!; }
      }
      step++;
      const rate = RATE * (1 - (epoch * order.length + from) / (EPOCHS * order.length));
      for (let k = 0; k < N; k++) {
        const g = slope[k]! / batch.length + SHRINK * w[k]!;
        first[k] = 0.9 * first[k]! + 0.1 * g;
        second[k] = 0.999 * second[k]! + 0.001 * g * g;
        w[k]! -= rate * (first[k]! / (1 - 0.9 ** step)) / (Math.sqrt(second[k]! / (1 - 0.999 ** step)) + 1e-8);
      }
    }
  }
  return Object.fromEntries(figures.map((name, k) => [name, w[k]! / spread[k]!])) as Weights;
}

/** Evenly spread over the part to learn from; files that are new teach what their directories say. */
export function lessons(history: History): Case[] {
  const all = [...casesOf(history, 0.25, 0.6, Math.max(1, Math.floor(history.time.length / 20_000)))], step = Math.max(1, all.length / MOST);
  return Array.from({ length: Math.min(MOST, all.length) }, (_, i) => all[Math.floor(i * step)]!);
}

if (import.meta.main) {
  const parts: Case[][] = [];
  for (const gitDir of process.argv.slice(2)) {
    const part = lessons(await realHistory(gitDir));
    process.stderr.write(`${nameOfRepository(gitDir)}: ${part.length} changes\n`);
    parts.push(part);
  }
  const weights = fit(parts.flat());
  process.stdout.write(`${figures.map((name) => `${name}: ${weights[name].toFixed(3)}`).join(', ')}\n`);
}
