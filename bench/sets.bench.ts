// Large sets of branches that go together two by two: is Acumen's tree the same in every order of choice, and git's wherever git's chain
// of merges is clean and the same in every order tried? Not a time but a count; every other case is explained (testkit/maximal.ts).
// ACUMEN_SETS: how many (8; the bar says 40). ACUMEN_BENCH_REPO, ACUMEN_BENCH_REFS (globs, separated by spaces), ACUMEN_BENCH_NEWEST: a repository of your own.
import { git } from '../testkit/git.ts';
import { generate } from '../testkit/generate.ts';
import type { Mix } from '../testkit/generate.ts';
import { type Cause, type SetResult, causes, maximalSets } from '../testkit/maximal.ts';
import { wide } from '../testkit/wide.ts';
import type { Benchmark, Row } from './report.ts';

const ORDERS = 20;
/** Enough for sets of a hundred in every mix. */
const SOURCES = 640;
const MIXES: readonly Mix[] = ['team', 'fleet', 'moving', 'stacks'];

function rowsOf(name: string, results: readonly SetResult[]): Row[] {
  const count = (verdict: SetResult['verdict']): number => results.filter((r) => r.verdict === verdict).length;
  const rows: Row[] = [
    { metric: `${name}/sets`, value: results.length, unit: 'sets' },
    { metric: `${name}/smallest`, value: Math.min(...results.map((r) => r.members)), unit: 'branches' }, { metric: `${name}/largest`, value: Math.max(...results.map((r) => r.members)), unit: 'branches' },
    { metric: `${name}/git_clean_and_same`, value: results.filter((r) => r.git.clean === r.git.orders && r.git.trees === 1).length, unit: 'sets' },
    { metric: `${name}/equal`, value: count('equal'), unit: 'sets' }, { metric: `${name}/explained`, value: count('explained'), unit: 'sets' }, { metric: `${name}/unexplained`, value: count('unexplained'), unit: 'sets' },
    { metric: `${name}/composed`, value: results.filter((r) => 'tree' in r.answer).length, unit: 'sets' },
  ];
  for (const cause of Object.keys(causes) as Cause[]) {
    const n = results.filter((r) => r.explanations.some((e) => e.cause === cause)).length;
    if (n > 0) rows.push({ metric: `${name}/because_${cause.replaceAll(' ', '_')}`, value: n, unit: 'sets' });
  }
  return rows;
}

function tell(name: string) {
  return (done: number, { members, git: theirs, verdict, answer, explanations, wrong }: SetResult): void => {
    const lines = [`${name} ${done}: ${members} branches, ${'tree' in answer ? answer.tree.slice(0, 12) : `refused (${answer.refused.join(' ')})`}; git clean in ${theirs.clean} of ${theirs.orders} orders, ${theirs.trees} trees: ${verdict}`,
      ...explanations.slice(0, 6).map((e) => `    ${e.cause}: ${e.path} at ${e.at}: ${e.detail}`), ...wrong.slice(0, 6).map((w) => `    WRONG: ${w}`)];
    process.stderr.write(`${lines.join('\n')}\n`);
  };
}

const benchmark: Benchmark = {
  what: `Sets of 100 and more branches of ${SOURCES} generated ones that go together two by two, in ${ORDERS} orders, beside git's chain of merges`,
  async run() {
    const wanted = Number(process.env['ACUMEN_SETS'] ?? 8), rows: Row[] = [];
    const own = process.env['ACUMEN_BENCH_REPO'];
    if (own !== undefined) {
      const globs = (process.env['ACUMEN_BENCH_REFS'] ?? 'refs/heads refs/pull/*/head').split(' ');
      const refs = git(own, ['for-each-ref', '--sort=-committerdate', `--count=${process.env['ACUMEN_BENCH_NEWEST'] ?? 600}`, '--format=%(refname)', ...globs]).trimEnd().split('\n');
      return rowsOf('own', await maximalSets(own, { refs, sets: wanted, orders: ORDERS, seed: 1, progress: tell('own') }));
    }
    const open = wide({ seed: 9, branches: 300, files: 40, lines: 200, touches: 3, same: 7 });
    try {
      rows.push(...rowsOf('wide', await maximalSets(open.dir, { refs: open.refs, sets: Math.ceil(wanted / 8), orders: ORDERS, seed: 1, most: 150, progress: tell('wide') })));
    } finally {
      open.remove();
    }
    for (const [n, mix] of MIXES.entries()) {
      const sets = Math.floor((wanted + n) / MIXES.length);
      if (sets === 0) continue;
      const made = await generate({ seed: 31, mix, sources: SOURCES });
      try {
        rows.push(...rowsOf(mix, await maximalSets(made.dir, { refs: made.refs, sets, orders: ORDERS, seed: 1, progress: tell(mix) })));
      } finally {
        made.remove();
      }
    }
    return rows;
  },
};
export default benchmark;
