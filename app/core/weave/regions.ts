// Where edits of several sides touch, and what comes of it: the same text, one side's text, or a clash (design.md §2,
// Conflict place and Identical edits). Sides are given by which pieces of a stretch each of them shows.
import type { Piece } from './axis.ts';
import type { Bits } from './bits.ts';
import { disjoint } from './bits.ts';

/** One top. `own`: its ACUs beyond what all tops of the set have in common; `shown`: by piece. */
export interface Side { readonly top: number; readonly id: string; readonly own: Bits; readonly shown: Uint8Array }

/** Pieces [from, to). `sides` of a clash: tops that do not get along there; of what is settled: all that give its text, and `side`: the one whose lines stand for all. */
export interface Outcome {
  readonly clashes: readonly { readonly from: number; readonly to: number; readonly sides: readonly number[] }[];
  readonly settled: readonly { readonly from: number; readonly to: number; readonly side: number; readonly sides: readonly number[] }[];
}

interface Region { readonly from: number; to: number; readonly sides: Set<Side> }

/** `common`: what all tops have in common, by piece; `sharedBy`: what two of them have in common, asked where that is more. */
export function decide(pieces: readonly Piece[], sides: readonly Side[], common: Uint8Array, sharedBy: (a: number, b: number) => Uint8Array): Outcome {
  const shared = (a: Side, b: Side): Uint8Array => (disjoint(a.own, b.own) ? common : sharedBy(a.top, b.top));
  const clashes: Outcome['clashes'][number][] = [], settled: Outcome['settled'][number][] = [];
  for (const { from, to, sides: touching } of connected(touchingRegions(sides, shared))) {
    // Another side that changed something in here has a say too.
    const first = [...touching];
    for (const side of sides) {
      if (!touching.has(side) && first.some((other) => !sameFlags(shared(side, other), side.shown, from, to))) touching.add(side);
    }
    const here = [...touching];
    const textOf = numberedTexts(pieces, from, to);
    const texts = here.map((side) => textOf(side.shown));
    // A side whose text is what it shares with another changed nothing in the end: the other one decides.
    const deciding = here.filter((side, n) => !here.some((other, k) => texts[k] !== texts[n] && texts[n] === textOf(shared(side, other))));
    const [head] = deciding;
    if (head === undefined || deciding.some((side) => textOf(side.shown) !== textOf(head.shown))) {
      clashes.push({ from, to, sides: (deciding.length > 1 ? deciding : here).map((side) => side.top) });
    } else {
      // All texts are equal, so whose lines stand for them changes no byte; by id, so that nothing depends on arrival.
      settled.push({ from, to, side: deciding.reduce((x, y) => (x.id < y.id ? x : y)).top, sides: deciding.map((side) => side.top) });
    }
  }
  return { clashes, settled };
}

/** Regions in which edits of two sides touch and are not the very same. */
function touchingRegions(sides: readonly Side[], shared: (a: Side, b: Side) => Uint8Array): Region[] {
  const hunks = sides.map(() => new Map<Uint8Array, readonly number[]>());
  const hunksOf = (n: number, base: Uint8Array): readonly number[] => {
    let found = hunks[n]!.get(base);
    if (!found) hunks[n]!.set(base, found = changed(base, sides[n]!.shown));
    return found;
  };
  // Most regions of a crowded place are the same stretch: one entry for all of them.
  const regions = new Map<number, Region>();
  for (let n = 0; n < sides.length; n++) {
    for (let k = n + 1; k < sides.length; k++) {
      const base = shared(sides[n]!, sides[k]!);
      const a = hunksOf(n, base), b = hunksOf(k, base);
      for (let i = 0, j = 0; i < a.length && j < b.length;) {
        if (a[i + 1]! < b[j]!) { i += 2; continue; }
        if (b[j + 1]! < a[i]!) { j += 2; continue; }
        const from = Math.min(a[i]!, b[j]!);
        let to = from;
        for (;;) {
          if (i < a.length && a[i]! <= to) { to = Math.max(to, a[i + 1]!); i += 2; }
          else if (j < b.length && b[j]! <= to) { to = Math.max(to, b[j + 1]!); j += 2; }
          else break;
        }
        if (sameFlags(sides[n]!.shown, sides[k]!.shown, from, to)) continue;
        const key = from * (base.length + 1) + to;
        let region = regions.get(key);
        if (!region) regions.set(key, region = { from, to, sides: new Set() });
        region.sides.add(sides[n]!).add(sides[k]!);
      }
    }
  }
  return [...regions.values()];
}

/**
 * Hunks of a side as piece intervals [from, to]*: maximal stretches without a line that it keeps of `base`, if anything
 * changes there. Two sides' hunks touch if no line that both keep lies between them, which is `end >= start` here too.
 */
function changed(base: Uint8Array, side: Uint8Array): number[] {
  const out: number[] = [];
  let from = 0, changes = false;
  for (let at = 0; at <= base.length; at++) {
    if (at === base.length || (base[at]! & side[at]!) === 1) {
      if (changes) out.push(from, at);
      from = at + 1;
      changes = false;
    } else if (base[at] !== side[at]) changes = true;
  }
  return out;
}

/** Joins regions that overlap. */
function connected(regions: Region[]): Region[] {
  const out: Region[] = [];
  for (const region of regions.sort((x, y) => x.from - y.from)) {
    const last = out.at(-1);
    if (last && region.from < last.to) {
      last.to = Math.max(last.to, region.to);
      for (const side of region.sides) last.sides.add(side);
    } else out.push(region);
  }
  return out;
}

function sameFlags(a: Uint8Array, b: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (a[at] !== b[at]) return false;
  return true;
}

/** A number for the text that a choice of pieces [from, to) makes: equal for equal texts only. */
function numberedTexts(pieces: readonly Piece[], from: number, to: number): (shown: Uint8Array) => number {
  const numbers = new Map<Uint8Array, number>();
  const texts = new Map<string, number>();
  return (shown) => {
    let number = numbers.get(shown);
    if (number === undefined) {
      const text = linesOf(pieces, shown, from, to).join();
      number = texts.get(text) ?? texts.size;
      texts.set(text, number);
      numbers.set(shown, number);
    }
    return number;
  };
}

/** The shown lines of pieces [from, to). */
export function linesOf(pieces: readonly Piece[], shown: Uint8Array, from = 0, to = pieces.length): Uint32Array {
  let length = 0;
  for (let k = from; k < to; k++) if (shown[k] === 1) length += pieces[k]!.to - pieces[k]!.from;
  const out = new Uint32Array(length);
  let filled = 0;
  for (let k = from; k < to; k++) {
    if (shown[k] !== 1) continue;
    const { run, from: start, to: end } = pieces[k]!;
    if (end - start === 1) out[filled++] = run.lines[start]!;
    else {
      out.set(run.lines.subarray(start, end), filled);
      filled += end - start;
    }
  }
  return out;
}
