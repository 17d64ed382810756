// The dangers: bytes that are believed though they were damaged, planted or another's; a cache that follows a link out of its place; one that
// grows without end, or that fails somebody because it was deleted under them.
import { createHash, randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, linkSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deflateRawSync } from 'node:zlib';
import { Random } from '../../../../testkit/random.ts';
import { hashOf, keepCold, readCold } from './cold.ts';
import { DiskCache, type DiskOptions, type Limits } from './disk.ts';
import { removeFolder } from '../../../../testkit/folder.ts';

let place: string;
let open: DiskCache[] = [];
beforeEach(() => { place = mkdtempSync(join(tmpdir(), 'acumen-disk-')); open = []; });
afterEach(async () => {
  await Promise.all(open.map((disk) => disk.close()));
  removeFolder(place);
});

const store = (): string => join(place, 'store');
async function disk(options: Partial<DiskOptions> = {}): Promise<DiskCache> {
  const made = new DiskCache(store(), { keys: join(place, 'keys'), form: 'test 1', ...options });
  open.push(made);
  await made.settled();
  return made;
}
const bytesOf = (n: number, size = 300): Uint8Array => createHash('shake256', { outputLength: size }).update(String(n)).digest();
const write = (to: DiskCache, ...ns: number[]): Promise<void> => to.write(ns.map((n) => ({ kind: 'k', key: String(n), bytes: bytesOf(n), sent: true })));

/** Whatever level it is on. */
async function find(from: DiskCache, n: number): Promise<Uint8Array | null> {
  const at = from.warm('k', String(n));
  return at === null || at instanceof Uint8Array ? at : from.cold('k', String(n), at);
}
/** Never anything but what was written; answers how many were there. */
async function present(from: DiskCache, count: number, size = 300): Promise<number> {
  let found = 0;
  for (let n = 0; n < count; n++) {
    const bytes = await find(from, n);
    if (bytes === null) continue;
    found++;
    expect(Buffer.compare(bytes, bytesOf(n, size)), `entry ${n}`).toBe(0);
  }
  return found;
}
function filesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }).filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name)) : [];
}
const onDisk = (): number => [...filesIn(`${store()}.cold`), `${store()}.cache`, `${store()}.cache-wal`].reduce((sum, file) => sum + (existsSync(file) ? statSync(file).size : 0), 0);

test('what was written is there after a restart, for its owner alone', async () => {
  const first = await disk();
  await write(first, 0, 1, 2);
  expect(await present(first, 4)).toBe(3);
  await first.close();
  const again = await disk();
  expect(await present(again, 4)).toBe(3);
  expect(statSync(`${store()}.cache`).mode & 0o777).toBe(0o600);
  expect(statSync(join(place, 'keys', 'cache.key')).mode & 0o777).toBe(0o600);
});

describe('a full cache', () => {
  const limits: Limits = { warm: 200_000, cold: 300_000 };
  test('moves what was longest unused to the cold, and back when it is asked for', async () => {
    const one = await disk({ limits });
    for (let n = 0; n < 400; n += 20) await write(one, ...Array.from({ length: 20 }, (_, i) => n + i));
    // the warm holds 200,000 bytes of 300 each and all is kept until the cold is full as well, a block for each
    expect(one.warm('k', '399')).toBeInstanceOf(Uint8Array);
    for (let n = 400; n < 720; n += 20) await write(one, ...Array.from({ length: 20 }, (_, i) => n + i));
    expect(one.warm('k', '719')).toBeInstanceOf(Uint8Array);
    const cold = Array.from({ length: 720 }, (_, n) => n).filter((n) => { const at = one.warm('k', String(n)); return at !== null && !(at instanceof Uint8Array); });
    expect(cold.length).toBeGreaterThan(10);
    expect(Buffer.compare((await find(one, cold[0]!))!, bytesOf(cold[0]!))).toBe(0);
    await one.settled();
    expect(one.warm('k', String(cold[0]))).toBeInstanceOf(Uint8Array);
    await present(one, 720);
    expect(statSync(`${store()}.cold`).mode & 0o777).toBe(0o700);
    for (const file of filesIn(`${store()}.cold`)) expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('stays within its bounds on disk, whatever is written', async () => {
    const one = await disk({ limits }), random = new Random(5);
    for (let n = 0; n < 60; n++) {
      await one.write(Array.from({ length: 10 }, (_, i) => ({ kind: 'k', key: `${n} ${i}`, bytes: bytesOf(n * 10 + i, random.between(10, 20_000)), sent: true })));
      // values, SQLite's own pages and log, and files in whole blocks
      expect(onDisk()).toBeLessThan(limits.warm * 1.5 + limits.cold + (6 << 20));
    }
    const figures = one.figures();
    expect(figures.L2.bytes).toBeLessThanOrEqual(limits.warm);
    expect(figures.L3.bytes).toBeLessThanOrEqual(limits.cold);
    expect(figures.demotions).toBeGreaterThan(10);
    expect(filesIn(`${store()}.cold`).reduce((sum, file) => sum + statSync(file).size, 0)).toBeLessThanOrEqual(limits.cold);
  });

  test('keeps what is large in the cold from the beginning, so that no read of it holds anybody up', async () => {
    const one = await disk(), large = bytesOf(1, 300_000);
    await one.write([{ kind: 'k', key: '1', bytes: large, sent: true }]);
    const at = one.warm('k', '1');
    expect(at).toMatchObject({ size: 300_000 });
    expect(Buffer.compare((await find(one, 1))!, large)).toBe(0);
    await one.settled();
    expect(one.warm('k', '1')).toMatchObject({ size: 300_000 });
  });

  test('keeps equal contents once', async () => {
    const one = await disk({ limits: { warm: 30_000, cold: 3_000_000 } });
    for (let n = 0; n < 30; n++) await one.write([{ kind: 'k', key: `same ${n}`, bytes: bytesOf(0, 3000), sent: true }]);
    expect(filesIn(`${store()}.cold`).length).toBe(1);
    let found = 0;
    for (let n = 0; n < 30; n++) {
      const at = one.warm('k', `same ${n}`), bytes = at === null || at instanceof Uint8Array ? at : await one.cold('k', `same ${n}`, at);
      if (bytes !== null) { found++; expect(Buffer.compare(bytes, bytesOf(0, 3000))).toBe(0); }
    }
    expect(found).toBe(30);
  });
});

test('damage anywhere in the warm file is noticed: no wrong byte is ever answered', async () => {
  const first = await disk({ limits: { warm: 100_000, cold: 1_000_000 } });
  for (let n = 0; n < 200; n += 20) await write(first, ...Array.from({ length: 20 }, (_, i) => n + i));
  await first.close();
  const file = `${store()}.cache`, whole = readFileSync(file), random = new Random(9);
  let thrown = 0;
  for (let turn = 0; turn < 8; turn++) {
    const bytes = Buffer.from(whole);
    for (let i = 0; i < 40; i++) bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
    rmSync(file);
    writeFileSync(file, turn % 4 === 3 ? bytes.subarray(0, random.below(bytes.length)) : bytes, { mode: 0o600 });
    const one = await disk();
    const found = await present(one, 200);
    if (found < 200) thrown++;
    await write(one, 7);
    await one.settled();
    expect(await present(one, 200)).toBeGreaterThan(0);
    await one.close();
  }
  expect(thrown).toBeGreaterThan(4);
}, 60_000);

test('a content of any size comes back from the cold as it was, whichever way it was compressed, and of no other size', async () => {
  const folder = join(place, 'cold'), kib = 1024;
  for (const size of [0, 1, 62, 63, 64, 65, 5000, 64 * kib, 256 * kib - 1, 256 * kib, 256 * kib + 1, 1500 * kib]) {
    for (const bytes of [bytesOf(size, size), new Uint8Array(size).fill(32)]) {
      const hash = hashOf(bytes), file = join(folder, hash.slice(0, 2), hash.slice(2));
      keepCold(folder, hash, bytes);
      const zstd = readFileSync(file);
      for (const packed of [zstd, Buffer.concat([Buffer.of(2), deflateRawSync(bytes)])]) {
        writeFileSync(file, packed);
        const found = await readCold(folder, hash, size);
        expect(found !== null && Buffer.compare(found, bytes) === 0, `${size} bytes`).toBe(true);
        for (const other of [size + 1, size + 300 * kib, Math.max(0, size - 1)]) if (other !== size) expect(await readCold(folder, hash, other), `${size} bytes as ${other}`).toBeNull();
      }
    }
  }
});

test('a cold file that was changed, emptied or swapped for another is no answer', async () => {
  const one = await disk({ limits: { warm: 4000, cold: 1_000_000 } });
  for (let n = 0; n < 60; n++) await write(one, n);
  const files = filesIn(`${store()}.cold`);
  expect(files.length).toBeGreaterThan(30);
  const keep = readFileSync(files[5]!);
  writeFileSync(files[0]!, keep);
  writeFileSync(files[1]!, '');
  writeFileSync(files[2]!, Buffer.concat([readFileSync(files[2]!).subarray(0, -1), Buffer.from([0])]));
  rmSync(files[3]!);
  symlinkSync(files[5]!, files[3]!);
  expect(await present(one, 60)).toBeLessThanOrEqual(56);
  await one.settled();
  rmSync(`${store()}.cold`, { recursive: true });
  await present(one, 60);
  await write(one, 70, 71);
  expect(await present(one, 72)).toBeGreaterThanOrEqual(2);
});

test('a cache that another person made, or that came with a repository, is thrown away unread', async () => {
  const theirs = await disk({ keys: join(place, 'their keys') });
  // what a poisoner would leave: the right name, the wrong bytes
  await theirs.write([{ kind: 'k', key: '0', bytes: bytesOf(666), sent: true }]);
  await theirs.close();
  const mine = await disk();
  expect(await present(mine, 1)).toBe(0);
  await write(mine, 0);
  expect(await present(mine, 1)).toBe(1);
  await mine.close();
  expect(await present(await disk({ form: 'test 2' }), 1)).toBe(0);
});

test('links and folders in its place are taken away, and nothing is written through them', async () => {
  const elsewhere = join(place, 'elsewhere'), precious = join(elsewhere, 'precious');
  mkdirSync(elsewhere);
  writeFileSync(precious, 'precious');
  symlinkSync(precious, `${store()}.cache`);
  symlinkSync(precious, `${store()}.cache-wal`);
  symlinkSync(elsewhere, `${store()}.cold`);
  const one = await disk({ limits: { warm: 4000, cold: 1_000_000 } });
  for (let n = 0; n < 60; n++) await write(one, n);
  expect(await present(one, 60)).toBeGreaterThan(30);
  expect(readFileSync(precious, 'utf8')).toBe('precious');
  expect(readdirSync(elsewhere)).toEqual(['precious']);
  expect(lstatSync(`${store()}.cold`).isDirectory()).toBe(true);
  await one.close();

  rmSync(`${store()}.cache`);
  mkdirSync(`${store()}.cache`);
  const two = await disk();
  await write(two, 1);
  expect(await present(two, 2)).toBe(1);
  await two.close();
  // a second name would let another program change it under us
  copyFileSync(`${store()}.cache`, join(elsewhere, 'copy'));
  rmSync(`${store()}.cache`);
  linkSync(join(elsewhere, 'copy'), `${store()}.cache`);
  await write(await disk(), 3);
  expect(readFileSync(join(elsewhere, 'copy')).includes(Buffer.from(bytesOf(3)))).toBe(false);
});

test('deleted while it is open, it begins again and fails nobody', async () => {
  const one = await disk(), two = await disk();
  await write(one, 0, 1);
  for (let turn = 0; turn < 5; turn++) {
    await Promise.all([one.settled(), two.settled()]);
    for (const end of ['.cache', '.cache-wal', '.cache-shm', '.cold']) removeFolder(store() + end);
    await write(turn % 2 === 0 ? one : two, 10 + turn);
    await present(one, 20);
    await present(two, 20);
  }
  await write(one, 18);
  await write(two, 19);
  expect(await find(one, 18)).not.toBeNull();
  expect(await find(two, 19)).not.toBeNull();
});

test('two that share it find what the other wrote, and none of both ever finds anything else', async () => {
  const one = await disk({ limits: { warm: 20_000, cold: 500_000 } }), two = await disk({ limits: { warm: 20_000, cold: 500_000 } });
  await Promise.all([...Array.from({ length: 20 }, (_, n) => write(one, n * 2, n * 2 + 1)), ...Array.from({ length: 20 }, (_, n) => write(two, 40 + n * 2, 41 + n * 2))]);
  const [a, b] = [await present(one, 80), await present(two, 80)];
  expect(Math.min(a, b)).toBeGreaterThan(40);
});

test('where nothing can be written it is merely not there', async () => {
  const file = join(place, 'a file');
  writeFileSync(file, 'in the way');
  const one = new DiskCache(join(file, 'store'), { keys: join(file, 'keys'), form: 'x' });
  open.push(one);
  await expect(one.write([{ kind: 'k', key: '1', bytes: randomBytes(10), sent: true }])).rejects.toThrow();
  expect(one.warm('k', '1')).toBeNull();
  expect(await one.cold('k', '1', { hash: 'a'.repeat(64), size: 10 })).toBeNull();
  expect(readFileSync(file, 'utf8')).toBe('in the way');
});
