// A pack of whole objects and its index, as bytes (gitformat-pack(5), version 2 of both). Writing them where they belong is writer.ts's.
import { createHash } from 'node:crypto';
import { constants as zlib, crc32, deflateSync } from 'node:zlib';
import type { Oid } from '../../core/bytes.ts';
import { bug } from '../../core/errors.ts';
import type { ObjectFormat, ObjectType } from './oids.ts';

export interface PackedObject { readonly oid: Oid; readonly type: ObjectType; readonly content: Uint8Array }

/** Bytes of content up to which an object is not compressed. */
const STORED = 512;
/** Beyond it an index would need places of eight bytes. */
export const MOST_PACK_BYTES = 2 ** 31 - 1;

const TYPES: Readonly<Record<ObjectType, number>> = { commit: 1, tree: 2, blob: 3, tag: 4 };
const ID_BYTES: Readonly<Record<ObjectFormat, number>> = { sha1: 20, sha256: 32 };

/** Named by the checksum of the pack, as git names packs. Each object once. */
export function encodePack(objects: readonly PackedObject[], format: ObjectFormat): { readonly name: string; readonly pack: Buffer; readonly index: Buffer } {
  const header = Buffer.alloc(12);
  header.write('PACK', 0, 'latin1');
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(objects.length, 8);
  const parts: Buffer[] = [header];
  const placed: { id: Buffer; place: number; sum: number }[] = [];
  let length = header.length;
  for (const { oid, type, content } of objects) {
    const head = entryHeader(type, content.length), body = deflated(content);
    placed.push({ id: Buffer.from(oid, 'hex'), place: length, sum: crc32(body, crc32(head)) });
    parts.push(head, body);
    length += head.length + body.length;
  }
  if (length > MOST_PACK_BYTES) throw bug('a pack to be written is too large', { length });
  const sum = createHash(format);
  for (const part of parts) sum.update(part);
  const checksum = sum.digest();
  return { name: checksum.toString('hex'), pack: Buffer.concat([...parts, checksum]), index: encodeIndex(placed, checksum, format) };
}

/** Type and size: four bits of the size in the first byte, seven in each that follows. */
function entryHeader(type: ObjectType, size: number): Buffer {
  const bytes: number[] = [];
  let byte = (TYPES[type] << 4) | (size % 16);
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.push(byte | 0x80);
    byte = rest % 128;
  }
  bytes.push(byte);
  return Buffer.from(bytes);
}

/**
 * As zlib has it (RFC 1950). A small object is stored as it is: the trees and commits that most of a pack are hold ids, which take up as much however
 * they are packed, and setting up a stream costs more than all else about them. Others get a window of their size.
 */
function deflated(content: Uint8Array): Buffer {
  if (content.length <= STORED) return stored(content);
  const windowBits = Math.min(15, Math.max(9, 32 - Math.clz32(content.length)));
  return deflateSync(content, { level: zlib.Z_BEST_SPEED, windowBits, memLevel: Math.max(1, windowBits - 7) });
}

/** One block that is not compressed (RFC 1951, 3.2.4) between zlib's header and the content's Adler-32. */
function stored(content: Uint8Array): Buffer {
  const { length } = content, out = Buffer.allocUnsafe(length + 11);
  out.writeUInt16BE(0x7801, 0);
  out[2] = 1;
  out.writeUInt16LE(length, 3);
  out.writeUInt16LE(length ^ 0xffff, 5);
  let a = 1, b = 0;
  for (let i = 0; i < length; i++) {
    a += out[7 + i] = content[i]!;
    b += a;
  }
  // so few bytes that neither sum has to be brought down before
  out.writeUInt16BE(b % 65_521, length + 7);
  out.writeUInt16BE(a % 65_521, length + 9);
  return out;
}

function encodeIndex(placed: { readonly id: Buffer; readonly place: number; readonly sum: number }[], checksum: Buffer, format: ObjectFormat): Buffer {
  placed.sort((x, y) => Buffer.compare(x.id, y.id));
  const idBytes = ID_BYTES[format], count = placed.length;
  const names = 8 + 256 * 4, sums = names + count * idBytes, places = sums + count * 4, end = places + count * 4;
  const out = Buffer.alloc(end + 2 * idBytes);
  out.writeUInt32BE(0xff744f63, 0);
  out.writeUInt32BE(2, 4);
  for (let first = 0, n = 0; first < 256; first++) {
    while (n < count && placed[n]!.id[0]! <= first) n++;
    out.writeUInt32BE(n, 8 + 4 * first);
  }
  placed.forEach(({ id, place, sum }, i) => {
    id.copy(out, names + i * idBytes);
    out.writeUInt32BE(sum, sums + 4 * i);
    out.writeUInt32BE(place, places + 4 * i);
  });
  checksum.copy(out, end);
  createHash(format).update(out.subarray(0, end + idBytes)).digest().copy(out, end + idBytes);
  return out;
}
