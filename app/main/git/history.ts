// What lies outside the base: painted from its tips and from the base, newest first, as git does (git-rev-list(1)), so that the cost is that of what differs,
// not of all history. Where two lines of history meet: mergeBases.ts.
import type { Oid } from '../../core/bytes.ts';
import { AcumenError } from '../../core/errors.ts';
import type { Commit, RepositoryReader } from '../../core/repository.ts';
import { AHEAD, Commits, DateQueue } from './walking.ts';

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
