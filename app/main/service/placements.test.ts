// Danger: a commit is taken out of a branch, its lines stand where git would not have put them, and nobody is told. A text of equal lines, where
// git's merge cannot know which of them was meant and history can.
import { afterAll, expect, test } from 'vitest';
import { smallRepository } from '../../../testkit/small.ts';
import { scratchFolder } from '../../../testkit/store.ts';
import { composeReport } from './reports.ts';
import { Workspace } from './workspace.ts';

const scratch = scratchFolder('placements');
afterAll(() => scratch.remove());

/** A line each. */
const lines = (letters: string): string => Array.from(letters, (c) => `${c}\n`).join('');

test('lines that history places otherwise than git are told of as a risk, and others are not', async () => {
  const repo = smallRepository(`${scratch.path}/r`, { 'a.txt': lines('aaaaaaaaaabaabababaaabbb'), 'b.txt': lines('123456') });
  for (const text of ['aaaaaaaaaabaabaababaaabbb', 'aaaaaaaaaabaababababaaabbb', 'aaaaaaaaaabaabababbaaabbb', 'aaaaaaaaabaabababbaaabbb']) repo.branch('topic', { 'a.txt': lines(text) });
  for (const text of ['x23456', 'x2345y']) repo.branch('plain', { 'b.txt': lines(text) });
  const workspace = await Workspace.open(`${scratch.path}/store`, { env: {} });
  const told = async (grain: 'branch' | 'commit', name: string) => {
    await workspace.call('import', { path: repo.path, base: null, refs: [], grain, ticket: grain + name });
    const { tree, conflicts } = await composeReport(workspace, workspace.engine.named(name), null);
    return { tree, risks: conflicts.map(({ kind, verdict, path }) => `${kind} ${verdict} ${path}`) };
  };
  const whole = await told('branch', 'topic');
  // all commits of the branch make the branch (law 2), which git's merges of them do not
  expect(await told('commit', 'topic')).toEqual({ tree: whole.tree, risks: ['placement risk a.txt'] });
  expect(whole.risks).toEqual([]);
  expect((await told('commit', 'plain')).risks).toEqual([]);
  await workspace.close();
});
