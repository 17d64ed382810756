// The replica: everything verdicts need, as strings once and flat typed arrays. Built from segments in published order by
// one deterministic pass; encoded so that equal workspaces have equal bytes and equal digests on every side, however they came to
// their tables (growing.ts changes them a segment at a time), and so that reading them back decodes only what is asked for.
import { decode, encode } from '@msgpack/msgpack';
import { sha256 } from '@noble/hashes/sha2.js';
import { type AcuId, type ByteString, type Oid, type PathBytes, toHex } from './bytes.ts';
import { type DecidedPairs, afterPair, pairsIn } from './decided.ts';
import { bug } from './errors.ts';
import type { Conflict, Grain, Rename } from './model.ts';
import { joinParts, splitParts } from './parts.ts';
import type { Entry } from './repository.ts';

/** `gone`: it is not published any more; its number is kept so that the others keep theirs, and nothing else of it. */
export type MetaStanding = 'exact' | 'stale' | 'inexact' | 'gone';

export interface SegmentMeta {
  readonly tip: Oid; readonly lower: readonly number[];
  readonly standing: MetaStanding; readonly reason: string; readonly stale: readonly Conflict[];
  readonly acu: AcuId | null; readonly title: ByteString; readonly author: { readonly name: ByteString; readonly email: ByteString };
  readonly time: number; readonly commits: number; readonly paths: readonly PathBytes[];
  readonly hunks: number; readonly added: number; readonly deleted: number;
  readonly needs: readonly AcuId[]; readonly renames: readonly Rename[];
  readonly notes: readonly string[];
  readonly collisions: readonly (readonly [path: PathBytes, other: PathBytes])[];
  /** finer grains only: the segment of grain `branch` that it is a part of, by tip */
  readonly within: Oid | null;
  /** the last of its commits: its tip, or of a part of one, that one */
  readonly commit: Oid;
  /** finer grains only: those directly before it in its history. They come before it in published order, and stand together with it */
  readonly after: readonly number[];
}

export interface SourceMeta { readonly name: ByteString; readonly ref: ByteString; readonly oid: Oid; readonly segments: readonly number[] }

/** Width and columns of one row: a path's edit by a segment in a context. before/after index entries, -1 for none. */
export const Row = { width: 7, segment: 0, context: 1, path: 2, before: 3, after: 4, hunk: 5, hunks: 6 } as const;
/** Width and columns of one hunk: [start, end) in the context's lines; offset and length of removed and inserted lines. */
export const HunkColumn = { width: 6, start: 0, end: 1, removed: 2, removedLength: 3, inserted: 4, insertedLength: 5 } as const;

/** Numbers never change while tables grow: what is added comes after what is there, rows of a segment together and ascending. */
export interface Tables {
  readonly base: Oid; readonly baseTree: Oid; readonly baseName: string; readonly grain: Grain;
  /** lower ones first; those that are gone among them */
  readonly segments: readonly SegmentMeta[];
  /** numbers of the published segments, in published order */
  readonly order: Int32Array;
  readonly sources: readonly SourceMeta[];
  readonly skipped: readonly { readonly name: ByteString; readonly reason: string }[];
  readonly paths: readonly PathBytes[];
  readonly contexts: readonly string[];
  readonly entries: readonly Entry[];
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

/**
 * The format's version travels first; a reader of another version asks for nothing but a reload. Stores keep what this version
 * makes: whatever changes what Growing.from or encodeTables give for the same segments changes it.
 */
export const VERSION = 4;

/** Of a published segment, everything that names no other by its number: packed by itself, so that it is made and read alone. */
type Rest = readonly [
  reason: string, stale: readonly Conflict[], title: ByteString, name: ByteString, email: ByteString, time: number, commits: number,
  paths: readonly PathBytes[], hunks: number, added: number, deleted: number, needs: readonly AcuId[], renames: readonly Rename[], notes: readonly string[],
  collisions: SegmentMeta['collisions'], within: Oid | null, commit: Oid | null,
];
const packedRest = new WeakMap<SegmentMeta, Uint8Array>();

function restOf(s: SegmentMeta): Uint8Array {
  let packed = packedRest.get(s);
  if (packed === undefined) {
    const rest: Rest = [s.reason, s.stale, s.title, s.author.name, s.author.email, s.time, s.commits, s.paths, s.hunks, s.added, s.deleted, s.needs, s.renames, s.notes, s.collisions, s.within, s.commit === s.tip ? null : s.commit];
    packedRest.set(s, (packed = encode(rest, { sortKeys: true })));
  }
  return packed;
}

/** A segment that was read back: unpacked when somebody asks for more than where it stands. */
class PackedMeta implements SegmentMeta {
  readonly tip: Oid;
  readonly lower: readonly number[];
  readonly standing: MetaStanding;
  readonly acu: AcuId | null;
  readonly after: readonly number[];
  readonly #packed: Uint8Array;
  #rest: Rest | null = null;

  constructor(tip: Oid, lower: readonly number[], standing: MetaStanding, acu: AcuId | null, after: readonly number[], packed: Uint8Array) {
    this.tip = tip;
    this.lower = lower;
    this.standing = standing;
    this.acu = acu;
    this.after = after;
    this.#packed = packed;
    packedRest.set(this, packed);
  }

  get #all(): Rest { return this.#rest ??= decode(this.#packed) as Rest; }
  get reason(): string { return this.#all[0]; }
  get stale(): readonly Conflict[] { return this.#all[1]; }
  get title(): ByteString { return this.#all[2]; }
  get author(): SegmentMeta['author'] { return { name: this.#all[3], email: this.#all[4] }; }
  get time(): number { return this.#all[5]; }
  get commits(): number { return this.#all[6]; }
  get paths(): readonly PathBytes[] { return this.#all[7]; }
  get hunks(): number { return this.#all[8]; }
  get added(): number { return this.#all[9]; }
  get deleted(): number { return this.#all[10]; }
  get needs(): readonly AcuId[] { return this.#all[11]; }
  get renames(): readonly Rename[] { return this.#all[12]; }
  get notes(): readonly string[] { return this.#all[13]; }
  get collisions(): SegmentMeta['collisions'] { return this.#all[14]; }
  get within(): Oid | null { return this.#all[15]; }
  get commit(): Oid { return this.#all[16] ?? this.tip; }
}

/** Numbers in the order in which they are first met. */
class Renumbered {
  readonly old: number[] = [];
  readonly #now: Int32Array;
  constructor(size: number) { this.#now = new Int32Array(size).fill(-1); }
  of(n: number): number {
    let now = this.#now[n]!;
    if (now < 0) this.#now[n] = now = this.old.push(n) - 1;
    return now;
  }
}

/** Nothing is gone and nothing came since they were built: they have the numbers that building them anew would give. */
export function isWhole({ segments, order }: Tables): boolean {
  return order.length === segments.length && order.every((segment, i) => segment === i);
}

/**
 * The same tables as building them anew from what is published gives them, byte for byte: numbers in published order, in the
 * order of first use, and nothing of what is gone. `lineOf`: each line's number before → now.
 */
function wholeTables(t: Tables): Tables {
  if (isWhole(t)) return t;
  const place = new Int32Array(t.segments.length).fill(-1);
  t.order.forEach((segment, i) => { place[segment] = i; });
  const spans = rowSpans(t);
  const contexts = new Renumbered(t.contexts.length), paths = new Renumbered(t.paths.length), entries = new Renumbered(t.entries.length), lines = new Renumbered(countLines(t.lines));
  let rowCount = 0, hunkCount = 0, lineCount = 0;
  for (const segment of t.order) {
    for (let r = spans[2 * segment]!; r < spans[2 * segment + 1]!; r += Row.width) {
      rowCount++;
      const first = t.rows[r + Row.hunk]!, count = Math.max(0, t.rows[r + Row.hunks]!);
      hunkCount += count;
      for (let h = first * HunkColumn.width; h < (first + count) * HunkColumn.width; h += HunkColumn.width) lineCount += t.hunks[h + HunkColumn.removedLength]! + t.hunks[h + HunkColumn.insertedLength]!;
    }
  }
  const rows = new Int32Array(rowCount * Row.width), hunks = new Int32Array(hunkCount * HunkColumn.width), out = new Uint32Array(lineCount);
  let row = 0, hunk = 0, line = 0;
  const copy = (from: number, length: number): void => { for (let i = from; i < from + length; i++) out[line++] = lines.of(t.lines[i]!); };
  for (const [i, segment] of t.order.entries()) {
    for (let r = spans[2 * segment]!; r < spans[2 * segment + 1]!; r += Row.width) {
      const before = t.rows[r + Row.before]!, after = t.rows[r + Row.after]!, first = t.rows[r + Row.hunk]!, count = t.rows[r + Row.hunks]!;
      rows[row + Row.segment] = i;
      rows[row + Row.context] = contexts.of(t.rows[r + Row.context]!);
      rows[row + Row.path] = paths.of(t.rows[r + Row.path]!);
      rows[row + Row.before] = before < 0 ? -1 : entries.of(before);
      rows[row + Row.after] = after < 0 ? -1 : entries.of(after);
      rows[row + Row.hunk] = hunk / HunkColumn.width;
      rows[row + Row.hunks] = count;
      row += Row.width;
      for (let h = first * HunkColumn.width; h < (first + Math.max(0, count)) * HunkColumn.width; h += HunkColumn.width, hunk += HunkColumn.width) {
        const removed = t.hunks[h + HunkColumn.removedLength]!, inserted = t.hunks[h + HunkColumn.insertedLength]!;
        hunks[hunk] = t.hunks[h]!;
        hunks[hunk + 1] = t.hunks[h + 1]!;
        hunks[hunk + HunkColumn.removed] = line;
        hunks[hunk + HunkColumn.removedLength] = removed;
        copy(t.hunks[h + HunkColumn.removed]!, removed);
        hunks[hunk + HunkColumn.inserted] = line;
        hunks[hunk + HunkColumn.insertedLength] = inserted;
        copy(t.hunks[h + HunkColumn.inserted]!, inserted);
      }
    }
  }
  const decided = placed(t.decided, (segment) => place[segment]!, (path) => paths.of(path));
  return {
    ...heads(t), reasons: t.reasons, decided, rows, hunks, lines: out,
    segments: Array.from(t.order, (segment) => moved(t.segments[segment]!, place)),
    order: Int32Array.from(t.order, (_, i) => i),
    sources: t.sources.map((s) => ({ ...s, segments: s.segments.map((segment) => place[segment]!) })),
    paths: paths.old.map((n) => t.paths[n]!), contexts: contexts.old.map((n) => t.contexts[n]!), entries: entries.old.map((n) => t.entries[n]!),
  };
}

export const heads = ({ base, baseTree, baseName, grain, skipped }: Omit<Tables, 'rows'>) => ({ base, baseTree, baseName, grain, skipped });

function moved(s: SegmentMeta, place: Int32Array): SegmentMeta {
  const stays = (other: number): boolean => place[other] === other;
  if (s.lower.every(stays) && s.after.every(stays)) return s;
  return new PackedMeta(s.tip, s.lower.map((l) => place[l]!), s.standing, s.acu, s.after.map((l) => place[l]!), restOf(s));
}

/** Two numbers for each segment: where its rows begin and end. They lie together and ascend, with gaps for those that are gone. */
export function rowSpans({ segments, rows }: Pick<Tables, 'segments' | 'rows'>): Int32Array {
  const spans = new Int32Array(2 * segments.length);
  for (let r = 0; r < rows.length;) {
    const segment = rows[r]!;
    spans[2 * segment] = r;
    while (r < rows.length && rows[r] === segment) r += Row.width;
    spans[2 * segment + 1] = r;
  }
  return spans;
}

function countLines(lines: Uint32Array): number {
  let most = -1;
  for (let i = 0; i < lines.length; i++) if (lines[i]! > most) most = lines[i]!;
  return most + 1;
}

/** Decided pairs with other numbers for their segments and paths, sorted as they must be. */
export function placed(decided: DecidedPairs, segment: (n: number) => number, path: (n: number) => number): DecidedPairs {
  const pairs = [...pairsIn(decided)].map((at) => {
    const a = segment(decided[at]!), b = segment(decided[at + 1]!);
    return { a: Math.min(a, b), b: Math.max(a, b), at };
  }).sort((x, y) => x.a - y.a || x.b - y.b);
  const out = new Int32Array(decided.length);
  let to = 0;
  for (const { a, b, at } of pairs) {
    const end = afterPair(decided, at);
    out.set(decided.subarray(at, end), to);
    out[to] = a;
    out[to + 1] = b;
    for (let p = to + 3, n = out[to + 2]!; n > 0; n--, p += 3 + out[p + 2]!) out[p] = path(out[p]!);
    to += end - at;
  }
  return out;
}

const isLittle = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

function bytesOf(numbers: Int32Array | Uint32Array): Uint8Array {
  if (isLittle) return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  const out = new Uint8Array(numbers.byteLength), view = new DataView(out.buffer);
  numbers.forEach((n, i) => view.setInt32(4 * i, n | 0, true));
  return out;
}

function numbersOf(bytes: Uint8Array): Int32Array {
  // A Buffer is cut out of a larger one, and its slice would not be a copy.
  if (isLittle) return new Int32Array(new Uint8Array(bytes).buffer);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int32Array.from({ length: bytes.length >> 2 }, (_, i) => view.getInt32(4 * i, true));
}

/** Lists of numbers as one: how many lists, where each ends, then all of them. */
function flat(lists: readonly (readonly number[])[]): Int32Array {
  const out = new Int32Array(1 + lists.length + lists.reduce((n, list) => n + list.length, 0));
  out[0] = lists.length;
  let at = 1 + lists.length;
  lists.forEach((list, i) => { for (const n of list) out[at++] = n; out[1 + i] = at; });
  return out;
}

const EMPTY: readonly number[] = [];
function unflat(numbers: Int32Array): (readonly number[])[] {
  const count = numbers[0]!;
  let from = 1 + count;
  return Array.from({ length: count }, (_, i) => {
    const end = numbers[1 + i]!, list = end === from ? EMPTY : [...numbers.subarray(from, end)];
    from = end;
    return list;
  });
}

const encoder = new TextEncoder(), decoder = new TextDecoder();
/** Hexadecimal ids. */
const listed = (ids: readonly string[]): Uint8Array => encoder.encode(ids.join('\n'));
const idsIn = (bytes: Uint8Array, count: number): string[] => (count === 0 ? [] : decoder.decode(bytes).split('\n'));
const standings: readonly MetaStanding[] = ['exact', 'stale', 'inexact'];

/** Numbers are 32 bits, little-endian. */
export function encodeTables(tables: Tables): Uint8Array {
  const t = wholeTables(tables);
  const { segments, sources } = t;
  const rests = segments.map(restOf);
  const ends = new Int32Array(segments.length);
  rests.reduce((n, rest, i) => (ends[i] = n + rest.length), 0);
  const { reasons, paths, contexts, entries } = t;
  const parts: readonly (readonly Uint8Array[])[] = [
    [encode({ ...heads(t), reasons, paths, contexts }, { sortKeys: true })],
    [encode(sources.map(({ name, ref, oid }) => [name, ref, oid]))], [bytesOf(flat(sources.map((s) => s.segments)))],
    [listed(segments.map((s) => s.tip))], [listed(segments.map((s) => s.acu ?? ''))], [Uint8Array.from(segments, (s) => standings.indexOf(s.standing))],
    [bytesOf(flat(segments.map((s) => s.lower)))], [bytesOf(flat(segments.map((s) => s.after)))], [bytesOf(ends)], rests,
    [listed(entries.map((e) => e.oid))], [bytesOf(Int32Array.from(entries, (e) => e.mode))],
    [bytesOf(t.rows)], [bytesOf(t.hunks)], [bytesOf(t.lines)], [bytesOf(t.decided)],
  ];
  return joinParts(VERSION, parts);
}

/** What names other places in memory is read now; lists of sources, and what a segment says of itself, when they are asked for. */
export function decodeTables(bytes: Uint8Array): Tables {
  const { version, parts } = splitParts(bytes);
  if (version !== VERSION) throw bug('replica of another version', { version });
  const [head, named, sourceSegments, tips, acus, stands, lower, after, ends, rests, entryOids, modes, rows, hunks, lines, decided] = parts as readonly [Uint8Array, ...Uint8Array[]];
  const { reasons, paths, contexts, ...rest } = decode(head) as Pick<Tables, 'base' | 'baseTree' | 'baseName' | 'grain' | 'skipped' | 'reasons' | 'paths' | 'contexts'>;
  const n = stands!.length, tip = idsIn(tips!, n), acu = idsIn(acus!, n), below = unflat(numbersOf(lower!)), before = unflat(numbersOf(after!)), end = numbersOf(ends!);
  const segments = Array.from({ length: n }, (_, i): SegmentMeta => new PackedMeta(tip[i] as Oid, below[i]!, standings[stands![i]!]!, (acu[i] || null) as AcuId | null, before[i]!, rests!.subarray(i === 0 ? 0 : end[i - 1]!, end[i]!)));
  const mode = numbersOf(modes!), oid = idsIn(entryOids!, mode.length);
  let sources: SourceMeta[] | null = null;
  return {
    ...rest, reasons, paths, contexts, segments, order: Int32Array.from({ length: n }, (_, i) => i),
    get sources(): readonly SourceMeta[] {
      if (sources === null) {
        const reached = unflat(numbersOf(sourceSegments!));
        sources = (decode(named!) as [ByteString, ByteString, Oid][]).map(([name, ref, at], i) => ({ name, ref, oid: at, segments: reached[i]! }));
      }
      return sources;
    },
    entries: Array.from(mode, (m, i): Entry => ({ mode: m, oid: oid[i] as Oid })),
    rows: numbersOf(rows!), hunks: numbersOf(hunks!), lines: new Uint32Array(numbersOf(lines!).buffer), decided: numbersOf(decided!),
  };
}

/** SHA-256 in hex; the service hands in Node's, which is faster. */
export type Digest = (bytes: Uint8Array) => string;
export const digestOf: Digest = (encoded) => toHex(sha256(encoded));
