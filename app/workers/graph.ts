// The conflict graph off the main thread: lays it out in steps, tells where the nodes are, and draws on the canvas it was
// given whenever something it shows has changed.
import { draw } from './draw.ts';
import type { NodeStates, Palette, Scene, View } from './draw.ts';
import { layout } from './layout.ts';

export type OnPositions = (positions: Float32Array, progress: number) => void;

export class GraphPainter {
  #canvas: OffscreenCanvas | null = null;
  #on: OffscreenCanvasRenderingContext2D | null = null;
  #scene: Scene | null = null;
  #states: NodeStates | null = null;
  #palette: Palette | null = null;
  #view: View = { scale: 1, x: 0, y: 0 };
  #width = 0; #height = 0; #ratio = 1;
  #asked = false;
  #run = 0;

  attach(canvas: OffscreenCanvas): void {
    this.#canvas = canvas;
    this.#on = canvas.getContext('2d', { alpha: false });
    this.#ask();
  }

  resize(width: number, height: number, ratio: number): void {
    if (this.#canvas === null) return;
    this.#width = width; this.#height = height; this.#ratio = ratio;
    this.#canvas.width = Math.max(1, Math.round(width * ratio));
    this.#canvas.height = Math.max(1, Math.round(height * ratio));
    this.#paint(); // at once: a resized canvas is empty
  }

  look(view: View): void { this.#view = view; this.#ask(); }
  paint(palette: Palette): void { this.#palette = palette; this.#ask(); }
  show(states: NodeStates): void { this.#states = states; this.#ask(); }

  /** Lays out a new graph; the latest call wins. Resolves when settled, or when another graph took its place. */
  async arrange(nodes: number, a: Int32Array, b: Int32Array, verdict: Uint8Array, names: readonly string[], onPositions: OnPositions): Promise<void> {
    const run = ++this.#run;
    for (const step of layout(nodes, a, b)) {
      const positions = step.positions.slice();
      this.#scene = { positions, a, b, verdict, names };
      this.#ask();
      onPositions(positions, step.progress);
      // lets messages in (a pan, a newer graph) between steps
      await new Promise((next) => { setTimeout(next, 0); });
      if (run !== this.#run) return;
    }
  }

  #ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => { this.#asked = false; this.#paint(); });
  }

  #paint(): void {
    if (this.#on === null || this.#scene === null || this.#palette === null) return;
    const n = this.#scene.positions.length / 2;
    // states of an older graph would name other nodes
    const states = this.#states?.mark.length === n ? this.#states : { mark: new Uint8Array(n), flags: new Uint8Array(n) };
    draw(this.#on, this.#width, this.#height, this.#ratio, this.#view, this.#palette, this.#scene, states);
  }
}
