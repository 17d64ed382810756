// Proves a store against itself: SQLite's own checks, every hash, the chain of the log, and every view compared row by row
// with one folded anew from the first event. All within one snapshot.
import { equalBytes } from '../../core/bytes.ts';
import type { SegmentKey } from '../../core/events.ts';
import { pack, unpackSegment } from '../../core/segmentKey.ts';
import { connectScratch, type ReadDb } from './connection.ts';
import { acuOf, readHead, segmentKeyOf, sha256 } from './log.ts';
import { migrations, newestVersion } from './migrations/index.ts';
import { checkLog, type Problem } from './proof.ts';
import { unpackConflicts } from './conflictPages.ts';
import { blobContent, type BlobRow } from './reads.ts';
import { all, each, one, type SqlValue } from './sql.ts';
import { foldedTables, foldLog, PAGES, rows, storedDigest, type StoredPage } from './views.ts';
import { blobOid } from './write.ts';

/** Told per check at most: one damaged page can spoil thousands of rows. */
const TOLD = 20;

export function fsck(db: ReadDb): { problems: string[]; events: number } {
  const problems: string[] = [];
  /** Runs one check; what it throws (unreadable pages, undecodable payloads) is a finding too. */
  const check = (name: string, body: (problem: (text: string) => void) => void): void => {
    let told = 0;
    const problem = (text: string): void => {
      told++;
      if (told <= TOLD) problems.push(`${name}: ${text}`);
    };
    try {
      body(problem);
    } catch (error) {
      problem(error instanceof Error ? error.message : String(error));
    }
    if (told > TOLD) problems.push(`${name}: and ${told - TOLD} more`);
  };
  let events = 0, bodies: ReturnType<typeof checkLog>['segments'] = new Map();
  db.transaction(() => {
    check('format', (problem) => {
      const version = db.pragma('user_version', { simple: true });
      if (version !== newestVersion) problem(`${String(version)} where ${newestVersion} was expected`);
    });
    check('pages', (problem) => {
      for (const { integrity_check: text } of db.pragma('integrity_check') as { integrity_check: string }[]) if (text !== 'ok') problem(text);
    });
    check('references', (problem) => {
      for (const { table, parent } of db.pragma('foreign_key_check') as { table: string; parent: string }[]) problem(`a row of ${table} refers to nothing in ${parent}`);
    });
    check('log', (problem) => {
      const log = checkLog(db, problem);
      ({ events } = log);
      bodies = log.segments;
      if (one<{ folded: number }>(db, 'SELECT folded FROM head')?.folded !== 1) problem('the views were never folded');
    });
    check('segments', (problem) => checkBodies(db, bodies, problem));
    check('blobs', (problem) => checkBlobs(db, problem));
    check('conflicts', (problem) => checkConflicts(db, problem));
    check('replica', (problem) => checkReplica(db, problem));
    check('views', (problem) => checkViews(db, problem));
  }).deferred();
  return { problems, events };
}

function checkBodies(db: ReadDb, bodies: ReadonlyMap<SegmentKey, { readonly seq: number }>, problem: Problem): void {
  const lacking = new Map([...bodies].map(([key, { seq }]) => [seq, key]));
  for (const { event, bytes } of each<{ event: number; bytes: Uint8Array }>(db, 'SELECT event, bytes FROM body ORDER BY event')) {
    if (lacking.get(event) !== segmentKeyOf(bytes)) problem(`the segment of event ${event} does not have its key`);
    else unpackSegment(bytes);
    lacking.delete(event);
  }
  for (const event of lacking.keys()) problem(`the segment of event ${event} has no body`);
}

function checkBlobs(db: ReadDb, problem: Problem): void {
  // One at a time: a damaged one must not hide the others.
  for (const { oid } of all<{ oid: string }>(db, 'SELECT oid FROM blob ORDER BY oid')) {
    try {
      const row = one<BlobRow>(db, 'SELECT size, coding, bytes FROM blob WHERE oid = ?', oid)!;
      const bytes = blobContent(row);
      if (bytes.length !== row.size || blobOid(bytes, oid.length) !== oid) problem(`blob ${oid} has other content`);
    } catch (error) {
      problem(`blob ${oid} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

function checkConflicts(db: ReadDb, problem: Problem): void {
  const graph = one<{ operation: number; whole: number; count: number; digest: Uint8Array }>(db, 'SELECT operation, whole, count, digest FROM conflict_graph');
  if (graph === undefined) return problem('the graph is missing');
  if (graph.operation > readHead(db).operation) problem('the graph is of an operation that never was');
  const pages = all<StoredPage>(db, PAGES);
  if (!equalBytes(graph.digest, storedDigest(graph.whole, pages))) return problem('the graph is not the one stored');
  let count = 0;
  for (const page of pages) count += unpackConflicts(page, (number) => acuOf(db, number)).length;
  if (graph.count !== count) problem('the graph is not the one stored');
}

/** That they are those stored; that they are right, the engine tells (service/operations.ts). */
function checkReplica(db: ReadDb, problem: Problem): void {
  const row = one<{ digest: Uint8Array; bytes: Uint8Array }>(db, 'SELECT digest, bytes FROM replica');
  if (row !== undefined && !equalBytes(row.digest, sha256(row.bytes))) problem("the engine's tables have another hash");
}

function checkViews(db: ReadDb, problem: Problem): void {
  const scratch = connectScratch();
  try {
    for (const migration of migrations) scratch.exec(migration.sql);
    scratch.exec('BEGIN');
    foldLog(db, scratch);
    scratch.exec('COMMIT');
    for (const [table, order] of foldedTables) compare(table, rows(db, table, order), rows(scratch, table, order), problem);
  } finally {
    scratch.close();
  }
}

function compare(table: string, stored: IterableIterator<SqlValue[]>, folded: IterableIterator<SqlValue[]>, problem: Problem): void {
  for (let n = 1; ; n++) {
    const a = stored.next();
    const b = folded.next();
    if (a.done === true && b.done === true) return;
    if (a.done !== true && b.done !== true && equalBytes(pack(a.value), pack(b.value))) continue;
    problem(`${table} differs from the log at row ${n}`);
    // One row too many or too few shifts all that follow: the first difference is the news.
    stored.return?.();
    folded.return?.();
    return;
  }
}
