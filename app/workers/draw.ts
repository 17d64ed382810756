// Draws the conflict graph on a 2D canvas. Edges first, in one path per class; then nodes by the same shapes as the lists;
// then the names that have room. Costs what is on screen.
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
export const flags = { selected: 1, focused: 2, dim: 4, lit: 8, clash: 16, hidden: 32 } as const;

export interface Scene {
  readonly positions: Float32Array;
  readonly a: Int32Array; readonly b: Int32Array; readonly verdict: Uint8Array;
  readonly names: readonly string[];
}

export type Surface = Pick<OffscreenCanvasRenderingContext2D, 'setTransform' | 'fillRect' | 'beginPath' | 'moveTo' | 'lineTo' | 'stroke' | 'fill' | 'arc' | 'fillText' | 'strokeText' | 'measureText' | 'save' | 'restore' | 'translate' | 'scale' | 'setLineDash' | 'fillStyle' | 'strokeStyle' | 'lineWidth' | 'globalAlpha' | 'font' | 'textBaseline' | 'lineJoin'>;

/** Above this many edges only those of focused and selected nodes are drawn: the rest would be one grey area. */
export const MAX_EDGES = 30_000;
const NAME_SCALE = 1.5;
const MAX_NAMES = 90;

const outlines: Partial<Record<Mark, Path2D>> = {};
const outline = (mark: Mark): Path2D => (outlines[mark] ??= new Path2D(shapes[mark]));

export const nodeRadius = (scale: number): number => Math.max(3, Math.min(9, 4 + scale * 2.4));

export function draw(on: Surface, width: number, height: number, ratio: number, view: View, palette: Palette, scene: Scene, states: NodeStates): void {
  const { positions, a, b, verdict } = scene;
  const n = positions.length / 2;
  const sx = (i: number): number => positions[2 * i]! * view.scale + view.x;
  const sy = (i: number): number => positions[2 * i + 1]! * view.scale + view.y;
  const has = (i: number, flag: number): boolean => (states.flags[i]! & flag) !== 0;
  on.setTransform(ratio, 0, 0, ratio, 0, 0);
  on.fillStyle = palette.background;
  on.fillRect(0, 0, width, height);

  const strong = flags.focused | flags.selected;
  const edges = (wanted: (i: number) => boolean, colour: string, alpha: number, line: number, dash: readonly number[]): void => {
    on.beginPath();
    for (let i = 0; i < a.length; i++) {
      if (!wanted(i)) continue;
      const x1 = sx(a[i]!), y1 = sy(a[i]!), x2 = sx(b[i]!), y2 = sy(b[i]!);
      if ((x1 < 0 && x2 < 0) || (y1 < 0 && y2 < 0) || (x1 > width && x2 > width) || (y1 > height && y2 > height)) continue;
      on.moveTo(x1, y1);
      on.lineTo(x2, y2);
    }
    on.globalAlpha = alpha;
    on.strokeStyle = colour;
    on.lineWidth = line;
    on.setLineDash([...dash]);
    on.stroke();
  };
  const hidden = (i: number): boolean => has(a[i]!, flags.hidden) || has(b[i]!, flags.hidden);
  const touches = (i: number): boolean => has(a[i]!, strong) || has(b[i]!, strong);
  const dim = (i: number): boolean => has(a[i]!, flags.dim) || has(b[i]!, flags.dim);
  const partial = verdictOrder.indexOf('partial'), blocking = verdictOrder.indexOf('blocking');
  if (a.length <= MAX_EDGES) {
    edges((i) => !hidden(i) && !touches(i) && dim(i), palette.edge, 0.18, 1, []);
    edges((i) => !hidden(i) && !touches(i) && !dim(i) && verdict[i] === blocking, palette.edge, 0.75, 1, []);
    edges((i) => !hidden(i) && !touches(i) && !dim(i) && verdict[i] !== blocking, palette.edge, 0.75, 1, [3, 3]);
  }
  edges((i) => !hidden(i) && touches(i) && verdict[i] !== partial, palette.marks.conflicts, 0.9, 1.25, []);
  edges((i) => !hidden(i) && touches(i) && verdict[i] === partial, palette.marks.stale, 0.9, 1.25, [3, 3]);
  on.setLineDash([]);

  const radius = nodeRadius(view.scale);
  const seen: number[] = [];
  for (let i = 0; i < n; i++) {
    const x = sx(i), y = sy(i);
    if (has(i, flags.hidden) || x < -radius || y < -radius || x > width + radius || y > height + radius) continue;
    seen.push(i);
    const mark = marks[states.mark[i]!]!;
    on.globalAlpha = has(i, flags.dim) && !has(i, strong) ? 0.22 : 1;
    if (has(i, strong | flags.lit | flags.clash)) {
      on.beginPath();
      on.arc(x, y, radius + 3.5, 0, 2 * Math.PI);
      on.fillStyle = palette.background;
      on.fill();
      on.strokeStyle = has(i, flags.clash) ? palette.marks.conflicts : has(i, flags.lit) ? palette.marks.needs : palette.accent;
      on.lineWidth = has(i, flags.focused) ? 2 : 1.5;
      on.stroke();
    }
    on.save();
    on.translate(x - radius, y - radius);
    on.scale(radius / 6, radius / 6);
    // an opaque ground keeps edges from showing through hollow shapes
    on.fillStyle = palette.background;
    on.fillRect(1.5, 1.5, 9, 9);
    on.fillStyle = palette.marks[mark];
    on.fill(outline(mark), 'evenodd');
    on.restore();
  }

  on.font = palette.font;
  on.textBaseline = 'middle';
  on.lineJoin = 'round';
  on.lineWidth = 3;
  on.strokeStyle = palette.background;
  const important = seen.filter((i) => has(i, strong | flags.lit | flags.clash));
  const others = view.scale >= NAME_SCALE ? seen.filter((i) => !has(i, strong | flags.lit | flags.clash)) : [];
  // Names keep off one another: the important ones come first, a later one that would overlap is left out.
  const taken: { x: number; y: number; w: number }[] = [];
  let named = 0;
  for (const i of [...important, ...others]) {
    if (named >= MAX_NAMES) break;
    const name = scene.names[i] ?? '', x = sx(i) + radius + 5, y = sy(i), w = on.measureText(name).width;
    if (taken.some((t) => Math.abs(t.y - y) < 13 && x < t.x + t.w + 4 && t.x < x + w + 4)) continue;
    taken.push({ x, y, w });
    named++;
    on.globalAlpha = has(i, flags.dim) ? 0.4 : 1;
    on.strokeText(name, x, y);
    on.fillStyle = has(i, strong) ? palette.ink : palette.faint;
    on.fillText(name, x, y);
  }
  on.globalAlpha = 1;
}
