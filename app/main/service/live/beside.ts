// The sources of a passing layer that the repository's refs do not name. Edits of working trees; and what is composed, as it was composed: a branch that
// has moved on since is there twice, and a working tree's new edits stand on those of it that are composed.
import type { ByteString, Oid } from '../../../core/bytes.ts';
import { COMPOSED_REF, type KeptSnapshot, PATCH_REF, RESOLUTION_REF, WORKTREE_REF } from '../../../core/events.ts';
import type { Overlay } from '../../git/overlay.ts';
import { treeDiff } from '../../git/trees.ts';
import type { Beside } from '../importer.ts';
import type { SourceRef } from '../sources.ts';
import type { View } from '../workspace.ts';
import { composedSnapshots, sourcesOf } from './adopting.ts';
import { addKept } from './kept.ts';

/** A working tree's edits as a commit: put into an overlay when they are asked for. */
export interface Taken {
  readonly ref: ByteString;
  /** of the contents that it brings */
  readonly bytes: number;
  /** null: nothing differs from its HEAD */
  into(overlay: Overlay): Promise<KeptSnapshot | null>;
}

/** `snapshots`: what is to be remembered of sources from working trees, those below first. */
export async function besideOf(overlay: Overlay, view: View, taken: readonly Taken[]): Promise<{ readonly beside: Beside; readonly snapshots: readonly KeptSnapshot[] }> {
  const { composition } = view.state, inSet = new Set([...composition.acus, ...composition.open ?? []]);
  const composed = inSet.size === 0 ? [] : sourcesOf(view.engine.tables, inSet), kept = await addKept(overlay, composedSnapshots(view));
  const sources: SourceRef[] = [], snapshots: KeptSnapshot[] = [...kept], now = new Set<Oid>();
  for (const one of taken) {
    const found = await one.into(overlay);
    if (found === null) continue;
    const below = kept.findLast((k) => k.ref === one.ref && groundOf(k, kept) === found.commit.parents[0]);
    const on = below === undefined ? found : await standingOn(overlay, found, below);
    now.add(on.oid);
    if (on === below) continue;
    sources.push(on);
    snapshots.push(on);
  }
  for (const k of kept) sources.push(now.has(k.oid) || k.ref.startsWith(RESOLUTION_REF) ? k : { name: asComposed(k.name, k.oid), ref: `${k.ref}@${k.oid}` as ByteString, oid: k.oid });
  if (composed.length > 0) {
    const here = new Map((await overlay.refs()).refs.map((r) => [r.name, r.oid]));
    for (const { name, ref, oid } of composed) {
      if (ref.startsWith(WORKTREE_REF) || ref.startsWith(PATCH_REF) || ref.startsWith(RESOLUTION_REF) || here.get(ref) === oid || !await overlay.has(oid)) continue;
      sources.push(ref.startsWith(COMPOSED_REF) ? { name, ref, oid } : { name: asComposed(name, oid), ref: `${COMPOSED_REF}${ref}@${oid}` as ByteString, oid });
    }
  }
  return { beside: { reader: overlay, sources: sources.map(({ name, ref, oid }) => ({ name, ref, oid })), snapshots: [] }, snapshots };
}

const asComposed = (name: ByteString, oid: Oid): ByteString => `${name} as composed (${oid.slice(0, 7)})` as ByteString;

/** The commit of the repository that a chain of kept edits stands on. */
function groundOf(kept: KeptSnapshot, all: readonly KeptSnapshot[]): Oid | undefined {
  const below = all.find((k) => k.oid === kept.commit.parents[0]);
  return below === undefined ? kept.commit.parents[0] : groundOf(below, all);
}

/** The same edits as a commit on others; those themselves where nothing was edited since. */
async function standingOn(overlay: Overlay, edits: KeptSnapshot, below: KeptSnapshot): Promise<KeptSnapshot> {
  const { tree } = await overlay.commit(edits.oid), { tree: lower } = await overlay.commit(below.oid);
  if (tree === lower) return below;
  const commit = { ...edits.commit, parents: [below.oid] };
  const changes = [...await treeDiff(overlay, lower, tree)].map(([path, { after }]) => [path, after] as const);
  return { ...edits, oid: overlay.addCommit({ ...commit, tree }), commit, changes };
}
