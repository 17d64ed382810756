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
  // Ranges still to do; their order does not matter, because each marks only its own lines.
  let stack = pending.atLeast(256);
  let depth = 0;
  let aLo = 0, aHi = a.length, bLo = 0, bHi = b.length;

  for (;;) {
    if (aLo === aHi || bLo === bHi) {
      changedA.fill(1, aLo, aHi);
      changedB.fill(1, bLo, bHi);
    } else {
      for (let p = aHi - 1; p >= aLo; p--) {
        const line = a[p]!;
        next[p] = count[line]! === 0 ? 0 : first[line]!;
        first[line] = p + 1;
        count[line] = count[line]! + 1;
      }

      // The best run so far: `rarest` is the lowest number of occurrences among its lines, `span` its length − 1.
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
        }
        q = resume;
      }
      for (let p = aLo; p < aHi; p++) count[a[p]!] = 0;

      if (anyCommon && rarest > MOST_OCCURRENCES) {
        myers(a, aLo, aHi, b, bLo, bHi, classes, changedA, changedB);
      } else if (!found) {
        changedA.fill(1, aLo, aHi);
        changedB.fill(1, bLo, bHi);
      } else {
        if (depth + 4 > stack.length) stack = pending.grow();
        stack[depth++] = bestA + span + 1;
        stack[depth++] = aHi;
        stack[depth++] = bestB + span + 1;
        stack[depth++] = bHi;
        aHi = bestA;
        bHi = bestB;
        continue;
      }
    }
    if (depth === 0) return;
    bHi = stack[--depth]!;
    bLo = stack[--depth]!;
    aHi = stack[--depth]!;
    aLo = stack[--depth]!;
  }
}
