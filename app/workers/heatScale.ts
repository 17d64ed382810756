// From values to colours of the heat map: a scale (linear, square root, logarithm) makes 255 levels of the values above zero, and a ramp of one
// hue that only grows in lightness (or only falls) makes a colour of each. Level 0 is nothing: it is no level of anything, however weak.

export const scaleKinds = ['linear', 'root', 'log'] as const;
export type ScaleKind = typeof scaleKinds[number];

/** `least`: the smallest value above zero; `most`: the largest. Both 0 where all is zero. */
export interface Scale { readonly kind: ScaleKind; readonly least: number; readonly most: number }

/** A logarithm shows so many powers of ten below the largest value; what is smaller has the lowest level. */
export const DECADES = 4;
export const LEVELS = 256;

/** Where the logarithm begins. */
export const floorOf = ({ least, most }: Scale): number => Math.max(least, most / 10 ** DECADES);

/** Where a value stands between nothing and the largest, 0…1; never falls as the value grows. */
export function share(scale: Scale, value: number): number {
  const { kind, most } = scale;
  if (!(value > 0) || !(most > 0)) return 0;
  if (value >= most) return 1;
  if (kind === 'linear') return value / most;
  if (kind === 'root') return Math.sqrt(value / most);
  const low = floorOf(scale);
  return value <= low ? 0 : Math.log(value / low) / Math.log(most / low);
}

/** 0 for nothing, for what is below zero and for what is no number; 1…255 for everything else. */
export function levelOf(scale: Scale, value: number): number {
  return value > 0 && scale.most > 0 ? 1 + Math.floor(share(scale, value) * (LEVELS - 2)) : 0;
}

/**
 * The level of each 32-bit float by the upper half of its bits, so that 25 million values need no logarithm each: a level is that of the largest
 * value that begins with these bits, 0.8 % above the smallest. Subnormals below 2^-133 count as zero.
 */
export function levelTable(scale: Scale): Uint8Array {
  const table = new Uint8Array(65_536), bits = new Uint32Array(1), value = new Float32Array(bits.buffer);
  for (let upper = 1; upper < 0x7f80; upper++) {
    bits[0] = (upper << 16) | 0xffff;
    table[upper] = levelOf(scale, value[0]!);
  }
  if (scale.most > 0) table[0x7f80] = LEVELS - 1; // infinity; NaN and what has a sign stay 0
  return table;
}

/**
 * Values to write beside the ramp, the smallest first, the largest always among them: at most `room` of them, of the form 1, 2 or 5 times a power
 * of ten, no two closer than `apart` of the ramp's length.
 */
export function ticks(scale: Scale, room: number, apart = 0.14): readonly number[] {
  const { most } = scale;
  if (!(most > 0) || !Number.isFinite(most) || room < 1) return [];
  const kept = [most], top = Math.floor(Math.log10(most));
  // even ones first: 1, 10, 100; then what still has room between them
  for (const factors of [[1], [5], [2]]) {
    for (let power = top; power >= top - DECADES && kept.length < room; power--) {
      for (const factor of factors) {
        const value = factor * 10 ** power, place = share(scale, value);
        if (kept.length < room && value < most && place >= apart / 2 && kept.every((one) => Math.abs(share(scale, one) - place) >= apart)) kept.push(value);
      }
    }
  }
  return kept.sort((a, b) => a - b);
}

/** sRGB, 0…255 */
export type Rgb = readonly [r: number, g: number, b: number];

const toLinear = (c: number): number => (c <= 10.31475 ? c / 3294.6 : ((c / 255 + 0.055) / 1.055) ** 2.4);
const toByte = (c: number): number => Math.round(255 * Math.min(1, Math.max(0, c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055)));

/** Oklab (B. Ottosson, 2020): equal steps in it look equal. */
function toLab([r8, g8, b8]: Rgb): Rgb {
  const r = toLinear(r8), g = toLinear(g8), b = toLinear(b8);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s, 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s, 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s];
}

function fromLab([light, a, b]: Rgb): Rgb {
  const l = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3, m = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3, s = (light - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [toByte(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s), toByte(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s), toByte(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s)];
}

/** WCAG 2.2 */
export function luminance([r, g, b]: Rgb): number { return 0.2126 * toLinear(r) + 0.7152 * toLinear(g) + 0.0722 * toLinear(b); }
export function contrast(a: Rgb, b: Rgb): number {
  const x = luminance(a), y = luminance(b);
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/** A colour for each level: `zero`, then the stops with equal steps between them. */
export function rampOf(zero: Rgb, stops: readonly Rgb[]): readonly Rgb[] {
  const labs = stops.map(toLab);
  return Array.from({ length: LEVELS }, (_, level): Rgb => {
    if (level === 0 || labs.length === 0) return zero;
    const at = ((level - 1) / (LEVELS - 2)) * (labs.length - 1), i = Math.min(Math.floor(at), Math.max(0, labs.length - 2)), t = at - i;
    const from = labs[i]!, to = labs[i + 1] ?? from;
    return fromLab([from[0] + (to[0] - from[0]) * t, from[1] + (to[1] - from[1]) * t, from[2] + (to[2] - from[2]) * t]);
  });
}

/** As ImageData has a pixel where the lowest byte comes first, which is every machine that browsers run on. */
export const pixel = ([r, g, b]: Rgb): number => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
