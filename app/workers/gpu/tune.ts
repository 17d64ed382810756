// Which kernel an adapter is best served with, found out once and remembered: every kernel that its limits allow multiplies whole numbers,
// whose product is known exactly. One that is wrong is not taken; of those that are right the fastest is.
import { type Dense, Lost } from '../../core/matrix/model.ts';
import type { AdapterWords, Device } from './device.ts';
import { type Kernel, invocations, kernels, kernelsVersion, sharedBytes } from './kernels.ts';
import { Products } from './products.ts';
import type { Limits } from './tiling.ts';

/** Where what was found out about an adapter is kept from one start to the next. Neither rejects: what cannot be kept is found out again. */
export interface Remembered {
  get(key: string): Promise<string | null>;
  set(key: string, text: string): Promise<void>;
}

/** What an adapter was seen to do. */
export interface Tuned {
  readonly kernel: Kernel;
  /** multiplications with their additions per second, in a product that fills it */
  readonly rate: number;
  /** bytes per second of numbers that go there or come back */
  readonly bytes: number;
  /** ms of the smallest product */
  readonly start: number;
  /** in a sentence: what was tried, what was taken */
  readonly why: string;
}

/** Of everything that may differ for a product's speed or truth. */
export const keyOf = ({ vendor, architecture, device, description }: AdapterWords): string => JSON.stringify([kernelsVersion, vendor, architecture, device, description]);

/** Those that the limits of this device allow. */
export function usable({ gpu: { limits } }: Device): Kernel[] {
  return kernels.filter((one) => invocations(one) <= limits.maxComputeInvocationsPerWorkgroup && sharedBytes(one) <= limits.maxComputeWorkgroupStorageSize);
}

/** Rows and columns of what is multiplied to judge kernels and to compare them roughly; then, on real adapters, to compare them as they will be used. */
const SIZE = { software: 256, real: 512, full: 2048 } as const;
/** s that one product of the full size may be expected to take: systems reset a device that answers nobody for two */
const LONGEST = 0.5;
const TIMES = 3;

/** Whole numbers from −6 to 6, so that a sum of 400,000 products stays below 2^24. */
export const whole = (rows: number, cols: number, seed: number): Dense => ({ rows, cols, value: Float32Array.from({ length: rows * cols }, (_, i) => (Math.imul(i + seed, 0x9e3779b1) >>> 8) % 13 - 6) });

/** Whether the products of some rows are exactly what they must be. */
export function isRight(a: Dense, b: Dense, product: Dense): boolean {
  const k = a.cols, step = Math.max(1, Math.floor(a.rows / 16));
  for (let r = 0; r < a.rows; r += step) {
    for (let c = 0; c < b.rows; c++) {
      let sum = 0;
      for (let p = 0; p < k; p++) sum += a.value[r * k + p]! * b.value[c * k + p]!;
      if (product.value[r * b.rows + c] !== sum) return false;
    }
  }
  return true;
}

/** As it was remembered, if it is of a kernel that there is, and of numbers that can be. */
export function parseTuned(text: string | null, among: readonly Kernel[]): Tuned | null {
  if (text === null) return null;
  let said: unknown;
  try { said = JSON.parse(text); } catch { return null; }
  if (typeof said !== 'object' || said === null) return null;
  const { name, rate, bytes, start } = said as Record<string, unknown>, kernel = among.find((one) => one.name === name);
  const isAmount = (n: unknown): n is number => typeof n === 'number' && Number.isFinite(n) && n > 0;
  return kernel !== undefined && isAmount(rate) && isAmount(bytes) && isAmount(start) ? { kernel, rate, bytes, start, why: `${kernel.name}, as was found out before` } : null;
}

interface Seen { readonly kernel: Kernel; readonly size: number; readonly seconds: number }

/** Rejects with Lost where the device is lost, or multiplies nothing rightly. */
export async function tune(device: Device, limits: Limits, remembered: Remembered, now: () => number): Promise<Tuned> {
  const key = keyOf(device.words), among = usable(device).filter(({ memory }) => !device.words.isSoftware || memory === 'registers'), known = parseTuned(await remembered.get(key), among);
  if (known !== null) {
    if (await isTrusted(device, known.kernel, limits)) return known;
  }
  const size = device.words.isSoftware ? SIZE.software : SIZE.real, a = whole(size, size, 1), b = whole(size, size, 2);
  const right: Seen[] = [];
  let wrong = 0;
  for (const kernel of among) {
    try {
      const products = await Products.open(device, kernel, limits);
      if (isRight(a, b, await products.times(a, b))) right.push({ kernel, size, seconds: Math.min(...await products.seconds(a, TIMES, now)) }); else wrong++;
      products.end();
    } catch (error) {
      if (device.lost !== null) throw error;
      wrong++;
    }
  }
  const full: Seen[] = [], large = device.words.isSoftware ? null : whole(SIZE.full, SIZE.full, 3);
  if (large !== null) {
    for (const { kernel } of right.filter((one) => one.seconds * (SIZE.full / size) ** 3 <= LONGEST)) {
      const products = await Products.open(device, kernel, limits);
      full.push({ kernel, size: SIZE.full, seconds: Math.min(...await products.seconds(large, TIMES, now)) });
      products.end();
    }
  }
  const seen = full.length > 0 ? full : right, best = seen.toSorted((x, y) => x.seconds - y.seconds)[0];
  if (best === undefined) throw new Lost('failed', 'The GPU multiplies whole numbers wrongly.');
  const products = await Products.open(device, best.kernel, limits), small = whole(1, 1, 1);
  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    let least = Infinity;
    for (let i = 0; i < TIMES; i++) {
      const began = now();
      await work();
      least = Math.min(least, now() - began);
    }
    return Math.max(least, 1e-3);
  };
  const start = await timed(() => products.times(small, small)), moved = 8 * 2 ** 20;
  const rate = best.size ** 3 / best.seconds, bytes = 2 * moved / (await timed(() => products.move(moved)) / 1000);
  products.end();
  await remembered.set(key, JSON.stringify({ name: best.kernel.name, rate, bytes, start }));
  return { kernel: best.kernel, rate, bytes, start, why: `${best.kernel.name}, the fastest of ${right.length} tried${wrong === 0 ? '' : `; ${wrong} gave nothing or wrong numbers`}` };
}

/** What was found out may be of another driver behind the same words: it must still be right. */
async function isTrusted(device: Device, kernel: Kernel, limits: Limits): Promise<boolean> {
  const products = await Products.open(device, kernel, limits), a = whole(67, 131, 3), b = whole(71, 131, 4);
  const isSo = isRight(a, b, await products.times(a, b));
  products.end();
  return isSo;
}
