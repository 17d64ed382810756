// What the heat map draws from: the levels of all cells in the order they are shown in, one byte each, and above them the same in blocks of 2 × 2,
// 4 × 4, …, each with the strongest of its cells. So a single strong cell among 25 million is seen from afar; a mean would drown it.

/** `cells`: row after row. Block (r, c) of layer n stands for rows r·2ⁿ … (r + 1)·2ⁿ − 1, and columns likewise, as far as there are any. */
export interface Layer { readonly rows: number; readonly cols: number; readonly cells: Uint8Array }
/** Layer 0 has the cells, the last one a single block (none where there is no cell). */
export type Pyramid = readonly Layer[];

/** What is shown: the row of the matrix at each place, and the column; neither need name all. */
export interface Places { readonly rows: Uint32Array; readonly cols: Uint32Array }

/** Cells between two yields: about 5 ms on a slow machine. */
const SLICE = 1_000_000;

/**
 * `bits`: the matrix's 32-bit floats, row after row of `width`; `table`: their levels (levelTable). Yields between slices, so that whoever paints
 * meanwhile can.
 */
export function* build(bits: Uint32Array, width: number, places: Places, table: Uint8Array): Generator<void, Pyramid> {
  const rows = places.rows.length, cols = places.cols.length, column = places.cols;
  const cells = new Uint8Array(rows * cols), layers: Layer[] = [{ rows, cols, cells }];
  let done = 0;
  for (let r = 0, to = 0; r < rows; r++) {
    const from = places.rows[r]! * width;
    for (let c = 0; c < cols; c++) cells[to++] = table[bits[from + column[c]!]! >>> 16]!;
    if ((done += cols) >= SLICE) { done = 0; yield; }
  }
  for (let below = layers[0]!; below.rows * below.cols > 1; below = layers.at(-1)!) {
    const layer = above(below);
    for (let r = 0; r < layer.rows; r++) {
      halve(below, layer, r);
      if ((done += 2 * below.cols) >= SLICE) { done = 0; yield; }
    }
    layers.push(layer);
  }
  return rows * cols === 0 ? [] : layers;
}

function above({ rows, cols }: Layer): Layer {
  const up = { rows: Math.ceil(rows / 2), cols: Math.ceil(cols / 2) };
  return { ...up, cells: new Uint8Array(up.rows * up.cols) };
}

function halve(below: Layer, layer: Layer, r: number): void {
  const { cols, cells } = below, upper = 2 * r * cols, lower = 2 * r + 1 < below.rows ? upper + cols : upper, to = r * layer.cols;
  for (let c = 0, x = 0; x < cols; c++, x += 2) {
    const y = x + 1 < cols ? x + 1 : x;
    const a = cells[upper + x]!, b = cells[upper + y]!, d = cells[lower + x]!, e = cells[lower + y]!;
    const first = a > b ? a : b, second = d > e ? d : e;
    layer.cells[to + c] = first > second ? first : second;
  }
}

/** Of all values: how many are above zero, and the smallest of these (0 where there is none). */
export interface Figures { readonly above: number; readonly least: number }

export function figuresOf(value: Float32Array): Figures {
  let above = 0, least = Infinity;
  for (let i = 0; i < value.length; i++) {
    const v = value[i]!;
    if (v > 0) { above++; if (v < least) least = v; }
  }
  return { above, least: above === 0 ? 0 : least };
}

/** Which rows and columns are asked about, 1 for those that are: cells of either. */
export interface Only { readonly rows: Uint8Array; readonly cols: Uint8Array }
export interface StrongestAsked {
  readonly most: number;
  /** only what is right of the diagonal, for a matrix that says everything twice */
  readonly half: boolean;
  /** null: all */
  readonly only: Only | null;
}

/** Where the strongest values stand (row × width + column), the strongest first, equal ones as they come; none of zero. */
export function strongest(value: Float32Array, width: number, { most, half, only }: StrongestAsked): Uint32Array {
  const rows = width === 0 ? 0 : value.length / width, bits = new Uint32Array(value.buffer, value.byteOffset, value.length);
  // counted by the upper half of their bits, which sort as the values do: two passes, whatever `most` is
  const counts = new Uint32Array(INFINITE + 1), found: number[] = [];
  const pass = (from: number): void => {
    for (let r = 0; r < rows; r++) {
      const whole = only === null || only.rows[r] === 1;
      for (let c = half ? r + 1 : 0, at = r * width + c; c < width; c++, at++) {
        const upper = bits[at]! >>> 16;
        if (upper < from || upper > INFINITE || !(value[at]! > 0) || !(whole || only!.cols[c] === 1)) continue;
        if (from === 0) counts[upper]!++; else found.push(at);
      }
    }
  };
  pass(0);
  let from = INFINITE, sum = counts[from]!;
  while (from > 1 && sum < most) sum += counts[--from]!;
  pass(from);
  return Uint32Array.from(found.sort((a, b) => value[b]! - value[a]! || a - b).slice(0, most));
}

/** The upper half of infinity's bits: above it are what is no number and what is below zero. */
const INFINITE = 0x7f80;
