// What reading the edits of a working tree costs, beside `git status --porcelain` in the same run: whole, the first time and again (nothing
// is remembered of the files), and after one file was written, by its path. Some files are edited, some are new. ACUMEN_BENCH_REPOS: git
// directories, separated by spaces, of which HEAD is checked out into a folder of the bench's own; a generated one of 10,000 files if none.
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PathBytes } from '../app/core/bytes.ts';
import { openRepository } from '../app/main/git/open.ts';
import { Overlay } from '../app/main/git/overlay.ts';
import { listWorktrees } from '../app/main/git/worktree/listing.ts';
import { WorktreeReading } from '../app/main/git/worktree/reading.ts';
import { addSnapshot } from '../app/main/git/worktree/source.ts';
import { git, tempDir } from '../testkit/git.ts';
import { nameOfRepository } from './expertiseCases.ts';
import type { Benchmark, Row } from './report.ts';

const RUNS = 9, TOUCHES = 50, EDITED = 20, GENERATED = 10_000;
const BAR_TOUCH_MS = 10;

const say = (text: string): void => { process.stderr.write(`${text}\n`); };
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
const worst = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? 0;

async function timed(work: () => unknown): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** A repository whose HEAD is checked out, as if some time ago: what git wrote in this very second it would not trust itself. */
function checkedOut(from: string | null, dir: string): void {
  mkdirSync(dir);
  if (from !== null) {
    git(dir, ['clone', '--quiet', '--no-local', '--bare', '--depth=1', `file://${from}`, '.git']);
    git(dir, ['--git-dir=.git', 'config', 'core.bare', 'false']);
    git(dir, ['reset', '--quiet', '--hard']);
  } else {
    git(dir, ['init', '--quiet', '--template=', '.']);
    for (let i = 0; i < GENERATED; i++) {
      const folder = join(dir, `src/${i % 20}/${i % 400}`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `${i}.ts`), `export const n${i} = ${i};\n`.repeat(40));
    }
    git(dir, ['add', '--all', '.']);
    git(dir, ['commit', '--quiet', '--message=one']);
  }
  for (const path of git(dir, ['ls-files', '-z']).split('\0')) {
    // eslint-disable-next-line no-control-regex
    if (/^[\x20-\x7e]+$/.test(path)) utimesSync(join(dir, path), 1_600_000_000, 1_600_000_000);
  }
  git(dir, ['update-index', '-q', '--really-refresh']);
}

async function measure(dir: string, name: string, rows: Row[]): Promise<void> {
  const files = git(dir, ['ls-files', '-z']).split('\0').filter((path) => /^[A-Za-z0-9_./-]+\.[a-z]+$/.test(path));
  const edited = files.filter((_, i) => i % Math.max(1, Math.floor(files.length / EDITED)) === 0);
  for (const path of edited) writeFileSync(join(dir, path), `edited ${path}\n`);
  writeFileSync(join(dir, 'acumen-new-file'), 'new\n');
  const reader = await openRepository(dir, { reader: 'native' });
  const [worktree] = listWorktrees(reader.gitDir).worktrees;
  const reading = new WorktreeReading(reader, worktree!), again: number[] = [], peer: number[] = [];
  const first = await timed(() => reading.read());
  for (let i = 0; i < RUNS; i++) {
    peer.push(await timed(() => git(dir, ['--no-optional-locks', 'status', '--porcelain', '--untracked-files=all'])));
    again.push(await timed(() => reading.read()));
  }
  const snapshot = await reading.read(), listed = git(dir, ['--no-optional-locks', 'status', '--porcelain', '--untracked-files=all', '--no-renames', '-z']).split('\0').filter(Boolean);
  const touch: number[] = [], source: number[] = [];
  for (let i = 0; i < TOUCHES; i++) {
    const path = files[(i * 7919) % files.length]!;
    writeFileSync(join(dir, path), `touched ${i}\n`);
    touch.push(await timed(() => reading.reread([path as PathBytes])));
    const now = await reading.reread([]);
    source.push(await timed(() => addSnapshot(new Overlay(reader), worktree!, now)));
  }
  await reader.close();
  const agrees = snapshot.changes.size + snapshot.notCompared.length === listed.length;
  say(`${name}: ${git(dir, ['ls-files']).split('\n').length - 1} files in ${readdirSync(dir).length} entries of the root; ${snapshot.changes.size} changed, ${snapshot.notCompared.length} not compared (git lists ${listed.length})`);
  say(`  whole ${median(again).toFixed(1)} ms (first ${first.toFixed(1)}), git status ${median(peer).toFixed(1)} ms; one touched path ${median(touch).toFixed(2)} ms, p95 ${worst(touch).toFixed(2)} (bar ${BAR_TOUCH_MS}: ${worst(touch) <= BAR_TOUCH_MS ? 'met' : 'missed'}); as a commit ${median(source).toFixed(2)} ms`);
  rows.push(
    { metric: `${name}/read_ms`, value: median(again), unit: 'ms', peer: 'git status', peerValue: median(peer), ratio: median(peer) / median(again) },
    { metric: `${name}/first_read_ms`, value: first, unit: 'ms' }, { metric: `${name}/touched_ms`, value: median(touch), unit: 'ms' }, { metric: `${name}/touched_p95_ms`, value: worst(touch), unit: 'ms' },
    { metric: `${name}/commit_ms`, value: median(source), unit: 'ms' }, { metric: `${name}/agrees_with_status`, value: Number(agrees), unit: '' },
  );
}

export default {
  what: 'Edits of a working tree, whole and by one touched path, beside `git status --porcelain`',
  async run(): Promise<Row[]> {
    const rows: Row[] = [], temp = tempDir('bench-worktrees');
    const given = (process.env['ACUMEN_BENCH_REPOS'] ?? '').split(' ').filter(Boolean);
    try {
      for (const [i, from] of (given.length > 0 ? given : [null]).entries()) {
        const dir = join(temp.path, `w${i}`);
        checkedOut(from, dir);
        await measure(dir, from === null ? 'generated' : nameOfRepository(from), rows);
      }
    } finally {
      temp.remove();
    }
    return rows;
  },
} satisfies Benchmark;
