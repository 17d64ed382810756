// Questions about history: what lies outside the base, and where two lines of it meet. Both paint commits from several ends,
// newest first, as git does (git-rev-list(1), git-merge-base(1)), so that the cost is that of what differs, not of all history.
import type { Oid } from '../../core/bytes.ts';
import { AcumenError } from '../../core/errors.ts';
import type { Commit, RepositoryReader } from '../../core/repository.ts';

export { treeDiff } from './trees.ts';

interface Queued<T> { readonly item: T; readonly turn: number }

/** Newest first; of one date whoever came first, as in git's: the order of merge bases, and so of virtual ancestors, follows it. */
export class DateQueue<T extends { readonly date: number }> {
  readonly #heap: Queued<T>[] = [];
  #turns = 0;

  get top(): T | undefined { return this.#heap[0]?.item; }
  /** up to `most`, in any order */
  some(most: number): T[] { return this.#heap.slice(0, most).map(({ item }) => item); }

  push(item: T): void {
    const heap = this.#heap;
    const queued = { item, turn: this.#turns++ };
    let at = heap.push(queued) - 1;
    for (let up = (at - 1) >> 1; at > 0 && heap[up]!.item.date < item.date; at = up, up = (at - 1) >> 1) heap[at] = heap[up]!;
    heap[at] = queued;
  }

  pop(): T | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first?.item;
    let at = 0;
    for (let down = 1; down < heap.length; at = down, down = 2 * at + 1) {
      if (down + 1 < heap.length && isBefore(heap[down + 1]!, heap[down]!)) down++;
      if (!isBefore(heap[down]!, last)) break;
      heap[at] = heap[down]!;
    }
    heap[at] = last;
    return first.item;
  }
}

function isBefore(a: Queued<{ readonly date: number }>, b: Queued<{ readonly date: number }>): boolean {
  return a.item.date > b.item.date || (a.item.date === b.item.date && a.turn < b.turn);
}

/** Commits fetched in waves: whatever is next in any line of the walk is asked for together. */
export class Commits {
  readonly #reader: Pick<RepositoryReader, 'commits'>;
  readonly #held = new Map<Oid, Commit | AcumenError>();

  constructor(reader: Pick<RepositoryReader, 'commits'>) { this.#reader = reader; }

  /** Undefined where it must be fetched first. Throws what stands in its place. */
  get(oid: Oid): Commit | undefined {
    const found = this.#held.get(oid);
    if (found instanceof AcumenError) throw found;
    return found;
  }

  has(oid: Oid): boolean { return this.#held.has(oid); }
  forget(oid: Oid): void { this.#held.delete(oid); }

  async fetch(oids: Iterable<Oid>): Promise<void> { await this.#fetch(oids); }

  /** These, and while many lines of history go on, what comes next in each of them: asked for one by one they cost ten times as much. */
  async fetchOn(oids: Iterable<Oid>): Promise<void> {
    let found = await this.#fetch(oids);
    for (let steps = 0; steps < STEPS_ON && found.length >= MANY_LINES; steps++) found = await this.#fetch(found.flatMap((commit) => (commit instanceof AcumenError ? [] : commit.parents)));
  }

  async #fetch(oids: Iterable<Oid>): Promise<readonly (Commit | AcumenError)[]> {
    const asked = [...new Set(oids)].filter((oid) => !this.#held.has(oid));
    if (asked.length === 0) return [];
    const found = await this.#reader.commits(asked);
    for (const [i, oid] of asked.entries()) this.#held.set(oid, found[i]!);
    return found;
  }
}

/** Of no more commits than this are parents fetched ahead of the walk in one wave. */
const AHEAD = 512;
/** How far lines are followed ahead of the walk, and from how many on. */
const STEPS_ON = 8;
const MANY_LINES = 16;

export interface Outside {
  /** every commit reachable from a tip and not from the base; parents before children */
  readonly commits: ReadonlyMap<Oid, Commit>;
  /** for those with parents that the base reaches: these parents */
  readonly baseParents: ReadonlyMap<Oid, readonly Oid[]>;
  readonly inBase: BaseSide;
}

/** What a walk learned of the base's own history. */
export interface BaseSide {
  has(oid: Oid): boolean;
  /** it has all that is dated later than this, but for clocks that were off by more than SKEW */
  readonly since: number;
}

/** A commit under way. `parents` are known once it has been taken from the queue. */
interface Walked { readonly commit: Commit; readonly date: number; inBase: boolean; waiting: boolean; parents: Walked[] | null }

/** Commits of the base that are read beyond the need of sane dates, so that small histories are exact whatever their dates. */
const PROOF_COMMITS = 1000;
/** Beyond those, no commit of the base may be dated this much before its own ancestor outside (seconds). */
const SKEW = 7 * 86_400;

/**
 * `git rev-list TIPS --not BASE`, with exact answers where git's own are not (git trusts dates within five commits): the base's
 * side is followed at least PROOF_COMMITS beyond the point where everything else is decided, and until it is SKEW older than the
 * oldest commit found. Only a clock that was off by more, in a longer history, can then put a commit of the base outside.
 * `progress` gets the number of commits read; what it throws ends the walk.
 */
export async function outsideBase(reader: Pick<RepositoryReader, 'commits'>, base: Oid, tips: readonly Oid[], progress?: (done: number) => void): Promise<Outside> {
  const commits = new Commits(reader);
  const all = new Map<Oid, Walked>();
  const queue = new DateQueue<Walked>();
  /** entered since parents were last fetched */
  const met: Walked[] = [];
  /** in the queue and not (yet) known to be in the base */
  const undecided = { count: 0 };

  const enter = (oid: Oid, inBase: boolean): Walked => {
    let one = all.get(oid);
    if (one === undefined) {
      const commit = commits.get(oid)!;
      one = { commit, date: commit.committer.time, inBase, waiting: true, parents: null };
      all.set(oid, one);
      queue.push(one);
      met.push(one);
      if (!inBase) undecided.count++;
      if (all.size % 256 === 0) progress?.(all.size);
    } else if (inBase) {
      paint(one);
    }
    return one;
  };
  /** The base's colour flows through whatever has been walked already. */
  const paint = (from: Walked): void => {
    const stack = [from];
    for (let one = stack.pop(); one !== undefined; one = stack.pop()) {
      if (one.inBase) continue;
      one.inBase = true;
      if (one.waiting) undecided.count--;
      if (one.parents !== null) stack.push(...one.parents);
    }
  };
  const step = (): void => {
    const one = queue.pop()!;
    one.waiting = false;
    if (!one.inBase) undecided.count--;
    one.parents = one.commit.parents.map((parent) => enter(parent, one.inBase));
  };
  /** Parents of what comes next, and with them those of whatever was met since the last wave: most of them will be needed. */
  const ready = (): Promise<void> | undefined => {
    const { parents } = queue.top!.commit;
    if (parents.every((parent) => commits.has(parent))) return undefined;
    return commits.fetchOn([...parents, ...met.splice(0, AHEAD).flatMap(({ commit }) => commit.parents)]);
  };

  await commits.fetchOn([base, ...tips]);
  enter(base, true);
  for (const tip of tips) enter(tip, false);
  while (undecided.count > 0) {
    const wait = ready();
    if (wait !== undefined) await wait;
    step();
  }
  for (let proof = 0; queue.top !== undefined; proof++) {
    if (proof % 64 === 0 && (proof >= PROOF_COMMITS || proof === 0)) {
      const oldest = oldestOutside(all.values());
      if (oldest === null || (proof >= PROOF_COMMITS && queue.top.date < oldest - SKEW)) break;
    }
    const wait = ready();
    if (wait !== undefined) await wait;
    try {
      step();
    } catch (error) {
      // History that is cut off (a shallow clone) ends the proof there; nothing outside depends on it.
      if (!(error instanceof AcumenError) || error.code !== 'missing-object') throw error;
    }
  }
  progress?.(all.size);
  return { ...gather(all, tips), inBase: { has: (oid) => all.get(oid)?.inBase === true, since: queue.top?.date ?? -Infinity } };
}

/** More new commits than this are walked with all others. */
const FEW_COMMITS = 1000;

/** What was outside the base, followed as tips move: commits that are reached no more stay. */
export class Outskirts {
  readonly #commits: Map<Oid, Commit>;
  readonly #baseParents: Map<Oid, readonly Oid[]>;
  readonly #inBase: BaseSide;

  constructor({ commits, baseParents, inBase }: Outside) {
    this.#commits = new Map(commits);
    this.#baseParents = new Map(baseParents);
    this.#inBase = inBase;
  }

  get size(): number { return this.#commits.size; }
  has(oid: Oid): boolean { return this.#commits.has(oid); }

  /** Reads what is new below these tips. False where only walking the base again can tell what of it lies outside. */
  async reach(reader: Pick<RepositoryReader, 'commits'>, tips: readonly Oid[]): Promise<boolean> {
    const fetched = new Commits(reader), fresh = new Map<Oid, Commit>();
    const isNew = (oid: Oid): boolean => !this.#commits.has(oid) && !this.#inBase.has(oid) && !fresh.has(oid);
    for (let next = [...new Set(tips.filter(isNew))]; next.length > 0;) {
      if (fresh.size + next.length > FEW_COMMITS) return false;
      await fetched.fetch(next);
      for (const oid of next) {
        const commit = fetched.get(oid)!;
        // it may be an old commit of the base that nobody has come by yet
        if (commit.committer.time <= this.#inBase.since + SKEW) return false;
        fresh.set(oid, commit);
      }
      next = [...new Set(next.flatMap((oid) => fresh.get(oid)!.parents).filter(isNew))];
    }
    for (const commit of parentsFirst(fresh, tips)) {
      this.#commits.set(commit.oid, commit);
      const met = commit.parents.filter((parent) => this.#inBase.has(parent));
      if (met.length > 0) this.#baseParents.set(commit.oid, met);
    }
    return true;
  }

  /** Of these tips alone, all of which have been reached. */
  of(tips: readonly Oid[]): Outside {
    const commits = new Map(parentsFirst(this.#commits, tips).map((commit) => [commit.oid, commit]));
    const baseParents = new Map<Oid, readonly Oid[]>();
    for (const oid of commits.keys()) { const met = this.#baseParents.get(oid); if (met !== undefined) baseParents.set(oid, met); }
    return { commits, baseParents, inBase: this.#inBase };
  }
}

/** Those of `all` that the tips reach. */
function parentsFirst(all: ReadonlyMap<Oid, Commit>, tips: readonly Oid[]): Commit[] {
  const out: Commit[] = [], entered = new Set<Oid>(), left = new Set<Oid>();
  const stack = [...tips].reverse();
  for (let oid = stack.at(-1); oid !== undefined; oid = stack.at(-1)) {
    const commit = all.get(oid);
    const ahead = commit === undefined || entered.has(oid) ? [] : commit.parents.filter((parent) => all.has(parent) && !entered.has(parent));
    entered.add(oid);
    if (ahead.length > 0) { stack.push(...ahead.toReversed()); continue; }
    stack.pop();
    if (commit === undefined || left.has(oid)) continue;
    left.add(oid);
    out.push(commit);
  }
  return out;
}

function oldestOutside(all: Iterable<Walked>): number | null {
  let oldest: number | null = null;
  for (const { inBase, date } of all) if (!inBase && (oldest === null || date < oldest)) oldest = date;
  return oldest;
}

/** Depth first, so that parents come before children. */
function gather(all: ReadonlyMap<Oid, Walked>, tips: readonly Oid[]): Omit<Outside, 'inBase'> {
  const commits = new Map<Oid, Commit>();
  const baseParents = new Map<Oid, Oid[]>();
  const entered = new Set<Walked>();
  const stack: Walked[] = tips.map((tip) => all.get(tip)!).filter(({ inBase }) => !inBase).reverse();
  for (let one = stack.at(-1); one !== undefined; one = stack.at(-1)) {
    const parents = one.parents!;
    const ahead = entered.has(one) ? [] : parents.filter((parent) => !parent.inBase && !entered.has(parent));
    entered.add(one);
    if (ahead.length > 0) {
      stack.push(...ahead.reverse());
      continue;
    }
    stack.pop();
    const { oid } = one.commit;
    if (commits.has(oid)) continue;
    commits.set(oid, one.commit);
    const met = one.commit.parents.filter((_, i) => parents[i]!.inBase);
    if (met.length > 0) baseParents.set(oid, met);
  }
  return { commits, baseParents };
}

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
