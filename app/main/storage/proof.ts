// What is proved of a store before any of it is trusted: its schema, SQLite's pages and indices, every hash of the log, and the
// few rows that say which events are current, and the conflict graph. Bodies, blobs and the engine's tables are proved when read, by
// their own hashes. Views that nothing but fsck reads (provenance, names of sources) are left to it.
import { existsSync, statSync } from 'node:fs';
import { equalBytes } from '../../core/bytes.ts';
import { AcumenError } from '../../core/errors.ts';
import type { DomainEvent } from '../../core/events.ts';
import { pack } from '../../core/segmentKey.ts';
import { connectReader, connectScratch, connectWriter, corrupt, guarded, hasWal, refuseNewer, type ReadDb } from './connection.ts';
import { decodeEvent, eventHash, operationHash, readHead, type EventRow, type HeadRow, type OperationRow } from './log.ts';
import { migrate, newestVersion } from './migrations/index.ts';
import { all, each, one } from './sql.ts';
import { publishedAt } from './reads.ts';
import { PAGES, storedDigest, type StoredPage } from './views.ts';

/** Says what is wrong; may be called many times. */
export type Problem = (text: string) => void;
const START = new Uint8Array(32);

/**
 * Throws `store-corrupt` unless everything that is read from this store is what was written. One snapshot; costs one pass over
 * the file (bench/RESULTS.md). Of an older format it proves the log, from which opening folds the rest anew.
 */
export function prove(db: ReadDb, file: string): void {
  const fail = (why: string): never => { throw corrupt(file, why); };
  try {
    db.transaction(() => {
      const version = db.pragma('user_version', { simple: true }) as number;
      refuseNewer(file, version, newestVersion);
      if (schemaOf(db) !== expectedSchema(version)) fail(`its tables are not those of format ${version}`);
      if (version === 0) return;
      for (const { integrity_check: text } of db.pragma('integrity_check(1)') as { integrity_check: string }[]) if (text !== 'ok') fail(text);
      const { current } = checkLog(db, fail);
      // A migration was cut short before its views were folded: they will be.
      if (version < newestVersion || one<{ folded: number }>(db, 'SELECT folded FROM head')?.folded !== 1) return;
      checkCurrent(db, current, fail);
    }).deferred();
  } catch (error) {
    throw told(error, file);
  }
}

/** Proves a file that nobody of this process has open. Where it is refused, it and what lies beside it are as they were. */
export function proveFile(file: string, busyMs: number): void {
  const alone = !hasWal(file);
  const db = connectReader(file, busyMs);
  try {
    prove(db, file);
  } catch (error) {
    db.close();
    if (alone) leaveAlone(file);
    throw error;
  }
  db.close();
}

/**
 * A reader that is the last to leave cannot take the empty log and its index along, a writer can, when SQLite finds that nobody
 * else has the file open. It writes nothing. Not for where they were found: then they are another's.
 */
export function leaveAlone(file: string): void {
  if (!existsSync(`${file}-wal`)) return;
  try {
    const db = connectWriter(file, 0);
    try {
      db.pragma('schema_version');
    } finally {
      db.close();
    }
  } catch {
    // Too damaged, or not ours to write: empty files beside it harm nobody.
  }
}

/** SQLite needs to roll this back before anything can be read. */
export function hasJournal(file: string): boolean {
  return (statSync(`${file}-journal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

function told(error: unknown, file: string): unknown {
  if (error instanceof AcumenError) return error.code === 'bug' ? corrupt(file, error.message.replace(/^BUG: /, ''), error) : error;
  const code = String((error as { code?: unknown }).code ?? '');
  if (/^SQLITE_(BUSY|LOCKED|IOERR|CANTOPEN|FULL|NOMEM|PERM|READONLY|INTERRUPT)/.test(code)) return guardedError(error, file);
  return corrupt(file, error instanceof Error ? error.message : String(error), error);
}

function guardedError(error: unknown, file: string): unknown {
  try {
    return guarded(file, () => { throw error; });
  } catch (said) {
    return said;
  }
}

function schemaOf(db: ReadDb): string {
  return JSON.stringify(db.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name').raw().all());
}

const schemas = new Map<number, string>();

/** What the migrations make. */
function expectedSchema(version: number): string {
  let known = schemas.get(version);
  if (known === undefined) {
    const db = connectScratch();
    if (version > 0) migrate(db, 'scratch', version);
    schemas.set(version, (known = schemaOf(db)));
    db.close();
  }
  return known;
}

/** The last event of each kind of which only the last counts. */
type Current = Partial<Record<DomainEvent['kind'], EventRow>>;

/** Every hash of the log, its order, and that the head is its end. */
export function checkLog(db: ReadDb, problem: Problem): { readonly events: number; readonly current: Current } {
  const ends = new Map<number, Uint8Array>();
  const spans = new Map<number, { first: number; last: number; count: number }>();
  const current: Current = {};
  let before: Uint8Array = START;
  let events = 0;
  for (const row of each<EventRow>(db, 'SELECT seq, operation, draft, kind, payload, hash FROM event ORDER BY seq')) {
    events++;
    if (row.seq !== events) {
      problem(`event ${events} is missing`);
      events = row.seq;
    }
    if (!equalBytes(row.hash, eventHash(before, row))) problem(`event ${row.seq} breaks the chain`);
    before = row.hash;
    if (row.operation === null) continue;
    current[row.kind] = row;
    ends.set(row.operation, row.hash);
    const span = spans.get(row.operation);
    if (span === undefined) spans.set(row.operation, { first: row.seq, last: row.seq, count: 1 });
    else spans.set(row.operation, { first: span.first, last: row.seq, count: span.count + 1 });
  }
  let operations = 0;
  let operationBefore: Uint8Array = START;
  let last: OperationRow | undefined;
  for (const row of each<OperationRow>(db, 'SELECT * FROM operation ORDER BY id')) {
    operations++;
    if (row.id !== operations) {
      problem(`operation ${operations} is missing`);
      operations = row.id;
    }
    const span = spans.get(row.id);
    if (span?.first !== row.first_event || span.last !== row.last_event || span.count !== span.last - span.first + 1) problem(`operation ${row.id} does not hold its events`);
    if (!equalBytes(row.hash, operationHash(operationBefore, row, ends.get(row.id) ?? START))) problem(`operation ${row.id} breaks the chain`);
    operationBefore = row.hash;
    last = row;
  }
  const expected: HeadRow = { operation: operations, event: last?.last_event ?? 0, written: events, event_hash: before, operation_hash: operationBefore };
  if (!equalBytes(pack(headValues(readHead(db))), pack(headValues(expected)))) problem('the head is not the end of the log');
  return { events, current };
}

function headValues(head: HeadRow): unknown[] {
  return [head.operation, head.event, head.written, head.event_hash, head.operation_hash];
}

/** The rows through which the current state is found, and earlier segments are reused, against the log. */
function checkCurrent(db: ReadDb, current: Current, problem: Problem): void {
  const row = one<{ git_dir: string | null; object_format: string | null; published: number | null; composition: number | null }>(db, 'SELECT git_dir, object_format, published, composition FROM workspace WHERE id = 1');
  const opened = current['repository-opened'] && decodeEvent(current['repository-opened']) as Extract<DomainEvent, { kind: 'repository-opened' }>;
  const published = publishedAt(db, current['published'], Number.MAX_SAFE_INTEGER);
  const same = (row?.git_dir ?? null) === (opened?.gitDir ?? null) && (row?.object_format ?? null) === (opened?.objectFormat ?? null)
    && (row?.published ?? null) === (current['published']?.seq ?? null) && (row?.composition ?? null) === (current['composition-changed']?.seq ?? null);
  if (!same) problem('the current state is not the one the log ends with');
  const keys = all<{ key: string }>(db, 'SELECT key FROM published CROSS JOIN segment ON segment.event = published.segment').map(({ key }) => key);
  if (keys.sort().join() !== [...published?.segments ?? []].sort().join()) problem('the published segments are not those of the log');
  const astray = one<{ n: number }>(db, `SELECT count(*) AS n FROM segment LEFT JOIN event ON seq = segment.event WHERE event.kind IS NOT 'segment-added' OR event.draft IS NOT segment.draft`)!.n;
  if (astray > 0) problem(`${astray} segments are not where the log has them`);
  const graph = one<{ whole: number; count: number; digest: Uint8Array }>(db, 'SELECT whole, count, digest FROM conflict_graph');
  const pages = all<StoredPage>(db, PAGES);
  const count = pages.reduce((n, page) => n + page.count, 0);
  if (graph === undefined || graph.count !== count || !equalBytes(graph.digest, storedDigest(graph.whole, pages))) problem('the conflict graph is not the one stored');
}
