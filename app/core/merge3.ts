// Three-way merge of lines by the rule of git's merge-ort: changes that overlap or touch join into one region, and a
// region that both sides changed conflicts unless both give it the same text. Whole texts in mergeLines, hunk lists
// alone in hunksConflict, which the conflict index is judged by; git's text with conflict markers in mergeMarked.
import { concatBytes } from './bytes.ts';
import { diffLines } from './diff/diff.ts';
import type { Interner } from './lines.ts';

/** Lines [start, end) of the base, which are `removed`, are replaced by `inserted`. */
export interface LineHunk {
  readonly start: number;
  readonly end: number;
  readonly removed: Uint32Array;
  readonly inserted: Uint32Array;
}

/** A conflict region: the same stretch of the file in the base's lines and in either side's. */
export interface MergePlace {
  readonly baseStart: number; readonly baseEnd: number;
  readonly aStart: number; readonly aEnd: number;
  readonly bStart: number; readonly bEnd: number;
}

export type LineMerge =
  | { readonly clean: true; readonly lines: Uint32Array }
  | { readonly clean: false; readonly places: readonly MergePlace[] };

/** What became of a region. `same`: both sides made the very same change. `equal`: cut differently, yet the same text. */
export type RegionKind = 'a' | 'b' | 'same' | 'equal' | 'conflict';
export interface MergeRegion extends MergePlace { readonly kind: RegionKind }

/**
 * The regions of a merge, in order, from both sides' change scripts (flat [baseStart, baseEnd, start, end]*, as
 * diffLines gives them). Between two regions lies at least one line of the base that neither side touched.
 */
export function* mergeRegions(a: Uint32Array, b: Uint32Array, scriptA: Int32Array, scriptB: Int32Array): Generator<MergeRegion> {
  let i = 0, j = 0;
  // What to add to a base line number, outside regions, for the side's line number.
  let shiftA = 0, shiftB = 0;
  while (i < scriptA.length || j < scriptB.length) {
    const firstA = i, firstB = j;
    const baseStart = Math.min(i < scriptA.length ? scriptA[i]! : Infinity, j < scriptB.length ? scriptB[j]! : Infinity);
    const aStart = baseStart + shiftA, bStart = baseStart + shiftB;
    let baseEnd = baseStart;
    for (;;) {
      if (i < scriptA.length && scriptA[i]! <= baseEnd) {
        baseEnd = Math.max(baseEnd, scriptA[i + 1]!);
        shiftA = scriptA[i + 3]! - scriptA[i + 1]!;
        i += 4;
      } else if (j < scriptB.length && scriptB[j]! <= baseEnd) {
        baseEnd = Math.max(baseEnd, scriptB[j + 1]!);
        shiftB = scriptB[j + 3]! - scriptB[j + 1]!;
        j += 4;
      } else break;
    }
    const aEnd = baseEnd + shiftA, bEnd = baseEnd + shiftB;
    let kind: RegionKind;
    if (j === firstB) kind = 'a';
    else if (i === firstA) kind = 'b';
    else if (!sameLines(a, aStart, aEnd, b, bStart, bEnd)) kind = 'conflict';
    else kind = i === firstA + 4 && j === firstB + 4 && scriptA[firstA] === scriptB[firstB] && scriptA[firstA + 1] === scriptB[firstB + 1]
      ? 'same' : 'equal';
    yield { kind, baseStart, baseEnd, aStart, aEnd, bStart, bEnd };
  }
}

/** Merges two sides of a base. The scripts, where given, must be diffLines(base, a) and diffLines(base, b). */
export function mergeLines(
  base: Uint32Array, a: Uint32Array, b: Uint32Array,
  scriptA: Int32Array = diffLines(base, a), scriptB: Int32Array = diffLines(base, b),
): LineMerge {
  if (scriptA.length === 0) return { clean: true, lines: b };
  if (scriptB.length === 0) return { clean: true, lines: a };
  const places: MergePlace[] = [];
  // Never longer than all of a and all that b inserts.
  const lines = new Uint32Array(a.length + b.length);
  let filled = 0;
  let copied = 0; // lines of a already taken or replaced
  for (const { kind, ...place } of mergeRegions(a, b, scriptA, scriptB)) {
    if (kind === 'conflict') places.push(place);
    else if (kind === 'b' && places.length === 0) {
      lines.set(a.subarray(copied, place.aStart), filled);
      filled += place.aStart - copied;
      copied = place.aEnd;
      lines.set(b.subarray(place.bStart, place.bEnd), filled);
      filled += place.bEnd - place.bStart;
    }
  }
  if (places.length > 0) return { clean: false, places };
  lines.set(a.subarray(copied), filled);
  return { clean: true, lines: lines.slice(0, filled + a.length - copied) };
}

function sameLines(a: Uint32Array, aStart: number, aEnd: number, b: Uint32Array, bStart: number, bEnd: number): boolean {
  if (aEnd - aStart !== bEnd - bStart) return false;
  for (let i = aStart, j = bStart; i < aEnd; i++, j++) if (a[i] !== b[j]) return false;
  return true;
}

const CLEAN = new Int32Array(0);

/**
 * The base regions [start, end]* where two sides' hunks conflict; empty where they merge. Each list is in order, its
 * hunks do not overlap, and all are against one base. No text but the hunks' is needed: every base line of a joined
 * region is removed by a hunk of one side or the other.
 */
export function hunksConflict(a: readonly LineHunk[], b: readonly LineHunk[]): Int32Array {
  let found: number[] | null = null;
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    // Skip what touches nothing of the other side: nearly everything, nearly always.
    if (a[i]!.end < b[j]!.start) { i++; continue; }
    if (b[j]!.end < a[i]!.start) { j++; continue; }
    // A hunk already skipped belongs here if a caller cuts finer than diffLines does, so that it touches the next one.
    while (i > 0 && a[i - 1]!.end === a[i]!.start) i--;
    while (j > 0 && b[j - 1]!.end === b[j]!.start) j--;
    const firstA = i, firstB = j;
    const start = Math.min(a[i]!.start, b[j]!.start);
    let end = start;
    let growth = 0; // lines of side a − lines of side b, over the region
    for (;;) {
      if (i < a.length && a[i]!.start <= end) {
        const hunk = a[i++]!;
        if (hunk.end > end) end = hunk.end;
        growth += hunk.inserted.length - (hunk.end - hunk.start);
      } else if (j < b.length && b[j]!.start <= end) {
        const hunk = b[j++]!;
        if (hunk.end > end) end = hunk.end;
        growth -= hunk.inserted.length - (hunk.end - hunk.start);
      } else break;
    }
    if (growth !== 0 || !sameText(a, firstA, i, b, firstB, j, start, end)) (found ??= []).push(start, end);
  }
  return found ? Int32Array.from(found) : CLEAN;
}

let textA = new Uint32Array(256);
let textB = new Uint32Array(256);

/** Whether a[aFrom, aTo) and b[bFrom, bTo), which make base lines [start, end) equally long, make them equal. */
function sameText(
  a: readonly LineHunk[], aFrom: number, aTo: number, b: readonly LineHunk[], bFrom: number, bTo: number, start: number, end: number,
): boolean {
  let longest = end - start;
  for (let k = aFrom; k < aTo; k++) longest += a[k]!.inserted.length;
  if (textA.length < longest) {
    textA = new Uint32Array(2 * longest);
    textB = new Uint32Array(2 * longest);
  }
  const lines = fill(textA, a, aFrom, aTo, b, bFrom, start, end);
  fill(textB, b, bFrom, bTo, a, aFrom, start, end);
  for (let k = 0; k < lines; k++) if (textA[k] !== textB[k]) return false;
  return true;
}

/** Writes one side's text of base lines [start, end); what it keeps of the base is in the other side's hunks. */
function fill(
  text: Uint32Array, own: readonly LineHunk[], from: number, to: number, other: readonly LineHunk[], otherFrom: number,
  start: number, end: number,
): number {
  let filled = 0;
  let at = start;
  let k = otherFrom;
  for (let h = from; h <= to; h++) {
    const keepTo = h < to ? own[h]!.start : end;
    for (; at < keepTo; at++) {
      while (other[k]!.end <= at) k++;
      text[filled++] = other[k]!.removed[at - other[k]!.start]!;
    }
    if (h < to) {
      const { inserted } = own[h]!;
      for (let n = 0; n < inserted.length; n++) text[filled++] = inserted[n]!;
      at = own[h]!.end;
    }
  }
  return filled;
}

export interface MarkerLabels { readonly a: Uint8Array; readonly b: Uint8Array }

/** git's default; it makes them longer for merges of merges. */
export const MARKER_SIZE = 7;
/** Conflicts closer than this are shown as one (git's "zealous" level): more than so many lines keep them apart. */
const CLOSE = 3;

/**
 * The merge as git writes it into the file: clean parts merged, and each conflict between markers, narrowed to the lines
 * in which the sides really differ. `conflicts` counts the marked places.
 */
export function mergeMarked(
  base: Uint32Array, a: Uint32Array, b: Uint32Array, interner: Interner, labels: MarkerLabels, markerSize = MARKER_SIZE,
): { readonly bytes: Uint8Array; readonly conflicts: number } {
  const scriptA = diffLines(base, a), scriptB = diffLines(base, b);
  if (scriptA.length === 0 || scriptB.length === 0) return { bytes: interner.join(scriptA.length === 0 ? b : a), conflicts: 0 };

  const parts: Uint8Array[] = [];
  let copied = 0; // lines of a already written or replaced
  let conflicts = 0;
  for (const shown of shownPlaces(a, b, scriptA, scriptB)) {
    parts.push(interner.join(a, copied, shown.aStart));
    copied = shown.aEnd;
    if (shown.conflict) {
      conflicts++;
      const crlf = writesCrlf(base, a, b, shown, interner);
      parts.push(
        marker('<', markerSize, labels.a, crlf), closed(interner.join(a, shown.aStart, shown.aEnd), crlf),
        marker('=', markerSize, null, crlf), closed(interner.join(b, shown.bStart, shown.bEnd), crlf),
        marker('>', markerSize, labels.b, crlf),
      );
    } else {
      parts.push(interner.join(b, shown.bStart, shown.bEnd));
    }
  }
  parts.push(interner.join(a, copied));
  return { bytes: concatBytes(parts), conflicts };
}

interface Shown { readonly conflict: boolean; aStart: number; aEnd: number; bStart: number; bEnd: number }

/** Where the shown text is not simply a's: b's own changes, and conflicts, refined and then joined where close. */
function* shownPlaces(a: Uint32Array, b: Uint32Array, scriptA: Int32Array, scriptB: Int32Array): Generator<Shown> {
  let open: Shown | null = null;
  for (const { kind, aStart, aEnd, bStart, bEnd } of mergeRegions(a, b, scriptA, scriptB)) {
    // The same change on both sides is as if nobody had made it; everything else keeps conflicts apart.
    if (kind === 'same') continue;
    if (kind !== 'conflict') {
      if (open) yield open;
      open = null;
      if (kind === 'b') yield { conflict: false, aStart, aEnd, bStart, bEnd };
      continue;
    }
    const refined = aStart < aEnd && bStart < bEnd
      ? diffLines(a.subarray(aStart, aEnd), b.subarray(bStart, bEnd)) : Int32Array.of(0, aEnd - aStart, 0, bEnd - bStart);
    for (let k = 0; k < refined.length; k += 4) {
      const next: Shown = {
        conflict: true, aStart: aStart + refined[k]!, aEnd: aStart + refined[k + 1]!, bStart: bStart + refined[k + 2]!, bEnd: bStart + refined[k + 3]!,
      };
      if (open && next.aStart - open.aEnd <= CLOSE) {
        open.aEnd = next.aEnd;
        open.bEnd = next.bEnd;
      } else {
        if (open) yield open;
        open = next;
      }
    }
  }
  if (open) yield open;
}

const CR = 13, LF = 10;

function marker(sign: string, size: number, label: Uint8Array | null, crlf: boolean): Uint8Array {
  const head = new Uint8Array(size).fill(sign.charCodeAt(0));
  const end = crlf ? Uint8Array.of(CR, LF) : Uint8Array.of(LF);
  return label ? concatBytes([head, Uint8Array.of(32), label, end]) : concatBytes([head, end]);
}

/** With the line end that a last line may lack, so that the marker below begins a line. */
function closed(bytes: Uint8Array, crlf: boolean): Uint8Array {
  if (bytes.length === 0 || bytes.at(-1) === LF) return bytes;
  return concatBytes([bytes, crlf ? Uint8Array.of(CR, LF) : Uint8Array.of(LF)]);
}

/** Markers end in CRLF if the base's first line does and no side's line before the place ends in a bare LF. */
function writesCrlf(base: Uint32Array, a: Uint32Array, b: Uint32Array, place: Shown, interner: Interner): boolean {
  return lineEnd(a, Math.max(0, place.aStart - 1), interner) !== 'lf'
    && lineEnd(b, Math.max(0, place.bStart - 1), interner) !== 'lf'
    && lineEnd(base, 0, interner) === 'crlf';
}

/** How line i ends; a last line without an end is taken to be like the one before it. */
function lineEnd(lines: Uint32Array, i: number, interner: Interner): 'lf' | 'crlf' | 'unknown' {
  for (let k = i; k >= 0 && k >= i - 1 && k < lines.length; k--) {
    const line = interner.bytesOf(lines[k]!);
    if (line.at(-1) === LF) return line.at(-2) === CR ? 'crlf' : 'lf';
  }
  return 'unknown';
}
