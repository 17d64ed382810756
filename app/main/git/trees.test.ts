// Danger: a composed tree that is not the one git would have made of the same files. Random trees, with names that need not be
// UTF-8 and files where folders were, are compared with diff-tree and with write-tree from a temporary index.
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MOST_PATH, type Oid, type PathBytes } from '../../core/bytes.ts';
import { Mode } from '../../core/repository.ts';
import type { Entry, RepositoryReader } from '../../core/repository.ts';
import { fastImport, git, gitLine, initBare, tempDir } from '../../../testkit/git.ts';
import type { TempDir } from '../../../testkit/git.ts';
import { Objects } from '../../../testkit/hostile/objects.ts';
import { openRepository } from './embedded/reader.ts';
import { EMPTY_TREE } from './oids.ts';
import { buildTree, treeDiff, treeIdOf } from './trees.ts';
import { openWriter } from './writer.ts';

let dir: TempDir;
let path: string;
let reader: RepositoryReader;
const blobs: Oid[] = [];
beforeAll(async () => {
  dir = tempDir('trees');
  path = join(dir.path, 'repo');
  initBare(path);
  for (let i = 0; i < 4; i++) blobs.push(gitLine(path, ['hash-object', '-w', '--stdin'], { input: `content ${i}` }) as Oid);
  reader = await openRepository(path);
});
afterAll(async () => { await reader.close(); dir.remove(); });

type Files = ReadonlyMap<PathBytes, Entry>;

/** Names that sort apart as file and as folder, and bytes that are no UTF-8. */
const names = ['a', 'a.b', 'a-', 'a0', 'b', '\xff', '\xc3\xa9', 'z z'];
const paths = fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/') as PathBytes);
const entries = fc.record({ mode: fc.constantFrom(Mode.file, Mode.file, Mode.executable, Mode.symlink, Mode.submodule), oid: fc.nat({ max: 3 }) });

/** Entries one after the other, the later replacing whatever is in its way. */
function place(files: Map<PathBytes, Entry>, path: PathBytes, entry: Entry): void {
  for (const other of [...files.keys()]) if (other.startsWith(`${path}/`) || path.startsWith(`${other}/`)) files.delete(other);
  files.set(path, entry);
}

const trees = fc.array(fc.tuple(paths, entries), { maxLength: 25 }).map((list): Files => {
  const files = new Map<PathBytes, Entry>();
  for (const [at, { mode, oid }] of list) place(files, at, { mode, oid: blobs[oid]! });
  return files;
});

function writeWithGit(all: readonly Files[]): Oid[] {
  const quoted = (text: string): string => `"${[...text].map((c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`).join('')}"`;
  fastImport(path, all.map((files, i) => `commit refs/heads/t${i}\ncommitter C <c@x> 1 +0000\ndata 0\ndeleteall\n${[...files].map(([at, { mode, oid }]) => `M ${mode.toString(8)} ${oid} ${quoted(at)}\n`).join('')}\n`).join(''));
  return gitLine(path, ['for-each-ref', '--format=%(tree) %(refname)', 'refs/heads']).split('\n')
    .map((row) => row.split(' refs/heads/t') as [Oid, string]).sort(([, a], [, b]) => Number(a) - Number(b)).map(([tree]) => tree);
}

test('differences are those of git diff-tree, and applied they make the other tree', async () => {
  const pairs = fc.sample(fc.tuple(trees, trees, fc.boolean()), { numRuns: 120, seed: 5 });
  // Half of the pairs are neighbours: one tree with a few changes.
  const all = pairs.flatMap(([a, b, near]) => {
    if (!near) return [a, b];
    const changed = new Map(a);
    for (const [at, entry] of [...b].slice(0, 3)) place(changed, at, entry);
    for (const at of [...a.keys()].slice(0, 2)) changed.delete(at);
    return [a, changed];
  });
  const ids = writeWithGit(all);
  let changes = 0;
  for (let i = 0; i < ids.length; i += 2) {
    const [a, b] = [ids[i]!, ids[i + 1]!];
    const found = await treeDiff(reader, a, b);
    expect(raw(found)).toEqual(rawOfGit(git(path, ['diff-tree', '-r', '--raw', '--no-renames', '-z', a, b])));
    changes += found.size;
    const delta = new Map([...found].map(([at, { after }]) => [at, after]));
    expect(await treeIdOf(reader, a, delta)).toBe(b);
    expect(new Map([...await treeDiff(reader, null, b)].map(([at, { after }]) => [at, after]))).toEqual(all[i + 1]);
    expect([...(await treeDiff(reader, b, null)).values()].every(({ after }) => after === null)).toBe(true);
  }
  console.log(`${ids.length / 2} pairs of trees, ${changes} changes`);
  expect(changes).toBeGreaterThan(500);
});

const mode = (entry: Entry | null): string => (entry?.mode ?? 0).toString(8).padStart(6, '0');
const id = (entry: Entry | null): string => entry?.oid ?? '0'.repeat(40);

function raw(changes: Awaited<ReturnType<typeof treeDiff>>): string[] {
  return [...changes].map(([at, { before, after }]) => `${mode(before)} ${mode(after)} ${id(before)} ${id(after)} ${at}`).sort();
}

function rawOfGit(output: string): string[] {
  const fields = output.split('\0').slice(0, -1);
  const rows: string[] = [];
  for (let i = 0; i < fields.length; i += 2) {
    const [before, after, old, now] = fields[i]!.slice(1).split(' ');
    rows.push(`${before} ${after} ${old} ${now} ${fields[i + 1]}`);
  }
  return rows.sort();
}

test('any delta makes the tree that git write-tree makes of the same paths', async () => {
  const samples = fc.sample(fc.tuple(trees, fc.array(fc.tuple(paths, fc.option(entries, { freq: 3 })), { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 6 })), { numRuns: 120, seed: 6 });
  const ids = writeWithGit(samples.map(([files]) => files));
  const writer = openWriter(path);
  let deletes = 0;
  let adds = 0;
  for (const [i, [files, steps, gone]] of samples.entries()) {
    const after = new Map<PathBytes, Entry>();
    const delta = new Map<PathBytes, Entry | null>();
    for (const [at, entry] of steps) if (entry !== null) place(after, at, { mode: entry.mode, oid: blobs[entry.oid]! });
    for (const [at, entry] of steps) if (entry === null && !after.has(at)) delta.set(at, null);
    if (files.size > 0) for (const n of gone) delta.set([...files.keys()][n % files.size]!, null);
    for (const [at, entry] of after) delta.set(at, entry);
    deletes += [...delta].filter(([at, entry]) => entry === null && files.has(at)).length;
    adds += after.size;

    const env = { GIT_INDEX_FILE: join(dir.path, `index-${i}`) };
    git(path, ['read-tree', ids[i]!], { env });
    const rows = (wanted: (entry: Entry | null) => boolean): string => [...delta].filter(([, entry]) => wanted(entry)).map(([at, entry]) => `${mode(entry)} ${id(entry)}\t${at}\0`).join('');
    git(path, ['update-index', '--replace', '-z', '--index-info'], { env, input: rows((entry) => entry === null) });
    // `--index-info` does not replace what is in the way; removing it by name does.
    const inTheWay = [...files.keys()].filter((old) => [...after.keys()].some((at) => old.startsWith(`${at}/`) || at.startsWith(`${old}/`)));
    git(path, ['update-index', '-z', '--index-info'], { env, input: inTheWay.map((old) => `000000 ${'0'.repeat(40)}\t${old}\0`).join('') });
    git(path, ['update-index', '-z', '--index-info'], { env, input: rows((entry) => entry !== null) });
    const expected = gitLine(path, ['write-tree', '--missing-ok'], { env });

    expect(await treeIdOf(reader, ids[i]!, delta), `sample ${i}`).toBe(expected);
    expect(await buildTree(reader, ids[i]!, delta, writer)).toBe(expected);
    expect(await reader.tree(expected as Oid)).toBeDefined();
  }
  console.log(`${samples.length} deltas, ${deletes} deletes, ${adds} adds`);
  expect(deletes).toBeGreaterThan(50);
  expect(adds).toBeGreaterThan(300);
  expect(git(path, ['fsck', '--strict', '--no-dangling', '--connectivity-only'])).toBe('');
});

test('a path longer than anybody can ask for leaves its branch out, and one that can be asked for does not', async () => {
  const objects = new Objects(path), entry = { mode: '100644', id: blobs[0]! }, [most, over] = [MOST_PATH, MOST_PATH + 1].map((length) => objects.tree(new Map([[`${'d'.repeat(length - 2)}/f`, entry]])) as Oid);
  expect([...(await treeDiff(reader, null, most!)).keys()].map(({ length }) => length)).toEqual([MOST_PATH]);
  await expect(treeDiff(reader, null, over!)).rejects.toMatchObject({ code: 'too-large', message: expect.stringContaining('a path in it is longer than 2 MiB') as string });
});

test('only changed trees are written, an unchanged one keeps its id, and nothing left is the empty tree', async () => {
  const file = { mode: Mode.file, oid: blobs[0]! };
  const files = new Map(['x/y/1', 'x/y/2', 'x/z/1', 'w'].map((at) => [at as PathBytes, file]));
  const base = writeWithGit([files])[0]!;
  const written: number[] = [];
  const counting = { ...openWriter(path), writeTree: async (list: Parameters<ReturnType<typeof openWriter>['writeTree']>[0]) => { written.push(list.length); return openWriter(path).writeTree(list); } };
  const next = await buildTree(reader, base, new Map([['x/y/1' as PathBytes, { mode: Mode.file, oid: blobs[1]! }]]), counting);
  expect(written.sort()).toEqual([2, 2, 2]); // x/y, x, and the root; x/z is left alone
  expect((await treeDiff(reader, base, next)).size).toBe(1);
  expect(await treeIdOf(reader, base, new Map())).toBe(base);
  expect(await treeIdOf(reader, base, new Map([...files.keys()].map((at) => [at, null])))).toBe(EMPTY_TREE);
  expect(await buildTree(reader, base, new Map([...files.keys()].map((at) => [at, null])), openWriter(path))).toBe(EMPTY_TREE);
  expect(readFileSync(join(path, 'objects', EMPTY_TREE.slice(0, 2), EMPTY_TREE.slice(2))).length).toBeGreaterThan(0);
  await expect(treeIdOf(reader, base, new Map([['n' as PathBytes, file], ['n/m' as PathBytes, file]]))).rejects.toMatchObject({ code: 'bug' });
  await expect(treeIdOf(reader, base, new Map([['x/.git/config' as PathBytes, file]]))).rejects.toMatchObject({ code: 'hostile-name' });
  await expect(treeIdOf(reader, base, new Map([['x/../w' as PathBytes, file]]))).rejects.toMatchObject({ code: 'hostile-name' });
});
