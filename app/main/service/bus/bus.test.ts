// The danger: an event that a thread or this process told and nobody heard, or that is not in the log although it was flushed; a process that a bus keeps alive.
import { once } from 'node:events';
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TelemetryEvent } from '../../../core/telemetry.ts';
import { tempDir } from '../../../../testkit/git.ts';
import { TelemetryFile } from '../../storage/telemetry/file.ts';
import { EventBus } from './bus.ts';
import { TelemetryLog, query } from './log.ts';

let temp: ReturnType<typeof tempDir>;
beforeAll(() => { temp = tempDir('bus'); });
afterAll(() => temp.remove());

const worker = (n: number): TelemetryEvent => ({ kind: 'worker', pool: 'diff', worker: n, what: 'started', reason: 'it was wanted' });
const operation = (n: number): TelemetryEvent => ({ kind: 'operation', operation: 'compose', ms: n, outcome: 'ok', detail: `${n}`, parts: [['plan', 1]] });
const alarm = (n: number): TelemetryEvent => ({ kind: 'memory', guard: 'throttling', bytes: n, limit: 10, reason: 'planted' });

test('more than a lane holds is told and heard at once, in order; analytics lose the oldest, and they are counted', () => {
  const heard = { worker: [] as number[], operation: [] as number[] }, counted = new Map<string, number>();
  const telemetry = { counter: (name: string, lane = '') => ({ add(n = 1) { counted.set(`${name} ${lane}`, (counted.get(`${name} ${lane}`) ?? 0) + n); } }), gauge: () => ({ set() {} }) };
  const bus = new EventBus({ telemetry });
  bus.on(['worker'], (events) => heard.worker.push(...events.map(({ event }) => (event as { worker: number }).worker)));
  bus.on(['operation'], (events) => heard.operation.push(...events.map(({ event }) => (event as { ms: number }).ms)));
  for (let n = 0; n < 5000; n++) bus.tell(worker(n));
  for (let n = 0; n < 10_000; n++) bus.tell(operation(n));
  bus.deliver();
  expect(heard.worker).toEqual(Array.from({ length: 5000 }, (_, n) => n));
  const [, normal, analytics] = bus.figures();
  expect(normal).toMatchObject({ lane: 'normal', emitted: 5000, dropped: 0, depth: 0 });
  expect(analytics!.dropped).toBeGreaterThan(5000);
  expect(heard.operation).toEqual(Array.from({ length: heard.operation.length }, (_, k) => 10_000 - heard.operation.length + k));
  expect(heard.operation.length + analytics!.dropped).toBe(10_000);
  expect(counted.get('acumen_bus_dropped_total analytics')).toBe(analytics!.dropped);
  expect(counted.get('acumen_bus_events_total normal')).toBe(5000);
  bus.close();
  bus.tell(worker(1));
  expect(bus.figures()[1]!.emitted).toBe(5000);
});

test('what was told is heard without asking: the urgent before anything else', async () => {
  const bus = new EventBus(), order: string[] = [];
  const done = new Promise<void>((resolve) => { bus.on(null, (events) => { order.push(...events.map(({ event }) => event.kind)); if (order.length === 2) resolve(); }); });
  bus.tell(worker(1));
  bus.tell(alarm(1));
  await done;
  expect(order).toEqual(['memory', 'worker']);
  bus.close();
});

const telling = `
  const { workerData, parentPort } = require('node:worker_threads');
  (async () => {
    const { threadTeller } = await import(workerData.module);
    const teller = threadTeller(workerData.port, () => 5);
    for (let n = 0; n !== workerData.count; n++) teller.tell({ kind: 'worker', pool: 'diff', worker: n, what: 'started', reason: 'r'.repeat(n % 50) });
    parentPort.postMessage('done');
  })();`;
const thread = (port: unknown, count: number): Worker => new Worker(telling, { eval: true, workerData: { module: new URL('./bus.ts', import.meta.url).href, port, count } });

test('threads are heard, each in its order, also those that are killed; and the bus goes on', async () => {
  const bus = new EventBus(), heard: number[] = [];
  bus.on(['worker'], (events) => { for (const { event, at } of events) if (at === 5) heard.push((event as { worker: number }).worker); });
  const one = bus.port(), count = 3000;
  const first = thread(one.port, count);
  await once(first, 'message');
  await first.terminate();
  one.end();
  expect(heard).toEqual(Array.from({ length: count }, (_, n) => n));
  heard.length = 0;
  const two = bus.port(), second = thread(two.port, -1);
  while (heard.length < 2000) await new Promise((resolve) => { setTimeout(resolve, 1); });
  await second.terminate();
  two.end();
  expect(heard).toEqual(Array.from({ length: heard.length }, (_, n) => n));
  expect(bus.figures()[1]).toMatchObject({ emitted: count + heard.length, dropped: 0, depth: 0 });
  bus.close();
});

test('a process ends though its bus is open', () => {
  const script = `import { EventBus } from ${JSON.stringify(new URL('./bus.ts', import.meta.url).href)};
    const bus = new EventBus(); bus.port(); bus.tell(${JSON.stringify(worker(1))}); process.stdout.write('told');`;
  const ended = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', timeout: 30_000 });
  expect([ended.status, ended.stdout]).toEqual([0, 'told']);
});

test('what was flushed is in the file, in order, for another process too; urgent events at once', async () => {
  const path = join(temp.path, 'log.telemetry'), file = TelemetryFile.open(path, { writer: 'test' }), reader = TelemetryFile.open(path)!;
  let time = 1000;
  const bus = new EventBus({ now: () => time++ }), log = new TelemetryLog(bus, () => file);
  for (let n = 0; n < 5000; n++) bus.tell(worker(n));
  expect(log.flush()).toBe(true);
  const all = query(reader, { kinds: [], from: null, to: null, limit: 10_000 });
  expect(all.map(({ event }) => (event as { worker: number }).worker)).toEqual(Array.from({ length: 5000 }, (_, n) => 4999 - n));
  bus.tell(alarm(7));
  while (query(reader, { kinds: ['memory'], from: null, to: null, limit: 1 }).length === 0) await new Promise((resolve) => { setImmediate(resolve); });
  expect(query(reader, { kinds: ['memory'], from: null, to: null, limit: 5 })).toMatchObject([{ at: 6000, lane: 'critical', event: alarm(7) }]);
  expect(query(reader, { kinds: [], from: 1010, to: 1012, limit: 5 }).map(({ at }) => at)).toEqual([1012, 1011, 1010]);
  bus.tell(worker(5001));
  log.close();
  bus.close();
  expect(query(reader, { kinds: ['worker'], from: null, to: null, limit: 1 })[0]!.event).toEqual(worker(5001));
  reader.close();
  file.close();
});

test('what was flushed is there after kill -9, in order and nothing twice', async () => {
  const path = join(temp.path, 'killed.telemetry'), here = (name: string): string => JSON.stringify(new URL(name, import.meta.url).href);
  const script = `import { writeSync } from 'node:fs';
    import { EventBus } from ${here('./bus.ts')}; import { TelemetryLog } from ${here('./log.ts')}; import { TelemetryFile } from ${here('../../storage/telemetry/file.ts')};
    const file = TelemetryFile.open(${JSON.stringify(path)}, { writer: 'victim' }), bus = new EventBus(), log = new TelemetryLog(bus, () => file);
    for (let n = 0;; n++) {
      bus.tell({ kind: 'worker', pool: 'diff', worker: n, what: 'started', reason: 'r'.repeat(n % 90) });
      if (n % 700 === 699 && log.flush()) writeSync(1, n + ' ');
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => { said += text; if (said.length > 300) child.kill('SIGKILL'); });
  await once(child, 'close');
  const acknowledged = Number(said.trim().split(' ').at(-1)), file = TelemetryFile.open(path)!;
  const all = query(file, { kinds: [], from: null, to: null, limit: 1_000_000 }).reverse().map(({ event }) => (event as { worker: number }).worker);
  expect(all).toEqual(Array.from({ length: all.length }, (_, n) => n));
  expect(all.length).toBeGreaterThan(acknowledged);
  file.close();
});

test('while another process holds the file, what is told waits and is written afterwards; beyond its bound the oldest goes, counted', () => {
  const path = join(temp.path, 'locked.telemetry'), file = TelemetryFile.open(path, { writer: 'test' }), other = TelemetryFile.open(path, { writer: 'other' });
  const bus = new EventBus(), log = new TelemetryLog(bus, () => file);
  other.db.exec('BEGIN IMMEDIATE');
  bus.tell(worker(1));
  expect(log.flush()).toBe(false);
  bus.tell(worker(2));
  expect(log.flush()).toBe(false);
  other.db.exec('COMMIT');
  expect(log.flush()).toBe(true);
  expect(query(file, { kinds: [], from: null, to: null, limit: 10 }).map(({ event }) => event)).toEqual([worker(2), worker(1)]);
  other.db.exec('BEGIN IMMEDIATE');
  for (let n = 0; n < 18; n++) { bus.tell(worker(100 + n)); log.flush(); }
  other.db.exec('ROLLBACK');
  expect([log.flush(), log.lost]).toEqual([true, 2]);
  log.close();
  bus.close();
  other.close();
  file.close();
});
