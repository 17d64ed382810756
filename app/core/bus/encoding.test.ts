// The danger: an event that comes back as another, or one odd text that takes its neighbours with it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bug } from '../errors.ts';
import type { TelemetryEvent } from '../telemetry.ts';
import { LARGEST_EVENT, decode, encode, kinds, labelAt, labelOf, laneNumber, timeOf } from './encoding.ts';
import { Batch, Consumer, Producer, TAG, bellMemory, ringMemory } from './ring.ts';

const text = fc.oneof(fc.string({ maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ minLength: 1990, maxLength: 2010, unit: 'grapheme' })), number = fc.double();
const breaker = fc.constantFrom('closed', 'half-open', 'open');
const one = <K extends TelemetryEvent['kind']>(kind: K, fields: { [F in Exclude<keyof Extract<TelemetryEvent, { kind: K }>, 'kind'>]: fc.Arbitrary<unknown> }): fc.Arbitrary<TelemetryEvent> => fc.record({ kind: fc.constant(kind), ...fields }) as unknown as fc.Arbitrary<TelemetryEvent>;
const anyEvent: fc.Arbitrary<TelemetryEvent> = fc.oneof(
  one('operation', { operation: text, ms: number, outcome: fc.constantFrom('ok', 'refused', 'failed', 'late', 'cancelled'), detail: text, parts: fc.array(fc.tuple(fc.string({ maxLength: 20 }), number), { maxLength: 70 }) }),
  one('decision', { id: number, knob: text, from: number, to: number, reason: text }), one('effect', { id: number, knob: text, metric: text, before: number, after: number }),
  one('breaker', { dependency: text, from: breaker, to: breaker, reason: text }), one('worker', { pool: text, worker: number, what: fc.constantFrom('started', 'ended', 'died', 'replaced'), reason: text }),
  one('memory', { guard: fc.constantFrom('normal', 'shrinking', 'throttling'), bytes: number, limit: number, reason: text }),
  one('cache', { what: fc.constantFrom('shrunk', 'grown', 'cleared'), level: fc.constantFrom('L1', 'L2', 'L3'), bytes: number, reason: text }),
  one('anomaly', { metric: text, value: number, expected: number, score: number, reason: text }), one('regression', { metric: text, baseline: number, now: number, p: number, reason: text }),
  one('alert', { id: text, state: fc.constantFrom('raised', 'acknowledged', 'silenced', 'resolved'), severity: fc.constantFrom('notice', 'warning', 'critical'), value: number, reason: text }),
  one('product', { matrix: text, by: fc.constantFrom('sparse', 'dense', 'gpu'), outcome: fc.constantFrom('kept', 'fallen'), ms: number, multiplyAdds: number, reason: text }),
);

/** What must come back: texts of so many characters as well-formed Unicode, so many parts. */
const short = (s: string, most: number): string => (s.length > most ? `${s.slice(0, most).toWellFormed()}…` : s.toWellFormed());
function kept(event: TelemetryEvent): TelemetryEvent {
  return Object.fromEntries(Object.entries(event).map(([key, value]) => [key,
    typeof value === 'string' ? short(value, 2000) : Array.isArray(value) ? (value as [string, number][]).slice(0, 64).map(([name, ms]) => [short(name, 60), ms]) : value])) as unknown as TelemetryEvent;
}

function ring(arena = 1 << 17): { out: Producer; consumer: Consumer; batch: Batch } {
  const memory = ringMemory(64, arena);
  return { out: new Producer(memory, bellMemory(), () => { throw bug('full'); }), consumer: new Consumer(memory), batch: new Batch(64) };
}

test('every event comes back as it was told', () => {
  fc.assert(fc.property(fc.array(anyEvent, { maxLength: 4 }), (events) => {
    const { out, consumer, batch } = ring();
    events.forEach((event, i) => { expect(encode(out, event, i % 3, 1e12 + i)).toBe(true); });
    out.publish();
    consumer.take(batch);
    expect(events.map((_, i) => decode(batch, i))).toEqual(events.map(kept));
    expect(events.map((_, i) => [timeOf(batch, i), laneNumber(batch, i)])).toEqual(events.map((_, i) => [1e12 + i, i % 3]));
  }), { numRuns: 300 });
});

test('a label tells the subject, and is the same everywhere', () => {
  const { out, consumer, batch } = ring();
  encode(out, { kind: 'operation', operation: 'compose', ms: 1, outcome: 'ok', detail: '', parts: [] }, 2, 0);
  out.publish();
  consumer.take(batch);
  expect(labelAt(batch, 0)).toBe(labelOf('compose'));
  // it is in files; vectors of FNV-1a's authors
  expect(['', 'a', 'foobar'].map((subject) => labelOf(subject) >>> 0)).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
});

test('kinds keep their numbers: they are in files', () => {
  expect(kinds).toEqual(['operation', 'decision', 'effect', 'breaker', 'worker', 'memory', 'cache', 'anomaly', 'regression', 'alert', 'product']);
});

test('the largest event is no larger than is said', () => {
  const long = '漢'.repeat(5000), { out } = ring(1 << 18);
  encode(out, { kind: 'operation', operation: long, ms: 1, outcome: 'ok', detail: long, parts: Array.from({ length: 100 }, () => [long, 1] as const) }, 2, 0);
  const { out: small } = ring(1 << 16);
  expect(LARGEST_EVENT).toBeLessThanOrEqual(small.largest);
  expect(encode(small, { kind: 'operation', operation: long, ms: 1, outcome: 'ok', detail: long, parts: Array.from({ length: 100 }, () => [long, 1] as const) }, 2, 0)).toBe(true);
});

test('a record of a newer Acumen, or a damaged one, is none; it throws nothing', () => {
  fc.assert(fc.property(anyEvent, fc.nat(255), fc.array(fc.nat(255), { maxLength: 8 }), (event, kind, damage) => {
    const { out, consumer, batch } = ring();
    encode(out, event, 0, 0);
    out.publish();
    consumer.take(batch);
    batch.ints[TAG] = kind;
    damage.forEach((byte, i) => { batch.payload[(i * 37) % Math.max(1, batch.lengthOf(0))] = byte; });
    const found = decode(batch, 0);
    if (kind >= kinds.length) expect(found).toBeNull();
    else if (found !== null) expect(found.kind).toBe(kinds[kind]);
  }), { numRuns: 300 });
});
