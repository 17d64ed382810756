// Import: refs → commits outside the base → segments (plan.ts) → batches to be stored (`ImportStore`), and what is to be published
// in one step.
import { hash } from 'node:crypto';
import type { Oid } from '../../core/bytes.ts';
import { type Answers, type ContentSource, Contents } from '../../core/contents.ts';
import { AcumenError } from '../../core/errors.ts';
import type { KeptSnapshot, Published, SegmentKey } from '../../core/events.ts';
import { Touches } from '../../core/meetings.ts';
import type { Grain, Segment, Source } from '../../core/model.ts';
import type { Commit, RepositoryReader } from '../../core/repository.ts';
import type { Tables } from '../../core/tables.ts';
import { outsideBase } from '../git/history.ts';
import { mergeBases } from '../git/mergeBases.ts';
import { objectId } from '../git/oids.ts';
import { NO_COMMON_HISTORY, isUnreadable } from './carry.ts';
import { type Earlier, Meetings } from './meetings.ts';
import { Memory, snapshotsOf } from './memory.ts';
import type { Gathered } from './patchFiles.ts';
import type { Diff } from './pools/diffing.ts';
import { type Patched, applyPatchFiles } from './patches.ts';
import { type Ground, segmentRefs } from './segmenting.ts';
import { type SourceRef, chooseBase, chooseSources } from './sources.ts';

/** Refs that the repository does not have: of working trees, say. */
export interface Beside {
  /** the repository, and over it the commits that these refs name */
  readonly reader: RepositoryReader;
  readonly sources: readonly SourceRef[];
  /** to be remembered */
  readonly snapshots: readonly KeptSnapshot[];
}

export interface ImportRequest {
  readonly base: string | null; readonly refs: readonly string[]; readonly grain: Grain; readonly patches?: Gathered; readonly beside?: Beside;
  /** of a base given by its id */
  readonly called?: string;
  /** the base before, if there was one: a base that shares no history with it or with any source is refused, and so is the first one if it was named */
  readonly last?: Oid | null;
}
export type Progress = (phase: string, done: number, total: number | null) => void;

export interface ImportStore {
  /** commits that write-backs made: a branch that still stands at one is not a source */
  written(): Promise<ReadonlySet<Oid>>;
  /** told once the base is known, before the first batch */
  begin(base: Oid): Promise<void>;
  /** segments stored earlier for this tip on this base and grain; `key`: of the one that is published, where that is known */
  known(tip: Oid, key?: SegmentKey): Promise<readonly Segment[]>;
  /** under which it is or will be stored */
  keyOf(segment: Segment): SegmentKey;
  /** what is published now: answers on its pairs are taken over where they still hold */
  earlier(): Promise<Earlier | null>;
  /** a content staged earlier that the repository does not have, or null */
  blob(oid: Oid): Promise<Uint8Array | null>;
  /**
   * One batch, which will be durable: the next may be computed meanwhile. `blobs` are contents that the repository does not have.
   */
  stage(segments: readonly Segment[], blobs: readonly { oid: Oid; bytes: Uint8Array }[]): Promise<void>;
  /** what an earlier import left for this one, if it was of what is published now */
  memory?(): { readonly memory: Memory; readonly tables: Tables } | null;
  remember?(memory: Memory): void;
  /** where differences of long texts are worked out */
  diff?: Diff | undefined;
  /** told of each content that is read of the repository */
  read?(oid: Oid, bytes: Uint8Array): void;
}

export function blobOid(bytes: Uint8Array, format: 'sha1' | 'sha256' = 'sha1'): Oid {
  return objectId('blob', bytes, format);
}

export async function importRepository(own: RepositoryReader, request: ImportRequest, store: ImportStore, progress: Progress, signal: AbortSignal): Promise<Published> {
  const { beside } = request, repository = beside?.reader ?? own;
  progress('Reading refs', 0, null);
  const listed = await repository.refs();
  const chosen = { ...await chooseBase(repository, listed, request.base), ...request.called !== undefined && { name: request.called } };
  const base = await repository.commit(chosen.oid);
  await store.begin(base.oid);
  const branches = [...await chooseSources(repository, listed.refs, request.refs, await store.written()), ...beside?.sources ?? []];
  signal.throwIfAborted();
  const files = request.patches?.files ?? [];
  const patched: Patched = files.length === 0 ? { reader: repository, sources: [], blobs: new Map(), skipped: [], grounds: new Map() }
    : await applyPatchFiles(repository, base, files, branches.map((r) => r.name));
  const { reader } = patched, refs = [...branches, ...patched.sources];
  signal.throwIfAborted();

  const { diff } = store, contents = new Contents({ ...watched(contentSource(reader, (oid) => store.blob(oid)), store), ...diff !== undefined && { diff } });
  for (const [oid, bytes] of patched.blobs) contents.made.set(oid, bytes);
  const ground: Ground = { reader, base, contents, store, grounds: patched.grounds, grain: request.grain };
  const { sources: remembered = [], skipped: unread = [] } = request.patches ?? {};
  const isPlain = files.length === 0 && remembered.length === 0 && unread.length === 0;
  const known = isPlain ? store.memory?.() ?? null : null;
  if (known !== null && known.memory.isOf(base.oid, chosen.name, request.grain)) {
    try {
      const moved = await known.memory.moved(ground, refs, request, known.tables, progress, signal);
      if (moved !== null) return moved;
    } catch (error) {
      if (!isUnreadable(error)) throw error;
    }
  }

  const { sources: readable, skipped, commits, outside } = await readHistory(reader, base.oid, refs, progress, signal);
  skipped.push(...unread, ...patched.skipped);
  const found = await segmentRefs(ground, readable, commits, outside, async (reasons) => {
    if (!await isStrange(reader, base.oid, request, reasons)) return;
    throw new AcumenError('unrelated-history', `${chosen.name} shares no history with any branch in flight${request.last == null ? '' : ', nor with the base before it'}: nothing could be carried onto it.`,
      'Name a base from the history of the branches with --base REV; nothing was changed.', { base: base.oid });
  }, progress, signal);
  const { plan, placed, outcomes } = found;
  const touches = new Touches();
  for (const segment of found.segments) touches.add(segment);
  const state = { base: base.oid, grain: request.grain, segments: placed.map((p) => p.key) };
  const source = watched(contentSource(reader, async (oid) => contents.made.get(oid) ?? await store.blob(oid)), store);
  const decided = await new Meetings({ ...plan.graph(found.shown), source }, touches).decide(state, await store.earlier(), progress, signal);
  const sources: Source[] = [];
  outcomes.forEach((outcome, i) => { if (typeof outcome === 'string') skipped.push({ name: readable[i]!.name, reason: outcome }); else sources.push(outcome); });
  const published: Published = { ...state, baseTree: base.tree, baseName: chosen.name, globs: request.refs, sources, skipped, decided, ...remembered.length > 0 && { patches: remembered }, ...snapshotsOf(request) };
  if (outside !== undefined && isPlain) store.remember?.(new Memory(published, refs, outside, found));
  return published;
}

/** Would the base make everything vanish? `reasons`: why each source in flight is left out, or null. */
async function isStrange(reader: RepositoryReader, base: Oid, { base: asked, last = null }: ImportRequest, reasons: readonly (string | null)[]): Promise<boolean> {
  if (reasons.length === 0 || reasons.some((reason) => reason !== NO_COMMON_HISTORY)) return false;
  if (last === null) return asked !== null;
  try {
    return (await mergeBases(reader, base, last)).length === 0;
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return true;
  }
}

/** Contents from the repository, and those that only an earlier merge of ours made from the store. */
export function contentSource(reader: RepositoryReader, stored: (oid: Oid) => Promise<Uint8Array | null>): ContentSource {
  const orStored = async <T>(oids: readonly Oid[], found: Answers<T>, from: (bytes: Uint8Array) => T): Promise<Answers<T>> => {
    if (!found.some((one) => one instanceof AcumenError && one.code === 'missing-object')) return found;
    const out = [...found];
    for (const [i, one] of found.entries()) {
      if (!(one instanceof AcumenError) || one.code !== 'missing-object') continue;
      const bytes = await stored(oids[i]!);
      if (bytes !== null) out[i] = from(bytes);
    }
    return out;
  };
  return {
    load: async (oids, most) => orStored(oids, await reader.contents('blob', oids, most), (bytes) => bytes),
    sizes: async (oids) => orStored(oids, await reader.blobSizes(oids), (bytes) => bytes.length),
    hash: (bytes) => blobOid(bytes, reader.objectFormat),
    digest: (bytes) => hash('sha256', bytes, 'hex'),
  };
}

function watched(source: ContentSource, store: ImportStore): ContentSource {
  return store.read === undefined ? source : {
    ...source,
    load: async (oids, most) => {
      const found = await source.load(oids, most);
      for (const [i, bytes] of found.entries()) if (!(bytes instanceof AcumenError)) store.read!(oids[i]!, bytes);
      return found;
    },
  };
}

/** One content by itself. */
export async function loadOne(source: ContentSource, oid: Oid): Promise<Uint8Array> {
  const [bytes] = await source.load([oid], Infinity);
  if (bytes instanceof AcumenError) throw bytes;
  return bytes!;
}

/** A source whose history cannot be read whole is left out with its reason; the others go on. */
async function readHistory(reader: RepositoryReader, base: Oid, refs: readonly SourceRef[], progress: Progress, signal: AbortSignal) {
  const skipped: { name: SourceRef['name']; reason: string }[] = [];
  const report = (done: number): void => { signal.throwIfAborted(); progress('Reading commits', done, null); };
  try {
    const outside = await outsideBase(reader, base, refs.map((r) => r.oid), report);
    return { sources: refs, skipped, commits: outside.commits, outside };
  } catch (error) {
    if (!isUnreadable(error)) throw error;
  }
  const sources: SourceRef[] = [];
  const all = new Map<Oid, Commit>();
  for (const ref of refs) {
    try {
      const { commits } = await outsideBase(reader, base, [ref.oid], report);
      for (const [oid, c] of commits) all.set(oid, c);
      sources.push(ref);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      skipped.push({ name: ref.name, reason: error.message });
    }
  }
  return { sources, skipped, commits: all, outside: undefined };
}
