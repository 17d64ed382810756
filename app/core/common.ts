// Pairs of segments that have something below them in common, by what they have in common: never one by one, for a thousand branches on
// one lower segment are half a million pairs with one answer. What two stand on depends on what each stands on directly alone.
import type { Closures } from './closures.ts';
import { Histories } from './histories.ts';

/** Every `a` with every `b` (where they are one list: with every other of it), but for those that history orders. None of these stands on another. */
export interface Pairing { readonly tops: readonly number[]; readonly as: readonly number[]; readonly bs: readonly number[] }

interface Standing { readonly lower: readonly number[]; readonly after?: readonly number[] }

export function* pairings(segments: readonly Standing[], closures: Closures, histories = new Histories(segments)): Iterable<Pairing> {
  const groups = new Map<string, number[]>();
  segments.forEach(({ lower }, i) => {
    if (lower.length === 0) return;
    const key = lower.toSorted((x, y) => x - y).join(), list = groups.get(key);
    if (list) list.push(i); else groups.set(key, [i]);
  });
  /** only within a family is anything shared */
  const families = new Map<number, number[][]>();
  for (const here of groups.values()) {
    const first = here[0]!;
    let before = families.get(closures.family[first]!);
    if (before === undefined) families.set(closures.family[first]!, before = []);
    // what they stand on directly are tops: none of it is below another
    const mine = here.length > 1 ? histories.loose(here, here) : [];
    if (mine.length > 1) yield { tops: segments[first]!.lower.toSorted((x, y) => x - y), as: mine, bs: mine };
    for (const there of before) {
      if (!closures.share(first, there[0]!)) continue;
      // nobody stands on himself: whoever is below one of the others is below all of them
      const theirs = there.filter((a) => !closures.includes(first, a)), ours = here.filter((b) => !closures.includes(there[0]!, b));
      const as = histories.loose(theirs, ours), bs = histories.loose(ours, theirs);
      if (as.length === 0 || bs.length === 0) continue;
      const tops = closures.commonTops(as[0]!, bs[0]!);
      if (tops.length > 0) yield { tops, as, bs };
    }
    before.push(here);
  }
}

/**
 * Merging two trees needs the tree they come from: with more tops in common there is none that composing gives (meetings.ts), unless all of
 * them are of one history, which one line of commits has made together.
 */
export const MOST_TOPS = 2;

/** Changed paths that all contexts may hold: their rows are the larger part of the tables. */
const MOST_CONTEXT_PATHS = 2_000_000;
/** Changed paths that may be looked at to make them. */
const MOST_CONTEXT_WORK = 50_000_000;

/** How much a segment's changes are, and how many of them are left over these tops. */
export interface Sizes { all(segment: number): number; over(segment: number, tops: readonly number[]): number }

/**
 * Per segment, the tops it is compared over with some other, by context name. Where all contexts together would hold too much, the
 * largest are left out for everybody: their pairs are merged one by one, or have no verdict (meetings.ts).
 */
export function neededContexts(segments: readonly Standing[], closures: Closures, sizes: Sizes, most = MOST_CONTEXT_PATHS, mostWork = MOST_CONTEXT_WORK): Map<string, readonly number[]>[] {
  const users = new Map<string, { readonly tops: readonly number[]; readonly by: Set<number> }>();
  const histories = new Histories(segments);
  for (const { tops, as, bs } of pairings(segments, closures, histories)) {
    if (tops.length > MOST_TOPS && !histories.allTogether(tops)) continue;
    const name = closures.contextName(tops);
    let context = users.get(name);
    if (context === undefined) users.set(name, context = { tops, by: new Set() });
    for (const s of as) context.by.add(s);
    for (const s of bs) context.by.add(s);
  }
  const needed = segments.map(() => new Map<string, readonly number[]>());
  const sized = [...users].map(([name, { tops, by }]) => {
    const under = tops.reduce((sum, t) => sum + sizes.all(t), 1);
    let work = 0;
    for (const s of by) work += under + sizes.all(s);
    return { name, tops, by, work };
  }).sort((x, y) => x.work - y.work || (x.name < y.name ? -1 : 1));
  let worked = 0, held = 0;
  for (const { name, tops, by, work } of sized) {
    if ((worked += work) > mostWork) break;
    // no more is held than was looked at
    if (worked > most) for (const s of by) held += sizes.over(s, tops) + 1;
    else held = worked;
    if (held > most) break;
    for (const s of by) needed[s]!.set(name, tops);
  }
  return needed;
}
