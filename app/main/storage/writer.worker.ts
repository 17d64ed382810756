// The writer's thread: waits for a file, opens it, brings it to the newest format, and commits what it is sent. Calls that wait together
// share one commit (group commit); one refused does not take the others with it.
// Answers leave after COMMIT at synchronous=FULL, never before (law 8). A transaction may also be held open for something outside
// the store to happen in it, once and then recorded: meanwhile everybody else waits, in this process and in others.
import { statSync } from 'node:fs';
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { AcumenError, bug } from '../../core/errors.ts';
import { assertSettings, connectWriter, guarded, inspect, storeError, useWal, type WriteDb } from './connection.ts';
import { checkEnd } from './log.ts';
import { migrate, newestVersion } from './migrations/index.ts';
import { FIRST, carried, toPlain, type Answer, type Answers, type AppendRequest, type Call, type Calls, type Expected, type FromWriter, type Opening, type Place, type Request, type Span, type ToWriter } from './protocol.ts';
import { practice } from './practice.ts';
import { hasJournal, prove, proveFile } from './proof.ts';
import { head } from './reads.ts';
import { inTransaction, one, run } from './sql.ts';
import type { Head } from './store.ts';
import { Group, holdFor } from './write.ts';

/** Calls in one commit at most: bounds how long the first waits for the last. */
const GROUP = 4096;

/** A call, with the bytes that crossed beside it. */
type Waiting = Exclude<Request, { call: 'append' }> | { readonly call: 'append'; readonly id: number; readonly expected: Expected } & AppendRequest;

const port: MessagePort = parentPort ?? raise();
const send = (message: FromWriter): void => port.postMessage(message);
const alone = (request: Waiting): boolean => request.call === 'close' || request.call === 'hold' || request.call === 'settle';

/** A call failed when it had changed the file, and nothing tells what from what those before it did. */
class HalfDone extends Error {}

function open({ file, busyMs, proved, place }: Opening): { readonly db: WriteDb; readonly known: Head; readonly place: Place } {
  // Not of a file that this process has open: to close it, however it was opened, gives away all the locks it has there (POSIX fcntl), and who else had it
  // open would take its log for left behind.
  const existing = proved === true || inspect(file, newestVersion) === 'existing';
  const unfinished = hasJournal(file);
  // Before a writer's connection: what is refused stays as it is, its log too.
  if (existing && !unfinished && proved !== true) proveFile(file, busyMs);
  const db = connectWriter(file, busyMs);
  try {
    return guarded(file, () => {
      if (unfinished) prove(db, file);
      migrate(db, file);
      useWal(db);
      checkEnd(db, file);
      return { db, known: head(db), place: place ?? statSync(file, { bigint: true }) };
    });
  } catch (error) {
    db.close();
    throw error;
  }
}

/** The store that this thread has. */
class Serving {
  readonly #file: string;
  readonly #db: WriteDb;
  /** in the order they came */
  readonly #waiting: Waiting[] = [];
  /** the call that appended the last operation, and the event head it left */
  #last = { id: -1, event: -1 };
  /** the call that began the last import, and what as */
  #opened = { id: -1, draft: -1 };
  /** which file it was when it was opened */
  readonly #place: Place;
  /** where the log ended when that was last known: answers name it where the file cannot be read any more */
  #known: Head;

  constructor(opening: Opening) {
    this.#file = opening.file;
    ({ db: this.#db, known: this.#known, place: this.#place } = open(opening));
  }

  hear({ requests, bytes }: Calls): void {
    const lying = ([from, to]: Span): Uint8Array => bytes.subarray(from, to);
    for (const request of requests) {
      if (request.call !== 'append') { this.#waiting.push(request); continue; }
      const { frame, bodies, extras, ...rest } = request;
      this.#waiting.push({ ...rest, bytes: lying(frame), bodies: bodies.map(lying), extras: extras.map((extra) => ({ ...extra, conflicts: extra.conflicts === null ? null : carried(extra.conflicts, lying) })) });
    }
  }

  /** Where a store was put in another's place while it was open, a commit would go where nobody will look. */
  #assertInPlace(): void {
    const now = statSync(this.#file, { bigint: true, throwIfNoEntry: false });
    if (now?.ino === this.#place.ino && now?.dev === this.#place.dev) return;
    throw new AcumenError('io', 'The store was replaced or taken away while it was open.', 'Open the workspace again; nothing of this was stored.', { file: this.#file });
  }

  /** The next of those that wait, with those that may share its commit. False where there is none that may go now. */
  next(): boolean {
    if (this.#db.inTransaction) {
      const at = this.#waiting.findIndex(({ call }) => call === 'settle');
      if (at >= 0) this.#finish(this.#waiting.splice(at, 1)[0]!);
      return at >= 0;
    }
    const first = this.#waiting[0];
    if (first === undefined) return false;
    if (first.call === 'close') {
      this.#close(first);
      return false;
    }
    const end = this.#waiting.findIndex(alone);
    const group = this.#waiting.splice(0, alone(first) ? 1 : Math.min(GROUP, end < 0 ? this.#waiting.length : end));
    if (first.call === 'hold') this.#hold(first);
    else this.#commit(group);
    return true;
  }

  /** Begins a transaction that `finish` ends. */
  #hold(request: Extract<Waiting, { call: 'hold' }>): void {
    try {
      run(this.#db, 'BEGIN IMMEDIATE');
      assertSettings(this.#db);
      this.#assertInPlace();
      holdFor(this.#db, request.moving, request.expectHead);
      this.#answer({ id: request.id, ok: null });
    } catch (error) {
      if (this.#db.inTransaction) run(this.#db, 'ROLLBACK');
      this.#answer({ id: request.id, error: toPlain(storeError(error, this.#file)) });
    }
  }

  #finish(request: Waiting): void {
    const group = new Group(this.#db), before = group.head, begun = performance.now();
    try {
      const ok = this.#perform(group, request);
      group.flush();
      const work = performance.now() - begun;
      run(this.#db, 'COMMIT');
      this.#committed({ before, after: group.head, answers: [{ id: request.id, ok }], took: { ms: performance.now() - begun, work } });
    } catch (error) {
      if (this.#db.inTransaction) run(this.#db, 'ROLLBACK');
      this.#answer({ id: request.id, error: toPlain(storeError(error, this.#file)) });
    }
  }

  #committed(said: Omit<Extract<FromWriter, { kind: 'committed' }>, 'kind'>): void {
    this.#known = said.after;
    send({ kind: 'committed', ...said });
  }

  #answer(...answers: readonly Answer[]): void {
    const now = this.#headOf();
    this.#committed({ before: now, after: now, answers, took: null });
  }

  /** The head that is stored; where it cannot be read, the last one known: what is answered says why. */
  #headOf(): Head {
    try {
      return head(this.#db);
    } catch {
      return this.#known;
    }
  }

  /** Answered when nothing of the file is held any more; nobody waits for the end of the thread. */
  #close({ id }: Extract<Waiting, { call: 'close' }>): void {
    let answer: Answer = { id, ok: null };
    try {
      // Truncates the WAL where nobody else reads; otherwise moves what can be moved and leaves the rest to the last one out.
      this.#db.pragma('wal_checkpoint(TRUNCATE)');
    } catch (error) {
      // Everything acknowledged is in the WAL and safe; the next opening moves it.
      answer = { id, error: toPlain(storeError(error, this.#file)) };
    }
    this.#db.close();
    this.#answer(answer);
    port.close();
  }

  #commit(calls: readonly Waiting[]): void {
    const begun = performance.now();
    try {
      let done;
      try {
        done = this.#together(calls, false);
      } catch (error) {
        if (!(error instanceof HalfDone)) throw error;
        done = this.#together(calls, true);
      }
      const { work, ...said } = done;
      this.#committed({ ...said, took: { ms: performance.now() - begun, work } });
    } catch (error) {
      // Nothing of the group is stored: the transaction is rolled back as a whole.
      const plain = toPlain(storeError(error, this.#file));
      this.#last = { id: -1, event: -1 };
      this.#answer(...calls.map(({ id }) => ({ id, error: plain })));
    }
  }

  /**
   * One commit. Calls that are refused are mostly refused before they touch anything, so savepoints, which cost a copy of each page touched, are
   * for the second try: `carefully`.
   */
  #together(calls: readonly Waiting[], carefully: boolean): { readonly before: Head; readonly after: Head; readonly answers: readonly Answer[]; readonly work: number } {
    const lastBefore = this.#last, openedBefore = this.#opened;
    try {
      return inTransaction(this.#db, () => {
        // What the answers promise rests on these: were one lost, nothing is committed.
        const begun = performance.now();
        assertSettings(this.#db);
        this.#assertInPlace();
        const group = new Group(this.#db), before = group.head;
        const answers = calls.map((call) => {
          const answer = this.#attempt(group, call, carefully);
          group.turn();
          return answer;
        });
        group.flush();
        return { before, after: group.head, answers, work: performance.now() - begun };
      });
    } catch (error) {
      this.#last = lastBefore;
      this.#opened = openedBefore;
      throw error;
    }
  }

  #attempt(group: Group, request: Waiting, carefully: boolean): Answer {
    const light = request.call === 'append' && Group.isLight(request), saved = carefully && !light;
    const before = group.before, changes = carefully || light ? null : this.#changes;
    if (saved) run(this.#db, 'SAVEPOINT attempt');
    try {
      const ok = this.#perform(group, request);
      if (saved) run(this.#db, 'RELEASE attempt');
      return { id: request.id, ok };
    } catch (error) {
      // A full disk or the like ends the whole transaction; then so does the group.
      if (!this.#db.inTransaction) throw error;
      if (saved) {
        run(this.#db, 'ROLLBACK TO attempt');
        run(this.#db, 'RELEASE attempt');
      }
      if (changes !== null && this.#changes !== changes) throw new HalfDone();
      group.restore(before);
      return { id: request.id, error: toPlain(storeError(error, this.#file)) };
    }
  }

  #perform(group: Group, request: Waiting): Answers[Call['call']] {
    switch (request.call) {
      case 'append': {
        const { expected } = request;
        if (expected !== null && 'head' in expected) group.expectHead(expected.head);
        else if (expected !== null && (expected.after !== this.#last.id || group.head.event !== this.#last.event)) throw new AcumenError('store-moved', 'What this was planned on was not stored, or is not the last operation.', 'Read the new state and try again.', {});
        const appended = group.append(request);
        this.#last = { id: request.id, event: group.head.event };
        return appended;
      }
      case 'begin-import': {
        const draft = group.beginImport({ base: request.base, grain: request.grain, globs: request.globs }, request.packed);
        this.#opened = { id: request.id, draft };
        return draft;
      }
      case 'stage': {
        const { draft, packed } = request;
        if (typeof draft === 'number') return group.stage(draft, packed, false);
        if (draft.begun !== this.#opened.id) throw new AcumenError('store-moved', 'The import that this belongs to was not begun.', 'Import again.', {});
        return group.stage(this.#opened.draft, packed, true);
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

  /** Rows that this connection has changed, ever. */
  get #changes(): number { return one<{ n: number }>(this.#db, 'SELECT total_changes() AS n')!.n; }
}

let serving: Serving | null = null;
/** what is done until the first call comes */
let practising = workerData === FIRST ? practice((image) => port.postMessage({ kind: 'image', bytes: image } satisfies FromWriter, [image.buffer])) : null;
if (practising !== null) setImmediate(practise);

function stopPractising(): void {
  practising?.return();
  practising = null;
}
function practise(): void {
  try {
    if (practising?.next().done === false) { setImmediate(practise); return; }
  } catch {
    // whatever it was, whose store it happens to is told
  }
  practising = null;
}

port.on('message', (first: ToWriter) => {
  hear(first);
  for (let next; (next = receiveMessageOnPort(port)) !== undefined;) hear(next.message as ToWriter);
  while (serving?.next() === true);
});

function hear(message: ToWriter): void {
  // Where there is none, it could not be opened, and who called has heard why.
  if (!('open' in message)) {
    stopPractising();
    serving?.hear(message);
    return;
  }
  if (serving !== null) throw bug('a writer is given a second store');
  try {
    serving = new Serving(message.open);
    send({ kind: 'ready' });
  } catch (error) {
    stopPractising();
    send({ kind: 'failed', error: toPlain(storeError(error, message.open.file)) });
    port.close();
  }
}

function raise(): never {
  throw bug('the writer was loaded outside a worker thread');
}
