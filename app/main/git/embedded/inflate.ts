// zlib within bounds: output is never larger than announced, and what would hold the event loop runs on another thread.
import { promisify } from 'node:util';
import { constants, inflate, inflateSync } from 'node:zlib';

const inflateElsewhere = promisify(inflate);

/** Up to this size inflating here costs less than handing it to another thread (about 1 ms). */
const INLINE_BYTES = 256 << 10;

/** Deflate cannot expand more than this (RFC 1951: 258 bytes from 2 bits), so a claim beyond it is a lie. */
const MOST_EXPANSION = 1032;

export function isInline(size: number): boolean {
  return size <= INLINE_BYTES;
}

/** As `inflateExactly`, here and now: for what isInline. */
export function inflateNow(input: Uint8Array, size: number): Buffer {
  if (size > (input.length + 1) * MOST_EXPANSION) throw new RangeError('it announces more bytes than it can hold');
  return exactly(inflateSync(input, { chunkSize: Math.max(64, size + 16), maxOutputLength: size + 1 }), size);
}

function exactly(out: Buffer, size: number): Buffer {
  if (out.length !== size) throw new RangeError(`it holds ${out.length} bytes and announces ${size}`);
  return out;
}

/** The zlib stream at the start of `input`, which must hold exactly `size` bytes. Throws RangeError, or zlib's own error. */
export async function inflateExactly(input: Uint8Array, size: number): Promise<Buffer> {
  if (isInline(size)) return inflateNow(input, size);
  if (size > (input.length + 1) * MOST_EXPANSION) throw new RangeError('it announces more bytes than it can hold');
  return exactly(await inflateElsewhere(input, { chunkSize: size + 16, maxOutputLength: size + 1 }), size);
}

/** The first bytes of a zlib stream of which only the start is at hand. */
export function inflateStart(input: Uint8Array): Buffer {
  return inflateSync(input, { finishFlush: constants.Z_SYNC_FLUSH });
}

/** The most bytes that zlib makes of `size` bytes (its compressBound), with room for deflate's header. */
export function deflatedAtMost(size: number): number {
  return size + Math.floor(size / 4096) + Math.floor(size / 16384) + 64;
}
