// How often who really made a change is among the first three suggested for its path, on later commits of real repositories, knowing only what
// was known the second before. Beside the two obvious answers: the last three distinct authors of the path, and the three who added most lines to it.
// ACUMEN_BENCH_REPOS: git directories, separated by spaces.
import { Experience } from '../app/core/collaboration/experience.ts';
import { Expertise } from '../app/core/collaboration/expertise.ts';
import type { History } from '../app/core/collaboration/model.ts';
import { realHistory } from '../testkit/histories.ts';
import { casesOf, nameOfRepository, SWEEP, topThree } from './expertiseCases.ts';
import { fit, lessons } from './expertiseFit.ts';
import type { Benchmark, Row } from './report.ts';

/** Of longer histories the newer part is read: reading lines costs a second for each thousand commits. */
const NEWEST = 20_000;
/** Judged from here on; the shipped weights saw the part from 0.25 to this (bench/expertiseFit.ts). */
const LATER = 0.6;
/** Commits that are judged of one repository, about; evenly spread. */
const MOST = 6000;
const AHEAD = 3, AIM = 70, ACTIVE = 20;

/** Shares in %, of changes to files that were there before. */
interface Judged { changes: number; ours: number; last: number; lines: number; newcomers: number; active: number; ownWeights: number; newFiles: number; onNew: number }

function judge(history: History): Judged {
  const expertise = new Expertise(new Experience(history)), own = fit(lessons(history));
  const stride = Math.max(1, Math.floor((1 - LATER) * history.time.length / MOST));
  const n = { changes: 0, ours: 0, last: 0, lines: 0, newcomers: 0, ownWeights: 0, newFiles: 0, onNew: 0 };
  for (const { choices, actual, isNew, newcomer, byLast, byLines } of casesOf(history, LATER, 1, stride)) {
    const ours = actual >= 0 && topThree(expertise.likely(choices)).includes(actual);
    if (isNew) { n.newFiles++; n.onNew += Number(ours); continue; }
    n.changes++;
    n.ours += Number(ours);
    n.ownWeights += Number(actual >= 0 && topThree(expertise.likely(choices, own)).includes(actual));
    n.last += Number(byLast);
    n.lines += Number(byLines);
    n.newcomers += Number(newcomer);
  }
  const of = (count: number): number => 100 * count / Math.max(1, n.changes);
  return {
    changes: n.changes, ours: of(n.ours), last: of(n.last), lines: of(n.lines), newcomers: of(n.newcomers), ownWeights: of(n.ownWeights),
    newFiles: n.newFiles, onNew: 100 * n.onNew / Math.max(1, n.newFiles), active: activeIn(history),
  };
}

/** People who committed in the last year of the history. */
function activeIn({ time, author, people }: History): number {
  const newest = time.reduce((a, b) => Math.max(a, b), -Infinity), active = new Set<number>();
  for (let i = 0; i < time.length; i++) if (newest - time[i]! < 365 * 86_400 && people[author[i]!]!.kind === 'person') active.add(author[i]!);
  return active.size;
}

const benchmark: Benchmark = {
  what: `who made a change is among the first three suggested: % of changes in commits of at most ${SWEEP} files of the later ${100 * (1 - LATER)} % of each of ACUMEN_BENCH_REPOS, by people (no bots), to files that were there before; bar: ${AHEAD} points more than by last author and by most lines`,
  async run() {
    const dirs = (process.env['ACUMEN_BENCH_REPOS'] ?? '').split(' ').filter((dir) => dir !== ''), rows: Row[] = [];
    if (dirs.length === 0) process.stderr.write('Skipped: ACUMEN_BENCH_REPOS names no repositories.\n');
    let met = 0, aimed = 0, counted = 0;
    for (const dir of dirs) {
      const name = nameOfRepository(dir), judged = judge(await realHistory(dir, { maxCommits: NEWEST }));
      rows.push(
        { metric: `top3_${name}`, value: judged.ours, unit: '%', peer: 'last three authors', peerValue: judged.last },
        { metric: `top3_${name}_lines`, value: judged.ours, unit: '%', peer: 'most lines', peerValue: judged.lines },
        { metric: `top3_${name}_own_weights`, value: judged.ownWeights, unit: '% with weights fitted on its own earlier part' },
        { metric: `changes_${name}`, value: judged.changes, unit: `changes; ${judged.newcomers.toFixed(1)} % of them are somebody's first` },
        { metric: `new_files_${name}`, value: judged.onNew, unit: `% of ${judged.newFiles} changes that make a file; the others have no answer there` },
        { metric: `active_${name}`, value: judged.active, unit: 'people in the last year' },
      );
      if (judged.active < ACTIVE) continue;
      counted++;
      if (judged.ours - Math.max(judged.last, judged.lines) >= AHEAD) met++;
      if (judged.ours >= AIM) aimed++;
    }
    return [...rows, { metric: 'bar_met', value: met, unit: `of ${counted} repositories with ${ACTIVE} active people or more` }, { metric: 'aim_reached', value: aimed, unit: `of them at ${AIM} % or more` }];
  },
};
export default benchmark;
