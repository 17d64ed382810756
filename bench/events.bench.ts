// The event bus and the logs. Bus: one thread to another through the ring, as fast as both may, and a million a second routed by kind to eight
// subscribers, each event checked to be the next. Beside it what Node has: an EventEmitter within one thread, and a MessagePort between two.
import { EventEmitter, once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import { MessageChannel, Worker } from 'node:worker_threads';
import { Hub } from '../app/core/bus/hub.ts';
import { DOUBLES, VALUES, ringMemory } from '../app/core/bus/ring.ts';
import type { TelemetryEvent } from '../app/core/telemetry.ts';
import { EventBus } from '../app/main/service/bus/bus.ts';
import { TelemetryLog } from '../app/main/service/bus/log.ts';
import { TelemetryFile } from '../app/main/storage/telemetry/file.ts';
import { Segments } from '../app/main/storage/telemetry/segments.ts';
import { tempDir } from '../testkit/git.ts';
import { KINDS, clock } from './eventsThread.ts';
import { logRows } from './eventsLog.ts';
import type { Work, Wrote } from './eventsThread.ts';
import type { Benchmark, Row } from './report.ts';

const RUNS = 5;
const median = (values: readonly number[]): number => [...values].sort((x, y) => x - y)[values.length >> 1]!;

interface Heard { readonly ms: number; readonly events: number; readonly wrong: number; readonly latencies: Float64Array; readonly heap: number; readonly cpuMs: number; readonly wrote: Wrote; readonly dropped: number }
interface Asked extends Omit<Work, 'memory' | 'bell'> { readonly records: number; readonly warm: number; readonly slow?: number }

/** Runs the thread's work against a hub here; `warm` events go before what is counted. */
async function through(asked: Asked): Promise<Heard> {
  const { records, warm, slow = 0, ...work } = asked;
  const worker = new Worker(new URL('./eventsThread.ts', import.meta.url), { workerData: 'ready' });
  await once(worker, 'message');
  const now = clock(), total = new Float64Array(asked.rate === null ? 0 : work.count);
  let heard: Heard | null = null;
  for (const count of [warm, work.count]) {
    const hub = new Hub(1, { batch: 1024 }), memory = ringMemory(records, 1 << 20);
    hub.add(memory, 0);
    let events = 0, wrong = 0, first = 0;
    const nextOf = new Float64Array(KINDS).map((_, kind) => kind);
    const isTimed = asked.rate !== null && count === work.count;
    for (let kind = 0; kind < KINDS; kind++) {
      hub.subscribe([kind], (batch, picked, many) => {
        const { floats } = batch, at = isTimed ? now() : 0;
        for (let k = 0; k < many; k++) {
          const i = picked[k]! * DOUBLES, n = floats[i + VALUES]!;
          // within a kind every eighth number follows, unless some were dropped
          if (work.whenFull === 'drop' ? n < nextOf[kind]! : n !== nextOf[kind]) wrong++;
          nextOf[kind] = n + KINDS;
          if (isTimed) total[n] = at - floats[i]!;
        }
        events += many;
        if (slow > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, slow);
      });
    }
    worker.postMessage({ ...work, memory, bell: hub.bell, count } satisfies Work);
    while (hub.deliver() === 0) hub.sleep(1000);
    first = now();
    const already = events, cpu = process.threadCpuUsage(), heap = getHeapStatistics().used_heap_size;
    while (events + hub.figures()[0]!.dropped < count) if (hub.deliver() === 0) hub.sleep(1000);
    const ms = now() - first, grown = getHeapStatistics().used_heap_size - heap;
    const spent = process.threadCpuUsage(cpu);
    const [wrote] = await once(worker, 'message') as [Wrote];
    heard = { ms, events: events - already, wrong, latencies: total, heap: grown, cpuMs: (spent.user + spent.system) / 1000, wrote, dropped: hub.figures()[0]!.dropped };
  }
  await worker.terminate();
  return heard!;
}

/** The same numbers through Node's own means: events per second. */
function emitter(count: number): number {
  const emitter = new EventEmitter();
  let sum = 0;
  for (let kind = 0; kind < KINDS; kind++) emitter.on(`${kind}`, (event: { n: number }) => { sum += event.n; });
  const names = Array.from({ length: KINDS }, (_, kind) => `${kind}`);
  const start = performance.now();
  for (let n = 0; n < count; n++) emitter.emit(names[n & (KINDS - 1)]!, { n, time: 0, label: 0 });
  const ms = performance.now() - start;
  if (sum !== count * (count - 1) / 2) throw new Error('the emitter lost some');
  return count / ms * 1000;
}

async function messagePort(count: number): Promise<number> {
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(`const { workerData: { port, count }, parentPort } = require('node:worker_threads');
    parentPort.postMessage('ready');
    parentPort.once('message', () => { for (let n = 0; n < count; n++) port.postMessage({ n, time: 0, label: 0 }); });`, { eval: true, workerData: { port: port2, count }, transferList: [port2] });
  await once(worker, 'message');
  let heard = 0;
  const start = performance.now();
  await new Promise<void>((resolve) => { port1.on('message', () => { if (++heard === count) resolve(); }); worker.postMessage('go'); });
  const ms = performance.now() - start;
  port1.close();
  await worker.terminate();
  return count / ms * 1000;
}

async function busRows(): Promise<Row[]> {
  const fast: number[] = [], loaded: number[] = [], emitters: number[] = [], ports: number[] = [], p99: number[] = [], p50: number[] = [];
  let wrong = 0, producerHeap = Number.POSITIVE_INFINITY, consumerHeap = Number.POSITIVE_INFINITY, cpu = Number.POSITIVE_INFINITY, consumerCpu = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS; run++) {
    const count = 10_000_000;
    const plain = await through({ whenFull: 'wait', count, batch: 256, payload: 0, rate: null, records: 1 << 14, warm: 1_000_000 });
    const paid = await through({ whenFull: 'wait', count: count / 5, batch: 256, payload: 48, rate: null, records: 1 << 14, warm: 500_000 });
    fast.push(plain.events / plain.ms * 1000);
    loaded.push(paid.events / paid.ms * 1000);
    cpu = Math.min(cpu, plain.wrote.cpuMs * 1e6 / count);
    consumerCpu = Math.min(consumerCpu, plain.cpuMs * 1e6 / plain.events);
    // a collection in between would hide what was allocated: it makes the difference negative
    if (plain.wrote.heap >= 0) producerHeap = Math.min(producerHeap, plain.wrote.heap / count);
    if (plain.heap >= 0) consumerHeap = Math.min(consumerHeap, plain.heap / plain.events);
    const routed = await through({ whenFull: 'wait', count: 2_000_000, batch: 1, payload: 0, rate: 1e6, records: 1 << 16, warm: 500_000 });
    const sorted = routed.latencies.sort();
    p50.push(sorted[sorted.length >> 1]!);
    p99.push(sorted[Math.floor(sorted.length * 0.99)]!);
    wrong += plain.wrong + paid.wrong + routed.wrong;
    emitters.push(emitter(2_000_000));
    ports.push(await messagePort(50_000));
  }
  const slow = await through({ whenFull: 'wait', count: 50_000, batch: 16, payload: 8, rate: null, records: 256, warm: 1000, slow: 1 });
  const dropping = await through({ whenFull: 'drop', count: 1_000_000, batch: 16, payload: 8, rate: null, records: 256, warm: 1000, slow: 1 });
  return [
    { metric: 'bus_events_per_s', value: median(fast), unit: '/s', peer: 'EventEmitter, one thread', peerValue: median(emitters), ratio: median(fast) / median(emitters) },
    { metric: 'bus_events_per_s_against_ports', value: median(fast), unit: '/s', peer: 'MessagePort, two threads', peerValue: median(ports), ratio: median(fast) / median(ports) },
    { metric: 'bus_events_per_s_best', value: Math.max(...fast), unit: '/s' },
    { metric: 'bus_payload_48_events_per_s', value: median(loaded), unit: '/s' },
    { metric: 'bus_producer_cpu', value: cpu, unit: 'ns/event' }, { metric: 'bus_consumer_cpu', value: consumerCpu, unit: 'ns/event' },
    { metric: 'bus_producer_allocates', value: producerHeap, unit: 'B/event' }, { metric: 'bus_consumer_allocates', value: consumerHeap, unit: 'B/event' },
    { metric: 'bus_route_p50_ms', value: median(p50), unit: 'ms at 1 M/s' }, { metric: 'bus_route_p99_ms', value: median(p99), unit: 'ms at 1 M/s' }, { metric: 'bus_route_p99_best_ms', value: Math.min(...p99), unit: 'ms at 1 M/s' },
    { metric: 'bus_out_of_order', value: wrong + slow.wrong + dropping.wrong, unit: 'events' },
    { metric: 'bus_slow_consumer_lost', value: slow.dropped, unit: 'events' },
    { metric: 'bus_analytics_dropped_counted', value: dropping.dropped, unit: 'of 1,000,000' },
  ];
}

const telemetry = (n: number): TelemetryEvent => ({ kind: 'operation', operation: n % 3 === 0 ? 'compose' : 'list', ms: n / 1000, outcome: 'ok', detail: '12 ACUs of feature/some-branch', parts: [['plan', 0.25], ['commit', 3.5]] });

/** Telling as the service does, through to FILE.telemetry and back. */
function telemetryRows(folder: string): Row[] {
  const count = 200_000, told: number[] = [], emitted: number[] = [], written: number[] = [], replayed: number[] = [];
  let bytes = 0;
  for (let run = 0; run < RUNS; run++) {
    const path = join(folder, `${run}.telemetry`), file = TelemetryFile.open(path, { writer: 'bench' }), bus = new EventBus(), events = Array.from({ length: 1000 }, (_, n) => telemetry(n));
    let heard = 0;
    const end = bus.subscribe(['operation'], (_, __, many) => { heard += many; });
    const emitter = new EventEmitter();
    emitter.on('operation', () => { heard++; });
    const per = (work: () => void): number => { const cpu = process.threadCpuUsage(); work(); const { user, system } = process.threadCpuUsage(cpu); return count / (user + system) * 1e6; };
    const tell = (): void => { for (let n = 0; n < count; n++) { bus.tell(events[n % 1000]!, 'normal'); if (n % 1000 === 999) bus.deliver(); } };
    tell();
    told.push(per(tell));
    emitted.push(per(() => { for (let n = 0; n < count; n++) emitter.emit('operation', events[n % 1000]); }));
    end();
    const log = new TelemetryLog(bus, () => file);
    written.push(per(() => { tell(); log.flush(); }));
    log.close();
    bus.close();
    let again = 0;
    replayed.push(per(() => { for (const _ of new Segments(file).replay()) again++; }));
    if (heard !== 3 * count || again !== count) throw new Error('the telemetry log lost some');
    bytes = file.used / count;
    file.close();
    rmSync(path);
  }
  return [
    { metric: 'tell_events_per_cpu_s', value: median(told), unit: '/s', peer: 'EventEmitter, nothing encoded', peerValue: median(emitted), ratio: median(told) / median(emitted) },
    { metric: 'telemetry_log_events_per_cpu_s', value: median(written), unit: '/s' }, { metric: 'telemetry_log_bytes_per_event', value: bytes, unit: 'B' },
    { metric: 'telemetry_replay_events_per_cpu_s', value: median(replayed), unit: '/s' },
  ];
}

const benchmark: Benchmark = {
  what: `The event bus between two threads and the telemetry log, medians of ${RUNS}, beside a Node EventEmitter and a MessagePort; then the durable log of domain events`,
  async run() {
    const temp = tempDir('bench-events');
    try {
      return [...await busRows(), ...telemetryRows(temp.path), ...await logRows()];
    } finally {
      temp.remove();
    }
  },
};
export default benchmark;
