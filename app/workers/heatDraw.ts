// Draws the cells of the heat map and their values; what any matrix has around and above its cells is gridDraw.ts's. Costs what is on screen.
import type { Pyramid } from './heatPyramid.ts';
import { css, drawEdges, range } from './gridDraw.ts';
import type { GridFrame, GridPalette } from './gridDraw.ts';
import { fill, lineOf } from './heatPixels.ts';
import { contrast, pixel, rampOf } from './heatScale.ts';
import type { Rgb } from './heatScale.ts';
import { middleOf, shown, sizes } from './heatView.ts';
import type { Surface } from './layers.ts';

/** Colours as the theme has them. */
export interface HeatPalette extends GridPalette {
  /** of nothing; then from weakest to strongest */
  readonly zero: Rgb; readonly ramp: readonly Rgb[];
}

/** What the colours of a palette come to: as pixels, and the ink that can be read on each. */
export interface Colours { readonly pixels: Uint32Array; readonly ground: number; readonly inks: readonly string[] }

export function coloursOf(palette: HeatPalette): Colours {
  const ramp = rampOf(palette.zero, palette.ramp);
  return {
    pixels: Uint32Array.from(ramp, pixel), ground: pixel(palette.surface),
    inks: ramp.map((colour) => css(contrast(colour, palette.ink) >= contrast(colour, palette.surface) ? palette.ink : palette.surface)),
  };
}

export interface HeatFrame extends GridFrame {
  readonly palette: HeatPalette; readonly colours: Colours;
  readonly pyramid: Pyramid;
  readonly value: (row: number, col: number) => number;
}

/** Levels below this one are as good as nothing beside the largest: their values are for the tip. */
const FAINT = 5;

export function drawHeatGround(on: Surface, frame: HeatFrame, image: ImageData): void {
  const { sheet: { left, top, ratio }, view, palette, colours, pyramid, rows, cols } = frame;
  on.setTransform(1, 0, 0, 1, 0, 0);
  on.fillStyle = css(palette.surface);
  on.fillRect(0, 0, on.canvas.width, on.canvas.height);
  fill(new Uint32Array(image.data.buffer), pyramid, lineOf(view.x, cols, image.width, ratio), lineOf(view.y, rows, image.height, ratio), colours.pixels, colours.ground);
  on.putImageData(image, Math.round(left * ratio), Math.round(top * ratio));
  on.setTransform(ratio, 0, 0, ratio, 0, 0);
  // while a new matrix is still being built there are no cells yet
  if (rows > 0 && view.x.size >= sizes.value * palette.text && view.y.size >= sizes.valueHigh * palette.text) values(on, frame);
  drawEdges(on, frame);
}

function values(on: Surface, { sheet: { width, height, left, top }, view, colours, pyramid, value, palette, rows, cols }: HeatFrame): void {
  const cells = pyramid[0]!.cells;
  on.save();
  on.beginPath();
  on.rect(left, top, width - left, height - top);
  on.clip();
  on.font = `${11 * palette.text}px ${palette.font}`;
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

