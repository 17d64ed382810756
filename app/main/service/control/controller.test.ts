// The danger: a knob turned without a word, a decision whose effect nobody learns, a guard that cannot be told from the rest, or one that does not undo what it did.
import { expect, test } from 'vitest';
import { type Knob, type MemoryStage, type TelemetryEvent, silent } from '../../../core/telemetry.ts';
import { Controller } from './controller.ts';

function knob(name: string, max: number, value: number): Knob { return { name, unit: 'things', min: 0, max, value: () => value, set: (to) => { value = to; } }; }

function planted(): { controller: Controller; told: TelemetryEvent[]; size: Knob; warm: Knob; pending: Knob; stages: MemoryStage[]; world: { bytes: number; used: number; returned: number; lookups: number; done: number; wait: number; held: number } } {
  const told: TelemetryEvent[] = [], stages: MemoryStage[] = [], world = { bytes: 100, used: 10, returned: 0, lookups: 0, done: 0, wait: 80, held: 1000 };
  const size = knob('cache L1', 5000, 1000), warm = knob('pool.diff.warm', 8, 0), pending = knob('admission.pending', 400, 400);
  const controller = new Controller({ memory: () => ({ bytes: world.bytes, limit: 1000 }), admission: pending, telemetry: { ...silent, tell: (event) => { told.push(event); } } });
  controller.addCache({ get limit() { return size.value(); }, get bytes() { return Math.min(world.held, size.value()); }, use: world, endWindow: () => world.used, knobs: () => [size], press: (stage) => { stages.push(stage); } });
  controller.addPool({ use: () => ({ done: world.done, at: 0, runMs: 100, max: 2 }), knob: warm, measure: { metric: 'acumen_pool_wait_seconds diff', value: () => world.wait } });
  return { controller, told, size, warm, pending, stages, world };
}

test('each decision is told with its reason, and thirty seconds later with its effect', () => {
  const { controller, told, size, warm, world } = planted();
  controller.tick();
  world.done = 30;
  controller.tick();
  expect(warm.value()).toBe(2);
  expect(told).toEqual([{ kind: 'decision', id: 1, knob: 'pool.diff.warm', from: 0, to: 2, reason: 'its busiest second of the last two minutes needed 2' }]);
  for (let n = 0; n < 28; n++) { world.lookups += 100; controller.tick(); }
  expect(size.value()).toBe(700);
  world.wait = 3;
  for (let n = 0; n < 2; n++) { world.lookups += 100; controller.tick(); }
  expect(told.filter(({ kind }) => kind === 'effect')).toEqual([{ kind: 'effect', id: 1, knob: 'pool.diff.warm', metric: 'acumen_pool_wait_seconds diff', before: 80, after: 3 }]);
  expect(told).toContainEqual({ kind: 'decision', id: 2, knob: 'cache L1', from: 1000, to: 700, reason: 'only 0.0 MB of 0.0 MB were asked for again' });
  world.held = 300;
  for (let n = 0; n < 30; n++) { world.lookups += 100; controller.tick(); }
  expect(told).toContainEqual({ kind: 'effect', id: 2, knob: 'cache L1', metric: 'acumen_cache_bytes L1', before: 1000, after: 300 });
});

test('under pressure caches shrink and warm workers end, then clients are refused sooner; all of it comes back', () => {
  const { controller, told, warm, pending, stages, world } = planted();
  controller.tick();
  world.done = 30;
  controller.tick();
  world.bytes = 800;
  controller.tick();
  expect([stages, warm.value(), pending.value()]).toEqual([['shrinking'], 0, 400]);
  world.bytes = 950;
  controller.tick();
  expect([stages, pending.value()]).toEqual([['shrinking', 'throttling'], 100]);
  world.bytes = 500;
  for (let n = 0; n < 25; n++) controller.tick();
  expect([stages, warm.value(), pending.value()]).toEqual([['shrinking', 'throttling', 'shrinking', 'normal'], 2, 400]);
  expect(told.filter((event) => event.kind === 'memory').map(({ guard, bytes, limit }) => [guard, bytes, limit])).toEqual([['shrinking', 800, 1000], ['throttling', 950, 1000], ['shrinking', 500, 1000], ['normal', 500, 1000]]);
});

test('switched off it turns nothing, and guards memory all the same', () => {
  const { controller, told, size, warm, stages, world } = planted();
  controller.switch(false);
  for (let n = 0; n < 60; n++) { world.done += 30; world.lookups += 100; controller.tick(); }
  expect([size.value(), warm.value(), told]).toEqual([1000, 0, []]);
  world.bytes = 960;
  controller.tick();
  expect(stages).toEqual(['throttling']);
});

test('no figure before, no effect afterwards', () => {
  const { controller, told, world } = planted();
  (world as { wait: number | null }).wait = null;
  controller.tick();
  world.done = 30;
  for (let n = 0; n < 50; n++) controller.tick();
  expect(told.map(({ kind }) => kind)).toContain('decision');
  expect(told.filter((event) => event.kind === 'effect' && event.knob === 'pool.diff.warm')).toEqual([]);
});
