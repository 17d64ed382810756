// The conflict graph's edges on the main thread, for picture, matrix and list: fetched when first wanted, once for each epoch, and those that somebody
// decided by hand told from the others.
import { create } from 'zustand';
import { withDecisions } from '../../workers/client.ts';
import type { Graph } from '../../workers/client.ts';
import { paired, replica } from './session.ts';
import { decisions, useReplica } from '../state/replica.ts';
import { complain } from '../state/notices.ts';

export interface GraphState {
  readonly generation: number;
  /** `verdict`: by `edgeLooks` */
  readonly graph: Graph | null;
  /** indices of the ACUs that conflict with one */
  neighbours(index: number): readonly number[];
  fetch(): Promise<Graph | null>;
}

export const useGraph = create<GraphState>((set, get) => ({
  generation: -1, graph: null,
  neighbours: () => [],
  async fetch() {
    const { generation } = useReplica.getState();
    const held = get();
    if (held.generation === generation) return held.graph;
    try {
      await paired();
      const graph = await replica().call((api) => api.graph(), undefined, 'idle');
      // the worker may be an epoch ahead of the screen, which asks again when it has followed
      const now = useReplica.getState();
      if (now.generation !== generation || graph.nodes !== now.rows.length) return null;
      const shown = { ...graph, verdict: withDecisions(graph, decisions(now)) };
      set({ generation, graph: shown, neighbours: adjacency(graph) });
      return shown;
    } catch (error) {
      complain(error);
      return null;
    }
  },
}));

function adjacency({ nodes, a, b }: Graph): (index: number) => readonly number[] {
  const first = new Int32Array(nodes + 1);
  for (let i = 0; i < a.length; i++) { first[a[i]! + 1]!++; first[b[i]! + 1]!++; }
  for (let i = 0; i < nodes; i++) first[i + 1]! += first[i]!;
  const next = new Int32Array(2 * a.length), fill = first.slice();
  for (let i = 0; i < a.length; i++) { next[fill[a[i]!]!++] = b[i]!; next[fill[b[i]!]!++] = a[i]!; }
  return (index) => [...next.subarray(first[index]!, first[index + 1]!)];
}
