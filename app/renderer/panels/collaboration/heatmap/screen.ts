// One heat map on screen: owns the canvas and its worker, turns gestures and keys into views, and finds what is under the pointer. What it is asked
// about and answers are positions in the matrix; places on screen stay in here.
import type { Heat } from '../../../../core/collaboration/report.ts';
import { heatView, nothingPointed, spawnHeat } from '../../../../workers/client.ts';
import type { At, Figures, HeatClient, HeatNames, HeatView, Places, Pointed, Room, ScaleKind, Sheet, Span, StrongestAsked } from '../../../../workers/client.ts';
import { heatAddress } from '../../../app/workers.ts';
import { complain } from '../../../state/notices.ts';
import { isPaired, placeOf } from './arranging.ts';
import type { Axis, Cell } from './arranging.ts';
import { carried, stepped } from './keys.ts';
import type { Stroke } from './keys.ts';
import { longestName, paletteOf } from './looks.ts';

const { cellAt, fitSize, framed, middleOf, panned, resized, revealed, settled, shown, sizes, underPoint } = heatView;

export interface Hovered {
  readonly cell: Cell;
  /** how many cells the pixel stands for; `cell` is the strongest of them */
  readonly of: number;
  /** on the canvas, and how large that is */
  readonly x: number; readonly y: number; readonly width: number; readonly height: number;
}

export interface Events {
  hover(hovered: Hovered | null): void;
  focus(cell: Cell | null): void;
  choose(cell: Cell | null): void;
  /** the name at place `from` is to stand before what is at place `to` */
  move(axis: Axis, from: number, to: number): void;
  sort(axis: Axis, index: number): void;
  /** what is shown is what was asked for */
  settled(settled: boolean): void;
  /** a wheel that could move nothing */
  stuck(): void;
  figures(figures: Figures): void;
}

type Gesture =
  | { readonly kind: 'press'; readonly x: number; readonly y: number; readonly axis: Axis | null; readonly brush: boolean }
  | { readonly kind: 'pan'; x: number; y: number }
  | { readonly kind: 'brush'; readonly x: number; readonly y: number; readonly axis: Axis | null }
  | { readonly kind: 'move'; readonly axis: Axis; readonly from: number };

/** Pixels the pointer may tremble before a press becomes a drag. */
const TREMBLE = 3;
const SLIDE_MS = 140;

export class HeatScreen {
  readonly #host: HTMLElement;
  readonly #worker: HeatClient;
  readonly #events: Events;
  readonly #stops: (() => void)[] = [];
  #heat: Heat | null = null;
  #names: HeatNames = { rows: [], cols: [] };
  #paired = false;
  #places: Places = { rows: new Uint32Array(0), cols: new Uint32Array(0) };
  #placeOfRow: Int32Array = new Int32Array(0);
  #placeOfCol: Int32Array = new Int32Array(0);
  #sheet: Sheet = { width: 0, height: 0, left: 0, top: 0, ratio: 1 };
  #view: HeatView = { x: { size: 1, start: 0 }, y: { size: 1, start: 0 } };
  /** until someone pans or zooms, everything stays on screen */
  #following = true;
  #gesture: Gesture | null = null;
  #pointer: { readonly x: number; readonly y: number } | null = null;
  #hovered: Cell | null = null;
  #focused: Cell | null = null;
  #chosen: Cell | null = null;
  #over: Pick<Pointed, 'moved' | 'brush'> = { moved: null, brush: null };
  #asked: 'nothing' | 'point' | 'look' = 'nothing';
  #slide = 0;
  #ended = false;

  constructor(host: HTMLElement, events: Events) {
    this.#host = host;
    this.#events = events;
    const canvas = document.createElement('canvas');
    host.append(canvas);
    this.#worker = spawnHeat(heatAddress);
    this.#worker.onDeath((reason) => { if (!this.#ended) complain(reason); });
    this.#send(this.#worker.attach(canvas.transferControlToOffscreen()));
    this.#paint();
    const resize = new ResizeObserver(() => this.#fitSheet());
    resize.observe(host);
    const repaint = (): void => { this.#paint(); this.#fitSheet(); };
    const queries = ['(prefers-color-scheme: dark)', '(prefers-contrast: more)', '(forced-colors: active)', `(resolution: ${devicePixelRatio}dppx)`].map((query) => matchMedia(query));
    for (const query of queries) query.addEventListener('change', repaint);
    const themes = new MutationObserver(repaint);
    themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    const wheel = (event: WheelEvent): void => this.#wheel(event);
    host.addEventListener('wheel', wheel, { passive: false });
    this.#stops.push(() => resize.disconnect(), () => themes.disconnect(), () => host.removeEventListener('wheel', wheel));
    for (const query of queries) this.#stops.push(() => query.removeEventListener('change', repaint));
  }

  /** Another matrix, to be arranged next. */
  show(heat: Heat, names: HeatNames): void {
    const kept = this.#heat !== null && this.#heat.rows.length === heat.rows.length && this.#heat.cols.length === heat.cols.length;
    this.#heat = heat;
    this.#paired = isPaired(heat);
    this.#following ||= !kept;
    if (!kept) { this.#focused = null; this.#hovered = null; }
    const cut = (side: string): 'start' | 'end' => (side === 'file' || side === 'directory' ? 'start' : 'end');
    const taken = this.#worker.take({ value: heat.value, rows: heat.rows.length, cols: heat.cols.length, most: heat.max, names, cut: { row: cut(heat.of[0]), col: cut(heat.of[1]) } });
    this.#send(taken.then((figures) => { if (!this.#ended && this.#heat === heat) this.#events.figures(figures); }));
    this.#names = names;
    this.#fitSheet();
  }

  name(names: HeatNames): void {
    this.#names = names;
    this.#send(this.#worker.name(names));
    this.#fitSheet();
  }

  /** `begin`: the axis whose beginning is to be seen, because it was sorted. */
  arrange(places: Places, scale: ScaleKind, begin: Axis | null): void {
    const heat = this.#heat;
    this.#events.settled(false);
    this.#send(this.#worker.arrange({ places, scale }).then((isShown) => {
      if (!isShown || this.#ended || heat === null || this.#heat !== heat) return;
      if (places !== this.#places) this.#stand(places, begin);
      this.#events.settled(true);
    }));
  }

  /** Things stand elsewhere now; the focused cell stays on screen if it was. */
  #stand(places: Places, begin: Axis | null): void {
    const on = (at: At | null): boolean => at !== null && (['row', 'col'] as const).every((axis) => {
      const middle = middleOf(this.#span(axis), at[axis]);
      return middle >= 0 && middle <= this.#room(axis).length;
    });
    const follow = this.#focused !== null && on(this.#at(this.#focused));
    this.#places = places;
    this.#placeOfRow = placeOf(places.rows, this.#heat?.rows.length ?? 0);
    this.#placeOfCol = placeOf(places.cols, this.#heat?.cols.length ?? 0);
    if (follow) this.focus(this.#focused);
    if (begin !== null) this.#look(begin === 'row' ? { x: this.#view.x, y: { ...this.#view.y, start: 0 } } : { x: { ...this.#view.x, start: 0 }, y: this.#view.y });
    this.#hover();
  }

  strongest(asked: StrongestAsked): Promise<Uint32Array> { return this.#worker.strongest(asked); }

  get chosen(): Cell | null { return this.#chosen; }
  set chosen(cell: Cell | null) { this.#chosen = cell; this.#ask('point'); }
  get focused(): Cell | null { return this.#focused; }
  get places(): Places { return this.#places; }

  fit(): void {
    this.#following = true;
    this.#slideTo(this.#fitted());
  }

  /** Zooms about a point of the plot: the focused cell where there is one on screen, else the middle. */
  zoom(by: number, at = this.#focusPoint()): void {
    this.#look(this.#zoomed(by, at));
  }

  /** A cell with its neighbours, large enough to read. */
  zoomTo(cell: Cell): void {
    const at = this.#at(cell);
    if (at === null) return;
    this.#following = false;
    const one = (place: number, room: Room): Span => {
      const size = Math.max(sizes.near, fitSize(room));
      return settled({ size, start: room.length / 2 - (place + 0.5) * size }, room);
    };
    this.#slideTo({ x: one(at.col, this.#room('col')), y: one(at.row, this.#room('row')) });
  }

  /** Moves the focus, and the view after it where it must. */
  focus(cell: Cell | null, reveal = true): void {
    this.#focused = cell;
    this.#events.focus(cell);
    const at = cell === null ? null : this.#at(cell);
    if (at !== null && reveal) {
      const x = revealed(this.#view.x, at.col, this.#room('col')), y = revealed(this.#view.y, at.row, this.#room('row'));
      if (x !== this.#view.x || y !== this.#view.y) { this.#look({ x, y }); return; }
    }
    this.#ask('point');
  }

  /** Whether the key meant something here. */
  key(stroke: Stroke): boolean {
    const { key, shiftKey, altKey } = stroke, ctrl = stroke.ctrlKey || stroke.metaKey, size = { rows: this.#places.rows.length, cols: this.#places.cols.length };
    if (key === 'Escape') return this.#escape();
    if (!altKey && !ctrl) {
      if (key === '+' || key === '=') { this.zoom(1.25); return true; }
      if (key === '-') { this.zoom(0.8); return true; }
      if (key === '0') { this.fit(); return true; }
    }
    if (size.rows === 0 || size.cols === 0) return false;
    const focused = this.#focused, at = (focused === null ? null : this.#at(focused)) ?? this.#first();
    if (altKey) {
      const move = ctrl ? null : carried(stroke, at, size);
      if (move === null) return false;
      if (focused !== null && move.to !== move.from) this.#events.move(move.axis, move.from, move.to > move.from ? move.to + 1 : move.to);
      return true;
    }
    if ((key === 's' || key === 'S') && !ctrl) {
      if (focused !== null) this.#events.sort(shiftKey ? 'col' : 'row', shiftKey ? focused.col : focused.row);
      return true;
    }
    if (key === 'Enter' || key === ' ') {
      const cell = focused ?? this.#cell(at);
      this.focus(cell);
      this.#events.choose(cell);
      if (key === 'Enter' && Math.min(this.#view.x.size, this.#view.y.size) < sizes.label) this.zoomTo(cell);
      return true;
    }
    const [top, bottom] = shown(this.#view.y, this.#room('row')), to = stepped(stroke, at, size, Math.max(1, bottom - top - 1));
    if (to === null) return false;
    // the first key shows where the focus is
    this.focus(this.#cell(focused === null && key.startsWith('Arrow') ? at : to));
    return true;
  }

  press(x: number, y: number, shift: boolean): void {
    this.#stop();
    const axis = this.#gutter(x, y);
    if (axis === 'corner') return;
    this.#gesture = { kind: 'press', x, y, axis, brush: shift || (axis !== null && this.#span(axis).size < sizes.label) };
  }

  point(x: number, y: number): void {
    this.#pointer = { x, y };
    const gesture = this.#gesture;
    if (gesture === null) { this.#hover(); return; }
    if (gesture.kind === 'press') {
      if (Math.hypot(x - gesture.x, y - gesture.y) < TREMBLE) return;
      const { axis, brush } = gesture, from = axis === null ? -1 : cellAt(this.#span(axis), axis === 'row' ? gesture.y - this.#sheet.top : gesture.x - this.#sheet.left, this.#room(axis).count);
      this.#gesture = brush ? { kind: 'brush', x: gesture.x, y: gesture.y, axis } : axis === null ? { kind: 'pan', x: gesture.x, y: gesture.y } : from < 0 ? null : { kind: 'move', axis, from };
      this.#events.hover(null);
      this.#hovered = null;
      this.point(x, y);
    } else if (gesture.kind === 'pan') {
      this.#pan(x - gesture.x, y - gesture.y);
      gesture.x = x;
      gesture.y = y;
    } else if (gesture.kind === 'brush') {
      const { left, top } = this.#sheet;
      this.#over = { moved: null, brush: { x: gesture.axis === 'row' ? null : [gesture.x - left, x - left], y: gesture.axis === 'col' ? null : [gesture.y - top, y - top] } };
      this.#ask('point');
    } else {
      this.#over = { brush: null, moved: { axis: gesture.axis, from: gesture.from, to: this.#gap(gesture.axis, x, y) } };
      this.#ask('point');
    }
  }

  release(x: number, y: number): void {
    const gesture = this.#gesture;
    this.#gesture = null;
    this.#over = { moved: null, brush: null };
    if (gesture?.kind === 'press') this.#click(x, y, gesture.axis);
    else if (gesture?.kind === 'move') {
      const to = this.#gap(gesture.axis, x, y);
      if (to !== gesture.from && to !== gesture.from + 1) this.#events.move(gesture.axis, gesture.from, to);
    } else if (gesture?.kind === 'brush') this.#frame(gesture, x, y);
    this.#hover();
    this.#ask('point');
  }

  cancel(): void { this.#gesture = null; this.#over = { moved: null, brush: null }; this.#ask('point'); }

  leave(): void {
    this.#pointer = null;
    this.#hover();
  }

  doubleClick(x: number, y: number): void {
    const axis = this.#gutter(x, y);
    if (axis === 'corner') { this.fit(); return; }
    if (axis === null) {
      const found = this.#under(x, y);
      if (found !== null) this.zoomTo(found.cell);
      return;
    }
    const place = cellAt(this.#span(axis), axis === 'row' ? y - this.#sheet.top : x - this.#sheet.left, this.#room(axis).count);
    if (place >= 0 && this.#span(axis).size >= sizes.label) this.#events.sort(axis, (axis === 'row' ? this.#places.rows : this.#places.cols)[place]!);
  }

  /** Which pointer fits what a press would do there. */
  cursor(x: number, y: number): 'grab' | 'crosshair' | 'default' {
    const axis = this.#gutter(x, y);
    return axis === null || axis === 'corner' ? 'default' : this.#span(axis).size >= sizes.label ? 'grab' : 'crosshair';
  }

  end(): void {
    this.#ended = true;
    this.#stop();
    for (const stop of this.#stops) stop();
    this.#worker.end();
    this.#host.replaceChildren();
  }

  #room(axis: Axis): Room {
    const { width, height, left, top } = this.#sheet;
    return axis === 'row' ? { count: this.#heat?.rows.length ?? 0, length: Math.max(1, height - top) } : { count: this.#heat?.cols.length ?? 0, length: Math.max(1, width - left) };
  }

  #span(axis: Axis): Span { return axis === 'row' ? this.#view.y : this.#view.x; }

  /** Each side fills its own; of what is paired no side of a cell is more than twice the other, or the diagonal would mean little. */
  #least(axis: Axis): number {
    const mine = fitSize(this.#room(axis));
    return this.#paired ? Math.min(mine, 2 * fitSize(this.#room(axis === 'row' ? 'col' : 'row'))) : mine;
  }

  #fitted(): HeatView { return { x: { size: this.#least('col'), start: 0 }, y: { size: this.#least('row'), start: 0 } }; }

  #zoomed(by: number, at: { readonly x: number; readonly y: number }): HeatView {
    const { x, y } = this.#view;
    this.#following = false;
    return { x: resized(x, x.size * by, at.x, this.#room('col'), this.#least('col')), y: resized(y, y.size * by, at.y, this.#room('row'), this.#least('row')) };
  }

  #pan(dx: number, dy: number): boolean {
    const before = this.#view, x = panned(before.x, dx, this.#room('col')), y = panned(before.y, dy, this.#room('row'));
    if (x.start === before.x.start && y.start === before.y.start) return false;
    this.#following = false;
    this.#look({ x, y });
    return true;
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    this.#stop();
    const box = this.#host.getBoundingClientRect(), unit = event.deltaMode === 1 ? 24 : event.deltaMode === 2 ? 400 : 1;
    const { deltaX, deltaY } = event.shiftKey && event.deltaX === 0 ? { deltaX: event.deltaY, deltaY: 0 } : event;
    if (event.ctrlKey || event.metaKey) {
      // a pinch comes as a wheel with Ctrl, in smaller steps
      this.zoom(Math.exp(-deltaY * unit * (Math.abs(deltaY) < 40 ? 0.01 : 0.0025)), { x: event.clientX - box.left - this.#sheet.left, y: event.clientY - box.top - this.#sheet.top });
      this.#hover();
    } else if (this.#pan(-deltaX * unit, -deltaY * unit)) this.#hover();
    else this.#events.stuck();
  }

  #click(x: number, y: number, axis: Axis | null): void {
    const found = this.#under(x, y);
    if (axis === null) {
      this.focus(found?.cell ?? null, false);
      this.#events.choose(found?.cell ?? null);
      return;
    }
    const place = cellAt(this.#span(axis), axis === 'row' ? y - this.#sheet.top : x - this.#sheet.left, this.#room(axis).count);
    if (place < 0) return;
    const at = (this.#focused === null ? null : this.#at(this.#focused)) ?? this.#first();
    this.focus(this.#cell(axis === 'row' ? { row: place, col: at.col } : { row: at.row, col: place }), false);
  }

  #frame({ x: x0, y: y0, axis }: { readonly x: number; readonly y: number; readonly axis: Axis | null }, x1: number, y1: number): void {
    const range = (one: Axis, a: number, b: number): readonly [number, number] => {
      const room = this.#room(one), span = this.#span(one), place = (at: number): number => Math.max(0, Math.min(room.count - 1, Math.floor((at - span.start) / span.size)));
      return [place(Math.min(a, b)), place(Math.max(a, b))];
    };
    this.#following = false;
    const { left, top } = this.#sheet, cols = range('col', x0 - left, x1 - left), rows = range('row', y0 - top, y1 - top);
    this.#slideTo({ x: axis === 'row' ? this.#view.x : framed(cols[0], cols[1], this.#room('col')), y: axis === 'col' ? this.#view.y : framed(rows[0], rows[1], this.#room('row')) });
  }

  #escape(): boolean {
    if (this.#gesture !== null) { this.cancel(); return true; }
    if (this.#chosen !== null) { this.#events.choose(null); return true; }
    if (this.#focused !== null) { this.focus(null); return true; }
    return false;
  }

  #gutter(x: number, y: number): Axis | 'corner' | null {
    const { left, top } = this.#sheet;
    return x < left && y < top ? 'corner' : x < left ? 'row' : y < top ? 'col' : null;
  }

  /** Before which place something that is dropped here would stand. */
  #gap(axis: Axis, x: number, y: number): number {
    const span = this.#span(axis), at = axis === 'row' ? y - this.#sheet.top : x - this.#sheet.left;
    return Math.max(0, Math.min(this.#room(axis).count, Math.round((at - span.start) / span.size)));
  }

  #at({ row, col }: Cell): At | null {
    const at = { row: this.#placeOfRow[row] ?? -1, col: this.#placeOfCol[col] ?? -1 };
    return at.row < 0 || at.col < 0 ? null : at;
  }

  #cell({ row, col }: At): Cell { return { row: this.#places.rows[row]!, col: this.#places.cols[col]! }; }

  /** The first cell on screen. */
  #first(): At {
    const last = (n: number, at: number): number => Math.max(0, Math.min(n - 1, at));
    return { row: last(this.#places.rows.length, Math.ceil(-this.#view.y.start / this.#view.y.size)), col: last(this.#places.cols.length, Math.ceil(-this.#view.x.start / this.#view.x.size)) };
  }

  /** The strongest of the cells that the pixel under a point stands for. */
  #under(x: number, y: number): { readonly cell: Cell; readonly of: number } | null {
    const heat = this.#heat, { left, top, ratio } = this.#sheet;
    if (heat === null || this.#places.rows.length === 0 || x < left || y < top) return null;
    const rows = underPoint(this.#view.y, y - top, this.#places.rows.length, ratio), cols = underPoint(this.#view.x, x - left, this.#places.cols.length, ratio);
    let best: Cell | null = null, most = -1;
    for (let r = rows[0]; r < rows[1]; r++) {
      for (let c = cols[0]; c < cols[1]; c++) {
        const cell = this.#cell({ row: r, col: c }), value = heat.value[cell.row * heat.cols.length + cell.col]!;
        if (value > most || best === null) { most = value; best = cell; }
      }
    }
    return best === null ? null : { cell: best, of: (rows[1] - rows[0]) * (cols[1] - cols[0]) };
  }

  #hover(): void {
    const found = this.#pointer === null || this.#gesture !== null ? null : this.#under(this.#pointer.x, this.#pointer.y);
    this.#hovered = found?.cell ?? null;
    this.#events.hover(found === null || this.#pointer === null ? null : { ...found, ...this.#pointer, width: this.#sheet.width, height: this.#sheet.height });
    this.#ask('point');
  }

  #focusPoint(): { readonly x: number; readonly y: number } {
    const at = this.#focused === null ? null : this.#at(this.#focused), { x, y } = this.#view, width = this.#room('col').length, height = this.#room('row').length;
    const point = at === null ? null : { x: middleOf(x, at.col), y: middleOf(y, at.row) };
    return point !== null && point.x >= 0 && point.y >= 0 && point.x <= width && point.y <= height ? point : { x: width / 2, y: height / 2 };
  }

  #look(view: HeatView): void {
    this.#stop();
    this.#view = view;
    this.#ask('look');
  }

  /** There in a moment, so that the eye can follow; at once where motion is not wanted. */
  #slideTo(view: HeatView): void {
    this.#stop();
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) { this.#look(view); return; }
    const from = this.#view, began = performance.now();
    const step = (now: number): void => {
      const t = Math.min(1, (now - began) / SLIDE_MS), eased = 1 - (1 - Math.max(0, t)) ** 3;
      this.#view = t >= 1 ? view : { x: heatView.between(from.x, view.x, eased), y: heatView.between(from.y, view.y, eased) };
      this.#ask('look');
      this.#slide = t >= 1 ? 0 : requestAnimationFrame(step);
      if (t >= 1) this.#hover();
    };
    this.#slide = requestAnimationFrame(step);
  }

  #stop(): void {
    cancelAnimationFrame(this.#slide);
    this.#slide = 0;
  }

  /** At most one message a frame: a mouse moves more often than a screen changes. */
  #ask(what: 'point' | 'look'): void {
    const waits = this.#asked !== 'nothing';
    if (this.#asked !== 'look') this.#asked = what;
    if (waits) return;
    requestAnimationFrame(() => {
      const asked = this.#asked;
      this.#asked = 'nothing';
      if (this.#ended) return;
      if (asked === 'look') this.#send(this.#worker.look(this.#view));
      const place = (cell: Cell | null): At | null => (cell === null ? null : this.#at(cell));
      this.#send(this.#worker.point({ ...nothingPointed, ...this.#over, hovered: place(this.#hovered), focused: place(this.#focused), chosen: place(this.#chosen) }));
    });
  }

  /** Room for the names, then everything else for the cells. */
  #fitSheet(): void {
    const { clientWidth: width, clientHeight: height } = this.#host;
    if (width === 0 || height === 0) return; // not on screen
    // on a device pixel, or what is drawn and what is pointed at would differ by a part of one
    const ratio = devicePixelRatio, room = (names: readonly string[], most: number): number => (1 / ratio) * Math.round(ratio * Math.max(48, Math.min(most, longestName(this.#host, names) + 20)));
    const left = room(this.#names.rows, Math.min(220, width * 0.28)), top = room(this.#names.cols, Math.min(160, height * 0.26));
    const before = this.#sheet;
    this.#sheet = { width, height, left, top, ratio };
    const { x, y } = this.#view;
    this.#view = this.#following || before.width === 0 ? this.#fitted()
      : { x: resized(x, x.size, 0, this.#room('col'), this.#least('col')), y: resized(y, y.size, 0, this.#room('row'), this.#least('row')) };
    this.#send(this.#worker.resize(this.#sheet, this.#view));
  }

  #paint(): void { this.#send(this.#worker.paint(paletteOf(this.#host))); }

  #send(done: Promise<unknown>): void {
    done.catch((error: unknown) => { if (!this.#ended) complain(error); });
  }
}
