// A conflict graph that changed a little: whoever was there stays exactly where they were, and who is new finds a place beside those they conflict with,
// a new partition below all others. What came by itself does not move what a person looks at; Lay out anew packs it all again.
import { forceX, forceY } from 'd3-force';
import { GAP, SPACING, partsOf } from './layout.ts';
import type { Part } from './layout.ts';

/** With fewer of its nodes known than this, a graph is another one. */
const MOST = 0.5;
/** Ticks in which newcomers find their places among those that stand. */
const TICKS = 60;
/** Nodes come no nearer to one another than this. */
const CLOSE = SPACING * 0.7;
const GOLDEN = Math.PI * (3 - Math.sqrt(5));

export function knows(known: Float32Array, nodes: number): boolean {
  let count = 0;
  for (let i = 0; i < nodes; i++) if (!Number.isNaN(known[2 * i]!)) count++;
  return known.length === 2 * nodes && nodes > 0 && count >= nodes * MOST;
}

/** x and y of each node: of those that are `known` as they were, bit by bit. */
export function settleAround(known: Float32Array, a: Int32Array, b: Int32Array): Float32Array {
  const out = known.slice(), n = out.length / 2, isNew = (i: number): boolean => Number.isNaN(known[2 * i]!);
  const near = new Places(known), fresh: Part[] = [], inPart = new Uint8Array(n);
  for (const part of partsOf(n, a, b)) {
    for (const { node } of part.nodes) inPart[node] = 1;
    const newcomers = part.nodes.filter(({ node }) => isNew(node)).length;
    if (newcomers === part.nodes.length) fresh.push(part);
    else if (newcomers > 0) join(part, known, out, near, a, b);
  }
  const box = near.box();
  let x = box.left, y = box.bottom + GAP, height = 0;
  for (const { nodes, simulation, ticks } of fresh) {
    simulation.tick(ticks);
    const left = Math.min(...nodes.map((one) => one.x!)), top = Math.min(...nodes.map((one) => one.y!));
    const width = Math.max(...nodes.map((one) => one.x!)) - left + GAP, high = Math.max(...nodes.map((one) => one.y!)) - top + GAP;
    if (x > box.left && x + width > Math.max(box.right, box.left + 20 * SPACING)) { x = box.left; y += height; height = 0; }
    for (const { node, x: nx, y: ny } of nodes) near.put(out, node, nx! - left + x, ny! - top + y);
    x += width;
    height = Math.max(height, high);
  }
  y += height;
  // who conflicts with nobody: in rows, in the first places that are free below the others
  const columns = Math.max(8, Math.floor((box.right - box.left) / SPACING)), alone = Array.from({ length: n }, (_, i) => i).filter((i) => inPart[i] === 0);
  const standing = alone.filter((i) => !isNew(i));
  const from = standing.length === 0 ? y : Math.min(...standing.map((i) => out[2 * i + 1]!)), left = standing.length === 0 ? box.left : Math.min(...standing.map((i) => out[2 * i]!));
  let at = 0;
  for (const i of alone) {
    if (!isNew(i)) continue;
    for (;; at++) {
      const px = left + at % columns * SPACING, py = from + Math.floor(at / columns) * SPACING;
      if (near.isFree(px, py)) { near.put(out, i, px, py); break; }
    }
  }
  return out;
}

/** Newcomers of a partition of which some stand already: those are held, the others are drawn to where they belong. */
function join({ nodes, simulation }: Part, known: Float32Array, out: Float32Array, near: Places, a: Int32Array, b: Int32Array): void {
  const at = new Map(nodes.map((one) => [one.node, one])), sums = new Map<number, { x: number; y: number; n: number }>();
  let cx = 0, cy = 0, count = 0;
  for (const one of nodes) {
    const x = known[2 * one.node]!, y = known[2 * one.node + 1]!;
    if (Number.isNaN(x)) continue;
    one.x = one.fx = x;
    one.y = one.fy = y;
    cx += x; cy += y; count++;
  }
  for (let e = 0; e < a.length; e++) {
    for (const [i, j] of [[a[e]!, b[e]!], [b[e]!, a[e]!]] as const) {
      if (!at.has(i) || !Number.isNaN(known[2 * i]!) || Number.isNaN(known[2 * j]!)) continue;
      const sum = sums.get(i) ?? { x: 0, y: 0, n: 0 };
      sums.set(i, { x: sum.x + known[2 * j]!, y: sum.y + known[2 * j + 1]!, n: sum.n + 1 });
    }
  }
  nodes.forEach((one, k) => {
    if (one.fx !== undefined) return;
    const sum = sums.get(one.node) ?? { x: cx, y: cy, n: count };
    one.x = sum.x / sum.n + 2 * SPACING * Math.cos(k * GOLDEN);
    one.y = sum.y / sum.n + 2 * SPACING * Math.sin(k * GOLDEN);
    one.vx = one.vy = 0;
  });
  simulation.force('x', forceX(cx / count).strength(0.04)).force('y', forceY(cy / count).strength(0.06)).tick(TICKS);
  for (const { node, x, y } of nodes) if (Number.isNaN(known[2 * node]!)) near.settle(out, node, x!, y!);
}

/** Who stands where, by square cells: to find out whether a place is free. */
class Places {
  readonly #cells = new Map<string, (readonly [x: number, y: number])[]>();
  #left = Infinity; #right = -Infinity; #bottom = -Infinity;

  constructor(known: Float32Array) {
    for (let i = 0; i < known.length; i += 2) if (!Number.isNaN(known[i]!)) this.#take(known[i]!, known[i + 1]!);
  }

  box(): { readonly left: number; readonly right: number; readonly bottom: number } { return { left: this.#left, right: this.#right, bottom: this.#bottom }; }

  isFree(x: number, y: number): boolean {
    for (let dx = -1; dx <= 1; dx++) for (let dy = -1; dy <= 1; dy++) {
      if (this.#cells.get(cell(x + dx * SPACING, y + dy * SPACING))?.some(([px, py]) => Math.hypot(px - x, py - y) < CLOSE) === true) return false;
    }
    return true;
  }

  put(out: Float32Array, node: number, x: number, y: number): void {
    out[2 * node] = x;
    out[2 * node + 1] = y;
    this.#take(x, y);
  }

  /** The place itself, or the nearest free one on a spiral around it. */
  settle(out: Float32Array, node: number, x: number, y: number): void {
    for (let k = 0; ; k++) {
      const px = x + CLOSE * 0.6 * Math.sqrt(k) * Math.cos(k * GOLDEN), py = y + CLOSE * 0.6 * Math.sqrt(k) * Math.sin(k * GOLDEN);
      if (this.isFree(px, py)) { this.put(out, node, px, py); return; }
    }
  }

  #take(x: number, y: number): void {
    const key = cell(x, y), list = this.#cells.get(key);
    if (list === undefined) this.#cells.set(key, [[x, y]]); else list.push([x, y]);
    this.#left = Math.min(this.#left, x); this.#right = Math.max(this.#right, x); this.#bottom = Math.max(this.#bottom, y);
  }
}

const cell = (x: number, y: number): string => `${Math.floor(x / SPACING)} ${Math.floor(y / SPACING)}`;
