// What passes becomes durable when it is composed (docs/decisions/0050): the working trees that the set is from are published with it, in its operation,
// with every content that making their commits again takes. And what was composed stays through later imports.
import type { AcuId, ByteString, Oid } from '../../../core/bytes.ts';
import type { Engine } from '../../../core/engine.ts';
import { AcumenError } from '../../../core/errors.ts';
import { COMPOSED_REF, type DomainEvent, type KeptSnapshot, PATCH_REF, type Published, RESOLUTION_REF, WORKTREE_REF } from '../../../core/events.ts';
import { changeOf } from '../../../core/published.ts';
import { Mode, type RepositoryReader } from '../../../core/repository.ts';
import type { Tables } from '../../../core/tables.ts';
import { Overlay } from '../../git/overlay.ts';
import type { NewBlob } from '../../storage/store.ts';
import { type Beside, contentSource } from '../importer.ts';
import { stageImport } from '../importing.ts';
import { gatherPatches } from '../patchFiles.ts';
import type { View, Workspace } from '../workspace.ts';
import type { Taken } from './beside.ts';
import { addKept } from './kept.ts';
import type { Laid } from './layer.ts';

export interface Adopted {
  readonly published: Published;
  readonly engine: Engine;
  readonly event: DomainEvent;
  readonly blobs: readonly NewBlob[];
}

/** The state in which these ACUs, some of which pass over `view`, are durable; nothing is visible before the event is appended. */
export async function adopt(workspace: Workspace, view: View, laid: Laid, ids: readonly AcuId[], signal: AbortSignal): Promise<Adopted> {
  const { store } = workspace, over = laid.over, { reader } = laid.beside;
  const wanted = laid.engine.closed(ids), { tables } = laid.engine;
  const needed = new Set(tables.sources.filter((s) => s.segments.some((n) => { const { acu } = tables.segments[n]!; return acu !== null && wanted.has(acu); })).map((s) => s.oid));
  // Working trees that nobody wants cut the history of those that are wanted, now and then: then they are published, too.
  for (const all of [false, true]) {
    const sources = laid.beside.sources.filter((s) => all || needed.has(s.oid) || !s.ref.startsWith(WORKTREE_REF));
    const snapshots = laid.snapshots.filter((k) => sources.some((s) => s.oid === k.oid));
    const patches = over.patches === undefined ? undefined : await gatherPatches(over.patches, { add: [], drop: false }, over.sources, (oid) => store.blob(oid), reader.objectFormat);
    const request = { base: over.base, called: over.baseName, refs: over.globs, grain: over.grain, beside: { reader, sources, snapshots }, ...patches !== undefined && { patches } };
    const { published, segments, blobs, storing } = await stageImport(store, reader, request, workspace, { published: over, tables: view.engine.tables }, () => {}, signal);
    await storing;
    const engine = await workspace.engineOf(published, segments);
    if (!all && ids.some((id) => engine.acu(id) === undefined)) continue;
    const change = changeOf(over, published);
    const made = new Map(blobs.map((blob) => [blob.oid, blob.bytes]));
    const kept = await contentsOf(workspace, reader, snapshots, async (oid) => made.get(oid) ?? laid.blob(oid));
    return { published, engine, event: change === null ? { kind: 'published', published } : { kind: 'publication-changed', change }, blobs: [...blobs, ...kept] };
  }
  throw new AcumenError('bug', 'BUG: what passes was not found when it was to be kept.', 'Import again.');
}

/**
 * What an import is given of working trees: those that something is composed of, as they are now where `taken` has them, else as they were composed.
 * Undefined where there are none.
 */
export async function besideImport(workspace: Workspace, reader: RepositoryReader, taken: readonly Taken[]): Promise<{ readonly beside: Beside; readonly blobs: readonly NewBlob[] } | undefined> {
  const { view } = workspace, { tables } = view.engine, composed = composedSnapshots(view);
  if (composed.length === 0) return undefined;
  const overlay = new Overlay(reader), kept = await addKept(overlay, await stillDecided(reader, tables, composed));
  const now = new Map<string, KeptSnapshot>();
  for (const one of taken) {
    const found = kept.some((k) => k.ref === one.ref) ? await one.into(overlay) : null;
    if (found !== null) now.set(one.ref, found);
  }
  const snapshots = [...kept.filter((k) => !now.has(k.ref)), ...now.values()];
  // of a chain of one tree's edits, the last has its name
  const named = new Map(snapshots.map((k) => [k.ref, k.oid]));
  const sources = snapshots.map(({ name, ref, oid }) => (named.get(ref) === oid ? { name, ref, oid } : tables.sources.find((s) => s.oid === oid)!)).map(({ name, ref, oid }) => ({ name, ref, oid }));
  return { beside: { reader: overlay, sources, snapshots }, blobs: await contentsOf(workspace, overlay, [...now.values()], async () => null) };
}

/** What is remembered of working trees and resolutions, as far as something is composed of it: an import keeps this. */
export function composedSnapshots({ state: { published, composition }, engine: { tables } }: View): readonly KeptSnapshot[] {
  const remembered = published?.snapshots ?? [], wanted = new Set([...composition.acus, ...composition.open ?? []]);
  if (remembered.length === 0 || wanted.size === 0) return [];
  const oids = new Set(sourcesOf(tables, wanted).map((s) => s.oid));
  return remembered.filter((k) => oids.has(k.oid));
}

/** Sources of which something is in the set; of a resolution's, which reaches its sides, the resolution itself. */
export function sourcesOf({ sources, segments }: Tables, set: ReadonlySet<AcuId>): Tables['sources'] {
  const isIn = (n: number | undefined): boolean => { const acu = n === undefined ? null : segments[n]!.acu; return acu !== null && set.has(acu); };
  return sources.filter((s) => (s.ref.startsWith(RESOLUTION_REF) ? isIn(s.segments.at(-1)) : s.segments.some(isIn)));
}

/** Without resolutions of sides that have moved: those are decided again, with the answers that were given. */
async function stillDecided(reader: RepositoryReader, { sources, segments }: Tables, kept: readonly KeptSnapshot[]): Promise<readonly KeptSnapshot[]> {
  if (!kept.some(({ ref }) => ref.startsWith(RESOLUTION_REF))) return kept;
  const refs = new Map((await reader.refs()).refs.map(({ name, oid }) => [name, oid])), left = new Set(kept.map(({ oid }) => oid));
  const stands = ({ ref, oid }: Tables['sources'][number]): boolean => (ref.startsWith(PATCH_REF) || (ref.startsWith(COMPOSED_REF) ? refs.get(ref.slice(COMPOSED_REF.length, ref.lastIndexOf('@')) as ByteString) === oid : left.has(oid) || refs.get(ref) === oid));
  const isHere = (tip: Oid, of: KeptSnapshot): boolean => sources.some((s) => s.oid !== of.oid && s.segments.some((n) => segments[n]!.tip === tip) && stands(s));
  for (let before = -1; before !== left.size;) {
    before = left.size;
    for (const one of kept) if (one.ref.startsWith(RESOLUTION_REF) && !one.commit.parents.slice(1).every((tip) => isHere(tip, one))) left.delete(one.oid);
  }
  return kept.filter(({ oid }) => left.has(oid));
}

/** All contents that these edits bring, as far as the store lacks them: those that the index has, too, for a gc may take them. */
export async function contentsOf(workspace: Workspace, reader: RepositoryReader, snapshots: readonly KeptSnapshot[], made: (oid: Oid) => Promise<Uint8Array | null>): Promise<NewBlob[]> {
  const wanted = new Set(snapshots.flatMap((k) => k.changes.flatMap(([, after]) => (after === null || after.mode === Mode.submodule ? [] : [after.oid]))));
  for (const oid of await workspace.store.hasBlobs([...wanted])) wanted.delete(oid);
  const oids = [...wanted], found = await contentSource(reader, made).load(oids, Infinity);
  return oids.map((oid, i) => {
    const bytes = found[i]!;
    if (bytes instanceof AcumenError) throw bytes;
    return { oid, bytes };
  });
}
