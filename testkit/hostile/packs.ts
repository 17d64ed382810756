// Packs that git would never write: built byte by byte, with an index that fits, so that only what is inside is hostile.
// Each is a list of stored entries; the first one's id is what a victim is made to read.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import type { Oid } from '../../app/core/bytes.ts';

export interface PackEntry { readonly oid: string; readonly bytes: Uint8Array }
export interface HostilePack { readonly name: string; readonly entries: readonly PackEntry[] }

const TYPE = { commit: 1, tree: 2, blob: 3, tag: 4, reserved: 5, offsetDelta: 6, idDelta: 7 } as const;
const FIRST = 'aa'.repeat(20);
const SECOND = 'bb'.repeat(20);

/** type and size as a pack writes them; the size may be a lie */
function header(type: number, size: number): number[] {
  const bytes = [(type << 4) | (size % 16)];
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1]! |= 128;
    bytes.push(rest % 128);
  }
  return bytes;
}

function varint(value: number): number[] {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1]! |= 128;
    bytes.push(rest % 128);
  }
  return bytes;
}

function entry(oid: string, head: readonly number[], content: Uint8Array | readonly number[]): PackEntry {
  return { oid, bytes: Buffer.concat([Buffer.from(head), deflateSync(Buffer.from(content))]) };
}

function deltaOn(base: string, delta: readonly number[]): { head: number[]; delta: readonly number[] } {
  return { head: [...header(TYPE.idDelta, delta.length), ...Buffer.from(base, 'hex')], delta };
}

const text = Buffer.from('twenty bytes of base');
const base = entry(SECOND, header(TYPE.blob, text.length), text);
const onBase = (...delta: number[]): PackEntry => entry(FIRST, deltaOn(SECOND, delta).head, delta);
const size = varint(text.length);

export const hostilePacks: readonly HostilePack[] = [
  { name: 'a delta on itself', entries: [entry(FIRST, deltaOn(FIRST, [...size, 1, 1, 65]).head, [...size, 1, 1, 65])] },
  { name: 'two deltas on each other', entries: [entry(FIRST, deltaOn(SECOND, [...size, 1, 1, 65]).head, [...size, 1, 1, 65]), entry(SECOND, deltaOn(FIRST, [...size, 1, 1, 65]).head, [...size, 1, 1, 65])] },
  { name: 'a delta whose base is not in the pack', entries: [entry(FIRST, deltaOn('cc'.repeat(20), [...size, 1, 1, 65]).head, [...size, 1, 1, 65])] },
  { name: 'a delta on a place before the pack', entries: [entry(FIRST, [...header(TYPE.offsetDelta, 4), 0xff, 0xff, 0x7f], [...size, 1, 1, 65])] },
  { name: 'a delta on no distance', entries: [entry(FIRST, [...header(TYPE.offsetDelta, 4), 0], [...size, 1, 1, 65])] },
  { name: 'a delta that announces a terabyte', entries: [onBase(...size, ...varint(2 ** 40), 1, 65), base] },
  { name: 'a delta that multiplies its base a million times', entries: [onBase(...size, ...varint(20 * 1_000_000), ...Array.from({ length: 1000 }, () => [0x90, 20]).flat()), base] },
  { name: 'a delta that copies from behind its base', entries: [onBase(...size, 10, 0x91, 15, 10), base] },
  { name: 'a delta that wants another base', entries: [onBase(...varint(21), 1, 1, 65), base] },
  { name: 'a delta that ends within an insert', entries: [onBase(...size, 5, 5, 65), base] },
  { name: 'a delta that ends within a copy', entries: [onBase(...size, 5, 0xff), base] },
  { name: 'a delta with the reserved instruction', entries: [onBase(...size, 1, 0), base] },
  { name: 'a delta with a size that never ends', entries: [onBase(...Array.from({ length: 20 }, () => 0xff)), base] },
  { name: 'an empty delta', entries: [onBase(), base] },
  { name: 'an object that announces a petabyte', entries: [entry(FIRST, header(TYPE.blob, 2 ** 50), text)] },
  { name: 'an object that announces half a gigabyte in twenty bytes', entries: [entry(FIRST, header(TYPE.blob, 2 ** 29), text)] },
  { name: 'an object that is larger than it announces', entries: [entry(FIRST, header(TYPE.blob, 10), Buffer.alloc(50 << 20))] },
  { name: 'an object that is smaller than it announces', entries: [entry(FIRST, header(TYPE.blob, 21), text)] },
  { name: 'an object of type 0', entries: [entry(FIRST, header(0, text.length), text)] },
  { name: 'an object of the reserved type', entries: [entry(FIRST, header(TYPE.reserved, text.length), text)] },
  { name: 'an object that is no zlib stream', entries: [{ oid: FIRST, bytes: Buffer.concat([Buffer.from(header(TYPE.blob, 20)), text]) }] },
  { name: 'an object with another id', entries: [entry(FIRST, header(TYPE.blob, text.length), text)] },
  { name: 'a header that never ends', entries: [{ oid: FIRST, bytes: Buffer.alloc(64, 0xff) }] },
];

/** Writes the pack and its index (version 2) into a git directory; answers the id to read. */
export function writePack(gitDir: string, { entries }: HostilePack): Oid {
  const parts: Uint8Array[] = [Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1')];
  (parts[0] as Buffer).writeUInt32BE(entries.length, 8);
  const places = new Map<string, number>();
  let at = 12;
  for (const { oid, bytes } of entries) {
    places.set(oid, at);
    parts.push(bytes);
    at += bytes.length;
  }
  const body = Buffer.concat(parts);
  const sum = createHash('sha1').update(body).digest();

  const ids = [...places.keys()].sort();
  const index = Buffer.alloc(8 + 256 * 4 + ids.length * 28);
  index.writeUInt32BE(0xff744f63, 0);
  index.writeUInt32BE(2, 4);
  for (let i = 0; i < 256; i++) index.writeUInt32BE(ids.filter((id) => Number.parseInt(id.slice(0, 2), 16) <= i).length, 8 + 4 * i);
  ids.forEach((id, i) => {
    index.write(id, 1032 + 20 * i, 'hex');
    index.writeUInt32BE(places.get(id)!, 1032 + ids.length * 24 + 4 * i);
  });
  const whole = Buffer.concat([index, sum]);
  const folder = join(gitDir, 'objects', 'pack');
  mkdirSync(folder, { recursive: true });
  const name = join(folder, `pack-${sum.toString('hex')}`);
  writeFileSync(`${name}.pack`, Buffer.concat([body, sum]));
  writeFileSync(`${name}.idx`, Buffer.concat([whole, createHash('sha1').update(whole).digest()]));
  return entries[0]!.oid as Oid;
}
