// Dangers: parallel ≠ serial (law 7): long files whose differences threads work out give other hunks, or none; an import that waits for ever
// on threads that cannot be had.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TempDir, tempDir } from '../../../../testkit/git.ts';
import { numbered, smallRepository } from '../../../../testkit/small.ts';
import { LONG_LINES } from '../../../core/contents.ts';
import { barePlatform, type Platform } from '../platform.ts';
import { spawnThread } from '../threads.ts';
import { Workspace } from '../workspace.ts';
import { Pools } from './pools.ts';

let dir: TempDir, path: string;

beforeAll(() => {
  dir = tempDir('diffing');
  path = `${dir.path}/r`;
  const lines = LONG_LINES / 2 + 100, repository = smallRepository(path, { 'long.txt': numbered(lines), 'short.txt': numbered(20) });
  repository.branch('both', { 'long.txt': numbered(lines, { 5: 'FIVE', [lines - 3]: 'LATE' }), 'short.txt': numbered(20, { 2: 'TWO' }) });
  repository.branch('long', { 'long.txt': numbered(lines, { 5: 'five' }) });
  repository.branch('other', { 'long.txt': numbered(lines, { 900: 'NINE HUNDRED' }) });
});
afterAll(() => dir.remove());

let stores = 0;
/** Everything that hunks show in. */
async function told(pools: Pools | null): Promise<unknown> {
  const platform: Platform = { ...barePlatform(), pools }, workspace = await Workspace.open(`${dir.path}/store${stores++}`, { platform });
  try {
    await workspace.call('import', { path, base: null, refs: [], grain: 'branch', ticket: 'i' });
    const { acus } = workspace.engine, fits = acus.filter(({ name }) => name !== 'long').map(({ id }) => id);
    const { tree, files } = await workspace.call('preview', { acus: fits });
    return [workspace.engine.digest, [...workspace.engine.conflicts()], acus.map(({ hunks, added, deleted }) => [hunks, added, deleted]), tree, files];
  } finally {
    await workspace.close();
  }
}

test('an import and a preview of long files say the same by threads, by none, and where threads cannot be had', async () => {
  const wanted = await told(null), pools = new Pools({ threads: 2 }), dead = new Pools({ threads: 1, spawn: () => spawnThread('no-such.worker') });
  expect(await told(pools)).toEqual(wanted);
  const [, diff] = pools.figures().pools;
  expect(diff!.done).toBeGreaterThanOrEqual(3);
  expect(await told(dead)).toEqual(wanted);
  expect(dead.figures().pools[1]!.failed).toBeGreaterThan(0);
  for (const each of [pools, dead]) each.close();
});
