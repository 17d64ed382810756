// Which names a tree entry must not have. Trees come from strangers, and a name that some file system takes for '.', '..' or
// '.git' lets a checkout write into the repository itself. Refused where trees are parsed and where they are written.
import type { ByteString } from '../../core/bytes.ts';

/** Everything hostile matches this; what matches may still be harmless. Keeps parsing of ordinary trees fast. */
const SUSPECT = /^$|^\.|^git~|^[\x80-\xff]|[/\\\0]/i;

/**
 * NTFS reads '.git' also as its short name, without regard to case, with trailing dots and spaces, and with a stream name after
 * a colon (CVE-2014-9390, CVE-2019-1352, CVE-2019-1353). A backslash ends the component there.
 */
const NTFS_DOT_GIT = /^(?:\.git|git~1)[. ]*(?:$|[:\\/])/i;

/** Code points that HFS+ ignores in names (CVE-2014-9390), as their UTF-8 bytes: U+200C–F, U+202A–E, U+206A–F, U+FEFF. */
const HFS_IGNORED = /\xe2\x80[\x8c-\x8f\xaa-\xae]|\xe2\x81[\xaa-\xaf]|\xef\xbb\xbf/g;

/** Why this name of one tree entry is refused, or null where it is allowed. */
export function hostileName(name: ByteString): string | null {
  if (!SUSPECT.test(name)) return null;
  if (name === '') return 'it is empty';
  if (name.includes('/')) return 'it contains a slash';
  if (name.includes('\0')) return 'it contains a NUL byte';
  // A backslash separates folders on Windows: 'a\..\..\x' climbs out of a checkout there (CVE-2019-1354).
  for (const part of name.split('\\')) {
    if (part === '.' || part === '..') return `it contains '${part}' as a folder`;
    if (NTFS_DOT_GIT.test(part)) return "Windows takes it for '.git'";
    if (part.replace(HFS_IGNORED, '').toLowerCase() === '.git') return "macOS takes it for '.git'";
  }
  return null;
}
