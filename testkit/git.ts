// Runs git for tests and benches, never for the product: in an environment that holds nothing but what is set here (no system, user
// or inherited configuration, no attributes, one identity, one date), so that every machine gets the same objects and answers.
// Output and input are byte strings: one character per byte.
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { removeFolder } from './folder.ts';

export const gitDate = '1700000000 +0000';
const MAX_OUTPUT = 1 << 30;

/** A home that cannot exist, whoever might make one. */
const NO_HOME = '/dev/null/home';

export function environment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_ATTR_NOSYSTEM: '1', HOME: NO_HOME, XDG_CONFIG_HOME: NO_HOME,
    GIT_AUTHOR_NAME: 'Test Kit', GIT_AUTHOR_EMAIL: 'testkit@example.invalid', GIT_AUTHOR_DATE: gitDate,
    GIT_COMMITTER_NAME: 'Test Kit', GIT_COMMITTER_EMAIL: 'testkit@example.invalid', GIT_COMMITTER_DATE: gitDate,
    GIT_TERMINAL_PROMPT: '0', GIT_NO_REPLACE_OBJECTS: '1', GIT_NO_LAZY_FETCH: '1', LC_ALL: 'C', TZ: 'UTC',
  };
  for (const name of ['PATH', 'SystemRoot', 'TMPDIR', 'TEMP']) if (process.env[name] !== undefined) env[name] = process.env[name];
  return { ...env, ...extra };
}

export interface GitResult { readonly status: number; readonly stdout: string; readonly stderr: string }
export interface GitOptions { readonly input?: string | Uint8Array; readonly env?: Readonly<Record<string, string>>; /** then it is killed, and that is thrown */ readonly timeoutMs?: number }

/** Runs git in `dir` and reports whatever happened. */
export function tryGit(dir: string, args: readonly string[], options: GitOptions = {}): GitResult {
  const run = spawnSync('git', args, {
    cwd: dir, env: environment(options.env), maxBuffer: MAX_OUTPUT, ...options.timeoutMs !== undefined && { timeout: options.timeoutMs },
    input: typeof options.input === 'string' ? Buffer.from(options.input, 'latin1') : (options.input ?? ''),
  });
  if (run.error) throw run.error;
  return { status: run.status ?? -1, stdout: run.stdout.toString('latin1'), stderr: run.stderr.toString('latin1') };
}

/** Runs git in `dir`, returns its output, throws when it fails. */
export function git(dir: string, args: readonly string[], options: GitOptions = {}): string {
  const result = tryGit(dir, args, options);
  if (result.status !== 0) throw new Error(`git ${args.join(' ')} exited with ${result.status}: ${result.stderr.trim()}`);
  return result.stdout;
}

/** Like `git`, without the final line feed: for commands that print one id or one name. */
export function gitLine(dir: string, args: readonly string[], options: GitOptions = {}): string {
  return git(dir, args, options).replace(/\n$/, '');
}

/**
 * One long git process, fed from `input` and read as NUL-terminated fields while it runs, so that neither side is ever held whole in memory.
 */
export async function* gitFields(dir: string, args: readonly string[], input: Iterable<string>): AsyncGenerator<string> {
  const child = spawn('git', args, { cwd: dir, env: environment(), stdio: ['pipe', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  let errors = '';
  child.stderr.setEncoding('latin1').on('data', (text: string) => { errors += text; });
  // A git that dies early closes its input: its exit status tells, not EPIPE.
  child.stdin.on('error', () => {});
  const feeding = (async () => {
    for (const text of input) {
      if (child.exitCode !== null) return;
      if (!child.stdin.write(text, 'latin1')) await Promise.race([once(child.stdin, 'drain'), closed]);
    }
    child.stdin.end();
  })().catch(() => {}); // git ended first: its exit status tells
  try {
    let rest = '';
    for await (const chunk of child.stdout.setEncoding('latin1') as AsyncIterable<string>) {
      const fields = (rest + chunk).split('\0');
      rest = fields.pop()!;
      yield* fields;
    }
    await feeding;
    const [status] = await closed;
    if (status !== 0) throw new Error(`git ${args.join(' ')} exited with ${status}: ${errors.trim()}`);
    if (rest !== '') throw new Error(`git ${args.join(' ')} ended inside a field: ${JSON.stringify(rest.slice(0, 80))}`);
  } finally {
    if (child.exitCode === null) child.kill();
  }
}

export interface GitVersion { readonly text: string; readonly major: number; readonly minor: number }

/** The git on the PATH. Throws below 2.38, the first with `merge-tree --write-tree`. */
export function requireGit(): GitVersion {
  const text = gitLine(tmpdir(), ['--version']).replace(/^git version /, '');
  const [major = 0, minor = 0] = text.split('.').map(Number);
  if (major < 2 || (major === 2 && minor < 38)) throw new Error(`The oracle needs git 2.38 or newer; this is ${text}.`);
  return { text, major, minor };
}

export function initBare(dir: string, options: { readonly branch?: string; readonly objectFormat?: string; readonly alternate?: string } = {}): void {
  mkdirSync(dir, { recursive: true });
  git(dir, ['init', '--quiet', '--bare', '--template=', `--initial-branch=${options.branch ?? 'main'}`, `--object-format=${options.objectFormat ?? 'sha1'}`, '.']);
  if (options.alternate !== undefined) {
    mkdirSync(join(dir, 'objects', 'info'), { recursive: true });
    writeFileSync(join(dir, 'objects', 'info', 'alternates'), `${options.alternate}\n`);
  }
}

/** Feeds one stream to `git fast-import`. With `marks`, a later stream may name this one's marks. */
export function fastImport(dir: string, stream: string | Uint8Array, marks?: string): void {
  const keep = marks === undefined ? [] : [`--import-marks-if-exists=${marks}`, `--export-marks=${marks}`];
  git(dir, ['fast-import', '--quiet', '--force', '--date-format=raw', ...keep], { input: stream });
}

export interface TempDir { readonly path: string; remove(): void }

const live = new Set<string>();
function removeAll(): void {
  for (const path of live) removeFolder(path);
}
process.on('exit', removeAll);
// vitest ends its processes by a signal, which is no exit
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    removeAll();
    process.kill(process.pid, signal);
  });
}

/** Thousands of loose objects: memory where the machine offers enough of it (containers often give /dev/shm 64 MiB). */
function tempRoot(): string {
  try {
    accessSync('/dev/shm', constants.W_OK);
    const { bavail, bsize } = statfsSync('/dev/shm');
    return bavail * bsize >= 2 ** 31 ? '/dev/shm' : tmpdir();
  } catch {
    return tmpdir();
  }
}

/** A fresh folder, removed by `remove()` or else when the process exits. */
export function tempDir(name: string): TempDir {
  const path = mkdtempSync(join(tempRoot(), `acumen-${name}-`));
  live.add(path);
  return { path, remove: () => { live.delete(path); removeFolder(path); } };
}
