// Danger: a repository of a stranger that gets a program run, or something read that lies outside of it, by being opened (issue B,
// bar 2). One repository arms every key, hook, filter, attribute, signature and index that git has; all that Acumen does is done to
// it through both readers, in a process whose system calls are watched. git itself, let loose on it, shows that it bites.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { git, tempDir, tryGit } from '../../../../testkit/git.ts';
import type { TempDir } from '../../../../testkit/git.ts';
import { CANARY, hostileRepository } from '../../../../testkit/hostile/repository.ts';
import type { HostileRepository } from '../../../../testkit/hostile/repository.ts';
import type { Step } from '../../../../testkit/hostile/victim.ts';

const SOURCES = join(import.meta.dirname, '../../../..');
const VICTIM = join(SOURCES, 'testkit/hostile/victim.ts');
const realGit = execFileSync('/bin/sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();

/** Whether system calls can be watched here; if not, the text outside and the times of reading must do. */
const watching = ((): boolean => {
  const run = spawnSync('strace', ['-f', '-qq', '-e', 'trace=execve', 'true'], { encoding: 'utf8' });
  if (run.status === 0 && run.stderr.includes('execve(')) return true;
  console.log(`skipped in part: system calls cannot be watched here (${run.error === undefined ? run.stderr.trim().split('\n')[0] : 'there is no strace'}); what lies outside is watched by its text, its times of reading and the marks of programs alone`);
  return false;
})();

let dir: TempDir;
let hostile: HostileRepository;
/** what git itself ran and read */
let loose: { readonly ran: string[]; readonly read: string[] | null };

beforeAll(() => {
  dir = tempDir('hostile-cli');
  hostile = hostileRepository(realpathSync(dir.path));
  hostile.readOutside();
  const ran = hostile.letGitLoose();
  loose = { ran, read: hostile.readOutside() };
  hostile.arm();
});
afterAll(() => { dir.remove(); });

interface Watched { readonly executed: readonly string[]; readonly touched: readonly string[]; readonly opened: readonly string[] }

/** What a process and all its children executed, with arguments; which paths they named, and where what they opened really lies. */
function watched(log: string): Watched {
  const executed: string[] = [];
  const touched = new Set<string>();
  const opens = new Set<string>();
  for (const line of readFileSync(log, 'latin1').split('\n')) {
    const call = /^\d+ +(\w+)\((.*)$/.exec(line);
    if (call === null) continue;
    const [, name, rest] = call as unknown as [string, string, string];
    if (name.startsWith('execve')) executed.push(rest.replace(/, 0x.*$/, ''));
    const folder = /^(?:AT_FDCWD|\d+)<([^>]*)>/.exec(rest)?.[1];
    const named = /"((?:[^"\\]|\\.)*)"/.exec(rest)?.[1];
    if (named !== undefined) touched.add(named.startsWith('/') ? named : resolve(folder ?? '/', named));
    const opened = /= \d+<([^>]*)>$/.exec(line)?.[1];
    if (opened !== undefined) opens.add(opened);
  }
  // What readlink answers is neither: nothing has been asked of it.
  return { executed, touched: [...touched, ...opens], opened: [...opens] };
}

function runVictim(reader: 'embedded' | 'native', repo: string, name: string): { steps: Step[]; watched: Watched | null; folder: string } {
  const folder = join(realpathSync(dir.path), name);
  for (const inside of ['home', 'temporary']) mkdirSync(join(folder, inside), { recursive: true });
  const log = join(folder, 'calls');
  const args = [VICTIM, repo, folder, reader];
  const [program, all] = watching ? ['strace', ['-f', '-qq', '-y', '-s', '4096', '--seccomp-bpf', '-e', 'trace=%file,execve,execveat', '-o', log, process.execPath, ...args]] as const : [process.execPath, args] as const;
  const run = spawnSync(program, all, {
    cwd: repo, encoding: 'utf8', timeout: 170_000, maxBuffer: 1 << 28,
    // The repository's own git stands first, and so do whatever the working folder holds.
    env: { PATH: `${repo}:.:${process.env['PATH']}`, HOME: join(folder, 'home'), TMPDIR: join(folder, 'temporary'), ACUMEN_DATA: join(folder, 'data') },
  });
  if (run.status !== 0) throw new Error(`the victim ended with ${run.status} (${run.signal}): ${run.stderr}`);
  return { steps: JSON.parse(run.stdout) as Step[], watched: watching ? watched(log) : null, folder };
}

/** Everything that must not have happened, whatever was asked of the repository. */
function expectUntouched(folder: string, seen: Watched | null, steps: readonly Step[]): void {
  expect(hostile.ran()).toEqual([]);
  const read = hostile.readOutside();
  if (read === null) console.log('skipped in part: this file system keeps no times of reading');
  else expect(read).toEqual([]);
  // Nothing that lies outside is in any answer, nor in anything that was stored.
  expect(JSON.stringify(steps)).not.toContain(CANARY);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) if (entry.isFile() && entry.name !== 'calls') expect(readFileSync(join(entry.parentPath, entry.name)).includes(CANARY), entry.name).toBe(false);
  if (seen === null) return;
  expect(seen.touched.filter((path) => path.startsWith(`${hostile.outside}/`) || path === hostile.outside)).toEqual([]);
  const programs = seen.executed.map((call) => /^"([^"]*)", \[(.*)\]/.exec(call)?.slice(1) as [string, string]);
  for (const [path, argv] of programs) {
    if (path === process.execPath) continue;
    expect(path).toBe(realGit);
    expect(argv).toMatch(/^"[^"]*git", (?:"version"|"cat-file", "--batch-command"(?:, "--buffer")?|"rev-parse", "--disambiguate=[0-9a-f]+")$/);
  }
  // Only what belongs to the machine, to Acumen and to the repository is opened at all; no configuration of the user's.
  const own = [realpathSync(dir.path), SOURCES, realpathSync(join(SOURCES, 'node_modules')), dirname(dirname(process.execPath))];
  const machine = ['/usr', '/lib', '/lib64', '/etc', '/proc', '/sys', '/dev/null', '/dev/urandom', '/bin', '/run', '/opt'];
  const stray = seen.opened.filter((path) => path.startsWith('/') && ![...own, ...machine].some((root) => path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`)));
  expect(stray).toEqual([]);
  expect(seen.touched.filter((path) => /(?:^|\/)\.?gitconfig$|\/git\/(?:config|attributes|ignore)$/.test(path))).toEqual([]);
}

describe('git itself, let loose on it', () => {
  test('runs what it is told to, by several dozen ways: the marks can appear', () => {
    expect(loose.ran).toEqual(expect.arrayContaining([
      'core.fsmonitor', 'core.hooksPath', 'core.sshCommand', 'core.gitProxy', 'core.editor', 'core.askPass', 'credential.helper', 'diff.external', 'diff.evil-textconv.textconv', 'diff.evil-command.command',
      'filter.evil-clean.clean', 'filter.evil-smudge.smudge', 'merge.evil.driver', 'gpg.program', 'gpg.ssh.program', 'remote.ext.url', 'remote.promisor', 'remote.up.uploadpack', 'included', 'alias.evil',
      'hook pre-commit', 'hook post-checkout', 'hook reference-transaction', 'trailer.evil-command.command',
    ]));
    console.log(`git ran ${loose.ran.length} of its programs`);
    expect(loose.ran.length).toBeGreaterThanOrEqual(40);
  });

  test('reads outside: the times of reading can tell', () => {
    if (loose.read === null) { console.log('skipped: this file system keeps no times of reading'); return; }
    expect(loose.read.map((path) => path.slice(hostile.outside.length + 1))).toEqual(expect.arrayContaining(['attributes', 'included']));
  });

  test('is seen by its system calls', () => {
    if (!watching) { console.log('skipped: system calls cannot be watched here'); return; }
    const log = join(dir.path, 'planted');
    const copy = join(dir.path, 'planted-repo');
    mkdirSync(copy);
    cpSync(join(hostile.path, '.git'), join(copy, '.git'), { recursive: true, verbatimSymlinks: true, filter: (source) => !/\/(?:index|exclude|sparse-checkout|FETCH_HEAD|ORIG_HEAD|MERGE_HEAD|COMMIT_EDITMSG|description|pre-solve-refs|gitweb\.conf|rr-cache|logs|multi-pack-index|packed-refs)$/.test(source) });
    writeFileSync(join(copy, 'a.c'), 'x\n');
    const run = spawnSync('strace', ['-f', '-qq', '-y', '-s', '4096', '-e', 'trace=%file,execve', '-o', log, realGit, 'status'], { cwd: copy, env: { PATH: process.env['PATH'], GIT_WORK_TREE: copy }, timeout: 60_000, encoding: 'utf8' });
    rmSync(copy, { recursive: true });
    rmSync(join(dir.path, 'PWNED'));
    hostile.readOutside();
    const seen = watched(log);
    expect(seen.executed.some((call) => call.includes('/evil/core.fsmonitor')), run.stderr).toBe(true);
    expect(seen.touched).toContain(join(hostile.outside, 'included'));
  });
});

describe.each(['embedded', 'native'] as const)('all that Acumen does, %s', (reader) => {
  test('runs nothing of it and reads nothing outside, and what is sound is composed and written back', () => {
    const valueOf = (name: string): string => readFileSync(join(hostile.path, '.git/refs/heads', name), 'latin1').trim();
    const before = ['main', 'first', 'second'].map(valueOf);
    hostile.readOutside();
    const { steps, watched: seen, folder } = runVictim(reader, hostile.path, `victim-${reader}`);
    expectUntouched(folder, seen, steps);
    // The watch sees what does run: git by the native reader, and nothing but ourselves by the embedded one.
    if (seen !== null) expect(seen.executed.some((call) => call.includes('"cat-file"'))).toBe(reader === 'native');
    const wrong = steps.filter(({ step, status }) => (status !== 0 && step !== 'conflicts --json' && step !== 'check first clash' && step !== 'ws acuFile'));
    expect(wrong).toEqual([]);
    const answer = (step: string): Record<string, unknown> => JSON.parse(steps.find((s) => s.step === step)!.out) as Record<string, unknown>;
    const names = (answer('list --json')['acus'] as { sources: string[] }[]).flatMap(({ sources }) => sources);
    expect(names).toEqual(expect.arrayContaining([...hostile.sound]));
    // No name leads out of the repository, and no signature, replacement or graft changes what a branch is.
    expect(names.filter((name) => /linked|symbolic|outside|hidden|climbing|in-git|absolute/.test(name))).toEqual([]);
    for (const name of ['climbing', 'in-git', 'absolute']) expect(steps.find(({ step }) => step === `import ${hostile.path}`)!.err).toContain(name);
    const composed = answer('compose first second --branch composed --json');
    const oracle = join(dir.path, `oracle-${reader}.git`);
    git(dir.path, ['init', '-q', '--bare', '--template=', oracle]);
    for (const name of readdirSync(join(hostile.path, '.git/objects/pack'))) if (/\.(?:pack|idx)$/.test(name)) cpSync(join(hostile.path, '.git/objects/pack', name), join(oracle, 'objects/pack', name));
    expect(composed['tree']).toBe(tryGit(oracle, ['merge-tree', '--write-tree', before[1]!, before[2]!]).stdout.trim());
    // Redone at last, the branch stands; all others are where they were.
    expect(valueOf('composed')).toBe(composed['commit']);
    expect(['main', 'first', 'second'].map(valueOf)).toEqual(before);
    rmSync(join(hostile.path, '.git/refs/heads/composed'));
    // Nor has anything outside been deleted: a branch's log lies behind a link there.
    expect(readdirSync(join(hostile.outside, 'refs/heads')).sort()).toEqual(['composed', 'served']);
    expect(readdirSync(join(folder, 'temporary'))).toEqual([]);
    expect(hostile.ran()).toEqual([]);
  }, 180_000);
});

describe('leads that are refused as a whole', () => {
  const fifo = (path: string): void => { rmSync(path, { recursive: true, force: true }); if (spawnSync('mkfifo', [path]).status !== 0) throw new Error('this test needs mkfifo'); };
  const replaceByLink = (path: string, target: string): void => { rmSync(path, { recursive: true, force: true }); symlinkSync(target, path); };
  const leads: readonly (readonly [string, (gitDir: string) => void])[] = [
    ['alternates outside', (gitDir) => writeFileSync(join(gitDir, 'objects/info/alternates'), `${hostile.outside}/secret.git/objects\n`)],
    ['alternates of alternates outside', (gitDir) => writeFileSync(join(gitDir, 'objects/more/info/alternates'), '../../../../outside/secret.git/objects\n')],
    ['a folder of objects that is a link', (gitDir) => replaceByLink(join(gitDir, 'objects/3f'), `${hostile.outside}/secret.git/objects/3f`)],
    ['packs that are a link', (gitDir) => replaceByLink(join(gitDir, 'objects/pack'), `${hostile.outside}/secret.git/objects`)],
    ['refs that are a link', (gitDir) => replaceByLink(join(gitDir, 'refs'), hostile.outside)],
    ['a configuration that is a link', (gitDir) => replaceByLink(join(gitDir, 'config'), `${hostile.outside}/included`)],
    ['packed refs that are a link', (gitDir) => replaceByLink(join(gitDir, 'packed-refs'), `${hostile.outside}/ref`)],
    ['a branch that is a pipe', (gitDir) => fifo(join(gitDir, 'refs/heads/pipe'))],
    ['packed refs that are a pipe', (gitDir) => fifo(join(gitDir, 'packed-refs'))],
    ['a configuration that is a pipe', (gitDir) => fifo(join(gitDir, 'config'))],
    ['alternates that are a pipe', (gitDir) => fifo(join(gitDir, 'objects/info/alternates'))],
    ['a .git file that leads outside', (gitDir) => { renameSync(gitDir, `${gitDir}-was`); writeFileSync(gitDir, `gitdir: ${hostile.outside}/secret.git\n`); }],
    ['.git that is a link outside', (gitDir) => { renameSync(gitDir, `${gitDir}-was`); symlinkSync(`${hostile.outside}/secret.git`, gitDir); }],
    ['a common folder outside', (gitDir) => writeFileSync(join(gitDir, 'commondir'), `${hostile.outside}/secret.git\n`)],
    ['tables of refs outside', (gitDir) => { writeFileSync(join(gitDir, 'config'), '[core]\n\trepositoryformatversion = 1\n[extensions]\n\trefStorage = reftable\n'); mkdirSync(join(gitDir, 'reftable')); writeFileSync(join(gitDir, 'reftable/tables.list'), '../../../outside/secret.ref\n'); }],
  ];

  test.each(leads)('%s', async (name, lead) => {
    const { runAcumen } = await import('../../../../testkit/acumen.ts');
    const repo = join(realpathSync(dir.path), `lead-${name.replaceAll(' ', '-')}`);
    cpSync(hostile.path, repo, { recursive: true, verbatimSymlinks: true, filter: (source) => !/\/\.git\/(?:index|info\/.*|FETCH_HEAD|ORIG_HEAD|MERGE_HEAD|COMMIT_EDITMSG|description|evil|evil-hooks|hooks|gitweb\.conf|rr-cache|logs.*)$/.test(source) });
    lead(join(repo, '.git'));
    hostile.readOutside();
    const steps: Step[] = [];
    for (const reader of ['embedded', 'native']) {
      const env = { PATH: process.env['PATH'], HOME: dir.path, ACUMEN_DATA: join(dir.path, `data-${name}`) };
      steps.push({ step: reader, ...await runAcumen(['import', repo, '--git', reader, '--store', join(repo, `${reader}.acumen`)], { folder: repo, env }) });
    }
    for (const step of steps) expect(step).toMatchObject({ status: 3, out: '', err: expect.stringMatching(/^error: .*\((?:unsupported-repository|corrupt-object)\)\nhint: /) });
    expect(JSON.stringify(steps)).not.toContain(CANARY);
    expect(hostile.ran()).toEqual([]);
    const read = hostile.readOutside();
    if (read !== null) expect(read).toEqual([]);
    rmSync(repo, { recursive: true });
  });
});
