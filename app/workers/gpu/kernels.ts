// The WGSL of dense products, written for a register tile, a workgroup and a depth; and of the two ways that rows come to lie as a kernel
// wants them. A panel is k-major: for each inner index p all its rows side by side, so that neighbours in a workgroup read neighbours in
// memory and a row of a tile is one vector. Rows and depth of a panel are padded with zeros to whole tiles, so that kernels check no bounds.

/** One way to compute a tile. Everything is a power of two. */
export interface Kernel {
  readonly name: string;
  /** outputs of one invocation, multiples of 4 */
  readonly rows: number; readonly cols: number;
  /** invocations of a workgroup */
  readonly groupRows: number; readonly groupCols: number;
  /** inner indices taken at a time: a panel's depth is a multiple of it */
  readonly depth: number;
  /**
   * `registers`: every invocation reads for itself and none waits, for software adapters, where barriers make the same product
   * take 1.6 to 4 times as long and its kernel seconds to compile (SwiftShader).
   * `shared`: a workgroup reads each tile once into its own memory. `ahead`: and fetches the next one while it multiplies this one.
   */
  readonly memory: 'registers' | 'shared' | 'ahead';
}

const kernel = (memory: Kernel['memory'], rows: number, cols: number, groupRows: number, groupCols: number, depth: number): Kernel =>
  ({ name: `${memory} ${rows}x${cols} of ${groupRows}x${groupCols} by ${depth}`, rows, cols, groupRows, groupCols, depth, memory });

/** The first is what runs anywhere. */
export const kernels: readonly Kernel[] = [
  kernel('registers', 4, 4, 8, 8, 4),
  kernel('registers', 8, 4, 8, 8, 4),
  kernel('registers', 8, 8, 8, 8, 4),
  kernel('registers', 4, 4, 4, 4, 4),
  kernel('shared', 4, 4, 16, 16, 16),
  kernel('shared', 8, 8, 8, 8, 16),
  kernel('shared', 8, 4, 16, 16, 16),
  kernel('shared', 8, 8, 16, 16, 8),
  kernel('shared', 8, 8, 16, 16, 16),
  kernel('ahead', 4, 4, 16, 16, 16),
  kernel('ahead', 8, 8, 8, 8, 16),
  kernel('ahead', 8, 8, 16, 16, 8),
  kernel('ahead', 8, 8, 16, 16, 16),
];

export const tileRows = ({ rows, groupRows }: Kernel): number => rows * groupRows;
export const tileCols = ({ cols, groupCols }: Kernel): number => cols * groupCols;
export const invocations = ({ groupRows, groupCols }: Kernel): number => groupRows * groupCols;
/** bytes of a workgroup's own memory */
export const sharedBytes = (one: Kernel): number => (one.memory === 'registers' ? 0 : (one.memory === 'ahead' ? 2 : 1) * 4 * one.depth * (tileRows(one) + tileCols(one)));

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const lines = (n: number, line: (i: number) => string): string => upTo(n).map(line).join('\n');
const UNROLLED = 4;
const LANES = ['x', 'y', 'z', 'w'] as const;

/** What every kernel is given: strides count vectors of 4. */
const JOB = `struct Job {
  strideA: u32, strideB: u32, strideC: u32,
  /** inner indices from … to, a multiple of the depth */
  begin: u32, end: u32,
  /** 1: add to what is there */
  adds: u32,
  /** 1: leave out tiles below the diagonal of the whole product, in which this block begins at (top, left) */
  upper: u32, top: u32, left: u32,
}`;

/**
 * C = A·Bᵀ, or C + A·Bᵀ, for panels A and B. Each output is a sum of all its products in 32 bits in some order, so its error is at most
 * k·2⁻²⁴·(|A||B|) (Jeannerod and Rump, Improved error bounds for inner products, 2013: any order, no higher terms).
 */
export function productSource(one: Kernel): string {
  const { rows, cols, groupRows, groupCols, depth, memory } = one, a4 = tileRows(one) / 4, b4 = tileCols(one) / 4, strips = rows / 4, stripes = cols / 4;
  const isShared = memory !== 'registers', isAhead = memory === 'ahead', count = invocations(one), loadsA = depth * a4 / count, loadsB = depth * b4 / count;
  const each = (line: (s: number, lane: number, t: number) => string): string =>
    upTo(strips).flatMap((s) => upTo(4).flatMap((lane) => upTo(stripes).map((t) => line(s, lane, t)))).join('\n');
  // A software adapter has no fused multiply-add; both round within the bound.
  const multiply = each((s, lane, t) => (isShared
    ? `c${s}${lane}${t} = fma(vec4f(a${s}.${LANES[lane]}), b${t}, c${s}${lane}${t});`
    : `c${s}${lane}${t} += a${s}.${LANES[lane]} * b${t};`));
  const step = (fromA: (s: number) => string, fromB: (t: number) => string): string =>
    `{\n${lines(strips, (s) => `let a${s} = ${fromA(s)};`)}\n${lines(stripes, (t) => `let b${t} = ${fromB(t)};`)}\n${multiply}\n}`;
  // Four steps at a time: all of a tile at once take a software adapter's compiler half a minute.
  const multiplied = (a: string, b: string): string => `for (var d = 0u; d < ${depth}u; d += ${UNROLLED}u) {
${lines(UNROLLED, (u) => step((s) => `tileA[${a}(d + ${u}u) * ${a4}u + ${s * groupRows}u + y]`, (t) => `tileB[${b}(d + ${u}u) * ${b4}u + ${t * groupCols}u + x]`))}
}`;
  const fetch = (n: number, panel: 'A' | 'B', width: number, p: string): string => lines(n, (l) =>
    `let next${panel}${l} = ${panel}[(${p} + (i + ${l * count}u) / ${width}u) * job.stride${panel} + corner${panel} + (i + ${l * count}u) % ${width}u];`);
  const keep = (n: number, panel: 'A' | 'B', at: string): string => lines(n, (l) => `tile${panel}[${at}i + ${l * count}u] = next${panel}${l};`);
  const both = (p: string): string => `${fetch(loadsA, 'A', a4, p)}\n${fetch(loadsB, 'B', b4, p)}`;
  const stored = (a: string, b: string): string => `${keep(loadsA, 'A', a)}\n${keep(loadsB, 'B', b)}`;

  const loop = !isShared ? `for (var p = job.begin; p < job.end; p += ${UNROLLED}u) {
${lines(UNROLLED, (d) => step((s) => `A[(p + ${d}u) * job.strideA + cornerA + ${s * groupRows}u + y]`, (t) => `B[(p + ${d}u) * job.strideB + cornerB + ${t * groupCols}u + x]`))}
}` : isAhead ? `var nowA = 0u;
var nowB = 0u;
{
${both('job.begin')}
${stored('', '')}
}
workgroupBarrier();
for (var p = job.begin; p < job.end; p += ${depth}u) {
// after the last one it is fetched once more and not used
let following = min(p + ${depth}u, job.end - ${depth}u);
${both('following')}
${multiplied('nowA + ', 'nowB + ')}
nowA = ${depth * a4}u - nowA;
nowB = ${depth * b4}u - nowB;
${stored('nowA + ', 'nowB + ')}
workgroupBarrier();
}` : `for (var p = job.begin; p < job.end; p += ${depth}u) {
${both('p')}
${stored('', '')}
workgroupBarrier();
${multiplied('', '')}
workgroupBarrier();
}`;

  return `${JOB}
@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read> A: array<vec4f>;
@group(0) @binding(2) var<storage, read> B: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> C: array<vec4f>;
${isShared ? `var<workgroup> tileA: array<vec4f, ${(isAhead ? 2 : 1) * depth * a4}>;
var<workgroup> tileB: array<vec4f, ${(isAhead ? 2 : 1) * depth * b4}>;` : ''}
@compute @workgroup_size(${groupCols}, ${groupRows})
fn product(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u, @builtin(local_invocation_index) i: u32) {
let x = local.x;
let y = local.y;
let cornerA = group.y * ${a4}u;
let cornerB = group.x * ${b4}u;
if (job.upper == 1u && job.left + (cornerB + ${b4}u) * 4u <= job.top + cornerA * 4u) { return; }
${each((s, lane, t) => `var c${s}${lane}${t} = vec4f();`)}
${loop}
${each((s, lane, t) => `{
let at = ((cornerA + ${s * groupRows}u + y) * 4u + ${lane}u) * job.strideC + cornerB + ${t * groupCols}u + x;
if (job.adds == 1u) { c${s}${lane}${t} += C[at]; }
C[at] = c${s}${lane}${t};
}`)}
}`;
}

/** invocations of a workgroup of the two that fill panels */
export const FILL = 64;

/** Rows, as they lie in a dense matrix, turned into a panel: 4 rows of one inner index for each invocation, zeros where there are none. */
export const turnSource = `struct Turn {
  /** rows that there are, inner indices that there are, from row to row */
  rows: u32, inner: u32, stride: u32,
  /** of the panel: from index to index and its first vector to fill, in vectors; its depth */
  across: u32, first: u32, depth: u32,
}
@group(0) @binding(0) var<uniform> turn: Turn;
@group(0) @binding(1) var<storage, read> dense: array<f32>;
@group(0) @binding(2) var<storage, read_write> panel: array<vec4f>;
@compute @workgroup_size(${FILL})
fn fill(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let p = group.x * ${FILL}u + local.x;
  if (p >= turn.depth) { return; }
  var value = vec4f();
  if (p < turn.inner) {
    let row = group.y * 4u;
    if (row < turn.rows) { value.x = dense[row * turn.stride + p]; }
    if (row + 1u < turn.rows) { value.y = dense[(row + 1u) * turn.stride + p]; }
    if (row + 2u < turn.rows) { value.z = dense[(row + 2u) * turn.stride + p]; }
    if (row + 3u < turn.rows) { value.w = dense[(row + 3u) * turn.stride + p]; }
  }
  panel[p * turn.across + turn.first + group.y] = value;
}`;

/** Values of a sparse matrix put where they belong in a panel of zeros: pairs of place and value, one invocation each. */
export const scatterSource = `struct Scatter { count: u32, groups: u32 }
@group(0) @binding(0) var<uniform> scatter: Scatter;
@group(0) @binding(1) var<storage, read> entries: array<vec2u>;
@group(0) @binding(2) var<storage, read_write> panel: array<f32>;
@compute @workgroup_size(${FILL})
fn fill(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let i = (group.y * scatter.groups + group.x) * ${FILL}u + local.x;
  if (i < scatter.count) { panel[entries[i].x] = bitcast<f32>(entries[i].y); }
}`;

/** Changes whenever a kernel does: what was found out about another text is forgotten. FNV-1a. */
export const kernelsVersion: string = (() => {
  let hash = 0x811c9dc5;
  for (const c of [...kernels.map(productSource), turnSource, scatterSource].join('')) hash = Math.imul(hash ^ c.charCodeAt(0), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0');
})();
