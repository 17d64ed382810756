// Danger: what a batch says is not what was appended: a word changed, an event in another operation's place, a damaged byte read as
// something else. The obvious twin is the list of what went in.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AcuId, Oid } from '../../core/bytes.ts';
import { listAfter } from '../../core/composition.ts';
import type { DomainEvent, Operation, PlannedOperation } from '../../core/events.ts';
import { Cursor } from './cursor.ts';
import { Encoder } from './frames.ts';
import { Packing } from './packing.ts';
import { Piece, piecesOf, textOf } from './piece.ts';
import type { NewOperation } from './store.ts';
import { composeEvent, nothingComposed } from './views.ts';

const acu = fc.integer({ min: 1, max: 400 }).map((n) => n.toString(16).padStart(64, '0') as AcuId);
/** Odd ones are known by their number. */
const numberOf = (id: AcuId): number => { const n = Number.parseInt(id, 16); return n % 2 === 1 ? n : 0; };
const idOf = (n: number): AcuId => n.toString(16).padStart(64, '0') as AcuId;
const places = fc.uniqueArray(fc.integer({ min: 0, max: 20_000 }), { maxLength: 9 }).map((list) => list.sort((a, b) => a - b));
const event: fc.Arbitrary<DomainEvent> = fc.oneof(
  fc.record({ gone: places, at: places }).chain(({ gone, at }) => fc.record({ come: fc.array(acu, { minLength: at.length, maxLength: at.length }), base: fc.option(fc.constantFrom('', 'b'.repeat(40)), { nil: undefined }) })
    .map(({ come, base }): DomainEvent => ({ kind: 'composition-edited', change: { gone, come, at, ...base !== undefined && { base: base as Oid } } }))),
  fc.record({ acus: fc.array(acu, { maxLength: 40 }), name: fc.string({ unit: 'grapheme', maxLength: 90 }) }).map(({ acus, name }): DomainEvent => ({ kind: 'composition-changed', composition: { id: 'main', name, base: 'c'.repeat(40) as Oid, acus } })),
  fc.record({ ref: fc.string(), acus: fc.array(acu) }).map(({ ref, acus }): DomainEvent => ({ kind: 'branch-written', ref, before: null, after: 'd'.repeat(40) as Oid, tree: null, acus })),
);
const words = fc.oneof(fc.string({ maxLength: 12 }), fc.string({ unit: 'grapheme', maxLength: 70 }), fc.constant('x'.repeat(70)), fc.constant('é'.repeat(9000)));
/** Commands that differ in little, as real ones do; and what is said in pieces, some of them nothing. */
const kept = piecesOf(['', 'a', 'bb', 'feature/longer', 'ß', '😀', 'agent-7/same-line-22', 'é'.repeat(90)]);
/** The same objects in all frames, or others of their texts. */
const piece = fc.tuple(fc.constantFrom(...kept), fc.nat(3)).map(([one, other]) => (other === 0 ? new Piece(one.text) : one));
const names = fc.array(piece, { maxLength: 12 });
const command = fc.oneof(fc.constant(null), names, names.map((of) => [...piecesOf(['acumen', 'compose']), ...of]), names.map((of) => `acumen compose ${textOf(of, ' ')}`));
const operation: fc.Arbitrary<NewOperation> = fc.record({
  kind: fc.constantFrom('open', 'import', 'compose', 'write-branch', 'undo', 'redo', 'return', 'recipe'), description: fc.oneof(words, names), command,
  target: fc.option(fc.integer({ min: 1, max: 1e9 }), { nil: null }), time: fc.integer({ min: -5, max: 4e12 }),
});
const spoken = ({ description, command, ...rest }: NewOperation): PlannedOperation => ({ ...rest, description: textOf(description, ''), command: command === null ? null : textOf(command, ' ') });
const frames = fc.array(fc.array(fc.tuple(operation, fc.array(event, { minLength: 1, maxLength: 4 })), { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 3 });

function encoded(of: readonly (readonly (readonly [NewOperation, readonly DomainEvent[]])[])[]): Uint8Array {
  const encoder = new Encoder();
  return Buffer.concat(of.map((one) => {
    encoder.frame();
    for (const [planned, events] of one) {
      encoder.operation(planned, events.length);
      for (const e of events) encoder.event(e, numberOf);
    }
    return encoder.take();
  }));
}

/** Frames as formats 8 to 11 wrote them: texts as they are, a command by what it has at both ends that the one before had. */
class Told extends Packing {
  constructor() { super(64); }

  frame(of: readonly (readonly [NewOperation, readonly DomainEvent[]])[]): Uint8Array {
    let time = 0, line = Buffer.alloc(0);
    this.put(Uint8Array.of(64));
    for (const [planned, events] of of) {
      const { kind, description, command, target, time: now } = spoken(planned);
      this.put(Uint8Array.of(66, ['open', 'import', 'compose', 'write-branch', 'undo', 'redo', 'return', 'recipe'].indexOf(kind)));
      this.ensure(64);
      this.signed(now - time);
      time = now;
      this.number(target ?? 0);
      this.text(description);
      this.ensure(64);
      if (command === null) this.number(0);
      else {
        const next = Buffer.from(command), most = Math.min(line.length, next.length);
        let head = 0, tail = 0;
        while (head < most && line[head] === next[head]) head++;
        while (tail < most - head && line[line.length - 1 - tail] === next[next.length - 1 - tail]) tail++;
        for (const n of [head + 1, tail, next.length - tail - head]) this.number(n);
        this.put(next.subarray(head, next.length - tail));
        line = next;
      }
      this.ensure(16);
      this.number(events.length);
      const encoder = new Encoder();
      for (const e of events) encoder.event(e, numberOf);
      this.put(encoder.take());
    }
    return this.take();
  }
}

function decoded(bytes: Uint8Array): { operations: Operation[]; events: { seq: number; operation: number; event: DomainEvent }[] } {
  const operations: Operation[] = [], events = [];
  for (const cursor = new Cursor(bytes, 100, 7, (heard) => operations.push(heard)); cursor.next();) events.push({ seq: cursor.seq, operation: cursor.operation, event: cursor.decode(() => bytes, idOf) });
  return { operations, events };
}

describe('frames', () => {
  it('say what was put in, also as older formats wrote it, and however many lie behind each other', () => {
    fc.assert(fc.property(frames, fc.boolean(), (of, isOld) => {
      let seq = 100, id = 7;
      const operations: Operation[] = [], events: unknown[] = [];
      for (const [planned, list] of of.flat()) {
        operations.push({ ...spoken(planned), id: ++id, firstEvent: seq + 1, lastEvent: seq + list.length });
        for (const e of list) events.push({ seq: ++seq, operation: id, event: e });
      }
      expect(decoded(isOld ? Buffer.concat(of.map((one) => new Told().frame(one))) : encoded(of))).toEqual({ operations, events });
    }), { numRuns: 300 });
  });

  it('are passed over without their words as with them', () => {
    fc.assert(fc.property(frames, (of) => {
      const bytes = encoded(of), silent = new Cursor(bytes, 0, 0);
      let count = 0;
      while (silent.next()) count++;
      expect([count, silent.lastOperation, silent.lastEvent]).toEqual([of.flat().reduce((n, [, list]) => n + list.length, 0), of.flat().length, count]);
    }), { numRuns: 50 });
  });

  it('say words again whatever number they have in the frame, and lines of any number of words', () => {
    const words = Array.from({ length: 17_000 }, (_, n) => new Piece(`word-${n}`)), between = new Piece('between'), last = new Piece('last');
    const one = (command: readonly Piece[], n: number): [NewOperation, DomainEvent[]] => [
      { kind: 'compose', description: [new Piece('Added '), command[0]!], command, target: null, time: n }, [{ kind: 'composition-edited', change: { gone: [], come: [idOf(1)], at: [0] } }],
    ];
    const places = [0, 1, 126, 127, 128, 129, 130, 16_381, 16_382, 16_383, 16_384, 16_385, 16_386, 16_999];
    const many = [words.slice(0, 9000), words.slice(9000), ...places.map((at) => [words[at]!, between, words[at]!]), ...[125, 126, 127, 128, 129].flatMap((count) => [words.slice(0, count), words.slice(1, 1 + count), [...words.slice(0, count - 1), last]])].map(one);
    expect(decoded(encoded([many])).operations.map(({ command }) => command)).toEqual(many.map(([{ command }]) => textOf(command!, ' ')));
  });

  it('of many alike take a few bytes each, whether pieces of one text are one object or not', () => {
    const names = Array.from({ length: 20 }, (_, n) => `agent-${n}/some-change-of-theirs`), kept = new Map<string, Piece>();
    const told = (pieceOf: (text: string) => Piece): number => encoded([Array.from({ length: 100 }, (_, n): [NewOperation, DomainEvent[]] => [
      { kind: 'compose', description: ['Added ', names[n % 20]!].map(pieceOf), command: ['acumen', 'compose', ...names.toSpliced(n % 20, 1)].map(pieceOf), target: null, time: 1_700_000_000_000 + n },
      [{ kind: 'composition-edited', change: { gone: [], come: [idOf(1 + 2 * n)], at: [n % 20] } }],
    ])]).length;
    expect(told((text) => kept.get(text) ?? kept.set(text, new Piece(text)).get(text)!) / 100).toBeLessThan(32);
    expect(told((text) => new Piece(text)) / 100).toBeLessThan(48);
  });

  it('say what was put in also where two are written at once of the same pieces', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.boolean(), operation), { minLength: 1, maxLength: 24 }), (turns) => {
      const both = [new Encoder(), new Encoder()] as const;
      for (const encoder of both) encoder.frame();
      for (const [which, planned] of turns) {
        both[Number(which)]!.operation(planned, 1);
        both[Number(which)]!.event({ kind: 'branch-written', ref: 'r', before: null, after: 'd'.repeat(40) as Oid, tree: null, acus: [] }, numberOf);
      }
      for (const [n, encoder] of both.entries()) {
        const said = turns.flatMap(([which, planned]) => (Number(which) === n ? [spoken(planned)] : []));
        expect(decoded(encoder.take()).operations).toMatchObject(said);
      }
    }), { numRuns: 200 });
  });

  it('fold into a composition as the change itself does, whatever its length, and refuse a change that it cannot bear', () => {
    const ascending = (of: readonly number[]): number[] => [...of].sort((a, b) => a - b);
    fc.assert(fc.property(fc.nat(700), fc.uniqueArray(fc.nat(699), { maxLength: 6 }), fc.array(fc.tuple(acu, fc.nat(699)), { maxLength: 6 }), fc.nat(3), (length, places, fresh, wrong) => {
      const before = Array.from({ length }, (_, n) => idOf(1001 + 2 * n)), gone = ascending(places.filter((place) => place < length)), come = fresh.map(([id]) => id);
      const at = ascending(fresh.map(([, n]) => n % (length - gone.length + 1))).map((n, i) => n + i);
      const told = wrong === 1 ? { gone: [...gone, before.length], come, at } : wrong === 2 ? { gone, come: [...come, idOf(1)], at: [...at, before.length - gone.length + come.length + 1] } : { gone, come, at };
      const encoder = new Encoder(), now = { ...nothingComposed(), acus: before.map((id) => Number.parseInt(id, 16)) };
      encoder.staged(null);
      encoder.event({ kind: 'composition-edited', change: told }, numberOf);
      const cursor = new Cursor(encoder.take(), 0, 0);
      expect(cursor.next()).toBe(true);
      const fold = (): void => composeEvent(cursor, now, (id) => Number.parseInt(id, 16));
      if (wrong === 1 || wrong === 2) { expect(fold).toThrow('BUG'); return; }
      fold();
      expect(now.acus.map(idOf)).toEqual(listAfter(before, gone, come, at));
    }), { numRuns: 500 });
  });

  it('cut short or changed are refused or read to their end, never for ever', () => {
    fc.assert(fc.property(frames, fc.nat(), fc.nat(255), fc.boolean(), (of, place, byte, cut) => {
      const bytes = encoded(of), at = place % bytes.length;
      const harmed = cut ? bytes.subarray(0, at) : bytes.with(at, byte);
      try {
        decoded(harmed);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }), { numRuns: 300 });
  });

  it('do not take what a log cannot bear', () => {
    const encoder = new Encoder(), planned: NewOperation = { kind: 'compose', description: '', command: null, target: null, time: 0.5 };
    encoder.frame();
    expect(() => encoder.operation(planned, 1)).toThrow('BUG');
    expect(() => encoder.operation({ ...planned, time: 1 }, 0)).toThrow('BUG');
    expect(() => encoder.event({ kind: 'composition-edited', change: { gone: [], come: ['short' as AcuId], at: [0] } }, () => 0)).toThrow('BUG');
  });
});
