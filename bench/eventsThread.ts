// The other thread of bench events: writes events into the ring it was given, as fast as it may or a million a second, and says what it cost.
import { parentPort, workerData } from 'node:worker_threads';
import { getHeapStatistics } from 'node:v8';
import { Producer, TAG, VALUES } from '../app/core/bus/ring.ts';
import type { BellMemory, RingMemory, WhenFull } from '../app/core/bus/ring.ts';

export interface Work {
  readonly memory: RingMemory;
  readonly bell: BellMemory;
  readonly whenFull: WhenFull;
  readonly count: number;
  /** events published at once; with a rate: as many as are due */
  readonly batch: number;
  readonly payload: number;
  /** events per second; null: as fast as it may */
  readonly rate: number | null;
}
/** bytes of this thread's heap for an event, garbage collected in between */
export interface Wrote { readonly heap: number; readonly cpuMs: number }

/** Milliseconds of the machine's one monotonic clock, the same in all threads; nothing is allocated. Its offset is of the quickest of many readings. */
export const clock = (): (() => number) => {
  let offset = 0, quickest = Infinity;
  for (let i = 0; i < 1000; i++) {
    const before = performance.now(), at = Number(process.hrtime.bigint()) / 1e6, after = performance.now();
    if (after - before >= quickest) continue;
    quickest = after - before;
    offset = at - (before + after) / 2;
  }
  return () => performance.now() + offset;
};

/** Kinds there are in the stream. */
export const KINDS = 8;

if (parentPort !== null) {
  const port = parentPort;
  port.on('message', (work: Work) => {
    const out = new Producer(work.memory, work.bell, work.whenFull), now = clock();
    const before = getHeapStatistics().used_heap_size, cpu = process.threadCpuUsage();
    if (work.rate === null) fast(out, work); else paced(out, work, now);
    const spent = process.threadCpuUsage(cpu);
    port.postMessage({ heap: getHeapStatistics().used_heap_size - before, cpuMs: (spent.user + spent.system) / 1000 } satisfies Wrote);
  });
  if (workerData === 'ready') port.postMessage('ready');
}

function put(out: Producer, n: number, payload: number, time: number): void {
  const at = out.claim(payload);
  out.floats[at / 2] = time;
  out.ints[at + TAG] = n & (KINDS - 1);
  out.floats[at / 2 + VALUES] = n;
  out.done(payload);
}

function fast(out: Producer, { count, batch, payload }: Work): void {
  for (let n = 0; n < count;) {
    for (const end = Math.min(count, n + batch); n < end; n++) put(out, n, payload, 0);
    out.publish();
  }
}

/** Between two events nobody is told of, a core of its own would spin: it does here, so that the consumer's time is what is measured. */
function paced(out: Producer, { count, payload, rate }: Work, now: () => number): void {
  const start = now();
  for (let n = 0; n < count;) {
    const due = Math.min(count, Math.floor((now() - start) * rate! / 1000));
    while (n < due) put(out, n++, payload, now());
    out.publish();
  }
}
