// What the renderer may import of this room: typed clients of its Web Workers, and the words and shapes both sides share.
// The address of a worker is the caller's to give, for only the bundler knows it.
import { proxy, transfer } from 'comlink';
import type { NodeStates, Palette, View } from './draw.ts';
import type { GraphPainter, OnPositions } from './graph.ts';
import type { Graph, Replica } from './replica.ts';
import { supervise } from './rpc.ts';
import type { Supervised } from './rpc.ts';

export type ReplicaClient = Supervised<Replica>;

export function spawnReplica(address: string): ReplicaClient {
  return supervise<Replica>(new Worker(address, { type: 'module', name: 'replica' }), 'replica');
}

export interface GraphClient {
  attach(canvas: OffscreenCanvas, width: number, height: number, ratio: number): Promise<void>;
  resize(width: number, height: number, ratio: number): Promise<void>;
  look(view: View): Promise<void>;
  paint(palette: Palette): Promise<void>;
  show(states: NodeStates): Promise<void>;
  arrange(graph: Graph, names: readonly string[], onPositions: OnPositions): Promise<void>;
  onDeath(listener: (reason: Error) => void): void;
  end(): void;
}

export function spawnGraph(address: string): GraphClient {
  const worker = supervise<GraphPainter>(new Worker(address, { type: 'module', name: 'graph' }), 'graph');
  return {
    async attach(canvas, width, height, ratio) {
      await worker.call((api) => api.attach(transfer(canvas, [canvas])));
      await worker.call((api) => api.resize(width, height, ratio));
    },
    resize: (width, height, ratio) => worker.call((api) => api.resize(width, height, ratio)),
    look: (view) => worker.call((api) => api.look(view)),
    paint: (palette) => worker.call((api) => api.paint(palette)),
    show: (states) => worker.call((api) => api.show(states)),
    arrange: (graph, names, onPositions) => {
      // The callback's port lives in this closure until the worker has settled.
      const callback = proxy(onPositions);
      return worker.call((api) => api.arrange(graph.nodes, graph.a, graph.b, graph.verdict, names, callback));
    },
    onDeath: (listener) => worker.onDeath(listener),
    end: () => worker.end(),
  };
}

export { WorkerDied } from './rpc.ts';
export { markNames, marks, markToken, shapes } from './marks.ts';
export type { Mark } from './marks.ts';
export { flags, nodeRadius } from './draw.ts';
export type { NodeStates, Palette, View } from './draw.ts';
export { BASE, refusedView, verdictOrder } from './conflictTable.ts';
export type { ConflictCounts, ConflictFilter, ConflictView } from './conflictTable.ts';
export type { AcuRow, Applied, ConflictIndex, Graph, Loaded, SourceRow, VerdictView } from './replica.ts';
