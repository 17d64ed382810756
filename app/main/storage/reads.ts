// What is read from a store, on any connection: each function sees one committed state. The hot queries are named, so that
// a test can hold their plans to an index.
import { inflateSync } from 'node:zlib';
import { type AcuId, equalBytes, type Oid } from '../../core/bytes.ts';
import { bug } from '../../core/errors.ts';
import type { DomainEvent, Operation, Published, SegmentKey, WorkspaceState } from '../../core/events.ts';
import { withOpen } from '../../core/composition.ts';
import { emptyState } from '../../core/fold.ts';
import type { Composition, ConflictEdge, Grain, Segment } from '../../core/model.ts';
import { applyChange } from '../../core/published.ts';
import { recipesAfter, type Recipe } from '../../core/recipes.ts';
import { unpack, unpackSegment } from '../../core/segmentKey.ts';
import { unpackConflicts, type ConflictPage } from './conflictPages.ts';
import { corrupt, type ReadDb } from './connection.ts';
import type { Cursor } from './cursor.ts';
import { codeOf, maskOf } from './frames.ts';
import { acuOf, allOf, cursorOf, decoded, endOf, eventAt, HEAD, hotLog, lastOf, readHead, segmentKeyOf, sha256, type BatchRow } from './log.ts';
import { all, each, one } from './sql.ts';
import type { Answered, Head, StoredEvent } from './store.ts';
import { acuNumber, COMPOSITION, composeEvent, nothingComposed, unpackNumbers, type CompositionRow } from './views.ts';
import { blobOid } from './write.ts';

export const hot = {
  ...hotLog,
  head: HEAD,
  workspace: 'SELECT git_dir, object_format, published FROM workspace WHERE id = 1',
  composition: COMPOSITION,
  mark: 'SELECT event, id, name, base, acus FROM composition_mark WHERE event <= ? ORDER BY event DESC LIMIT 1',
  acu: 'SELECT id FROM acu WHERE event = ?',
  acuNumber: 'SELECT event FROM acu WHERE id = ?',
  segment: 'SELECT body.bytes FROM segment JOIN body ON body.event = segment.event WHERE segment.key = ?',
  hasSegment: 'SELECT 1 FROM segment WHERE key = ?',
  staged: 'SELECT key, tip FROM segment WHERE draft = ? ORDER BY event',
  publishedSegments: 'SELECT segment.key, segment.tip FROM published CROSS JOIN segment ON segment.event = published.segment ORDER BY published.segment',
  blob: 'SELECT size, coding, bytes FROM blob WHERE oid = ?',
  hasBlob: 'SELECT 1 FROM blob WHERE oid = ?',
  conflictPage: 'SELECT count, bytes FROM conflict_page WHERE ordinal = ?',
  goneConflicts: 'SELECT ordinal, gone FROM conflict_page ORDER BY ordinal',
  replica: 'SELECT digest, bytes FROM replica WHERE id = 1 AND version = ? AND state = ?',
  conflictGraph: 'SELECT operation, count FROM conflict_graph WHERE id = 1',
} as const;

/** Batches per page of what is streamed: no read lock is held from one page to the next. */
const PAGE = 16;

export function head(db: ReadDb): Head {
  const { operation, event, written } = readHead(db);
  return { operation, event, written };
}

/** From the stored views, and the event that published. */
export function state(db: ReadDb): WorkspaceState {
  return db.transaction((): WorkspaceState => {
    const row = one<{ git_dir: string | null; object_format: 'sha1' | 'sha256' | null; published: number | null }>(db, hot.workspace);
    const composed = one<CompositionRow>(db, hot.composition);
    return {
      gitDir: row?.git_dir ?? null,
      objectFormat: row?.object_format ?? null,
      published: row === undefined || row.published === null ? null : publishedAt(db, eventAt(db, row.published), Number.MAX_SAFE_INTEGER),
      composition: withOpen(composed === undefined ? emptyState.composition : compositionOf(db, { ...composed, acus: unpackNumbers(composed.acus) }), openAt(db, Number.MAX_SAFE_INTEGER)),
      recipes: recipesAt(db, Number.MAX_SAFE_INTEGER),
    };
  }).deferred();
}

function compositionOf(db: ReadDb, { id, name, base, acus }: { readonly id: string; readonly name: string; readonly base: string; readonly acus: readonly number[] }): Composition {
  return { id, name, base: base as Oid, acus: acus.map((number) => acuOf(db, number)) };
}

/** What `whole`, the last event that says all of it, published, and what has been changed since, up to and with event `end`. */
export function publishedAt(db: ReadDb, whole: Cursor | null, end: number): Published | null {
  if (whole === null) return null;
  let { published } = decoded(db, whole) as { published: Published | null };
  for (const { event } of allOf(db, 'publication-changed', whole.seq, end)) published = applyChange(published!, event.change);
  return published;
}

/** From the last time it was told whole or marked: what has been edited since. */
function compositionAt(db: ReadDb, end: number): Composition {
  const mark = one<Omit<CompositionRow, 'edits'>>(db, hot.mark, end), told = lastOf(db, 'composition-changed', end);
  const isMark = mark !== undefined && mark.event > (told?.seq ?? 0);
  const now = isMark ? { ...mark, acus: unpackNumbers(mark.acus), edits: 0 } : nothingComposed(), from = isMark ? mark.event + 1 : told?.seq ?? 1;
  for (const row of batches(db, from, end, maskOf('composition-changed', 'composition-edited'))) {
    for (const cursor = cursorOf(row); cursor.next() && cursor.seq <= end;) {
      if (cursor.seq >= from && (cursor.code === codeOf['composition-edited'] || cursor.code === codeOf['composition-changed'])) composeEvent(cursor, now, (id) => acuNumber(db, id));
    }
  }
  return withOpen(compositionOf(db, now), openAt(db, end));
}

const openAt = (db: ReadDb, end: number): readonly AcuId[] => lastOf(db, 'open-changed', end)?.facts('open-changed').open ?? [];

/** How conflicts were decided, oldest first, by events after `from`; with it the last of those. */
export function answers(db: ReadDb, from: number): { readonly answers: readonly Answered[]; readonly last: number } {
  return db.transaction(() => {
    const found: Answered[] = [];
    let last = from;
    for (const { seq, event } of allOf(db, 'answers-recorded', from + 1)) {
      for (const answer of event.answers) found.push({ seq, answer });
      last = seq;
    }
    return { answers: found, last };
  }).deferred();
}

/** They have no view: there are few, and the log finds their events by an index. */
function recipesAt(db: ReadDb, end: number): readonly Recipe[] {
  let recipes = emptyState.recipes;
  for (const { event } of allOf(db, 'recipes-changed', 1, end)) recipes = recipesAfter(recipes, event.kept, event.dropped);
  return recipes;
}

/** Those with events from `from` to `to`, of these kinds. The connection is busy until the iteration ends. */
function* batches(db: ReadDb, from: number, to: number, kinds: number): Iterable<BatchRow> {
  const first = one<BatchRow>(db, hot.batchOf, from)?.first ?? from;
  for (const row of each<BatchRow>(db, hot.batchesOfKinds, first, kinds, Number.MAX_SAFE_INTEGER)) {
    if (row.first > to) return;
    yield row;
  }
}

/** The same fold for any operation, by the last events before its end that say all of a part. */
export function stateAt(db: ReadDb, operation: number, published?: Published | null): WorkspaceState {
  if (operation === 0) return emptyState;
  return db.transaction((): WorkspaceState => {
    const end = endOf(db, operation);
    if (end === 0) throw bug('there is no such operation', { operation });
    const opened = lastOf(db, 'repository-opened', end)?.facts('repository-opened');
    return {
      gitDir: opened?.gitDir ?? null,
      objectFormat: opened?.objectFormat ?? null,
      published: published === undefined ? publishedAt(db, lastOf(db, 'published', end), end) : published,
      composition: compositionAt(db, end),
      recipes: recipesAt(db, end),
    };
  }).deferred();
}

export function isPublishedAfter(db: ReadDb, event: number): boolean {
  const kinds = maskOf('published', 'publication-changed');
  for (const row of batches(db, event + 1, Number.MAX_SAFE_INTEGER, kinds)) {
    for (const cursor = cursorOf(row); cursor.next();) if (cursor.seq > event && (1 << cursor.code & kinds) !== 0) return true;
  }
  return false;
}

/** 0 where it is not stored. */
export function numberOf(db: ReadDb, id: AcuId): number { return one<{ event: number }>(db, hot.acuNumber, id)?.event ?? 0; }

export function segments(db: ReadDb, keys: readonly SegmentKey[]): Segment[] {
  return keys.map((key) => {
    const row = one<{ bytes: Uint8Array }>(db, hot.segment, key);
    if (row === undefined) throw bug('a segment is asked for that was never stored', { key });
    if (segmentKeyOf(row.bytes) !== key) throw corrupt(db.name, `segment ${key.slice(0, 12)} has other content`);
    return unpackSegment(row.bytes);
  });
}

export function hasSegments(db: ReadDb, keys: readonly SegmentKey[]): Set<SegmentKey> {
  return new Set(keys.filter((key) => one(db, hot.hasSegment, key) !== undefined));
}

export function reusable(db: ReadDb, base: Oid, grain: Grain): Map<Oid, SegmentKey[]> {
  return db.transaction(() => {
    const found = new Map<Oid, SegmentKey[]>();
    const add = (rows: readonly { key: SegmentKey; tip: Oid }[]): void => {
      for (const { key, tip } of rows) {
        const keys = found.get(tip);
        if (keys === undefined) found.set(tip, [key]);
        else if (!keys.includes(key)) keys.push(key);
      }
    };
    const current = state(db).published;
    if (current?.base === base && current.grain === grain) add(all(db, hot.publishedSegments));
    for (const { seq, event } of [...allOf(db, 'import-started')]) if (event.base === base && event.grain === grain) add(all(db, hot.staged, seq));
    return found;
  }).deferred();
}

export function operations(db: ReadDb, before: number | null, limit: number): Operation[] {
  const found: Operation[] = [], end = before ?? Number.MAX_SAFE_INTEGER;
  for (let next = end; found.length < limit;) {
    const page = all<BatchRow>(db, hot.batchesBefore, next, PAGE);
    for (const row of page) {
      next = row.operation;
      const here: Operation[] = [];
      // No batch begins amid an operation.
      if (row.operations > 0) for (const cursor = cursorOf(row, (operation) => here.push(operation)); cursor.next(););
      for (const operation of here.reverse()) if (operation.id < end && found.length < limit) found.push(operation);
    }
    if (page.length < PAGE) break;
  }
  return found;
}

/** Pages through the log, a few batches at a time. */
export async function* events(db: ReadDb, from: number, to: number, kinds: readonly DomainEvent['kind'][] | null): AsyncGenerator<StoredEvent> {
  const mask = kinds === null ? ~0 : maskOf(...kinds);
  for (let next = from, before = 0; next <= to && next !== before;) {
    before = next;
    const first = one<BatchRow>(db, hot.batchOf, next)?.first ?? next, page = all<BatchRow>(db, hot.batchesOfKinds, first, mask, PAGE);
    for (const row of page) {
      for (const cursor = cursorOf(row); cursor.next() && cursor.seq <= to;) {
        if (cursor.seq < next || (1 << cursor.code & mask) === 0) continue;
        yield { seq: cursor.seq, operation: cursor.operation || null, draft: cursor.draft || null, event: decoded(db, cursor) };
      }
      next = row.first + row.events;
    }
  }
}

export function blob(db: ReadDb, oid: Oid): Uint8Array | null {
  const row = one<BlobRow>(db, hot.blob, oid);
  if (row === undefined) return null;
  let bytes: Uint8Array | null = null;
  try {
    bytes = blobContent(row);
  } catch (error) {
    throw corrupt(db.name, `blob ${oid} cannot be read`, error);
  }
  if (bytes.length !== row.size || blobOid(bytes, oid.length) !== oid) throw corrupt(db.name, `blob ${oid} has other content`);
  return bytes;
}

export interface BlobRow { readonly size: number; readonly coding: number; readonly bytes: Uint8Array }

export function blobContent(row: BlobRow): Uint8Array {
  // A damaged row must not unpack to more than it claims.
  return new Uint8Array(row.coding === 0 ? row.bytes : inflateSync(row.bytes, { maxOutputLength: Math.max(1, row.size) }));
}

export function hasBlobs(db: ReadDb, oids: readonly Oid[]): Set<Oid> {
  return new Set(oids.filter((oid) => one(db, hot.hasBlob, oid) !== undefined));
}

export async function* conflicts(db: ReadDb): AsyncGenerator<ConflictEdge> {
  /** by ACU: the page from which its conflicts count */
  const since = new Map<string, number>();
  for (const { ordinal, gone } of all<{ ordinal: number; gone: Uint8Array | null }>(db, hot.goneConflicts)) {
    if (gone !== null) for (const id of unpack(gone) as AcuId[]) since.set(id, ordinal);
  }
  for (let n = 0; ; n++) {
    const page = one<ConflictPage>(db, hot.conflictPage, n);
    if (page === undefined) return;
    for (const c of unpackConflicts(page, (number) => acuOf(db, number))) if (!((since.get(c.a) ?? 0) > n || (since.get(c.b) ?? 0) > n)) yield c;
  }
}

/** How many changes lie behind the whole graph. */
export function conflictChanges(db: ReadDb): number {
  return one<{ n: number }>(db, 'SELECT count(*) AS n FROM conflict_page WHERE gone IS NOT NULL')!.n;
}

/** The engine's tables over the published state with this key, if those are the ones kept. */
export function replica(db: ReadDb, version: number, state: string): Uint8Array | null {
  const row = one<{ digest: Uint8Array; bytes: Uint8Array }>(db, hot.replica, version, state);
  if (row === undefined) return null;
  if (!equalBytes(row.digest, sha256(row.bytes))) throw corrupt(db.name, "the engine's tables have another hash");
  return new Uint8Array(row.bytes.buffer, row.bytes.byteOffset, row.bytes.byteLength);
}

export function conflictGraph(db: ReadDb): { operation: number; count: number } {
  return one(db, hot.conflictGraph)!;
}
