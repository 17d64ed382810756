// Forty products of many shapes and fullnesses, on both sides of where one way becomes faster than another: what the planner is judged on. Values are
// drawn; a seed names one matrix on every machine.
import type { Matrix } from '../app/core/matrix/model.ts';
import { fromTriplets, toDense } from '../app/core/matrix/sparse.ts';
import { Random } from '../testkit/random.ts';

export interface NamedShape {
  readonly name: string;
  /** rows × inner of the left; rows of the right, null: with itself */
  readonly rows: number; readonly inner: number; readonly others: number | null;
  /** share of places that hold a value */
  readonly full: number;
  /** busy rows and columns: the k-th with weight 1/k */
  readonly skewed: boolean;
  /** given with all its zeros */
  readonly dense: boolean;
}

const gram = (rows: number, inner: number, full: number, skewed = false, dense = false): NamedShape => ({ name: '', rows, inner, others: null, full, skewed, dense });
const times = (rows: number, others: number, inner: number, full: number, skewed = false, dense = false): NamedShape => ({ name: '', rows, inner, others, full, skewed, dense });

const listed: readonly NamedShape[] = [
  // people × directories and people × files of small, usual and large repositories, even and skewed
  gram(20, 100, 0.3), gram(50, 400, 0.1, true), gram(100, 1000, 0.05), gram(200, 3000, 0.02, true), gram(300, 3000, 0.01), gram(500, 2000, 0.005, true),
  gram(800, 2000, 0.01), gram(1500, 1000, 0.02, true), gram(100, 20_000, 0.001), gram(2000, 300, 0.03, true),
  // from hardly any values to all, at the same size: the crossover
  gram(400, 800, 0.02), gram(400, 800, 0.1), gram(400, 800, 0.2), gram(400, 800, 0.3), gram(400, 800, 0.45), gram(400, 800, 0.6), gram(400, 800, 0.8), gram(400, 800, 1),
  gram(250, 2000, 0.15, true), gram(250, 2000, 0.4, true), gram(250, 2000, 0.7, true), gram(1000, 300, 0.3), gram(1000, 300, 0.6), gram(1000, 300, 0.9),
  // changes in flight × people, two sides
  times(50, 200, 3000, 0.01), times(300, 300, 2000, 0.03, true), times(1000, 400, 1000, 0.05), times(400, 400, 600, 0.3), times(400, 400, 600, 0.7), times(600, 100, 1500, 0.95),
  times(1, 2000, 5000, 0.02), times(2000, 5, 1000, 0.5), times(7, 11, 13, 0.5),
  // given dense: latent factors, directories, entity-level work
  gram(300, 64, 1, false, true), gram(600, 128, 1, false, true), gram(500, 500, 0.9, false, true), gram(300, 1000, 0.05, false, true), times(300, 500, 400, 1, false, true), times(500, 500, 500, 0.2, false, true), times(64, 64, 4096, 0.02, false, true),
];

export const shapes: readonly NamedShape[] = listed.map((shape) => ({
  ...shape,
  name: `${shape.others === null ? `${shape.rows}×${shape.inner} with itself` : `${shape.rows}×${shape.inner} with ${shape.others}×${shape.inner}`}, ${100 * shape.full} % full${shape.skewed ? ', skewed' : ''}${shape.dense ? ', given dense' : ''}`,
}));

/** The two sides; `b` null: with itself. */
export function matricesOf(shape: NamedShape): { readonly a: Matrix; readonly b: Matrix | null } {
  return { a: drawn(shape, shape.rows, 1), b: shape.others === null ? null : drawn(shape, shape.others, 2) };
}

function drawn({ inner, full, skewed, dense }: NamedShape, rows: number, seed: number): Matrix {
  const random = new Random(seed), row: number[] = [], col: number[] = [];
  // of a skewed matrix the first columns are full, and others as much emptier: weight 1/k, cut at 1, and scaled until the whole is as full as asked
  const weight = Float64Array.from({ length: inner }, () => full);
  if (skewed) {
    let low = 0, high = inner;
    for (let i = 0; i < 50; i++) {
      const mid = (low + high) / 2;
      if (weight.reduce((sum, _, c) => sum + Math.min(1, mid / (c + 1)), 0) < full * inner) low = mid;
      else high = mid;
    }
    weight.forEach((_, c) => { weight[c] = Math.min(1, low / (c + 1)); });
  }
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < inner; c++) {
      if (!random.chance(weight[c]!)) continue;
      row.push(r);
      col.push(c);
    }
  }
  const value = Float32Array.from(row, () => random.next() / 2 ** 32), sparse = fromTriplets(rows, inner, Uint32Array.from(row), Uint32Array.from(col), value);
  return dense ? toDense(sparse) : sparse;
}
