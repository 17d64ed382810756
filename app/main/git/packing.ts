// A pack of whole objects and its index, as bytes (gitformat-pack(5), version 2 of both). Writing them where they belong is writer.ts's.
import { hash } from 'node:crypto';
import { constants as zlib, crc32, deflateSync } from 'node:zlib';
import type { Oid } from '../../core/bytes.ts';
import { bug } from '../../core/errors.ts';
import type { ObjectFormat, ObjectType } from './oids.ts';

export interface PackedObject { readonly oid: Oid; readonly type: ObjectType; readonly content: Uint8Array }

/** Bytes of content up to which an object is not compressed: no more than it would take up by itself, loose, in a file system of blocks. */
const STORED = 4096;
/** What a header takes at most (of 2⁵³ bytes), and what lies about content that is not compressed. */
const HEADER = 8, AROUND = 11;
/** Beyond it an index would need places of eight bytes. */
export const MOST_PACK_BYTES = 2 ** 31 - 1;

const TYPES: Readonly<Record<ObjectType, number>> = { commit: 1, tree: 2, blob: 3, tag: 4 };
const ID_BYTES: Readonly<Record<ObjectFormat, number>> = { sha1: 20, sha256: 32 };

interface Placed { readonly oid: Oid; readonly place: number; readonly sum: number }

/** Named by the checksum of the pack, as git names packs. Each object once. */
export function encodePack(objects: readonly PackedObject[], format: ObjectFormat): { readonly name: string; readonly pack: Buffer; readonly index: Buffer } {
  const bodies = objects.map(({ content }) => (content.length <= STORED ? null : deflated(content)));
  let room = 12 + ID_BYTES[format];
  for (const [i, { content }] of objects.entries()) room += HEADER + (bodies[i]?.length ?? content.length + AROUND);
  if (room > MOST_PACK_BYTES) throw bug('a pack to be written is too large', { room });
  // written where it belongs, for making and joining many small buffers takes longer than filling them
  const out = Buffer.allocUnsafe(room), placed: Placed[] = [];
  out.write('PACK', 0, 'latin1');
  out.writeUInt32BE(2, 4);
  out.writeUInt32BE(objects.length, 8);
  let at = 12;
  for (const [i, { oid, type, content }] of objects.entries()) {
    const place = at, body = bodies[i]!;
    at = putHeader(out, at, type, content.length);
    if (body === null) at = putStored(out, at, content);
    else { out.set(body, at); at += body.length; }
    placed.push({ oid, place, sum: crc32(out.subarray(place, at)) });
  }
  const checksum = hash(format, out.subarray(0, at), 'buffer');
  out.set(checksum, at);
  return { name: checksum.toString('hex'), pack: out.subarray(0, at + checksum.length), index: encodeIndex(placed, checksum, format) };
}

/** Type and size: four bits of the size in the first byte, seven in each that follows. Answers where it ends. */
function putHeader(out: Buffer, from: number, type: ObjectType, size: number): number {
  let at = from, byte = (TYPES[type] << 4) | (size % 16);
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    out[at++] = byte | 0x80;
    byte = rest % 128;
  }
  out[at++] = byte;
  return at;
}

/** As zlib has it (RFC 1950), with a window of its size. */
function deflated(content: Uint8Array): Buffer {
  const windowBits = Math.min(15, 32 - Math.clz32(content.length));
  return deflateSync(content, { level: zlib.Z_BEST_SPEED, windowBits, memLevel: windowBits - 7 });
}

/**
 * A small object as it is, as zlib has it: one block that is not compressed (RFC 1951, 3.2.4) between a header and the content's Adler-32. Setting up
 * a stream costs more than all else about one, and ids, which most trees are, take up as much however they are packed. Answers where it ends.
 */
function putStored(out: Buffer, from: number, content: Uint8Array): number {
  const { length } = content, start = from + 7;
  out.writeUInt16BE(0x7801, from);
  out[from + 2] = 1;
  out.writeUInt16LE(length, from + 3);
  out.writeUInt16LE(length ^ 0xffff, from + 5);
  let a = 1, b = 0;
  for (let i = 0; i < length; i++) {
    a += out[start + i] = content[i]!;
    b += a;
  }
  // so few bytes that neither sum has to be brought down before: the second stays under 2³¹
  out.writeUInt16BE(b % 65_521, start + length);
  out.writeUInt16BE(a % 65_521, start + length + 2);
  return from + length + AROUND;
}

function encodeIndex(placed: Placed[], checksum: Buffer, format: ObjectFormat): Buffer {
  placed.sort((x, y) => (x.oid < y.oid ? -1 : 1));
  const idBytes = ID_BYTES[format], count = placed.length;
  const names = 8 + 256 * 4, sums = names + count * idBytes, places = sums + count * 4, end = places + count * 4;
  const out = Buffer.allocUnsafe(end + 2 * idBytes);
  out.writeUInt32BE(0xff744f63, 0);
  out.writeUInt32BE(2, 4);
  for (const [i, { oid, place, sum }] of placed.entries()) {
    out.write(oid, names + i * idBytes, 'hex');
    out.writeUInt32BE(sum, sums + 4 * i);
    out.writeUInt32BE(place, places + 4 * i);
  }
  for (let first = 0, n = 0; first < 256; first++) {
    while (n < count && out[names + n * idBytes]! <= first) n++;
    out.writeUInt32BE(n, 8 + 4 * first);
  }
  out.set(checksum, end);
  out.set(hash(format, out.subarray(0, end + idBytes), 'buffer'), end + idBytes);
  return out;
}
