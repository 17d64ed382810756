// The folders that a repository's objects are in, looked at as a stranger's work: which ones it borrows from, and whether
// everything in them is a plain file.
import { readdirSync, realpathSync } from 'node:fs';
import type { Dirent } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { ioFailure, isAbsent, unsupported } from './failures.ts';
import { lstatIfThere, notPlain, readSmall } from './embedded/files.ts';

const ALTERNATES_BYTES = 1 << 20;
/** git reads no alternates of alternates beyond this many steps, and says so on stderr alone. */
const DEEPEST_CHAIN = 6;
/** Folders in which a reader looks for objects. */
const HELD = /^(?:[0-9a-f]{2}|pack|info)$/;

/**
 * The object directory and those it borrows from (gitrepository-layout(5), objects/info/alternates). One outside the
 * repository is refused: whoever made the folder would choose which of the user's files we open. So is what git would read
 * otherwise than we do: a quoted line, a carriage return, a way through a link. No folder of objects may be a link.
 */
export function withAlternates(objectDir: string): string[] {
  const found: string[] = [objectDir];
  const steps = [0];
  for (let i = 0; i < found.length; i++) {
    const dir = found[i]!;
    // A plain file behind a linked folder would look like one of the repository's own.
    for (const inside of entries(dir)) if (HELD.test(inside.name) && !inside.isDirectory()) throw notPlain(join(dir, inside.name));
    const text = readSmall(join(dir, 'info', 'alternates'), ALTERNATES_BYTES)?.toString('utf8') ?? '';
    for (const line of text.split('\n')) {
      if (line === '' || line.startsWith('#')) continue;
      const other = resolve(dir, line);
      // Back to where it came from: git follows no folder twice.
      if (found.includes(other)) continue;
      if (/^"|\r/.test(line) || !other.startsWith(objectDir + sep) || !isRealFolder(other)) {
        throw unsupported(`The repository borrows objects from ${other}, outside itself.`,
          'Run `git repack -a -d` in the repository and delete objects/info/alternates to make it stand alone, then open it again.', { alternate: other });
      }
      if (steps[i] === DEEPEST_CHAIN) {
        throw unsupported(`The repository borrows objects from ${other} over more than ${DEEPEST_CHAIN} steps.`,
          'Run `git repack -a -d` in the repository and delete objects/info/alternates to make it stand alone, then open it again.', { alternate: other });
      }
      found.push(other);
      steps.push(steps[i]! + 1);
    }
  }
  return found;
}

/** A folder that no link leads to. */
function isRealFolder(path: string): boolean {
  return lstatIfThere(path)?.isDirectory() === true && realpathSync.native(path) === path;
}

export function list(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw ioFailure('list', dir, error);
  }
}

/** Packs with a mark beside them come from a remote that promised what they leave out. */
export function isPromised(directories: readonly string[]): boolean {
  return directories.some((dir) => list(join(dir, 'pack')).some((name) => name.endsWith('.promisor')));
}

/** git follows links to files where it looks for objects; whoever lets it read must know that there are none. */
export function refuseLinks(directories: readonly string[]): void {
  for (const dir of directories) {
    for (const inside of entries(dir)) {
      if (!HELD.test(inside.name)) continue;
      for (const file of entries(join(dir, inside.name))) {
        if (!file.isFile() && !file.isDirectory()) throw notPlain(join(dir, inside.name, file.name));
      }
    }
  }
}

function entries(dir: string): Dirent[] {
  try {
    return readdirSync(dir, { withFileTypes: true });
  } catch (error) {
    if (isAbsent(error)) return [];
    throw ioFailure('list', dir, error);
  }
}
