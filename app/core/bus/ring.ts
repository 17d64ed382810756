// One way for records between two threads: a ring in shared memory with one producer and one consumer, fixed records of 64 bytes and an arena
// beside them for payloads. What is published is whole: a producer that dies in the middle of a record leaves none. What a record means is encoding.ts's.
import { bug } from '../errors.ts';

/** Bytes of a record, and the same in words of Int32Array and Float64Array. */
export const RECORD = 64, WORDS = RECORD / 4, DOUBLES = RECORD / 8;
/**
 * Words within a record: Float64 0 is its time; then tag (low byte: kind), label, the payload's place in the arena and its length; VALUES is
 * the first of five Float64. The place counts on for ever, modulo 2^32, and is there without a payload too: from it the arena's free part is known.
 */
export const TAG = 2, LABEL = 3, PLACE = 4, LENGTH = 5, VALUES = 3;
/** Values a record has beside its payload. */
export const VALUE_COUNT = DOUBLES - VALUES;

/** Words that both sides write, each on a line of the cache of its own. */
const HEAD = 0, TAIL = 16, WAITING = 32, CLOSED = 48, DROPPED = 64, HEADER = 128;
/** A producer that waits looks again after so many milliseconds: the consumer's thread may have gone without a word. */
const LOOK_AGAIN = 100;
/** Share of the ring that goes at once when the oldest are dropped: one by one, the consumer would lose every race. */
const DROP_SHARE = 8;

/** May be posted to a thread as it is. `records` and `arena` (bytes) are powers of two. */
export interface RingMemory { readonly shared: SharedArrayBuffer; readonly records: number; readonly arena: number }

const isPower = (n: number): boolean => Number.isInteger(n) && n > 0 && (n & (n - 1)) === 0;

/** `start`: where the counts begin; tests begin close to their wraparound. */
export function ringMemory(records: number, arena: number, start = 0): RingMemory {
  if (!isPower(records) || !isPower(arena)) throw bug('a ring has powers of two', { records, arena });
  const shared = new SharedArrayBuffer(HEADER * 4 + records * RECORD + arena);
  const words = new Int32Array(shared);
  words[HEAD] = words[TAIL] = start;
  return { shared, records, arena };
}

/** Wakes one consumer of many rings. The first word counts, the second says that it sleeps. */
export type BellMemory = SharedArrayBuffer;
export const bellMemory = (): BellMemory => new SharedArrayBuffer(8);

/** Wakes who sleeps. What was published before is not slept over: all these accesses are sequentially consistent, so one side sees the other's. */
export function ring(bell: Int32Array): void {
  if (Atomics.load(bell, 1) === 0 || Atomics.exchange(bell, 1, 0) === 0) return;
  Atomics.add(bell, 0, 1);
  Atomics.notify(bell, 0);
}

/**
 * What happens where the ring is full. `wait`: the thread sleeps until there is room (not for threads that must not). `drop`: the oldest go,
 * counted. A function: makes room by itself, as where consumer and producer are one thread.
 */
export type WhenFull = 'wait' | 'drop' | (() => void);

/** The writing end. Claim, fill in, `done`, as often as wanted; then `publish`. Nothing of it allocates. */
export class Producer {
  readonly ints: Int32Array;
  readonly floats: Float64Array;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** where in `bytes` the payload of the claimed record goes */
  payloadAt = 0;
  readonly #bell: Int32Array;
  readonly #whenFull: WhenFull;
  readonly #records: number;
  readonly #arena: number;
  readonly #arenaStart: number;
  #head: number;
  /** as last seen; the consumer may be further */
  #tail: number;
  #published: number;
  /** counts of the arena's bytes: taken, and free again */
  #taken = 0;
  #freed = 0;
  #place = 0;

  constructor({ shared, records, arena }: RingMemory, bell: BellMemory, whenFull: WhenFull) {
    this.ints = new Int32Array(shared);
    this.floats = new Float64Array(shared);
    this.bytes = new Uint8Array(shared);
    this.view = new DataView(shared);
    this.#bell = new Int32Array(bell);
    this.#whenFull = whenFull;
    this.#records = records;
    this.#arena = arena;
    this.#arenaStart = HEADER * 4 + records * RECORD;
    this.#head = this.#published = Atomics.load(this.ints, HEAD);
    this.#tail = Atomics.load(this.ints, TAIL);
    if (this.#tail !== this.#head) throw bug('a ring has one producer, from its beginning');
  }

  /** Bytes of the largest payload: of an empty arena half is free in one piece wherever it was left. */
  get largest(): number { return this.#arena >>> 1; }

  /**
   * The record to fill in, as an index into `ints` (half of it into `floats`), with so many bytes for its payload at `payloadAt`; -1 where the
   * consumer has closed. Time, tag, label and values are the caller's; a record claimed and not `done` is claimed again.
   */
  claim(payload = 0): number {
    if (!this.#fits(payload) && !this.#makeRoom(payload)) return -1;
    return HEADER + (this.#head & (this.#records - 1)) * WORDS;
  }

  /** The claimed record is complete, with so many of the bytes asked for. */
  done(payload = 0): void {
    const at = HEADER + (this.#head & (this.#records - 1)) * WORDS;
    this.ints[at + PLACE] = this.#place;
    this.ints[at + LENGTH] = payload;
    this.#taken = (this.#place + payload) | 0;
    this.#head = (this.#head + 1) | 0;
  }

  /**
   * Shows the consumer what is done. True: it will be taken (or dropped and counted, where the lane may), however slow the consumer; false:
   * the consumer has closed and may not have seen the last of it.
   */
  publish(): boolean {
    if (this.#published !== this.#head) {
      this.#published = this.#head;
      Atomics.store(this.ints, HEAD, this.#head);
      ring(this.#bell);
    }
    return Atomics.load(this.ints, CLOSED) === 0;
  }

  #fits(payload: number): boolean {
    if (((this.#head - this.#tail) | 0) >= this.#records) return false;
    const offset = this.#taken & (this.#arena - 1);
    const place = payload === 0 || offset + payload <= this.#arena ? this.#taken : (this.#taken + this.#arena - offset) | 0;
    if (((place + payload - this.#freed) | 0) > this.#arena) return false;
    this.#place = place;
    this.payloadAt = this.#arenaStart + (place & (this.#arena - 1));
    return true;
  }

  #makeRoom(payload: number): boolean {
    if (payload > this.largest) throw bug('a payload is larger than half of its arena', { payload, arena: this.#arena });
    const { ints } = this;
    for (;;) {
      const tail = this.#tail = Atomics.load(ints, TAIL);
      this.#freed = tail === this.#head ? this.#taken : ints[HEADER + (tail & (this.#records - 1)) * WORDS + PLACE]!;
      if (this.#fits(payload)) return true;
      if (Atomics.load(ints, CLOSED) !== 0) return false;
      this.publish();
      if (this.#whenFull === 'drop') {
        const many = Math.min(Math.max(1, this.#records / DROP_SHARE), (this.#head - tail) | 0);
        if (Atomics.compareExchange(ints, TAIL, tail, (tail + many) | 0) === tail) Atomics.add(ints, DROPPED, many);
      } else if (this.#whenFull === 'wait') {
        Atomics.store(ints, WAITING, 1);
        if (Atomics.load(ints, CLOSED) === 0) Atomics.wait(ints, TAIL, tail, LOOK_AGAIN);
        Atomics.store(ints, WAITING, 0);
      } else {
        this.#whenFull();
        if (Atomics.load(ints, TAIL) === tail && Atomics.load(ints, CLOSED) === 0) throw bug('a full ring was not emptied');
      }
    }
  }
}

/** Records copied out of rings, with their payloads in one piece: made once, filled again and again. */
export class Batch {
  readonly capacity: number;
  readonly ints: Int32Array;
  readonly floats: Float64Array;
  /** of the records alone */
  readonly records: Uint8Array;
  payload: Uint8Array;
  count = 0;
  /** bytes of `payload` in use */
  payloadLength = 0;
  /** count of the arena's bytes at which `payload` begins */
  #base = 0;

  constructor(capacity: number, payload = 0) {
    const buffer = new ArrayBuffer(capacity * RECORD);
    this.capacity = capacity;
    this.ints = new Int32Array(buffer);
    this.floats = new Float64Array(buffer);
    this.records = new Uint8Array(buffer);
    this.payload = new Uint8Array(payload);
  }

  /** Where in `payload` that of the i-th record begins; it is `lengthOf(i)` long. */
  payloadOf(i: number): number { return (this.ints[i * WORDS + PLACE]! - this.#base) | 0; }
  lengthOf(i: number): number { return this.ints[i * WORDS + LENGTH]!; }
  kindOf(i: number): number { return this.ints[i * WORDS + TAG]! & 255; }

  /** Records and payload that were kept together, their places counted from the payload's beginning. */
  static of(records: Uint8Array, payload: Uint8Array): Batch {
    const batch = new Batch(records.length / RECORD);
    batch.records.set(records);
    batch.payload = payload;
    batch.filled(batch.capacity, 0, payload.length);
    return batch;
  }

  /** `base`: the place of the first record. */
  filled(count: number, base: number, payloadLength: number): void {
    this.count = count;
    this.#base = base;
    this.payloadLength = payloadLength;
  }
}

/** The reading end. */
export class Consumer {
  readonly #ints: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #records: number;
  readonly #arena: number;
  readonly #arenaStart: number;
  #headSeen: number;
  #droppedSeen = 0;
  #published = 0;
  #dropped = 0;

  constructor({ shared, records, arena }: RingMemory) {
    this.#ints = new Int32Array(shared);
    this.#bytes = new Uint8Array(shared);
    this.#records = records;
    this.#arena = arena;
    this.#arenaStart = HEADER * 4 + records * RECORD;
    this.#headSeen = Atomics.load(this.#ints, TAIL);
  }

  get capacity(): number { return this.#records; }
  /** In all, as of now: published, and dropped from among them. */
  get counts(): { readonly published: number; readonly dropped: number } {
    this.#count(Atomics.load(this.#ints, HEAD));
    return { published: this.#published, dropped: this.#dropped };
  }
  /** Records published and not yet taken. */
  get depth(): number { return (Atomics.load(this.#ints, HEAD) - Atomics.load(this.#ints, TAIL)) | 0; }

  /**
   * Moves up to `most` records into the batch and makes room for as many; how many. They are copied before they are taken: where the
   * producer dropped some of them meanwhile, what was copied may be torn, and it is done again.
   */
  take(batch: Batch, most = batch.capacity): number {
    const ints = this.#ints;
    let limit = Math.min(most, batch.capacity);
    for (;;) {
      const tail = Atomics.load(ints, TAIL), head = Atomics.load(ints, HEAD);
      this.#count(head);
      const many = Math.min((head - tail) | 0, limit);
      if (many <= 0) { batch.count = 0; return 0; }
      this.#copy(batch, tail, many);
      if (Atomics.compareExchange(ints, TAIL, tail, (tail + many) | 0) !== tail) { limit = Math.max(1, limit >> 1); continue; }
      if (Atomics.load(ints, WAITING) !== 0) Atomics.notify(ints, TAIL);
      return many;
    }
  }

  /** No more is taken: who waits for room, or asks for it later, is told so. */
  close(): void {
    Atomics.store(this.#ints, CLOSED, 1);
    Atomics.notify(this.#ints, TAIL);
  }

  /** The counts in shared memory have 32 bits. */
  #count(head: number): void {
    this.#published += (head - this.#headSeen) | 0;
    this.#headSeen = head;
    const dropped = Atomics.load(this.#ints, DROPPED);
    this.#dropped += (dropped - this.#droppedSeen) | 0;
    this.#droppedSeen = dropped;
  }

  #copy(batch: Batch, tail: number, many: number): void {
    const at = tail & (this.#records - 1), first = Math.min(many, this.#records - at);
    copyBytes(batch.records, 0, this.#bytes, HEADER * 4 + at * RECORD, first * RECORD);
    copyBytes(batch.records, first * RECORD, this.#bytes, HEADER * 4, (many - first) * RECORD);
    const last = (many - 1) * WORDS, base = batch.ints[PLACE]!;
    const length = Math.min(this.#arena, Math.max(0, (batch.ints[last + PLACE]! + batch.ints[last + LENGTH]! - base) | 0));
    if (batch.payload.length < length) batch.payload = new Uint8Array(Math.max(length, 2 * batch.payload.length));
    const from = base & (this.#arena - 1), whole = Math.min(length, this.#arena - from);
    copyBytes(batch.payload, 0, this.#bytes, this.#arenaStart + from, whole);
    copyBytes(batch.payload, whole, this.#bytes, this.#arenaStart, length - whole);
    batch.filled(many, base, length);
  }
}

/** One view for each batch, not for each event. */
function copyBytes(to: Uint8Array, at: number, from: Uint8Array, start: number, length: number): void {
  if (length > 0) to.set(from.subarray(start, start + length), at);
}
