// The writer's thread: opens the file, brings it to the newest format, and commits what it is sent. Calls that wait together
// share one commit (group commit); one refused does not take the others with it.
// Answers leave after COMMIT at synchronous=FULL, never before (law 8). A transaction may also be held open for something outside
// the store to happen in it, once and then recorded: meanwhile everybody else waits, in this process and in others.
import { statSync } from 'node:fs';
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { AcumenError, bug } from '../../core/errors.ts';
import { assertSettings, connectWriter, guarded, inspect, storeError, useWal, type WriteDb } from './connection.ts';
import { checkEnd } from './log.ts';
import { migrate, newestVersion } from './migrations/index.ts';
import { carried, toPlain, type Answer, type Answers, type AppendRequest, type Call, type Expected, type FromWriter, type Request, type Span, type ToWriter, type WorkerData } from './protocol.ts';
import { hasJournal, prove, proveFile } from './proof.ts';
import { head } from './reads.ts';
import { inTransaction, one, run } from './sql.ts';
import type { Head } from './store.ts';
import { Group, holdFor } from './write.ts';

/** Calls in one commit at most: bounds how long the first waits for the last. */
const GROUP = 4096;

const { file, busyMs, proved, place: given } = workerData as WorkerData;
const port: MessagePort = parentPort ?? raise();
/** A call, with the bytes that crossed beside it. */
type Waiting = Exclude<Request, { call: 'append' }> | { readonly call: 'append'; readonly id: number; readonly expected: Expected } & AppendRequest;
/** in the order they came */
const waiting: Waiting[] = [];
/** the call that appended the last operation, and the event head it left */
let last = { id: -1, event: -1 };
/** the call that began the last import, and what as */
let opened = { id: -1, draft: -1 };
/** which file it was when it was opened */
let place = given;
/** where the log ended when that was last known: answers name it where the file cannot be read any more */
let known: Head = { operation: 0, event: 0, written: 0 };
const send = (message: FromWriter): void => port.postMessage(message);
const committed = (said: Omit<Extract<FromWriter, { kind: 'committed' }>, 'kind'>): void => {
  known = said.after;
  send({ kind: 'committed', ...said });
};

try {
  const db = open();
  port.on('message', (first: ToWriter) => {
    hear(first);
    for (let next; (next = receiveMessageOnPort(port)) !== undefined;) hear(next.message as ToWriter);
    while (serveNext(db));
  });
  send({ kind: 'ready' });
} catch (error) {
  send({ kind: 'failed', error: toPlain(storeError(error, file)) });
}

function hear({ requests, bytes }: ToWriter): void {
  const lying = ([from, to]: Span): Uint8Array => bytes.subarray(from, to);
  for (const request of requests) {
    if (request.call !== 'append') { waiting.push(request); continue; }
    const { frame, bodies, extras, ...rest } = request;
    waiting.push({ ...rest, bytes: lying(frame), bodies: bodies.map(lying), extras: extras.map((extra) => ({ ...extra, conflicts: extra.conflicts === null ? null : carried(extra.conflicts, lying) })) });
  }
}

function open(): WriteDb {
  const existing = inspect(file, newestVersion) === 'existing';
  const unfinished = hasJournal(file);
  // Before a writer's connection: what is refused stays as it is, its log too.
  if (existing && !unfinished && !proved) proveFile(file, busyMs);
  const db = connectWriter(file, busyMs);
  try {
    guarded(file, () => {
      if (unfinished) prove(db, file);
      migrate(db, file);
      useWal(db);
      checkEnd(db, file);
      known = head(db);
      place ??= statSync(file, { bigint: true });
    });
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
}

/** Where a store was put in another's place while it was open, a commit would go where nobody will look. */
function assertInPlace(): void {
  const now = statSync(file, { bigint: true, throwIfNoEntry: false });
  if (now?.ino === place?.ino && now?.dev === place?.dev) return;
  throw new AcumenError('io', 'The store was replaced or taken away while it was open.', 'Open the workspace again; nothing of this was stored.', { file });
}

const alone = (request: Waiting): boolean => request.call === 'close' || request.call === 'hold' || request.call === 'settle';

/** The next of those that wait, with those that may share its commit. False where there is none that may go now. */
function serveNext(db: WriteDb): boolean {
  if (db.inTransaction) {
    const at = waiting.findIndex(({ call }) => call === 'settle');
    if (at >= 0) finish(db, waiting.splice(at, 1)[0]!);
    return at >= 0;
  }
  const first = waiting[0];
  if (first === undefined) return false;
  if (first.call === 'close') {
    close(db, first);
    return false;
  }
  const end = waiting.findIndex(alone);
  const group = waiting.splice(0, alone(first) ? 1 : Math.min(GROUP, end < 0 ? waiting.length : end));
  if (first.call === 'hold') hold(db, first);
  else commit(db, group);
  return true;
}

/** Begins a transaction that `finish` ends. */
function hold(db: WriteDb, request: Extract<Waiting, { call: 'hold' }>): void {
  try {
    run(db, 'BEGIN IMMEDIATE');
    assertSettings(db);
    assertInPlace();
    holdFor(db, request.moving, request.expectHead);
    answer(db, { id: request.id, ok: null });
  } catch (error) {
    if (db.inTransaction) run(db, 'ROLLBACK');
    answer(db, { id: request.id, error: toPlain(storeError(error, file)) });
  }
}

function finish(db: WriteDb, request: Waiting): void {
  const group = new Group(db), before = group.head, begun = performance.now();
  try {
    const ok = perform(group, request);
    group.flush();
    run(db, 'COMMIT');
    committed({ before, after: group.head, answers: [{ id: request.id, ok }], ms: performance.now() - begun });
  } catch (error) {
    if (db.inTransaction) run(db, 'ROLLBACK');
    answer(db, { id: request.id, error: toPlain(storeError(error, file)) });
  }
}

function answer(db: WriteDb, ...answers: readonly Answer[]): void {
  const now = headOf(db);
  committed({ before: now, after: now, answers, ms: null });
}

/** The head that is stored; where it cannot be read, the last one known: what is answered says why. */
function headOf(db: WriteDb): Head {
  try {
    return head(db);
  } catch {
    return known;
  }
}

function close(db: WriteDb, close: Waiting): void {
  try {
    // Truncates the WAL where nobody else reads; otherwise moves what can be moved and leaves the rest to the last one out.
    db.pragma('wal_checkpoint(TRUNCATE)');
    answer(db, { id: close.id, ok: null });
  } catch (error) {
    // Everything acknowledged is in the WAL and safe; the next opening moves it.
    answer(db, { id: close.id, error: toPlain(storeError(error, file)) });
  } finally {
    db.close();
    port.close();
  }
}

function commit(db: WriteDb, calls: readonly Waiting[]): void {
  const begun = performance.now();
  try {
    let done;
    try {
      done = together(db, calls, false);
    } catch (error) {
      if (!(error instanceof HalfDone)) throw error;
      done = together(db, calls, true);
    }
    committed({ ...done, ms: performance.now() - begun });
  } catch (error) {
    // Nothing of the group is stored: the transaction is rolled back as a whole.
    const plain = toPlain(storeError(error, file));
    last = { id: -1, event: -1 };
    answer(db, ...calls.map(({ id }) => ({ id, error: plain })));
  }
}

/** A call failed when it had changed the file, and nothing tells what from what those before it did. */
class HalfDone extends Error {}

/**
 * One commit. Calls that are refused are mostly refused before they touch anything, so savepoints, which cost a copy of each page touched, are
 * for the second try: `carefully`.
 */
function together(db: WriteDb, calls: readonly Waiting[], carefully: boolean): { readonly before: Head; readonly after: Head; readonly answers: readonly Answer[] } {
  const lastBefore = last, openedBefore = opened;
  try {
    return inTransaction(db, () => {
      // What the answers promise rests on these: were one lost, nothing is committed.
      assertSettings(db);
      assertInPlace();
      const group = new Group(db), before = group.head;
      const answers = calls.map((call) => {
        const answer = attempt(db, group, call, carefully);
        group.turn();
        return answer;
      });
      group.flush();
      return { before, after: group.head, answers };
    });
  } catch (error) {
    last = lastBefore;
    opened = openedBefore;
    throw error;
  }
}

function attempt(db: WriteDb, group: Group, request: Waiting, carefully: boolean): Answer {
  const light = request.call === 'append' && Group.isLight(request), saved = carefully && !light;
  const before = group.before, changes = carefully || light ? null : changesOf(db);
  if (saved) run(db, 'SAVEPOINT attempt');
  try {
    const ok = perform(group, request);
    if (saved) run(db, 'RELEASE attempt');
    return { id: request.id, ok };
  } catch (error) {
    // A full disk or the like ends the whole transaction; then so does the group.
    if (!db.inTransaction) throw error;
    if (saved) {
      run(db, 'ROLLBACK TO attempt');
      run(db, 'RELEASE attempt');
    }
    if (changes !== null && changesOf(db) !== changes) throw new HalfDone();
    group.restore(before);
    return { id: request.id, error: toPlain(storeError(error, file)) };
  }
}

/** Rows that this connection has changed, ever. */
const changesOf = (db: WriteDb): number => one<{ n: number }>(db, 'SELECT total_changes() AS n')!.n;

function perform(group: Group, request: Waiting): Answers[Call['call']] {
  switch (request.call) {
    case 'append': {
      const { expected } = request;
      if (expected !== null && 'head' in expected) group.expectHead(expected.head);
      else if (expected !== null && (expected.after !== last.id || group.head.event !== last.event)) throw new AcumenError('store-moved', 'What this was planned on was not stored, or is not the last operation.', 'Read the new state and try again.', {});
      const appended = group.append(request);
      last = { id: request.id, event: group.head.event };
      return appended;
    }
    case 'begin-import': {
      const draft = group.beginImport({ base: request.base, grain: request.grain, globs: request.globs }, request.packed);
      opened = { id: request.id, draft };
      return draft;
    }
    case 'stage': {
      const { draft, packed } = request;
      if (typeof draft === 'number') return group.stage(draft, packed, false);
      if (draft.begun !== opened.id) throw new AcumenError('store-moved', 'The import that this belongs to was not begun.', 'Import again.', {});
      return group.stage(opened.draft, packed, true);
    }
    case 'intend':
      return group.intend(request);
    case 'settle':
      return group.settle(request.append, request.settled);
    case 'keep':
      return group.keep(request);
    case 'hold': case 'close':
      throw bug(`a ${request.call} among writes`);
  }
}

function raise(): never {
  throw bug('the writer was loaded outside a worker thread');
}
