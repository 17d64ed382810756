// Danger: a kind of repository that one reader opens otherwise than the other, or that Acumen harms when it writes back. Each kind
// is made by git, imported through both readers, and either gives the same changes or is refused for the reason stated here.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { git, gitLine, tempDir, tryGit } from '../../../testkit/git.ts';
import type { TempDir } from '../../../testkit/git.ts';
import { load } from '../../../testkit/loaded.ts';
import { fixtureRepository } from '../../../testkit/reftable/fixture.ts';
import { numbered } from '../../../testkit/small.ts';
import { openRepository } from '../git/open.ts';
import { Workspace } from './workspace.ts';

let dir: TempDir;
beforeAll(() => { dir = tempDir('kinds'); });
afterAll(() => { dir.remove(); });
const at = (...parts: string[]): string => join(realpathSync(dir.path), ...parts);

type Kind = 'embedded' | 'native';
const both: readonly Kind[] = ['embedded', 'native'];

/** main with three commits, three branches off it of which two conflict, a stack of two, and a tag of each sort. */
function origin(path: string, format = 'sha1'): string {
  mkdirSync(path, { recursive: true });
  git(path, ['init', '-q', '-b', 'main', `--object-format=${format}`]);
  const put = (name: string, text: string): void => { mkdirSync(dirname(join(path, name)), { recursive: true }); writeFileSync(join(path, name), text); };
  const commit = (files: Readonly<Record<string, string>>, message: string): void => {
    for (const [name, text] of Object.entries(files)) put(name, text);
    git(path, ['add', '-A']);
    git(path, ['commit', '-q', '-m', message]);
  };
  commit({ 'a.txt': numbered(20), 'b.txt': numbered(20) }, 'Begin');
  commit({ 'c/d.txt': 'd\n' }, 'Go on');
  commit({ 'b.txt': numbered(20, { 15: 'main' }) }, 'Move on');
  for (const [name, from, files] of [
    ['first', 'main', { 'a.txt': numbered(20, { 2: 'first' }) }], ['clash', 'main', { 'a.txt': numbered(20, { 2: 'clash' }) }],
    ['second', 'main', { 'a.txt': numbered(20, { 12: 'second' }) }], ['lower', 'main~1', { 'e.txt': numbered(5) }], ['upper', 'lower', { 'e.txt': numbered(5, { 3: 'upper' }) }],
  ] as const) {
    git(path, ['checkout', '-q', '-b', name, from]);
    commit(files, `Change ${name}`);
  }
  git(path, ['checkout', '-q', 'main']);
  git(path, ['tag', '-a', '-m', 't', 'annotated', 'main']);
  git(path, ['tag', 'light', 'first']);
  return path;
}

const copyOf = (from: string, name: string): string => { cpSync(from, at(name), { recursive: true, verbatimSymlinks: true, preserveTimestamps: true }); return at(name); };
const plain = (name: string): string => copyOf(at('origin'), name);
function bareOf(name: string, ...more: string[]): string {
  git(dir.path, ['clone', '-q', '--bare', ...more, `file://${at('origin')}`, at(name)]);
  return at(name);
}

interface Seen { readonly reader: Kind; readonly acus: readonly string[]; readonly sources: readonly string[]; readonly skipped: readonly string[]; readonly standings: Readonly<Record<string, string>>; readonly digest: string }

async function seen(path: string, reader: Kind): Promise<Seen> {
  const loaded = await load(path, { reader });
  expect(loaded.reader.kind).toBe(reader);
  await loaded.close();
  const { acus, sources, digest } = loaded.engine;
  return {
    reader, digest, acus: acus.map(({ id }) => id), sources: sources.map(({ name }) => name), skipped: loaded.published.skipped.map(({ name }) => name),
    standings: Object.fromEntries(acus.map((acu) => [acu.name, acu.standing])),
  };
}

beforeAll(() => {
  origin(at('origin'));
  origin(at('origin-256'), 'sha256');
});

/** What every repository of `origin`'s own branches holds. */
const NAMES = ['clash', 'first', 'lower', 'second', 'upper'];

const readable: readonly { readonly name: string; readonly make: (name: string) => string; readonly readers?: readonly Kind[]; readonly names?: readonly string[] }[] = [
  { name: 'a working tree with loose objects', make: plain },
  { name: 'a working tree, packed', make: (name) => { const path = plain(name); git(path, ['gc', '-q']); return path; } },
  { name: 'half packed, half loose, refs too', make: (name) => { const path = plain(name); git(path, ['gc', '-q']); git(path, ['checkout', '-q', 'first']); git(path, ['commit', '-q', '--amend', '-m', 'Again']); git(path, ['checkout', '-q', 'main']); return path; } },
  { name: 'many packs with a shared index, bitmaps and a commit graph', make: (name) => { const path = plain(name); git(path, ['repack', '-q']); git(path, ['commit', '-q', '--allow-empty', '-m', 'x']); git(path, ['repack', '-q']); git(path, ['multi-pack-index', 'write']); git(path, ['commit-graph', 'write', '--reachable']); git(path, ['repack', '-q', '-a', '-b']); return path; } },
  { name: 'bare', make: (name) => bareOf(name) },
  { name: 'a folder deep inside a working tree', make: (name) => join(plain(name), 'c') },
  { name: 'a linked working tree', make: (name) => { const path = plain(`${name}-main`); git(path, ['worktree', 'add', '-q', at(name), 'first']); return at(name); } },
  { name: 'a linked working tree of a bare repository', make: (name) => { const path = bareOf(`${name}-bare`); git(path, ['worktree', 'add', '-q', at(name), 'first']); return at(name); } },
  { name: 'working trees with a configuration of their own', make: (name) => { const path = plain(`${name}-main`); git(path, ['config', 'extensions.worktreeConfig', 'true']); git(path, ['worktree', 'add', '-q', at(name), 'first']); git(at(name), ['config', '--worktree', 'core.sparseCheckout', 'true']); return at(name); } },
  { name: 'a submodule', make: (name) => { const outer = plain(`${name}-outer`); git(outer, ['-c', 'protocol.file.allow=always', 'submodule', '-q', 'add', at('origin'), 'module']); return join(outer, 'module'); }, names: NAMES.map((n) => `origin/${n}`) },
  { name: 'a .git file with a relative path to its own working tree', make: (name) => { const path = plain(`${name}-main`); git(path, ['worktree', 'add', '-q', at(name), 'first']); writeFileSync(at(name, '.git'), `gitdir: ${relative(at(name), join(path, '.git', 'worktrees', name))}\n`); return at(name); } },
  { name: 'HEAD on no branch', make: (name) => { const path = plain(name); git(path, ['checkout', '-q', '--detach', 'first']); return path; } },
  { name: 'HEAD as a symbolic link into refs', make: (name) => { const path = plain(name); rmSync(join(path, '.git/HEAD')); symlinkSync('refs/heads/main', join(path, '.git/HEAD')); return path; } },
  { name: 'a clone cut off below its branches', make: (name) => bareOf(name, '--depth=3', '--no-single-branch') },
  { name: 'alternates inside it', make: (name) => { const path = plain(name); moveObjects(path, 'more'); alternates(path, `# inside\n${join(path, '.git/objects/more')}\n`); return path; } },
  { name: 'a relative alternate inside it', make: (name) => { const path = plain(name); moveObjects(path, 'more'); alternates(path, 'more\n'); return path; } },
  { name: 'a chain of alternates inside it that comes back to its beginning', make: (name) => {
    const path = plain(name);
    moveObjects(path, 'one/two');
    alternates(path, 'one\n');
    for (const [folder, line] of [['one', join(path, '.git/objects/one/two')], ['one/two', join(path, '.git/objects/one')]] as const) {
      mkdirSync(join(path, '.git/objects', folder, 'info'), { recursive: true });
      writeFileSync(join(path, '.git/objects', folder, 'info/alternates'), `${line}\n${join(path, '.git/objects')}\n`);
    }
    return path;
  } },
  { name: 'the longest chain of alternates that git follows', make: (name) => chain(plain(name), 6) },
  { name: 'replacements and grafts, which say otherwise than the objects', make: (name) => { const path = plain(name); git(path, ['replace', gitLine(path, ['rev-parse', 'first']), gitLine(path, ['rev-parse', 'clash'])]); mkdirSync(join(path, '.git/info'), { recursive: true }); writeFileSync(join(path, '.git/info/grafts'), `${gitLine(path, ['rev-parse', 'second'])}\n`); return path; } },
  { name: 'SHA-256', make: (name) => copyOf(at('origin-256'), name), readers: ['native'] },
  { name: 'SHA-256, packed, bare', make: (name) => { git(dir.path, ['clone', '-q', '--bare', `file://${at('origin-256')}`, at(name)]); git(at(name), ['gc', '-q']); return at(name); }, readers: ['native'] },
  { name: 'SHA-256, a linked working tree', make: (name) => { const path = copyOf(at('origin-256'), `${name}-main`); git(path, ['worktree', 'add', '-q', at(name), 'first']); return at(name); }, readers: ['native'] },
];

function moveObjects(path: string, to: string): void {
  const objects = join(path, '.git/objects');
  mkdirSync(join(objects, to), { recursive: true });
  for (const folder of readdirSync(objects).filter((entry) => /^[0-9a-f]{2}$/.test(entry))) renameSync(join(objects, folder), join(objects, to, folder));
}

/** Each folder borrows from the next, by a path relative to itself; the objects are in the last. */
function chain(path: string, steps: number): string {
  const folders = Array.from({ length: steps }, (_, i) => Array.from({ length: i + 1 }, (__, n) => `s${n}`).join('/'));
  moveObjects(path, folders.at(-1)!);
  alternates(path, `${folders[0]}\n`);
  for (const [i, folder] of folders.slice(0, -1).entries()) {
    mkdirSync(join(path, '.git/objects', folder, 'info'), { recursive: true });
    writeFileSync(join(path, '.git/objects', folder, 'info/alternates'), `s${i + 1}\n`);
  }
  return path;
}

function alternates(path: string, text: string): void {
  mkdirSync(join(path, '.git/objects/info'), { recursive: true });
  writeFileSync(join(path, '.git/objects/info/alternates'), text);
}

/** Every file of the repository with its content, but for what a write-back makes. */
function fingerprint(root: string): Map<string, string> {
  const all = new Map<string, string>();
  const walk = (folder: string): void => {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      const shown = relative(root, path);
      const stat = lstatSync(path);
      if (/(?:^|\/)objects\/|refs\/heads\/composed$/.test(shown)) continue;
      if (stat.isDirectory()) walk(path);
      else all.set(shown, stat.isSymbolicLink() ? readlinkSync(path) : stat.isFile() ? `${stat.mtimeMs} ${createHash('sha256').update(readFileSync(path)).digest('hex')}` : 'special');
    }
  };
  walk(root);
  return all;
}

describe.each(readable.map((kind, n) => ({ ...kind, n })))('$name', ({ name, n, make, readers = both, names = NAMES }) => {
  let path: string;
  const folder = name.replace(/[^a-zA-Z0-9]+/g, '-').slice(0, 40);
  beforeAll(() => { path = make(folder); });

  test('gives the same changes through both readers, or says what it needs', async () => {
    const first = await seen(path, readers[0]!);
    expect(first.acus.length).toBeGreaterThanOrEqual(NAMES.length);
    expect(first.sources).toEqual(expect.arrayContaining([...names]));
    for (const reader of both) {
      if (readers.includes(reader)) expect(await seen(path, reader)).toEqual({ ...first, reader });
      else await expect(openRepository(path, { reader })).rejects.toMatchObject({ code: 'unsupported-repository', hint: expect.stringContaining('native reader') });
    }
  });

  test('is written back to and undone, and nothing else in it changes', async () => {
    // What is written does not depend on who reads: the kinds take turns.
    const reader = readers[n % readers.length]!;
    const workspace = await Workspace.open(at(`${folder}-${reader}.acumen`), { git: reader });
    try {
      await workspace.call('import', { path, base: null, refs: [], grain: 'branch', ticket: '1' });
      const { gitDir } = await workspace.repository();
      const before = fingerprint(gitDir);
      const acus = [names[1]!, names[3]!].flatMap((source) => workspace.engine.named(source));
      const { commit, tree } = await workspace.call('writeBranch', { name: 'composed', acus, ticket: '2' });
      expect(commit.length).toBe(gitLine(gitDir, ['rev-parse', 'refs/heads/composed']).length);
      expect(gitLine(gitDir, ['rev-parse', 'refs/heads/composed', 'refs/heads/composed^{tree}'])).toBe(`${commit}\n${tree}`);
      const [one, other] = [names[1]!, names[3]!].map((source) => (source.includes('/') ? `refs/remotes/${source}` : `refs/heads/${source}`)) as [string, string];
      expect(tryGit(gitDir, ['merge-tree', '--write-tree', one, other], { env: { GIT_GRAFT_FILE: '/dev/null' } }).stdout.trim()).toBe(tree);
      expect(git(gitDir, ['fsck', '--strict', '--no-dangling', '--no-progress'], { env: { GIT_GRAFT_FILE: '/dev/null' } })).toBe('');
      await workspace.call('undo', { ticket: '3' });
      expect(tryGit(gitDir, ['rev-parse', '--verify', '-q', 'refs/heads/composed']).status).toBe(1);
      await workspace.call('redo', { ticket: '4' });
      expect(gitLine(gitDir, ['rev-parse', 'refs/heads/composed'])).toBe(commit);
      await workspace.call('undo', { ticket: '5' });
      expect(fingerprint(gitDir)).toEqual(before);
      expect(git(gitDir, ['fsck', '--strict', '--no-dangling', '--no-progress'], { env: { GIT_GRAFT_FILE: '/dev/null' } })).toBe('');
    } finally {
      await workspace.close();
    }
  });
});

describe('a partial clone', () => {
  /** Fetching what is missing would start `git-remote-ext`, and with it a shell that leaves a mark. */
  function partial(name: string, filter: string): { path: string; mark: string } {
    git(at('origin'), ['config', 'uploadpack.allowFilter', 'true']);
    const path = bareOf(name, `--filter=${filter}`);
    const mark = at(`${name}-FETCHED`);
    writeFileSync(`${mark}.sh`, `#!/bin/sh\ntouch '${mark}'\n`, { mode: 0o755 });
    git(path, ['config', 'remote.origin.url', `ext::${mark}.sh`]);
    git(path, ['config', 'protocol.ext.allow', 'always']);
    return { path, mark };
  }
  const held = (path: string): string => git(path, ['cat-file', '--batch-all-objects', '--batch-check=%(objectname)', '--unordered'], { env: { GIT_NO_LAZY_FETCH: '1' } });

  test('without contents: what needs them has no verdict and says why, nothing is fetched', async () => {
    const { path, mark } = partial('blobless', 'blob:none');
    const before = held(path);
    for (const reader of both) {
      const answer = await seen(path, reader);
      expect(answer.sources).toEqual(expect.arrayContaining(NAMES));
      expect(Object.values(answer.standings)).toContain('inexact');
      const opened = await openRepository(path, { reader });
      await expect(opened.blob(gitLine(at('origin'), ['rev-parse', 'first:a.txt']) as never)).rejects.toMatchObject({ code: 'missing-object', data: { reason: 'partial' } });
      await opened.close();
    }
    expect(await seen(path, 'embedded')).toEqual({ ...await seen(path, 'native'), reader: 'embedded' });
    expect(existsSync(mark)).toBe(false);
    expect(held(path)).toBe(before);
    // git itself would have run it.
    tryGit(path, ['cat-file', 'blob', gitLine(at('origin'), ['rev-parse', 'first:a.txt'])], { env: { GIT_NO_LAZY_FETCH: '0' } });
    expect(existsSync(mark)).toBe(true);
  });

  test('whose contents are there for one branch: that branch has its verdict, the others go on without', async () => {
    const { path, mark } = partial('some', 'blob:none');
    for (const rev of ['main:a.txt', 'first:a.txt', 'second:a.txt']) git(path, ['hash-object', '-w', '--stdin'], { input: git(at('origin'), ['cat-file', 'blob', rev]) });
    for (const reader of both) {
      const { standings } = await seen(path, reader);
      expect(standings).toMatchObject({ first: 'exact', second: 'exact', clash: 'inexact' });
    }
    expect(existsSync(mark)).toBe(false);
  });

  test('without folders: said, not fetched', async () => {
    const { path, mark } = partial('treeless', 'tree:0');
    const answers = await Promise.all(both.map((reader) => seen(path, reader).then(({ sources, skipped, standings }) => ({ sources, skipped, standings }), (error: { code: string; data: object }) => ({ code: error.code, data: error.data }))));
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toMatchObject({ sources: ["main"], skipped: NAMES, standings: {} });
    expect(existsSync(mark)).toBe(false);
  });
});

test('a shallow clone: what needs the missing part says so, the rest stands', async () => {
  const path = bareOf('shallow', '--depth=1', '--no-single-branch');
  const answers = await Promise.all(both.map((reader) => seen(path, reader)));
  expect(answers[0]).toEqual({ ...answers[1], reader: 'embedded' });
  // Cut off at each branch's tip, nothing shares a history with main any more.
  expect([...answers[0]!.sources, ...answers[0]!.skipped].sort()).toEqual(['main', ...NAMES].sort());
});

test.each(['sha1', 'sha256'] as const)('refs kept as a reftable, %s: imported and composed, written back to by nobody', async (format) => {
  const path = at(`reftable-${format}`);
  fixtureRepository(path, format);
  const readers: readonly Kind[] = format === 'sha1' ? both : ['native'];
  for (const reader of readers) {
    const workspace = await Workspace.open(at(`reftable-${format}-${reader}.acumen`), { git: reader });
    try {
      await workspace.call('import', { path, base: null, refs: ['refs/heads/*'], grain: 'branch', ticket: '1' });
      const acus = ['first', 'upper'].flatMap((name) => workspace.engine.named(name));
      await workspace.call('compose', { acus, ticket: '2' });
      const objects = readdirSync(join(path, 'objects'), { recursive: true }).sort();
      const before = fingerprint(path);
      await expect(workspace.call('writeBranch', { name: 'composed', acus, ticket: '3' })).rejects.toMatchObject({ code: 'unsupported-repository', hint: expect.stringContaining('git refs migrate') });
      expect(fingerprint(path)).toEqual(before);
      expect(readdirSync(join(path, 'objects'), { recursive: true }).sort()).toEqual(objects);
      expect(workspace.log.map(({ kind }) => kind)).toEqual(['import', 'compose']);
    } finally {
      await workspace.close();
    }
  }
});

describe('refused before anything is read through it', () => {
  const fifo = (path: string): void => { if (spawnSync('mkfifo', [path]).status !== 0) throw new Error('this test needs mkfifo'); };
  /** objects that are not the repository's own */
  const secret = (): string => join(realpathSync(at('origin')), '.git', 'objects');

  const refused: readonly (readonly [string, string, (path: string) => string | void])[] = [
    ['an alternate outside', 'unsupported-repository', (path) => alternates(path, `${secret()}\n`)],
    ['a relative alternate outside', 'unsupported-repository', (path) => alternates(path, '../../../origin/.git/objects\n')],
    ['a quoted alternate', 'unsupported-repository', (path) => alternates(path, `"${secret()}"\n`)],
    ['an alternate outside behind a comment and one inside', 'unsupported-repository', (path) => { mkdirSync(join(path, '.git/objects/more')); alternates(path, `# x\nmore\n${secret()}\n`); }],
    ['a chain of alternates that leads outside', 'unsupported-repository', (path) => { mkdirSync(join(path, '.git/objects/more/info'), { recursive: true }); writeFileSync(join(path, '.git/objects/more/info/alternates'), `${secret()}\n`); alternates(path, 'more\n'); }],
    ['a longer chain of alternates than git follows', 'unsupported-repository', (path) => { chain(path, 7); }],
    ['an alternate that is its neighbour by its name', 'unsupported-repository', (path) => { symlinkSync(secret(), join(path, '.git/objects-more')); alternates(path, `${join(path, '.git/objects-more')}\n`); }],
    ['an alternate that is a link inside', 'unsupported-repository', (path) => { symlinkSync(secret(), join(path, '.git/objects/more')); alternates(path, 'more\n'); }],
    ['an alternate that is a pipe', 'unsupported-repository', (path) => { fifo(join(path, '.git/objects/more')); alternates(path, 'more\n'); }],
    ['alternates that are a pipe', 'unsupported-repository', (path) => { mkdirSync(join(path, '.git/objects/info'), { recursive: true }); fifo(join(path, '.git/objects/info/alternates')); }],
    ['alternates that are a link', 'unsupported-repository', (path) => { mkdirSync(join(path, '.git/objects/info'), { recursive: true }); symlinkSync('/etc/passwd', join(path, '.git/objects/info/alternates')); }],
    ['alternates beyond all size', 'too-large', (path) => alternates(path, '#'.repeat(2 << 20))],
    ['.git that is a link', 'unsupported-repository', (path) => { rmSync(join(path, '.git'), { recursive: true }); symlinkSync(at('origin', '.git'), join(path, '.git')); }],
    ['a .git file that leads to another repository', 'unsupported-repository', (path) => { rmSync(join(path, '.git'), { recursive: true }); writeFileSync(join(path, '.git'), `gitdir: ${at('origin', '.git')}\n`); }],
    ['a .git file that leads to a pipe', 'unsupported-repository', (path) => { rmSync(join(path, '.git'), { recursive: true }); fifo(join(path, 'pipe')); writeFileSync(join(path, '.git'), 'gitdir: pipe\n'); }],
    ['a .git file that leads to itself', 'unsupported-repository', (path) => { rmSync(join(path, '.git'), { recursive: true }); writeFileSync(join(path, '.git'), 'gitdir: .git\n'); }],
    ['two .git files that lead to each other', 'unsupported-repository', (path) => { rmSync(join(path, '.git'), { recursive: true }); mkdirSync(join(path, 'other')); writeFileSync(join(path, '.git'), 'gitdir: other/.git\n'); writeFileSync(join(path, 'other/.git'), 'gitdir: ../.git\n'); }],
    ['.git that is a pipe', 'not-a-repository', (path) => { rmSync(join(path, '.git'), { recursive: true }); fifo(join(path, '.git')); }],
    ['a common folder that is another repository', 'unsupported-repository', (path) => writeFileSync(join(path, '.git/commondir'), at('origin', '.git'))],
    ['common folders that lead to each other', 'unsupported-repository', (path) => writeFileSync(join(path, '.git/commondir'), '.')],
  ];

  test.each(refused)('%s', async (name, code, spoil) => {
    const path = plain(`refused-${name.replaceAll(' ', '-')}`);
    spoil(path);
    for (const reader of both) {
      // Whatever it is, no answer may come from the repository that it leads to, nor from one above it.
      await expect(openRepository(path, { reader }), reader).rejects.toMatchObject({ code });
    }
  });

  test('what our own environment says of git is not heard', async () => {
    const path = plain('environment');
    const script = `import { openRepository } from ${JSON.stringify(join(import.meta.dirname, '../git/open.ts'))};
      for (const reader of ['embedded', 'native']) { const r = await openRepository(${JSON.stringify(path)}, { reader }); console.log(r.gitDir, await r.resolve('main'), await r.has(process.argv.at(-1))); await r.close(); }`;
    const secretBlob = gitLine(at('origin'), ['hash-object', '-w', '--stdin'], { input: 'not for you' });
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', script, secretBlob], {
      encoding: 'utf8', timeout: 30_000,
      env: {
        PATH: process.env['PATH'], GIT_DIR: at('origin-256', '.git'), GIT_COMMON_DIR: '/nowhere', GIT_OBJECT_DIRECTORY: secret(), GIT_ALTERNATE_OBJECT_DIRECTORIES: secret(), GIT_INDEX_FILE: '/nowhere', GIT_WORK_TREE: '/',
        GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'core.fsmonitor', GIT_CONFIG_VALUE_0: `touch ${at('ENVIRONMENT')}`, GIT_CONFIG: '/nowhere', GIT_TRACE: at('TRACE'), GIT_TRACE2: at('TRACE'), GIT_EXEC_PATH: at('nowhere'), GIT_NAMESPACE: 'x', GIT_GRAFT_FILE: '/nowhere', GIT_SHALLOW_FILE: '/nowhere',
      },
    });
    const line = `${join(path, '.git')} ${gitLine(path, ['rev-parse', 'main'])} false`;
    expect([run.status, run.stderr, run.stdout]).toEqual([0, '', `${line}\n${line}\n`]);
    expect([at('TRACE'), at('ENVIRONMENT')].filter((file) => existsSync(file))).toEqual([]);
  });
});
