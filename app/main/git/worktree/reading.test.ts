// Dangers: an edit that is missed or shown where there is none, bytes stored otherwise than git would store them, and a repository that
// is changed, or that makes a program run, because somebody looked at it. `git add --all` with an index of its own is the oracle.
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { tempDir } from '../../../../testkit/git.ts';
import { addedByGit, fingerprint, listing, makeWorktree } from '../../../../testkit/worktrees.ts';
import type { PathBytes } from '../../../core/bytes.ts';
import type { WorktreeSnapshot } from '../../../core/worktree/model.ts';
import type { RepositoryReader } from '../../../core/repository.ts';
import { openRepository } from '../open.ts';
import { Overlay } from '../overlay.ts';
import { listWorktrees } from './listing.ts';
import { WorktreeReading } from './reading.ts';
import { addSnapshot } from './source.ts';

const temp = tempDir('worktree');
afterAll(() => temp.remove());

/** What a snapshot makes of HEAD's tree. */
function applied(dir: string, { tree, changes }: WorktreeSnapshot): Map<string, string> {
  const files = tree === null ? new Map<string, string>() : listing(dir, tree);
  for (const [path, { before, after }] of changes) {
    expect(before === null ? undefined : `${before.mode.toString(8)} ${before.oid}`, path).toBe(files.get(path));
    if (after === null) files.delete(path); else files.set(path, `${after.mode.toString(8)} ${after.oid}`);
  }
  return files;
}

async function judge(dir: string, reader: RepositoryReader, reading: WorktreeReading, snapshot: WorktreeSnapshot): Promise<void> {
  // Of files beside attributes that are tracked and gone, git says one thing in `status` and another in `add`, by the order in which it comes to them.
  if ([...snapshot.changes].some(([path, { after }]) => path.endsWith('.gitattributes') && after === null)) return;
  const oracle = addedByGit(dir);
  const ours = applied(dir, snapshot), theirs = new Map(oracle.files);
  for (const { path } of snapshot.notCompared) {
    ours.delete(path);
    theirs.delete(path);
  }
  expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(theirs));
  if (snapshot.notCompared.length > 0) return;
  const overlay = new Overlay(reader), source = await addSnapshot(overlay, reading.worktree, snapshot);
  expect(source === null ? snapshot.tree : (await overlay.commit(source.oid)).tree).toBe(oracle.tree);
}

/** `ACUMEN_WORKTREE_SEEDS="1000 500"` asks about more: the first seed, and how many. */
const [first, count] = (process.env['ACUMEN_WORKTREE_SEEDS'] ?? '1 14').split(' ').map(Number) as [number, number];

describe('a working tree made by chance', () => {
  test.each(Array.from({ length: count }, (_, i) => first + i))('is what `git add --all` would store, at once and after every edit (seed %i)', async (seed) => {
    const dir = join(temp.path, `case${seed}`);
    const made = makeWorktree(dir, seed);
    const reader = await openRepository(dir, { reader: 'native' });
    try {
      const [worktree] = listWorktrees(reader.gitDir).worktrees;
      // Every fourth with room for little: what has none must be the same, however one came there.
      const limits = seed % 4 === 0 ? { fileBytes: 100, heldBytes: 60, changed: 5 } : undefined;
      const reading = new WorktreeReading(reader, worktree!, undefined, limits);
      let before = fingerprint(dir);
      const snapshot = await reading.read();
      expect(fingerprint(dir)).toBe(before);
      await judge(dir, reader, reading, snapshot);
      for (let round = 0; round < 3; round++) {
        const touched = made.touch(3) as PathBytes[];
        before = fingerprint(dir);
        const grown = await reading.reread(touched);
        const scratch = new WorktreeReading(reader, worktree!, undefined, limits), anew = await scratch.read();
        expect(fingerprint(dir)).toBe(before);
        expect(grown).toEqual(anew);
        expect(reading.folders).toEqual(scratch.folders);
        await judge(dir, reader, reading, grown);
      }
    } finally {
      await reader.close();
    }
  });
});
