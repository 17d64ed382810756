// The conflict graph off the main thread: draws it on the canvas it was given whenever something it shows has changed. Where its nodes
// stand is told to it, step by step (layouter.ts): a pan never waits for a layout.
import { drawGround, drawTop, flags } from './draw.ts';
import type { Frame, NodeStates, Palette, Scene, View } from './draw.ts';

export class GraphPainter {
  #canvas: OffscreenCanvas | null = null;
  #on: OffscreenCanvasRenderingContext2D | null = null;
  /** the lower layer, kept between frames */
  #ground: OffscreenCanvasRenderingContext2D | null = null;
  #groundIsOld = true;
  #graph: Omit<Scene, 'positions'> | null = null;
  #scene: Scene | null = null;
  #states: NodeStates = { mark: new Uint8Array(0), flags: new Uint8Array(0) };
  #palette: Palette | null = null;
  #view: View = { scale: 1, x: 0, y: 0 };
  #width = 0; #height = 0; #ratio = 1;
  #asked = false;

  attach(canvas: OffscreenCanvas): void {
    this.#canvas = canvas;
    this.#on = canvas.getContext('2d', { alpha: false });
    this.#ground = new OffscreenCanvas(1, 1).getContext('2d', { alpha: false });
    this.#ask(true);
  }

  resize(width: number, height: number, ratio: number): void {
    if (this.#canvas === null || this.#ground === null) return;
    this.#width = width; this.#height = height; this.#ratio = ratio;
    for (const canvas of [this.#canvas, this.#ground.canvas]) {
      canvas.width = Math.max(1, Math.round(width * ratio));
      canvas.height = Math.max(1, Math.round(height * ratio));
    }
    this.#groundIsOld = true;
    this.#paint(); // at once: a resized canvas is empty
  }

  look(view: View): void { this.#view = view; this.#ask(true); }
  paint(palette: Palette): void { this.#palette = palette; this.#ask(true); }

  show(states: NodeStates): void {
    const before = this.#states;
    const same = states.mark.length === before.mark.length
      && states.mark.every((mark, i) => mark === before.mark[i] && ((states.flags[i]! ^ before.flags[i]!) & flags.dim) === 0);
    this.#states = states;
    this.#ask(!same);
  }

  /** A new graph; nothing of it is seen before its nodes are placed. */
  take(a: Int32Array, b: Int32Array, verdict: Uint8Array, names: readonly string[]): void {
    this.#graph = { a, b, verdict, names };
    this.#scene = null;
  }

  /** x and y of each of its nodes */
  place(positions: Float32Array): void {
    if (this.#graph === null || positions.length !== 2 * this.#graph.names.length) return; // of an older graph
    this.#scene = { positions, ...this.#graph };
    this.#ask(true);
  }

  #ask(groundToo: boolean): void {
    this.#groundIsOld ||= groundToo;
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => { this.#asked = false; this.#paint(); });
  }

  #paint(): void {
    if (this.#on === null || this.#ground === null || this.#scene === null || this.#palette === null) return;
    const n = this.#scene.positions.length / 2;
    // states of an older graph would name other nodes
    const states = this.#states.mark.length === n ? this.#states : { mark: new Uint8Array(n), flags: new Uint8Array(n) };
    const frame: Frame = { width: this.#width, height: this.#height, ratio: this.#ratio, view: this.#view, palette: this.#palette, scene: this.#scene, states };
    if (this.#groundIsOld) drawGround(this.#ground, frame);
    this.#groundIsOld = false;
    this.#on.setTransform(1, 0, 0, 1, 0, 0);
    this.#on.globalAlpha = 1;
    this.#on.drawImage(this.#ground.canvas, 0, 0);
    drawTop(this.#on, frame);
  }
}
