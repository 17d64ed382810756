// The resolution key (design.md §2): by it a conflict that returns is known again, wherever it is and whoever its sides are.
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, toHex } from '../bytes.ts';
import type { Entry } from '../repository.ts';
import type { Place } from './model.ts';

const VERSION = 'acumen resolution 1';
const encoder = new TextEncoder();

/** SHA-256, in hex, over kind, base region, lines before and after, and the sorted distinct side texts or register values. */
export function resolutionKey(place: Place): string {
  const { kind } = place;
  const parts = place.shape === 'lines' ? [place.base, place.before, place.after, ...distinct([place.ours, place.theirs])]
    : [registers(place.paths.map(({ base }) => base)), null, null, ...distinct([registers(place.paths.map(({ ours }) => ours)), registers(place.paths.map(({ theirs }) => theirs))])];
  return toHex(sha256(concatBytes([encoder.encode(`${VERSION}\n${place.shape} ${kind}\n`), ...parts.flatMap(framed)])));
}

const registers = (entries: readonly (Entry | null)[]): Uint8Array => encoder.encode(entries.map((e) => (e === null ? '-' : `${e.mode.toString(8)} ${e.oid}`)).join('\n'));

/** With its length before it, so that no two lists of parts are the same bytes; what is not there is no empty part. */
const framed = (part: Uint8Array | null): Uint8Array[] => (part === null ? [encoder.encode('none\n')] : [encoder.encode(`${part.length}\n`), part]);

function distinct(sides: readonly Uint8Array[]): Uint8Array[] {
  const sorted = sides.toSorted(compare);
  return sorted.filter((side, i) => i === 0 || compare(side, sorted[i - 1]!) !== 0);
}

/** Order of bytes. */
export function compare(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
