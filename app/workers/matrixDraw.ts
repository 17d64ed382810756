// Draws the cells of a matrix of conflicts: far, pixels that say how dense and how grave; near, the shapes that a verdict has everywhere. Costs the cells
// that hold something and the pixels on screen.
import { edgeLooks, edgeMark, familyBits, families, familyShapes, lookGravity } from './graphLook.ts';
import { css, drawEdges, range } from './gridDraw.ts';
import type { GridFrame, GridPalette } from './gridDraw.ts';
import { pixel } from './heatScale.ts';
import type { Rgb } from './heatScale.ts';
import { middleOf, shown, sizes } from './heatView.ts';
import type { Span } from './heatView.ts';
import type { Surface } from './layers.ts';
import { marks, shapes } from './marks.ts';
import type { Mark } from './marks.ts';
import { NEEDS, seek } from './matrixCells.ts';
import type { Cells } from './matrixCells.ts';

export interface MatrixPalette extends GridPalette { readonly marks: Readonly<Record<Mark, Rgb>> }

/** What each row's ACU is now, by place. */
export interface RowStates {
  /** position in `marks` */
  readonly mark: Uint8Array;
  /** bit set of `rowFlags` */
  readonly flags: Uint8Array;
}
export const rowFlags = { selected: 1, dim: 2 } as const;

export interface MatrixFrame extends GridFrame {
  readonly palette: MatrixPalette;
  readonly cells: Cells;
  /** of each pair, position in `edgeLooks` */
  readonly verdict: Uint8Array;
  /** of each pair, bit k where `conflictKinds[k]` is among its conflicts */
  readonly kinds: Uint16Array;
  readonly states: RowStates;
  /** where each group begins, and the end; what it is called */
  readonly groups: Int32Array; readonly groupNames: readonly string[];
}

/** The mark of each look, in the order of `edgeLooks`; and how grave it is, least first: of cells that share a pixel the gravest shows. */
export const verdictMarks: readonly Mark[] = edgeLooks.map((look) => edgeMark[look]);
const gravity = edgeLooks.map((look) => lookGravity.length - lookGravity.indexOf(look));

/** Device pixels from which a cell is parted from the next; CSS pixels from which it has a shape. */
const GAP = 4, SHAPE = 9;
/** CSS pixels from which a cell says by a second mark what its conflict is about, unless it is text alone. */
const KIND = 13;
/** Shares of a verdict's colour that a pixel can have. */
const SHADES = 48, PALEST = 0.42;
const BOX = 12;

const outlines: Partial<Record<Mark, Path2D>> = {};
const outline = (mark: Mark): Path2D => (outlines[mark] ??= new Path2D(shapes[mark]));

export function drawMatrixGround(on: Surface, frame: MatrixFrame, image: ImageData): void {
  const { sheet: { width, height, left, top, ratio }, view, palette } = frame;
  on.setTransform(1, 0, 0, 1, 0, 0);
  on.globalAlpha = 1;
  on.fillStyle = css(palette.surface);
  on.fillRect(0, 0, on.canvas.width, on.canvas.height);
  const near = view.x.size >= SHAPE && view.y.size >= SHAPE;
  if (!near) {
    pixels(new Uint32Array(image.data.buffer), image.width, image.height, frame);
    on.putImageData(image, Math.round(left * ratio), Math.round(top * ratio));
  }
  on.setTransform(ratio, 0, 0, ratio, 0, 0);
  on.save();
  on.beginPath();
  on.rect(left, top, width - left, height - top);
  on.clip();
  on.translate(left, top);
  bands(on, frame);
  if (near) shaped(on, frame);
  outlinesOf(on, frame);
  on.restore();
  edgesOfRows(on, frame);
  drawEdges(on, frame);
}

interface Line { readonly from: Int32Array; readonly to: Int32Array; readonly first: number; readonly last: number }
/** The pixels of each cell on one axis, at least one; [first, last) are on screen. */
function lineOf(span: Span, count: number, length: number, pixelsOf: number, ratio: number): Line {
  const [first, last] = shown(span, { count, length }), from = new Int32Array(last - first), to = new Int32Array(last - first), gap = span.size * ratio >= GAP ? 1 : 0;
  for (let i = first; i < last; i++) {
    const x = Math.floor((span.start + i * span.size) * ratio), end = Math.floor((span.start + (i + 1) * span.size) * ratio) - gap;
    from[i - first] = Math.max(0, x);
    to[i - first] = Math.min(pixelsOf, Math.max(x + 1, end));
  }
  return { from, to, first, last };
}

const kept: Uint16Array[] = [];
/** Zeros, in memory that is kept between frames. */
function scratch(which: number, length: number): Uint16Array {
  const held = kept[which];
  if (held === undefined || held.length !== length) return kept[which] = new Uint16Array(length);
  return held.fill(0);
}

function pixels(out: Uint32Array, width: number, height: number, frame: MatrixFrame): void {
  const { sheet, view, cells, verdict, palette, rows, states } = frame, { ratio } = sheet, plotX = sheet.width - sheet.left, plotY = sheet.height - sheet.top;
  const x = lineOf(view.x, rows, plotX, width, ratio), y = lineOf(view.y, rows, plotY, height, ratio);
  const few = Math.max(1, 1 / (view.x.size * ratio)) * Math.max(1, 1 / (view.y.size * ratio)), thin = few > 1;
  const grave = scratch(0, width * height), count = thin ? scratch(1, width * height) : null;
  for (let r = y.first; r < y.last; r++) {
    const top = y.from[r - y.first]!, bottom = y.to[r - y.first]!;
    for (let e = seek(cells, r, x.first), end = cells.first[r + 1]!; e < end; e++) {
      const c = cells.col[e]! - x.first;
      if (c >= x.from.length) break;
      const edge = cells.edge[e]!, weight = edge === NEEDS ? 5 : gravity[verdict[edge]!]! + 5;
      const left = x.from[c]!, right = x.to[c]!;
      if (count !== null) { const at = top * width + left; if (at < count.length && left < width) { if (edge !== NEEDS) count[at]!++; if (grave[at]! < weight) grave[at] = weight; } }
      else for (let p = top; p < bottom; p++) grave.fill(weight, p * width + left, p * width + right);
    }
  }
  const ground = pixel(palette.surface), shades = ramps(palette);
  out.fill(ground);
  for (let i = 0; i < grave.length; i++) {
    const weight = grave[i]!;
    if (weight === 0) continue;
    const share = count === null ? 1 : PALEST + (1 - PALEST) * Math.sqrt(Math.min(1, count[i]! / few));
    out[i] = shades[weight * (SHADES + 1) + (weight === 5 ? 0 : Math.round(share * SHADES))]!;
  }
  // the diagonal: where each row meets itself
  for (let r = Math.max(y.first, x.first); r < Math.min(y.last, x.last); r++) {
    const colour = pixel(states.mark[r] === member ? palette.accent : palette.line);
    for (let p = y.from[r - y.first]!; p < y.to[r - y.first]!; p++) out.fill(colour, p * width + x.from[r - x.first]!, p * width + x.to[r - x.first]!);
  }
}

const member = marks.indexOf('in'), unknown = marks.indexOf('unknown');

const ramped = new WeakMap<MatrixPalette, Uint32Array>();
/** For each weight, shades from the ground to the full colour. */
function ramps(palette: MatrixPalette): Uint32Array {
  const known = ramped.get(palette);
  if (known !== undefined) return known;
  const made = new Uint32Array((verdictMarks.length + 6) * (SHADES + 1)).fill(pixel(palette.surface));
  const mix = (colour: Rgb, share: number): number => pixel([0, 1, 2].map((k) => Math.round(palette.surface[k]! + (colour[k]! - palette.surface[k]!) * share)) as unknown as Rgb);
  made.fill(mix(palette.faint, 0.45), 5 * (SHADES + 1), 6 * (SHADES + 1));
  verdictMarks.forEach((mark, verdict) => { for (let s = 0; s <= SHADES; s++) made[(gravity[verdict]! + 5) * (SHADES + 1) + s] = mix(palette.marks[mark], s / SHADES); });
  ramped.set(palette, made);
  return made;
}

/** Selected rows and columns. */
function bands(on: Surface, { sheet, view: { x, y }, palette, rows, states }: MatrixFrame): void {
  const plotX = sheet.width - sheet.left, plotY = sheet.height - sheet.top, right = Math.min(plotX, x.start + x.size * rows), bottom = Math.min(plotY, y.start + y.size * rows);
  on.fillStyle = css(palette.accent, 0.12);
  for (const i of range(shown(y, { count: rows, length: plotY }))) if ((states.flags[i]! & rowFlags.selected) !== 0) on.fillRect(0, y.start + i * y.size, right, Math.max(1, y.size));
  for (const i of range(shown(x, { count: rows, length: plotX }))) if ((states.flags[i]! & rowFlags.selected) !== 0) on.fillRect(x.start + i * x.size, 0, Math.max(1, x.size), bottom);
}

/** At the row's beginning: what is selected or composed, seen at any distance. */
function edgesOfRows(on: Surface, { sheet, view: { x, y }, palette, rows, states }: MatrixFrame): void {
  const { left, top, width, height } = sheet;
  const colour = (i: number): string | null => ((states.flags[i]! & rowFlags.selected) !== 0 ? css(palette.accent) : states.mark[i] === member ? css(palette.marks.in, 0.6) : null);
  for (const i of range(shown(y, { count: rows, length: height - top }))) { const c = colour(i); if (c !== null) { on.fillStyle = c; on.fillRect(left - 5, top + y.start + i * y.size, 3, Math.max(1, y.size - 1)); } }
  for (const i of range(shown(x, { count: rows, length: width - left }))) { const c = colour(i); if (c !== null) { on.fillStyle = c; on.fillRect(left + x.start + i * x.size, top - 5, Math.max(1, x.size - 1), 3); } }
}

const abouts: Path2D[] = [];
/** What a conflict is about, unless it is text: in the lower right corner of its cell. */
const about = (f: number, shape: string): Path2D => (abouts[f] ??= new Path2D(shape));

function shaped(on: Surface, frame: MatrixFrame): void {
  const { sheet, view: { x, y }, cells, verdict, kinds, palette, rows, states } = frame, ys = shown(y, { count: rows, length: sheet.height - sheet.top }), xs = shown(x, { count: rows, length: sheet.width - sheet.left });
  const size = Math.min(16, 0.7 * Math.min(x.size, y.size)), scale = size / BOX;
  on.strokeStyle = css(palette.line, 0.5);
  on.lineWidth = 1;
  on.beginPath();
  for (let r = ys[0]; r <= ys[1]; r++) { const at = Math.round(y.start + r * y.size) - 0.5; on.moveTo(x.start + xs[0] * x.size, at); on.lineTo(x.start + xs[1] * x.size, at); }
  for (let c = xs[0]; c <= xs[1]; c++) { const at = Math.round(x.start + c * x.size) - 0.5; on.moveTo(at, y.start + ys[0] * y.size); on.lineTo(at, y.start + ys[1] * y.size); }
  on.stroke();
  const shape = (mark: Mark, row: number, col: number, alpha: number): void => {
    on.save();
    on.translate(middleOf(x, col) - size / 2, middleOf(y, row) - size / 2);
    on.scale(scale, scale);
    on.globalAlpha = alpha;
    on.fillStyle = css(palette.marks[mark]);
    on.fill(outline(mark), 'evenodd');
    on.restore();
  };
  const small = Math.min(9, 0.38 * Math.min(x.size, y.size));
  const kindOf = (row: number, col: number, kind: number, alpha: number): void => {
    let at = 0;
    families.forEach((family, f) => {
      const form = familyShapes[family];
      if (form === null || (kind & familyBits[f]!) === 0) return;
      on.save();
      on.translate(x.start + (col + 1) * x.size - small * (1 + at++) - 2, y.start + (row + 1) * y.size - small - 2);
      on.scale(small / BOX, small / BOX);
      on.globalAlpha = alpha;
      on.fillStyle = css(palette.ink);
      on.fill(about(f, form), 'evenodd');
      on.restore();
    });
  };
  const dim = (row: number, col: number): boolean => ((states.flags[row]! | states.flags[col]!) & rowFlags.dim) !== 0;
  for (const row of range(ys)) {
    for (let e = seek(cells, row, xs[0]); e < cells.first[row + 1]! && cells.col[e]! < xs[1]; e++) {
      const col = cells.col[e]!, edge = cells.edge[e]!, alpha = dim(row, col) ? 0.25 : 1;
      if (edge === NEEDS) { needs(on, middleOf(x, col), middleOf(y, row), size, css(palette.faint, 0.8 * alpha)); continue; }
      const mark = verdictMarks[verdict[edge]!]!;
      on.fillStyle = css(palette.marks[mark], 0.14 * alpha);
      on.fillRect(x.start + col * x.size, y.start + row * y.size, x.size - 1, y.size - 1);
      shape(mark, row, col, alpha);
      if (Math.min(x.size, y.size) >= KIND) kindOf(row, col, kinds[edge]!, alpha);
    }
    if (row >= xs[0] && row < xs[1]) {
      on.fillStyle = css(palette.line, 0.45);
      on.fillRect(x.start + row * x.size, y.start + row * y.size, x.size - 1, y.size - 1);
      if (states.mark[row] !== unknown) shape(marks[states.mark[row]!]!, row, row, 0.9);
    }
  }
}

/** What is required: a small ring, as quiet as it can be and still be seen. */
function needs(on: Surface, x: number, y: number, size: number, colour: string): void {
  on.beginPath();
  on.arc(x, y, Math.max(2, size * 0.24), 0, 2 * Math.PI);
  on.strokeStyle = colour;
  on.lineWidth = 1.25;
  on.stroke();
}

/** Around each group; what it is called stands at its right, where nothing else is. */
function outlinesOf(on: Surface, { sheet, view: { x, y }, palette, groups, groupNames }: MatrixFrame): void {
  const plotX = sheet.width - sheet.left, plotY = sheet.height - sheet.top;
  on.lineWidth = 1;
  on.font = `${11 * palette.text}px ${palette.font}`;
  on.textBaseline = 'top';
  on.textAlign = 'left';
  let free = -Infinity;
  for (let g = 0; g + 1 < groups.length; g++) {
    const from = groups[g]!, to = groups[g + 1]!, left = x.start + from * x.size, top = y.start + from * y.size, w = (to - from) * x.size, h = (to - from) * y.size;
    if (left > plotX || top > plotY || left + w < 0 || top + h < 0 || w < 3) continue;
    on.strokeStyle = css(palette.faint, 0.8);
    on.strokeRect(Math.round(left) - 0.5, Math.round(top) - 0.5, Math.round(w), Math.round(h));
    const at = Math.max(2, top + 2);
    if (h < 11 * palette.text || at < free || x.size >= sizes.label * palette.text || left + w + 60 > plotX) continue;
    free = at + 14 * palette.text;
    on.fillStyle = css(palette.faint);
    on.fillText(groupNames[g] ?? '', left + w + 5, at);
  }
}
