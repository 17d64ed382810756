// Danger: one thing that fails takes the app with it. A workspace goes on answering, with the same answers, while its git dies and its threads
// are killed, and its figures say what is left alone.
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { ThreadPlants, plantGit } from '../../../../testkit/faults.ts';
import { tempDir } from '../../../../testkit/git.ts';
import { numbered, smallRepository } from '../../../../testkit/small.ts';
import type { Oid } from '../../../core/bytes.ts';
import { LONG_LINES } from '../../../core/contents.ts';
import { barePlatform } from '../platform.ts';
import { Workspace } from '../workspace.ts';
import { Pools } from './pools.ts';

const GIT = execFileSync('/bin/sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();

test('a git that dies and threads that are killed: every question is answered, as it was before', async () => {
  const dir = tempDir('faults'), git = plantGit(dir.path, GIT), plants = new ThreadPlants(), pools = new Pools({ threads: 2, spawn: plants.spawn });
  const lines = LONG_LINES / 2 + 100, repository = smallRepository(`${dir.path}/r`, { 'long.txt': numbered(lines), 'a.txt': numbered(20) });
  for (let i = 0; i < 14; i++) repository.branch(`b${i}`, { ...i % 5 === 0 && { 'long.txt': numbered(lines, { [100 * i + 5]: `LINE ${i}` }) }, [`new${i}.txt`]: `${i}\n` });
  const open = (): Promise<Workspace> => Workspace.open(`${dir.path}/store`, { env: { ...process.env, PATH: git.path }, platform: { ...barePlatform(), pools } });
  const well = await open();
  await well.call('import', { path: repository.path, base: null, refs: [], grain: 'branch', ticket: 'i' });
  const ids = well.engine.acus.map(({ id }) => id), sets = [14, 13, 9, 4].map((n) => ids.slice(0, n));
  // more than a reader fetches by itself: of fewer git is not asked
  expect(ids).toHaveLength(14);
  /** of a service that remembers nothing, so that all is read again */
  const answers = async (workspace: Workspace, fault: (i: number) => void): Promise<unknown[]> => {
    const out: unknown[] = [];
    for (const [i, acus] of sets.entries()) {
      fault(i);
      const { tree, files, conflicts } = await workspace.call('preview', { acus });
      out.push(tree, files, conflicts, await workspace.call('acuFile', { acu: ids[i]!, path: `new${i}.txt` as never }).catch((error: unknown) => error));
    }
    return out;
  };
  const wanted = await answers(well, () => {});
  await well.close();

  const { done } = pools.figures().pools[1]!, workspace = await open();
  expect((await workspace.repository()).kind).toBe('native');
  git.be('dead');
  const found = await answers(workspace, (i) => { git.kill(); plants.kill(i / sets.length); });
  expect(found).toEqual(wanted);
  // whatever else is asked of the repository
  for (let i = 0; i < 2; i++) expect(await (await workspace.repository()).has('1'.repeat(40) as Oid)).toBe(false);
  expect(pools.figures().breakers).toContainEqual(expect.objectContaining({ dependency: 'git', state: 'open' }));
  expect((await workspace.repository()).kind).toBe('embedded');
  expect(plants.killed).toBeGreaterThan(0);
  expect(pools.figures().pools[1]!.done).toBeGreaterThan(done);
  // and what changes something goes on too
  const composed = await workspace.call('compose', { ticket: 'c', acus: [ids[0]!] });
  expect(composed.composition.acus).toEqual([ids[0]]);
  await workspace.close();
  pools.close();
  git.remove();
  dir.remove();
});
