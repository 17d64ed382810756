// One matrix of conflicts on screen: owns the canvas and its worker, sends what changed, turns gestures and keys into views, and finds in the posted cells
// what is under the pointer. What it tells are indices of ACUs; places on screen stay in here.
import { edgeLooks, entryAt, families, familyBits, gravest, lookGravity, marks, markToken, noCells, rowFlags, spawnMatrix, stepCell } from '../../../workers/client.ts';
import type { Arranged, Cells, Family, Graph, HeatView, Mark, MatrixClient, MatrixPalette, Pointed, Rgb, RowStates, Toward } from '../../../workers/client.ts';
import type { AcuId } from '../../../core/bytes.ts';
import { useGraph } from '../../app/graph.ts';
import { matrixAddress } from '../../app/workers.ts';
import { complain } from '../../state/notices.ts';
import { useReplica } from '../../state/replica.ts';
import { useSelection } from '../../state/selection.ts';
import { shortName } from '../../state/shortName.ts';
import { useVerdicts } from '../../state/verdicts.ts';
import { useVisible } from '../../state/visible.ts';
import { plural } from '../../state/words.ts';
import { GridCanvas } from '../grid/canvas.ts';
import { gridPalette, probe, sheetFor } from '../grid/looks.ts';
import { GridPlan } from '../grid/plan.ts';
import type { Axis, Point } from '../grid/plan.ts';
import { orderBy, paired } from './orders.ts';
import type { Ordering } from './orders.ts';
import { type Sheets, fit, suit } from './sheets.ts';

/** Two ACUs by index. `edge`: their pair, or NEEDS where the row's requires the column's. */
export interface Cell { readonly row: number; readonly col: number; readonly edge: number }
/** `at`: places, counted from 0. */
export interface Focused extends Cell { readonly at: { readonly row: number; readonly col: number } }
export interface Hovered { readonly cell: Cell; readonly x: number; readonly y: number; readonly width: number; readonly height: number }

export interface MatrixEvents {
  hover(hovered: Hovered | null): void;
  /** a name is pointed at */
  name(index: number | null): void;
  focus(focused: Focused | null): void;
  pin(cell: Cell | null): void;
  /** rows and columns a rectangle was drawn over */
  select(indices: readonly number[], how: 'set' | 'add'): void;
  press(index: number, how: 'none' | 'toggle' | 'range', order: readonly number[]): void;
  /** the share that is done; 1: it stands */
  settled(done: number): void;
  /** rows, and which verdicts and families of kinds there are among their pairs */
  shown(rows: number, verdicts: readonly number[], families: readonly Family[]): void;
  /** a wheel that could move nothing */
  stuck(): void;
  died(): void;
}

type Gesture =
  | { readonly kind: 'press'; readonly at: Point; readonly axis: Axis | 'corner' | null; readonly held: boolean; readonly pan: boolean }
  | { readonly kind: 'pan'; at: Point }
  | { readonly kind: 'brush'; readonly at: Point; readonly axis: Axis | null; readonly add: boolean };

/** Pixels the pointer may tremble before a press becomes a drag; how far from the pointer a cell may be that is too small to hit. */
const TREMBLE = 4, REACH = 3;
/** Letters of a name that can ever be drawn, and more. */
const MOST_NAME = 200;
const arrows: Readonly<Record<string, Toward>> = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down', Home: 'first', End: 'last' };

function present(kinds: Uint16Array): readonly Family[] {
  let all = 0;
  for (const kind of kinds) all |= kind;
  return families.filter((_, f) => (all & familyBits[f]!) !== 0);
}

export class MatrixScreen {
  readonly #host: HTMLElement;
  readonly #worker: MatrixClient;
  readonly #events: MatrixEvents;
  readonly #stops: (() => void)[];
  readonly #plan = new GridPlan();
  readonly #canvas: GridCanvas;
  #sheets: Sheets | null = null;
  #graph: Graph | null = null;
  #cells: Cells = noCells;
  /** the ACU at each place, and back */
  #nodes: Int32Array = new Int32Array(0);
  #place: Int32Array = new Int32Array(0);
  #names: readonly string[] = [];
  #ordering: Ordering = 'blocks';
  #generation = -1;
  #gesture: Gesture | null = null;
  #pointer: Point | null = null;
  #hovered: Cell | null = null;
  #focused: Cell | null = null;
  /** the column that up and down keep to */
  #goal = 0;
  #pinned: Cell | null = null;
  #brush: Pointed['brush'] = null;
  #showing = false;

  constructor(host: HTMLElement, events: MatrixEvents) {
    this.#host = host;
    this.#events = events;
    this.#plan.paired = true;
    this.#worker = spawnMatrix(matrixAddress);
    this.#canvas = new GridCanvas(host, this.#plan, this.#worker, {
      focused: () => this.#placed(this.#focused), pointed: () => this.#pointed(), find: () => this.#find(), fit: () => this.fit(),
      resized: () => this.#fitSheet(), paint: () => this.#paint(), suit: (view) => this.#suit(view), stuck: () => events.stuck(), died: () => events.died(),
    });
    this.#paint();
    const show = (): void => this.#show();
    this.#stops = [
      useSelection.subscribe((now, before) => { if (now.selected !== before.selected) show(); }),
      useVerdicts.subscribe((now, before) => { if (now.marks !== before.marks || now.carried !== before.carried || now.against !== before.against) show(); }),
      useVisible.subscribe(show),
      useReplica.subscribe((now, before) => { if (now.conflicts !== before.conflicts && now.conflicts !== null) void this.#load(); }),
    ];
    void this.#load();
  }

  async #load(): Promise<void> {
    const { generation, rows } = useReplica.getState();
    if (generation === this.#generation) return;
    this.#generation = generation;
    this.#events.settled(0);
    const graph = await useGraph.getState().fetch();
    if (graph === null || this.#canvas.ended || useReplica.getState().generation !== generation) return;
    const byId = new Map<AcuId, number>(rows.map((row) => [row.id, row.index]));
    const needs = rows.flatMap((row) => row.requires.flatMap((id) => { const to = byId.get(id); return to === undefined ? [] : [[row.index, to] as const]; }));
    this.#graph = graph;
    this.#names = rows.map((row) => shortName(row)).map((name) => (name.length > MOST_NAME ? `${name.slice(0, MOST_NAME)}…` : name));
    const { nodes, a, b, verdict, kinds, partition } = graph;
    this.#canvas.send(this.#worker.take({ nodes, a, b, verdict, kinds, partition, names: this.#names, needs: { from: Int32Array.from(needs, ([from]) => from), to: Int32Array.from(needs, ([, to]) => to) } }));
    await this.#arrange();
  }

  order(ordering: Ordering): void {
    if (ordering === this.#ordering) return;
    this.#ordering = ordering;
    this.#canvas.send(this.#arrange());
  }

  async #arrange(): Promise<void> {
    const graph = this.#graph, ordering = this.#ordering, { rows } = useReplica.getState();
    if (graph === null || rows.length !== graph.nodes) return;
    this.#events.settled(0);
    const given = ordering === 'blocks' ? null : orderBy(ordering, rows, paired(graph.nodes, graph.a, graph.b));
    let arranged: Arranged | null;
    try {
      arranged = await this.#worker.arrange(given?.order ?? null, (done) => { if (!this.#canvas.ended && this.#graph === graph) this.#events.settled(Math.min(0.99, done)); });
    } catch (error) {
      if (!this.#canvas.ended) complain(error);
      return;
    }
    if (arranged === null || this.#canvas.ended || this.#graph !== graph || this.#ordering !== ordering) return;
    const { order: { nodes, groups }, place, cells } = arranged, before = this.#plan.count.rows;
    const keep = this.#focused;
    this.#cells = cells;
    this.#nodes = nodes;
    this.#place = place;
    this.#plan.count = { rows: nodes.length, cols: nodes.length };
    if (before !== nodes.length) this.#canvas.following = true;
    this.#fitSheet();
    const groupNames = given?.groupNames ?? Array.from({ length: groups.length - 1 }, (_, g) => plural(groups[g + 1]! - groups[g]!, 'ACU'));
    this.#canvas.send(this.#worker.stand(arranged, groupNames, this.#plan.view, this.#states()));
    this.#events.shown(nodes.length, [...new Set(graph.verdict)], present(graph.kinds));
    if (keep !== null) this.focus(this.#again(keep));
    if (this.#pinned !== null) { this.#pinned = this.#again(this.#pinned); this.#events.pin(this.#pinned); }
    this.#canvas.hover();
    this.#events.settled(1);
  }

  /** The same two after another graph or order came; null where they conflict no more. */
  #again({ row, col }: Cell): Cell | null { return this.#cellAt(this.#place[row] ?? -1, this.#place[col] ?? -1); }

  #cellAt(row: number, col: number): Cell | null {
    if (row < 0 || col < 0) return null;
    const edge = entryAt(this.#cells, row, col);
    return edge === null ? null : { row: this.#nodes[row]!, col: this.#nodes[col]!, edge };
  }

  #placed(cell: Cell | null): { readonly row: number; readonly col: number } | null {
    const row = cell === null ? -1 : this.#place[cell.row] ?? -1, col = cell === null ? -1 : this.#place[cell.col] ?? -1;
    return row < 0 || col < 0 ? null : { row, col };
  }

  fit(): void {
    this.#canvas.following = true;
    this.#fitSheet();
  }
  zoom(by: number): void { this.#canvas.zoom(by); }

  pin(cell: Cell | null): void { this.#pinned = cell; this.#events.pin(cell); this.#canvas.mark(); }

  focus(cell: Cell | null, reveal = true): void {
    this.#focused = cell;
    const at = this.#placed(cell);
    this.#events.focus(cell === null || at === null ? null : { ...cell, at });
    this.#canvas.mark(reveal ? at : null);
  }

  /** Whether the key meant something here. */
  key({ key, shiftKey, altKey, ctrlKey, metaKey }: { readonly key: string; readonly shiftKey: boolean; readonly altKey: boolean; readonly ctrlKey: boolean; readonly metaKey: boolean }): boolean {
    if (key === 'Escape') {
      if (this.#gesture !== null) { this.cancel(); return true; }
      if (this.#pinned !== null) { this.pin(null); return true; }
      return false;
    }
    if (altKey || ctrlKey || metaKey || this.#cells.rows === 0) return false;
    if (this.#canvas.zoomKey(key)) return true;
    const toward = arrows[key], page = key === 'PageUp' || key === 'PageDown';
    if (toward === undefined && !page) return false;
    const at = this.#placed(this.#focused);
    if (at === null) {
      // the first key shows where one is
      const from = this.#plan.first(), start = stepCell(this.#cells, from.row - 1, from.col, 'down') ?? stepCell(this.#cells, 0, 0, 'first');
      if (start !== null) { this.#goal = start.col; this.focus(this.#cellAt(start.row, start.col)); }
      return true;
    }
    const isVertical = key === 'ArrowUp' || key === 'ArrowDown';
    let to = at;
    for (let n = 0, many = page ? this.#plan.page() : shiftKey ? 10 : 1; n < many; n++) to = stepCell(this.#cells, to.row, to.col, page ? (key === 'PageUp' ? 'up' : 'down') : toward!, isVertical || page ? this.#goal : to.col) ?? to;
    if (!isVertical && !page) this.#goal = to.col;
    this.focus(this.#cellAt(to.row, to.col));
    return true;
  }

  /** What a press at a point would lift: a name, or the selection where both of a cell's are selected; null: nothing. */
  grip(at: Point): readonly AcuId[] | null {
    const { rows } = useReplica.getState(), { selected } = useSelection.getState(), id = (place: number): AcuId | undefined => rows[this.#nodes[place] ?? -1]?.id;
    const axis = this.#plan.gutter(at);
    if (axis === 'corner') return null;
    if (axis !== null) {
      const one = id(this.#plan.placeAt(axis, at));
      return one === undefined || !this.#plan.hasNames(axis) && !selected.has(one) ? null : selected.has(one) ? [...selected] : [one];
    }
    const row = id(this.#plan.placeAt('row', at)), col = id(this.#plan.placeAt('col', at));
    return row !== undefined && col !== undefined && selected.has(row) && selected.has(col) ? [...selected] : null;
  }

  /** What a point is about: a name, or a conflict's two. */
  about(at: Point): readonly number[] {
    const axis = this.#plan.gutter(at);
    if (axis === 'corner') return [];
    if (axis !== null) { const place = this.#plan.placeAt(axis, at); return place < 0 ? [] : [this.#nodes[place]!]; }
    const cell = this.#under(at);
    return cell === null ? [] : [cell.row, cell.col];
  }
  get focused(): Cell | null { return this.#focused; }

  down(at: Point, pan: boolean): void {
    this.#canvas.hold();
    const axis = this.#plan.gutter(at);
    this.#gesture = { kind: 'press', at, axis, held: !pan && this.grip(at) !== null, pan };
  }

  move(at: Point, add: boolean): void {
    this.#pointer = at;
    const gesture = this.#gesture, { left, top } = this.#plan.sheet;
    if (gesture === null) { this.#canvas.hover(); return; }
    if (gesture.kind === 'press') {
      if (Math.hypot(at.x - gesture.at.x, at.y - gesture.at.y) < TREMBLE) return;
      if (gesture.held || gesture.axis === 'corner') { this.#gesture = null; return; }
      this.#gesture = gesture.pan ? { kind: 'pan', at: gesture.at } : { kind: 'brush', at: gesture.at, axis: gesture.axis, add };
      this.move(at, add);
    } else if (gesture.kind === 'pan') {
      this.#canvas.pan(at.x - gesture.at.x, at.y - gesture.at.y);
      gesture.at = at;
    } else {
      this.#brush = { x: gesture.axis === 'row' ? null : [gesture.at.x - left, at.x - left], y: gesture.axis === 'col' ? null : [gesture.at.y - top, at.y - top] };
      this.#canvas.mark();
    }
  }

  up(at: Point, how: 'none' | 'toggle' | 'range'): void {
    const gesture = this.#gesture;
    this.cancel();
    if (gesture?.kind === 'press') this.#click(at, gesture.axis, how);
    else if (gesture?.kind === 'brush') {
      const along = gesture.axis ?? 'row', ends = [gesture.at, at].map((point) => this.#plan.placeAt(along, this.#within(point))),
        [from, to] = [Math.min(...ends), Math.max(...ends)];
      if (from >= 0) this.#events.select([...this.#nodes.subarray(from, to + 1)], gesture.add ? 'add' : 'set');
    }
    this.#canvas.hover();
  }

  /** The nearest point at which there is a cell. */
  #within({ x, y }: Point): Point {
    const { left, top } = this.#plan.sheet, { x: across, y: down } = this.#plan.view, { rows, cols } = this.#plan.count,
      hold = (value: number, least: number, most: number): number => Math.max(least, Math.min(most, value));
    return { x: hold(x, left + Math.max(0, across.start), left + across.start + across.size * cols - 0.01), y: hold(y, top + Math.max(0, down.start), top + down.start + down.size * rows - 0.01) };
  }

  cancel(): void { this.#gesture = null; this.#brush = null; this.#canvas.mark(); }
  leave(): void { this.#pointer = null; this.#canvas.hover(); }

  doubleClick(at: Point): void {
    const axis = this.#plan.gutter(at), cell = axis === null ? this.#under(at) : null, place = this.#placed(cell);
    if (axis === 'corner') { this.fit(); return; }
    if (place !== null) this.#canvas.zoomTo(place);
  }

  cursor(at: Point): 'grab' | 'crosshair' | 'default' {
    return this.grip(at) !== null ? 'grab' : this.#plan.gutter(at) === 'corner' ? 'default' : 'crosshair';
  }

  end(): void {
    for (const stop of this.#stops) stop();
    this.#canvas.end();
  }

  #click(at: Point, axis: Axis | 'corner' | null, how: 'none' | 'toggle' | 'range'): void {
    if (axis === 'corner') return;
    if (axis !== null) {
      const place = this.#plan.placeAt(axis, at);
      if (place >= 0) this.#events.press(this.#nodes[place]!, how, [...this.#nodes]);
      return;
    }
    const cell = this.#under(at), place = this.#placed(cell);
    if (place !== null) this.#goal = place.col;
    this.focus(cell, false);
    this.pin(cell);
  }

  /** The cell at a point; where cells are small the gravest within reach. */
  #under(at: Point): Cell | null {
    const { x, y } = this.#plan.view, { left, top } = this.#plan.sheet;
    if (this.#plan.gutter(at) !== null || this.#cells.rows === 0) return null;
    const row = Math.floor((at.y - top - y.start) / y.size), col = Math.floor((at.x - left - x.start) / x.size), here = this.#cellAt(row, col);
    if (here !== null || Math.min(x.size, y.size) >= 2 * REACH) return here;
    const down = Math.ceil(REACH / y.size), across = Math.ceil(REACH / x.size), { verdict } = this.#graph!;
    const found = gravest(this.#cells, [row - down, row + down + 1], [col - across, col + across + 1], { row, col }, (edge) => lookGravity.indexOf(edgeLooks[verdict[edge]!]!));
    return found === null ? null : this.#cellAt(found.row, found.col);
  }

  #find(): void {
    const pointer = this.#gesture === null ? this.#pointer : null, axis = pointer === null ? null : this.#plan.gutter(pointer), { width, height } = this.#plan.sheet;
    this.#hovered = pointer === null || axis !== null ? null : this.#under(pointer);
    this.#events.hover(this.#hovered === null || pointer === null ? null : { cell: this.#hovered, ...pointer, width, height });
    const place = pointer === null || axis === null || axis === 'corner' ? -1 : this.#plan.placeAt(axis, pointer);
    this.#events.name(place < 0 ? null : this.#nodes[place]!);
  }

  /** The cell pointed at, conflict or none: its row and column are shown. */
  #pointed(): Pointed {
    const pointer = this.#gesture === null ? this.#pointer : null;
    let hovered = this.#placed(this.#hovered);
    if (hovered === null && pointer !== null && this.#plan.gutter(pointer) === null) {
      const row = this.#plan.placeAt('row', pointer), col = this.#plan.placeAt('col', pointer);
      if (row >= 0 && col >= 0) hovered = { row, col };
    }
    return { moved: null, brush: this.#brush, hovered, focused: this.#placed(this.#focused), chosen: this.#placed(this.#pinned) };
  }

  #fitSheet(): void {
    const names = this.#nodes.length === 0 ? this.#names : Array.from(this.#nodes, (node) => this.#names[node] ?? ''), plan = this.#plan;
    const near = sheetFor(this.#host, names, names), bare = sheetFor(this.#host, names, names, true);
    if (near === null || bare === null) return;
    const isFirst = plan.sheet.width === 0;
    this.#sheets = { near, bare };
    fit(plan, this.#sheets, this.#canvas.following || isFirst);
    this.#canvas.refit();
  }

  /** The sheet that suits a view; what is on screen stays where it is as names come or go. */
  #suit(view: HeatView): HeatView {
    const suited = this.#sheets === null ? null : suit(this.#plan, this.#sheets, view);
    if (suited === null) return view;
    this.#canvas.send(this.#worker.resize(this.#plan.sheet, suited));
    return suited;
  }

  #paint(): void {
    const { colour, done } = probe(this.#host);
    const palette: MatrixPalette = { ...gridPalette(this.#host, colour), marks: Object.fromEntries(marks.map((mark): [Mark, Rgb] => [mark, colour(markToken[mark])])) as MatrixPalette['marks'] };
    done();
    this.#canvas.send(this.#worker.paint(palette));
  }

  /** At most once a frame: many stores change together. */
  #show(): void {
    if (this.#showing) return;
    this.#showing = true;
    requestAnimationFrame(() => {
      this.#showing = false;
      if (!this.#canvas.ended) this.#canvas.send(this.#worker.show(this.#states()));
    });
  }

  #states(): RowStates {
    const { rows } = useReplica.getState(), { selected } = useSelection.getState(), { marks: known, against, carried } = useVerdicts.getState(), { at } = useVisible.getState();
    const n = this.#nodes.length, mark = new Uint8Array(n), bits = new Uint8Array(n), filtered = at.size < rows.length;
    for (let place = 0; place < n; place++) {
      const node = this.#nodes[place]!, row = rows[node];
      if (row === undefined) continue;
      mark[place] = known?.[node] ?? 0;
      bits[place] = (selected.has(row.id) ? rowFlags.selected : 0) | ((carried !== null && against.has(row.id)) || (filtered && !at.has(row.id)) ? rowFlags.dim : 0);
    }
    return { mark, flags: bits };
  }
}
