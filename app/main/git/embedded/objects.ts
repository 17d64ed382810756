// All objects of one repository: packs and loose files, deltas undone, every object's hash checked before it is handed out.
// Memory is bounded: windows of packs, bases of deltas. Small reads are synchronous (a few microseconds from the page cache,
// against a hundred through the thread pool), so the store lets the event loop turn after each few milliseconds of them.
import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import type { Oid } from '../../../core/bytes.ts';
import { AcumenError } from '../../../core/errors.ts';
import { corruptObject } from '../failures.ts';
import { isPromised, list, withAlternates } from '../objectDirectories.ts';
import { EMPTY_TREE, ID_DIGITS, objectId, objectIdGently } from '../oids.ts';
import type { ObjectType } from '../oids.ts';
import { bounds, MOST_BYTES } from '../reader.ts';
import type { GitObject, Header, Objects } from '../reader.ts';
import { Turns } from '../turns.ts';
import { applyDelta, deltaSizes } from './delta.ts';
import { isInline } from './inflate.ts';
import { looseHeader, readLoose, readLooseNow, tooLarge } from './loose.ts';
import { Pack, PackGone, windows } from './pack.ts';
import type { Stored, Windows } from './pack.ts';

/** git writes chains of 50 (pack.depth, at most 4095). */
const LONGEST_CHAIN = 4096;
const MOST_OPEN_PACKS = 64;

type Whole = Extract<Stored, { kind: 'whole' }>;
interface Link { readonly place: number; readonly stored: Stored }

export class ObjectStore implements Objects {
  readonly #directories: readonly string[];
  readonly #windows: Windows;
  readonly #bases: LRUCache<number, GitObject>;
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

  async readAll(oids: readonly Oid[], most: number): Promise<(GitObject | AcumenError | null)[]> {
    const out: (GitObject | AcumenError | null)[] = [];
    for (const oid of oids) {
      // Nearly always undefined: there is nothing to wait for.
      const turn = this.turn();
      if (turn !== undefined) await turn;
      try {
        out.push(this.#readNow(oid, most) ?? await this.#readWithin(oid, most));
      } catch (error) {
        if (!(error instanceof AcumenError)) throw error;
        out.push(error);
      }
    }
    return out;
  }

  async headers(oids: readonly Oid[]): Promise<(Header | AcumenError | null)[]> {
    const out: (Header | AcumenError | null)[] = [];
    for (const oid of oids) {
      try {
        out.push(await this.header(oid));
      } catch (error) {
        if (!(error instanceof AcumenError)) throw error;
        out.push(error);
      }
    }
    return out;
  }

  async #readWithin(oid: Oid, most: number): Promise<GitObject | null> {
    if (most < MOST_BYTES) {
      const header = await this.header(oid);
      if (header !== null && header.size > most) throw tooLarge(oid, header.size, most);
    }
    return this.read(oid);
  }

  /** A small object where no waiting is needed for it; null where `read` must look. */
  #readNow(oid: Oid, most: number): GitObject | null {
    if (oid.length !== ID_DIGITS.sha1 || oid === EMPTY_TREE) return null;
    if (this.#packs.length === 0) this.#lookAgain();
    const found = this.#find(oid);
    const object = found === null ? this.#looseNow(oid) : this.#guarded(oid, found.pack, () => this.#unpackNow(oid, found.pack, found.place, most));
    if (object === null) return null;
    if (object.content.length > most) throw tooLarge(oid, object.content.length, most);
    if (objectId(object.type, object.content) !== oid) throw corruptObject(`Object ${oid}`, 'its content has another id', { oid });
    return object;
  }

  #looseNow(oid: Oid): GitObject | null {
    for (const dir of this.#directories) {
      const loose = readLooseNow(dir, oid);
      if (loose !== null) return loose;
    }
    return null;
  }

  /** The pack that has an object, moved to the front, and its place there. */
  #find(oid: Oid): { readonly pack: Pack; readonly place: number } | null {
    const id = Buffer.from(oid, 'hex');
    for (let i = 0; i < this.#packs.length; i++) {
      const pack = this.#packs[i]!;
      const place = pack.find(id);
      if (place < 0) continue;
      if (i > 0) {
        this.#packs.splice(i, 1);
        this.#packs.unshift(pack);
      }
      return { pack, place };
    }
    return null;
  }

  /** Null where the pack has gone; damage is told of the object. */
  #guarded<T>(oid: Oid, pack: Pack, use: () => T): T | null {
    try {
      if (!pack.isOpen) this.#limitOpen();
      return use();
    } catch (error) {
      if (error instanceof PackGone) {
        this.#forget(pack);
        this.#lookAgain();
        return null;
      }
      if (error instanceof AcumenError) throw error;
      throw corruptObject(`Object ${oid}`, error instanceof Error ? error.message : String(error), { oid, pack: pack.path }, error);
    }
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
    for (let found = this.#find(oid); found !== null; found = this.#find(oid)) {
      const { pack, place } = found;
      try {
        if (!pack.isOpen) this.#limitOpen();
        return await use(pack, place);
      } catch (error) {
        this.#guarded(oid, pack, () => { throw error; });
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

  /** What a place is made of, last first: deltas, and at the end a whole object or one whose result is kept. */
  #chain(oid: Oid, pack: Pack, place: number): { readonly deltas: Link[]; readonly end: GitObject | Link } {
    const deltas: Link[] = [];
    for (let at = place; ;) {
      const kept = this.#bases.get(pack.key(at));
      if (kept !== undefined) return { deltas, end: kept };
      const stored = pack.stored(at);
      if (stored.size > MOST_BYTES) throw tooLarge(oid, stored.size, MOST_BYTES);
      if (stored.kind === 'whole') return { deltas, end: { place: at, stored } };
      deltas.push({ place: at, stored });
      if (deltas.length > LONGEST_CHAIN) throw corruptObject(`Pack ${pack.path}`, `its deltas from ${place} on have no end`, { oid });
      at = stored.base;
    }
  }

  /** The result of one delta, kept as a base of others. */
  #applied(oid: Oid, pack: Pack, place: number, delta: Buffer, base: GitObject): GitObject {
    const { result } = deltaSizes(delta);
    if (result > MOST_BYTES) throw tooLarge(oid, result, MOST_BYTES);
    const object = { type: base.type, content: applyDelta(delta, base.content) };
    this.#bases.set(pack.key(place), object);
    return object;
  }

  /** A whole object asked for by itself is seldom a base; if it is, it is inflated once more. */
  #whole(pack: Pack, { place, stored }: Link, content: Buffer, isBase: boolean): GitObject {
    const object = { type: (stored as Whole).type, content };
    if (isBase) this.#bases.set(pack.key(place), object);
    return object;
  }

  async #unpack(oid: Oid, pack: Pack, place: number): Promise<GitObject> {
    const { deltas, end } = this.#chain(oid, pack, place);
    let object = 'stored' in end ? this.#whole(pack, end, await pack.content(end.stored), deltas.length > 0) : end;
    for (let i = deltas.length - 1; i >= 0; i--) object = this.#applied(oid, pack, deltas[i]!.place, await pack.content(deltas[i]!.stored), object);
    return object;
  }

  /** The same without waiting; null where a part is large enough for another thread. */
  #unpackNow(oid: Oid, pack: Pack, place: number, most: number): GitObject | null {
    const { deltas, end } = this.#chain(oid, pack, place);
    if ('stored' in end && end.stored.size > most && deltas.length === 0) throw tooLarge(oid, end.stored.size, most);
    if (('stored' in end && !isInline(end.stored.size)) || deltas.some(({ stored }) => !isInline(stored.size))) return null;
    let object = 'stored' in end ? this.#whole(pack, end, pack.contentNow(end.stored), deltas.length > 0) : end;
    for (let i = deltas.length - 1; i >= 0; i--) object = this.#applied(oid, pack, deltas[i]!.place, pack.contentNow(deltas[i]!.stored), object);
    return object;
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
