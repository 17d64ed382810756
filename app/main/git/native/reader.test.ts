// Danger: two readers that answer differently, so that a change has one id here and another there; a git that hangs, dies, or
// is not the user's; a repository that gets git to run a program or to read outside. Real git, real repositories of every shape.
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tmpdir } from 'node:os';
import { execFileSync, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ByteString, Oid } from '../../../core/bytes.ts';
import { Log } from '../../../core/collaboration/log.ts';
import type { RepositoryReader } from '../../../core/repository.ts';
import { generate } from '../../../../testkit/generate.ts';
import { git, gitLine, initBare, tempDir } from '../../../../testkit/git.ts';
import type { TempDir } from '../../../../testkit/git.ts';
import { hostileRepository } from '../../../../testkit/hostile/repository.ts';
import { load } from '../../../../testkit/loaded.ts';
import { writeSample } from '../../service/sample.ts';
import { Workspace } from '../../service/workspace.ts';
import { readLog } from '../log/log.ts';
import { openRepository } from '../open.ts';
import { EMPTY_TREES, objectId } from '../oids.ts';
import { treeDiff, treeIdOf } from '../trees.ts';
import { COMMANDS } from './git.ts';

let dir: TempDir;
beforeAll(() => { dir = tempDir('native'); });
afterAll(() => { dir.remove(); });

const at = (name: string): string => join(dir.path, name);
const caught = (error: { code: string; data: object }): unknown => ({ code: error.code, data: error.data });
const realGit = execFileSync('/bin/sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();

/** Every method's answer for every object and ref of the repository, and for what it does not hold. */
async function everything(reader: RepositoryReader, path: string): Promise<{ answers: unknown[]; objects: number }> {
  const rows = gitLine(path, ['cat-file', '--batch-all-objects', '--batch-check=%(objectname) %(objecttype)']).split('\n').map((row) => row.split(' ') as [Oid, string]);
  const answers: unknown[] = [reader.gitDir, reader.objectFormat, await reader.head(), await reader.refs().catch(caught), await reader.upstreams()];
  const digits = reader.objectFormat === 'sha1' ? 40 : 64;
  const absent = '0123456789'.repeat(7).slice(0, digits) as Oid;
  const empty = EMPTY_TREES[reader.objectFormat];
  answers.push(await Promise.all([...rows, [absent, 'none'] as const, [empty, 'tree'] as const].map(async ([oid]) => [
    oid, await reader.has(oid), await reader.blobSize(oid).catch(caught), await reader.commit(oid).catch(caught), await reader.tree(oid).catch(caught),
    await reader.blob(oid).then((bytes) => Buffer.from(bytes).toString('latin1'), caught),
  ])));
  const names = git(path, ['for-each-ref', '--format=%(refname)']).trimEnd().split('\n') as ByteString[];
  const abbreviated = rows.slice(0, 40).map(([oid]) => oid.slice(0, 9));
  for (const rev of [...names, ...abbreviated, 'HEAD', 'main', 'main~1', 'nope', '0000', absent]) answers.push([rev, await reader.resolve(rev).catch(caught)]);
  return { answers, objects: rows.length };
}

async function expectEqualAnswers(path: string, inside = path): Promise<number> {
  const [native, embedded] = [await openRepository(inside, { reader: 'native' }), await openRepository(inside, { reader: 'embedded' })];
  expect([native.kind, embedded.kind]).toEqual(['native', 'embedded']);
  const [theirs, ours] = [await everything(native, path), await everything(embedded, path)];
  expect(theirs.answers).toEqual(ours.answers);
  await Promise.all([native.close(), embedded.close()]);
  return ours.objects;
}

const acus = async (path: string, reader: 'native' | 'embedded'): Promise<{ ids: unknown; digest: unknown }> => {
  const loaded = await load(path, { reader });
  expect(loaded.reader.kind).toBe(reader);
  await loaded.close();
  return { ids: loaded.engine.acus.map(({ id }) => id), digest: loaded.engine.digest };
};

describe('both readers give the same answers and the same ids', () => {
  test.each([['team', 3], ['kinds', 5]] as const)('over a generated repository, mix %s', async (mix, seed) => {
    const made = await generate({ seed, mix, sources: 24 });
    try {
      expect(await expectEqualAnswers(made.dir)).toBeGreaterThan(100);
      const [native, embedded] = [await acus(made.dir, 'native'), await acus(made.dir, 'embedded')];
      expect(native).toEqual(embedded);
      expect((native.ids as unknown[]).length).toBeGreaterThan(10);
      git(made.dir, ['repack', '-q', '-a', '-d', '-f']);
      await expectEqualAnswers(made.dir);
    } finally {
      made.remove();
    }
  });

  test('over the sample', async () => {
    await writeSample(at('sample'));
    await expectEqualAnswers(at('sample'));
    expect(await acus(at('sample'), 'native')).toEqual(await acus(at('sample'), 'embedded'));
  });

  test('over working trees, linked ones, shallow clones and repositories that miss objects', async () => {
    await writeSample(at('origin'));
    git(dir.path, ['clone', '--quiet', 'origin', 'tree']);
    git(at('tree'), ['worktree', 'add', '--quiet', '../linked', 'HEAD~1']);
    git(dir.path, ['clone', '--quiet', '--bare', '--depth=1', `file://${at('origin')}`, 'shallow']);
    await expectEqualAnswers(at('tree'));
    await expectEqualAnswers(at('linked'));
    await expectEqualAnswers(at('shallow'));
    initBare(at('lacking'));
    const blob = git(at('lacking'), ['hash-object', '-w', '--stdin'], { input: 'there' }).trim();
    const tree = git(at('lacking'), ['mktree', '--missing'], { input: `100644 blob ${blob}\ta\n100644 blob ${'5'.repeat(40)}\tb\n` }).trim();
    const commit = git(at('lacking'), ['commit-tree', '-m', 'm', tree]).trim();
    git(at('lacking'), ['update-ref', 'refs/heads/main', commit]);
    await expectEqualAnswers(at('lacking'));
  });
});

test('a repository of SHA-256 imports through git, every id checked, and says without git what it needs', async () => {
  const path = at('sha256');
  initBare(path, { objectFormat: 'sha256' });
  const data = (text: string): string => `data ${text.length}\n${text}\n`;
  const commit = (branch: string, from: string | null, text: string): string =>
    `commit refs/heads/${branch}\ncommitter C <c@x> 1700000000 +0000\n${data(branch)}${from === null ? '' : `from ${from}\n`}M 100644 inline dir/f\n${data(text)}`;
  const lines = (middle: string): string => `1\n2\n3\n${middle}\n5\n6\n7\n`;
  git(path, ['fast-import', '--quiet', '--date-format=raw'], { input: commit('main', null, lines('4')) + commit('a', 'refs/heads/main', lines('a')) + commit('b', 'refs/heads/main', lines('b')) });
  git(path, ['tag', '-a', '-m', 't', 'v1', 'main']);
  git(path, ['pack-refs', '--all']);
  const loaded = await load(path, { reader: 'auto' });
  expect([loaded.reader.kind, loaded.reader.objectFormat]).toEqual(['native', 'sha256']);
  expect(loaded.segments.length).toBe(2);
  // The tree that a change makes of another has git's id, by our own SHA-256.
  const [main, a] = await Promise.all(['main', 'a'].map(async (rev) => (await loaded.reader.commit(await loaded.reader.resolve(rev))).tree)) as [Oid, Oid];
  const changes = await treeDiff(loaded.reader, main, a);
  expect(changes.size).toBe(1);
  expect(await treeIdOf(loaded.reader, main, new Map([...changes].map(([name, { after }]) => [name, after])))).toBe(gitLine(path, ['rev-parse', 'a^{tree}']));
  expect(Buffer.from(await loaded.reader.blob(gitLine(path, ['rev-parse', 'a:dir/f']) as Oid)).toString()).toBe(lines('a'));
  expect((await loaded.reader.refs()).refs.map(({ name, oid }) => `${oid} ${name}`)).toEqual(
    gitLine(path, ['for-each-ref', '--format=%(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end) %(refname)']).split('\n'));
  await loaded.close();
  const workspace = await Workspace.open(at('sha256.acumen'));
  expect(await workspace.call('import', { path, base: null, refs: [], grain: 'branch', ticket: 't' })).toMatchObject({ acus: 2, sources: 3, edits: 2 });
  await workspace.close();
  await expect(openRepository(path, { searchPath: '' })).rejects.toMatchObject({ code: 'unsupported-repository', hint: expect.stringContaining('2.38') });
});

describe('which git is run', () => {
  test('without git the embedded reader stands in, and native by force says why it cannot', async () => {
    await writeSample(at('no-git'));
    const reader = await openRepository(at('no-git'), { searchPath: '' });
    expect(reader.kind).toBe('embedded');
    await reader.close();
    await expect(openRepository(at('no-git'), { reader: 'native', searchPath: '' })).rejects.toMatchObject({ code: 'io' });
  });

  test('never one inside the repository, nor by a relative path, nor an old one', async () => {
    mkdirSync(at('planted/bin'), { recursive: true });
    git(at('planted'), ['init', '--quiet']);
    const plant = (folder: string, script: string): string => {
      mkdirSync(at(folder), { recursive: true });
      writeFileSync(join(at(folder), 'git'), `#!/bin/sh\n${script}\n`);
      chmodSync(join(at(folder), 'git'), 0o755);
      return at(folder);
    };
    const mark = at('PLANTED');
    const runner = `echo ran >> '${mark}'; exec '${realGit}' "$@"`;
    const inside = plant('planted/bin', runner);
    symlinkSync(join(inside, 'git'), join(plant('elsewhere', ''), 'link'));
    rmSync(join(at('elsewhere'), 'git'));
    renameSync(join(at('elsewhere'), 'link'), join(at('elsewhere'), 'git'));
    const found = async (searchPath: string): Promise<string> => {
      const reader = await openRepository(at('planted'), { searchPath });
      await reader.close();
      return reader.kind;
    };
    expect(await found([inside, at('elsewhere'), 'bin', '.', ''].join(':'))).toBe('embedded');
    expect(await found(`${inside}:${dirname(realGit)}`)).toBe('native');
    expect(existsSync(mark)).toBe(false);
    expect(await found(plant('old', 'echo git version 2.37.9'))).toBe('embedded');
    // The same runner outside the repository is run: the mark can appear.
    expect(await found(plant('outside', runner))).toBe('native');
    expect(existsSync(mark)).toBe(true);
  });
});

describe('a git that fails', () => {
  const fake = (name: string, script: string): string => {
    mkdirSync(at(name), { recursive: true });
    writeFileSync(join(at(name), 'git'), `#!/bin/sh\ncase "$1" in version) echo git version 2.40.0 ;; *) ${script} ;; esac\n`);
    chmodSync(join(at(name), 'git'), 0o755);
    return at(name);
  };

  test('and hangs is given up after its time, while reading and when asked its version', async () => {
    await writeSample(at('hang'));
    const reader = await openRepository(at('hang'), { reader: 'native', searchPath: fake('hanging', 'exec /bin/sleep 60'), timeoutMs: 300 });
    const asked = performance.now();
    await expect(reader.resolve('main')).rejects.toMatchObject({ code: 'io', message: expect.stringContaining('0.3 s') });
    expect(performance.now() - asked).toBeLessThan(10_000);
    await reader.close();
    mkdirSync(at('mute'));
    writeFileSync(join(at('mute'), 'git'), '#!/bin/sh\nexec /bin/sleep 60\n', { mode: 0o755 });
    await expect(openRepository(at('hang'), { reader: 'native', searchPath: at('mute'), timeoutMs: 300 })).rejects.toMatchObject({ code: 'io', message: expect.stringContaining('0.3 s') });
    const instead = await openRepository(at('hang'), { searchPath: at('mute'), timeoutMs: 300 });
    expect(instead.kind).toBe('embedded');
    await instead.close();
  });

  test('and is killed rejects what was asked, is started once more, and not for ever', async () => {
    await writeSample(at('killed'));
    const pid = at('pid');
    const searchPath = fake('killable', `echo $$ > '${pid}'; exec '${realGit}' "$@"`);
    const reader = await openRepository(at('killed'), { reader: 'native', searchPath });
    const main = await reader.resolve('main');
    const { tree } = await reader.commit(main);
    const first = readFileSync(pid, 'utf8');
    process.kill(Number(first), 'SIGSTOP');
    const asked = Promise.allSettled([reader.tree(tree), reader.has(main.replace(/.$/, 'x') as Oid), reader.blobSize(tree)]);
    process.kill(Number(first), 'SIGKILL');
    const settled = await asked;
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected']);
    expect(settled[0]).toMatchObject({ reason: { code: 'io' } });
    expect((await reader.tree(tree)).length).toBeGreaterThan(0);
    expect(readFileSync(pid, 'utf8')).not.toBe(first);
    await reader.close();

    const dying = await openRepository(at('killed'), { reader: 'native', searchPath: fake('dying', `echo x >> '${at('starts')}'; exit 3`) });
    for (let i = 0; i < 5; i++) await expect(dying.commit(main)).rejects.toMatchObject({ code: 'io' });
    expect(readFileSync(at('starts'), 'utf8')).toBe('x\nx\n');
    await dying.close();
  });

  test('and answers something else, or more than was asked, is not believed', async () => {
    await writeSample(at('liar'));
    const oid = gitLine(at('liar'), ['rev-parse', 'main']) as Oid;
    const answer = async (script: string): Promise<unknown> => {
      const reader = await openRepository(at('liar'), { reader: 'native', searchPath: fake('lying', script), timeoutMs: 5000 });
      const said = await reader.blob(oid).catch((error: { code: string }) => error.code);
      await reader.close();
      return said;
    };
    const honest = objectId('blob', Buffer.from('four'));
    expect(await answer(`read line; echo '${oid} blob 4'; echo four; read line`)).toBe('corrupt-object');
    expect(await answer(`read line; echo '${honest} blob 4'; echo four; read line`)).toBe('io');
    expect(await answer(`read line; echo '${oid} blob 4'; echo fourteen; read line`)).toBe('io');
    expect(await answer(`read line; echo '${oid} blob 9000000000000'; echo four; read line`)).toBe('too-large');
    expect(await answer(`read line; while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done`)).toBe('io');
  });
});

test('a damaged object is said to be, and the objects asked for beside it are read', async () => {
  const path = at('damaged');
  initBare(path);
  const ids = ['one', 'two', 'three'].map((text) => git(path, ['hash-object', '-w', '--stdin'], { input: text }).trim() as Oid);
  const file = join(path, 'objects', ids[1]!.slice(0, 2), ids[1]!.slice(2));
  chmodSync(file, 0o644);
  writeFileSync(file, 'not zlib');
  for (const reader of [await openRepository(path, { reader: 'native' }), await openRepository(path, { reader: 'embedded' })]) {
    const read = await Promise.all(ids.map((oid) => reader.blob(oid).then((bytes) => Buffer.from(bytes).toString(), (error: { code: string }) => error.code)));
    expect(read).toEqual(['one', 'corrupt-object', 'three']);
    await reader.close();
  }
});

describe('hostile repositories', () => {
  test('with every hook, filter and helper armed nothing runs, and the fixture would show it', async () => {
    mkdirSync(at('hostile'));
    const hostile = hostileRepository(at('hostile'));
    expect(hostile.letGitRun()).toBe(true);
    expect(hostile.pwned()).toBe(false);
    const loaded = await load(hostile.path, { reader: 'native' });
    expect(loaded.reader.kind).toBe('native');
    expect(loaded.segments.length).toBeGreaterThan(3);
    await everything(loaded.reader, hostile.path);
    expect(await loaded.reader.has('5'.repeat(40) as Oid)).toBe(false);
    await loaded.close();
    // and its history, with every commit compared
    const reader = await openRepository(hostile.path, { reader: 'native' }), head = await reader.resolve('main');
    const { log } = await readLog(reader, head, new Log(40));
    expect(log.commits).toBe(Number(gitLine(hostile.path, ['rev-list', '--count', 'main'])));
    await reader.close();
    expect(hostile.pwned()).toBe(false);
  });

  test('objects are never looked for outside: alternates in every spelling, links in place of folders and files', async () => {
    initBare(at('secret'));
    const secret = git(at('secret'), ['hash-object', '-w', '--stdin'], { input: 'secret' }).trim() as Oid;
    const outside = join(realpathSync(at('secret')), 'objects');
    const refused = async (name: string, plant: (objects: string) => void): Promise<void> => {
      initBare(at(name));
      plant(join(at(name), 'objects'));
      await expect(openRepository(at(name), { reader: 'native' }), name).rejects.toMatchObject({ code: 'unsupported-repository' });
    };
    const alternates = (objects: string, text: string): void => { mkdirSync(join(objects, 'info'), { recursive: true }); writeFileSync(join(objects, 'info/alternates'), text); };
    await refused('plain', (objects) => alternates(objects, `${outside}\n`));
    await refused('relative', (objects) => alternates(objects, '../../secret/objects\n'));
    await refused('quoted', (objects) => { mkdirSync(join(objects, `"${outside}"`), { recursive: true }); alternates(objects, `"${outside}"\n`); });
    await refused('return', (objects) => { mkdirSync(join(objects, 'x')); symlinkSync(outside, join(objects, 'x\r')); alternates(objects, 'x\r\n'); });
    await refused('through', (objects) => { symlinkSync(dirname(outside), join(objects, 'way')); alternates(objects, 'way/objects\n'); });
    await refused('fan', (objects) => symlinkSync(join(outside, secret.slice(0, 2)), join(objects, secret.slice(0, 2))));
    await refused('file', (objects) => { mkdirSync(join(objects, secret.slice(0, 2))); symlinkSync(join(outside, secret.slice(0, 2), secret.slice(2)), join(objects, secret.slice(0, 2), secret.slice(2))); });
    // Without the refusal git would read it.
    rmSync(join(at('quoted'), 'objects', '"'), { recursive: true });
    expect(git(at('quoted'), ['cat-file', 'blob', secret])).toBe('secret');
  });

  test('what is no id never reaches git', async () => {
    await writeSample(at('ids'));
    const reader = await openRepository(at('ids'), { reader: 'native' });
    for (const text of ['HEAD', 'main', `${'5'.repeat(40)}\ncontents HEAD`, '', '5'.repeat(64)]) {
      expect(await reader.has(text as Oid)).toBe(false);
      await expect(reader.blob(text as Oid)).rejects.toMatchObject({ code: 'missing-object' });
    }
    await reader.close();
    expect(Object.values(COMMANDS).map((words) => words.find((word) => /^[a-z-]{3,}$/.test(word))).sort()).toEqual(['cat-file', 'diff-tree', 'diff-tree', 'diff-tree', 'rev-list', 'rev-parse', 'version']);
  });
});

test('our own git directory is gone when the reader is closed, and when the process ends without closing it', async () => {
  await writeSample(at('tidy'));
  const folders = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('acumen-git-'));
  const temp = at('temp');
  mkdirSync(temp);
  const script = `import { openRepository } from ${JSON.stringify(join(import.meta.dirname, '../open.ts'))}; import { readdirSync } from 'node:fs';
    const reader = await openRepository(${JSON.stringify(at('tidy'))}, { reader: 'native' }); await reader.commit(await reader.resolve('main')); console.log(readdirSync(${JSON.stringify(temp)}).length);`;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', env: { PATH: process.env['PATH'], TMPDIR: temp }, timeout: 30_000 });
  // It also ended by itself: an idle git does not keep a process alive.
  expect([run.status, run.stdout.trim(), readdirSync(temp)]).toEqual([0, '1', []]);
  const reader = await openRepository(at('tidy'), { reader: 'native' });
  const during = folders().length;
  await reader.close();
  expect(during).toBeGreaterThan(0);
});
