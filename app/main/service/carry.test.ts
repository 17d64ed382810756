// The danger: a branch carried onto a base that renamed, moved or removed what the branch changes, otherwise than git would carry it.
// Random merges (testkit/treeMerges.ts) side by side in one repository; git judges every branch.
import { afterEach, expect, test } from 'vitest';
import { agreement } from '../../../testkit/agreement.ts';
import { type TempDir, tempDir } from '../../../testkit/git.ts';
import { carriedRepository } from '../../../testkit/treeMerges.ts';

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
