// The ground of the conflict graph: its edges and nodes, drawn into pixels in small pieces, so that frames go on while it is drawn. Larger than what
// is seen by a margin: a pan moves it and draws nothing. Costs what is on screen.
import { MAX_EDGES, dashes, edgeLooks, groupStep, groupSteps, kindBits, lookGravity } from './graphLook.ts';
import type { EdgeFilter, View } from './graphLook.ts';
import type { Edges } from './graphSources.ts';
import { dashOf, line, put } from './drawPixels.ts';
import type { Pixels, Sprite } from './drawPixels.ts';

/** What is drawn: nodes of one level and the edges between them. */
export interface Scene extends Edges {
  /** x and y of each node */
  readonly positions: Float32Array;
  readonly names: readonly string[];
  /** how many ACUs each node stands for */
  readonly members: Uint16Array;
}

/** What nodes are, by index. */
export interface NodeStates {
  /** position in `marks` */
  readonly mark: Uint8Array;
  /** 1: not of what is looked for */
  readonly dim: Uint8Array;
}

export interface Ground {
  /** device pixels to one of CSS */
  readonly ratio: number;
  /** of CSS pixels of the ground: its own corner is 0, 0 */
  readonly view: View;
  readonly scene: Scene;
  readonly states: NodeStates;
  readonly filter: EdgeFilter;
  readonly colours: GroundColours;
  /** by `groupSteps` and mark */
  readonly sprites: readonly (readonly Sprite[])[];
  /** marks of kinds amid edges, by bit of `Edges.kinds`: null where a kind has none */
  readonly kindSprites: readonly (Sprite | null)[];
}
export interface GroundColours { readonly background: number; /** by look */ readonly edges: readonly number[] }

/** Pieces between two looks at the clock. */
const PIECE = 128;
/** Edges so long, in CSS pixels, show by a mark what kind they are, where there are no more than so many of them. */
const LONG = 56, KIND_MARKS = 1_500;
/** Edges shorter than this lie below their nodes. */
const SHORT = 3;

/** The gravest verdict last, so that it lies above. */
const layers = lookGravity.toReversed().map((look) => edgeLooks.indexOf(look));
/** An even order of numbers below 2^16: every part of it is spread over all (golden section). */
const spread = (i: number): number => Math.imul(i, 0x9e37_79b1) >>> 0;

/** How many nodes have an edge; counted once for a graph. */
const counted = new WeakMap<Int32Array, number>();
function joined({ a, b, members }: Scene): number {
  let count = counted.get(a);
  if (count === undefined) {
    const seen = new Uint8Array(members.length);
    for (let e = 0; e < a.length; e++) seen[a[e]!] = seen[b[e]!] = 1;
    count = seen.reduce((sum, one) => sum + one, 0);
    counted.set(a, count);
  }
  return count;
}

/** Edges that pass a filter, by layer. Of more than MAX_EDGES an even part. */
function chosen(scene: Scene, filter: EdgeFilter): readonly Int32Array[] {
  const wanted = kindBits(filter), { verdict, kinds } = scene;
  const byVerdict = edgeLooks.map((): number[] => []);
  for (let e = 0; e < verdict.length; e++) if ((filter.verdicts >> verdict[e]! & 1) === 1 && (kinds[e]! & wanted) !== 0) byVerdict[verdict[e]!]!.push(e);
  let room = MAX_EDGES;
  for (const v of layers.toReversed()) {
    const all = byVerdict[v]!, most = Math.max(0, room);
    if (all.length > most) { const part = most / all.length * 2 ** 32; byVerdict[v] = all.filter((e) => spread(e) < part); }
    room -= byVerdict[v]!.length;
  }
  return layers.map((v) => Int32Array.from(byVerdict[v]!));
}

/** Draws, and stops after every piece until it is asked to go on. */
export function* drawGround(on: Pixels, { ratio, view, scene, states, filter, colours, sprites, kindSprites }: Ground): Generator<void, void> {
  const { positions, a, b, kinds } = scene, n = states.mark.length;
  const { width, height } = on;
  const xs = new Float32Array(n), ys = new Float32Array(n);
  for (let i = 0; i < n; i++) { xs[i] = (positions[2 * i]! * view.scale + view.x) * ratio; ys[i] = (positions[2 * i + 1]! * view.scale + view.y) * ratio; }
  on.data.fill(colours.background);
  yield;

  const edges = chosen(scene, filter), drawn = edges.reduce((sum, list) => sum + list.length, 0);
  // where nodes have many edges these would be one grey area: each is drawn the fainter, the more a node has
  const weight = Math.round(256 * Math.max(0.14, Math.min(0.8, (1.2 * joined(scene)) / Math.max(1, drawn))));
  const marked: number[] = [];
  let since = 0;
  for (const [layer, list] of edges.entries()) {
    const v = layers[layer]!, colour = colours.edges[v]!, dash = dashOf(dashes[edgeLooks[v]!], ratio);
    for (const e of list) {
      if (++since === PIECE) { since = 0; yield; }
      const i = a[e]!, j = b[e]!, x1 = xs[i]!, y1 = ys[i]!, x2 = xs[j]!, y2 = ys[j]!;
      if ((x1 < 0 && x2 < 0) || (y1 < 0 && y2 < 0) || (x1 > width && x2 > width) || (y1 > height && y2 > height)) continue;
      const long = Math.abs(x2 - x1) + Math.abs(y2 - y1);
      if (long < SHORT * ratio) continue;
      const isDim = (states.dim[i]! | states.dim[j]!) !== 0;
      line(on, x1, y1, x2, y2, colour, isDim ? weight >> 2 : weight, dash);
      if (long >= LONG * ratio && !isDim && marked.length <= KIND_MARKS) marked.push(e);
    }
  }
  if (marked.length <= KIND_MARKS) {
    for (const e of marked) {
      const sprite = kindSprites[31 - Math.clz32(kinds[e]!)];
      if (sprite != null) put(on, sprite, (xs[a[e]!]! + xs[b[e]!]!) / 2, (ys[a[e]!]! + ys[b[e]!]!) / 2, 256);
    }
    yield;
  }

  const margin = 4 * sprites[groupSteps - 1]![0]!.width;
  // what is dim lies below what is not
  for (const dim of [1, 0]) {
    for (let i = 0; i < n; i++) {
      if (states.dim[i] !== dim) continue;
      const x = xs[i]!, y = ys[i]!;
      if (x < -margin || y < -margin || x > width + margin || y > height + margin) continue;
      if (++since === PIECE) { since = 0; yield; }
      put(on, sprites[groupStep(scene.members[i]!)]![states.mark[i]!]!, x, y, dim === 1 ? 56 : 256);
    }
  }
}
