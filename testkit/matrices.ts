// Generated matrices: every shape and every value that tells implementations apart. A seed names one matrix on every machine.
import type { Dense, Sparse } from '../app/core/matrix/model.ts';
import { fromTriplets } from '../app/core/matrix/sparse.ts';
import { Random } from './random.ts';

/** 0, 1, and primes around the sizes of tiles and blocks. */
export const lengths: readonly number[] = [0, 1, 2, 3, 5, 7, 17, 31, 67];

export const kinds = ['whole', 'ordinary', 'wild'] as const;
/** whole: products of them are exact. wild: also NaN, infinities, subnormals, and so large that products overflow. */
export type Kind = typeof kinds[number];

const STRANGE = [Number.NaN, Infinity, -Infinity, 2 ** -149, -(2 ** -130), 2 ** 127, -(2 ** 120), 0, -0];

function valueOf(random: Random, kind: Kind): number {
  if (kind === 'whole') return random.between(-16, 16);
  if (kind === 'wild' && random.chance(0.02)) return random.pick(STRANGE);
  return (random.chance(0.5) ? 1 : -1) * (random.next() / 2 ** 32) * 2 ** random.between(-8, 8);
}

/** `full`: the chance that a place is stored. */
export function sparseOf(seed: number, rows: number, cols: number, kind: Kind, full: number): Sparse {
  const random = new Random(seed), row: number[] = [], col: number[] = [], value: number[] = [];
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < cols; c++) {
      if (!random.chance(full)) continue;
      row.push(r);
      col.push(c);
      value.push(valueOf(random, kind));
    }
  }
  return fromTriplets(rows, cols, Uint32Array.from(row), Uint32Array.from(col), Float32Array.from(value));
}

export function denseOf(seed: number, rows: number, cols: number, kind: Kind): Dense {
  const random = new Random(seed);
  return { rows, cols, value: Float32Array.from({ length: rows * cols }, () => valueOf(random, kind)) };
}
