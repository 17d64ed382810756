// Operations and their events as bytes, which is what a batch of the log holds: one frame for each call, one after another. Numbers
// follow from places, so a frame can be made before it is known where in the log it will stand. Written here, read by cursor.ts; chain and rows
// are log.ts's.
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
import type { DomainEvent, OperationKind, SegmentKey } from '../../core/events.ts';
import { pack } from '../../core/segmentKey.ts';
import { HASH, Packing } from './packing.ts';
import type { NumberOf } from './packing.ts';
import { Piece } from './piece.ts';
import type { NewOperation } from './store.ts';

/**
 * TOLD: an operation as formats 8 to 11 wrote it: description, 0 or the bytes at the beginning of the command that the last one had too, and those at the end.
 * SAID: as format 12 did: kind, time, target, what is said of it, number of events.
 */
export const FRAME = 64, STAGED = 65, TOLD = 66, SAID = 67, EDIT = 80, FEW = 3;
/** The kind of an operation, and which of its parts follow. */
export const OPERATION = 128, KIND = 15, ALONE = 16, LATER = 32, TARGETED = 64;
/** In this order for ever, new ones at the end: an event says its kind by its place here, from 1. */
export const kinds = [
  'repository-opened', 'import-started', 'segment-added', 'published', 'publication-changed', 'composition-changed', 'composition-edited',
  'branch-written', 'branch-moving', 'branch-settled', 'recipes-changed', 'open-changed', 'answers-recorded',
] as const satisfies readonly DomainEvent['kind'][];
export const operationKinds: readonly OperationKind[] = ['open', 'import', 'compose', 'write-branch', 'undo', 'redo', 'return', 'recipe'];

export type Code = number;
export const codeOf = Object.fromEntries(kinds.map((kind, n) => [kind, n + 1])) as Readonly<Record<DomainEvent['kind'], Code>>;
export const kindOf = (code: Code): DomainEvent['kind'] => kinds[code - 1]!;
/** One bit a kind: a batch says which it has. */
export const maskOf = (...of: readonly DomainEvent['kind'][]): number => of.reduce((mask, kind) => mask | 1 << codeOf[kind], 0);
const SEGMENT_ADDED = codeOf['segment-added'], EDITED = codeOf['composition-edited'];

const NONE: readonly Piece[] = [];
const inPieces = (said: string | readonly Piece[]): readonly Piece[] => (typeof said === 'string' ? [new Piece(said)] : said);
/** Frames that this thread has begun: a piece knows the last one that said it. */
let frames = 0;

export class Encoder extends Packing {
  #time = 0;
  /** of the frame; what its last operation said */
  #operations = 0;
  #description = NONE;
  #command = NONE;
  /** pieces of the frame by their numbers, and those among them that can be asked for by their text */
  readonly #pieces: Piece[] = [];
  readonly #numbers = new Map<string, number>();
  #numbered = 0;
  /** which one it is */
  #frame = 0;
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
    this.#frame = ++frames;
    this.#time = this.#operations = this.#numbered = this.#pieces.length = this.mask = 0;
    this.#description = this.#command = NONE;
    if (this.#numbers.size > 0) this.#numbers.clear();
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
    this.#description = this.#say(this.#description, inPieces(description));
    if (command === null) this.bytes[this.at++] = 0;
    else this.#command = this.#say(this.#command, inPieces(command));
    this.#end(start);
  }

  /** By what it has other than the last one; with room for a byte more behind it. */
  #say(before: readonly Piece[], now: readonly Piece[]): readonly Piece[] {
    const most = Math.min(before.length, now.length), frame = this.#frame;
    let head = 0, tail = 0;
    while (head < most && before[head] === now[head]) head++;
    while (tail < most - head && before[before.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
    const end = now.length - tail;
    this.ensure(32 + 5 * (end - head));
    let { bytes, at } = this;
    if (now.length < 0x7f) {
      bytes[at] = head + 1;
      bytes[at + 1] = tail;
      bytes[at + 2] = end - head;
      at += 3;
    } else {
      this.number(head + 1);
      this.number(tail);
      this.number(end - head);
      ({ at } = this);
    }
    for (let i = head; i < end; i++) {
      const piece = now[i]!, known = piece.frame === frame ? piece.number : 0;
      if (known > 0 && known < 0x4000) {
        const more = 0x7f - known >>> 31;
        bytes[at] = known & 0x7f | more << 7;
        bytes[at + 1] = known >> 7;
        at += 1 + more;
      } else {
        this.at = at;
        this.#piece(piece, 5 * (end - i));
        ({ bytes, at } = this);
      }
    }
    this.at = at;
    return now;
  }

  /** One that the frame has not said, or did long ago; `more`: bytes to have room for behind it. */
  #piece(piece: Piece, more: number): void {
    const known = piece.frame === this.#frame ? piece.number : this.#operations === 1 ? 0 : this.#numberOf(piece.text);
    if (known > 0) this.number(known);
    else {
      this.#pieces.push(piece);
      this.bytes[this.at++] = 0;
      this.text(piece.text);
      this.ensure(8 + more);
    }
    piece.frame = this.#frame;
    piece.number = known > 0 ? known : this.#pieces.length;
  }

  /** 0 where no operation of the frame has said it. */
  #numberOf(text: string): number {
    while (this.#numbered < this.#pieces.length) this.#numbers.set(this.#pieces[this.#numbered]!.text, ++this.#numbered);
    return this.#numbers.get(text) ?? 0;
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
