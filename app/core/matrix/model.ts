// Matrices and their products, as every implementation takes and gives them: sparse and dense on the processor, dense on a GPU.
// Rows first; indices are 0-based. What a value means, and in which unit, is said where the matrix is made.

/**
 * Compressed sparse rows: row r has the columns `col[start[r]] … col[start[r + 1] - 1]`, rising, none twice. Where all values are
 * whole numbers whose products sum to less than 2^24 they are exact in 32 bits, and so is every product of them.
 */
export interface Sparse {
  readonly rows: number; readonly cols: number;
  /** rows + 1 */
  readonly start: Uint32Array;
  readonly col: Uint32Array;
  readonly value: Float32Array;
}

/** Row after row: rows × cols values. */
export interface Dense { readonly rows: number; readonly cols: number; readonly value: Float32Array }

export type Matrix = Sparse | Dense;
export const isSparse = (m: Matrix): m is Sparse => 'start' in m;

/** A symmetric matrix: its upper triangle with the diagonal, row after row, n(n + 1)/2 values. */
export interface Triangle { readonly n: number; readonly value: Float32Array }

/** Where the value of row r and column c stands in a triangle. */
export const at = (n: number, r: number, c: number): number => (r <= c ? r * n - (r * (r - 1)) / 2 + c - r : c * n - (c * (c - 1)) / 2 + r - c);

/** Who multiplied. `fallen`: began on the GPU, which was lost, and was done anew on the processor. */
export type By = 'sparse' | 'dense' | 'gpu';
export interface Done<T> {
  readonly of: T;
  readonly by: By;
  /** in a sentence: why this one was chosen, and what became of it */
  readonly why: string;
  readonly fallen: boolean;
  /** what it took */
  readonly ms: number;
  /** multiplications with their additions that the chosen way does */
  readonly multiplyAdds: number;
}

/** The part of AbortSignal that is needed here. */
export interface Stop { readonly aborted: boolean }

/**
 * One way to multiply; all give the same within |x − f64| ≤ k·2⁻²⁴·(|A||B|) elementwise, k the inner dimension, and exactly where values are
 * whole (see Sparse). Both matrices have the same number of columns: products are of rows with rows. NaN and infinities spread as in IEEE 754,
 * except that a zero that a sparse matrix leaves out times one of them is nothing; subnormals may count as zero.
 */
export interface Multiplier {
  readonly by: By;
  /** a·bᵀ, a.rows × b.rows. Rejects with the error `cancelled` soon after `stop.aborted`. */
  times(a: Matrix, b: Matrix, stop?: Stop): Promise<Dense>;
  /** a·aᵀ */
  gram(a: Matrix, stop?: Stop): Promise<Triangle>;
}

/**
 * Why one way gave up what another can still do. `absent`: there is no such device here; `unfit`: the values are not ones that it can be held to
 * (NaN, infinities, sums that may exceed 32 bits); `vanished`: the device was lost; `memory`: it had too little; `failed`: it refused, or did not
 * answer; `resting`: it failed several times and is left alone for a while.
 */
export type LostReason = 'absent' | 'unfit' | 'vanished' | 'memory' | 'failed' | 'resting';

/** A job that its way gave up: whoever asked does it anew on another, and says so. `message` is a sentence for people. */
export class Lost extends Error {
  override readonly name = 'Lost';
  readonly reason: LostReason;
  constructor(reason: LostReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
