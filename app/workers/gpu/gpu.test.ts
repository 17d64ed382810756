// Danger: a cut that is wrong on a shape nobody tried, buffers beyond what a device takes, a device that fails asked again and again, and what is
// remembered believed whatever it says. What needs no device; main/service/gpu and the journey `gpu` have one.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Lost } from '../../core/matrix/model.ts';
import { Breaker } from './breaker.ts';
import { Gpu } from './gpu.ts';
import { FILL, kernels, sharedBytes, tileCols, tileRows } from './kernels.ts';
import { type Limits, blocks, cut } from './tiling.ts';
import { isRight, parseTuned } from './tune.ts';

const side = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 200_000 }));
const limits: fc.Arbitrary<Limits> = fc.record({
  bytes: fc.constantFrom(65_536, 2 ** 20, 128 * 2 ** 20, 2 ** 32), groups: fc.constantFrom(2, 3, 65_535),
  memory: fc.constantFrom(2 ** 22, 2 ** 28, 2 ** 31), work: fc.constantFrom(2 ** 20, 2 ** 28, 2 ** 38),
});

describe('a cut', () => {
  test('keeps every buffer and every dispatch within the limits, and wastes no whole tile', () => {
    fc.assert(fc.property(side, side, side, fc.constantFrom(...kernels), limits, fc.boolean(), (m, n, k, kernel, limit, one) => {
      const { rows, cols, depth, step } = cut(m, one ? m : n, k, kernel, limit, one);
      const tall = tileRows(kernel), wide = tileCols(kernel);
      expect([rows % tall, cols % wide, depth % kernel.depth, step % kernel.depth]).toEqual([0, 0, 0, 0]);
      if (one) expect(rows).toBe(cols);
      for (const bytes of [rows * depth * 4, cols * depth * 4, rows * cols * 4, 16 * depth]) expect(bytes).toBeLessThanOrEqual(limit.bytes);
      for (const groups of [rows / tall, cols / wide, depth / FILL]) expect(Math.ceil(groups)).toBeLessThanOrEqual(limit.groups);
      expect(step).toBeLessThanOrEqual(depth);
      expect(depth).toBeLessThan(k + kernel.depth);
      // one tile by one step is the least that there is
      expect(rows * cols * step <= limit.work || step === kernel.depth).toBe(true);
    }));
  });

  test('covers every output once, above the diagonal alone where that is all', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.boolean(), (m, n, rows, cols, upper) => {
      const by = { rows, cols: upper ? rows : cols, depth: 1, step: 1 }, wide = upper ? m : n, times = new Uint8Array(m * wide);
      for (const { row, col } of blocks(m, wide, by, upper)) {
        for (let r = row; r < Math.min(m, row + by.rows); r++) for (let c = col; c < Math.min(wide, col + by.cols); c++) times[r * wide + c]!++;
      }
      for (let r = 0; r < m; r++) for (let c = upper ? r : 0; c < wide; c++) if (times[r * wide + c] !== 1) throw new Error(`(${r}, ${c}) is covered ${times[r * wide + c]} times`);
    }));
  });

  test('shares out a tile evenly, for kernels of which each invocation fetches as much', () => {
    for (const one of kernels.filter(({ memory }) => memory !== 'registers')) {
      expect([one.depth * tileRows(one) / 4 % (one.groupRows * one.groupCols), one.depth * tileCols(one) / 4 % (one.groupRows * one.groupCols)], one.name).toEqual([0, 0]);
      expect(sharedBytes(one), one.name).toBeLessThanOrEqual(32_768);
    }
    expect(new Set(kernels.map(({ name }) => name)).size).toBe(kernels.length);
  });
});

describe('a device that fails', () => {
  test('is left alone, in vain twice as long each time, and asked again by one', () => {
    let now = 0;
    const breaker = new Breaker(() => now);
    breaker.admit();
    for (const rest of [5_000, 10_000, 20_000, 40_000]) {
      breaker.failed('it burns.');
      expect(() => breaker.admit()).toThrow('it burns.');
      now += rest - 1;
      expect(breaker.state).toBe('open');
      now += 1;
      expect(breaker.state).toBe('half-open');
      breaker.admit();
    }
    for (let i = 0; i < 20; i++) breaker.failed('still');
    now += 300_000;
    breaker.admit();
    breaker.succeeded();
    expect(breaker.state).toBe('closed');
  });

  test('and one that is not there: tried a few times, then after a rest, and each job is told', async () => {
    let now = 0, asked = 0;
    const gpu = new Gpu({ entry: { requestAdapter: async () => { asked++; return null; } }, remembered: { get: async () => null, set: async () => undefined }, now: () => now });
    const one = { rows: 1, cols: 1, value: Float32Array.of(2) };
    expect(await gpu.times(0, one, one)).toMatchObject({ lost: 'absent' });
    expect(asked).toBe(3);
    expect(await gpu.gram(1, one)).toMatchObject({ lost: 'resting' });
    now += 5_001;
    expect(await gpu.open()).toMatchObject({ lost: 'absent' });
    expect(asked).toBe(6);
    expect(await new Gpu({ entry: null, remembered: { get: async () => null, set: async () => undefined } }).open()).toMatchObject({ lost: 'absent' });
  });

  test('a matrix of what is no number is refused before anybody is asked for a device', async () => {
    const gpu = new Gpu({ entry: { requestAdapter: async () => { throw new Lost('failed', 'nobody should ask'); } }, remembered: { get: async () => null, set: async () => undefined } });
    await fc.assert(fc.asyncProperty(fc.float32Array({ minLength: 1, maxLength: 6 }), fc.constantFrom(Number.NaN, Infinity, -Infinity, 3e38), fc.nat(), async (values, odd, at) => {
      values[at % values.length] = odd;
      const matrix = { rows: 1, cols: values.length, value: values };
      expect(await gpu.gram(0, matrix)).toMatchObject({ lost: 'unfit' });
    }));
  });
});

test('what is remembered is believed only if it can be: a kernel that there is, and amounts', () => {
  const good = { name: kernels[0]!.name, rate: 1e9, bytes: 1e9, start: 1 };
  expect(parseTuned(JSON.stringify(good), kernels)).toMatchObject({ kernel: kernels[0], rate: 1e9 });
  expect(parseTuned(null, kernels)).toBeNull();
  for (const bad of ['', '{', 'null', '[]', '3', JSON.stringify({ ...good, name: '__proto__' }), JSON.stringify({ ...good, rate: -1 }), JSON.stringify({ ...good, start: null }), JSON.stringify({ ...good, bytes: '1' })]) {
    expect(parseTuned(bad, kernels), bad).toBeNull();
  }
  fc.assert(fc.property(fc.string(), (text) => { parseTuned(text, kernels); }));
});

test('a product that is wrong in a row that is looked at is not right', () => {
  const a = { rows: 3, cols: 2, value: Float32Array.of(1, 2, 3, 4, 5, 6) }, product = { rows: 3, cols: 3, value: Float32Array.of(5, 11, 17, 11, 25, 39, 17, 39, 61) };
  expect(isRight(a, a, product)).toBe(true);
  for (let i = 0; i < 9; i++) expect(isRight(a, a, { ...product, value: product.value.with(i, 4) })).toBe(false);
});
