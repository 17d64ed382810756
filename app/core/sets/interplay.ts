// Which tops of a set must be composed together because git could find a rename that concerns them: one's own, or one that arises only
// once a deletion by one and an addition by another are on one side. A superset, told by the paths concerned; contents are compared
// only where a deleted or added path, or a directory that is emptied, is met by somebody else.
import type { PathBytes } from '../bytes.ts';
import { type Changes, ancestors, isRegular } from '../changes.ts';
import { type Likeness, MOST_COMPARED } from '../likeness.ts';
import type { Entry } from '../repository.ts';
import { EMPTY_BLOBS, ENOUGH, type Similarities, directoryOf, nameOf } from '../treeMerge/renames.ts';
import type { BaseTree, Pair } from '../treeMerge/walk.ts';
import { LACKING } from '../waves.ts';

export interface Member {
  readonly top: number;
  /** base → its tree */
  readonly changes: Changes;
  /** base → the trees below it over which it is merged with others of the set: empty where it shares nothing */
  readonly below: readonly Changes[];
}

/** What a merge of others has made of a file that one of them added. */
export interface Variant { readonly path: PathBytes; readonly entry: Entry; readonly top: number }

interface At { readonly path: PathBytes; readonly entry: Entry }
interface Presence { readonly entries: Entry[]; readonly tops: Set<number> }

/** Tops of one group. `tied`: one rename is as good as another, and the order decides in which folders are met. */
export interface Together { readonly tops: readonly number[]; readonly tied: boolean }

/** Groups of tops, each of two or more, that share none. Stops as `Contents` and the base's trees do where something is lacking. */
export function interplay(members: readonly Member[], variants: readonly Variant[], base: BaseTree, likeness: Likeness, similarities: Similarities): Together[] {
  const deleted = new Map<PathBytes, Presence>(), added = new Map<PathBytes, Presence>();
  for (const member of members) present(member, deleted, added);
  if (deleted.size === 0 || added.size === 0) return [];
  for (const { path, entry, top } of variants) note(added, path, entry, top);
  return new Finder(members, deleted, added, base, likeness, similarities).groups();
}

function note(map: Map<PathBytes, Presence>, path: PathBytes, entry: Entry, top: number): void {
  let here = map.get(path);
  if (here === undefined) map.set(path, here = { entries: [], tops: new Set() });
  if (!here.entries.some((e) => e.mode === entry.mode && e.oid === entry.oid)) here.entries.push(entry);
  here.tops.add(top);
}

/** What a top deletes and adds, seen from any tree over which it may be merged. */
function present({ top, changes, below }: Member, deleted: Map<PathBytes, Presence>, added: Map<PathBytes, Presence>): void {
  for (const [path, { before, after }] of changes) {
    if (after === null) note(deleted, path, before!, top);
    else if (before === null) note(added, path, after, top);
  }
  for (const other of below) for (const [path, { before, after: there }] of other) {
    const mine = changes.get(path);
    const here = mine === undefined ? before : mine.after;
    if (here === null && there !== null) note(deleted, path, there, top);
    else if (here !== null && there === null) note(added, path, here, top);
  }
}

class Finder {
  readonly #deleted: ReadonlyMap<PathBytes, Presence>;
  readonly #added: ReadonlyMap<PathBytes, Presence>;
  readonly #base: BaseTree;
  readonly #likeness: Likeness;
  readonly #similarities: Similarities;
  readonly #members: readonly Member[];
  /** of deleted and added paths: who touches them */
  readonly #touching = new Map<PathBytes, Set<number>>();
  /** emptied directory → who adds something in it */
  readonly #filling: Map<PathBytes, Set<number>>;
  /** in the graph of what may be a rename of what */
  readonly #to = new Map<PathBytes, Set<PathBytes>>();
  readonly #from = new Map<PathBytes, Set<PathBytes>>();
  #placed: { readonly byName: ReadonlyMap<string, ReadonlySet<number>>; readonly byDirectory: ReadonlyMap<string, ReadonlySet<number>> } | null = null;
  /** more pairs than are compared: everything may be a rename of everything */
  #isTooMuch = false;

  constructor(members: readonly Member[], deleted: ReadonlyMap<PathBytes, Presence>, added: ReadonlyMap<PathBytes, Presence>, base: BaseTree, likeness: Likeness, similarities: Similarities) {
    this.#members = members;
    this.#similarities = similarities;
    this.#deleted = deleted;
    this.#added = added;
    this.#base = base;
    this.#likeness = likeness;
    for (const { top, changes, below } of members) for (const side of [changes, ...below]) for (const path of side.keys()) {
      if (!deleted.has(path) && !added.has(path)) continue;
      const here = this.#touching.get(path);
      if (here) here.add(top); else this.#touching.set(path, new Set([top]));
    }
    this.#filling = this.#emptied();
  }

  groups(): Together[] {
    const from = [...this.#deleted.keys()].filter((path) => this.#touching.get(path)!.size > 1 || this.#fillers(path).length > 0);
    const to = [...this.#added.keys()].filter((path) => this.#touching.get(path)!.size > 1);
    if (from.length === 0 && to.length === 0) return [];
    // too much to be looked over: whoever is there takes part, and the merges find what git finds
    if (!this.#compare(from, to)) return this.#members.length < 2 ? [] : [{ tops: this.#members.map(({ top }) => top), tied: true }];
    const groups = new Groups(), tied = new Set<number>();
    const done = new Set<PathBytes>();
    for (const path of this.#to.keys()) if (!done.has(path)) this.#join(this.#reach(path, done), groups, tied);
    return groups.list().map((tops) => ({ tops, tied: tops.some((top) => tied.has(top)) }));
  }

  /**
   * Directories of the base of which the set leaves nothing, in which or below which somebody adds a file directly where one was emptied: with
   * all who add anything below. For such a file git looks where everything there has gone, also for files in new folders.
   */
  #emptied(): Map<PathBytes, Set<number>> {
    const left = new Set<PathBytes>();
    for (const path of this.#deleted.keys()) for (const directory of ancestors(path)) left.add(directory);
    const filled = new Set<PathBytes>();
    for (const path of this.#added.keys()) { const directory = directoryOf(path) as PathBytes; if (left.has(directory)) filled.add(directory); }
    const filling = new Map<PathBytes, Set<number>>();
    const known = new Map<PathBytes, boolean>();
    const isEmptied = (directory: PathBytes): boolean => {
      let emptied = known.get(directory);
      if (emptied === undefined) {
        emptied = true;
        for (const path of this.#base.filesUnder(directory)) if (!this.#deleted.has(path)) { emptied = false; break; }
        known.set(directory, emptied);
      }
      return emptied;
    };
    let lacks = false;
    for (const directory of filled) {
      try {
        if (!isEmptied(directory)) continue;
        let root = directory;
        for (let above = directoryOf(root) as PathBytes; above !== '' && isEmptied(above); above = directoryOf(above) as PathBytes) root = above;
        filling.set(root, new Set());
      } catch (error) {
        if (error !== LACKING) throw error;
        lacks = true;
      }
    }
    if (lacks) throw LACKING;
    if (filling.size > 0) for (const [path, { tops }] of this.#added) for (const directory of ancestors(path)) {
      const here = filling.get(directory);
      if (here) for (const top of tops) here.add(top);
    }
    return filling;
  }

  #fillers(path: PathBytes): PathBytes[] {
    return this.#filling.size === 0 ? [] : [...ancestors(path)].filter((directory) => this.#filling.has(directory));
  }

  /** All that may be renames among what can be reached from these, to and fro: what takes one's place frees another's. False: too many. */
  #compare(from: readonly PathBytes[], to: readonly PathBytes[]): boolean {
    const sources = [...this.#deleted.keys()], targets = [...this.#added.keys()];
    for (let xs = from, ys = to; xs.length > 0 || ys.length > 0;) {
      const found: [PathBytes, PathBytes][] = [];
      // asked for together, so that what is lacking comes in one wave
      let lacks = false;
      for (const [some, others, isFrom] of [[xs, targets, true], [ys, sources, false]] as const) {
        try {
          for (const [one, other] of this.#alike(some, others, isFrom)) found.push(isFrom ? [one, other] : [other, one]);
        } catch (error) {
          if (error !== LACKING) throw error;
          lacks = true;
        }
      }
      if (lacks) throw LACKING;
      if (this.#isTooMuch) return false;
      const nextX = new Set<PathBytes>(), nextY = new Set<PathBytes>();
      for (const x of xs) if (!this.#to.has(x)) this.#to.set(x, new Set());
      for (const y of ys) if (!this.#from.has(y)) this.#from.set(y, new Set());
      for (const [x, y] of found) {
        if (!this.#to.has(x)) { this.#to.set(x, new Set()); nextX.add(x); }
        if (!this.#from.has(y)) { this.#from.set(y, new Set()); nextY.add(y); }
        this.#to.get(x)!.add(y);
        this.#from.get(y)!.add(x);
      }
      xs = [...nextX];
      ys = [...nextY];
    }
    return true;
  }

  /** `some` with each of `others` that it may be a rename of, or that may be one of it. Of very many, those that have an equal one with that alone. */
  #alike(some: readonly PathBytes[], others: readonly PathBytes[], isFrom: boolean): [PathBytes, PathBytes][] {
    const entriesOf = (paths: readonly PathBytes[], presence: ReadonlyMap<PathBytes, Presence>): At[] => paths.flatMap((path) => presence.get(path)!.entries.map((entry) => ({ path, entry })));
    let left = entriesOf(some, isFrom ? this.#deleted : this.#added);
    const right = entriesOf(others, isFrom ? this.#added : this.#deleted);
    const out: [PathBytes, PathBytes][] = [];
    if (left.length * right.length > MOST_COMPARED) {
      left = withoutEqual(left, right, out);
      if (left.length * right.length > MOST_COMPARED) { this.#isTooMuch = true; return out; }
    }
    const entries = (all: readonly At[]): Entry[] => all.map(({ entry }) => entry);
    const pairs = isFrom ? this.#likeness.pairs(entries(left), entries(right)) : this.#likeness.pairs(entries(right), entries(left));
    for (const [i, j] of pairs) out.push([left[isFrom ? i : j]!.path, right[isFrom ? j : i]!.path]);
    return out;
  }

  #reach(path: PathBytes, done: Set<PathBytes>): { readonly from: readonly PathBytes[]; readonly to: readonly PathBytes[] } {
    const from = [path], to = new Set<PathBytes>();
    done.add(path);
    for (let i = 0; i < from.length; i++) for (const y of this.#to.get(from[i]!)!) {
      if (to.has(y)) continue;
      to.add(y);
      for (const x of this.#from.get(y)!) if (!done.has(x)) { done.add(x); from.push(x); }
    }
    return { from, to: [...to] };
  }

  #join({ from, to }: { readonly from: readonly PathBytes[]; readonly to: readonly PathBytes[] }, groups: Groups, tied: Set<number>): void {
    if (!from.some((x) => this.#to.get(x)!.keys().some((y) => this.#concerns(x, y)))) return;
    const tops = new Set<number>();
    const take = (more: Iterable<number> | undefined): void => { for (const top of more ?? []) tops.add(top); };
    for (const path of [...from, ...to]) take(this.#touching.get(path)!);
    for (const directory of new Set(from.flatMap((x) => this.#fillers(x)))) {
      take(this.#filling.get(directory)!);
      for (const [path, { tops: gone }] of this.#deleted) if (path.startsWith(`${directory}/`)) take(gone);
    }
    // where there is a choice, it is decided by what is no rename itself: names that others have, too, and where their directories went
    if (from.length + to.length > 2) {
      const { byName, byDirectory } = this.#places();
      for (const x of from) { take(byName.get(nameOf(x))); take(byDirectory.get(directoryOf(x))); }
      if (this.#tied(from)) {
        take(this.#below(new Set([...from, ...to].map(rootOf).filter((root) => root !== ''))));
        for (const top of tops) tied.add(top);
      }
    }
    groups.join([...tops]);
  }

  /** Who deletes or adds files of a name, and who deletes files of a directory. */
  #places(): { readonly byName: ReadonlyMap<string, ReadonlySet<number>>; readonly byDirectory: ReadonlyMap<string, ReadonlySet<number>> } {
    if (this.#placed !== null) return this.#placed;
    const byName = new Map<string, Set<number>>(), byDirectory = new Map<string, Set<number>>();
    const put = (map: Map<string, Set<number>>, key: string, tops: ReadonlySet<number>): void => {
      const here = map.get(key) ?? new Set();
      for (const top of tops) here.add(top);
      map.set(key, here);
    };
    for (const [path, { tops }] of this.#deleted) { put(byName, nameOf(path), tops); put(byDirectory, directoryOf(path), tops); }
    for (const [path, { tops }] of this.#added) put(byName, nameOf(path), tops);
    return this.#placed = { byName, byDirectory };
  }

  /** Is one as good a match as another? Then git takes the one it meets first, and when it meets it depends on who else is in its directories. */
  #tied(from: readonly PathBytes[]): boolean {
    const pairsOf = (x: PathBytes, y: PathBytes): Pair[] => this.#deleted.get(x)!.entries.flatMap((before) => this.#added.get(y)!.entries.map((after) => ({ from: x, to: y, before, after })));
    const all = from.flatMap((x) => [...this.#to.get(x)!].flatMap((y) => pairsOf(x, y)));
    const unequal = all.filter(({ before, after }) => before!.oid !== after!.oid);
    this.#similarities.need(unequal, unequal);
    // of equal contents the first is taken, whatever its name
    const scoreOf = (pair: Pair): string => (pair.before!.oid === pair.after!.oid ? 'equal' : `${this.#similarities.of(pair, pair, ENOUGH)} ${nameOf(pair.from) === nameOf(pair.to)}`);
    const tied = (pairs: readonly Pair[], other: (pair: Pair) => PathBytes): boolean => {
      const seen = new Map<string, PathBytes>();
      return pairs.some((pair) => {
        const score = scoreOf(pair), before = seen.get(score);
        seen.set(score, other(pair));
        return before !== undefined && before !== other(pair);
      });
    };
    return Map.groupBy(all, (pair) => pair.from).values().some((pairs) => tied(pairs, (pair) => pair.to))
      || Map.groupBy(all, (pair) => pair.to).values().some((pairs) => tied(pairs, (pair) => pair.from));
  }

  /** All who touch anything in these directories at the root. */
  #below(roots: ReadonlySet<string>): number[] {
    return this.#members.filter(({ changes, below }) => [changes, ...below].some((side) => side.keys().some((path) => roots.has(rootOf(path))))).map(({ top }) => top);
  }

  /** Is there one whom this rename concerns when it is made by others? */
  #concerns(x: PathBytes, y: PathBytes): boolean {
    const concerned = new Set([...this.#touching.get(x)!, ...this.#touching.get(y)!, ...this.#fillers(x).flatMap((directory) => [...this.#filling.get(directory)!])]);
    const without = (tops: ReadonlySet<number>, top: number): boolean => tops.size > (tops.has(top) ? 1 : 0);
    for (const top of concerned) if (without(this.#deleted.get(x)!.tops, top) && without(this.#added.get(y)!.tops, top)) return true;
    return false;
  }
}

/** Takes out those that have an equal one, each with one of these; of several alike they all meet in the first. */
function withoutEqual(left: readonly At[], right: readonly At[], out: [PathBytes, PathBytes][]): At[] {
  const keyOf = ({ entry }: At): string => `${isRegular(entry) ? '' : entry.mode} ${entry.oid}`;
  const alike = Map.groupBy(right, keyOf), met = new Set<string>(), rest: At[] = [];
  for (const one of left) {
    const key = keyOf(one), others = EMPTY_BLOBS.has(one.entry.oid) ? undefined : alike.get(key);
    if (others === undefined) { rest.push(one); continue; }
    for (const other of met.has(key) ? others.slice(0, 1) : others) out.push([one.path, other.path]);
    met.add(key);
  }
  return rest;
}

const rootOf = (path: PathBytes): string => path.slice(0, Math.max(0, path.indexOf('/')));

/** Sets of numbers that grow together where they meet. */
export class Groups {
  readonly #of = new Map<number, Set<number>>();

  join(members: readonly number[]): void {
    const all = new Set(members);
    for (const member of members) for (const other of this.#of.get(member) ?? []) all.add(other);
    for (const member of all) this.#of.set(member, all);
  }

  list(): number[][] { return [...new Set(this.#of.values())].map((group) => [...group]); }
}
