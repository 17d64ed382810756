// What every matrix on a canvas has, whatever its cells show: names at its left and above it, where it ends, which part is on screen; and on top what is
// pointed at, focused, chosen, a name being moved, a range being chosen. Costs what is on screen.
import type { Surface } from './layers.ts';
import type { Rgb } from './heatScale.ts';
import { middleOf, packed, shown, sizes } from './heatView.ts';
import type { Span, View } from './heatView.ts';

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

/** Colours as the theme has them; `font`: families, without a size; `text`: how large text is, 1 as it comes. */
export interface GridPalette { readonly surface: Rgb; readonly ink: Rgb; readonly faint: Rgb; readonly line: Rgb; readonly accent: Rgb; readonly font: string; readonly text: number }

export interface GridFrame {
  readonly sheet: Sheet; readonly view: View; readonly palette: GridPalette;
  readonly rows: number; readonly cols: number;
  /** of the row and the column at a place */
  readonly rowName: (place: number) => string; readonly colName: (place: number) => string;
  /** which end of a name says less: a path's first folders, a person's last letters */
  readonly cut: { readonly row: 'start' | 'end'; readonly col: 'start' | 'end' };
  /** of a name that nobody points at; default ink */
  readonly tone?: (place: number) => Rgb;
}

export const css = ([r, g, b]: Rgb, alpha = 1): string => `rgb(${r} ${g} ${b} / ${alpha})`;
const PAD = 8;
/** Thickness of the bar that says which part is on screen. */
const BAR = 3;
/** Pixels above the plot from which a name can stand there. */
const UPRIGHT = 40;
/** Up to so many pixels a row is shown by a line, not a band. */
const THIN = 4;
/** A ring around the first cell reaches so far over the edge. */
const OVER = 3;

/** Around the cells: where they begin, their names, which part of them this is. */
export function drawEdges(on: Surface, frame: GridFrame): void {
  const { sheet: { width, height, left, top, ratio }, view, palette, rows, cols, tone = () => palette.ink } = frame;
  on.setTransform(ratio, 0, 0, ratio, 0, 0);
  on.fillStyle = css(palette.line);
  on.fillRect(left - 1, top - 1, Math.min(width - left, view.x.start + view.x.size * cols) + 1, 1);
  on.fillRect(left - 1, top - 1, 1, Math.min(height - top, view.y.start + view.y.size * rows) + 1);
  if (view.y.size >= sizes.label * palette.text) for (const i of range(shown(view.y, { count: rows, length: height - top }))) rowName(on, frame, i, middleOf(view.y, i), tone(i), false);
  if (view.x.size >= sizes.label * palette.text && top >= UPRIGHT) for (const i of range(shown(view.x, { count: cols, length: width - left }))) colName(on, frame, i, middleOf(view.x, i), tone(i), false);
  extent(on, frame, view.x, cols, width - left, true);
  extent(on, frame, view.y, rows, height - top, false);
}

export function drawPointed(on: Surface, frame: GridFrame, pointed: Pointed): void {
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
function names(on: Surface, frame: GridFrame, { hovered, focused, chosen, moved }: Pointed): void {
  const { sheet: { width, height, left, top }, view, palette } = frame;
  const wanted = (axis: 'row' | 'col', span: Span) => {
    const cells = [moved?.axis === axis ? moved.from : null, hovered?.[axis], focused?.[axis], chosen?.[axis]].filter((cell) => cell !== null && cell !== undefined);
    return cells.map((cell) => ({ cell, at: middleOf(span, cell) }));
  };
  const tone = (axis: 'row' | 'col', cell: number): Rgb => (hovered?.[axis] === cell || focused?.[axis] === cell ? palette.ink : palette.accent);
  for (const { cell, at } of packed(wanted('row', view.y), 17, height - top)) rowName(on, frame, cell, at, tone('row', cell), true);
  if (top >= UPRIGHT) for (const { cell, at } of packed(wanted('col', view.x), 17, width - left)) colName(on, frame, cell, at, tone('col', cell), true);
}

/** A band through the row and the column, faint enough that the cells below keep their colours; a hairline where they are thin. */
function crosshair(on: Surface, { sheet: { width, height, left, top }, view: { x, y }, palette, rows, cols }: GridFrame, { row, col }: At): void {
  const right = Math.min(width - left, x.start + x.size * cols), bottom = Math.min(height - top, y.start + y.size * rows);
  const across = y.size > THIN, down = x.size > THIN;
  on.fillStyle = css(palette.ink, across ? 0.09 : 0.4);
  on.fillRect(0, across ? y.start + row * y.size : Math.floor(middleOf(y, row)), right, across ? y.size : 1);
  on.fillStyle = css(palette.ink, down ? 0.09 : 0.4);
  on.fillRect(down ? x.start + col * x.size : Math.floor(middleOf(x, col)), 0, down ? x.size : 1, bottom);
}

/** Around a cell, in two tones so that it is seen on every colour; a small one is ringed from outside. */
function ring(on: Surface, { view, palette }: GridFrame, { row, col }: At, colour: Rgb, line: number): void {
  const w = Math.max(view.x.size, 7), h = Math.max(view.y.size, 7), x = middleOf(view.x, col) - w / 2, y = middleOf(view.y, row) - h / 2, out = line / 2;
  on.lineJoin = 'miter';
  on.strokeStyle = css(palette.surface);
  on.lineWidth = line + 2;
  on.strokeRect(x - out, y - out, w + line - 1, h + line - 1);
  on.strokeStyle = css(colour);
  on.lineWidth = line;
  on.strokeRect(x - out, y - out, w + line - 1, h + line - 1);
}

function rowName(on: Surface, { sheet: { left, top }, palette, rowName: name, cut }: GridFrame, place: number, at: number, colour: Rgb, stands: boolean): void {
  on.save();
  if (!stands) { on.beginPath(); on.rect(0, top, left - 2, 1e5); on.clip(); }
  label(on, palette, name(place), cut.row, left - 2 * PAD, left - PAD, top + at, colour, stands);
  on.restore();
}

/** Reads upwards, from the plot away. */
function colName(on: Surface, { sheet: { left, top }, palette, colName: name, cut }: GridFrame, place: number, at: number, colour: Rgb, stands: boolean): void {
  on.save();
  if (!stands) { on.beginPath(); on.rect(left, 0, 1e5, top - 2); on.clip(); }
  on.translate(left + at, top - PAD);
  on.rotate(-Math.PI / 2);
  label(on, palette, name(place), cut.col, top - 2 * PAD, 0, 0, colour, stands, 'left');
  on.restore();
}

function label(on: Surface, palette: GridPalette, text: string, cut: 'start' | 'end', room: number, x: number, y: number, colour: Rgb, stands: boolean, align: 'left' | 'right' = 'right'): void {
  on.font = `${stands ? '600 ' : ''}${11 * palette.text}px ${palette.font}`;
  on.textBaseline = 'middle';
  on.textAlign = align;
  const fits = cutTo(on, text, room, cut);
  if (stands) {
    const w = on.measureText(fits).width + 8, from = align === 'right' ? x - w + 4 : x - 4;
    on.fillStyle = css(palette.surface);
    on.fillRect(from, y - 8 * palette.text, w, 16 * palette.text);
  }
  on.fillStyle = css(colour);
  on.fillText(fits, x, y + 0.5);
}

/** How long a name may be is the same from frame to frame, and so is the answer. */
const cuts = new Map<string, string>();
function cutTo(on: Surface, text: string, room: number, end: 'start' | 'end'): string {
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
function extent(on: Surface, { sheet: { width, height, left, top }, palette }: GridFrame, { size, start }: Span, count: number, length: number, isAcross: boolean): void {
  const total = size * count;
  if (total <= length + 0.5) return;
  const from = (-start / total) * length, long = Math.max(16, (length / total) * length), at = Math.min(from, length - long);
  on.fillStyle = css(palette.faint, 0.75);
  if (isAcross) on.fillRect(left + at, height - BAR - 1, long, BAR); else on.fillRect(width - BAR - 1, top + at, BAR, long);
}

export function* range([from, to]: readonly [number, number]): Generator<number> { for (let i = from; i < to; i++) yield i; }
