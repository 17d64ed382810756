// The two ways to multiply on the processor. Both stop between pieces of a few milliseconds: to be given up, and for whoever lives on the same thread.
import { AcumenError, bug } from '../errors.ts';
import { BLOCK, Blocks, DEPTH } from './dense.ts';
import type { Dense, Matrix, Multiplier, Sparse, Stop, Triangle } from './model.ts';
import { at, isSparse } from './model.ts';
import { Lists } from './products.ts';
import { toSparse } from './sparse.ts';

/** Waited for between two pieces of work, where it answers something to wait for. */
export type Between = () => Promise<void> | undefined;

/** Multiplications between two stops: two to ten milliseconds. */
const PIECE = 4_000_000;
/** 2 GiB: more than a page may be given. */
const MOST_CELLS = 2 ** 29;

/** Rows of the result one after another, over what is stored. */
export function sparseMultiplier(between?: Between): Multiplier {
  return {
    by: 'sparse',
    async times(a, b, stop) {
      const [left, right] = stored(a, b), of = room(left, right), lists = new Lists(right), step = steps(between, stop);
      for (let r = 0; r < left.rows; r++) await step(lists.times(left, r, of.value, r * right.rows) + right.rows);
      return of;
    },
    async gram(a, stop) {
      const [left] = stored(a, a), of = triangle(left), lists = new Lists(left), step = steps(between, stop);
      for (let r = 0, place = 0; r < left.rows; place += left.rows - r++) await step(lists.gram(left, r, of.value, place) + left.rows);
      return of;
    },
  };
}

/** Blocks of the result, over every place of the matrices; sparse ones are filled up a panel at a time. */
export function denseMultiplier(between?: Between): Multiplier {
  const sparse = sparseMultiplier(between);
  async function eachBlock(a: Matrix, b: Matrix, isGram: boolean, stop: Stop | undefined, put: (r: number, c: number, blocks: Blocks) => void): Promise<void> {
    const blocks = new Blocks(a.cols), step = steps(between, stop);
    for (let r = 0; r < a.rows; r += BLOCK) {
      for (let c = isGram ? r : 0; c < b.rows; c += BLOCK) {
        blocks.clear();
        for (let k = 0; k < a.cols; k += DEPTH) {
          blocks.add(a, r, b, c, k);
          await step(BLOCK * BLOCK * DEPTH);
        }
        put(r, c, blocks);
      }
    }
  }
  return {
    by: 'dense',
    async times(a, b, stop) {
      // A zero that is left out times infinity is nothing; filled up it would be NaN.
      if ((isSparse(a) || isSparse(b)) && !areFinite(a, b)) return sparse.times(a, b, stop);
      const of = room(a, b);
      await eachBlock(a, b, false, stop, (r, c, blocks) => {
        for (let i = 0; i < Math.min(BLOCK, a.rows - r); i++) for (let j = 0; j < Math.min(BLOCK, b.rows - c); j++) of.value[(r + i) * b.rows + c + j] = blocks.at(i, j);
      });
      return of;
    },
    async gram(a, stop) {
      if (isSparse(a) && !areFinite(a, a)) return sparse.gram(a, stop);
      const of = triangle(a);
      await eachBlock(a, a, true, stop, (r, c, blocks) => {
        for (let i = 0; i < Math.min(BLOCK, a.rows - r); i++) {
          for (let j = Math.max(0, r + i - c), place = at(a.rows, r + i, c + j); j < Math.min(BLOCK, a.rows - c); j++) of.value[place++] = blocks.at(i, j);
        }
      });
      return of;
    },
  };
}

/** Both as they are multiplied sparsely: of a dense one also the zeros, where the other may have what times 0 is not 0. */
function stored(a: Matrix, b: Matrix): [Sparse, Sparse] {
  const withZeros = !(isSparse(a) && isSparse(b)) && !areFinite(a, b), left = toSparse(a, withZeros);
  return [left, a === b ? left : toSparse(b, withZeros)];
}

function areFinite(a: Matrix, b: Matrix): boolean {
  for (const { value } of a === b ? [a] : [a, b]) for (let i = 0; i < value.length; i++) if (!Number.isFinite(value[i]!)) return false;
  return true;
}

function room(a: Matrix, b: Matrix): Dense {
  if (a.cols !== b.cols) throw bug('rows of different lengths', { left: a.cols, right: b.cols });
  return { rows: a.rows, cols: b.rows, value: new Float32Array(few(a.rows * b.rows)) };
}
const triangle = ({ rows }: Matrix): Triangle => ({ n: rows, value: new Float32Array(few((rows * (rows + 1)) / 2)) });

function few(cells: number): number {
  if (cells > MOST_CELLS) throw new AcumenError('too-large', `A product of ${cells} values does not fit into memory.`, 'Ask for directories in place of files, or for fewer people.', { cells });
  return cells;
}

/** To be waited for after each piece with the work it was. */
function steps(between: Between | undefined, stop: Stop | undefined): (work: number) => Promise<void> | undefined {
  let done = PIECE;
  const step = (work: number): Promise<void> | undefined => {
    done += work;
    if (done < PIECE) return undefined;
    done = 0;
    if (stop?.aborted === true) throw givenUp();
    return between?.();
  };
  return step;
}

const givenUp = (): AcumenError => new AcumenError('cancelled', 'The calculation was given up.', 'Ask again when you like.');
