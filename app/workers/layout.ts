// Where the conflict graph's nodes stand. Deterministic: the same graph gives the same picture (d3-force's start and
// random source are fixed). ACUs without conflicts are not thrown about by forces: they stand in a grid below the others.
import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from 'd3-force';
import type { SimulationLinkDatum, SimulationNodeDatum } from 'd3-force';

/** Distance between two neighbours that do not conflict, in the picture's own units. */
const SPACING = 18;
/** More links than this only slow the forces down: a seeded, even thinning keeps the shape. */
const MAX_LINKS = 24_000;

interface Node extends SimulationNodeDatum { readonly index: number; readonly node: number }

export interface LayoutStep {
  /** x and y of each node */
  readonly positions: Float32Array;
  /** 0 at the start, 1 when settled */
  readonly progress: number;
}

/** Yields better and better positions; the last step has progress 1. */
export function* layout(nodes: number, a: Int32Array, b: Int32Array, ticksPerStep = 12): Generator<LayoutStep> {
  const positions = new Float32Array(nodes * 2);
  const joined: Node[] = [], of = new Int32Array(nodes).fill(-1);
  const join = (node: number): void => {
    if (of[node] !== -1) return;
    of[node] = joined.length;
    joined.push({ index: joined.length, node });
  };
  for (let i = 0; i < a.length; i++) { join(a[i]!); join(b[i]!); }
  joined.sort((x, y) => x.node - y.node);
  joined.forEach((node, i) => { of[node.node] = i; });
  const alone = Array.from({ length: nodes }, (_, i) => i).filter((i) => of[i] === -1);

  const stride = Math.max(1, Math.ceil(a.length / MAX_LINKS));
  const links: SimulationLinkDatum<Node>[] = [];
  for (let i = 0; i < a.length; i += stride) links.push({ source: of[a[i]!]!, target: of[b[i]!]! });

  const degree = new Int32Array(joined.length);
  for (const { source, target } of links) { degree[source as number]!++; degree[target as number]!++; }

  const place = (progress: number): LayoutStep => {
    for (const node of joined) { positions[2 * node.node] = node.x ?? 0; positions[2 * node.node + 1] = node.y ?? 0; }
    grid(joined, alone, positions);
    return { positions, progress };
  };

  if (joined.length > 0) {
    // Dense graphs pull themselves into a ball: links pull less and nodes push more, the more links a node has on average.
    const average = links.length / joined.length, loose = 1 / Math.max(1, average / 3);
    const simulation = forceSimulation<Node>(joined.map((node, index) => Object.assign(node, { index })))
      .force('link', forceLink<Node, SimulationLinkDatum<Node>>(links).distance(SPACING * 2.4).strength((link) => {
        const ends = (end: typeof link.source): number => degree[(end as Node).index]!;
        return loose / Math.min(ends(link.source), ends(link.target));
      }))
      .force('charge', forceManyBody<Node>().strength(-60 * Math.min(3, 1 + average / 8)).distanceMax(600).theta(1))
      .force('collide', forceCollide<Node>(SPACING * 0.55))
      .force('x', forceX<Node>().strength(0.045))
      .force('y', forceY<Node>().strength(0.07))
      .stop();
    const ticks = joined.length > 2000 ? 120 : 240;
    simulation.alphaDecay(1 - 0.001 ** (1 / ticks));
    for (let done = 0; done < ticks; done += ticksPerStep) {
      simulation.tick(Math.min(ticksPerStep, ticks - done));
      if (done + ticksPerStep < ticks) yield place((done + ticksPerStep) / ticks);
    }
  }
  yield place(1);

  function grid(above: readonly Node[], rest: readonly number[], out: Float32Array): void {
    if (rest.length === 0) return;
    let left = Infinity, right = -Infinity, bottom = -Infinity;
    for (const { x = 0, y = 0 } of above) { left = Math.min(left, x); right = Math.max(right, x); bottom = Math.max(bottom, y); }
    const columns = Math.max(8, Math.ceil(Math.sqrt(rest.length * 2.6)), above.length === 0 ? 0 : Math.floor((right - left) / SPACING));
    const width = (Math.min(columns, rest.length) - 1) * SPACING;
    const middle = above.length === 0 ? 0 : (left + right) / 2, top = above.length === 0 ? 0 : bottom + SPACING * 3;
    rest.forEach((node, i) => {
      out[2 * node] = middle - width / 2 + (i % columns) * SPACING;
      out[2 * node + 1] = top + Math.floor(i / columns) * SPACING;
    });
  }
}
