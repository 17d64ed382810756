// The writer's thread: opens the file, brings it to the newest format, and commits what it is sent. Calls that wait together
// share one commit (group commit); each has a savepoint of its own, so that one refused does not take the others with it.
// Answers leave after COMMIT at synchronous=FULL, never before (law 8).
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { bug } from '../../core/errors.ts';
import { assertSettings, connectWriter, guarded, inspect, storeError, useWal, type WriteDb } from './connection.ts';
import { checkEnd } from './log.ts';
import { migrate, newestVersion } from './migrations/index.ts';
import { toPlain, type Answer, type Answers, type Call, type FromWriter, type Request, type WorkerData } from './protocol.ts';
import { hasJournal, prove, proveFile } from './proof.ts';
import { head } from './reads.ts';
import { inTransaction, run } from './sql.ts';
import { append, beginImport, stage } from './write.ts';

/** Calls in one commit at most: bounds how long the first waits for the last. */
const GROUP = 512;

const { file, busyMs, proved } = workerData as WorkerData;
const port: MessagePort = parentPort ?? raise();
const send = (message: FromWriter): void => port.postMessage(message);

try {
  const db = open();
  port.on('message', (first: Request) => {
    const group = [first];
    for (let next; group.length < GROUP && group.at(-1)!.call !== 'close' && (next = receiveMessageOnPort(port)) !== undefined;) group.push(next.message as Request);
    serve(db, group);
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
    });
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
}

function serve(db: WriteDb, group: readonly Request[]): void {
  const close = group.at(-1)!.call === 'close' ? group.at(-1)! : null;
  const writes = close === null ? group : group.slice(0, -1);
  if (writes.length > 0) commit(db, writes);
  if (close === null) return;
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
      const before = head(db);
      const answers = group.map((request) => attempt(db, request));
      return { before, after: head(db), answers };
    });
    send({ kind: 'committed', ...done });
  } catch (error) {
    // Nothing of the group is stored: the transaction is rolled back as a whole.
    const plain = toPlain(storeError(error, file));
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
    case 'append':
      return append(db, request);
    case 'begin-import':
      return beginImport(db, { base: request.base, grain: request.grain, globs: request.globs }, request.packed);
    case 'stage':
      return stage(db, request.draft, request.packed);
    case 'close':
      throw bug('a close among writes');
  }
}

function raise(): never {
  throw bug('the writer was loaded outside a worker thread');
}
