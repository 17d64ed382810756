// Writes one reftable, after git's Documentation/technical/reftable, in the plainest way: for tests that need tables which no git
// would write, or thousands of them. Sections that only speed a reader up can be left out; lies are told by `spoil`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';

export type Value = { readonly oid: string; readonly peeled?: string } | { readonly target: string } | null;
/** name and value, in the order they are to be written; null is a deletion */
export type Row = readonly [name: string, value: Value];

export interface TableOptions {
  readonly version?: 1 | 2;
  readonly format?: 'sha1' | 'sha256';
  /** bytes of a block; 0: not aligned */
  readonly blockSize?: number;
  readonly restartInterval?: number;
  /** a section of ids and one of logs behind the refs, as git writes them */
  readonly extras?: boolean;
}

const u24 = (n: number): Buffer => { const out = Buffer.alloc(3); out.writeUIntBE(n, 0, 3); return out; };
const u64 = (n: number | bigint): Buffer => { const out = Buffer.alloc(8); out.writeBigUInt64BE(BigInt(n)); return out; };

export function varint(value: number): Buffer {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift(128 + (--rest % 128));
  return Buffer.from(bytes);
}

/** A record's name, less what it shares with the one before it. */
function key(prior: string, name: string, type: number): Buffer {
  let shared = 0;
  while (shared < prior.length && shared < name.length && prior[shared] === name[shared]) shared++;
  return Buffer.concat([varint(shared), varint((name.length - shared) * 8 + type), Buffer.from(name.slice(shared), 'latin1')]);
}

function refRecord(prior: string, [name, value]: Row): Buffer {
  if (value === null) return Buffer.concat([key(prior, name, 0), varint(0)]);
  if ('target' in value) return Buffer.concat([key(prior, name, 3), varint(0), varint(value.target.length), Buffer.from(value.target, 'latin1')]);
  return Buffer.concat([key(prior, name, value.peeled === undefined ? 1 : 2), varint(0), Buffer.from(value.oid + (value.peeled ?? ''), 'hex')]);
}

/** Blocks of records, each with its type, its length and its restarts. `first`: bytes of the file before the first block. */
export function blocks(type: string, first: number, rows: readonly ((prior: string) => Buffer)[], names: readonly string[], blockSize: number, interval: number): { bytes: Buffer; last: string }[] {
  const most = blockSize === 0 ? Infinity : blockSize;
  const out: { bytes: Buffer; last: string }[] = [];
  for (let i = 0; i < rows.length;) {
    const before = out.length === 0 ? first : 0;
    const records: Buffer[] = [];
    const restarts: number[] = [];
    let size = before + 4;
    let prior = '';
    for (let n = 0; i < rows.length; i++, n++) {
      const whole = n % interval === 0;
      const record = rows[i]!(whole ? '' : prior);
      if (n > 0 && size + record.length + 3 * (restarts.length + 1) + 2 > most) break;
      if (whole) restarts.push(size);
      records.push(record);
      size += record.length;
      prior = names[i]!;
    }
    const length = size + 3 * restarts.length + 2;
    const count = Buffer.alloc(2);
    count.writeUInt16BE(restarts.length);
    out.push({ bytes: Buffer.concat([Buffer.from(type), u24(length), ...records, ...restarts.map(u24), count]), last: names[i - 1]! });
  }
  return out;
}

/** `rows` must be in order of their names. */
export function encodeTable(rows: readonly Row[], options: TableOptions = {}): Buffer {
  const { format = 'sha1', blockSize = 4096, restartInterval = 16, extras = true } = options;
  const version = options.version ?? (format === 'sha1' ? 1 : 2);
  const header = Buffer.concat([
    Buffer.from('REFT'), Buffer.from([version]), u24(blockSize), u64(1), u64(1), ...(version === 2 ? [Buffer.from(format === 'sha1' ? 'sha1' : 's256')] : []),
  ]);
  const parts: Buffer[] = [header];
  let at = header.length;
  const add = (bytes: Buffer): number => { parts.push(bytes); at += bytes.length; return at - bytes.length; };
  const refBlocks = blocks('r', header.length, rows.map((row) => (prior) => refRecord(prior, row)), rows.map(([name]) => name), blockSize, restartInterval);
  const places: number[] = [];
  refBlocks.forEach(({ bytes }, i) => {
    places.push(i === 0 ? 0 : at);
    add(bytes);
    if (blockSize > 0 && (extras || i + 1 < refBlocks.length)) add(Buffer.alloc((blockSize - (at % blockSize)) % blockSize));
  });
  let [refIndex, objects, log] = [0, 0, 0];
  if (refBlocks.length > 1) refIndex = add(blocks('i', 0, refBlocks.map(({ last }, i) => (prior) => Buffer.concat([key(prior, last, 0), varint(places[i]!)])), refBlocks.map(({ last }) => last), 0, restartInterval)[0]!.bytes);
  if (extras && refBlocks.length > 0) {
    objects = add(blocks('o', 0, [() => Buffer.concat([varint(0), varint(2 * 8 + 1), Buffer.from('abcd', 'hex'), varint(0)])], ['\xab\xcd'], 0, 1)[0]!.bytes);
    const logged = blocks('g', 0, [() => Buffer.concat([varint(0), varint(10 * 8), Buffer.from('x\0\xff\xff\xff\xff\xff\xff\xff\xfe', 'latin1')])], ['x'], 0, 1)[0]!.bytes;
    log = add(Buffer.concat([logged.subarray(0, 4), deflateSync(logged.subarray(4))]));
  }
  const footer = Buffer.concat([header, u64(refIndex), u64((BigInt(objects) << 5n) | (objects > 0 ? 2n : 0n)), u64(0), u64(log), u64(0)]);
  return Buffer.concat([...parts, footer, checksum(footer)]);
}

export function checksum(footer: Buffer): Buffer {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(footer));
  return sum;
}

/** A stack in `gitDir`, oldest first. */
export function writeStack(gitDir: string, tables: readonly Buffer[]): void {
  const folder = join(gitDir, 'reftable');
  mkdirSync(folder, { recursive: true });
  const names = tables.map((bytes, i) => {
    const index = `0x${(i + 1).toString(16).padStart(12, '0')}`;
    const name = `${index}-${index}-${(i * 0x9e3779b1 >>> 0).toString(16).padStart(8, '0')}.ref`;
    writeFileSync(join(folder, name), bytes);
    return name;
  });
  writeFileSync(join(folder, 'tables.list'), names.map((name) => `${name}\n`).join(''));
}
