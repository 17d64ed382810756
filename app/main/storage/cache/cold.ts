// FILE.cold/: the cold level, one compressed file for each distinct content, named by its SHA-256. A file counts only if its content has that
// hash, and is found only through FILE.cache; what is not named there is swept away.
import { hash as digest, randomBytes, webcrypto } from 'node:crypto';
import { closeSync, constants, fstatSync, lstatSync, mkdirSync, openSync, readFile, readFileSync, readdirSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';

/** Blocks of common file systems: what a small file takes. */
const BLOCK = 4096;
/** The first byte of a file says how the rest is compressed. A runtime without zstd writes deflate. */
const ZSTD = 1, DEFLATE = 2;
const hasZstd = typeof zlib.zstdCompressSync === 'function';
/** A file is not swept within so many milliseconds of being written: another process may be about to name it. */
const FRESH = 60_000;

export const hashOf = (bytes: Uint8Array): string => digest('sha256', bytes, 'hex');
export const blocks = (bytes: number): number => Math.ceil(bytes / BLOCK) * BLOCK;

const fileOf = (folder: string, hash: string): string => join(folder, hash.slice(0, 2), hash.slice(2));

/** Writes a content unless it is there; answers what it takes on disk. */
export function keepCold(folder: string, hash: string, bytes: Uint8Array): number {
  const file = fileOf(folder, hash), known = lstatSync(file, { throwIfNoEntry: false });
  if (known?.isFile() === true) return blocks(known.size);
  const packed = hasZstd ? zlib.zstdCompressSync(bytes) : zlib.deflateRawSync(bytes);
  ownFolder(folder);
  ownFolder(join(folder, hash.slice(0, 2)));
  const partial = `${file}.${randomBytes(4).toString('hex')}`, handle = openSync(partial, 'wx', 0o600);
  try {
    writeSync(handle, Uint8Array.of(hasZstd ? ZSTD : DEFLATE));
    writeSync(handle, packed);
  } finally {
    closeSync(handle);
  }
  renameSync(partial, file);
  return blocks(packed.length + 1);
}

/** A folder of ours, and no link to elsewhere. */
function ownFolder(folder: string): void {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  if (stat?.isDirectory() === true) return;
  if (stat !== undefined) rmSync(folder, { force: true });
  mkdirSync(folder, { mode: 0o700 });
}

/** Up to so many bytes are read, unpacked and checked at once, in some tenths of a millisecond: handing each step to another thread and back takes longer, and far longer where threads have to wait. */
const AT_ONCE = 256 << 10;

/** The content of that hash and size, or null where the file is gone, or is not what its name says. */
export async function readCold(folder: string, hash: string, size: number): Promise<Uint8Array | null> {
  try {
    for (const part of [folder, join(folder, hash.slice(0, 2))]) if (!lstatSync(part).isDirectory()) return null;
    const handle = openSync(fileOf(folder, hash), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    try {
      const stat = fstatSync(handle);
      // compressing makes nothing much larger
      if (!stat.isFile() || stat.size > size + size / 8 + 1024) return null;
      if (size <= AT_ONCE) {
        const bytes = unpackedAtOnce(readFileSync(handle), size);
        return bytes?.length === size && hashOf(bytes) === hash ? bytes : null;
      }
      const bytes = await unpacked(stat.size <= AT_ONCE ? readFileSync(handle) : await readLater(handle), size);
      if (bytes?.length !== size) return null;
      const sum = Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)).toString('hex');
      return sum === hash ? bytes : null;
    } finally {
      closeSync(handle);
    }
  } catch {
    return null;
  }
}

const readLater = promisify((handle: number, done: (error: Error | null, bytes: Buffer) => void) => { readFile(handle, done); });
const inflate = promisify<Uint8Array, zlib.ZlibOptions, Buffer>(zlib.inflateRaw);

/** In one piece: left to itself, zlib goes to another thread and back for each 16 KiB. One byte more than there are, or it asks once again. */
const inOnePiece = (size: number): { readonly maxOutputLength: number; readonly chunkSize: number } => ({ maxOutputLength: Math.max(1, size), chunkSize: Math.max(64, size + 1) });

async function unpacked(packed: Buffer, size: number): Promise<Buffer | null> {
  const options = inOnePiece(size);
  if (packed[0] === ZSTD && hasZstd) return new Promise((resolve, reject) => { zlib.zstdDecompress(packed.subarray(1), options, (error, bytes) => { if (error) reject(error); else resolve(bytes); }); });
  return packed[0] === DEFLATE ? inflate(packed.subarray(1), options) : null;
}

function unpackedAtOnce(packed: Buffer, size: number): Buffer | null {
  const options = inOnePiece(size);
  if (packed[0] === ZSTD && hasZstd) return zlib.zstdDecompressSync(packed.subarray(1), options);
  return packed[0] === DEFLATE ? zlib.inflateRawSync(packed.subarray(1), options) : null;
}

export function dropCold(folder: string, hash: string): void { rmSync(fileOf(folder, hash), { force: true }); }

export function removeCold(folder: string): void { rmSync(folder, { recursive: true, force: true }); }

/** Takes away what nobody names and what is no content of ours. */
export function sweepCold(folder: string, isNamed: (hash: string) => boolean): void {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isDirectory()) { rmSync(folder, { force: true }); return; }
  for (const part of readdirSync(folder)) {
    const inner = join(folder, part);
    if (!/^[0-9a-f]{2}$/.test(part) || !lstatSync(inner).isDirectory()) { rmSync(inner, { recursive: true, force: true }); continue; }
    for (const name of readdirSync(inner)) {
      if (isNamed(part + name)) continue;
      const file = statSync(join(inner, name), { throwIfNoEntry: false });
      if (file === undefined || Date.now() - file.mtimeMs > FRESH) rmSync(join(inner, name), { recursive: true, force: true });
    }
  }
}
