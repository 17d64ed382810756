// The danger: an urgent event behind a queue of chatter, a subscriber that hears what it did not ask for, or one that takes the others down.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Hub } from './hub.ts';
import type { Batch } from './ring.ts';
import { DOUBLES, Producer, TAG, VALUES, ringMemory } from './ring.ts';

function put(out: Producer, kind: number, n: number): void {
  const at = out.claim();
  out.ints[at + TAG] = kind;
  out.floats[at / 2 + VALUES] = n;
  out.done();
  out.publish();
}
const numbers = (batch: Batch, picked: Int32Array, count: number): number[] => Array.from(picked.subarray(0, count), (i) => batch.floats[i * DOUBLES + VALUES]!);

test('each subscriber hears its kinds, lane by lane in order, as filtering a list would give', () => {
  fc.assert(fc.property(
    fc.array(fc.record({ kind: fc.nat(5), lane: fc.nat(2) }), { maxLength: 200 }), fc.array(fc.uniqueArray(fc.nat(5)), { minLength: 1, maxLength: 4 }), fc.constantFrom(1, 3, 16),
    (events, wanted, batch) => {
      const hub = new Hub(3, { batch });
      const outs = [0, 1, 2].map((lane) => { const memory = ringMemory(256, 64); hub.add(memory, lane); return new Producer(memory, hub.bell, 'wait'); });
      const heard = wanted.map(() => [[], [], []] as number[][]);
      wanted.forEach((kinds, s) => { hub.subscribe(kinds, (b, picked, count, lane) => heard[s]![lane]!.push(...numbers(b, picked, count))); });
      events.forEach(({ kind, lane }, n) => put(outs[lane]!, kind, n));
      expect(hub.deliver()).toBe(events.length);
      const should = wanted.map((kinds) => [0, 1, 2].map((lane) => events.flatMap((e, n) => (e.lane === lane && kinds.includes(e.kind) ? [n] : []))));
      expect(heard).toEqual(should);
    },
  ), { numRuns: 200 });
});

test('urgent lanes are heard first, and between the batches of a full one', () => {
  const hub = new Hub(2, { batch: 4 });
  const [urgent, chatter] = [0, 1].map((lane) => { const memory = ringMemory(64, 64); hub.add(memory, lane); return new Producer(memory, hub.bell, 'wait'); });
  const order: string[] = [];
  let alarms = 0;
  hub.subscribe(null, (batch, picked, count, lane) => {
    order.push(`${lane}:${numbers(batch, picked, count).join()}`);
    if (lane === 1 && alarms < 1) { alarms++; put(urgent!, 0, 100); }
  });
  for (let n = 0; n < 8; n++) put(chatter!, 0, n);
  put(urgent!, 0, 99);
  hub.deliver();
  expect(order).toEqual(['0:99', '1:0,1,2,3', '0:100', '1:4,5,6,7']);
});

test('a subscriber that throws is told of, and the others hear', () => {
  const errors: unknown[] = [], hub = new Hub(1, { onError: (error) => errors.push(error) }), memory = ringMemory(8, 64);
  hub.add(memory, 0);
  const out = new Producer(memory, hub.bell, 'wait'), heard: number[] = [];
  hub.subscribe(null, () => { throw new Error('planted'); });
  const end = hub.subscribe([1], (b, picked, count) => { heard.push(...numbers(b, picked, count)); });
  put(out, 1, 7);
  hub.deliver();
  end();
  put(out, 1, 8);
  hub.deliver();
  expect([heard, errors.map(String)]).toEqual([[7], ['Error: planted', 'Error: planted']]);
});

test('who tells while hearing, into a ring that is full, loses nothing and keeps the order', () => {
  const hub = new Hub(1, { batch: 4 }), memory = ringMemory(4, 64), heard: number[] = [];
  hub.add(memory, 0);
  const out = new Producer(memory, hub.bell, () => { hub.deliver(); });
  let told = 0;
  hub.subscribe([1], (batch, picked, count) => {
    // each of the first eight is answered by one of another kind: more than the ring holds while it is heard
    for (const n of numbers(batch, picked, count)) if (n < 8) { told++; put(out, 2, n); }
  });
  hub.subscribe([2], (batch, picked, count) => { heard.push(...numbers(batch, picked, count)); });
  for (let n = 0; n < 8; n++) put(out, 1, n);
  while (hub.deliver() > 0) { /* all */ }
  expect([told, heard]).toEqual([8, [0, 1, 2, 3, 4, 5, 6, 7]]);
});

test('a subscriber that tells more than it hears is stopped', () => {
  const hub = new Hub(1, { batch: 4 }), memory = ringMemory(4, 64);
  hub.add(memory, 0);
  const out = new Producer(memory, hub.bell, () => { hub.deliver(); });
  hub.subscribe([1], (_batch, _picked, count) => { for (let k = 0; k < 8 * count; k++) put(out, 1, k); });
  put(out, 1, 0);
  expect(() => hub.deliver()).toThrow(/tells more than it hears/);
});
