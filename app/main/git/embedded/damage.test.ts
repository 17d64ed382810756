// Danger: wrong bytes handed out as an object, memory or time that a hostile file decides, or an error that says nothing. Real
// repositories are damaged at random places; packs that git would never write are read; objects are taken away.
import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Oid } from '../../../core/bytes.ts';
import { AcumenError } from '../../../core/errors.ts';
import type { RepositoryReader } from '../../../core/repository.ts';
import { fastImport, git, gitLine, initBare, tempDir } from '../../../../testkit/git.ts';
import type { TempDir } from '../../../../testkit/git.ts';
import { hostilePacks, writePack } from '../../../../testkit/hostile/packs.ts';
import { loosePath } from './loose.ts';
import { openRepository } from './reader.ts';

let dir: TempDir;
let count = 0;
beforeAll(() => { dir = tempDir('damage'); });
afterAll(() => { dir.remove(); });

function bare(): string {
  const path = join(dir.path, `repo-${count++}`);
  initBare(path);
  return path;
}

async function withReader<T>(path: string, use: (reader: RepositoryReader) => Promise<T>): Promise<T> {
  const reader = await openRepository(path);
  try {
    return await use(reader);
  } finally {
    await reader.close();
  }
}

test('whatever byte of a pack or its index is flipped, an object is right or refused', async () => {
  const path = bare();
  const data = (text: string): string => `data ${text.length}\n${text}\n`;
  fastImport(path, Array.from({ length: 12 }, (_, i) => `commit refs/heads/main\ncommitter C <c@x> ${1600000000 + i} +0000\n${data(`m${i}`)}M 100644 inline f${i % 4}\n${data('line\n'.repeat(30 + i))}M 100644 inline d/g\n${data(`g${i}`)}`).join(''));
  git(path, ['repack', '-q', '-a', '-d', '-f']);
  const rows = gitLine(path, ['cat-file', '--batch-all-objects', '--batch-check']).split('\n').map((row) => row.split(' ') as [Oid, string, string]);
  const truth = new Map(rows.map(([oid, type]) => [oid, git(path, ['cat-file', type === 'tree' ? '-p' : type, oid])]));
  const folder = join(path, 'objects', 'pack');
  const files = readdirSync(folder).filter((name) => /\.(?:pack|idx)$/.test(name));
  let refused = 0;
  let right = 0;
  let seed = 99;
  const random = (n: number): number => { seed = (seed * 1103515245 + 12345) % 2147483648; return seed % n; };
  for (let round = 0; round < 160; round++) {
    const file = join(folder, files[round % files.length]!);
    const good = readFileSync(file);
    const bad = Buffer.from(good);
    const place = random(bad.length);
    bad[place] = bad[place]! ^ (1 << random(8));
    chmodSync(file, 0o644);
    writeFileSync(file, round % 8 === 7 ? good.subarray(0, place) : bad);
    await withReader(path, async (reader) => {
      for (const [oid, type] of rows) {
        try {
          if (type === 'commit') expect((await reader.commit(oid)).oid).toBe(oid);
          else if (type === 'blob') expect(Buffer.from(await reader.blob(oid)).toString('latin1')).toBe(truth.get(oid));
          else expect((await reader.tree(oid)).map((entry) => `${entry.mode.toString(8).padStart(6, '0')} ${entry.mode === 0o40000 ? 'tree' : 'blob'} ${entry.oid}\t${entry.name}\n`).join('')).toBe(truth.get(oid));
          right++;
        } catch (error) {
          if (!(error instanceof AcumenError)) throw error;
          expect(['corrupt-object', 'missing-object', 'unsupported-repository', 'too-large']).toContain(error.code);
          refused++;
        }
      }
    });
    writeFileSync(file, good);
  }
  console.log(`160 flips and cuts, ${rows.length} objects: ${right} reads right, ${refused} refused`);
  expect(refused).toBeGreaterThan(300);
  expect(right).toBeGreaterThan(300);
});

test.each(hostilePacks)('$name is refused at once, in little memory', async (pack) => {
  const path = bare();
  const oid = writePack(path, pack);
  await withReader(path, async (reader) => {
    const before = process.memoryUsage();
    const start = performance.now();
    await expect(reader.blob(oid)).rejects.toMatchObject({ code: expect.stringMatching(/^(?:corrupt-object|too-large)$/) });
    await reader.blobSize(oid).catch((error: unknown) => expect(error).toMatchObject({ code: 'corrupt-object' }));
    expect(performance.now() - start).toBeLessThan(2000);
    const after = process.memoryUsage();
    expect(after.heapUsed + after.external - before.heapUsed - before.external).toBeLessThan(80 << 20);
  });
});

describe('a loose object', () => {
  const cases: readonly (readonly [string, (deflated: Buffer) => Uint8Array])[] = [
    ['cut short', (bytes) => bytes.subarray(0, bytes.length >> 1)],
    ['empty', () => new Uint8Array()],
    ['not zlib', () => Buffer.from('nothing of the kind')],
    ['of other content', () => deflateSync('blob 5\0other')],
    ['of another length than it says', () => deflateSync('blob 7\0other')],
    ['of no known type', () => deflateSync('blub 5\0other')],
    ['without a header', () => deflateSync('other')],
    ['with a size that is no number', () => deflateSync('blob 5x\0other')],
    ['that announces a petabyte', () => deflateSync(`blob ${2 ** 50}\0other`)],
    ['that inflates without end', () => deflateSync(Buffer.concat([Buffer.from('blob 5\0'), Buffer.alloc(300 << 20)]))],
    ['that announces what it cannot hold', () => deflateSync(`blob ${900 << 20}\0${randomBytes(70_000).toString('latin1')}`)],
  ];
  test.each(cases)('%s is refused by name', async (_, damage) => {
    const path = bare();
    const oid = gitLine(path, ['hash-object', '-w', '--stdin'], { input: 'the right content' }) as Oid;
    const file = loosePath(join(path, 'objects'), oid);
    const good = readFileSync(file);
    chmodSync(file, 0o644);
    writeFileSync(file, damage(good));
    const start = performance.now();
    await withReader(path, (reader) => expect(reader.blob(oid)).rejects.toMatchObject({ code: expect.stringMatching(/^(?:corrupt-object|too-large)$/), message: expect.stringContaining(oid) }));
    expect(performance.now() - start).toBeLessThan(3000);
  });

  test('that is a tree where a commit should be is refused', async () => {
    const path = bare();
    const tree = gitLine(path, ['mktree'], { input: '' }) as Oid;
    await withReader(path, async (reader) => {
      await expect(reader.commit(tree)).rejects.toMatchObject({ code: 'corrupt-object' });
      expect(await reader.tree(tree)).toEqual([]);
    });
  });
});

describe('a missing object', () => {
  function origin(): { path: string; tip: Oid } {
    const path = bare();
    const data = (text: string): string => `data ${text.length}\n${text}\n`;
    fastImport(path, Array.from({ length: 6 }, (_, i) => `commit refs/heads/main\ncommitter C <c@x> ${1600000000 + i} +0000\n${data(`m${i}`)}M 100644 inline f\n${data(`f${i}`)}`).join(''));
    git(path, ['config', 'uploadpack.allowFilter', 'true']);
    return { path, tip: gitLine(path, ['rev-parse', 'main']) as Oid };
  }
  const clone = (from: string, ...how: string[]): string => {
    const to = join(dir.path, `clone-${count++}`);
    git(dir.path, ['clone', '--quiet', '--no-local', '--bare', ...how, `file://${from}`, to]);
    return to;
  };

  test('behind the end of a shallow clone says how to get the rest, and everything before works', async () => {
    const { path, tip } = origin();
    await withReader(clone(path, '--depth=2'), async (reader) => {
      const parent = await reader.commit((await reader.commit(tip)).parents[0]!);
      await expect(reader.commit(parent.parents[0]!)).rejects.toMatchObject({ code: 'missing-object', exitCode: 3, hint: expect.stringContaining('--unshallow'), data: { reason: 'shallow' } });
      await expect(reader.resolve('main~2')).rejects.toMatchObject({ code: 'missing-object' });
      expect(await reader.resolve('main~1')).toBe(parent.oid);
    });
  });

  test('left at the remote by a partial clone says how to fetch it, and fetches nothing', async () => {
    const { path, tip } = origin();
    const partial = clone(path, '--filter=blob:none');
    const before = readdirSync(join(partial, 'objects', 'pack')).sort();
    await withReader(partial, async (reader) => {
      const [file] = await reader.tree((await reader.commit(tip)).tree);
      expect(await reader.has(file!.oid)).toBe(false);
      for (const read of [reader.blob(file!.oid), reader.blobSize(file!.oid)]) {
        await expect(read).rejects.toMatchObject({ code: 'missing-object', hint: expect.stringContaining('--refetch'), data: { reason: 'partial' } });
      }
    });
    expect(readdirSync(join(partial, 'objects', 'pack')).sort()).toEqual(before);
    // The hint is true.
    git(partial, ['fetch', '--quiet', '--refetch', '--no-filter'], { env: { GIT_NO_LAZY_FETCH: '0' } });
    await withReader(partial, async (reader) => {
      const [file] = await reader.tree((await reader.commit(tip)).tree);
      expect(Buffer.from(await reader.blob(file!.oid)).toString()).toBe('f5');
    });
  });

  test('that was deleted is found missing where it is needed, not before', async () => {
    const { path, tip } = origin();
    // So few objects are left loose by fast-import.
    const blob = gitLine(path, ['rev-parse', 'main:f']) as Oid;
    rmSync(loosePath(join(path, 'objects'), blob));
    await withReader(path, async (reader) => {
      expect((await reader.tree((await reader.commit(tip)).tree)).length).toBe(1);
      await expect(reader.blob(blob)).rejects.toMatchObject({ code: 'missing-object', hint: expect.stringContaining('git fsck'), data: { reason: 'incomplete' } });
      writeFileSync(join(path, 'refs', 'heads', 'lost'), `${blob}\n`);
      expect((await reader.refs()).skipped).toEqual(['refs/heads/lost']);
    });
  });
});

test('a file of 100 MB is read, loose and packed, while the event loop goes on; its size costs nothing', async () => {
  const path = bare();
  const size = 100 << 20;
  const content = Buffer.alloc(size);
  for (let at = 0; at < size; at += 1 << 20) randomBytes(1 << 14).copy(content, at);
  const oid = gitLine(path, ['hash-object', '-w', '--stdin'], { input: content }) as Oid;
  for (const packed of [false, true]) {
    if (packed) git(path, ['repack', '-q', '-a', '-d', '-k']);
    await withReader(path, async (reader) => {
      let start = performance.now();
      expect(await reader.blobSize(oid)).toBe(size);
      const sizeMs = performance.now() - start;
      expect(sizeMs).toBeLessThan(300);
      let turns = 0;
      let longest = 0;
      let last = performance.now();
      const timer = setInterval(() => { turns++; longest = Math.max(longest, performance.now() - last); last = performance.now(); }, 5);
      start = performance.now();
      const bytes = await reader.blob(oid);
      const readMs = performance.now() - start;
      clearInterval(timer);
      console.log(`100 MB ${packed ? 'packed' : 'loose'}: size in ${sizeMs.toFixed(1)} ms, content in ${readMs.toFixed(0)} ms, longest hold of the event loop ${longest.toFixed(0)} ms`);
      expect(Buffer.compare(bytes, content)).toBe(0);
      expect(turns).toBeGreaterThan(5);
      expect(longest).toBeLessThan(1000);
    });
  }
});
