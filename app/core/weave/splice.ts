// Versions of one text put together where no change of one touches a change of another: nearly always. The base's bytes with
// each change in its place, at the cost of the bytes copied. Where changes touch without being the same it says so, and the
// weave decides; what it answers is what the weave answers (splice.test.ts).
import { equalBytes } from '../bytes.ts';

const NEWLINE = 10;

/** A text with where its lines begin; the last entry is its length. */
export interface Lined { readonly bytes: Uint8Array; readonly starts: Uint32Array }

/** What a version makes of its base: lines [start, end) of the base, flat and in order, and the bytes that replace each. */
export interface Patch { readonly ranges: Int32Array; readonly inserted: readonly Uint8Array[] }

/** A cache by key, such as a Map or one that is bounded in bytes. */
export interface Kept<V> { get(key: string): V | undefined; set(key: string, value: V): unknown }

/** What composing keeps of texts from one time to the next; `none` stands for what is no text. */
export interface KeptTexts { readonly lined: Kept<Lined | 'none'>; readonly patches: Kept<Patch | 'none'> }

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

interface Hunk { readonly start: number; readonly end: number; readonly inserted: Uint8Array }

/** The bytes that all patches together make of the base; null where changes of two of them touch and are not the same. */
export function splice({ bytes, starts }: Lined, patches: readonly Patch[]): Uint8Array | null {
  const all: Hunk[] = [];
  for (const { ranges, inserted } of patches) {
    for (let i = 0; i < inserted.length; i++) all.push({ start: ranges[2 * i]!, end: ranges[2 * i + 1]!, inserted: inserted[i]! });
  }
  all.sort((x, y) => x.start - y.start || x.end - y.end);
  let length = bytes.length, kept = 0;
  for (const hunk of all) {
    const before = kept > 0 ? all[kept - 1]! : undefined;
    if (before !== undefined && hunk.start <= before.end) {
      if (hunk.start !== before.start || hunk.end !== before.end || !equalBytes(hunk.inserted, before.inserted)) return null;
      continue;
    }
    length += hunk.inserted.length - (starts[hunk.end]! - starts[hunk.start]!);
    all[kept++] = hunk;
  }
  const out = new Uint8Array(length);
  let from = 0, filled = 0;
  for (let i = 0; i < kept; i++) {
    const { start, end, inserted } = all[i]!;
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
