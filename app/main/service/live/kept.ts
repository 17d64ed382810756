// Edits of working trees that were composed: their commits made again from what the store remembers (core/events.ts, KeptSnapshot), so that an
// import can cut and carry them when the tree has moved on, was deleted, or nobody watches it.
import type { Oid, PathBytes } from '../../../core/bytes.ts';
import { AcumenError } from '../../../core/errors.ts';
import type { KeptSnapshot } from '../../../core/events.ts';
import type { Entry } from '../../../core/repository.ts';
import type { Overlay } from '../../git/overlay.ts';
import { buildTree } from '../../git/trees.ts';

/** Adds their commits to the overlay, those below first; answers those that could be made: a parent may be gone from the repository. */
export async function addKept(overlay: Overlay, kept: readonly KeptSnapshot[]): Promise<readonly KeptSnapshot[]> {
  const made: KeptSnapshot[] = [];
  for (const one of kept) {
    try {
      const parent = await overlay.commit(one.commit.parents[0]!);
      const tree = await buildTree(overlay, parent.tree, new Map<PathBytes, Entry | null>(one.changes), { writeTree: async (entries) => overlay.addTree(entries) });
      const oid: Oid = overlay.addCommit({ ...one.commit, tree });
      if (oid === one.oid) made.push(one);
    } catch (error) {
      if (!(error instanceof AcumenError)) throw error;
    }
  }
  return made;
}
