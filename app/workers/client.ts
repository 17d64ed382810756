// What the renderer may import of this room: typed clients of its Web Workers, and the words and shapes both sides share.
// The address of a worker is the caller's to give, for only the bundler knows it.
import { proxy, transfer } from 'comlink';
import type { Remote } from 'comlink';
import type { Palette, Top } from './draw.ts';
import type { NodeStates } from './drawGround.ts';
import type { GraphPainter } from './graph.ts';
import type { EdgeCells } from './graphGrid.ts';
import type { EdgeFilter, Level, View } from './graphLook.ts';
import type { Groups } from './graphSources.ts';
import type { Priority } from './jobs.ts';
import type { Layouter } from './layouter.ts';
import { Pool, type PoolState, SEVERAL } from './pool.ts';
import type { Graph, Replica } from './replica.ts';
import { WorkerDied, supervise } from './rpc.ts';

/** Longer than any question to a replica takes, in ms: an import of 30,000 branches is paired within it. */
const REPLICA_MS = 600_000;
/** Questions posted at once: pairing ahead waits for workers of its own, and one is always there when another ends. The rest can be overtaken. */
const POSTED = 3;
/** Layouts at once, each of a graph on screen; and how long one may take, in ms. */
const LAYOUTS = 2, LAYOUT_MS = 600_000;

export interface ReplicaClient {
  /** `urgent` before what waits: what a person who drags waits for. */
  call<R>(work: (api: Remote<Replica>) => Promise<R>, signal?: AbortSignal, priority?: Priority): Promise<R>;
  /** Called once, with the reason, if the worker dies by itself: what it held is gone with it. */
  onDeath(listener: (reason: Error) => void): void;
  figures(): PoolState;
  end(): void;
}

/** A pool of one: no other worker holds this replica, and one that died is not replaced by an empty one. */
export function spawnReplica(address: string): ReplicaClient {
  const deaths = new Set<(reason: Error) => void>();
  let isEnded = false;
  const lost = (reason: Error): void => {
    if (isEnded) return;
    isEnded = true;
    pool.close(reason);
    for (const listener of deaths) listener(reason);
  };
  const pool = new Pool<Replica>({
    name: 'replica', max: 1, perWorker: POSTED, keep: Infinity, hung: REPLICA_MS, letGo: REPLICA_MS,
    spawn: () => {
      const worker = supervise<Replica>(new Worker(address, { type: 'module', name: 'replica' }), 'replica');
      worker.onDeath(lost);
      // the pool ends one that hangs
      return { ...worker, end() { worker.end(); lost(new WorkerDied('The replica worker was ended: it did not answer')); } };
    },
  });
  return {
    call: (work, signal, priority = 'normal') => pool.run({ kind: 'replica', work, priority, ...signal !== undefined && { signal } }),
    onDeath: (listener) => { deaths.add(listener); },
    figures: () => pool.figures(),
    end: () => { isEnded = true; pool.close(); },
  };
}

export type LayoutPool = Pool<Layouter>;

/** Workers that lay graphs out: one page has one pool. */
export function layoutPool(address: string): LayoutPool {
  return new Pool<Layouter>({
    name: 'layout', max: LAYOUTS, hung: LAYOUT_MS, ping: (worker) => worker.call((api) => api.ping()),
    spawn: () => supervise<Layouter>(new Worker(address, { type: 'module', name: 'layout' }), 'layout'),
  });
}

export type OnPositions = (positions: Float32Array, progress: number) => void;

/** What a picture of the conflict graph is made of. */
export interface Pictured {
  readonly graph: Graph;
  /** 1: cannot be composed, and follows the others where it conflicts with nothing */
  readonly after: Uint8Array;
  readonly names: readonly string[];
  readonly groups: Groups; readonly groupNames: readonly string[];
}
/** Where its nodes stand: as it was `kept` whole, or as far as they stood before (NaN for who is new), or to be found. */
export interface Standing { readonly kept: Float32Array | null; readonly before: Float32Array | null; /** slide to where they stand */ readonly slide: boolean }

export interface GraphClient {
  attach(canvas: OffscreenCanvas, width: number, height: number, ratio: number): Promise<void>;
  resize(width: number, height: number, ratio: number): Promise<void>;
  look(view: View, level: Level): Promise<void>;
  paint(palette: Palette): Promise<void>;
  show(states: NodeStates): Promise<void>;
  point(top: Top): Promise<void>;
  sift(filter: EdgeFilter): Promise<void>;
  /** What edges cross, at one level; null while nothing stands. */
  cells(level: Level): Promise<EdgeCells | null>;
  /** Lays out a new graph; the latest call wins. Resolves when settled, or when another graph took its place. */
  arrange(pictured: Pictured, standing: Standing, onPositions: OnPositions): Promise<void>;
  onDeath(listener: (reason: Error) => void): void;
  end(): void;
}

/** A painter holds the canvas it was given, so it is one worker and no pool's; `layouts`: who works out where nodes stand. */
export function spawnGraph(address: string, layouts: LayoutPool): GraphClient {
  const worker = supervise<GraphPainter>(new Worker(address, { type: 'module', name: 'graph' }), 'graph');
  let latest: AbortController | null = null;
  return {
    attach: (canvas, width, height, ratio) => worker.call((api) => api.attach(transfer(canvas, [canvas]), width, height, ratio)),
    resize: (width, height, ratio) => worker.call((api) => api.resize(width, height, ratio)),
    look: (view, level) => worker.call((api) => api.look(view, level)),
    paint: (palette) => worker.call((api) => api.paint(palette)),
    show: (states) => worker.call((api) => api.show(states)),
    point: (top) => worker.call((api) => api.point(top)),
    sift: (filter) => worker.call((api) => api.sift(filter)),
    cells: (level) => worker.call((api) => api.cells(level)),
    async arrange({ graph, after, names, groups, groupNames }, { kept, before, slide }, onPositions) {
      latest?.abort();
      const mine = latest = new AbortController(), { nodes, a, b, verdict, kinds, partition } = graph;
      await worker.call((api) => api.take({ a, b, verdict, kinds }, names, partition, groups, groupNames));
      if (kept !== null) {
        await worker.call((api) => api.place(kept, true, slide ? before : null));
        if (!mine.signal.aborted) onPositions(kept, 1);
        return;
      }
      // The callback's port lives in this closure until the layout has settled.
      const onStep = proxy(async (positions: Float32Array, progress: number) => {
        if (mine.signal.aborted) return false;
        await worker.call((api) => api.place(positions, progress === 1, slide && before !== null ? started(before, positions) : null));
        if (!mine.signal.aborted) onPositions(positions, progress);
        return !mine.signal.aborted;
      });
      try {
        await layouts.run({ kind: 'layout', cost: nodes + a.length, signal: mine.signal, attempts: SEVERAL, work: (api) => api.arrange(nodes, a, b, onStep, before, after) });
      } catch (error) {
        if (!mine.signal.aborted) throw error;
      }
    },
    onDeath: (listener) => worker.onDeath(listener),
    end: () => { latest?.abort(); worker.end(); },
  };
}

/** Who is new stands at once where they stand. */
const started = (before: Float32Array, positions: Float32Array): Float32Array => before.map((at, i) => (Number.isNaN(at) ? positions[i]! : at));

export { spawnCollaboration } from './collaborationClient.ts';
export type { CollaborationClient } from './collaborationClient.ts';
export type { CollaborationApi } from './collaboration.ts';
export { WorkerDied } from './rpc.ts';
export type { PoolState } from './pool.ts';
export { markNames, marks, markToken, shapes } from './marks.ts';
export type { Mark } from './marks.ts';
export { nothingOnTop } from './draw.ts';
export type { Palette, Top } from './draw.ts';
export type { NodeStates } from './drawGround.ts';
export { NodeGrid, boxOf, nearestEdge } from './graphGrid.ts';
export type { EdgeCells } from './graphGrid.ts';
export { MAX_EDGES, carryOver, countEdges, dashes, edgeLooks, edgeMark, edgeNames, everyEdge, families, familyBits, familyNames, familyShapes, groupStep, kindBits, levelFor, lookGravity, partitionNumbers, stepRadius, withDecisions } from './graphLook.ts';
export type { EdgeFilter, EdgeLook, Family, Level, LevelChoice, View } from './graphLook.ts';
export { centresOf, edgeAt, edgesBetween, groupsOf } from './graphSources.ts';
export type { Edges, Groups as SourceGroups } from './graphSources.ts';
export { BASE, refusedView, verdictOrder } from './conflictTable.ts';
export type { ConflictCounts, ConflictFilter, ConflictGrouping, ConflictView } from './conflictTable.ts';
export type { AcuRow, Applied, ConflictIndex, Graph, Loaded, SourceRow, VerdictView } from './replica.ts';
export type { GridClient } from './gridClient.ts';
export * from './heatClient.ts';
export * from './searchClient.ts';
export * from './matrixClient.ts';
