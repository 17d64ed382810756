// Finds the git directory of a path, as git would, but by ourselves: nothing is run, and no `.git` file or link is followed to
// a place that does not itself claim the folder we came from. Answers what is there and whether we can read its format.
import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { type ByteString, display, fromBytes, fromUtf8, toBytes, utf8 } from '../../../core/bytes.ts';
import { ioFailure, isAbsent, notARepository, unsupported } from '../failures.ts';
import { isTrue, lastValue, parseConfig } from './config.ts';
import type { ConfigEntry } from './config.ts';
import type { ObjectFormat } from '../oids.ts';
import { fsPath, lstatIfThere, readSmall } from './files.ts';

export interface Location {
  /** the common git directory: objects, refs, config */
  readonly gitDir: string;
  /** where HEAD is: `gitDir`, or gitDir/worktrees/ID for a linked worktree, which is called as its folder was, and that need be no UTF-8 */
  readonly headDir: ByteString;
}

const POINTER_BYTES = 64 << 10;
const CONFIG_BYTES = 16 << 20;

/** Whether HEAD is the main one. */
export function isMain({ gitDir, headDir }: Location): boolean { return headDir === fromUtf8(gitDir); }

/** Looks in `path`, then in the folders above it. As bytes it is absolute. */
export function locate(path: string | Buffer): Location {
  const shown = String(path);
  let start: ByteString;
  try {
    start = realBytes(typeof path === 'string' ? resolve(path) : path);
    if (!statSync(fsPath(start)).isDirectory()) throw notARepository(shown, 'it is not a folder');
  } catch (error) {
    if (isAbsent(error)) throw notARepository(shown, 'nothing is there');
    throw ioFailure('open', shown, error);
  }
  const found = locateUpwards(start);
  if (found === null) throw notARepository(shown, 'neither it nor a folder above it holds one');
  return found;
}

/** The git directory of the repository at or above a path, if it is of a kind that some reader reads. Runs nothing. */
export function gitDirectory(path: string): string {
  const { gitDir } = locate(path);
  readConfig(gitDir, 'native');
  return gitDir;
}

// From here on paths are their bytes, which those who take them apart and put them together leave as they are.
const within = (folder: ByteString, name: string): ByteString => join(folder, name) as ByteString;
const above = (path: ByteString): ByteString => dirname(path) as ByteString;
const from = (folder: ByteString, path: ByteString): ByteString => resolve(folder, path) as ByteString;

function locateUpwards(start: ByteString): Location | null {
  for (let dir = start; ; dir = above(dir)) {
    const found = locateIn(dir);
    if (found !== null || above(dir) === dir) return found;
  }
}

function locateIn(dir: ByteString): Location | null {
  const dotGit = within(dir, '.git');
  const stat = lstatIfThere(fsPath(dotGit));
  if (stat?.isSymbolicLink()) {
    const target = realPath(dotGit);
    if (target === null) return null;
    throw unsupported(`${display(dotGit)} is a link to ${display(target)}.`, `Acumen follows no link to a repository. Open ${display(target)} itself.`, { path: display(dotGit), target: display(target) });
  }
  if (stat?.isDirectory()) {
    const found = asGitDirectory(dotGit);
    if (found !== null) return found;
  }
  if (stat?.isFile()) return followGitFile(dir, dotGit);
  return asGitDirectory(dir);
}

/** A folder that git takes for a git directory: HEAD, objects and refs, or HEAD and the way to the common directory. */
function asGitDirectory(dir: ByteString): Location | null {
  if (!looksLikeHead(dir)) return null;
  const file = within(dir, 'commondir'), commonFile = lstatIfThere(fsPath(file)) === null ? null : pointer(file);
  if (commonFile === null) {
    if (!isDirectory(within(dir, 'objects')) || !isDirectory(within(dir, 'refs'))) return null;
    for (const one of ['objects', 'objects/pack', 'objects/info', 'refs', 'refs/heads', 'refs/remotes', 'refs/tags', 'reftable']) refuseLink(dir, one);
    return { gitDir: toText(dir), headDir: dir };
  }
  const common = realPath(from(dir, commonFile));
  // git makes these under worktrees/ of the common directory and nowhere else.
  if (common === null || above(dir) !== within(common, 'worktrees')) {
    throw unsupported(`${display(file)} points outside its repository, to ${display(commonFile)}.`, 'Open that repository itself.', { path: display(dir), target: display(commonFile) });
  }
  const main = asGitDirectory(common);
  return main === null ? null : { gitDir: main.gitDir, headDir: dir };
}

/** HEAD is a branch's name, an object id, or (as git once wrote it) a symbolic link into refs/. */
function looksLikeHead(dir: ByteString): boolean {
  const path = within(dir, 'HEAD');
  const stat = lstatIfThere(fsPath(path));
  if (stat === null) return false;
  if (stat.isSymbolicLink()) return true;
  if (!stat.isFile()) return false;
  const text = pointer(path) ?? '';
  return /^ref:[ \t]*refs\//.test(text) || /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(text);
}

/** `gitdir: PATH`: a linked worktree (which must be known to its repository) or a submodule (inside its superproject). */
function followGitFile(dir: ByteString, dotGit: ByteString): Location {
  const path = /^gitdir: (.+)$/s.exec(pointer(dotGit) ?? '')?.[1] as ByteString | undefined, shown = display(dotGit);
  const target = path === undefined ? null : realPath(from(dir, path));
  if (target === null) throw notARepository(display(dir), `the file ${shown} does not lead to one`);
  // Whoever wrote the file chose the place: nothing is read there before it is clear that it is this folder's.
  if (isWorktreeOf(dotGit, target) || isSubmoduleOf(above(dir), target)) {
    const found = asGitDirectory(target);
    if (found === null) throw notARepository(display(dir), `${display(target)}, where ${shown} leads, is not a git directory`);
    return found;
  }
  throw unsupported(`${shown} leads to ${display(target)}, which does not name this folder as its own.`,
    `Open ${display(target)} itself; for a worktree that was moved, run \`git worktree repair\` first.`, { path: shown, target: display(target) });
}

/** git keeps the way back in worktrees/ID/gitdir. */
function isWorktreeOf(dotGit: ByteString, target: ByteString): boolean {
  if (basename(above(target)) !== 'worktrees') return false;
  const back = pointer(within(target, 'gitdir'));
  return back !== null && realPath(from(target, back)) === dotGit;
}

function isSubmoduleOf(folder: ByteString, target: ByteString): boolean {
  const outer = above(folder) === folder ? null : locateUpwards(folder);
  return outer !== null && [outer.headDir, fromUtf8(outer.gitDir)].some((base) => target.startsWith(within(base, 'modules') + sep));
}

function refuseLink(dir: ByteString, name: string): void {
  const path = within(dir, name);
  if (lstatIfThere(fsPath(path))?.isSymbolicLink() !== true) return;
  throw unsupported(`${display(path)} is a link.`, 'Acumen follows no links inside a repository. Open the repository that the link leads to.', { path: display(path) });
}

function pointer(path: ByteString): ByteString | null {
  const bytes = readSmall(fsPath(path), POINTER_BYTES);
  return bytes === null ? null : fromBytes(bytes).replace(/[\r\n]+$/, '') as ByteString;
}

function isDirectory(path: ByteString): boolean {
  const stat = lstatIfThere(fsPath(path)), real = stat?.isSymbolicLink() === true ? realPath(path) : null;
  return stat?.isDirectory() === true || (real !== null && lstatIfThere(fsPath(real))?.isDirectory() === true);
}

function realPath(path: ByteString): ByteString | null {
  try {
    return realBytes(fsPath(path));
  } catch (error) {
    if (isAbsent(error)) return null;
    throw ioFailure('open', display(path), error);
  }
}

const realBytes = (path: string | Buffer): ByteString => fromBytes(realpathSync.native(path, 'buffer'));

/** What a git directory is called wherever it is named: as text. */
function toText(gitDir: ByteString): string {
  const text = utf8(toBytes(gitDir));
  if (fromUtf8(text) !== gitDir) throw unsupported(`The folder ${display(gitDir)} is not called by UTF-8.`, 'Rename the folder, or reach it by a path of letters.', { path: display(gitDir) });
  return text;
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
