// What is read from a store, on any connection: each function sees one committed state. The hot queries are named, so that
// a test can hold their plans to an index.
import { inflateSync } from 'node:zlib';
import { type AcuId, equalBytes, type Oid } from '../../core/bytes.ts';
import { bug } from '../../core/errors.ts';
import type { DomainEvent, Operation, Published, SegmentKey, WorkspaceState } from '../../core/events.ts';
import { emptyState } from '../../core/fold.ts';
import type { Composition, ConflictEdge, Grain, Segment } from '../../core/model.ts';
import { applyChange } from '../../core/published.ts';
import { unpack, unpackSegment } from '../../core/segmentKey.ts';
import { unpackConflicts, type ConflictPage } from './conflictPages.ts';
import { corrupt, type ReadDb } from './connection.ts';
import { decodeEvent, HEAD, readHead, segmentKeyOf, sha256, toOperation, type EventRow, type OperationRow } from './log.ts';
import { all, each, one } from './sql.ts';
import type { Head, StoredEvent } from './store.ts';
import { blobOid } from './write.ts';

export const hot = {
  head: HEAD,
  workspace: 'SELECT git_dir, object_format, published, composition FROM workspace WHERE id = 1',
  event: 'SELECT kind, payload FROM event WHERE seq = ?',
  latest: 'SELECT seq, kind, payload FROM event WHERE kind = ? AND seq <= ? ORDER BY seq DESC LIMIT 1',
  segment: 'SELECT event.payload FROM segment JOIN event ON event.seq = segment.event WHERE segment.key = ?',
  hasSegment: 'SELECT 1 FROM segment WHERE key = ?',
  operation: 'SELECT last_event FROM operation WHERE id = ?',
  operations: 'SELECT * FROM operation WHERE id < ? ORDER BY id DESC LIMIT ?',
  events: 'SELECT seq, operation, draft, kind, payload FROM event WHERE seq BETWEEN ? AND ? ORDER BY seq LIMIT ?',
  // The unary plus keeps the planner on the log's order; payloads of other kinds are passed over unread.
  eventsOfKinds: 'SELECT seq, operation, draft, kind, payload FROM event WHERE seq BETWEEN ? AND ? AND +kind IN (SELECT value FROM json_each(?)) ORDER BY seq LIMIT ?',
  eventsOfKind: 'SELECT seq, operation, draft, kind, payload FROM event WHERE kind = ? AND seq BETWEEN ? AND ? ORDER BY seq LIMIT ?',
  drafts: `SELECT seq, payload FROM event WHERE kind = 'import-started' ORDER BY seq`,
  staged: 'SELECT key, tip FROM segment WHERE draft = ? ORDER BY event',
  publishedSegments: 'SELECT segment.key, segment.tip FROM published CROSS JOIN segment ON segment.event = published.segment ORDER BY published.segment',
  blob: 'SELECT size, coding, bytes FROM blob WHERE oid = ?',
  hasBlob: 'SELECT 1 FROM blob WHERE oid = ?',
  conflictPage: 'SELECT count, bytes FROM conflict_page WHERE ordinal = ?',
  goneConflicts: 'SELECT ordinal, gone FROM conflict_page ORDER BY ordinal',
  changes: `SELECT kind, payload FROM event WHERE kind = 'publication-changed' AND seq BETWEEN ? AND ? ORDER BY seq`,
  replica: 'SELECT digest, bytes FROM replica WHERE id = 1 AND version = ? AND state = ?',
  conflictGraph: 'SELECT operation, count FROM conflict_graph WHERE id = 1',
} as const;

/** Rows per page of what is streamed: no read lock is held from one page to the next. */
const PAGE = 256;

export function head(db: ReadDb): Head {
  const { operation, event, written } = readHead(db);
  return { operation, event, written };
}

/** From the stored view: two rows of the log hold the two large values. */
export function state(db: ReadDb): WorkspaceState {
  return db.transaction((): WorkspaceState => {
    const row = one<{ git_dir: string | null; object_format: 'sha1' | 'sha256' | null; published: number | null; composition: number | null }>(db, hot.workspace);
    if (row === undefined) return emptyState;
    return {
      gitDir: row.git_dir,
      objectFormat: row.object_format,
      published: row.published === null ? null : publishedAt(db, { ...one<EventRow>(db, hot.event, row.published)!, seq: row.published }, Number.MAX_SAFE_INTEGER),
      composition: row.composition === null ? emptyState.composition : (event(db, row.composition) as { composition: Composition }).composition,
    };
  }).deferred();
}

function event(db: ReadDb, seq: number): unknown {
  return decodeEvent(one<EventRow>(db, hot.event, seq)!);
}

/** What `whole`, the last event that says all of it, published, and what has been changed since, up to and with event `end`. */
export function publishedAt(db: ReadDb, whole: Pick<EventRow, 'seq' | 'kind' | 'payload'> | undefined, end: number): Published | null {
  if (whole === undefined) return null;
  let { published } = decodeEvent(whole) as { published: Published | null };
  for (const row of each<EventRow>(db, hot.changes, whole.seq, end)) published = applyChange(published!, (decodeEvent(row) as Extract<DomainEvent, { kind: 'publication-changed' }>).change);
  return published;
}

/** The same fold for any operation, by the last event of each kind before its end (each kind replaces its part whole). */
export function stateAt(db: ReadDb, operation: number): WorkspaceState {
  if (operation === 0) return emptyState;
  return db.transaction((): WorkspaceState => {
    const end = one<{ last_event: number }>(db, hot.operation, operation);
    if (end === undefined) throw bug('there is no such operation', { operation });
    const row = (kind: DomainEvent['kind']): EventRow | undefined => one<EventRow>(db, hot.latest, kind, end.last_event);
    const latest = <K extends DomainEvent['kind']>(kind: K): Extract<DomainEvent, { kind: K }> | undefined => {
      const found = row(kind);
      return found && (decodeEvent(found) as Extract<DomainEvent, { kind: K }>);
    };
    const opened = latest('repository-opened');
    return {
      gitDir: opened?.gitDir ?? null,
      objectFormat: opened?.objectFormat ?? null,
      published: publishedAt(db, row('published'), end.last_event),
      composition: latest('composition-changed')?.composition ?? emptyState.composition,
    };
  }).deferred();
}

export function segments(db: ReadDb, keys: readonly SegmentKey[]): Segment[] {
  return keys.map((key) => {
    const row = one<{ payload: Uint8Array }>(db, hot.segment, key);
    if (row === undefined) throw bug('a segment is asked for that was never stored', { key });
    if (segmentKeyOf(row.payload) !== key) throw corrupt(db.name, `segment ${key.slice(0, 12)} has other content`);
    return unpackSegment(row.payload);
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
    for (const { seq, payload } of all<EventRow>(db, hot.drafts)) {
      const start = unpack(payload) as Extract<DomainEvent, { kind: 'import-started' }>;
      if (start.base === base && start.grain === grain) add(all(db, hot.staged, seq));
    }
    return found;
  }).deferred();
}

export function operations(db: ReadDb, before: number | null, limit: number): Operation[] {
  return all<OperationRow>(db, hot.operations, before ?? Number.MAX_SAFE_INTEGER, Math.min(limit, Number.MAX_SAFE_INTEGER)).map(toOperation);
}

export async function* events(db: ReadDb, from: number, to: number, kinds: readonly DomainEvent['kind'][] | null): AsyncGenerator<StoredEvent> {
  const pageFrom = (first: number): EventRow[] => {
    if (kinds === null) return all(db, hot.events, first, to, PAGE);
    if (kinds.length === 1) return all(db, hot.eventsOfKind, kinds[0]!, first, to, PAGE);
    return all(db, hot.eventsOfKinds, first, to, JSON.stringify(kinds), PAGE);
  };
  for (let next = from; ;) {
    const page = pageFrom(next);
    for (const row of page) yield { seq: row.seq, operation: row.operation, draft: row.draft, event: decodeEvent(row) };
    if (page.length < PAGE) return;
    next = page.at(-1)!.seq + 1;
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
    for (const c of unpackConflicts(page)) if (!((since.get(c.a) ?? 0) > n || (since.get(c.b) ?? 0) > n)) yield c;
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
