// All objects of one repository: packs and loose files, deltas undone, every object's hash checked before it is handed out.
// Memory is bounded: windows of packs, bases of deltas. Small reads are synchronous (a few microseconds from the page cache,
// against a hundred through the thread pool), so the store lets the event loop turn after each few milliseconds of them.
import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import type { Oid } from '../../../core/bytes.ts';
import { AcumenError } from '../../../core/errors.ts';
import { corruptObject } from '../failures.ts';
import { isPromised, list, withAlternates } from '../objectDirectories.ts';
import { EMPTY_TREE, ID_DIGITS, objectIdGently } from '../oids.ts';
import type { ObjectType } from '../oids.ts';
import { bounds, MOST_BYTES } from '../reader.ts';
import type { GitObject, Objects } from '../reader.ts';
import { Turns } from '../turns.ts';
import { applyDelta, deltaSizes } from './delta.ts';
import { looseHeader, readLoose, tooLarge } from './loose.ts';
import { Pack, PackGone, windows } from './pack.ts';
import type { Stored, Windows } from './pack.ts';

/** git writes chains of 50 (pack.depth, at most 4095). */
const LONGEST_CHAIN = 4096;
const MOST_OPEN_PACKS = 64;

export class ObjectStore implements Objects {
  readonly #directories: readonly string[];
  readonly #windows: Windows;
  readonly #bases: LRUCache<string, GitObject>;
  /** most recently useful first, as neighbours in history share a pack */
  #packs: Pack[] = [];
  readonly #known = new Set<string>();
  readonly #turns = new Turns();

  constructor(objectDir: string, cacheBytes: number) {
    this.#directories = withAlternates(objectDir);
    this.#windows = windows(cacheBytes / 4);
    this.#bases = new LRUCache({ ...bounds(cacheBytes), sizeCalculation: ({ content }) => content.length + 256 });
  }

  turn(): Promise<void> | undefined {
    return this.#turns.turn();
  }

  /** The object, its hash checked; null where the repository does not hold it. */
  async read(oid: Oid): Promise<GitObject | null> {
    await this.turn();
    if (oid === EMPTY_TREE) return { type: 'tree', content: Buffer.alloc(0) };
    if (oid.length !== ID_DIGITS.sha1) return null;
    const packed = await this.#inPacks(oid, (pack, place) => this.#unpack(oid, pack, place));
    if (packed !== null) {
      if (await objectIdGently(packed.type, packed.content) !== oid) throw corruptObject(`Object ${oid}`, 'its content has another id', { oid });
      return packed;
    }
    for (const dir of this.#directories) {
      const loose = await readLoose(dir, oid, MOST_BYTES);
      if (loose !== null) return loose;
    }
    // Loose objects move into packs while we look (git gc).
    return this.#lookAgain() ? this.read(oid) : null;
  }

  /** Type and size without the content; null where the object is not there. The hash is not checked. */
  async header(oid: Oid): Promise<{ readonly type: ObjectType; readonly size: number } | null> {
    await this.turn();
    if (oid === EMPTY_TREE) return { type: 'tree', size: 0 };
    if (oid.length !== ID_DIGITS.sha1) return null;
    const packed = await this.#inPacks(oid, async (pack, place) => this.#packedHeader(oid, pack, place));
    if (packed !== null) return packed;
    for (const dir of this.#directories) {
      const loose = looseHeader(dir, oid);
      if (loose !== null) return { type: loose.type, size: loose.size };
    }
    return this.#lookAgain() ? this.header(oid) : null;
  }

  /** Every object id that begins with `prefix`: at least 2 hex digits. */
  withPrefix(prefix: string): Oid[] {
    this.#lookAgain();
    const found = new Set<Oid>();
    for (const pack of this.#packs) pack.collect(prefix, found);
    const folder = prefix.slice(0, 2);
    for (const dir of this.#directories) {
      for (const name of list(join(dir, folder))) {
        if (/^[0-9a-f]{38}$/.test(name) && name.startsWith(prefix.slice(2))) found.add(`${folder}${name}` as Oid);
      }
    }
    return [...found].sort();
  }

  get isPromised(): boolean {
    return isPromised(this.#directories);
  }

  close(): void {
    for (const pack of this.#packs) pack.close();
    this.#packs = [];
    this.#known.clear();
    this.#windows.clear();
    this.#bases.clear();
  }

  async #inPacks<T>(oid: Oid, use: (pack: Pack, place: number) => Promise<T>): Promise<T | null> {
    if (this.#packs.length === 0) this.#lookAgain();
    const id = Buffer.from(oid, 'hex');
    for (let i = 0; i < this.#packs.length; i++) {
      const pack = this.#packs[i]!;
      const place = pack.find(id);
      if (place < 0) continue;
      if (i > 0) {
        this.#packs.splice(i, 1);
        this.#packs.unshift(pack);
      }
      try {
        if (!pack.isOpen) this.#limitOpen();
        return await use(pack, place);
      } catch (error) {
        if (error instanceof PackGone) {
          this.#forget(pack);
          this.#lookAgain();
          return this.#inPacks(oid, use);
        }
        if (error instanceof AcumenError) throw error;
        throw corruptObject(`Object ${oid}`, error instanceof Error ? error.message : String(error), { oid, pack: pack.path }, error);
      }
    }
    return null;
  }

  #limitOpen(): void {
    const open = this.#packs.filter((pack) => pack.isOpen);
    if (open.length >= MOST_OPEN_PACKS) open.at(-1)!.close();
  }

  #forget(pack: Pack): void {
    pack.close();
    this.#packs = this.#packs.filter((other) => other !== pack);
    this.#known.delete(pack.path);
  }

  /** Lists the packs again; true where there are new ones. */
  #lookAgain(): boolean {
    let found = false;
    for (const dir of this.#directories) {
      for (const name of list(join(dir, 'pack'))) {
        const path = join(dir, 'pack', name);
        if (!/^pack-[0-9a-f]+\.pack$/.test(name) || this.#known.has(path)) continue;
        const pack = Pack.load(path, this.#windows);
        if (pack === null) continue;
        this.#known.add(path);
        this.#packs.push(pack);
        found = true;
      }
    }
    return found;
  }

  async #unpack(oid: Oid, pack: Pack, place: number): Promise<GitObject> {
    const deltas: { readonly place: number; readonly stored: Stored }[] = [];
    let base: GitObject;
    for (let at = place; ;) {
      const kept = this.#bases.get(`${pack.path}:${at}`);
      if (kept !== undefined) {
        base = kept;
        break;
      }
      const stored = pack.stored(at);
      if (stored.size > MOST_BYTES) throw tooLarge(oid, stored.size, MOST_BYTES);
      if (stored.kind === 'whole') {
        base = { type: stored.type, content: await pack.content(stored) };
        // A whole object asked for by itself is seldom a base; if it is, it is inflated once more.
        if (deltas.length > 0) this.#bases.set(`${pack.path}:${at}`, base);
        break;
      }
      deltas.push({ place: at, stored });
      if (deltas.length > LONGEST_CHAIN) throw corruptObject(`Pack ${pack.path}`, `its deltas from ${place} on have no end`, { oid });
      at = stored.base;
    }
    for (const { place: at, stored } of deltas.reverse()) {
      const delta = await pack.content(stored);
      const { result } = deltaSizes(delta);
      if (result > MOST_BYTES) throw tooLarge(oid, result, MOST_BYTES);
      base = { type: base.type, content: applyDelta(delta, base.content) };
      this.#bases.set(`${pack.path}:${at}`, base);
    }
    return base;
  }

  /** A delta's result has the size that the delta states and the type of the object at the end of the chain. */
  #packedHeader(oid: Oid, pack: Pack, place: number): { type: ObjectType; size: number } {
    let size: number | undefined;
    for (let at = place, steps = 0; steps <= LONGEST_CHAIN; steps++) {
      const stored = pack.stored(at);
      if (stored.kind === 'whole') return { type: stored.type, size: size ?? stored.size };
      size ??= deltaSizes(pack.contentStart(stored)).result;
      at = stored.base;
    }
    throw corruptObject(`Pack ${pack.path}`, `its deltas from ${place} on have no end`, { oid });
  }
}
