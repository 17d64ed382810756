// Hunks onto a text, where `git apply` would put them: exact context, nearest place first, forward before backward, never over
// lines that an earlier hunk wrote; a hunk at line 1 stands at the start, one without context below at the end. No fuzz.
import type { PatchHunk } from './parse.ts';

/** What placing may cost, in lines looked at: a patch can be made so that every place nearly fits. */
export class Effort {
  #left: number;
  constructor(most = 400_000_000) { this.#left = most; }
  spend(lines: number): void {
    this.#left -= lines;
    if (this.#left < 0) throw new EffortSpent();
  }
}
export class EffortSpent extends Error {}

/** A hunk that fits nowhere; `oldStart` is where it says it belongs. */
export class Unplaced extends Error {
  readonly oldStart: number;
  constructor(oldStart: number) { super(`no place for the hunk at line ${oldStart}`); this.oldStart = oldStart; }
}

/** Moving lines costs less than comparing them. */
const MOVED = 16;

/** Text as byte strings; throws `Unplaced`. */
export function applyHunks(text: string, hunks: readonly PatchHunk[], effort: Effort): string {
  const numbers = new Map<string, number>(), known: string[] = [];
  const numberOf = (line: string): number => {
    let n = numbers.get(line);
    if (n === undefined) { n = known.length; known.push(line); numbers.set(line, n); }
    return n;
  };
  // lines by number; one that a hunk wrote is -1 - number, and matches nothing
  const image: number[] = linesOf(text).map(numberOf);
  const lineAt = (i: number): string => { const n = image[i]!; return known[n < 0 ? -1 - n : n]!; };
  effort.spend(image.length / MOVED);

  for (const hunk of hunks) {
    const before = hunk.before.map(numberOf);
    effort.spend(before.length);
    const partial = hunk.before.some((line) => !line.endsWith('\n'));
    const fits = (at: number, atEnd: boolean): boolean => {
      if (at + before.length > image.length || (atEnd && at + before.length !== image.length)) return false;
      let i = 0;
      if (partial) {
        if (!fitsPartly(hunk.before, at, atEnd)) return false;
      } else for (; i < before.length && image[at + i] === before[i]; i++);
      effort.spend(partial ? before.length + 1 : i + 1);
      return partial || i === before.length;
    };
    /**
     * A line without its line feed fits a line that has one, as long as the bytes do: git compares lines without their white
     * space and then all bytes at once. The line feed is lost with the line.
     */
    const fitsPartly = (lines: readonly string[], at: number, atEnd: boolean): boolean => {
      for (let i = 0; i < lines.length; i++) if (image[at + i]! < 0 || bare(lines[i]!) !== bare(lineAt(at + i))) return false;
      const wanted = lines.join('');
      let there = '';
      for (let i = at; i < image.length && (there.length < wanted.length || atEnd); i++) there += lineAt(i);
      return atEnd ? there === wanted : there.startsWith(wanted);
    };
    const at = placeOf(hunk, before.length, image.length, fits);
    if (at < 0) throw new Unplaced(hunk.oldStart);
    effort.spend((image.length + hunk.after.length) / MOVED);
    replace(image, at, before.length, hunk.after.map((line) => -1 - numberOf(line)));
  }
  return image.map((_, i) => lineAt(i)).join('');
}

function placeOf({ oldStart, newStart, trailing }: PatchHunk, size: number, lines: number, fits: (at: number, atEnd: boolean) => boolean): number {
  const atStart = oldStart <= 1, atEnd = trailing === 0;
  if (atStart) return fits(0, atEnd) ? 0 : -1;
  if (atEnd) return lines >= size && fits(lines - size, true) ? lines - size : -1;
  const first = Math.min(lines, Math.max(0, newStart - 1));
  if (fits(first, false)) return first;
  for (let step = 1; first + step <= lines || first - step >= 0; step++) {
    if (first + step + size <= lines && fits(first + step, false)) return first + step;
    if (first - step >= 0 && fits(first - step, false)) return first - step;
  }
  return -1;
}

/** `splice` with arguments would overflow the stack for a hunk of a hundred thousand lines. */
function replace(image: number[], at: number, removed: number, inserted: readonly number[]): void {
  const kept = image.length - at - removed, grown = inserted.length - removed;
  if (grown > 0) {
    image.length += grown;
    image.copyWithin(at + inserted.length, at + removed, at + removed + kept);
  } else if (grown < 0) {
    image.copyWithin(at + inserted.length, at + removed);
    image.length += grown;
  }
  for (let i = 0; i < inserted.length; i++) image[at + i] = inserted[i]!;
}

const bare = (line: string): string => line.replace(/[ \t\n\r]+/g, '');

/** Each with its line feed; a last one may lack it. */
export function linesOf(text: string): string[] {
  const lines: string[] = [];
  for (let at = 0; at < text.length;) {
    const end = text.indexOf('\n', at) + 1 || text.length;
    lines.push(text.slice(at, end));
    at = end;
  }
  return lines;
}
