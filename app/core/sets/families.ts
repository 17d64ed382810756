// Sets at finer grains: units of one history are woven (grain/woven.ts), and what each family of history makes is one top for the rest, which
// composes it with others as it composes branches. Conflicts of families are told by units again.
import type { PathBytes } from '../bytes.ts';
import type { Composed, SetConflict } from '../compose.ts';
import type { Contents } from '../contents.ts';
import { Woven } from '../grain/woven.ts';
import { LACKING } from '../waves.ts';
import type { SegmentGraph } from './treeChain.ts';

/** Units of a conflict, beyond which all that have to do with it are named and not the fewest. */
const MANY_SIDES = 32;

const ascending = (x: number, y: number): number => x - y;

export class Families {
  readonly #graph: Required<SegmentGraph>;
  readonly #woven: Woven;
  readonly #composerOf: (graph: SegmentGraph) => { compose(tops: readonly number[]): Composed };
  /** who composes what families make: what it has done counts when work that stopped goes on */
  readonly #composers = new Map<string, { compose(tops: readonly number[]): Composed }>();

  /** `composerOf`: composes tops that no history connects. */
  constructor(contents: Contents, graph: Required<SegmentGraph>, composerOf: (graph: SegmentGraph) => { compose(tops: readonly number[]): Composed }) {
    this.#graph = graph;
    this.#woven = new Woven(contents, graph);
    this.#composerOf = composerOf;
  }

  /** Null where no two tops, ascending, are of one history: there is nothing to weave. */
  compose(tops: readonly number[]): Composed | null {
    const composed = this.#compose(tops, true);
    this.#composers.clear();
    return composed;
  }

  /** `narrow`: names the fewest sides. */
  #compose(tops: readonly number[], narrow: boolean): Composed | null {
    const families = [...Map.groupBy(tops, (top) => this.#graph.family(top)).values()];
    if (families.length === tops.length) return null;
    const made = this.#each(families);
    const conflicts = made.flatMap((one) => one.conflicts);
    if (families.length === 1) return { changes: made[0]!.changes, conflicts };
    const composed = this.#composer(tops, families, made).compose(families.map((_, i) => i));
    // of a family, the tops that have to do with the path
    const sidesOf = (i: number, path: PathBytes): readonly number[] => {
      const meet = families[i]!.filter((top) => this.#graph.changes(top).has(path));
      return meet.length > 0 ? meet : families[i]!;
    };
    for (const conflict of composed.conflicts) {
      const all = conflict.sides.flatMap((i) => sidesOf(i, conflict.path)).sort(ascending);
      const sides = narrow && all.length <= MANY_SIDES ? this.#narrowed(all, conflict.path) : all;
      conflicts.push({ ...conflict, top: sides.findLast((top) => families[conflict.top]!.includes(top)) ?? sides.at(-1)!, sides });
    }
    return { changes: composed.changes, conflicts };
  }

  /** Lets each family say what it lacks, so that all of it comes in one wave. */
  #each(families: readonly (readonly number[])[]): Composed[] {
    let lacks = false;
    const out: Composed[] = [];
    for (const tops of families) {
      if (tops.length === 1) { out.push({ changes: this.#graph.changes(tops[0]!), conflicts: [] }); continue; }
      try {
        const { changes, conflicts } = this.#woven.compose(tops);
        out.push({ changes, conflicts: conflicts.map((conflict): SetConflict => ({ ...conflict, top: conflict.sides.at(-1)! })) });
      } catch (error) {
        if (error !== LACKING) throw error;
        lacks = true;
      }
    }
    if (lacks) throw LACKING;
    return out;
  }

  #composer(tops: readonly number[], families: readonly (readonly number[])[], made: readonly Composed[]): { compose(tops: readonly number[]): Composed } {
    const key = tops.join();
    let composer = this.#composers.get(key);
    if (composer === undefined) {
      const own = families.map((_, i) => new Set([i])), tips = families.map((family) => family.map((top) => this.#graph.tip(top)).sort().join());
      this.#composers.set(key, composer = this.#composerOf({ base: this.#graph.base, changes: (i) => made[i]!.changes, closure: (i) => own[i]!, tip: (i) => tips[i]! }));
    }
    return composer;
  }

  /** Those of some tops without any of which the others do not conflict at a path. */
  #narrowed(sides: readonly number[], path: PathBytes): readonly number[] {
    let left = sides;
    for (const side of sides) {
      const rest = left.filter((top) => top !== side);
      if (rest.length > 1 && this.#conflictsAt(rest, path)) left = rest;
    }
    return left;
  }

  #conflictsAt(tops: readonly number[], path: PathBytes): boolean {
    const composed = this.#compose(tops, false) ?? this.#composerOf(this.#graph).compose(tops);
    return composed.conflicts.some((conflict) => conflict.path === path);
  }
}
