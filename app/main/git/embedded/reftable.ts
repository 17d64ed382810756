// One reftable (git's Documentation/technical/reftable): what it says of refs, from its bytes. Every length and offset is checked
// against what is there; ref blocks are read in order from the first, so that no index can say otherwise than they do. Blocks of
// logs, of object ids and of the indexes are not read.
import { crc32 } from 'node:zlib';
import type { ByteString, Oid } from '../../../core/bytes.ts';
import { AcumenError } from '../../../core/errors.ts';
import { corruptObject } from '../failures.ts';
import { ID_DIGITS } from '../oids.ts';
import type { ObjectFormat } from '../oids.ts';
import { isRefName } from '../refnames.ts';
import type { RefValue } from './refs.ts';

/** What a stack of tables may hold, all together. The largest public repository has about a million refs in 36 MB. */
export interface Budget { bytes: number; records: number; nameBytes: number }
export const budget = (): Budget => ({ bytes: 256 << 20, records: 5_000_000, nameBytes: 256 << 20 });

/** Newest values by name; null where the newest table that names the ref says that it is gone. */
export type Records = Map<ByteString, RefValue | null>;

const MAGIC = Buffer.from('REFT');
const REF_BLOCK = 0x72;
const LOG_BLOCK = 0x67;
/** type and length */
const BLOCK_HEADER = 4;
/** five positions and the sum, behind a copy of the header */
const FOOTER_EXTRA = 44;
/** git writes no name that a path could not hold. */
const LONGEST_NAME = 4096;
const HASH_IDS: Readonly<Record<string, ObjectFormat>> = { sha1: 'sha1', s256: 'sha256' };

/** Adds the table's refs to `into`, over what older tables said. */
export function readTable(path: string, bytes: Buffer, format: ObjectFormat, into: Records, left: Budget): void {
  if ((left.bytes -= bytes.length) < 0) throw tooMuch(path, 'its tables are too large');
  const { start, end, blockSize } = layout(path, bytes, format);
  let last = '';
  // A table of logs alone has no other section before it, and no position that says so.
  if (bytes[start] === LOG_BLOCK) return;
  for (let at = start; at < end;) {
    if (bytes[at] !== REF_BLOCK) throw damaged(path, 'a block among its refs is of another kind');
    // The first block counts from the start of the file, header included.
    const block = { from: at === start ? 0 : at, records: at + BLOCK_HEADER };
    const length = bytes.readUIntBE(at + 1, 3);
    if (block.from + length > end) throw damaged(path, 'a block ends behind its section');
    last = readBlock(path, bytes, block, length, format, last, into, left);
    // An aligned block is padded with zeros; where something else follows it at once, the next begins there.
    at = block.from + (length < blockSize && block.from + length < end && bytes[block.from + length] === 0 ? blockSize : length);
  }
}

/** Where the ref blocks are: from behind the header to the first other section. */
function layout(path: string, bytes: Buffer, format: ObjectFormat): { readonly start: number; readonly end: number; readonly blockSize: number } {
  const version = bytes[4];
  if (bytes.length < 5 || !bytes.subarray(0, 4).equals(MAGIC)) throw damaged(path, 'it does not begin as a table of refs');
  if (version !== 1 && version !== 2) throw damaged(path, `its version is ${version}, and 1 and 2 are known`);
  const start = version === 1 ? 24 : 28;
  const footer = bytes.length - start - FOOTER_EXTRA;
  if (footer < start) throw damaged(path, 'it is cut short');
  if (!bytes.subarray(footer, footer + start).equals(bytes.subarray(0, start))) throw damaged(path, 'its end is not the end of a table');
  if (crc32(bytes.subarray(footer, bytes.length - 4)) !== bytes.readUInt32BE(bytes.length - 4)) throw damaged(path, 'the checksum of its end does not fit');
  const hash = version === 1 ? 'sha1' : HASH_IDS[bytes.toString('latin1', 24, 28)];
  if (hash !== format) throw damaged(path, 'its ids are not of the kind that the repository names its objects by');
  let end = footer;
  for (let i = 0; i < 5; i++) {
    const field = bytes.readBigUInt64BE(footer + start + 8 * i);
    // The second holds the length of abbreviated ids in its low bits.
    const position = i === 1 ? field >> 5n : field;
    if (position > BigInt(footer)) throw damaged(path, 'a section of it lies behind its end');
    if (position >= BigInt(start)) end = Math.min(end, Number(position));
    else if (position !== 0n) throw damaged(path, 'a section of it lies within its header');
  }
  return { start, end, blockSize: bytes.readUIntBE(5, 3) };
}

/** Reads one block's refs and answers the last one's name. */
function readBlock(
  path: string, bytes: Buffer, block: { readonly from: number; readonly records: number }, length: number, format: ObjectFormat,
  before: string, into: Records, left: Budget,
): string {
  const end = block.from + length;
  const restarts = end < block.records + 2 ? -1 : end - 2 - 3 * bytes.readUInt16BE(end - 2);
  if (restarts < block.records || restarts === end - 2) throw damaged(path, 'the restarts of a block do not fit into it');
  const cursor = new Cursor(path, bytes, block.records, restarts);
  let restart = restarts;
  let prior = '';
  let last = before;
  while (cursor.at < restarts) {
    const begins = cursor.at;
    const shared = cursor.varint();
    const sizeAndType = cursor.varint();
    const suffix = Math.floor(sizeAndType / 8);
    if (shared > prior.length) throw damaged(path, 'a name borrows more than there is before it');
    if (shared + suffix > LONGEST_NAME) throw damaged(path, `a name has ${shared + suffix} bytes`);
    if (restart < end - 2 && block.from + bytes.readUIntBE(restart, 3) === begins && shared === 0) restart += 3;
    const name = prior.slice(0, shared) + cursor.text(suffix);
    if (name <= last) throw damaged(path, 'its names are out of order');
    if (--left.records < 0 || (left.nameBytes -= name.length) < 0) throw tooMuch(path, 'it holds too many refs');
    cursor.varint(); // when it was written
    into.set(name as ByteString, value(path, cursor, sizeAndType % 8, name, format));
    prior = last = name;
  }
  // Each restart is a record's place with its whole name, in order: a reader that searched by them would find what we found.
  if (restart !== end - 2) throw damaged(path, 'a restart of a block is not where a whole name begins');
  return last;
}

function value(path: string, cursor: Cursor, type: number, name: string, format: ObjectFormat): RefValue | null {
  const sound = isRefName(name) || !name.includes('/');
  switch (type) {
    case 0: return null;
    case 1: case 2: {
      const oid = cursor.id(format);
      const peeled = type === 2 ? cursor.id(format) : null;
      return sound && !/^0+$/.test(oid) ? { kind: 'id', oid, peeled } : { kind: 'broken' };
    }
    case 3: {
      const target = cursor.text(cursor.varint()) as ByteString;
      return sound && isRefName(target) ? { kind: 'symbolic', target } : { kind: 'broken' };
    }
    default: throw damaged(path, `it has a value of the unknown kind ${type}`);
  }
}

class Cursor {
  at: number;
  readonly #path: string;
  readonly #bytes: Buffer;
  readonly #end: number;

  constructor(path: string, bytes: Buffer, from: number, end: number) {
    this.#path = path;
    this.#bytes = bytes;
    this.at = from;
    this.#end = end;
  }

  /** As offsets of deltas in packs: each further byte adds one before it shifts. */
  varint(): number {
    let found = -1;
    for (let byte = 128; byte >= 128;) {
      byte = this.#bytes[this.#take(1)]!;
      found = (found + 1) * 128 + (byte % 128);
      if (found > Number.MAX_SAFE_INTEGER) throw damaged(this.#path, 'it holds a number beyond all bounds');
    }
    return found;
  }

  text(length: number): string {
    const from = this.#take(length);
    return this.#bytes.toString('latin1', from, from + length);
  }

  id(format: ObjectFormat): Oid {
    const length = ID_DIGITS[format] / 2;
    const from = this.#take(length);
    return this.#bytes.toString('hex', from, from + length) as Oid;
  }

  #take(length: number): number {
    const from = this.at;
    if (length > this.#end - from) throw damaged(this.#path, 'it ends in the middle of a ref');
    this.at += length;
    return from;
  }
}

export function damaged(path: string, why: string): AcumenError {
  return corruptObject(path, why, { path });
}

function tooMuch(path: string, why: string): AcumenError {
  return new AcumenError('too-large', `${path} cannot be read: ${why}.`, 'That file does not look like one that git wrote.', { path });
}
