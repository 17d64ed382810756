// Working trees as they are at this moment, as refs of an import: for who looks once and keeps nothing.
import { display } from '../../../core/bytes.ts';
import type { RepositoryReader } from '../../../core/repository.ts';
import { visible } from '../../../core/visible.ts';
import type { LiveTree } from '../../../contract/live.ts';
import { Overlay } from '../../git/overlay.ts';
import { listWorktrees } from '../../git/worktree/listing.ts';
import { userSettings } from '../../git/worktree/settings.ts';
import type { Beside } from '../importer.ts';
import { Tree } from './tree.ts';

export async function lookBeside(reader: RepositoryReader, env: NodeJS.ProcessEnv): Promise<{ readonly beside: Beside; readonly trees: readonly LiveTree[] }> {
  const { worktrees, unusable } = listWorktrees(reader.gitDir), user = userSettings(env), overlay = new Overlay(reader);
  const trees = worktrees.map((worktree) => new Tree(worktree, { repository: async () => reader, user }));
  await Promise.all(trees.map((tree) => tree.read(null)));
  const found = await Promise.all(trees.map((tree) => tree.taken?.into(overlay) ?? null));
  const sources = found.flatMap((one) => (one === null ? [] : [{ name: one.name, ref: one.ref, oid: one.oid }]));
  return { beside: { reader: overlay, sources, snapshots: [] }, trees: [...trees.map((tree) => tree.state()), ...unusable.map((one) => unusableTree(display(one.name), one.reason))] };
}

/** As it is told of one that is not there. */
export function unusableTree(name: string, reason: string): LiveTree {
  return { name: visible(name), how: 'unusable', reason, files: 0, left: [], notCompared: 0 };
}
