// Danger: what a batch says is not what was appended: a word changed, an event in another operation's place, a damaged byte read as
// something else. The obvious twin is the list of what went in.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AcuId, Oid } from '../../core/bytes.ts';
import type { DomainEvent, Operation } from '../../core/events.ts';
import { compact, Cursor, Encoder } from './frames.ts';
import type { NewOperation } from './store.ts';

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
/** Commands that differ in little, as real ones do. */
const command = fc.option(fc.array(fc.constantFrom('a', 'bb', 'feature/longer', 'ß', '😀', 'agent-7/same-line-22'), { maxLength: 12 }).map((names) => `acumen compose ${names.join(' ')}`), { nil: null });
const operation: fc.Arbitrary<NewOperation> = fc.record({
  kind: fc.constantFrom('open', 'import', 'compose', 'write-branch', 'undo', 'redo', 'return', 'recipe'), description: words, command,
  target: fc.option(fc.integer({ min: 1, max: 1e9 }), { nil: null }), time: fc.integer({ min: -5, max: 4e12 }),
});
const frames = fc.array(fc.array(fc.tuple(operation, fc.array(event, { minLength: 1, maxLength: 4 })), { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 3 });

function encoded(of: readonly (readonly (readonly [NewOperation, readonly DomainEvent[]])[])[], shorten: boolean): Uint8Array {
  const encoder = new Encoder();
  return Buffer.concat(of.map((one) => {
    encoder.frame();
    for (const [planned, events] of one) {
      encoder.operation(planned, events.length);
      for (const e of events) encoder.event(e, numberOf);
    }
    const bytes = encoder.take();
    return shorten ? compact(bytes) : bytes;
  }));
}

function decoded(bytes: Uint8Array): { operations: Operation[]; events: { seq: number; operation: number; event: DomainEvent }[] } {
  const operations: Operation[] = [], events = [];
  for (const cursor = new Cursor(bytes, 100, 7, (heard) => operations.push(heard)); cursor.next();) events.push({ seq: cursor.seq, operation: cursor.operation, event: cursor.decode(() => bytes, idOf) });
  return { operations, events };
}

describe('frames', () => {
  it('say what was put in, shortened or not, and however many lie behind each other', () => {
    fc.assert(fc.property(frames, fc.boolean(), (of, shorten) => {
      let seq = 100, id = 7;
      const operations: Operation[] = [], events: unknown[] = [];
      for (const [planned, list] of of.flat()) {
        operations.push({ ...planned, id: ++id, firstEvent: seq + 1, lastEvent: seq + list.length });
        for (const e of list) events.push({ seq: ++seq, operation: id, event: e });
      }
      expect(decoded(encoded(of, shorten))).toEqual({ operations, events });
    }), { numRuns: 300 });
  });

  it('are passed over without their words as with them', () => {
    fc.assert(fc.property(frames, (of) => {
      const bytes = encoded(of, true), silent = new Cursor(bytes, 0, 0);
      let count = 0;
      while (silent.next()) count++;
      expect([count, silent.lastOperation, silent.lastEvent]).toEqual([of.flat().reduce((n, [, list]) => n + list.length, 0), of.flat().length, count]);
    }), { numRuns: 50 });
  });

  it('of many alike take a few bytes each', () => {
    const names = Array.from({ length: 20 }, (_, n) => `agent-${n}/some-change-of-theirs`);
    const many = Array.from({ length: 100 }, (_, n): [NewOperation, DomainEvent[]] => [
      { kind: 'compose', description: `Added ${names[n % 20]}`, command: `acumen compose ${names.toSpliced(n % 20, 1).join(' ')}`, target: null, time: 1_700_000_000_000 + n },
      [{ kind: 'composition-edited', change: { gone: [], come: [idOf(1 + 2 * n)], at: [n % 20] } }],
    ]);
    expect(encoded([many], true).length / 100).toBeLessThan(110);
    expect(encoded([many], false).length / 100).toBeGreaterThan(500);
  });

  it('cut short or changed are refused or read to their end, never for ever', () => {
    fc.assert(fc.property(frames, fc.nat(), fc.nat(255), fc.boolean(), (of, place, byte, cut) => {
      const bytes = encoded(of, true), at = place % bytes.length;
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
