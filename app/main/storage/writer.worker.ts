// The writer's thread: opens the file, brings it to the newest format, and commits what it is sent. Calls that wait together
// share one commit (group commit); each has a savepoint of its own, so that one refused does not take the others with it.
// Answers leave after COMMIT at synchronous=FULL, never before (law 8). A transaction may also be held open for something outside
// the store to happen in it, once and then recorded: meanwhile everybody else waits, in this process and in others.
import { statSync } from 'node:fs';
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { AcumenError, bug } from '../../core/errors.ts';
import { assertSettings, connectWriter, guarded, inspect, storeError, useWal, type WriteDb } from './connection.ts';
import { checkEnd } from './log.ts';
import { migrate, newestVersion } from './migrations/index.ts';
import { toPlain, type Answer, type Answers, type Call, type FromWriter, type Request, type WorkerData } from './protocol.ts';
import { hasJournal, prove, proveFile } from './proof.ts';
import { head } from './reads.ts';
import { inTransaction, run } from './sql.ts';
import { append, beginImport, expectHead, holdFor, intend, keep, settle, stage } from './write.ts';

/** Calls in one commit at most: bounds how long the first waits for the last. */
const GROUP = 4096;

const { file, busyMs, proved, place: given } = workerData as WorkerData;
const port: MessagePort = parentPort ?? raise();
/** in the order they came */
const waiting: Request[] = [];
/** the call that appended the last operation, and the event head it left */
let last = { id: -1, event: -1 };
/** which file it was when it was opened */
let place = given;
const send = (message: FromWriter): void => port.postMessage(message);

try {
  const db = open();
  port.on('message', (first: readonly Request[]) => {
    waiting.push(...first);
    for (let next; (next = receiveMessageOnPort(port)) !== undefined;) waiting.push(...next.message as readonly Request[]);
    while (serveNext(db));
  });
  send({ kind: 'ready' });
} catch (error) {
  send({ kind: 'failed', error: toPlain(storeError(error, file)) });
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

const alone = (request: Request): boolean => request.call === 'close' || request.call === 'hold' || request.call === 'settle';

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
function hold(db: WriteDb, request: Extract<Request, { call: 'hold' }>): void {
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

function finish(db: WriteDb, request: Request): void {
  const before = head(db);
  try {
    const ok = perform(db, request);
    run(db, 'COMMIT');
    send({ kind: 'committed', before, after: head(db), answers: [{ id: request.id, ok }] });
  } catch (error) {
    if (db.inTransaction) run(db, 'ROLLBACK');
    answer(db, { id: request.id, error: toPlain(storeError(error, file)) });
  }
}

function answer(db: WriteDb, said: Answer): void {
  const now = head(db);
  send({ kind: 'committed', before: now, after: now, answers: [said] });
}

function close(db: WriteDb, close: Request): void {
  const end = head(db);
  try {
    // Truncates the WAL where nobody else reads; otherwise moves what can be moved and leaves the rest to the last one out.
    db.pragma('wal_checkpoint(TRUNCATE)');
    send({ kind: 'committed', before: end, after: end, answers: [{ id: close.id, ok: null }] });
  } catch (error) {
    // Everything acknowledged is in the WAL and safe; the next opening moves it.
    send({ kind: 'committed', before: end, after: end, answers: [{ id: close.id, error: toPlain(storeError(error, file)) }] });
  } finally {
    db.close();
    port.close();
  }
}

function commit(db: WriteDb, group: readonly Request[]): void {
  try {
    const done = inTransaction(db, () => {
      // What the answers promise rests on these: were one lost, nothing is committed.
      assertSettings(db);
      assertInPlace();
      const before = head(db);
      const answers = group.map((request) => attempt(db, request));
      return { before, after: head(db), answers };
    });
    send({ kind: 'committed', ...done });
  } catch (error) {
    // Nothing of the group is stored: the transaction is rolled back as a whole.
    const plain = toPlain(storeError(error, file));
    last = { id: -1, event: -1 };
    const now = head(db);
    send({ kind: 'committed', before: now, after: now, answers: group.map(({ id }) => ({ id, error: plain })) });
  }
}

function attempt(db: WriteDb, request: Request): Answer {
  run(db, 'SAVEPOINT attempt');
  try {
    const ok = perform(db, request);
    run(db, 'RELEASE attempt');
    return { id: request.id, ok };
  } catch (error) {
    // A full disk or the like ends the whole transaction; then so does the group.
    if (!db.inTransaction) throw error;
    run(db, 'ROLLBACK TO attempt');
    run(db, 'RELEASE attempt');
    return { id: request.id, error: toPlain(storeError(error, file)) };
  }
}

function perform(db: WriteDb, request: Request): Answers[Call['call']] {
  switch (request.call) {
    case 'append': {
      const { expected } = request;
      if (expected !== null && 'head' in expected) expectHead(db, expected.head);
      else if (expected !== null && (expected.after !== last.id || head(db).event !== last.event)) throw new AcumenError('store-moved', 'What this was planned on was not stored, or is not the last operation.', 'Read the new state and try again.', {});
      const operations = request.appended.map((one) => append(db, one));
      last = { id: request.id, event: head(db).event };
      return operations;
    }
    case 'begin-import':
      return beginImport(db, { base: request.base, grain: request.grain, globs: request.globs }, request.packed);
    case 'stage':
      return stage(db, request.draft, request.packed);
    case 'intend':
      return intend(db, request);
    case 'settle':
      return settle(db, request.append, request.settled);
    case 'keep':
      return keep(db, request);
    case 'hold': case 'close':
      throw bug(`a ${request.call} among writes`);
  }
}

function raise(): never {
  throw bug('the writer was loaded outside a worker thread');
}
