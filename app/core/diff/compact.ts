// Where runs of changed lines finally lie. A run can often slide: if the line before it equals its last line, it may
// as well start one line earlier. git slides each run up, then down, joining runs that meet, and then back up to the
// lowest place where the other file has a change too; here without its indent heuristic, as in a merge.

/**
 * The runs of changed lines of one file, sparsely. Unchanged lines are matched in order, so run r is described by the
 * number of unchanged lines before it, `at[r]`, which is the same count in both files, and its own `length[r]` > 0.
 */
export interface Runs { at: Int32Array<ArrayBuffer>; length: Int32Array<ArrayBuffer>; count: number }

/** To be filled again and again: an import takes tens of thousands of differences. */
export const noRuns = (): Runs => ({ at: new Int32Array(16), length: new Int32Array(16), count: 0 });

/** `changed` is set after the last line, too. */
export function runsOf(changed: Uint8Array, lines: number, into: Runs): Runs {
  let { at, length } = into;
  let count = 0;
  let unchanged = 0;
  for (let p = 0; p < lines;) {
    // Native search: most lines of most files are unchanged.
    const start = changed.indexOf(1, p);
    unchanged += start - p;
    if (start === lines) break;
    let end = start + 1;
    while (end < lines && changed[end] === 1) end++;
    if (count === at.length) { at = doubled(at); length = doubled(length); }
    at[count] = unchanged;
    length[count++] = end - start;
    p = end;
  }
  into.at = at;
  into.length = length;
  into.count = count;
  return into;
}

function doubled(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const out = new Int32Array(2 * array.length);
  out.set(array);
  return out;
}

/** Slides and joins the runs of `file`, in place, by what they can align with in `other`. */
export function compact(file: Uint32Array, runs: Runs, other: Runs): void {
  const { at, length } = runs;
  const waiting = runs.count;
  let done = 0;      // runs [0, done) have their place
  let doneLines = 0; // and have this many lines in all
  let beside = 0;    // cursor into `other`

  /** Whether the other file has a change after the same number of unchanged lines. */
  const aligned = (place: number): boolean => {
    while (beside < other.count && other.at[beside]! < place) beside++;
    while (beside > 0 && other.at[beside - 1]! >= place) beside--;
    return beside < other.count && other.at[beside] === place;
  };

  for (let next = 0; next < waiting;) {
    let place = at[next]!;
    let size = length[next++]!;
    let highest: number, lastAligned: number, sizeBefore: number;
    // A run that joined another may slide further: repeat until nothing joins.
    do {
      sizeBefore = size;
      lastAligned = -1;
      for (;;) {
        const start = place + doneLines;
        if (place === 0 || file[start - 1] !== file[start + size - 1]) break;
        place--;
        if (done > 0 && at[done - 1] === place) {
          size += length[--done]!;
          doneLines -= length[done]!;
        }
      }
      highest = place;
      if (aligned(place)) lastAligned = place;
      for (;;) {
        const start = place + doneLines;
        if (start + size >= file.length || file[start] !== file[start + size]) break;
        place++;
        if (next < waiting && at[next] === place) size += length[next++]!;
        if (aligned(place)) lastAligned = place;
      }
    } while (size !== sizeBefore);
    // Now as low as it goes. Back up to the lowest place that aligns; what lies between holds equal lines, nothing joins.
    if (place !== highest && lastAligned >= 0) place = lastAligned;
    at[done] = place;
    length[done++] = size;
    doneLines += size;
  }
  runs.count = done;
}

/** The changes of both files side by side: [aStart, aEnd, bStart, bEnd] for each, in order. */
export function changesOf(a: Runs, b: Runs): Int32Array {
  const changes = new Int32Array(4 * (a.count + b.count));
  let used = 0, i = 0, j = 0, aLines = 0, bLines = 0;
  while (i < a.count || j < b.count) {
    const aAt = i < a.count ? a.at[i]! : FAR, bAt = j < b.count ? b.at[j]! : FAR;
    const place = Math.min(aAt, bAt);
    const aLength = aAt === place ? a.length[i++]! : 0, bLength = bAt === place ? b.length[j++]! : 0;
    changes[used++] = place + aLines;
    changes[used++] = place + (aLines += aLength);
    changes[used++] = place + bLines;
    changes[used++] = place + (bLines += bLength);
  }
  return changes.slice(0, used);
}

const FAR = 0x7fffffff;
