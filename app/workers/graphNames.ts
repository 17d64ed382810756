// Where the names of nodes stand in the picture: beside their node, else above or below it, off one another and off nodes. Pure; a grid of what is
// taken answers at the cost of the cells that a name would cover.

/** In CSS pixels of the canvas. */
export interface Box { readonly x: number; readonly y: number; readonly w: number; readonly h: number }

/** A cell of the grid, in CSS pixels. */
const W = 6, H = 7;
/** Between a node and its name. */
const BESIDE = 6, ABOVE = 8;

/** Which parts of a picture are taken. `x`, `y`: where the graph's own corner is: cells go with it, so that a pan moves names and does not place them anew. */
export class Taken {
  readonly #columns: number; readonly #rows: number;
  readonly #left: number; readonly #top: number;
  readonly #cells: Uint8Array;

  constructor(width: number, height: number, x: number, y: number) {
    this.#left = (((x % W) + W) % W) - W;
    this.#top = (((y % H) + H) % H) - H;
    this.#columns = Math.ceil((width - this.#left) / W) + 1;
    this.#rows = Math.ceil((height - this.#top) / H) + 1;
    this.#cells = new Uint8Array(this.#columns * this.#rows);
  }

  #range({ x, y, w, h }: Box): readonly [c0: number, r0: number, c1: number, r1: number] {
    return [Math.max(0, Math.floor((x - this.#left) / W)), Math.max(0, Math.floor((y - this.#top) / H)), Math.min(this.#columns - 1, Math.floor((x + w - this.#left) / W)), Math.min(this.#rows - 1, Math.floor((y + h - this.#top) / H))];
  }

  take(box: Box): void {
    const [c0, r0, c1, r1] = this.#range(box);
    for (let r = r0; r <= r1; r++) this.#cells.fill(1, r * this.#columns + c0, r * this.#columns + c1 + 1);
  }

  /** Cells of a box that are taken. */
  count(box: Box): number {
    const [c0, r0, c1, r1] = this.#range(box);
    let n = 0;
    for (let r = r0; r <= r1; r++) for (let c = c0; c <= c1; c++) n += this.#cells[r * this.#columns + c]!;
    return n;
  }
}

/** Where a name of this size may stand, the best place first: right of its node, left of it, below, above. Below and above it stays within the width. */
export function placesFor(x: number, y: number, radius: number, w: number, h: number, width: number): readonly Box[] {
  const middle = Math.max(2, Math.min(width - w - 2, x - w / 2));
  return [
    { x: x + radius + BESIDE, y: y - h / 2, w, h }, { x: x - radius - BESIDE - w, y: y - h / 2, w, h },
    { x: middle, y: y + radius + ABOVE, w, h }, { x: middle, y: y - radius - ABOVE - h, w, h },
  ];
}

/** The place on no other name that covers least of nodes, and no more than `most` cells of them; null where there is none within the picture. */
export function roomFor(places: readonly Box[], names: Taken, nodes: Taken, width: number, height: number, most: number): Box | null {
  let best: Box | null = null, least = most + 1;
  for (const place of places) {
    if (place.x < 0 || place.y < 0 || place.x + place.w > width || place.y + place.h > height || names.count(place) > 0) continue;
    const over = nodes.count(place);
    if (over < least) { least = over; best = place; }
  }
  return best;
}
