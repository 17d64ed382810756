// Histogram diff as git's merge-ort runs it: match the run of lines that is rarest in the old file, then do the same on
// both sides of it. Where every common line is too frequent, the range goes to Myers. Only marks lines as changed;
// where runs of changes finally lie is compact.ts.
import { myers } from './myers.ts';
import { Scratch } from './scratch.ts';

/** A line that occurs more often than this in the old range is never the start of a match (git's chain limit). */
const MOST_OCCURRENCES = 64;

// By line class, for the old range being searched: how often it occurs, and where first (position + 1).
// `count` is all zero between searches.
const countOf = new Scratch();
const firstOf = new Scratch();
// By old line: position + 1 of the next equal line in the range, 0 for none.
const nextOf = new Scratch();
const pending = new Scratch();

/** Marks in `changedA` and `changedB` the lines of a and b (line classes below `classes`) that are not matched. */
export function histogram(a: Uint32Array, b: Uint32Array, classes: number, changedA: Uint8Array, changedB: Uint8Array): void {
  const count = countOf.atLeast(classes);
  const first = firstOf.atLeast(classes);
  const next = nextOf.atLeast(a.length);
  // Ranges still to do, four numbers each; their order does not matter, because each marks only its own lines.
  let stack = pending.atLeast(256);
  let depth = 0;
  stack[depth++] = 0;
  stack[depth++] = a.length;
  stack[depth++] = 0;
  stack[depth++] = b.length;

  while (depth > 0) {
    const bHi = stack[--depth]!;
    let bLo = stack[--depth]!;
    const aHi = stack[--depth]!;
    let aLo = stack[--depth]!;

    for (let p = aHi - 1; p >= aLo; p--) {
      const line = a[p]!;
      next[p] = count[line]! === 0 ? 0 : first[line]!;
      first[line] = p + 1;
      count[line] = count[line]! + 1;
    }

    // No run around a line that is unique in the old range is longer than this (as a span, its length − 1).
    let bound = Infinity;
    // Match a run, leave what lies before it for later, go on with what lies behind it, whose index is what is left of
    // this one. Searching the rest anew each time would make a file in which every second line changed quadratic.
    while (aLo < aHi && bLo < bHi) {
      // The best run so far: `rarest` is the lowest number of occurrences among its lines.
      let rarest = MOST_OCCURRENCES + 1;
      let span = 0;
      let found = false;
      let anyCommon = false;
      let bestA = 0, bestB = 0;

      for (let q = bLo; q < bHi;) {
        const line = b[q]!;
        const occurrences = count[line]!;
        let resume = q + 1;
        if (occurrences !== 0) anyCommon = true;
        if (occurrences !== 0 && occurrences <= rarest) {
          let p = first[line]! - 1;
          for (;;) {
            let following = next[p]!;
            let rare = occurrences;
            let aFrom = p, bFrom = q, aTo = p + 1, bTo = q + 1;
            while (aFrom > aLo && bFrom > bLo && a[aFrom - 1] === b[bFrom - 1]) {
              aFrom--;
              bFrom--;
              if (rare > 1) rare = Math.min(rare, count[a[aFrom]!]!);
            }
            while (aTo < aHi && bTo < bHi && a[aTo] === b[bTo]) {
              if (rare > 1) rare = Math.min(rare, count[a[aTo]!]!);
              aTo++;
              bTo++;
            }
            if (resume < bTo) resume = bTo;
            if (span < aTo - aFrom - 1 || rare < rarest) {
              found = true;
              bestA = aFrom;
              bestB = bFrom;
              span = aTo - aFrom - 1;
              rarest = rare;
            }
            // An occurrence inside the run just tried would only find a part of it.
            while (following !== 0 && following <= aTo) following = next[following - 1]!;
            if (following === 0) break;
            p = following - 1;
          }
          // From here on only runs around unique lines count, only a longer one is better, and there is none.
          if (rarest === 1 && span >= bound) break;
        }
        q = resume;
      }

      if (anyCommon && rarest > MOST_OCCURRENCES) {
        clear(count, a, aLo, aHi);
        myers(a, aLo, aHi, b, bLo, bHi, classes, changedA, changedB);
        aLo = aHi;
        bLo = bHi;
        break;
      }
      if (!found) break;
      if (aLo < bestA && bLo < bestB) {
        if (depth + 4 > stack.length) stack = pending.grow();
        stack[depth++] = aLo;
        stack[depth++] = bestA;
        stack[depth++] = bLo;
        stack[depth++] = bestB;
      } else {
        changedA.fill(1, aLo, bestA);
        changedB.fill(1, bLo, bestB);
      }

      // What is a run around a unique line behind this run was a part of one before, unless a line became unique just now.
      bound = rarest === 1 ? span : Infinity;
      for (; aLo <= bestA + span; aLo++) {
        const line = a[aLo]!;
        const left = count[line]! - 1;
        count[line] = left;
        first[line] = next[aLo]!;
        if (left === 1) bound = Infinity;
      }
      bLo = bestB + span + 1;
    }
    changedA.fill(1, aLo, aHi);
    changedB.fill(1, bLo, bHi);
    clear(count, a, aLo, aHi);
  }
}

function clear(count: Int32Array, a: Uint32Array, from: number, to: number): void {
  for (let p = from; p < to; p++) count[a[p]!] = 0;
}
