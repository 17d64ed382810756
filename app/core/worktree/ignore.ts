// Which untracked paths git leaves alone (gitignore(5)): lines of a file become patterns, of lists in order of precedence the last
// pattern that fits decides. What is below an ignored folder is not asked about: whoever walks does not enter it.
import { fromBytes } from '../bytes.ts';
import { type PathPattern, pathPattern } from './patterns.ts';

/** Patterns of one file; `base`: the folder it stands in, with a slash at its end, '' for the root and for files that stand in none. */
export interface IgnoreList { readonly base: string; readonly patterns: readonly PathPattern[] }

/** No path is longer; a longer pattern says nothing. */
const MOST_LINE = 4096;

export function parseIgnore(bytes: Uint8Array, base: string, ignoreCase: boolean): IgnoreList {
  const patterns: PathPattern[] = [];
  for (const raw of fromBytes(bytes).replace(/^\xef\xbb\xbf/, '').split('\n')) {
    if (raw === '' || raw.startsWith('#')) continue;
    const line = withoutTrailingSpaces(raw.replace(/\r$/, '').replace(/\0.*$/s, ''));
    if (line !== '' && line.length <= MOST_LINE) patterns.push(pathPattern(line, ignoreCase));
  }
  return { base, patterns };
}

/** A backslash keeps the space after it. */
function withoutTrailingSpaces(line: string): string {
  let end = line.length, spaces = -1;
  for (let i = 0; i < line.length; i++) {
    if (line[i] === ' ') {
      if (spaces < 0) spaces = i;
    } else {
      if (line[i] === '\\' && ++i === line.length) return line;
      spaces = -1;
    }
  }
  if (spaces >= 0) end = spaces;
  return line.slice(0, end);
}

/** `lists`: the one that wins first. Folders above the path are taken for not ignored. */
export function isIgnored(lists: readonly IgnoreList[], path: string, isFolder: boolean): boolean {
  for (const { base, patterns } of lists) {
    const name = path.slice(base.length);
    for (let i = patterns.length - 1; i >= 0; i--) {
      const pattern = patterns[i]!;
      if ((!pattern.folderOnly || isFolder) && pattern.matches(name)) return !pattern.negative;
    }
  }
  return false;
}
