// The matrix of conflicts off the main thread: orders it, and draws it on the canvas it was given. A new order is worked out in slices, while the matrix
// as it was still pans and zooms.
import { drawPointed, nothingPointed } from './gridDraw.ts';
import type { Pointed, Sheet } from './gridDraw.ts';
import type { View } from './heatView.ts';
import { Layers } from './layers.ts';
import { cellsOf, noCells, placesOf } from './matrixCells.ts';
import type { Cells, Needs } from './matrixCells.ts';
import { drawMatrixGround } from './matrixDraw.ts';
import type { MatrixFrame, MatrixPalette, RowStates } from './matrixDraw.ts';
import { seriate } from './matrixOrder.ts';
import type { Order, Pairing } from './matrixOrder.ts';

/** `names`: of each node, safe to look at. */
export interface MatrixSource extends Pairing { readonly verdict: Uint8Array; readonly kinds: Uint16Array; readonly names: readonly string[]; readonly needs: Needs }
/** An order, with the cells in it: shared with the page where memory can be. `place`: of each node, −1 for none. */
export interface Arranged { readonly order: Order; readonly place: Int32Array; readonly cells: Cells }

/** ms of ordering between two frames */
const SLICE_MS = 12;
const noStates: RowStates = { mark: new Uint8Array(0), flags: new Uint8Array(0) };
const empty: Arranged = { order: { nodes: new Int32Array(0), groups: new Int32Array(1) }, place: new Int32Array(0), cells: noCells };

export class MatrixPainter {
  readonly #layers = new Layers({
    ready: () => this.#image !== null && this.#palette !== null && this.#view !== null,
    ground: (on) => drawMatrixGround(on, this.#frame(), this.#image!),
    top: (on) => drawPointed(on, this.#frame(), this.#pointed),
  });
  #image: ImageData | null = null;
  #source: MatrixSource | null = null;
  /** the blocks of #source, once they were asked for */
  #blocks: Order | null = null;
  #shown: { readonly arranged: Arranged; readonly source: MatrixSource | null; readonly groupNames: readonly string[] } = { arranged: empty, source: null, groupNames: [] };
  #states: RowStates = noStates;
  #palette: MatrixPalette | null = null;
  #sheet: Sheet = { width: 0, height: 0, left: 0, top: 0, ratio: 1 };
  #view: View | null = null;
  #pointed: Pointed = nothingPointed;
  #arranging = 0;

  attach(canvas: OffscreenCanvas): void { this.#layers.attach(canvas); }

  resize(sheet: Sheet, view: View): void {
    this.#sheet = sheet;
    this.#view = view;
    const { width, height } = this.#layers.resize(sheet.width, sheet.height, sheet.ratio);
    this.#image = new ImageData(Math.max(1, width - Math.round(sheet.left * sheet.ratio)), Math.max(1, height - Math.round(sheet.top * sheet.ratio)));
    this.#layers.now(); // a resized canvas is empty
  }

  paint(palette: MatrixPalette): void { this.#palette = palette; this.#layers.ask(true); }
  look(view: View, pointed: Pointed): void { this.#view = view; this.#pointed = pointed; this.#layers.ask(true); }
  point(pointed: Pointed): void { this.#pointed = pointed; this.#layers.ask(false); }
  show(states: RowStates): void { this.#states = states; this.#layers.ask(true); }

  take(source: MatrixSource): void { this.#arranging++; this.#source = source; this.#blocks = null; }

  /** Blocks, or as `given`; `onStep` hears the share that is done. Null where a newer graph or order took its place. */
  async arrange(given: Order | null, onStep: (done: number) => unknown): Promise<Arranged | null> {
    const mine = ++this.#arranging, source = this.#source;
    if (source === null) return null;
    let order = given ?? this.#blocks;
    if (order === null) {
      const work = seriate(source);
      for (let until = performance.now() + SLICE_MS; order === null;) {
        const step = work.next();
        if (step.done === true) { order = this.#blocks = step.value; break; }
        if (performance.now() < until) continue;
        void onStep(step.value);
        await new Promise((resolve) => { setTimeout(resolve, 0); });
        if (mine !== this.#arranging) return null;
        until = performance.now() + SLICE_MS;
      }
    }
    const place = placesOf(order, source.nodes), cells = cellsOf(place, order.nodes.length, source, source.needs);
    return { order, place, cells };
  }

  /** What was arranged last, from this view on. Apart, so that page and picture change in one frame. */
  stand(arranged: Arranged, groupNames: readonly string[], view: View, states: RowStates): void {
    this.#shown = { arranged, source: this.#source, groupNames };
    this.#view = view;
    this.#states = states;
    this.#layers.ask(true);
  }

  #frame(): MatrixFrame {
    const { arranged: { order: { nodes, groups }, cells }, source, groupNames } = this.#shown, n = nodes.length;
    const states = this.#states.mark.length === n ? this.#states : { mark: new Uint8Array(n), flags: new Uint8Array(n) };
    const name = (at: number): string => source?.names[nodes[at]!] ?? '';
    return {
      sheet: this.#sheet, view: this.#view!, palette: this.#palette!, rows: n, cols: n, rowName: name, colName: name, cut: { row: 'end', col: 'end' },
      cells, verdict: source?.verdict ?? new Uint8Array(0), kinds: source?.kinds ?? new Uint16Array(0), states, groups, groupNames,
    };
  }
}
