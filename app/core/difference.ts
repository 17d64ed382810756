// What changed between two replicas, packed (design.md §5, Processes and truth): of each of their parts what stands between a
// beginning and an end that are as they were. Applying it gives the newer replica byte for byte, so that its digest can be compared
// with the service's.
import { decode, encode } from '@msgpack/msgpack';
import { equalBytes } from './bytes.ts';
import { joinParts, splitParts } from './parts.ts';

type Difference =
  | { readonly kind: 'same' }
  /** of each part: bytes kept in front and behind, and those between */
  | { readonly kind: 'parts'; readonly parts: readonly (readonly [head: number, tail: number, middle: Uint8Array])[] }
  /** as large as the replica itself: fetch that */
  | { readonly kind: 'snapshot' };

const pack = (value: Difference): Uint8Array => encode(value, { sortKeys: true });

export function difference(before: Uint8Array, after: Uint8Array): Uint8Array {
  if (before === after || equalBytes(before, after)) return pack({ kind: 'same' });
  const old = splitParts(before), next = splitParts(after);
  if (next.version >= 0 && old.version === next.version && old.parts.length === next.parts.length) {
    const packed = pack({ kind: 'parts', parts: next.parts.map((part, i) => between(old.parts[i]!, part)) });
    if (packed.length < after.length) return packed;
  }
  return pack({ kind: 'snapshot' });
}

/** The newer replica, or null where it must be fetched. */
export function applyDifference(before: Uint8Array, packed: Uint8Array): Uint8Array | null {
  const d = decode(packed) as Difference;
  if (d.kind === 'same') return before;
  if (d.kind === 'snapshot') return null;
  const { version, parts } = splitParts(before);
  if (parts.length !== d.parts.length) return null;
  return joinParts(version, parts.map((part, i) => {
    const [head, tail, middle] = d.parts[i]!;
    return [part.subarray(0, head), middle, part.subarray(part.length - tail)];
  }));
}

function between(before: Uint8Array, after: Uint8Array): readonly [number, number, Uint8Array] {
  const least = Math.min(before.length, after.length);
  let head = 0, tail = 0;
  while (head < least && before[head] === after[head]) head++;
  while (tail < least - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  return [head, tail, after.subarray(head, after.length - tail)];
}
