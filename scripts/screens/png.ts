// Pictures small enough to commit: a screenshot's PNG with at most 96 colours, chosen by median cut, and nothing but what a PNG must have. A screen has few
// colours and the shades of its letters' edges; a quarter of the bytes is left. Bright colours say something, and stay what they are. PNG: W3C
// Recommendation, third edition.
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const COLOURS = 96;
/** Of these so many stay as they are: bright ones, of so many pixels, which differ by so much in some channel. */
const MEANT = 28, BRIGHT = 56, PIXELS = 16, APART = 14;

export interface Pixels { readonly width: number; readonly height: number; /** red, green, blue of each pixel, row after row */ readonly rgb: Uint8Array }

function* chunks(png: Buffer): Generator<{ readonly type: string; readonly data: Buffer }> {
  for (let at = SIGNATURE.length; at + 12 <= png.length;) {
    const length = png.readUInt32BE(at);
    yield { type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) };
    at += 12 + length;
  }
}

/** Of eight bits for each of three or four channels, not interlaced: what browsers write. Transparency is left out. */
export function decode(png: Buffer): Pixels {
  let width = 0, height = 0, channels = 0;
  const parts: Buffer[] = [];
  for (const { type, data } of chunks(png)) {
    if (type === 'IDAT') parts.push(data);
    if (type !== 'IHDR') continue;
    width = data.readUInt32BE(0);
    height = data.readUInt32BE(4);
    channels = data[9] === 2 ? 3 : data[9] === 6 ? 4 : 0;
    if (data[8] !== 8 || channels === 0 || data[12] !== 0) throw new Error('This is no PNG of eight bits a channel.');
  }
  const raw = inflateSync(Buffer.concat(parts)), stride = width * channels, lines = Buffer.alloc(stride * height), rgb = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)]!, from = y * (stride + 1) + 1, to = y * stride;
    for (let x = 0; x < stride; x++) {
      const a = x >= channels ? lines[to + x - channels]! : 0, b = y > 0 ? lines[to + x - stride]! : 0, c = x >= channels && y > 0 ? lines[to + x - stride - channels]! : 0;
      const p = a + b - c, pa = Math.abs(p - a), pb = Math.abs(p - b), pc = Math.abs(p - c);
      const guess = filter === 0 ? 0 : filter === 1 ? a : filter === 2 ? b : filter === 3 ? (a + b) >> 1 : pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
      lines[to + x] = raw[from + x]! + guess;
    }
  }
  for (let i = 0; i < width * height; i++) for (let k = 0; k < 3; k++) rgb[3 * i + k] = lines[channels * i + k]!;
  return { width, height, rgb };
}

/** Colours that mean something, the most frequent first: a median cut would join the few pixels of one verdict with those of another. */
function meant(counts: ReadonlyMap<number, number>): readonly number[] {
  const channels = (colour: number): readonly [number, number, number] => [colour >> 16, (colour >> 8) & 0xff, colour & 0xff], kept: number[] = [];
  const isApart = (a: number, b: number): boolean => { const of = channels(b); return channels(a).some((value, k) => Math.abs(value - of[k]!) >= APART); };
  const bright = [...counts].filter(([colour, count]) => count >= PIXELS && Math.max(...channels(colour)) - Math.min(...channels(colour)) >= BRIGHT);
  for (const [colour] of bright.sort(([a, x], [b, y]) => y - x || a - b)) if (kept.length < MEANT && kept.every((one) => isApart(one, colour))) kept.push(colour);
  return kept;
}

interface Box { readonly colours: readonly number[]; readonly weight: number }

/** Colours (as 0xrrggbb) for at most `most`, and which of them stands for each: those meant, and boxes of the rest, cut where they hold most, along their longest side (Heckbert, 1982). */
export function palette(counts: ReadonlyMap<number, number>, most = COLOURS): { readonly colours: readonly number[]; readonly of: ReadonlyMap<number, number> } {
  const channel = (colour: number, k: number): number => (colour >> (16 - 8 * k)) & 0xff,
    heavy = (list: readonly number[]): number => list.reduce((sum, one) => sum + counts.get(one)!, 0);
  const spread = (box: Box, k: number): number => { let least = 255, large = 0; for (const one of box.colours) { const v = channel(one, k); if (v < least) least = v; if (v > large) large = v; } return large - least; };
  const longest = (box: Box): number => [0, 1, 2].reduce((best, k) => (spread(box, k) > spread(box, best) ? k : best), 0);
  // rare shades count by their root, or the ground alone would have all the boxes
  const score = (box: Box): number => (box.colours.length < 2 ? 0 : Math.sqrt(box.weight) * spread(box, longest(box)));
  const boxes: { box: Box; score: number }[] = [];
  const put = (colours: readonly number[]): void => { const box = { colours, weight: heavy(colours) }; boxes.push({ box, score: score(box) }); };
  const stays = counts.size > most ? meant(counts) : [], rest = counts.size > most ? [...counts.keys()].filter((one) => !stays.includes(one)) : [...counts.keys()];
  put(rest.sort((x, y) => x - y));
  while (boxes.length < most - stays.length) {
    const at = boxes.reduce((best, one, i) => (one.score > boxes[best]!.score ? i : best), 0);
    if (boxes[at]!.score === 0) break;
    const { box } = boxes.splice(at, 1)[0]!, k = longest(box), sorted = box.colours.toSorted((x, y) => channel(x, k) - channel(y, k) || x - y);
    const ends = channel(sorted[0]!, k) + channel(sorted.at(-1)!, k), cut = Math.max(1, sorted.findIndex((one) => 2 * channel(one, k) > ends));
    put(sorted.slice(0, cut));
    put(sorted.slice(cut));
  }
  const of = new Map<number, number>();
  const colours = boxes.map(({ box }, i) => {
    for (const one of box.colours) of.set(one, i);
    // the ground and the ink stay exactly what they are
    return box.colours.reduce((best, one) => (counts.get(one)! > counts.get(best)! ? one : best));
  });
  stays.forEach((one, i) => of.set(one, colours.length + i));
  return { colours: [...colours, ...stays], of };
}

function chunk(type: string, data: Buffer): Buffer {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, 'latin1');
  data.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}

export function encode({ width, height, rgb }: Pixels): Buffer {
  const counts = new Map<number, number>(), colour = (i: number): number => (rgb[3 * i]! << 16) | (rgb[3 * i + 1]! << 8) | rgb[3 * i + 2]!;
  for (let i = 0; i < width * height; i++) { const one = colour(i); counts.set(one, (counts.get(one) ?? 0) + 1); }
  const { colours, of } = palette(counts), lines = Buffer.alloc((width + 1) * height), head = Buffer.alloc(13), table = Buffer.alloc(3 * colours.length);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) lines[y * (width + 1) + 1 + x] = of.get(colour(y * width + x))!;
  colours.forEach((one, i) => table.writeUIntBE(one, 3 * i, 3));
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 8;
  head[9] = 3;
  return Buffer.concat([SIGNATURE, chunk('IHDR', head), chunk('PLTE', table), chunk('IDAT', deflateSync(lines, { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
}

export const small = (png: Buffer): Buffer => encode(decode(png));
