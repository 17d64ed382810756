// The danger: a record that is lost, doubled, torn or out of order where the ring wraps, fills up, drops, or loses its producer in the middle of one.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Hub } from './hub.ts';
import { Batch, Consumer, DOUBLES, LABEL, Producer, TAG, VALUES, WORDS, bellMemory, ringMemory } from './ring.ts';
import type { RingMemory, WhenFull } from './ring.ts';

/** Payload of the n-th record: its length tells n too. */
const fill = (bytes: Uint8Array, at: number, n: number, length: number): void => { for (let i = 0; i < length; i++) bytes[at + i] = (n * 31 + i) & 255; };
const expected = (n: number, length: number): number[] => Array.from({ length }, (_, i) => (n * 31 + i) & 255);

interface Seen { readonly n: number; readonly payload: readonly number[] }
function read(batch: Batch): Seen[] {
  return Array.from({ length: batch.count }, (_, i) => ({
    n: batch.floats[i * DOUBLES + VALUES]!, payload: [...batch.payload.subarray(batch.payloadOf(i), batch.payloadOf(i) + batch.lengthOf(i))],
  }));
}
function write(out: Producer, n: number, length: number): void {
  const at = out.claim(length);
  if (at < 0) throw new Error('closed');
  out.floats[at / 2] = n;
  out.ints[at + TAG] = n & 255;
  out.ints[at + LABEL] = n;
  out.floats[at / 2 + VALUES] = n;
  fill(out.bytes, out.payloadAt, n, length);
  out.done(length);
}

/** The slow twin: a list. `drop`: how many of the oldest published go when there is no room. */
class Twin {
  readonly #records: number;
  readonly #arena: number;
  visible: { n: number; length: number; place: number }[] = [];
  hidden: { n: number; length: number; place: number }[] = [];
  dropped = 0;
  #taken: number;
  constructor(records: number, arena: number) { this.#records = records; this.#arena = arena; this.#taken = 0; }

  #place(length: number): number | null {
    const all = [...this.visible, ...this.hidden];
    if (all.length >= this.#records) return null;
    const offset = this.#taken % this.#arena;
    const place = length > 0 && offset + length > this.#arena ? this.#taken + this.#arena - offset : this.#taken;
    const oldest = all[0]?.place ?? this.#taken;
    return place + length - oldest > this.#arena ? null : place;
  }
  write(n: number, length: number, whenFull: 'drop' | 'drain', drained: Seen[]): void {
    let place = this.#place(length);
    while (place === null) {
      this.publish();
      if (whenFull === 'drop') this.dropped += this.visible.splice(0, Math.max(1, this.#records / 8)).length;
      else drained.push(...this.take(Number.POSITIVE_INFINITY));
      place = this.#place(length);
    }
    this.hidden.push({ n, length, place });
    this.#taken = place + length;
  }
  publish(): void { this.visible.push(...this.hidden.splice(0)); }
  take(most: number): Seen[] { return this.visible.splice(0, most).map(({ n, length }) => ({ n, payload: expected(n, length) })); }
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ what: fc.constant('write' as const), length: fc.oneof(fc.constant(0), fc.nat(32)) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('publish' as const) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('take' as const), most: fc.integer({ min: 1, max: 9 }) }) },
);

for (const policy of ['drop', 'drain'] as const) {
  test(`a ring that is full and ${policy}s gives what its twin, a list, gives; also where its counts wrap around`, () => {
    fc.assert(fc.property(fc.constantFrom(1, 2, 8, 16), fc.constantFrom(64, 128), fc.constantFrom(0, -3, 2 ** 31 - 3), fc.array(step, { maxLength: 120 }), (records, arena, start, steps) => {
      const memory = ringMemory(records, arena, start), bell = bellMemory(), batch = new Batch(16);
      const consumer = new Consumer(memory), twin = new Twin(records, arena);
      const seen: Seen[] = [], should: Seen[] = [];
      const takeAll = (): void => { while (consumer.take(batch) > 0) seen.push(...read(batch)); };
      const out = new Producer(memory, bell, policy === 'drop' ? 'drop' : takeAll);
      let n = 0;
      for (const s of steps) {
        if (s.what === 'write') { n++; write(out, n, s.length); twin.write(n, s.length, policy, should); }
        else if (s.what === 'publish') { expect(out.publish()).toBe(true); twin.publish(); }
        else {
          consumer.take(batch, s.most);
          seen.push(...read(batch));
          should.push(...twin.take(s.most));
        }
        expect(consumer.depth).toBe(twin.visible.length);
      }
      out.publish();
      twin.publish();
      takeAll();
      should.push(...twin.take(Number.POSITIVE_INFINITY));
      expect(seen).toEqual(should);
      expect(consumer.counts).toEqual({ published: n, dropped: twin.dropped });
    }), { numRuns: 400 });
  });
}

test('a payload may take half of the arena wherever the last one ended, and no more', () => {
  const memory = ringMemory(4, 64), batch = new Batch(4), consumer = new Consumer(memory);
  const out = new Producer(memory, bellMemory(), () => { consumer.take(batch); });
  for (let n = 0; n < 200; n++) {
    write(out, n, n % 33);
    out.publish();
    consumer.take(batch);
    expect(read(batch)).toEqual([{ n, payload: expected(n, n % 33) }]);
  }
  expect(() => out.claim(33)).toThrow(/BUG: a payload is larger/);
});

test('who has closed takes no more and says so', () => {
  const memory = ringMemory(4, 64), consumer = new Consumer(memory), out = new Producer(memory, bellMemory(), 'wait');
  for (let n = 0; n < 4; n++) write(out, n, 0);
  expect(out.publish()).toBe(true);
  consumer.close();
  expect(out.publish()).toBe(false);
  expect(out.claim()).toBe(-1);
});

/** A thread that writes n = 0, 1, 2 … with payloads of n % `sizes` bytes, publishing every `every`, up to `count`; -1 for ever. */
const producing = `
  const { workerData, parentPort } = require('node:worker_threads');
  (async () => {
    const { Producer, TAG, LABEL, VALUES } = await import(workerData.module);
    const out = new Producer(workerData.memory, workerData.bell, workerData.whenFull);
    const { count, every, sizes } = workerData;
    for (let n = 0; n !== count; n++) {
      const length = n % sizes, at = out.claim(length);
      if (at < 0) break;
      out.ints[at + TAG] = n & 255;
      out.ints[at + LABEL] = n;
      out.floats[at / 2 + VALUES] = n;
      for (let i = 0; i < length; i++) out.bytes[out.payloadAt + i] = (n * 31 + i) & 255;
      out.done(length);
      if (n % every === 0) out.publish();
    }
    out.publish();
    parentPort.postMessage('done');
  })();`;
interface Load { readonly count: number; readonly every: number; readonly sizes: number; readonly whenFull: WhenFull }
function producer(memory: RingMemory, bell: SharedArrayBuffer, load: Load): Worker {
  return new Worker(producing, { eval: true, workerData: { module: new URL('./ring.ts', import.meta.url).href, memory, bell, ...load } });
}
/** Whole and in order? The first that is not. */
function firstWrong(batch: Batch, next: number, sizes: number): string | null {
  for (let i = 0; i < batch.count; i++, next++) {
    const n = batch.floats[i * DOUBLES + VALUES]!, at = batch.payloadOf(i), length = batch.lengthOf(i);
    if (n !== next || batch.ints[i * WORDS + LABEL] !== n || length !== n % sizes) return `record ${n} of ${length} bytes in place of ${next}`;
    for (let k = 0; k < length; k++) if (batch.payload[at + k] !== ((n * 31 + k) & 255)) return `payload of ${n} is torn at ${k}`;
  }
  return null;
}

test('a slow consumer in another thread gets every event, whole and in order', async () => {
  const hub = new Hub(1, { batch: 64 }), memory = ringMemory(256, 4096, 2 ** 31 - 1000);
  hub.add(memory, 0);
  let next = 0, wrong: string | null = null;
  hub.subscribe(null, (batch) => {
    wrong ??= firstWrong(batch, next, 40);
    next += batch.count;
    if (next % 7 === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1); // slow
  });
  const count = 40_000, thread = producer(memory, hub.bell, { count, every: 10, sizes: 40, whenFull: 'wait' }), ended = once(thread, 'exit');
  while (next < count && wrong === null) {
    if (hub.deliver() === 0) await hub.woken();
  }
  expect(wrong).toBeNull();
  await ended;
  expect(hub.figures()).toEqual([{ published: count, dropped: 0, depth: 0, capacity: 256 }]);
});

test('a fast producer drops the oldest: what comes is whole, in order, and all the rest is counted', async () => {
  const memory = ringMemory(64, 1024), bell = bellMemory(), consumer = new Consumer(memory), batch = new Batch(64);
  const count = 200_000, thread = producer(memory, bell, { count, every: 3, sizes: 20, whenFull: 'drop' }), ended = once(thread, 'message');
  let last = -1, got = 0, isEnded = false;
  void ended.then(() => { isEnded = true; });
  while (!isEnded || consumer.depth > 0) {
    for (let many = consumer.take(batch); many > 0; many = consumer.take(batch)) {
      const first = batch.floats[VALUES]!;
      expect(first).toBeGreaterThan(last);
      expect(firstWrong(batch, first, 20)).toBeNull();
      last = batch.floats[(many - 1) * DOUBLES + VALUES]!;
      got += many;
    }
    await new Promise((resolve) => { setImmediate(resolve); });
  }
  expect(last).toBe(count - 1);
  expect(consumer.counts.dropped + got).toBe(count);
  expect(consumer.counts.published).toBe(count);
});

test('a producer that is killed, also while it waits, leaves whole records only, and the others go on', async () => {
  for (const slow of [false, true]) {
    const hub = new Hub(1, { batch: 32 }), killed = ringMemory(64, 1024), other = ringMemory(64, 1024);
    hub.add(killed, 0);
    hub.add(other, 0);
    let next = 0, wrong: string | null = null, others = 0;
    hub.subscribe(null, (batch) => {
      if (batch.count === 1 && batch.lengthOf(0) === 0 && batch.floats[VALUES] === -1) { others++; return; }
      wrong ??= firstWrong(batch, next, 20);
      next += batch.count;
    });
    const thread = producer(killed, hub.bell, { count: -1, every: 5, sizes: 20, whenFull: 'wait' });
    while (next < 2000) if (hub.deliver() === 0) await hub.woken();
    // where it is slow nobody takes anything until the thread sleeps for room
    if (slow) while (hub.figures()[0]!.depth < 59) await new Promise((resolve) => { setTimeout(resolve, 1); });
    await thread.terminate();
    hub.remove(killed);
    expect(wrong).toBeNull();
    const after = next, out = new Producer(other, hub.bell, 'wait');
    for (let n = 0; n < 3; n++) {
      const at = out.claim();
      out.ints[at + TAG] = 1;
      out.floats[at / 2 + VALUES] = -1;
      out.done();
      out.publish();
      hub.deliver();
    }
    expect([next, others]).toEqual([after, 3]);
    expect(hub.figures()[0]!.published).toBe(next + 3);
  }
});
