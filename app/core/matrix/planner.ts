// Who multiplies: the way that is expected to take least, by what each step of it was measured to cost on this machine. Says which and why, and does it
// anew on the processor where a GPU was lost.
import type { By, Dense, Done, Matrix, Multiplier, Stop, Triangle } from './model.ts';
import { Lost, isSparse } from './model.ts';
import { nonzeros } from './sparse.ts';

/** What a product is made of, counted before it is made. */
export interface Shape {
  /** of the result: its cells, half as many where it is a triangle */
  readonly cells: number;
  /** places and values that are not 0 of both sides, of one where it is multiplied with itself */
  readonly places: number; readonly stored: number;
  readonly isSparse: boolean;
  /** multiplications with additions over what is stored, and over every place */
  readonly sparse: number; readonly dense: number;
}

/** Nanoseconds on one core of the processor, each of what is named; what a product costs is their sum. */
export interface ProcessorCosts {
  readonly sparse: { readonly start: number; readonly multiplyAdd: number; readonly stored: number; readonly cell: number; /** of a dense input */ readonly place: number };
  readonly dense: { readonly start: number; readonly multiplyAdd: number; readonly place: number; readonly cell: number };
}

/** Costs of a GPU, as its tuning found them (workers/gpu). */
export interface GpuCosts { readonly multiplyAddsPerSecond: number; /** to it and back */ readonly bytesPerSecond: number; /** until the first product comes back */ readonly startMs: number }

/** Measured on one core of a server of 2022 (2.6 GHz) with Node 24: taken where nothing was measured yet. */
export const USUAL: ProcessorCosts = {
  sparse: { start: 20_000, multiplyAdd: 1, stored: 40, cell: 1, place: 2 },
  dense: { start: 30_000, multiplyAdd: 0.45, place: 1.5, cell: 3 },
};

/** How often each step is taken. */
export const stepsOf = {
  sparse: ({ sparse, stored, cells, places, isSparse: both }: Shape) => ({ start: 1, multiplyAdd: sparse, stored, cell: cells, place: both ? 0 : places }),
  dense: ({ dense, places, cells }: Shape) => ({ start: 1, multiplyAdd: dense, place: places, cell: cells }),
};

/** What a product is expected to take on the processor, in ms. */
export function processorMs(by: 'sparse' | 'dense', shape: Shape, costs: ProcessorCosts): number {
  const steps: Record<string, number> = stepsOf[by](shape), cost: Record<string, number> = { ...costs[by] };
  return Object.keys(cost).reduce((sum, name) => sum + cost[name]! * steps[name]!, 0) / 1e6;
}

/** A product of rows of `a` with those of `b`, or with its own where `b` is null. */
export function shapeOf(a: Matrix, b: Matrix | null): Shape {
  const left = counts(a), right = b === null || b === a ? left : counts(b), isGram = b === null, other = b ?? a;
  const pairs = isGram ? (a.rows * (a.rows + 1)) / 2 : a.rows * other.rows;
  let sparse = 0, stored = 0;
  for (let c = 0; c < a.cols; c++) {
    sparse += isGram ? (left[c]! * (left[c]! + 1)) / 2 : left[c]! * right[c]!;
    stored += left[c]! + (isGram ? 0 : right[c]!);
  }
  return { cells: pairs, places: a.cols * (a.rows + (isGram ? 0 : other.rows)), stored, isSparse: isSparse(a) && isSparse(other), sparse, dense: pairs * a.cols };
}

/** How many values each column has. */
function counts(m: Matrix): Uint32Array {
  const count = new Uint32Array(m.cols);
  if (isSparse(m)) for (let i = 0; i < nonzeros(m); i++) count[m.col[i]!]!++;
  else for (let i = 0, c = 0; i < m.value.length; i++) { if (m.value[i] !== 0) count[c]!++; if (++c === m.cols) c = 0; }
  return count;
}

/** What each way is expected to take, in ms: the quickest first. */
export function expected(shape: Shape, costs: ProcessorCosts, gpu: GpuCosts | null): { readonly by: By; readonly ms: number }[] {
  const ways: { by: By; ms: number }[] = [{ by: 'sparse', ms: processorMs('sparse', shape, costs) }, { by: 'dense', ms: processorMs('dense', shape, costs) }];
  if (gpu !== null) {
    // what is stored goes there as pairs of a place and a value, what is not as it is; all cells come back
    const bytes = (shape.isSparse ? 8 * shape.stored : 4 * shape.places) + 4 * shape.cells;
    ways.push({ by: 'gpu', ms: gpu.startMs + 1000 * (shape.dense / gpu.multiplyAddsPerSecond + bytes / gpu.bytesPerSecond) });
  }
  return ways.sort((x, y) => x.ms - y.ms);
}

export interface PlannerOptions {
  readonly sparse: Multiplier; readonly dense: Multiplier;
  readonly costs: ProcessorCosts;
  /** null: there is none, for the reason given */
  readonly gpu: { readonly multiplier: Multiplier; readonly costs: GpuCosts } | null;
  readonly noGpu?: string;
  /** ms */
  readonly now: () => number;
}

export class Planner {
  readonly #options: PlannerOptions;

  constructor(options: PlannerOptions) { this.#options = options; }

  /** a·bᵀ */
  times(a: Matrix, b: Matrix, stop?: Stop): Promise<Done<Dense>> {
    return this.#do(shapeOf(a, b), (way) => way.times(a, b, stop));
  }

  /** a·aᵀ */
  gram(a: Matrix, stop?: Stop): Promise<Done<Triangle>> {
    return this.#do(shapeOf(a, null), (way) => way.gram(a, stop));
  }

  async #do<T>(shape: Shape, work: (way: Multiplier) => Promise<T>): Promise<Done<T>> {
    const { costs, gpu, now } = this.#options, since = now();
    const done = async (by: By, why: string, fallen: boolean): Promise<Done<T>> => {
      const of = await work(by === 'gpu' ? gpu!.multiplier : this.#options[by]);
      return { of, by, why, fallen, ms: now() - since, multiplyAdds: by === 'sparse' ? shape.sparse : shape.dense };
    };
    const ways = expected(shape, costs, gpu?.costs ?? null), first = ways[0]!;
    if (first.by !== 'gpu') return done(first.by, this.#why(shape, ways), false);
    try {
      return await done('gpu', this.#why(shape, ways), false);
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
      const second = ways.find(({ by }) => by !== 'gpu')!, fallen = error.reason === 'vanished' || error.reason === 'memory' || error.reason === 'failed';
      return done(second.by, `${error.message} ${fallen ? 'It was done anew' : 'It was done'} on the processor (${NAMES[second.by]}).`, fallen);
    }
  }

  #why(shape: Shape, ways: readonly { readonly by: By; readonly ms: number }[]): string {
    const { gpu, noGpu } = this.#options, [first, ...others] = ways, full = shape.places === 0 ? 0 : shape.stored / shape.places;
    const work = first!.by === 'sparse'
      ? `${amount(shape.sparse)} multiplications over the ${percent(full)} of places that hold a value`
      : `${amount(shape.dense)} multiplications over all places, of which ${percent(full)} hold a value`;
    const there = gpu === null ? `; ${noGpu ?? 'there is no GPU'}` : '';
    return `${NAMES[first!.by]}, expected to take ${time(first!.ms)} for ${work} (${others.map(({ by, ms }) => `${NAMES[by]}: ${time(ms)}`).join(', ')}${there}).`;
  }
}

const NAMES: { readonly [by in By]: string } = { sparse: 'sparse', dense: 'dense', gpu: 'GPU' };
const amount = (n: number): string => (n < 1e4 ? `${Math.round(n)}` : n < 1e6 ? `${(n / 1e3).toPrecision(3)} thousand` : n < 1e9 ? `${(n / 1e6).toPrecision(3)} million` : `${(n / 1e9).toPrecision(3)} billion`);
const percent = (share: number): string => `${(100 * share).toPrecision(2)} %`;
const time = (ms: number): string => (ms < 1 ? 'less than 1 ms' : ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toPrecision(2)} s`);

