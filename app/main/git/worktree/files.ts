// Files of a working tree, looked at and read without a trace: never through a link, never a device or a pipe, and without a new time of
// access where the system grants it. Paths are bytes; whatever cannot be read is a reason, for one file must not hide the others.
import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import type { ByteString } from '../../../core/bytes.ts';
import { fsPath, readAt } from '../embedded/files.ts';
import { isAbsent, systemCode } from '../failures.ts';

export type FileKind = 'file' | 'link' | 'folder' | 'other';

/** Times in milliseconds with what the system has of their fractions; `ino` cut to 32 bits. */
export interface FileStat { readonly kind: FileKind; readonly mode: number; readonly size: number; readonly ino: number; readonly mtimeMs: number; readonly ctimeMs: number }

/** The rest of a sentence that begins with the path. */
export class Unreadable extends Error {}

const PLAIN = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const QUIET = PLAIN | (constants.O_NOATIME ?? 0);
/** Somebody may be writing: as often we begin again, then take what is there. The next look finds it changed. */
const TRIES = 3;

export function statOf(path: ByteString): FileStat | null {
  try {
    const stat = lstatSync(fsPath(path), { throwIfNoEntry: false });
    if (stat === undefined) return null;
    const { mode, size, ino, mtimeMs, ctimeMs } = stat;
    return { kind: kindOf(mode), mode, size, ino: ino % 2 ** 32, mtimeMs, ctimeMs };
  } catch (error) {
    if (isAbsent(error)) return null;
    throw unreadable(error);
  }
}

export function sameStat(a: FileStat, b: FileStat): boolean {
  return a.mode === b.mode && a.size === b.size && a.ino === b.ino && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs;
}

function kindOf(mode: number): FileKind {
  const format = mode & 0o170000;
  return format === 0o100000 ? 'file' : format === 0o040000 ? 'folder' : format === 0o120000 ? 'link' : 'other';
}

/** Names in a folder, as bytes; null where it is none any more. */
export function namesIn(folder: ByteString): readonly ByteString[] | null {
  try {
    return readdirSync(fsPath(folder), 'latin1') as ByteString[];
  } catch (error) {
    if (isAbsent(error)) return null;
    throw unreadable(error);
  }
}

/** What a link says, which nobody follows; null where it is none any more. */
export function linkTarget(path: ByteString): Uint8Array | null {
  try {
    return readlinkSync(fsPath(path), 'buffer');
  } catch (error) {
    if (isAbsent(error) || systemCode(error) === 'EINVAL') return null;
    throw unreadable(error);
  }
}

/** A plain file and its stat, which was the same before and after where it could be had so; null where it is none any more. */
export function contentOf(path: ByteString, most: number): { readonly bytes: Uint8Array; readonly stat: FileStat } | null {
  const fd = openQuietly(path);
  if (fd === null) return null;
  try {
    for (let tries = 1; ; tries++) {
      const before = descriptorStat(fd);
      if (before.kind !== 'file') return null;
      if (before.size > most) throw new Unreadable(`is larger than ${most >> 20} MiB`);
      const bytes = readAt(fd, 0, before.size, path);
      const after = descriptorStat(fd);
      if ((sameStat(before, after) && bytes.length === before.size) || tries === TRIES) return { bytes, stat: after };
    }
  } catch (error) {
    throw error instanceof Unreadable ? error : unreadable(error);
  } finally {
    closeSync(fd);
  }
}

function openQuietly(path: ByteString): number | null {
  for (const flags of [QUIET, PLAIN]) {
    try {
      return openSync(fsPath(path), flags);
    } catch (error) {
      if (isAbsent(error) || ['ELOOP', 'ENXIO', 'EISDIR'].includes(systemCode(error))) return null;
      // The time of access is kept only for the owner of the file.
      if (systemCode(error) !== 'EPERM' || flags === PLAIN) throw unreadable(error);
    }
  }
  return null;
}

function descriptorStat(fd: number): FileStat {
  const { mode, size, ino, mtimeMs, ctimeMs } = fstatSync(fd);
  return { kind: kindOf(mode), mode, size, ino: ino % 2 ** 32, mtimeMs, ctimeMs };
}

function unreadable(error: unknown): Unreadable {
  const code = systemCode(error);
  if (code === '') throw error;
  return new Unreadable(`cannot be read (${code})`, { cause: error });
}
