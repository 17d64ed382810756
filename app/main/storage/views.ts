// The views: what each table means as a fold of the events. `applyEvent` is the one place that folds, live and on replay.
// The conflict graph is here too, though the engine computes it: it is a view that comes with an operation.
import { createHash } from 'node:crypto';
import { toBytes, type AcuId } from '../../core/bytes.ts';
import { bug } from '../../core/errors.ts';
import type { Published, SegmentKey } from '../../core/events.ts';
import type { Composition } from '../../core/model.ts';
import { pack, type SegmentHead } from '../../core/segmentKey.ts';
import type { ConflictPage, PackedConflicts } from './conflictPages.ts';
import type { ReadDb, WriteDb } from './connection.ts';
import { decodeFacts, sha256, type EventRow, type Facts } from './log.ts';
import { one, run, type SqlValue } from './sql.ts';
import type { Replica } from './store.ts';

/** The tables that events alone determine, parents before children, with the order of their rows. */
export const foldedTables: readonly (readonly [table: string, order: string])[] = [
  ['acu', 'event'],
  ['segment', 'event'],
  ['provenance', 'acu, segment'],
  ['workspace', 'id'],
  ['published', 'segment'],
  ['composition', 'id'],
  ['composition_acu', 'composition, ordinal'],
  ['branch', 'ref'],
];

/** Where an event stands in the log: all the views take from it beside its content. */
export interface Place { readonly seq: number; readonly draft: number | null }

/** Folds one event into the views. Deterministic: the same events in the same order give the same rows. */
export function applyEvent(db: WriteDb, event: Facts, place: Place): void {
  switch (event.kind) {
    case 'import-started': case 'branch-moving': case 'branch-settled': return;
    case 'repository-opened':
      run(db, 'INSERT INTO workspace(id, git_dir, object_format) VALUES (1, ?, ?) ON CONFLICT DO UPDATE SET git_dir = excluded.git_dir, object_format = excluded.object_format',
        event.gitDir, event.objectFormat);
      return;
    case 'segment-added': return addSegment(db, event.key, event.segment, place);
    case 'published': return publish(db, event.published, place.seq);
    case 'publication-changed': {
      for (const key of event.change.segments.gone) run(db, 'DELETE FROM published WHERE segment = (SELECT event FROM segment WHERE key = ?)', key);
      for (const key of event.change.segments.come) publishSegment(db, key);
      return;
    }
    case 'composition-changed': return changeComposition(db, event.composition, place.seq);
    case 'branch-written':
      run(db, 'INSERT OR REPLACE INTO branch(ref, before, after, tree, event) VALUES (?, ?, ?, ?, ?)', event.ref, event.before, event.after, event.tree, place.seq);
      return;
  }
}

/** A segment that is known already changes nothing: the first one stands. */
function addSegment(db: WriteDb, key: SegmentKey, segment: SegmentHead, place: Place): void {
  if (one(db, 'SELECT 1 FROM segment WHERE key = ?', key) !== undefined) return;
  const { seq } = place;
  let acu: number | null = null;
  if (segment.acu !== null) {
    run(db, 'INSERT OR IGNORE INTO acu(event, id) VALUES (?, ?)', seq, segment.acu);
    acu = acuNumber(db, segment.acu);
  }
  run(db, 'INSERT INTO segment(event, key, tip, acu, standing, draft) VALUES (?, ?, ?, ?, ?, ?)', seq, key, segment.tip, acu, segment.standing.kind, place.draft);
  if (acu !== null) {
    run(db, 'INSERT INTO provenance(acu, segment, title, author_name, author_email, time, commits) VALUES (?, ?, ?, ?, ?, ?, ?)',
      acu, seq, toBytes(segment.title), toBytes(segment.author.name), toBytes(segment.author.email), segment.time, segment.commits);
  }
}

function publish(db: WriteDb, published: Published | null, seq: number): void {
  run(db, 'DELETE FROM published');
  run(db, 'INSERT INTO workspace(id, published) VALUES (1, ?) ON CONFLICT DO UPDATE SET published = excluded.published', seq);
  for (const key of published?.segments ?? []) publishSegment(db, key);
}

function publishSegment(db: WriteDb, key: SegmentKey): void {
  const segment = one<{ event: number }>(db, 'SELECT event FROM segment WHERE key = ?', key);
  if (segment === undefined) throw bug('a segment is published that was never stored', { key });
  run(db, 'INSERT INTO published(segment) VALUES (?)', segment.event);
}

function changeComposition(db: WriteDb, composition: Composition, seq: number): void {
  run(db, 'INSERT INTO workspace(id, composition) VALUES (1, ?) ON CONFLICT DO UPDATE SET composition = excluded.composition', seq);
  run(db, 'DELETE FROM composition_acu WHERE composition = ?', composition.id);
  run(db, 'INSERT INTO composition(id, name, base) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET name = excluded.name, base = excluded.base', composition.id, composition.name, composition.base);
  composition.acus.forEach((acu, ordinal) => run(db, 'INSERT INTO composition_acu(composition, ordinal, acu) VALUES (?, ?, ?)', composition.id, ordinal, acuNumber(db, acu)));
}

function acuNumber(db: ReadDb, id: AcuId): number {
  const acu = one<{ event: number }>(db, 'SELECT event FROM acu WHERE id = ?', id);
  if (acu === undefined) throw bug('an ACU is named that was never stored', { id });
  return acu.event;
}

/** Empties the folded views and folds the whole log again. The conflict graph falls with them: it names their rows. */
export function refold(db: WriteDb): void {
  putConflicts(db, 0, { acus: [], pages: [], gone: null });
  for (const [table] of foldedTables.toReversed()) run(db, `DELETE FROM ${table}`);
  for (let last = 0; ;) {
    // One at a time: a connection that iterates cannot write.
    const row = one<EventRow>(db, 'SELECT seq, draft, kind, payload FROM event WHERE seq > ? ORDER BY seq LIMIT 1', last);
    if (row === undefined) return;
    applyEvent(db, decodeFacts(row), row);
    last = row.seq;
  }
}

/** Replaces the conflict graph by that of the state after `operation`; with `gone`, puts what came behind it. */
export function putConflicts(db: WriteDb, operation: number, { acus, pages, gone }: PackedConflicts): void {
  for (const id of acus) acuNumber(db, id);
  const count = pages.reduce((n, page) => n + page.count, 0);
  if (gone === null) {
    run(db, 'DELETE FROM conflict_page');
    pages.forEach((page, ordinal) => run(db, 'INSERT INTO conflict_page(ordinal, count, bytes) VALUES (?, ?, ?)', ordinal, page.count, page.bytes));
    run(db, 'UPDATE conflict_graph SET operation = ?, whole = ?, count = ?, digest = ?', operation, operation, count, graphDigest(operation, pages));
    return;
  }
  let { digest } = one<{ digest: Uint8Array }>(db, 'SELECT digest FROM conflict_graph')!;
  pages.forEach((page, n) => {
    const change = { ...page, operation, gone: n === 0 ? gone : NONE_GONE };
    run(db, 'INSERT INTO conflict_page(ordinal, count, bytes, gone, operation) VALUES ((SELECT coalesce(max(ordinal), -1) + 1 FROM conflict_page), ?, ?, ?, ?)', change.count, change.bytes, change.gone, operation);
    digest = changeDigest(digest, change);
  });
  run(db, 'UPDATE conflict_graph SET operation = ?, count = count + ?, digest = ?', operation, count, digest);
}

const NONE_GONE = pack([]);

/** A page as it is stored; of the graph as a whole where `gone` is null, else of a change to it. */
export interface StoredPage extends ConflictPage { readonly gone: Uint8Array | null; readonly operation: number | null }

export const PAGES = 'SELECT count, bytes, gone, operation FROM conflict_page ORDER BY ordinal';

/** SHA-256 over whose state it is, and each page's count and bytes. */
export function graphDigest(operation: number, pages: Iterable<ConflictPage>): Uint8Array {
  const hash = createHash('sha256').update(`${operation}\n`);
  for (const { count, bytes } of pages) hash.update(`${count} ${bytes.length}\n`).update(bytes);
  return new Uint8Array(hash.digest());
}

/** SHA-256 over the digest before, and the change. */
function changeDigest(before: Uint8Array, { count, bytes, gone, operation }: StoredPage): Uint8Array {
  return sha256(before, `${operation} ${count} ${gone!.length} ${bytes.length}\n`, gone!, bytes);
}

/** Of the whole graph and each change behind it. */
export function storedDigest(whole: number, pages: readonly StoredPage[]): Uint8Array {
  const first = pages.findIndex(({ gone }) => gone !== null), end = first < 0 ? pages.length : first;
  return pages.slice(end).reduce(changeDigest, graphDigest(whole, pages.slice(0, end)));
}

/** Keeps the engine's tables over one published state, in place of those over another. */
export function putReplica(db: WriteDb, { version, state, bytes }: Replica): void {
  run(db, 'INSERT OR REPLACE INTO replica(id, version, state, digest, bytes) VALUES (1, ?, ?, ?, ?)', version, state, sha256(bytes), bytes);
}

export function tableDigest(db: ReadDb, table: string, order: string): Uint8Array {
  const hash = createHash('sha256');
  for (const row of rows(db, table, order)) hash.update(pack(row));
  return new Uint8Array(hash.digest());
}

/** A table's rows as arrays, in the given order. */
export function rows(db: ReadDb, table: string, order: string): IterableIterator<SqlValue[]> {
  return db.prepare(`SELECT * FROM ${table} ORDER BY ${order}`).raw().iterate() as IterableIterator<SqlValue[]>;
}

/** SHA-256 of each view's rows, in hex: equal states have equal digests. */
export function viewDigests(db: ReadDb): Record<string, string> {
  const tables = [...foldedTables, ['conflict_page', 'ordinal'] as const];
  return Object.fromEntries(tables.map(([table, order]) => [table, Buffer.from(tableDigest(db, table, order)).toString('hex')]));
}
