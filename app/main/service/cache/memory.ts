// L1: what is kept in memory, bounded in bytes. Entries lie in buckets by size, each with the newest first; what must go is taken from the
// bucket that is most beyond its share, so that one large answer does not push a thousand small ones out; and of its oldest the one whose
// lifetime is over first (lifetime.ts). Knows no disk.
import { type History, lifetime, usedAgain } from './lifetime.ts';

/** What is kept, and of what kind it is. */
export interface Entry {
  readonly key: string;
  readonly value: unknown;
  readonly bytes: number;
  /** who keeps it, and whom to tell when it goes */
  readonly owner: Owner;
  /** not on disk yet, and worth being there */
  unsaved: boolean;
  /** the window of time in which it was found last */
  window: number;
  /** when it was used last, and how often since it was put here; of what was brought, from its first use on */
  last: number;
  uses: number;
  bucket: number;
  newer: Entry | null;
  older: Entry | null;
}
export interface Owner {
  readonly entries: Map<string, Entry>;
  readonly history: History;
  bytes: number;
}

export interface MemoryOptions {
  /** milliseconds */
  readonly now?: () => number;
  readonly onEvict?: (entry: Entry) => void;
  /** false: one list for all; without lifetimes too, that is a plain LRU */
  readonly bucketed?: boolean;
  readonly lifetimes?: boolean;
}

/** Bytes up to which an entry lies in each bucket but the last, and each bucket's share of the whole. */
export const BOUNDS: readonly number[] = [4 << 10, 64 << 10, 1 << 20];
export const SHARES: readonly number[] = [0.3, 0.35, 0.25, 0.1];
/** What an entry costs besides its value: key, map, links. */
const OVERHEAD = 200;
/** An entry of more than this part of the whole is not kept. */
const LARGEST = 4;
/** Of so many of a bucket's oldest, one goes. */
const LOOKED_AT = 16;
/** Keys of what was let go last are remembered, to see what comes back: so many, of as many bytes as the largest bound there was. */
const GONE = 20_000;

/** Uses of what nobody has asked for yet. */
const BROUGHT = -1;

interface Bucket { newest: Entry | null; oldest: Entry | null; bytes: number }

export class Memory {
  readonly #buckets: readonly Bucket[];
  readonly #shares: readonly number[];
  readonly #onEvict: (entry: Entry) => void;
  readonly #now: () => number;
  readonly #lookedAt: number;
  #limit: number;
  #bytes = 0;
  #entries = 0;
  evictions = 0;
  /** the most there ever was, in bytes */
  peak = 0;
  /** how often something was put here again that had been let go not long ago: it would have been found in a larger one */
  returned = 0;
  readonly #gone = new Map<string, number>();
  #goneBytes = 0;
  #largest: number;
  #window = 0;
  #reused = 0;

  constructor(limit: number, { now = () => performance.now(), onEvict = () => {}, bucketed = true, lifetimes = true }: MemoryOptions = {}) {
    this.#shares = bucketed ? SHARES : [1];
    this.#buckets = this.#shares.map(() => ({ newest: null, oldest: null, bytes: 0 }));
    this.#onEvict = onEvict;
    this.#now = now;
    this.#lookedAt = lifetimes ? LOOKED_AT : 1;
    this.#limit = this.#largest = limit;
  }

  get bytes(): number { return this.#bytes; }
  get entries(): number { return this.#entries; }
  get limit(): number { return this.#limit; }
  set limit(bytes: number) {
    // what a smaller one let go says nothing of this one
    if (bytes > this.#limit) { this.#gone.clear(); this.#goneBytes = 0; }
    this.#limit = bytes;
    this.#largest = Math.max(this.#largest, bytes);
    this.#fit(0);
  }

  /** Found where it is looked for: it is the newest now. */
  get(owner: Owner, key: string): Entry | undefined {
    const entry = owner.entries.get(key);
    if (entry === undefined) return undefined;
    const now = this.#now();
    if (entry.uses === BROUGHT) owner.history.kept++; else usedAgain(owner.history, now - entry.last, entry.uses === 0);
    entry.last = now;
    entry.uses++;
    if (entry.newer !== null) { this.#unlink(entry); this.#link(entry); }
    if (entry.window !== this.#window) { entry.window = this.#window; this.#reused += entry.bytes; }
    return entry;
  }

  /** Ends a window of time: bytes of what was found in it, each entry once. What was only put here does not count. */
  endWindow(): number {
    const reused = this.#reused;
    this.#window++;
    this.#reused = 0;
    return reused;
  }

  /** Null where it is too large to be kept. Room is made first: the bound holds at every moment. `brought`: nobody asked for it, so it says nothing of its kind, and of what is as old it goes first. */
  set(owner: Owner, key: string, value: unknown, size: number, unsaved: boolean, brought = false): Entry | null {
    const before = owner.entries.get(key);
    if (before !== undefined) this.remove(before);
    const bytes = size + 2 * key.length + OVERHEAD;
    if (bytes > this.#limit / LARGEST) return null;
    this.#fit(bytes);
    if (this.#forget(key) && !brought) this.returned++;
    const entry: Entry = { key, value, bytes, owner, unsaved, window: this.#window - 1, last: this.#now(), uses: brought ? BROUGHT : 0, bucket: this.#bucketOf(bytes), newer: null, older: null };
    this.#link(entry);
    owner.entries.set(key, entry);
    if (!brought) owner.history.kept++;
    owner.bytes += bytes;
    this.#entries++;
    this.#bytes += bytes;
    if (this.#bytes > this.peak) this.peak = this.#bytes;
    return entry;
  }

  remove(entry: Entry): void {
    this.#unlink(entry);
    entry.owner.entries.delete(entry.key);
    entry.owner.bytes -= entry.bytes;
    this.#entries--;
    this.#bytes -= entry.bytes;
  }

  #bucketOf(bytes: number): number {
    let n = 0;
    while (n < this.#buckets.length - 1 && bytes > BOUNDS[n]!) n++;
    return n;
  }

  /** Lets go of the oldest until so many bytes more have room. */
  #fit(bytes: number): void {
    while (this.#bytes + bytes > this.#limit && this.#entries > 0) {
      let worst = -1, most = -1;
      for (let n = 0; n < this.#buckets.length; n++) {
        const over = this.#buckets[n]!.bytes / this.#shares[n]!;
        if (this.#buckets[n]!.oldest !== null && over > most) { most = over; worst = n; }
      }
      const entry = this.#leastWorth(this.#buckets[worst]!.oldest!);
      this.remove(entry);
      this.evictions++;
      this.#forget(entry.key);
      this.#gone.set(entry.key, entry.bytes);
      this.#goneBytes += entry.bytes;
      while (this.#gone.size > GONE || this.#goneBytes > this.#largest) this.#forget(this.#gone.keys().next().value!);
      this.#onEvict(entry);
    }
  }

  #forget(key: string): boolean {
    this.#goneBytes -= this.#gone.get(key) ?? 0;
    return this.#gone.delete(key);
  }

  #leastWorth(oldest: Entry): Entry {
    let worst = oldest, ends = Infinity, at: Entry | null = oldest;
    for (let n = 0; n < this.#lookedAt && at !== null; n++, at = at.newer) {
      const its = at.last + lifetime(at.owner.history, at.uses);
      if (its < ends) { ends = its; worst = at; }
    }
    return worst;
  }

  #link(entry: Entry): void {
    const bucket = this.#buckets[entry.bucket]!;
    entry.older = bucket.newest;
    entry.newer = null;
    if (bucket.newest === null) bucket.oldest = entry; else bucket.newest.newer = entry;
    bucket.newest = entry;
    bucket.bytes += entry.bytes;
  }

  #unlink(entry: Entry): void {
    const bucket = this.#buckets[entry.bucket]!;
    if (entry.newer === null) bucket.newest = entry.older; else entry.newer.older = entry.older;
    if (entry.older === null) bucket.oldest = entry.newer; else entry.older.newer = entry.newer;
    entry.newer = entry.older = null;
    bucket.bytes -= entry.bytes;
  }
}
