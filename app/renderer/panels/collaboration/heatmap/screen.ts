// One heat map on screen: owns the canvas and its worker, turns gestures and keys into views, and finds what is under the pointer. What it is asked
// about and answers are positions in the matrix; places on screen stay in here.
import type { Heat } from '../../../../core/collaboration/report.ts';
import { spawnHeat } from '../../../../workers/client.ts';
import type { Figures, HeatClient, HeatNames, HeatView, Places, Pointed, ScaleKind, StrongestAsked } from '../../../../workers/client.ts';
import { heatAddress } from '../../../app/workers.ts';
import { complain } from '../../../state/notices.ts';
import { Glide } from '../../grid/glide.ts';
import { sheetFor, watchLooks } from '../../grid/looks.ts';
import type { Point } from '../../grid/plan.ts';
import type { Axis, Cell } from './arranging.ts';
import { carried, stepped } from './keys.ts';
import type { Stroke } from './keys.ts';
import { paletteOf } from './looks.ts';
import { Plan } from './plan.ts';


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
  | { readonly kind: 'press'; readonly at: Point; readonly axis: Axis | null; readonly brush: boolean }
  | { readonly kind: 'pan'; at: Point }
  | { readonly kind: 'brush'; readonly at: Point; readonly axis: Axis | null }
  | { readonly kind: 'move'; readonly axis: Axis; readonly from: number };

/** Pixels the pointer may tremble before a press becomes a drag. */
const TREMBLE = 3;

export class HeatScreen {
  readonly #host: HTMLElement;
  readonly #worker: HeatClient;
  readonly #events: Events;
  readonly #stops: (() => void)[] = [];
  readonly #plan = new Plan();
  #names: HeatNames = { rows: [], cols: [] };
  /** until someone pans or zooms, everything stays on screen */
  #following = true;
  #gesture: Gesture | null = null;
  #pointer: Point | null = null;
  #hovered: Cell | null = null;
  #hoverIsOld = false;
  #focused: Cell | null = null;
  #chosen: Cell | null = null;
  #over: Pick<Pointed, 'moved' | 'brush'> = { moved: null, brush: null };
  #asked: 'nothing' | 'point' | 'look' = 'nothing';
  readonly #glide = new Glide();
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
    const wheel = (event: WheelEvent): void => this.#wheel(event);
    host.addEventListener('wheel', wheel, { passive: false });
    this.#stops.push(() => resize.disconnect(), watchLooks(repaint), () => host.removeEventListener('wheel', wheel));
  }

  /** Another matrix, to be arranged next. */
  show(heat: Heat, names: HeatNames): void {
    if (!this.#plan.take(heat)) { this.#following = true; this.#focused = null; this.#hovered = null; }
    const cut = (side: string): 'start' | 'end' => (side === 'file' || side === 'directory' ? 'start' : 'end');
    const taken = this.#worker.take({ value: heat.value, rows: heat.rows.length, cols: heat.cols.length, most: heat.max, names, cut: { row: cut(heat.of[0]), col: cut(heat.of[1]) } });
    this.#send(taken.then((figures) => { if (!this.#ended && this.#plan.heat === heat) this.#events.figures(figures); }));
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
    const { heat } = this.#plan;
    this.#events.settled(false);
    this.#send(this.#worker.arrange({ places, scale }).then((isShown) => {
      if (!isShown || this.#ended || this.#plan.heat !== heat) return;
      if (places !== this.#plan.places) this.#stand(places, begin);
      this.#events.settled(true);
    }));
  }

  /** Things stand elsewhere now; the focused cell stays on screen if it was. */
  #stand(places: Places, begin: Axis | null): void {
    const follow = this.#plan.isOn(this.#plan.at(this.#focused));
    this.#plan.stand(places);
    if (follow) this.focus(this.#focused);
    if (begin !== null) this.#look(this.#plan.begun(begin));
    this.#hover();
  }

  strongest(asked: StrongestAsked): Promise<Uint32Array> { return this.#worker.strongest(asked); }

  set chosen(cell: Cell | null) { this.#chosen = cell; this.#ask('point'); }

  fit(): void {
    this.#following = true;
    this.#slideTo(this.#plan.fitted());
  }

  /** Zooms about a point: the focused cell where there is one on screen, else the middle. */
  zoom(by: number, about?: Point): void {
    const at = this.#plan.at(this.#focused);
    this.#following = false;
    this.#look(this.#plan.zoomed(by, about ?? (at !== null && this.#plan.isOn(at) ? this.#plan.middle(at) : this.#plan.centre())));
  }

  /** A cell with its neighbours, large enough to read. */
  zoomTo(cell: Cell): void {
    const at = this.#plan.at(cell);
    if (at === null) return;
    this.#following = false;
    this.#slideTo(this.#plan.near(at));
  }

  /** Moves the focus, and the view after it where it must. */
  focus(cell: Cell | null, reveal = true): void {
    this.#focused = cell;
    this.#events.focus(cell);
    const at = this.#plan.at(cell), view = at !== null && reveal ? this.#plan.revealed(at) : null;
    if (view !== null) this.#look(view); else this.#ask('point');
  }

  /** Whether the key meant something here. */
  key(stroke: Stroke): boolean {
    const { key, shiftKey, altKey } = stroke, ctrl = stroke.ctrlKey || stroke.metaKey, plan = this.#plan, { size } = plan;
    if (key === 'Escape') return this.#escape();
    if (!altKey && !ctrl) {
      if (key === '+' || key === '=') { this.zoom(1.25); return true; }
      if (key === '-') { this.zoom(0.8); return true; }
      if (key === '0') { this.fit(); return true; }
    }
    if (size.rows === 0 || size.cols === 0) return false;
    const focused = this.#focused, at = plan.at(focused) ?? plan.first();
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
      const cell = focused ?? plan.cell(at);
      this.focus(cell);
      this.#events.choose(cell);
      if (key === 'Enter' && !(plan.hasNames('row') && plan.hasNames('col'))) this.zoomTo(cell);
      return true;
    }
    const to = stepped(stroke, at, size, plan.page());
    if (to === null) return false;
    // the first key shows where the focus is
    this.focus(plan.cell(focused === null && key.startsWith('Arrow') ? at : to));
    return true;
  }

  press(at: Point, shift: boolean): void {
    this.#glide.stop();
    const axis = this.#plan.gutter(at);
    if (axis !== 'corner') this.#gesture = { kind: 'press', at, axis, brush: shift || (axis !== null && !this.#plan.hasNames(axis)) };
  }

  point(at: Point): void {
    this.#pointer = at;
    const gesture = this.#gesture, { left, top } = this.#plan.sheet;
    if (gesture === null) { this.#hover(); return; }
    if (gesture.kind === 'press') {
      if (Math.hypot(at.x - gesture.at.x, at.y - gesture.at.y) < TREMBLE) return;
      this.#gesture = this.#begun(gesture);
      this.#hover();
      if (this.#gesture !== null) this.point(at);
    } else if (gesture.kind === 'pan') {
      this.#pan(at.x - gesture.at.x, at.y - gesture.at.y);
      gesture.at = at;
    } else if (gesture.kind === 'brush') {
      this.#over = { moved: null, brush: { x: gesture.axis === 'row' ? null : [gesture.at.x - left, at.x - left], y: gesture.axis === 'col' ? null : [gesture.at.y - top, at.y - top] } };
      this.#ask('point');
    } else {
      this.#over = { brush: null, moved: { axis: gesture.axis, from: gesture.from, to: this.#plan.gap(gesture.axis, at) } };
      this.#ask('point');
    }
  }

  /** What a press becomes once it moves: in the plot a pan, on a name a move, on names too many to show a choice among them. */
  #begun({ at, axis, brush }: Gesture & { readonly kind: 'press' }): Gesture | null {
    if (brush) return { kind: 'brush', at, axis };
    if (axis === null) return { kind: 'pan', at };
    const from = this.#plan.placeAt(axis, at);
    return from < 0 ? null : { kind: 'move', axis, from };
  }

  release(at: Point): void {
    const gesture = this.#gesture;
    this.cancel();
    if (gesture?.kind === 'press') this.#click(at, gesture.axis);
    else if (gesture?.kind === 'move') {
      const to = this.#plan.gap(gesture.axis, at);
      if (to !== gesture.from && to !== gesture.from + 1) this.#events.move(gesture.axis, gesture.from, to);
    } else if (gesture?.kind === 'brush') {
      this.#following = false;
      this.#slideTo(this.#plan.framed(gesture.at, at, gesture.axis));
    }
    this.#hover();
  }

  cancel(): void { this.#gesture = null; this.#over = { moved: null, brush: null }; this.#ask('point'); }

  leave(): void {
    this.#pointer = null;
    this.#hover();
  }

  doubleClick(at: Point): void {
    const axis = this.#plan.gutter(at);
    if (axis === 'corner') { this.fit(); return; }
    if (axis === null) {
      const found = this.#plan.under(at);
      if (found !== null) this.zoomTo(found.cell);
      return;
    }
    const place = this.#plan.placeAt(axis, at), { rows, cols } = this.#plan.places;
    if (place >= 0 && this.#plan.hasNames(axis)) this.#events.sort(axis, (axis === 'row' ? rows : cols)[place]!);
  }

  /** Which pointer fits what a press would do there. */
  cursor(at: Point): 'grab' | 'crosshair' | 'default' {
    const axis = this.#plan.gutter(at);
    return axis === null || axis === 'corner' ? 'default' : this.#plan.hasNames(axis) ? 'grab' : 'crosshair';
  }

  end(): void {
    this.#ended = true;
    this.#glide.stop();
    for (const stop of this.#stops) stop();
    this.#worker.end();
    this.#host.replaceChildren();
  }

  #pan(dx: number, dy: number): boolean {
    const view = this.#plan.panned(dx, dy);
    if (view === null) return false;
    this.#following = false;
    this.#look(view);
    return true;
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    this.#glide.stop();
    const box = this.#host.getBoundingClientRect(), unit = event.deltaMode === 1 ? 24 : event.deltaMode === 2 ? 400 : 1;
    const { deltaX, deltaY } = event.shiftKey && event.deltaX === 0 ? { deltaX: event.deltaY, deltaY: 0 } : event;
    if (event.ctrlKey || event.metaKey) {
      // a pinch comes as a wheel with Ctrl, in smaller steps
      this.zoom(Math.exp(-deltaY * unit * (Math.abs(deltaY) < 40 ? 0.01 : 0.0025)), { x: event.clientX - box.left, y: event.clientY - box.top });
      this.#hover();
    } else if (this.#pan(-deltaX * unit, -deltaY * unit)) this.#hover();
    else this.#events.stuck();
  }

  #click(point: Point, axis: Axis | null): void {
    if (axis === null) {
      const cell = this.#plan.under(point)?.cell ?? null;
      this.focus(cell, false);
      this.#events.choose(cell);
      return;
    }
    const place = this.#plan.placeAt(axis, point), at = this.#plan.at(this.#focused) ?? this.#plan.first();
    if (place >= 0) this.focus(this.#plan.cell({ ...at, [axis]: place }), false);
  }

  #escape(): boolean {
    if (this.#gesture !== null) { this.cancel(); return true; }
    if (this.#chosen !== null) { this.#events.choose(null); return true; }
    if (this.#focused !== null) { this.focus(null); return true; }
    return false;
  }

  /** Something else may be under the pointer: found once a frame, not once an event. */
  #hover(): void {
    this.#hoverIsOld = true;
    this.#ask('point');
  }

  #find(): void {
    const pointer = this.#pointer, found = pointer === null || this.#gesture !== null ? null : this.#plan.under(pointer), { width, height } = this.#plan.sheet;
    this.#hoverIsOld = false;
    this.#hovered = found?.cell ?? null;
    this.#events.hover(found === null || pointer === null ? null : { ...found, ...pointer, width, height });
  }

  #look(view: HeatView): void {
    this.#glide.stop();
    this.#plan.view = view;
    this.#ask('look');
  }

  #slideTo(view: HeatView): void {
    this.#glide.to(this.#plan.view, view, (at, done) => {
      this.#plan.view = at;
      this.#ask('look');
      if (done) this.#hover();
    });
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
      if (this.#hoverIsOld) this.#find();
      const pointed: Pointed = { ...this.#over, hovered: this.#plan.at(this.#hovered), focused: this.#plan.at(this.#focused), chosen: this.#plan.at(this.#chosen) };
      this.#send(asked === 'look' ? this.#worker.look(this.#plan.view, pointed) : this.#worker.point(pointed));
    });
  }

  #fitSheet(): void {
    const sheet = sheetFor(this.#host, this.#names.rows, this.#names.cols);
    if (sheet === null) return;
    const isFirst = this.#plan.sheet.width === 0;
    this.#plan.sheet = sheet;
    this.#plan.view = this.#following || isFirst ? this.#plan.fitted() : this.#plan.refitted();
    this.#send(this.#worker.resize(this.#plan.sheet, this.#plan.view));
  }

  #paint(): void { this.#send(this.#worker.paint(paletteOf(this.#host))); }

  #send(done: Promise<unknown>): void {
    done.catch((error: unknown) => { if (!this.#ended) complain(error); });
  }
}
