// The stored form of a segment and its key: SHA-256 of MessagePack with sorted keys. One form per value, so the key names
// the content: the same segment imported twice is stored once. Each distinct edit is stored once, in columns, however many
// of the segment's contexts have it; the columns are packed by themselves, so that the rest can be read without them.
import { Decoder, Encoder } from '@msgpack/msgpack';
import { sha256 } from '@noble/hashes/sha2.js';
import { equalBytes, type Oid, toHex } from './bytes.ts';
import { bug } from './errors.ts';
import type { SegmentKey } from './events.ts';
import type { Edit, EditKind, Hunk, Segment } from './model.ts';
import type { Entry } from './repository.ts';

// Kept, with the buffer it has grown and the keys it has seen.
const encoder = new Encoder({ sortKeys: true, ignoreUndefined: true });
const decoder = new Decoder();

/** Sorted keys, absent instead of undefined: equal values have equal bytes whatever order they were built in. */
export function pack(value: unknown): Uint8Array {
  return encoder.encode(value);
}

/** Byte strings come out as plain views of `bytes`, also where that is a subclass with ideas of its own (Node's Buffer). */
export function unpack(bytes: Uint8Array): unknown {
  return decoder.decode(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

/** Everything of a segment but its edits: what is stored in front of them, and read alone. */
export type SegmentHead = Omit<Segment, 'edits' | 'contexts'>;

/** The second form. The first, before store format 6, was the segment as it is; both are read for ever. */
interface Stored extends SegmentHead {
  readonly form: 2;
  /** places among the columns */
  readonly own: readonly number[];
  readonly contexts: readonly { readonly context: string; readonly edits: readonly number[] }[];
  /** Columns, packed */
  readonly columns: Uint8Array;
}

interface Columns {
  readonly paths: readonly Edit['path'][];
  readonly kinds: readonly EditKind[];
  /** two of each edit: places in `modes` and `oids`, -1 for none */
  readonly entries: readonly number[];
  readonly modes: readonly number[];
  readonly oids: readonly Oid[];
  /** of each edit: lines added, lines deleted, hunks (-1: a whole file) */
  readonly counts: readonly number[];
  /** of each hunk, four numbers of 32 bits, little-endian: start, end, bytes removed, bytes inserted */
  readonly hunks: Uint8Array;
  /** removed and inserted of each hunk, one after another */
  readonly text: Uint8Array;
  /** by edit */
  readonly notes: readonly (readonly [number, string])[];
}
const HUNK_BYTES = 16;

export function packSegment(segment: Segment): Uint8Array {
  const { edits, contexts, ...head } = segment;
  const pool = new Pool();
  const stored: Stored = {
    ...head, form: 2,
    own: edits.map((edit) => pool.place(edit)),
    contexts: contexts.map((c) => ({ context: c.context, edits: c.edits === edits ? edits.map((edit) => pool.place(edit)) : c.edits.map((edit) => pool.place(edit)) })),
    columns: new Uint8Array(0),
  };
  return pack({ ...stored, columns: pack(columnsOf(pool.edits)) });
}

/** Either form. */
export function unpackSegment(bytes: Uint8Array): Segment {
  const value = unpack(bytes) as Stored | Segment;
  if (!('form' in value)) return value;
  const { form, own, contexts, columns, ...head } = value;
  if (form !== 2) throw bug('a segment is stored in a form of another version', { form });
  const pool = editsOf(unpack(columns) as Columns);
  const pick = (places: readonly number[]): Edit[] => places.map((n) => pool[n]!);
  const edits = pick(own);
  return { ...head, edits, contexts: contexts.map((c) => ({ context: c.context, edits: c.edits.length === own.length && c.edits.every((n, i) => n === own[i]) ? edits : pick(c.edits) })) };
}

/** Of either form, the edits left unread. */
export function unpackHead(bytes: Uint8Array): SegmentHead {
  return unpack(bytes) as SegmentHead;
}

/** Of the stored form. */
export function keyOfPacked(packed: Uint8Array): SegmentKey {
  return toHex(sha256(packed));
}

export function segmentKey(segment: Segment): SegmentKey {
  return keyOfPacked(packSegment(segment));
}

/** Distinct edits in the order they are first met. */
class Pool {
  readonly edits: Edit[] = [];
  readonly #places = new Map<Edit, number>();
  /** by path: edits of one path are few, and compared whole */
  readonly #byPath = new Map<string, number[]>();

  place(edit: Edit): number {
    let n = this.#places.get(edit);
    if (n !== undefined) return n;
    const others = this.#byPath.get(edit.path);
    n = others?.find((other) => sameEdit(this.edits[other]!, edit));
    if (n === undefined) {
      n = this.edits.push(edit) - 1;
      if (others === undefined) this.#byPath.set(edit.path, [n]);
      else others.push(n);
    }
    this.#places.set(edit, n);
    return n;
  }
}

function sameEdit(a: Edit, b: Edit): boolean {
  return a.path === b.path && a.kind === b.kind && sameEntry(a.before, b.before) && sameEntry(a.after, b.after)
    && a.added === b.added && a.deleted === b.deleted && a.note === b.note && sameHunks(a.hunks, b.hunks);
}

function sameEntry(a: Entry | null, b: Entry | null): boolean {
  return a === b || (a !== null && b !== null && a.oid === b.oid && a.mode === b.mode);
}

function sameHunks(a: readonly Hunk[] | null, b: readonly Hunk[] | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((x, i) => {
    const y = b[i]!;
    return x.start === y.start && x.end === y.end && equalBytes(x.removed, y.removed) && equalBytes(x.inserted, y.inserted);
  });
}

function columnsOf(edits: readonly Edit[]): Columns {
  const modes: number[] = [], oids: Oid[] = [], entries: number[] = [], counts: number[] = [], notes: [number, string][] = [];
  const known = new Map<string, number>();
  const entry = (e: Entry | null): void => {
    if (e === null) { entries.push(-1); return; }
    const key = `${e.mode} ${e.oid}`;
    let n = known.get(key);
    if (n === undefined) { n = oids.push(e.oid) - 1; modes.push(e.mode); known.set(key, n); }
    entries.push(n);
  };
  let count = 0, bytes = 0;
  edits.forEach(({ before, after, hunks, added, deleted, note }, i) => {
    entry(before);
    entry(after);
    counts.push(added, deleted, hunks === null ? -1 : hunks.length);
    if (note !== undefined) notes.push([i, note]);
    for (const { removed, inserted } of hunks ?? []) { count++; bytes += removed.length + inserted.length; }
  });
  const hunks = new Uint8Array(count * HUNK_BYTES), text = new Uint8Array(bytes);
  const numbers = new DataView(hunks.buffer);
  let at = 0, end = 0;
  for (const edit of edits) {
    for (const h of edit.hunks ?? []) {
      numbers.setInt32(at, h.start, true);
      numbers.setInt32(at + 4, h.end, true);
      numbers.setInt32(at + 8, h.removed.length, true);
      numbers.setInt32(at + 12, h.inserted.length, true);
      at += HUNK_BYTES;
      text.set(h.removed, end);
      text.set(h.inserted, end += h.removed.length);
      end += h.inserted.length;
    }
  }
  return { paths: edits.map((e) => e.path), kinds: edits.map((e) => e.kind), entries, modes, oids, counts, hunks, text, notes };
}

function editsOf({ paths, kinds, entries, modes, oids, counts, hunks, text, notes }: Columns): Edit[] {
  const entry = (n: number): Entry | null => (n < 0 ? null : { mode: modes[n]!, oid: oids[n]! });
  const numbers = new DataView(hunks.buffer, hunks.byteOffset, hunks.byteLength);
  const noted = new Map(notes);
  let at = 0, end = 0;
  const edits = paths.map((path, i): Edit => {
    const length = counts[3 * i + 2]!;
    const found: Hunk[] = [];
    for (let h = 0; h < length; h++, at += HUNK_BYTES) {
      const middle = end + numbers.getInt32(at + 8, true), next = middle + numbers.getInt32(at + 12, true);
      found.push({ start: numbers.getInt32(at, true), end: numbers.getInt32(at + 4, true), removed: text.subarray(end, middle), inserted: text.subarray(middle, next) });
      end = next;
    }
    const note = noted.get(i);
    return {
      path, kind: kinds[i]!, before: entry(entries[2 * i]!), after: entry(entries[2 * i + 1]!), hunks: length < 0 ? null : found,
      added: counts[3 * i]!, deleted: counts[3 * i + 1]!, ...note !== undefined && { note },
    };
  });
  if (at !== hunks.length || end !== text.length) throw bug('the columns of a segment do not fit together');
  return edits;
}
