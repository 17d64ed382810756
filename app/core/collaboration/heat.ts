// Matrices to look at, of five kinds: cut to what can be drawn before anything is multiplied, so that a hundred thousand authors are never
// compared all with all. Which rows stay is decided by sums; where they stand, by likeness. Nothing is ordered by how much anybody did.
import type { PathBytes } from '../bytes.ts';
import { type Dense, type Done, type Matrix, type Sparse, type Stop, type Triangle, at } from '../matrix/model.ts';
import type { Crew } from './crew.ts';
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

export function rowSums({ rows, start, value }: Sparse): Float64Array {
  const out = new Float64Array(rows);
  for (let r = 0; r < rows; r++) for (let i = start[r]!; i < start[r + 1]!; i++) out[r]! += value[i]!;
  return out;
}

export function colSums({ cols, col, value }: Sparse): Float64Array {
  const out = new Float64Array(cols);
  for (const [i, c] of col.entries()) out[c]! += value[i]!;
  return out;
}

/** These rows alone, in this order. */
export function rowsOf({ cols, start, col, value }: Sparse, rows: Uint32Array): Sparse {
  const starts = new Uint32Array(rows.length + 1);
  for (const [n, r] of rows.entries()) starts[n + 1] = starts[n]! + start[r + 1]! - start[r]!;
  const cut: Sparse = { rows: rows.length, cols, start: starts, col: new Uint32Array(starts[rows.length]!), value: new Float32Array(starts[rows.length]!) };
  for (const [n, r] of rows.entries()) {
    cut.col.set(col.subarray(start[r]!, start[r + 1]), starts[n]!);
    cut.value.set(value.subarray(start[r]!, start[r + 1]), starts[n]!);
  }
  return cut;
}

/** Which group each row or column goes into, and how many groups there are. */
export interface Groups { readonly of: Uint32Array; readonly count: number }

/** Rows and columns added up into groups. */
export function fold({ start, col, value }: Sparse, rows: Groups, cols: Groups): Sparse {
  const members: number[][] = Array.from({ length: rows.count }, () => []);
  for (const [r, group] of rows.of.entries()) members[group]!.push(r);
  const sums = new Float64Array(cols.count), isSeen = new Uint8Array(cols.count), starts = new Uint32Array(rows.count + 1);
  let outCol = new Uint32Array(col.length), outValue = new Float32Array(col.length), n = 0;
  for (const [group, from] of members.entries()) {
    const here: number[] = [];
    for (const r of from) for (let i = start[r]!; i < start[r + 1]!; i++) {
      const c = cols.of[col[i]!]!;
      if (isSeen[c] === 0) { isSeen[c] = 1; here.push(c); }
      sums[c]! += value[i]!;
    }
    for (const c of here.sort((x, y) => x - y)) { outCol[n] = c; outValue[n++] = sums[c]!; sums[c] = 0; isSeen[c] = 0; }
    starts[group + 1] = n;
  }
  outCol = outCol.slice(0, n);
  outValue = outValue.slice(0, n);
  return { rows: rows.count, cols: cols.count, start: starts, col: outCol, value: outValue };
}

/** Each by itself. */
const apart = (count: number): Groups => ({ of: Uint32Array.from({ length: count }, (_, i) => i), count });

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
  /** where rows and columns stand so that what is alike stands together: their places, in the order shown */
  order(matrix: Dense, isSymmetric: boolean): readonly [rows: Uint32Array, cols: Uint32Array];
  /** an array that whoever shows it can share; a plain one if not given */
  readonly numbers?: (length: number) => Float32Array;
  readonly stop?: Stop;
}

/** Of a kind, before it has an order. */
type Raw = Omit<Heat, 'kind' | 'max' | 'clustered'>;
type By = 'files' | 'directories';

/** At most `most` rows and columns. Rejects with `cancelled` soon after `ways.stop` says so. */
export async function heatOf(kind: HeatKind, known: Known, by: By, most: number, ways: HeatWays): Promise<Heat> {
  const raw = await kinds[kind](known, by, most, ways), { rows, cols, value } = raw;
  let max = 0;
  for (const v of value) if (v > max) max = v;
  const isSymmetric = raw.of[0] === raw.of[1];
  return { kind, ...raw, max, clustered: ways.order({ rows: rows.length, cols: cols.length, value }, isSymmetric) };
}

const kinds: { readonly [K in HeatKind]: (known: Known, by: By, most: number, ways: HeatWays) => Promise<Raw> } = {
  async knowledge({ knowledge, files }, by, most, ways) {
    const folders = by === 'directories' ? directoriesOf(files) : null, whole = folders === null ? knowledge : fold(knowledge, apart(knowledge.rows), folders);
    const rowsBy = rowSums(whole), colsBy = colSums(whole), rows = largest(rowsBy, most), cols = largest(colsBy, most);
    return {
      of: ['person', folders === null ? 'file' : 'directory'], rows, cols, directories: folders?.paths ?? [], value: cut(whole, rows, cols, ways), computed: asTheyAre,
      unit: 'knowledge: commits and lines, halved with each half-life', total: [positive(rowsBy), positive(colsBy)],
    };
  },

  async interaction({ knowledge }, _by, most, ways) {
    // a row's sum of K·Kᵀ, less its own part, without the product
    const columns = colSums(knowledge), sums = new Float64Array(knowledge.rows), { start, col, value } = knowledge;
    for (let r = 0; r < knowledge.rows; r++) for (let i = start[r]!; i < start[r + 1]!; i++) sums[r]! += value[i]! * (columns[col[i]!]! - value[i]!);
    return symmetric(knowledge, sums, most, ways, 'knowledge both have of the same files, multiplied and added up');
  },

  async overlap({ crew, inFlight }, _by, most, ways) {
    const paths = new Map<PathBytes, number>(), touched = crew.people.map(() => new Map<number, number>());
    for (const [i, { files }] of inFlight.acus.entries()) {
      const mine = touched[crew.author[i]!]!;
      for (const { path } of files) {
        let id = paths.get(path);
        if (id === undefined) paths.set(path, id = paths.size);
        mine.set(id, (mine.get(id) ?? 0) + 1);
      }
    }
    const touches = sparseOf(touched, paths.size), columns = colSums(touches), sums = new Float64Array(touches.rows);
    for (let r = 0; r < touches.rows; r++) for (let i = touches.start[r]!; i < touches.start[r + 1]!; i++) sums[r]! += touches.value[i]! * (columns[touches.col[i]!]! - touches.value[i]!);
    return symmetric(touches, sums, most, ways, 'pairs of their changes in flight that touch the same file, counted for each file');
  },

  async flying({ inFlight, files, knowledge }, _by, most, ways) {
    const at = new Map<PathBytes, number>();
    for (const [i, { path, alive }] of files.entries()) if (alive || !at.has(path)) at.set(path, i);
    const touched = inFlight.acus.map((acu) => new Map(acu.files.flatMap(({ path }) => { const file = at.get(path); return file === undefined ? [] : [[file, 1 / acu.files.length]]; })));
    const touches = sparseOf(touched, files.length), shares = sharesOf(knowledge);
    // sums of the product's rows and columns, without the product
    const ofFile = colSums(shares), ofTouch = colSums(touches);
    const acus = largest(weighted(touches, ofFile), most), people = largest(weighted(shares, ofTouch), most);
    const { of, ...computed } = await ways.multiply.times(rowsOf(touches, acus), rowsOf(shares, people), ways.stop);
    return {
      of: ['acu', 'person'], rows: acus, cols: people, directories: [], value: given(of.value, ways), computed,
      unit: 'share of what is known of the files that the change touches', total: [positive(weighted(touches, ofFile)), positive(weighted(shares, ofTouch))],
    };
  },

  async coChange({ coChange, files }, by, most, ways) {
    const folders = by === 'directories' ? directoriesOf(files) : null;
    let whole = coChange();
    if (folders !== null) whole = fold(whole, folders, folders);
    const sums = rowSums(whole), chosen = largest(sums, most), total = positive(sums), value = cut(whole, chosen, chosen, ways);
    if (folders !== null) for (let i = 0; i < chosen.length; i++) value[i * chosen.length + i] = 0;
    const side = folders === null ? 'file' : 'directory';
    return { of: [side, side], rows: chosen, cols: chosen, directories: folders?.paths ?? [], value, computed: asTheyAre, unit: 'commits in which both changed', total: [total, total] };
  },
};

const asTheyAre: Computed = { by: 'sparse', why: 'Nothing is multiplied for these: they are shown as they are counted.', fallen: false, ms: 0, multiplyAdds: 0 };

const positive = (sums: Float64Array): number => sums.reduce((n, sum) => n + Number(sum > 0), 0);

/** a·aᵀ of the rows with the largest sums. What one has in common with oneself is left out: it is a measure of output. */
async function symmetric(a: Sparse, sums: Float64Array, most: number, { multiply, stop, numbers = plain }: HeatWays, unit: string): Promise<Raw> {
  const rows = largest(sums, most), n = rows.length, total = positive(sums);
  const { of: half, ...computed } = await multiply.gram(rowsOf(a, rows), stop);
  const value = numbers(n * n);
  for (let r = 0; r < n; r++) for (let c = 0; c < n; c++) if (r !== c) value[r * n + c] = half.value[at(n, r, c)]!;
  return { of: ['person', 'person'], rows, cols: rows, directories: [], value, unit, total: [total, total], computed };
}

/** Of each column, the share that each row has; columns of nothing stay empty. */
function sharesOf(matrix: Sparse): Sparse {
  const sums = colSums(matrix);
  return { ...matrix, value: matrix.value.map((value, i) => value / sums[matrix.col[i]!]!) };
}

/** The matrix times a vector. */
function weighted({ rows, start, col, value }: Sparse, by: Float64Array): Float64Array {
  const out = new Float64Array(rows);
  for (let r = 0; r < rows; r++) for (let i = start[r]!; i < start[r + 1]!; i++) out[r]! += value[i]! * by[col[i]!]!;
  return out;
}

function sparseOf(rows: readonly ReadonlyMap<number, number>[], cols: number): Sparse {
  const start = new Uint32Array(rows.length + 1);
  for (const [r, { size }] of rows.entries()) start[r + 1] = start[r]! + size;
  const col = new Uint32Array(start[rows.length]!), value = new Float32Array(col.length);
  for (const [r, row] of rows.entries()) for (const [n, [c, v]] of [...row].sort(([x], [y]) => x - y).entries()) { col[start[r]! + n] = c; value[start[r]! + n] = v; }
  return { rows: rows.length, cols, start, col, value };
}

/** Values of the chosen rows and columns, row after row. */
function cut({ start, col, value, cols: width }: Sparse, rows: Uint32Array, cols: Uint32Array, { numbers = plain }: HeatWays): Float32Array {
  const out = numbers(rows.length * cols.length), place = new Int32Array(width).fill(-1);
  for (const [n, c] of cols.entries()) place[c] = n;
  for (const [n, r] of rows.entries()) for (let i = start[r]!; i < start[r + 1]!; i++) { const c = place[col[i]!]!; if (c >= 0) out[n * cols.length + c] = value[i]!; }
  return out;
}

const plain = (length: number): Float32Array => new Float32Array(length);

function given(value: Float32Array, { numbers }: HeatWays): Float32Array {
  if (numbers === undefined) return value;
  const out = numbers(value.length);
  out.set(value);
  return out;
}

/** Each file's own directory; the root is ''. */
export function directoriesOf(files: History['files']): Groups & { readonly paths: readonly PathBytes[] } {
  const ids = new Map<string, number>(), paths: PathBytes[] = [];
  const of = Uint32Array.from(files, ({ path }) => {
    const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    let id = ids.get(folder);
    if (id === undefined) ids.set(folder, id = paths.push(folder as PathBytes) - 1);
    return id;
  });
  return { paths, of, count: paths.length };
}
