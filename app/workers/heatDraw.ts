// Draws the heat map in two layers, as the conflict graph is drawn: the ground (cells, their values, names) changes with the view, the top (what is
// pointed at, focused, chosen; a name being moved; a range being chosen) with every move of the pointer. Costs what is on screen.
import type { Pyramid } from './heatPyramid.ts';
import { fill, lineOf } from './heatPixels.ts';
import { contrast, pixel, rampOf } from './heatScale.ts';
import type { Rgb } from './heatScale.ts';
import { middleOf, packed, shown, sizes } from './heatView.ts';
import type { Span, View } from './heatView.ts';

/** Colours as the theme has them. */
export interface HeatPalette {
  readonly surface: Rgb; readonly ink: Rgb; readonly faint: Rgb; readonly line: Rgb; readonly accent: Rgb;
  /** of nothing; then from weakest to strongest */
  readonly zero: Rgb; readonly ramp: readonly Rgb[];
  /** families, without a size */
  readonly font: string;
}

/** CSS pixels of the canvas, and of the names at its left and above it; the plot is the rest. */
export interface Sheet { readonly width: number; readonly height: number; readonly left: number; readonly top: number; readonly ratio: number }

/** A cell by its places. */
export interface At { readonly row: number; readonly col: number }
/** What the top shows; places all, null where there is none. */
export interface Pointed {
  readonly hovered: At | null; readonly focused: At | null; readonly chosen: At | null;
  /** a name that is being moved, and before which place it would go */
  readonly moved: { readonly axis: 'row' | 'col'; readonly from: number; readonly to: number } | null;
  /** a range that is being chosen: points of the plot; an axis that is null is whole */
  readonly brush: { readonly x: readonly [number, number] | null; readonly y: readonly [number, number] | null } | null;
}
export const nothingPointed: Pointed = { hovered: null, focused: null, chosen: null, moved: null, brush: null };

/** What the colours of a palette come to: as pixels, and the ink that can be read on each. */
export interface Colours { readonly pixels: Uint32Array; readonly ground: number; readonly inks: readonly string[] }

export function coloursOf(palette: HeatPalette): Colours {
  const ramp = rampOf(palette.zero, palette.ramp);
  return {
    pixels: Uint32Array.from(ramp, pixel), ground: pixel(palette.surface),
    inks: ramp.map((colour) => css(contrast(colour, palette.ink) >= contrast(colour, palette.surface) ? palette.ink : palette.surface)),
  };
}

export interface HeatFrame {
  readonly sheet: Sheet; readonly view: View; readonly palette: HeatPalette; readonly colours: Colours;
  readonly pyramid: Pyramid;
  /** of the row and the column at a place */
  readonly rowName: (place: number) => string; readonly colName: (place: number) => string;
  readonly value: (row: number, col: number) => number;
  /** which end of a name says less: a path's first folders, a person's last letters */
  readonly cut: { readonly row: 'start' | 'end'; readonly col: 'start' | 'end' };
}
export type HeatSurface = OffscreenCanvasRenderingContext2D;

const css = ([r, g, b]: Rgb, alpha = 1): string => `rgb(${r} ${g} ${b} / ${alpha})`;
const PAD = 8;
/** Thickness of the bar that says which part is on screen. */
const BAR = 3;
/** Up to so many pixels a row is shown by a line, not a band. */
const THIN = 4;
/** A ring around the first cell reaches so far over the edge. */
const OVER = 3;
/** Levels below this one are as good as nothing beside the largest: their values are for the tip. */
const FAINT = 5;

export function drawHeatGround(on: HeatSurface, frame: HeatFrame, image: ImageData): void {
  const { sheet: { width, height, left, top, ratio }, view, palette, colours, pyramid } = frame;
  const rows = pyramid[0]?.rows ?? 0, cols = pyramid[0]?.cols ?? 0;
  on.setTransform(1, 0, 0, 1, 0, 0);
  on.fillStyle = css(palette.surface);
  on.fillRect(0, 0, on.canvas.width, on.canvas.height);
  fill(new Uint32Array(image.data.buffer), pyramid, lineOf(view.x, cols, image.width, ratio), lineOf(view.y, rows, image.height, ratio), colours.pixels, colours.ground);
  on.putImageData(image, Math.round(left * ratio), Math.round(top * ratio));
  on.setTransform(ratio, 0, 0, ratio, 0, 0);
  // while a new matrix is still being built there are no cells yet
  if (rows > 0 && view.x.size >= sizes.value && view.y.size >= sizes.valueHigh) values(on, frame, rows, cols);
  on.fillStyle = css(palette.line);
  on.fillRect(left - 1, top - 1, Math.min(width - left, view.x.start + view.x.size * cols) + 1, 1);
  on.fillRect(left - 1, top - 1, 1, Math.min(height - top, view.y.start + view.y.size * rows) + 1);
  if (view.y.size >= sizes.label) for (const i of range(shown(view.y, { count: rows, length: height - top }))) rowName(on, frame, i, middleOf(view.y, i), palette.ink, false);
  if (view.x.size >= sizes.label) for (const i of range(shown(view.x, { count: cols, length: width - left }))) colName(on, frame, i, middleOf(view.x, i), palette.ink, false);
  extent(on, frame, view.x, cols, width - left, true);
  extent(on, frame, view.y, rows, height - top, false);
}

export function drawHeatTop(on: HeatSurface, frame: HeatFrame, pointed: Pointed): void {
  const { sheet: { width, height, left, top, ratio }, view, palette } = frame, { hovered, focused, chosen, moved, brush } = pointed;
  const plotX = width - left, plotY = height - top;
  on.setTransform(ratio, 0, 0, ratio, 0, 0);
  on.save();
  on.beginPath();
  on.rect(left - OVER, top - OVER, plotX + OVER, plotY + OVER);
  on.clip();
  on.translate(left, top);
  const cross = hovered ?? focused;
  if (cross !== null) crosshair(on, frame, cross);
  if (chosen !== null) ring(on, frame, chosen, palette.accent, 2);
  if (focused !== null && (focused.row !== chosen?.row || focused.col !== chosen.col)) ring(on, frame, focused, palette.ink, 2);
  if (hovered !== null) ring(on, frame, hovered, palette.ink, 1);
  if (brush !== null) {
    const [x0, x1] = brush.x ?? [0, plotX], [y0, y1] = brush.y ?? [0, plotY];
    on.fillStyle = css(palette.accent, 0.16);
    on.fillRect(Math.min(x0, x1), Math.min(y0, y1), Math.abs(x1 - x0), Math.abs(y1 - y0));
    on.strokeStyle = css(palette.accent);
    on.lineWidth = 1;
    on.strokeRect(Math.min(x0, x1) + 0.5, Math.min(y0, y1) + 0.5, Math.abs(x1 - x0), Math.abs(y1 - y0));
  }
  if (moved !== null) {
    on.fillStyle = css(palette.accent);
    const span = moved.axis === 'row' ? view.y : view.x, at = span.start + moved.to * span.size;
    if (moved.axis === 'row') on.fillRect(0, at - 1, plotX, 2); else on.fillRect(at - 1, 0, 2, plotY);
  }
  on.restore();
  names(on, frame, pointed);
}

/** Names that matter now stand out; where no others are shown they stand alone. */
function names(on: HeatSurface, frame: HeatFrame, { hovered, focused, chosen, moved }: Pointed): void {
  const { sheet: { width, height, left, top }, view, palette } = frame;
  const wanted = (axis: 'row' | 'col', span: Span) => {
    const cells = [moved?.axis === axis ? moved.from : null, hovered?.[axis], focused?.[axis], chosen?.[axis]].filter((cell) => cell !== null && cell !== undefined);
    return cells.map((cell) => ({ cell, at: middleOf(span, cell) }));
  };
  const tone = (axis: 'row' | 'col', cell: number): Rgb => (hovered?.[axis] === cell || focused?.[axis] === cell ? palette.ink : palette.accent);
  for (const { cell, at } of packed(wanted('row', view.y), 17, height - top)) rowName(on, frame, cell, at, tone('row', cell), true);
  for (const { cell, at } of packed(wanted('col', view.x), 17, width - left)) colName(on, frame, cell, at, tone('col', cell), true);
}

/** A band through the row and the column, faint enough that the cells below keep their colours; a hairline where they are thin. */
function crosshair(on: HeatSurface, { sheet: { width, height, left, top }, view: { x, y }, palette, pyramid }: HeatFrame, { row, col }: At): void {
  const right = Math.min(width - left, x.start + x.size * (pyramid[0]?.cols ?? 0)), bottom = Math.min(height - top, y.start + y.size * (pyramid[0]?.rows ?? 0));
  const across = y.size > THIN, down = x.size > THIN;
  on.fillStyle = css(palette.ink, across ? 0.09 : 0.4);
  on.fillRect(0, across ? y.start + row * y.size : Math.floor(middleOf(y, row)), right, across ? y.size : 1);
  on.fillStyle = css(palette.ink, down ? 0.09 : 0.4);
  on.fillRect(down ? x.start + col * x.size : Math.floor(middleOf(x, col)), 0, down ? x.size : 1, bottom);
}

/** Around a cell, in two tones so that it is seen on every colour; a small one is ringed from outside. */
function ring(on: HeatSurface, { view, palette }: HeatFrame, { row, col }: At, colour: Rgb, line: number): void {
  const w = Math.max(view.x.size, 7), h = Math.max(view.y.size, 7), x = middleOf(view.x, col) - w / 2, y = middleOf(view.y, row) - h / 2, out = line / 2;
  on.lineJoin = 'miter';
  on.strokeStyle = css(palette.surface);
  on.lineWidth = line + 2;
  on.strokeRect(x - out, y - out, w + line - 1, h + line - 1);
  on.strokeStyle = css(colour);
  on.lineWidth = line;
  on.strokeRect(x - out, y - out, w + line - 1, h + line - 1);
}

function values(on: HeatSurface, { sheet: { width, height, left, top }, view, colours, pyramid, value, palette }: HeatFrame, rows: number, cols: number): void {
  const cells = pyramid[0]!.cells;
  on.save();
  on.beginPath();
  on.rect(left, top, width - left, height - top);
  on.clip();
  on.font = `11px ${palette.font}`;
  on.textBaseline = 'middle';
  on.textAlign = 'center';
  const across = [...range(shown(view.x, { count: cols, length: width - left }))];
  for (const row of range(shown(view.y, { count: rows, length: height - top }))) {
    for (const col of across) {
      const level = cells[row * cols + col]!;
      if (level < FAINT) continue;
      on.fillStyle = colours.inks[level]!;
      on.fillText(printed(value(row, col)), left + middleOf(view.x, col), top + middleOf(view.y, row) + 0.5);
    }
  }
  on.restore();
}

/** Six letters are as wide as the narrowest cell that has its value. */
const printed = (value: number): string => { const text = short(value); return text.length <= 6 ? text : value.toExponential(0).replace('e+', 'e').replace('-', '−'); };

/** A value as a cell or a tick has room for it: three digits that count. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 0.001 || size >= 1e9) return value.toExponential(1).replace('.0e', 'e').replace('e+', 'e').replace('-', '−');
  for (const [unit, name] of [[1e6, 'M'], [1e3, 'k']] as const) if (size >= unit * 0.9995) return `${trimmed(value / unit)}${name}`;
  return trimmed(value);
}
const trimmed = (value: number): string => { const fixed = value.toFixed(Math.abs(value) >= 99.95 ? 0 : Math.abs(value) >= 9.995 ? 1 : Math.abs(value) >= 0.1 ? 2 : 3); return fixed.includes('.') ? fixed.replace(/\.?0+$/, '') : fixed; };

function rowName(on: HeatSurface, { sheet: { left, top }, palette, rowName: name, cut }: HeatFrame, place: number, at: number, colour: Rgb, stands: boolean): void {
  on.save();
  if (!stands) { on.beginPath(); on.rect(0, top, left - 2, 1e5); on.clip(); }
  label(on, palette, name(place), cut.row, left - 2 * PAD, left - PAD, top + at, colour, stands);
  on.restore();
}

/** Reads upwards, from the plot away. */
function colName(on: HeatSurface, { sheet: { left, top }, palette, colName: name, cut }: HeatFrame, place: number, at: number, colour: Rgb, stands: boolean): void {
  on.save();
  if (!stands) { on.beginPath(); on.rect(left, 0, 1e5, top - 2); on.clip(); }
  on.translate(left + at, top - PAD);
  on.rotate(-Math.PI / 2);
  label(on, palette, name(place), cut.col, top - 2 * PAD, 0, 0, colour, stands, 'left');
  on.restore();
}

function label(on: HeatSurface, palette: HeatPalette, text: string, cut: 'start' | 'end', room: number, x: number, y: number, colour: Rgb, stands: boolean, align: 'left' | 'right' = 'right'): void {
  on.font = `${stands ? '600 ' : ''}11px ${palette.font}`;
  on.textBaseline = 'middle';
  on.textAlign = align;
  const fits = cutTo(on, text, room, cut);
  if (stands) {
    const w = on.measureText(fits).width + 8, from = align === 'right' ? x - w + 4 : x - 4;
    on.fillStyle = css(palette.surface);
    on.fillRect(from, y - 8, w, 16);
  }
  on.fillStyle = css(colour);
  on.fillText(fits, x, y + 0.5);
}

/** How long a name may be is the same from frame to frame, and so is the answer. */
const cuts = new Map<string, string>();
function cutTo(on: HeatSurface, text: string, room: number, end: 'start' | 'end'): string {
  if (on.measureText(text).width <= room) return text;
  const key = `${on.font}\n${room}\n${end}\n${text}`, known = cuts.get(key);
  if (known !== undefined) return known;
  const letters = [...text];
  let least = 0, most = letters.length;
  const made = (n: number): string => (end === 'end' ? `${letters.slice(0, n).join('')}…` : `…${letters.slice(letters.length - n).join('')}`);
  while (least < most) {
    const half = Math.ceil((least + most) / 2);
    if (on.measureText(made(half)).width <= room) least = half; else most = half - 1;
  }
  if (cuts.size > 20_000) cuts.clear();
  cuts.set(key, made(least));
  return made(least);
}

/** Which part of the axis is on screen, at the far edge; nothing where all of it is. */
function extent(on: HeatSurface, { sheet: { width, height, left, top }, palette }: HeatFrame, { size, start }: Span, count: number, length: number, isAcross: boolean): void {
  const total = size * count;
  if (total <= length + 0.5) return;
  const from = (-start / total) * length, long = Math.max(16, (length / total) * length), at = Math.min(from, length - long);
  on.fillStyle = css(palette.faint, 0.75);
  if (isAcross) on.fillRect(left + at, height - BAR - 1, long, BAR); else on.fillRect(width - BAR - 1, top + at, BAR, long);
}

function* range([from, to]: readonly [number, number]): Generator<number> { for (let i = from; i < to; i++) yield i; }
