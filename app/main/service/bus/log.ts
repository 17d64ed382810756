// What is told on the bus, into the telemetry log of FILE.telemetry: gathered to segments, written when one is full, each second, and at once
// where something urgent is among them. A log that cannot be written for long loses its oldest segments, counted; nobody waits for it.
import type { EventQuery, TimedEvent } from '../../../contract/performance.ts';
import type { Batch } from '../../../core/bus/ring.ts';
import { kinds as telemetryKinds, lanes } from '../../../core/bus/encoding.ts';
import type { TelemetryKind } from '../../../core/telemetry.ts';
import type { TelemetryFile } from '../../storage/telemetry/file.ts';
import { Packing, Segments } from '../../storage/telemetry/segments.ts';
import type { Sealed } from '../../storage/telemetry/segments.ts';
import type { EventBus } from './bus.ts';

/** Milliseconds until what was told is in the file. */
const EVERY = 1000;
/** Segments that wait for a file that is locked. */
const WAITING = 16;
/** What is kept: so many days, so many bytes; looked at when so many segments were written. */
export const retention = { days: 30, bytes: 64 << 20, every: 64 } as const;
const DAY = 86_400_000;

export class TelemetryLog {
  readonly #bus: EventBus;
  readonly #file: () => TelemetryFile;
  #segments: { readonly of: TelemetryFile; readonly log: Segments } | null = null;
  readonly #now: () => number;
  readonly #packing = new Packing();
  #waiting: Sealed[] = [];
  #timer: NodeJS.Timeout | null = null;
  #end: (() => void) | null;
  #sinceRetained = 0;
  #isLocked = false;
  /** events of segments that were let go unwritten, and segments written */
  lost = 0;
  written = 0;

  /** `file`: where it is written now, for people may delete one and another takes its place. `now` in milliseconds since the epoch. */
  constructor(bus: EventBus, file: () => TelemetryFile, now: () => number = Date.now) {
    this.#bus = bus;
    this.#file = file;
    this.#now = now;
    this.#end = bus.subscribe(null, (batch, picked, count, lane) => this.#take(batch, picked, count, lanes[lane] === 'critical'));
  }

  #take(batch: Batch, picked: Int32Array, count: number, isUrgent: boolean): void {
    for (let k = 0; k < count;) {
      const next = this.#packing.add(batch, picked, count, k);
      if (next < count) this.#seal();
      k = next;
    }
    // a file that was locked is not tried again at once: each try may take the time another process's lock is waited for
    if (!this.#isLocked && (isUrgent || this.#waiting.length > 0)) this.#write();
    else this.#later();
  }

  #later(): void { this.#timer ??= setTimeout(() => { this.#timer = null; this.#write(); }, EVERY).unref(); }

  #seal(): void {
    const sealed = this.#packing.seal();
    if (sealed === null) return;
    this.#waiting.push(sealed);
    if (this.#waiting.length > WAITING) this.lost += this.#waiting.shift()!.count;
  }

  #write(): void {
    this.#seal();
    if (this.#waiting.length === 0) return;
    const file = this.#file();
    if (this.#segments?.of !== file) this.#segments = { of: file, log: new Segments(file) };
    const { log } = this.#segments;
    this.#isLocked = !log.append(this.#waiting);
    if (this.#isLocked) { this.#later(); return; }
    this.written += this.#waiting.length;
    this.#sinceRetained += this.#waiting.length;
    this.#waiting = [];
    if (this.#sinceRetained < retention.every) return;
    this.#sinceRetained = 0;
    log.retain(this.#now() - retention.days * DAY, retention.bytes);
  }

  /** Writes what was told until now. False where the file was locked: it waits for the next time. */
  flush(): boolean {
    this.#bus.deliver();
    this.#write();
    return this.#waiting.length === 0;
  }

  /** Writes what is left; afterwards the file may be closed. */
  close(): void {
    if (this.#end === null) return;
    this.flush();
    this.#end();
    this.#end = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }
}

/** The newest that fit, newest first; of any process that writes this file. */
export function query(file: TelemetryFile, { kinds, from, to, limit }: EventQuery): TimedEvent[] {
  return new Segments(file).tail({ kinds, from, to }, limit).reverse();
}

export { telemetryKinds };
export const isTelemetryKind = (kind: string): kind is TelemetryKind => (telemetryKinds as readonly string[]).includes(kind);
