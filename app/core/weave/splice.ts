// Versions of one text put together where no change of one touches a change of another, or all who change a place give it one
// text: nearly always. The base's bytes with each change in its place, at the cost of the bytes copied. Elsewhere it says so, and
// the weave decides; what it answers is what the weave answers (splice.test.ts).
import { type Oid, concatBytes, equalBytes } from '../bytes.ts';

const NEWLINE = 10;

/** A text with where its lines begin; the last entry is its length. */
export interface Lined { readonly bytes: Uint8Array; readonly starts: Uint32Array }

/** What a version makes of its base: lines [start, end) of the base, flat and in order, and the bytes that replace each. */
export interface Patch { readonly ranges: Int32Array; readonly inserted: readonly Uint8Array[] }

/** A cache by key, such as a Map or one that is bounded in bytes. */
export interface Kept<V> { get(key: string): V | undefined; set(key: string, value: V): unknown }

/** What versions of one text together make of it. */
export interface Spliced { readonly oid: Oid; readonly bytes: Uint8Array }

/** What composing keeps of texts from one time to the next; `none` stands for what is no text. `spliced`: by base and versions (`splicedKey`). */
export interface KeptTexts { readonly lined: Kept<Lined | 'none'>; readonly patches: Kept<Patch | 'none'>; readonly spliced?: Kept<Spliced> }

/** More versions than this have no name: it would be longer than the work. */
const MOST_NAMED = 64;

/** The order of the versions does not matter. */
export const splicedKey = (base: Oid, versions: readonly Oid[]): string | null => (versions.length > MOST_NAMED ? null : `${base} ${[...versions].sort().join(' ')}`);

export function linedOf(bytes: Uint8Array): Lined {
  let starts = new Uint32Array(16 + (bytes.length >>> 5));
  let lines = 0;
  for (let at = 0; at < bytes.length;) {
    if (lines + 1 >= starts.length) {
      const larger = new Uint32Array(2 * starts.length);
      larger.set(starts);
      starts = larger;
    }
    starts[lines++] = at;
    const end = bytes.indexOf(NEWLINE, at);
    at = end < 0 ? bytes.length : end + 1;
  }
  starts[lines++] = bytes.length;
  return { bytes, starts: starts.slice(0, lines) };
}

/** From a change script (flat [start, end, from, to]*), the version's bytes copied. */
export function patchOf(script: Int32Array, version: Lined): Patch {
  const ranges = new Int32Array(script.length >> 1);
  const inserted: Uint8Array[] = [];
  for (let i = 0; i < script.length; i += 4) {
    ranges[i >> 1] = script[i]!;
    ranges[(i >> 1) + 1] = script[i + 1]!;
    inserted.push(version.bytes.slice(version.starts[script[i + 2]!]!, version.starts[script[i + 3]!]!));
  }
  return { ranges, inserted };
}

/** In bytes, for caches. */
export const linedSize = ({ bytes, starts }: Lined): number => bytes.length + starts.byteLength + 200;
export const patchSize = ({ ranges, inserted }: Patch): number => inserted.reduce((sum, bytes) => sum + bytes.length + 100, ranges.byteLength + 200);

interface Hunk { readonly start: number; readonly end: number; readonly inserted: Uint8Array; readonly of: number }

/**
 * The bytes that all patches together make of the base. Changes that touch are one place: it has one text where all who change it
 * give it the same, however they cut it (decisions/0007). Null where they do not.
 */
export function splice(base: Lined, patches: readonly Patch[]): Uint8Array | null {
  const { bytes, starts } = base;
  const all: Hunk[] = [];
  for (const [of, { ranges, inserted }] of patches.entries()) {
    for (let i = 0; i < inserted.length; i++) all.push({ start: ranges[2 * i]!, end: ranges[2 * i + 1]!, inserted: inserted[i]!, of });
  }
  all.sort((x, y) => x.start - y.start || x.end - y.end);
  const places: { readonly start: number; readonly end: number; readonly inserted: Uint8Array }[] = [];
  let length = bytes.length;
  for (let i = 0; i < all.length;) {
    const first = all[i]!, from = i;
    let { end } = first, same = true;
    for (i++; i < all.length && all[i]!.start <= end; i++) {
      const next = all[i]!;
      same &&= next.start === first.start && next.end === first.end && equalBytes(next.inserted, first.inserted);
      end = Math.max(end, next.end);
    }
    const place = same ? first : oneText(base, all.slice(from, i), first.start, end);
    if (place === null) return null;
    length += place.inserted.length - (starts[place.end]! - starts[place.start]!);
    places.push(place);
  }
  const out = new Uint8Array(length);
  let from = 0, filled = 0;
  for (const { start, end, inserted } of places) {
    const until = starts[start]!;
    out.set(bytes.subarray(from, until), filled);
    filled += until - from;
    out.set(inserted, filled);
    filled += inserted.length;
    from = starts[end]!;
  }
  out.set(bytes.subarray(from), filled);
  return out;
}

/** Lines [start, end) as every patch that changes some of them has them. */
function oneText({ bytes, starts }: Lined, hunks: readonly Hunk[], start: number, end: number): { readonly start: number; readonly end: number; readonly inserted: Uint8Array } | null {
  const sides = new Map<number, Hunk[]>();
  for (const hunk of hunks) {
    const side = sides.get(hunk.of);
    if (side) side.push(hunk); else sides.set(hunk.of, [hunk]);
  }
  let text: Uint8Array | null = null;
  for (const side of sides.values()) {
    const parts: Uint8Array[] = [];
    let from = start;
    for (const hunk of side) {
      parts.push(bytes.subarray(starts[from]!, starts[hunk.start]!), hunk.inserted);
      from = hunk.end;
    }
    parts.push(bytes.subarray(starts[from]!, starts[end]!));
    const own = concatBytes(parts);
    if (text !== null && !equalBytes(text, own)) return null;
    text = own;
  }
  return { start, end, inserted: text! };
}
