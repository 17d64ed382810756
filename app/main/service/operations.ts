// The operations of a workspace that go through its whole history: import, undo, redo, fsck (design.md §1). Compose is in
// composing.ts, write-branch in writeBack.ts. Each plans on the newest state and commits once.
import { equalBytes } from '../../core/bytes.ts';
import { compositionEvents, isSameOpen, withOpen } from '../../core/composition.ts';
import { acusInWords, decisionsAmong, plural } from '../../core/counted.ts';
import { Engine } from '../../core/engine.ts';
import { type DomainEvent, type Operation, type WorkspaceState, publishesNothing } from '../../core/events.ts';
import type { Composition, ConflictEdge, Grain, ImportSummary, Rebinding } from '../../core/model.ts';
import { changeOf } from '../../core/published.ts';
import { describeRebinding } from '../../core/rebind.ts';
import { type Cut, rebindOpen } from '../../core/resolution/reopening.ts';
import type { RepositoryReader } from '../../core/repository.ts';
import { VERSION as TABLES_VERSION } from '../../core/tables.ts';
import { shortened } from '../../core/visible.ts';
import { candidateOf, planOf } from '../../core/undo.ts';
import type { PatchParams } from '../../contract/methods.ts';
import type { FsckReport, NewBlob } from '../storage/store.ts';
import { isCurrent, neededContents } from './composing.ts';
import { stageImport } from './importing.ts';
import { landedIn } from './landing.ts';
import { composedSnapshots } from './live/adopting.ts';
import { repositoryPath } from './place.ts';
import { gatherPatches } from './patchFiles.ts';
import type { Progress } from './queue.ts';
import type { Moment } from './reading.ts';
import { refuseOther } from './repository.ts';
import { commandLine } from './said.ts';
import type { View, Workspace } from './workspace.ts';

type ImportParams = { readonly path: string | null; readonly base: string | null; readonly refs: readonly string[]; readonly grain: Grain; readonly patches?: PatchParams | undefined };

/** Imports, or with no path imports again what was imported last. An import that finds nothing new records nothing. */
export async function importInto(workspace: Workspace, params: ImportParams, signal: AbortSignal, progress: Progress, start = performance.now()): Promise<ImportSummary> {
  const reader = params.path === null ? await workspace.repository() : await workspace.own.open(params.path);
  try {
    return await importFrom(workspace, reader, params, signal, progress, start);
  } catch (error) {
    await workspace.own.letGo(reader);
    throw error;
  }
}

async function importFrom(workspace: Workspace, reader: RepositoryReader, params: ImportParams, signal: AbortSignal, progress: Progress, start: number): Promise<ImportSummary> {
  const { published: last } = workspace.view.state;
  const again = params.path === null ? last : null;
  const base = params.base ?? again?.baseName ?? null, refs = params.refs.length > 0 ? params.refs : again?.globs ?? [];
  const patches = await gatherPatches(last?.patches ?? [], params.patches ?? { add: [], drop: false }, last?.sources ?? [], (oid) => workspace.store.blob(oid), reader.objectFormat);
  const composed = composedSnapshots(workspace.view), trees = await workspace.live.besideImport(reader), beside = trees?.beside;
  const staged = await stageImport(workspace.store, beside?.reader ?? reader, { base, refs, grain: params.grain, patches, ...beside !== undefined && { beside }, last: last?.base ?? null }, workspace, { published: last, tables: workspace.view.engine.tables }, progress, signal);
  const { published, segments } = staged, blobs = [...patches.blobs, ...staged.blobs, ...trees?.blobs ?? []];

  let rebound: readonly Rebinding[] = [], isOvertaken = false;
  const committed = workspace.commit(async (view) => {
    refuseOther(view.state.gitDir, reader.gitDir);
    // what another process has published since, patches and composed working trees too, or composed of those remembered, would be forgotten
    isOvertaken = view.state.published !== last || composedSnapshots(view).map(({ oid }) => oid).join() !== composed.map(({ oid }) => oid).join();
    if (isOvertaken) return null;
    const engine = await workspace.engineOf(published, segments);
    if (view.state.published !== null && engine === view.engine) return null;
    progress('Publishing', 0, null);
    // What the composition needs is looked for in the store.
    if (view.state.composition.acus.length > 0) await staged.storing;
    const followed = await follow(workspace, view, { head: view.head, state: { ...view.state, gitDir: reader.gitDir, published }, engine }, blobs);
    signal.throwIfAborted();
    const change = view.state.published === null ? null : changeOf(view.state.published, published);
    const events: DomainEvent[] = [change === null ? { kind: 'published', published } : { kind: 'publication-changed', change }];
    if (view.state.gitDir === null) events.unshift({ kind: 'repository-opened', gitDir: reader.gitDir, objectFormat: reader.objectFormat });
    if (followed !== null) events.push(...compositionEvents(view.state.composition, followed.composition));
    rebound = followed?.answers ?? [];
    const became = describeRebinding(rebound), decisions = decisionsAmong(engine.tables).size;
    return {
      operation: {
        kind: 'import', target: null,
        description: `Imported ${plural(published.sources.length - decisions, 'source')} as ${acusInWords(engine.totals().acus, decisions)}${params.grain === (last?.grain ?? 'branch') ? '' : ` at grain ${params.grain}`} onto ${shortened(published.baseName, 400)}${became && `; composition: ${became}`}`,
        command: commandLine('import', repositoryPath(reader.gitDir), ...base === null ? [] : ['--base', base], ...params.grain === (last?.grain ?? 'branch') ? [] : ['--grain', params.grain], ...refs.flatMap((r) => ['--refs', r]), ...params.patches?.drop === true ? ['--no-patches'] : [], ...(params.patches?.add ?? []).flatMap((p) => ('path' in p ? ['--patch', p.path] : []))),
      },
      events, published,
      extra: { blobs: [...blobs, ...followed?.blobs ?? []] },
    };
  });
  // Both are waited for, whatever becomes of either; where the batch failed, its error says why.
  for (const done of await Promise.allSettled([staged.storing, committed])) if (done.status === 'rejected') throw done.reason;
  if (isOvertaken) return importFrom(workspace, reader, params, signal, progress, start);
  const engine = await workspace.engineOf(published, segments), { acus, edits, hunks } = engine.totals();
  return { base: published.base, acus, decisions: decisionsAmong(engine.tables).size, sources: published.sources.length, edits, hunks, ms: performance.now() - start, rebound };
}

interface Followed { readonly composition: Composition; readonly answers: readonly Rebinding[]; readonly blobs: readonly NewBlob[] }

/** The composition after a rebind, and what became of each of its ACUs; null where it stays as it is. `made`: not stored yet. */
async function follow(workspace: Workspace, before: View, after: View, made: readonly NewBlob[]): Promise<Followed | null> {
  const old = before.state.composition;
  if (old.acus.length === 0 && old.open === undefined) return null;
  const cut = ({ engine, state }: View): Cut => ({ engine, snapshots: state.published?.snapshots ?? [] });
  const { acus, open, answers } = rebindOpen(cut(before), cut(after), old, await landedIn(workspace, before, after));
  const composition = withOpen({ ...old, base: after.engine.base, acus }, open);
  if (isCurrent(before, composition) && isSameOpen(old.open, open)) return null;
  if (acus.length === 0) return { composition, answers, blobs: [] };
  const pending = new Map(made.map(({ oid, bytes }) => [oid, bytes]));
  const now = await workspace.moment(after);
  const moment: Moment = { ...now, stored: async (oid) => pending.get(oid) ?? now.stored(oid) };
  const composed = await workspace.reading.composed(moment, acus);
  // A set that conflicts on the new base stays, for the person to see and mend.
  return { composition, answers, blobs: 'delta' in composed ? await neededContents(workspace, moment, composed, acus) : [] };
}

/** Goes back to the state before the last operation, or to the one that an undo left; a branch moves with it, or nothing does. */
export async function undo(workspace: Workspace, kind: 'undo' | 'redo', signal: AbortSignal): Promise<{ readonly operation: Operation }> {
  const operation = await workspace.commit(async ({ head, state }) => {
    // of this state: another process's operations may be read meanwhile
    const { store } = workspace, { operations, history } = workspace.logTo(head.operation), candidate = candidateOf(kind, operations, history), { target, from, to } = candidate;
    // What is published is megabytes of a thousand branches: read, and compared, only where something has changed it since.
    const then = await store.stateAt(to, await store.isPublishedAfter(operations[to - 1]?.lastEvent ?? 0) ? undefined : state.published);
    const states = new Map<number, WorkspaceState>([[from, state], [to, then]]);
    const events: DomainEvent[] = [];
    for await (const { event } of store.events({ from: target.firstEvent, to: target.lastEvent })) events.push(event);
    const plan = planOf(kind, candidate, { stateOf: (id) => states.get(id)!, eventsOf: () => events });
    signal.throwIfAborted();
    const { moves } = plan;
    return {
      operation: { kind, target: plan.target.id, description: `${kind === 'undo' ? 'Undid' : 'Redid'}: ${plan.target.description}`, command: commandLine(kind) },
      events: plan.events,
      ...moves !== null && { move: moves },
    };
  });
  return { operation: operation! };
}

/** The store against itself, then what only the engine can tell: the stored conflict graph, and the composition's contents. */
export async function fsck(workspace: Workspace): Promise<FsckReport> {
  const start = performance.now();
  const report = await workspace.store.fsck();
  const problems = [...report.problems];
  if (report.ok) {
    const view = await workspace.refold();
    const lastPublished = [...workspace.log].reverse().find(({ kind }) => !publishesNothing.has(kind))?.id ?? 0;
    if (await workspace.store.conflictsAt() >= lastPublished && lastPublished > 0) problems.push(...await compareGraph(workspace, view));
    problems.push(...await compareReplica(workspace, view));
    if (view.state.composition.acus.length > 0) {
      try {
        const composed = await workspace.reading.composed(await workspace.moment(view), view.state.composition.acus);
        if (!('delta' in composed)) problems.push('composition: it does not stand on its base any more');
      } catch (error) {
        problems.push(`composition: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  return { ok: problems.length === 0, problems, events: report.events, ms: performance.now() - start };
}

/** The tables kept for the next opening against those that the segments give. */
async function compareReplica({ store }: Workspace, { state: { published } }: View): Promise<string[]> {
  if (published === null) return [];
  const kept = await store.replica(TABLES_VERSION, store.publishedKey(published));
  if (kept === null) return [];
  const made = Engine.from(published, await store.segments(published.segments)).encode();
  return equalBytes(kept, made) ? [] : ["replica: the engine's tables are not those of the published segments"];
}

async function compareGraph(workspace: Workspace, view: View): Promise<string[]> {
  const key = (c: ConflictEdge): string => [c.a, c.b, c.verdict].join('\0');
  const computed = new Map<string, number>();
  for (const c of view.engine.edges()) computed.set(key(c), (computed.get(key(c)) ?? 0) + 1);
  let extra = 0;
  for await (const c of workspace.store.conflicts()) {
    const n = computed.get(key(c)) ?? 0;
    if (n === 0) extra++;
    else if (n === 1) computed.delete(key(c));
    else computed.set(key(c), n - 1);
  }
  return computed.size === 0 && extra === 0 ? [] : [`conflicts: the stored graph lacks ${computed.size} and has ${extra} that the engine does not find`];
}
