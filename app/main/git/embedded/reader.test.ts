// Danger: an object, a ref or a revision that we read otherwise than git does. Real repositories, loose and packed in every
// way git packs, are read by us and by git and compared whole.
import { mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fromUtf8 } from '../../../core/bytes.ts';
import type { Oid } from '../../../core/bytes.ts';
import type { RepositoryReader } from '../../../core/repository.ts';
import { fastImport, git, gitLine, initBare, tempDir, tryGit } from '../../../../testkit/git.ts';
import type { TempDir } from '../../../../testkit/git.ts';
import { encodeCommit } from '../format.ts';
import { openRepository } from './reader.ts';

let dir: TempDir;
beforeAll(() => { dir = tempDir('reader'); });
afterAll(() => { dir.remove(); });

/** A history with everything a tree can hold; `random` makes files that grow, so that packs hold long chains of deltas. */
function makeHistory(path: string, commits = 60): void {
  initBare(path);
  let stream = '';
  let seed = 7;
  const random = (n: number): number => { seed = (seed * 1103515245 + 12345) % 2147483648; return seed % n; };
  const lines = Array.from({ length: 400 }, (_, i) => `line ${i} ${random(1e6)}\n`);
  const data = (text: string): string => `data ${text.length}\n${text}\n`;
  for (let i = 0; i < commits; i++) {
    lines[random(lines.length)] = `changed ${i} ${random(1e6)}\n`;
    lines.splice(random(lines.length), 0, `new ${i}\n`);
    stream += `commit refs/heads/main\nmark :${i + 1}\nauthor A\xff <a@x> ${1600000000 + i} +0530\ncommitter C <c@x> ${1600000000 + i * 60} -0800\n${data(`message ${i}\n\n\xfe\xff`)}`;
    if (i > 0) stream += `from :${i}\n`;
    if (i > 1 && i % 7 === 0) stream += `merge :${i - 1}\n`;
    stream += `M 100644 inline grows.txt\n${data(lines.join(''))}`;
    stream += `M 100755 inline dir/sub/${i % 5}.sh\n${data(`#!/bin/sh\n${i}\r\nno newline`)}`;
    if (i === 0) {
      stream += `M 120000 inline link\n${data('grows.txt')}M 160000 ${'1'.repeat(40)} module\n`;
      stream += `M 100644 inline "bad\\377name/\\200"\n${data('bytes')}M 100644 inline empty\n${data('')}M 100644 inline a.b\n${data('1')}M 100644 inline a/x\n${data('2')}M 100644 inline a0\n${data('3')}`;
    }
  }
  fastImport(path, stream);
}

const packings: readonly (readonly [string, (path: string) => void])[] = [
  ['loose', unpackAll],
  ['in one pack', (path) => { git(path, ['repack', '-q', '-a', '-d']); }],
  ['packed with deltas on offsets', (path) => { git(path, ['repack', '-q', '-a', '-d', '-f', '--depth=50', '--window=50']); }],
  ['packed with deltas on ids', (path) => { git(path, ['-c', 'repack.useDeltaBaseOffset=false', 'repack', '-q', '-a', '-d', '-f', '--depth=50']); }],
  ['packed with the index of packs beyond 2 GiB', reindexWithLargeOffsets],
  ['in many packs, the rest loose', manyPacks],
];

const packFolder = (path: string): string => join(path, 'objects', 'pack');
const packNames = (path: string): string[] => readdirSync(packFolder(path)).filter((name) => name.endsWith('.pack'));

function unpackAll(path: string): void {
  for (const name of packNames(path)) {
    const pack = readFileSync(join(packFolder(path), name));
    for (const part of readdirSync(packFolder(path))) if (part.startsWith(name.replace(/pack$/, ''))) rmSync(join(packFolder(path), part));
    git(path, ['unpack-objects', '-q'], { input: pack });
  }
}

function reindexWithLargeOffsets(path: string): void {
  for (const name of packNames(path)) {
    rmSync(join(packFolder(path), name.replace(/pack$/, 'idx')));
    git(path, ['index-pack', '--index-version=2,0x40', join(packFolder(path), name)]);
  }
}

function manyPacks(path: string): void {
  unpackAll(path);
  const ids = gitLine(path, ['rev-list', '--all', '--objects', '--no-object-names']).split('\n');
  for (let i = 0; i < 5; i++) git(path, ['pack-objects', '-q', join(packFolder(path), 'pack')], { input: ids.filter((_, at) => at % 6 === i).join('\n') });
  git(path, ['prune-packed', '-q']);
}

/** Every object as git stores it, from one run of git: `OID TYPE SIZE`, the content, a line feed. */
function truth(path: string): { oid: Oid; type: string; content: string }[] {
  const output = git(path, ['cat-file', '--batch-all-objects', '--batch']);
  const found: { oid: Oid; type: string; content: string }[] = [];
  for (let at = 0; at < output.length;) {
    const end = output.indexOf('\n', at);
    const [oid, type, size] = output.slice(at, end).split(' ') as [Oid, string, string];
    found.push({ oid, type, content: output.slice(end + 1, end + 1 + Number(size)) });
    at = end + 2 + Number(size);
  }
  return found;
}

async function expectSameObjects(objects: ReturnType<typeof truth>, reader: RepositoryReader): Promise<void> {
  for (const { oid, type, content } of objects) {
    if (type === 'blob') {
      expect(await reader.blobSize(oid)).toBe(content.length);
      expect(Buffer.from(await reader.blob(oid)).toString('latin1')).toBe(content);
    } else if (type === 'tree') {
      const entries = await reader.tree(oid);
      expect(entries.map((entry) => `${entry.mode.toString(8)} ${entry.name}\0${Buffer.from(entry.oid, 'hex').toString('latin1')}`).join('')).toBe(content);
    } else {
      expect(encodeCommit(await reader.commit(oid)).toString('latin1')).toBe(content);
    }
    expect(await reader.has(oid)).toBe(true);
  }
  expect(await reader.has('0123456789012345678901234567890123456789' as Oid)).toBe(false);
}

describe('every object is what git says it is', () => {
  test.each(packings)('%s', async (name, pack) => {
    const path = join(dir.path, name.replaceAll(' ', '-'));
    makeHistory(path, 60);
    pack(path);
    const objects = truth(path);
    expect(new Set(objects.map(({ type }) => type))).toEqual(new Set(['commit', 'tree', 'blob']));
    // The second reader has next to no memory: every base is read again.
    for (const options of [{}, { cacheBytes: 1000 }]) {
      const reader = await openRepository(path, options);
      await expectSameObjects(objects, reader);
      await reader.close();
    }
  });

  test('the repository is repacked, and its loose objects pruned, while it is open', async () => {
    const path = join(dir.path, 'repacked');
    makeHistory(path, 30);
    unpackAll(path);
    const reader = await openRepository(path, { cacheBytes: 1000 });
    const commits = gitLine(path, ['rev-list', '--all']).split('\n') as Oid[];
    for (const oid of commits.slice(0, 10)) await reader.commit(oid);
    git(path, ['repack', '-q', '-a', '-d']);
    for (const oid of commits.slice(0, 20)) await reader.commit(oid);
    git(path, ['repack', '-q', '-a', '-d', '-f', '--depth=3']);
    for (const oid of commits) expect((await reader.commit(oid)).oid).toBe(oid);
    const blob = gitLine(path, ['hash-object', '-w', '--stdin'], { input: 'new since' }) as Oid;
    expect(Buffer.from(await reader.blob(blob)).toString()).toBe('new since');
    await reader.close();
  });
});

describe('refs', () => {
  test('loose, packed, both, symbolic, tags of all sorts, and names that are not UTF-8', async () => {
    const path = join(dir.path, 'refs');
    makeHistory(path, 8);
    const tip = gitLine(path, ['rev-parse', 'main']);
    const update = (name: string, value = tip): void => { git(path, ['update-ref', '--stdin', '-z'], { input: `update ${name}\0${value}\0\0` }); };
    for (const name of ['refs/heads/packed', 'refs/heads/both', 'refs/heads/dir/one', 'refs/pull/12/head', 'refs/heads/\xff\xfe', `refs/heads/${fromUtf8('größe')}`, 'refs/x']) update(name);
    git(path, ['tag', '-a', '-m', 't', 'annotated', 'main']);
    git(path, ['tag', '-a', '-m', 't', 'nested', 'annotated']);
    git(path, ['tag', 'light', 'main~1']);
    git(path, ['tag', '-a', '-m', 't', 'of-tree', 'main^{tree}']);
    git(path, ['tag', 'blob', 'main:grows.txt']);
    git(path, ['pack-refs', '--all']);
    git(path, ['tag', '-a', '-m', 't', 'loose-annotated', 'main']);
    update('refs/heads/both', gitLine(path, ['rev-parse', 'main~2']));
    update('refs/heads/loose');
    git(path, ['symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/heads/loose']);
    git(path, ['symbolic-ref', 'refs/remotes/dangling/HEAD', 'refs/heads/nowhere']);
    mkdirSync(join(path, 'refs/heads/left-over/empty'), { recursive: true });
    writeFileSync(join(path, 'refs/heads/main.lock'), '');
    writeFileSync(join(path, 'refs/heads/broken'), 'garbage\n');
    writeFileSync(join(path, 'refs/heads/missing'), `${'5'.repeat(40)}\n`);
    symlinkSync('refs/heads/main', join(path, 'refs/heads/old-style'));
    symlinkSync('/etc/passwd', join(path, 'refs/heads/passwd'));
    const reader = await openRepository(path);
    const { refs, skipped, remoteHead } = await reader.refs();
    // git does not list a symbolic link of the old style outside HEAD, though it reads one.
    const names = git(path, ['for-each-ref', '--format=%(refname)']).trimEnd().split('\n');
    const peeled = git(path, ['cat-file', '--batch-check=%(objecttype) %(objectname)'], { input: names.map((name) => `${name}^{}\n`).join('') }).trimEnd().split('\n');
    const commits = names.flatMap((name, i) => (peeled[i]!.startsWith('commit ') ? [[name, peeled[i]!.slice(7)]] : []));
    expect(refs.filter(({ name }) => name !== 'refs/heads/old-style').map(({ name, oid }) => [name, oid])).toEqual(commits);
    expect(refs.map(({ name }) => name)).toEqual(expect.arrayContaining(['refs/tags/nested', 'refs/heads/both', 'refs/heads/\xff\xfe', 'refs/remotes/origin/HEAD', 'refs/heads/old-style', 'refs/x']));
    expect(skipped).toEqual(['refs/heads/broken', 'refs/heads/missing', 'refs/heads/passwd', 'refs/remotes/dangling/HEAD', 'refs/tags/blob', 'refs/tags/of-tree']);
    expect(remoteHead).toBe('refs/heads/loose');
    await reader.close();
  });

  test('a branch that disappears between listing and reading is unknown, and the rest stays', async () => {
    const path = join(dir.path, 'vanishing');
    makeHistory(path, 3);
    git(path, ['branch', 'doomed', 'main']);
    const reader = await openRepository(path);
    const listed = (await reader.refs()).refs.map(({ name }) => name);
    expect(listed).toContain('refs/heads/doomed');
    git(path, ['branch', '-D', 'doomed']);
    await expect(reader.resolve('refs/heads/doomed')).rejects.toMatchObject({ code: 'unknown-revision' });
    expect((await reader.refs()).refs.map(({ name }) => name)).toEqual(listed.filter((name) => name !== 'refs/heads/doomed'));
    await reader.close();
  });

  test('head is a branch, detached or unborn; upstreams are what git says', async () => {
    const path = join(dir.path, 'heads');
    makeHistory(path, 3);
    const tip = gitLine(path, ['rev-parse', 'main']) as Oid;
    const reader = await openRepository(path);
    expect(await reader.head()).toEqual({ kind: 'branch', ref: 'refs/heads/main', oid: tip });
    git(path, ['update-ref', '--no-deref', 'HEAD', 'main~1']);
    expect(await reader.head()).toEqual({ kind: 'detached', oid: gitLine(path, ['rev-parse', 'main~1']) });
    git(path, ['symbolic-ref', 'HEAD', 'refs/heads/new']);
    expect(await reader.head()).toEqual({ kind: 'unborn', ref: 'refs/heads/new' });
    await expect(reader.resolve('HEAD')).rejects.toMatchObject({ code: 'unborn-head', exitCode: 2 });
    await reader.close();

    for (const name of ['tracked', 'plain', 'Mixed.Case/x', 'local', 'elsewhere']) git(path, ['branch', name, 'main']);
    git(path, ['remote', 'add', 'origin', 'https://example.invalid/x']);
    git(path, ['remote', 'add', 'odd.name', 'https://example.invalid/y']);
    git(path, ['config', 'remote.odd.name.fetch', '+refs/heads/feature-*:refs/remotes/odd/f/*']);
    for (const ref of ['refs/remotes/origin/tracked', 'refs/remotes/origin/Mixed', 'refs/remotes/odd/f/z']) git(path, ['update-ref', ref, 'main']);
    const follow = (branch: string, remote: string, merge: string): void => { git(path, ['config', `branch.${branch}.remote`, remote]); git(path, ['config', `branch.${branch}.merge`, merge]); };
    follow('tracked', 'origin', 'refs/heads/tracked');
    follow('Mixed.Case/x', 'origin', 'refs/heads/Mixed');
    follow('elsewhere', 'odd.name', 'refs/heads/feature-z');
    follow('local', '.', 'refs/heads/main');
    writeFileSync(join(path, 'config'), '# bait\r\n[Core] ; c\n\tbare = true # x\n[include]\n\tpath = other\n[a "b\\"c\\\\"] k = "v # ; \\" \\\n  w" z \n\tflag\n', { flag: 'a' });
    const again = await openRepository(path);
    const expected = gitLine(path, ['for-each-ref', '--format=%(refname) %(upstream)', 'refs/heads']).split('\n').map((row) => row.split(' ')).filter(([, up]) => up !== '' && up !== 'refs/heads/main');
    expect([...await again.upstreams()].sort()).toEqual(expected);
    expect(expected.length).toBe(3);
    await again.close();
  });
});

describe('revisions', () => {
  test('the same commit as git rev-parse, or refused as git refuses', async () => {
    const path = join(dir.path, 'revisions');
    makeHistory(path, 30);
    git(path, ['tag', '-a', '-m', 't', 'annotated', 'main~3']);
    git(path, ['tag', 'of-tree', 'main^{tree}']);
    git(path, ['branch', 'dir/topic', 'main~5']);
    git(path, ['update-ref', 'refs/remotes/origin/main', 'main~2']);
    git(path, ['symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/main']);
    git(path, ['tag', 'same', 'main~7']);
    git(path, ['branch', 'same', 'main~8']);
    git(path, ['branch', 'abcd', 'main~9']);
    git(path, ['branch', 'größe', 'main~4']);
    const tip = gitLine(path, ['rev-parse', 'main']);
    const tree = gitLine(path, ['rev-parse', 'main^{tree}']);
    const revs = ['HEAD', '@', 'main', 'heads/main', 'refs/heads/main', 'origin', 'origin/main', 'remotes/origin/main', 'refs/remotes/origin/HEAD', 'annotated', 'tags/annotated', 'annotated^{}', 'annotated^{commit}', 'of-tree',
      'dir/topic', 'same', 'heads/same', 'abcd', 'main~', 'main^', 'main~3', 'main^0', 'main~0', 'main^2', 'main^3', 'main~2^1', 'main~2^2~3', 'HEAD~2^^', '@~5', '@^', 'main~100', 'main^^^^', 'main^{tree}', 'main^{blob}', 'main^{x', 'main:a', ':/x', '', '~1', '^main',
      'nope', 'main@{0}', tip, tip.toUpperCase(), tip.slice(0, 7), tip.slice(0, 4), tip.slice(0, 3), tip.slice(0, 39), tip.slice(0, 12).toUpperCase(), `${tip.slice(0, 8)}~2`, tree, tree.slice(0, 10), '0000', '5'.repeat(40), 'refs/heads/../heads/main', 'config', 'packed-refs', '../HEAD', 'refs', 'main..main'];
    const reader = await openRepository(path);
    const refusedOnPurpose = new Set(['main@{0}', 'main..main', '^main', ':/x', 'main:a']);
    for (const rev of revs) {
      const theirs = tryGit(path, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${rev}^{commit}`]);
      const ours = await reader.resolve(rev).catch((error: { code: string }) => error.code);
      const expected = theirs.status === 0 && !refusedOnPurpose.has(rev) ? theirs.stdout.trim() : 'unknown-revision';
      expect.soft(ours, JSON.stringify(rev)).toBe(expected);
    }
    expect(await reader.resolve('größe')).toBe(gitLine(path, ['rev-parse', 'main~4']));
    expect(await reader.resolve(fromUtf8('größe'))).toBe(gitLine(path, ['rev-parse', 'main~4']));
    await reader.close();
  });

  test('an abbreviation of two commits is ambiguous; one commit among other objects is not', async () => {
    const path = join(dir.path, 'ambiguous');
    initBare(path);
    const data = (text: string): string => `data ${text.length}\n${text}\n`;
    fastImport(path, Array.from({ length: 900 }, (_, i) => `commit refs/heads/b${i}\ncommitter C <c@x> ${1600000000 + i} +0000\n${data(`m${i}`)}M 100644 inline f\n${data(`f${i}`)}`).join(''));
    const rows = gitLine(path, ['cat-file', '--batch-all-objects', '--batch-check=%(objectname) %(objecttype)']).split('\n').map((row) => row.split(' ') as [string, string]);
    const byPrefix = Map.groupBy(rows, ([oid]) => oid.slice(0, 4));
    const reader = await openRepository(path);
    let ambiguous = 0;
    let preferred = 0;
    for (const [prefix, group] of byPrefix) {
      const commits = group.filter(([, type]) => type === 'commit');
      if (group.length < 2 || commits.length === 0) continue;
      const ours = await reader.resolve(prefix).catch((error: { code: string }) => error.code);
      const theirs = tryGit(path, ['rev-parse', '--verify', '--quiet', `${prefix}^{commit}`]);
      expect(ours).toBe(theirs.status === 0 ? theirs.stdout.trim() : 'ambiguous-name');
      if (commits.length > 1) ambiguous++; else preferred++;
    }
    expect(ambiguous).toBeGreaterThan(0);
    expect(preferred).toBeGreaterThan(0);
    await reader.close();
  });
});
