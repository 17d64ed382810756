// A canvas that a worker was given, painted in two layers: the ground, which is kept between frames, and the top, drawn anew over a copy of it with
// every move of the pointer. Paints at most once a frame, and only when asked.
export type Surface = OffscreenCanvasRenderingContext2D;

export interface Painter {
  /** whether there is anything to paint yet */
  ready(): boolean;
  ground(on: Surface): void;
  top(on: Surface): void;
}

export class Layers {
  readonly #painter: Painter;
  #on: Surface | null = null;
  #ground: Surface | null = null;
  #groundIsOld = true;
  #asked = false;

  constructor(painter: Painter) { this.#painter = painter; }

  attach(canvas: OffscreenCanvas): void {
    this.#on = canvas.getContext('2d', { alpha: false });
    this.#ground = new OffscreenCanvas(1, 1).getContext('2d', { alpha: false });
  }

  /** CSS pixels; returns device pixels. Paint at once thereafter (`now`): a resized canvas is empty. */
  resize(width: number, height: number, ratio: number): { readonly width: number; readonly height: number } {
    const size = { width: Math.max(1, Math.round(width * ratio)), height: Math.max(1, Math.round(height * ratio)) };
    for (const one of [this.#on, this.#ground]) if (one !== null) Object.assign(one.canvas, size);
    this.#groundIsOld = true;
    return size;
  }

  ask(groundToo: boolean): void {
    this.#groundIsOld ||= groundToo;
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => { this.#asked = false; this.now(); });
  }

  now(): void {
    if (this.#on === null || this.#ground === null || !this.#painter.ready()) return;
    if (this.#groundIsOld) this.#painter.ground(this.#ground);
    this.#groundIsOld = false;
    this.#on.setTransform(1, 0, 0, 1, 0, 0);
    this.#on.globalAlpha = 1;
    this.#on.drawImage(this.#ground.canvas, 0, 0);
    this.#painter.top(this.#on);
  }
}
