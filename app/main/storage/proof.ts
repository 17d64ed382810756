// What is proved of a store before any of it is trusted: its schema, SQLite's pages and indices, every hash of the log, and the
// few rows that say which events are current, and the conflict graph. Bodies, blobs and the engine's tables are proved when read, by
// their own hashes. Views that nothing but fsck reads (provenance, names of sources) are left to it.
import { existsSync, statSync } from 'node:fs';
import { type AcuId, equalBytes } from '../../core/bytes.ts';
import { AcumenError, bug } from '../../core/errors.ts';
import type { DomainEvent, SegmentKey } from '../../core/events.ts';
import { pack } from '../../core/segmentKey.ts';
import { connectReader, connectScratch, connectWriter, corrupt, guarded, hasWal, refuseNewer, type ReadDb } from './connection.ts';
import { codeOf } from './frames.ts';
import { batchHash, cursorOf, eventAt, readHead, type BatchRow } from './log.ts';
import { migrate, newestVersion } from './migrations/index.ts';
import { checkLog7 } from './migrations/log7.ts';
import { all, each, one } from './sql.ts';
import { publishedAt } from './reads.ts';
import { composeEvent, composition, markOf, nothingComposed, PAGES, storedDigest, type Mark, type StoredPage } from './views.ts';

/** Says what is wrong; may be called many times. */
export type Problem = (text: string) => void;
const START = new Uint8Array(32);
/** The first format whose log is in batches. */
const PACKED = 8;

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
      // An older format's views, and those of a migration that was cut short, will be folded.
      if (version < PACKED) return checkLog7(db, fail);
      const current = checkLog(db, fail);
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

/** What the log alone says of the state that it ends with. */
interface Current {
  readonly events: number;
  /** seq of the last event that says all of it */
  readonly published: number;
  readonly opened: Extract<DomainEvent, { kind: 'repository-opened' }> | null;
  readonly composed: ReturnType<typeof nothingComposed>;
  readonly marks: readonly Mark[];
  /** by number, in order */
  readonly acus: ReadonlyMap<number, AcuId>;
  /** the first event of each */
  readonly segments: ReadonlyMap<SegmentKey, { readonly seq: number; readonly draft: number; readonly acu: AcuId | null }>;
}

/** Every hash of the log, its order, and that the head is its end. */
export function checkLog(db: ReadDb, problem: Problem): Current {
  let events = 0, operation = 0, last = 0, published = 0, hash: Uint8Array = START, opened: Current['opened'] = null;
  const composed = nothingComposed(), marks: Mark[] = [], acus = new Map<number, AcuId>(), numbers = new Map<AcuId, number>();
  const segments = new Map<SegmentKey, { seq: number; draft: number; acu: AcuId | null }>();
  const numberOf = (id: AcuId): number => numbers.get(id) ?? unknown(id);
  for (const row of each<BatchRow>(db, 'SELECT first, events, operation, operations, kinds, size, hash, bytes FROM batch ORDER BY first')) {
    if (row.first !== events + 1) problem(`event ${events + 1} is missing`);
    if (row.operation !== operation) problem(`operation ${operation + 1} is missing`);
    if (!equalBytes(row.hash, batchHash(hash, row, row.bytes))) problem(`batch ${row.first} breaks the chain`);
    ({ hash } = row);
    const cursor = cursorOf(row);
    while (cursor.next()) {
      switch (cursor.code) {
        case codeOf['composition-edited']: case codeOf['composition-changed']: {
          composeEvent(cursor, composed, numberOf);
          const mark = markOf(composed);
          if (mark !== null) marks.push(mark);
          break;
        }
        case codeOf['repository-opened']: opened = cursor.facts('repository-opened'); break;
        case codeOf['published']: published = cursor.seq; break;
        case codeOf['segment-added']: {
          const { key, acu, seq, draft } = cursor;
          if (segments.has(key)) break;
          segments.set(key, { seq, draft, acu });
          if (acu === null || numbers.has(acu)) break;
          numbers.set(acu, seq);
          acus.set(seq, acu);
        }
      }
    }
    if (cursor.seq !== row.first + row.events - 1 || cursor.lastOperation !== row.operation + row.operations || cursor.mask !== row.kinds) problem(`batch ${row.first} does not hold what it says`);
    events = cursor.seq;
    operation = cursor.lastOperation;
    if (cursor.lastEvent > 0) last = cursor.lastEvent;
  }
  const head = readHead(db);
  if (head.operation !== operation || head.event !== last || head.written !== events || !equalBytes(head.hash, hash)) problem('the head is not the end of the log');
  return { events, published, opened, composed, marks, acus, segments };
}

function unknown(id: AcuId): never { throw bug('an ACU is composed that the log never brought', { id }); }

/** The rows through which the current state is found, and earlier segments are reused, against the log. */
function checkCurrent(db: ReadDb, current: Current, problem: Problem): void {
  const row = one<{ git_dir: string | null; object_format: string | null; published: number | null }>(db, 'SELECT git_dir, object_format, published FROM workspace WHERE id = 1');
  const { opened, composed } = current, stored = composition(db);
  const same = (row?.git_dir ?? null) === (opened?.gitDir ?? null) && (row?.object_format ?? null) === (opened?.objectFormat ?? null) && (row?.published ?? 0) === current.published
    && stored.event === composed.event && stored.id === composed.id && stored.name === composed.name && stored.base === composed.base && stored.edits === composed.edits && stored.acus.join() === composed.acus.join();
  if (!same) problem('the current state is not the one the log ends with');
  const marks = all<Mark>(db, 'SELECT event, id, name, base, acus FROM composition_mark ORDER BY event');
  if (!equalBytes(pack(marks), pack(current.marks))) problem('earlier compositions are not those of the log');
  const acus = all<{ event: number; id: AcuId }>(db, 'SELECT event, id FROM acu');
  if (acus.length !== current.acus.size || acus.some(({ event, id }) => current.acus.get(event) !== id)) problem('the ACUs are not those of the log');
  let found = 0;
  for (const { event, key, draft, acu } of each<{ event: number; key: SegmentKey; draft: number | null; acu: AcuId | null }>(db, 'SELECT segment.event, key, draft, id AS acu FROM segment LEFT JOIN acu ON acu.event = segment.acu')) {
    const one = current.segments.get(key);
    if (one?.seq === event && one.draft === (draft ?? 0) && one.acu === acu) found++;
  }
  if (found !== current.segments.size) problem('the segments are not where the log has them');
  const published = publishedAt(db, current.published === 0 ? null : eventAt(db, current.published), Number.MAX_SAFE_INTEGER);
  const keys = all<{ key: string }>(db, 'SELECT key FROM published CROSS JOIN segment ON segment.event = published.segment').map(({ key }) => key);
  if (keys.sort().join() !== [...published?.segments ?? []].sort().join()) problem('the published segments are not those of the log');
  const graph = one<{ whole: number; count: number; digest: Uint8Array }>(db, 'SELECT whole, count, digest FROM conflict_graph');
  const pages = all<StoredPage>(db, PAGES);
  const count = pages.reduce((n, page) => n + page.count, 0);
  if (graph === undefined || graph.count !== count || !equalBytes(graph.digest, storedDigest(graph.whole, pages))) problem('the conflict graph is not the one stored');
}
