// The heat map off the main thread: holds the matrix, orders it, and draws it on the canvas it was given whenever something it shows has changed.
// A new order or scale is worked out in slices, while the map as it was still pans and zooms.
import { build, figuresOf, strongest } from './heatPyramid.ts';
import type { Figures, Places, Pyramid } from './heatPyramid.ts';
import { coloursOf, drawHeatGround, drawHeatTop, nothingPointed } from './heatDraw.ts';
import type { Colours, HeatPalette, HeatSurface, Pointed, Sheet } from './heatDraw.ts';
import { levelTable } from './heatScale.ts';
import type { ScaleKind } from './heatScale.ts';
import type { View } from './heatView.ts';

/** What is shown, as it came: `value` row after row; `names` of rows and columns as they come there. */
export interface HeatSource {
  readonly value: Float32Array; readonly rows: number; readonly cols: number; readonly most: number;
  readonly cut: { readonly row: 'start' | 'end'; readonly col: 'start' | 'end' };
}
export interface HeatNames { readonly rows: readonly string[]; readonly cols: readonly string[] }
export interface Arrangement { readonly places: Places; readonly scale: ScaleKind }

/** ms of building between two frames */
const SLICE_MS = 10;

export class HeatPainter {
  #canvas: OffscreenCanvas | null = null;
  #on: HeatSurface | null = null;
  /** the lower layer, kept between frames */
  #ground: HeatSurface | null = null;
  #image: ImageData | null = null;
  #groundIsOld = true;
  #source: HeatSource | null = null;
  #figures: Figures = { above: 0, least: 0 };
  #names: HeatNames = { rows: [], cols: [] };
  /** the order that is shown belongs to the pyramid: a newer one is not seen before its own is built */
  #shown: { readonly places: Places; readonly pyramid: Pyramid } | null = null;
  #building = 0;
  #palette: HeatPalette | null = null;
  #colours: Colours | null = null;
  #sheet: Sheet = { width: 0, height: 0, left: 0, top: 0, ratio: 1 };
  #view: View | null = null;
  #pointed: Pointed = nothingPointed;
  #asked = false;

  attach(canvas: OffscreenCanvas): void {
    this.#canvas = canvas;
    this.#on = canvas.getContext('2d', { alpha: false });
    this.#ground = new OffscreenCanvas(1, 1).getContext('2d', { alpha: false });
  }

  resize(sheet: Sheet, view: View): void {
    this.#sheet = sheet;
    this.#view = view;
    const { width, height, left, top, ratio } = sheet;
    if (this.#canvas === null || this.#ground === null) return;
    for (const canvas of [this.#canvas, this.#ground.canvas]) {
      canvas.width = Math.max(1, Math.round(width * ratio));
      canvas.height = Math.max(1, Math.round(height * ratio));
    }
    this.#image = new ImageData(Math.max(1, this.#canvas.width - Math.round(left * ratio)), Math.max(1, this.#canvas.height - Math.round(top * ratio)));
    this.#groundIsOld = true;
    this.#paint(); // at once: a resized canvas is empty
  }

  paint(palette: HeatPalette): void { this.#palette = palette; this.#colours = coloursOf(palette); this.#ask(true); }
  look(view: View): void { this.#view = view; this.#ask(true); }
  point(pointed: Pointed): void { this.#pointed = pointed; this.#ask(false); }
  name(names: HeatNames): void { this.#names = names; this.#ask(true); }

  /** Another matrix: nothing of it is seen before it is arranged. */
  take(source: HeatSource): Figures {
    this.#building++;
    this.#source = source;
    this.#shown = null;
    this.#figures = figuresOf(source.value);
    return this.#figures;
  }

  /** Orders and scales it; the view goes with the order it was made for. True when it is shown, false where a newer one took its place. */
  async arrange({ places, scale }: Arrangement): Promise<boolean> {
    const mine = ++this.#building, source = this.#source;
    if (source === null) return false;
    const { value, cols, most } = source, table = levelTable({ kind: scale, least: this.#figures.least, most });
    const work = build(new Uint32Array(value.buffer, value.byteOffset, value.length), cols, places, table);
    for (let until = performance.now() + SLICE_MS; ;) {
      const step = work.next();
      if (step.done === true) { this.#shown = { places, pyramid: step.value }; break; }
      if (performance.now() < until) continue;
      await new Promise((resolve) => { setTimeout(resolve, 0); });
      if (mine !== this.#building) return false;
      until = performance.now() + SLICE_MS;
    }
    this.#ask(true);
    return true;
  }

  /** The strongest cells, where they stand in the matrix as it came (row × columns + column). */
  strongest(most: number, half: boolean): Uint32Array {
    return this.#source === null ? new Uint32Array(0) : strongest(this.#source.value, this.#source.cols, most, half);
  }

  #ask(groundToo: boolean): void {
    this.#groundIsOld ||= groundToo;
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => { this.#asked = false; this.#paint(); });
  }

  #paint(): void {
    if (this.#on === null || this.#ground === null || this.#image === null || this.#palette === null || this.#colours === null || this.#view === null) return;
    const { value = new Float32Array(0), cols = 0, cut = { row: 'end', col: 'end' } as const } = this.#source ?? {};
    const { places, pyramid } = this.#shown ?? { places: { rows: new Uint32Array(0), cols: new Uint32Array(0) }, pyramid: [] };
    const frame = {
      sheet: this.#sheet, view: this.#view, palette: this.#palette, colours: this.#colours, pyramid, cut,
      rowName: (place: number) => this.#names.rows[places.rows[place]!] ?? '', colName: (place: number) => this.#names.cols[places.cols[place]!] ?? '',
      value: (row: number, col: number) => value[places.rows[row]! * cols + places.cols[col]!]!,
    };
    if (this.#groundIsOld) drawHeatGround(this.#ground, frame, this.#image);
    this.#groundIsOld = false;
    this.#on.setTransform(1, 0, 0, 1, 0, 0);
    this.#on.drawImage(this.#ground.canvas, 0, 0);
    if (this.#shown !== null) drawHeatTop(this.#on, frame, this.#pointed);
  }
}
