// A process of bench/matmul.bench.ts: opens the adapter that Dawn finds and prints, as one JSON document, what each kernel does on it. Needs of this
// project app/workers/gpu and app/core/matrix alone, so that it can be carried to a machine with a GPU.
import { create } from 'webgpu';
import type { Dense } from '../app/core/matrix/model.ts';
import { Lost } from '../app/core/matrix/model.ts';
import { denseMultiplier } from '../app/core/matrix/processor.ts';
import { Device } from '../app/workers/gpu/device.ts';
import { kernels } from '../app/workers/gpu/kernels.ts';
import { Products } from '../app/workers/gpu/products.ts';
import type { Limits } from '../app/workers/gpu/tiling.ts';
import { isRight, tune, usable, whole } from '../app/workers/gpu/tune.ts';

export interface Seen { readonly kernel: string; readonly isRight: boolean; /** of each run, the kernel alone */ readonly seconds: readonly number[] }
export interface Run {
  readonly adapter: string; readonly isSoftware: boolean;
  /** on a real adapter, of size³ */
  readonly kernels: readonly Seen[]; readonly size: number;
  /** what the tuning took, and in how many seconds */
  readonly tuned: string; readonly tuning: number;
  /** whole products by it, with the way there and back, and the largest share of the permitted error that was seen */
  readonly products: readonly { readonly size: number; readonly seconds: readonly number[]; readonly worst: number; /** the plain dense loop on one core */ readonly processor: readonly number[] }[];
}

const REAL = 8192, TIMES = 5;
const now = (): number => performance.now();

function numbers(size: number, seed: number): Dense {
  let state = seed;
  return { rows: size, cols: size, value: Float32Array.from({ length: size * size }, () => ((state = Math.imul(state, 1664525) + 1013904223 | 0) / 2 ** 31)) };
}

/** |x − f64| of some outputs as a share of k·2⁻²⁴·(|A||B|). */
function worst(a: Dense, b: Dense, product: Dense): number {
  const k = a.cols;
  let most = 0;
  for (let i = 0; i < 4000; i++) {
    const r = i * 7919 % a.rows, c = i * 104729 % b.rows;
    let sum = 0, size = 0;
    for (let p = 0; p < k; p++) { const term = a.value[r * k + p]! * b.value[c * k + p]!; sum += term; size += Math.abs(term); }
    most = Math.max(most, Math.abs(product.value[r * b.rows + c]! - sum) / (k * 2 ** -24 * size));
  }
  return most;
}

async function run(): Promise<Run> {
  const device = await Device.open(create([])), { limits: own } = device.gpu, { isSoftware, vendor, architecture, description } = device.words;
  const limits: Limits = { bytes: Math.min(own.maxBufferSize, own.maxStorageBufferBindingSize), groups: own.maxComputeWorkgroupsPerDimension, memory: 4 * 2 ** 30, work: isSoftware ? 2 ** 28 : 2 ** 38 };
  const seen: Seen[] = [], small = whole(512, 512, 1), large = isSoftware ? null : numbers(REAL, 1);
  if (large !== null) {
    for (const kernel of usable(device)) {
      const products = await Products.open(device, kernel, limits);
      seen.push({ kernel: kernel.name, isRight: isRight(small, small, await products.times(small, small)), seconds: await products.seconds(large, TIMES, now) });
      products.end();
      process.stderr.write(`${kernel.name}: ${(2 * REAL ** 3 / Math.min(...seen.at(-1)!.seconds) / 1e12).toPrecision(4)} TFLOP/s\n`);
    }
  }
  const began = now(), tuned = await tune(device, limits, { get: async () => null, set: async () => undefined }, now), tuning = (now() - began) / 1000;
  const products = await Products.open(device, kernels.find(({ name }) => name === tuned.kernel.name)!, limits), all: { size: number; seconds: number[]; worst: number; processor: number[] }[] = [];
  for (const size of isSoftware ? [512, 1024] : [1024, 2048, REAL]) {
    const a = numbers(size, 1), b = numbers(size, 2), taken: number[] = [], processor: number[] = [];
    let product = await products.times(a, b);
    for (let i = 0; i < 3; i++) {
      let since = now();
      product = await products.times(a, b);
      taken.push((now() - since) / 1000);
      if (size > 1024) continue;
      since = now();
      await denseMultiplier().times(a, b);
      processor.push((now() - since) / 1000);
    }
    all.push({ size, seconds: taken, worst: worst(a, b, product), processor });
  }
  device.end();
  return { adapter: [vendor, architecture, description].filter((word) => word !== '').join(', '), isSoftware, kernels: seen, size: REAL, tuned: tuned.why, tuning, products: all };
}

try {
  process.stdout.write(`${JSON.stringify(await run())}\n`);
} catch (error) {
  if (!(error instanceof Lost)) throw error;
  process.stdout.write(`${JSON.stringify({ lost: error.message })}\n`);
}
process.exit();
