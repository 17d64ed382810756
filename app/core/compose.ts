// Composing tops to one tree. Tops that have nothing to do with each other are united in one pass per path, text through the path's
// weave, over the base or over what they stand on. Tops that git could see renames between are merged as git's chain of merges does, in
// every order (sets/): one that conflicts, or ends otherwise, in another order is no composition. At finer grains units of one history
// are woven first (grain/woven.ts). Either way the result is a function of the set (law 1).
import type { Oid, PathBytes } from './bytes.ts';
import { Added, type Change, type Changes, type PathConflict, ancestors, between, followedBy, isRegular, meeting, mergeEntries, mergeInto, sameEntry } from './changes.ts';
import type { Contents } from './contents.ts';
import { Likeness } from './likeness.ts';
import type { Entry } from './repository.ts';
import { Families } from './sets/families.ts';
import { Group, type How } from './sets/group.ts';
import { type Member, type Together, type Variant, Groups, interplay } from './sets/interplay.ts';
import { type Failing, Orders } from './sets/orders.ts';
import type { SegmentGraph } from './sets/treeChain.ts';
import { Similarities } from './treeMerge/renames.ts';
import { LACKING } from './waves.ts';
import { type KeptTexts, type Lined, type Patch, linedOf, patchOf, splice, splicedKey } from './weave/splice.ts';
import { Weave } from './weave/weave.ts';

export type { SegmentGraph };

export interface SetConflict extends PathConflict {
  /** whose version is not the one in the tree */
  readonly top: number;
  /** the smallest set of tops found that does not compose for it; ascending */
  readonly sides: readonly number[];
  readonly state: Failing;
  /** every order of them is merged, but not to the same */
  readonly differs: boolean;
}

export interface Composed {
  /** base → composed tree; at conflicting paths the tree has what the earlier tops made */
  readonly changes: Changes;
  readonly conflicts: readonly SetConflict[];
}

/** Tops that were composed by themselves, and what is united with others of them. */
interface Part extends Composed { readonly tops: readonly number[] }
/** What one or more parts make of a path. */
interface Version { readonly change: Change; readonly tops: readonly number[] }

const NOTHING: Composed = { changes: new Map(), conflicts: [] };
const NO_REGIONS = new Int32Array(0);
const ascending = (x: number, y: number): number => x - y;
const MANY_VERSIONS = 8;
const named = (entry: Entry | null): string => (entry === null ? '' : `${entry.mode} ${entry.oid}`);

/** Stops as waves.ts describes where texts, or trees of the base, are lacking, having changed nothing. */
export class Composer {
  readonly #contents: Contents;
  readonly #graph: SegmentGraph;
  readonly #kept: KeptTexts;
  readonly #likeness: Likeness;
  readonly #similarities: Similarities;
  readonly #done = new Map<string, Composed>();
  /** those whose orders are being tried */
  readonly #groups = new Map<string, Group>();
  /** who composes their plain files: what it has done counts when work that stopped goes on */
  readonly #plain = new Map<string, Composer>();
  /** what weaves units of one history; null at grain `branch` */
  readonly #families: Families | null;

  /** `kept`: where several composers share what they know of texts. */
  constructor(contents: Contents, graph: SegmentGraph, kept: KeptTexts = { lined: new Map(), patches: new Map() }) {
    this.#contents = contents;
    this.#graph = graph;
    this.#kept = kept;
    this.#likeness = new Likeness(contents);
    this.#similarities = new Similarities(contents);
    this.#families = graph.family === undefined || graph.own === undefined ? null : new Families(contents, graph as Required<SegmentGraph>, (of) => new Composer(contents, of, kept));
  }

  /** `tops`: none below another. The order given does not matter. */
  compose(tops: readonly number[]): Composed {
    const sorted = [...tops].sort(ascending);
    if (sorted.length === 0) return NOTHING;
    if (sorted.length === 1) return { changes: this.#graph.changes(sorted[0]!), conflicts: [] };
    const key = sorted.join();
    let result = this.#done.get(key);
    if (!result) { result = this.#families?.compose(sorted) ?? this.#compose(sorted); this.#done.set(key, result); this.#groups.clear(); this.#plain.clear(); }
    return result;
  }

  #compose(sorted: readonly number[]): Composed {
    const families = this.#connected(sorted);
    const members = families.flatMap((family) => family.map((top): Member => ({
      top, changes: this.#graph.changes(top),
      below: family.length === 1 ? [] : [...this.#graph.closure(top)].filter((s) => s !== top).map((s) => this.#graph.changes(s)),
    })));
    const variants: Variant[] = [];
    for (let before = ''; ;) {
      const together = interplay(members, variants, this.#graph.base, this.#likeness, this.#similarities);
      const groups = together.length === 0 ? families.map((tops) => ({ tops, merged: false, tied: false })) : joined(families, together);
      const parts = this.#each(groups, ({ tops, merged, tied }) => (merged ? this.#merged(tops, tied ? 'tied' : 'apart', variants) : this.#apart(tops)));
      const now = groups.map(({ tops }) => tops.join()).join('|');
      // what merging made of an added file may be like something that the file was not
      if (variants.length === 0 || now === before) return parts.length === 1 ? parts[0]! : this.#unite(parts);
      before = now;
    }
  }

  /** Lets each say what it lacks, so that all of it comes in one wave. */
  #each<T, U>(items: readonly T[], work: (item: T) => U): U[] {
    let lacks = false;
    const out: U[] = [];
    for (const item of items) {
      try { out.push(work(item)); } catch (error) { if (error !== LACKING) throw error; lacks = true; }
    }
    if (lacks) throw LACKING;
    return out;
  }

  /** Merged as git does, tree by tree. */
  #merged(tops: readonly number[], how: How, variants: Variant[]): Part {
    const key = `${tops.join()} ${how}`;
    let group = this.#groups.get(key);
    if (group === undefined) {
      let conflicts: readonly SetConflict[] = [];
      group = new Group(this.#contents, this.#graph, this.#similarities, tops, how, (graph) => {
        let composer = this.#plain.get(key);
        if (composer === undefined) this.#plain.set(key, composer = new Composer(this.#contents, graph, this.#kept));
        const plain = composer.compose(tops);
        ({ conflicts } = plain);
        return plain.changes;
      });
      if (conflicts.length > 0) return { changes: this.chain(tops).changes, conflicts, tops };
      this.#groups.set(key, group);
    }
    const decided = group.decide();
    variants.push(...group.variants(variants));
    if ('changes' in decided) return { changes: decided.changes, conflicts: [], tops };
    const { changes } = this.chain(tops);
    const { core, places, state, differs } = decided;
    return { changes, conflicts: places.map((place) => ({ ...place, top: this.#lastOther(core, place.path, changes), sides: core, state, differs })), tops };
  }

  /** Whose version of a path is not the one in the tree: the last such. */
  #lastOther(tops: readonly number[], path: PathBytes, tree: Changes): number {
    const kept = tree.get(path)?.after ?? null;
    return tops.findLast((t) => { const c = this.#graph.changes(t).get(path); return c !== undefined && !sameEntry(c.after, kept); }) ?? tops.at(-1)!;
  }

  /** Tops between which git finds no renames: by path, over what they stand on. */
  #apart(tops: readonly number[]): Part {
    if (tops.length === 1) return { changes: this.#graph.changes(tops[0]!), conflicts: [], tops };
    return { ...this.#over(tops, new Set(), new Map()), tops };
  }

  /** `shared`: all stand on it, `below` is its tree. */
  #over(tops: readonly number[], shared: ReadonlySet<number>, below: Changes): Composed {
    const parts = this.#each(this.#connected(tops, shared), (family): Part => {
      if (family.length === 1) return { changes: this.#graph.changes(family[0]!), conflicts: [], tops: family };
      const common = family.map((t) => this.#graph.closure(t)).reduce((x, y) => new Set([...x].filter((s) => y.has(s))));
      const lower = this.topsOf([...common]);
      // two that go together are, merged, what git takes for the tree that all of these come from; what conflicts, and more of them, is not
      const over = common.size > shared.size && lower.length <= 2 ? this.compose(lower) : null;
      // what some of them share the others do not, crosswise: there is no one tree below them
      if (over === null || over.conflicts.length > 0) return this.#merged(family, 'whole', []);
      return { ...this.#over(family, common, over.changes), tops: family };
    });
    if (parts.length === 1) return parts[0]!;
    const united = this.#unite(parts.map((part) => ({ ...part, changes: between(below, part.changes) })));
    return { ...united, changes: followedBy(below, united.changes) };
  }

  /** git's chain of merges in ascending order, by path, each step over what it shares with those before it. */
  chain(tops: readonly number[]): Composed {
    let changes: Changes = this.#graph.changes(tops[0]!);
    const conflicts: SetConflict[] = [];
    const covered = new Set(this.#graph.closure(tops[0]!));
    for (const [i, top] of tops.entries()) {
      if (i === 0) continue;
      const closure = this.#graph.closure(top);
      const shared = this.compose(this.topsOf([...closure].filter((s) => covered.has(s))));
      const theirs = this.#graph.changes(top);
      const merged = mergeInto(this.#contents, between(shared.changes, changes), between(shared.changes, theirs));
      for (const c of merged.conflicts) conflicts.push({ ...c, top, sides: tops.slice(0, i + 1), state: 'conflict', differs: false });
      changes = followedBy(changes, merged.changes);
      for (const s of closure) covered.add(s);
    }
    return { changes, conflicts };
  }

  /** Those of a set that stand below no other of it, ascending. */
  topsOf(set: readonly number[]): number[] {
    return set.filter((s) => !set.some((o) => o !== s && this.#graph.closure(o).has(s))).sort(ascending);
  }

  /** Tops grouped by what they stand on beyond `shared`: no two groups have a segment of it in common. Groups and members ascending. */
  #connected(sorted: readonly number[], shared: ReadonlySet<number> = new Set()): number[][] {
    const group = sorted.map((_, i) => i), firstOn = new Map<number, number>();
    const find = (i: number): number => { while (group[i] !== i) { group[i] = group[group[i]!]!; i = group[i]!; } return i; };
    for (const [i, top] of sorted.entries()) for (const s of this.#graph.closure(top)) {
      if (shared.has(s)) continue;
      const other = firstOn.get(s);
      if (other === undefined) firstOn.set(s, i); else group[find(i)] = find(other);
    }
    const families = new Map<number, number[]>();
    for (const [i, top] of sorted.entries()) {
      const family = families.get(find(i));
      if (family) family.push(top); else families.set(find(i), [top]);
    }
    return [...families.values()];
  }

  /** Unites trees that are independent changes of one tree: one pass over the paths. */
  #unite(parts: readonly Part[]): Composed {
    const conflicts = parts.flatMap((f) => f.conflicts);
    const writers = new Map<PathBytes, Version[]>();
    /** of paths with many versions: a thousand compared with each other are half a million comparisons */
    const seen = new Map<PathBytes, Set<string>>();
    const isNew = (path: PathBytes, list: readonly Version[], after: Entry | null): boolean => {
      if (list.length < MANY_VERSIONS) return !list.some((w) => sameEntry(w.change.after, after));
      let known = seen.get(path);
      if (known === undefined) seen.set(path, known = new Set(list.map((w) => named(w.change.after))));
      return known.size < known.add(named(after)).size;
    };
    for (const { changes, tops } of parts) {
      for (const [path, change] of changes) {
        const list = writers.get(path);
        if (!list) writers.set(path, [{ change, tops }]);
        else if (isNew(path, list, change.after)) list.push({ change, tops });
      }
    }
    const { changes: united, conflicts: found } = this.#decided(writers);
    conflicts.push(...found);
    const added = new Added(united);
    for (const path of added.files) {
      const other = added.against(path);
      if (other === null || path >= other) continue;
      const sides = [writers.get(path)![0]!.tops[0]!, writers.get(other)![0]!.tops[0]!];
      conflicts.push({ path: meeting(path, other), kind: 'directory/file', regions: NO_REGIONS, top: sides[0]!, sides: sides.sort(ascending), state: 'conflict', differs: false });
    }
    // a file stands where somebody's change keeps a directory
    for (const kept of conflicts.filter(({ kind }) => kind === 'modify/delete')) for (const path of ancestors(kept.path)) {
      if (added.files.has(path) && !conflicts.some((c) => c.path === path)) conflicts.push({ ...kept, path, kind: 'directory/file' });
    }
    return { changes: united, conflicts };
  }

  /** Each path by what its writers make of it. */
  #decided(writers: ReadonlyMap<PathBytes, readonly Version[]>): Composed {
    const conflicts: SetConflict[] = [];
    const spliced = this.#spliceAll(writers);
    const united = new Map<PathBytes, Change>();
    for (const [path, list] of writers) {
      const { before } = list[0]!.change;
      let after = list[0]!.change.after;
      if (list.length > 1) {
        const oid = spliced.get(path);
        const woven = oid !== undefined ? { mode: before!.mode, oid } : this.#weave(before, list.map((w) => w.change.after));
        if (woven !== undefined) after = woven;
        else {
          const chained = this.#chained(path, list);
          after = chained.entry;
          if (chained.conflict !== null) conflicts.push(chained.conflict);
        }
      }
      if (!sameEntry(before, after)) united.set(path, { before, after });
    }
    return { changes: united, conflicts };
  }

  /** The versions of a path that registers or conflicts must decide, one merged into another. */
  #chained(path: PathBytes, list: readonly Version[]): { readonly entry: Entry | null; readonly conflict: SetConflict | null } {
    const { before } = list[0]!.change;
    const merge = (x: Entry | null, y: Entry | null) => mergeEntries(this.#contents, before, x, y);
    const decision = new Orders<Entry | null, PathConflict>({
      size: list.length, work: list.length,
      first: (i) => list[i]!.change.after,
      join: (head, _, i) => {
        const merged = merge(head, list[i]!.change.after);
        return 'entry' in merged ? { head: merged.entry } : { refusal: { path, kind: merged.conflict, regions: merged.regions } };
      },
      same: sameEntry,
    }).decide();
    if (decision.state === 'clean') return { entry: decision.head, conflict: null };
    // in the tree the earlier ones stay
    let entry = list[0]!.change.after, top = -1;
    for (const { change, tops } of list.slice(1)) {
      const merged = merge(entry, change.after);
      if ('entry' in merged) entry = merged.entry;
      else if (top < 0) top = tops[0]!;
    }
    const { core, refusal, state } = decision;
    const place = refusal ?? { path, kind: 'content', regions: NO_REGIONS };
    const sides = core.map((i) => list[i]!.tops.find((t) => this.#graph.changes(t).has(path)) ?? list[i]!.tops[0]!).sort(ascending);
    return { entry, conflict: { ...place, top: top < 0 ? list.at(-1)!.tops[0]! : top, sides, state, differs: refusal === null } };
  }

  /**
   * The texts of paths that several write and in which nothing touches. What is lacking for these is asked for all at once, and then
   * the texts of all other paths that several write.
   */
  #spliceAll(writers: ReadonlyMap<PathBytes, readonly { readonly change: Change }[]>): Map<PathBytes, Oid> {
    const shared = [...writers].filter(([, list]) => list.length > 1 && isRegular(list[0]!.change.before));
    const spliced = new Map<PathBytes, Oid>(), names = new Map<PathBytes, string | null>();
    const alike = shared.filter(([path, list]) => {
      if (!list.every(({ change: { before, after } }) => after !== null && after.mode === before!.mode)) return false;
      const name = splicedKey(list[0]!.change.before!.oid, list.map(({ change }) => change.after!.oid));
      const known = name === null ? undefined : this.#kept.spliced?.get(name);
      names.set(path, name);
      if (known !== undefined) spliced.set(path, this.#contents.make(known.bytes, false, known.oid));
      return known === undefined;
    });
    const wanted: Oid[] = [], read: Oid[] = [];
    const found = alike.map(([, list]) => {
      const base = list[0]!.change.before!.oid, lined = this.#kept.lined.get(base);
      let whole = true;
      const patches = list.map(({ change }) => {
        const version = change.after!.oid, patch = this.#kept.patches.get(`${base} ${version}`);
        if (patch === undefined) { wanted.push(base, version); whole = false; }
        return patch;
      });
      // where all that is made of it is known, no line of the base need be told from another
      if (whole && lined === undefined) read.push(base);
      return { lined, patches };
    });
    this.#each([() => this.#contents.needTexts(wanted), () => this.#contents.needBytes(read)], (need) => need());
    for (const base of read) this.#kept.lined.set(base, linedOf(this.#contents.bytes(base)));
    for (const [i, [path, list]] of alike.entries()) {
      const base = list[0]!.change.before!.oid, known = found[i]!;
      const lined = known.lined ?? this.#lined(base), patches = known.patches.map((patch, n) => patch ?? this.#patch(base, list[n]!.change.after!.oid));
      const bytes = lined === 'none' || patches.includes('none') ? null : splice(lined, patches as Patch[]);
      if (bytes === null) continue;
      const oid = this.#contents.make(bytes), name = names.get(path)!;
      spliced.set(path, oid);
      if (name !== null) this.#kept.spliced?.set(name, { oid, bytes });
    }
    this.#contents.needTexts(shared.filter(([path, list]) => !spliced.has(path) && areMerged(list))
      .flatMap(([, list]) => [list[0]!.change.before, ...list.map((w) => w.change.after)]).filter(isRegular).map((entry) => entry!.oid));
    return spliced;
  }

  #lined(oid: Oid): Lined | 'none' {
    let lined = this.#kept.lined.get(oid);
    if (lined === undefined) {
      const text = this.#contents.text(oid);
      this.#kept.lined.set(oid, lined = text === null ? 'none' : linedOf(this.#contents.interner.join(text)));
    }
    return lined;
  }

  #patch(base: Oid, version: Oid): Patch | 'none' {
    const key = `${base} ${version}`;
    let patch = this.#kept.patches.get(key);
    if (patch === undefined) {
      const script = this.#contents.script(base, version);
      this.#kept.patches.set(key, patch = script === null ? 'none' : patchOf(script, linedOf(this.#contents.interner.join(this.#contents.text(version)!))));
    }
    return patch;
  }

  /** Several texts of one file through its weave; undefined where registers or conflicts must decide. */
  #weave(before: Entry | null, versions: readonly (Entry | null)[]): Entry | undefined {
    if (before === null || !isRegular(before)) return undefined;
    if (versions.some((v) => v === null || v.mode !== before.mode)) return undefined;
    const oids = versions.map((v) => v!.oid);
    const base = this.#contents.text(before.oid);
    const texts = oids.map((oid) => this.#contents.text(oid));
    if (base === null || texts.some((t) => t === null)) return undefined;
    const weave = new Weave(base, (a, b) => this.#contents.compareLines(a, b));
    const alone: ReadonlySet<string> = new Set();
    for (const [i, oid] of oids.entries()) weave.add(oid, alone, hunksOf(this.#contents.script(before.oid, oid)!, texts[i]!));
    const composed = weave.composeSet(new Set<string>(oids));
    if ('conflict' in composed) return undefined;
    return { mode: before.mode, oid: this.#oidOf(composed.lines) };
  }

  #oidOf(lines: Uint32Array): Oid { return this.#contents.make(this.#contents.interner.join(lines)); }
}

/** Families and groups that must be merged, joined where they have a top in common. Groups and members ascending. */
function joined(families: readonly (readonly number[])[], together: readonly Together[]): { readonly tops: readonly number[]; readonly merged: boolean; readonly tied: boolean }[] {
  const groups = new Groups();
  for (const family of families) groups.join(family);
  for (const { tops } of together) groups.join(tops);
  const met = new Set(together.flatMap(({ tops }) => tops)), tied = new Set(together.flatMap((group) => (group.tied ? group.tops : [])));
  return groups.list().map((group) => ({ tops: group.sort(ascending), merged: group.length > 1 && group.some((top) => met.has(top)), tied: group.some((top) => tied.has(top)) }))
    .sort((x, y) => x.tops[0]! - y.tops[0]!);
}

/** Whether it takes contents to merge versions of a path: where there is one beside the base's, modes and ids decide (changes.ts, mergeRegisters). */
function areMerged(list: readonly { readonly change: Change }[]): boolean {
  const { before } = list[0]!.change, first = list.find(({ change: { after } }) => after !== null && after.oid !== before?.oid)?.change.after;
  return list.some(({ change: { after } }) => after !== null && after.oid !== before?.oid && after.oid !== first?.oid);
}

function hunksOf(script: Int32Array, text: Uint32Array): { start: number; end: number; inserted: Uint32Array }[] {
  const out: { start: number; end: number; inserted: Uint32Array }[] = [];
  for (let i = 0; i < script.length; i += 4) {
    out.push({ start: script[i]!, end: script[i + 1]!, inserted: text.subarray(script[i + 2], script[i + 3]) });
  }
  return out;
}
