// The service's end of its cache's two levels on disk, FILE.cache (warm) and FILE.cold/ (cold): reads the warm file at once and the cold one
// without waiting, and leaves writing, moving and sweeping to a thread. Everything may vanish at any time; nothing is believed without its code.
import { Worker } from 'node:worker_threads';
import type { WriteDb } from '../connection.ts';
import { one } from '../sql.ts';
import { workerUrl } from '../spare.ts';
import { readCold } from './cold.ts';
import { Codes, cacheKey, cachePath, coldPath, openForReading } from './file.ts';
import { LARGE, type Row } from './keeper.ts';

/** One entry on its way to the disk. */
export interface Saved { readonly kind: string; readonly key: string; readonly bytes: Uint8Array; sent: boolean }
/** Where an entry lies in FILE.cold: the hash of its bytes, and how many they are. */
export interface ColdRef { readonly hash: string; readonly size: number }
/** bytes */
export interface Limits { readonly warm: number; readonly cold: number }
interface LevelFigures { readonly entries: number; readonly bytes: number; readonly limit: number; readonly evictions: number; readonly kinds: readonly { readonly kind: string; readonly entries: number; readonly bytes: number }[] }
export interface DiskFigures { readonly L2: LevelFigures; readonly L3: LevelFigures; readonly demotions: number }

export interface Disk {
  readonly limits: Limits;
  /** At once: its bytes, or where it lies in the cold; null where it is not. */
  warm(kind: string, key: string): Uint8Array | ColdRef | null;
  /** Null where it is gone or damaged. What is found goes back to the warm file. */
  cold(kind: string, key: string, ref: ColdRef): Promise<Uint8Array | null>;
  /** Resolves when it is written; who does not wait is not held up. */
  write(rows: readonly Saved[]): Promise<void>;
  drop(kind: string, key: string): void;
  limit(limits: Partial<Limits>): void;
  /** everything asked so far is done */
  settled(): Promise<void>;
  figures(): DiskFigures;
  close(): Promise<void>;
}

export type DiskCall =
  | { readonly call: 'start' | 'reset' | 'close' }
  | { readonly call: 'write'; readonly rows: readonly Row[] }
  | { readonly call: 'used'; readonly names: readonly string[] }
  | { readonly call: 'drop'; readonly name: string }
  | { readonly call: 'limit'; readonly limits: Limits };
export interface DiskAnswer { readonly id: number; readonly error: string | null; readonly opened: number; readonly figures: DiskFigures | null }
export interface DiskData { readonly path: string; readonly folder: string; readonly key: Uint8Array; readonly form: string; readonly limits: Limits }

const MEGABYTE = 1 << 20;
const LIMITS: Limits = { warm: 256 * MEGABYTE, cold: 512 * MEGABYTE };
/** Names of what was asked for are told to the thread when there are so many, or with the next write. */
const MOST_USED = 512;

export interface DiskOptions {
  /** the person's data folder, where the key of their caches lies */
  readonly keys: string;
  /** of the answers: what was kept in another form is thrown away */
  readonly form: string;
  readonly limits?: Limits;
}

/** FILE.cache and FILE.cold/ beside a store. */
export class DiskCache implements Disk {
  readonly #path: string;
  readonly #folder: string;
  readonly #codes: Codes;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (error: string | null) => void>();
  readonly #used = new Set<string>();
  #limits: Limits;
  #reader: WriteDb | null = null;
  #opened = 0;
  #next = 1;
  #gone = false;
  #figures: DiskFigures;

  constructor(store: string, { keys, form, limits = LIMITS }: DiskOptions) {
    this.#path = cachePath(store);
    this.#folder = coldPath(store);
    this.#limits = limits;
    const key = cacheKey(keys), empty = { entries: 0, bytes: 0, evictions: 0, kinds: [] };
    this.#codes = new Codes(key, form);
    this.#figures = { L2: { ...empty, limit: limits.warm }, L3: { ...empty, limit: limits.cold }, demotions: 0 };
    const data: DiskData = { path: this.#path, folder: this.#folder, key, form, limits };
    this.#worker = new Worker(workerUrl('cache/disk.worker'), { workerData: data });
    this.#worker.on('message', (answer: DiskAnswer) => this.#hear(answer));
    this.#worker.on('error', () => this.#end());
    this.#worker.on('exit', () => this.#end());
    this.#call({ call: 'start' }).catch(() => undefined);
  }

  get limits(): Limits { return this.#limits; }

  warm(kind: string, key: string): Uint8Array | ColdRef | null {
    if (this.#reader === null) return null;
    const name = `${kind} ${key}`;
    let row: { value: Uint8Array | null; hash: string | null; size: number; code: Uint8Array } | undefined;
    try {
      row = one(this.#reader, 'SELECT value, hash, size, code FROM entry WHERE name = ?', name);
    } catch (error) {
      if (/^SQLITE_(CORRUPT|NOTADB|IOERR)/.test(String((error as { code?: unknown }).code))) this.#reset();
      return null;
    }
    if (row === undefined) return null;
    const { value, hash, size, code } = row;
    const isOurs = value !== null ? this.#codes.holds(code, this.#codes.of(name, value)) : hash !== null && this.#codes.holds(code, this.#codes.ofCold(name, hash, size));
    if (!isOurs) { this.#reset(); return null; }
    this.#used.add(name);
    if (this.#used.size >= MOST_USED) this.#tellUsed();
    return value ?? { hash: hash!, size };
  }

  async cold(kind: string, key: string, { hash, size }: ColdRef): Promise<Uint8Array | null> {
    const bytes = await readCold(this.#folder, hash, size);
    if (bytes === null) this.drop(kind, key);
    else if (size <= LARGE) void this.write([{ kind, key, bytes, sent: true }]).catch(() => undefined);
    return bytes;
  }

  async write(rows: readonly Saved[]): Promise<void> {
    this.#tellUsed();
    // copied: what is kept in memory may be a part of something larger, all of which would travel
    const copies = rows.map(({ kind, key, bytes }): Row => ({ name: `${kind} ${key}`, bytes: Uint8Array.from(bytes) }));
    await this.#call({ call: 'write', rows: copies }, copies.map(({ bytes }) => bytes.buffer as ArrayBuffer));
  }

  drop(kind: string, key: string): void { this.#call({ call: 'drop', name: `${kind} ${key}` }).catch(() => undefined); }

  limit(limits: Partial<Limits>): void {
    this.#limits = { ...this.#limits, ...limits };
    this.#call({ call: 'limit', limits: this.#limits }).catch(() => undefined);
  }

  async settled(): Promise<void> {
    const names = [...this.#used];
    this.#used.clear();
    await this.#call({ call: 'used', names }).catch(() => undefined);
  }

  figures(): DiskFigures { return this.#figures; }

  async close(): Promise<void> {
    await this.settled();
    this.#closeReader();
    await this.#call({ call: 'close' }).catch(() => undefined);
    await this.#worker.terminate();
  }

  #tellUsed(): void { if (this.#used.size > 0) void this.settled(); }

  /** Nothing of it is believed any more: both levels are made anew. */
  #reset(): void {
    this.#closeReader();
    this.#call({ call: 'reset' }).catch(() => undefined);
  }

  #closeReader(): void {
    this.#reader?.close();
    this.#reader = null;
  }

  #hear({ id, error, opened, figures }: DiskAnswer): void {
    if (figures !== null) this.#figures = figures;
    if (opened !== this.#opened) {
      this.#opened = opened;
      this.#closeReader();
      try { this.#reader = openForReading(this.#path); } catch { /* gone again: the next write makes it */ }
    }
    const done = this.#waiting.get(id);
    this.#waiting.delete(id);
    // a process that has nothing else to do may end, but not in the middle of this
    if (this.#waiting.size === 0) this.#worker.unref();
    done?.(error);
  }

  #end(): void {
    this.#gone = true;
    this.#closeReader();
    for (const done of this.#waiting.values()) done('the cache\'s thread has ended');
    this.#waiting.clear();
  }

  #call(call: DiskCall, moved: readonly ArrayBuffer[] = []): Promise<void> {
    if (this.#gone) return Promise.reject(new Error('the cache\'s thread has ended'));
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#worker.ref();
      this.#waiting.set(id, (error) => { if (error === null) resolve(); else reject(new Error(error)); });
      this.#worker.postMessage({ ...call, id }, moved);
    });
  }
}
