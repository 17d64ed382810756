// Dangers: what is edited and not committed is left out unsaid, or kept unasked; what is composed of it is lost with its working tree; a path that a filter
// hides is taken for compared.
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runAcumen } from '../../../../testkit/acumen.ts';
import type { Ran } from '../../../../testkit/acumen.ts';
import { tempDir } from '../../../../testkit/git.ts';
import { numbered, smallRepository } from '../../../../testkit/small.ts';

const temp = tempDir('cli-worktrees'), folder = temp.path;
afterAll(() => temp.remove());

const acumen = (...args: string[]): Promise<Ran> => runAcumen(args, { folder });
const names = ({ out }: { readonly out: string }): string[] => (JSON.parse(out) as { acus: { name: string }[] }).acus.map((acu) => acu.name).sort();

test('working trees are read where one asks, and at that moment; what is composed of them stays', async () => {
  const repo = smallRepository(path.join(folder, 'repo')), tree = path.join(folder, 'tree'), store = ['--store', path.join(folder, 'store')];
  repo.branch('feature', { 'a.txt': numbered(20, { 3: 'feature' }) });
  repo.git('worktree', 'add', '-q', '--detach', tree, 'main');
  writeFileSync(path.join(repo.path, '.git/info/attributes'), '*.big filter=lfs\n');
  writeFileSync(path.join(tree, 'a.txt'), numbered(20, { 3: 'edited' }));
  writeFileSync(path.join(tree, 'data.big'), 'large\n');
  expect((await acumen('import', 'repo', ...store)).status).toBe(0);

  expect(names(await acumen('list', '--json', ...store))).toEqual(['feature']);
  const listed = await acumen('list', '--json', '--worktrees', ...store);
  expect(names(listed)).toEqual(['feature', 'worktree tree']);
  expect(listed.err).toContain('worktree tree: data.big');
  expect(listed.err).toContain('not compared');
  expect(names(await acumen('list', '--json', '--worktrees', '--no-store', '--repo', 'repo'))).toEqual(['feature', 'worktree tree']);
  const conflicts = await acumen('conflicts', '--json', '--worktrees', ...store);
  expect(conflicts.status).toBe(1);
  expect(JSON.parse(conflicts.out)).toMatchObject({ sourceConflicts: [{ a: 'feature', b: 'worktree tree', verdict: 'blocking', paths: ['a.txt'] }] });
  expect((await acumen('check', 'worktree tree', 'feature', '--worktrees', ...store)).status).toBe(1);
  expect(names(await acumen('list', '--json', ...store))).toEqual(['feature']);

  expect((await acumen('compose', 'worktree tree', '--worktrees', '--branch', 'kept', ...store)).status).toBe(0);
  rmSync(tree, { recursive: true });
  repo.git('worktree', 'prune');
  expect((await acumen('import', 'repo', ...store)).status).toBe(0);
  expect(names(await acumen('list', '--json', ...store))).toEqual(['feature', 'worktree tree']);
  expect(repo.git('show', 'kept:a.txt')).toContain('edited');
  expect((await acumen('fsck', ...store)).status).toBe(0);
});
