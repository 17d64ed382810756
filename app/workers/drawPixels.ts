// Lines and small pictures in an array of pixels. A canvas that draws by software takes two to three times as long for the lines, ten times for
// dashes and a hundred for lines wider than a pixel, all of it in one piece at the end of a frame; this takes as long as it takes, and stops when told.
// A pixel is RGBA in memory, that is 0xAABBGGRR as a number; the picture is opaque.

export interface Pixels { readonly width: number; readonly height: number; readonly data: Uint32Array }

/** `weight` 256ths of one colour over another. */
function mix(below: number, above: number, weight: number): number {
  const left = 256 - weight;
  return (255 << 24
    | ((Math.imul(below & 0xff00ff, left) + Math.imul(above & 0xff00ff, weight)) >>> 8 & 0xff00ff)
    | ((Math.imul(below & 0x00ff00, left) + Math.imul(above & 0x00ff00, weight)) >>> 8 & 0x00ff00)) >>> 0;
}

/** Lines and gaps as bits for each pixel along a line, at `ratio` device pixels to one of CSS: `length` bits that repeat. */
export interface Dash { readonly bits: Uint8Array; readonly length: number }
export function dashOf(parts: readonly number[], ratio: number): Dash | null {
  if (parts.length === 0) return null;
  const bits = parts.flatMap((part, i) => new Array<number>(Math.max(1, Math.round(part * ratio))).fill(i % 2 === 0 ? 1 : 0));
  return { bits: Uint8Array.from(bits), length: bits.length };
}

/** A line a device pixel wide, smooth at its sides (Wu 1991); `weight`: 256ths that it covers. Dashes are counted from its first end, on screen or not. */
export function line({ width, height, data }: Pixels, x1: number, y1: number, x2: number, y2: number, colour: number, weight: number, dash: Dash | null): void {
  const steep = Math.abs(y2 - y1) > Math.abs(x2 - x1);
  // u runs along the line's longer side, v across; the end with the lower u comes first
  let u1 = steep ? y1 : x1, v1 = steep ? x1 : y1, u2 = steep ? y2 : x2, v2 = steep ? x2 : y2;
  if (u1 > u2) { [u1, u2] = [u2, u1]; [v1, v2] = [v2, v1]; }
  const slope = u2 === u1 ? 0 : (v2 - v1) / (u2 - u1), uEnd = (steep ? height : width) - 1, vEnd = (steep ? width : height) - 1;
  let from = Math.max(0, Math.round(u1)), to = Math.min(uEnd, Math.round(u2));
  // v is within the picture between two values of u
  if (slope !== 0) {
    const p = u1 + (0 - v1) / slope, q = u1 + (vEnd - 1 - v1) / slope;
    from = Math.max(from, Math.ceil(Math.min(p, q)));
    to = Math.min(to, Math.floor(Math.max(p, q)));
  } else if (v1 < 0 || v1 > vEnd - 1) return;
  const along = steep ? width : 1, across = steep ? 1 : width;
  const stretch = dash === null ? 0 : Math.sqrt(1 + slope * slope);
  for (let u = from; u <= to; u++) {
    if (dash !== null && dash.bits[Math.trunc((u - u1) * stretch + dash.length) % dash.length] === 0) continue;
    const v = v1 + (u - u1) * slope, floor = Math.floor(v), below = (v - floor) * weight | 0, at = u * along + floor * across;
    if (floor < 0 || floor >= vEnd) continue;
    data[at] = mix(data[at]!, colour, weight - below);
    if (below > 0) data[at + across] = mix(data[at + across]!, colour, below);
  }
}

/** A small picture with alpha, put down by its middle. */
export interface Sprite { readonly width: number; readonly height: number; readonly data: Uint32Array }
/** `weight`: 256ths of its own alpha. */
export function put({ width, height, data }: Pixels, sprite: Sprite, x: number, y: number, weight: number): void {
  const left = Math.round(x - sprite.width / 2), top = Math.round(y - sprite.height / 2);
  const i0 = Math.max(0, -left), i1 = Math.min(sprite.width, width - left), j0 = Math.max(0, -top), j1 = Math.min(sprite.height, height - top);
  for (let j = j0; j < j1; j++) {
    for (let i = i0, from = j * sprite.width + i0, to = (top + j) * width + left + i0; i < i1; i++, from++, to++) {
      const one = sprite.data[from]!, alpha = (one >>> 24) * weight >> 8;
      if (alpha === 0) continue;
      // 255 covers all of it
      data[to] = mix(data[to]!, one, alpha + (alpha >> 7));
    }
  }
}
