// Dangers: a kind of index that is read wrong and shows the whole tree as changed, a folder that somebody merely points at, a repository
// within one, and a hostile one whose programs run because somebody looked at what was edited. git itself makes every kind.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { git, gitLine, tempDir, tryGit } from '../../../../testkit/git.ts';
import { hostileRepository } from '../../../../testkit/hostile/repository.ts';
import { oddWorktree } from '../../../../testkit/oddWorktree.ts';
import { addedByGit, fingerprint } from '../../../../testkit/worktrees.ts';
import { type Oid, type PathBytes, fromBytes, fromUtf8 } from '../../../core/bytes.ts';
import { IndexError, parseIndex } from '../../../core/worktree/gitIndex.ts';
import type { WorktreeSnapshot } from '../../../core/worktree/model.ts';
import { gitDirectory } from '../embedded/locate.ts';
import { openRepository } from '../open.ts';
import { Overlay } from '../overlay.ts';
import { type Listing, listWorktrees } from './listing.ts';
import { WorktreeReading } from './reading.ts';
import { NO_USER, userSettings } from './settings.ts';
import { addSnapshot } from './source.ts';

const temp = tempDir('worktree-kinds');
afterAll(() => temp.remove());

let made = 0;
function repository(options: readonly string[] = []): string {
  const dir = join(temp.path, `r${++made}`);
  mkdirSync(dir);
  git(dir, ['init', '--quiet', '--template=', '--initial-branch=main', ...options, '.']);
  return dir;
}
function write(dir: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(dir, name, '..'), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
}
function commit(dir: string): void {
  git(dir, ['add', '--all', '--force', '.']);
  git(dir, ['commit', '--quiet', '--allow-empty', '--message=one']);
}
async function read(dir: string, which: (listing: Listing) => number = () => 0, user = NO_USER): Promise<WorktreeSnapshot> {
  const reader = await openRepository(dir, { reader: readFileSync(join(gitDirectory(dir), 'config')).includes('sha256') ? 'native' : 'embedded' });
  try {
    const listing = listWorktrees(reader.gitDir);
    return await new WorktreeReading(reader, listing.worktrees[which(listing)]!, user).read();
  } finally {
    await reader.close();
  }
}
const changed = ({ changes }: WorktreeSnapshot): string[] => [...changes.keys()];

describe('an index', () => {
  const many = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`d${i % 7}/${'long-'.repeat(i % 9)}${i}`, `${i}\n`]));
  const listed = (dir: string): string => git(dir, ['ls-files', '--stage', '-z']);
  const parsed = (dir: string): string => {
    const folder = join(dir, '.git'), idBytes = gitLine(dir, ['rev-parse', '--show-object-format']) === 'sha256' ? 32 : 20;
    const { entries } = parseIndex(readFileSync(join(folder, 'index')), idBytes, (oid) => readFileSync(join(folder, `sharedindex.${oid}`)));
    return entries.map(({ mode, oid, stage, path }) => `${mode.toString(8).padStart(6, '0')} ${oid} ${stage}\t${path}\0`).join('');
  };
  test.each([
    ['version 2', ['update-index', '--index-version', '2']], ['version 4', ['update-index', '--index-version', '4']], ['split', ['update-index', '--split-index']],
    ['with what was untracked', ['update-index', '--force-untracked-cache']], ['with a monitor that never was', ['update-index', '--fsmonitor']],
  ])('%s is read as git lists it, before and after changes of it', async (_, command) => {
    for (const format of command.includes('--split-index') ? ['sha1', 'sha256'] : ['sha1']) {
      const dir = repository([`--object-format=${format}`]);
      write(dir, many);
      commit(dir);
      git(dir, command);
      expect(parsed(dir)).toBe(listed(dir));
      write(dir, { 'd0/new': 'n\n', 'd1/1': 'changed\n', 'd0/meant': 'm\n' });
      utimesSync(join(dir, 'd0/meant'), 1_600_000_000, 1_600_000_000);
      git(dir, ['rm', '--quiet', '--cached', 'd2/long-long-2']);
      git(dir, ['add', 'd0/new', 'd1/1']);
      git(dir, ['add', '--intent-to-add', 'd0/meant']);
      git(dir, ['update-index', '--skip-worktree', 'd3/long-long-long-3']);
      expect(parsed(dir)).toBe(listed(dir));
      const snapshot = await read(dir);
      expect(changed(snapshot)).toEqual(['d0/meant', 'd0/new', 'd1/1']);
    }
  });

  test('sparse, with folders in the place of their files', async () => {
    const dir = repository();
    write(dir, { ...many, 'in/a': 'a\n' });
    commit(dir);
    git(dir, ['sparse-checkout', 'set', '--cone', '--sparse-index', 'in']);
    expect(readFileSync(join(dir, '.git/index')).includes('sdir')).toBe(true);
    expect(changed(await read(dir))).toEqual([]);
    write(dir, { 'in/a': 'b\n', 'in/new': 'x\n' });
    expect(changed(await read(dir))).toEqual(['in/a', 'in/new']);
    // there all the same: git then counts it as checked out
    write(dir, { 'd1/1': 'back\n' });
    expect(changed(await read(dir))).toEqual(['d1/1', 'in/a', 'in/new']);
  });

  test('that is not merged: files with the marks of the merge, and which they are', async () => {
    const dir = repository();
    write(dir, { f: 'base\n', g: 'base\n', 'crlf.txt': 'base\r\n' });
    commit(dir);
    git(dir, ['checkout', '--quiet', '-b', 'other']);
    write(dir, { f: 'theirs\n', g: 'theirs\n', 'crlf.txt': 'theirs\r\n' });
    commit(dir);
    git(dir, ['checkout', '--quiet', 'main']);
    write(dir, { f: 'ours\n', 'crlf.txt': 'ours\r\n' });
    rmSync(join(dir, 'g'));
    commit(dir);
    tryGit(dir, ['merge', 'other']);
    git(dir, ['config', 'core.autocrlf', 'true']);
    const snapshot = await read(dir);
    expect(snapshot.unmerged).toEqual(['crlf.txt', 'f', 'g']);
    expect(fromBytes(snapshot.blobs.get(snapshot.changes.get('f' as PathBytes)!.after!.oid)!)).toContain('<<<<<<<');
    expect(snapshot.changes.get('crlf.txt' as PathBytes)!.after!.oid).toBe(gitLine(dir, ['hash-object', '--no-filters', 'crlf.txt']));
  });

  test('that says of files to leave them alone, where others lie in their place', async () => {
    const dir = repository();
    write(dir, { 'd/a': 'a\n', 'd/b': 'b\n', f: 'f\n', g: 'g\n' });
    commit(dir);
    git(dir, ['update-index', '--assume-unchanged', 'd/a', 'f', 'g']);
    for (const path of ['d', 'f', 'g']) rmSync(join(dir, path), { recursive: true });
    expect(changed(await read(dir))).toEqual(['d/b']);
    write(dir, { d: 'file\n', 'f/inner': 'x\n' });
    expect(changed(await read(dir))).toEqual(['d', 'd/a', 'd/b', 'f', 'f/inner']);
    expect([...addedByGit(dir).files.keys()]).toEqual(['d', 'f/inner', 'g']);
  });

  test('that knows trees which HEAD has not, and links where the file system has none', async () => {
    const dir = repository();
    write(dir, { 'd/e/a': 'a\n', 'd/b': 'b\n' });
    symlinkSync('target', join(dir, 'link'));
    commit(dir);
    write(dir, { 'd/e/new': 'n\n' });
    git(dir, ['add', 'd/e/new']);
    // now the index remembers the trees with it
    git(dir, ['write-tree']);
    expect(changed(await read(dir))).toEqual(['d/e/new']);
    git(dir, ['config', 'core.symlinks', 'false']);
    rmSync(join(dir, 'link'));
    write(dir, { link: 'elsewhere' });
    const snapshot = await read(dir);
    expect(snapshot.changes.get('link' as PathBytes)?.after?.mode).toBe(0o120000);
    expect(snapshot.grown?.tree).toBe(addedByGit(dir).tree);
  });

  test('that is damaged is said to be, and names that lead out of the working tree lead nowhere', async () => {
    const dir = repository();
    write(dir, { a: 'a\n' });
    commit(dir);
    const index = join(dir, '.git/index'), sound = readFileSync(index);
    for (const bytes of [sound.subarray(0, 11), sound.subarray(0, 40), sound.subarray(0, sound.length - 30), Buffer.from(sound.toString('latin1').replace('a\0', 'b\0'), 'latin1')]) {
      writeFileSync(index, bytes);
      await expect(read(dir)).rejects.toMatchObject({ code: 'corrupt-object' });
    }
    // With whatever sum, it is read or it is refused.
    for (let i = 0; i < sound.length; i++) {
      for (const flip of [0x01, 0x40, 0xff]) {
        const bytes = Buffer.from(sound);
        bytes[i]! ^= flip;
        try {
          parseIndex(bytes, 20, () => null);
        } catch (error) {
          expect(error).toBeInstanceOf(IndexError);
        }
      }
    }
    // a name of the same length that climbs
    git(dir, ['read-tree', '--empty']);
    git(dir, ['update-index', '--add', '--cacheinfo', `100644,${gitLine(dir, ['hash-object', '-w', 'a'])},xx/outside`]);
    const climbing = Buffer.from(readFileSync(index).toString('latin1').replace('xx/outside', '../outside'), 'latin1');
    writeFileSync(index, climbing.fill(0, climbing.length - 20));
    writeFileSync(join(temp.path, 'outside'), 'secret\n');
    const snapshot = await read(dir);
    expect(changed(snapshot)).toEqual([]);
    expect(snapshot.notCompared).toEqual([{ path: '../outside', reason: 'is a path that no tree may hold' }]);
  });
});

describe('which working trees there are', () => {
  test('the main one and linked ones, moved and gone ones not, and names that people can tell apart', async () => {
    const dir = repository();
    write(dir, { a: 'a\n' });
    commit(dir);
    const place = join(temp.path, `linked${made}`);
    for (const name of ['one', 'two', 'moved', 'gone', 'locked', 'ev\u202eil\nname']) git(dir, ['worktree', 'add', '--quiet', '--detach', Buffer.from(join(place, name)).toString('latin1')]);
    git(dir, ['worktree', 'add', '--quiet', '-b', 'x', join(place, 'below/one')]);
    git(dir, ['worktree', 'lock', '--reason', 'on a stick', join(place, 'locked')]);
    renameSync(join(place, 'moved'), join(place, 'elsewhere'));
    rmSync(join(place, 'gone'), { recursive: true });
    // claims to be a folder that has a repository of its own
    const other = repository();
    mkdirSync(join(dir, '.git/worktrees/liar'));
    write(join(dir, '.git/worktrees/liar'), { HEAD: 'ref: refs/heads/main\n', commondir: '../..\n', gitdir: `${join(other, '.git')}\n` });
    const { worktrees, unusable } = listWorktrees(join(dir, '.git'));
    expect(worktrees.map(({ name, ref }) => [name, ref])).toEqual(expect.arrayContaining([
      [`worktree r${made - 1}`, 'worktree:.'], ['worktree one (one)', 'worktree:one'], ['worktree one (one1)', 'worktree:one1'], ['worktree two', 'worktree:two'], ['worktree locked', 'worktree:locked'],
    ]));
    expect(worktrees).toHaveLength(6);
    expect(worktrees.find((w) => w.ref === 'worktree:locked')!.locked).toBe('on a stick');
    expect(unusable.map(({ name }) => name)).toEqual(['worktree gone', 'worktree liar', 'worktree moved']);
    write(join(place, 'two'), { a: 'edited\n', b: 'new\n' });
    const gone = listWorktrees(join(dir, '.git')).worktrees.find((w) => w.ref === 'worktree:one')!, reader = await openRepository(dir, { reader: 'embedded' });
    const reading = new WorktreeReading(reader, gone);
    await reading.read();
    // as when what it is on is taken out: an empty folder is left
    rmSync(join(place, 'one'), { recursive: true });
    mkdirSync(join(place, 'one'));
    await expect(reading.reread(['a' as PathBytes])).rejects.toMatchObject({ code: 'io' });
    await reader.close();
    const two = (l: Listing): number => l.worktrees.findIndex((w) => w.ref === 'worktree:two');
    expect(changed(await read(dir, two))).toEqual(['a', 'b']);
    expect(changed(await read(dir))).toEqual([]);
  });

  test('one whose folder is called by no UTF-8 is listed and read by its bytes, and a repository within it is told of', async () => {
    const dir = repository(), id = '\xff\xfe', inner = repository();
    for (const one of [dir, inner]) { write(one, { a: 'a\n' }); commit(one); }
    const odd = oddWorktree(dir, 'odd', temp.path, id), at = (name: string): Buffer => Buffer.from(`${odd}/${name}`, 'latin1');
    writeFileSync(at('a'), 'edited\n');
    const { worktrees, unusable } = listWorktrees(join(dir, '.git'));
    expect(unusable).toEqual([]);
    expect(worktrees.slice(1)).toMatchObject([{ name: `worktree ${id}`, ref: `worktree:${id}`, root: odd, headDir: `${fromUtf8(join(dir, '.git'))}/worktrees/${id}` }]);
    const snapshot = await read(dir, () => 1);
    expect(snapshot.head).toMatchObject({ ref: 'refs/heads/odd' });
    expect(changed(snapshot)).toEqual(['a']);
    renameSync(inner, at('\xfd'));
    expect((await read(dir, () => 1)).notCompared).toMatchObject([{ path: '\xfd', reason: expect.stringContaining('is not called by UTF-8') }]);
  });

  test('a bare repository has only linked ones; a HEAD without a commit makes no source', async () => {
    const dir = repository();
    write(dir, { a: 'a\n' });
    commit(dir);
    const bare = join(temp.path, 'bare.git');
    git(temp.path, ['clone', '--quiet', '--bare', dir, bare]);
    expect(listWorktrees(bare)).toEqual({ worktrees: [], unusable: [] });
    git(bare, ['worktree', 'add', '--quiet', join(temp.path, 'of-bare')]);
    write(join(temp.path, 'of-bare'), { b: 'b\n' });
    expect(changed(await read(bare))).toEqual(['b']);
    const empty = repository();
    write(empty, { a: 'a\n' });
    const reader = await openRepository(empty, { reader: 'native' });
    const [worktree] = listWorktrees(reader.gitDir).worktrees, snapshot = await new WorktreeReading(reader, worktree!).read();
    expect(snapshot).toMatchObject({ head: { kind: 'unborn', ref: 'refs/heads/main' }, tree: null });
    expect(changed(snapshot)).toEqual(['a']);
    expect(await addSnapshot(new Overlay(reader), worktree!, snapshot)).toBe(null);
    await reader.close();
  });

  test('repositories within one are links to their commits, and none of their files', async () => {
    const dir = repository();
    write(dir, { a: 'a\n' });
    commit(dir);
    const sub = repository();
    write(sub, { s: 's\n' });
    commit(sub);
    git(dir, ['-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', sub, 'sub']);
    commit(dir);
    expect(changed(await read(dir))).toEqual([]);
    write(join(dir, 'sub'), { s: 'edited\n' });
    expect(changed(await read(dir))).toEqual([]);
    git(join(dir, 'sub'), ['commit', '--quiet', '--all', '--message=more']);
    git(dir, ['clone', '--quiet', sub, 'cloned']);
    git(dir, ['init', '--quiet', '--template=', 'fresh']);
    git(dir, ['worktree', 'add', '--quiet', '--detach', join(dir, '.trees/inner')]);
    const snapshot = await read(dir);
    expect([...snapshot.changes].map(([path, { after }]) => [path, after!.mode, after!.oid])).toEqual([
      ['cloned', 0o160000, gitLine(sub, ['rev-parse', 'HEAD'])], ['sub', 0o160000, gitLine(join(dir, 'sub'), ['rev-parse', 'HEAD'])],
    ]);
    expect(snapshot.notCompared).toEqual([{ path: 'fresh', reason: 'is a repository without a commit' }]);
    rmSync(join(dir, 'sub'), { recursive: true });
    expect(changed(await read(dir))).toEqual(['.gitmodules', 'cloned', 'sub'].filter((path) => path !== '.gitmodules'));
    mkdirSync(join(dir, 'sub'));
    expect(changed(await read(dir))).toEqual(['cloned']);
  });
});

describe('what is not compared, and why', () => {
  test('filters, encodings, pipes, names for other systems, and what is too large', async () => {
    const dir = repository();
    write(dir, { 'a.big': 'one\n', 'still.big': 'one\n', 'w.txt': 'one\n', '.gitattributes': '' });
    commit(dir);
    for (const name of ['a.big', 'still.big', 'w.txt']) utimesSync(join(dir, name), 1_600_000_000, 1_600_000_000);
    git(dir, ['status']);
    write(dir, { '.gitattributes': '*.big filter=lfs -text\n*.txt working-tree-encoding=UTF-16\n*.eight working-tree-encoding=UTF-8\n', 'a.big': 'two two\n', 'new.big': 'x\n', 'w.txt': 'two two\n', 'b.eight': 'x\n', 'git~1/x': 'x\n' });
    expect(spawnSync('mkfifo', [join(dir, 'pipe')]).status).toBe(0);
    writeFileSync(join(dir, 'huge'), '');
    truncateSync(join(dir, 'huge'), (64 << 20) + 1);
    const snapshot = await read(dir);
    expect(changed(snapshot)).toEqual(['.gitattributes', 'b.eight']);
    expect(snapshot.notCompared.map(({ path, reason }) => `${path} ${reason}`)).toEqual([
      "a.big its content goes through the external filter 'lfs'", "git~1 has a name that no tree may hold: Windows takes it for '.git'", 'huge is larger than 64 MiB',
      "new.big its content goes through the external filter 'lfs'", "w.txt its encoding in the working tree is 'UTF-16'",
    ]);
  });

  test("rules of the person's own count, and those that a repository names outside of itself do not", async () => {
    const dir = repository(), home = join(temp.path, 'home');
    write(home, { '.config/git/ignore': '*.swp\n', '.gitconfig': '[core]\n\tautocrlf = input\n[core]\n\tattributesFile = ~/attributes\n[include]\n\tpath = more\n', dotfiles: '*.keep -text\n', more: '[core]\n\tautocrlf = false\n', 'outside-ignore': 'a\n' });
    write(dir, { 'x.swp': 'x\n', a: 'a\r\n', 'b.keep': 'b\r\n' });
    symlinkSync('dotfiles', join(home, 'attributes'));
    const user = userSettings({ HOME: home, GIT_CONFIG_NOSYSTEM: '1' });
    const snapshot = await read(dir, undefined, user);
    expect([...snapshot.changes].map(([path, { after }]) => [path, fromBytes(snapshot.blobs.get(after!.oid)!)])).toEqual([['a', 'a\n'], ['b.keep', 'b\r\n']]);
    // of both, what the repository's own says counts
    write(dir, { '.git/info/exclude': '!x.swp\n' });
    expect(changed(await read(dir, undefined, user))).toEqual(['a', 'b.keep', 'x.swp']);
    rmSync(join(dir, '.git/info/exclude'));
    git(dir, ['config', 'core.excludesFile', join(home, 'outside-ignore')]);
    expect(changed(await read(dir, undefined, user))).toEqual(['a', 'b.keep', 'x.swp']);
    write(dir, { rules: 'a\n' });
    git(dir, ['config', 'core.excludesFile', 'rules']);
    expect(changed(await read(dir, undefined, user))).toEqual(['b.keep', 'rules', 'x.swp']);
    symlinkSync(join(home, 'outside-ignore'), join(dir, 'link'));
    git(dir, ['config', 'core.excludesFile', 'link']);
    expect(changed(await read(dir, undefined, user))).toContain('a');
  });

  test('rules that are made to be slow are refused, and those that are changed often are not', async () => {
    const dir = repository();
    write(dir, { '.gitignore': `#${'x'.repeat(1_000_000)}\n` });
    const reader = await openRepository(dir, { reader: 'embedded' }), reading = new WorktreeReading(reader, listWorktrees(reader.gitDir).worktrees[0]!);
    for (let i = 0; i < 20; i++) await reading.reread(['.gitignore' as PathBytes]);
    await reader.close();
    write(dir, { '.gitignore': `#${'x'.repeat(1_100_000)}\n` });
    await expect(read(dir)).rejects.toMatchObject({ code: 'too-large' });
    write(dir, { '.gitignore': `${'*a'.repeat(30_000)}\n`, [`${'a'.repeat(200)}b`]: 'x\n' });
    expect(changed(await read(dir))).toHaveLength(2);
  });

  test('a folder that cannot be opened hides nothing else, and no link is followed', async () => {
    const dir = repository();
    write(dir, { 'closed/a': 'a\n', 'open/a': 'a\n', 'was/a': 'a\n' });
    commit(dir);
    write(dir, { 'open/b': 'b\n' });
    renameSync(join(dir, 'was'), join(temp.path, 'elsewhere'));
    symlinkSync(join(temp.path, 'elsewhere'), join(dir, 'was'));
    chmodSync(join(dir, 'closed'), 0);
    try {
      const snapshot = await read(dir);
      expect(changed(snapshot)).toEqual(['open/b', 'was', 'was/a']);
      if (process.getuid?.() !== 0) expect(snapshot.notCompared).toEqual([{ path: 'closed', reason: 'cannot be read (EACCES)' }]);
    } finally {
      chmodSync(join(dir, 'closed'), 0o755);
    }
  });
});

test('the same files are the same commit, whoever looks and whenever; a staged content that is lost comes from the file', async () => {
  const dir = repository();
  write(dir, { a: 'a\n' });
  commit(dir);
  write(dir, { a: 'b\n', staged: 's\n' });
  git(dir, ['add', 'staged']);
  const lost = gitLine(dir, ['hash-object', 'staged']) as Oid;
  utimesSync(join(dir, 'staged'), 1_600_000_000, 1_600_000_000);
  git(dir, ['status']);
  const oids: unknown[] = [];
  for (let i = 0; i < 3; i++) {
    if (i === 1) utimesSync(join(dir, 'a'), 1_500_000_000, 1_500_000_000);
    if (i === 2) rmSync(join(dir, '.git/objects', lost.slice(0, 2), lost.slice(2)));
    const reader = await openRepository(dir, { reader: 'native' });
    const [worktree] = listWorktrees(reader.gitDir).worktrees, snapshot = await new WorktreeReading(reader, worktree!).read(), overlay = new Overlay(reader);
    expect(snapshot.blobs.has(lost)).toBe(i === 2);
    const source = await addSnapshot(overlay, worktree!, snapshot);
    expect(fromBytes(await overlay.blob(lost))).toBe('s\n');
    oids.push(source);
    await reader.close();
  }
  expect(oids[1]).toEqual(oids[0]);
  expect(oids[2]).toEqual(oids[0]);
});

test('an edit in the same moment of the clock as the one before is seen, and what had no room is read when there is some', async () => {
  const dir = repository();
  write(dir, { a: 'a\n', b: 'b\n' });
  commit(dir);
  const reader = await openRepository(dir, { reader: 'embedded' });
  const limits = { fileBytes: 100, heldBytes: 60, changed: 10 }, reading = new WorktreeReading(reader, listWorktrees(reader.gitDir).worktrees[0]!, NO_USER, limits);
  await reading.read();
  for (let i = 0; i < 60; i++) {
    write(dir, { a: `edit ${10 + i}\n` });
    const { changes, blobs } = await reading.reread(['a' as PathBytes]);
    expect(fromBytes(blobs.get(changes.get('a' as PathBytes)!.after!.oid)!)).toBe(`edit ${10 + i}\n`);
  }
  write(dir, { a: 'a'.repeat(40), b: 'b'.repeat(40) });
  const full = await reading.reread(['a' as PathBytes, 'b' as PathBytes]);
  expect([changed(full), full.notCompared.map(({ path }) => path), full.blobs.size]).toEqual([['a'], ['b'], 1]);
  write(dir, { a: 'a\n' });
  const room = await reading.reread(['a' as PathBytes]);
  expect([changed(room), room.notCompared, [...room.blobs.values()].map((bytes) => fromBytes(bytes))]).toEqual([['b'], [], ['b'.repeat(40)]]);
  await reader.close();
});

test('after something went wrong on the way, all of it is read, and nothing of the half that was new is left', async () => {
  const dir = repository();
  write(dir, { a: 'a\n', b: 'b\n' });
  commit(dir);
  write(dir, { a: 'two\n' });
  commit(dir);
  const reader = await openRepository(dir, { reader: 'embedded' }), reading = new WorktreeReading(reader, listWorktrees(reader.gitDir).worktrees[0]!), head = join(dir, '.git/refs/heads/main');
  const first = gitLine(dir, ['rev-parse', 'HEAD~1']);
  expect(changed(await reading.read())).toEqual([]);
  write(dir, { b: 'edited\n', c: 'new\n' });
  git(dir, ['add', 'c']);
  writeFileSync(head, `${'1'.repeat(40)}\n`);
  await expect(reading.reread(['b' as PathBytes])).rejects.toMatchObject({ code: 'missing-object' });
  writeFileSync(head, `${first}\n`);
  expect(changed(await reading.reread([]))).toEqual(['a', 'b', 'c']);
  writeFileSync(join(dir, '.git/index'), 'DIRC');
  await expect(reading.reread(['b' as PathBytes])).rejects.toMatchObject({ code: 'corrupt-object' });
  rmSync(join(dir, '.git/index'));
  git(dir, ['read-tree', first]);
  write(dir, { b: 'b\n' });
  expect(changed(await reading.reread([]))).toEqual(['a', 'c']);
  await reader.close();
});

test('a hostile repository runs nothing, shows nothing from outside and is not touched', async () => {
  const folder = join(temp.path, 'hostile');
  mkdirSync(folder);
  const hostile = hostileRepository(folder);
  expect(hostile.letGitRun()).toBe(true);
  git(hostile.path, ['-c', 'core.worktree=', '-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', 'worktree', 'add', '--quiet', '--detach', '--no-checkout', join(folder, 'linked'), 'main'], { env: { GIT_WORK_TREE: hostile.path } });
  git(join(folder, 'linked'), ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', 'read-tree', 'main'], { env: { GIT_WORK_TREE: join(folder, 'linked') } });
  write(join(folder, 'linked'), { 'a.c': 'edited\n', 'new.process': 'x\n', 'b.txt': 'x\r\n' });
  symlinkSync(hostile.outside, join(folder, 'linked', 'out'));
  rmSync(join(folder, 'PWNED'), { force: true });
  hostile.readOutside();
  const before = [fingerprint(hostile.path), fingerprint(join(folder, 'linked'))];
  const { worktrees, unusable } = listWorktrees(join(hostile.path, '.git'));
  expect(worktrees.map(({ ref }) => ref)).toEqual(['worktree:linked']);
  expect(unusable.map(({ name }) => name)).toEqual(['the main worktree']);
  // as if its folder led there: what matters is that its rules and programs are met
  const main = { ...worktrees[0]!, root: hostile.path as never, headDir: fromUtf8(join(hostile.path, '.git')) };
  const reader = await openRepository(hostile.path, { reader: 'embedded' });
  for (const worktree of [...worktrees, main]) {
    const reading = new WorktreeReading(reader, worktree, userSettings({ HOME: '/dev/null/home', GIT_CONFIG_NOSYSTEM: '1' }));
    const snapshot = await reading.read();
    await reading.reread(['a.c' as PathBytes, '../outside/secret' as PathBytes, 'out/secret' as PathBytes, '.git/config' as PathBytes]);
    for (const bytes of snapshot.blobs.values()) expect(fromBytes(bytes)).not.toContain('CANARY');
    if (worktree !== main) expect(snapshot.notCompared.map(({ path }) => path)).toEqual(expect.arrayContaining(['a.c']));
  }
  await reader.close();
  expect([fingerprint(hostile.path), fingerprint(join(folder, 'linked'))]).toEqual(before);
  expect(hostile.ran()).toEqual([]);
  expect(hostile.pwned()).toBe(false);
  expect(hostile.readOutside() ?? []).toEqual([]);
  expect(existsSync(join(folder, 'PWNED'))).toBe(false);
});
