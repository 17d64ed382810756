// Dangers: a dependency that fails is asked again and again while everybody waits; one that is back stays shut out; many who wait for one
// failure count it many times; bad questions shut out a dependency that is well; a change nobody is told of.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { type TelemetryEvent, silent } from '../../../core/telemetry.ts';
import { type BreakerOptions, Breakers } from './breakers.ts';

/** A dependency that does what it is told. */
class Plant {
  state: 'well' | 'failing' | 'hung' = 'well';
  asked = 0;
  readonly ask = async (question = 'good'): Promise<string> => {
    this.asked++;
    if (question === 'bad') throw new Error('a bad question');
    if (this.state === 'failing') throw new TypeError('it is broken');
    if (this.state === 'hung') { await sleep(60); throw new TypeError('it did not answer'); }
    return 'answer';
  };
}

const open: Breakers[] = [];
afterEach(() => { for (const breakers of open.splice(0)) breakers.close(); });

function planted(options: BreakerOptions = {}) {
  const told: TelemetryEvent[] = [], gauges: number[] = [];
  const breakers = new Breakers({ ...silent, gauge: (name) => ({ set: (value) => { if (name === 'acumen_breaker_state') gauges.push(value); } }), tell: (event) => { told.push(event); } });
  open.push(breakers);
  const plant = new Plant(), breaker = breakers.breaker('planted', { failures: 3, rest: 40, counts: (error) => error instanceof TypeError, ...options });
  const states = (): string[] => told.map((event) => (event.kind === 'breaker' ? event.to : event.kind));
  return { plant, breaker, breakers, told, gauges, states, ask: (question?: string) => breaker.run(() => plant.ask(question)).catch((error: unknown) => error) };
}

async function until(holds: () => boolean): Promise<void> { while (!holds()) await sleep(5); }

test.each(['failing', 'hung'] as const)('a %s dependency is left alone after three failures in a row, and asked again once it has rested', async (how) => {
  const { plant, ask, breaker, states, gauges, told, breakers } = planted();
  for (let i = 0; i < 5; i++) expect(await ask()).toBe('answer');
  plant.state = how;
  for (let i = 0; i < 3; i++) expect(await ask()).toBeInstanceOf(TypeError);
  const { asked } = plant;
  for (let i = 0; i < 10; i++) expect(await ask()).toMatchObject({ code: 'overloaded', message: expect.stringContaining('planted is left alone') as string, hint: expect.stringMatching(/tried again in \d+ s/) as string });
  expect(plant.asked).toBe(asked);
  expect(breakers.figures()).toMatchObject([{ dependency: 'planted', state: 'open', failures: 3 }]);
  expect(told[0]).toMatchObject({ kind: 'breaker', dependency: 'planted', from: 'closed', to: 'open', reason: expect.stringMatching(/broken|did not answer/) as string });
  // in vain first: then it rests longer
  await until(() => breaker.wait() === 0);
  expect(await ask()).toBeInstanceOf(TypeError);
  expect(breaker.state).toBe('open');
  plant.state = 'well';
  await until(() => breaker.wait() === 0);
  expect(await ask()).toBe('answer');
  expect(states()).toEqual(['open', 'half-open', 'open', 'half-open', 'closed']);
  expect(gauges).toEqual([0, 2, 1, 2, 1, 0]);
  expect(await ask()).toBe('answer');
});

test('while one finds out, the others are not made to wait', async () => {
  const { plant, ask, breaker } = planted();
  plant.state = 'failing';
  for (let i = 0; i < 3; i++) await ask();
  await until(() => breaker.wait() === 0);
  plant.state = 'hung';
  const first = ask(), { asked } = plant;
  for (let i = 0; i < 5; i++) expect(await ask()).toMatchObject({ code: 'overloaded' });
  expect(plant.asked).toBe(asked);
  expect(await first).toBeInstanceOf(TypeError);
});

test('a probe asks by itself, and requests never do', async () => {
  let probes = 0;
  const plant = new Plant(), { breaker, states } = planted({ probe: async () => { probes++; await plant.ask(); } });
  plant.state = 'failing';
  for (let i = 0; i < 3; i++) await breaker.run(plant.ask).catch(() => undefined);
  await until(() => probes >= 2);
  expect(plant.asked).toBe(3 + probes);
  await expect(breaker.run(plant.ask)).rejects.toMatchObject({ code: 'overloaded' });
  plant.state = 'well';
  await until(() => breaker.isClosed);
  expect(states().at(-1)).toBe('closed');
  expect(await breaker.run(plant.ask)).toBe('answer');
});

test('bad questions say nothing of a dependency; success between failures does, unless it may come without it', async () => {
  const { plant, ask, breaker } = planted();
  for (let i = 0; i < 20; i++) expect(await ask('bad')).toMatchObject({ message: 'a bad question' });
  for (let i = 0; i < 10; i++) { plant.state = i % 3 === 2 ? 'well' : 'failing'; await ask(); }
  expect(breaker.isClosed).toBe(true);
  const other = planted({ within: 10_000 });
  for (let i = 0; i < 5; i++) { other.plant.state = i % 2 === 1 ? 'well' : 'failing'; await other.ask(); }
  expect(other.breaker.state).toBe('open');
});

test('many who waited for one failure count it once', async () => {
  const { breaker } = planted({ within: 10_000 }), failure = new TypeError('one silence');
  await Promise.all(Array.from({ length: 10 }, () => breaker.run(() => Promise.reject(failure)).catch(() => undefined)));
  expect(breaker.isClosed).toBe(true);
  expect(breaker.figures().failures).toBe(1);
});

test('what is no call: workers that die one after the other are not started for a while, then one is', async () => {
  const { breaker, states } = planted();
  for (let i = 0; i < 3; i++) { expect(breaker.allows()).toBe(true); breaker.failed('it died'); await sleep(1); }
  expect(breaker.allows()).toBe(false);
  await until(() => breaker.wait() === 0);
  expect(breaker.allows()).toBe(true);
  expect(breaker.allows(), 'one at a time').toBe(false);
  breaker.failed('it died again');
  await sleep(1);
  expect(breaker.allows()).toBe(false);
  await until(() => breaker.wait() === 0);
  expect(breaker.allows()).toBe(true);
  breaker.succeeded();
  await sleep(1);
  expect(breaker.allows()).toBe(true);
  expect(states()).toEqual(['open', 'half-open', 'open', 'half-open', 'closed']);
});

test('a response opens one by hand, and closes it again', async () => {
  const { plant, ask, breaker, told } = planted();
  const release = breaker.hold('the disk is slow');
  expect(await ask()).toMatchObject({ code: 'overloaded', message: expect.stringContaining('the disk is slow') as string });
  expect(plant.asked).toBe(0);
  release();
  expect(await ask()).toBe('answer');
  expect(told.map((event) => (event.kind === 'breaker' ? [event.to, event.reason] : []))).toEqual([['open', 'the disk is slow'], ['closed', 'it answers again']]);
  expect(breaker.state).toBe('closed');
});
