// The id of an ACU: SHA-256 over what it changes and where, in words that a base move elsewhere does not alter
// (design.md §2, Identity; law 6). Line numbers, base, author, time, message and source are provenance, not identity.
import { sha256 } from '@noble/hashes/sha2.js';
import type { AcuId, PathBytes } from './bytes.ts';
import { fromHex, toHex } from './bytes.ts';
import { bug } from './errors.ts';
import type { EditKind } from './model.ts';

/**
 * A hunk by its surroundings. All bytes are whole lines of the pre-image (or, for `inserted`, of the post-image), terminators
 * included, so a concatenation of lines says where each of them ends.
 */
export interface IdentityHunk {
  /** the line before the place; null: start of file */
  readonly before: Uint8Array | null;
  readonly removed: Uint8Array;
  readonly inserted: Uint8Array;
  /** the line after the place; null: end of file */
  readonly after: Uint8Array | null;
  /** which of the equal places of the pre-image this is, from 0: see placeOrdinals */
  readonly ordinal: number;
  /** the ACUs that inserted the line before, the line after or a removed line: a set, in any order */
  readonly anchors: readonly AcuId[];
}

/** One path's part of an ACU. Contents are hashes, given for whole-file kinds only: where there are hunks they say it all. */
export interface IdentityEdit {
  readonly kind: EditKind;
  readonly oldPath: PathBytes | null;
  readonly newPath: PathBytes | null;
  readonly oldMode: number | null;
  readonly newMode: number | null;
  readonly oldContent: string | null;
  readonly newContent: string | null;
  /** in any order: the ordinals tell equal places apart. null for whole-file kinds */
  readonly hunks: readonly IdentityHunk[] | null;
}

/** Changes with every change of the encoding, for then every id changes. */
const VERSION = 1;

/** `digest`: SHA-256 in hex, where the machine has a faster one. */
export function acuId(edits: readonly IdentityEdit[], digest: (bytes: Uint8Array) => string = (bytes) => toHex(sha256(bytes))): AcuId {
  return digest(encodeIdentity(edits)) as AcuId;
}

/**
 * The bytes that are hashed. Unambiguous: every field is a number (LEB128), a byte string after its length, or either of them
 * after a byte that says whether it is there; lists follow their count. Edits, and the hunks of an edit, are sets: they are
 * sorted by their own encoding, so that a base move that only reorders places keeps the id. Good until the next call.
 */
export function encodeIdentity(edits: readonly IdentityEdit[]): Uint8Array {
  if (edits.length === 0) throw bug('an empty difference makes no ACU');
  const out = whole.begin();
  out.number(VERSION);
  out.set(edits, encodeEdit, ofEdits);
  return out.done();
}

function encodeEdit(edit: IdentityEdit, out: Encoder): void {
  out.text(edit.kind);
  out.optional(edit.oldPath, 'text');
  out.optional(edit.newPath, 'text');
  out.optional(edit.oldMode, 'number');
  out.optional(edit.newMode, 'number');
  out.optional(edit.oldContent, 'text');
  out.optional(edit.newContent, 'text');
  out.number(edit.hunks === null ? 0 : 1);
  if (edit.hunks !== null) out.set(edit.hunks, encodeHunk, ofHunks);
}

function encodeHunk(hunk: IdentityHunk, out: Encoder): void {
  out.optional(hunk.before, 'bytes');
  out.bytes(hunk.removed);
  out.bytes(hunk.inserted);
  out.optional(hunk.after, 'bytes');
  out.number(hunk.ordinal);
  if (hunk.anchors.length === 0) out.number(0);
  else out.set([...new Set(hunk.anchors)], encodeAnchor, ofAnchors);
}

function encodeAnchor(anchor: AcuId, out: Encoder): void {
  out.raw(fromHex(anchor));
}

/** Grows and is used again: an import names thousands of ACUs, one after another. */
class Encoder {
  #buffer = new Uint8Array(1024);
  #length = 0;

  begin(): this { this.#length = 0; return this; }

  number(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw bug('identity holds whole numbers only', { value });
    let at = this.#room(8);
    for (; value > 127; value = Math.floor(value / 128)) this.#buffer[at++] = (value % 128) | 128;
    this.#buffer[at++] = value;
    this.#length = at;
  }

  bytes(value: Uint8Array): void {
    this.number(value.length);
    this.raw(value);
  }

  raw(value: Uint8Array): void {
    const at = this.#room(value.length);
    this.#buffer.set(value, at);
    this.#length = at + value.length;
  }

  /** One byte for each character: paths, names of kinds, hashes in hex. */
  text(value: string): void {
    this.number(value.length);
    const at = this.#room(value.length);
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code > 255) throw bug('identity holds byte strings only', { value });
      this.#buffer[at + i] = code;
    }
    this.#length = at + value.length;
  }

  optional(value: string | null, as: 'text'): void;
  optional(value: number | null, as: 'number'): void;
  optional(value: Uint8Array | null, as: 'bytes'): void;
  optional(value: string | number | Uint8Array | null, as: 'text' | 'number' | 'bytes'): void {
    this.number(value === null ? 0 : 1);
    if (value !== null) (this[as] as (value: string | number | Uint8Array) => void)(value);
  }

  /** Each member is encoded into `beside` first, for the encodings decide their order. */
  set<T>(members: readonly T[], encode: (member: T, out: Encoder) => void, beside: Encoder): void {
    this.number(members.length);
    beside.begin();
    if (members.length === 1) {
      encode(members[0]!, beside);
      this.bytes(beside.#buffer.subarray(0, beside.#length));
      return;
    }
    const ends = members.map((member) => { encode(member, beside); return beside.#length; });
    const parts = ends.map((end, i) => beside.#buffer.subarray(i === 0 ? 0 : ends[i - 1]!, end));
    for (const part of parts.sort(compareBytes)) this.bytes(part);
  }

  /** Good until the next `begin`. */
  done(): Uint8Array { return this.#buffer.subarray(0, this.#length); }

  #room(bytes: number): number {
    const need = this.#length + bytes;
    if (need > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(need, 2 * this.#buffer.length));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    return this.#length;
  }
}

/** One for each depth of sets within sets. */
const whole = new Encoder(), ofEdits = new Encoder(), ofHunks = new Encoder(), ofAnchors = new Encoder();

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

/**
 * For each hunk of one pre-image, how many earlier places equal its own: same line before, same lines [start, end), same line
 * after. (Without it, one insertion at two like places would be one id, as it is one patch-id.) Hunks in any order.
 */
export function placeOrdinals(pre: Uint32Array, hunks: readonly Place[], steps = STEPS): number[] {
  return ordinalsByScan(pre, hunks, steps) ?? ordinalsByTable(pre, hunks);
}

interface Place { readonly start: number; readonly end: number }

/** Lines looked at before it pays to note where each of them occurs. */
const STEPS = 1 << 15;

/** By looking at each earlier place; null where that takes more than so many steps. */
function ordinalsByScan(pre: Uint32Array, hunks: readonly Place[], most: number): number[] | null {
  const ordinals: number[] = [];
  let steps = 0;
  for (const { start, end } of hunks) {
    let ordinal = 0;
    if (start > 0 && end < pre.length) {
      const first = start - 1, length = end - first + 1, line = pre[first]!;
      steps += first;
      if (steps > most) return null;
      for (let p = 0; p < first; p++) {
        if (pre[p] !== line) continue;
        let k = 1;
        while (k < length && pre[p + k] === pre[first + k]) k++;
        if (k === length) ordinal++;
        if ((steps += k) > most) return null;
      }
    }
    ordinals.push(ordinal);
  }
  return ordinals;
}

function ordinalsByTable(pre: Uint32Array, hunks: readonly Place[]): number[] {
  const ordinals = new Array<number>(hunks.length).fill(0);
  // Places of equal text are searched for once. A place at the start or the end of the file has no equal.
  const places = new Map<string, { readonly pattern: Uint32Array; readonly hunks: number[] }>();
  hunks.forEach(({ start, end }, i) => {
    if (start === 0 || end === pre.length) return;
    const pattern = pre.subarray(start - 1, end + 1);
    const key = pattern.join();
    const place = places.get(key);
    if (place) place.hunks.push(i);
    else places.set(key, { pattern, hunks: [i] });
  });

  const positions = positionsOf(pre, [...places.values()].map((place) => place.pattern));
  for (const { pattern, hunks: equal } of places.values()) {
    const starts = occurrences(pre, pattern, positions);
    equal.sort((x, y) => hunks[x]!.start - hunks[y]!.start);
    let earlier = 0;
    for (const i of equal) {
      while (starts[earlier]! < hunks[i]!.start - 1) earlier++;
      ordinals[i] = earlier;
    }
  }
  return ordinals;
}

/** Where each line that some pattern holds occurs in the text, in order. */
function positionsOf(text: Uint32Array, patterns: readonly Uint32Array[]): ReadonlyMap<number, readonly number[]> {
  const positions = new Map<number, number[]>();
  for (const pattern of patterns) for (const line of pattern) positions.set(line, []);
  if (positions.size > 0) for (let p = 0; p < text.length; p++) positions.get(text[p]!)?.push(p);
  return positions;
}

/** Where `pattern` starts in `text`, overlapping occurrences included, in order. */
function occurrences(text: Uint32Array, pattern: Uint32Array, positions: ReadonlyMap<number, readonly number[]>): number[] {
  let rarest = 0;
  for (let i = 1; i < pattern.length; i++) {
    if (positions.get(pattern[i]!)!.length < positions.get(pattern[rarest]!)!.length) rarest = i;
  }
  // Most edits touch some rare line: look only where that one is. Where every line is frequent, search linearly.
  const candidates = positions.get(pattern[rarest]!)!;
  if (candidates.length * pattern.length > 4 * text.length) return search(text, pattern);
  return candidates.map((p) => p - rarest).filter((start) => start >= 0 && matchesAt(text, pattern, start));
}

function matchesAt(text: Uint32Array, pattern: Uint32Array, at: number): boolean {
  for (let i = 0; i < pattern.length; i++) if (text[at + i] !== pattern[i]) return false;
  return true;
}

/** Knuth, Morris and Pratt 1977. */
function search(text: Uint32Array, pattern: Uint32Array): number[] {
  const fallback = new Int32Array(pattern.length + 1);
  fallback[0] = -1;
  for (let i = 1, k = 0; i < pattern.length; i++) {
    while (k >= 0 && pattern[i] !== pattern[k]) k = fallback[k]!;
    fallback[i + 1] = ++k;
  }
  const found: number[] = [];
  for (let p = 0, k = 0; p < text.length; p++) {
    while (k >= 0 && text[p] !== pattern[k]) k = fallback[k]!;
    if (++k === pattern.length) {
      found.push(p + 1 - k);
      k = fallback[k]!;
    }
  }
  return found;
}
