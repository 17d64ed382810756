// Which files change together: files × files, how many commits touched both. Follows a history that grows at the cost of its new commits.
import { bug } from '../errors.ts';
import type { Sparse } from '../matrix/model.ts';
import { fromTriplets, nonzeros, plus } from '../matrix/sparse.ts';
import type { History } from './model.ts';

/** Commits of more files say nothing of which belong together (Zimmermann, Zeller, Weißgerber and Diehl, "Mining version histories to guide software changes", 2005). */
export const TOGETHER = 30;

export interface CoChanges {
  /** symmetric; on the diagonal how many of the commits touched the file; whole numbers, exact */
  readonly of: Sparse;
  /** commits of the history that were read */
  readonly commits: number;
}

/** Pairs that wait to be sorted, at once: with what sorting takes, 80 MB. */
export const WAITING = 2_000_000;

/**
 * Of commits with at most `most` files, made until `asOf` (seconds since the epoch; null: all). `earlier`: of the same question, to a history of which this
 * one is a continuation (files keep their numbers).
 */
export function coChangesOf(history: History, { asOf, most = TOGETHER }: { readonly asOf: number | null; readonly most?: number }, earlier?: CoChanges): CoChanges {
  const { time, touch, file } = history, files = history.files.length, commits = time.length, until = asOf ?? Infinity;
  if (earlier !== undefined && (earlier.commits > commits || earlier.of.rows > files)) throw bug('co-change of another history');
  const from = earlier?.commits ?? 0;
  let of = grown(earlier?.of ?? null, files), pairs = 0;
  for (let i = from; i < commits; i++) pairs += pairsOf(i);
  const room = Math.min(pairs, WAITING + most * most), row = new Uint32Array(room), col = new Uint32Array(room);
  let count = 0;
  const flush = (): void => {
    const some = fromTriplets(files, files, row.subarray(0, count), col.subarray(0, count), null);
    of = nonzeros(of) === 0 ? some : plus(of, some);
    count = 0;
  };
  for (let i = from; i < commits; i++) {
    if (pairsOf(i) === 0) continue;
    for (let a = touch[i]!; a < touch[i + 1]!; a++) {
      for (let b = touch[i]!; b < touch[i + 1]!; b++) {
        row[count] = file[a]!;
        col[count++] = file[b]!;
      }
    }
    if (count >= WAITING) flush();
  }
  if (count > 0) flush();
  return { of, commits };

  function pairsOf(i: number): number {
    const size = touch[i + 1]! - touch[i]!;
    return size > most || time[i]! > until ? 0 : size * size;
  }
}

/** With as many rows and columns, those that are new empty. */
function grown(of: Sparse | null, files: number): Sparse {
  const start = new Uint32Array(files + 1);
  if (of === null) return { rows: files, cols: files, start, col: new Uint32Array(), value: new Float32Array() };
  start.set(of.start);
  start.fill(nonzeros(of), of.rows);
  return { ...of, rows: files, cols: files, start };
}
