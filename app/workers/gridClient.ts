// The page's side of what every worker that draws a matrix does: it is given the canvas, its room, which part is on screen, and what is pointed at.
import { transfer } from 'comlink';
import type { Pointed, Sheet } from './gridDraw.ts';
import type { View } from './heatView.ts';
import type { Supervised } from './rpc.ts';

interface GridPainter {
  attach(canvas: OffscreenCanvas): void;
  resize(sheet: Sheet, view: View): void;
  look(view: View, pointed: Pointed): void;
  point(pointed: Pointed): void;
}

export interface GridClient {
  attach(canvas: OffscreenCanvas): Promise<void>;
  resize(sheet: Sheet, view: View): Promise<void>;
  look(view: View, pointed: Pointed): Promise<void>;
  point(pointed: Pointed): Promise<void>;
  onDeath(listener: (reason: Error) => void): void;
  end(): void;
}

export function gridClient(worker: Supervised<GridPainter>): GridClient {
  return {
    attach: (canvas) => worker.call((api) => api.attach(transfer(canvas, [canvas]))),
    resize: (sheet, view) => worker.call((api) => api.resize(sheet, view)),
    look: (view, pointed) => worker.call((api) => api.look(view, pointed)),
    point: (pointed) => worker.call((api) => api.point(pointed)),
    onDeath: (listener) => worker.onDeath(listener),
    end: () => worker.end(),
  };
}
