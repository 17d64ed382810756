// What an import costs with either reader, from opening the repository to published segments, beside what git itself takes to
// list the same refs and print each one's difference from its merge base. ACUMEN_BENCH_REPO names a repository of your own.
import { spawnSync } from 'node:child_process';
import { generate } from '../testkit/generate.ts';
import { load } from '../testkit/loaded.ts';
import type { Benchmark, Row } from './report.ts';

const SOURCES = 200;
const RUNS = 5;

const median = (values: readonly number[]): number => [...values].sort((x, y) => x - y)[values.length >> 1]!;

function git(dir: string, args: readonly string[], input = ''): string {
  const run = spawnSync('git', args, { cwd: dir, input, maxBuffer: 1 << 30, encoding: 'latin1', env: { PATH: process.env['PATH'], GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' } });
  if (run.status !== 0 && args[0] !== 'merge-base') throw new Error(`git ${args[0]}: ${run.stderr}`);
  return run.stdout;
}

async function rows(prefix: string, dir: string, refs: readonly string[] | undefined): Promise<Row[]> {
  const base = git(dir, ['rev-parse', 'HEAD']).trim();
  const listed = git(dir, ['for-each-ref', '--format=%(refname)', 'refs/heads', 'refs/remotes', 'refs/pull']).trimEnd().split('\n');
  const heads = refs ?? listed;
  // Found beforehand, so that the peer is only listing and differences.
  const pairs = heads.flatMap((ref) => {
    const from = git(dir, ['merge-base', base, ref]).split('\n')[0]!;
    const tip = git(dir, ['rev-parse', `${ref}^{commit}`]).trim();
    return from === '' || from === tip ? [] : [`${tip} ${from}\n`];
  });
  const times = { git: [] as number[], native: [] as number[], embedded: [] as number[] };
  const ids: string[] = [];
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    git(dir, ['for-each-ref']);
    git(dir, ['diff-tree', '-p', '-r', '--stdin'], pairs.join(''));
    times.git.push(performance.now() - start);
    for (const reader of ['native', 'embedded'] as const) {
      const begun = performance.now();
      const loaded = await load(dir, { reader, ...(refs === undefined ? {} : { refs }) });
      times[reader].push(performance.now() - begun);
      ids.push(loaded.engine.acus.map((acu) => acu.id).join());
      await loaded.close();
    }
  }
  if (new Set(ids).size !== 1) throw new Error('the readers give different ACUs');
  const peerValue = median(times.git);
  const row = (reader: 'native' | 'embedded'): Row => ({
    metric: `${prefix}_import_${reader}_ms`, value: median(times[reader]), unit: 'ms', peer: 'git for-each-ref + diff-tree -p', peerValue, ratio: peerValue / median(times[reader]),
  });
  return [{ metric: `${prefix}_sources`, value: pairs.length, unit: 'sources' }, row('native'), row('embedded')];
}

const benchmark: Benchmark = {
  what: `Import of ${SOURCES} generated branches (mix "team"), and of ACUMEN_BENCH_REPO where set, by both readers, medians of ${RUNS}, beside git for-each-ref + diff-tree -p`,
  async run() {
    const made = await generate({ seed: 1, mix: 'team', sources: SOURCES });
    try {
      const own = process.env['ACUMEN_BENCH_REPO'];
      return [...await rows('generated', made.dir, made.refs), ...(own === undefined ? [] : await rows('own', own, undefined))];
    } finally {
      made.remove();
    }
  },
};
export default benchmark;
