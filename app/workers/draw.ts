// Draws the conflict graph on a 2D canvas, in two layers: the ground (edges, nodes) changes with the view and the marks, the
// top (what is pointed at, selected, needed, in conflict; names) with every move of the pointer. Costs what is on screen.
import { verdictOrder } from './conflictTable.ts';
import { marks, shapes } from './marks.ts';
import type { Mark } from './marks.ts';

/** screen = graph × scale + offset, in CSS pixels */
export interface View { readonly scale: number; readonly x: number; readonly y: number }

export interface Palette {
  readonly background: string; readonly ink: string; readonly faint: string; readonly accent: string; readonly edge: string; readonly font: string;
  readonly marks: Readonly<Record<Mark, string>>;
}

/** What each node is on screen now, by index. */
export interface NodeStates {
  /** position in `marks` */
  readonly mark: Uint8Array;
  /** bit set of `flags` */
  readonly flags: Uint8Array;
}
export const flags = { selected: 1, focused: 2, dim: 4, lit: 8, clash: 16 } as const;
const strong = flags.focused | flags.selected, important = strong | flags.lit | flags.clash;

export interface Scene {
  readonly positions: Float32Array;
  readonly a: Int32Array; readonly b: Int32Array; readonly verdict: Uint8Array;
  readonly names: readonly string[];
}

export interface Frame { readonly width: number; readonly height: number; readonly ratio: number; readonly view: View; readonly palette: Palette; readonly scene: Scene; readonly states: NodeStates }

export type Surface = OffscreenCanvasRenderingContext2D;

/** Above this many edges only those of focused and selected nodes are drawn: the rest would be one grey area. */
export const MAX_EDGES = 30_000;
/** All names where one is near or there are few nodes; else only those of nodes that matter now. */
const NAME_SCALE = 1.5, FEW_NODES = 80;
const MAX_NAMES = 90, MAX_NAME = 36;

const outlines: Partial<Record<Mark, Path2D>> = {};
const outline = (mark: Mark): Path2D => (outlines[mark] ??= new Path2D(shapes[mark]));

export const nodeRadius = (scale: number): number => Math.max(2.5, Math.min(8, 2.6 + scale * 3.2));

const blocking = verdictOrder.indexOf('blocking'), partial = verdictOrder.indexOf('partial');

/** Everything but what the pointer and the selection change. */
export function drawGround(on: Surface, frame: Frame): void {
  const { width, height, ratio, palette, scene, states } = frame;
  const { verdict, a, b } = scene;
  on.setTransform(ratio, 0, 0, ratio, 0, 0);
  on.globalAlpha = 1;
  on.fillStyle = palette.background;
  on.fillRect(0, 0, width, height);
  if (a.length <= MAX_EDGES) {
    const dim = (i: number): boolean => ((states.flags[a[i]!]! | states.flags[b[i]!]!) & flags.dim) !== 0;
    // where nodes have many edges these would be one grey area: each is drawn the fainter, the more a node has
    const alpha = Math.max(0.1, Math.min(0.85, joined(scene) / Math.max(1, a.length)));
    edges(on, frame, dim, palette.edge, alpha * 0.25, 1, []);
    edges(on, frame, (i) => !dim(i) && verdict[i] === blocking, palette.edge, alpha, 1, []);
    edges(on, frame, (i) => !dim(i) && verdict[i] !== blocking, palette.edge, alpha, 1, [3, 3]);
  }
  for (let i = 0; i < states.mark.length; i++) node(on, frame, i, (states.flags[i]! & flags.dim) !== 0 ? 0.22 : 1);
}

/** What is pointed at, selected, needed or in conflict, above the ground. */
export function drawTop(on: Surface, frame: Frame): void {
  const { ratio, view, palette, scene, states } = frame;
  const has = (i: number, flag: number): boolean => (states.flags[i]! & flag) !== 0;
  const touches = (i: number): boolean => has(scene.a[i]!, strong) || has(scene.b[i]!, strong);
  on.setTransform(ratio, 0, 0, ratio, 0, 0);
  edges(on, frame, (i) => touches(i) && scene.verdict[i] !== partial, palette.marks.conflicts, 0.85, 1.25, []);
  edges(on, frame, (i) => touches(i) && scene.verdict[i] === partial, palette.marks.stale, 0.85, 1.25, [3, 3]);
  const radius = nodeRadius(view.scale);
  // the other ends stand above the edges that lead to them
  for (let i = 0; i < scene.a.length; i++) if (touches(i)) { node(on, frame, scene.a[i]!, 1); node(on, frame, scene.b[i]!, 1); }
  const foremost: number[] = [], others: number[] = [];
  for (let i = 0; i < states.flags.length; i++) {
    if (!visible(frame, i, radius)) continue;
    if (!has(i, important)) { others.push(i); continue; }
    foremost.push(i);
    on.globalAlpha = 1;
    on.beginPath();
    on.arc(sx(frame, i), sy(frame, i), radius + 3.5, 0, 2 * Math.PI);
    on.fillStyle = palette.background;
    on.fill();
    on.strokeStyle = has(i, flags.clash) ? palette.marks.conflicts : has(i, flags.lit) ? palette.marks.needs : palette.accent;
    on.lineWidth = has(i, flags.focused) ? 2 : 1.5;
    on.stroke();
    node(on, frame, i, 1);
  }
  names(on, frame, foremost, view.scale >= NAME_SCALE || states.flags.length <= FEW_NODES ? others : [], radius);
  on.globalAlpha = 1;
}

const counted = new WeakMap<Int32Array, number>();
/** How many nodes have an edge; counted once for a graph. */
function joined({ a, b }: Scene): number {
  const known = counted.get(a);
  if (known !== undefined) return known;
  const { size } = new Set([...a, ...b]);
  counted.set(a, size);
  return size;
}

const sx = ({ scene, view }: Frame, i: number): number => scene.positions[2 * i]! * view.scale + view.x;
const sy = ({ scene, view }: Frame, i: number): number => scene.positions[2 * i + 1]! * view.scale + view.y;

function visible(frame: Frame, i: number, margin: number): boolean {
  const x = sx(frame, i), y = sy(frame, i);
  return x >= -margin && y >= -margin && x <= frame.width + margin && y <= frame.height + margin;
}

function edges(on: Surface, frame: Frame, wanted: (i: number) => boolean, colour: string, alpha: number, line: number, dash: readonly number[]): void {
  const { width, height, scene: { a, b } } = frame;
  on.beginPath();
  for (let i = 0; i < a.length; i++) {
    if (!wanted(i)) continue;
    const x1 = sx(frame, a[i]!), y1 = sy(frame, a[i]!), x2 = sx(frame, b[i]!), y2 = sy(frame, b[i]!);
    if ((x1 < 0 && x2 < 0) || (y1 < 0 && y2 < 0) || (x1 > width && x2 > width) || (y1 > height && y2 > height)) continue;
    on.moveTo(x1, y1);
    on.lineTo(x2, y2);
  }
  on.globalAlpha = alpha;
  on.strokeStyle = colour;
  on.lineWidth = line;
  on.setLineDash([...dash]);
  on.stroke();
  on.setLineDash([]);
}

function node(on: Surface, frame: Frame, i: number, alpha: number): void {
  const radius = nodeRadius(frame.view.scale);
  if (!visible(frame, i, radius)) return;
  const mark = marks[frame.states.mark[i]!]!;
  on.save();
  on.translate(sx(frame, i) - radius, sy(frame, i) - radius);
  on.scale(radius / 6, radius / 6);
  // an opaque ground keeps edges from showing through hollow shapes
  on.globalAlpha = 1;
  on.fillStyle = frame.palette.background;
  on.fillRect(1.5, 1.5, 9, 9);
  on.globalAlpha = alpha;
  on.fillStyle = frame.palette.marks[mark];
  on.fill(outline(mark), 'evenodd');
  on.restore();
}

/** Names keep off one another, and those that do not matter now off the nodes too: one that would overlap is left out. */
function names(on: Surface, frame: Frame, foremost: readonly number[], others: readonly number[], radius: number): void {
  const { palette, scene, states } = frame;
  on.font = palette.font;
  on.textBaseline = 'middle';
  on.lineJoin = 'round';
  on.lineWidth = 3;
  on.strokeStyle = palette.background;
  const taken: { readonly x: number; readonly y: number; readonly w: number }[] = [];
  const nodes = [...foremost, ...others];
  for (const i of nodes) {
    if (taken.length >= MAX_NAMES) break;
    const full = scene.names[i] ?? '', name = full.length > MAX_NAME ? `${full.slice(0, MAX_NAME - 1).replace(/[\ud800-\udbff]$/, '')}…` : full;
    const w = on.measureText(name).width, right = sx(frame, i) + radius + 6, y = sy(frame, i);
    const x = right + w > frame.width ? sx(frame, i) - radius - 6 - w : right;
    if (taken.some((t) => Math.abs(t.y - y) < 13 && x < t.x + t.w + 4 && t.x < x + w + 4)) continue;
    if ((states.flags[i]! & important) === 0 && nodes.some((j) => j !== i && Math.abs(sy(frame, j) - y) < radius + 6 && sx(frame, j) + radius > x && sx(frame, j) - radius < x + w)) continue;
    taken.push({ x, y, w });
    const flag = states.flags[i]!;
    on.globalAlpha = (flag & flags.dim) !== 0 && (flag & important) === 0 ? 0.4 : 1;
    on.strokeText(name, x, y);
    on.fillStyle = (flag & strong) !== 0 ? palette.ink : palette.faint;
    on.fillText(name, x, y);
  }
}
