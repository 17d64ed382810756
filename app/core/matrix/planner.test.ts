// Danger: a planner that picks what cannot win, that answers with what a lost GPU left behind, that hides that it fell, or swallows an error.
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { denseOf, lengths, sparseOf } from '../../../testkit/matrices.ts';
import { AcumenError } from '../errors.ts';
import { type LostReason, type Multiplier, Lost } from './model.ts';
import { type GpuCosts, type ProcessorCosts, Planner, USUAL, expected, shapeOf } from './planner.ts';
import { denseMultiplier, sparseMultiplier } from './processor.ts';
import { exactTimes, firstDifference } from './twin.ts';

const sparse = sparseMultiplier(), dense = denseMultiplier();
const quick: GpuCosts = { multiplyAddsPerSecond: 1e15, bytesPerSecond: 1e15, startMs: 0 };
const gpuOf = (way: Partial<Multiplier>): { multiplier: Multiplier; costs: GpuCosts } => ({ multiplier: { ...dense, by: 'gpu', ...way }, costs: quick });
const plannerOf = (gpu: { multiplier: Multiplier; costs: GpuCosts } | null, costs: ProcessorCosts = USUAL): Planner => {
  let ms = 0;
  return new Planner({ sparse, dense, costs, gpu, now: () => (ms += 5) });
};

test('counts a product before it is made', () => {
  fc.assert(fc.property(fc.nat(), fc.constantFrom(...lengths), fc.constantFrom(...lengths), fc.constantFrom(...lengths), fc.boolean(), (seed, rows, others, inner, isDense) => {
    const a = sparseOf(seed, rows, inner, 'whole', 0.3), b = isDense ? denseOf(seed, others, inner, 'ordinary') : sparseOf(seed + 1, others, inner, 'whole', 0.3);
    const times = shapeOf(a, b), own = shapeOf(a, null);
    expect(times).toMatchObject({ cells: rows * others, places: inner * (rows + others), dense: rows * others * inner, isSparse: !isDense });
    expect(own).toMatchObject({ cells: (rows * (rows + 1)) / 2, places: rows * inner, stored: a.col.length, isSparse: true });
    if (isDense) expect(times.sparse).toBe(a.col.length * others);
  }), { numRuns: 40 });
});

test('takes sparse for what is mostly empty, dense for what is full, the GPU for what is large', () => {
  const empty = shapeOf(sparseOf(1, 200, 400, 'whole', 0.01), null), full = shapeOf(denseOf(1, 200, 400, 'ordinary'), null);
  expect(expected(empty, USUAL, null)[0]!.by).toBe('sparse');
  expect(expected(full, USUAL, null)[0]!.by).toBe('dense');
  const real: GpuCosts = { multiplyAddsPerSecond: 2e12, bytesPerSecond: 5e9, startMs: 3 };
  const large = { ...full, cells: 4e6, places: 4e6, stored: 4e6, dense: 8e9, sparse: 8e9 };
  expect(expected(large, USUAL, real)[0]!.by).toBe('gpu');
  expect(expected(empty, USUAL, real)[0]!.by).toBe('sparse');
  expect(expected(large, USUAL, real).map(({ ms }) => ms)).toEqual(expected(large, USUAL, real).map(({ ms }) => ms).sort((x, y) => x - y));
});

test('whoever does it, the answer is the twin’s, and it is said who and why', async () => {
  const a = sparseOf(1, 31, 67, 'ordinary', 0.3), b = denseOf(2, 17, 67, 'ordinary');
  const slow = (by: 'sparse' | 'dense'): ProcessorCosts => ({ ...USUAL, [by]: { ...USUAL[by], start: 1e12 } });
  for (const [by, planner] of [['sparse', plannerOf(null, slow('dense'))], ['dense', plannerOf(null, slow('sparse'))], ['gpu', plannerOf(gpuOf({}))]] as const) {
    const times = await planner.times(a, b), gram = await planner.gram(a);
    expect(times).toMatchObject({ by, fallen: false, ms: 5, multiplyAdds: by === 'sparse' ? shapeOf(a, b).sparse : 31 * 17 * 67 });
    expect(firstDifference(times.of, exactTimes(a, b), 67)).toBeNull();
    expect(firstDifference(gram.of, exactTimes(a, a), 67)).toBeNull();
    expect(times.why).toMatch(/^(sparse|dense|GPU), expected to take .* multiplications over .*\.$/);
  }
  expect((await plannerOf(null).gram(a)).why).toContain('there is no GPU');
});

test('where the GPU is lost it is done anew, and said; where it was not begun, that is said', async () => {
  const a = sparseOf(1, 31, 67, 'ordinary', 0.3), exact = exactTimes(a, a);
  const reasons: readonly LostReason[] = ['absent', 'unfit', 'vanished', 'memory', 'failed', 'resting'];
  for (const reason of reasons) {
    const lose = vi.fn<() => Promise<never>>(() => Promise.reject(new Lost(reason, 'The GPU is elsewhere.')));
    const gram = await plannerOf(gpuOf({ gram: lose })).gram(a);
    expect(lose).toHaveBeenCalledOnce();
    expect(firstDifference(gram.of, exact, 67)).toBeNull();
    expect(gram.fallen).toBe(['vanished', 'memory', 'failed'].includes(reason));
    expect(gram.by).not.toBe('gpu');
    expect(gram.why).toMatch(/^The GPU is elsewhere\. It was done (anew )?on the processor \((sparse|dense)\)\.$/);
  }
});

test('what is given up, and what is a fault, is not tried again', async () => {
  const a = denseOf(1, 3, 3, 'ordinary');
  for (const error of [new AcumenError('cancelled', 'given up', ''), new TypeError('a fault')]) {
    const planner = plannerOf(gpuOf({ gram: () => Promise.reject(error) }));
    await expect(planner.gram(a)).rejects.toBe(error);
  }
  await expect(plannerOf(null).gram(a, { aborted: true })).rejects.toMatchObject({ code: 'cancelled' });
});

test('shapes of nothing', async () => {
  for (const [rows, inner] of [[0, 0], [0, 5], [5, 0]] as const) {
    const gram = await plannerOf(gpuOf({})).gram(denseOf(1, rows, inner, 'whole'));
    expect(gram.of.n).toBe(rows);
    expect(gram.why).not.toContain('NaN');
  }
});
