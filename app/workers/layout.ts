// Where the conflict graph's nodes stand: each partition by forces of its own, the partitions packed in rows, largest first,
// and ACUs without conflicts in a grid below, those that cannot be composed after the others. Deterministic: the same graph gives the same picture (d3-force's starting
// places and random source are fixed). A graph that was looked at before it changed is not laid out anew (layoutWarm.ts).
import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from 'd3-force';
import type { Simulation, SimulationLinkDatum, SimulationNodeDatum } from 'd3-force';

/** Distance between two neighbours that do not conflict, in the picture's own units. */
export const SPACING = 18;
export const GAP = SPACING * 1.6;
/** More links than this only slow the forces down: an even thinning keeps the shape. */
const MAX_LINKS = 24_000;
/** Partitions up to this size are settled at once; larger ones step by step, so that something is seen early. */
const SMALL = 60;
/** width : height of the whole picture */
const SHAPE = 1.4;

export interface Node extends SimulationNodeDatum { readonly node: number }
type Link = SimulationLinkDatum<Node>;
export interface Part { readonly nodes: readonly Node[]; readonly simulation: Simulation<Node, Link>; readonly ticks: number }

export interface LayoutStep {
  /** x and y of each node */
  readonly positions: Float32Array;
  /** 0 at the start, 1 when settled */
  readonly progress: number;
}

/** Yields better and better positions; the last step has progress 1. `after`: nodes of which it is 1 follow the others where they conflict with nothing. */
export function* layout(nodes: number, a: Int32Array, b: Int32Array, after: Uint8Array | null = null, ticksPerStep = 12): Generator<LayoutStep> {
  const positions = new Float32Array(nodes * 2);
  const parts = partsOf(nodes, a, b);
  const joined = new Uint8Array(nodes);
  for (const part of parts) for (const { node } of part.nodes) joined[node] = 1;
  const alone = Array.from({ length: nodes }, (_, i) => i).filter((i) => joined[i] === 0);
  if (after !== null) alone.sort((i, j) => after[i]! - after[j]! || i - j);
  const place = (progress: number): LayoutStep => {
    pack(parts, alone, positions);
    return { positions, progress };
  };

  const large = parts.filter((part) => part.nodes.length > SMALL);
  for (const part of parts) if (part.nodes.length <= SMALL) part.simulation.tick(part.ticks);
  const whole = large.reduce((sum, part) => sum + part.ticks * part.nodes.length, 0);
  let done = 0;
  for (const part of large) {
    for (let at = 0; at < part.ticks; at += ticksPerStep) {
      const ticks = Math.min(ticksPerStep, part.ticks - at);
      part.simulation.tick(ticks);
      done += ticks * part.nodes.length;
      if (done < whole) yield place(done / whole);
    }
  }
  yield place(1);
}

/** The connected components, largest first, each with forces that wait for ticks. */
export function partsOf(nodes: number, a: Int32Array, b: Int32Array): readonly Part[] {
  const parent = Int32Array.from({ length: nodes }, (_, i) => i);
  const find = (i: number): number => {
    while (parent[i] !== i) { parent[i] = parent[parent[i]!]!; i = parent[i]!; }
    return i;
  };
  const touched = new Uint8Array(nodes);
  for (let i = 0; i < a.length; i++) { touched[a[i]!] = touched[b[i]!] = 1; parent[find(a[i]!)] = find(b[i]!); }
  const members = new Map<number, Node[]>(), at = new Int32Array(nodes);
  for (let node = 0; node < nodes; node++) {
    if (touched[node] === 0) continue;
    const root = find(node), list = members.get(root) ?? [];
    at[node] = list.length;
    list.push({ node });
    members.set(root, list);
  }
  const links = new Map<number, Link[]>(), stride = Math.max(1, Math.ceil(a.length / MAX_LINKS));
  for (let i = 0; i < a.length; i += stride) {
    const root = find(a[i]!), list = links.get(root) ?? [];
    list.push({ source: at[a[i]!]!, target: at[b[i]!]! });
    links.set(root, list);
  }
  return [...members].sort(([, x], [, y]) => y.length - x.length || x[0]!.node - y[0]!.node)
    .map(([root, list]) => simulate(list, links.get(root) ?? []));
}

function simulate(nodes: Node[], links: Link[]): Part {
  const degree = new Int32Array(nodes.length);
  for (const { source, target } of links) { degree[source as number]!++; degree[target as number]!++; }
  const ends = (end: Link['source']): number => degree[(end as Node).index!]!;
  // Dense graphs pull themselves into a ball: links pull less and nodes push more, the more links a node has on average.
  const average = links.length / nodes.length, loose = 1 / Math.max(1, average / 3);
  const ticks = nodes.length <= 3 ? 40 : nodes.length <= SMALL ? 90 : nodes.length > 2000 ? 120 : 240;
  const simulation = forceSimulation<Node>(nodes)
    .force('link', forceLink<Node, Link>(links).distance(SPACING * 2.2).strength((link) => loose / Math.min(ends(link.source), ends(link.target))))
    .force('charge', forceManyBody<Node>().strength(-60 * Math.min(3, 1 + average / 8)).theta(1))
    .force('collide', forceCollide<Node>(SPACING * 0.6))
    .force('x', forceX<Node>().strength(0.04))
    .force('y', forceY<Node>().strength(0.06))
    .alphaDecay(1 - 0.001 ** (1 / ticks))
    .stop();
  return { nodes, simulation, ticks };
}

/** Partitions in rows, each row centred; below them the ACUs that conflict with nothing. */
function pack(parts: readonly Part[], alone: readonly number[], out: Float32Array): void {
  const boxes = parts.map(({ nodes }) => {
    let left = Infinity, right = -Infinity, top = Infinity, bottom = -Infinity;
    for (const { x = 0, y = 0 } of nodes) { left = Math.min(left, x); right = Math.max(right, x); top = Math.min(top, y); bottom = Math.max(bottom, y); }
    return { nodes, left, top, width: right - left + GAP, height: bottom - top + GAP };
  });
  const area = boxes.reduce((sum, box) => sum + box.width * box.height, alone.length * SPACING * SPACING);
  const width = Math.max(boxes[0]?.width ?? 0, Math.sqrt(area * SHAPE));

  let y = 0;
  for (let from = 0; from < boxes.length;) {
    let to = from, used = 0, height = 0;
    while (to < boxes.length && (to === from || used + boxes[to]!.width <= width)) {
      used += boxes[to]!.width;
      height = Math.max(height, boxes[to]!.height);
      to++;
    }
    let x = -used / 2;
    for (const box of boxes.slice(from, to)) {
      const dx = x - box.left + GAP / 2, dy = y - box.top + (height - box.height) / 2;
      for (const node of box.nodes) { out[2 * node.node] = (node.x ?? 0) + dx; out[2 * node.node + 1] = (node.y ?? 0) + dy; }
      x += box.width;
    }
    y += height;
    from = to;
  }

  const columns = Math.max(8, Math.floor(width / SPACING)), row = (Math.min(columns, alone.length) - 1) * SPACING;
  alone.forEach((node, i) => {
    out[2 * node] = -row / 2 + (i % columns) * SPACING;
    out[2 * node + 1] = y + GAP / 2 + Math.floor(i / columns) * SPACING;
  });
}
