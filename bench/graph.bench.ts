// The conflict graph of 200 branches: Acumen's command line in fresh processes, and the index alone, beside the fastest git
// there is for the question (`merge-tree --stdin`, objects on tmpfs where there is one), same run, verdicts compared.
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ConflictIndex } from '../app/core/conflictIndex.ts';
import { generate } from '../testkit/generate.ts';
import { tempDir } from '../testkit/git.ts';
import { load } from '../testkit/loaded.ts';
import { Oracle } from '../testkit/oracle.ts';
import type { Benchmark, Row } from './report.ts';

const SOURCES = 200;
const RUNS = 5;

export const median = (values: readonly number[]): number => [...values].sort((x, y) => x - y)[values.length >> 1]!;

function timed<T>(work: () => T): { ms: number; value: T } {
  const start = performance.now();
  const value = work();
  return { ms: performance.now() - start, value };
}

const benchmark: Benchmark = {
  what: `Conflict graph of ${SOURCES} generated branches (mix "team"), medians of ${RUNS}, beside git merge-tree --stdin over all pairs`,
  async run() {
    const repository = await generate({ seed: 1, mix: 'team', sources: SOURCES });
    const oracle = await Oracle.open(repository.dir, { refs: repository.refs });
    const temp = tempDir('bench-graph');
    try {
      const sources = oracle.sources.filter((s) => s.commit !== null);
      const pairs: string[] = [];
      sources.forEach((a, i) => { for (const b of sources.slice(i + 1)) pairs.push(`${a.commit} ${b.commit}\n`); });
      const peer: number[] = [], cold: number[] = [], warm: number[] = [], index: number[] = [];
      let conflicting = 0, found = 0;
      for (let run = 0; run < RUNS; run++) {
        const git = timed(() => spawnSync('git', ['merge-tree', '--write-tree', '--stdin', '--no-messages', '--name-only', '-z'], {
          cwd: oracle.dir, input: pairs.join(''), maxBuffer: 1 << 30, encoding: 'latin1',
          env: { PATH: process.env['PATH'], GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
        }));
        if (git.value.status !== 0) throw new Error(git.value.stderr);
        conflicting = git.value.stdout.split('\0').filter((field) => field === '0').length;
        peer.push(git.ms);

        const store = join(temp.path, `store-${run}.sqlite`);
        const acumen = (...args: string[]): string => {
          try {
            return execFileSync(process.execPath, ['bin/acumen.js', ...args, '--store', store, '--json'], { encoding: 'utf8', maxBuffer: 1 << 30 });
          } catch (error) { // exit 1: conflicts found
            return (error as { stdout: string }).stdout;
          }
        };
        const first = timed(() => { acumen('import', repository.dir); return acumen('conflicts'); });
        cold.push(first.ms);
        warm.push(timed(() => acumen('conflicts')).ms);
        const answer = JSON.parse(first.value) as { sourceConflicts: { verdict: string }[] };
        found = answer.sourceConflicts.filter((c) => c.verdict === 'blocking').length;
      }
      if (found !== conflicting) throw new Error(`git finds ${conflicting} conflicting pairs, Acumen ${found}`);
      const loaded = await load(repository.dir);
      for (let run = 0; run < RUNS; run++) index.push(timed(() => new ConflictIndex(loaded.engine.tables)).ms);
      await loaded.close();

      const row = (metric: string, value: number): Row => ({
        metric, value, unit: 'ms', peer: 'git merge-tree --stdin', peerValue: median(peer), ratio: median(peer) / value,
      });
      return [
        { metric: 'pairs', value: pairs.length, unit: 'pairs' }, { metric: 'conflicting_pairs', value: conflicting, unit: 'pairs' },
        row('import_and_conflicts_cold_ms', median(cold)), row('conflicts_warm_store_ms', median(warm)), row('index_in_process_ms', median(index)),
      ];
    } finally {
      oracle.close();
      repository.remove();
      temp.remove();
    }
  },
};
export default benchmark;
