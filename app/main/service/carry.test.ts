// The danger: a branch carried onto a base that renamed, moved or removed what the branch changes, otherwise than git would carry it.
// Random merges (testkit/treeMerges.ts) side by side in one repository, and branches merged crosswise with the base; git judges every
// branch.
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { agreement } from '../../../testkit/agreement.ts';
import { type TempDir, git, gitLine, initBare, tempDir } from '../../../testkit/git.ts';
import { type History, type Made, crossedRepository, randomHistory } from '../../../testkit/crissCross.ts';
import { load } from '../../../testkit/loaded.ts';
import { type Files, carriedRepository } from '../../../testkit/treeMerges.ts';
import { MOST_MERGES } from '../git/ancestors.ts';

let dir: TempDir | undefined;
afterEach(() => { dir?.remove(); dir = undefined; });

// seeds on which git 2.39 fails no assertion
test.each([1, 2000, 3000, 4000])('branches of random merges from seed %i on stand on the base as git carries them', async (first) => {
  dir = tempDir('carry');
  const refs = carriedRepository(dir.path, first, 24);
  const { disagreements, sources } = await agreement(dir.path, { refs });
  expect(disagreements).toEqual([]);
  expect(sources.leftOut, 'no branch is left without a verdict').toBe(0);
  expect(sources.exact).toBeGreaterThan(4);
  expect(sources.stale).toBeGreaterThan(1);
}, 120_000);

test('branches merged crosswise with the base stand on it as git carries them, whatever merge bases they have', async () => {
  const sum = { exact: 0, stale: 0, several: 0 };
  for (let seed = 1; seed <= 16; seed++) {
    dir = tempDir('crossed');
    const refs = crossedRepository(dir.path, randomHistory(seed));
    const { disagreements, sources } = await agreement(dir.path, { base: 'refs/heads/main', refs });
    expect(disagreements, `seed ${seed}`).toEqual([]);
    expect(sources.leftOut, `seed ${seed}: no branch is left without a verdict`).toBe(0);
    sum.exact += sources.exact;
    sum.stale += sources.stale;
    for (const ref of refs) if (gitLine(dir.path, ['merge-base', '--all', 'refs/heads/main', ref]).includes('\n')) sum.several++;
    dir.remove();
  }
  expect(sum.several).toBeGreaterThan(10);
  expect(sum.exact).toBeGreaterThan(5);
  expect(sum.stale).toBeGreaterThan(3);
}, 120_000);

/** Two branches merged into each other again and again; each merge but the first two commits only settles what both have. */
function ladder(steps: number): History {
  const file = (content: string): Files => new Map([['f', { mode: '100644', content }], ['g', { mode: '100644', content: 'g\n' }]]);
  const commits: Made[] = [{ parents: [], files: file('root\n'), time: 1_700_000_000 }];
  for (let step = 0; step <= steps; step++) {
    const [a, b] = step === 0 ? [0, 0] : [commits.length - 2, commits.length - 1];
    for (const [n, parents] of [[0, [a, b]], [1, [b, a]]] as const) {
      commits.push({ parents: [...new Set(parents)], files: file(`step ${step} of ${n}\n`), time: 1_700_000_000 + commits.length });
    }
  }
  return { commits, left: commits.length - 2, right: commits.length - 1 };
}

test('as many merges of merge bases as the limit are made; beyond it the branch says why it has no verdict', async () => {
  for (const [steps, standing] of [[MOST_MERGES, 'stale'], [MOST_MERGES + 1, 'inexact']] as const) {
    dir = tempDir('ladder');
    const refs = crossedRepository(dir.path, ladder(steps));
    expect(refs).toHaveLength(1);
    const { segments, close } = await load(dir.path, { base: 'refs/heads/main', refs });
    const top = segments.find((s) => s.tip === gitLine(dir!.path, ['rev-parse', refs[0]!]))!;
    expect(top.standing).toMatchObject(standing === 'stale' ? { kind: 'stale' } : { kind: 'inexact', reason: expect.stringContaining(`more than ${MOST_MERGES} merges`) });
    expect(top.edits.length).toBeGreaterThan(0);
    await close();
    dir.remove();
  }
}, 60_000);

test('history that is lost below the merge bases: the branch is listed, and says why it has no verdict', async () => {
  dir = tempDir('lost');
  const f = (content: string): Files => new Map([['f', { mode: '100644', content }]]);
  const parents = [[], [0], [1], [1], [2, 3], [3, 2], [4, 5], [5, 4]];
  const commits = parents.map((some, n): Made => ({ parents: some, files: f(`${n}\n`), time: 1_700_000_000 + n }));
  const [ref] = crossedRepository(join(dir.path, 'whole'), { commits, left: 6, right: 7 });
  const whole = join(dir.path, 'whole'), lost = join(dir.path, 'lost');
  const first = gitLine(whole, ['rev-list', '--max-parents=0', 'main']);
  const kept = git(whole, ['rev-list', '--objects', '--all']).split('\n').map((line) => line.slice(0, 40)).filter((oid) => oid !== first);
  initBare(lost);
  git(lost, ['index-pack', '--stdin'], { input: Buffer.from(git(whole, ['pack-objects', '--stdout', '-q'], { input: kept.join('\n') }), 'latin1') });
  for (const name of ['refs/heads/main', ref!]) git(lost, ['update-ref', name, gitLine(whole, ['rev-parse', name])]);

  const { segments, published, close } = await load(lost, { base: 'refs/heads/main', refs: [ref!] });
  await close();
  const [top] = segments.filter((s) => s.tip === published.sources[0]!.oid);
  expect(top!.standing).toMatchObject({ kind: 'inexact', reason: expect.stringContaining(first) });
  expect(top!.edits.map((e) => e.path)).toEqual(['f']);
}, 60_000);
