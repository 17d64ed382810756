// Danger: GPU ≠ CPU, and nobody sees it: a shape that is no multiple of a tile, a product larger than a buffer, a row too long for one, a driver that
// vanishes in the middle and leaves zeros, values that a shader may compute with as it likes. Here the WGSL runs through Dawn in Node, on Chromium's
// software adapter; the journey `gpu` runs the same in Chromium.
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Dense, Lost, type Matrix, type Sparse } from '../../../core/matrix/model.ts';
import { exactTimes, firstDifference } from '../../../core/matrix/twin.ts';
import { kernels } from '../../../workers/gpu/kernels.ts';
import type { GpuFigures, How } from '../../../workers/gpu/gpu.ts';
import type { GpuMultiplier } from '../../../workers/gpu/multiplier.ts';
import { denseOf, kinds, lengths, sparseOf } from '../../../../testkit/matrices.ts';
import { softwareGpu } from '../../../../testkit/softwareGpu.ts';
import { nodeGpu } from './gpu.ts';
import { inFile } from './remembered.ts';
import { removeFolder } from '../../../../testkit/folder.ts';

const software = softwareGpu();
if ('missing' in software) console.log(`The GPU is not tested in Node: ${software.missing}.`);

const dense = (rows: number, cols: number, seed: number): Dense => denseOf(seed, rows, cols, 'ordinary');
const sparse = (rows: number, cols: number, full: number, seed: number): Matrix => sparseOf(seed, rows, cols, 'ordinary', full);
/** The kernel of the smallest tiles: where one side has one row, the least is wasted. */
const SMALL = 'registers 4x4 of 4x4 by 4';
/** Takes a software adapter a second or more. */
const LARGE: Dense = { rows: 1024, cols: 2048, value: new Float32Array(1024 * 2048).fill(1) };

describe.skipIf('missing' in software)('on an adapter', () => {
  const folder = mkdtempSync(join(tmpdir(), 'acumen-gpu-'));
  let gpu: GpuMultiplier, child: ChildProcess;
  const start = (): GpuMultiplier => nodeGpu({ ...'env' in software && software.env, ACUMEN_DATA: folder }, (made) => { child = made; })!;
  const open = (how: How = {}): Promise<GpuFigures> => gpu.open({ software: true, ...how });
  beforeAll(async () => {
    gpu = start();
    await open();
  });
  afterAll(() => {
    gpu?.end();
    removeFolder(folder);
  });
  const expectTwin = async (a: Matrix, b: Matrix): Promise<void> => {
    const shape = `${a.rows} × ${b.rows} by ${a.cols}`;
    expect(firstDifference(await gpu.times(a, b), exactTimes(a, b), a.cols), shape).toBeNull();
    expect(firstDifference(await gpu.gram(a), exactTimes(a, a), a.cols), `a·aᵀ of ${shape}`).toBeNull();
  };

  test('finds the products of shapes that are no whole number of tiles: nothing, one, primes', async () => {
    for (const [m, n, k] of [[0, 0, 0], [0, 3, 5], [3, 0, 5], [3, 4, 0], [1, 1, 1], [1, 1, 257], [2, 3, 5], [61, 67, 71], [127, 1, 131], [1, 131, 7], [257, 131, 13]] as const) {
      await expectTwin(dense(m, k, 1), dense(n, k, 2));
    }
  });

  test('takes sparse rows and dense ones in any mixture', async () => {
    const a = sparse(83, 301, 0.05, 1), b = sparse(41, 301, 0.2, 2);
    await expectTwin(a, b);
    await expectTwin(a, dense(41, 301, 3));
    await expectTwin(dense(83, 301, 4), b);
    await expectTwin(sparse(5, 1000, 0, 5), sparse(7, 1000, 1, 6));
  });

  test('tiles what is beyond its limits: buffers of 64 KiB, 3 workgroups along a side, little memory, little work at a time', async () => {
    await open({ within: { bytes: 65_536, groups: 3, memory: 2 ** 19, work: 2 ** 22 } });
    await expectTwin(dense(317, 67, 1), dense(211, 67, 2));
    await expectTwin(sparse(150, 500, 0.1, 3), dense(111, 500, 4));
    await expectTwin(dense(3, 5003, 5), dense(2, 5003, 6));
    await open();
  });

  test('is what the twin is for any shape and any values, in any mixture, cut small, or refuses them', async () => {
    await open({ within: { bytes: 65_536, groups: 2, memory: 2 ** 19, work: 2 ** 22 } });
    const length = fc.oneof(fc.constantFrom(...lengths), fc.integer({ min: 0, max: 150 })), isSparse = fc.boolean();
    await fc.assert(fc.asyncProperty(length, length, fc.integer({ min: 0, max: 400 }), fc.constantFrom(...kinds), isSparse, isSparse, fc.nat(), async (m, n, k, kind, left, right, seed) => {
      const a = left ? sparseOf(seed, m, k, kind, 0.1) : denseOf(seed, m, k, kind), b = right ? sparseOf(seed + 1, n, k, kind, 0.1) : denseOf(seed + 1, n, k, kind);
      try {
        expect(firstDifference(await gpu.times(a, b), exactTimes(a, b), k)).toBeNull();
      } catch (error) {
        if (!(error instanceof Lost)) throw error;
        expect({ kind, reason: error.reason }).toEqual({ kind: 'wild', reason: 'unfit' });
      }
    }), { numRuns: 30 });
    await open();
  });

  test('tiles what does not fit in one buffer of 128 MB, whole numbers exactly', async () => {
    await open({ within: { bytes: 128 * 2 ** 20 }, kernel: SMALL });
    // four values a row, so that little is sent and the panels are as large as of any
    const m = 70_001, k = 509, start = Uint32Array.from({ length: m + 1 }, (_, r) => 4 * r), col = Uint32Array.from({ length: 4 * m }, (_, i) => 127 * (i % 4) + (i >> 2) % 127);
    const a: Sparse = { rows: m, cols: k, start, col, value: Float32Array.from(col, (c, i) => (c + i) % 7 - 3) }, b = denseOf(9, 1, k, 'whole');
    const { value } = await gpu.times(a, b);
    let wrong = 0;
    for (let r = 0; r < m; r++) {
      let sum = 0;
      for (let i = 4 * r; i < 4 * r + 4; i++) sum += a.value[i]! * b.value[col[i]!]!;
      if (value[r] !== sum) wrong++;
    }
    expect(wrong).toBe(0);
    await open();
  });

  test('takes subnormals for zero or for what they are, and refuses what a shader may compute with as it likes', async () => {
    const tiny: Dense = { rows: 2, cols: 3, value: Float32Array.of(1e-40, 1e-20, 1, -1e-45, 1e-38, 2) };
    await expectTwin(tiny, tiny);
    for (const [value, says] of [[Number.NaN, 'not finite'], [Infinity, 'not finite'], [-Infinity, 'not finite'], [3e38, 'may not fit']] as const) {
      const odd: Dense = { rows: 1, cols: 2, value: Float32Array.of(value, 2) };
      for (const answer of [gpu.times(odd, dense(3, 2, 1)), gpu.times(dense(3, 2, 1), odd), gpu.gram(odd)]) {
        await expect(answer).rejects.toMatchObject({ reason: 'unfit', message: expect.stringContaining(says) as string });
      }
    }
    await expectTwin(dense(2, 2, 1), dense(2, 2, 2));
  });

  test('multiplies rightly by kernels of each memory, those for real GPUs too', async () => {
    const a = dense(151, 67, 1), b = dense(137, 67, 2), exact = exactTimes(a, b);
    // The first of each, for a software adapter's compiler takes seconds for one; `npm run bench -- matmul` judges all of them.
    for (const { name } of (['registers', 'shared', 'ahead'] as const).map((memory) => kernels.find((one) => one.memory === memory)!)) {
      await open({ kernel: name });
      expect(firstDifference(await gpu.times(a, b), exact, 67), name).toBeNull();
    }
    await expect(open({ kernel: 'none such' })).rejects.toBeInstanceOf(Lost);
  });

  test('gives a job up soon after nobody wants it any more, also one that waits, and does the next', async () => {
    gpu.end();
    gpu = start();
    await open();
    const first = { aborted: false }, waits = { aborted: false }, answer = gpu.gram(LARGE, first), never = gpu.times(LARGE, LARGE, waits), next = gpu.times(dense(3, 5, 1), dense(3, 5, 2));
    setTimeout(() => { first.aborted = waits.aborted = true; }, 100);
    await expect(answer).rejects.toMatchObject({ code: 'cancelled' });
    await expect(never).rejects.toMatchObject({ code: 'cancelled' });
    expect(await next).toMatchObject({ rows: 3, cols: 3 });
  });

  test('says that the device was lost in the middle of a job', async () => {
    await open();
    const answer = gpu.gram(LARGE);
    // before the job has begun that loses nothing, and how soon it begins is the machine's affair
    const releasing = setInterval(() => { void gpu.release(); }, 150);
    await expect(answer.finally(() => clearInterval(releasing))).rejects.toMatchObject({ reason: 'vanished' });
    // nobody's failure: the next job need not wait
    await expectTwin(dense(5, 3, 1), dense(7, 3, 2));
  });

  test('starts another process where one was killed in the middle of a job, which is lost', async () => {
    const answer = gpu.gram(LARGE);
    setTimeout(() => child.kill('SIGKILL'), 20);
    await expect(answer).rejects.toMatchObject({ reason: 'vanished', message: expect.stringContaining('SIGKILL') as string });
    await open();
    await expectTwin(dense(5, 3, 1), dense(7, 3, 2));
  });

  test('gives the device back, and opens it again for the next product', async () => {
    await gpu.release();
    await expectTwin(dense(5, 3, 1), dense(7, 3, 2));
  });

  test('does not take an adapter that the processor plays, unless asked to', async () => {
    await expect(gpu.open({})).rejects.toMatchObject({ reason: 'absent', message: expect.stringContaining('multiplies faster itself') as string });
    gpu.end();
    gpu = start();
  });

  test('remembers what it found out in a file of the data folder, and finds it out again where that is damaged', async () => {
    await open();
    const file = join(folder, 'gpu.json'), kept = JSON.parse(readFileSync(file, 'utf8')) as [string, string][];
    expect(kept).toHaveLength(1);
    expect((await open()).why).toContain('found out before');
    await inFile(file).set(kept[0]![0], '{"name":"__proto__","rate":-1}');
    const { why, multiplyAddsPerSecond, bytesPerSecond } = await open();
    expect(why).toContain('the fastest of');
    expect(multiplyAddsPerSecond).toBeGreaterThan(0);
    expect(bytesPerSecond).toBeGreaterThan(0);
  });
});

test('says that there is none where no driver is', async () => {
  const none = nodeGpu({ VK_ICD_FILENAMES: join(tmpdir(), 'acumen-no-such-driver.json'), LD_LIBRARY_PATH: '' })!;
  await expect(none.open()).rejects.toMatchObject({ reason: 'absent' });
  none.end();
});
