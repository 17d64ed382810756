// Pairs of pull requests of a repository's past as rows of features, with what became of them: what predictions are fitted to, and judged by. The
// history of each day is that of the day's base: nothing later is in it.
import { historyFrom } from '../app/core/collaboration/history.ts';
import { crewOf } from '../app/core/collaboration/crew.ts';
import { requirements } from '../app/core/collaboration/inFlight.ts';
import { Log } from '../app/core/collaboration/log.ts';
import { Mailmap } from '../app/core/collaboration/mailmap.ts';
import { candidatesOf } from '../app/core/collaboration/prediction/candidates.ts';
import { featuresOf, sharedFiles } from '../app/core/collaboration/prediction/features.ts';
import { Ground } from '../app/core/collaboration/prediction/ground.ts';
import { atHead } from '../app/main/git/log/head.ts';
import { readLog } from '../app/main/git/log/log.ts';
import { openRepository } from '../app/main/git/open.ts';
import { daysOf, lookAt, pullRequestsOf } from './predictionPast.ts';

export interface Case {
  /** the day's, seconds since the epoch */
  readonly time: number;
  /** numbers of the pull requests, and their commits when they are done */
  readonly ofA: number; readonly ofB: number; readonly commitsA: number; readonly commitsB: number;
  /** files that both touch: when half of each is done, and when all is */
  readonly sharedAtHalf: number; readonly sharedAtEnd: number;
  /** what came of it */
  readonly conflict: boolean;
  /** would the product look at this pair? */
  readonly isCandidate: boolean;
  /** for how many such pairs it stands: of those that nothing speaks for, one in `SAMPLED` is taken */
  readonly weight: number;
  readonly row: readonly number[];
  /** lines between their nearest hunks when half of each is done; Infinity: no file in common with known lines */
  readonly lines: number;
  /** commits before that touched a file of each */
  readonly together: number;
}

export interface PastOptions {
  /** days between two looks, and how long a pull request is taken to be open at most */
  readonly every: number; readonly within: number;
  /** looks at most, the newest */
  readonly days?: number;
  readonly told?: (line: string) => void;
}

const SAMPLED = 20;

/** Each pair of pull requests once, on the first day on which both were open and exact; in the order of days. One of the two has two commits or more. */
export async function casesOf(dir: string, { every, within, days: most = Infinity, told = () => {} }: PastOptions): Promise<Case[]> {
  const { chain, requests } = pullRequestsOf(dir), commits = new Map(requests.map((r) => [r.number, r.commits]));
  const days = daysOf(chain, requests, every, within).slice(-most);
  if (days.length === 0) return [];
  const reader = await openRepository(dir, { reader: 'native' });
  try {
    const { log } = await readLog(reader, days.at(-1)!.base, new Log(reader.objectFormat === 'sha1' ? 40 : 64), { lines: true });
    const seen = new Set<string>(), cases: Case[] = [];
    for (const day of days) {
      const { inFlight, pairs } = await lookAt(dir, day);
      const { files, mailmap } = await atHead(reader, day.base);
      const history = historyFrom({ log, head: day.base, files, mailmap: mailmap === null ? null : new Mailmap(mailmap.text), now: day.time });
      const ground = new Ground(history, inFlight, { asOf: day.time, author: crewOf(history, inFlight).author });
      const key = (a: number, b: number): number => a * inFlight.acus.length + b;
      const candidates = new Set(candidatesOf(ground, requirements(inFlight.acus)).map(({ a, b }) => key(a, b)));
      let fresh = 0, conflicts = 0;
      for (const { a, b, ofA, ofB, shared, conflict } of pairs) {
        const commitsA = commits.get(ofA)!, commitsB = commits.get(ofB)!, sharedAtHalf = sharedFiles(ground, a, b).length, isCandidate = candidates.has(key(a, b));
        if (commitsA < 2 && commitsB < 2 || seen.has(`${ofA} ${ofB}`)) continue;
        seen.add(`${ofA} ${ofB}`);
        const isSampled = sharedAtHalf === 0 && shared === 0 && !isCandidate;
        if (isSampled && (31 * ofA + 17 * ofB) % SAMPLED !== 0) continue;
        const { row, nearest } = featuresOf(ground, a, b);
        cases.push({
          time: day.time, ofA, ofB, commitsA, commitsB, sharedAtHalf, sharedAtEnd: shared, conflict, isCandidate, weight: isSampled ? SAMPLED : 1,
          row: Array.from(row), lines: nearest.lines, together: ground.changedTogether(a, b),
        });
        if (shared > 0) fresh++;
        if (conflict) conflicts++;
      }
      told(`${new Date(day.time * 1000).toISOString().slice(0, 10)}: ${day.open.length} open, ${inFlight.acus.length} ACUs; new pairs that share a file: ${fresh}, in conflict in the end: ${conflicts}`);
    }
    return cases;
  } finally {
    await reader.close();
  }
}
