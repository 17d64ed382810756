// The compose operation and what write-branch shares with it: a set that stands, the composition it makes, and the contents
// that must go into the store with it (design.md §2, Composition: a force-push and a gc must not empty it).
import type { AcuId, Oid } from '../../core/bytes.ts';
import { AcumenError } from '../../core/errors.ts';
import { Mode } from '../../core/repository.ts';
import type { Entry } from '../../core/repository.ts';
import type { Composition } from '../../core/model.ts';
import type { Methods } from '../../contract/methods.ts';
import type { NewBlob } from '../storage/store.ts';
import { notComposable } from './reading.ts';
import type { Composed, Moment } from './reading.ts';
import { composeCommand, composeDescription } from './said.ts';
import type { View, Workspace } from './workspace.ts';

/** Replaces the composition's set, which must be closed and free of conflicts. The same set again records nothing. */
export async function compose(workspace: Workspace, acus: readonly AcuId[], signal: AbortSignal): Promise<Methods['compose']['result']> {
  const operation = await workspace.commit(async (view) => {
    const { composition, blobs } = await standing(workspace, view, acus, signal);
    if (isCurrent(view, composition) && workspace.log.length > 0) return null;
    return {
      operation: {
        kind: 'compose', target: null, description: composeDescription(view.engine, view.state.composition.acus, composition.acus),
        command: composeCommand(view.engine, composition.acus),
      },
      events: [{ kind: 'composition-changed', composition }],
      extra: { blobs },
    };
  });
  return { composition: workspace.view.state.composition, operation: operation ?? workspace.log.at(-1)! };
}

export interface Standing { readonly composition: Composition; readonly composed: Composed; readonly moment: Moment; readonly blobs: readonly NewBlob[] }

/** The set as a composition of this view, or `not-composable` with what stands against it. */
export async function standing(workspace: Workspace, view: View, acus: readonly AcuId[], signal: AbortSignal): Promise<Standing> {
  const ids = [...new Set(acus)].sort();
  const moment = await workspace.moment(view);
  const composed = await workspace.reading.composed(moment, ids, signal);
  if (!('delta' in composed)) throw notComposable(composed);
  const composition = { ...view.state.composition, base: view.engine.base, acus: ids };
  const blobs = isCurrent(view, composition) ? [] : await neededContents(workspace, moment, composed, ids);
  signal.throwIfAborted();
  return { composition, composed, moment, blobs };
}

export function isCurrent(view: View, composition: Composition): boolean {
  const now = view.state.composition;
  return now.base === composition.base && now.acus.length === composition.acus.length && now.acus.every((id, i) => id === composition.acus[i]);
}

/** Composed contents, the base's at the same paths, and both sides of every edit of the set; those the store has are left out. */
export async function neededContents(workspace: Workspace, moment: Moment, composed: Composed, ids: readonly AcuId[]): Promise<NewBlob[]> {
  const wanted = new Set<Oid>();
  const want = (entry: Entry | null): void => { if (entry !== null && entry.mode !== Mode.submodule) wanted.add(entry.oid); };
  for (const { before, after } of composed.changes.values()) { want(before); want(after); }
  for (const { edits } of await moment.bodies(ids.map((id) => moment.engine.segmentOf(id)))) for (const { before, after } of edits) { want(before); want(after); }
  const stored = await workspace.store.hasBlobs([...wanted]);
  const lacking = [...wanted].filter((oid) => !stored.has(oid)), others = lacking.filter((oid) => !composed.blobs.has(oid));
  const found = await workspace.reading.warm(moment.reader).source((oid) => moment.stored(oid)).load(others, Infinity);
  const read = new Map(others.map((oid, i) => [oid, found[i]!]));
  return lacking.map((oid) => {
    const bytes = composed.blobs.get(oid) ?? read.get(oid)!;
    if (bytes instanceof AcumenError) throw bytes;
    return { oid, bytes };
  });
}
