// The git program: found on the search path, never inside the repository, and run only with the commands listed here, in an
// empty environment, on a git directory of our own. What a repository says about itself is never in front of it.
import { execFile, spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { accessSync, constants, mkdirSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import type { Oid } from '../../../core/bytes.ts';
import { AcumenError } from '../../../core/errors.ts';
import { locate } from '../embedded/locate.ts';
import { ioFailure } from '../failures.ts';
import type { ObjectFormat } from '../oids.ts';
import { LARGEST_TEXT } from '../reader.ts';
import { makeFolder, removeFolder } from './folders.ts';

/**
 * Everything git is ever asked. Each only looks objects up, compares them or names itself (cat-file(1), rev-parse(1), rev-list(1), diff-tree(1),
 * git-version(1)). Comparing takes no drivers, for there are no attributes; what is larger than core.bigFileThreshold is binary.
 */
export const COMMANDS = {
  version: ['version'],
  objects: ['cat-file', '--batch-command', '--buffer'],
  abbreviation: ['rev-parse', '--disambiguate='],
  ancestry: ['rev-list', '--parents', '--stdin'],
  lines: [
    '-c', `core.bigFileThreshold=${LARGEST_TEXT}`, 'diff-tree', '--stdin', '-r', '--raw', '--no-abbrev', '-p', '-U1', '-M', '--diff-algorithm=myers', '--no-indent-heuristic', '--no-ext-diff',
    '--no-textconv', '--no-color',
  ],
  paths: ['diff-tree', '--stdin', '-r', '--raw', '--no-abbrev', '-M100%', '--no-ext-diff', '--no-textconv', '--no-color'],
  merges: [
    '-c', `core.bigFileThreshold=${LARGEST_TEXT}`, 'diff-tree', '--stdin', '-r', '-c', '--raw', '--no-abbrev', '-p', '-U1', '--diff-algorithm=myers', '--no-indent-heuristic', '--no-ext-diff',
    '--no-textconv', '--no-color',
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** The oracle's bar, and `cat-file --batch-command` is in it (since 2.36). */
const OLDEST = [2, 38] as const;
const VERSION_MS = 5000;
const MOST_OUTPUT = 16 << 20;

export interface Git { readonly path: string; readonly version: string }

/** What is known of a program, until its file changes. */
const known = new Map<string, { readonly stamp: string; readonly version: Promise<string> }>();

/** The first git on `searchPath` that is outside the repository, if it answers and is new enough; else why there is none. */
export async function findGit(gitDir: string, searchPath: string, timeoutMs = VERSION_MS): Promise<Git | { readonly why: string; readonly failure?: unknown }> {
  const path = searchPath.split(delimiter).flatMap((folder) => programIn(folder, gitDir) ?? [])[0];
  if (path === undefined) return { why: 'no git is on the search path' };
  const { ino, size, mtimeMs } = statSync(path);
  const stamp = `${ino} ${size} ${mtimeMs} ${timeoutMs}`;
  let found = known.get(path);
  if (found?.stamp !== stamp) known.set(path, found = { stamp, version: versionOf(path, timeoutMs) });
  try {
    const version = await found.version;
    const [major = 0, minor = 0] = version.split('.').map(Number);
    if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return { path, version };
    return { why: `${path} is git ${version}, older than ${OLDEST.join('.')}` };
  } catch (failure) {
    known.delete(path);
    return { why: `${path} does not say its version`, failure };
  }
}

/** A relative entry would mean a file of the folder that is open; one inside the repository is the repository's own choice. */
function programIn(folder: string, gitDir: string): string | null {
  if (!isAbsolute(folder)) return null;
  const path = join(folder, process.platform === 'win32' ? 'git.exe' : 'git');
  try {
    accessSync(path, constants.X_OK);
    const real = realpathSync.native(path);
    if (!statSync(real).isFile()) return null;
    return [folder, dirname(real)].some((at) => isInside(at, gitDir)) ? null : path;
  } catch {
    return null;
  }
}

function isInside(folder: string, gitDir: string): boolean {
  try {
    return locate(folder).gitDir === gitDir;
  } catch (error) {
    // A folder that claims a repository in an odd way is not one to run programs from.
    return !(error instanceof AcumenError && error.code === 'not-a-repository');
  }
}

async function versionOf(path: string, timeoutMs: number): Promise<string> {
  const said = await runOnce(path, COMMANDS.version, { cwd: tmpdir(), env: environment(path), timeoutMs });
  const version = /^git version (\d+\.\d+[^\s]*)/.exec(said)?.[1];
  if (version === undefined) throw new AcumenError('io', `${path} does not answer as git does.`, 'Use --git embedded, or put git 2.38 or newer on the PATH.', { path });
  return version;
}

/** Nothing of ours reaches git, and nothing of the user's or the machine's configuration. */
function environment(program: string, home?: { readonly gitDir: string; readonly objectDir: string }): NodeJS.ProcessEnv {
  return {
    PATH: dirname(program), GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_ATTR_NOSYSTEM: '1', GIT_NO_LAZY_FETCH: '1', GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0', GIT_NO_REPLACE_OBJECTS: '1', LC_ALL: 'C',
    ...(process.platform === 'win32' && process.env['SystemRoot'] !== undefined ? { SystemRoot: process.env['SystemRoot'] } : {}),
    ...(home === undefined ? {} : { GIT_DIR: home.gitDir, GIT_OBJECT_DIRECTORY: home.objectDir }),
  };
}

function runOnce(path: string, args: readonly string[], { cwd, env, timeoutMs }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly timeoutMs: number }): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(path, args, { cwd, env, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: MOST_OUTPUT, encoding: 'latin1', windowsHide: true }, (error, stdout) => {
      if (error === null) resolve(stdout);
      else if (error.killed === true) reject(timedOut(timeoutMs));
      else reject(ioFailure('run', path, error));
    });
  });
}

/** Of git itself, and not of what it was asked: whoever has another reader may ask that one (service/pools/git.ts). */
export function gitFailed(message: string, data: Readonly<Record<string, unknown>> = {}, cause?: unknown): AcumenError {
  return new AcumenError('io', message, 'Try again; `--git embedded` reads without git.', { ...data, dependency: 'git' }, cause === undefined ? undefined : { cause });
}

export function timedOut(ms: number): AcumenError {
  return gitFailed(`git did not answer within ${ms / 1000} s.`, { timeoutMs: ms });
}

/** The child processes and folders that must not outlive this one. */
const live = new Set<GitHome>();
process.once('exit', () => { for (const home of live) home.leave(); });

/** A bare git directory of our own, whose objects are those of one repository. git never writes to it. */
export class GitHome {
  readonly #git: Git;
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #children = new Set<ChildProcessWithoutNullStreams>();
  readonly timeoutMs: number;
  /** what its file `shallow` holds */
  #cut = '';

  constructor(git: Git, objectDir: string, format: ObjectFormat, timeoutMs: number) {
    this.#git = git;
    this.timeoutMs = timeoutMs;
    this.#folder = makeFolder();
    try {
      mkdirSync(join(this.#folder, 'refs'));
      writeFileSync(join(this.#folder, 'HEAD'), 'ref: refs/heads/none\n');
      // The commit graph and the index of all packs are second accounts of what the objects and each pack's own index say, and may say
      // otherwise: only the first are believed.
      writeFileSync(join(this.#folder, 'config'), `[core]\n\trepositoryformatversion = 1\n\tbare = true\n\tcommitGraph = false\n\tmultiPackIndex = false\n[extensions]\n\tobjectformat = ${format}\n`);
    } catch (error) {
      removeFolder(this.#folder);
      throw ioFailure('write into', this.#folder, error);
    }
    this.#env = environment(git.path, { gitDir: this.#folder, objectDir });
    live.add(this);
  }

  /** Starts one of the commands that are told on their input what to look up. */
  converse(command: Exclude<keyof typeof COMMANDS, 'version' | 'abbreviation'>): ChildProcessWithoutNullStreams {
    const child = spawn(this.#git.path, COMMANDS[command], { cwd: this.#folder, env: this.#env, stdio: 'pipe', windowsHide: true });
    this.#children.add(child);
    child.once('close', () => this.#children.delete(child));
    return child;
  }

  /** Where history ends for git from now on: these commits have no parents. */
  cutAt(commits: readonly Oid[]): void {
    const text = commits.map((oid) => `${oid}\n`).join('');
    if (text === this.#cut) return;
    try {
      writeFileSync(join(this.#folder, 'shallow'), text);
      this.#cut = text;
    } catch (error) {
      throw ioFailure('write into', this.#folder, error);
    }
  }

  /** Ids that begin with `prefix`, which must be 4 to 64 lower-case hex digits. */
  async withPrefix(prefix: string): Promise<string[]> {
    if (!/^[0-9a-f]{4,64}$/.test(prefix)) return [];
    const [command, option] = COMMANDS.abbreviation;
    const said = await runOnce(this.#git.path, [command, option + prefix], { cwd: this.#folder, env: this.#env, timeoutMs: this.timeoutMs });
    return said.split('\n').filter((line) => line !== '');
  }

  /** Nobody waits for the folder to be gone: that takes a disk longer than all else here. */
  close(): void {
    this.#kill();
    rm(this.#folder, { recursive: true, force: true }).then(() => live.delete(this), () => {}); // what is left then goes at the end
  }

  /** At the end of this process. */
  leave(): void {
    this.#kill();
    removeFolder(this.#folder);
  }

  #kill(): void { for (const child of this.#children) child.kill('SIGKILL'); }
}
