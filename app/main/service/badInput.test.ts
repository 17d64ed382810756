// What a repository may hold that would make a lesser import fail, hang or lie: very large files, files that are no text, bytes
// that are no UTF-8, histories that are not all there, branches that vanish while they are read. Each degrades as stated.
import { randomFillSync } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fastImport, git, gitLine, initBare, type TempDir, tempDir } from '../../../testkit/git.ts';
import { type Loaded, load } from '../../../testkit/loaded.ts';
import { numbered, smallRepository } from '../../../testkit/small.ts';
import type { RepositoryReader } from '../../core/repository.ts';
import { segmentKey } from '../../core/segmentKey.ts';
import { openRepository } from '../git/open.ts';
import { treeIdOf } from '../git/trees.ts';
import { composeSet } from './composer.ts';
import { importRepository } from './importer.ts';

let temp: TempDir;
let open: Loaded[] = [];
beforeEach(() => { temp = tempDir('bad-input'); });
afterEach(async () => {
  for (const l of open) await l.close();
  open = [];
  temp.remove();
});

async function loadFrom(dir: string): Promise<Loaded> {
  const loaded = await load(dir);
  open.push(loaded);
  return loaded;
}
const idOf = (l: Loaded, name: string) => l.engine.named(name).at(-1)!;
const verdict = (l: Loaded, a: string, b: string) => l.engine.verdict([idOf(l, a)], [idOf(l, b)]).kind;
async function composed(l: Loaded, ...names: string[]): Promise<string> {
  const c = await composeSet(l.engine, l.reader, names.map((n) => idOf(l, n)), l.stored);
  if (!('delta' in c)) throw new Error(JSON.stringify(c));
  return treeIdOf(l.reader, l.published.baseTree, c.delta);
}

test('a file of 100 MB is compared as a whole, and says so', async () => {
  const large = new Uint8Array(100 << 20);
  randomFillSync(large, 0, 1 << 20);
  large.forEach((_, i) => { if (large[i] === 0) large[i] = 10 + (i % 97); }); // no NUL: it is its size alone that counts
  const changed = large.slice();
  changed[5] = 65;
  const other = large.slice();
  other[90 << 20] = 66;
  const repo = smallRepository(temp.path, { 'large.txt': large, 'a.txt': numbered(5) });
  repo.branch('one', { 'large.txt': changed });
  repo.branch('two', { 'large.txt': other });
  repo.branch('three', { 'a.txt': numbered(5, { 2: 'three' }) });
  const l = await loadFrom(repo.path);
  expect(l.engine.acu(idOf(l, 'one'))!.reason).toContain('larger than 32 MiB, treated as binary');
  expect(verdict(l, 'one', 'two')).toBe('conflicts');
  expect(await composed(l, 'one', 'three')).toBe(gitLine(repo.path, ['merge-tree', '--write-tree', 'one', 'three']));
}, 120_000);

test('a file of 1,000,000 lines is compared by its lines', async () => {
  const lines = Array.from({ length: 1_000_000 }, (_, i) => `line ${i}\n`);
  const edit = (at: number, text: string): string => lines.map((s, i) => (i === at ? `${text}\n` : s)).join('');
  const repo = smallRepository(temp.path, { 'many.txt': lines.join('') });
  repo.branch('head', { 'many.txt': edit(3, 'head') });
  repo.branch('tail', { 'many.txt': edit(999_990, 'tail') });
  repo.branch('clash', { 'many.txt': edit(4, 'clash') });
  const l = await loadFrom(repo.path);
  expect(verdict(l, 'head', 'tail')).toBe('fits');
  expect(verdict(l, 'head', 'clash')).toBe('conflicts');
  expect(await composed(l, 'head', 'tail')).toBe(gitLine(repo.path, ['merge-tree', '--write-tree', 'head', 'tail']));
}, 120_000);

test('law 9: binary, CRLF, no final newline, NUL and bytes that are no UTF-8, in names too, come out as git has them', async () => {
  const dir = join(temp.path, 'bytes.git');
  initBare(dir);
  const data = (s: string): string => `data ${s.length}\n${s}\n`;
  const base = { 'crlf.txt': 'a\r\nb\r\nc\r\nd\r\ne\r\nf\r\n', 'open.txt': 'a\nb\nc\nd\ne\nf', 'latin.txt': 'caf\xe9\nb\nc\nd\ne\n\xff\xfe\n', 'raw.bin': 'a\0b', 'caf\xe9/\xff.txt': 'x\n' };
  const one = { ...base, 'crlf.txt': base['crlf.txt'].replace('a\r\n', 'A\n'), 'open.txt': base['open.txt'].replace('a', 'A'), 'latin.txt': base['latin.txt'].replace('\xe9', '\xe8'), 'caf\xe9/\xff.txt': '\x80\n' };
  const two = { ...base, 'crlf.txt': `${base['crlf.txt']}g`, 'open.txt': base['open.txt'].replace('f', 'F\n'), 'latin.txt': base['latin.txt'].replace('\xfe', '\xfd'), 'raw.bin': 'a\0c' };
  const commit = (ref: string, mark: number, files: Record<string, string>, from: string): string =>
    `commit ${ref}\nmark :${mark}\ncommitter A <a@b> 1700000000 +0000\n${data(ref)}${from}deleteall\n`
    + Object.entries(files).map(([path, text]) => `M 100644 inline "${[...path].map((c) => (c > '~' ? `\\${c.charCodeAt(0).toString(8)}` : c)).join('')}"\n${data(text)}`).join('');
  fastImport(dir, Uint8Array.from([...commit('refs/heads/main', 1, base, '') + commit('refs/heads/one', 2, one, 'from :1\n') + commit('refs/heads/two', 3, two, 'from :1\n')], (c) => c.charCodeAt(0)));
  const l = await loadFrom(dir);
  expect(verdict(l, 'one', 'two')).toBe('fits');
  expect(await composed(l, 'one', 'two')).toBe(gitLine(dir, ['merge-tree', '--write-tree', 'one', 'two']));
});

test('a branch that disappears between listing and reading is left out with its reason; the others stand', async () => {
  const repo = smallRepository(temp.path);
  repo.branch('stays', { 'a.txt': numbered(20, { 2: 'stays' }) });
  const gone = repo.branch('goes', { 'a.txt': numbered(20, { 12: 'goes' }) });
  const tree = repo.git('rev-parse', `${gone}^{tree}`), blob = repo.git('rev-parse', `${gone}:a.txt`);
  const reader = await openRepository(repo.path);
  const published = await importRepository(vanishing(reader, () => {
    // a force-push elsewhere and a gc, after the refs were listed, and their commits read with them
    repo.git('update-ref', '-d', 'refs/heads/goes');
    for (const oid of [gone, tree, blob]) rmSync(join(repo.path, '.git', 'objects', oid.slice(0, 2), oid.slice(2)));
  }), { base: null, refs: [], grain: 'branch' }, {
    written: async () => new Set(), begin: async () => {}, keyOf: segmentKey, known: async () => [], earlier: async () => null, blob: async () => null, stage: async () => {},
  }, () => {}, new AbortController().signal);
  await reader.close();
  expect(published.sources.map((s) => s.name)).toEqual(['main', 'stays']);
  expect(published.skipped).toEqual([{ name: 'goes', reason: expect.stringContaining(tree) as string }]);
});

/** The real reader, with something happening after each listing of refs. */
function vanishing(reader: RepositoryReader, after: () => void): RepositoryReader {
  let happened = 0;
  return new Proxy(reader, {
    get(target, key) {
      if (key !== 'refs') { const value = Reflect.get(target, key) as unknown; return typeof value === 'function' ? value.bind(target) as unknown : value; }
      return async () => {
        const listed = await target.refs();
        if (++happened === 1) after();
        return listed;
      };
    },
  });
}

test('a shallow clone: what is there is compared, what needs the missing part says so', async () => {
  const repo = smallRepository(join(temp.path, 'origin'));
  repo.commit({ 'a.txt': numbered(20, { 7: 'second' }) }, 'Second');
  repo.branch('old', { 'b.txt': numbered(20, { 3: 'old' }) }, 'main~1');
  repo.branch('new', { 'a.txt': numbered(20, { 7: 'second', 15: 'new' }) });
  const shallow = join(temp.path, 'shallow');
  git(temp.path, ['clone', '-q', '--depth', '2', '--no-single-branch', `file://${repo.path}`, shallow]);
  const l = await loadFrom(shallow);
  const names = l.engine.sources.map((s) => s.name as string);
  expect(names).toContain('origin/new');
  expect(l.engine.acu(idOf(l, 'origin/new'))!.standing).toBe('exact');
});

test('a path that was a submodule in the branch below has an ACU above it: nobody reads the submodule', async () => {
  const repo = smallRepository(temp.path, { 'a.txt': numbered(20), 'part': numbered(20) });
  const commit = (name: string, from: string, entry: string): void => {
    repo.git('read-tree', from);
    repo.git('update-index', '--add', '--cacheinfo', `${entry},part`);
    repo.git('update-ref', `refs/heads/${name}`, repo.git('commit-tree', repo.git('write-tree'), '-p', from, '-m', name));
  };
  const blob = (text: string): string => { writeFileSync(join(temp.path, 'text'), text); return repo.git('hash-object', '-w', 'text'); };
  commit('low', 'main', `160000,${'3'.repeat(40)}`);
  commit('middle', 'low', `100644,${blob(numbered(20, { 4: 'middle' }))}`);
  commit('high', 'middle', `100644,${blob(numbered(20, { 4: 'middle', 12: 'high' }))}`);
  const l = await loadFrom(repo.path);
  const high = l.engine.acu(idOf(l, 'high'))!;
  expect(high.standing).toBe('exact');
  expect(high.requires).toContain(idOf(l, 'middle'));
});

test('a branch whose contents are not there is listed without a verdict; the others stand', async () => {
  const repo = smallRepository(temp.path);
  repo.branch('whole', { 'a.txt': numbered(20, { 2: 'whole' }) });
  repo.branch('holed', { 'a.txt': numbered(20, { 2: 'holed' }), 'b.txt': null });
  const blob = repo.git('rev-parse', 'holed:a.txt');
  rmSync(join(repo.path, '.git', 'objects', blob.slice(0, 2), blob.slice(2)));
  const l = await loadFrom(repo.path);
  expect(l.engine.acu(idOf(l, 'whole'))!.standing).toBe('exact');
  const holed = l.engine.acu(idOf(l, 'holed'))!;
  expect(holed.standing).toBe('inexact');
  expect(holed.reason).toContain(blob);
  expect(holed.paths).toEqual(['a.txt', 'b.txt']);
  expect(verdict(l, 'whole', 'holed')).toBe('unable');
});

test('unrelated history is left out with its reason', async () => {
  const repo = smallRepository(temp.path);
  repo.branch('related', { 'a.txt': numbered(20, { 2: 'related' }) });
  repo.git('checkout', '-q', '--orphan', 'island');
  repo.commit({ 'a.txt': 'island\n' }, 'Island');
  repo.git('checkout', '-q', '-f', 'main');
  const l = await loadFrom(repo.path);
  expect(l.published.skipped).toEqual([{ name: 'island', reason: 'it shares no history with the base' }]);
  expect(l.engine.sources.map((s) => s.name)).toEqual(['main', 'related']);
});
