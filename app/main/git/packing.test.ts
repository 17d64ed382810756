// Danger: a pack of ours that git, or one of our readers, reads otherwise than we meant, or that is seen before it is whole. git's own
// checks judge it.
import { mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fromUtf8 } from '../../core/bytes.ts';
import type { ByteString, Oid } from '../../core/bytes.ts';
import { Mode } from '../../core/repository.ts';
import { git, gitLine, tempDir } from '../../../testkit/git.ts';
import type { TempDir } from '../../../testkit/git.ts';
import { openRepository as openEmbedded } from './embedded/reader.ts';
import { encodeTree } from './format.ts';
import { objectId } from './oids.ts';
import { openRepository as openAny } from './open.ts';
import { openWriter } from './writer.ts';

let dir: TempDir;
let count = 0;
beforeAll(() => { dir = tempDir('packing'); });
afterAll(() => { dir.remove(); });

const who = { name: fromUtf8('Ächter Name'), email: 'a@example.invalid' as ByteString, time: 1700000000, offset: -210 };

function repo(): { readonly path: string; readonly gitDir: string; readonly tip: Oid } {
  const path = join(dir.path, `repo-${count++}`);
  mkdirSync(path);
  git(path, ['init', '--quiet', '--initial-branch=main']);
  git(path, ['commit', '--quiet', '--allow-empty', '-m', 'one']);
  return { path, gitDir: join(path, '.git'), tip: gitLine(path, ['rev-parse', 'main']) as Oid };
}

/** Contents `n` of them from `from` on, a tree of each twenty and one of all, and the commit over them. */
function composition(n: number, from = 0) {
  const blobs = Array.from({ length: n }, (_, i) => new TextEncoder().encode(`${from + i}\n`.repeat(1 + (i * 37) % 400)));
  const oids = blobs.map((bytes) => objectId('blob', bytes));
  const folders = Array.from({ length: Math.ceil(n / 20) }, (_, f) => encodeTree(oids.slice(20 * f, 20 * f + 20).map((oid, i) => ({ name: `f${i}` as ByteString, mode: Mode.file, oid }))));
  const root = encodeTree(folders.map((bytes, f) => ({ name: `d${f}` as ByteString, mode: Mode.tree, oid: objectId('tree', bytes) })));
  return {
    tree: objectId('tree', root), oids,
    objects: [...blobs.map((bytes) => ({ type: 'blob' as const, bytes })), ...[...folders, root].map((bytes) => ({ type: 'tree' as const, bytes }))],
  };
}

const looseCount = (gitDir: string): number => Number(/^count: (\d+)/.exec(git(gitDir, ['count-objects', '-v']))![1]);
const packsOf = (gitDir: string): string[] => readdirSync(join(gitDir, 'objects/pack')).sort();

describe('a commit with all that it holds', () => {
  test('of every size about the one from which contents are compressed, and of the largest bytes, is what git and both readers read', async () => {
    const { path, gitDir, tip } = repo(), sizes = [0, 1, 2, 255, 256, 257, ...Array.from({ length: 12 }, (_, i) => 4090 + i), 70_000];
    const blobs = sizes.flatMap((size) => [new Uint8Array(size).fill(255), Uint8Array.from({ length: size }, (_, i) => (i * 131 + size) % 251)]).slice(1);
    const oids = blobs.map((bytes) => objectId('blob', bytes)), tree = encodeTree(oids.map((oid, i) => ({ name: `f${String(i).padStart(2, '0')}` as ByteString, mode: Mode.file, oid })));
    const commit = await openWriter(gitDir).writeWith([...blobs.map((bytes) => ({ type: 'blob' as const, bytes })), { type: 'tree', bytes: tree }], { tree: objectId('tree', tree), parents: [tip], author: who, committer: who, message: 'sizes' as ByteString });
    expect(packsOf(gitDir)).toHaveLength(2);
    git(path, ['update-ref', 'refs/heads/sizes', commit]);
    expect(git(path, ['fsck', '--strict', '--full'])).toBe('');
    for (const open of [openEmbedded(path, {}), openAny(path, { reader: 'native' })]) {
      const reader = await open;
      for (const [i, oid] of oids.entries()) expect(Buffer.from((await reader.blob(oid))!).equals(blobs[i]!)).toBe(true);
      await reader.close();
    }
  });

  test('is one pack that git and both readers read, and a few objects stay loose', async () => {
    const { path, gitDir, tip } = repo();
    const writer = openWriter(gitDir);
    const loose = looseCount(gitDir);
    const few = composition(3);
    const first = await writer.writeWith(few.objects, { tree: few.tree, parents: [tip], author: who, committer: who, message: 'few' as ByteString });
    expect(packsOf(gitDir)).toEqual([]);
    expect(looseCount(gitDir)).toBe(loose + few.objects.length + 1);

    // A reader that was open before finds what came as a pack.
    const readers = [await openEmbedded(path, {}), await openAny(path, { reader: 'native' })];
    for (const reader of readers) expect(await reader.has(first)).toBe(true);
    const many = composition(300, 1000);
    const large = { type: 'blob' as const, bytes: new Uint8Array(3 << 20).fill(9) };
    const commit = await writer.writeWith([...many.objects, many.objects[0]!, large], { tree: many.tree, parents: [tip], author: who, committer: who, message: 'many' as ByteString });
    const [index, pack] = packsOf(gitDir);
    expect(packsOf(gitDir)).toEqual([index, pack]);
    expect(pack).toMatch(/^pack-[0-9a-f]{40}\.pack$/);
    for (const name of [index!, pack!]) expect(statSync(join(gitDir, 'objects/pack', name)).mode & 0o777).toBe(0o444);
    expect(looseCount(gitDir)).toBe(loose + few.objects.length + 2); // the large one
    expect(git(gitDir, ['verify-pack', '-v', join('objects/pack', index!)]).split('\n').filter((row) => / (?:blob|tree|commit) /.test(row)).length).toBe(many.objects.length + 1);
    expect(gitLine(path, ['rev-parse', `${commit}^{tree}`])).toBe(many.tree);
    expect(git(path, ['ls-tree', '-r', '--format=%(objectname)', commit]).trimEnd().split('\n').sort()).toEqual([...many.oids].sort());
    await writer.moveBranch('packed', null, commit);
    expect(git(path, ['fsck', '--strict', '--no-dangling', '--full'])).toBe('');
    for (const reader of readers) {
      expect((await reader.commit(commit)).tree).toBe(many.tree);
      for (const [i, bytes] of (await reader.contents('blob', many.oids)).entries()) expect(bytes).toEqual(Buffer.from(many.objects[i]!.bytes));
      await reader.close();
    }
    // The same again is the same pack, and git packs it with everything else.
    expect(await writer.writeWith(many.objects, { tree: many.tree, parents: [tip], author: who, committer: who, message: 'many' as ByteString })).toBe(commit);
    expect(packsOf(gitDir).length).toBe(2);
    git(path, ['gc', '--quiet', '--prune=now']);
    expect(gitLine(path, ['rev-parse', 'packed^{tree}'])).toBe(many.tree);
    expect(git(path, ['fsck', '--strict', '--full'])).toBe('');
    expect(readdirSync(join(gitDir, 'objects/pack')).concat(readdirSync(join(gitDir, 'objects'))).filter((name) => name.startsWith('tmp_'))).toEqual([]);
  });

  test('in a repository of the other object format, too', async () => {
    const path = join(dir.path, `sha256-${count++}.git`);
    mkdirSync(path);
    git(path, ['init', '--quiet', '--bare', '--object-format=sha256']);
    const blobs = Array.from({ length: 30 }, (_, i) => new TextEncoder().encode(`content ${i}`));
    const tree = encodeTree(blobs.map((bytes, i) => ({ name: `f${i}` as ByteString, mode: Mode.file, oid: objectId('blob', bytes, 'sha256') })));
    const commit = await openWriter(path).writeWith([...blobs.map((bytes) => ({ type: 'blob' as const, bytes })), { type: 'tree', bytes: tree }],
      { tree: objectId('tree', tree, 'sha256'), parents: [], author: who, committer: who, message: 'm' as ByteString });
    git(path, ['update-ref', 'refs/heads/main', commit]);
    expect(packsOf(path).length).toBe(2);
    expect(git(path, ['fsck', '--strict', '--full'])).toBe('');
  });

  test('a size of any number of digits is read back', async () => {
    const { path, gitDir } = repo();
    const sizes = [0, 1, 15, 16, 17, 127, 128, 2047, 2048, 2049, 4095, 65_535, 262_143, 262_144, 1 << 20];
    const blobs = sizes.map((size) => Uint8Array.from({ length: size }, (_, i) => (i * 2_654_435_761) >>> 24));
    const tree = encodeTree(blobs.map((bytes, i) => ({ name: `f${String(i).padStart(2, '0')}` as ByteString, mode: Mode.file, oid: objectId('blob', bytes) })));
    const commit = await openWriter(gitDir).writeWith([...blobs.map((bytes) => ({ type: 'blob' as const, bytes })), { type: 'tree', bytes: tree }], { tree: objectId('tree', tree), parents: [], author: who, committer: who, message: '' as ByteString });
    expect(git(path, ['ls-tree', '--format=%(objectsize)', commit]).trimEnd().split('\n').map(Number)).toEqual(sizes);
    expect(git(path, ['fsck', '--strict', '--full', '--no-dangling'])).toBe('');
  });

  test('goes through no link, and what fails leaves nothing behind', async () => {
    const { gitDir, tip } = repo();
    const outside = join(dir.path, `packs-${count++}`);
    mkdirSync(outside);
    rmSync(join(gitDir, 'objects/pack'), { recursive: true });
    symlinkSync(outside, join(gitDir, 'objects/pack'));
    const many = composition(40);
    await expect(openWriter(gitDir).writeWith(many.objects, { tree: many.tree, parents: [tip], author: who, committer: who, message: '' as ByteString })).rejects.toMatchObject({ code: 'unsupported-repository' });
    expect(readdirSync(outside)).toEqual([]);
    rmSync(join(gitDir, 'objects/pack'));
    writeFileSync(join(gitDir, 'objects/pack'), 'no folder');
    await expect(openWriter(gitDir).writeWith(many.objects, { tree: many.tree, parents: [tip], author: who, committer: who, message: '' as ByteString })).rejects.toMatchObject({ exitCode: 3 });
    rmSync(join(gitDir, 'objects/pack'));
    await openWriter(gitDir).writeWith(many.objects, { tree: many.tree, parents: [tip], author: who, committer: who, message: '' as ByteString });
    expect(packsOf(gitDir).length).toBe(2);
  });
});
