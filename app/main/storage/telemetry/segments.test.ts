// The danger: an event that the log gives twice, in another order, or not at all; and a damaged row that takes its neighbours with it.
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encode, kinds, lanes } from '../../../core/bus/encoding.ts';
import { Batch, Consumer, Producer, bellMemory, ringMemory } from '../../../core/bus/ring.ts';
import { resumed } from '../../../core/bus/pipeline.ts';
import type { TelemetryEvent } from '../../../core/telemetry.ts';
import { tempDir } from '../../../../testkit/git.ts';
import { TelemetryFile } from './file.ts';
import { Packing, Segments } from './segments.ts';
import type { LogQuery, LoggedEvent } from './segments.ts';

let temp: ReturnType<typeof tempDir>;
beforeAll(() => { temp = tempDir('segments'); });
afterAll(() => temp.remove());

type Told = { readonly at: number; readonly lane: number; readonly event: TelemetryEvent };
const told = fc.record({
  at: fc.integer({ min: 1000, max: 1200 }), lane: fc.nat(2),
  event: fc.oneof(
    fc.record({ kind: fc.constant('operation' as const), operation: fc.constantFrom('compose', 'import', 'list'), ms: fc.double({ noNaN: true }), outcome: fc.constant('ok' as const), detail: fc.string(), parts: fc.constant([] as [string, number][]) }),
    fc.record({ kind: fc.constant('worker' as const), pool: fc.constantFrom('diff', 'import'), worker: fc.nat(9), what: fc.constant('died' as const), reason: fc.string() }),
    fc.record({ kind: fc.constant('memory' as const), guard: fc.constant('shrinking' as const), bytes: fc.nat(), limit: fc.nat(), reason: fc.string() }),
  ),
}) as fc.Arbitrary<Told>;

function pack(events: readonly Told[], packing: Packing): void {
  const memory = ringMemory(64, 1 << 16), batch = new Batch(64), consumer = new Consumer(memory), every = Int32Array.from({ length: 64 }, (_, i) => i);
  const take = (): void => { const many = consumer.take(batch); expect(packing.add(batch, every, many)).toBe(many); };
  const out = new Producer(memory, bellMemory(), take);
  for (const { at, lane, event } of events) { encode(out, event, lane, at); out.publish(); }
  take();
}
const loose = ({ at, lane, event }: LoggedEvent): unknown => ({ at, lane: lanes.indexOf(lane), event });

/** The slow twin: filtering a list. */
function fits({ at, event }: Told, { kinds: wanted = [], subject = null, from, to }: LogQuery): boolean {
  const about = event.kind === 'operation' ? event.operation : event.kind === 'worker' ? event.pool : null;
  return (wanted.length === 0 || wanted.includes(event.kind)) && (subject === null || about === subject) && (from == null || at >= from) && (to == null || at <= to);
}

test('tail and replay give what filtering a list gives, however it lies in segments', () => {
  fc.assert(fc.property(
    fc.array(fc.array(told, { maxLength: 12 }), { maxLength: 8 }),
    fc.record({ kinds: fc.subarray([...kinds]), subject: fc.constantFrom(null, 'compose', 'diff', 'nothing'), from: fc.option(fc.integer({ min: 990, max: 1210 })), to: fc.option(fc.integer({ min: 990, max: 1210 })) }), fc.integer({ min: 0, max: 30 }), fc.nat(100),
    (segments, query, limit, cut) => {
      const file = TelemetryFile.open(':memory:', { writer: 'test' });
      const log = new Segments(file), packing = new Packing(), all: Told[] = [];
      for (const events of segments) {
        pack(events, packing);
        const sealed = packing.seal();
        expect(log.append(sealed === null ? [] : [sealed])).toBe(true);
        all.push(...events);
      }
      const found = [...log.replay(query)], wanted = all.filter((t) => fits(t, query));
      expect(found.map(loose)).toEqual(wanted);
      for (let i = 1; i < found.length; i++) expect(found[i]!.seq).toBeGreaterThan(found[i - 1]!.seq);
      const at = Math.floor(found.length * cut / 100);
      expect([...log.replay(query, found[at - 1]?.seq ?? 0)]).toEqual(found.slice(at));
      const newest = found.map((event, i) => ({ event, i })).sort((a, b) => a.event.at - b.event.at || a.i - b.i).map(({ event }) => event);
      expect(log.tail(query, limit)).toEqual(limit === 0 ? [] : newest.slice(-limit));
      file.close();
    },
  ), { numRuns: 150 });
});

const plain = (n: number): Told => ({ at: n, lane: 1, event: { kind: 'worker', pool: 'diff', worker: n, what: 'started', reason: '' } });
const workers = (log: Segments): number[] => [...log.replay()].map(({ event }) => (event as { worker: number }).worker);
function segment(...numbers: number[]): NonNullable<ReturnType<Packing['seal']>> {
  const packing = new Packing();
  pack(numbers.map(plain), packing);
  return packing.seal()!;
}

test('two processes write one file, and a third follows both from its checkpoint on', async () => {
  const path = join(temp.path, 'two.telemetry');
  const a = TelemetryFile.open(path, { writer: 'a' }), b = TelemetryFile.open(path, { writer: 'b' }), reader = TelemetryFile.open(path)!;
  const [one, two, follower] = [new Segments(a), new Segments(b), new Segments(reader)];
  const seen: number[] = [];
  let at = 0;
  const follow = (): Promise<number> => resumed(
    (after) => follower.replay({}, after).map((event) => ({ seq: event.seq, value: event })), async function* (events) { for await (const event of events) yield [event]; },
    (batch) => { seen.push(...batch.map(({ value }) => (value.event as { worker: number }).worker)); }, { read: () => at, write: (seq) => { at = seq; } });
  one.append([segment(1, 2)]);
  two.append([segment(3)]);
  await follow();
  one.append([segment(4), segment(5, 6)]);
  await follow();
  two.append([segment(7)]);
  await follow();
  expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
  for (const file of [a, b, reader]) file.close();
});

test('retention lets the oldest go, by age and by bytes, and numbers go on', () => {
  const file = TelemetryFile.open(':memory:', { writer: 'test' }), log = new Segments(file);
  for (let n = 1; n <= 6; n++) log.append([segment(n)]);
  const last = [...log.replay()].at(-1)!.seq, size = segment(1).body.length;
  expect(log.retain(3, 1 << 20)).toBe(2);
  expect(workers(log)).toEqual([3, 4, 5, 6]);
  expect(log.retain(0, 2 * size)).toBe(2);
  expect(workers(log)).toEqual([5, 6]);
  log.retain(1000, 0);
  log.append([segment(7)]);
  expect([...log.replay()].at(-1)!.seq).toBeGreaterThan(last);
  file.close();
});

test('a damaged segment is passed over, and its neighbours are read', () => {
  fc.assert(fc.property(fc.array(fc.record({ at: fc.nat(400), byte: fc.nat(255) }), { minLength: 1, maxLength: 20 }), fc.nat(500), (damage, length) => {
    const file = TelemetryFile.open(':memory:', { writer: 'test' }), log = new Segments(file), bad = segment(2, 3);
    for (const { at, byte } of damage) if (at < bad.body.length) bad.body[at] = byte;
    log.append([segment(1), { ...bad, body: bad.body.slice(0, length) }, segment(4)]);
    const found = [...log.replay({ kinds: ['worker'] })].filter(({ seq }) => Math.floor(seq / 4096) !== 2);
    expect(found.map(({ event }) => (event as { worker: number }).worker)).toEqual([1, 4]);
    file.close();
  }), { numRuns: 100 });
});

test('a segment that is full says how far it came', () => {
  const packing = new Packing(), memory = ringMemory(1024, 1 << 16), batch = new Batch(1024), consumer = new Consumer(memory), every = Int32Array.from({ length: 1024 }, (_, i) => i);
  const out = new Producer(memory, bellMemory(), 'drop');
  for (let n = 0; n < 1000; n++) encode(out, plain(n).event, 1, n);
  out.publish();
  consumer.take(batch);
  let taken = 0;
  for (let round = 0; round < 5; round++) taken += packing.add(batch, every, batch.count);
  expect([taken, packing.count, packing.seal()!.count, packing.seal()]).toEqual([4096, 4096, 4096, null]);
});
