// What differs in a working tree as a commit on its HEAD that only memory holds, so that everything after it is as for a branch
// (docs/decisions/0049). The same files give the same commit, whoever looks and whenever.
import type { ByteString, Oid } from '../../../core/bytes.ts';
import type { Signature } from '../../../core/repository.ts';
import type { Worktree, WorktreeSnapshot } from '../../../core/worktree/model.ts';
import type { Overlay } from '../overlay.ts';

export interface WorktreeSource { readonly name: ByteString; readonly ref: ByteString; readonly oid: Oid }

/**
 * Null where nothing differs, and where HEAD has no commit to stand on. `parents`: what it stands on, where that is not HEAD's commit
 * but others whose files lie between.
 */
export async function addSnapshot(overlay: Overlay, worktree: Worktree, snapshot: WorktreeSnapshot, parents?: readonly Oid[]): Promise<WorktreeSource | null> {
  const { head, grown, blobs } = snapshot;
  if (head.kind === 'unborn' || grown === null) return null;
  overlay.hold(blobs, grown.made.entries().map(([oid, bytes]) => [oid, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)]));
  // Nobody has said that it is theirs yet, nor when: HEAD's time, for a clock would make another commit of the same files.
  const { committer } = await overlay.commit(head.oid);
  const nobody: Signature = { name: '' as ByteString, email: '' as ByteString, time: committer.time, offset: 0 };
  const message = `Uncommitted changes in ${worktree.name.replace(/[\n\0]/g, ' ')}\n` as ByteString;
  const oid = overlay.addCommit({ tree: grown.tree, parents: parents ?? [head.oid], author: nobody, committer: nobody, message });
  return { name: worktree.name, ref: worktree.ref, oid };
}
