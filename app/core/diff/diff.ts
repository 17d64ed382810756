// Which lines differ between two files: the change script that git's merge-ort works with, exactly (design.md §4,
// Lines; histogram with Myers as its fallback, no indent heuristic, nothing trimmed beforehand: trimming can move a hunk).
import { changesOf, compact, noRuns, runsOf } from './compact.ts';
import { histogram } from './histogram.ts';
import { myers } from './myers.ts';

type Search = (a: Uint32Array, b: Uint32Array, classes: number, changedA: Uint8Array, changedB: Uint8Array) => void;

/**
 * The changes from a to b, lines given as interned ids: [aStart, aEnd, bStart, bEnd] for each, in order. Between two
 * changes lies at least one line that both have. The answer depends on which lines are equal only, never on the ids.
 */
export function diffLines(a: Uint32Array, b: Uint32Array): Int32Array { return script(a, b, histogram); }

/** The same with Myers' algorithm alone, git's default for `git diff`: for display, and to prove the fallback by itself. */
export function diffLinesMyers(a: Uint32Array, b: Uint32Array): Int32Array {
  return script(a, b, (x, y, classes, changedX, changedY) => myers(x, 0, x.length, y, 0, y.length, classes, changedX, changedY));
}

let changedA = new Uint8Array(4096);
let changedB = new Uint8Array(4096);
const runsA = noRuns(), runsB = noRuns();

function script(a: Uint32Array, b: Uint32Array, search: Search): Int32Array {
  changedA = cleared(changedA, a.length);
  changedB = cleared(changedB, b.length);
  const largest = Math.max(largestOf(a), largestOf(b));
  if (largest < DIRECT) search(a, b, largest + 1, changedA, changedB);
  else {
    const dense = renumbered(a, b);
    search(dense.a, dense.b, dense.classes, changedA, changedB);
  }
  runsOf(changedA, a.length, runsA);
  runsOf(changedB, b.length, runsB);
  compact(a, runsA, runsB);
  compact(b, runsB, runsA);
  return changesOf(runsA, runsB);
}

/** One flag for each line, and one after them that is set: a search for the next ends there. */
function cleared(flags: Uint8Array<ArrayBuffer>, lines: number): Uint8Array<ArrayBuffer> {
  if (flags.length <= lines) flags = new Uint8Array(2 * lines);
  else flags.fill(0, 0, lines);
  flags[lines] = 1;
  return flags;
}

/** Ids below this index the working arrays directly; larger ones are renumbered first, so that those stay small. */
const DIRECT = 1 << 21;

function largestOf(ids: Uint32Array): number {
  let largest = 0;
  for (let i = 0; i < ids.length; i++) if (ids[i]! > largest) largest = ids[i]!;
  return largest;
}

/** The same lines with ids counted from 0 in order of first appearance. */
function renumbered(a: Uint32Array, b: Uint32Array): { a: Uint32Array; b: Uint32Array; classes: number } {
  let bits = 4;
  while (1 << bits < 2 * (a.length + b.length)) bits++;
  const keys = new Uint32Array(1 << bits);
  const values = new Uint32Array(1 << bits); // class + 1, 0 where free
  const mask = (1 << bits) - 1;
  let classes = 0;
  const map = (ids: Uint32Array): Uint32Array => {
    const out = new Uint32Array(ids.length);
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      let slot = Math.imul(id, 0x9e3779b1) >>> (32 - bits);
      while (values[slot] !== 0 && keys[slot] !== id) slot = (slot + 1) & mask;
      if (values[slot] === 0) {
        keys[slot] = id;
        values[slot] = ++classes;
      }
      out[i] = values[slot]! - 1;
    }
    return out;
  };
  return { a: map(a), b: map(b), classes };
}
