// What each step of a product costs on this machine, from the times that some products took. Which products to time is said here, timing them is
// for whoever has a clock (workers/costs.ts).
import type { Dense, Matrix } from './model.ts';
import { type ProcessorCosts, type Shape, USUAL, shapeOf, stepsOf } from './planner.ts';
import { fromTriplets } from './sparse.ts';

/** A product that was made. `ms`: the least of several times: whatever else ran only added to it. */
export interface Sample { readonly by: 'sparse' | 'dense'; readonly shape: Shape; readonly ms: number }

/** A product to time: rows of `a` with those of `b`, or with its own where `b` is null. */
export interface Trial { readonly by: 'sparse' | 'dense'; readonly a: Matrix; readonly b: Matrix | null; readonly shape: Shape }

/** Small products, in each of which another step takes most: together a few hundred million steps. */
export function trials(): Trial[] {
  const trial = (by: 'sparse' | 'dense', a: Matrix, b: Matrix | null = null): Trial => ({ by, a, b, shape: shapeOf(a, b) });
  const tiny = regular(4, 4, 4);
  return [
    // the same files for all; few each, of many; hardly any values, many cells; a dense one to go through
    trial('sparse', regular(500, 64, 64)), trial('sparse', regular(2000, 20_000, 60)), trial('sparse', regular(600, 3000, 100)), trial('sparse', regular(3000, 3000, 1)),
    trial('sparse', full(64, 4096), regular(64, 4096, 1)), trial('sparse', full(96, 256)), trial('sparse', tiny),
    trial('dense', full(256, 512), full(252, 512)), trial('dense', full(8, 65_536)), trial('dense', full(1200, 4)), trial('dense', full(96, 256)),
    trial('dense', regular(256, 8192, 80)), trial('dense', tiny),
  ];
}

/** `each` values in a row, at columns that look drawn. */
function regular(rows: number, cols: number, each: number): Matrix {
  const row = Uint32Array.from({ length: rows * each }, (_, i) => Math.floor(i / each)), step = Math.floor(cols / each);
  return fromTriplets(rows, cols, row, row.map((r, i) => ((i % each) * step + (Math.imul(r + 1, 0x9e3779b1) >>> 8) % step) % cols), null);
}
const full = (rows: number, cols: number): Dense => ({ rows, cols, value: Float32Array.from({ length: rows * cols }, (_, i) => 1 + (i % 7)) });

/** How much a cost that the samples hardly tell holds to its usual value, against one sample. */
const HOLD = 1e-5;
const TURNS = 20_000;
/** ms: what takes less is not told from nothing by the clocks of browsers. */
const SHORTEST = 1e-3;

/** The costs that come nearest to the samples by relative error, none below 0. */
export function fitted(samples: readonly Sample[]): ProcessorCosts {
  const of = (by: 'sparse' | 'dense'): Sample[] => samples.filter((one) => one.by === by && one.ms >= SHORTEST);
  return { sparse: nearest(of('sparse'), USUAL.sparse), dense: nearest(of('dense'), USUAL.dense) };
}

function nearest<Cost extends ProcessorCosts['sparse'] | ProcessorCosts['dense']>(samples: readonly Sample[], usual: Cost): Cost {
  const names = Object.keys(usual) as (keyof Cost & string)[], n = names.length;
  // of each sample, the share of its time that each step would take at its usual cost: how many times the usual are they, that all shares sum to 1?
  const shares = samples.map(({ by, shape, ms }) => {
    const steps: Record<string, number> = stepsOf[by](shape);
    return names.map((name) => (steps[name]! * (usual[name] as number)) / (1e6 * ms));
  });
  const products = names.map((_, i) => names.map((__, j) => shares.reduce((sum, share) => sum + share[i]! * share[j]!, i === j ? HOLD : 0)));
  const wanted = names.map((_, i) => shares.reduce((sum, share) => sum + share[i]!, HOLD)), times = names.map(() => 1);
  // one after another, each to its best while the others stay: the sum of squares only falls, and there is one place where it is least
  for (let turn = 0; turn < TURNS; turn++) {
    for (let i = 0; i < n; i++) {
      let rest = wanted[i]!;
      for (let j = 0; j < n; j++) if (j !== i) rest -= products[i]![j]! * times[j]!;
      times[i] = Math.max(0, rest / products[i]![i]!);
    }
  }
  return Object.fromEntries(names.map((name, i) => [name, (usual[name] as number) * times[i]!])) as unknown as Cost;
}

/** As text, to be kept; and from text, null where it is not such. */
export const costsText = (costs: ProcessorCosts): string => JSON.stringify(costs);
export function costsOf(text: string): ProcessorCosts | null {
  try {
    const said = JSON.parse(text) as Partial<Record<'sparse' | 'dense', Record<string, unknown>>> | null;
    for (const by of ['sparse', 'dense'] as const) {
      for (const name of Object.keys(USUAL[by])) { const cost = said?.[by]?.[name]; if (typeof cost !== 'number' || !Number.isFinite(cost) || cost < 0) return null; }
    }
    return said as unknown as ProcessorCosts;
  } catch {
    return null;
  }
}

