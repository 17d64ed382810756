// The canvas of one matrix and the view onto it: lent to a worker that draws, panned and zoomed by wheel, key and gesture, and told of at most once a frame.
// What stands in the cells and what lies under the pointer is told by who shows them: matrix/screen.ts and collaboration/heatmap/screen.ts.
import type { At, GridClient, HeatView, Pointed } from '../../../workers/client.ts';
import { complain } from '../../state/notices.ts';
import { Glide } from './glide.ts';
import { watchLooks } from './looks.ts';
import type { GridPlan, Point } from './plan.ts';

interface Shown {
  /** where the focus stands: keys zoom about it */
  focused(): At | null;
  pointed(): Pointed;
  /** finds what is under the pointer */
  find(): void;
  /** everything on screen */
  fit(): void;
  /** room, or the size of text, is another */
  resized(): void;
  /** colours may be others */
  paint(): void;
  /** The view that suits, as names come or go with it. */
  suit?(view: HeatView): HeatView;
  /** a wheel that could move nothing */
  stuck(): void;
  died?(): void;
}

export class GridCanvas {
  /** until someone pans or zooms, everything stays on screen */
  following = true;
  readonly #host: HTMLElement;
  readonly #plan: GridPlan;
  readonly #painter: GridClient;
  readonly #shown: Shown;
  readonly #glide = new Glide();
  readonly #stops: (() => void)[] = [];
  #asked: 'nothing' | 'point' | 'look' = 'nothing';
  #hoverIsOld = false;
  #ended = false;

  constructor(host: HTMLElement, plan: GridPlan, painter: GridClient, shown: Shown) {
    this.#host = host;
    this.#plan = plan;
    this.#painter = painter;
    this.#shown = shown;
    const canvas = document.createElement('canvas');
    host.append(canvas);
    painter.onDeath((reason) => { if (!this.#ended) { complain(reason); shown.died?.(); } });
    this.send(painter.attach(canvas.transferControlToOffscreen()));
    const resize = new ResizeObserver(() => shown.resized());
    resize.observe(host);
    const wheel = (event: WheelEvent): void => this.#wheel(event);
    host.addEventListener('wheel', wheel, { passive: false });
    this.#stops.push(() => resize.disconnect(), () => host.removeEventListener('wheel', wheel), watchLooks(() => { shown.paint(); shown.resized(); }));
  }

  get ended(): boolean { return this.#ended; }

  end(): void {
    this.#ended = true;
    this.#glide.stop();
    for (const stop of this.#stops) stop();
    this.#painter.end();
    this.#host.replaceChildren();
  }

  /** Complains of what fails, unless nobody looks any more. */
  send(done: Promise<unknown>): void { done.catch((error: unknown) => { if (!this.#ended) complain(error); }); }

  /** The sheet and the view of the plan are others. */
  refit(): void { this.send(this.#painter.resize(this.#plan.sheet, this.#plan.view)); }

  /** A hand was laid on it. */
  hold(): void { this.#glide.stop(); }

  look(view: HeatView): void {
    this.#glide.stop();
    this.#plan.view = this.#suited(view);
    this.#ask('look');
  }

  slideTo(view: HeatView): void {
    this.#glide.to(this.#plan.view, view, (at, done) => {
      this.#plan.view = done ? this.#suited(at) : at;
      this.#ask('look');
      if (done) this.hover();
    });
  }

  /** About a point; else about the focus where it is on screen, else about the middle. */
  zoom(by: number, about?: Point): void {
    const plan = this.#plan, at = this.#shown.focused();
    this.following = false;
    this.look(plan.zoomed(by, about ?? (at !== null && plan.isOn(at) ? plan.middle(at) : plan.centre())));
  }

  /** A place with its neighbours, large enough to read. */
  zoomTo(at: At): void {
    this.following = false;
    this.slideTo(this.#plan.near(at));
  }

  /** Whether the key is one that zooms. */
  zoomKey(key: string): boolean {
    if (key === '+' || key === '=') this.zoom(1.25);
    else if (key === '-') this.zoom(0.8);
    else if (key === '0') this.#shown.fit();
    else return false;
    return true;
  }

  /** False where nothing could move. */
  pan(dx: number, dy: number): boolean {
    const view = this.#plan.panned(dx, dy);
    if (view === null) return false;
    this.following = false;
    this.look(view);
    return true;
  }

  /** Something else is marked; with the view after it, where that must be seen and is not. */
  mark(reveal: At | null = null): void {
    const view = reveal === null ? null : this.#plan.revealed(reveal);
    if (view === null) { this.#ask('point'); return; }
    this.following = false;
    this.look(view);
  }

  /** Something else may be under the pointer: found once a frame, not once an event. */
  hover(): void {
    this.#hoverIsOld = true;
    this.#ask('point');
  }

  #suited(view: HeatView): HeatView { return this.#shown.suit?.(view) ?? view; }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    this.#glide.stop();
    const box = this.#host.getBoundingClientRect(), unit = event.deltaMode === 1 ? 24 : event.deltaMode === 2 ? 400 : 1;
    const { deltaX, deltaY } = event.shiftKey && event.deltaX === 0 ? { deltaX: event.deltaY, deltaY: 0 } : event;
    if (event.ctrlKey || event.metaKey) {
      // a pinch comes as a wheel with Ctrl, in smaller steps
      this.zoom(Math.exp(-deltaY * unit * (Math.abs(deltaY) < 40 ? 0.01 : 0.0025)), { x: event.clientX - box.left, y: event.clientY - box.top });
      this.hover();
    } else if (this.pan(-deltaX * unit, -deltaY * unit)) this.hover();
    else this.#shown.stuck();
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
      if (this.#hoverIsOld) { this.#hoverIsOld = false; this.#shown.find(); }
      const pointed = this.#shown.pointed();
      this.send(asked === 'look' ? this.#painter.look(this.#plan.view, pointed) : this.#painter.point(pointed));
    });
  }
}
