// The working trees of a repository: its main one and the linked ones (gitrepository-layout(5), worktrees/), each only if its folder says
// that it belongs here. Nothing is read in a folder that somebody else merely points at.
import { readdirSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { type ByteString, display, fromBytes, fromUtf8 } from '../../../core/bytes.ts';
import { AcumenError } from '../../../core/errors.ts';
import type { Worktree } from '../../../core/worktree/model.ts';
import { lastValue } from '../embedded/config.ts';
import type { ConfigEntry } from '../embedded/config.ts';
import { fsPath, inside, lstatIfThere, notPlain, readSmall } from '../embedded/files.ts';
import { isBare, locate, readConfig } from '../embedded/locate.ts';
import { ioFailure } from '../failures.ts';

export interface Listing {
  readonly worktrees: readonly Worktree[];
  /** that git knows of and that cannot be read, and why, as the rest of a sentence */
  readonly unusable: readonly { readonly name: ByteString; readonly reason: string }[];
}

const POINTER_BYTES = 64 << 10;
const MAIN_REF = 'worktree:.' as ByteString;

interface Found { readonly headDir: ByteString; readonly folder: ByteString; readonly ref: ByteString; readonly locked: string | null }

export function listWorktrees(gitDir: string): Listing {
  const found: Found[] = [], unusable: Listing['unusable'][number][] = [];
  const config = readConfig(gitDir, 'native'), mainDir = fromUtf8(gitDir);
  const main = mainFolder(gitDir, config);
  if (main !== null && leadsTo(main, mainDir)) found.push({ headDir: mainDir, folder: main, ref: MAIN_REF, locked: null });
  else if (main !== null) unusable.push({ name: 'the main worktree' as ByteString, reason: `the folder ${display(main)} does not lead back to the repository` });
  for (const headDir of linkedHeads(gitDir)) {
    const id = basename(headDir), name = `worktree ${id}` as ByteString;
    const why = bytesOf(inside(headDir, 'locked')), locked = why === null ? null : display(why);
    const where = linkedFolder(headDir);
    if ('folder' in where) found.push({ headDir, folder: where.folder, ref: `worktree:${id}` as ByteString, locked });
    else unusable.push({ name, reason: locked === null ? where.reason : `${where.reason}; it is locked${locked === '' ? '' : `: ${locked}`}` });
  }
  const names = new Map<string, number>();
  for (const { folder } of found) names.set(basename(folder), (names.get(basename(folder)) ?? 0) + 1);
  const worktrees = found.map(({ headDir, folder, ref, locked }): Worktree => {
    const name = basename(folder) || folder, isMain = headDir === mainDir;
    // Two folders of one name in different places: git's own names for them tell them apart.
    const told = (names.get(name) ?? 0) < 2 ? name : `${name} (${isMain ? 'main' : basename(headDir)})`;
    return { name: `worktree ${told}` as ByteString, ref, root: folder, headDir, gitDir, isMain, locked };
  });
  return { worktrees, unusable };
}

/** Folders of linked working trees in the git directory: paths, bytes. */
export function linkedHeads(gitDir: string): ByteString[] {
  const folder = join(gitDir, 'worktrees');
  const stat = lstatIfThere(folder);
  if (stat === null) return [];
  if (!stat.isDirectory()) throw notPlain(folder);
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true, encoding: 'buffer' });
  } catch (error) {
    throw ioFailure('list', folder, error);
  }
  // Behind a link, somebody else's working tree would have a say, or one of ours none.
  const at = (name: Uint8Array): ByteString => `${fromUtf8(folder)}${sep}${fromBytes(name)}` as ByteString;
  for (const entry of entries) if (entry.isSymbolicLink()) throw notPlain(fsPath(at(entry.name)));
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => at(name)).sort();
}

/** Null for a bare repository. What `core.worktree` names counts only if it leads back, as a submodule's does. */
function mainFolder(gitDir: string, config: readonly ConfigEntry[]): ByteString | null {
  const told = lastValue(config, 'core', 'worktree');
  if (told !== null) return resolve(fromUtf8(gitDir), told) as ByteString;
  return isBare(gitDir, config) || !gitDir.endsWith(`${sep}.git`) ? null : fromUtf8(dirname(gitDir));
}

function linkedFolder(headDir: ByteString): { readonly folder: ByteString } | { readonly reason: string } {
  const dotGit = bytesOf(inside(headDir, 'gitdir'));
  if (dotGit === null || dotGit === '') return { reason: 'its folder is not known' };
  const folder = dirname(resolve(headDir, dotGit)) as ByteString;
  if (lstatIfThere(fsPath(folder))?.isDirectory() !== true) return { reason: `its folder ${display(folder)} is gone` };
  return leadsTo(folder, headDir) ? { folder } : { reason: `the folder ${display(folder)} does not lead back to it` };
}

/** Whether the folder itself, by its `.git`, belongs to this HEAD. */
function leadsTo(folder: ByteString, headDir: ByteString): boolean {
  if (lstatIfThere(inside(folder, '.git')) === null) return false;
  try {
    return locate(fsPath(folder)).headDir === headDir;
  } catch (error) {
    if (error instanceof AcumenError) return false;
    throw error;
  }
}

function bytesOf(path: string | Buffer): ByteString | null {
  const bytes = readSmall(path, POINTER_BYTES);
  return bytes === null ? null : fromBytes(bytes).replace(/[\r\n]+$/, '') as ByteString;
}
