// The danger: results in another order, two of one key at once, a batch that never comes, or an event that is lost or done twice after a stop.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batched, mapOrdered, resumed } from './pipeline.ts';
import type { Numbered, Timer } from './pipeline.ts';

const list = (values: readonly number[]): Numbered<number>[] => values.map((value, i) => ({ seq: i + 1, value }));
const collect = async <T>(from: AsyncIterable<T>): Promise<T[]> => { const all: T[] = []; for await (const value of from) all.push(value); return all; };
/** Lets others run for so many turns: work that ends in any order. */
const turns = async (many: number): Promise<void> => { for (let i = 0; i < many; i++) await Promise.resolve(); };
const never: Timer = () => ({ over: new Promise(() => undefined), stop() {} });

test('mapping many at once gives what mapping one by one gives; of one key never two at once, and in order', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.nat(20), { maxLength: 60 }), fc.integer({ min: 1, max: 7 }), fc.boolean(), async (values, ways, isKeyed) => {
    const running = new Set<number>(), begun: number[] = [];
    let most = 0, isTwice = false;
    const key = (value: number): number => value % 3;
    const results = await collect(mapOrdered(list(values), ways, async (value, seq) => {
      if (isKeyed && running.has(key(value))) isTwice = true;
      running.add(isKeyed ? key(value) : seq);
      begun.push(seq);
      most = Math.max(most, running.size);
      await turns(value % 5 * 3);
      running.delete(isKeyed ? key(value) : seq);
      return value * 2;
    }, isKeyed ? key : undefined));
    expect(results).toEqual(list(values).map(({ seq, value }) => ({ seq, value: value * 2 })));
    expect(most).toBeLessThanOrEqual(ways);
    expect(isTwice).toBe(false);
    if (isKeyed) for (const k of [0, 1, 2]) expect(begun.filter((seq) => key(values[seq - 1]!) === k)).toEqual(list(values).filter(({ value }) => key(value) === k).map(({ seq }) => seq));
  }), { numRuns: 150 });
});

test('an error comes in its turn, and reading stops with everything ended', async () => {
  let running = 0, read = 0;
  const source = function* (): Generator<Numbered<number>> { for (let i = 1; i <= 100; i++) { read = i; yield { seq: i, value: i }; } };
  const seen: number[] = [];
  await expect((async () => {
    for await (const { value } of mapOrdered(source(), 4, async (value) => {
      running++;
      await turns(10);
      running--;
      if (value === 3) throw new Error('planted');
      return value;
    })) seen.push(value);
  })()).rejects.toThrow('planted');
  expect([seen, running]).toEqual([[1, 2], 0]);
  expect(read).toBeLessThanOrEqual(6); // no more was read than may be under way
});

test('batches are those of cutting a list', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.nat()), fc.integer({ min: 1, max: 9 }), async (values, size) => {
    const cut = Array.from({ length: Math.ceil(values.length / size) }, (_, i) => values.slice(i * size, (i + 1) * size));
    expect(await collect(batched(values, size, 10, never))).toEqual(cut);
  }));
});

test('a batch that does not fill is given when its time is over, and what comes later begins another', async () => {
  const fire: (() => void)[] = [];
  let stopped = 0;
  const timer: Timer = () => ({ over: new Promise<void>((resolve) => { fire.push(resolve); }), stop: () => { stopped++; } });
  const waiting: ((value: number | null) => void)[] = [];
  const source = async function* (): AsyncGenerator<number> {
    for (;;) {
      const value = await new Promise<number | null>((resolve) => { waiting.push(resolve); });
      if (value === null) return;
      yield value;
    }
  };
  const give = async (value: number | null): Promise<void> => { await turns(20); waiting.shift()!(value); await turns(20); };
  const batches = batched(source(), 3, 50, timer);
  const first = batches.next();
  await give(1);
  await give(2);
  fire.shift()!();
  expect((await first).value).toEqual([1, 2]);
  const second = batches.next();
  for (const n of [3, 4, 5]) await give(n);
  expect([(await second).value, stopped]).toEqual([[3, 4, 5], 1]);
  const third = batches.next();
  await give(6);
  await give(null);
  expect((await third).value).toEqual([6]);
  expect((await batches.next()).done).toBe(true);
});

test('stopped anywhere, a stream goes on behind its checkpoint: nothing lost, order kept, and once only where sink and checkpoint are one', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.nat(), { minLength: 1, maxLength: 40 }), fc.array(fc.nat(6), { maxLength: 10 }), fc.integer({ min: 1, max: 5 }), fc.boolean(), async (values, stops, size, isAtomic) => {
    const all = list(values), done: number[] = [];
    let at = 0;
    const run = (failAfter: number): Promise<number> => {
      let left = failAfter;
      return resumed<number>((after) => all.filter(({ seq }) => seq > after), (events) => batched(mapOrdered(events, 3, (value) => value + 1), size, 10, never), (batch, seq) => {
        if (left-- <= 0) throw new Error('killed before it was written');
        done.push(...batch.map((event) => event.seq));
        if (isAtomic) at = seq;
        if (left-- <= 0) throw new Error('killed before it was acknowledged');
      }, { read: () => at, write: (seq) => { at = seq; } });
    };
    for (const stop of stops) await run(stop).catch(() => undefined);
    await run(Number.POSITIVE_INFINITY);
    expect(at).toBe(values.length);
    const seqs = all.map(({ seq }) => seq);
    if (isAtomic) expect(done).toEqual(seqs);
    else {
      expect([...new Set(done)]).toEqual(seqs); // first times are in order, and all
      expect(done.every((seq, i) => i === 0 || seq <= done[i - 1]! + 1)).toBe(true);
    }
  }), { numRuns: 150 });
});
