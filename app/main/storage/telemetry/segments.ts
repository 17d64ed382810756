// The telemetry log: events of the bus as they came, packed a segment to a row of FILE.telemetry. Appends, reads the newest that fit a
// question, replays in the order of arrival, and lets the oldest go. Which events are kept, and when they are written, is the service's.
import { decode, kindNumber, labelAt, labelOf, laneNumber, lanes, timeOf } from '../../../core/bus/encoding.ts';
import { Batch, DOUBLES, LENGTH, PLACE, RECORD, WORDS } from '../../../core/bus/ring.ts';
import type { BusLane, TelemetryEvent, TelemetryKind } from '../../../core/telemetry.ts';
import { all, each, one, run } from '../sql.ts';
import type { TelemetryFile } from './file.ts';

/** Records of one segment at most. A segment's number times this much, and the place in it, is an event's number. */
const SEGMENT = 4096;
/** Bytes of a segment's payloads at which it is full, so that reading one stays small. */
const PAYLOAD = 1 << 20;
/** Of a body: version, count of records (u32); then the records, then their payloads. */
const VERSION = 1, HEADER = 8;

export interface LoggedEvent { readonly seq: number; readonly at: number; readonly lane: BusLane; readonly event: TelemetryEvent }
export interface LogQuery {
  /** empty: all */ readonly kinds?: readonly TelemetryKind[];
  /** operation, knob, dependency, pool, metric or alert it is about */ readonly subject?: string | null;
  /** milliseconds since the epoch, both inclusive */ readonly from?: number | null; readonly to?: number | null;
}

/** One segment being filled. */
export class Packing {
  readonly #records = new Uint8Array(SEGMENT * RECORD);
  readonly #ints = new Int32Array(this.#records.buffer);
  readonly #floats = new Float64Array(this.#records.buffer);
  #payload = new Uint8Array(1 << 16);
  #length = 0;
  #count = 0;
  #kinds = 0;
  #from = Number.POSITIVE_INFINITY;
  #to = Number.NEGATIVE_INFINITY;

  get count(): number { return this.#count; }

  /** Adds picked records from the k-th on until it is full; the k to go on with. */
  add(batch: Batch, picked: Int32Array, count: number, k = 0): number {
    for (; k < count && this.#count < SEGMENT && this.#length < PAYLOAD; k++) {
      const i = picked[k]!, at = this.#count * WORDS, length = batch.lengthOf(i);
      this.#ints.set(batch.ints.subarray(i * WORDS, (i + 1) * WORDS), at);
      this.#ints[at + PLACE] = this.#length;
      this.#ints[at + LENGTH] = length;
      if (length > 0) {
        if (this.#length + length > this.#payload.length) this.#grow(this.#length + length);
        const from = batch.payloadOf(i);
        this.#payload.set(batch.payload.subarray(from, from + length), this.#length);
        this.#length += length;
      }
      const time = this.#floats[this.#count * DOUBLES]!;
      if (time < this.#from) this.#from = time;
      if (time > this.#to) this.#to = time;
      this.#kinds |= bit(batch.kindOf(i));
      this.#count++;
    }
    return k;
  }

  #grow(least: number): void {
    const grown = new Uint8Array(Math.max(least, 2 * this.#payload.length));
    grown.set(this.#payload);
    this.#payload = grown;
  }

  /** What it holds as a row, and is empty again; null if it is. */
  seal(): Sealed | null {
    if (this.#count === 0) return null;
    const bytes = this.#count * RECORD, body = new Uint8Array(HEADER + bytes + this.#length);
    body[0] = VERSION;
    new DataView(body.buffer).setUint32(4, this.#count, true);
    body.set(this.#records.subarray(0, bytes), HEADER);
    body.set(this.#payload.subarray(0, this.#length), HEADER + bytes);
    const sealed = { count: this.#count, from: Math.floor(this.#from), to: Math.ceil(this.#to), kinds: this.#kinds, body };
    this.#count = this.#length = this.#kinds = 0;
    this.#from = Number.POSITIVE_INFINITY;
    this.#to = Number.NEGATIVE_INFINITY;
    return sealed;
  }
}

export interface Sealed { readonly count: number; readonly from: number; readonly to: number; readonly kinds: number; readonly body: Uint8Array }

/** Kinds from 31 on share a bit. */
const bit = (kind: number): number => 1 << Math.min(kind, 30);

interface Row { readonly rowid: number; readonly from_at: number; readonly to_at: number; readonly body: Uint8Array }

/** The log of one file. */
export class Segments {
  readonly #file: TelemetryFile;
  #next: number | null = null;

  constructor(file: TelemetryFile) { this.#file = file; }

  /** One transaction for all; false where another process held the file: nothing was written. */
  append(sealed: readonly Sealed[]): boolean {
    const { db, writer } = this.#file;
    let next = this.#next ?? this.#file.read(() => one<{ last: number | null }>(db, 'SELECT max(last) AS last FROM segments WHERE writer = ?', writer))?.last ?? 0;
    const isWritten = this.#file.write(() => {
      for (const { count, from, to, kinds, body } of sealed) {
        run(db, 'INSERT INTO segments (writer, first, last, from_at, to_at, kinds, body) VALUES (?, ?, ?, ?, ?, ?, ?)', writer, next + 1, next + count, from, to, kinds, body);
        next += count;
      }
    });
    if (isWritten) this.#next = next;
    return isWritten;
  }

  /** The newest that fit, oldest of them first. */
  tail(query: LogQuery, limit: number): LoggedEvent[] {
    const { from, to, mask } = bounds(query);
    let found: LoggedEvent[] = [];
    if (limit <= 0) return found;
    this.#file.read(() => {
      // segments of several processes lie across each other in time
      for (const row of each<Row>(this.#file.db, 'SELECT rowid, from_at, to_at, body FROM segments WHERE to_at >= ? AND from_at <= ? AND kinds & ? ORDER BY to_at DESC', from, to, mask)) {
        if (found.length >= limit && row.to_at < found[0]!.at) break;
        found = [...found, ...matching(row, query)].sort(byTime).slice(-limit);
      }
    });
    return found;
  }

  /** All that fit and were written behind `after`, in the order of writing: a segment at a time, so the log may grow or be cut while it is read. */
  *replay(query: LogQuery = {}, after = 0): Generator<LoggedEvent, void> {
    const { from, to, mask } = bounds(query);
    let segment = Math.floor(after / SEGMENT);
    for (;;) {
      const row = this.#file.read(() => one<Row>(this.#file.db, 'SELECT rowid, from_at, to_at, body FROM segments WHERE rowid >= ? AND to_at >= ? AND from_at <= ? AND kinds & ? ORDER BY rowid LIMIT 1', segment, from, to, mask));
      if (row === undefined) return;
      for (const event of matching(row, query)) if (event.seq > after) yield event;
      segment = row.rowid + 1;
    }
  }

  /** Lets go of what ended before `before` and of the oldest beyond so many bytes; how many segments. The newest stays, so that numbers only grow. */
  retain(before: number, bytes: number): number {
    const { db } = this.#file;
    let gone = 0;
    this.#file.write(() => {
      const newest = one<{ id: number | null }>(db, 'SELECT max(rowid) AS id FROM segments')!.id;
      if (newest === null) return;
      gone = run(db, 'DELETE FROM segments WHERE to_at < ? AND rowid < ?', before, newest);
      let held = 0, oldest = 0;
      for (const { rowid, size } of all<{ rowid: number; size: number }>(db, 'SELECT rowid, length(body) AS size FROM segments ORDER BY rowid DESC')) {
        held += size;
        if (held > bytes && rowid < newest) { oldest = rowid; break; }
      }
      if (oldest > 0) gone += run(db, 'DELETE FROM segments WHERE rowid <= ?', oldest);
    });
    return gone;
  }
}

const byTime = (a: LoggedEvent, b: LoggedEvent): number => a.at - b.at || a.seq - b.seq;

function bounds({ kinds = [], from, to }: LogQuery): { from: number; to: number; mask: number } {
  return {
    from: Math.floor(from ?? Number.MIN_SAFE_INTEGER), to: Math.ceil(to ?? Number.MAX_SAFE_INTEGER),
    mask: kinds.length === 0 ? 0x7fffffff : kinds.reduce((bits, kind) => bits | bit(kindNumber(kind)), 0),
  };
}

/** Events of a segment that fit, in order. One that nobody can read, damaged or of a newer Acumen, is passed over. */
function* matching({ rowid, body }: Row, { kinds = [], subject = null, from, to }: LogQuery): Generator<LoggedEvent, void> {
  const batch = opened(body);
  if (batch === null) return;
  const wanted = new Set(kinds.map(kindNumber)), label = subject === null ? 0 : labelOf(subject);
  for (let i = 0; i < batch.count; i++) {
    const at = timeOf(batch, i);
    if ((wanted.size > 0 && !wanted.has(batch.kindOf(i))) || (subject !== null && labelAt(batch, i) !== label)) continue;
    if ((from != null && at < from) || (to != null && at > to)) continue;
    const event = decode(batch, i);
    if (event === null || (subject !== null && subjectOf(event) !== subject)) continue;
    yield { seq: rowid * SEGMENT + i, at, lane: lanes[laneNumber(batch, i)] ?? 'analytics', event };
  }
}

/** The whole records of a body: what is damaged may lack some. */
export function opened(body: Uint8Array): Batch | null {
  if (body.length < HEADER || body[0] !== VERSION) return null;
  const count = new DataView(body.buffer, body.byteOffset).getUint32(4, true), end = HEADER + count * RECORD;
  return count > SEGMENT || end > body.length ? null : Batch.of(body.subarray(HEADER, end), body.subarray(end));
}

/** Labels are hashes: two subjects may share one. */
function subjectOf(event: TelemetryEvent): string | null {
  switch (event.kind) {
    case 'operation': return event.operation;
    case 'decision': case 'effect': return event.knob;
    case 'breaker': return event.dependency;
    case 'worker': return event.pool;
    case 'anomaly': case 'regression': return event.metric;
    case 'alert': return event.id;
    case 'product': return event.matrix;
    case 'memory': case 'cache': return null;
  }
}
