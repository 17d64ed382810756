// The import operation of a workspace: binds the importer to the store, so that segments are staged durably in batches,
// those computed earlier are used again, and nothing is visible before the one operation that publishes.
import type { Oid } from '../../core/bytes.ts';
import type { Published, SegmentKey } from '../../core/events.ts';
import type { Segment } from '../../core/model.ts';
import { Mode } from '../../core/repository.ts';
import type { RepositoryReader } from '../../core/repository.ts';
import type { Tables } from '../../core/tables.ts';
import type { NewBlob, Store } from '../storage/store.ts';
import * as kinds from './cache/kinds.ts';
import { importRepository } from './importer.ts';
import type { ImportRequest } from './importer.ts';
import type { Memory } from './memory.ts';
import type { Diff } from './pools/diffing.ts';
import type { Progress } from './queue.ts';
import type { Reading } from './reading.ts';

export interface Imported {
  readonly published: Published;
  /** the published segments, so that nobody need read them back */
  readonly segments: ReadonlyMap<SegmentKey, Segment>;
  /** contents that carrying made, for the publishing transaction */
  readonly blobs: readonly NewBlob[];
  /** the batches: the last of them may still be under way. What is appended now comes after them, in one commit with the last if it can */
  readonly storing: Promise<unknown>;
}

/** Batches that may be on their way to the store at once: computing the next waits for none of them, and what is in them is held until it is published anyway. */
const ON_THEIR_WAY = 8;

/** What earlier imports of this process are remembered by. */
export interface Memories {
  memory: Memory | null;
  /** where differences of long texts are worked out */
  readonly diff?: Diff | undefined;
  /** takes what an import has in hand */
  readonly reading?: Reading;
}

/** `now`: what is published, and its tables. */
export async function stageImport(store: Store, reader: RepositoryReader, request: ImportRequest, memories: Memories, now: { readonly published: Published | null; readonly tables: Tables }, progress: Progress, signal: AbortSignal): Promise<Imported> {
  let base: Oid | null = null;
  let draft: Promise<number> | null = null;
  let earlier: Promise<ReadonlyMap<Oid, readonly SegmentKey[]>> | null = null;
  const reused = new Set<Segment>();
  const blobs = new Map<Oid, Uint8Array>();
  const bodies = new Map<SegmentKey, Segment>();
  /** what became of each batch */
  const sent: Promise<void>[] = [];
  const bringing = memories.reading?.bringing() ?? null;

  const published = await importRepository(reader, request, {
    written: () => writtenCommits(store),
    async begin(oid) {
      base = oid;
    },
    async known(tip, key) {
      const usable: Segment[] = [];
      const keys = key === undefined ? (await (earlier ??= store.reusable(base!, request.grain))).get(tip) ?? [] : [key];
      for (const segment of await store.segments(keys)) {
        if (!await contentsAreHere(segment, store, reader)) continue;
        reused.add(segment);
        usable.push(segment);
      }
      return usable;
    },
    keyOf(segment) {
      const key = store.keyOf(segment);
      bodies.set(key, segment);
      return key;
    },
    earlier: async () => (await store.state()).published,
    blob: async (oid) => blobs.get(oid) ?? store.blob(oid),
    async stage(segments, made) {
      signal.throwIfAborted();
      for (const { oid, bytes } of made) blobs.set(oid, bytes);
      const fresh = segments.filter((s) => !reused.has(s));
      if (fresh.length === 0) return;
      await sent[sent.length - ON_THEIR_WAY];
      // Called here and now: what is appended later must come later.
      const stored = draft === null ? draft = store.beginImport({ base: base!, grain: request.grain, globs: request.refs }, fresh) : store.stage(draft, fresh);
      const one = stored.then(() => undefined);
      // Heard some batches later, or by who publishes.
      one.catch(() => undefined);
      sent.push(one);
    },
    memory: () => (memories.memory !== null && memories.memory.published === now.published ? { memory: memories.memory, tables: now.tables } : null),
    remember: (memory) => { memories.memory = memory; },
    diff: memories.diff,
    ...bringing !== null && { read: (oid: Oid, bytes: Uint8Array) => bringing.take(kinds.content, oid, bytes, kinds.apart) },
  }, progress, signal);
  signal.throwIfAborted();
  if (bringing !== null) for (const key of published.segments) { const body = bodies.get(key); if (body !== undefined) bringing.take(kinds.segment, key, body); }
  return { published, segments: bodies, blobs: [...blobs].map(([oid, bytes]) => ({ oid, bytes })), storing: Promise.all(sent) };
}

/** Commits that write-backs made. */
export async function writtenCommits(store: Store): Promise<Set<Oid>> {
  const commits = new Set<Oid>();
  for await (const { event } of store.events({ kinds: ['branch-written'] })) {
    if (event.kind === 'branch-written' && event.tree !== null && event.after !== null) commits.add(event.after);
  }
  return commits;
}

/** A killed import leaves segments whose merged contents were not stored yet; those are computed again. */
export async function contentsAreHere(segment: Segment, store: Store, reader: RepositoryReader): Promise<boolean> {
  const absent: Oid[] = [];
  for (const { edits } of segment.contexts) {
    for (const { after } of edits) {
      if (after !== null && after.mode !== Mode.submodule && !await reader.has(after.oid)) absent.push(after.oid);
    }
  }
  return absent.length === 0 || (await store.hasBlobs(absent)).size === new Set(absent).size;
}
