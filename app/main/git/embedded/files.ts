// Small files of a folder that strangers may have made: never through a link, never a device or a pipe (which would hang),
// never more than a stated size.
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import type { Stats } from 'node:fs';
import type { ByteString } from '../../../core/bytes.ts';
import { AcumenError } from '../../../core/errors.ts';
import { ioFailure, isAbsent, systemCode, unsupported } from '../failures.ts';

/** The constants are missing on Windows, which has neither pipes in folders nor links that need no privilege. */
const READ_PLAIN = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

// eslint-disable-next-line no-control-regex
export const isAscii = (text: string): boolean => /^[\x00-\x7f]*$/.test(text);

/** A path by its bytes: Node takes text for UTF-8. */
export function fsPath(path: ByteString): string | Buffer {
  return isAscii(path) ? path : Buffer.from(path, 'latin1');
}

/** A file of a folder that is known by its bytes. */
export function inside(folder: ByteString, name: string): string | Buffer { return fsPath(`${folder}/${name}` as ByteString); }

/** What is at the path itself; null where nothing is, also where a file stands in the place of a folder on the way. */
export function lstatIfThere(path: string | Buffer): Stats | null {
  try {
    // an exception costs more than the look
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    if (isAbsent(error)) return null;
    throw ioFailure('look at', String(path), error);
  }
}

/** Opens a plain file for reading; null where there is none or where a folder is in its place. The caller closes it. */
export function openPlain(path: string | Buffer): { readonly fd: number; readonly size: number } | null {
  let fd: number;
  try {
    fd = openSync(path, READ_PLAIN);
  } catch (error) {
    if (isAbsent(error) || systemCode(error) === 'EISDIR') return null;
    if (systemCode(error) === 'ELOOP' || systemCode(error) === 'ENXIO') throw notPlain(path);
    throw ioFailure('open', String(path), error);
  }
  let kept = false;
  try {
    const stat = fstatSync(fd);
    if (stat.isDirectory()) return null;
    if (!stat.isFile()) throw notPlain(path);
    kept = true;
    return { fd, size: stat.size };
  } catch (error) {
    throw ioFailure('open', String(path), error);
  } finally {
    if (!kept) closeSync(fd);
  }
}

export function notPlain(path: string | Buffer): AcumenError {
  return unsupported(`${String(path)} is a link or a device where git keeps a plain file.`, 'Acumen follows no links inside a repository. Replace it by the file itself.', { path: String(path) });
}

/** Reads `length` bytes from `position`, fewer only where the file ends. Into `room` where they fit there: the next reading may write over them. */
export function readAt(fd: number, position: number, length: number, path: string | Buffer, room: Buffer | null = null): Buffer {
  const out = room !== null && length <= room.length ? room : Buffer.allocUnsafeSlow(length);
  let filled = 0;
  try {
    while (filled < length) {
      const n = readSync(fd, out, filled, length - filled, position + filled);
      if (n === 0) break;
      filled += n;
    }
  } catch (error) {
    throw ioFailure('read', String(path), error);
  }
  return filled === out.length ? out : out.subarray(0, filled);
}

/** The whole of a plain file, or null where there is none. `room`: as for `readAt`. */
export function readSmall(path: string | Buffer, limit: number, room: Buffer | null = null): Buffer | null {
  const file = openPlain(path);
  if (file === null) return null;
  try {
    if (file.size > limit) {
      throw new AcumenError('too-large', `${String(path)} has ${file.size} bytes; Acumen reads at most ${limit} there.`, 'That file does not look like one that git wrote.', { path: String(path), size: file.size });
    }
    return readAt(file.fd, 0, file.size, path, room);
  } finally {
    closeSync(file.fd);
  }
}
