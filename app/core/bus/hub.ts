// The consuming end of a bus: takes from many rings, urgent lanes first, and hands each batch to who asked for its kinds. One thread's;
// what it does between batches, and who makes the rings, is the caller's.
import { bug } from '../errors.ts';
import { Batch, Consumer, TAG, WORDS, bellMemory } from './ring.ts';
import type { BellMemory, RingMemory } from './ring.ts';

/** The records of `batch` that were asked for: indices in the order of the ring, `count` of them. Valid until `hear` returns. */
export type Hear = (batch: Batch, picked: Int32Array, count: number, lane: number) => void;

interface Subscriber { readonly hear: Hear; /** null: all */ readonly kinds: ReadonlySet<number> | null; readonly picked: Int32Array; count: number }
interface Inlet { readonly memory: RingMemory; readonly consumer: Consumer; readonly lane: number }

export interface HubOptions {
  /** records taken at once */
  readonly batch?: number;
  /** told of a subscriber that threw; the others hear the batch all the same */
  readonly onError?: (error: unknown) => void;
}

/** Deliveries within deliveries: a subscriber that tells more than it hears would never end. */
const DEEPEST = 8;
const KINDS = 256;

export class Hub {
  readonly bell: BellMemory = bellMemory();
  readonly #words = new Int32Array(this.bell);
  readonly #lanes: number;
  readonly #onError: (error: unknown) => void;
  readonly #capacity: number;
  /** in the order of lanes */
  #inlets: Inlet[] = [];
  #subscribers: Subscriber[] = [];
  /** those who did not ask for all */
  #byKind: readonly (readonly Subscriber[])[] = Array.from({ length: KINDS }, () => []);
  /** 0, 1, 2 …: what is picked for those who did */
  readonly #every: Int32Array;
  /** one for each depth */
  readonly #batches: Batch[] = [];
  #depth = 0;
  /** of rings that are gone, by lane */
  readonly #past: { published: number; dropped: number }[];
  /** most records taken at once, to be turned while it runs */
  most: number;

  constructor(lanes: number, { batch = 1024, onError = (error) => { throw error; } }: HubOptions = {}) {
    this.#lanes = lanes;
    this.#capacity = this.most = batch;
    this.#every = Int32Array.from({ length: batch }, (_, i) => i);
    this.#onError = onError;
    this.#past = Array.from({ length: lanes }, () => ({ published: 0, dropped: 0 }));
  }

  get capacity(): number { return this.#capacity; }

  /** Takes from this ring from now on; lane 0 is the most urgent. */
  add(memory: RingMemory, lane: number): void {
    this.#inlets = [...this.#inlets, { memory, consumer: new Consumer(memory), lane }].sort((a, b) => a.lane - b.lane);
  }

  /** Its producer is gone: what it had published is delivered, then the ring is let go. */
  remove(memory: RingMemory): void {
    const inlet = this.#inlets.find((i) => i.memory.shared === memory.shared);
    if (inlet === undefined) return;
    inlet.consumer.close();
    while (this.#take(inlet) > 0) { /* until it is empty */ }
    this.#inlets = this.#inlets.filter((i) => i !== inlet);
    const past = this.#past[inlet.lane]!;
    const { published, dropped } = inlet.consumer.counts;
    past.published += published;
    past.dropped += dropped;
  }

  /** `kinds` null: all. The answer ends it. */
  subscribe(kinds: Iterable<number> | null, hear: Hear): () => void {
    const subscriber: Subscriber = { hear, kinds: kinds === null ? null : new Set(kinds), picked: kinds === null ? this.#every : new Int32Array(this.#capacity), count: 0 };
    this.#heardBy([...this.#subscribers, subscriber]);
    return () => { this.#heardBy(this.#subscribers.filter((s) => s !== subscriber)); };
  }

  #heardBy(subscribers: Subscriber[]): void {
    this.#subscribers = subscribers;
    this.#byKind = Array.from({ length: KINDS }, (_, kind) => subscribers.filter(({ kinds }) => kinds?.has(kind)));
  }

  /**
   * Delivers what was there when it was called, urgent lanes first; how many records. After each batch of a lane the more urgent ones are
   * looked at again, so a full lane delays them by one batch at most.
   */
  deliver(): number {
    let delivered = 0;
    const inlets = this.#inlets, left = inlets.map((i) => i.consumer.depth);
    for (let i = 0; i < inlets.length;) {
      const took = left[i]! > 0 ? this.#take(inlets[i]!) : 0;
      delivered += took;
      left[i] = took === 0 ? 0 : left[i]! - took;
      if (took === 0) { i++; continue; }
      const lane = inlets[i]!.lane;
      for (let k = 0; k < i && inlets[k]!.lane < lane; k++) delivered += this.#take(inlets[k]!);
    }
    return delivered;
  }

  #take(inlet: Inlet): number {
    if (this.#depth >= DEEPEST) throw bug('a subscriber of the bus tells more than it hears');
    const batch = this.#batches[this.#depth] ??= new Batch(this.#capacity);
    this.#depth++;
    try {
      const took = inlet.consumer.take(batch, Math.min(this.most, this.#capacity));
      if (took > 0) this.#route(batch, inlet.lane);
      return took;
    } finally {
      this.#depth--;
    }
  }

  #route(batch: Batch, lane: number): void {
    const { ints, count } = batch, subscribers = this.#subscribers, byKind = this.#byKind;
    // an outer delivery's picks are still being heard
    if (this.#depth > 1) { this.#routeWithin(batch, lane); return; }
    for (const subscriber of subscribers) subscriber.count = subscriber.kinds === null ? count : 0;
    for (let i = 0, at = TAG; i < count; i++, at += WORDS) {
      const wanting = byKind[ints[at]! & (KINDS - 1)]!;
      for (let s = 0; s < wanting.length; s++) { const subscriber = wanting[s]!; subscriber.picked[subscriber.count++] = i; }
    }
    for (const subscriber of subscribers) if (subscriber.count > 0) this.#tell(subscriber, batch, subscriber.picked, subscriber.count, lane);
  }

  /** The same in a delivery within another. */
  #routeWithin(batch: Batch, lane: number): void {
    for (const subscriber of this.#subscribers) {
      const picked = this.#every.filter((i) => i < batch.count && (subscriber.kinds?.has(batch.kindOf(i)) ?? true));
      if (picked.length > 0) this.#tell(subscriber, batch, picked, picked.length, lane);
    }
  }

  #tell({ hear }: Subscriber, batch: Batch, picked: Int32Array, count: number, lane: number): void {
    try {
      hear(batch, picked, count, lane);
    } catch (error) {
      this.#onError(error);
    }
  }

  /** Sleeps until something is published or the time is over; for threads that may. */
  sleep(ms: number): void {
    const seen = this.#sleepy();
    if (seen !== null) Atomics.wait(this.#words, 0, seen, ms);
    Atomics.store(this.#words, 1, 0);
  }

  /** Resolves once something is published; for threads that must not sleep. A process does not live for it. */
  async woken(): Promise<void> {
    const seen = this.#sleepy();
    if (seen !== null) await Atomics.waitAsync(this.#words, 0, seen).value;
    Atomics.store(this.#words, 1, 0);
  }

  /** Lets who sleeps look again. */
  wake(): void {
    Atomics.add(this.#words, 0, 1);
    Atomics.notify(this.#words, 0);
  }

  /** The bell's count to sleep on, where there is nothing to do. */
  #sleepy(): number | null {
    Atomics.store(this.#words, 1, 1);
    const seen = Atomics.load(this.#words, 0);
    return this.#inlets.some((i) => i.consumer.depth > 0) ? null : seen;
  }

  /** By lane: records published and dropped since the beginning, waiting now, and room. */
  figures(): { readonly published: number; readonly dropped: number; readonly depth: number; readonly capacity: number }[] {
    return Array.from({ length: this.#lanes }, (_, lane) => {
      const sum = { ...this.#past[lane]!, depth: 0, capacity: 0 };
      for (const { consumer, lane: of } of this.#inlets) {
        if (of !== lane) continue;
        const { published, dropped } = consumer.counts;
        sum.published += published;
        sum.dropped += dropped;
        sum.depth += consumer.depth;
        sum.capacity += consumer.capacity;
      }
      return sum;
    });
  }

  /** Delivers what there is, then takes no more. */
  close(): void {
    for (const { memory } of this.#inlets) this.remove(memory);
    this.wake();
  }
}
