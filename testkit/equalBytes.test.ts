// The danger: two things are taken for equal in every test because their bytes are, or their bytes because nobody looked.
import { expect, test } from 'vitest';

const unlike = (a: unknown, b: unknown): void => { for (const [x, y] of [[a, b], [b, a], [{ in: [a] }, { in: [b] }]]) expect(x).not.toEqual(y); };

test('megabytes of equal bytes are equal at once; one that differs, a shorter one and another kind are not', () => {
  const bytes = (change: (all: Uint8Array) => void = () => undefined): Uint8Array => { const all = new Uint8Array(1 << 22).fill(31); change(all); return all; };
  const began = performance.now();
  expect({ of: [bytes(), Buffer.from(bytes())] }).toEqual({ of: [bytes(), Buffer.from(bytes())] });
  expect(performance.now() - began, 'by itself it takes half a minute').toBeLessThan(8_000);
  unlike(bytes().subarray(0, 4096), bytes((all) => { all[4095]! ^= 1; }).subarray(0, 4096));
  unlike(bytes().subarray(0, 4096), bytes().subarray(0, 4095));
  unlike(Buffer.from([1, 2]), new Uint8Array([1, 2]));
  unlike(new Int8Array([1, 2]), new Uint8Array([1, 2]));
});

test('numbers that are written unlike and read alike stay what they were', () => {
  const other = Float64Array.of(NaN);
  new Uint8Array(other.buffer)[0]! ^= 1;
  expect(other).toEqual(Float64Array.of(NaN));
  unlike(Float64Array.of(0), Float64Array.of(-0));
  expect(new Uint8Array(8).subarray(2, 4)).toEqual(new Uint8Array(2));
});
