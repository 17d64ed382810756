// Myers' O(ND) diff with the shortcuts that git takes on large inputs, so that equal inputs give equal answers: lines
// that cannot help are set aside first, and a search that becomes expensive settles for a good split.
// Eugene W. Myers, "An O(ND) Difference Algorithm and Its Variations", Algorithmica 1 (1986), linear-space variant.
import { Scratch } from './scratch.ts';

/** A line is frequent if the other file has it about √n times or more, at the most this. */
const FREQUENT_AT_MOST = 1024;
/** How far around a frequent line its neighbours are looked at. */
const WINDOW = 100;
/** A frequent line is set aside if unmatched lines make up more than 3/4 of its neighbourhood. */
const NEIGHBOUR_FACTOR = 4;
/** A diagonal of more equal lines than this is a sign of a good path. */
const LONG_SNAKE = 20;
/** Edit cost above which a split on a long snake is taken as good enough. */
const SETTLE_COST = 256;
/** A path is good enough if it came this many times further than it cost. */
const SETTLE_GAIN = 4;
/** The search never gives up below this cost. */
const GIVE_UP_AT_LEAST = 256;

const FAR = 0x7fffffff;

// By line class: occurrences in either range. All zero between calls.
const countInA = new Scratch();
const countInB = new Scratch();
// The lines that take part, as classes, and where they stand in their file.
const linesA = new Scratch();
const linesB = new Scratch();
const placesA = new Scratch();
const placesB = new Scratch();
// Furthest reaching points by diagonal.
const forwardPoints = new Scratch();
const backwardPoints = new Scratch();
const pending = new Scratch();

// How often the other range has a line: never, few times, √n times or more.
const ABSENT = 0, RARE = 1, FREQUENT = 2;
let ranks = new Uint8Array(1024);

/** Marks the changed lines of a[aLo, aHi) against b[bLo, bHi). */
export function myers(
  a: Uint32Array, aLo: number, aHi: number, b: Uint32Array, bLo: number, bHi: number, classes: number,
  changedA: Uint8Array, changedB: Uint8Array,
): void {
  const inA = countInA.atLeast(classes);
  const inB = countInB.atLeast(classes);
  for (let p = aLo; p < aHi; p++) inA[a[p]!] = inA[a[p]!]! + 1;
  for (let q = bLo; q < bHi; q++) inB[b[q]!] = inB[b[q]!]! + 1;

  const shorter = Math.min(aHi - aLo, bHi - bLo);
  let head = 0;
  while (head < shorter && a[aLo + head] === b[bLo + head]) head++;
  let tail = 0;
  while (tail < shorter - head && a[aHi - 1 - tail] === b[bHi - 1 - tail]) tail++;

  // The limits come from the whole ranges, not from what trimming leaves.
  const keptA = select(a, aLo + head, aHi - tail, inB, frequentFrom(aHi - aLo), linesA, placesA, changedA);
  const keptB = select(b, bLo + head, bHi - tail, inA, frequentFrom(bHi - bLo), linesB, placesB, changedB);
  for (let p = aLo; p < aHi; p++) inA[a[p]!] = 0;
  for (let q = bLo; q < bHi; q++) inB[b[q]!] = 0;

  divide(keptA, keptB, changedA, changedB);
}

/** A power of two near √n, from above: git's integer square root by shifts. */
function roughRoot(n: number): number {
  let root = 1;
  for (; n > 0; n >>= 2) root <<= 1;
  return root;
}

function frequentFrom(lines: number): number { return Math.min(roughRoot(lines), FREQUENT_AT_MOST); }

/**
 * Picks the lines that take part in the search and marks the others as changed: those the other file lacks, and frequent
 * ones that stand among such lines. Returns how many were picked.
 */
function select(
  file: Uint32Array, from: number, to: number, inOther: Int32Array, frequent: number,
  pickedLines: Scratch, pickedPlaces: Scratch, changed: Uint8Array,
): number {
  const length = to - from;
  if (ranks.length < length) ranks = new Uint8Array(2 * length);
  for (let i = 0; i < length; i++) {
    const there = inOther[file[from + i]!]!;
    ranks[i] = there === 0 ? ABSENT : there >= frequent ? FREQUENT : RARE;
  }
  const lines = pickedLines.atLeast(length);
  const places = pickedPlaces.atLeast(length);
  let picked = 0;
  for (let i = 0; i < length; i++) {
    const rank = ranks[i]!;
    if (rank === RARE || (rank === FREQUENT && !amongUnmatched(i, length))) {
      lines[picked] = file[from + i]!;
      places[picked++] = from + i;
    } else {
      changed[from + i] = 1;
    }
  }
  return picked;
}

/** Whether the run of absent and frequent lines around i is mostly absent lines, with some on either side of i. */
function amongUnmatched(i: number, length: number): boolean {
  const first = Math.max(0, i - WINDOW);
  const last = Math.min(length - 1, i + WINDOW);
  let absentBefore = 0, frequentBefore = 1;
  for (let j = i - 1; j >= first && ranks[j] !== RARE; j--) {
    if (ranks[j] === ABSENT) absentBefore++;
    else frequentBefore++;
  }
  if (absentBefore === 0) return false;
  let absentAfter = 0, frequentAfter = 1;
  for (let j = i + 1; j <= last && ranks[j] !== RARE; j++) {
    if (ranks[j] === ABSENT) absentAfter++;
    else frequentAfter++;
  }
  if (absentAfter === 0) return false;
  const frequent = frequentBefore + frequentAfter;
  return frequent * NEIGHBOUR_FACTOR < frequent + absentBefore + absentAfter;
}

/** Divide and conquer over boxes of picked lines [aFrom, aTo) × [bFrom, bTo). */
function divide(keptA: number, keptB: number, changedA: Uint8Array, changedB: Uint8Array): void {
  const a = linesA.array, b = linesB.array;
  const aPlace = placesA.array, bPlace = placesB.array;
  const diagonals = keptA + keptB + 3;
  forwardPoints.atLeast(diagonals);
  backwardPoints.atLeast(diagonals);
  const giveUp = Math.max(roughRoot(diagonals), GIVE_UP_AT_LEAST);

  // Boxes still to do, five numbers each; their order does not matter. `exact` forbids settling for less.
  let stack = pending.atLeast(256);
  let depth = 0;
  let aFrom = 0, aTo = keptA, bFrom = 0, bTo = keptB, exact = 0;
  for (;;) {
    while (aFrom < aTo && bFrom < bTo && a[aFrom] === b[bFrom]) { aFrom++; bFrom++; }
    while (aFrom < aTo && bFrom < bTo && a[aTo - 1] === b[bTo - 1]) { aTo--; bTo--; }
    if (aFrom === aTo) {
      for (; bFrom < bTo; bFrom++) changedB[bPlace[bFrom]!] = 1;
    } else if (bFrom === bTo) {
      for (; aFrom < aTo; aFrom++) changedA[aPlace[aFrom]!] = 1;
    } else {
      split(a, aFrom, aTo, b, bFrom, bTo, keptB + 1, exact === 1, giveUp);
      if (depth + 5 > stack.length) stack = pending.grow();
      stack[depth++] = splitA;
      stack[depth++] = aTo;
      stack[depth++] = splitB;
      stack[depth++] = bTo;
      stack[depth++] = exactAfter;
      aTo = splitA;
      bTo = splitB;
      exact = exactBefore;
      continue;
    }
    if (depth === 0) return;
    exact = stack[--depth]!;
    bTo = stack[--depth]!;
    bFrom = stack[--depth]!;
    aTo = stack[--depth]!;
    aFrom = stack[--depth]!;
  }
}

// What split() answers: the point, and whether the boxes before and after it must be searched exactly.
let splitA = 0, splitB = 0, exactBefore = 0, exactAfter = 0;

/**
 * Finds a point on a (nearly) shortest path through the box, searching from both corners at once. Diagonal d is
 * aIndex − bIndex; the point arrays are indexed by d + origin.
 */
function split(
  a: Int32Array, aFrom: number, aTo: number, b: Int32Array, bFrom: number, bTo: number,
  origin: number, exact: boolean, giveUp: number,
): void {
  const forward = forwardPoints.array;
  const backward = backwardPoints.array;
  const lowest = aFrom - bTo, highest = aTo - bFrom;
  const start = aFrom - bFrom, goal = aTo - bTo;
  const odd = ((start - goal) & 1) !== 0;
  let fLow = start, fHigh = start, bLow = goal, bHigh = goal;
  forward[start + origin] = aFrom;
  backward[goal + origin] = aTo;

  for (let cost = 1; ; cost++) {
    let longSnake = false;

    // One more diagonal on either side, or, at the box's edge, one fewer: every second diagonal is in use.
    if (fLow > lowest) forward[--fLow - 1 + origin] = -1;
    else fLow++;
    if (fHigh < highest) forward[++fHigh + 1 + origin] = -1;
    else fHigh--;
    for (let d = fHigh; d >= fLow; d -= 2) {
      const below = forward[d - 1 + origin]!, above = forward[d + 1 + origin]!;
      const from = below >= above ? below + 1 : above;
      let i = from, j = from - d;
      while (i < aTo && j < bTo && a[i] === b[j]) { i++; j++; }
      if (i - from > LONG_SNAKE) longSnake = true;
      forward[d + origin] = i;
      if (odd && bLow <= d && d <= bHigh && backward[d + origin]! <= i) {
        answer(i, j, 1, 1);
        return;
      }
    }

    if (bLow > lowest) backward[--bLow - 1 + origin] = FAR;
    else bLow++;
    if (bHigh < highest) backward[++bHigh + 1 + origin] = FAR;
    else bHigh--;
    for (let d = bHigh; d >= bLow; d -= 2) {
      const below = backward[d - 1 + origin]!, above = backward[d + 1 + origin]!;
      const from = below < above ? below : above - 1;
      let i = from, j = from - d;
      while (i > aFrom && j > bFrom && a[i - 1] === b[j - 1]) { i--; j--; }
      if (from - i > LONG_SNAKE) longSnake = true;
      backward[d + origin] = i;
      if (!odd && fLow <= d && d <= fHigh && i <= forward[d + origin]!) {
        answer(i, j, 1, 1);
        return;
      }
    }

    if (exact) continue;

    // Settle: a path that came far for its cost, keeps near the start's diagonal and ends in a long snake.
    if (longSnake && cost > SETTLE_COST) {
      let best = 0;
      for (let d = fHigh; d >= fLow; d -= 2) {
        const i = forward[d + origin]!, j = i - d;
        const gain = i - aFrom + (j - bFrom) - Math.abs(d - start);
        if (gain > SETTLE_GAIN * cost && gain > best
          && aFrom + LONG_SNAKE <= i && i < aTo && bFrom + LONG_SNAKE <= j && j < bTo
          && sameLines(a, i - LONG_SNAKE, b, j - LONG_SNAKE)) {
          best = gain;
          answer(i, j, 1, 0);
        }
      }
      if (best > 0) return;
      for (let d = bHigh; d >= bLow; d -= 2) {
        const i = backward[d + origin]!, j = i - d;
        const gain = aTo - i + (bTo - j) - Math.abs(d - goal);
        if (gain > SETTLE_GAIN * cost && gain > best
          && aFrom < i && i <= aTo - LONG_SNAKE && bFrom < j && j <= bTo - LONG_SNAKE
          && sameLines(a, i, b, j)) {
          best = gain;
          answer(i, j, 0, 1);
        }
      }
      if (best > 0) return;
    }

    // Give up: the point furthest from its corner, whichever search it belongs to.
    if (cost >= giveUp) {
      let furthest = -1, furthestA = -1;
      for (let d = fHigh; d >= fLow; d -= 2) {
        let i = Math.min(forward[d + origin]!, aTo), j = i - d;
        if (j > bTo) { i = bTo + d; j = bTo; }
        if (furthest < i + j) { furthest = i + j; furthestA = i; }
      }
      let nearest = Number.MAX_SAFE_INTEGER, nearestA = 0;
      for (let d = bHigh; d >= bLow; d -= 2) {
        let i = Math.max(aFrom, backward[d + origin]!), j = i - d;
        if (j < bFrom) { i = bFrom + d; j = bFrom; }
        if (i + j < nearest) { nearest = i + j; nearestA = i; }
      }
      if (aTo + bTo - nearest < furthest - (aFrom + bFrom)) answer(furthestA, furthest - furthestA, 1, 0);
      else answer(nearestA, nearest - nearestA, 0, 1);
      return;
    }
  }
}

function answer(a: number, b: number, before: number, after: number): void {
  splitA = a;
  splitB = b;
  exactBefore = before;
  exactAfter = after;
}

/** Whether the LONG_SNAKE lines from i and from j are equal. */
function sameLines(a: Int32Array, i: number, b: Int32Array, j: number): boolean {
  for (let k = 0; k < LONG_SNAKE; k++) if (a[i + k] !== b[j + k]) return false;
  return true;
}
