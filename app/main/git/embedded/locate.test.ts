// Danger: opening something that is no repository, or being led by one to files outside it. Each case is made with real git
// where git can make it, and opened or refused with a sentence and a hint.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, realpathSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Oid } from '../../../core/bytes.ts';
import { git, gitLine, tempDir, tryGit } from '../../../../testkit/git.ts';
import type { TempDir } from '../../../../testkit/git.ts';
import { isTrue, parseConfig } from './config.ts';
import { openRepository } from './reader.ts';

let dir: TempDir;
let main: string;
let tip: Oid;
beforeAll(() => {
  dir = tempDir('locate');
  main = join(realpathSync(dir.path), 'main');
  mkdirSync(join(main, 'sub', 'deep'), { recursive: true });
  git(main, ['init', '--quiet', '--initial-branch=main']);
  writeFileSync(join(main, 'sub', 'file'), 'x');
  git(main, ['add', '--all']);
  git(main, ['commit', '--quiet', '-m', 'one']);
  tip = gitLine(main, ['rev-parse', 'HEAD']) as Oid;
});
afterAll(() => { dir.remove(); });

const at = (...parts: string[]): string => join(realpathSync(dir.path), ...parts);

/** A copy of the main repository that may be spoiled. */
function copy(name: string): string {
  cpSync(main, at(name), { recursive: true, verbatimSymlinks: true });
  return at(name);
}

async function opened(path: string): Promise<{ gitDir: string; head: unknown }> {
  const reader = await openRepository(path);
  try {
    const head = await reader.head();
    if (head.kind !== 'unborn') await reader.tree((await reader.commit(head.oid)).tree);
    return { gitDir: reader.gitDir, head };
  } finally {
    await reader.close();
  }
}

describe('found', () => {
  test('from the working tree, a folder in it, the git folder, and a link to any of them', async () => {
    const expected = { gitDir: join(main, '.git'), head: { kind: 'branch', ref: 'refs/heads/main', oid: tip } };
    symlinkSync(join(main, 'sub'), at('link-to-sub'));
    for (const path of [main, join(main, 'sub'), join(main, 'sub', 'deep'), join(main, '.git'), join(main, '.git', 'refs'), at('link-to-sub')]) expect(await opened(path), path).toEqual(expected);
  });

  test('bare', async () => {
    git(dir.path, ['clone', '--quiet', '--bare', main, at('bare.git')]);
    expect(await opened(at('bare.git'))).toEqual({ gitDir: at('bare.git'), head: { kind: 'branch', ref: 'refs/heads/main', oid: tip } });
  });

  test('from a linked worktree, whose HEAD is its own and whose refs are shared but for its own', async () => {
    git(main, ['worktree', 'add', '--quiet', '-b', 'linked', at('linked')]);
    git(at('linked'), ['update-ref', 'refs/bisect/bad', 'HEAD']);
    git(main, ['update-ref', 'refs/worktree/mine', 'HEAD']);
    expect(await opened(at('linked'))).toEqual({ gitDir: join(main, '.git'), head: { kind: 'branch', ref: 'refs/heads/linked', oid: tip } });
    for (const path of [main, at('linked')]) {
      const reader = await openRepository(path);
      expect((await reader.refs()).refs.map(({ name }) => name)).toEqual(git(path, ['for-each-ref', '--format=%(refname)']).trimEnd().split('\n'));
      await reader.close();
    }
  });

  test('from a submodule', async () => {
    const outer = copy('outer');
    git(outer, ['-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', main, 'module']);
    expect((await opened(join(outer, 'module'))).gitDir).toBe(join(outer, '.git', 'modules', 'module'));
  });

  test('with packs borrowed from inside itself', async () => {
    const path = copy('inside');
    mkdirSync(join(path, '.git', 'objects', 'more'));
    for (const name of readdirSync(join(path, '.git', 'objects')).filter((folder) => /^[0-9a-f]{2}$/.test(folder))) renameSync(join(path, '.git', 'objects', name), join(path, '.git', 'objects', 'more', name));
    mkdirSync(join(path, '.git', 'objects', 'info'), { recursive: true });
    writeFileSync(join(path, '.git', 'objects', 'info', 'alternates'), `# inside\n${join(path, '.git', 'objects', 'more')}\n`);
    expect((await opened(path)).head).toMatchObject({ oid: tip });
  });

  test('HEAD as the symbolic link that git once made', async () => {
    const path = copy('old-head');
    rmSync(join(path, '.git', 'HEAD'));
    symlinkSync('refs/heads/main', join(path, '.git', 'HEAD'));
    expect((await opened(path)).head).toEqual({ kind: 'branch', ref: 'refs/heads/main', oid: tip });
  });

  test('without a commit', async () => {
    mkdirSync(at('empty'));
    git(at('empty'), ['init', '--quiet', '--initial-branch=trunk']);
    const reader = await openRepository(at('empty'));
    expect(await reader.head()).toEqual({ kind: 'unborn', ref: 'refs/heads/trunk' });
    expect(await reader.refs()).toEqual({ refs: [], skipped: [], remoteHead: null });
    await expect(reader.resolve('HEAD')).rejects.toMatchObject({ code: 'empty-repository', exitCode: 2 });
    await reader.close();
  });
});

describe('refused', () => {
  const refusal = (code: string): object => ({ code, exitCode: code === 'not-a-repository' ? 2 : 3, hint: expect.stringMatching(/./) });

  test('what is no repository', async () => {
    mkdirSync(at('plain', '.git'), { recursive: true });
    writeFileSync(at('file'), 'x');
    mkdirSync(at('torn'));
    writeFileSync(at('torn', '.git'), 'gitdir: /nowhere/at/all\n');
    mkdirSync(at('odd'));
    writeFileSync(at('odd', '.git'), 'something else');
    for (const path of [at('plain'), at('file'), at('nothing'), at('torn'), at('odd')]) await expect(openRepository(path), path).rejects.toMatchObject(refusal('not-a-repository'));
  });

  test('objects named by SHA-256, refs kept in an unknown way, extensions and versions that are not known', async () => {
    mkdirSync(at('sha256'));
    git(at('sha256'), ['init', '--quiet', '--object-format=sha256']);
    await expect(openRepository(at('sha256'))).rejects.toMatchObject({ ...refusal('unsupported-repository'), hint: expect.stringContaining('native reader') });
    for (const [name, config] of [['refs-elsewhere', '[core]\nrepositoryformatversion = 1\n[extensions]\nrefStorage = database\n'], ['unknown', '[core]\nrepositoryformatversion = 1\n[extensions]\nnovelty = x\n'], ['version', '[core]\nrepositoryformatversion = 7\n'], ['damaged', '[core\n']] as const) {
      const path = copy(name);
      writeFileSync(join(path, '.git', 'config'), config);
      await expect(openRepository(path), name).rejects.toMatchObject(refusal('unsupported-repository'));
    }
  });

  test('links and borrowed objects that lead out of it', async () => {
    mkdirSync(at('by-link'));
    symlinkSync(join(main, '.git'), at('by-link', '.git'));
    await expect(openRepository(at('by-link'))).rejects.toMatchObject({ ...refusal('unsupported-repository'), hint: expect.stringContaining(join(main, '.git')) });

    for (const part of ['objects', 'refs', 'objects/pack', 'refs/heads']) {
      const path = copy(`link-${part.replace('/', '-')}`);
      rmSync(join(path, '.git', part), { recursive: true });
      symlinkSync(join(main, '.git', part), join(path, '.git', part));
      await expect(openRepository(path), part).rejects.toMatchObject(refusal('unsupported-repository'));
    }
    for (const part of ['packed-refs', 'config', 'shallow']) {
      const path = copy(`link-${part}`);
      rmSync(join(path, '.git', part), { force: true });
      symlinkSync('/etc/passwd', join(path, '.git', part));
      const reading = openRepository(path).then(async (reader) => { await reader.refs(); await reader.commit('1'.repeat(40) as Oid); });
      await expect(reading, part).rejects.toMatchObject(refusal('unsupported-repository'));
    }

    git(dir.path, ['clone', '--quiet', '--shared', main, at('borrowing')]);
    await expect(openRepository(at('borrowing'))).rejects.toMatchObject({ ...refusal('unsupported-repository'), message: expect.stringContaining(join(main, '.git', 'objects')) });
    for (const [name, line] of [['up', '../../../main/.git/objects'], ['linked-inside', 'elsewhere'], ['itself-not', '/']] as const) {
      const path = copy(`alternate-${name}`);
      mkdirSync(join(path, '.git', 'objects', 'info'), { recursive: true });
      symlinkSync(join(main, '.git', 'objects'), join(path, '.git', 'objects', 'elsewhere'));
      writeFileSync(join(path, '.git', 'objects', 'info', 'alternates'), `${line}\n`);
      await expect(openRepository(path), name).rejects.toMatchObject(refusal('unsupported-repository'));
    }
  });

  test('.git files and common folders that do not claim each other', async () => {
    mkdirSync(at('pretender'));
    writeFileSync(at('pretender', '.git'), `gitdir: ${join(main, '.git')}\n`);
    await expect(openRepository(at('pretender'))).rejects.toMatchObject(refusal('unsupported-repository'));
    git(main, ['worktree', 'add', '--quiet', '--detach', at('owner')]);
    mkdirSync(at('thief'));
    writeFileSync(at('thief', '.git'), readFileSync(at('owner', '.git')));
    await expect(openRepository(at('thief'))).rejects.toMatchObject({ ...refusal('unsupported-repository'), hint: expect.stringContaining('worktree repair') });
    const path = copy('common');
    writeFileSync(join(path, '.git', 'commondir'), join(main, '.git'));
    await expect(openRepository(path)).rejects.toMatchObject(refusal('unsupported-repository'));
  });

  test('files that would take hours or all memory', async () => {
    const bombs: readonly (readonly [string, string | number, string])[] = [
      ['config', '[a]'.repeat(5_000_000), ''], ['config', '[a]\n'.padEnd(4) + 'k\n'.repeat(7_000_000), 'too-large'], ['config', `[a]\nk = ${'"" '.repeat(5_000_000)}\n`, ''],
      ['config', 200 << 20, 'too-large'], ['packed-refs', 200 << 20, 'too-large'], ['packed-refs', 2 ** 33, 'too-large'], ['HEAD', 1 << 30, 'too-large'], ['shallow', 1 << 30, 'too-large'],
    ];
    for (const [n, [part, content, code]] of bombs.entries()) {
      const path = copy(`bomb-${n}`);
      const file = join(path, '.git', part);
      if (typeof content === 'string') writeFileSync(file, content);
      else {
        writeFileSync(file, '');
        truncateSync(file, content);
      }
      const reading = openRepository(path).then(async (reader) => { await reader.refs(); await reader.commit('1'.repeat(40) as Oid).catch((error: { code: string }) => { if (error.code !== 'missing-object') throw error; }); return ''; }, (error: { code: string }) => error.code);
      expect(await reading.catch((error: { code: string }) => error.code), `${n} ${part}`).toBe(code);
      rmSync(path, { recursive: true });
    }
  });

  test('pipes in place of files, without waiting for them', async () => {
    for (const part of ['HEAD', 'config', 'packed-refs', 'refs/heads/main', `objects/${tip.slice(0, 2)}/${tip.slice(2)}`]) {
      const path = copy(`pipe-${part.replaceAll('/', '-')}`);
      rmSync(join(path, '.git', part), { force: true });
      if (spawnSync('mkfifo', [join(path, '.git', part)]).status !== 0) throw new Error('this test needs mkfifo');
      const reading = openRepository(path).then(async (reader) => { await reader.refs(); await reader.commit(tip); });
      await expect(reading, part).rejects.toMatchObject({ code: part === 'HEAD' ? 'not-a-repository' : 'unsupported-repository' });
    }
  });
});

test('what git config lists is what we read, for every file it accepts', () => {
  const path = at('config');
  const piece = fc.oneof(
    fc.constantFrom('[core]\n', '[a "b c"]\n', '[a "B\\"\\\\x"]', '[Sec.Sub]\n', '[branch "x/y.z"] ', '\n', '# c\n', ' ; [x]\n', '\t'),
    fc.constantFrom('k = v\n', 'K=\n', 'flag\n', 'flag # c\n', 'a-1 = "q # ;" x # c\n', 'e = \\n\\t\\b\\\\\\"\n', 'c = one \\\n  two\n', 's =   in  side   \n', 'q = " lead"  \n', 'crlf = x\r\n', 'u = \xff\xc3\xa9\n', 'x = "a\\\nb"\n', 'bad\\ = x\n', 'k = "open\n', 'k = \\q\n', '1k = v\n', '[broken\n', '=v\n', 'k v\n', 'n = -1\n', 'k = v;c\n', 'k = v#c\n', 'semi = "a;b" "c"\n'),
  );
  let accepted = 0;
  const texts = fc.sample(fc.array(piece, { minLength: 1, maxLength: 7 }).map((parts) => parts.join('')), { numRuns: 500, seed: 3 });
  for (const text of texts) {
    writeFileSync(path, text, 'latin1');
    const theirs = tryGit(dir.path, ['config', '--file', path, '--list', '--null']);
    let ours: string[] | null;
    try {
      ours = parseConfig(Buffer.from(text, 'latin1')).map(({ section, subsection, name, value }) => `${[section, ...(subsection === null ? [] : [subsection]), name].filter((part, i) => i > 0 || part !== '').join('.')}\n${value}`);
    } catch {
      ours = null;
    }
    // A name without '=' is listed without a value.
    const expected = theirs.status === 0 ? theirs.stdout.split('\0').slice(0, -1).map((row) => (row.includes('\n') ? row : `${row}\ntrue`)) : null;
    expect(ours, JSON.stringify(text)).toEqual(expected);
    if (expected !== null && expected.length > 0) accepted++;
  }
  expect(accepted).toBeGreaterThan(100);
  expect(['true', 'Yes', 'on', '1', '17', 'false', 'no', 'off', '0', ''].map((value) => isTrue(value))).toEqual([true, true, true, true, true, false, false, false, false, false]);
});
