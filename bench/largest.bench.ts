// The largest compatible composition: against every set there is on small random problems, on real sets of pull requests (ACUMEN_BENCH_REPOS: git directories, separated by
// spaces), and on 5,000 generated branches, with the gap that is proven after so many seconds; and why every item is left out, each answer judged by the definition.
import { largest } from '../app/core/largest/largest.ts';
import type { Largest, Problem } from '../app/core/largest/model.ts';
import { WhyNots } from '../app/core/largest/whyNot.ts';
import type { Tables } from '../app/core/tables.ts';
import { generate } from '../testkit/generate.ts';
import { git } from '../testkit/git.ts';
import { teamLike } from '../testkit/indexRecipe.ts';
import { Sets, maskOf } from '../testkit/largestTwin.ts';
import { load } from '../testkit/loaded.ts';
import { randomProblem } from '../testkit/problems.ts';
import { Random } from '../testkit/random.ts';
import { nameOfRepository } from './expertiseCases.ts';
import { Definition, type Rule, problemOf } from './largestCases.ts';
import type { Benchmark, Row } from './report.ts';

const GRAPHS = Number(process.env['ACUMEN_BENCH_GRAPHS'] ?? 10_000), MOST_ITEMS = 22;
/** Sources of a real repository: the newest. */
const NEWEST = 500;
/** Seconds after which the gap is told, least first; the first is the bar's. */
const SECONDS = (process.env['ACUMEN_BENCH_SECONDS'] ?? '2 10').split(' ').map(Number);
/** `ACUMEN_BENCH_CLOCK=processor`: seconds of this process's processor time, where a machine has other work. */
const isBusy = process.env['ACUMEN_BENCH_CLOCK'] === 'processor';
const clock = (): number => { if (!isBusy) return performance.now(); const { user, system } = process.cpuUsage(); return (user + system) / 1000; };
const RULES: readonly Rule[] = ['unit', 'lines'];
const BAR_GAP = 3, BAR_MS = 100;

const always = (): boolean => true;
const say = (text: string): void => { process.stderr.write(`${text}\n`); };
const metric = (name: string, value: number, unit: string): Row => ({ metric: name, value, unit });
const gapOf = ({ weight, bound }: { weight: number; bound: number }): number => (bound <= 0 ? 0 : 100 * (bound - weight) / bound);
const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;

/** Heaviest set and reasons against every set there is. */
function againstAll(rows: Row[]): void {
  let wrong = 0, open = 0, reasons = 0, wrongReasons = 0, ours = 0, theirs = 0;
  for (let seed = 1; seed <= GRAPHS; seed++) {
    const problem = randomProblem(new Random(seed), MOST_ITEMS), sets = new Sets(problem);
    let began = clock();
    const found = largest(problem, always);
    ours += clock() - began;
    began = clock();
    const most = sets.heaviest();
    theirs += clock() - began;
    const set = maskOf(found.chosen), near = 1e-9 * Math.max(1, most);
    if (!sets.holds(set) || Math.abs(found.weight - most) > near || Math.abs(sets.weight(set) - most) > near) wrong++;
    if (!found.optimal) open++;
    const asked = new WhyNots(problem, found.chosen);
    for (let item = 0; item < problem.count; item++) {
      if ((set & 1 << item) !== 0) continue;
      reasons++;
      const { never, leaves, comes, cost, minimal } = asked.of(item, always), fewest = sets.fewest(set, item);
      const isRight = fewest === null ? never !== null : never === null && minimal && leaves.length === fewest.count && sets.holds((set & ~maskOf(leaves)) | maskOf(comes))
        && Math.abs(cost - fewest.weight + sets.weight(maskOf(comes))) <= 1e-9 * Math.max(1, Math.abs(cost));
      if (!isRight) wrongReasons++;
    }
  }
  say(`${GRAPHS} random problems of up to ${MOST_ITEMS} items: ${wrong} other than every set there is, ${open} not proven; of ${reasons} reasons ${wrongReasons} are wrong (bar: 0, 0, 0: ${wrong + open + wrongReasons === 0 ? 'met' : 'MISSED'})`);
  rows.push(metric('small/problems', GRAPHS, ''), metric('small/not_largest', wrong, ''), metric('small/not_proven', open, ''), metric('small/reasons', reasons, ''), metric('small/wrong_reasons', wrongReasons, ''));
  rows.push({ metric: 'small/ms_each', value: ours / GRAPHS, unit: 'ms', peer: 'every set there is', peerValue: theirs / GRAPHS, ratio: theirs / ours });
}

/** Why each item is left out that is not chosen. */
function reasons(name: string, problem: Problem, { chosen }: Largest, rows: Row[]): void {
  const set = new Set(chosen), definition = new Definition(problem), left = Array.from({ length: problem.count }, (_, i) => i).filter((i) => !set.has(i));
  const began = clock(), asked = new WhyNots(problem, chosen), made = clock(), answers = left.map((item) => asked.of(item, always));
  const took = clock() - made, judged = { right: 0, wrong: 0, open: 0 };
  for (const answer of answers) judged[definition.judge(set, answer)]++;
  const unproven = answers.filter((answer) => !answer.minimal).length;
  say(`  why not: ${left.length} left out, ${(1000 * took / left.length).toFixed(1)} µs each after ${(made - began).toFixed(0)} ms; ${judged.right} judged fewest by the definition, ${judged.wrong} wrong, ${judged.open} not decided by it, ${unproven} not proven fewest (bar: 0 wrong, 0 not proven: ${judged.wrong + unproven === 0 ? 'met' : 'MISSED'})`);
  rows.push(metric(`${name}/why_not_us`, 1000 * took / left.length, 'µs'), metric(`${name}/why_not_right`, judged.right, ''), metric(`${name}/why_not_wrong`, judged.wrong, ''), metric(`${name}/why_not_open`, judged.open, ''), metric(`${name}/why_not_unproven`, unproven, ''));
}

/** Small enough to be optimal at once. */
function atOnce(name: string, tables: Tables, rows: Row[]): void {
  for (const rule of RULES) {
    const problem = problemOf(tables, rule), times: number[] = [];
    let found!: Largest;
    for (let run = 0; run < 5; run++) {
      const began = clock();
      found = largest(problem, () => clock() - began < 10_000);
      times.push(clock() - began);
    }
    const first = times[0]!, ms = median(times), isMet = found.optimal && first < BAR_MS;
    say(`${name}, ${rule}: ${problem.count} segments, ${problem.conflicts.length / 2} conflicts, ${problem.barred.length} barred: ${found.chosen.length} chosen, weight ${found.weight}, ${found.optimal ? 'optimal' : `gap ${gapOf(found).toFixed(2)} %`} in ${first.toFixed(1)} ms, then ${ms.toFixed(1)} (bar: optimal in ${BAR_MS} ms: ${isMet ? 'met' : 'MISSED'})`);
    rows.push(metric(`${name}/${rule}/first_ms`, first, 'ms'), metric(`${name}/${rule}/ms`, ms, 'ms'), metric(`${name}/${rule}/weight`, found.weight, ''), metric(`${name}/${rule}/gap`, gapOf(found), '%'));
    if (rule === 'unit') reasons(name, problem, found, rows);
  }
}

/** Large: what is proven when. */
function anytime(name: string, tables: Tables, rows: Row[]): void {
  for (const rule of RULES) {
    const problem = problemOf(tables, rule);
    let found!: Largest;
    const told: string[] = [];
    for (const seconds of SECONDS) {
      if (seconds !== SECONDS[0] && found.optimal) break;
      const began = clock();
      let within = Infinity;
      found = largest(problem, () => clock() - began < 1000 * seconds, (weight, bound) => { if (within === Infinity && gapOf({ weight, bound }) <= BAR_GAP) within = clock() - began; });
      const ms = clock() - began;
      told.push(`weight ${found.weight}, bound ${found.bound.toFixed(0)}, ${found.optimal ? 'optimal' : `gap ${gapOf(found).toFixed(2)} %`} after ${(ms / 1000).toFixed(1)} s (within ${BAR_GAP} % after ${(within / 1000).toFixed(2)} s)${isBusy ? ' of processor time' : ''}`);
      rows.push(metric(`${name}/${rule}/weight_${seconds}s`, found.weight, ''), metric(`${name}/${rule}/gap_${seconds}s`, gapOf(found), '%'));
      if (seconds === SECONDS[0]) {
        const isMet = gapOf(found) <= BAR_GAP;
        told.push(`bar: at most ${BAR_GAP} % after ${seconds} s: ${isMet ? 'met' : 'MISSED'}`);
        rows.push(metric(`${name}/${rule}/within_${BAR_GAP}_percent_ms`, within, 'ms'));
      }
    }
    say(`${name}, ${rule}: ${problem.count} segments, ${problem.conflicts.length / 2} conflicts\n  ${told.join('\n  ')}`);
    reasons(`${name}/${rule}`, problem, found, rows);
  }
}

async function tablesOf(dir: string, refs: readonly string[]): Promise<Tables> {
  const loaded = await load(dir, { refs, reader: 'native' }), { tables } = loaded.engine;
  await loaded.close();
  return tables;
}

async function team(sources: number): Promise<Tables> {
  const made = await generate({ seed: 1, mix: 'team', sources, asIs: true });
  try { return await tablesOf(made.dir, made.refs); } finally { made.remove(); }
}

export default {
  what: `the largest compatible composition: ${GRAPHS} small problems against every set there is, real pull requests, 5,000 generated branches (tables of bench index, and the mix "team" imported), and why each of the others is left out`,
  run: async () => {
    const rows: Row[] = [];
    againstAll(rows);
    for (const dir of (process.env['ACUMEN_BENCH_REPOS'] ?? '').split(' ').filter((one) => one !== '')) {
      const refs = git(dir, ['for-each-ref', '--sort=-committerdate', `--count=${NEWEST}`, '--format=%(refname)', 'refs/heads', 'refs/pull/*/head']).trimEnd().split('\n');
      atOnce(nameOfRepository(dir), await tablesOf(dir, refs), rows);
    }
    atOnce('team_200', await team(200), rows);
    anytime('team_1000', await team(1000), rows);
    anytime('like_5000', teamLike(1, 5000), rows);
    anytime('team_5000', await team(5000), rows);
    return rows;
  },
} satisfies Benchmark;
