// Finds the git directory of a path, as git would, but by ourselves: nothing is run, and no `.git` file or link is followed to
// a place that does not itself claim the folder we came from. Answers what is there and whether we can read its format.
import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { fromBytes } from '../../../core/bytes.ts';
import { ioFailure, isAbsent, notARepository, unsupported } from '../failures.ts';
import { isTrue, lastValue, parseConfig } from './config.ts';
import type { ConfigEntry } from './config.ts';
import type { ObjectFormat } from '../oids.ts';
import { lstatIfThere, readSmall } from './files.ts';

export interface Location {
  /** the common git directory: objects, refs, config */
  readonly gitDir: string;
  /** where HEAD is: `gitDir`, or gitDir/worktrees/ID for a linked worktree */
  readonly headDir: string;
}

const POINTER_BYTES = 64 << 10;
const CONFIG_BYTES = 16 << 20;

/** Looks in `path`, then in the folders above it. */
export function locate(path: string): Location {
  let start: string;
  try {
    start = realpathSync.native(resolve(path));
    if (!statSync(start).isDirectory()) throw notARepository(path, 'it is not a folder');
  } catch (error) {
    if (isAbsent(error)) throw notARepository(path, 'nothing is there');
    throw ioFailure('open', path, error);
  }
  const found = locateUpwards(start);
  if (found === null) throw notARepository(path, 'neither it nor a folder above it holds one');
  return found;
}

function locateUpwards(start: string): Location | null {
  for (let dir = start; ; dir = dirname(dir)) {
    const found = locateIn(dir);
    if (found !== null || dirname(dir) === dir) return found;
  }
}

function locateIn(dir: string): Location | null {
  const dotGit = join(dir, '.git');
  const stat = lstatIfThere(dotGit);
  if (stat?.isSymbolicLink()) {
    const target = realPath(dotGit);
    if (target === null) return null;
    throw unsupported(`${dotGit} is a link to ${target}.`, `Acumen follows no link to a repository. Open ${target} itself.`, { path: dotGit, target });
  }
  if (stat?.isDirectory()) {
    const found = asGitDirectory(dotGit);
    if (found !== null) return found;
  }
  if (stat?.isFile()) return followGitFile(dir, dotGit);
  return asGitDirectory(dir);
}

/** A folder that git takes for a git directory: HEAD, objects and refs, or HEAD and the way to the common directory. */
function asGitDirectory(dir: string): Location | null {
  if (!looksLikeHead(dir)) return null;
  const commonFile = pointer(join(dir, 'commondir'));
  if (commonFile === null) {
    if (!isDirectory(join(dir, 'objects')) || !isDirectory(join(dir, 'refs'))) return null;
    for (const inside of ['objects', 'objects/pack', 'objects/info', 'refs', 'refs/heads', 'refs/remotes', 'refs/tags', 'reftable']) refuseLink(dir, inside);
    return { gitDir: dir, headDir: dir };
  }
  const common = realPath(resolve(dir, commonFile));
  // git makes these under worktrees/ of the common directory and nowhere else.
  if (common === null || dirname(dir) !== join(common, 'worktrees')) {
    throw unsupported(`${join(dir, 'commondir')} points outside its repository, to ${commonFile}.`, 'Open that repository itself.', { path: dir, target: commonFile });
  }
  const main = asGitDirectory(common);
  return main === null ? null : { gitDir: main.gitDir, headDir: dir };
}

/** HEAD is a branch's name, an object id, or (as git once wrote it) a symbolic link into refs/. */
function looksLikeHead(dir: string): boolean {
  const path = join(dir, 'HEAD');
  const stat = lstatIfThere(path);
  if (stat === null) return false;
  if (stat.isSymbolicLink()) return true;
  if (!stat.isFile()) return false;
  const text = pointer(path) ?? '';
  return /^ref:[ \t]*refs\//.test(text) || /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(text);
}

/** `gitdir: PATH`: a linked worktree (which must be known to its repository) or a submodule (inside its superproject). */
function followGitFile(dir: string, dotGit: string): Location {
  const path = /^gitdir: (.+)$/s.exec(pointer(dotGit) ?? '')?.[1];
  const target = path === undefined ? null : realPath(resolve(dir, path));
  if (target === null) throw notARepository(dir, `the file ${dotGit} does not lead to one`);
  // Whoever wrote the file chose the place: nothing is read there before it is clear that it is this folder's.
  if (isWorktreeOf(dotGit, target) || isSubmoduleOf(dirname(dir), target)) {
    const found = asGitDirectory(target);
    if (found === null) throw notARepository(dir, `${target}, where ${dotGit} leads, is not a git directory`);
    return found;
  }
  throw unsupported(`${dotGit} leads to ${target}, which does not name this folder as its own.`,
    `Open ${target} itself; for a worktree that was moved, run \`git worktree repair\` first.`, { path: dotGit, target });
}

/** git keeps the way back in worktrees/ID/gitdir. */
function isWorktreeOf(dotGit: string, target: string): boolean {
  if (basename(dirname(target)) !== 'worktrees') return false;
  const back = pointer(join(target, 'gitdir'));
  return back !== null && realPath(resolve(target, back)) === dotGit;
}

function isSubmoduleOf(above: string, target: string): boolean {
  const outer = dirname(above) === above ? null : locateUpwards(above);
  return outer !== null && [outer.headDir, outer.gitDir].some((base) => target.startsWith(join(base, 'modules') + sep));
}

function refuseLink(dir: string, inside: string): void {
  const path = join(dir, inside);
  if (lstatIfThere(path)?.isSymbolicLink() !== true) return;
  throw unsupported(`${path} is a link.`, 'Acumen follows no links inside a repository. Open the repository that the link leads to.', { path });
}

function pointer(path: string): string | null {
  return readSmall(path, POINTER_BYTES)?.toString('utf8').replace(/[\r\n]+$/, '') ?? null;
}

function isDirectory(path: string): boolean {
  const real = realPath(path);
  return real !== null && lstatIfThere(real)?.isDirectory() === true;
}

function realPath(path: string): string | null {
  try {
    return realpathSync.native(path);
  } catch (error) {
    if (isAbsent(error)) return null;
    throw ioFailure('open', path, error);
  }
}

/** Extensions (git-config(1)) that change nothing of what we read. */
const HARMLESS = new Set(['noop', 'noop-v1', 'preciousobjects', 'partialclone', 'worktreeconfig', 'relativeworktrees']);

/** The config as data, once it is clear that the repository is of a kind that this reader reads. */
export function readConfig(gitDir: string, reader: 'embedded' | 'native' = 'embedded'): readonly ConfigEntry[] {
  const bytes = readSmall(join(gitDir, 'config'), CONFIG_BYTES);
  const entries = bytes === null ? [] : parseConfig(bytes);
  const version = Number(lastValue(entries, 'core', 'repositoryformatversion') ?? '0');
  const native = 'This needs the native reader: install git 2.38 or newer, and leave --git out or use --git native.';
  if (version !== 0 && version !== 1) throw unsupported(`The repository's format version is ${version}; Acumen knows 0 and 1.`, 'A newer Acumen may know it.', { version });
  for (const { section, name, value } of entries) {
    if (section !== 'extensions') continue;
    const text = value.toLowerCase();
    if (name === 'objectformat' && text === 'sha256' && reader === 'native') continue;
    if (name === 'objectformat' && text !== 'sha1') throw unsupported(`The repository names its objects by ${text === 'sha256' ? 'SHA-256' : text.toUpperCase()}; ${reader === 'native' ? 'Acumen knows only SHA-1 and SHA-256' : 'the embedded reader knows only SHA-1'}.`, text === 'sha256' ? native : 'A newer Acumen may know it.', { objectFormat: text });
    if (name === 'refstorage' && text !== 'files' && text !== 'reftable') throw unsupported(`The repository keeps its refs as '${text}'; Acumen knows files and reftable.`, MIGRATE, { refStorage: text });
    if (version === 1 && !HARMLESS.has(name) && name !== 'objectformat' && name !== 'refstorage') {
      throw unsupported(`The repository uses the extension '${name}', which Acumen does not know.`, 'A newer Acumen may know it.', { extension: name });
    }
  }
  return entries;
}

/** What turns any kind of refs into files. */
export const MIGRATE = 'Run `git refs migrate --ref-format=files` in the repository (git 2.46 or newer), then try again.';

/** How the repository keeps its refs. */
export function refStorageOf(config: readonly ConfigEntry[]): 'files' | 'reftable' {
  return lastValue(config, 'extensions', 'refstorage')?.toLowerCase() === 'reftable' ? 'reftable' : 'files';
}

/** How the repository names its objects. */
export function objectFormatOf(config: readonly ConfigEntry[]): ObjectFormat {
  return lastValue(config, 'extensions', 'objectformat')?.toLowerCase() === 'sha256' ? 'sha256' : 'sha1';
}

/** Whether HEAD of the main directory stands for a working tree. */
export function isBare(gitDir: string, config: readonly ConfigEntry[]): boolean {
  const set = lastValue(config, 'core', 'bare');
  return set !== null ? isTrue(set) : !gitDir.endsWith(`${sep}.git`);
}

/** Why objects may be missing without damage: cut-off history, or objects left at the remote. */
export function incompleteness(gitDir: string, config: readonly ConfigEntry[]): 'shallow' | 'partial' | null {
  if (config.some(({ section, name, value }) => (section === 'extensions' && name === 'partialclone') || (section === 'remote' && name === 'promisor' && isTrue(value)))) return 'partial';
  const shallow = readSmall(join(gitDir, 'shallow'), CONFIG_BYTES);
  return shallow !== null && fromBytes(shallow).trim() !== '' ? 'shallow' : null;
}
