// Blobs as interned lines, the diffs between them and their merges, each computed once and kept by content. What is not held
// is fetched in waves (waves.ts) from a source that is injected: no I/O here. One instance belongs to one import or composition.
import { sha256 } from '@noble/hashes/sha2.js';
import { type Oid, type PathBytes, toHex } from './bytes.ts';
import { diffLines } from './diff/diff.ts';
import { AcumenError } from './errors.ts';
import { Interner, isBinary } from './lines.ts';
import { mergeLines } from './merge3.ts';
import type { Hunk } from './model.ts';
import { type Held, LACKING } from './waves.ts';

/** Lines of both sides from which a difference is worked out elsewhere where there is such a place: some ten milliseconds, and minutes for odd files. */
export const LONG_LINES = 50_000;

/** Larger contents are compared as whole files, and said so ("too large, treated as binary"). Bytes. */
export const TEXT_LIMIT = 32 << 20;

export type MergedContent =
  | { readonly kind: 'clean'; readonly oid: Oid }
  | { readonly kind: 'conflict'; readonly regions: Int32Array }
  | { readonly kind: 'binary' };

/** In the order asked, with the error in place of what cannot be had. */
export type Answers<T> = readonly (T | AcumenError)[];

export interface ContentSource {
  /** Contents of more than `most` bytes are the error `too-large`. */
  load(oids: readonly Oid[], most: number): Promise<Answers<Uint8Array>>;
  /** in bytes */
  sizes(oids: readonly Oid[]): Promise<Answers<number>>;
  /** What is at hand: no wave is needed for it. Nothing that `load` would refuse. */
  held?(oid: Oid, most: number): Uint8Array | undefined;
  heldSize?(oid: Oid): number | undefined;
  /** the blob id of new content */
  hash(bytes: Uint8Array): Oid;
  /** SHA-256 in hex, where the machine has a faster one than ours */
  digest?(bytes: Uint8Array): string;
  /** `diffLines`, elsewhere: in a worker, say */
  diff?(a: Uint32Array, b: Uint32Array): Promise<Int32Array>;
}

/** Bytes of texts, as lines and their numbers, beyond which all of them are let go of as soon as nobody is at work. */
const MOST_TEXT_BYTES = 256 << 20;

/** Texts whose lines are looked up together, and how many such parts are on their way meanwhile: what is here is worked on while the rest is read. */
const READ_AT_ONCE = 64, PARTS_COMING = 7;

const EMPTY = new Uint32Array(0);

/** Bytes of hunks lie together: most are a few dozen, and a buffer for each costs more than they do. */
const SLAB = 64 << 10;

/** One kind of thing about blobs: what is known, what was found lacking, and what is on its way. */
class Shelf<T> {
  readonly #held = new Map<Oid, T | AcumenError>();
  #lacking = new Set<Oid>();
  readonly #coming = new Map<Oid, Promise<void>>();
  readonly #fetch: (oids: readonly Oid[]) => Promise<Answers<T>>;
  readonly #atHand: (oid: Oid) => T | AcumenError | undefined;

  /** `atHand`: what need not be fetched. */
  constructor(fetch: (oids: readonly Oid[]) => Promise<Answers<T>>, atHand: (oid: Oid) => T | AcumenError | undefined) {
    this.#fetch = fetch;
    this.#atHand = atHand;
  }

  /** Undefined, and noted as lacking, where it is not held. Throws what stands in its place. */
  find(oid: Oid): T | undefined {
    const found = this.#held.get(oid) ?? (this.has(oid) ? this.#held.get(oid) : undefined);
    if (found instanceof AcumenError) throw found;
    return found;
  }

  isHeld(oid: Oid): boolean { return this.#held.has(oid); }

  peek(oid: Oid): T | undefined {
    const found = this.#held.get(oid);
    return found instanceof AcumenError ? undefined : found;
  }

  /** Notes it as lacking where it is not held. */
  has(oid: Oid): boolean {
    if (this.#held.has(oid)) return true;
    const found = this.#atHand(oid);
    if (found === undefined) this.#lacking.add(oid); else this.#held.set(oid, found);
    return found !== undefined;
  }

  put(oid: Oid, value: T): void { this.#held.set(oid, value); }

  clear(): void { this.#held.clear(); }

  async load(): Promise<void> {
    if (this.#lacking.size === 0) return;
    const waits = new Set<Promise<void>>();
    const asked: Oid[] = [];
    for (const oid of this.#lacking) {
      const coming = this.#coming.get(oid);
      if (coming !== undefined) waits.add(coming);
      else if (!this.#held.has(oid)) asked.push(oid);
    }
    this.#lacking = new Set();
    if (asked.length > 0) {
      const wave = this.#fetch(asked).then((answers) => {
        for (const [i, oid] of asked.entries()) { this.#held.set(oid, answers[i]!); this.#coming.delete(oid); }
      }, (error: unknown) => {
        for (const oid of asked) this.#coming.delete(oid);
        throw error;
      });
      for (const oid of asked) this.#coming.set(oid, wave);
      waits.add(wave);
    }
    await Promise.all(waits);
  }
}

/** Results by two ids, without a string for each pair. */
class PairMemo<T> {
  readonly #byFirst = new Map<Oid | null, Map<Oid | null, T>>();

  get(a: Oid | null, b: Oid | null): T | undefined { return this.#byFirst.get(a)?.get(b); }

  set(a: Oid | null, b: Oid | null, value: T): T {
    const second = this.#byFirst.get(a);
    if (second) second.set(b, value); else this.#byFirst.set(a, new Map([[b, value]]));
    return value;
  }
}

export class Contents implements Held {
  /** made when the first text is read */
  #interner: Interner | null = null;
  /** of line numbers held */
  #textBytes = 0;
  /** contents that merges made, by id: not in the repository */
  readonly made = new Map<Oid, Uint8Array>();
  /** of these, what only stands in virtual merge bases: no result is made of them */
  readonly passing = new Set<Oid>();
  /** contents over TEXT_LIMIT that were met */
  readonly tooLarge = new Set<Oid>();
  readonly #source: ContentSource;
  #texts: Shelf<Uint32Array | null>;
  readonly #sizes: Shelf<number>;
  readonly #raw: Shelf<Uint8Array>;
  /** text to come → a text much like it; and a version of each path */
  readonly #before = new Map<Oid, Oid>();
  readonly #versionOf = new Map<PathBytes, Oid>();
  #scripts = new PairMemo<Int32Array | null>();
  /** differences found lacking that are worked out elsewhere */
  #lacking: (readonly [Oid | null, Oid])[] = [];
  readonly #merges = new Map<string, MergedContent>();

  constructor(source: ContentSource) {
    this.#source = source;
    this.#texts = this.#noTexts();
    this.#sizes = new Shelf((oids) => source.sizes(oids), (oid) => source.heldSize?.(oid));
    this.#raw = new Shelf((oids) => source.load(oids, Infinity), (oid) => source.held?.(oid, Infinity));
  }

  #noTexts(): Shelf<Uint32Array | null> {
    return new Shelf((oids) => this.#readAll(oids), (oid) => {
      const bytes = this.#source.held?.(oid, TEXT_LIMIT);
      return bytes === undefined ? undefined : this.#read(oid, bytes);
    });
  }

  async load(): Promise<void> { await Promise.all([this.#texts.load(), this.#sizes.load(), this.#raw.load(), this.#loadScripts()]); }

  async #loadScripts(): Promise<void> {
    const pairs = this.#lacking, scripts = this.#scripts, { diff } = this.#source;
    this.#lacking = [];
    await Promise.all(pairs.map(async ([a, b]) => {
      const x = this.text(a), y = this.text(b);
      if (x !== null && y !== null && diff !== undefined && scripts.get(a, b) === undefined) scripts.set(a, b, await diff(x, y));
    }));
  }

  /** Whether the difference of these texts, which are held, is known or soon worked out here; else it has been noted as lacking. */
  hasScript(a: Oid | null, b: Oid): boolean {
    if (this.#source.diff === undefined || this.#scripts.get(a, b) !== undefined) return true;
    const x = this.text(a), y = this.text(b);
    if (x === null || y === null || x.length + y.length < LONG_LINES) return true;
    this.#lacking.push([a, b]);
    return false;
  }

  /** Line numbers mean something until `release`. */
  get interner(): Interner { return this.#interner ??= new Interner(); }

  /** More texts are held than should be for long: whoever has no work under way may `release`. */
  get isFull(): boolean { return (this.#interner?.heldBytes ?? 0) + this.#textBytes > MOST_TEXT_BYTES; }

  /** Lets bytes go that were asked for as such, which `bytes` keeps until then; and where texts have become much, all of those. */
  release(): void {
    this.#raw.clear();
    if (!this.isFull) return;
    this.#interner = null;
    this.#textBytes = 0;
    this.#texts = this.#noTexts();
    this.#scripts = new PairMemo();
    this.#before.clear();
    this.#versionOf.clear();
  }

  digest(bytes: Uint8Array): string { return this.#source.digest?.(bytes) ?? toHex(sha256(bytes)); }

  /** Some at a time, others on their way meanwhile: bytes are let go of once their lines are known. */
  async #readAll(oids: readonly Oid[]): Promise<(Uint32Array | null | AcumenError)[]> {
    const out: (Uint32Array | null | AcumenError)[] = [];
    const coming: Promise<Answers<Uint8Array>>[] = [];
    // in parts of about one size: a reader may treat a few objects otherwise than many
    const size = Math.ceil(oids.length / Math.ceil(oids.length / READ_AT_ONCE));
    for (let asked = 0; out.length < oids.length;) {
      for (; asked < oids.length && coming.length <= PARTS_COMING; asked += size) {
        const part = this.#source.load(oids.slice(asked, asked + size), TEXT_LIMIT);
        // heard when its turn comes, unless one before it fails
        part.catch(() => undefined);
        coming.push(part);
      }
      for (const bytes of await coming.shift()!) {
        const oid = oids[out.length]!, text = this.#read(oid, bytes);
        if (!(text instanceof AcumenError)) this.#texts.put(oid, text);
        out.push(text);
      }
    }
    return out;
  }

  #read(oid: Oid, bytes: Uint8Array | AcumenError): Uint32Array | null | AcumenError {
    if (bytes instanceof AcumenError && bytes.code !== 'too-large') return bytes;
    if (bytes instanceof AcumenError || bytes.length > TEXT_LIMIT) { this.tooLarge.add(oid); return null; }
    if (isBinary(bytes)) return null;
    const before = this.#before.get(oid);
    const like = before === undefined ? undefined : this.#texts.peek(before);
    this.#before.delete(oid);
    const text = like ? this.interner.internLike(bytes, like) : this.interner.internLines(bytes);
    this.#textBytes += text.byteLength;
    return text;
  }

  bytes(oid: Oid): Uint8Array {
    const bytes = this.made.get(oid) ?? this.#raw.find(oid);
    if (bytes === undefined) throw LACKING;
    return bytes;
  }

  /** in bytes */
  size(oid: Oid): number {
    const size = this.made.get(oid)?.length ?? this.#sizes.find(oid);
    if (size === undefined) throw LACKING;
    return size;
  }

  /** Whether all these are known; what is not has been noted as lacking. */
  hasSizes(oids: Iterable<Oid>): boolean {
    let has = true;
    for (const oid of oids) if (!this.made.has(oid) && !this.#sizes.has(oid)) has = false;
    return has;
  }

  needSizes(oids: Iterable<Oid>): void { if (!this.hasSizes(oids)) throw LACKING; }

  needBytes(oids: Iterable<Oid>): void {
    let lacks = false;
    for (const oid of oids) if (!this.made.has(oid) && !this.#raw.has(oid)) lacks = true;
    if (lacks) throw LACKING;
  }

  /** These are versions of one file: reading one is cheaper after another. Asks for nothing. */
  related(path: PathBytes, versions: readonly (Oid | null)[]): void {
    let like = this.#versionOf.get(path);
    for (const oid of versions) {
      if (oid === null) continue;
      if (like !== undefined && like !== oid && !this.#texts.isHeld(oid)) this.#before.set(oid, like);
      like = oid;
    }
    if (like !== undefined) this.#versionOf.set(path, like);
  }

  /** Whether this text is held; noted as lacking if not. */
  hasText(oid: Oid): boolean { return this.#texts.isHeld(oid) || this.made.has(oid) || this.#texts.has(oid); }

  /** Whether all these texts are held; what is not has been noted as lacking. */
  hasTexts(oids: Iterable<Oid | null>): boolean {
    let has = true;
    for (const oid of oids) if (oid !== null && !this.hasText(oid)) has = false;
    return has;
  }

  /** Stops here unless all these texts are held: named beforehand, they come in one wave. */
  needTexts(oids: Iterable<Oid | null>): void { if (!this.hasTexts(oids)) throw LACKING; }

  /** Interned lines, or null where git would call it binary or where it is too large. `null` id: the empty file. */
  text(oid: Oid | null): Uint32Array | null {
    if (oid === null) return EMPTY;
    const made = this.made.get(oid);
    const text = made === undefined ? this.#texts.find(oid) : this.#texts.peek(oid);
    if (text !== undefined) return text;
    if (made === undefined) throw LACKING;
    const read = this.#read(oid, made) as Uint32Array | null;
    this.#texts.put(oid, read);
    return read;
  }

  /** The change script from a to b, flat [aStart, aEnd, bStart, bEnd]*, or null where one is not text. */
  script(a: Oid | null, b: Oid | null): Int32Array | null {
    const known = this.#scripts.get(a, b);
    if (known !== undefined) return known;
    this.needTexts([a, b]);
    const x = this.text(a), y = this.text(b);
    return this.#scripts.set(a, b, x && y ? diffLines(x, y) : null);
  }

  /** Three-way merge of contents as merge-ort does it; sides are unordered. */
  merge(base: Oid | null, a: Oid, b: Oid): MergedContent {
    if (b < a) return this.merge(base, b, a);
    const key = `${base ?? ''} ${a} ${b}`;
    let merged = this.#merges.get(key);
    if (!merged) { merged = this.#merge(base, a, b); this.#merges.set(key, merged); }
    return merged;
  }

  #merge(base: Oid | null, a: Oid, b: Oid): MergedContent {
    this.needTexts([base, a, b]);
    const o = this.text(base), x = this.text(a), y = this.text(b), toA = this.script(base, a), toB = this.script(base, b);
    if (!o || !x || !y || !toA || !toB) return { kind: 'binary' };
    const m = mergeLines(o, x, y, toA, toB);
    if (!m.clean) return { kind: 'conflict', regions: Int32Array.from(m.places.flatMap((p) => [p.baseStart, p.baseEnd])) };
    return { kind: 'clean', oid: this.make(this.interner.join(m.lines)) };
  }

  /** An order of lines that every machine shares, whatever their numbers: by bytes. */
  compareLines(a: number, b: number): number {
    if (a === b) return 0;
    const x = this.interner.bytesOf(a), y = this.interner.bytesOf(b);
    for (let i = 0; i < Math.min(x.length, y.length); i++) if (x[i] !== y[i]) return x[i]! - y[i]!;
    return x.length - y.length;
  }

  /** Registers new content under its blob id, which some know already. `passing`: for a virtual merge base. */
  make(bytes: Uint8Array, passing = false, oid: Oid = this.#source.hash(bytes)): Oid {
    if (!passing) this.passing.delete(oid);
    else if (!this.made.has(oid)) this.passing.add(oid);
    this.made.set(oid, bytes);
    return oid;
  }

  /** The same from lines, which are its text from then on. */
  makeText(lines: Uint32Array): Oid {
    const bytes = this.interner.join(lines), oid = this.make(bytes);
    if (!this.#texts.isHeld(oid) && bytes.length <= TEXT_LIMIT && !isBinary(bytes)) { this.#texts.put(oid, lines); this.#textBytes += lines.byteLength; }
    return oid;
  }

  #slab = new Uint8Array(0);
  #filled = 0;
  readonly #room = (bytes: number): Uint8Array => {
    if (bytes > SLAB / 16) return new Uint8Array(bytes);
    if (this.#filled + bytes > this.#slab.length) { this.#slab = new Uint8Array(SLAB); this.#filled = 0; }
    return this.#slab.subarray(this.#filled, this.#filled += bytes);
  };

  /** The bytes of lines [from, to), where those of hunks lie together. */
  bytesOfLines(lines: Uint32Array, from = 0, to = lines.length): Uint8Array { return this.interner.join(lines, from, to, this.#room); }

  /** The script as hunks with exact bytes, or null where one side is not text. */
  hunks(a: Oid | null, b: Oid | null): Hunk[] | null {
    const script = this.script(a, b), x = this.text(a), y = this.text(b);
    if (!script || !x || !y) return null;
    const out: Hunk[] = [];
    for (let i = 0; i < script.length; i += 4) {
      const start = script[i]!, end = script[i + 1]!;
      out.push({ start, end, removed: this.bytesOfLines(x, start, end), inserted: this.bytesOfLines(y, script[i + 2]!, script[i + 3]!) });
    }
    return out;
  }
}
