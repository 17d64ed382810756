// Danger: an import keeps of working trees what something is composed of when it begins; what is composed meanwhile of what it left out is gone
// from the composition when it is published, and what is taken out meanwhile is kept.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type { SmallRepository } from '../../../../testkit/small.ts';
import { numbered } from '../../../../testkit/small.ts';
import { call, folder, idOf, importAll, inFlight, inFreshFolders, openWorkspace } from '../../../../testkit/workspaces.ts';
import type { AcuId } from '../../../core/bytes.ts';
import type { Workspace } from '../workspace.ts';

inFreshFolders();

let repo: SmallRepository, one: Workspace, edits: AcuId;
const compose = (workspace: Workspace, acus: readonly AcuId[]) => call(workspace, 'compose', { acus });
const kept = ({ view }: Workspace): readonly string[] => (view.state.published?.snapshots ?? []).map(({ ref }) => ref);

beforeEach(async () => {
  repo = inFlight();
  const tree = path.join(folder, 'tree');
  repo.git('worktree', 'add', '-q', '--detach', tree, 'main');
  writeFileSync(path.join(tree, 'd.txt'), numbered(9));
  one = await openWorkspace();
  await importAll(one, repo);
  await call(one, 'live', { on: true });
  edits = idOf(one, 'worktree tree');
  await compose(one, [edits]);
  await call(one, 'live', { on: false });
});

/** An import of `one`, amid which something is done once it has chosen what to keep. */
async function importAround(what: () => Promise<unknown>): Promise<void> {
  repo.branch('fresh', { 'b.txt': numbered(20, { 5: 'fresh' }) });
  const chosen = Promise.withResolvers<void>(), go = Promise.withResolvers<void>(), { live } = one, { besideImport } = live;
  live.besideImport = async (reader) => {
    live.besideImport = besideImport;
    const found = await besideImport.call(live, reader);
    chosen.resolve();
    await go.promise;
    return found;
  };
  const importing = importAll(one, repo);
  await chosen.promise;
  await what();
  go.resolve();
  await importing;
}

test('what another process composes meanwhile of edits that nothing was composed of stays composed', async () => {
  expect(kept(one)).toEqual(['worktree:tree']);
  await compose(one, []);
  const two = await openWorkspace();
  await importAround(() => compose(two, [edits]));
  expect(one.view.state.composition.acus).toEqual([edits]);
  expect(one.engine.acu(edits)).toBeDefined();
  expect(kept(one)).toEqual(['worktree:tree']);
  expect(one.engine.named('fresh')).toHaveLength(1);
  expect((await call(one, 'fsck', {})).problems).toEqual([]);
});

test('edits that another process takes out of the composition meanwhile are not kept', async () => {
  const two = await openWorkspace();
  await importAround(() => compose(two, []));
  expect(one.view.state.composition.acus).toEqual([]);
  expect(kept(one)).toEqual([]);
});

test('what is composed of branches meanwhile costs no second import', async () => {
  const two = await openWorkspace(), first = idOf(two, 'first');
  let phases = 0;
  one.subscribe((push) => { if (push.push === 'progress' && push.phase === 'Reading refs') phases++; });
  await importAround(() => compose(two, [first, edits]));
  expect([...one.view.state.composition.acus].sort()).toEqual([first, edits].sort());
  expect(phases).toBe(1);
});
