// What reading a history for collaboration takes, beside what git takes to list the same (`git log --raw --numstat -M`): commits a second and
// the most memory; what the next head costs, and the next opening; bytes; how many lines that stand are whose blame says; and that the reader
// without git gives the same history. Each in a fresh process. ACUMEN_BENCH_REPOS: git directories, separated by spaces; a generated one if none.
import { spawnSync } from 'node:child_process';
import { packHistory, unpackHistory } from '../app/core/collaboration/packed.ts';
import { at } from '../scripts/steps.ts';
import { git, gitLine, tempDir } from '../testkit/git.ts';
import { makePast } from '../testkit/pasts.ts';
import { drawnHistory } from '../testkit/peopleHistories.ts';
import { Random } from '../testkit/random.ts';
import { nameOfRepository } from './expertiseCases.ts';
import type { BlameTook, GrowTook, ReadTook, RunAsked } from './historyRun.ts';
import type { Benchmark, Row } from './report.ts';

/** Commits of which the reader without git is asked, too: it is slower by far. */
const BOTH = 1000;
const BACK = 100, BLAMED = 60;
const TOUCHES = 2_000_000;
const say = (text: string): void => { process.stderr.write(`${text}\n`); };
const metric = (name: string, value: number, unit: string): Row => ({ metric: name, value, unit });

function inProcess<T>(asked: RunAsked): T {
  const { status, stdout, stderr } = spawnSync(process.execPath, [at('bench/historyRun.ts'), JSON.stringify(asked)], { encoding: 'utf8', maxBuffer: 1 << 24 });
  if (status !== 0) throw new Error(`bench/historyRun.ts: ${stderr}`);
  return JSON.parse(stdout) as T;
}

function listedByGit(dir: string): number {
  const began = performance.now();
  git(dir, ['log', '--format=%H %an %ae %at', '--raw', '--numstat', '-M', 'HEAD']);
  return performance.now() - began;
}

function measure(dir: string, rows: Row[]): void {
  const name = nameOfRepository(dir), took = inProcess<ReadTook>({ what: 'read', dir, reader: 'native', most: null }), peer = listedByGit(dir);
  say(`${name}: ${took.commits} commits, ${took.touches} touches, ${took.people} people, ${took.files} files`);
  say(`  read in ${(took.readMs / 1000).toFixed(1)} s (${(1000 * took.commits / took.readMs).toFixed(0)} commits/s; git lists them in ${(peer / 1000).toFixed(1)} s), put together in ${took.foldMs.toFixed(0)} ms, at most ${took.peakMB.toFixed(0)} MB`);
  say(`  ${took.bytes} bytes packed, in ${took.packMs.toFixed(0)} ms, read back in ${took.unpackMs.toFixed(0)} ms; the log ${took.logBytes} bytes, in ${took.logMs.toFixed(0)} ms`);
  rows.push(
    { metric: `${name}/read_ms`, value: took.readMs, unit: 'ms', peer: 'git log --raw --numstat', peerValue: peer, ratio: peer / took.readMs },
    metric(`${name}/commits_per_second`, 1000 * took.commits / took.readMs, '1/s'), metric(`${name}/fold_ms`, took.foldMs, 'ms'), metric(`${name}/peak_mb`, took.peakMB, 'MB'),
    metric(`${name}/packed_bytes`, took.bytes, 'B'), metric(`${name}/log_bytes`, took.logBytes, 'B'),
  );
  const grown = inProcess<GrowTook>({ what: 'grow', dir, back: BACK });
  say(`  ${BACK} commits later ${grown.grownMs.toFixed(0)} ms (${(grown.ms / 1000).toFixed(1)} s at first), the next opening ${grown.keptMs.toFixed(0)} ms; ${grown.isSame ? 'the same as read at once' : 'NOT the same as read at once'}`);
  rows.push(metric(`${name}/grown_ms`, grown.grownMs, 'ms'), metric(`${name}/kept_ms`, grown.keptMs, 'ms'), metric(`${name}/grown_is_same`, Number(grown.isSame), ''));
  const { files, lines, same } = inProcess<BlameTook>({ what: 'blame', dir, files: BLAMED });
  say(`  lines that stand, of ${files} files: ${same} of ${lines} are whose git blame says (${(100 * same / Math.max(1, lines)).toFixed(2)} %)`);
  rows.push(metric(`${name}/blame_agreement`, 100 * same / Math.max(1, lines), '%'));
  const [native, embedded] = (['native', 'embedded'] as const).map((reader) => inProcess<ReadTook>({ what: 'read', dir, reader, most: BOTH })) as [ReadTook, ReadTook];
  say(`  the newest ${embedded.commits} without git: ${(embedded.readMs / 1000).toFixed(1)} s (with git ${(native.readMs / 1000).toFixed(1)} s); ${native.digest === embedded.digest ? 'the same history' : 'ANOTHER history'}`);
  rows.push({ metric: `${name}/embedded_ms`, value: embedded.readMs, unit: 'ms', peer: 'native', peerValue: native.readMs, ratio: native.readMs / embedded.readMs }, metric(`${name}/readers_agree`, Number(native.digest === embedded.digest), ''));
}

function packing(rows: Row[]): void {
  const history = drawnHistory({ people: 10_000, files: 50_000, touches: TOUCHES }, 'zipf'), took: number[][] = [];
  let size = 0;
  for (let i = 0; i < 5; i++) {
    const began = performance.now(), bytes = packHistory(history), packed = performance.now();
    unpackHistory(bytes);
    took.push([packed - began, performance.now() - packed]);
    size = bytes.length;
  }
  const median = (k: number): number => took.map((one) => one[k]!).sort((a, b) => a - b)[took.length >> 1]!;
  say(`${TOUCHES} touches: ${size} bytes (${(size / TOUCHES).toFixed(2)} a touch), packed in ${median(0).toFixed(0)} ms, read back in ${median(1).toFixed(0)} ms`);
  rows.push(metric('drawn/packed_bytes', size, 'B'), metric('drawn/pack_ms', median(0), 'ms'), metric('drawn/unpack_ms', median(1), 'ms'));
}

export default {
  what: 'histories for collaboration: reading with and without git, growing, keeping, packing, and lines that stand against git blame',
  run: async () => {
    const rows: Row[] = [], dirs = (process.env['ACUMEN_BENCH_REPOS'] ?? '').split(' ').filter((dir) => dir !== '');
    if (dirs.length === 0) {
      const dir = tempDir('history-bench'), head = makePast(`${dir.path}/generated`, new Random(1), { commits: 3000, isText: true });
      git(`${dir.path}/generated`, ['update-ref', 'refs/heads/main', head]);
      gitLine(`${dir.path}/generated`, ['repack', '-adq']);
      measure(`${dir.path}/generated`, rows);
      dir.remove();
    }
    for (const dir of dirs) measure(dir, rows);
    packing(rows);
    return Promise.resolve(rows);
  },
} satisfies Benchmark;
