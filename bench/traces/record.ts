// `node bench/traces/record.ts OUT SEED SKIP DIR…`: records what somebody (person.ts) at each of these repositories asks of the cache. Each is
// copied first. SKIP: so many of the newest pull requests are left to other traces. Nothing of a repository is in what is written but hashes,
// kinds, sizes, costs and times.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { gzipSync } from 'node:zlib';
import { Recorder } from '../../app/main/service/cache/trace.ts';
import { Person } from './person.ts';

const CHANGES = 150, SESSIONS = 4, ACTS = 90;
/** Commits of the trunk between two sessions. */
const BETWEEN = 12;

const [out, seed, skip, ...repositories] = process.argv.slice(2);
if (out === undefined || seed === undefined || skip === undefined || repositories.length === 0) throw new Error('usage: record.ts OUT SEED SKIP DIR…');
const scratch = mkdtempSync(join(tmpdir(), 'acumen-trace-'));
const traces = [];
try {
  for (const [n, repository] of repositories.entries()) {
    const dir = join(scratch, `r${n}.git`);
    const git = (...args: string[]): string => execFileSync('git', ['-C', dir, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 }).trim();
    // not cloned: it may be one that lacks some of its objects
    cpSync(realpathSync(repository), dir, { recursive: true });
    const trunk = git('rev-list', '--first-parent', `-n${BETWEEN * SESSIONS}`, 'HEAD').split('\n').reverse();
    const tips = git('for-each-ref', '--sort=-committerdate', '--format=%(objectname)', 'refs/pull/*/head').split('\n').slice(Number(skip), Number(skip) + CHANGES);
    const parents = tips.map((tip) => { try { return git('rev-parse', '--verify', '--quiet', `${tip}~1`); } catch { return tip; } });
    const recorder = new Recorder(basename(repository, '.git'), () => performance.now());
    const person = new Person(Number(seed) + n, recorder, join(scratch, `s${n}.acumen`), dir);
    const steps = Array.from({ length: SESSIONS }, (_, session) => ({
      refs: ['refs/heads/change/*'], base: 'trunk',
      // a tenth of the changes come later, and a third are at an earlier commit for a while
      before: () => {
        const lines = [`update refs/heads/trunk ${trunk[BETWEEN * (session + 1) - 1]!}`];
        tips.forEach((tip, i) => { if (i % 10 < 9 || session > i % 3) lines.push(`update refs/heads/change/${i} ${i % 3 === 0 && session <= i % 4 ? parents[i]! : tip}`); });
        execFileSync('git', ['-C', dir, 'update-ref', '--stdin'], { input: `${lines.join('\n')}\n` });
      },
    }));
    await person.live(steps, ACTS);
    const { trace } = recorder;
    traces.push(trace);
    process.stderr.write(`${trace.of}: ${trace.requests.length} requests, ${trace.nodes.length} keys, ${Math.round(trace.nodes.reduce((sum, { size }) => sum + Math.max(0, size), 0) / 1e6)} MB\n`);
    rmSync(dir, { recursive: true, force: true });
  }
  // columns: half as many bytes as a list of objects
  const packed = traces.map(({ of, nodes, requests, offered }) => {
    const kinds = [...new Set(nodes.map(({ kind }) => kind))];
    return { of, kinds, kind: nodes.map(({ kind }) => kinds.indexOf(kind)), key: nodes.map(({ key }) => key), size: nodes.map(({ size }) => size), cost: nodes.map(({ cost }) => cost), deps: nodes.map(({ deps }) => deps), by: nodes.map(({ by }) => by ?? -1), unless: nodes.flatMap(({ unless }, n) => (unless === undefined ? [] : [[n, unless]])), derived: nodes.flatMap(({ derived }, n) => (derived === true ? [n] : [])), offered, requests };
  });
  writeFileSync(out, gzipSync(JSON.stringify(packed), { level: 9 }));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
