// Operations and their events as bytes, which is what a batch of the log holds: one frame for each call, one after another. Numbers
// follow from places, so a frame can be made before it is known where in the log it will stand. Chain and rows are log.ts's.
//   frame      FRAME, then operations; or STAGED, draft, then events of no operation
//   operation  OPERATION, kind, time since the last one of the frame, target, description, command by the bytes it differs in, number of events
//   event      its kind, bytes that follow, and these
import type { AcuId } from '../../core/bytes.ts';
import { bug } from '../../core/errors.ts';
import type { DomainEvent, Operation, OperationKind, SegmentKey } from '../../core/events.ts';
import { pack, unpack, unpackSegment } from '../../core/segmentKey.ts';
import { HASH, Packing, Unpacking, hex, utf8 } from './packing.ts';
import type { IdOf, NumberOf } from './packing.ts';
import type { NewOperation } from './store.ts';

const FRAME = 64, STAGED = 65, OPERATION = 66;
/** In this order for ever, new ones at the end: an event says its kind by its place here, from 1. */
const kinds = [
  'repository-opened', 'import-started', 'segment-added', 'published', 'publication-changed', 'composition-changed', 'composition-edited',
  'branch-written', 'branch-moving', 'branch-settled', 'recipes-changed', 'open-changed', 'answers-recorded',
] as const satisfies readonly DomainEvent['kind'][];
const operationKinds: readonly OperationKind[] = ['open', 'import', 'compose', 'write-branch', 'undo', 'redo', 'return', 'recipe'];

export type Code = number;
export const codeOf = Object.fromEntries(kinds.map((kind, n) => [kind, n + 1])) as Readonly<Record<DomainEvent['kind'], Code>>;
export const kindOf = (code: Code): DomainEvent['kind'] => kinds[code - 1]!;
/** One bit a kind: a batch says which it has. */
export const maskOf = (...of: readonly DomainEvent['kind'][]): number => of.reduce((mask, kind) => mask | 1 << codeOf[kind], 0);
const SEGMENT_ADDED = codeOf['segment-added'], COMPOSED = codeOf['composition-changed'], EDITED = codeOf['composition-edited'];

const NOTHING = new Uint8Array(0);

export class Encoder extends Packing {
  #time = 0;
  /** of what was written since the frame began */
  mask = 0;

  constructor() { super(1 << 14); }

  /** Bytes that are no part of a frame: where they lie. */
  beside(bytes: Uint8Array): readonly [from: number, to: number] {
    const from = this.at;
    this.put(bytes);
    return [from, this.at];
  }

  frame(): void {
    this.ensure(1);
    this.bytes[this.at++] = FRAME;
    this.#time = 0;
    this.mask = 0;
  }

  staged(draft: number | null): void {
    this.ensure(16);
    this.bytes[this.at++] = STAGED;
    this.number(draft ?? 0);
    this.mask = 0;
  }

  operation({ kind, time, target, description, command }: NewOperation, events: number): void {
    if (!Number.isSafeInteger(time)) throw bug('an operation at no whole millisecond', { time });
    if (events === 0) throw bug('an operation without events');
    this.ensure(48);
    this.bytes[this.at++] = OPERATION;
    this.bytes[this.at++] = operationKinds.indexOf(kind);
    this.signed(time - this.#time);
    this.#time = time;
    this.number(target ?? 0);
    this.text(description);
    this.ensure(32);
    if (command === null) this.bytes[this.at++] = 0;
    else {
      // Whole: `compact` tells it by what it has in common with the last one.
      this.bytes[this.at++] = 1;
      this.bytes[this.at++] = 0;
      this.text(command);
    }
    this.ensure(16);
    this.number(events);
  }

  /** A segment's body travels beside it; its key is filled in by whoever stores it (`Cursor.key`). */
  event(event: DomainEvent, numberOf: NumberOf): void {
    const code = codeOf[event.kind];
    this.mask |= 1 << code;
    switch (event.kind) {
      case 'segment-added': return this.segment(event.segment.acu);
      case 'composition-changed': {
        const { id, name, base, acus } = event.composition;
        const start = this.#begin(code);
        this.text(id);
        this.text(name);
        this.text(base);
        this.ensure(16);
        this.number(acus.length);
        for (const acu of acus) this.acu(acu, numberOf);
        return this.#end(start);
      }
      case 'composition-edited': {
        const { gone, come, at, base } = event.change;
        const start = this.#begin(code);
        this.ensure(32 + 8 * gone.length);
        this.number(2 * gone.length + (base === undefined ? 0 : 1));
        for (let i = 0, last = 0; i < gone.length; i++) { this.number(gone[i]! - last); last = gone[i]!; }
        this.number(come.length);
        for (let i = 0, last = 0; i < come.length; i++) {
          this.acu(come[i]!, numberOf);
          this.number(at[i]! - last);
          last = at[i]!;
        }
        if (base !== undefined) this.text(base);
        return this.#end(start);
      }
      default: {
        const { kind: _, ...rest } = event;
        this.packed(code, pack(rest));
      }
    }
  }

  packed(code: Code, payload: Uint8Array): void {
    this.mask |= 1 << code;
    this.ensure(16);
    this.bytes[this.at++] = code;
    this.number(payload.length);
    this.put(payload);
  }

  segment(acu: AcuId | null, key: SegmentKey | null = null): void {
    this.mask |= 1 << SEGMENT_ADDED;
    const length = acu === null ? HASH : 2 * HASH;
    this.ensure(2 + length);
    this.bytes[this.at++] = SEGMENT_ADDED;
    this.bytes[this.at++] = length;
    this.bytes.fill(0, this.at, this.at + HASH);
    if (key !== null) this.bytes.write(key, this.at, 'hex');
    this.at += HASH;
    if (acu !== null) this.hash(acu);
  }

  #begin(code: Code): number {
    this.ensure(8);
    this.bytes[this.at++] = code;
    return this.at++;
  }

  /** Its length in front of it: one byte was left for that. */
  #end(start: number): void {
    const length = this.at - start - 1;
    if (length < 128) { this.bytes[start] = length; return; }
    this.ensure(8);
    let more = 0;
    for (let n = length; n >= 128; n = Math.floor(n / 128)) more++;
    this.bytes.copyWithin(start + 1 + more, start + 1, this.at);
    const end = this.at + more;
    this.at = start;
    this.number(length);
    this.at = end;
  }
}

/**
 * A frame's commands by the bytes that each has in common with the one before, at both ends: most name a set that differs in one. The frame
 * as it is where it has but one operation.
 */
export function compact(frame: Uint8Array): Uint8Array {
  if (frame[0] !== FRAME) return frame;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength), out = Buffer.allocUnsafe(frame.length + 16);
  let at = 1, copied = 0, written = 0, operations = 0;
  let before = 0, beforeEnd = 0;
  const number = (): number => {
    let byte = frame[at++]!;
    if (byte < 0x80) return byte;
    let n = byte & 0x7f;
    for (let scale = 128; ; scale *= 128) {
      byte = frame[at++]!;
      n += (byte & 0x7f) * scale;
      if (!(byte >= 0x80)) return n;
    }
  };
  const put = (n: number): void => {
    for (; n >= 0x80; n >>>= 7) out[written++] = n & 0x7f | 0x80;
    out[written++] = n;
  };
  while (at < frame.length) {
    if (frame[at++] !== OPERATION) { const length = number(); at += length; continue; }
    operations++;
    at++;
    number();
    number();
    const text = number();
    at += text;
    const start = at;
    if (number() > 0) {
      number();
      const length = number(), from = at, to = at + length, shift = beforeEnd - to, most = Math.min(length, beforeEnd - before);
      let head = 0;
      while (head + 4 <= most && view.getInt32(from + head) === view.getInt32(before + head)) head += 4;
      while (head < most && frame[from + head] === frame[before + head]) head++;
      let end = to;
      const least = to - most + head;
      while (end - 4 >= least && view.getInt32(end - 4) === view.getInt32(end - 4 + shift)) end -= 4;
      while (end > least && frame[end - 1] === frame[end - 1 + shift]) end--;
      const middle = end - from - head;
      written += copy(frame, copied, start, out, written);
      put(head + 1);
      put(to - end);
      put(middle);
      written += copy(frame, from + head, end, out, written);
      copied = at = to;
      before = from;
      beforeEnd = to;
    }
    number();
  }
  if (operations < 2) return frame;
  written += copy(frame, copied, frame.length, out, written);
  return out.subarray(0, written);
}

/** For the few bytes that these mostly are, a loop is faster than asking the machine. */
function copy(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): number {
  if (end - start > 256) to.set(from.subarray(start, end), at);
  else for (let i = start, o = at; i < end; i++, o++) to[o] = from[i]!;
  return end - start;
}

/** Goes through a batch event by event, making nothing of what it passes over. Throws `bug` at bytes that no encoder made. */
export class Cursor extends Unpacking {
  #left = 0;
  #time = 0;
  #line = NOTHING;
  readonly #heard: ((operation: Operation) => void) | null;
  /** of the event that `next` came to: its place in the log, its operation (0: none) and its draft (0: none), its kind, its bytes */
  seq: number; operation = 0; draft = 0; code: Code = 0; from = 0; to = 0;
  /** the last operation begun, and the last event of one */
  lastOperation: number; lastEvent = 0;
  mask = 0;

  /** `seq`, `operation`: the last ones before it. `heard`: hears each operation as it begins, which takes reading its words. */
  constructor(bytes: Uint8Array, seq: number, operation: number, heard: ((operation: Operation) => void) | null = null) {
    super(bytes);
    this.seq = seq;
    this.lastOperation = operation;
    this.#heard = heard;
  }

  next(): boolean {
    const bytes = this.bytes;
    for (;;) {
      if (this.at >= bytes.length) {
        if (this.at > bytes.length || this.#left > 0) throw bug('a batch of the log ends amid an event');
        return false;
      }
      const tag = bytes[this.at++]!;
      if (tag === OPERATION) { this.#operation(); continue; }
      if (tag >= FRAME) {
        if (this.#left > 0 || tag > OPERATION) throw bug('a batch of the log is not as it is written', { tag });
        this.#time = 0;
        this.#line = NOTHING;
        this.operation = 0;
        this.draft = tag === STAGED ? this.number() : 0;
        continue;
      }
      if (tag === 0 || tag > kinds.length) throw bug('an event of no known kind', { tag });
      const length = this.number();
      this.seq++;
      this.code = tag;
      this.mask |= 1 << tag;
      this.from = this.at;
      this.to = this.at += length;
      if (this.operation > 0) {
        if (--this.#left < 0) throw bug('an operation has more events than it says');
        this.lastEvent = this.seq;
      }
      return true;
    }
  }

  #operation(): void {
    if (this.#left > 0) throw bug('an operation has fewer events than it says');
    const kind = operationKinds[this.bytes[this.at++]!], time = this.number();
    this.#time += time % 2 === 0 ? time / 2 : -(time + 1) / 2;
    const target = this.number();
    this.operation = ++this.lastOperation;
    if (this.#heard === null) {
      let length = this.number();
      this.at += length;
      if (this.number() > 0) {
        this.number();
        length = this.number();
        this.at += length;
      }
      this.#left = this.number();
      return;
    }
    const description = this.text(), head = this.number();
    let command: string | null = null;
    if (head > 0) {
      const tail = this.number(), before = this.#line, length = this.number(), from = this.at;
      this.at += length;
      this.#line = Buffer.concat([before.subarray(0, head - 1), this.bytes.subarray(from, this.at), before.subarray(before.length - tail)]);
      command = utf8.decode(this.#line);
    }
    this.#left = this.number();
    if (kind === undefined || this.#left === 0) throw bug('an operation that is not as it is written');
    this.#heard({ id: this.operation, kind, description, time: this.#time, target: target === 0 ? null : target, command, firstEvent: this.seq + 1, lastEvent: this.seq + this.#left });
  }

  get payload(): Uint8Array { return this.bytes.subarray(this.from, this.to); }

  /** Of `segment-added`. */
  get key(): SegmentKey { return hex(this.bytes, this.from, this.from + HASH); }
  get acu(): AcuId | null { return this.to - this.from === HASH ? null : hex(this.bytes, this.from + HASH, this.to) as AcuId; }
  fillKey(key: SegmentKey): void { this.bytes.set(Buffer.from(key, 'hex'), this.from); }

  /** Reads the event's own parts: from its beginning, or where the last one ended. */
  rewind(): void { this.at = this.from; }
  /** After the event, for `next`. */
  leave(): void {
    if (this.at !== this.to) throw bug('an event of another length than it says', { seq: this.seq });
  }

  decode(body: (seq: number, key: SegmentKey) => Uint8Array, idOf: IdOf): DomainEvent {
    const acu = (): AcuId => this.acuBy(idOf);
    switch (this.code) {
      case SEGMENT_ADDED: {
        const { key } = this;
        return { kind: 'segment-added', key, segment: unpackSegment(body(this.seq, key)) };
      }
      case COMPOSED: {
        this.rewind();
        const composition = { id: this.text(), name: this.text(), base: this.text() as never, acus: Array.from({ length: this.number() }, acu) };
        this.leave();
        return { kind: 'composition-changed', composition };
      }
      case EDITED: {
        this.rewind();
        const head = this.number(), gone: number[] = [], come: AcuId[] = [], at: number[] = [];
        for (let i = head >> 1, last = 0; i > 0; i--) gone.push(last += this.number());
        for (let i = this.number(), last = 0; i > 0; i--) { come.push(acu()); at.push(last += this.number()); }
        const change = { gone, come, at, ...(head & 1) === 1 && { base: this.text() as never } };
        this.leave();
        return { kind: 'composition-edited', change };
      }
      default: return { kind: kindOf(this.code), ...(unpack(this.payload) as object) } as DomainEvent;
    }
  }

  /** Of an event whose bytes are MessagePack. */
  facts<K extends DomainEvent['kind']>(kind: K): Extract<DomainEvent, { kind: K }> {
    if (kindOf(this.code) !== kind) throw bug('an event is taken for one of another kind');
    return { kind, ...(unpack(this.payload) as object) } as Extract<DomainEvent, { kind: K }>;
  }
}

