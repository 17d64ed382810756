// Where the nodes of a small graph of dependencies stand: what an ACU requires above it, what requires it below.
import { Graph, layout } from '@dagrejs/dagre';
import type { AcuId } from '../../../core/bytes.ts';

export interface Node { readonly id: AcuId; readonly x: number; readonly y: number; /** others that it requires, and that require it, and are not drawn */ readonly above: number; readonly below: number }
export interface Laid { readonly nodes: readonly Node[]; readonly edges: readonly { readonly from: AcuId; readonly to: AcuId; readonly points: readonly { readonly x: number; readonly y: number }[] }[]; readonly width: number; readonly height: number }

/** Nodes drawn at most: more is no small graph. */
export const MOST_NODES = 60;
const LEVELS = 2;

/** Those within two steps above and below, and within one of whatever was opened; the nearest first, `MOST_NODES` at most. */
export function around(id: AcuId, opened: ReadonlySet<AcuId>, above: (id: AcuId) => readonly AcuId[], below: (id: AcuId) => readonly AcuId[]): ReadonlySet<AcuId> {
  const found = new Set([id]);
  const go = (next: (id: AcuId) => readonly AcuId[]): void => {
    let edge: readonly AcuId[] = [id];
    for (let level = 0; level < LEVELS; level++) {
      const more: AcuId[] = [];
      for (const at of edge) for (const one of next(at)) if (!found.has(one) && found.size < MOST_NODES) { found.add(one); more.push(one); }
      edge = more;
    }
  };
  go(above);
  go(below);
  for (const at of opened) for (const one of [...above(at), ...below(at)]) if (found.size < MOST_NODES) found.add(one);
  return found;
}

export function laidOut(shown: ReadonlySet<AcuId>, above: (id: AcuId) => readonly AcuId[], below: (id: AcuId) => readonly AcuId[], size: { readonly width: number; readonly height: number }): Laid {
  const graph = new Graph<object, { x: number; y: number; width: number; height: number }, { points: { x: number; y: number }[] }>();
  graph.setGraph({ rankdir: 'TB', nodesep: 14, ranksep: 30, marginx: 10, marginy: 10 });
  graph.setDefaultEdgeLabel(() => ({ points: [] }));
  for (const id of [...shown].sort()) graph.setNode(id, { ...size, x: 0, y: 0 });
  for (const id of shown) for (const one of above(id)) if (shown.has(one)) graph.setEdge(one, id);
  layout(graph);
  const nodes = [...shown].map((id): Node => {
    const { x, y } = graph.node(id);
    return { id, x, y, above: above(id).filter((one) => !shown.has(one)).length, below: below(id).filter((one) => !shown.has(one)).length };
  });
  const edges = graph.edges().map(({ v, w }) => ({ from: v as AcuId, to: w as AcuId, points: graph.edge(v, w).points }));
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return { nodes, edges, width, height };
}

export type Direction = 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight';

/** The node that a key goes to: the nearest in its direction, what lies straight ahead before what lies aside. */
export function towards(nodes: readonly Node[], from: Node, direction: Direction): Node | null {
  const [dx, dy] = direction === 'ArrowUp' ? [0, -1] : direction === 'ArrowDown' ? [0, 1] : direction === 'ArrowLeft' ? [-1, 0] : [1, 0];
  let best: Node | null = null, least = Infinity;
  for (const node of nodes) {
    const ahead = (node.x - from.x) * dx + (node.y - from.y) * dy, aside = Math.abs((node.x - from.x) * dy) + Math.abs((node.y - from.y) * dx);
    if (ahead <= 1) continue;
    const far = ahead + 2 * aside;
    if (far < least) { least = far; best = node; }
  }
  return best;
}
