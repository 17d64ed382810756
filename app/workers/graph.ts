// The conflict graph off the main thread: draws it on the canvas it was given whenever something it shows has changed. Where its nodes stand is told to
// it, step by step (layouter.ts): a pan never waits for a layout. Nor does it wait for the drawing: each frame shows the ground as it was last drawn,
// moved and scaled to where it belongs, while the ground for this view is drawn in pieces between frames, and taken when it is whole.
import { conflictKinds } from '../core/model.ts';
import { adjacencyOf, drawTop, nothingOnTop, pixelOf, spriteOf } from './draw.ts';
import type { Adjacency, Frame, Outline, Palette, Surface, Top } from './draw.ts';
import { drawGround } from './drawGround.ts';
import type { GroundColours, NodeStates, Scene } from './drawGround.ts';
import type { Pixels, Sprite } from './drawPixels.ts';
import { edgeCells } from './graphGrid.ts';
import type { EdgeCells } from './graphGrid.ts';
import { outlineOf } from './graphHulls.ts';
import { edgeLooks, edgeMark, everyEdge, families, familyBits, familyShapes, groupSteps, partitionNumbers, stepRadius } from './graphLook.ts';
import type { EdgeFilter, Level, View } from './graphLook.ts';
import { centresOf, edgesBetween, marksOf } from './graphSources.ts';
import type { Edges, Groups } from './graphSources.ts';
import { marks, shapes } from './marks.ts';

/** The ground is larger than what is seen by so many CSS pixels at each side; and drawn anew when fewer than these are left. */
const MARGIN = 160, SPARE = 60;
/** Milliseconds of a frame for drawing ground: while something moves, and while nothing does. */
const MOVING = 7, RESTING = 14;
/** A ground that took no longer than this, in milliseconds, the last time is drawn within the frame: of a small graph nothing is ever seen that is not sharp. */
const AT_ONCE = 1;
/** Nodes slide to their new places, and one level gives way to the other, within so many milliseconds. */
const MOTION = 140;

/** What a frame was painted for, as an entry of the worker's own timeline; entries are let go after so many. */
export const FRAME = 'acumen:graph-frame';
const KEPT_FRAMES = 2_000;

/** A graph at both levels. */
interface Held {
  readonly acus: Edges & { readonly names: readonly string[] };
  readonly groups: Groups;
  readonly partition: Int32Array;
  readonly sources: Edges & { readonly names: readonly string[] };
  readonly edgesOf: Readonly<Record<Level, Adjacency>>;
  readonly members: Readonly<Record<Level, Uint16Array>>;
}

/** A ground and the view it was drawn for. */
interface Drawn { readonly on: Surface; view: View | null }
/** A ground that is being drawn; `spent`: milliseconds so far. */
interface Job { readonly steps: Generator<void, void>; readonly view: View; readonly version: number; spent: number }
interface Sprites { readonly key: string; readonly marks: readonly (readonly Sprite[])[]; readonly kinds: readonly (Sprite | null)[] }

export class GraphPainter {
  #canvas: OffscreenCanvas | null = null;
  #on: Surface | null = null;
  /** the ground that is shown, and the one that is drawn, or that gives way */
  #front: Drawn | null = null; #back: Drawn | null = null;
  #pixels: Pixels & { readonly image: ImageData } | null = null;
  #job: Job | null = null;
  /** grows with everything but the view that the ground shows; what the front shows of it */
  #version = 1; #shown = 0;
  #cost = 0;
  /** since when the front takes the back's place, if it does */
  #fading: number | null = null; #fadeNext = false;

  #held: Held | null = null;
  #positions: Float32Array | null = null;
  #sliding: { readonly from: Float32Array; readonly to: Float32Array; readonly since: number } | null = null;
  #scene: Scene | null = null;
  #outlines: readonly Outline[] = [];
  #states: NodeStates = { mark: new Uint8Array(0), dim: new Uint8Array(0) };
  #shownStates: NodeStates | null = null;
  #level: Level = 'acus';
  #filter: EdgeFilter = everyEdge;
  #top: Top = nothingOnTop;
  #palette: Palette | null = null;
  #colours: GroundColours | null = null;
  #sprites: Sprites | null = null;
  #view: View = { scale: 1, x: 0, y: 0 };
  #width = 0; #height = 0; #ratio = 1;
  #asked = false;
  #frames = 0;

  /** The canvas, and its size in one: a size that is sent while this is on its way is newer. */
  attach(canvas: OffscreenCanvas, width: number, height: number, ratio: number): void {
    this.#canvas = canvas;
    this.#on = canvas.getContext('2d', { alpha: false });
    const ground = (): Drawn => ({ on: new OffscreenCanvas(1, 1).getContext('2d', { alpha: false })!, view: null });
    this.#front = ground();
    this.#back = ground();
    this.resize(width, height, ratio);
  }

  resize(width: number, height: number, ratio: number): void {
    if (this.#canvas === null || this.#front === null || this.#back === null || width === 0 || height === 0) return;
    this.#width = width; this.#height = height; this.#ratio = ratio;
    this.#canvas.width = Math.max(1, Math.round(width * ratio));
    this.#canvas.height = Math.max(1, Math.round(height * ratio));
    const w = Math.round((width + 2 * MARGIN) * ratio), h = Math.round((height + 2 * MARGIN) * ratio);
    const image = new ImageData(w, h);
    this.#pixels = { width: w, height: h, data: new Uint32Array(image.data.buffer), image };
    for (const one of [this.#front, this.#back]) { one.on.canvas.width = w; one.on.canvas.height = h; one.view = null; }
    this.#fading = null;
    this.#job = null;
    this.#change();
    this.#paint(); // at once: a resized canvas is empty
  }

  /** `level`: what nodes are, as the window decided by the scale. */
  look(view: View, level: Level): void {
    this.#view = view;
    if (level !== this.#level) { this.#level = level; this.#sceneIsOld(); this.#fadeNext = true; }
    this.#ask();
  }

  paint(palette: Palette): void { this.#palette = palette; this.#sprites = null; this.#colours = null; this.#change(); }
  sift(filter: EdgeFilter): void { this.#filter = filter; this.#change(); }
  point(top: Top): void { this.#top = top; this.#ask(); }

  /** Marks and dimness of the ACUs. */
  show(states: NodeStates): void {
    this.#states = states;
    this.#shownStates = null;
    this.#change();
  }

  /** A new graph; nothing of it is seen before its nodes are placed. What was seen goes on being seen until then. */
  take(edges: Edges, names: readonly string[], partition: Int32Array, groups: Groups, groupNames: readonly string[]): void {
    const sources = { ...edgesBetween(groups, edges), names: groupNames };
    this.#held = {
      acus: { ...edges, names }, groups, partition, sources,
      edgesOf: { acus: adjacencyOf(names.length, edges), sources: adjacencyOf(groups.count, sources) },
      members: { acus: new Uint16Array(names.length).fill(1), sources: Uint16Array.from({ length: groups.count }, (_, g) => Math.min(65_535, groups.first[g + 1]! - groups.first[g]!)) },
    };
    this.#positions = null;
    this.#sliding = null;
    this.#top = { ...nothingOnTop, outlines: this.#top.outlines };
  }

  /** x and y of each of its nodes. `from`: where those stood that slide to their places; null: nothing moves. */
  place(positions: Float32Array, settled: boolean, from: Float32Array | null): void {
    if (this.#held === null || positions.length !== 2 * this.#held.acus.names.length) return; // of an older graph
    this.#sliding = from === null ? null : { from, to: positions, since: performance.now() };
    this.#positions = from ?? positions;
    this.#outlines = !settled ? [] : [...partitionNumbers(this.#held.partition).values()].map(({ number, members }) => (
      { name: `Partition ${number} · ${members.length}`, corners: outlineOf(positions, members), nodes: new Set(members) }));
    this.#sceneIsOld();
  }

  /** What the edges cross, for whoever finds what lies under a pointer; at the level that is shown. */
  cells(level: Level): EdgeCells | null {
    const scene = this.#sceneAt(level);
    return scene === null ? null : edgeCells(scene.positions, scene.a, scene.b);
  }

  #sceneIsOld(): void { this.#scene = null; this.#shownStates = null; this.#change(); }
  #change(): void { this.#version++; this.#ask(); }

  #ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => { this.#asked = false; this.#paint(); });
  }

  #sceneAt(level: Level): Scene | null {
    if (this.#held === null || this.#positions === null) return null;
    const positions = level === 'acus' ? this.#positions : centresOf(this.#held.groups, this.#positions, this.#held.partition);
    return { ...this.#held[level], positions, members: this.#held.members[level] };
  }

  /** States of an older graph would name other nodes. */
  #statesNow(): NodeStates {
    if (this.#shownStates !== null) return this.#shownStates;
    const { groups, acus } = this.#held!, n = acus.names.length;
    const own = this.#states.mark.length === n ? this.#states : { mark: new Uint8Array(n), dim: new Uint8Array(n) };
    if (this.#level === 'acus') return this.#shownStates = own;
    const dim = new Uint8Array(groups.count).fill(1);
    own.dim.forEach((one, i) => { if (one === 0) dim[groups.of[i]!] = 0; });
    return this.#shownStates = { mark: marksOf(groups, own.mark), dim };
  }

  #paint(): void {
    const now = performance.now();
    if (this.#on === null || this.#front === null || this.#back === null || this.#palette === null || this.#pixels === null) return;
    if (this.#sliding !== null) {
      const { from, to, since } = this.#sliding, t = Math.min(1, (now - since) / MOTION), k = t * (2 - t);
      this.#positions = t === 1 ? to : from.map((p, i) => p + (to[i]! - p) * k);
      if (t === 1) this.#sliding = null;
      this.#scene = null;
      this.#version++;
    }
    const scene = this.#scene ??= this.#sceneAt(this.#level);
    if (scene === null) {
      // nothing is laid out yet: what was seen stays, and a canvas on which nothing was seen is black
      if (this.#front.view === null) this.#compose();
      return;
    }
    this.#drawSome(scene, now);
    this.#compose();
    const frame: Frame = {
      width: this.#width, height: this.#height, ratio: this.#ratio, view: this.#view, palette: this.#palette, scene, states: this.#statesNow(), filter: this.#filter,
      edgesOf: this.#held!.edgesOf[this.#level], top: this.#top, outlines: this.#level === 'acus' ? this.#outlines : this.#outlines.filter(() => this.#top.outlines),
    };
    drawTop(this.#on, frame);
    performance.mark(FRAME);
    if (++this.#frames % KEPT_FRAMES === 0) performance.clearMarks(FRAME);
    if (this.#job !== null || this.#fading !== null || this.#sliding !== null || this.#isOld()) this.#ask();
  }

  /** Does the ground show something else, or lack what will be seen next? */
  #isOld(): boolean {
    const view = this.#front!.view;
    if (view === null || this.#shown !== this.#version || view.scale !== this.#view.scale) return true;
    return Math.abs(this.#view.x - view.x) > MARGIN - SPARE || Math.abs(this.#view.y - view.y) > MARGIN - SPARE;
  }

  /** Draws as much of the ground as this frame has time for. */
  #drawSome(scene: Scene, now: number): void {
    if (this.#fading !== null && now - this.#fading >= MOTION) this.#fading = null;
    // the back is still seen through
    if (this.#fading !== null) return;
    if (this.#job === null && this.#isOld()) this.#job = this.#begin(scene);
    const job = this.#job;
    if (job === null) return;
    const until = now + (this.#front!.view === null || this.#cost <= AT_ONCE ? Infinity : job.view.scale === this.#view.scale && job.view.x === this.#view.x ? RESTING : MOVING);
    const began = performance.now();
    let done = false, at = began;
    while (!done && at < until) { done = job.steps.next().done === true; at = performance.now(); }
    job.spent += at - began;
    if (!done) return;
    this.#job = null;
    this.#cost = job.spent;
    const back = this.#back!;
    back.on.putImageData(this.#pixels!.image, 0, 0);
    back.view = job.view;
    [this.#front, this.#back] = [back, this.#front];
    this.#shown = job.version;
    if (this.#fadeNext && this.#back!.view !== null && !this.#palette!.still) this.#fading = now;
    this.#fadeNext = false;
  }

  #begin(scene: Scene): Job {
    const view = this.#view, palette = this.#palette!, { marks: sprites, kinds: kindSprites } = this.#spritesNow();
    const steps = drawGround(this.#pixels!, {
      ratio: this.#ratio, view: { scale: view.scale, x: view.x + MARGIN, y: view.y + MARGIN }, scene, states: this.#statesNow(), filter: this.#filter, sprites, kindSprites,
      colours: this.#colours ??= { background: pixelOf(palette.background), edges: edgeLooks.map((look) => pixelOf(palette.marks[edgeMark[look]])) },
    });
    return { steps, view, version: this.#version, spent: 0 };
  }

  /** Nodes' shapes at the size they have now. */
  #spritesNow(): Sprites {
    const palette = this.#palette!, ratio = this.#ratio;
    // to half a device pixel: between these nothing is seen to change
    const radii = Array.from({ length: groupSteps }, (_, step) => Math.round(2 * stepRadius(this.#view.scale, step) * ratio) / 2), key = `${radii.join(' ')} ${ratio}`;
    if (this.#sprites?.key === key) return this.#sprites;
    return this.#sprites = {
      key,
      marks: radii.map((radius) => marks.map((mark) => spriteOf(shapes[mark], radius, palette.marks[mark], palette.background))),
      kinds: conflictKinds.map((_, k) => {
        const shape = familyShapes[families[familyBits.findIndex((bits) => (bits >> k & 1) === 1)]!];
        return shape === null ? null : spriteOf(shape, 5 * ratio, palette.faint, palette.background);
      }),
    };
  }

  /** Puts the ground where the view has it now, moved and scaled. */
  #compose(): void {
    const on = this.#on!, t = this.#fading === null ? 1 : Math.min(1, (performance.now() - this.#fading) / MOTION);
    on.setTransform(1, 0, 0, 1, 0, 0);
    on.globalAlpha = 1;
    on.fillStyle = this.#palette!.background;
    on.fillRect(0, 0, this.#canvas!.width, this.#canvas!.height);
    if (t < 1) this.#put(this.#back!);
    on.globalAlpha = t;
    this.#put(this.#front!);
  }

  #put({ on: ground, view }: Drawn): void {
    if (view === null) return;
    const k = this.#view.scale / view.scale, x = (this.#view.x - (MARGIN + view.x) * k) * this.#ratio, y = (this.#view.y - (MARGIN + view.y) * k) * this.#ratio;
    // by whole pixels where it is only moved: else all of it would be blurred
    if (k === 1) this.#on!.drawImage(ground.canvas, Math.round(x), Math.round(y));
    else this.#on!.drawImage(ground.canvas, x, y, ground.canvas.width * k, ground.canvas.height * k);
  }
}
