// A `Store` on one SQLite file that is open and proved: reads on the calling thread, writes through the writer's, and a watch on what
// other processes commit. Opening is store.ts's, which has the interface too.
import { Worker } from 'node:worker_threads';
import type { AcuId, Oid } from '../../core/bytes.ts';
import type { DomainEvent, Operation, PlannedOperation, Published, SegmentKey, WorkspaceState } from '../../core/events.ts';
import { AcumenError, bug } from '../../core/errors.ts';
import type { ConflictEdge, Grain, Segment } from '../../core/model.ts';
import { packSegment } from '../../core/segmentKey.ts';
import type { RefMove } from '../../core/undo.ts';
import { packConflicts } from './conflictPages.ts';
import { guarded, storeError, type ReadDb } from './connection.ts';
import { Encoder } from './frames.ts';
import { publishedKey, segmentKeyOf, unsettled } from './log.ts';
import { Nearby, type NumberOf } from './packing.ts';
import { textOf } from './piece.ts';
import { carried, fromPlain, type Answers, type Appending, type AppendRequest, type Call, type FromFsck, type Opening, type PackedExtra, type Settled, type Span } from './protocol.ts';
import { leaveAlone } from './proof.ts';
import * as reads from './reads.ts';
import type { Appended, Extra, FsckReport, Head, LogPlace, NewOperation, PlannedOn, Replica, Store, StoredEvent } from './store.ts';
import { viewDigests } from './views.ts';
import { workerUrl } from './spare.ts';
import { died, type Writer } from './writer.ts';

/** How often other processes' commits are looked for while somebody listens (design.md §5), in milliseconds. */
const WATCH_MS = 250;

/** ACUs whose numbers are kept: some hundred bytes each. */
const MOST_NUMBERS = 100_000;

/** fsck of a file, in a thread of its own. */
export function checked(path: string, busyMs: number): Promise<FsckReport> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerUrl('fsck.worker'), { workerData: { file: path, busyMs } satisfies Opening });
    worker.once('message', (message: FromFsck) => message.kind === 'report' ? resolve(message.report) : reject(fromPlain(message.error)));
    worker.once('error', (error) => reject(died(error)));
    worker.once('exit', () => reject(died(null)));
  });
}

/** What the log holds of operations that it has from this place on. */
export function placed(operations: readonly Appended[], { operation: id, event }: LogPlace): Operation[] {
  let next = event;
  return operations.map(({ operation, events }, n) => {
    const { kind, description, time, target, command } = spoken(operation), firstEvent = next;
    next += events.length;
    return { id: id + n, kind, description, time, target, command, firstEvent, lastEvent: next - 1 };
  });
}

/** With what it says in one piece. */
function spoken(operation: NewOperation): PlannedOperation {
  const { description, command } = operation;
  return { ...operation, description: textOf(description, ''), command: command === null ? null : textOf(command, ' ') };
}

/** Nothing where nothing travels beside it. */
function packedExtra(at: number, { changed, conflicts, replica, blobs = [] }: Extra, numberOf: NumberOf, numbersIn: (ids: readonly AcuId[]) => number[]): PackedExtra[] {
  if (changed === undefined && conflicts === undefined && replica === undefined && blobs.length === 0) return [];
  return [{
    at, conflicts: changed !== undefined ? packConflicts(changed.conflicts, changed.acus, numberOf, numbersIn) : conflicts === undefined ? null : packConflicts(conflicts),
    replica: replica === undefined ? null : { ...replica, bytes: new Uint8Array(replica.bytes) },
    blobs: blobs.map(({ oid, bytes }) => ({ oid, bytes: new Uint8Array(bytes) })),
  }];
}

export class SqliteStore implements Store {
  readonly file: string;
  readonly readOnly: boolean;
  readonly #busyMs: number;
  readonly #db: ReadDb;
  readonly #writer: Writer | null;
  /** to leave the file alone behind us */
  readonly #tidy: boolean;
  /** keys of segments read here, and packed forms of those about to be staged */
  readonly #keys = new WeakMap<Segment, SegmentKey>();
  readonly #packed = new WeakMap<Segment, Uint8Array>();
  readonly #numbers = new Map<AcuId, number>();
  readonly #near = new Nearby();
  /** the same by the places of ids in an engine's list of them */
  readonly #numbersBy = new WeakMap<readonly AcuId[], number[]>();
  /** on their way to the writer: nobody need ask the file for their numbers */
  readonly #coming = new Set<AcuId>();
  /** what an `append` answered, by the call it is a part of */
  readonly #calls = new WeakMap<Promise<unknown>, Promise<unknown>>();
  readonly #listeners = new Set<(head: Head) => void>();
  #watch: NodeJS.Timeout | null = null;
  #seenVersion: number;
  /** the last operation that is ours or was told to the listeners */
  #seenOperation: number;
  #closing: Promise<void> | null = null;

  constructor(file: string, busyMs: number, db: ReadDb, writer: Writer | null, tidy: boolean) {
    this.file = file;
    this.readOnly = writer === null;
    this.#busyMs = busyMs;
    this.#db = db;
    this.#writer = writer;
    this.#tidy = tidy;
    this.#seenVersion = this.dataVersion();
    this.#seenOperation = reads.head(db).operation;
    if (writer !== null) writer.onCommit = (before, after) => {
      // Our own operations follow each other without a gap, unless another process came between.
      const foreign = before.operation > this.#seenOperation;
      this.#seenOperation = Math.max(this.#seenOperation, after.operation);
      if (foreign) this.#tell(after);
    };
  }

  append(operation: NewOperation, events: readonly DomainEvent[], extra?: Extra, on?: PlannedOn): Promise<Operation> {
    const all = this.appendAll([{ operation, events, ...extra !== undefined && { extra } }], on);
    const one = all.then((place) => placed([{ operation, events }], place)[0]!);
    this.#calls.set(one, this.#calls.get(all) ?? all);
    return one;
  }

  appendAll(operations: readonly Appended[], on?: PlannedOn): Promise<LogPlace> {
    try {
      const writer = this.#writable(), { frames } = writer, from = frames.length, brought: AcuId[] = [];
      const { kinds, bodies, extras } = this.#request(operations, frames, brought), beside = (bytes: Uint8Array): Span => frames.beside(bytes);
      const expected = on === undefined ? null : typeof on === 'number' ? { head: on } : { after: writer.idOf(this.#calls.get(on) ?? on) };
      const call = writer.call({
        call: 'append', expected, frame: [from, frames.length], kinds, bodies: bodies.map(beside),
        extras: extras.map((extra) => ({ ...extra, conflicts: extra.conflicts === null ? null : carried(extra.conflicts, beside) })),
      }, extras.flatMap(({ replica, blobs }) => [...blobs.map(({ bytes }) => bytes), ...(replica === null ? [] : [replica.bytes])]));
      const answer = call.then((first) => { this.#arrived(brought); return first; }, (error: Error) => { this.#arrived(brought); throw error; });
      this.#calls.set(answer, call);
      return answer;
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  /**
   * Writes a frame. Bytes are copied (a Buffer's own slice would not be one): a view's clone would carry its whole buffer, and the caller's stay
   * the caller's. `brought` takes the ACUs that come with it, until `arrived`.
   */
  #request(operations: readonly Appended[], frames: Encoder, brought: AcuId[]): Appending {
    const bodies: Uint8Array[] = [], extras: PackedExtra[] = [], start = frames.length;
    try {
      frames.frame();
      for (let at = 0; at < operations.length; at++) {
        const { operation, events, extra } = operations[at]!;
        frames.operation(operation, events.length);
        for (const event of events) {
          frames.event(event, this.#numberOf);
          if (event.kind !== 'segment-added') continue;
          bodies.push(this.#pack([event.segment])[0]!);
          if (event.segment.acu === null) continue;
          brought.push(event.segment.acu);
          this.#coming.add(event.segment.acu);
        }
        if (extra !== undefined) extras.push(...packedExtra(at, extra, this.#numberOf, this.#numbersIn));
      }
      return { kinds: frames.mask, bodies, extras };
    } catch (error) {
      frames.cut(start);
      this.#arrived(brought);
      throw error;
    }
  }

  #arrived(acus: readonly AcuId[]): void { for (const acu of acus) this.#coming.delete(acu); }

  /** An ACU's number where it is stored by now; they never change. */
  readonly #numberOf = (id: AcuId): number => {
    const near = this.#near.get(id);
    if (near > 0) return near;
    let number = this.#numbers.get(id);
    if (number === undefined) {
      if (this.#coming.has(id)) return 0;
      number = reads.numberOf(this.#db, id);
      if (number === 0) return 0;
      if (this.#numbers.size >= MOST_NUMBERS) this.#numbers.clear();
      this.#numbers.set(id, number);
    }
    this.#near.set(id, number);
    return number;
  };

  readonly #numbersIn = (ids: readonly AcuId[]): number[] => {
    let numbers = this.#numbersBy.get(ids);
    if (numbers === undefined) this.#numbersBy.set(ids, (numbers = []));
    return numbers;
  };

  async appendMoving(operation: NewOperation, events: readonly DomainEvent[], extra: Extra, expectHead: number, { ref, expected, next }: RefMove, move: () => Promise<() => Promise<void>>): Promise<Operation> {
    const intent: DomainEvent = { kind: 'branch-moving', ref, before: expected, after: next, operation: spoken(operation), events };
    const blobs = (extra.blobs ?? []).map(({ oid, bytes }) => ({ oid, bytes: new Uint8Array(bytes) }));
    const moving = await this.#write({ call: 'intend', moving: intent, blobs, expectHead }, blobs.map((b) => b.bytes));
    // Not the news: the next opening finds the branch where it was, too.
    const drop = (): Promise<unknown> => this.#write({ call: 'settle', append: null, settled: [{ moving, outcome: 'dropped' }] }).catch(() => undefined);
    let takeBack: () => Promise<void>;
    try {
      await this.#write({ call: 'hold', moving, expectHead });
      takeBack = await move();
    } catch (error) {
      await drop();
      throw error;
    }
    try {
      const done = [{ operation, events, extra: { ...extra, blobs: [] } }];
      return placed(done, (await this.#write({ call: 'settle', append: this.#alone(done), settled: [{ moving, outcome: 'recorded' }] }))!)[0]!;
    } catch (error) {
      // It may be recorded, and nobody have heard so: as after a kill, the next opening finds out.
      if (error instanceof AcumenError && error.code === 'worker-died') throw error;
      await takeBack();
      await drop();
      throw error;
    }
  }

  async settleMoves(found: (ref: string) => Promise<Oid | null>): Promise<number> {
    if ((await this.#read(unsettled)).length === 0) return 0;
    await this.#write({ call: 'hold', moving: null, expectHead: null });
    let append: AppendRequest | null = null;
    const settled: Settled[] = [];
    try {
      const { event: last } = await this.head();
      for (const { seq, event: { ref, before, after, operation, events } } of await this.#read(unsettled)) {
        const now = await found(ref);
        // Two in one go would need two operations: the other one's turn comes with the next call.
        if (now === after && append !== null) continue;
        if (now === after) append = this.#found(operation, last < seq ? events : null, events);
        settled.push({ moving: seq, outcome: now === after ? 'recorded' : now === before ? 'dropped' : 'overtaken' });
      }
    } finally {
      await this.#write({ call: 'settle', append, settled });
    }
    return settled.length;
  }

  /** A request that crosses with its own frame. */
  #alone(operations: readonly Appended[]): AppendRequest {
    const frame = new Encoder(), brought: AcuId[] = [], request = this.#request(operations, frame, brought);
    this.#arrived(brought);
    return { ...request, bytes: frame.take() };
  }

  /** As planned where nothing came since (`whole`); else only that the branch was written, for the state has gone on. */
  #found(operation: PlannedOperation, whole: readonly DomainEvent[] | null, planned: readonly DomainEvent[]): AppendRequest {
    const description = `${operation.description} (recorded after an interruption)`;
    if (whole !== null) return this.#alone([{ operation: { ...operation, description }, events: whole }]);
    return this.#alone([{ operation: { ...operation, kind: 'write-branch', target: null, description }, events: planned.filter(({ kind }) => kind === 'branch-written') }]);
  }

  beginImport(start: { readonly base: Oid; readonly grain: Grain; readonly globs: readonly string[] }, first: readonly Segment[] = []): Promise<number> {
    try {
      const writer = this.#writable(), packed = this.#pack(first);
      return writer.call({ call: 'begin-import', base: start.base, grain: start.grain, globs: start.globs, packed }, packed);
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  async stage(draft: number | Promise<number>, segments: readonly Segment[]): Promise<SegmentKey[]> {
    const writer = this.#writable(), packed = this.#pack(segments);
    return writer.call({ call: 'stage', draft: typeof draft === 'number' ? draft : { begun: writer.idOf(draft) }, packed }, packed);
  }

  #pack(segments: readonly Segment[]): Uint8Array[] {
    return segments.map((segment) => {
      const known = this.#packed.get(segment);
      this.#packed.delete(segment);
      return known ?? packSegment(segment);
    });
  }

  keyOf(segment: Segment): SegmentKey {
    let key = this.#keys.get(segment);
    if (key === undefined) {
      const packed = packSegment(segment);
      key = segmentKeyOf(packed);
      this.#keys.set(segment, key);
      this.#packed.set(segment, packed);
    }
    return key;
  }

  async #write<C extends Call>(call: C, moved: readonly ArrayBufferView[] = []): Promise<Answers[C['call']]> {
    return this.#writable().call(call, moved);
  }

  #writable(): Writer {
    if (this.#closing !== null) throw bug('a closed store is written to');
    if (this.#writer === null) throw new AcumenError('store-read-only', 'The store was opened for reading only.', 'Open it for writing.', { file: this.file });
    return this.#writer;
  }

  async #read<T>(query: (db: ReadDb) => T): Promise<T> {
    if (this.#closing !== null) throw bug('a closed store is read');
    return guarded(this.file, () => query(this.#db));
  }

  async *#stream<T>(rows: AsyncIterable<T>): AsyncGenerator<T> {
    try {
      yield* rows;
    } catch (error) {
      throw storeError(error, this.file);
    }
  }

  hasSegments(keys: readonly SegmentKey[]): Promise<Set<SegmentKey>> { return this.#read((db) => reads.hasSegments(db, keys)); }
  reusable(base: Oid, grain: Grain): Promise<ReadonlyMap<Oid, readonly SegmentKey[]>> { return this.#read((db) => reads.reusable(db, base, grain)); }
  head(): Promise<Head> { return this.#read(reads.head); }
  state(): Promise<WorkspaceState> { return this.#read(reads.state); }
  isPublishedAfter(event: number): Promise<boolean> { return this.#read((db) => reads.isPublishedAfter(db, event)); }
  stateAt(operation: number, published?: Published | null): Promise<WorkspaceState> { return this.#read((db) => reads.stateAt(db, operation, published)); }
  async segments(keys: readonly SegmentKey[]): Promise<Segment[]> {
    const segments = await this.#read((db) => reads.segments(db, keys));
    segments.forEach((segment, i) => this.#keys.set(segment, keys[i]!));
    return segments;
  }
  publishedKey(published: Published): string { return publishedKey(published); }
  replica(version: number, state: string): Promise<Uint8Array | null> { return this.#read((db) => reads.replica(db, version, state)); }
  operations(page: { readonly before?: number | null; readonly limit?: number } = {}): Promise<Operation[]> {
    return this.#read((db) => reads.operations(db, page.before ?? null, page.limit ?? Number.MAX_SAFE_INTEGER));
  }
  events(range: { readonly from?: number; readonly to?: number; readonly kinds?: readonly DomainEvent['kind'][] } = {}): AsyncIterable<StoredEvent> {
    return this.#stream(reads.events(this.#db, range.from ?? 1, range.to ?? Number.MAX_SAFE_INTEGER, range.kinds ?? null));
  }
  answers(after: number): ReturnType<Store['answers']> { return this.#read((db) => reads.answers(db, after)); }
  blob(oid: Oid): Promise<Uint8Array | null> { return this.#read((db) => reads.blob(db, oid)); }
  hasBlobs(oids: readonly Oid[]): Promise<Set<Oid>> { return this.#read((db) => reads.hasBlobs(db, oids)); }
  conflicts(): AsyncIterable<ConflictEdge> { return this.#stream(reads.conflicts(this.#db)); }
  async conflictCount(): Promise<number> {
    if (await this.conflictChanges() === 0) return this.#read((db) => reads.conflictGraph(db).count);
    let count = 0;
    for await (const _ of this.conflicts()) count++;
    return count;
  }
  conflictChanges(): Promise<number> { return this.#read(reads.conflictChanges); }
  async keep(operation: number, replica: Replica, conflicts: Iterable<ConflictEdge> | null): Promise<void> {
    await this.#write({ call: 'keep', operation, replica: { ...replica, bytes: new Uint8Array(replica.bytes) }, conflicts: conflicts === null ? null : packConflicts(conflicts) });
  }
  conflictsAt(): Promise<number> { return this.#read((db) => reads.conflictGraph(db).operation); }
  digest(): Promise<Readonly<Record<string, string>>> { return this.#read((db) => db.transaction(() => viewDigests(db)).deferred()); }

  dataVersion(): number {
    return guarded(this.file, () => this.#db.pragma('data_version', { simple: true }) as number);
  }

  onExternalChange(listener: (head: Head) => void): () => void {
    this.#listeners.add(listener);
    this.#watch ??= setInterval(() => this.#look(), WATCH_MS).unref();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#unwatch();
    };
  }

  #look(): void {
    // Between our commit and its acknowledgement our own change would look like another's: then the commit tells (see above).
    if (this.#writer?.busy === true) return;
    let head: Head;
    try {
      const version = this.dataVersion();
      if (version === this.#seenVersion) return;
      head = reads.head(this.#db);
      this.#seenVersion = version;
    } catch {
      // Nobody waits here for an answer. The next tick asks again, and whoever reads meanwhile hears what is wrong.
      return;
    }
    if (head.operation <= this.#seenOperation) return;
    this.#seenOperation = head.operation;
    this.#tell(head);
  }

  #tell(head: Head): void {
    for (const listener of [...this.#listeners]) listener(head);
  }

  #unwatch(): void {
    if (this.#watch !== null) clearInterval(this.#watch);
    this.#watch = null;
  }

  onCommitted(listener: (ms: number, operations: number, work: number) => void): () => void {
    this.#writer?.onTime.add(listener);
    return () => { this.#writer?.onTime.delete(listener); };
  }

  fsck(): Promise<FsckReport> { return checked(this.file, this.#busyMs); }

  close(): Promise<void> {
    this.#closing ??= this.#shut();
    return this.#closing;
  }

  async #shut(): Promise<void> {
    this.#unwatch();
    this.#listeners.clear();
    // The reader first: the writer, closing last, can then fold the whole WAL into the file.
    this.#db.close();
    await this.#writer?.stop();
    if (this.#tidy) leaveAlone(this.file);
  }
}
