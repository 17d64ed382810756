// One heat map on screen: owns its worker, turns gestures and keys into views, and finds what is under the pointer. What it is asked
// about and answers are positions in the matrix; places on screen stay in here.
import type { Heat } from '../../../../core/collaboration/report.ts';
import { spawnHeat } from '../../../../workers/client.ts';
import type { Figures, HeatClient, HeatNames, Places, Pointed, ScaleKind, StrongestAsked } from '../../../../workers/client.ts';
import { heatAddress } from '../../../app/workers.ts';
import { GridCanvas } from '../../grid/canvas.ts';
import { sheetFor } from '../../grid/looks.ts';
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
  readonly #plan = new Plan();
  readonly #canvas: GridCanvas;
  #names: HeatNames = { rows: [], cols: [] };
  #gesture: Gesture | null = null;
  #pointer: Point | null = null;
  #hovered: Cell | null = null;
  #focused: Cell | null = null;
  #chosen: Cell | null = null;
  #over: Pick<Pointed, 'moved' | 'brush'> = { moved: null, brush: null };

  constructor(host: HTMLElement, events: Events) {
    this.#host = host;
    this.#events = events;
    this.#worker = spawnHeat(heatAddress);
    this.#canvas = new GridCanvas(host, this.#plan, this.#worker, {
      focused: () => this.#plan.at(this.#focused), pointed: () => this.#pointed(), find: () => this.#find(), fit: () => this.fit(),
      resized: () => this.#fitSheet(), paint: () => this.#paint(), stuck: () => events.stuck(),
    });
    this.#paint();
  }

  /** Another matrix, to be arranged next. */
  show(heat: Heat, names: HeatNames): void {
    if (!this.#plan.take(heat)) { this.#canvas.following = true; this.#focused = null; this.#hovered = null; }
    const cut = (side: string): 'start' | 'end' => (side === 'file' || side === 'directory' ? 'start' : 'end');
    const taken = this.#worker.take({ value: heat.value, rows: heat.rows.length, cols: heat.cols.length, most: heat.max, names, cut: { row: cut(heat.of[0]), col: cut(heat.of[1]) } });
    this.#canvas.send(taken.then((figures) => { if (!this.#canvas.ended && this.#plan.heat === heat) this.#events.figures(figures); }));
    this.#names = names;
    this.#fitSheet();
  }

  name(names: HeatNames): void {
    this.#names = names;
    this.#canvas.send(this.#worker.name(names));
    this.#fitSheet();
  }

  /** `begin`: the axis whose beginning is to be seen, because it was sorted. */
  arrange(places: Places, scale: ScaleKind, begin: Axis | null): void {
    const { heat } = this.#plan;
    this.#events.settled(false);
    this.#canvas.send(this.#worker.arrange({ places, scale }).then((isShown) => {
      if (!isShown || this.#canvas.ended || this.#plan.heat !== heat) return;
      if (places !== this.#plan.places) this.#stand(places, begin);
      this.#events.settled(true);
    }));
  }

  /** Things stand elsewhere now; the focused cell stays on screen if it was. */
  #stand(places: Places, begin: Axis | null): void {
    const follow = this.#plan.isOn(this.#plan.at(this.#focused));
    this.#plan.stand(places);
    if (follow) this.focus(this.#focused);
    if (begin !== null) this.#canvas.look(this.#plan.begun(begin));
    this.#canvas.hover();
  }

  strongest(asked: StrongestAsked): Promise<Uint32Array> { return this.#worker.strongest(asked); }

  set chosen(cell: Cell | null) { this.#chosen = cell; this.#canvas.mark(); }

  fit(): void {
    this.#canvas.following = true;
    this.#canvas.slideTo(this.#plan.fitted());
  }

  zoom(by: number): void { this.#canvas.zoom(by); }

  /** A cell with its neighbours, large enough to read. */
  zoomTo(cell: Cell): void {
    const at = this.#plan.at(cell);
    if (at !== null) this.#canvas.zoomTo(at);
  }

  /** Moves the focus, and the view after it where it must. */
  focus(cell: Cell | null, reveal = true): void {
    this.#focused = cell;
    this.#events.focus(cell);
    this.#canvas.mark(reveal ? this.#plan.at(cell) : null);
  }

  /** Whether the key meant something here. */
  key(stroke: Stroke): boolean {
    const { key, shiftKey, altKey } = stroke, ctrl = stroke.ctrlKey || stroke.metaKey, plan = this.#plan, { size } = plan;
    if (key === 'Escape') return this.#escape();
    if (!altKey && !ctrl && this.#canvas.zoomKey(key)) return true;
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
    this.#canvas.hold();
    const axis = this.#plan.gutter(at);
    if (axis !== 'corner') this.#gesture = { kind: 'press', at, axis, brush: shift || (axis !== null && !this.#plan.hasNames(axis)) };
  }

  point(at: Point): void {
    this.#pointer = at;
    const gesture = this.#gesture, { left, top } = this.#plan.sheet;
    if (gesture === null) { this.#canvas.hover(); return; }
    if (gesture.kind === 'press') {
      if (Math.hypot(at.x - gesture.at.x, at.y - gesture.at.y) < TREMBLE) return;
      this.#gesture = this.#begun(gesture);
      this.#canvas.hover();
      if (this.#gesture !== null) this.point(at);
    } else if (gesture.kind === 'pan') {
      this.#canvas.pan(at.x - gesture.at.x, at.y - gesture.at.y);
      gesture.at = at;
    } else if (gesture.kind === 'brush') {
      this.#over = { moved: null, brush: { x: gesture.axis === 'row' ? null : [gesture.at.x - left, at.x - left], y: gesture.axis === 'col' ? null : [gesture.at.y - top, at.y - top] } };
      this.#canvas.mark();
    } else {
      this.#over = { brush: null, moved: { axis: gesture.axis, from: gesture.from, to: this.#plan.gap(gesture.axis, at) } };
      this.#canvas.mark();
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
      this.#canvas.following = false;
      this.#canvas.slideTo(this.#plan.framed(gesture.at, at, gesture.axis));
    }
    this.#canvas.hover();
  }

  cancel(): void { this.#gesture = null; this.#over = { moved: null, brush: null }; this.#canvas.mark(); }

  leave(): void {
    this.#pointer = null;
    this.#canvas.hover();
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

  end(): void { this.#canvas.end(); }

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

  #find(): void {
    const pointer = this.#pointer, found = pointer === null || this.#gesture !== null ? null : this.#plan.under(pointer), { width, height } = this.#plan.sheet;
    this.#hovered = found?.cell ?? null;
    this.#events.hover(found === null || pointer === null ? null : { ...found, ...pointer, width, height });
  }

  #pointed(): Pointed {
    const plan = this.#plan;
    return { ...this.#over, hovered: plan.at(this.#hovered), focused: plan.at(this.#focused), chosen: plan.at(this.#chosen) };
  }

  #fitSheet(): void {
    const sheet = sheetFor(this.#host, this.#names.rows, this.#names.cols);
    if (sheet === null) return;
    const isFirst = this.#plan.sheet.width === 0;
    this.#plan.sheet = sheet;
    this.#plan.view = this.#canvas.following || isFirst ? this.#plan.fitted() : this.#plan.refitted();
    this.#canvas.refit();
  }

  #paint(): void { this.#canvas.send(this.#worker.paint(paletteOf(this.#host))); }
}
