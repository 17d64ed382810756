// Who brings each line of a set's text, and who took out each line of the base that is not in it. An ACU *acts* on a line where the line is
// other with it than in what it requires; of its acts on a line the latest count: whoever inserted a line that somebody took out and
// somebody else put back did not bring it. A line that several bring stays while one of them does (docs/decisions/0058).
import type { Piece } from './axis.ts';
import { bitsOf, has, intersection, membersOf, none, without } from './bits.ts';
import { bug } from '../errors.ts';
import type { Analysis, Member, Presence, View } from './presence.ts';

/** Lines [start, end). `by`: ids, sorted; more than one where each of them does the same. */
export interface Trace { readonly start: number; readonly end: number; readonly by: readonly string[]; /** others took the line out, and these put it back: of several each may be needed */ readonly isBack: boolean }

export interface Traces {
  /** of the set's text, ascending; what lies between is the base's */
  readonly brought: readonly Trace[];
  /** of the base's text, ascending: lines that the set's has not */
  readonly taken: readonly Trace[];
  /**
   * Leaving out an ACU that nothing requires takes away exactly the lines that it alone brings and gives back those that it alone took out. Not
   * where one of the set stands on a text whose sides clash, or give it cut differently, nor where stacks come to one text that way: there it
   * says whose line it most likely is.
   */
  readonly isExact: boolean;
}

/** Runs of lines in ascending order, neighbours of one kind joined. */
class Runs {
  readonly out: { start: number; end: number; by: readonly string[]; isBack: boolean }[] = [];

  put(start: number, end: number, by: readonly string[], isBack: boolean): void {
    const last = this.out.at(-1);
    if (last !== undefined && last.end === start && last.isBack === isBack && last.by.length === by.length && last.by.every((id, i) => id === by[i])) last.end = end;
    else this.out.push({ start, end, by, isBack });
  }
}

export function tracesOf(presence: Presence, view: View, members: readonly Member[]): Traces {
  const { pieces, shown, clashes, agreed }: Analysis = presence.analyse(view);
  if (clashes.length > 0) throw bug('lines of a set whose tops clash have no owners');
  const past = (m: number): View => presence.view(members[m]!.past);
  const named = (acts: Iterable<number>): readonly string[] => [...new Set(acts)].map((m) => members[m]!.id).sort();

  /** What is left of a set where one of it, and all that requires it, is left out. */
  const lessened = (within: View, m: number): View => presence.view(bitsOf([...membersOf(within.set)].filter((other) => !has(members[other]!.closure, m))));

  /** Whose doing it is that a piece shows in a set, or does not. `isBack`: it was the other way below some of them. */
  const acting = (piece: Piece, within: View, isShown: boolean): { readonly by: readonly number[]; readonly isBack: boolean } => {
    const seen = piece.marks.filter((mark) => has(within.set, mark >>> 1)), alike = (mark: number): boolean => ((mark & 1) === 1) === isShown;
    // nearly all: inserted and left alone, or taken out of the base, or the base's
    if (seen.every(alike) && (seen.length < 2 || piece.run.inserters.length === seen.length)) return { by: seen.map((mark) => mark >>> 1), isBack: false };
    const acts = seen.filter((mark) => alike(mark) && presence.shows(piece, past(mark >>> 1)) !== isShown).map((mark) => mark >>> 1);
    const latest = acts.filter((m) => !seen.some((mark) => !alike(mark) && has(members[mark >>> 1]!.past, m)));
    const needed = latest.filter((m) => presence.shows(piece, lessened(within, m)) !== isShown);
    return { by: needed.length > 0 ? needed : latest, isBack: isShown && !latest.some((m) => piece.run.inserters.includes(m)) };
  };

  let isExact = [...membersOf(view.set)].every((m) => {
    const below = past(m);
    if (below.tops.length < 2) return true;
    const told = presence.analyse(below);
    return told.clashes.length === 0 && told.agreed.length === 0;
  });
  const brought = new Runs(), taken = new Map<number, { end: number; by: readonly string[] }>();
  const hide = (piece: Piece, by: readonly string[]): void => { if (piece.run.parent === null && by.length > 0) taken.set(piece.from, { end: piece.to, by }); };

  /** what all tops of the set have in common is nobody's doing among them */
  const common = agreed.length === 0 ? none : view.tops.map((top) => members[top]!.closure).reduce(intersection);
  /** Where tops agree on a text that they cut differently, its n-th line is the n-th of each: leaving one of them out leaves the text. */
  const agreedOn = (from: number, to: number, tops: readonly number[], held: number, line: number): number => {
    const sides = [held, ...tops.filter((top) => top !== held)].map((top) => {
      const whole = presence.view(members[top]!.closure), own = without(members[top]!.closure, common), acts = new Set<number>(), lines: (readonly number[])[] = [];
      for (const piece of pieces.slice(from, to)) {
        for (const mark of piece.marks) if (has(own, mark >>> 1)) acts.add(mark >>> 1);
        if (!presence.shows(piece, whole)) continue;
        const { by } = acting(piece, whole, true);
        for (let k = piece.from; k < piece.to; k++) lines.push(by);
      }
      // what stands below it here would come to light without it
      if ([...acts].some((m) => m !== top)) isExact = false;
      return { acts: [...acts], lines };
    });
    const everyone = (k: number): number[] => sides.flatMap(({ lines, acts }) => (lines[k] === undefined || lines[k].length === 0 ? acts : lines[k]));
    let k = 0;
    for (let at = from; at < to; at++) {
      const piece = pieces[at]!;
      if (shown[at] === 1) {
        for (let n = piece.from; n < piece.to; n++, k++) if (sides[0]!.lines[k]!.length > 0) brought.put(line + k, line + k + 1, named(everyone(k)), false);
      } else hide(piece, named(presence.shows(piece, presence.view(common)) ? sides.flatMap(({ acts }) => acts) : acting(piece, view, false).by));
    }
    return line + k;
  };

  let line = 0, next = 0;
  for (let at = 0; at < pieces.length;) {
    const region = agreed[next];
    if (region !== undefined && region.from === at && region.to > at) {
      line = agreedOn(region.from, region.to, region.tops, region.held, line);
      at = region.to;
      next++;
      continue;
    }
    const piece = pieces[at]!;
    if (shown[at] === 1) {
      const { by, isBack } = acting(piece, view, true), length = piece.to - piece.from;
      if (by.length > 0) brought.put(line, line + length, named(by), isBack);
      line += length;
    } else hide(piece, named(acting(piece, view, false).by));
    at++;
  }
  const gone = new Runs();
  for (const [start, { end, by }] of [...taken].sort(([x], [y]) => x - y)) gone.put(start, end, by, false);
  return { brought: brought.out, taken: gone.out, isExact };
}
