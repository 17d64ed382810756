// The danger: a count of questions that were not asked. By hand, for each kind: a pair that git calls a conflict of it, one that it does
// not, and one that has nothing to do with it; and what git prints where a merge fails it, or speaks of submodules.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { candidates, doingsOf, kindsIn, kindsNamed, pathsOf, samePaths } from './candidates.ts';
import { fastImport, gitLine, initBare, requireGit, tempDir } from './git.ts';
import { mergeAll, mergeOne } from './gitMerges.ts';
import { TreeIds } from './treeIds.ts';
import { openRepository } from '../app/main/git/open.ts';
import { treeIdOf } from '../app/main/git/trees.ts';
import type { Oid, PathBytes } from '../app/core/bytes.ts';
import { type File, type Files, randomMerge } from './treeMerges.ts';

const text = (word: string, ...changes: number[]): File =>
  ({ mode: '100644', content: Array.from({ length: 12 }, (_, i) => `${word} ${i}${changes.includes(i) ? ' changed' : ''} and some more\n`).join('') });
const of = (mode: File['mode'], content: string): File => ({ mode, content });
const BASE: Record<string, File> = {
  f: text('f'), 'd/one': text('one'), 'd/two': text('two'), x: text('x'), link: of('120000', 'there'), dep: of('160000', '1'.repeat(40)), bin: of('100644', '\0binary'), gone: text('gone'),
};
const but = (change: Readonly<Record<string, File | null>>): Files =>
  new Map(Object.entries({ ...BASE, ...change }).filter((entry): entry is [string, File] => entry[1] !== null));

/** kinds named by git, kinds that the pair is a candidate of */
async function ask(left: Files, right: Files): Promise<{ clean: boolean; named: string[]; candidate: string[]; unmerged: string[]; all: string[] }> {
  const dir = tempDir('candidates');
  try {
    initBare(dir.path);
    const out: string[] = [];
    for (const [n, files] of [new Map(Object.entries(BASE)), left, right].entries()) {
      out.push(`commit refs/heads/c${n}\nmark :${n + 1}\ncommitter T <t@example.invalid> 1700000000 +0000\ndata 0\n${n === 0 ? '' : 'from :1\n'}deleteall\n`);
      for (const [path, { mode, content }] of files) out.push(mode === '160000' ? `M 160000 ${content} ${path}\n` : `M ${mode} inline ${path}\ndata ${content.length}\n${content}\n`);
    }
    fastImport(dir.path, Buffer.from(out.join(''), 'latin1'));
    const trees = [0, 1, 2].map((n) => gitLine(dir.path, ['rev-parse', `c${n}^{tree}`]));
    const doings = await doingsOf(dir.path, [`${trees[0]} ${trees[1]}`, `${trees[0]} ${trees[2]}`]);
    const answer = mergeOne(dir.path, 'c1', 'c2');
    const { unmerged, named } = pathsOf(answer);
    return {
      clean: answer.clean, named: kindsIn(kindsNamed(answer)), candidate: kindsIn(candidates(doings.get(`${trees[0]} ${trees[1]}`)!, doings.get(`${trees[0]} ${trees[2]}`)!)),
      unmerged: [...unmerged].map((path) => path.replace(/~c\d$/, '')).sort(), all: [...named].map((path) => path.replace(/~c\d$/, '')).sort(),
    };
  } finally {
    dir.remove();
  }
}

type Case = readonly [kind: string, left: Record<string, File | null>, right: Record<string, File | null>, named: string | null];
const link = (to: string): File => of('120000', to), dep = (digit: string): File => of('160000', digit.repeat(40)), bin = (what: string): File => of('100644', `\0${what}`);
const cases: readonly Case[] = [
  ['content', { f: text('f', 2) }, { f: text('f', 3) }, 'content'], ['content', { f: text('f', 2) }, { f: text('f', 9) }, null],
  ['add/add', { n: text('n') }, { n: text('m') }, 'add/add'], ['add/add', { n: text('n') }, { n: text('n') }, null],
  ['modify/delete', { f: null }, { f: text('f', 2) }, 'modify/delete'], ['modify/delete', { f: null }, { f: null }, null],
  ['rename/rename', { f: null, l: text('f') }, { f: null, r: text('f') }, 'rename/rename'], ['rename/rename', { f: null, l: text('f') }, { f: null, l: text('f', 3) }, null],
  ['rename/delete', { f: null, l: text('f') }, { f: null }, 'rename/delete'], ['rename/delete', { f: null, l: text('f') }, { f: null, l: text('f') }, null],
  ['rename/add', { f: null, l: text('f', 1) }, { f: text('f', 9), l: text('n') }, 'add/add'], ['rename/add', { f: null, l: text('f') }, { l: text('f') }, null],
  ['directory rename', { 'd/one': null, 'd/two': null, 'e/one': text('one'), 'e/two': text('two') }, { 'd/new': text('new') }, 'directory rename'],
  ['directory rename', { 'd/one': null, 'd/two': null, 'e/one': text('one'), 'e/two': text('two') }, { 'd/deep/new': text('new') }, null],
  ['directory/file', { n: text('n') }, { 'n/in': text('m') }, 'directory/file'], ['directory/file', { f: null, 'f/in': text('m') }, { f: null }, null],
  ['mode', { n: text('n') }, { n: { ...text('n'), mode: '100755' } }, 'mode'], ['mode', { f: { ...text('f'), mode: '100755' } }, { f: text('f', 1) }, null],
  ['type', { f: link('l') }, { f: text('f', 1) }, 'type'], ['type', { f: link('l') }, { f: link('l') }, null],
  ['binary', { bin: bin('l') }, { bin: bin('r') }, 'binary'], ['binary', { bin: bin('l') }, { bin: bin('l') }, null],
  ['symlink', { link: link('l') }, { link: link('r') }, 'symlink'], ['symlink', { link: link('l') }, { link: link('l') }, null],
  ['submodule', { dep: dep('2') }, { dep: dep('3') }, 'submodule'], ['submodule', { dep: dep('2') }, { dep: dep('2') }, null],
];

test.each(cases)('%s: candidates, and what git names', async (kind, left, right, named) => {
  const answer = await ask(but(left), but(right));
  expect(answer.candidate).toContain(kind);
  expect(answer.clean).toBe(named === null);
  expect(answer.named).toEqual(named === null ? [] : expect.arrayContaining([named]));
  expect((await ask(but(left), but({ x: text('x', 1) }))).candidate).toEqual([]);
});

test('a file that is put aside is named as it was, and a directory that went to two places is named though nothing of it is unmerged', async () => {
  expect(await ask(but({ n: text('n') }), but({ 'n/in': text('m') }))).toMatchObject({ unmerged: ['n'], all: ['n'] });
  const split = await ask(but({ 'd/one': null, 'd/two': null, 'l/one': text('one'), 'r/two': text('two') }), but({ 'd/new': text('new') }));
  expect(split).toMatchObject({ clean: false, unmerged: [], all: ['d'] });
});

test('paths are the same where they are all that git leaves unmerged and none that it does not name', () => {
  const answer = {
    clean: false, tree: '', paths: [], staged: [{ path: 'f', mode: '100644', stage: 2 }],
    messages: [{ kind: 'CONFLICT (contents)', text: '', paths: ['f'] }, { kind: 'CONFLICT(directory rename unclear split)', text: '', paths: ['d', 'e'] }, { kind: 'Auto-merging', text: '', paths: ['g'] }],
  };
  expect([['f'], ['f', 'd'], ['d'], ['f', 'g'], ['f', 'e'], []].map((paths) => samePaths(answer, paths.map((path) => ({ path, kind: 'content' }))))).toEqual([true, true, false, false, false, false]);
  expect([['f', 'g'], ['g']].map((paths) => samePaths(answer, paths.map((path) => ({ path, kind: 'rename/add' }))))).toEqual([true, false]);
});

test('merges on which git fails an assertion have no answer, those around them have theirs, and answers that were kept are the same', async () => {
  const dir = tempDir('failing');
  try {
    initBare(dir.path);
    const out: string[] = [];
    const commit = (mark: number, parent: number | null, files: Files): void => {
      out.push(`commit refs/heads/m${mark}\nmark :${mark}\ncommitter T <t@example.invalid> 1700000000 +0000\ndata 0\n${parent === null ? '' : `from :${parent}\n`}deleteall\n`);
      for (const [path, { mode, content }] of files) out.push(mode === '160000' ? `M 160000 ${content} ${path}\n` : `M ${mode} inline ${path}\ndata ${content.length}\n${content}\n`);
    };
    // git 2.39 has no answer to 830
    const merges = Array.from({ length: 12 }, (_, i) => randomMerge(824 + i));
    merges.forEach(({ base, left, right }, i) => { commit(3 * i + 1, null, base); commit(3 * i + 2, 3 * i + 1, left); commit(3 * i + 3, 3 * i + 1, right); });
    fastImport(dir.path, Buffer.from(out.join(''), 'latin1'));
    const pairs = merges.map((_, i) => [`refs/heads/m${3 * i + 2}`, `refs/heads/m${3 * i + 3}`] as const);
    const alone = pairs.map(([a, b]) => { try { return mergeOne(dir.path, a, b); } catch { return null; } });
    if (requireGit().text.startsWith('2.39')) expect(alone.indexOf(null)).toBe(6);
    const answers = join(dir.path, 'answers');
    for (const time of ['first', 'again']) {
      const all = [];
      for await (const answer of mergeAll(dir.path, pairs, { answers })) all.push(answer);
      expect(all, time).toEqual(alone);
    }
    expect(readdirSync(answers)).toHaveLength(1);
  } finally {
    dir.remove();
  }
});

test('ids of trees are those of the product, folders kept from one to the next', async () => {
  const dir = tempDir('tree-ids');
  initBare(dir.path);
  const data = Object.entries(BASE).filter(([, { mode }]) => mode !== '160000').map(([path, { mode, content }]) => `M ${mode} inline ${path}\ndata ${content.length}\n${content}\n`).join('');
  fastImport(dir.path, `commit refs/heads/main\ncommitter T <t@example.invalid> 1700000000 +0000\ndata 0\n${data}`);
  const reader = await openRepository(dir.path, { reader: 'embedded' });
  try {
    const root = gitLine(dir.path, ['rev-parse', 'main^{tree}']) as Oid;
    const ids = await TreeIds.of(reader, root);
    const entry = { mode: 0o100644, oid: gitLine(dir.path, ['rev-parse', 'main:f']) as Oid };
    const deltas: Record<string, typeof entry | null>[] = [
      {}, { f: null }, { 'd/one': null }, { 'd/one': null, 'd/two': null }, { 'd/one': null, 'd/two': null, d: entry }, { f: null, 'f/in/deep': entry }, { 'new/a/b': entry, 'new/a/c': entry }, { x: { ...entry, mode: 0o100755 } },
    ];
    for (const delta of [...deltas, ...deltas]) {
      const changes = new Map(Object.entries(delta)) as Map<PathBytes, typeof entry | null>;
      expect(ids.of(changes), JSON.stringify(delta)).toBe(await treeIdOf(reader, root, changes));
    }
    expect([ids.isDirectory('d'), ids.isDirectory('f'), ids.filesUnder('d').sort()]).toEqual([true, false, ['d/one', 'd/two']]);
  } finally {
    await reader.close();
    dir.remove();
  }
});
