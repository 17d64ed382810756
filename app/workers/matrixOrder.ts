// In which order a matrix of conflicts shows its blocks: partitions one after another, and within each by seriation. Those that conflict with exactly
// the same others stand side by side; few are ordered by optimal leaves, many are first parted by modularity (docs/decisions/0053). No chance in it.

/** Unordered pairs, each once; `partition`: of each node, −1 for none. */
export interface Pairing { readonly nodes: number; readonly a: Int32Array; readonly b: Int32Array; readonly partition: Int32Array }
/** The node at each place, and the place at which each group begins; the last one ends where the order does. */
export interface Order { readonly nodes: Int32Array; readonly groups: Int32Array }

/** Up to so many are ordered at once: time is the cube of it. */
export const LEAVES = 240;
/** Sweeps of local moving; each gains, the first ones nearly everything. */
const SWEEPS = 12;

/** A symmetric graph in rows; `size`: how many nodes each one stands for, `inside`: pairs among these. */
interface Graph { readonly n: number; readonly first: Int32Array; readonly next: Int32Array; readonly weight: Float64Array; readonly size: Float64Array; readonly inside: Float64Array }

/** Yields the share that is done, 0…1. Nodes of no pair are left out. */
export function* seriate({ nodes, a, b, partition }: Pairing): Generator<number, Order> {
  const whole = rowsOf(nodes, a, b), members = new Map<number, number[]>();
  for (let i = 0; i < nodes; i++) {
    if (whole.first[i] === whole.first[i + 1]) continue;
    const list = members.get(partition[i]!);
    if (list === undefined) members.set(partition[i]!, [i]); else list.push(i);
  }
  // those of no partition only share names: they come last
  const parts = [...members].sort(([p, x], [q, y]) => Number(p === -1) - Number(q === -1) || y.length - x.length || x[0]! - y[0]!).map(([, list]) => list);
  const order: number[] = [], groups = [0], total = parts.reduce((sum, list) => sum + list.length, 0);
  for (const list of parts) {
    const alike = twins(whole, list), inner = yield* within(induced(whole, alike.map(([one]) => one!), alike), () => order.length / total);
    for (const place of inner) order.push(...alike[place]!);
    groups.push(order.length);
    yield order.length / total;
  }
  return { nodes: Int32Array.from(order), groups: Int32Array.from(groups) };
}

/** Places of a graph's nodes. */
function* within(graph: Graph, done: () => number): Generator<number, Int32Array> {
  yield done();
  if (graph.n <= LEAVES) return optimalLeaves(distances(graph));
  const { label, count } = communities(graph);
  // as good as complete, or nothing at all between them
  if (count === 1 || count === graph.n) return byDegree(graph);
  const blocks: number[][] = Array.from({ length: count }, () => []);
  for (let i = 0; i < graph.n; i++) blocks[label[i]!]!.push(i);
  const out = new Int32Array(graph.n), placed = new Int32Array(graph.n).fill(-1);
  let at = 0;
  for (const block of yield* within(contracted(graph, label, count), done)) {
    const list = blocks[block]!, inner = yield* within(induced(graph, list), done), facing = leans(graph, list, inner, placed) ? inner.reverse() : inner;
    for (const place of facing) { placed[list[place]!] = at; out[at++] = list[place]!; }
  }
  return out;
}

/** Whether what ties a block to those already placed stands in its second half. */
function leans(graph: Graph, list: readonly number[], inner: Int32Array, placed: Int32Array): boolean {
  let pull = 0;
  const middle = (inner.length - 1) / 2;
  inner.forEach((place, i) => {
    const node = list[place]!;
    for (let k = graph.first[node]!; k < graph.first[node + 1]!; k++) if (placed[graph.next[k]!]! >= 0) pull += (i - middle) * graph.weight[k]!;
  });
  return pull > 0;
}

function rowsOf(n: number, a: Int32Array, b: Int32Array): Graph {
  const first = new Int32Array(n + 1);
  for (let i = 0; i < a.length; i++) { first[a[i]! + 1]!++; first[b[i]! + 1]!++; }
  for (let i = 0; i < n; i++) first[i + 1]! += first[i]!;
  const next = new Int32Array(2 * a.length), fill = first.slice();
  for (let i = 0; i < a.length; i++) { next[fill[a[i]!]!++] = b[i]!; next[fill[b[i]!]!++] = a[i]!; }
  for (let i = 0; i < n; i++) next.subarray(first[i]!, first[i + 1]!).sort();
  return { n, first, next, weight: new Float64Array(next.length).fill(1), size: new Float64Array(n).fill(1), inside: new Float64Array(n) };
}

/** Lists of those that have the same others, whether they conflict with one another (then all of them do) or not (then none). */
export function twins(graph: Pick<Graph, 'first' | 'next'>, list: readonly number[]): readonly (readonly number[])[] {
  const { first, next } = graph, row = (i: number): Int32Array => next.subarray(first[i]!, first[i + 1]!);
  const groups = new Map<string, number[][]>(), out: number[][] = [];
  const closed = (i: number): Int32Array => Int32Array.of(...row(i), i).sort();
  const seek = (key: string, set: (i: number) => Int32Array, i: number): number[] | undefined => {
    const mine = set(i);
    return groups.get(key)?.find(([one]) => same(set(one!), mine));
  };
  for (const i of list) {
    let x = 0, y = 0;
    for (const j of row(i)) { x = (x + mix(j, 0x9e3779b1)) | 0; y = (y + mix(j, 0x85ebca6b)) | 0; }
    const open = `o${x} ${y}`, both = `c${(x + mix(i, 0x9e3779b1)) | 0} ${(y + mix(i, 0x85ebca6b)) | 0}`;
    const found = seek(both, closed, i) ?? seek(open, row, i);
    if (found !== undefined) { found.push(i); continue; }
    const made = [i];
    out.push(made);
    for (const key of [open, both]) { const held = groups.get(key); if (held === undefined) groups.set(key, [made]); else held.push(made); }
  }
  return out;
}

const mix = (i: number, by: number): number => { const h = Math.imul(i + 1, by); return Math.imul(h ^ (h >>> 15), 0x2c1b3c6d) ^ (h >>> 13); };
const same = (x: Int32Array, y: Int32Array): boolean => x.length === y.length && x.every((one, i) => one === y[i]);

/** Of these nodes alone; `standing`: whom each of them stands for, all alike. */
function induced(graph: Graph, list: readonly number[], standing: readonly (readonly number[])[] | null = null): Graph {
  const place = new Map(list.map((node, i) => [node, i])), n = list.length, first = new Int32Array(n + 1), next: number[] = [], weight: number[] = [];
  const size = Float64Array.from(list, (node, i) => (standing === null ? graph.size[node]! : standing[i]!.length)), inside = new Float64Array(n);
  list.forEach((node, i) => {
    for (let k = graph.first[node]!; k < graph.first[node + 1]!; k++) {
      const j = place.get(graph.next[k]!);
      if (j === undefined) continue;
      next.push(j);
      weight.push(standing === null ? graph.weight[k]! : size[i]! * size[j]!);
    }
    first[i + 1] = next.length;
    const other = standing?.[i]?.[1];
    inside[i] = standing === null ? graph.inside[node]! : other !== undefined && graph.next.subarray(graph.first[node]!, graph.first[node + 1]!).includes(other) ? size[i]! * (size[i]! - 1) / 2 : 0;
  });
  return { n, first, next: Int32Array.from(next), weight: Float64Array.from(weight), size, inside };
}

/** Each block as one node. */
function contracted(graph: Graph, label: Int32Array, count: number): Graph {
  const size = new Float64Array(count), inside = new Float64Array(count), rows: Map<number, number>[] = Array.from({ length: count }, () => new Map());
  for (let i = 0; i < graph.n; i++) {
    const mine = label[i]!, row = rows[mine]!;
    size[mine]! += graph.size[i]!;
    inside[mine]! += graph.inside[i]!;
    for (let k = graph.first[i]!; k < graph.first[i + 1]!; k++) {
      const other = label[graph.next[k]!]!;
      if (other === mine) inside[mine]! += graph.weight[k]! / 2; else row.set(other, (row.get(other) ?? 0) + graph.weight[k]!);
    }
  }
  const first = new Int32Array(count + 1), next: number[] = [], weight: number[] = [];
  rows.forEach((row, i) => {
    for (const [j, w] of [...row].sort(([x], [y]) => x - y)) { next.push(j); weight.push(w); }
    first[i + 1] = next.length;
  });
  return { n: count, first, next: Int32Array.from(next), weight: Float64Array.from(weight), size, inside };
}

/** One level of Louvain's method (Blondel et al., 2008): each node goes where modularity gains most, until none does. Labels by first appearance. */
export function communities(graph: Graph): { readonly label: Int32Array; readonly count: number } {
  const { n, first, next, weight, inside } = graph, label = Int32Array.from({ length: n }, (_, i) => i), degree = new Float64Array(n);
  let total = 0;
  for (let i = 0; i < n; i++) {
    degree[i] = 2 * inside[i]!;
    for (let k = first[i]!; k < first[i + 1]!; k++) degree[i]! += weight[k]!;
    total += degree[i]!;
  }
  const volume = degree.slice(), to = new Float64Array(n), touched: number[] = [];
  for (let sweep = 0, moved = true; moved && sweep < SWEEPS; sweep++) {
    moved = false;
    for (let i = 0; i < n; i++) {
      const home = label[i]!, mine = degree[i]!;
      for (let k = first[i]!; k < first[i + 1]!; k++) { const other = label[next[k]!]!; if (to[other] === 0) touched.push(other); to[other]! += weight[k]!; }
      volume[home]! -= mine;
      let best = home, most = to[home]! - (mine * volume[home]!) / total;
      for (const other of touched) {
        const gain = to[other]! - (mine * volume[other]!) / total;
        if (gain > most + 1e-9 || (gain > most - 1e-9 && gain >= most && other < best)) { best = other; most = gain; }
      }
      volume[best]! += mine;
      if (best !== home) { label[i] = best; moved = true; }
      for (const other of touched) to[other] = 0;
      touched.length = 0;
    }
  }
  const number = new Map<number, number>();
  for (let i = 0; i < n; i++) { const old = label[i]!; if (!number.has(old)) number.set(old, number.size); label[i] = number.get(old)!; }
  return { label, count: number.size };
}

function byDegree({ n, first }: Graph): Int32Array {
  const degree = (i: number): number => first[i + 1]! - first[i]!;
  return Int32Array.from({ length: n }, (_, i) => i).sort((x, y) => degree(y) - degree(x) || x - y);
}

export interface Distances { readonly n: number; readonly of: Float64Array }

/** How little two rows have in common: 1 − Tanimoto's similarity of densities, which for plain neighbours (each one its own) is Jaccard's distance. */
function distances({ n, first, next, weight, size }: Graph): Distances {
  const dot = new Float64Array(n * n), of = new Float64Array(n * n);
  // column by column: whoever two rows have in common adds to their product
  const columns: [row: number, density: number][][] = Array.from({ length: n }, (_, i) => [[i, 1]]);
  for (let i = 0; i < n; i++) for (let k = first[i]!; k < first[i + 1]!; k++) { const j = next[k]!; columns[j]!.push([i, weight[k]! / (size[i]! * size[j]!)]); }
  for (const column of columns) for (const [i, x] of column) for (const [j, y] of column) dot[i * n + j]! += x * y;
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) if (i !== j) { const common = dot[i * n + j]!; of[i * n + j] = 1 - common / (dot[i * n + i]! + dot[j * n + j]! - common); }
  return { n, of };
}

/** A tree over places: a leaf, or two of them. `leaves` from left to right. */
export interface Tree { readonly leaves: readonly number[]; readonly left: Tree | null; readonly right: Tree | null }

/** Average linkage (UPGMA); of equal distances the first pair. */
export function linkage({ n, of }: Distances): Tree | null {
  const d = of.slice(), live: (Tree | null)[] = Array.from({ length: n }, (_, i) => ({ leaves: [i], left: null, right: null }));
  const nearest = new Int32Array(n), near = (i: number): void => {
    let best = -1, least = Infinity;
    for (let j = 0; j < n; j++) if (j !== i && live[j] !== null && d[i * n + j]! < least) { least = d[i * n + j]!; best = j; }
    nearest[i] = best;
  };
  for (let i = 0; i < n; i++) near(i);
  for (let left = n; left > 1; left--) {
    let i = -1, least = Infinity;
    for (let k = 0; k < n; k++) if (live[k] !== null && d[k * n + nearest[k]!]! < least) { least = d[k * n + nearest[k]!]!; i = k; }
    const j = nearest[i]!, one = live[i]!, other = live[j]!, x = one.leaves.length, y = other.leaves.length;
    live[i] = { leaves: [...one.leaves, ...other.leaves], left: one, right: other };
    live[j] = null;
    for (let k = 0; k < n; k++) if (k !== i && live[k] !== null) d[i * n + k] = d[k * n + i] = (x * d[i * n + k]! + y * d[j * n + k]!) / (x + y);
    if (left === 2) break;
    near(i);
    for (let k = 0; k < n; k++) if (live[k] !== null && k !== i && (nearest[k] === i || nearest[k] === j)) near(k);
  }
  return live.find((one) => one !== null) ?? null;
}

/** The leaves on the other side than `u` of the tree below: those that can stand at its far end. */
const across = (tree: Tree, u: number, side: Uint8Array): readonly number[] => (tree.left === null || tree.right === null ? tree.leaves : side[u] === 0 ? tree.right.leaves : tree.left.leaves);

/**
 * The order of the tree's leaves, among all that turning its branches gives, whose neighbours are nearest in sum (Bar-Joseph, Gifford and Jaakkola,
 * 2001). Two leaves part at one branch alone, so one table holds, for each pair of ends, the best between them.
 */
export function optimalLeaves(distance: Distances): Int32Array {
  const { n, of } = distance, root = linkage(distance);
  if (root === null) return new Int32Array(0);
  const best = new Float64Array(n * n), half = new Float64Array(n * n), side = new Uint8Array(n);
  const fill = (tree: Tree): void => {
    const { left, right } = tree;
    if (left === null || right === null) return;
    fill(left);
    fill(right);
    // `side` says of each leaf which branch of its own tree it is in: set below, read here for both children
    for (const u of left.leaves) {
      const ends = across(left, u, side);
      for (const k of right.leaves) { let least = Infinity; for (const m of ends) { const sum = best[u * n + m]! + of[m * n + k]!; if (sum < least) least = sum; } half[u * n + k] = least; }
    }
    for (const w of right.leaves) {
      const ends = across(right, w, side);
      for (const u of left.leaves) { let least = Infinity; for (const k of ends) { const sum = half[u * n + k]! + best[k * n + w]!; if (sum < least) least = sum; } best[u * n + w] = best[w * n + u] = least; }
    }
    for (const u of left.leaves) side[u] = 0;
    for (const w of right.leaves) side[w] = 1;
  };
  fill(root);
  const { left, right } = root;
  if (left === null || right === null) return Int32Array.from(root.leaves);
  let ends: readonly [number, number] = [left.leaves[0]!, right.leaves[0]!];
  for (const u of left.leaves) for (const w of right.leaves) if (best[u * n + w]! < best[ends[0] * n + ends[1]]!) ends = [u, w];
  const out: number[] = [];
  /** From u to w, which are in different branches of it. */
  const unfold = (tree: Tree, u: number, w: number): void => {
    if (tree.left === null || tree.right === null) { out.push(u); return; }
    const [from, to] = tree.left.leaves.includes(u) ? [tree.left, tree.right] : [tree.right, tree.left];
    const far = (one: Tree, end: number): readonly number[] => (one.left === null || one.right === null ? one.leaves : one.left.leaves.includes(end) ? one.right.leaves : one.left.leaves);
    let least = Infinity, m = u, k = w;
    for (const x of far(from, u)) for (const y of far(to, w)) { const sum = best[u * n + x]! + of[x * n + y]! + best[y * n + w]!; if (sum < least) { least = sum; m = x; k = y; } }
    unfold(from, u, m);
    unfold(to, k, w);
  };
  unfold(root, ...ends);
  return Int32Array.from(out);
}
