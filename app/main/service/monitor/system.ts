// What the machine and this process's runtime say: processor time by core, memory, lateness of the event loop, garbage collection, handles,
// files beside the store and how long the disk takes. All goes into the registry, where it is taken once a second.
import { open, readdir, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import { basename, join } from 'node:path';
import { PerformanceObserver, constants } from 'node:perf_hooks';
import type { Gauge, Meter, Timer } from '../../../core/telemetry.ts';
import { type Reference, references } from './pace.ts';

/**
 * How often the event loop's lateness is measured, in milliseconds, while the engine works and while it rests (each time wakes a processor that sleeps, which
 * costs ten times what is done then), and how many turns missed by one stall are counted at most.
 */
const LOOP_EVERY = { busy: 100, idle: 500 } as const, MOST_MISSED = 100;
/** Seconds between two looks at the disk while the engine works, and while it rests: each writes, and wakes a disk that sleeps. */
const DISK_EVERY = { busy: 5, idle: 60 };
const PROBE = new Uint8Array(4096);

const gcKinds: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor', [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental', [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weak',
};

/** A part of memory that is told for the whole process. */
const memoryParts = ['rss', 'heapUsed', 'heapTotal', 'external', 'arrayBuffers'] as const;

export class SystemMetrics {
  readonly #meter: Meter;
  readonly #store: string;
  readonly #memory: readonly Gauge[];
  readonly #cores: Gauge[] = [];
  readonly #process: Gauge;
  readonly #handles: Gauge;
  readonly #disk: Timer;
  readonly #gc: PerformanceObserver;
  readonly #late: Timer;
  readonly #references: readonly { readonly work: () => void | Promise<void>; readonly timer: Timer }[];
  #looks = 0;
  #loop: NodeJS.Timeout;
  #loopEvery: number = LOOP_EVERY.busy;
  #times = coreTimes();
  #cpu = process.cpuUsage();
  #wall = performance.now();
  #diskIn = 0;
  #probing: Promise<void> | null = null;

  constructor(meter: Meter, store: string) {
    this.#meter = meter;
    this.#store = store;
    this.#memory = memoryParts.map((part) => meter.gauge('acumen_memory_usage_bytes', part));
    this.#process = meter.gauge('acumen_cpu_usage_ratio', 'process');
    this.#handles = meter.gauge('acumen_handles');
    this.#disk = meter.timer('acumen_disk_seconds');
    const gc = Object.fromEntries(Object.entries(gcKinds).map(([number, kind]) => [number, meter.timer('acumen_gc_pause_seconds', kind)]));
    this.#gc = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) gc[(entry as { detail?: { kind?: number } }).detail?.kind ?? -1]?.record(entry.duration / 1000);
    });
    this.#gc.observe({ entryTypes: ['gc'] });
    this.#late = meter.timer('acumen_event_loop_delay_seconds');
    this.#references = (Object.entries(references()) as [Reference, () => void | Promise<void>][]).map(([reference, work]) => ({ work, timer: meter.timer('acumen_reference_seconds', reference) }));
    this.#loop = this.#watchLoop();
  }

  #watchLoop(): NodeJS.Timeout {
    const every = this.#loopEvery;
    let due = performance.now() + every;
    return setInterval(() => {
      const now = performance.now();
      // A stall delays every turn that was to come while it lasted, not one (coordinated omission).
      for (let delay = now - due, n = 0; n === 0 || delay > 0 && n < MOST_MISSED; delay -= every, n++) this.#late.record(Math.max(0, delay) / 1000);
      due = now + every;
      if (every === LOOP_EVERY.busy) void this.#refer();
    }, every).unref();
  }

  /** Of the references the next: three times a second each. Where nothing is asked nobody wants to know. */
  async #refer(): Promise<void> {
    const { work, timer } = this.#references[this.#looks++ % this.#references.length]!, start = performance.now();
    await work();
    timer.record((performance.now() - start) / 1000);
  }

  /** Once a second. `isBusy`: whether the engine was asked anything of late. */
  sample(isBusy: boolean): void {
    const every = isBusy ? LOOP_EVERY.busy : LOOP_EVERY.idle;
    if (every !== this.#loopEvery) {
      this.#loopEvery = every;
      clearInterval(this.#loop);
      this.#loop = this.#watchLoop();
    }
    const wall = performance.now(), elapsed = (wall - this.#wall) * 1000;
    const { user, system } = process.cpuUsage(this.#cpu);
    if (elapsed > 0) this.#process.set((user + system) / elapsed);
    this.#cpu = process.cpuUsage();
    this.#wall = wall;

    const times = coreTimes();
    for (const [i, { busy, all }] of times.entries()) {
      const before = this.#times[i];
      if (before === undefined || all <= before.all) continue; // no time has passed on its clock, or it was switched off
      this.#cores[i] ??= this.#meter.gauge('acumen_cpu_usage_ratio', String(i));
      this.#cores[i].set(Math.max(0, Math.min(1, (busy - before.busy) / (all - before.all))));
    }
    this.#times = times;

    const memory = process.memoryUsage();
    for (const [i, part] of memoryParts.entries()) this.#memory[i]!.set(memory[part]);
    this.#handles.set(process.getActiveResourcesInfo().length);

    if (--this.#diskIn > 0 || this.#probing !== null) return;
    this.#diskIn = isBusy ? DISK_EVERY.busy : DISK_EVERY.idle;
    this.#probing = this.#look().finally(() => { this.#probing = null; });
  }

  async close(): Promise<void> {
    clearInterval(this.#loop);
    this.#gc.disconnect();
    await this.#probing;
  }

  async #look(): Promise<void> {
    for (const [name, end] of [['store', ''], ['wal', '-wal'], ['cache', '.cache'], ['telemetry', '.telemetry']] as const) {
      const bytes = await stat(this.#store + end).then(({ size }) => size, () => null);
      if (bytes !== null) this.#meter.gauge('acumen_disk_bytes', name).set(bytes);
    }
    const cold = await folderBytes(`${this.#store}.cold`);
    if (cold !== null) this.#meter.gauge('acumen_disk_bytes', 'cold').set(cold);
    // A store that cannot be written to has no figure.
    const path = `${this.#store}.telemetry-probe-${process.pid}`;
    try {
      await rm(path, { force: true }); // of a process of this number that was killed; a link that stands there is not followed
      const file = await open(path, 'wx', 0o600);
      try {
        const start = performance.now();
        await file.write(PROBE, 0, PROBE.length, 0);
        await file.datasync();
        this.#disk.record((performance.now() - start) / 1000);
      } finally {
        await file.close();
        await rm(path, { force: true });
      }
    } catch { /* read-only, or full */ }
  }
}

function coreTimes(): { readonly busy: number; readonly all: number }[] {
  return os.cpus().map(({ times: { user, nice, sys, irq, idle } }) => ({ busy: user + nice + sys + irq, all: user + nice + sys + irq + idle }));
}

/** Files of one folder and of the folders in it. */
async function folderBytes(path: string): Promise<number | null> {
  try {
    let bytes = 0;
    for (const entry of await readdir(path, { withFileTypes: true })) {
      const inside = join(path, basename(entry.name));
      bytes += entry.isDirectory() ? await folderBytes(inside) ?? 0 : await stat(inside).then(({ size }) => size, () => 0);
    }
    return bytes;
  } catch {
    return null;
  }
}
