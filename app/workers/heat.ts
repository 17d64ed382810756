// The heat map off the main thread: holds the matrix, orders it, and draws it on the canvas it was given whenever something it shows has changed.
// A new order or scale is worked out in slices, while the map as it was still pans and zooms.
import { build, figuresOf, strongest } from './heatPyramid.ts';
import type { Figures, Places, Pyramid, StrongestAsked } from './heatPyramid.ts';
import { drawPointed, nothingPointed } from './gridDraw.ts';
import type { Pointed, Sheet } from './gridDraw.ts';
import { coloursOf, drawHeatGround } from './heatDraw.ts';
import type { Colours, HeatFrame, HeatPalette } from './heatDraw.ts';
import { levelTable } from './heatScale.ts';
import type { ScaleKind } from './heatScale.ts';
import type { View } from './heatView.ts';
import { Layers } from './layers.ts';

export interface HeatNames { readonly rows: readonly string[]; readonly cols: readonly string[] }
/** What is shown, as it came: `value` row after row, `most` the largest. */
export interface HeatSource {
  readonly value: Float32Array; readonly rows: number; readonly cols: number; readonly most: number;
  readonly names: HeatNames;
  readonly cut: { readonly row: 'start' | 'end'; readonly col: 'start' | 'end' };
}
export interface Arrangement { readonly places: Places; readonly scale: ScaleKind }

/** ms of building between two frames */
const SLICE_MS = 10;
const noHeat: HeatSource = { value: new Float32Array(0), rows: 0, cols: 0, most: 0, names: { rows: [], cols: [] }, cut: { row: 'end', col: 'end' } };
const noPlaces: Places = { rows: new Uint32Array(0), cols: new Uint32Array(0) };

export class HeatPainter {
  readonly #layers = new Layers({
    ready: () => this.#image !== null && this.#palette !== null && this.#colours !== null && this.#view !== null,
    ground: (on) => drawHeatGround(on, this.#frame(), this.#image!),
    top: (on) => { if (this.#shown.pyramid.length > 0) drawPointed(on, this.#frame(), this.#pointed); },
  });
  #image: ImageData | null = null;
  #source: HeatSource = noHeat;
  #figures: Figures = { above: 0, least: 0 };
  /** what is on screen: a newer matrix or order is not seen before its own pyramid is built */
  #shown: { readonly source: HeatSource; readonly places: Places; readonly pyramid: Pyramid } = { source: noHeat, places: noPlaces, pyramid: [] };
  #building = 0;
  #palette: HeatPalette | null = null;
  #colours: Colours | null = null;
  #sheet: Sheet = { width: 0, height: 0, left: 0, top: 0, ratio: 1 };
  #view: View | null = null;
  #pointed: Pointed = nothingPointed;

  attach(canvas: OffscreenCanvas): void { this.#layers.attach(canvas); }

  resize(sheet: Sheet, view: View): void {
    this.#sheet = sheet;
    this.#view = view;
    const { left, top, ratio } = sheet, { width, height } = this.#layers.resize(sheet.width, sheet.height, ratio);
    this.#image = new ImageData(Math.max(1, width - Math.round(left * ratio)), Math.max(1, height - Math.round(top * ratio)));
    this.#layers.now(); // a resized canvas is empty
  }

  paint(palette: HeatPalette): void { this.#palette = palette; this.#colours = coloursOf(palette); this.#layers.ask(true); }
  look(view: View, pointed: Pointed): void { this.#view = view; this.#pointed = pointed; this.#layers.ask(true); }
  point(pointed: Pointed): void { this.#pointed = pointed; this.#layers.ask(false); }

  /** The same things by other names. */
  name(names: HeatNames): void {
    const named = { ...this.#source, names };
    if (this.#shown.source === this.#source) this.#shown = { ...this.#shown, source: named };
    this.#source = named;
    this.#layers.ask(true);
  }

  /** Another matrix. Of the old one nothing is seen any more, unless the new one is as large and so takes its place. */
  take(source: HeatSource): Figures {
    this.#building++;
    if (source.rows !== this.#source.rows || source.cols !== this.#source.cols) this.#shown = { source, places: noPlaces, pyramid: [] };
    this.#source = source;
    this.#figures = figuresOf(source.value);
    this.#layers.ask(true);
    return this.#figures;
  }

  /** Orders and scales it; the view goes with the order it was made for. True when it is shown, false where a newer one took its place. */
  async arrange({ places, scale }: Arrangement): Promise<boolean> {
    const mine = ++this.#building, { value, cols, most } = this.#source, table = levelTable({ kind: scale, least: this.#figures.least, most });
    const work = build(new Uint32Array(value.buffer, value.byteOffset, value.length), cols, places, table);
    for (let until = performance.now() + SLICE_MS; ;) {
      const step = work.next();
      if (step.done === true) { this.#shown = { source: this.#source, places, pyramid: step.value }; break; }
      if (performance.now() < until) continue;
      await new Promise((resolve) => { setTimeout(resolve, 0); });
      if (mine !== this.#building) return false;
      until = performance.now() + SLICE_MS;
    }
    this.#layers.ask(true);
    return true;
  }

  /** The strongest cells, where they stand in the matrix as it came (row × columns + column). */
  strongest(asked: StrongestAsked): Uint32Array { return strongest(this.#source.value, this.#source.cols, asked); }

  #frame(): HeatFrame {
    const { source: { value, cols, names, cut }, places, pyramid } = this.#shown;
    return {
      sheet: this.#sheet, view: this.#view!, palette: this.#palette!, colours: this.#colours!, pyramid, cut, rows: pyramid[0]?.rows ?? 0, cols: pyramid[0]?.cols ?? 0,
      rowName: (place) => names.rows[places.rows[place]!] ?? '', colName: (place) => names.cols[places.cols[place]!] ?? '',
      value: (row, col) => value[places.rows[row]! * cols + places.cols[col]!]!,
    };
  }
}
