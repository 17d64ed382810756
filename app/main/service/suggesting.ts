// The largest compatible composition, and why an ACU is not in one, as a workspace answers it. What pairs tell is searched in a thread; whether the
// set found composes only contents tell, and they are here: what fails is refused from then on, and it is searched again. Nothing is changed.
import { createHash } from 'node:crypto';
import type { AcuId } from '../../core/bytes.ts';
import { AcumenError } from '../../core/errors.ts';
import { WhyNots } from '../../core/largest/whyNot.ts';
import type { Problem } from '../../core/largest/model.ts';
import type { SetConflict } from '../../core/model.ts';
import { LargestProblem } from '../../core/problem.ts';
import type { Reason, Suggestion } from '../../core/suggestion.ts';
import { type Weighing, weightsOf } from '../../core/weights.ts';
import { SearchBoard, type Searched, searched } from '../../workers/largest.ts';
import { WorkerDied } from '../../workers/rpc.ts';
import { turn } from '../../workers/turn.ts';
import type { Shelf } from './cache/cache.ts';
import * as kinds from './cache/kinds.ts';
import { span } from './monitor/spans.ts';
import type { Pools } from './pools/pools.ts';
import type { Progress } from './queue.ts';
import type { Moment } from './reading.ts';
import type { View, Workspace } from './workspace.ts';

export interface SuggestAsked { readonly weight: Weighing; /** milliseconds to search */ readonly budget: number }
export interface WhyNotAsked { readonly acus: readonly AcuId[]; readonly within: readonly AcuId[]; readonly weight: Weighing }

/** A smaller problem is searched here for so long at most, in ms: a thread would take longer to start. */
const SMALL = { items: 100, ms: 10 } as const;
/** How often what was found so far is looked at, in ms. */
const LOOK_EVERY = 100;
/** Searches after which a set that still does not compose is taken apart: each costs a composition. */
const ROUNDS = 24;
/** Sums of weights in another order differ by less than this share. */
const ROUNDING = 1e-9;
/** Times its budget that an answer may take, composing included, before what fails is taken apart instead. */
const PATIENCE = 10;
/** Milliseconds that the smallest set of blockers may take; beyond, it is not proven smallest. */
const WHY_MS = 30;
/** A swap that does not compose is thought over so often. */
const WHY_ROUNDS = 8;
/** Beyond its budget a search that does not end is taken for hung. Milliseconds. */
const HUNG_MS = 60_000;
/** Problems kept: of one engine there is one for each weighing that somebody looks at. */
const PROBLEMS = 4;

export class Suggesting {
  readonly #workspace: Workspace;
  readonly #kept: Shelf<Suggestion & { readonly budget: number }>;
  /** by what they are of, the latest last */
  readonly #problems = new Map<string, LargestProblem>();
  /** of the set that was asked about last */
  #asked: { readonly it: LargestProblem; readonly refused: number; readonly within: readonly AcuId[]; readonly whys: WhyNots } | null = null;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
    this.#kept = workspace.reading.cache.shelf(kinds.suggestion);
  }

  /** From the cache where the same was asked of the same state and weights, and looking longer would not find more. */
  async suggest({ weight, budget }: SuggestAsked, signal: AbortSignal, progress: Progress, ticket: string): Promise<Suggestion> {
    const { shown: view } = this.#workspace, key = this.#keyOf(view, weight), kept = this.#kept.get(key);
    if (kept !== undefined && (kept.optimal || kept.budget >= budget)) return answerOf(kept);
    const { platform } = this.#workspace;
    // a verb that runs once has no threads until one is worth it
    let own: Pools | null = null;
    const threads = async (): Promise<Pools> => platform.pools ?? (own ??= new (await import('./pools/pools.ts')).Pools());
    const found = await span('largest', () => this.#search(view, weight, budget, signal, progress, ticket, threads)).finally(() => own?.close());
    this.#kept.set(key, { ...found, budget }, found.ms);
    return found;
  }

  #keyOf({ engine }: View, weight: Weighing): string {
    return createHash('sha256').update(JSON.stringify([engine.digest, weight])).digest('hex');
  }

  async #search(view: View, weight: Weighing, budget: number, signal: AbortSignal, progress: Progress, ticket: string, threads: () => Promise<Pools>): Promise<Suggestion> {
    const began = performance.now(), it = this.#problem(view, weight);
    const moment = await this.#workspace.moment(view);
    let left = budget, bound = Infinity;
    progress('searching', 0, null);
    for (let round = 1; ; round++) {
      const best = await this.#searched(it.problem, left, threads, signal, ticket, (found, most) => progress(sofar(found, Math.min(bound, most)), 0, null));
      left -= best.ms;
      // what was refused since fails whatever else is in the set: an earlier bound still holds
      bound = Math.min(bound, best.bound);
      this.#workspace.telling.now({ push: 'search', ticket, weight: best.weight, bound });
      progress(round === 1 ? 'composing it' : `composing it (${round - 1} before did not compose)`, 0, null);
      // one that several segments made requires what each of them stands on: what the one it is here stands on may be more
      let acus = [...view.engine.closed(it.ids(best.chosen))];
      const failed = await this.#failure(moment, acus, signal);
      if (failed !== null) {
        this.#refuse(it, acus, failed);
        if (round < ROUNDS && left > 0 && performance.now() - began < PATIENCE * budget) continue;
        acus = await this.#withoutSides(it, moment, acus, failed, signal);
      }
      const found = it.weightOf(it.items(acus)), optimal = found >= bound - ROUNDING * bound;
      return {
        acus: acus.sort(), weight: found, bound: optimal ? found : bound, optimal, of: { acus: view.engine.acus.length, weight: it.weightOf(view.engine.acus.keys()) },
        barred: it.unusable, refused: it.refused.map((set) => [...set].sort()), rounds: round, ms: performance.now() - began,
      };
    }
  }

  /** In a thread; here where it is small, or where no thread can be had. */
  async #searched(problem: Problem, budget: number, threads: () => Promise<Pools>, signal: AbortSignal, ticket: string, tell: (weight: number, bound: number) => void): Promise<Searched> {
    const { store, telling } = this.#workspace, board = new SearchBoard();
    if (problem.count <= SMALL.items) {
      const best = searched(problem, Math.min(SMALL.ms, budget), board);
      if (best.optimal || budget <= SMALL.ms) return best;
    }
    signal.throwIfAborted();
    const { largest: pool } = await threads(), stop = (): void => board.stop();
    const look = setInterval(() => {
      const { weight, bound } = board;
      if (!(weight > 0)) return;
      telling.now({ push: 'search', ticket, weight, bound: Number.isFinite(bound) ? bound : null });
      tell(weight, bound);
    }, LOOK_EVERY);
    signal.addEventListener('abort', stop);
    try {
      return await pool.run({
        kind: 'search', owner: store.file, guess: budget, most: budget + HUNG_MS, signal, attempts: 2, work: (api) => api.search(problem, budget, board.shared),
      });
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof WorkerDied || error instanceof AcumenError && (error.code === 'worker-died' || error.code === 'overloaded')) return searched(problem, budget, new SearchBoard());
      throw error;
    } finally {
      clearInterval(look);
      signal.removeEventListener('abort', stop);
    }
  }

  /** Why a closed set does not compose; null where it does. Contents are read only where the tables do not tell. */
  async #failure(moment: Moment, acus: readonly AcuId[], signal?: AbortSignal): Promise<readonly SetConflict[] | null> {
    const { ok, conflicts } = moment.engine.check(acus);
    if (!ok) return conflicts.filter(({ verdict }) => verdict !== 'risk');
    const { renames, texts } = moment.engine.looks(acus);
    if (!renames && !texts) return null;
    const composed = await this.#workspace.reading.composed(moment, acus, signal);
    return 'delta' in composed ? null : composed.conflicts;
  }

  #refuse(it: LargestProblem, acus: readonly AcuId[], failed: readonly SetConflict[]): void {
    if (failed.length === 0) it.refuse(acus, acus);
    for (const conflict of failed) it.refuse(acus, sidesOf(conflict));
  }

  /** For when there is no time to search on: of everything that fails the side that weighs least leaves, with what requires it, until the rest composes. */
  async #withoutSides(it: LargestProblem, moment: Moment, acus: readonly AcuId[], failed: readonly SetConflict[], signal: AbortSignal): Promise<AcuId[]> {
    let rest = [...acus], why: readonly SetConflict[] | null = failed;
    while (why !== null && rest.length > 0) {
      const inside = new Set(rest), gone = new Set<AcuId>();
      for (const sides of why.length > 0 ? why.map(sidesOf) : [rest]) {
        const still = sides.filter((id) => inside.has(id));
        if (still.some((id) => gone.has(id)) || still.length === 0) continue;
        const costs = still.map((id) => ({ leaves: it.standingOn(id, rest), cost: it.weightOf(it.items(it.standingOn(id, rest))) }));
        for (const id of costs.reduce((least, one) => (one.cost < least.cost ? one : least)).leaves) gone.add(id);
      }
      if (gone.size === 0) for (const id of rest) gone.add(id);
      rest = rest.filter((id) => !gone.has(id));
      why = await this.#failure(moment, rest, signal);
    }
    return rest;
  }

  /** Why each of some ACUs is not in a set. */
  async whyNot({ acus, within, weight }: WhyNotAsked): Promise<Reason[]> {
    const { shown: view } = this.#workspace, moment = await this.#workspace.moment(view);
    for (const acu of acus) view.engine.segmentOf(acu); // throws: there is no such ACU
    const it = this.#problem(view, weight), set = [...view.engine.closed(within.filter((id) => view.engine.acu(id) !== undefined))].sort(), out: Reason[] = [];
    for (const acu of acus) {
      out.push(await this.#whyNot(moment, it, acu, set));
      // others are answered in between
      await turn();
    }
    return out;
  }

  /** Made once; it remembers what did not compose, and is told what an earlier search found so. */
  #problem(view: View, weight: Weighing): LargestProblem {
    const key = this.#keyOf(view, weight);
    let it = this.#problems.get(key);
    if (it === undefined) {
      it = new LargestProblem(view.engine, weightsOf(view.engine, weight));
      for (const set of this.#kept.get(key)?.refused ?? []) it.refuse(set, set);
    }
    this.#problems.delete(key);
    this.#problems.set(key, it);
    for (const oldest of this.#problems.keys()) if (this.#problems.size > PROBLEMS) this.#problems.delete(oldest);
    return it;
  }

  /** Made once for a set: who goes down a list asks about it for each row. */
  #whys(it: LargestProblem, within: readonly AcuId[]): WhyNots {
    const refused = it.refused.length, last = this.#asked;
    if (last !== null && last.it === it && last.refused === refused && last.within.length === within.length && last.within.every((id, i) => id === within[i])) return last.whys;
    const whys = new WhyNots(it.problem, it.items(within));
    this.#asked = { it, refused, within, whys };
    return whys;
  }

  async #whyNot(moment: Moment, it: LargestProblem, acu: AcuId, within: readonly AcuId[]): Promise<Reason> {
    const item = it.itemOf(acu);
    if (within.includes(acu)) return { acu, kind: 'in', never: [], blockers: [], leaves: [], comes: [], cost: 0, refused: [], minimal: true, stands: true };
    for (let round = 1; ; round++) {
      const whys = this.#whys(it, within), end = performance.now() + WHY_MS, why = whys.of(item, () => performance.now() < end);
      if (why.never !== null) return { acu, kind: 'never', never: it.ids(why.never), blockers: [], leaves: [], comes: [], cost: 0, refused: [], minimal: true, stands: false };
      const leaves = it.ids(why.leaves), comes = it.ids(why.comes), gone = new Set(leaves);
      const then = [...within.filter((id) => !gone.has(id)), ...comes], failed = await this.#failure(moment, then);
      if (failed !== null && round < WHY_ROUNDS) { this.#refuse(it, then, failed); continue; }
      const there = new Set([...within, ...comes]), coming = new Set(comes);
      return {
        acu, kind: leaves.length === 0 && failed === null ? 'free' : 'kept', never: [], blockers: it.ids(why.blockers), leaves, comes, cost: why.cost,
        refused: it.refused.filter((set) => set.every((id) => there.has(id)) && set.some((id) => coming.has(id))).map((set) => [...set].sort()),
        // where none has to leave none is named
        minimal: why.minimal || leaves.length === 1, stands: failed === null,
      };
    }
  }
}

const sidesOf = ({ a, b, sides }: SetConflict): readonly AcuId[] => sides ?? (b === 'base' ? [a] : [a, b]);

function answerOf({ acus, weight, bound, optimal, of, barred, refused, rounds, ms }: Suggestion): Suggestion { return { acus, weight, bound, optimal, of, barred, refused, rounds, ms }; }

const figures = new Intl.NumberFormat('en', { maximumSignificantDigits: 6 });
/** "23 of at most 31" */
function sofar(weight: number, bound: number): string { return Number.isFinite(bound) ? `${figures.format(weight)} of at most ${figures.format(bound)}` : figures.format(weight); }
