// Danger: their repository harmed. Everything in it but the new objects and the one branch is hashed before and after; git checks
// what was written; and whoever else moves the branch at the same moment must not be overwritten (law 10).
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fromBytes, fromUtf8 } from '../../core/bytes.ts';
import type { ByteString, Oid } from '../../core/bytes.ts';
import { Mode } from '../../core/repository.ts';
import { git, gitFields, gitLine, tempDir, tryGit } from '../../../testkit/git.ts';
import type { TempDir } from '../../../testkit/git.ts';
import { hostileRepository } from '../../../testkit/hostile/repository.ts';
import { oddWorktree } from '../../../testkit/oddWorktree.ts';
import { openRepository } from './embedded/reader.ts';
import { openWriter } from './writer.ts';

let dir: TempDir;
let count = 0;
beforeAll(() => { dir = tempDir('writer'); });
afterAll(() => { dir.remove(); });

interface Repo { readonly path: string; readonly gitDir: string; readonly tip: Oid; readonly first: Oid }

/** A working tree on main with two commits and the branch `other`. */
function repo(): Repo {
  const path = join(dir.path, `repo-${count++}`);
  mkdirSync(path);
  git(path, ['init', '--quiet', '--initial-branch=main']);
  writeFileSync(join(path, 'file'), 'one\n');
  git(path, ['add', '--all']);
  git(path, ['commit', '--quiet', '-m', 'one']);
  writeFileSync(join(path, 'file'), 'two\n');
  git(path, ['commit', '--quiet', '-a', '-m', 'two']);
  git(path, ['branch', 'other']);
  return { path, gitDir: join(path, '.git'), tip: gitLine(path, ['rev-parse', 'main']) as Oid, first: gitLine(path, ['rev-parse', 'main~1']) as Oid };
}

/** Every file below `root` with its content, mode and time of change, but for those whose path matches `except`. */
function fingerprint(root: string, except: RegExp): Map<string, string> {
  const all = new Map<string, string>();
  const walk = (at: string): void => {
    for (const name of readdirSync(at)) {
      const path = join(at, name);
      const shown = relative(root, path);
      const stat = lstatSync(path);
      if (except.test(shown)) continue;
      if (stat.isDirectory()) {
        all.set(`${shown}/`, String(stat.mode));
        walk(path);
      } else {
        all.set(shown, stat.isSymbolicLink() ? readlinkSync(path) : `${stat.mode} ${stat.mtimeMs} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`);
      }
    }
  };
  walk(root);
  return all;
}

/** git moving the branch in a process of its own, while ours goes on. */
async function gitMoves(path: string, from: Oid, to: Oid): Promise<boolean> {
  try {
    for await (const _ of gitFields(path, ['update-ref', 'refs/heads/other', to, from], []));
    return true;
  } catch {
    return false;
  }
}

const who = { name: fromUtf8('Ächter Name'), email: 'a@example.invalid' as ByteString, time: 1700000000, offset: -210 };

describe('objects', () => {
  test('have the ids and the form that git gives them', async () => {
    const { path, gitDir, tip } = repo();
    const writer = openWriter(gitDir);
    for (const bytes of [new Uint8Array(), Uint8Array.of(0, 255, 10, 13), new TextEncoder().encode('x'.repeat(10_000)), new Uint8Array(9 << 20).fill(7)]) {
      const oid = await writer.writeBlob(bytes);
      expect(oid).toBe(gitLine(path, ['hash-object', '--stdin'], { input: bytes }));
      expect(fromBytes(bytes)).toBe(git(path, ['cat-file', 'blob', oid]));
      expect(statSync(join(gitDir, 'objects', oid.slice(0, 2), oid.slice(2))).mode & 0o777).toBe(0o444);
      expect(await writer.writeBlob(bytes)).toBe(oid);
    }
    const blob = await writer.writeBlob(Uint8Array.of(1));
    const folder = await writer.writeTree([{ name: 'x' as ByteString, mode: Mode.executable, oid: blob }]);
    const tree = await writer.writeTree([
      { name: 'a0' as ByteString, mode: Mode.file, oid: blob }, { name: 'a' as ByteString, mode: Mode.tree, oid: folder }, { name: 'a.b' as ByteString, mode: Mode.symlink, oid: blob },
      { name: '\xff' as ByteString, mode: Mode.file, oid: blob }, { name: 'sub' as ByteString, mode: Mode.submodule, oid: tip },
    ]);
    expect(tree).toBe(gitLine(path, ['mktree'], { input: git(path, ['ls-tree', tree]) }));
    const commit = await writer.writeCommit({ tree, parents: [tip], author: who, committer: { ...who, offset: 90 }, message: fromUtf8('Größe\n\nCo-authored-by: X <x@example.invalid>\n') });
    expect(git(path, ['cat-file', 'commit', commit])).toBe(`tree ${tree}\nparent ${tip}\nauthor ${fromUtf8('Ächter Name')} <a@example.invalid> 1700000000 -0330\ncommitter ${fromUtf8('Ächter Name')} <a@example.invalid> 1700000000 +0130\n\n${fromUtf8('Größe')}\n\nCo-authored-by: X <x@example.invalid>\n`);
    expect(git(path, ['fsck', '--strict', '--no-dangling'])).toBe('');
    await expect(writer.writeCommit({ tree, parents: [], author: { ...who, name: 'a\nb' as ByteString }, committer: who, message: '' as ByteString })).rejects.toMatchObject({ code: 'bug' });
    expect(readdirSync(join(gitDir, 'objects')).filter((name) => name.startsWith('tmp_'))).toEqual([]);
  });

  test('many at once, some of them the same', async () => {
    const { path, gitDir } = repo();
    const writer = openWriter(gitDir);
    const oids = await Promise.all(Array.from({ length: 300 }, (_, i) => writer.writeBlob(new TextEncoder().encode(`blob ${i % 100}`))));
    expect(new Set(oids).size).toBe(100);
    expect(git(path, ['cat-file', '--batch-check=%(objecttype)'], { input: oids.join('\n') })).toBe('blob\n'.repeat(300));
    expect(readdirSync(join(gitDir, 'objects')).filter((name) => name.startsWith('tmp_'))).toEqual([]);
  });

  test('a folder that the group may write to has folders that it may write to', async () => {
    const path = join(dir.path, 'shared');
    mkdirSync(path);
    git(path, ['init', '--quiet', '--bare', '--shared=group']);
    const oid = await openWriter(path).writeBlob(Uint8Array.of(5));
    const parent = statSync(join(path, 'objects')).mode;
    expect(statSync(join(path, 'objects', oid.slice(0, 2))).mode & 0o7777).toBe(parent & 0o7777);
    expect(parent & 0o20).toBe(0o20);
  });

  test('a disk that refuses is an error with what to do, and nothing is left behind', async () => {
    const { gitDir } = repo();
    const bytes = Uint8Array.of(9, 9);
    const oid = gitLine(gitDir, ['hash-object', '--stdin'], { input: bytes });
    mkdirSync(join(gitDir, 'objects', oid.slice(0, 2), oid.slice(2)), { recursive: true });
    await expect(openWriter(gitDir).writeBlob(bytes)).rejects.toMatchObject({ code: 'io', exitCode: 3 });
    expect(readdirSync(join(gitDir, 'objects')).filter((name) => name.startsWith('tmp_'))).toEqual([]);
  });
});

describe('one branch', () => {
  test('is made, moved and deleted, loose and packed, and nothing else changes', async () => {
    const { path, gitDir, tip, first } = repo();
    git(path, ['tag', '-a', '-m', 't', 'annotated']);
    git(path, ['branch', 'zzz']);
    writeFileSync(join(path, 'untracked'), 'x');
    const writer = openWriter(gitDir);
    const rest = (): Map<string, string> => fingerprint(path, /^\.git\/(?:refs\/heads\/(?:acumen|packed)|packed-refs$|logs\/refs\/heads\/packed)/);
    let before = rest();
    const value = (name: string): string => tryGit(path, ['rev-parse', '--verify', '--quiet', `refs/heads/${name}`]).stdout.trim();

    await writer.moveBranch('acumen/größe', null, first);
    expect(value('acumen/größe')).toBe(first);
    await writer.moveBranch('acumen/größe', first, tip);
    expect(value('acumen/größe')).toBe(tip);
    await writer.moveBranch('acumen/größe', tip, null);
    expect(value('acumen/größe')).toBe('');
    expect(existsSync(join(gitDir, 'refs/heads/acumen'))).toBe(false);
    expect(rest()).toEqual(before);

    // Packed: a tag's peeled line, other branches before and after it stay as they are.
    git(path, ['branch', 'packed', first]);
    git(path, ['pack-refs', '--all']);
    before = rest();
    const others = git(path, ['for-each-ref', '--format=%(refname) %(objectname) %(*objectname)']).split('\n').filter((row) => !row.includes('/packed '));
    await writer.moveBranch('packed', first, tip);
    expect(value('packed')).toBe(tip);
    expect(readFileSync(join(gitDir, 'packed-refs'), 'utf8')).toContain(`${first} refs/heads/packed`);
    await writer.moveBranch('packed', tip, null);
    expect(value('packed')).toBe('');
    expect(readFileSync(join(gitDir, 'packed-refs'), 'utf8')).not.toContain('refs/heads/packed');
    expect(readFileSync(join(gitDir, 'packed-refs'), 'utf8')).toMatch(/^# pack-refs with:.*\n/);
    expect(existsSync(join(gitDir, 'logs/refs/heads/packed'))).toBe(false);
    expect(git(path, ['for-each-ref', '--format=%(refname) %(objectname) %(*objectname)']).split('\n')).toEqual(others);
    await writer.moveBranch('packed', null, tip);
    await writer.moveBranch('packed', tip, null);
    expect(rest()).toEqual(before);
    expect(git(path, ['fsck', '--strict', '--no-dangling'])).toBe('');
    expect(git(path, ['status', '--porcelain'])).toBe('?? untracked\n');
  });

  test('is made where all refs are packed and their folder is gone, as git makes it', async () => {
    const { path, gitDir, tip } = repo();
    git(path, ['pack-refs', '--all']);
    rmSync(join(gitDir, 'refs/heads'), { recursive: true });
    const writer = openWriter(gitDir), value = (name: string): string => tryGit(path, ['rev-parse', '--verify', '--quiet', `refs/heads/${name}`]).stdout.trim();
    await writer.moveBranch('deep/new', null, tip);
    expect(value('deep/new')).toBe(tip);
    await writer.moveBranch('deep/new', tip, null);
    // what is below it goes and it stays, as with git
    expect(readdirSync(join(gitDir, 'refs/heads'))).toEqual([]);
    rmSync(join(gitDir, 'refs/heads'), { recursive: true });
    await writer.moveBranch('other', tip, null);
    expect(value('other')).toBe('');
  });

  test('is moved only from where it was expected', async () => {
    const { gitDir, tip, first } = repo();
    const writer = openWriter(gitDir);
    const moved = { code: 'ref-moved', exitCode: 2 };
    await expect(writer.moveBranch('other', null, first)).rejects.toMatchObject(moved);
    await expect(writer.moveBranch('other', first, first)).rejects.toMatchObject({ ...moved, data: { current: tip, expected: first } });
    await expect(writer.moveBranch('other', first, null)).rejects.toMatchObject(moved);
    await expect(writer.moveBranch('nothing/here', tip, first)).rejects.toMatchObject(moved);
    await expect(writer.moveBranch('nothing/here', tip, null)).rejects.toMatchObject(moved);
    expect(existsSync(join(gitDir, 'refs/heads/nothing'))).toBe(false);
    expect(existsSync(join(gitDir, 'refs/heads/other.lock'))).toBe(false);
    expect(gitLine(gitDir, ['rev-parse', 'other'])).toBe(tip);
    git(gitDir, ['pack-refs', '--all']);
    await expect(writer.moveBranch('other', null, first)).rejects.toMatchObject(moved);
    await expect(writer.moveBranch('other', tip, '7'.repeat(40) as Oid)).rejects.toMatchObject({ code: 'missing-object' });
    await expect(writer.moveBranch('other', tip, gitLine(gitDir, ['rev-parse', 'main^{tree}']) as Oid)).rejects.toMatchObject({ code: 'corrupt-object' });
  });

  test('of twenty who move it at once one wins, and git moving it meanwhile is never overwritten', async () => {
    const { path, gitDir, tip } = repo();
    const commits = await Promise.all(Array.from({ length: 20 }, async (_, i) => openWriter(gitDir).writeCommit({ tree: gitLine(path, ['rev-parse', 'main^{tree}']) as Oid, parents: [tip], author: who, committer: who, message: `m${i}` as ByteString })));
    for (const expected of [tip, null]) {
      const name = expected === null ? 'fresh/one' : 'other';
      const results = await Promise.allSettled(commits.map((commit) => openWriter(gitDir).moveBranch(name, expected, commit)));
      const won = results.flatMap((result, i) => (result.status === 'fulfilled' ? [commits[i]] : []));
      expect(won).toEqual([gitLine(path, ['rev-parse', name])]);
      for (const result of results) if (result.status === 'rejected') expect(['ref-moved', 'ref-locked']).toContain(result.reason.code);
    }
    // back to a commit that nobody moves to below: a move to where the branch already is would let both win
    git(path, ['update-ref', 'refs/heads/other', tip]);
    let at = tip;
    for (let i = 0; i < 10; i++) {
      const ours = openWriter(gitDir).moveBranch('other', at, commits[i]!).then(() => true, () => false);
      const theirs = gitMoves(path, at, commits[10 + i]!);
      expect([await ours, await theirs].filter(Boolean).length).toBe(1);
      const now = gitLine(path, ['rev-parse', 'other']) as Oid;
      expect(now).toBe(await ours ? commits[i] : commits[10 + i]);
      at = now;
    }
    expect(readdirSync(join(gitDir, 'refs/heads'))).not.toContain('other.lock');
  });

  test("another program's lock is respected, and said", async () => {
    const { gitDir, tip, first } = repo();
    writeFileSync(join(gitDir, 'refs/heads/other.lock'), '');
    await expect(openWriter(gitDir).moveBranch('other', tip, first)).rejects.toMatchObject({ code: 'ref-locked', exitCode: 3, hint: expect.stringContaining('delete it') });
    expect(existsSync(join(gitDir, 'refs/heads/other.lock'))).toBe(true);
    rmSync(join(gitDir, 'refs/heads/other.lock'));
    git(gitDir, ['pack-refs', '--all']);
    writeFileSync(join(gitDir, 'packed-refs.lock'), '');
    await expect(openWriter(gitDir).moveBranch('other', tip, null)).rejects.toMatchObject({ code: 'ref-locked' });
    expect(gitLine(gitDir, ['rev-parse', 'other'])).toBe(tip);
    expect(existsSync(join(gitDir, 'refs/heads/other.lock'))).toBe(false);
  });

  test('is refused while it is checked out, rebased or bisected, in whatever working tree', async () => {
    const { path, gitDir, tip, first } = repo();
    const writer = openWriter(gitDir);
    const refused = { code: 'branch-checked-out', exitCode: 2 };
    await expect(writer.moveBranch('main', tip, first)).rejects.toMatchObject(refused);
    await expect(writer.moveBranch('main', tip, null)).rejects.toMatchObject(refused);
    for (const name of ['linked', 'rebased', 'bisected', 'updated']) git(path, ['branch', name]);
    git(path, ['worktree', 'add', '--quiet', join(dir.path, `linked-${count}`), 'linked']);
    await expect(writer.moveBranch('linked', tip, first)).rejects.toMatchObject({ ...refused, data: { where: join(dir.path, `linked-${count}`) } });
    // Also where its folder is called by no UTF-8.
    oddWorktree(path, 'odd', dir.path, `odd-${count}-\xff`);
    await expect(writer.moveBranch('odd', tip, first)).rejects.toMatchObject(refused);
    // From inside the linked one, too.
    const reader = await openRepository(join(dir.path, `linked-${count}`));
    expect(reader.gitDir).toBe(gitDir);
    await reader.close();

    const rebasing = join(dir.path, `rebasing-${count}`);
    git(path, ['worktree', 'add', '--quiet', rebasing, 'rebased']);
    git(rebasing, ['branch', '--force', 'updated', first]);
    tryGit(rebasing, ['rebase', '--quiet', '--interactive', '--update-refs', '--force-rebase', `${first}~0`, 'rebased'], { env: { GIT_SEQUENCE_EDITOR: "sed -i -e '1i break'" } });
    expect(gitLine(rebasing, ['rev-parse', '--symbolic-full-name', 'HEAD'])).toBe('HEAD');
    await expect(writer.moveBranch('rebased', tip, first)).rejects.toMatchObject({ ...refused, message: expect.stringContaining('rebased in') });
    mkdirSync(join(gitDir, 'worktrees', `rebasing-${count}`, 'rebase-merge'), { recursive: true });
    writeFileSync(join(gitDir, 'worktrees', `rebasing-${count}`, 'rebase-merge', 'update-refs'), `refs/heads/x\n${first}\n${first}\nrefs/heads/updated\n${first}\n${tip}\n`);
    await expect(writer.moveBranch('updated', first, tip)).rejects.toMatchObject(refused);

    const bisecting = join(dir.path, `bisecting-${count}`);
    git(path, ['worktree', 'add', '--quiet', bisecting, 'bisected']);
    git(bisecting, ['bisect', 'start', tip, first]);
    git(bisecting, ['checkout', '--quiet', '--detach', first]);
    await expect(writer.moveBranch('bisected', tip, first)).rejects.toMatchObject({ ...refused, message: expect.stringContaining('bisected in') });

    // An unborn branch is checked out, too; in a bare repository HEAD's branch is not.
    git(path, ['symbolic-ref', 'HEAD', 'refs/heads/unborn']);
    await expect(writer.moveBranch('unborn', null, tip)).rejects.toMatchObject(refused);
    const bare = join(dir.path, `bare-${count}.git`);
    git(dir.path, ['clone', '--quiet', '--bare', path, bare]);
    await openWriter(bare).moveBranch('main', tip, first);
    expect(gitLine(bare, ['rev-parse', 'main'])).toBe(first);
  });

  test('is refused where another branch is above or below it', async () => {
    const { path, gitDir, tip } = repo();
    const writer = openWriter(gitDir);
    const refused = { code: 'bad-branch-name' };
    git(path, ['branch', 'dir/leaf']);
    for (const pack of [false, true]) {
      if (pack) git(path, ['pack-refs', '--all']);
      await expect(writer.moveBranch('other/below', null, tip)).rejects.toMatchObject(refused);
      await expect(writer.moveBranch('other/below/further', null, tip)).rejects.toMatchObject(refused);
      await expect(writer.moveBranch('dir', null, tip)).rejects.toMatchObject(refused);
      expect(git(path, ['for-each-ref', '--format=%(refname)'])).toBe('refs/heads/dir/leaf\nrefs/heads/main\nrefs/heads/other\n');
    }
    // Empty folders that git left behind are no branches.
    mkdirSync(join(gitDir, 'refs/heads/once/upon'), { recursive: true });
    await writer.moveBranch('once', null, tip);
    expect(gitLine(path, ['rev-parse', 'refs/heads/once'])).toBe(tip);
    await writer.moveBranch('other', tip, null);
    await writer.moveBranch('other/below', null, tip);
    git(path, ['branch', 'other/git-too']);
    expect(git(path, ['for-each-ref', '--format=%(refname)', 'refs/heads/other'])).toBe('refs/heads/other/below\nrefs/heads/other/git-too\n');
  });

  test('never leads out of the repository by a link, and a name that is no name is refused', async () => {
    const { path, gitDir, tip, first } = repo();
    const writer = openWriter(gitDir);
    const outside = join(dir.path, `outside-${count}`);
    mkdirSync(outside);
    symlinkSync(outside, join(gitDir, 'refs/heads/link'));
    await expect(writer.moveBranch('link/x', null, tip)).rejects.toMatchObject({ code: 'bad-branch-name' });
    writeFileSync(join(outside, 'victim'), `${tip}\n`);
    symlinkSync(join(outside, 'victim'), join(gitDir, 'refs/heads/alias'));
    await expect(writer.moveBranch('alias', tip, first)).rejects.toMatchObject({ code: 'corrupt-object' });
    git(path, ['symbolic-ref', 'refs/heads/symbolic', 'refs/heads/other']);
    await expect(writer.moveBranch('symbolic', tip, first)).rejects.toMatchObject({ code: 'bad-branch-name' });
    for (const name of ['../../../etc/x', 'a..b', '', '-d', 'x.lock', 'HEAD', 'a'.repeat(300)]) {
      await expect(writer.moveBranch(name, null, tip), name).rejects.toMatchObject({ code: 'bad-branch-name' });
    }
    expect(readdirSync(outside)).toEqual(['victim']);
    expect(readFileSync(join(outside, 'victim'), 'utf8')).toBe(`${tip}\n`);
    expect(gitLine(path, ['rev-parse', 'other'])).toBe(tip);
  });
});

test('what lies behind links says nothing of working trees, rebases and logs, and is not touched', async () => {
  const { path, gitDir, tip, first } = repo();
  const outside = join(dir.path, `foreign-${count}`);
  mkdirSync(join(outside, 'refs/heads'), { recursive: true });
  writeFileSync(join(outside, 'refs/heads/other'), 'log\n');
  writeFileSync(join(outside, 'HEAD'), 'ref: refs/heads/other\n');
  writeFileSync(join(outside, 'head-name'), 'refs/heads/other\n');
  const writer = openWriter(gitDir);
  const refused = { code: 'unsupported-repository' };
  for (const [name, target] of [['worktrees', outside], ['worktrees/foreign', outside], ['rebase-merge', outside], ['rebase-apply', outside]] as const) {
    if (name.includes('/')) mkdirSync(join(gitDir, 'worktrees'));
    symlinkSync(target, join(gitDir, name));
    await expect(writer.moveBranch('other', tip, first), name).rejects.toMatchObject(refused);
    rmSync(join(gitDir, name));
  }
  expect(gitLine(path, ['rev-parse', 'other'])).toBe(tip);
  rmSync(join(gitDir, 'logs'), { recursive: true });
  symlinkSync(outside, join(gitDir, 'logs'));
  await writer.moveBranch('other', tip, null);
  expect(tryGit(path, ['rev-parse', '-q', '--verify', 'refs/heads/other']).status).toBe(1);
  expect(readFileSync(join(outside, 'refs/heads/other'), 'utf8')).toBe('log\n');
});

test('in a repository whose every hook and filter is armed nothing runs, and the fixture would show it', async () => {
  const folder = join(dir.path, 'hostile');
  mkdirSync(folder);
  const hostile = hostileRepository(folder);
  expect(hostile.letGitRun(), 'the fixture must bite').toBe(true);
  expect(hostile.pwned()).toBe(false);
  const reader = await openRepository(hostile.path);
  const before = fingerprint(hostile.path, /^\.git\/(?:objects\/|refs\/heads\/composed$)/);
  const tip = await reader.resolve('main');
  const topic = await reader.resolve('topic');
  for (const entry of await reader.tree((await reader.commit(topic)).tree)) await reader.blob(entry.oid);
  await reader.upstreams();
  await expect(reader.blob('1'.repeat(40) as Oid)).rejects.toMatchObject({ code: 'missing-object' });
  const writer = openWriter(reader.gitDir);
  const blob = await writer.writeBlob(Uint8Array.of(1, 13, 10));
  const tree = await writer.writeTree([{ name: 'b' as ByteString, mode: Mode.file, oid: blob }]);
  const commit = await writer.writeCommit({ tree, parents: [tip], author: who, committer: who, message: 'm' as ByteString });
  await writer.moveBranch('composed', null, commit);
  await writer.moveBranch('composed', commit, tip);
  await writer.moveBranch('composed', tip, null);
  await reader.close();
  expect(fingerprint(hostile.path, /^\.git\/(?:objects\/|refs\/heads\/composed$)/)).toEqual(before);
  expect(hostile.pwned()).toBe(false);
});
