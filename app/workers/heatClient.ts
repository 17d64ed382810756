// The page's side of the heat map's worker. The matrix is lent to it, not given: both sides read the same memory, and no frame waits for a copy.
import { gridClient } from './gridClient.ts';
import type { GridClient } from './gridClient.ts';
import type { HeatPalette } from './heatDraw.ts';
import type { Arrangement, HeatNames, HeatPainter, HeatSource } from './heat.ts';
import type { Figures, StrongestAsked } from './heatPyramid.ts';
import { supervise } from './rpc.ts';

export interface HeatClient extends GridClient {
  paint(palette: HeatPalette): Promise<void>;
  name(names: HeatNames): Promise<void>;
  take(source: HeatSource): Promise<Figures>;
  /** true when it is shown, false where a newer one took its place */
  arrange(arrangement: Arrangement): Promise<boolean>;
  strongest(asked: StrongestAsked): Promise<Uint32Array>;
}

/** A painter holds the canvas it was given, so it is one worker and no pool's. */
export function spawnHeat(address: string): HeatClient {
  const worker = supervise<HeatPainter>(new Worker(address, { type: 'module', name: 'heat' }), 'heat');
  return {
    ...gridClient(worker),
    paint: (palette) => worker.call((api) => api.paint(palette)),
    name: (names) => worker.call((api) => api.name(names)),
    take: (source) => worker.call((api) => api.take({ ...source, value: shared(source.value) })),
    arrange: (arrangement) => worker.call((api) => api.arrange(arrangement)),
    strongest: (asked) => worker.call((api) => api.strongest(asked)),
  };
}

const lent = new WeakMap<ArrayBufferLike, Float32Array>();
/** In memory that both threads see. Copied once where it is not already; a message would copy it twice. */
function shared(value: Float32Array): Float32Array {
  if (typeof SharedArrayBuffer === 'undefined' || value.buffer instanceof SharedArrayBuffer) return value;
  const known = lent.get(value.buffer);
  if (known !== undefined && known.length === value.length) return known;
  const copy = new Float32Array(new SharedArrayBuffer(value.byteLength));
  copy.set(value);
  lent.set(value.buffer, copy);
  return copy;
}

export { short } from './heatDraw.ts';
export type { At, GridPalette, Pointed, Sheet } from './gridDraw.ts';
export type { HeatPalette } from './heatDraw.ts';
export type { HeatNames } from './heat.ts';
export type { Figures, Places, StrongestAsked } from './heatPyramid.ts';
export { DECADES, floorOf, scaleKinds, share, ticks } from './heatScale.ts';
export type { Rgb, Scale, ScaleKind } from './heatScale.ts';
export * as heatView from './heatView.ts';
export type { Room, Span, View as HeatView } from './heatView.ts';
