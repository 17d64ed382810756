// The replica: everything verdicts need, as strings once and flat typed arrays. Built from segments in published order by
// one deterministic pass, so that equal workspaces have equal bytes and equal digests on every side.
import { decode, encode } from '@msgpack/msgpack';
import { sha256 } from '@noble/hashes/sha2.js';
import { type AcuId, type ByteString, type Oid, type PathBytes, toHex } from './bytes.ts';
import { type DecidedPairs, PUBLISHED_EARLIER, renumbered, unpackPairs } from './decided.ts';
import { bug } from './errors.ts';
import type { Published } from './events.ts';
import { Interner } from './lines.ts';
import { meetingPairs } from './meetings.ts';
import type { Conflict, Edit, Grain, Rename, Segment } from './model.ts';

export interface SegmentMeta {
  readonly tip: Oid; readonly lower: readonly number[];
  readonly standing: 'exact' | 'stale' | 'inexact'; readonly reason: string; readonly stale: readonly Conflict[];
  readonly acu: AcuId | null; readonly title: ByteString; readonly author: { readonly name: ByteString; readonly email: ByteString };
  readonly time: number; readonly commits: number; readonly paths: readonly PathBytes[];
  readonly hunks: number; readonly added: number; readonly deleted: number;
  readonly needs: readonly AcuId[]; readonly renames: readonly Rename[];
  readonly notes: readonly string[];
}

export interface SourceMeta { readonly name: ByteString; readonly ref: ByteString; readonly oid: Oid; readonly segments: readonly number[] }

/** Width and columns of one row: a path's edit by a segment in a context. before/after index entries, -1 for none. */
export const Row = { width: 7, segment: 0, context: 1, path: 2, before: 3, after: 4, hunk: 5, hunks: 6 } as const;
/** Width and columns of one hunk: [start, end) in the context's lines; offset and length of removed and inserted lines. */
export const HunkColumn = { width: 6, start: 0, end: 1, removed: 2, removedLength: 3, inserted: 4, insertedLength: 5 } as const;

export interface Tables {
  readonly base: Oid; readonly baseTree: Oid; readonly baseName: string; readonly grain: Grain;
  readonly segments: readonly SegmentMeta[];
  readonly sources: readonly SourceMeta[];
  readonly skipped: readonly { readonly name: ByteString; readonly reason: string }[];
  readonly paths: readonly PathBytes[];
  readonly contexts: readonly string[];
  readonly entries: readonly { readonly mode: number; readonly oid: Oid }[];
  readonly rows: Int32Array;
  readonly hunks: Int32Array;
  readonly lines: Uint32Array;
  /**
   * Every pair that is not for the sweep to answer (meetings.ts): what it says of one replaces whatever a sweep would find. Paths index
   * `paths`, reasons `reasons`.
   */
  readonly decided: DecidedPairs;
  readonly reasons: readonly string[];
}

class Numbering<T> {
  readonly values: T[] = [];
  readonly #at = new Map<string, number>();
  of(key: string, value: T): number {
    let n = this.#at.get(key);
    if (n === undefined) { n = this.values.length; this.values.push(value); this.#at.set(key, n); }
    return n;
  }
}

class Ints<T extends Int32Array | Uint32Array> {
  #data: T;
  #length = 0;
  readonly #make: (n: number) => T;
  constructor(make: (n: number) => T) { this.#make = make; this.#data = make(1024); }
  get length(): number { return this.#length; }
  reserve(more: number): void {
    if (this.#length + more <= this.#data.length) return;
    const next = this.#make(Math.max(this.#data.length * 2, this.#length + more));
    next.set(this.#data);
    this.#data = next;
  }
  push(...values: number[]): void { this.reserve(values.length); for (const v of values) this.#data[this.#length++] = v; }
  append(values: ArrayLike<number>): void { this.reserve(values.length); this.#data.set(values, this.#length); this.#length += values.length; }
  done(): T { return this.#data.slice(0, this.#length) as T; }
}

export function buildTables(published: Published, segments: readonly Segment[]): Tables {
  const at = new Map<Oid, number>(segments.map((s, i) => [s.tip, i]));
  const index = (tip: Oid): number => {
    const i = at.get(tip);
    if (i === undefined) throw bug('a published segment refers to one that is not', { tip });
    return i;
  };
  const paths = new Numbering<PathBytes>();
  const contexts = new Numbering<string>();
  const entries = new Numbering<{ mode: number; oid: Oid }>();
  const rows = new Ints((n) => new Int32Array(n));
  const hunks = new Ints((n) => new Int32Array(n));
  const lines = new Ints((n) => new Uint32Array(n));
  const interner = new Interner();
  const entry = (e: Edit['before']): number => (e === null ? -1 : entries.of(`${e.mode} ${e.oid}`, { mode: e.mode, oid: e.oid }));

  const metas = segments.map((s, i): SegmentMeta => {
    for (const { context, edits } of s.contexts) {
      const c = contexts.of(context, context);
      for (const e of edits) {
        rows.push(i, c, paths.of(e.path, e.path), entry(e.before), entry(e.after), hunks.length / HunkColumn.width, e.hunks === null ? -1 : e.hunks.length);
        for (const h of e.hunks ?? []) {
          const removed = interner.internLines(h.removed), inserted = interner.internLines(h.inserted);
          hunks.push(h.start, h.end, lines.length, removed.length, lines.length + removed.length, inserted.length);
          lines.append(removed);
          lines.append(inserted);
        }
      }
    }
    let count = 0, added = 0, deleted = 0;
    const notes = new Set<string>();
    for (const e of s.edits) {
      count += e.hunks?.length ?? 0; added += e.added; deleted += e.deleted;
      if (e.note) notes.add(e.note);
    }
    return {
      tip: s.tip, lower: s.lower.map(index), standing: s.standing.kind, reason: s.standing.kind === 'inexact' ? s.standing.reason : '',
      stale: s.standing.kind === 'stale' ? s.standing.conflicts : [], acu: s.acu, title: s.title,
      author: { name: s.author.name, email: s.author.email }, time: s.time, commits: s.commits,
      paths: s.edits.map((e) => e.path), hunks: count, added, deleted, needs: s.needs, renames: s.renames, notes: [...notes],
    };
  });
  const touched = { segments: metas, paths: paths.values, contexts: contexts.values, rows: rows.done() };
  const known = published.decided;
  const decided = known === undefined ? Int32Array.from(meetingPairs(touched).flatMap(({ a, b }) => [a, b, ~0]))
    : renumbered(unpackPairs(known), (p) => paths.of(known.paths[p]!, known.paths[p]!), (reason) => reason);
  return {
    base: published.base, baseTree: published.baseTree, baseName: published.baseName, grain: published.grain,
    segments: metas,
    sources: published.sources.map((s) => ({ name: s.name, ref: s.ref, oid: s.oid, segments: s.segments.map(index) })),
    skipped: published.skipped, paths: paths.values, contexts: contexts.values, entries: entries.values,
    rows: touched.rows, hunks: hunks.done(), lines: lines.done(),
    decided, reasons: known?.reasons ?? [PUBLISHED_EARLIER],
  };
}

const littleEndian = (a: Int32Array | Uint32Array): Uint8Array => {
  const out = new Uint8Array(a.byteLength);
  const view = new DataView(out.buffer);
  for (let i = 0; i < a.length; i++) view.setInt32(i * 4, a[i]! | 0, true);
  return out;
};

function fromLittleEndian(bytes: Uint8Array): Int32Array {
  const out = new Int32Array(bytes.byteLength >> 2);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < out.length; i++) out[i] = view.getInt32(i * 4, true);
  return out;
}

/**
 * The format's version travels first; a reader of another version asks for nothing but a reload. Stores keep what this version
 * makes: whatever changes what buildTables or encodeTables give for the same segments changes it.
 */
export const VERSION = 2;

export function encodeTables(t: Tables): Uint8Array {
  const { rows, hunks, lines, decided, ...rest } = t;
  return encode({ version: VERSION, rest, rows: littleEndian(rows), hunks: littleEndian(hunks), lines: littleEndian(lines), decided: littleEndian(decided) }, { sortKeys: true });
}

export function decodeTables(bytes: Uint8Array): Tables {
  type Packed = 'rows' | 'hunks' | 'lines' | 'decided';
  const v = decode(bytes) as { readonly version: number; readonly rest: Omit<Tables, Packed> } & Readonly<Record<Packed, Uint8Array>>;
  if (v.version !== VERSION) throw bug('replica of another version', { version: v.version });
  return {
    ...v.rest, rows: fromLittleEndian(v.rows), hunks: fromLittleEndian(v.hunks), lines: new Uint32Array(fromLittleEndian(v.lines).buffer),
    decided: fromLittleEndian(v.decided),
  };
}

export const digestOf = (encoded: Uint8Array): string => toHex(sha256(encoded));
