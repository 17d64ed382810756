// The process's bus: what its threads tell of themselves, gathered in the service's thread and handed on in batches to who asked for the kind.
// Told events become records at once (core/bus/encoding.ts). Back-pressure: analytics drop the oldest, counted; where another lane is full, a
// thread waits, and the service's own thread delivers on the spot. What is heard is one thread's order by lane, urgent lanes first.
import { LARGEST_EVENT, decode, encode, kindNumber, laneOf, lanes, timeOf } from '../../../core/bus/encoding.ts';
import { Hub } from '../../../core/bus/hub.ts';
import type { Hear } from '../../../core/bus/hub.ts';
import { Producer, ringMemory } from '../../../core/bus/ring.ts';
import type { BellMemory, RingMemory } from '../../../core/bus/ring.ts';
import type { LaneFigures } from '../../../contract/performance.ts';
import type { BusLane, Gauge, Knob, Teller, Telemetry, TelemetryEvent, TelemetryKind } from '../../../core/telemetry.ts';
import { silent } from '../../../core/telemetry.ts';

/** Records and bytes of payloads, by lane. */
const SIZES: Readonly<Record<BusLane, { readonly records: number; readonly arena: number }>> = {
  critical: { records: 512, arena: 1 << 17 }, normal: { records: 2048, arena: 1 << 18 }, analytics: { records: 4096, arena: 1 << 19 },
};
/** Of another thread: most tell little. */
const THREAD_SIZE = { records: 512, arena: 1 << 16 };
/** What waits in the service's own lanes is delivered after so many milliseconds at the latest, unless the thread is busy; the urgent at once. */
const EVERY = 25;
const BATCH = { least: 16, usual: 1024 };

export interface HeardEvent { readonly at: number; readonly lane: BusLane; readonly event: TelemetryEvent }
/** What a thread needs to tell: may be posted. */
export interface Port { readonly bell: BellMemory; readonly rings: Readonly<Record<BusLane, RingMemory>> }

export interface BusOptions {
  /** milliseconds since the epoch */
  readonly now?: () => number;
  readonly telemetry?: Pick<Telemetry, 'counter' | 'gauge'>;
  readonly onError?: (error: unknown) => void;
}

export class EventBus implements Teller {
  readonly #hub: Hub;
  readonly #now: () => number;
  readonly #own: Readonly<Record<BusLane, Producer>>;
  readonly #depths: readonly Gauge[];
  readonly #emitted: readonly { add(n?: number): void }[];
  readonly #dropped: readonly { add(n?: number): void }[];
  #counted: readonly { readonly published: number; readonly dropped: number }[] = lanes.map(() => ({ published: 0, dropped: 0 }));
  #timer: NodeJS.Timeout | null = null;
  #urgent: NodeJS.Immediate | null = null;
  #threads = 0;
  #isListening = false;
  #isClosed = false;

  constructor({ now = Date.now, telemetry = silent, onError = () => undefined }: BusOptions = {}) {
    this.#now = now;
    this.#hub = new Hub(lanes.length, { batch: BATCH.usual, onError });
    this.#own = record((lane) => new Producer(this.#ring(lane, SIZES[lane]), this.#hub.bell, lane === 'analytics' ? 'drop' : () => { this.#hub.deliver(); }));
    this.#depths = lanes.map((lane) => telemetry.gauge('acumen_bus_depth', lane));
    this.#emitted = lanes.map((lane) => telemetry.counter('acumen_bus_events_total', lane));
    this.#dropped = lanes.map((lane) => telemetry.counter('acumen_bus_dropped_total', lane));
  }

  #ring(lane: BusLane, { records, arena }: { readonly records: number; readonly arena: number }): RingMemory {
    const memory = ringMemory(records, Math.max(arena, 1 << Math.ceil(Math.log2(2 * LARGEST_EVENT))));
    this.#hub.add(memory, lanes.indexOf(lane));
    return memory;
  }

  /** `lane`: left out, the kind's own. After `close` nobody hears it. */
  tell(event: TelemetryEvent, lane: BusLane = laneOf(event.kind)): void {
    if (this.#isClosed) return;
    const out = this.#own[lane];
    if (!encode(out, event, lanes.indexOf(lane), this.#now())) return;
    out.publish();
    if (lane === 'critical') this.#urgent ??= setImmediate(() => { this.#urgent = null; this.deliver(); });
    else this.#timer ??= setTimeout(() => { this.#timer = null; this.deliver(); }, EVERY).unref();
  }

  /** For a thread of this process, which tells by `threadTeller`. `end` once the thread has ended, however it did: what it had told is delivered. */
  port(): { readonly port: Port; end(): void } {
    const rings = record((lane) => this.#ring(lane, THREAD_SIZE));
    this.#threads++;
    void this.#listen();
    return {
      port: { bell: this.#hub.bell, rings },
      end: () => {
        for (const lane of lanes) this.#hub.remove(rings[lane]);
        if (--this.#threads === 0) this.#hub.wake();
      },
    };
  }

  /** While there are threads: what they publish wakes this one. */
  async #listen(): Promise<void> {
    if (this.#isListening) return;
    this.#isListening = true;
    while (this.#threads > 0 && !this.#isClosed) {
      await this.#hub.woken();
      this.deliver();
      // between two deliveries everything else of this thread has its turn
      await new Promise((resolve) => { setImmediate(resolve); });
    }
    this.#isListening = false;
  }

  /** Records as they are, in batches: what `hear` is given holds until it returns. */
  subscribe(kinds: readonly TelemetryKind[] | null, hear: Hear): () => void {
    return this.#hub.subscribe(kinds?.map(kindNumber) ?? null, hear);
  }

  /** The same as events. */
  on(kinds: readonly TelemetryKind[] | null, hear: (events: readonly HeardEvent[]) => void): () => void {
    return this.subscribe(kinds, (batch, picked, count, lane) => {
      const events: HeardEvent[] = [];
      for (let k = 0; k < count; k++) {
        const i = picked[k]!, event = decode(batch, i);
        if (event !== null) events.push({ at: timeOf(batch, i), lane: lanes[lane]!, event });
      }
      hear(events);
    });
  }

  /** Hands on what waits; how many. */
  deliver(): number {
    const many = this.#hub.deliver();
    this.#count();
    return many;
  }

  #count(): void {
    const now = this.#hub.figures();
    now.forEach(({ published, dropped, depth }, lane) => {
      const before = this.#counted[lane]!;
      if (published > before.published) this.#emitted[lane]!.add(published - before.published);
      if (dropped > before.dropped) this.#dropped[lane]!.add(dropped - before.dropped);
      this.#depths[lane]!.set(depth);
    });
    this.#counted = now;
  }

  /** Totals; a rate is the monitor's. */
  figures(): LaneFigures[] {
    return this.#hub.figures().map(({ published, dropped, depth, capacity }, lane) => ({ lane: lanes[lane]!, perSecond: null, emitted: published, dropped, depth, capacity }));
  }

  knobs(): Knob[] {
    const hub = this.#hub;
    return [{ name: 'bus.batch', unit: 'events', min: BATCH.least, max: hub.capacity, value: () => hub.most, set: (value) => { hub.most = Math.round(value); } }];
  }

  /** Delivers what was told; no more is taken. */
  close(): void {
    if (this.#isClosed) return;
    this.deliver();
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#urgent !== null) clearImmediate(this.#urgent);
    this.#hub.close();
    this.#count();
  }
}

/** In a thread: tells through the port it was given. */
export function threadTeller({ bell, rings }: Port, now: () => number = Date.now): Teller {
  const outs = record((lane) => new Producer(rings[lane], bell, lane === 'analytics' ? 'drop' : 'wait'));
  return {
    tell(event, lane = laneOf(event.kind)) { if (encode(outs[lane], event, lanes.indexOf(lane), now())) outs[lane].publish(); },
  };
}

function record<T>(of: (lane: BusLane) => T): Readonly<Record<BusLane, T>> {
  return { critical: of('critical'), normal: of('normal'), analytics: of('analytics') };
}
