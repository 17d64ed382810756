// Danger: a commit that an operation moves a branch to is no change in flight, and so is hidden where it is one: after an undo, which moves a branch back to
// where others stand, or when the branch could not be moved.
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { call, folder, idOf, importAll, inFlight, inFreshFolders, openWorkspace } from '../../../../testkit/workspaces.ts';
import { display } from '../../../core/bytes.ts';
import { Workspace } from '../workspace.ts';

inFreshFolders();

const sources = ({ engine }: Workspace): string[] => engine.sources.map((s) => display(s.name)).sort();

/** What somebody sees who has seen nothing before. */
async function anew(repo: { path: string }): Promise<string[]> {
  const workspace = await Workspace.open(path.join(folder, 'anew'), { env: {} });
  try {
    await importAll(workspace, repo);
    return sources(workspace);
  } finally {
    await workspace.close();
  }
}

test('a branch that an undo moves back is what it was, and so are others that stand there', async () => {
  const repo = inFlight(), workspace = await openWorkspace();
  repo.git('branch', 'out', 'main');
  await importAll(workspace, repo);
  await call(workspace, 'live', { on: true });
  const before = sources(workspace);
  expect(before).toEqual(expect.arrayContaining(['main', 'out']));
  await call(workspace, 'writeBranch', { name: 'out', acus: [idOf(workspace, 'first')] });
  await workspace.live.settled();
  expect(sources(workspace)).not.toContain('out');
  await call(workspace, 'undo', {});
  await workspace.live.look();
  expect(sources(workspace)).toEqual(before);
  await call(workspace, 'redo', {});
  await workspace.live.look();
  expect(sources(workspace)).toEqual(before.filter((name) => name !== 'out'));
});

test('a commit that was made for a branch that could not be moved is a change in flight where somebody puts a branch on it', async () => {
  const repo = inFlight(), workspace = await openWorkspace();
  await importAll(workspace, repo);
  await call(workspace, 'live', { on: true });
  const before = sources(workspace), locked = path.join(repo.path, '.git/refs/heads/result.lock');
  writeFileSync(locked, '');
  await expect(call(workspace, 'writeBranch', { name: 'result', acus: [idOf(workspace, 'first')] })).rejects.toMatchObject({ code: 'ref-locked' });
  rmSync(locked);
  const [made] = /[0-9a-f]{40}/.exec(repo.git('fsck', '--no-reflogs', '--lost-found'))!;
  repo.git('branch', 'mine', made);
  await workspace.live.look();
  expect(sources(workspace)).toEqual([...before, 'mine'].sort());
  expect(sources(workspace)).toEqual(await anew(repo));
});
