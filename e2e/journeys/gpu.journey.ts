// Danger: GPU ≠ CPU in the engine people use. The built GPU worker multiplies in Chromium, on its software adapter where the machine has no GPU, and
// must come to what sums in 64 bits come to, within the bound; a device that is lost in the middle gives what the processor gives, and says so.
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect } from 'vitest';
import { type Dense, Lost, type Matrix, isSparse } from '../../app/core/matrix/model.ts';
import { Planner, USUAL } from '../../app/core/matrix/planner.ts';
import { denseMultiplier, sparseMultiplier } from '../../app/core/matrix/processor.ts';
import { exactTimes, firstDifference } from '../../app/core/matrix/twin.ts';
import type { Gpu, GpuFigures, How } from '../../app/workers/gpu/gpu.ts';
import { kernels } from '../../app/workers/gpu/kernels.ts';
import { GpuMultiplier } from '../../app/workers/gpu/multiplier.ts';
import { supervise } from '../../app/workers/rpc.ts';
import { denseOf, sparseOf } from '../../testkit/matrices.ts';
import { test } from '../door.ts';
import { opened, page, session } from '../opened.ts';
import { pageWorker } from '../pageWorker.ts';

let gpu: GpuMultiplier, figures: GpuFigures, missing: string | null = null;
opened({}, { waits: false });
beforeAll(async () => {
  const built = readdirSync(new URL('../../dist/renderer/assets', import.meta.url)).filter((file) => /^gpu\.worker-.*\.js$/.test(file));
  if (built.length !== 1) throw new Error(`There is not one built GPU worker: ${built.join(', ')}`);
  const worker = await pageWorker(page, `assets/${built[0]}`, 'gpu');
  gpu = new GpuMultiplier(() => supervise<Gpu>(worker, 'gpu'));
  try {
    figures = await open();
  } catch (error) {
    // Chromium's software adapter is part of it on Linux, where CI runs
    if (process.platform === 'linux' || !(error instanceof Lost)) throw error;
    missing = error.message;
    return;
  }
  console.log(`GPU in Chromium: ${figures.adapter.description || figures.adapter.architecture}, ${figures.why}, ${(figures.multiplyAddsPerSecond / 1e9).toPrecision(2)} billion multiply-adds a second`);
});
const open = (how: How = {}): Promise<GpuFigures> => gpu.open({ software: true, ...how });
afterAll(() => { gpu?.end(); });

const dense = (rows: number, cols: number, seed: number): Dense => denseOf(seed, rows, cols, 'ordinary');
async function expectTwin(a: Matrix, b: Matrix): Promise<void> {
  const shape = `${a.rows} × ${b.rows} by ${a.cols}${isSparse(a) ? ', sparse' : ''}`;
  expect(firstDifference(await gpu.times(a, b), exactTimes(a, b), a.cols), shape).toBeNull();
  expect(firstDifference(await gpu.gram(a), exactTimes(a, a), a.cols), `a·aᵀ of ${shape}`).toBeNull();
}

test('every shape: nothing, one, primes, sparse, beyond buffers and workgroups', async (context) => {
  if (missing !== null) context.skip(missing);
  for (const [m, n, k] of [[0, 3, 5], [3, 4, 0], [1, 1, 1], [2, 3, 5], [61, 67, 71], [1, 131, 7], [257, 131, 13]] as const) await expectTwin(dense(m, k, 1), dense(n, k, 2));
  await expectTwin(sparseOf(3, 83, 301, 'ordinary', 0.05), dense(41, 301, 4));
  const whole = denseOf(5, 67, 131, 'whole'), exact = exactTimes(whole, whole);
  expect([...(await gpu.times(whole, whole)).value]).toEqual([...exact.value]);
  await open({ within: { bytes: 65_536, groups: 3, memory: 2 ** 19, work: 2 ** 22 } });
  await expectTwin(dense(201, 67, 1), dense(131, 67, 2));
  await expectTwin(sparseOf(3, 101, 300, 'ordinary', 0.1), dense(67, 300, 4));
  await expectTwin(dense(3, 5003, 5), dense(2, 5003, 6));
  await open({ kernel: kernels.find(({ memory }) => memory === 'shared')!.name });
  await expectTwin(dense(151, 67, 1), dense(137, 67, 2));
  expect((await open()).why, 'remembered in the browser').toContain('found out before');
  expect(session.complaints).toEqual([]);
  // Electron's double has the same Chromium, and its door no part in this
}, ['browser', 'real electron']);

test('a device that is lost in the middle: the planner does it anew on the processor and says so', async (context) => {
  if (missing !== null) context.skip(missing);
  const a = denseOf(7, 800, 2048, 'whole');
  // as if the processor were so slow that the GPU is taken
  const costs = { sparse: { ...USUAL.sparse, multiplyAdd: 1e6 }, dense: { ...USUAL.dense, multiplyAdd: 1e5 } };
  const planner = new Planner({ sparse: sparseMultiplier(), dense: denseMultiplier(), gpu: { multiplier: gpu, costs: figures }, costs, now: () => performance.now() });
  const wanted = planner.gram(a);
  await new Promise((done) => { setTimeout(done, 60); });
  await gpu.release();
  const { by, fallen, why, of } = await wanted;
  expect({ by, fallen }, why).toEqual({ by: 'dense', fallen: true });
  expect(why).toContain('lost');
  expect(of).toEqual(await denseMultiplier().gram(a));
});
