// Where two lines of history meet: painted from both ends, newest first, as git does (git-merge-base(1)), so that the cost is that of what differs, not of all
// history.
import type { Oid } from '../../core/bytes.ts';
import type { Commit, RepositoryReader } from '../../core/repository.ts';
import { outsideBase } from './history.ts';
import type { Outside } from './history.ts';
import { AHEAD, Commits, DateQueue } from './walking.ts';

const A = 1;
const B = 2;
const BOTH = A | B;
/** an ancestor of a common ancestor, so never a best one */
const STALE = 4;

/** `turn`: how many were taken from the queue before this was first taken as common */
interface Painted { readonly commit: Commit; readonly date: number; colours: number; waiting: number; turn: number }

/**
 * Best common ancestors of two commits: `git merge-base --all`. Newest first, those of one date in git's order. Exact whatever the
 * dates. `a` may be several: what their merge, one into another as they come, has in common with `b`.
 */
export async function mergeBases(reader: Pick<RepositoryReader, 'commits'>, a: Oid | readonly Oid[], b: Oid): Promise<Oid[]> {
  const commits = new Commits(reader);
  const ones = typeof a === 'string' ? [a] : a;
  const painted = await paintBoth(commits, ones, [b]);
  const common = [...painted.values()].filter(({ colours }) => (colours & BOTH) === BOTH && (colours & STALE) === 0);
  const turns = ones.length > 1 && common.length > 1 ? turnsOfMerges(painted, ones, b) : null;
  const turnOf = (one: Painted): number => turns?.get(one) ?? one.turn;
  return withoutAncestors(commits, common.sort((x, y) => turnOf(x) - turnOf(y)).map(({ commit }) => commit));
}

/**
 * The turns at which git first takes each commit as common, where one of the two is the merge of merge bases: such a merge has no
 * date, so git follows it, and then the merge within it, only after all of history has been painted from elsewhere.
 */
function turnsOfMerges(painted: ReadonlyMap<Oid, Painted>, ones: readonly Oid[], other: Oid): Map<Painted, number> {
  const colours = new Map<Painted, number>(), turns = new Map<Painted, number>();
  const queue = new DateQueue<Painted>();
  const paint = (oid: Oid, colour: number): void => {
    const one = painted.get(oid); // what was not painted lies below common ancestors
    const had = one === undefined ? colour : colours.get(one) ?? 0;
    if ((had & colour) === colour) return;
    colours.set(one!, had | colour);
    queue.push(one!);
  };
  const follow = (oids: readonly Oid[], colour: number): void => {
    for (const oid of oids) paint(oid, colour);
    for (let one = queue.pop(); one !== undefined; one = queue.pop()) {
      let own = colours.get(one)!;
      if ((own & BOTH) === BOTH) {
        if (!turns.has(one)) turns.set(one, turns.size);
        own |= STALE;
      }
      for (const parent of one.commit.parents) paint(parent, own);
    }
  };
  follow([other], B);
  for (const one of ones.slice(2).reverse()) follow([one], A);
  follow(ones.slice(0, 2), A);
  return turns;
}

/**
 * Paints the ancestors of `ones` and of `others` until only common ancestors' ancestors are left to paint. Every commit that is an
 * ancestor of one side alone is then painted, and so is every best common ancestor.
 */
async function paintBoth(commits: Commits, ones: readonly Oid[], others: readonly Oid[]): Promise<Map<Oid, Painted>> {
  const all = new Map<Oid, Painted>();
  const queue = new DateQueue<Painted>();
  let fresh = 0, turns = 0;
  const paint = (oid: Oid, colours: number): void => {
    let one = all.get(oid);
    if (one === undefined) {
      const commit = commits.get(oid)!;
      one = { commit, date: commit.committer.time, colours: 0, waiting: 0, turn: Infinity };
      all.set(oid, one);
    }
    if ((one.colours & colours) === colours) return;
    if ((colours & STALE) !== 0 && (one.colours & STALE) === 0) fresh -= one.waiting;
    one.colours |= colours;
    one.waiting++;
    if ((one.colours & STALE) === 0) fresh++;
    queue.push(one);
  };
  await commits.fetch([...ones, ...others]);
  for (const one of ones) paint(one, A);
  for (const other of others) paint(other, B);
  while (fresh > 0) {
    if (!queue.top!.commit.parents.every((parent) => commits.has(parent))) await commits.fetch(queue.some(AHEAD).flatMap(({ commit }) => commit.parents));
    const one = queue.pop()!;
    one.waiting--;
    turns++;
    if ((one.colours & BOTH) === BOTH) one.turn = Math.min(one.turn, turns);
    if ((one.colours & STALE) === 0) fresh--;
    const colours = (one.colours & BOTH) === BOTH ? one.colours | STALE : one.colours;
    for (const parent of one.commit.parents) paint(parent, colours);
  }
  return all;
}

/** Those of `commits` that are no ancestor of another one, newest first, those of one date as they come. */
async function withoutAncestors(fetched: Commits, commits: readonly Commit[]): Promise<Oid[]> {
  const sorted = [...commits].sort((x, y) => y.committer.time - x.committer.time).map(({ oid }) => oid);
  const redundant = new Set<Oid>();
  for (const oid of sorted) {
    const others = sorted.filter((other) => other !== oid && !redundant.has(other));
    if (redundant.has(oid) || others.length === 0) continue;
    const painted = await paintBoth(fetched, [oid], others);
    for (const other of others) if ((painted.get(other)!.colours & A) !== 0) redundant.add(other);
    if ((painted.get(oid)!.colours & B) !== 0) redundant.add(oid);
  }
  return sorted.filter((oid) => !redundant.has(oid));
}

/**
 * The merge bases of `base` with each tip, sharing the walk: a common ancestor of both is where a tip's own commits meet the
 * base, or below such a place. `outside` is what `outsideBase` answered for (at least) these tips.
 */
export async function mergeBasesWith(reader: Pick<RepositoryReader, 'commits'>, base: Oid, tips: readonly Oid[], outside?: Outside): Promise<Map<Oid, readonly Oid[]>> {
  const { commits, baseParents } = outside ?? await outsideBase(reader, base, tips);
  const meeting = new Map<Oid, readonly Oid[]>();
  for (const [oid, { parents }] of commits) {
    // Parents come first in `commits`. A line without forks shares one list.
    const above = parents.map((parent) => meeting.get(parent)).filter((list) => list !== undefined);
    const own = baseParents.get(oid);
    meeting.set(oid, above.length === 1 && own === undefined ? above[0]! : [...new Set([...(own ?? []), ...above.flat()])]);
  }
  const fetched = new Commits(reader);
  const reduced = new Map<string, readonly Oid[]>();
  const found = new Map<Oid, readonly Oid[]>();
  for (const tip of tips) {
    const places = commits.has(tip) ? meeting.get(tip)! : [tip];
    const key = [...places].sort().join(' ');
    let best = reduced.get(key);
    if (best === undefined) {
      const sorted = [...places].sort();
      if (sorted.length > 1) await fetched.fetch(sorted);
      best = sorted.length <= 1 ? sorted : await withoutAncestors(fetched, sorted.map((oid) => fetched.get(oid)!));
      reduced.set(key, best);
    }
    found.set(tip, best);
  }
  return found;
}
