// Where the cells of a heat map stand on screen, one axis at a time: rows and columns obey the same rules. Pure, and the same for the worker that
// draws and for the page that asks what is under the pointer. All lengths are CSS pixels within the plot.

/** Cell i reaches from start + i·size to start + (i + 1)·size. */
export interface Span { readonly size: number; readonly start: number }
export interface View { readonly x: Span; readonly y: Span }

/** How many cells an axis has, and how long it is on screen. */
export interface Room { readonly count: number; readonly length: number }

/** Pixels a cell has at most, and where everything fits on the screen anyway. */
export const sizes = { most: 96, fit: 56, label: 13, value: 38, valueHigh: 17, near: 44 } as const;

const clamp = (value: number, least: number, most: number): number => Math.max(least, Math.min(most, value));

export const fitSize = ({ count, length }: Room): number => clamp(length / Math.max(1, count), 1e-6, sizes.fit);
export const fitted = (room: Room): Span => ({ size: fitSize(room), start: 0 });

/** Moved so that the screen shows as many cells as it can: nothing is before the first or, where there are enough, after the last. */
export function settled({ size, start }: Span, { count, length }: Room): Span {
  return { size, start: clamp(start, Math.min(0, length - size * count), 0) };
}

export const panned = (span: Span, by: number, room: Room): Span => settled({ size: span.size, start: span.start + by }, room);

/** `least`: the size at which it fits. The point `at` stays where it is as far as the ends allow. */
export function resized(span: Span, size: number, at: number, room: Room, least = fitSize(room)): Span {
  const next = clamp(size, Math.min(least, sizes.most), sizes.most);
  return settled({ size: next, start: at - ((at - span.start) * next) / span.size }, room);
}

/** The cell at a point, or −1. */
export function cellAt({ size, start }: Span, at: number, count: number): number {
  const cell = Math.floor((at - start) / size);
  return cell >= 0 && cell < count ? cell : -1;
}

export const middleOf = ({ size, start }: Span, cell: number): number => start + (cell + 0.5) * size;

/** The cells that are at least partly on screen: [from, to). */
export function shown({ size, start }: Span, { count, length }: Room): readonly [from: number, to: number] {
  return [clamp(Math.floor(-start / size), 0, count), clamp(Math.ceil((length - start) / size), 0, count)];
}

/** As it is where the cell is wholly on screen already, else moved as little as brings it there. */
export function revealed(span: Span, cell: number, room: Room): Span {
  const from = span.start + cell * span.size, to = from + span.size;
  return from < 0 ? panned(span, -from, room) : to > room.length ? panned(span, Math.max(room.length - to, -from), room) : span;
}

/** With the cells from…to (both of them included) as large as the screen allows, in its middle. */
export function framed(from: number, to: number, room: Room, most: number = sizes.most): Span {
  const n = to - from + 1, size = clamp(room.length / n, fitSize(room), most);
  return settled({ size, start: room.length / 2 - (from + n / 2) * size }, room);
}

export const between = (a: Span, b: Span, t: number): Span => {
  // sizes by their ratio, so that a zoom goes evenly; the start follows the point that both have in common
  const size = a.size * (b.size / a.size) ** t, k = Math.abs(b.size - a.size) < 1e-9 ? t : (size - a.size) / (b.size - a.size);
  return { size, start: a.start + (b.start - a.start) * k };
};

/** The layer of the pyramid whose blocks have at least one device pixel each. `size`: device pixels of a cell. */
export function layerFor(size: number): number {
  return size >= 1 ? 0 : Math.min(24, Math.ceil(-Math.log2(size) - 1e-9));
}

/**
 * The block that a cell is drawn with. What is left over at the end belongs to the last whole block: alone it could fall between two pixels, and a
 * strong cell in it would not be seen.
 */
export const blockOf = (cell: number, layer: number, count: number): number => Math.min(cell >> layer, lastBlock(layer, count));
export const lastBlock = (layer: number, count: number): number => Math.max(0, (count >> layer) - 1);

/** The cells that share a block with the one under a point: what one pixel stands for. [from, to), empty off the matrix. */
export function underPoint(span: Span, at: number, count: number, ratio: number): readonly [from: number, to: number] {
  const cell = cellAt(span, at, count);
  if (cell < 0) return [0, 0];
  const layer = layerFor(span.size * ratio), block = blockOf(cell, layer, count);
  return [block << layer, block === lastBlock(layer, count) ? count : (block + 1) << layer];
}

/**
 * Labels that keep off one another: of those asked for, the most important first, the places (middles) at which they stand. One that would lie
 * over an earlier one, or has no place at all, is left out. `height`: of a line.
 */
export function packed(wanted: readonly { readonly cell: number; readonly at: number }[], height: number, length: number): readonly { readonly cell: number; readonly at: number }[] {
  const taken: { cell: number; at: number }[] = [];
  if (length < height) return taken;
  for (const { cell, at } of wanted) {
    const place = clamp(at, height / 2, length - height / 2);
    if (at < -height || at > length + height || taken.some((one) => one.cell === cell || Math.abs(one.at - place) < height)) continue;
    taken.push({ cell, at: place });
  }
  return taken;
}
