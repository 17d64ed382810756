// What the cache's thread does: writes what it is sent into FILE.cache, many in one transaction, moves what was longest unused to FILE.cold when
// the warm file is full, and lets go of what was longest unused there. The file may vanish or be replaced between any two calls.
import { statSync } from 'node:fs';
import type { WriteDb } from '../connection.ts';
import { all, inTransaction, one, run } from '../sql.ts';
import { dropCold, hashOf, keepCold, removeCold, sweepCold } from './cold.ts';
import type { DiskFigures, Limits } from './disk.ts';
import { type Codes, openWarm, removeCache } from './file.ts';

export interface Row { readonly name: string; readonly bytes: Uint8Array }

/** When a level is full, so much of it is made free at once: making room for each entry costs more than the entry. */
const ROOM = 0.1;
/** Entries moved in one transaction. */
const AT_ONCE = 64;
/** What SQLite needs besides the values. */
const OVERHEAD = 1.25;
const PAGE = 4096;
/** Larger entries lie in the cold from the beginning, in bytes: reading the warm file and checking the code takes some 2 µs a kilobyte, in which the service does nothing else. */
export const LARGE: number = 256 << 10;

export class Keeper {
  readonly #path: string;
  readonly #folder: string;
  readonly #codes: Codes;
  readonly #now: () => number;
  #limits: Limits;
  #db: WriteDb | null = null;
  #ino = 0n;
  #evicted = { L2: 0, L3: 0 };
  demotions = 0;
  /** how often the file was made or found anew: whoever reads must open it again */
  opened = 0;

  constructor(path: string, folder: string, codes: Codes, limits: Limits, now: () => number = Date.now) {
    this.#path = path;
    this.#folder = folder;
    this.#codes = codes;
    this.#limits = limits;
    this.#now = now;
  }

  /** The file as it stands under its name now. */
  #open(): WriteDb {
    const ino = statSync(this.#path, { bigint: true, throwIfNoEntry: false })?.ino;
    if (this.#db !== null && ino === this.#ino) return this.#db;
    this.#db?.close();
    this.#db = null;
    this.#db = openWarm(this.#path, this.#codes);
    this.#ino = statSync(this.#path, { bigint: true }).ino;
    this.opened++;
    this.#bound();
    const db = this.#db;
    sweepCold(this.#folder, (hash) => one(db, 'SELECT 1 FROM entry WHERE hash = ? LIMIT 1', hash) !== undefined);
    return db;
  }

  #bound(): void { this.#db?.pragma(`max_page_count = ${Math.ceil(this.#limits.warm * OVERHEAD / PAGE) + 1024}`); }

  /** Makes it or takes it as it is. */
  start(): void { this.#guarded(() => { this.#open(); }); }

  write(rows: readonly Row[]): void {
    this.#guarded(() => {
      const db = this.#open();
      // room first: the bound holds at every moment
      this.#makeRoom(db, rows.reduce((sum, { bytes }) => sum + (bytes.length > LARGE ? 0 : bytes.length), 0));
      inTransaction(db, () => {
        for (const { name, bytes } of rows) {
          this.#forget(db, name);
          if (bytes.length > LARGE) this.#writeCold(db, name, bytes);
          else if (bytes.length <= this.#limits.warm / 8) run(db, 'INSERT INTO entry (name, value, hash, size, packed, used, code) VALUES (?, ?, NULL, ?, 0, ?, ?)', name, bytes, bytes.length, this.#now(), this.#codes.of(name, bytes));
        }
      });
    });
  }

  #writeCold(db: WriteDb, name: string, bytes: Uint8Array): void {
    if (bytes.length > this.#limits.cold / 8) return;
    const hash = hashOf(bytes), packed = keepCold(this.#folder, hash, bytes);
    this.#roomInCold(db, packed);
    run(db, 'INSERT INTO entry (name, value, hash, size, packed, used, code) VALUES (?, NULL, ?, ?, ?, ?, ?)', name, hash, bytes.length, packed, this.#now(), this.#codes.ofCold(name, hash, bytes.length));
  }

  used(names: readonly string[]): void {
    this.#guarded(() => {
      const db = this.#open(), now = this.#now();
      inTransaction(db, () => { for (const name of names) run(db, 'UPDATE entry SET used = ? WHERE name = ?', now, name); });
    });
  }

  drop(name: string): void { this.#guarded(() => this.#forget(this.#open(), name)); }

  limit(limits: Limits): void {
    this.#limits = limits;
    this.#guarded(() => { this.#bound(); this.#makeRoom(this.#open(), 0); });
  }

  /** Both levels are gone: what is there is damaged, or not ours. */
  reset(): void {
    this.#guarded(() => {
      this.#db?.close();
      this.#db = null;
      removeCache(this.#path);
      removeCold(this.#folder);
      this.#open();
    });
  }

  close(): void {
    try {
      this.#db?.pragma('wal_checkpoint(TRUNCATE)');
    } catch { /* another process reads: the WAL stays until it is done */ } finally {
      this.#db?.close();
      this.#db = null;
    }
  }

  figures(): DiskFigures {
    const nothing = { entries: 0, bytes: 0 };
    const of = (where: string, what: string): { entries: number; bytes: number } =>
      (this.#db === null ? nothing : one<{ entries: number; bytes: number }>(this.#db, `SELECT count(*) AS entries, coalesce(sum(${what}), 0) AS bytes FROM entry WHERE hash IS ${where}`)!);
    const kinds = (where: string, what: string): { kind: string; entries: number; bytes: number }[] =>
      (this.#db === null ? [] : all(this.#db, `SELECT substr(name, 1, instr(name, ' ') - 1) AS kind, count(*) AS entries, sum(${what}) AS bytes FROM entry WHERE hash IS ${where} GROUP BY 1`));
    return {
      L2: { ...of('NULL', 'size'), limit: this.#limits.warm, evictions: this.#evicted.L2, kinds: kinds('NULL', 'size') },
      L3: { ...of('NOT NULL', 'packed'), limit: this.#limits.cold, evictions: this.#evicted.L3, kinds: kinds('NOT NULL', 'packed') },
      demotions: this.demotions,
    };
  }

  /** What fails because of the file ends the file, not the cache. */
  #guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      const code = String((error as { code?: unknown }).code ?? '');
      if (!/^SQLITE_(CORRUPT|NOTADB|FULL|IOERR)/.test(code)) { if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return; throw error; }
      this.#db?.close();
      this.#db = null;
      removeCache(this.#path);
      removeCold(this.#folder);
    }
  }

  #makeRoom(db: WriteDb, coming: number): void {
    const warm = one<{ n: number }>(db, 'SELECT coalesce(sum(size), 0) AS n FROM entry INDEXED BY warm_by_use WHERE hash IS NULL')!.n;
    const tooMuch = warm + coming - this.#limits.warm;
    if (tooMuch <= 0) return;
    for (let free = tooMuch + this.#limits.warm * ROOM; free > 0;) {
      const oldest = all<{ id: number; name: string; value: Uint8Array; size: number; used: number; code: Uint8Array }>(db, 'SELECT id, name, value, size, used, code FROM entry WHERE hash IS NULL ORDER BY used LIMIT ?', AT_ONCE);
      if (oldest.length === 0) break;
      inTransaction(db, () => {
        for (const { id, name, value, size, used, code } of oldest) {
          if (free <= 0) break;
          free -= size;
          this.#evicted.L2++;
          // what is not ours does not get a code of ours
          if (!this.#codes.holds(code, this.#codes.of(name, value))) { run(db, 'DELETE FROM entry WHERE id = ?', id); continue; }
          const hash = hashOf(value), packed = keepCold(this.#folder, hash, value);
          this.#roomInCold(db, packed);
          run(db, 'UPDATE entry SET value = NULL, hash = ?, packed = ?, code = ?, used = ? WHERE id = ?', hash, packed, this.#codes.ofCold(name, hash, size), used, id);
          this.demotions++;
        }
      });
    }
    db.pragma('incremental_vacuum');
  }

  /** Each file counts once, however many names it has. */
  #roomInCold(db: WriteDb, coming: number): void {
    const held = (): number => one<{ n: number }>(db, 'SELECT coalesce(sum(packed), 0) AS n FROM (SELECT DISTINCT hash, packed FROM entry WHERE hash IS NOT NULL)')!.n;
    this.#cold = this.#cold === null ? held() + coming : this.#cold + coming;
    if (this.#cold <= this.#limits.cold) return;
    const until = this.#limits.cold * (1 - ROOM);
    while (this.#cold > until) {
      const oldest = all<{ name: string }>(db, 'SELECT name FROM entry WHERE hash IS NOT NULL ORDER BY used LIMIT ?', AT_ONCE);
      if (oldest.length === 0) break;
      for (const { name } of oldest) { this.#forget(db, name); this.#evicted.L3++; }
      this.#cold = held() + coming;
    }
  }
  /** bytes in cold files, as far as this process knows */
  #cold: number | null = null;

  #forget(db: WriteDb, name: string): void {
    const row = one<{ hash: string | null }>(db, 'SELECT hash FROM entry WHERE name = ?', name);
    if (row === undefined) return;
    run(db, 'DELETE FROM entry WHERE name = ?', name);
    if (row.hash === null || one(db, 'SELECT 1 FROM entry WHERE hash = ? LIMIT 1', row.hash) !== undefined) return;
    dropCold(this.#folder, row.hash);
    this.#cold = null;
  }
}

