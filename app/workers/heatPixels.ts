// The cells of a heat map as pixels, worked out one by one: which blocks of the pyramid a pixel shows, and the colour of the strongest. No canvas
// scales anything, so what a pixel shows is what the pointer finds there, and a frame costs what the screen has, not what the matrix has.
import type { Layer, Pyramid } from './heatPyramid.ts';
import { blockOf, cellAt, lastBlock, layerFor } from './heatView.ts';
import type { Span } from './heatView.ts';

/** From this size on, in device pixels, a line of one pixel parts the cells. */
const GAP = 8;

/** For each device pixel of one axis the block it shows, or −1 for none; `layer`: of which size they are; `last`: the one with all that is left over. */
export interface Line { readonly layer: number; readonly block: Int32Array; readonly last: number }

export function lineOf(span: Span, count: number, pixels: number, ratio: number): Line {
  const size = span.size * ratio, layer = layerFor(size), block = new Int32Array(pixels);
  const at = (p: number): number => cellAt(span, (p + 0.5) / ratio, count);
  for (let p = 0, cell = at(0); p < pixels; p++) {
    const next = at(p + 1);
    block[p] = cell < 0 || (size >= GAP && next !== cell) ? -1 : blockOf(cell, layer, count);
    cell = next;
  }
  return { layer, block, last: lastBlock(layer, count) };
}

/**
 * Fills `out` (y.block.length rows of x.block.length pixels). Layers may differ: where columns are wide and rows thin, the blocks of the lower
 * layer are taken together as they are needed.
 */
export function fill(out: Uint32Array, pyramid: Pyramid, x: Line, y: Line, colours: Uint32Array, ground: number): void {
  const width = x.block.length, height = y.block.length, base = Math.min(x.layer, y.layer, pyramid.length - 1), layer = pyramid[base];
  if (layer === undefined) { out.fill(ground); return; }
  const across = x.layer - base, down = y.layer - base;
  const end = (block: number): number => (block === x.last ? layer.cols : (block + 1) << across);
  const [from, to] = reach(x.block), strongest = new Uint8Array(layer.cols);
  for (let row = 0; row < height; row++) {
    const block = y.block[row]!, start = row * width;
    if (block < 0) { out.fill(ground, start, start + width); continue; }
    if (row > 0 && y.block[row - 1] === block) { out.copyWithin(start, start - width, start); continue; }
    gather(layer, block << down, block === y.last ? layer.rows : (block + 1) << down, from << across, end(to), strongest);
    for (let p = 0, last = -1, colour = ground; p < width; p++) {
      const b = x.block[p]!;
      if (b !== last) { last = b; colour = b < 0 ? ground : colours[most(strongest, b << across, end(b))]!; }
      out[start + p] = colour;
    }
  }
}

/** The first and last block that any pixel shows. */
function reach(block: Int32Array): readonly [number, number] {
  let from = 0x7fff_ffff, to = -1;
  for (const b of block) if (b >= 0) { if (b < from) from = b; if (b > to) to = b; }
  return to < 0 ? [0, -1] : [from, to];
}

/** The strongest of each column from…to, over the rows first…end. */
function gather({ cols, cells }: Layer, first: number, end: number, from: number, to: number, into: Uint8Array): void {
  for (let c = from, at = first * cols + from; c < to; c++) into[c] = cells[at++]!;
  for (let r = first + 1; r < end; r++) {
    for (let c = from, at = r * cols + from; c < to; c++, at++) if (cells[at]! > into[c]!) into[c] = cells[at]!;
  }
}

function most(values: Uint8Array, from: number, to: number): number {
  let best = 0;
  for (let i = from; i < to; i++) if (values[i]! > best) best = values[i]!;
  return best;
}
