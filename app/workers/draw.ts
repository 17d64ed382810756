// What lies over the ground of the conflict graph and changes with every move of the pointer: what is pointed at, selected, needed, in conflict,
// with its edges and names; outlines of partitions; a lasso. Drawn on a 2D canvas in each frame: costs what matters now, and not the graph.
import { dashes, edgeLooks, edgeMark, groupStep, kindBits, stepRadius } from './graphLook.ts';
import type { EdgeFilter, View } from './graphLook.ts';
import type { NodeStates, Scene } from './drawGround.ts';
import { Taken, placesFor, roomFor } from './graphNames.ts';
import type { Sprite } from './drawPixels.ts';
import { marks, shapes } from './marks.ts';
import type { Mark } from './marks.ts';

export interface Palette {
  readonly background: string; readonly ink: string; readonly faint: string; readonly accent: string; readonly edge: string; readonly font: string;
  /** how large text is: 1 as it comes */
  readonly text: number;
  /** nothing moves by itself */
  readonly still: boolean;
  readonly marks: Readonly<Record<Mark, string>>;
}

/** Nodes by what they are just now, by index at the level that is shown. */
export interface Top {
  readonly focused: readonly number[];
  readonly selected: readonly number[];
  readonly lit: readonly number[];
  readonly clash: readonly number[];
  /** an edge that is pointed at or pinned; −1: none */
  readonly edge: number;
  /** outlines of all partitions, or of those of what is focused */
  readonly outlines: boolean;
  /** x and y of each corner in CSS pixels; empty: none */
  readonly lasso: readonly number[];
}
export const nothingOnTop: Top = { focused: [], selected: [], lit: [], clash: [], edge: -1, outlines: false, lasso: [] };

/** Edges of node i are edge[first[i] … first[i + 1]). */
export interface Adjacency { readonly first: Int32Array; readonly edge: Int32Array }
export function adjacencyOf(nodes: number, { a, b }: Pick<Scene, 'a' | 'b'>): Adjacency {
  const first = new Int32Array(nodes + 1);
  for (let e = 0; e < a.length; e++) { first[a[e]! + 1]!++; first[b[e]! + 1]!++; }
  for (let i = 0; i < nodes; i++) first[i + 1]! += first[i]!;
  const edge = new Int32Array(2 * a.length), next = first.slice();
  for (let e = 0; e < a.length; e++) { edge[next[a[e]!]!++] = e; edge[next[b[e]!]!++] = e; }
  return { first, edge };
}

export interface Outline { readonly name: string; readonly corners: Float32Array; readonly nodes: ReadonlySet<number> }

export interface Frame {
  readonly width: number; readonly height: number; readonly ratio: number;
  readonly view: View; readonly palette: Palette; readonly scene: Scene; readonly states: NodeStates; readonly filter: EdgeFilter;
  readonly edgesOf: Adjacency; readonly top: Top; readonly outlines: readonly Outline[];
}

export type Surface = OffscreenCanvasRenderingContext2D;

/** All names where one is near or there are few nodes; else only those of nodes that matter now. */
const NAME_SCALE = 1.4, FEW_NODES = 80;
const MAX_NAMES = 90, MAX_NAME = 36;
/** Among more nodes than this a name that matters now lies over some, wherever it stands. */
const CROWD = 2_000;
/** So many edges are drawn wide; a canvas takes some ten times as long for those as for a pixel's width. */
const WIDE = 300;
/** Of so many nodes at most rings and edges are drawn: beyond that they are an area anyway. */
const RINGS = 4_000;

const placeOf = (view: View, { positions }: Scene, i: number): readonly [x: number, y: number] => [positions[2 * i]! * view.scale + view.x, positions[2 * i + 1]! * view.scale + view.y];

export function drawTop(on: Surface, frame: Frame): void {
  const { ratio, top, palette, scene, view } = frame;
  on.setTransform(ratio, 0, 0, ratio, 0, 0);
  on.globalAlpha = 1;
  outlines(on, frame);
  strongEdges(on, frame);
  ring(on, frame, top.selected, palette.accent, 1.5);
  ring(on, frame, top.lit, palette.marks.needs, 1.5);
  ring(on, frame, top.clash, palette.marks.conflicts, 1.5);
  ring(on, frame, top.focused, palette.accent, 2);
  if (top.edge >= 0 && top.edge < scene.a.length) ring(on, frame, [scene.a[top.edge]!, scene.b[top.edge]!], palette.marks[edgeMark[edgeLooks[scene.verdict[top.edge]!]!]], 2);
  names(on, frame, view.scale >= NAME_SCALE || scene.names.length <= FEW_NODES);
  lasso(on, frame);
  on.globalAlpha = 1;
}

function outlines(on: Surface, { outlines: all, top, view, palette, width, height }: Frame): void {
  if (all.length === 0) return;
  on.font = palette.font;
  on.textBaseline = 'alphabetic';
  for (const { corners, name, nodes } of all) {
    if (!top.outlines && !top.focused.some((i) => nodes.has(i))) continue;
    let left = Infinity, right = -Infinity, highest = Infinity, lowest = -Infinity, at = 0;
    on.beginPath();
    for (let k = 0; k < corners.length; k += 2) {
      const x = corners[k]! * view.scale + view.x, y = corners[k + 1]! * view.scale + view.y;
      on.lineTo(x, y);
      left = Math.min(left, x); right = Math.max(right, x); lowest = Math.max(lowest, y);
      if (y < highest) { highest = y; at = x; }
    }
    if (right < 0 || lowest < 0 || left > width || highest > height) continue;
    on.closePath();
    on.globalAlpha = 0.06;
    on.fillStyle = palette.ink;
    on.fill();
    on.globalAlpha = 0.5;
    on.lineWidth = 1;
    on.strokeStyle = palette.edge;
    on.stroke();
    if (!top.outlines || right - left < 90) continue;
    on.globalAlpha = 0.9;
    on.fillStyle = palette.faint;
    const w = on.measureText(name).width;
    on.fillText(name, Math.max(4, Math.min(width - w - 4, at - w / 2)), Math.max(12 * palette.text, highest - 4));
  }
  on.globalAlpha = 1;
}

/** Edges of what is focused, selected or pointed at, above all others. */
function strongEdges(on: Surface, frame: Frame): void {
  const { scene, top, view, palette, filter, ratio, edgesOf } = frame, wanted = kindBits(filter);
  const strong = new Set<number>(top.edge >= 0 && top.edge < scene.a.length ? [top.edge] : []);
  for (const i of [...top.focused, ...top.selected.slice(0, RINGS)]) {
    if (i + 1 >= edgesOf.first.length) continue;
    for (let k = edgesOf.first[i]!; k < edgesOf.first[i + 1]!; k++) {
      const e = edgesOf.edge[k]!;
      if ((filter.verdicts >> scene.verdict[e]! & 1) === 1 && (scene.kinds[e]! & wanted) !== 0) strong.add(e);
    }
  }
  const isWide = strong.size <= WIDE;
  for (const [v, verdict] of edgeLooks.entries()) {
    on.beginPath();
    for (const e of strong) {
      if (scene.verdict[e] !== v || e === top.edge) continue;
      on.moveTo(...placeOf(view, scene, scene.a[e]!));
      on.lineTo(...placeOf(view, scene, scene.b[e]!));
    }
    on.globalAlpha = isWide ? 0.9 : 0.5;
    on.strokeStyle = palette.marks[edgeMark[verdict]];
    on.lineWidth = isWide ? 1.5 : 1 / ratio;
    on.setLineDash(isWide ? [...dashes[verdict]] : []);
    on.stroke();
  }
  if (top.edge >= 0 && top.edge < scene.a.length) {
    const verdict = edgeLooks[scene.verdict[top.edge]!]!, [x1, y1] = placeOf(view, scene, scene.a[top.edge]!), [x2, y2] = placeOf(view, scene, scene.b[top.edge]!);
    on.globalAlpha = 1;
    on.strokeStyle = palette.marks[edgeMark[verdict]];
    on.lineWidth = 2.5;
    on.setLineDash([...dashes[verdict]]);
    on.beginPath();
    on.moveTo(x1, y1);
    on.lineTo(x2, y2);
    on.stroke();
  }
  on.setLineDash([]);
  on.globalAlpha = 1;
  // the other ends stand above the edges that lead to them
  if (isWide) for (const i of new Set([...strong].flatMap((e) => [scene.a[e]!, scene.b[e]!]))) stand(on, frame, i);
}

function stand(on: Surface, frame: Frame, i: number): void {
  const { scene, view, palette, states } = frame, [x, y] = placeOf(view, scene, i), radius = stepRadius(view.scale, groupStep(scene.members[i]!));
  if (!isSeen(frame, x, y, radius)) return;
  on.fillStyle = palette.background;
  on.fillRect(x - radius * 0.75, y - radius * 0.75, radius * 1.5, radius * 1.5);
  mark(on, marks[states.mark[i]!]!, x, y, radius, palette);
}

function isSeen({ width, height }: Frame, x: number, y: number, margin: number): boolean {
  return x >= -margin && y >= -margin && x <= width + margin && y <= height + margin;
}

/** A ring around each node, above the edges that lead to it: what the node is stays seen. */
function ring(on: Surface, frame: Frame, nodes: readonly number[], colour: string, wide: number): void {
  const { scene, view, palette, states } = frame;
  for (const i of nodes.length > RINGS ? nodes.slice(0, RINGS) : nodes) {
    if (i >= scene.names.length) continue;
    const [x, y] = placeOf(view, scene, i), radius = stepRadius(view.scale, groupStep(scene.members[i]!));
    if (!isSeen(frame, x, y, radius + 4)) continue;
    on.beginPath();
    on.arc(x, y, radius + 3.5, 0, 2 * Math.PI);
    on.fillStyle = palette.background;
    on.fill();
    on.strokeStyle = colour;
    on.lineWidth = wide;
    on.stroke();
    mark(on, marks[states.mark[i]!]!, x, y, radius, palette);
  }
}

const outlinesOfMarks: Partial<Record<Mark, Path2D>> = {};
function mark(on: Surface, it: Mark, x: number, y: number, radius: number, palette: Palette): void {
  on.save();
  on.translate(x - radius, y - radius);
  on.scale(radius / 6, radius / 6);
  on.fillStyle = palette.marks[it];
  on.fill(outlinesOfMarks[it] ??= new Path2D(shapes[it]), 'evenodd');
  on.restore();
}

/** Names keep off one another and off nodes: those that matter now take the place that covers least, of the others one that has none is left out. */
function names(on: Surface, frame: Frame, all: boolean): void {
  const { palette, scene, view, top, states, width, height } = frame, { text } = palette;
  const ends = top.edge >= 0 && top.edge < scene.a.length ? [scene.a[top.edge]!, scene.b[top.edge]!] : [];
  const foremost = [...new Set([...top.focused, ...ends, ...top.selected.slice(0, MAX_NAMES), ...top.clash.slice(0, MAX_NAMES), ...top.lit.slice(0, MAX_NAMES)])].filter((i) => i < scene.names.length);
  if (!all && foremost.length === 0) return;
  const named = new Taken(width, height, view.x, view.y), nodes = new Taken(width, height, view.x, view.y), others: number[] = [], first = new Set(foremost);
  if (all || scene.names.length <= CROWD) {
    for (let i = 0; i < scene.names.length; i++) {
      const x = scene.positions[2 * i]! * view.scale + view.x, y = scene.positions[2 * i + 1]! * view.scale + view.y, radius = stepRadius(view.scale, groupStep(scene.members[i]!));
      if (!isSeen(frame, x, y, radius)) continue;
      nodes.take({ x: x - radius, y: y - radius, w: 2 * radius, h: 2 * radius });
      if (!first.has(i)) others.push(i);
    }
  }
  on.font = palette.font;
  on.textBaseline = 'middle';
  on.lineJoin = 'round';
  on.lineWidth = 3;
  on.strokeStyle = palette.background;
  const strong = new Set([...top.focused, ...ends, ...top.selected]);
  let drawn = 0;
  const write = (i: number, isForemost: boolean): void => {
    const [x, y] = placeOf(view, scene, i), radius = stepRadius(view.scale, groupStep(scene.members[i]!));
    if (!isSeen(frame, x, y, radius)) return;
    const name = shortened(scene.names[i] ?? '');
    const place = roomFor(placesFor(x, y, radius, on.measureText(name).width, 10 * text, width), named, nodes, width, height, isForemost ? Infinity : 0);
    if (place === null) return;
    named.take(place);
    drawn++;
    if (isForemost) {
      // among many nodes a name is read on a ground of its own
      on.globalAlpha = 0.9;
      on.fillStyle = palette.background;
      on.fillRect(place.x - 3, place.y - 3 * text, place.w + 6, place.h + 6 * text);
    }
    on.globalAlpha = states.dim[i] === 1 && !isForemost ? 0.4 : 1;
    if (!isForemost) on.strokeText(name, place.x, place.y + place.h / 2);
    on.fillStyle = strong.has(i) ? palette.ink : palette.faint;
    on.fillText(name, place.x, place.y + place.h / 2);
  };
  for (const i of foremost) if (drawn < MAX_NAMES) write(i, true);
  if (!all) return;
  // whoever conflicts with most is named first: the same ones while one pans
  const { first: from } = frame.edgesOf, degree = (i: number): number => from[i + 1]! - from[i]!;
  others.sort((i, j) => degree(j) - degree(i) || i - j);
  for (const i of others) if (drawn < MAX_NAMES) write(i, false);
}

const shortened = (full: string): string => (full.length > MAX_NAME ? `${full.slice(0, MAX_NAME - 1).replace(/[\ud800-\udbff]$/, '')}…` : full);

function lasso(on: Surface, { top, palette }: Frame): void {
  if (top.lasso.length < 4) return;
  on.beginPath();
  for (let k = 0; k < top.lasso.length; k += 2) on.lineTo(top.lasso[k]!, top.lasso[k + 1]!);
  on.closePath();
  on.globalAlpha = 0.08;
  on.fillStyle = palette.accent;
  on.fill();
  on.globalAlpha = 1;
  on.strokeStyle = palette.accent;
  on.lineWidth = 1.5;
  on.setLineDash([4, 3]);
  on.stroke();
  on.setLineDash([]);
}

const pathOf = (shape: string): Path2D => new Path2D(shape);

/** A shape of a 12 × 12 box as pixels, on a square of the ground that keeps edges from showing through what is hollow. `radius` in device pixels. */
export function spriteOf(shape: string, radius: number, colour: string, background: string | null): Sprite {
  const side = Math.max(3, Math.ceil(2 * radius)), on = new OffscreenCanvas(side, side).getContext('2d', { willReadFrequently: true })!;
  on.translate(side / 2 - radius, side / 2 - radius);
  on.scale(radius / 6, radius / 6);
  if (background !== null) { on.fillStyle = background; on.fillRect(1.5, 1.5, 9, 9); }
  on.fillStyle = colour;
  on.fill(pathOf(shape), 'evenodd');
  return { width: side, height: side, data: new Uint32Array(on.getImageData(0, 0, side, side).data.buffer) };
}

/** A colour of CSS, however it is said, as a pixel. */
export function pixelOf(colour: string): number {
  const on = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
  on.fillStyle = colour;
  on.fillRect(0, 0, 1, 1);
  return new Uint32Array(on.getImageData(0, 0, 1, 1).data.buffer)[0]!;
}
