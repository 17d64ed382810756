// Dangers: the git of a repository that the store does not have goes on running beside it, with its folder and its line in the figures; one that
// is started only to be ended.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type PlantedGit, plantGit } from '../../../testkit/faults.ts';
import { smallRepository } from '../../../testkit/small.ts';
import { call, close, folder, importAll, inFlight, inFreshFolders, openWorkspace } from '../../../testkit/workspaces.ts';
import { barePlatform } from './platform.ts';
import { Pools } from './pools/pools.ts';
import type { Workspace } from './workspace.ts';

const GIT = execFileSync('/bin/sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();

inFreshFolders();

let git: PlantedGit, pools: Pools, ever: number;
beforeEach(() => {
  git = plantGit(folder, GIT);
  pools = new Pools({ threads: 1 });
  ever = 0;
  // each reader with a git has a breaker of its own
  const { breakers } = pools, another = breakers.another.bind(breakers);
  breakers.another = (...given) => { ever++; return another(...given); };
});
afterEach(() => { pools.close(); git.remove(); });

const opened = (): Promise<Workspace> => openWorkspace({ env: { PATH: git.path }, platform: { ...barePlatform(), pools } });
/** Readers that nobody has closed. */
const open = (): number => pools.figures().breakers.filter(({ dependency }) => dependency.startsWith('git')).length;
const other = () => smallRepository(path.join(folder, 'other'));

test('another repository than the store\'s is refused before its git is started', async () => {
  const workspace = await opened();
  await importAll(workspace, inFlight());
  await expect(importAll(workspace, other())).rejects.toMatchObject({ code: 'store-other-repository' });
  expect([ever, open()]).toEqual([1, 1]);
});

test('a first import that fails leaves no reader, and the next one has its own', async () => {
  const workspace = await opened(), repo = inFlight();
  await expect(importAll(workspace, other(), { base: 'no-such' })).rejects.toMatchObject({ code: 'unknown-revision' });
  expect(open()).toBe(0);
  expect((await call(workspace, 'hello', {})).repository, 'what a window offers to begin again').toMatchObject({ name: 'other', base: null });
  await importAll(workspace, repo);
  expect((await workspace.repository()).gitDir).toBe(path.join(repo.path, '.git'));
  expect(open()).toBe(1);
  await close(workspace);
  expect(open()).toBe(0);
});

test('a first import that another process was faster than, with another repository, leaves none either', async () => {
  const workspace = await opened(), faster = await openWorkspace(), repo = inFlight();
  let asked: Promise<unknown> | null = null;
  const stop = workspace.subscribe((push) => { if (push.push === 'progress' && push.phase === 'Reading refs') asked ??= importAll(faster, repo); });
  const { store } = workspace, head = store.head.bind(store);
  // the first look at the store after the reading: the other has imported by then
  let looks = 0;
  store.head = async () => { if (asked !== null && looks++ === 0) await asked; return head(); };
  await expect(importAll(workspace, other())).rejects.toMatchObject({ code: 'store-other-repository' });
  stop();
  expect(asked).not.toBeNull();
  expect(open()).toBe(0);
  expect((await workspace.repository()).gitDir).toBe(path.join(repo.path, '.git'));
  expect(open()).toBe(1);
});

test('what is imported again by its path starts no git, whichever folder of it is named', async () => {
  const workspace = await opened(), repo = inFlight();
  await importAll(workspace, repo);
  for (const again of [repo.path, path.join(repo.path, '.git'), path.join(repo.path, 'src')]) await importAll(workspace, { path: again });
  expect([ever, open()]).toEqual([1, 1]);
});

test('who asks at once for what is not open yet has one reader', async () => {
  await importAll(await openWorkspace(), inFlight());
  const workspace = await opened(), readers = await Promise.all([1, 2, 3].map(() => workspace.repository()));
  expect([new Set(readers).size, ever]).toEqual([1, 1]);
  await close(workspace);
  expect(open()).toBe(0);
});
