// A repository that tries to run a program, or to have read what lies outside of it, wherever git lets one: configuration, hooks,
// filters, attributes, signatures, refs, indexes that lie. Each program leaves its name in a file PWNED; whatever lies outside holds
// a text that is nowhere else. Whoever only reads the repository, or moves one ref of it, must make neither appear.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { git, gitLine, tryGit } from '../git.ts';
import { elsewhere, fileNames, hostileConfig, setting } from './config.ts';

const HOOKS = [
  'applypatch-msg', 'pre-applypatch', 'post-applypatch', 'pre-commit', 'pre-merge-commit', 'prepare-commit-msg', 'commit-msg', 'post-commit',
  'pre-rebase', 'post-checkout', 'post-merge', 'pre-push', 'pre-receive', 'update', 'proc-receive', 'post-receive', 'post-update',
  'reference-transaction', 'push-to-checkout', 'pre-auto-gc', 'post-rewrite', 'sendemail-validate', 'fsmonitor-watchman', 'post-index-change',
  'p4-changelist', 'p4-prepare-changelist', 'p4-post-changelist', 'p4-pre-submit', 'pre-solve-refs',
];

/** In everything that lies outside, and nowhere else. */
export const CANARY = 'CANARY-7f3a9d51c0e8';

export interface HostileRepository {
  readonly path: string;
  /** the folder that nobody may look into */
  readonly outside: string;
  /** sources whose objects are sound: what else is there must not keep them from being read */
  readonly sound: readonly string[];
  /** whether any of its commands has run */
  pwned(): boolean;
  /** which of its commands have run */
  ran(): string[];
  /** proof that the fixture bites: lets git itself loose on it, then cleans up */
  letGitRun(): boolean;
  /** lets a whole working day of git loose on a copy, and answers which commands ran, by name */
  letGitLoose(): string[];
  /** adds what would make any git stumble: pipes where it looks for files, indexes of objects and of history that lie */
  arm(): void;
  /** paths outside that have been read since the last call. Null where this file system does not tell */
  readOutside(): string[] | null;
}

const numbered = (changed: Readonly<Record<number, string>> = {}): string => Array.from({ length: 20 }, (_, i) => `${changed[i + 1] ?? `line ${i + 1}`}\n`).join('');

const SIGNATURES = {
  'signed-openpgp': '-----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----',
  'signed-ssh': '-----BEGIN SSH SIGNATURE-----\n U1NIU0lH\n -----END SSH SIGNATURE-----',
  'signed-x509': '-----BEGIN SIGNED MESSAGE-----\n MII=\n -----END SIGNED MESSAGE-----',
} as const;

/** `dir` must be an existing folder; the repository is made in dir/repo. */
export function hostileRepository(dir: string): HostileRepository {
  const path = join(dir, 'repo');
  const outside = join(dir, 'outside');
  const mark = join(dir, 'PWNED');
  const gitDir = join(path, '.git');
  mkdirSync(path);
  git(path, ['init', '--quiet', '--template=', '--initial-branch=main']);
  makeHistory(path);
  makeOutside(outside, gitLine(path, ['rev-parse', 'main']));
  makeLeads(path, outside);

  const evil = join(gitDir, 'evil');
  const hooks = join(gitDir, 'hooks');
  const hooksPath = join(gitDir, 'evil-hooks');
  for (const folder of [evil, hooks, hooksPath, join(gitDir, 'info')]) mkdirSync(folder, { recursive: true });
  const script = (file: string, name: string): string => {
    const then = /clean|smudge|diffFilter|textconv|recentObjectsHook/.test(name) ? 'exec cat ${1:+"$1"}' : name === 'core.editor' ? 'echo x >> "$1"' : '';
    writeFileSync(file, `#!/bin/sh\necho '${name}' >> '${mark}'\n${then}\nexit 0\n`, { mode: 0o755 });
    return file;
  };
  const program = (name: string): string => script(join(evil, name.replace(/[^A-Za-z0-9.-]/g, '_')), name);
  for (const name of HOOKS) {
    script(join(hooks, name), `hook ${name}`);
    script(join(hooksPath, name), 'core.hooksPath');
  }
  // A git of the repository's own, for whoever looks for programs where they stand.
  script(join(path, 'git'), 'git in the working tree');
  for (const name of elsewhere.included) writeFileSync(join(outside, name), `# ${CANARY}\n${setting(`alias.${name}`, `!'${program(name)}'`)}`);
  writeFileSync(join(gitDir, elsewhere.worktree), setting('alias.own-config', `!'${program('config.worktree')}'`));
  writeFileSync(join(gitDir, 'info', 'attributes'), '*.info filter=evil-clean\n');
  writeFileSync(join(gitDir, 'config'), hostileConfig({ program, hooks: hooksPath, outside }));
  rmSync(mark, { force: true });

  const ran = (): string[] => (existsSync(mark) ? [...new Set(readFileSync(mark, 'utf8').trim().split('\n'))].sort() : []);
  const letGitLoose = (): string[] => {
    const copy = join(dir, 'loose');
    cpSync(path, copy, { recursive: true, verbatimSymlinks: true });
    try {
      workingDay(copy, gitDir);
      return ran();
    } finally {
      rmSync(copy, { recursive: true, force: true });
      rmSync(mark, { force: true });
    }
  };
  return {
    path, outside, ran, letGitLoose,
    sound: ['clash', 'first', 'second', 'topic'],
    pwned: () => existsSync(mark),
    letGitRun: () => {
      // The index is made stale, so that `status` has to look at the files: it asks fsmonitor and runs the clean filter.
      const file = join(path, 'a.c');
      const was = readFileSync(file);
      writeFileSync(file, 'changed\n');
      tryGit(path, ['status'], { env: { GIT_WORK_TREE: path } });
      const bit = existsSync(mark);
      writeFileSync(file, was);
      rmSync(mark, { force: true });
      return bit;
    },
    arm: () => {
      arm(path, outside);
      rmSync(mark, { force: true });
    },
    readOutside: () => readSince(outside),
  };
}

function makeHistory(path: string): void {
  const files: Readonly<Record<string, string>> = {
    'a.txt': numbered(), 'a.c': 'one\n', 'b.process': 'one\n', 'c.smudge': 'one\n', 'd.command': 'one\n', 'e.textconv': 'one\n', 'f.merge': numbered(), 'g.plain': 'one\n', 'h.info': 'one\n',
    '.gitattributes': '*.c filter=evil-clean\n*.process filter=evil-process\n*.smudge filter=evil-smudge\n*.command diff=evil-command\n*.textconv diff=evil-textconv\n*.merge merge=evil\n*.txt text eol=crlf ident\n*.big filter=lfs diff=lfs merge=lfs -text\n',
    '.gitmodules': '[submodule "evil"]\n\tpath = evil\n\turl = -u./payload\n\tupdate = !touch PWNED\n\tignore = none\n', '.mailmap': 'Good <good@example.invalid> <evil@example.invalid>\n',
    '.lfsconfig': '[lfs]\n\turl = ext::sh -c touch\n', '.git-blame-ignore-revs': `${'1'.repeat(40)}\n`, '.gitignore': '*\n!*.c\n',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  symlinkSync('../outside/secret', join(path, 'link'));
  git(path, ['add', '--all', '--force', '.']);
  git(path, ['commit', '--quiet', '--message=one']);
  const branch = (name: string, file: string, text: string): void => {
    git(path, ['checkout', '--quiet', '-b', name, 'main']);
    writeFileSync(join(path, file), text);
    git(path, ['add', '--force', file]);
    git(path, ['commit', '--quiet', `--message=${name}\n\nEvil-Command: x`]);
  };
  branch('topic', 'b.txt', 'b\n');
  branch('first', 'a.txt', numbered({ 2: 'first' }));
  branch('clash', 'a.txt', numbered({ 2: 'clash' }));
  branch('second', 'a.txt', numbered({ 12: 'second' }));
  branch('merged', 'f.merge', numbered({ 2: 'merged' }));
  branch('merging', 'f.merge', numbered({ 2: 'merging' }));
  git(path, ['checkout', '--quiet', 'main']);

  const make = (type: string, content: string): string => gitLine(path, ['hash-object', '-t', type, '-w', '--stdin', '--literally'], { input: content });
  const ref = (name: string, oid: string): void => { git(path, ['update-ref', name, oid]); };
  // Signatures of each kind, on commits and on a tag.
  for (const [name, signature] of Object.entries(SIGNATURES)) ref(`refs/heads/${name}`, make('commit', git(path, ['cat-file', 'commit', 'first']).replace('\n\n', `\ngpgsig ${signature}\n\n`)));
  ref('refs/tags/signed', make('tag', `object ${gitLine(path, ['rev-parse', 'main'])}\ntype commit\ntag signed\ntagger T <t@example.invalid> 1700000000 +0000\n\nt\n${SIGNATURES['signed-openpgp'].replaceAll('\n ', '\n')}\n`));
  // Folders that climb out of a checkout, and a content that only a remote has.
  const blob = make('blob', 'owned\n');
  const main = gitLine(path, ['rev-parse', 'main']);
  const commitOf = (tree: string): string => gitLine(path, ['commit-tree', '-p', main, '-m', 'x', tree]);
  for (const [name, entry] of [['climbing', '..'], ['in-git', '.git'], ['in-git-by-case', '.GIT'], ['in-git-by-ntfs', 'git~1'], ['absolute', '/etc']] as const) {
    const inner = make('tree', `100755 config\0${Buffer.from(blob, 'hex').toString('latin1')}`);
    ref(`refs/heads/${name}`, commitOf(make('tree', `40000 ${entry}\0${Buffer.from(inner, 'hex').toString('latin1')}`)));
  }
  const rows = git(path, ['ls-tree', 'main']);
  ref('refs/heads/promised', commitOf(gitLine(path, ['mktree', '--missing'], { input: `${rows}100644 blob ${'5'.repeat(40)}\tpromised.txt\n` })));
  // A content that only the folder outside has: whoever looks there shows it.
  const secret = gitLine(path, ['hash-object', '--stdin'], { input: `${CANARY}\n` });
  ref('refs/heads/leaking', commitOf(gitLine(path, ['mktree', '--missing'], { input: `${rows}100644 blob ${secret}\tsecret.txt\n` })));
  git(path, ['notes', 'add', '-m', 'n', 'main']);
}

function makeLeads(path: string, outside: string): void {
  const gitDir = join(path, '.git');
  // Objects in a folder of the repository's own that it borrows from: asked for by refs, if anybody obeys core.alternateRefsCommand.
  mkdirSync(join(gitDir, 'objects', 'more', 'info'), { recursive: true });
  mkdirSync(join(gitDir, 'objects', 'info'), { recursive: true });
  writeFileSync(join(gitDir, 'objects', 'info', 'alternates'), 'more\n');
  writeFileSync(join(gitDir, 'objects', 'info', 'http-alternates'), `${join(outside, 'objects')}\n`);
  mkdirSync(join(gitDir, 'remotes'));
  writeFileSync(join(gitDir, 'remotes', 'old'), 'URL: ext::sh -c touch\n');
  mkdirSync(join(gitDir, 'modules', 'evil', 'hooks'), { recursive: true });
  writeFileSync(join(gitDir, 'modules', 'evil', 'config'), '[core]\n\tfsmonitor = touch PWNED\n');
}

function makeOutside(outside: string, main: string): void {
  mkdirSync(outside);
  for (const name of [...fileNames, 'secret', 'credentials']) writeFileSync(join(outside, name), `${CANARY}\n`);
  rmSync(join(outside, 'worktree'));
  mkdirSync(join(outside, 'worktree'));
  writeFileSync(join(outside, 'worktree', CANARY), `${CANARY}\n`);
  // Whoever follows a ref here has a source of this name, and an object of this content.
  writeFileSync(join(outside, 'ref'), `${main}\n`);
  mkdirSync(join(outside, 'objects'));
  mkdirSync(join(outside, 'refs/heads'), { recursive: true });
  for (const name of ['composed', 'served']) writeFileSync(join(outside, 'refs/heads', name), `${main}\n`);
  git(outside, ['init', '--quiet', '--bare', '--template=', 'secret.git']);
  git(join(outside, 'secret.git'), ['hash-object', '-w', '--stdin'], { input: `${CANARY}\n` });
}

/** What people and their tools have git do in a day, in the repository's own configuration. */
function workingDay(path: string, gitDir: string): void {
  const env = {
    PATH: process.env['PATH'] ?? '', HOME: '/dev/null/home', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_WORK_TREE: path, GIT_TERMINAL_PROMPT: '0', TERM: 'xterm', LC_ALL: 'C',
    GIT_AUTHOR_DATE: '1700000000 +0000', GIT_COMMITTER_DATE: '1700000000 +0000',
  };
  const run = (args: readonly string[], input = '', program = 'git'): string =>
    spawnSync(program, args, { cwd: path, env, input, encoding: 'latin1', timeout: 10_000, killSignal: 'SIGKILL' }).stdout ?? '';
  // A filter that speaks no protocol ends the first command that needs it; the others go without.
  const calm = ['-c', 'filter.evil-process.process=', '-c', 'core.fsmonitor=false'];
  const unsigned = [...calm, '-c', 'commit.gpgSign=false', '-c', 'merge.verifySignatures=false', '-c', 'log.showSignature=false'];
  const hooked = [...unsigned, '-c', `core.hooksPath=${join(gitDir, 'hooks')}`, '-c', 'core.editor=true'];
  for (const name of ['a.c', 'a.txt', 'b.process', 'c.smudge', 'd.command', 'e.textconv', 'g.plain']) writeFileSync(join(path, name), 'changed\n');
  run(['status']);
  run([...calm, 'diff']);
  run([...calm, 'diff', '--no-ext-diff']);
  run([...calm, 'difftool', '-y', 'HEAD', '--', 'g.plain']);
  run([...calm, '-c', 'diff.external=', '-c', 'color.ui=always', 'add', '-p'], 'q\n');
  for (const name of Object.keys(SIGNATURES)) run(['log', '-1', '--show-signature', name]);
  run([...calm, 'commit', '--allow-empty', '-m', 'signed']);
  run([...unsigned, 'commit', '--allow-empty']);
  run([...hooked, 'commit', '--quiet', '-a', '-m', 'x']);
  for (const alias of ['evil', 'own-config', ...elsewhere.included]) run([alias]);
  for (const remote of ['ext', 'ssh', 'git', 'instead', 'vcs']) run(['fetch', remote, 'main']);
  run(['push', 'https://push.example.invalid/x', 'main']);
  run(['-c', `remote.up.url=${path}`, 'fetch', 'up', 'main']);
  run([...hooked, 'fetch', path, 'refs/heads/topic:refs/heads/fetched']);
  run([...hooked, '-c', `remote.up.url=${path}`, 'push', 'up', 'main:refs/heads/pushed']);
  run([...hooked, 'push', path, 'topic:refs/heads/pushed-here', 'topic:refs/for/x']);
  run(['credential', 'fill'], 'protocol=https\nhost=example.invalid\n\n');
  run(['cat-file', '-e', '5'.repeat(40)]);
  run([...hooked, 'reset', '--hard', '--quiet', 'merged']);
  run([...hooked, 'merge', '--no-edit', 'merging']);
  run([...calm, 'mergetool', '-y']);
  run([...hooked, 'reset', '--hard', '--quiet', 'merged']);
  run([...hooked, 'merge', '--no-edit', '--no-ff', 'topic']);
  run([...hooked, 'checkout', '--quiet', '--force', 'topic']);
  run([...hooked, 'am', '--quiet'], run([...unsigned, '-c', 'format.outputDirectory=', 'format-patch', '--no-signature', '--stdout', '--no-ext-diff', '--no-textconv', '-1', 'second']));
  run([...hooked, 'rebase', '--quiet', '-i', '--force-rebase', 'HEAD~1']);
  run(['interpret-trailers'], 'subject\n\nbody\n\nEvil-Cmd: x\n');
  run([...calm, 'archive', '--format=tar.evil', 'HEAD']);
  run(['web--browse', '-b', 'evil', 'http://example.invalid']);
  run(['help', '-m', 'git']);
  run([...hooked, 'gc', '--auto', '--quiet']);
  run(['gc', '--quiet', '--prune=now']);
  run(['imap-send'], 'From 0 Mon Sep 17 00:00:00 2001\nFrom: a@example.invalid\nSubject: x\nDate: x\n\nx\n');
  if (spawnSync('script', ['--version']).status === 0) run(['-qec', 'git log -1; git branch', '/dev/null'], '', 'script');
}

/** Pipes hang whoever opens them; the indexes send every look-up to the wrong place. */
function arm(path: string, outside: string): void {
  const gitDir = join(path, '.git');
  const env = { GIT_WORK_TREE: path, GIT_NO_REPLACE_OBJECTS: '1' };
  const objects = git(path, ['cat-file', '--batch-all-objects', '--batch-check=%(objectname)'], { env });
  git(path, ['pack-objects', '-q', join(gitDir, 'objects/pack/pack')], { env, input: objects });
  git(path, ['prune-packed', '-q'], { env });
  git(path, ['multi-pack-index', 'write'], { env });
  git(path, ['commit-graph', 'write', '--stdin-commits'], { env, input: git(path, ['rev-parse', 'main', 'first', 'second', 'clash', 'topic'], { env }) });
  writeFileSync(join(gitDir, 'info', 'grafts'), `${gitLine(path, ['rev-parse', 'first'])}\n`);
  git(path, ['replace', 'first', 'clash'], { env: { GIT_WORK_TREE: path } });
  // Refs that lead outside by link, by their own word and by name; git stops at some of them, so they come last.
  symlinkSync(join(outside, 'ref'), join(gitDir, 'refs/heads/linked'));
  symlinkSync(outside, join(gitDir, 'refs/heads/linked-folder'));
  symlinkSync('../../../../outside/ref', join(gitDir, 'refs/heads/linked-relative'));
  writeFileSync(join(gitDir, 'refs/heads/symbolic-outside'), 'ref: ../../outside/ref\n');
  writeFileSync(join(gitDir, 'refs/heads/symbolic-absolute'), `ref: ${join(outside, 'ref')}\n`);
  writeFileSync(join(gitDir, 'refs/heads/symbolic-through-link'), 'ref: refs/heads/linked-folder/ref\n');
  mkdirSync(join(gitDir, 'refs/remotes/origin'), { recursive: true });
  writeFileSync(join(gitDir, 'refs/remotes/origin/HEAD'), 'ref: refs/heads/linked-folder/ref\n');
  writeFileSync(join(gitDir, 'refs/heads/garbage'), 'garbage\n');
  const main = gitLine(path, ['rev-parse', 'main']);
  writeFileSync(join(gitDir, 'packed-refs'), ['../../outside/ref', 'refs/heads/../../../outside/ref', 'refs/heads/.hidden', 'refs/heads/packed'].map((name) => `${main} ${name}\n`).join(''));
  // A branch's log is deleted with it: here it would be a file of somebody else's.
  rmSync(join(gitDir, 'logs'), { recursive: true, force: true });
  symlinkSync(outside, join(gitDir, 'logs'));
  rotate(join(gitDir, 'objects/pack/multi-pack-index'), 12, 'OOFF', 8, 8);
  rotate(join(gitDir, 'objects/info/commit-graph'), 8, 'CDAT', 36, 20);
  for (const name of ['index', 'info/exclude', 'info/sparse-checkout', 'FETCH_HEAD', 'ORIG_HEAD', 'MERGE_HEAD', 'COMMIT_EDITMSG', 'description', 'hooks/pre-solve-refs', 'gitweb.conf', 'rr-cache']) {
    const at = join(gitDir, name);
    mkdirSync(join(at, '..'), { recursive: true });
    rmSync(at, { recursive: true, force: true });
    if (spawnSync('mkfifo', [at]).status !== 0) throw new Error('this fixture needs mkfifo');
  }
}

/** Gives each row of a chunk the first bytes of its neighbour, and the file a checksum that fits. */
function rotate(file: string, header: number, chunk: string, row: number, bytes: number): void {
  const content = readFileSync(file);
  const chunks: { id: string; at: number }[] = [];
  for (let at = header; ; at += 12) {
    chunks.push({ id: content.toString('latin1', at, at + 4), at: Number(content.readBigUInt64BE(at + 4)) });
    if (chunks.at(-1)!.id === '\0\0\0\0') break;
  }
  const index = chunks.findIndex(({ id }) => id === chunk);
  if (index < 0) throw new Error(`${file} has no ${chunk}`);
  const rows = content.subarray(chunks[index]!.at, chunks[index + 1]!.at);
  const was = Buffer.from(rows);
  for (let at = 0; at + row <= rows.length; at += row) was.copy(rows, at, (at + row) % was.length, ((at + row) % was.length) + bytes);
  createHash('sha1').update(content.subarray(0, -20)).digest().copy(content, content.length - 20);
  rmSync(file);
  writeFileSync(file, content);
}

/** Times of reading are set back to before those of writing: the next read moves them, on file systems that keep them at all. */
function readSince(outside: string): string[] | null {
  const all = (folder: string): string[] => readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return lstatSync(path).isDirectory() ? all(path) : [path];
  });
  const control = join(outside, '..', 'control');
  const long = new Date(86_400_000);
  const read = all(outside).filter((path) => statSync(path).atimeMs > long.getTime());
  writeFileSync(control, CANARY);
  utimesSync(control, long, new Date());
  readFileSync(control);
  const tells = statSync(control).atimeMs > long.getTime();
  rmSync(control);
  for (const path of all(outside)) utimesSync(path, long, new Date());
  return tells ? read : null;
}
