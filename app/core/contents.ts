// Blobs as interned lines, the diffs between them and their merges, each computed once and kept by content. Loading is
// injected: this file does no I/O. One instance belongs to one import or one composition.
import type { Oid } from './bytes.ts';
import { diffLines } from './diff/diff.ts';
import { Interner, isBinary } from './lines.ts';
import { mergeLines } from './merge3.ts';
import type { Hunk } from './model.ts';

/** Larger contents are compared as whole files, and said so ("too large, treated as binary"). Bytes. */
export const TEXT_LIMIT = 32 << 20;

export type MergedContent =
  | { readonly kind: 'clean'; readonly oid: Oid }
  | { readonly kind: 'conflict'; readonly regions: Int32Array }
  | { readonly kind: 'binary' };

export interface ContentSource {
  load(oid: Oid): Promise<Uint8Array>;
  size(oid: Oid): Promise<number>;
  /** the blob id of new content */
  hash(bytes: Uint8Array): Oid;
}

const EMPTY = new Uint32Array(0);

export class Contents {
  readonly interner = new Interner();
  /** contents that merges made, by id: not in the repository */
  readonly made = new Map<Oid, Uint8Array>();
  /** contents over TEXT_LIMIT that were met */
  readonly tooLarge = new Set<Oid>();
  readonly #source: ContentSource;
  readonly #texts = new Map<Oid, Promise<Uint32Array | null>>();
  readonly #scripts = new Map<string, Promise<Int32Array | null>>();
  readonly #merges = new Map<string, Promise<MergedContent>>();

  constructor(source: ContentSource) { this.#source = source; }

  bytes(oid: Oid): Promise<Uint8Array> {
    const made = this.made.get(oid);
    return made ? Promise.resolve(made) : this.#source.load(oid);
  }

  /** in bytes */
  size(oid: Oid): Promise<number> {
    const made = this.made.get(oid);
    return made ? Promise.resolve(made.length) : this.#source.size(oid);
  }

  /** Interned lines, or null where git would call it binary or where it is too large. `null` id: the empty file. */
  text(oid: Oid | null): Promise<Uint32Array | null> {
    if (oid === null) return Promise.resolve(EMPTY);
    let text = this.#texts.get(oid);
    if (!text) { text = this.#read(oid); this.#texts.set(oid, text); }
    return text;
  }

  async #read(oid: Oid): Promise<Uint32Array | null> {
    if (await this.size(oid) > TEXT_LIMIT) { this.tooLarge.add(oid); return null; }
    const bytes = await this.bytes(oid);
    return isBinary(bytes) ? null : this.interner.internLines(bytes);
  }

  /** The change script from a to b, flat [aStart, aEnd, bStart, bEnd]*, or null where one is not text. */
  script(a: Oid | null, b: Oid | null): Promise<Int32Array | null> {
    const key = `${a ?? ''} ${b ?? ''}`;
    let script = this.#scripts.get(key);
    if (!script) {
      script = Promise.all([this.text(a), this.text(b)]).then(([x, y]) => (x && y ? diffLines(x, y) : null));
      this.#scripts.set(key, script);
    }
    return script;
  }

  /** Three-way merge of contents as merge-ort does it; sides are unordered. */
  merge(base: Oid | null, a: Oid, b: Oid): Promise<MergedContent> {
    const key = a < b ? `${base ?? ''} ${a} ${b}` : `${base ?? ''} ${b} ${a}`;
    let merged = this.#merges.get(key);
    if (!merged) { merged = a < b ? this.#merge(base, a, b) : this.#merge(base, b, a); this.#merges.set(key, merged); }
    return merged;
  }

  async #merge(base: Oid | null, a: Oid, b: Oid): Promise<MergedContent> {
    const [o, x, y, toA, toB] = await Promise.all([this.text(base), this.text(a), this.text(b), this.script(base, a), this.script(base, b)]);
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

  /** Registers new content under its blob id. */
  make(bytes: Uint8Array): Oid {
    const oid = this.#source.hash(bytes);
    this.made.set(oid, bytes);
    return oid;
  }

  /** The script as hunks with exact bytes, or null where one side is not text. */
  async hunks(a: Oid | null, b: Oid | null): Promise<Hunk[] | null> {
    const [script, x, y] = await Promise.all([this.script(a, b), this.text(a), this.text(b)]);
    if (!script || !x || !y) return null;
    const out: Hunk[] = [];
    for (let i = 0; i < script.length; i += 4) {
      const start = script[i]!, end = script[i + 1]!;
      out.push({ start, end, removed: this.interner.join(x, start, end), inserted: this.interner.join(y, script[i + 2]!, script[i + 3]!) });
    }
    return out;
  }
}

