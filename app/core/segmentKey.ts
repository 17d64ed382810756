// The stored form of a segment and its key: SHA-256 of MessagePack with sorted keys. One form per value, so the key names
// the content: the same segment imported twice is stored once.
import { Decoder, Encoder } from '@msgpack/msgpack';
import { sha256 } from '@noble/hashes/sha2.js';
import { toHex } from './bytes.ts';
import type { SegmentKey } from './events.ts';
import type { Segment } from './model.ts';

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

/** Of the stored form. */
export function keyOfPacked(packed: Uint8Array): SegmentKey {
  return toHex(sha256(packed));
}

export function segmentKey(segment: Segment): SegmentKey {
  return keyOfPacked(pack(segment));
}
