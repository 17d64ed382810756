// Operations and their events as bytes, which is what a batch of the log holds: one frame for each call, one after another. Numbers
// follow from places, so a frame can be made before it is known where in the log it will stand. Chain and rows are log.ts's.
//   frame      FRAME, then operations; or STAGED, draft, then events of no operation
//   operation  OPERATION with its kind and what of these follows: time since the last one of the frame, target, number of events where it is not
//              one; bytes of what is said of it, and these
//   said       of its description, then of its command: 0 where there is none; else 1 and the pieces at the beginning that the last one had too,
//              those at the end, the number of those between, and these
//   piece      its number in the frame, from 1; or 0 and its text, which has the next number
//   event      its kind, bytes that follow, and these; or EDIT with how many ACUs go from a composition and how many come, up to three each: the
//              places of those, the numbers of these, each with its place
import type { AcuId } from '../../core/bytes.ts';
import type { CompositionChange } from '../../core/composition.ts';
import { bug } from '../../core/errors.ts';
import type { DomainEvent, Operation, OperationKind, SegmentKey } from '../../core/events.ts';
import { pack, unpack, unpackSegment } from '../../core/segmentKey.ts';
import { HASH, Nearby, Packing, Unpacking, hex, utf8 } from './packing.ts';
import type { IdOf, NumberOf } from './packing.ts';
import type { NewOperation } from './store.ts';

/**
 * TOLD: an operation as formats 8 to 11 wrote it: description, 0 or the bytes at the beginning of the command that the last one had too, and those at the end.
 * SAID: as format 12 did: kind, time, target, what is said of it, number of events.
 */
const FRAME = 64, STAGED = 65, TOLD = 66, SAID = 67, EDIT = 80, FEW = 3;
/** The kind of an operation, and which of its parts follow. */
const OPERATION = 128, KIND = 15, ALONE = 16, LATER = 32, TARGETED = 64;
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

const EDITS = (FEW + 1) ** 2 - 1, AT_LENGTH = -1;
const NOTHING = new Uint8Array(0), NONE: readonly string[] = [];
const piecesOf = (said: string | readonly string[]): readonly string[] => (typeof said === 'string' ? [said] : said);

export class Encoder extends Packing {
  #time = 0;
  /** of the frame; what its last operation said */
  #operations = 0;
  #description = NONE;
  #command = NONE;
  /** pieces of the frame by their numbers, and those among them that can be asked for: the first operation's only when a second comes, for most frames have but one */
  readonly #pieces: string[] = [];
  readonly #numbers = new Map<string, number>();
  #numbered = 0;
  /** of those lately asked for, counted over all frames; and how many those before this one had */
  readonly #near = new Nearby();
  #before = 0;
  /** the piece last asked for, with its number: a command mostly has the one that its description had */
  #asked = '';
  #answer = 0;
  /** of the last operation, with its place */
  #kind: OperationKind | null = null;
  #kindAt = 0;
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
    this.#before += this.#pieces.length;
    this.#time = this.#operations = this.#numbered = this.#pieces.length = this.mask = 0;
    this.#description = this.#command = NONE;
    if (this.#numbers.size > 0) this.#numbers.clear();
    this.#asked = '';
    this.#answer = 0;
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
    if (kind !== this.#kind) { this.#kind = kind; this.#kindAt = operationKinds.indexOf(kind); }
    this.ensure(48);
    this.#operations++;
    const since = time - this.#time;
    this.bytes[this.at++] = OPERATION | this.#kindAt | (events === 1 ? ALONE : 0) | (since === 0 ? 0 : LATER) | (target === null ? 0 : TARGETED);
    if (since !== 0) this.signed(since);
    if (target !== null) this.number(target);
    if (events !== 1) this.number(events);
    this.#time = time;
    const start = this.at++;
    this.#description = this.#say(this.#description, piecesOf(description));
    if (command === null) this.bytes[this.at++] = 0;
    else this.#command = this.#say(this.#command, piecesOf(command));
    this.#end(start);
  }

  /** By what it has other than the last one; with room for a byte more behind it. */
  #say(before: readonly string[], now: readonly string[]): readonly string[] {
    const most = Math.min(before.length, now.length);
    let head = 0, tail = 0;
    while (head < most && before[head] === now[head]) head++;
    while (tail < most - head && before[before.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
    const end = now.length - tail;
    this.ensure(32 + 5 * (end - head));
    this.number(head + 1);
    this.number(tail);
    this.number(end - head);
    const isFirst = this.#operations === 1;
    for (let i = head; i < end; i++) {
      const piece = now[i]!, known = isFirst ? 0 : piece === this.#asked ? this.#answer : this.#numberOf(piece), { at } = this;
      if (known === 0) this.#piece(piece, 5 * (end - i));
      else if (known < 0x80) { this.bytes[at] = known; this.at = at + 1; }
      else this.number(known);
    }
    return now;
  }

  /** One that is new in the frame; `more`: bytes to have room for behind it. */
  #piece(piece: string, more: number): void {
    this.#pieces.push(piece);
    this.bytes[this.at++] = 0;
    this.text(piece);
    this.ensure(8 + more);
  }

  /** 0 where no operation of the frame has said it. */
  #numberOf(piece: string): number {
    this.#asked = piece;
    const near = this.#near.get(piece) - this.#before;
    if (near > 0) return this.#answer = near;
    while (this.#numbered < this.#pieces.length) this.#numbers.set(this.#pieces[this.#numbered]!, ++this.#numbered);
    const number = this.#numbers.get(piece) ?? 0;
    // What is new has the next number from now on.
    this.#answer = number > 0 ? number : this.#pieces.length + 1;
    this.#near.set(piece, this.#before + this.#answer);
    return number;
  }

  /** A segment's body travels beside it; its key is filled in by whoever stores it (`Cursor.key`). */
  event(event: DomainEvent, numberOf: NumberOf): void {
    if (event.kind === 'composition-edited') return this.#edited(event.change, numberOf);
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
      default: {
        const { kind: _, ...rest } = event;
        this.packed(code, pack(rest));
      }
    }
  }

  #edited({ gone, come, at, base }: CompositionChange, numberOf: NumberOf): void {
    this.mask |= 1 << EDITED;
    this.ensure(64 + 8 * gone.length);
    if (base === undefined && gone.length <= FEW && come.length <= FEW && this.#edit(gone, come, at, numberOf)) return;
    const start = this.#begin(EDITED);
    this.number(2 * gone.length + (base === undefined ? 0 : 1));
    this.#places(gone);
    this.number(come.length);
    for (let i = 0, last = 0; i < come.length; i++) {
      this.acu(come[i]!, numberOf);
      this.number(at[i]! - last);
      last = at[i]!;
    }
    if (base !== undefined) this.text(base);
    this.#end(start);
  }

  /** Nearly all of them: in few bytes, unless one comes that has no number yet. */
  #edit(gone: readonly number[], come: readonly AcuId[], at: readonly number[], numberOf: NumberOf): boolean {
    const start = this.at;
    this.bytes[this.at++] = EDIT + (FEW + 1) * gone.length + come.length;
    this.#places(gone);
    for (let i = 0, last = 0; i < come.length; i++) {
      const number = numberOf(come[i]!);
      if (number === 0) { this.at = start; return false; }
      this.number(number);
      this.number(at[i]! - last);
      last = at[i]!;
    }
    return true;
  }

  #places(places: readonly number[]): void {
    for (let i = 0, last = 0; i < places.length; i++) { this.number(places[i]! - last); last = places[i]!; }
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
