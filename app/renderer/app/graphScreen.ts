// One conflict graph on screen: owns the canvas and its worker, sends what changed, and finds what is under the pointer in the places that come back.
import { NodeGrid, boxOf, carryOver, centresOf, countEdges, edgeAt, edgesBetween, groupStep, groupsOf, kindBits, layoutPool, levelFor, markToken, marks, nearestEdge, nothingOnTop, spawnGraph, stepRadius } from '../../workers/client.ts';
import type { AcuRow, SourceRow, EdgeCells, Edges, Graph, GraphClient, LayoutPool, Level, Mark, Palette, PoolState, SourceGroups, Top, View } from '../../workers/client.ts';
import type { AcuId } from '../../core/bytes.ts';
import { useGraph } from './graph.ts';
import { keepLayout, keptLayout, nameOf } from './keptLayouts.ts';
import { isStill, onLook, textScale } from './looks.ts';
import { graphAddress, layoutAddress } from './workers.ts';
import { complain } from '../state/notices.ts';
import { joined, usePicture } from '../state/picture.ts';
import type { Joining, Pointed } from '../state/picture.ts';
import { namedSource, useReplica } from '../state/replica.ts';
import type { ReplicaState } from '../state/replica.ts';
import { useSelection } from '../state/selection.ts';
import { shortName } from '../state/shortName.ts';
import { useVerdicts } from '../state/verdicts.ts';
import { useVisible } from '../state/visible.ts';

const ZOOMS = { least: 0.02, most: 6 } as const;
/** The view takes a graph in to this scale at most, and goes so near to what is looked for. */
const WHOLE = 1.6, NEAR = 1.5;
/** Milliseconds without another answer of the search before the picture follows it: longer than between two keys. */
const REST = 250;
/** CSS pixels beside a node, and beside an edge, that still count as on it. */
const BESIDE_NODE = 3, BESIDE_EDGE = 5;

/** One for the page: a worker that is there already lays out the next graph. */
let layouts: LayoutPool | null = null;
export function layoutFigures(): PoolState | null { return layouts?.figures() ?? null; }

/** The picture that is on screen, for commands: its panel sets it. */
export const onScreen: { picture: GraphScreen | null } = { picture: null };

/** What lies at a level, once it is placed. */
interface Placed { readonly positions: Float32Array; readonly grid: NodeGrid; readonly edges: Edges; readonly sizes: Int32Array; cells: EdgeCells | null }
interface Held { readonly graph: Graph; readonly groups: SourceGroups; readonly groupEdges: Edges; readonly groupNames: readonly string[]; readonly rows: readonly AcuRow[] }
/** Where the nodes of the last graph stood, to begin the next from. */
interface Stood { readonly positions: Float32Array; readonly partition: Int32Array; readonly rows: readonly AcuRow[] }

export class GraphScreen {
  readonly #host: HTMLElement;
  readonly #worker: GraphClient;
  readonly #onView: () => void;
  readonly #stops: (() => void)[] = [];
  #held: Held | null = null;
  #stood: Stood | null = null;
  #placed: Readonly<Record<Level, Placed>> | null = null;
  #view: View = { scale: 1, x: 0, y: 0 };
  #level: Level = 'acus';
  /** until someone pans or zooms, the view follows the layout */
  #following = true;
  #ended = false;
  #generation = -1;
  #lasso: readonly number[] = [];
  #resting: ReturnType<typeof setTimeout> | undefined;
  /** what is to be sent with the next frame */
  readonly #due = new Set<'look' | 'top' | 'states' | 'filter'>();

  /** `onView`: the picture moved under the pointer */
  constructor(host: HTMLElement, onView: () => void) {
    this.#host = host;
    this.#onView = onView;
    const canvas = document.createElement('canvas');
    host.append(canvas);
    this.#worker = spawnGraph(graphAddress, layouts ??= layoutPool(layoutAddress));
    this.#worker.onDeath((reason) => { if (!this.#ended) usePicture.setState({ progress: { state: 'dead', done: 0, why: reason.message } }); });
    const { clientWidth: width, clientHeight: height } = host;
    this.#send(this.#worker.attach(canvas.transferControlToOffscreen(), width, height, devicePixelRatio));
    this.#paint();
    usePicture.setState({ progress: { state: 'waiting', done: 0, why: '' }, pointed: null });

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
    this.#stops.push(
      () => resize.disconnect(),
      () => host.removeEventListener('wheel', wheel),
      onLook(() => this.#paint()),
      useSelection.subscribe(() => this.#later('top')),
      useVerdicts.subscribe((now, before) => {
        if (now.marks !== before.marks || now.against !== before.against || (now.carried === null) !== (before.carried === null)) this.#later('states');
        if (now.hovered !== before.hovered || now.lit !== before.lit || now.clash !== before.clash) this.#later('top');
      }),
      useVisible.subscribe((now, before) => { if (now.at !== before.at) this.#rested(); }),
      () => clearTimeout(this.#resting),
      usePicture.subscribe((now, before) => {
        if (now.filter !== before.filter) { this.#later('filter'); this.#later('top'); }
        if (now.outlines !== before.outlines || now.pointed !== before.pointed || now.pinned !== before.pinned) this.#later('top');
        if (now.choice !== before.choice) this.#look(this.#view);
      }),
      useReplica.subscribe((now, before) => { if (now.conflicts !== before.conflicts && now.conflicts !== null) void this.#load(); }),
    );
    this.#later('filter');
    void this.#load();
  }

  async #load(): Promise<void> {
    const { generation, rows, sources, byId } = useReplica.getState();
    if (generation === this.#generation) return;
    this.#generation = generation;
    const wasDead = usePicture.getState().progress.state === 'dead';
    if (wasDead) return;
    usePicture.setState({ progress: { state: 'waiting', done: 0, why: '' } });
    const graph = await useGraph.getState().fetch();
    if (graph === null || this.#isOver(generation)) return;
    const groups = groupsOf(graph.nodes, sources.map(({ acus }) => acus.flatMap((id) => byId.get(id)?.index ?? [])));
    const groupNames = Array.from(groups.source, (source, g) => named(sources[source], groups.first[g + 1]! - groups.first[g]! === 1 || source === -1 ? rows[groups.member[groups.first[g]!]!]! : undefined, byId));
    const before = this.#stood === null ? null : carryOver(this.#stood.positions, this.#stood.partition, graph.partition, ancestors(this.#stood.rows, rows));
    const after = Uint8Array.from(rows, ({ standing }) => (standing === 'exact' ? 0 : 1)), name = before === null ? await nameOf(graph, after) : null, kept = await keptLayout(name, graph.nodes);
    if (this.#isOver(generation)) return;
    this.#held = { graph, groups, groupEdges: edgesBetween(groups, graph), groupNames, rows };
    usePicture.setState({ nodes: { acus: graph.nodes, sources: groups.count }, counts: { ...countEdges(graph), all: graph.a.length }, progress: { state: 'laying out', done: 0, why: '' }, pointed: null });
    this.#later('states');
    const slide = !isStill();
    this.#send(this.#worker.arrange({ graph, after, names: rows.map(shortName), groups, groupNames }, { kept, before, slide }, (positions, progress) => {
      if (this.#isOver(generation)) return;
      this.#place(positions);
      if (this.#following && (before === null || !this.#isWhole())) this.fit();
      usePicture.setState({ progress: { state: progress === 1 ? 'settled' : 'laying out', done: progress, why: '' } });
      this.#later('top');
      if (progress !== 1) return;
      this.#stood = { positions, partition: graph.partition, rows };
      void this.#cellsFor(this.#level);
      if (kept === null && name !== null) keepLayout(name, positions);
    }));
  }

  #isOver(generation: number): boolean { return this.#ended || useReplica.getState().generation !== generation; }

  #place(positions: Float32Array): void {
    const { graph, groups, groupEdges } = this.#held!, centres = centresOf(groups, positions, graph.partition);
    const sizes = Int32Array.from({ length: groups.count }, (_, g) => groups.first[g + 1]! - groups.first[g]!);
    this.#placed = {
      acus: { positions, grid: new NodeGrid(positions), edges: graph, sizes: new Int32Array(graph.nodes).fill(1), cells: null },
      sources: { positions: centres, grid: new NodeGrid(centres), edges: groupEdges, sizes, cells: null },
    };
  }

  async #cellsFor(level: Level): Promise<void> {
    const placed = this.#placed?.[level];
    if (placed === undefined || placed.cells !== null) return;
    try {
      const cells = await this.#worker.cells(level);
      if (this.#placed?.[level] === placed) placed.cells = cells;
    } catch (error) {
      if (!this.#ended) complain(error);
    }
  }

  /** Lays the graph out as if it were seen for the first time. */
  layOutAnew(): void {
    this.#stood = null;
    this.#generation = -1;
    this.#following = true;
    void this.#load();
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
    if (this.#placed !== null) this.#show(this.#placed.acus.positions, WHOLE);
  }

  /** Brings ACUs into the middle, near enough to be told from others. False: they are not in the picture. */
  reveal(acus: readonly AcuId[]): boolean {
    const { byId } = useReplica.getState(), at = acus.flatMap((id) => byId.get(id)?.index ?? []), positions = this.#placed?.acus.positions;
    if (positions === undefined || at.length === 0) return false;
    this.#following = false;
    this.#show(Float32Array.from(at.flatMap((i) => [positions[2 * i]!, positions[2 * i + 1]!])), NEAR);
    return true;
  }

  #show(positions: Float32Array, most: number): void {
    if (positions.length === 0) return;
    const { left, top, width: w, height: h } = boxOf(positions), { clientWidth: width, clientHeight: height } = this.#host, margin = 28;
    const scale = Math.max(ZOOMS.least, Math.min(most, (width - 2 * margin) / Math.max(1, w), (height - 2 * margin) / Math.max(1, h)));
    this.#look({ scale, x: width / 2 - (left + w / 2) * scale, y: height / 2 - (top + h / 2) * scale });
  }

  #isWhole(): boolean {
    const { left, top, width, height } = boxOf(this.#placed!.acus.positions), { scale, x, y } = this.#view;
    return left * scale + x >= 0 && top * scale + y >= 0 && (left + width) * scale + x <= this.#host.clientWidth && (top + height) * scale + y <= this.#host.clientHeight;
  }

  /** What lies under a point of the canvas: the nearest node within reach, else the nearest edge where each is drawn. */
  hit(x: number, y: number): Pointed | null {
    const at = this.#hit(x, y);
    if (at === null || this.#held === null) return null;
    return at.edge >= 0 ? this.#edge(at.edge) : { kind: 'node', name: this.#nameOf(at.node), acus: this.#acusOf(at.node) };
  }

  #hit(x: number, y: number): { readonly node: number; readonly edge: number } | null {
    const placed = this.#placed?.[this.#level];
    if (placed === undefined) return null;
    const { scale } = this.#view, gx = (x - this.#view.x) / scale, gy = (y - this.#view.y) / scale;
    const node = placed.grid.nearest(gx, gy, (stepRadius(scale, 0) + BESIDE_NODE) / scale);
    if (node >= 0) return { node, edge: -1 };
    // large nodes reach further
    const large = this.#level === 'acus' ? -1 : placed.grid.nearest(gx, gy, stepRadius(scale, 3) / scale);
    if (large >= 0) {
      const dx = (placed.positions[2 * large]! - gx) * scale, dy = (placed.positions[2 * large + 1]! - gy) * scale;
      if (Math.hypot(dx, dy) <= stepRadius(scale, groupStep(placed.sizes[large]!))) return { node: large, edge: -1 };
    }
    if (placed.cells === null) return null;
    const { filter } = usePicture.getState(), wanted = kindBits(filter), { verdict, kinds, a, b } = placed.edges;
    const edge = nearestEdge(placed.cells, placed.positions, a, b, gx, gy, BESIDE_EDGE / scale, (e) => (filter.verdicts >> verdict[e]! & 1) === 1 && (kinds[e]! & wanted) !== 0);
    return edge < 0 ? null : { node: -1, edge };
  }

  #nameOf(node: number): string { return this.#level === 'acus' ? shortName(this.#held!.rows[node]!) : this.#held!.groupNames[node]!; }

  #acusOf(node: number): readonly AcuId[] {
    const { rows, groups } = this.#held!;
    return this.#level === 'acus' ? [rows[node]!.id] : Array.from(groups.member.subarray(groups.first[node]!, groups.first[node + 1]!), (i) => rows[i]!.id);
  }

  #edge(edge: number): Pointed {
    const { a, b } = this.#placed![this.#level].edges;
    return { kind: 'edge', names: [this.#nameOf(a[edge]!), this.#nameOf(b[edge]!)], sides: [this.#acusOf(a[edge]!), this.#acusOf(b[edge]!)] };
  }

  /** Where on the canvas something stands now: the middle of an edge; null where it is not in the picture. */
  placeOf(pointed: Pointed): { readonly x: number; readonly y: number } | null {
    const at = (ids: readonly AcuId[]): readonly [number, number] | null => {
      const node = this.#nodeOf(ids[0]!), positions = this.#placed?.[this.#level].positions;
      return node < 0 || positions === undefined ? null : [positions[2 * node]! * this.#view.scale + this.#view.x, positions[2 * node + 1]! * this.#view.scale + this.#view.y];
    };
    if (pointed.kind === 'node') { const place = at(pointed.acus); return place === null ? null : { x: place[0], y: place[1] }; }
    const p = at(pointed.sides[0]), q = at(pointed.sides[1]);
    return p === null || q === null ? null : { x: (p[0] + q[0]) / 2, y: (p[1] + q[1]) / 2 };
  }

  /** The node that an ACU is, or is part of; −1: none. */
  #nodeOf(id: AcuId): number {
    const index = useReplica.getState().byId.get(id)?.index;
    if (index === undefined || this.#held === null || this.#held.rows[index]?.id !== id) return -1;
    return this.#level === 'acus' ? index : this.#held.groups.of[index]!;
  }

  /** A lasso's corners, x and y in CSS pixels of the canvas; empty while there is none. */
  draw(lasso: readonly number[]): void { this.#lasso = lasso; this.#later('top'); }

  /** Selects what the lasso holds: how many ACUs. */
  catch(how: Joining): number {
    const placed = this.#placed?.[this.#level], { scale, x, y } = this.#view;
    const nodes = placed?.grid.within(this.#lasso.map((at, k) => (at - (k % 2 === 0 ? x : y)) / scale)) ?? [];
    const { at } = useVisible.getState(), isAll = at.size === useReplica.getState().rows.length;
    const caught = nodes.flatMap((node) => this.#acusOf(node)).filter((id) => isAll || at.has(id));
    this.draw([]);
    useSelection.setState(({ selected, cursor }) => ({ selected: joined(selected, caught, how), cursor: caught[0] ?? cursor, anchor: caught[0] ?? cursor }));
    return caught.length;
  }

  end(): void {
    this.#ended = true;
    for (const stop of this.#stops) stop();
    this.#worker.end();
    this.#host.replaceChildren();
  }

  #look(view: View): void {
    this.#view = view;
    const { acus, sources } = usePicture.getState().nodes, level = levelFor(usePicture.getState().choice, this.#level, view.scale, acus, sources);
    if (level !== this.#level) {
      this.#level = level;
      usePicture.setState({ level, pointed: null });
      this.#later('top');
      void this.#cellsFor(level);
    }
    this.#later('look');
  }

  /** Colours as the theme has them now; the worker knows no CSS. */
  #paint(): void {
    const probe = document.createElement('span');
    probe.style.forcedColorAdjust = 'none';
    this.#host.append(probe);
    const text = textScale();
    const colour = (token: string): string => { probe.style.color = `var(${token})`; return getComputedStyle(probe).color; };
    const palette: Palette = {
      background: colour('--surface'), ink: colour('--ink'), faint: colour('--ink-2'), accent: colour('--accent'), edge: colour('--edge'),
      still: isStill(), font: `${11 * text}px ${getComputedStyle(this.#host).fontFamily}`, text,
      marks: Object.fromEntries(marks.map((mark): [Mark, string] => [mark, colour(markToken[mark])])) as Record<Mark, string>,
    };
    probe.remove();
    this.#send(this.#worker.paint(palette));
  }

  /** What is found dims the rest once typing rests: until then the list is what one looks at, and it needs the processor. */
  #rested(): void {
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#later('states'), REST);
  }

  /** At most once a frame: many stores change together, and a pointer moves more often than a screen. */
  #later(what: 'look' | 'top' | 'states' | 'filter'): void {
    const isFirst = this.#due.size === 0;
    this.#due.add(what);
    if (!isFirst) return;
    requestAnimationFrame(() => {
      const due = new Set(this.#due);
      this.#due.clear();
      if (this.#ended) return;
      if (due.has('look')) this.#send(this.#worker.look(this.#view, this.#level));
      if (due.has('states')) this.#send(this.#worker.show(this.#states()));
      if (due.has('filter')) this.#send(this.#worker.sift(usePicture.getState().filter));
      if (due.has('top') || due.has('look')) this.#send(this.#worker.point(this.#top()));
      if (due.has('look')) this.#onView();
    });
  }

  #states(): { mark: Uint8Array; dim: Uint8Array } {
    const { rows } = useReplica.getState(), { marks: known, against, carried } = useVerdicts.getState(), dim = useVisible.getState().at.missed(rows);
    if (carried !== null) for (const id of against) { const i = useReplica.getState().byId.get(id)?.index; if (i !== undefined) dim[i] = 1; }
    return { mark: known?.length === rows.length ? known : new Uint8Array(rows.length), dim };
  }

  #top(): Top {
    const { selected, cursor } = useSelection.getState(), { hovered, lit, clash } = useVerdicts.getState(), { pointed, pinned, outlines } = usePicture.getState();
    const nodes = (ids: Iterable<AcuId>): readonly number[] => [...new Set([...ids].map((id) => this.#nodeOf(id)))].filter((node) => node >= 0);
    const of = (it: Pointed | null): readonly AcuId[] => (it?.kind === 'node' ? it.acus.slice(0, 1) : []);
    const line = [pointed, pinned].find((it) => it?.kind === 'edge');
    return {
      ...nothingOnTop, outlines, lasso: this.#lasso,
      focused: nodes([...hovered === null ? [] : [hovered], ...cursor === null ? [] : [cursor], ...of(pointed), ...of(pinned)]),
      selected: nodes(selected), lit: nodes(lit), clash: nodes(clash),
      edge: line?.kind === 'edge' ? this.#edgeBetween(this.#nodeOf(line.sides[0][0]!), this.#nodeOf(line.sides[1][0]!)) : -1,
    };
  }

  #edgeBetween(i: number, j: number): number {
    const edges = this.#placed?.[this.#level].edges;
    if (edges === undefined || i < 0 || j < 0) return -1;
    return edgeAt(edges, i, j);
  }

  #send(done: Promise<void>): void {
    done.catch((error: unknown) => { if (!this.#ended && usePicture.getState().progress.state !== 'dead') complain(error); });
  }
}

/** A source of one ACU is called as that is. */
const named = (source: SourceRow | undefined, only: AcuRow | undefined, byId: ReplicaState['byId']): string => shortName(only ?? namedSource(source!, byId));

/** The older index of each row: of the same ACU, else of the edits of the same working tree that stood in its place; −1: it is new. */
function ancestors(before: readonly AcuRow[], rows: readonly AcuRow[]): Int32Array {
  const byId = new Map(before.map((row) => [row.id, row.index])), trees = new Map(before.flatMap((row) => (row.worktree === true ? [[row.name, row.index]] : [])));
  return Int32Array.from(rows, (row) => byId.get(row.id) ?? (row.worktree === true ? trees.get(row.name) : undefined) ?? -1);
}
