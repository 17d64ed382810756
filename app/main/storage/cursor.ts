// Reading what frames.ts writes, and what the programs of formats 8 to 12 wrote: event by event, without making anything of those passed over.
import type { AcuId } from '../../core/bytes.ts';
import { bug } from '../../core/errors.ts';
import type { DomainEvent, Operation, SegmentKey } from '../../core/events.ts';
import { unpack, unpackSegment } from '../../core/segmentKey.ts';
import { EDIT, FEW, FRAME, KIND, ALONE, LATER, OPERATION, SAID, STAGED, TARGETED, TOLD, codeOf, kindOf, kinds, operationKinds } from './frames.ts';
import type { Code } from './frames.ts';
import { HASH, Unpacking, hex, utf8 } from './packing.ts';
import type { IdOf } from './packing.ts';

const SEGMENT_ADDED = codeOf['segment-added'], COMPOSED = codeOf['composition-changed'], EDITED = codeOf['composition-edited'];
const EDITS = (FEW + 1) ** 2 - 1, AT_LENGTH = -1;
const NOTHING = new Uint8Array(0), NONE: readonly string[] = [];

/** Goes through a batch event by event, making nothing of what it passes over. Throws `bug` at bytes that no encoder made. */
export class Cursor extends Unpacking {
  #left = 0;
  #time = 0;
  #line: Uint8Array = NOTHING;
  #pieces: string[] = [];
  #description = NONE;
  #command = NONE;
  readonly #heard: ((operation: Operation) => void) | null;
  /** of the event that `next` came to: its place in the log, its operation (0: none) and its draft (0: none), its kind, its bytes */
  seq: number; operation = 0; draft = 0; code: Code = 0; from = 0; to = 0;
  /** of a `composition-edited`: how many go, times four, and how many come; AT_LENGTH where its bytes say that */
  edit = AT_LENGTH;
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
      if (tag >= OPERATION || tag === SAID || tag === TOLD) { this.#operation(tag); continue; }
      if (tag >= EDIT) {
        this.edit = tag - EDIT;
        if (this.edit > EDITS) throw bug('an edit that is not as it is written', { tag });
        this.code = EDITED;
        this.#begun();
        for (let left = (this.edit >> 2) + 2 * (this.edit & FEW); left > 0; left--) while (bytes[this.at++]! >= 0x80);
        this.to = this.at;
        return true;
      }
      if (tag >= FRAME) {
        if (this.#left > 0 || tag > STAGED) throw bug('a batch of the log is not as it is written', { tag });
        this.#time = 0;
        this.#line = NOTHING;
        this.#pieces = [];
        this.#description = this.#command = NONE;
        this.operation = 0;
        this.draft = tag === STAGED ? this.number() : 0;
        continue;
      }
      if (tag === 0 || tag > kinds.length) throw bug('an event of no known kind', { tag });
      const length = this.number();
      this.edit = AT_LENGTH;
      this.code = tag;
      this.#begun();
      this.to = this.at += length;
      return true;
    }
  }

  #begun(): void {
    this.seq++;
    this.mask |= 1 << this.code;
    this.from = this.at;
    if (this.operation === 0) return;
    if (--this.#left < 0) throw bug('an operation has more events than it says');
    this.lastEvent = this.seq;
  }

  #operation(tag: number): void {
    if (this.#left > 0) throw bug('an operation has fewer events than it says');
    const isOld = tag < OPERATION, kind = operationKinds[isOld ? this.bytes[this.at++]! : tag & KIND];
    if (isOld || (tag & LATER) !== 0) {
      const time = this.number();
      this.#time += time % 2 === 0 ? time / 2 : -(time + 1) / 2;
    }
    const target = isOld || (tag & TARGETED) !== 0 ? this.number() : 0;
    if (!isOld) this.#left = (tag & ALONE) !== 0 ? 1 : this.number();
    this.operation = ++this.lastOperation;
    const said = tag === TOLD ? this.#told() : this.#said();
    if (isOld) this.#left = this.number();
    if (this.#heard === null) return;
    if (kind === undefined || said === null || this.#left === 0) throw bug('an operation that is not as it is written');
    this.#heard({ id: this.operation, kind, ...said, time: this.#time, target: target === 0 ? null : target, firstEvent: this.seq + 1, lastEvent: this.seq + this.#left });
  }

  /** What an operation says, null where nobody hears it. */
  #said(): Pick<Operation, 'description' | 'command'> | null {
    const length = this.number(), end = this.at + length;
    if (this.#heard === null) { this.at = end; return null; }
    const description = this.#sayAgain(this.#description), command = this.#sayAgain(this.#command);
    if (description === null || this.at !== end) throw bug('an operation says more or less than it holds');
    this.#description = description;
    if (command !== null) this.#command = command;
    return { description: description.join(''), command: command?.join(' ') ?? null };
  }

  #sayAgain(before: readonly string[]): readonly string[] | null {
    const head = this.number() - 1;
    if (head < 0) return null;
    const tail = this.number(), now = before.slice(0, head);
    if (!(head + tail <= before.length)) throw bug('an operation says what none before it said');
    for (let count = this.number(); count > 0; count--) {
      const known = this.number();
      if (known === 0) this.#pieces.push(this.text());
      now.push((known === 0 ? this.#pieces.at(-1) : this.#pieces[known - 1]) ?? unknownPiece(known));
    }
    for (let i = before.length - tail; i < before.length; i++) now.push(before[i]!);
    return now;
  }

  /** The same as formats 8 to 11 told it. */
  #told(): Pick<Operation, 'description' | 'command'> | null {
    const length = this.number(), description = this.at;
    this.at += length;
    const head = this.number();
    if (head === 0) return this.#heard === null ? null : { description: utf8.decode(this.bytes.subarray(description, description + length)), command: null };
    const tail = this.number(), between = this.number(), from = this.at;
    this.at += between;
    if (this.#heard === null) return null;
    const before = this.#line;
    this.#line = Buffer.concat([before.subarray(0, head - 1), this.bytes.subarray(from, this.at), before.subarray(before.length - tail)]);
    return { description: utf8.decode(this.bytes.subarray(description, description + length)), command: utf8.decode(this.#line) };
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

  /** Of `composition-edited`, in this order: twice the places that go, and one more where the base is another; behind these, the ACUs that come. */
  goes(): number { return this.edit === AT_LENGTH ? this.number() : this.edit >> 2 << 1; }
  comes(): number { return this.edit === AT_LENGTH ? this.number() : this.edit & FEW; }

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
        const head = this.goes(), gone: number[] = [], come: AcuId[] = [], at: number[] = [];
        for (let i = head >> 1, last = 0; i > 0; i--) gone.push(last += this.number());
        for (let i = this.comes(), last = 0; i > 0; i--) { come.push(acu()); at.push(last += this.number()); }
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

function unknownPiece(piece: number): never { throw bug('an operation says a piece that nothing before it has', { piece }); }
