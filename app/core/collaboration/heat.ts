// Matrices to look at, of five kinds: cut to what can be drawn before anything is multiplied, so that a hundred thousand authors are never
// compared all with all. Which rows stay is decided by sums; where they stand, by likeness. Nothing is ordered by how much anybody did.
import type { PathBytes } from '../bytes.ts';
import { type Dense, type Done, type Matrix, type Sparse, type Stop, type Triangle, at } from '../matrix/model.ts';
import { columnSums, fromTriplets, mergeColumns, rowSums, selectColumns, selectRows, transpose } from '../matrix/sparse.ts';
import { clusterOf } from './cluster.ts';
import { TOGETHER } from './coChange.ts';
import type { Crew } from './crew.ts';
import { directoriesOf, sharesOf } from './knowledge.ts';
import type { History, InFlight } from './model.ts';
import type { Computed, Heat, HeatKind } from './report.ts';

/** Multiplies on whichever way is fastest, and says which it was. */
export interface Multiply {
  times(a: Matrix, b: Matrix, stop?: Stop): Promise<Done<Dense>>;
  gram(a: Matrix, stop?: Stop): Promise<Done<Triangle>>;
}

/** The `most` with the largest sums above 0, in rising order of their places. */
export function largest(sums: Float64Array, most: number): Uint32Array {
  const some = Uint32Array.from(sums.keys()).filter((i) => sums[i]! > 0);
  if (some.length <= most) return some;
  return some.sort((x, y) => sums[y]! - sums[x]! || x - y).slice(0, most).sort();
}

/** What is known at one moment, as matrices. Rows of people may end where the history's end: who comes after has none. */
export interface Known {
  readonly crew: Crew;
  readonly inFlight: InFlight;
  readonly files: History['files'];
  /** people × files */
  readonly knowledge: Sparse;
  /** files × files: commits in which both changed */
  coChange(): Sparse;
}

export interface HeatWays {
  readonly multiply: Multiply;
  /** an array that whoever shows it can share; a plain one if not given */
  readonly numbers?: (length: number) => Float32Array;
  readonly stop?: Stop;
}

/** Of a kind, before it has an order; `alike`: what rows, and columns, are compared by. Where both are the same they have one order. */
type Raw = Omit<Heat, 'kind' | 'max' | 'clustered'> & { readonly alike: readonly [rows: Sparse, cols: Sparse] };
type By = 'files' | 'directories';

/** At most `most` rows and columns. Rejects with `cancelled` soon after `ways.stop` says so. */
export async function heatOf(kind: HeatKind, known: Known, by: By, most: number, ways: HeatWays): Promise<Heat> {
  const { alike: [down, across], ...raw } = await kinds[kind](known, by, most, ways);
  let max = 0;
  for (const value of raw.value) if (value > max) max = value;
  const rows = clusterOf(down);
  return { kind, ...raw, max, clustered: [rows, down === across ? rows : clusterOf(across)] };
}

const kinds: { readonly [K in HeatKind]: (known: Known, by: By, most: number, ways: HeatWays) => Promise<Raw> } = {
  async knowledge({ knowledge, files }, by, most, ways) {
    const folders = by === 'directories' ? directoriesOf(files) : null, whole = folders === null ? knowledge : mergeColumns(knowledge, folders.of, folders.paths.length);
    const rowsBy = rowSums(whole), colsBy = columnSums(whole), rows = largest(rowsBy, most), cols = largest(colsBy, most);
    const shown = selectColumns(selectRows(whole, rows), cols);
    return {
      of: ['person', folders === null ? 'file' : 'directory'], rows, cols, alike: [shown, transpose(shown)], directories: folders?.paths ?? [], value: filled(shown, ways), computed: asTheyAre,
      unit: 'knowledge: commits and lines, halved with each half-life', total: [positive(rowsBy), positive(colsBy)],
    };
  },

  async interaction({ knowledge }, _by, most, ways) {
    return together(sharesOf(knowledge), most, ways, 'files that both know, each counted by the shares that the two have of what is known of it');
  },

  async overlap({ crew, inFlight }, _by, most, ways) {
    const paths = new Map<PathBytes, number>(), row: number[] = [], col: number[] = [];
    for (const [i, { files }] of inFlight.acus.entries()) for (const { path } of files) {
      let id = paths.get(path);
      if (id === undefined) paths.set(path, id = paths.size);
      row.push(crew.author[i]!);
      col.push(id);
    }
    return together(fromTriplets(crew.people.length, paths.size, Uint32Array.from(row), Uint32Array.from(col), null), most, ways, 'pairs of their changes in flight that touch the same file, counted for each file');
  },

  async flying({ inFlight, files, knowledge }, _by, most, ways) {
    const place = new Map<PathBytes, number>(), row: number[] = [], col: number[] = [], value: number[] = [];
    for (const [i, { path, alive }] of files.entries()) if (alive || !place.has(path)) place.set(path, i);
    for (const [i, acu] of inFlight.acus.entries()) for (const { path } of acu.files) {
      const file = place.get(path);
      if (file !== undefined) { row.push(i); col.push(file); value.push(1 / acu.files.length); }
    }
    const touches = fromTriplets(inFlight.acus.length, files.length, Uint32Array.from(row), Uint32Array.from(col), Float32Array.from(value)), shares = sharesOf(knowledge);
    // sums of the product's rows and columns, without the product
    const byAcu = applied(touches, columnSums(shares)), byPerson = applied(shares, columnSums(touches));
    const acus = largest(byAcu, most), people = largest(byPerson, most);
    const down = selectRows(touches, acus), across = selectRows(shares, people), { of, ...computed } = await ways.multiply.times(down, across, ways.stop);
    return {
      of: ['acu', 'person'], rows: acus, cols: people, alike: [down, across], directories: [], value: given(of.value, ways), computed,
      unit: 'share of what is known of the files that the change touches', total: [positive(byAcu), positive(byPerson)],
    };
  },

  async coChange({ coChange, files }, by, most, ways) {
    const folders = by === 'directories' ? directoriesOf(files) : null;
    let whole = coChange();
    if (folders !== null) whole = mergeColumns(transpose(mergeColumns(whole, folders.of, folders.paths.length)), folders.of, folders.paths.length);
    whole = withoutOwn(whole);
    const sums = rowSums(whole), chosen = largest(sums, most), total = positive(sums), shown = selectColumns(selectRows(whole, chosen), chosen);
    const side = folders === null ? 'file' : 'directory';
    return { of: [side, side], rows: chosen, cols: chosen, alike: [shown, shown], directories: folders?.paths ?? [], value: filled(shown, ways), computed: asTheyAre, unit: `commits of at most ${TOGETHER} files in which both changed`, total: [total, total] };
  },
};

const asTheyAre: Computed = { by: 'sparse', why: 'Nothing is multiplied for these: they are shown as they are counted.', fallen: false, ms: 0, multiplyAdds: 0 };

const positive = (sums: Float64Array): number => sums.reduce((n, sum) => n + Number(sum > 0), 0);

/** a·aᵀ of the rows that have most in common with others. What one has in common with oneself is left out: it is a measure of output. */
async function together(a: Sparse, most: number, { multiply, stop, numbers = plain }: HeatWays, unit: string): Promise<Raw> {
  // a row's sum in the product, less its own part, without the product
  const all = applied(a, columnSums(a)), sums = all.map((sum, r) => { for (let i = a.start[r]!; i < a.start[r + 1]!; i++) sum -= a.value[i]! ** 2; return sum > TINY * all[r]! ? sum : 0; });
  const rows = largest(sums, most), n = rows.length, total = positive(sums);
  // by what they have in common with others, not by whom: products are ruled by who did most
  const shown = selectRows(a, rows), { of: half, ...computed } = await multiply.gram(shown, stop);
  const value = numbers(n * n);
  for (let r = 0; r < n; r++) for (let c = 0; c < n; c++) if (r !== c) value[r * n + c] = half.value[at(n, r, c)]!;
  return { of: ['person', 'person'], rows, cols: rows, alike: [shown, shown], directories: [], value, unit, total: [total, total], computed };
}

/** What rounding leaves of a difference of equals. */
const TINY = 1e-9;

/** The matrix times a vector. */
function applied({ rows, start, col, value }: Sparse, by: Float64Array): Float64Array {
  const out = new Float64Array(rows);
  for (let r = 0; r < rows; r++) for (let i = start[r]!; i < start[r + 1]!; i++) out[r]! += value[i]! * by[col[i]!]!;
  return out;
}

/** Without what one has in common with oneself. */
function withoutOwn(a: Sparse): Sparse {
  const value = a.value.slice();
  for (let r = 0; r < a.rows; r++) for (let i = a.start[r]!; i < a.start[r + 1]!; i++) if (a.col[i] === r) value[i] = 0;
  return { ...a, value };
}

function filled({ rows, cols, start, col, value }: Sparse, { numbers = plain }: HeatWays): Float32Array {
  const out = numbers(rows * cols);
  for (let r = 0; r < rows; r++) for (let i = start[r]!; i < start[r + 1]!; i++) out[r * cols + col[i]!] = value[i]!;
  return out;
}

const plain = (length: number): Float32Array => new Float32Array(length);

function given(value: Float32Array, { numbers }: HeatWays): Float32Array {
  if (numbers === undefined) return value;
  const out = numbers(value.length);
  out.set(value);
  return out;
}
