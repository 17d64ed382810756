// The stored form of a segment and its key: SHA-256 of MessagePack with sorted keys. One form per value, so the key names
// the content: the same segment imported twice is stored once. Each distinct edit is stored once, in columns, however many
// of the segment's contexts have it; the columns are packed by themselves, so that the rest can be read without them.
import { Decoder } from '@msgpack/msgpack';
import { sha256 } from '@noble/hashes/sha2.js';
import { equalBytes, type Oid, toHex } from './bytes.ts';
import { bug } from './errors.ts';
import type { SegmentKey } from './events.ts';
import type { Edit, EditKind, Hunk, Segment } from './model.ts';
import { Packer } from './packer.ts';
import type { Entry } from './repository.ts';
import { Unpacker } from './unpacker.ts';

// Kept, with the buffer it has grown and the keys it has seen.
const packer = new Packer();
const decoder = new Decoder();

/** Sorted keys, absent instead of undefined: equal values have equal bytes whatever order they were built in. */
export function pack(value: unknown): Uint8Array {
  packer.begin().value(value);
  return packer.take();
}

/** Byte strings come out as plain views of `bytes`, also where that is a subclass with ideas of its own (Node's Buffer). */
export function unpack(bytes: Uint8Array): unknown {
  return decoder.decode(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

/** What is read alone of a stored segment: to list it, its edits are not needed. */
export type SegmentHead = Pick<Segment, 'tip' | 'acu' | 'standing' | 'title' | 'author' | 'time' | 'commits'>;
const heads: ReadonlySet<string> = new Set(['tip', 'acu', 'standing', 'title', 'author', 'time', 'commits'] satisfies (keyof SegmentHead)[]);

/** The second form. The first, before store format 6, was the segment as it is; both are read for ever. */
interface Stored extends Omit<Segment, 'edits' | 'contexts'> {
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

/** Every field of the stored form, sorted: what is not named here does not compile. */
const fields = Object.keys({
  form: 0, own: 0, contexts: 0, columns: 0, tip: 0, lower: 0, standing: 0, acu: 0, title: 0, author: 0, time: 0, commits: 0, needs: 0, collisions: 0, renames: 0, within: 0, commit: 0, after: 0, note: 0,
} satisfies Record<keyof Stored, 0>).sort() as (keyof Stored)[];

/** Written as it is read, for each ACU that comes is packed before anybody is answered; `pack` of the whole gives the same bytes. */
export function packSegment(segment: Segment): Uint8Array {
  const { edits, contexts } = segment, pool = new Pool();
  const placesOf = (list: readonly Edit[]): readonly number[] => list.map((edit) => pool.place(edit));
  const own = placesOf(edits), others = contexts.map((c) => (c.edits === edits ? own : placesOf(c.edits)));
  packer.begin();
  // form, own and columns are not the segment's own
  let size = 3;
  for (let i = 0; i < fields.length; i++) if (segment[fields[i] as keyof Segment] !== undefined) size++;
  packer.map(size);
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i]!;
    if (field === 'form') { packer.text(field); packer.number(2); continue; }
    if (field === 'own') { packer.text(field); packer.numbers(own); continue; }
    if (field === 'columns') { packer.text(field); packer.binary(packColumns(pool.edits)); continue; }
    if (field === 'contexts') {
      packer.text(field);
      packer.list(contexts.length);
      for (let c = 0; c < contexts.length; c++) {
        packer.map(2);
        packer.text('context');
        packer.text(contexts[c]!.context);
        packer.text('edits');
        packer.numbers(others[c]!);
      }
      continue;
    }
    const value = segment[field];
    if (value === undefined) continue;
    packer.text(field);
    packer.value(value);
  }
  return packer.take();
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

/** Of either form. */
export function unpackHead(bytes: Uint8Array): SegmentHead {
  const reader = new Unpacker(bytes), head: Record<string, unknown> = {};
  for (let fields = reader.map(); fields > 0; fields--) {
    const field = reader.text();
    if (heads.has(field)) head[field] = reader.value(); else reader.skip();
  }
  return head as unknown as SegmentHead;
}

/** Of the stored form. */
export function keyOfPacked(packed: Uint8Array): SegmentKey {
  return toHex(sha256(packed));
}

export function segmentKey(segment: Segment): SegmentKey {
  return keyOfPacked(packSegment(segment));
}

/** Up to so many edits are looked through one by one. */
const FEW = 12;

/** Distinct edits in the order they are first met. */
class Pool {
  readonly edits: Edit[] = [];
  /** places of edits that were asked for, and by path; null as long as there are few */
  #places: Map<Edit, number> | null = null;
  #byPath: Map<string, number[]> | null = null;

  place(edit: Edit): number {
    const { edits } = this;
    if (edits.length >= FEW) return this.#placeAmongMany(edit);
    for (let n = 0; n < edits.length; n++) if (edits[n] === edit) return n;
    for (let n = 0; n < edits.length; n++) if (sameEdit(edits[n]!, edit)) return n;
    return edits.push(edit) - 1;
  }

  #placeAmongMany(edit: Edit): number {
    if (this.#places === null || this.#byPath === null) {
      this.#places = new Map(this.edits.map((one, n) => [one, n]));
      this.#byPath = new Map();
      for (const [n, { path }] of this.edits.entries()) this.#byPath.set(path, [...this.#byPath.get(path) ?? [], n]);
    }
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

const columns = new Packer();

/** What `pack` makes of the columns of these edits; read before anything else is packed so. */
function packColumns(edits: readonly Edit[]): Uint8Array {
  const modes: number[] = [], oids: Oid[] = [], entries: number[] = [], counts: number[] = [], notes: [number, string][] = [];
  const many = edits.length > FEW ? new Map<string, number>() : null;
  const entry = (e: Entry | null): void => {
    if (e === null) { entries.push(-1); return; }
    const { mode, oid } = e;
    let n = many === null ? placeOf(modes, oids, e) : many.get(`${mode} ${oid}`) ?? -1;
    if (n < 0) {
      n = oids.push(oid) - 1;
      modes.push(mode);
      many?.set(`${mode} ${oid}`, n);
    }
    entries.push(n);
  };
  let hunks = 0, text = 0;
  for (let i = 0; i < edits.length; i++) {
    const edit = edits[i]!;
    entry(edit.before);
    entry(edit.after);
    counts.push(edit.added, edit.deleted, edit.hunks === null ? -1 : edit.hunks.length);
    if (edit.note !== undefined) notes.push([i, edit.note]);
    if (edit.hunks === null) continue;
    hunks += edit.hunks.length;
    for (let h = 0; h < edit.hunks.length; h++) text += edit.hunks[h]!.removed.length + edit.hunks[h]!.inserted.length;
  }
  columns.begin();
  columns.map(9);
  columns.text('counts');
  columns.numbers(counts);
  columns.text('entries');
  columns.numbers(entries);
  columns.text('hunks');
  columns.bytesOf(hunks * HUNK_BYTES);
  eachHunk(edits, putPlace);
  columns.text('kinds');
  columns.list(edits.length);
  for (let i = 0; i < edits.length; i++) columns.text(edits[i]!.kind);
  columns.text('modes');
  columns.numbers(modes);
  columns.text('notes');
  columns.value(notes);
  columns.text('oids');
  columns.value(oids);
  columns.text('paths');
  columns.list(edits.length);
  for (let i = 0; i < edits.length; i++) columns.text(edits[i]!.path);
  columns.text('text');
  columns.bytesOf(text);
  eachHunk(edits, putText);
  return columns.written;
}

/** Among a few; -1: it is not there. */
function placeOf(modes: readonly number[], oids: readonly Oid[], { mode, oid }: Entry): number {
  for (let n = 0; n < oids.length; n++) if (oids[n] === oid && modes[n] === mode) return n;
  return -1;
}

function eachHunk(edits: readonly Edit[], visit: (hunk: Hunk) => void): void {
  for (let i = 0; i < edits.length; i++) {
    const { hunks } = edits[i]!;
    if (hunks !== null) for (let h = 0; h < hunks.length; h++) visit(hunks[h]!);
  }
}

function putPlace({ start, end, removed, inserted }: Hunk): void {
  columns.int32(start);
  columns.int32(end);
  columns.int32(removed.length);
  columns.int32(inserted.length);
}

function putText({ removed, inserted }: Hunk): void {
  columns.put(removed);
  columns.put(inserted);
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
