// One cache for everything the service computes twice if it forgets it: L1 in memory (memory.ts), L2 and L3 on disk (storage/cache), asked
// in that order. Keys are content, so nothing is ever invalidated, and losing all of it costs time alone. A shelf is one kind of answer;
// what is being computed is not computed twice (underWay.ts); what is kept on disk is written later, many at once.
import { performance } from 'node:perf_hooks';
import { type CacheLevel, type Knob, type MemoryStage, type Telemetry, silent } from '../../../core/telemetry.ts';
import type { CacheFigures } from '../../../contract/performance.ts';
import type { ColdRef, Disk, DiskFigures, Saved } from '../../storage/cache/disk.ts';
import { noHistory } from './lifetime.ts';
import { type Entry, Memory, type Owner } from './memory.ts';
import type { Recorder } from './trace.ts';
import { UnderWay } from './underWay.ts';

export interface Kind<V> {
  readonly name: string;
  /** bytes it takes in memory */
  sizeOf(value: V): number;
  /** its form on disk; without, it is kept in memory alone */
  readonly disk?: { encode(value: V): Uint8Array; decode(bytes: Uint8Array): V };
}

export interface CacheOptions {
  /** bytes in memory, everything that waits to be written included */
  readonly limit?: number;
  readonly disk?: Disk | null;
  readonly telemetry?: Telemetry;
  /** milliseconds, monotonic */
  readonly now?: () => number;
  readonly recorder?: Recorder | null;
}

export const MEGABYTE: number = 1 << 20;
/** Bytes in memory where nobody says: what contents, texts, changes and answers had together before they shared one bound. */
const LIMIT = 160 * MEGABYTE;
/** The part of the bound that may wait to be written. */
const WAITING_PART = 8;
/** What took less time to compute than to write and read back is kept in memory alone. Milliseconds. */
const WORTH_KEEPING = 0.03;
/** So long, in milliseconds, writes are gathered; and so many bytes at most. */
const GATHERED_MS = 300, GATHERED_BYTES = 4 * MEGABYTE;
/** Time in milliseconds that putting entries into their form for the disk may take at once. */
const SLICE_MS = 2;
/** Of hits in memory one of so many is timed: telling the time costs as much as the hit. */
const TIMED = 64;
/** The share of the bound that is left under memory pressure. */
const UNDER_PRESSURE: Readonly<Record<MemoryStage, number>> = { normal: 1, shrinking: 0.5, throttling: 0.125 };

/** The last times, in milliseconds, for quantiles. */
class Times {
  readonly #last = new Float64Array(512);
  #n = 0;
  add(ms: number): void { this.#last[this.#n++ % this.#last.length] = ms; }
  at(q: number): number | null {
    const n = Math.min(this.#n, this.#last.length);
    return n === 0 ? null : this.#last.slice(0, n).sort()[Math.min(n - 1, Math.floor(n * q))]!;
  }
}

class Level {
  hits = 0; misses = 0; promotions = 0; demotions = 0;
  readonly times = new Times();
  readonly #telemetry;
  constructor(level: CacheLevel, telemetry: Telemetry) {
    this.#telemetry = {
      hits: telemetry.counter('acumen_cache_hits_total', level), misses: telemetry.counter('acumen_cache_misses_total', level),
      seconds: telemetry.timer('acumen_cache_hit_seconds', level), promotions: telemetry.counter('acumen_cache_promotions_total', level),
      demotions: telemetry.counter('acumen_cache_demotions_total', level), evictions: telemetry.counter('acumen_cache_evictions_total', level),
    };
  }
  hit(): void { this.hits++; this.#telemetry.hits.add(); }
  miss(): void { this.misses++; this.#telemetry.misses.add(); }
  took(ms: number): void { this.times.add(ms); this.#telemetry.seconds.record(ms / 1000); }
  promoted(): void { this.promotions++; this.#telemetry.promotions.add(); }
  demoted(): void { this.demotions++; this.#telemetry.demotions.add(); }
  evicted(): void { this.#telemetry.evictions.add(); }
}

/** One kind of answer, by key. */
export class Shelf<V> implements Owner {
  readonly kind: Kind<V>;
  readonly entries = new Map<string, Entry>();
  readonly history = noHistory();
  bytes = 0;
  readonly #cache: LayeredCache;

  constructor(cache: LayeredCache, kind: Kind<V>) {
    this.#cache = cache;
    this.kind = kind;
  }

  /** What is at hand without waiting: in memory, else in the warm file. */
  get(key: string): V | undefined { return this.#cache.lookUp(this, key); }

  /** In memory now; does not count as a use. */
  has(key: string): boolean { return this.entries.has(key); }

  /** `ms`: what it took to compute; left out, it is the time since anything was last put or not found: for what is made at once. */
  set(key: string, value: V, ms: number = this.#cache.sinceLast()): void { this.#cache.put(this, key, value, ms); }

  /** A part of something that took `ms` as a whole: lost, all of that is done again. */
  setPart(key: string, value: V, ms: number): void {
    this.#cache.recorder?.gave(this.kind.name, key, this.kind.sizeOf(value));
    this.#cache.put(this, key, value, ms, true);
  }

  /** What somebody had in hand without asking for it here: in memory alone, and nothing of its history. */
  bring(key: string, value: V): void { this.#cache.brought(this, key, value, true); }

  /** Read off an answer that is at hand, in `ms`: nothing was computed, and nothing is written. */
  derive(key: string, value: V, ms: number): void {
    this.#cache.recorder?.derived(this.kind.name, key, this.kind.sizeOf(value), ms);
    this.#cache.brought(this, key, value, false);
  }

  /** Not at hand, then: from the cold. */
  async cold(key: string): Promise<V | undefined> { return this.#cache.fromCold(this, key); }

  /**
   * From any level, or computed: once for all who ask for it meanwhile. Who aborts stops waiting, and the work stops when nobody is left
   * that waits for it. What fails is not kept.
   */
  compute(key: string, work: (signal: AbortSignal) => Promise<V>, signal?: AbortSignal): Promise<V> {
    const found = this.get(key);
    return found === undefined ? this.#cache.computed(this, key, work, signal) : Promise.resolve(found);
  }
}

export class LayeredCache {
  readonly now: () => number;
  recorder: Recorder | null;
  readonly #telemetry: Telemetry;
  readonly #memory: Memory;
  readonly #disk: Disk | null;
  readonly #levels: Readonly<Record<CacheLevel, Level>>;
  readonly #shelves = new Map<string, Shelf<unknown>>();
  readonly #underWay = new UnderWay();
  /** in memory, to be written */
  readonly #unsaved = new Set<Entry>();
  /** in their form for the disk: to be written or being written, by kind and key */
  readonly #outbox = new Map<string, Saved>();
  #waitingBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #limit: number;
  #stage: MemoryStage = 'normal';
  #timed = 0;
  #lastAt = 0;
  /** let go before they could be written */
  lost = 0;
  /** put here by whoever computed them */
  made = 0;

  constructor({ limit = LIMIT, disk = null, telemetry = silent, now = () => performance.now(), recorder = null }: CacheOptions = {}) {
    this.#limit = limit;
    this.now = now;
    this.recorder = recorder;
    this.#telemetry = telemetry;
    this.#disk = disk;
    this.#levels = { L1: new Level('L1', telemetry), L2: new Level('L2', telemetry), L3: new Level('L3', telemetry) };
    this.#memory = new Memory(this.#room(), { now, onEvict: (entry) => this.#evicted(entry) });
  }

  /** The shelf of a kind; the same for the same name. */
  shelf<V>(kind: Kind<V>): Shelf<V> {
    let shelf = this.#shelves.get(kind.name) as unknown as Shelf<V> | undefined;
    if (shelf === undefined) this.#shelves.set(kind.name, (shelf = new Shelf(this, kind)) as unknown as Shelf<unknown>);
    return shelf;
  }

  /** bytes in memory, with what waits to be written */
  get bytes(): number { return this.#memory.bytes + this.#waitingBytes; }
  get limit(): number { return this.#limit; }
  get stage(): MemoryStage { return this.#stage; }
  get peak(): number { return this.#memory.peak; }

  /** For who sizes it, since the beginning: lookups, and how many of them would have been found in a larger one. */
  get use(): { readonly lookups: number; readonly returned: number } {
    const { hits, misses } = this.#levels.L1;
    return { lookups: hits + misses, returned: this.#memory.returned };
  }
  /** Ends a window of time: bytes of what was found in memory in it, each answer once. */
  endWindow(): number { return this.#memory.endWindow(); }

  /** The bound in memory; less of it is used under pressure. */
  resize(bytes: number, reason: string): void {
    if (bytes === this.#limit) return;
    const what = bytes < this.#limit ? 'shrunk' : 'grown';
    this.#limit = bytes;
    this.#memory.limit = this.#room();
    this.#telemetry.tell({ kind: 'cache', what, level: 'L1', bytes: this.bytes, reason });
  }

  /** Gives memory back in stages, and takes it again; what is let go lies on disk, where it has a form for it. */
  press(stage: MemoryStage): void {
    if (stage === this.#stage) return;
    const what = UNDER_PRESSURE[stage] < UNDER_PRESSURE[this.#stage] ? 'shrunk' : 'grown';
    this.#stage = stage;
    this.#memory.limit = this.#room();
    this.#telemetry.tell({ kind: 'cache', what, level: 'L1', bytes: this.bytes, reason: `memory: ${stage}` });
  }

  #room(): number { return Math.floor(this.#limit * UNDER_PRESSURE[this.#stage] * (this.#disk === null ? 1 : 1 - 1 / WAITING_PART)); }

  /** @internal for shelves: milliseconds since anything was put or not found */
  sinceLast(): number { return this.now() - this.#lastAt; }

  /** @internal for shelves */
  lookUp<V>(shelf: Shelf<V>, key: string): V | undefined {
    const timed = this.#timed++ % TIMED === 0, began = timed ? this.now() : 0;
    const entry = this.#memory.get(shelf, key);
    this.recorder?.accessed(shelf.kind.name, key);
    if (entry !== undefined) {
      this.#levels.L1.hit();
      if (timed) this.#levels.L1.took(this.now() - began);
      return entry.value as V;
    }
    this.#levels.L1.miss();
    this.#lastAt = timed ? began : this.now();
    return shelf.kind.disk === undefined || this.#disk === null ? undefined : this.#fromWarm(shelf, key, this.#disk, this.#lastAt);
  }

  #fromWarm<V>(shelf: Shelf<V>, key: string, disk: Disk, began: number): V | undefined {
    const bytes = this.#outbox.get(nameOf(shelf, key))?.bytes ?? disk.warm(shelf.kind.name, key);
    if (!(bytes instanceof Uint8Array)) {
      if (bytes === null) this.#levels.L2.miss();
      return undefined;
    }
    const value = this.#decoded(shelf, key, bytes, disk);
    if (value === undefined) { this.#levels.L2.miss(); return undefined; }
    this.#levels.L2.hit();
    this.#memory.set(shelf, key, value, shelf.kind.sizeOf(value), false);
    this.#levels.L1.promoted();
    this.#levels.L2.took(this.now() - began);
    return value;
  }

  /** Bytes that were proved to be ours and yet cannot be read are of another form of this kind: not there. */
  #decoded<V>(shelf: Shelf<V>, key: string, bytes: Uint8Array, disk: Disk): V | undefined {
    try {
      return shelf.kind.disk!.decode(bytes);
    } catch {
      disk.drop(shelf.kind.name, key);
      return undefined;
    }
  }

  /** @internal for shelves */
  async fromCold<V>(shelf: Shelf<V>, key: string): Promise<V | undefined> {
    const disk = this.#disk;
    if (disk === null || shelf.kind.disk === undefined) return undefined;
    const began = this.now(), where = disk.warm(shelf.kind.name, key);
    if (where === null || where instanceof Uint8Array) return undefined;
    this.#levels.L2.miss();
    const bytes = await disk.cold(shelf.kind.name, key, where satisfies ColdRef);
    const value = bytes === null ? undefined : this.#decoded(shelf, key, bytes, disk);
    if (value === undefined) { this.#levels.L3.miss(); return undefined; }
    this.#levels.L3.hit();
    this.#memory.set(shelf, key, value, shelf.kind.sizeOf(value), false);
    this.#levels.L1.promoted();
    this.#levels.L2.promoted();
    this.#levels.L3.took(this.now() - began);
    return value;
  }

  /** @internal for shelves */
  put<V>(shelf: Shelf<V>, key: string, value: V, ms: number, isPart = false): void {
    const bytes = shelf.kind.sizeOf(value);
    this.made++;
    if (!isPart) this.recorder?.computed(shelf.kind.name, key, bytes, ms);
    const isWorth = this.#disk !== null && shelf.kind.disk !== undefined && ms >= WORTH_KEEPING;
    const before = shelf.entries.get(key);
    if (before !== undefined) this.#unsaved.delete(before);
    this.#lastAt = this.now();
    const entry = this.#memory.set(shelf, key, value, bytes, isWorth);
    if (!isWorth) return;
    if (entry === null) this.#encode(shelf as unknown as Shelf<never>, key, value as never);
    else this.#unsaved.add(entry);
    this.#writeLater();
  }

  /** @internal for shelves */
  brought<V>(shelf: Shelf<V>, key: string, value: V, isUnasked: boolean): void {
    if (!shelf.entries.has(key)) this.#memory.set(shelf, key, value, shelf.kind.sizeOf(value), false, isUnasked);
  }

  /** @internal for shelves */
  computed<V>(shelf: Shelf<V>, key: string, work: (signal: AbortSignal) => Promise<V>, signal: AbortSignal | undefined): Promise<V> {
    return this.#underWay.run(nameOf(shelf, key), (stop) => this.#compute(shelf, key, work, stop), signal);
  }

  async #compute<V>(shelf: Shelf<V>, key: string, work: (signal: AbortSignal) => Promise<V>, signal: AbortSignal): Promise<V> {
    const cold = await this.fromCold(shelf, key);
    if (cold !== undefined) return cold;
    signal.throwIfAborted();
    this.recorder?.entered(shelf.kind.name, key);
    const began = this.now();
    try {
      const value = await work(signal);
      this.put(shelf, key, value, this.now() - began);
      return value;
    } finally {
      this.recorder?.left();
    }
  }

  #evicted(entry: Entry): void {
    this.#levels.L1.evicted();
    if (!entry.unsaved) return;
    this.#unsaved.delete(entry);
    const shelf = entry.owner as Shelf<unknown>;
    if (this.#encode(shelf, entry.key, entry.value)) this.#levels.L2.demoted();
  }

  /** Into the outbox, if there is room. */
  #encode<V>(shelf: Shelf<V>, key: string, value: V): boolean {
    const name = nameOf(shelf, key);
    if (this.#outbox.has(name)) return true;
    const bytes = shelf.kind.disk!.encode(value);
    if (this.#waitingBytes + bytes.length > Math.floor(this.#limit * UNDER_PRESSURE[this.#stage] / WAITING_PART)) { this.lost++; return false; }
    this.#waitingBytes += bytes.length;
    this.#outbox.set(name, { kind: shelf.kind.name, key, bytes, sent: false });
    return true;
  }

  #writeLater(): void { this.#timer ??= setTimeout(() => { this.#timer = undefined; void this.#write(false); }, GATHERED_MS).unref(); }

  /** Puts what is unsaved into its form for the disk, a slice at a time, and sends it. `all`: whatever it takes. */
  async #write(all: boolean): Promise<void> {
    const disk = this.#disk;
    if (disk === null) return;
    const until = all ? Infinity : this.now() + SLICE_MS;
    for (const entry of this.#unsaved) {
      if (this.#waitingBytes > GATHERED_BYTES && !all || this.now() > until) break;
      this.#unsaved.delete(entry);
      entry.unsaved = false;
      if (!this.#encode(entry.owner as Shelf<unknown>, entry.key, entry.value) && all) {
        await this.#send(disk);
        this.lost--;
        this.#encode(entry.owner as Shelf<unknown>, entry.key, entry.value);
      }
    }
    if (this.#unsaved.size > 0) this.#writeLater();
    await this.#send(disk);
  }

  async #send(disk: Disk): Promise<void> {
    const rows = [...this.#outbox.values()].filter(({ sent }) => !sent);
    if (rows.length === 0) return;
    for (const row of rows) row.sent = true;
    // what cannot be written is not there next time: no more than that
    await disk.write(rows).catch(() => undefined);
    for (const row of rows) {
      this.#outbox.delete(`${row.kind} ${row.key}`);
      this.#waitingBytes -= row.bytes.length;
    }
  }

  /** Everything that is worth it is on disk when this resolves. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#write(true);
    await this.#disk?.settled();
  }

  /** Lets go of everything in memory, or of all that is of these kinds. */
  clear(kinds: { has(kind: string): boolean } = this.#shelves): void {
    for (const { kind, entries } of this.#shelves.values()) if (kinds.has(kind.name)) for (const entry of [...entries.values()]) {
      this.#memory.remove(entry);
      this.#unsaved.delete(entry);
    }
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#disk?.close();
  }

  figures(): readonly CacheFigures[] {
    const disk: DiskFigures | null = this.#disk?.figures() ?? null;
    const of = (level: CacheLevel): Pick<CacheFigures, 'level' | 'hits' | 'misses' | 'promotions' | 'demotions' | 'p50' | 'p99'> => {
      const { hits, misses, promotions, demotions, times } = this.#levels[level];
      return { level, hits, misses, promotions, demotions, p50: times.at(0.5), p99: times.at(0.99) };
    };
    const kinds = [...this.#shelves.values()].map(({ kind, entries, bytes }) => ({ kind: kind.name, entries: entries.size, bytes }));
    return [
      { ...of('L1'), entries: this.#memory.entries, bytes: this.bytes, limit: this.#limit, evictions: this.#memory.evictions, kinds },
      ...disk === null ? [] : [
        { ...of('L2'), ...disk.L2 },
        { ...of('L3'), ...disk.L3, demotions: disk.demotions },
      ],
    ];
  }

  knobs(): Knob[] {
    const disk = this.#disk;
    return [
      { name: 'cache L1', unit: 'bytes', min: 16 * MEGABYTE, max: 1024 * MEGABYTE, value: () => this.#limit, set: (bytes) => this.resize(Math.round(bytes), 'set') },
      ...disk === null ? [] : [
        { name: 'cache L2', unit: 'bytes', min: 16 * MEGABYTE, max: 4096 * MEGABYTE, value: () => disk.limits.warm, set: (bytes: number) => disk.limit({ warm: Math.round(bytes) }) },
        { name: 'cache L3', unit: 'bytes', min: 16 * MEGABYTE, max: 4096 * MEGABYTE, value: () => disk.limits.cold, set: (bytes: number) => disk.limit({ cold: Math.round(bytes) }) },
      ],
    ];
  }
}

const nameOf = (shelf: { readonly kind: { readonly name: string } }, key: string): string => `${shelf.kind.name} ${key}`;
