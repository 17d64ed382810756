// The page's side of the matrix's worker.
import { proxy } from 'comlink';
import { gridClient } from './gridClient.ts';
import type { GridClient } from './gridClient.ts';
import type { View } from './heatView.ts';
import type { Arranged, MatrixPainter, MatrixSource } from './matrix.ts';
import type { MatrixPalette, RowStates } from './matrixDraw.ts';
import type { Order } from './matrixOrder.ts';
import { supervise } from './rpc.ts';

export interface MatrixClient extends GridClient {
  paint(palette: MatrixPalette): Promise<void>;
  show(states: RowStates): Promise<void>;
  take(source: MatrixSource): Promise<void>;
  /** Blocks where nothing is given. Null where a newer graph or order took its place. */
  arrange(given: Order | null, onStep: (done: number) => void): Promise<Arranged | null>;
  stand(arranged: Arranged, groupNames: readonly string[], view: View, states: RowStates): Promise<void>;
}

/** A painter holds the canvas it was given, so it is one worker and no pool's. */
export function spawnMatrix(address: string): MatrixClient {
  const worker = supervise<MatrixPainter>(new Worker(address, { type: 'module', name: 'matrix' }), 'matrix');
  return {
    ...gridClient(worker),
    paint: (palette) => worker.call((api) => api.paint(palette)),
    show: (states) => worker.call((api) => api.show(states)),
    take: (source) => worker.call((api) => api.take(source)),
    async arrange(given, onStep) {
      const step = proxy(onStep);
      return worker.call((api) => api.arrange(given, step));
    },
    stand: (arranged, groupNames, view, states) => worker.call((api) => api.stand(arranged, groupNames, view, states)),
  };
}

export { entryAt, gravest, NEEDS, noCells, stepCell } from './matrixCells.ts';
export type { Cells, Toward } from './matrixCells.ts';
export { rowFlags, verdictMarks } from './matrixDraw.ts';
export type { MatrixPalette, RowStates } from './matrixDraw.ts';
export type { Arranged, MatrixSource } from './matrix.ts';
export type { Order } from './matrixOrder.ts';
