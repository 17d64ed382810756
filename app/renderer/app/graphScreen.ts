// One conflict graph on screen: owns the canvas and its worker, sends what changed, and finds what is under the pointer in
// the positions that come back.
import { layoutPool, spawnGraph } from '../../workers/client.ts';
import { flags, markToken, marks, nodeRadius } from '../../workers/client.ts';
import type { AcuRow, GraphClient, LayoutPool, Mark, Palette, PoolState, View } from '../../workers/client.ts';
import { useGraph } from './graph.ts';
import { complain } from '../state/notices.ts';
import { keepLayout, keptLayout, nameOf } from './keptLayouts.ts';
import { useReplica } from '../state/replica.ts';
import { useSelection } from '../state/selection.ts';
import { useVerdicts } from '../state/verdicts.ts';
import { useVisible } from '../state/visible.ts';
import { onLook } from './looks.ts';
import { graphAddress, layoutAddress } from './workers.ts';

const ZOOMS = { least: 0.02, most: 6 } as const;

/** One for the page: a worker that is there already lays out the next graph. */
let layouts: LayoutPool | null = null;
export function layoutFigures(): PoolState | null { return layouts?.figures() ?? null; }

export class GraphScreen {
  readonly #host: HTMLElement;
  readonly #worker: GraphClient;
  readonly #onView: () => void;
  readonly #stops: (() => void)[] = [];
  #positions: Float32Array = new Float32Array(0);
  #view: View = { scale: 1, x: 0, y: 0 };
  /** until someone pans or zooms, the view follows the layout */
  #following = true;
  #asked = false;
  #ended = false;
  #generation = -1;

  /** `onView`: the picture moved under the pointer */
  constructor(host: HTMLElement, onSettled: (settled: boolean) => void, onView: () => void) {
    this.#host = host;
    this.#onView = onView;
    const canvas = document.createElement('canvas');
    host.append(canvas);
    this.#worker = spawnGraph(graphAddress, layouts ??= layoutPool(layoutAddress));
    this.#worker.onDeath((reason) => { if (!this.#ended) complain(reason); });
    const { clientWidth: width, clientHeight: height } = host;
    this.#send(this.#worker.attach(canvas.transferControlToOffscreen(), width, height, devicePixelRatio));
    this.#paint();

    const resize = new ResizeObserver(() => {
      this.#send(this.#worker.resize(host.clientWidth, host.clientHeight, devicePixelRatio));
      if (this.#following) this.fit();
    });
    resize.observe(host);
    const wheel = (event: WheelEvent): void => {
      event.preventDefault();
      const box = host.getBoundingClientRect();
      if (event.ctrlKey || Math.abs(event.deltaY) >= Math.abs(event.deltaX)) this.zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0016)), event.clientX - box.left, event.clientY - box.top);
      else this.pan(-event.deltaX, 0);
    };
    host.addEventListener('wheel', wheel, { passive: false });
    const repaint = (): void => this.#paint();
    const show = (): void => this.#show();
    this.#stops.push(
      () => resize.disconnect(),
      () => host.removeEventListener('wheel', wheel),
      onLook(repaint),
      useSelection.subscribe(show), useVerdicts.subscribe(show), useVisible.subscribe(show),
      useReplica.subscribe((now, before) => { if (now.conflicts !== before.conflicts && now.conflicts !== null) void this.#load(onSettled); }),
    );
    void this.#load(onSettled);
  }

  async #load(onSettled: (settled: boolean) => void): Promise<void> {
    const { generation, rows } = useReplica.getState();
    if (generation === this.#generation) return;
    this.#generation = generation;
    onSettled(false);
    const graph = await useGraph.getState().fetch();
    if (graph === null || this.#ended) return;
    this.#show();
    const name = await nameOf(graph), known = await keptLayout(name, graph.nodes);
    if (this.#ended || useReplica.getState().generation !== generation) return;
    this.#send(this.#worker.arrange(graph, rows.map((row) => row.name), known, (positions, progress) => {
      if (this.#ended || useReplica.getState().generation !== generation) return;
      this.#positions = positions;
      if (this.#following) this.fit();
      if (progress !== 1) return;
      onSettled(true);
      if (known === null) keepLayout(name, positions);
    }));
  }

  pan(dx: number, dy: number): void {
    this.#following = false;
    this.#look({ ...this.#view, x: this.#view.x + dx, y: this.#view.y + dy });
  }

  /** Zooms about a point of the canvas, by default its middle. */
  zoom(by: number, x: number = this.#host.clientWidth / 2, y: number = this.#host.clientHeight / 2): void {
    this.#following = false;
    const { scale } = this.#view, next = Math.min(ZOOMS.most, Math.max(ZOOMS.least, scale * by)), k = next / scale;
    this.#look({ scale: next, x: x - (x - this.#view.x) * k, y: y - (y - this.#view.y) * k });
  }

  fit(): void {
    this.#following = true;
    const p = this.#positions;
    if (p.length === 0) return;
    let left = Infinity, right = -Infinity, top = Infinity, bottom = -Infinity;
    for (let i = 0; i < p.length; i += 2) { left = Math.min(left, p[i]!); right = Math.max(right, p[i]!); top = Math.min(top, p[i + 1]!); bottom = Math.max(bottom, p[i + 1]!); }
    const { clientWidth: width, clientHeight: height } = this.#host, margin = 28;
    const scale = Math.max(ZOOMS.least, Math.min(1.6, (width - 2 * margin) / Math.max(1, right - left), (height - 2 * margin) / Math.max(1, bottom - top)));
    this.#look({ scale, x: width / 2 - ((left + right) / 2) * scale, y: height / 2 - ((top + bottom) / 2) * scale });
  }

  /** The ACU under a point of the canvas: the nearest within reach. */
  hit(x: number, y: number): AcuRow | null {
    const { scale, x: ox, y: oy } = this.#view, p = this.#positions;
    const reach = nodeRadius(scale) + 3;
    let best = -1, nearest = reach * reach;
    for (let i = 0; 2 * i < p.length; i++) {
      const dx = p[2 * i]! * scale + ox - x, dy = p[2 * i + 1]! * scale + oy - y, d = dx * dx + dy * dy;
      if (d < nearest) { nearest = d; best = i; }
    }
    return best < 0 ? null : useReplica.getState().rows[best] ?? null;
  }

  end(): void {
    this.#ended = true;
    for (const stop of this.#stops) stop();
    this.#worker.end();
    this.#host.replaceChildren();
  }

  #look(view: View): void {
    this.#view = view;
    this.#send(this.#worker.look(view));
    this.#onView();
  }

  /** Colours as the theme has them now; the worker knows no CSS. */
  #paint(): void {
    const probe = document.createElement('span');
    probe.style.forcedColorAdjust = 'none';
    this.#host.append(probe);
    const colour = (token: string): string => { probe.style.color = `var(${token})`; return getComputedStyle(probe).color; };
    const palette: Palette = {
      background: colour('--surface'), ink: colour('--ink'), faint: colour('--ink-2'), accent: colour('--accent'), edge: colour('--edge'),
      font: `11px ${getComputedStyle(this.#host).fontFamily}`,
      marks: Object.fromEntries(marks.map((mark): [Mark, string] => [mark, colour(markToken[mark])])) as Record<Mark, string>,
    };
    probe.remove();
    this.#send(this.#worker.paint(palette));
  }

  /** At most once a frame: many stores change together. */
  #show(): void {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => {
      this.#asked = false;
      if (!this.#ended) this.#send(this.#worker.show(this.#states()));
    });
  }

  #states(): { mark: Uint8Array; flags: Uint8Array } {
    const { rows } = useReplica.getState(), { selected, cursor } = useSelection.getState();
    const { marks: known, hovered, lit, clash, against, carried } = useVerdicts.getState();
    const { at } = useVisible.getState(), filtered = at.size < rows.length;
    const mark = known?.length === rows.length ? known.slice() : new Uint8Array(rows.length);
    const bits = Uint8Array.from(rows, (row) =>
      (selected.has(row.id) ? flags.selected : 0)
      | (row.id === hovered || row.id === cursor ? flags.focused : 0)
      | (lit.has(row.id) ? flags.lit : 0)
      | (clash.has(row.id) ? flags.clash : 0)
      | ((carried !== null && against.has(row.id)) || (filtered && !at.has(row.id)) ? flags.dim : 0));
    return { mark, flags: bits };
  }

  #send(done: Promise<void>): void {
    done.catch((error: unknown) => { if (!this.#ended) complain(error); });
  }
}
