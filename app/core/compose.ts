// Composing tops to one tree. Tops that share nothing below them are united over the base in one pass per path, text through
// the path's weave; tops that do share are chained over what they share, in one canonical order. Either way the result is a
// function of the set (law 1). The chain alone is the slow twin: git's chain of merges (design.md §2, The oracle, "for sets").
import type { Oid, PathBytes } from './bytes.ts';
import { Added, type Change, type Changes, type PathConflict, between, followedBy, isRegular, meeting, mergeEntries, mergeInto, sameEntry } from './changes.ts';
import type { Contents } from './contents.ts';
import type { Entry } from './repository.ts';
import { type KeptTexts, type Lined, type Patch, linedOf, patchOf, splice } from './weave/splice.ts';
import { Weave } from './weave/weave.ts';

/** What composing needs of segments, by index: lower segments have lower indices. */
export interface SegmentGraph {
  /** base → the segment's tree */
  changes(segment: number): Changes;
  /** the segment and all below it */
  closure(segment: number): ReadonlySet<number>;
}

export interface Composed {
  /** base → composed tree; at conflicting paths the tree has what the earlier tops made */
  readonly changes: Changes;
  readonly conflicts: readonly (PathConflict & { readonly top: number })[];
}

/** Tops that stand on common segments, composed; `top` is the first of them. */
interface Family extends Composed { readonly top: number }

const NOTHING: Composed = { changes: new Map(), conflicts: [] };
const NO_REGIONS = new Int32Array(0);
const ascending = (x: number, y: number): number => x - y;

/** Stops as `Contents` does where texts are lacking, having changed nothing. */
export class Composer {
  readonly #contents: Contents;
  readonly #graph: SegmentGraph;
  readonly #kept: KeptTexts;
  readonly #done = new Map<string, Composed>();

  /** `kept`: where several composers share what they know of texts. */
  constructor(contents: Contents, graph: SegmentGraph, kept: KeptTexts = { lined: new Map(), patches: new Map() }) {
    this.#contents = contents;
    this.#graph = graph;
    this.#kept = kept;
  }

  /** `tops`: none below another. The order given does not matter. */
  compose(tops: readonly number[]): Composed {
    const sorted = [...tops].sort(ascending);
    if (sorted.length === 0) return NOTHING;
    if (sorted.length === 1) return { changes: this.#graph.changes(sorted[0]!), conflicts: [] };
    const key = sorted.join();
    let result = this.#done.get(key);
    if (!result) { result = this.#compose(sorted); this.#done.set(key, result); }
    return result;
  }

  #compose(sorted: readonly number[]): Composed {
    const families: Family[] = [];
    for (const members of this.#families(sorted)) {
      const composed = members.length === 1 ? { changes: this.#graph.changes(members[0]!), conflicts: [] } : this.chain(members);
      families.push({ ...composed, top: members[0]! });
    }
    return families.length === 1 ? families[0]! : this.#unite(families);
  }

  /** git's chain of merges in ascending order, each step over what it shares with those before it. */
  chain(tops: readonly number[]): Composed {
    let changes: Changes = this.#graph.changes(tops[0]!);
    const conflicts: (PathConflict & { top: number })[] = [];
    const covered = new Set(this.#graph.closure(tops[0]!));
    for (const top of tops.slice(1)) {
      const closure = this.#graph.closure(top);
      const shared = this.compose(this.topsOf([...closure].filter((s) => covered.has(s))));
      const theirs = this.#graph.changes(top);
      const merged = mergeInto(this.#contents, between(shared.changes, changes), between(shared.changes, theirs));
      for (const c of merged.conflicts) conflicts.push({ ...c, top });
      changes = followedBy(changes, merged.changes);
      for (const s of closure) covered.add(s);
    }
    return { changes, conflicts };
  }

  /** Those of a set that stand below no other of it, ascending. */
  topsOf(set: readonly number[]): number[] {
    return set.filter((s) => !set.some((o) => o !== s && this.#graph.closure(o).has(s))).sort(ascending);
  }

  /** Tops grouped by what they stand on: no two groups share a segment. Groups and members ascending. */
  #families(sorted: readonly number[]): number[][] {
    const groupOf = new Map<number, number[]>();
    let groups: number[][] = [];
    for (const top of sorted) {
      const closure = [...this.#graph.closure(top)];
      const met = new Set(closure.map((s) => groupOf.get(s)).filter((g) => g !== undefined));
      const group = [...met].flat().concat(top).sort(ascending);
      groups = groups.filter((g) => !met.has(g));
      groups.push(group);
      for (const s of group.flatMap((t) => [...this.#graph.closure(t)])) groupOf.set(s, group);
    }
    return groups.sort((x, y) => x[0]! - y[0]!);
  }

  /** Unites trees that are independent changes of the base: one pass over the paths. */
  #unite(families: readonly Family[]): Composed {
    const conflicts = families.flatMap((f) => f.conflicts);
    const writers = new Map<PathBytes, { change: Change; top: number }[]>();
    for (const { changes, top } of families) {
      for (const [path, change] of changes) {
        const list = writers.get(path);
        if (!list) writers.set(path, [{ change, top }]);
        else if (!list.some((w) => sameEntry(w.change.after, change.after))) list.push({ change, top });
      }
    }
    const spliced = this.#spliceAll(writers);
    const united = new Map<PathBytes, Change>();
    for (const [path, list] of writers) {
      const { before } = list[0]!.change;
      let after = list[0]!.change.after;
      if (list.length > 1) {
        const bytes = spliced.get(path);
        const woven = bytes ? { mode: before!.mode, oid: this.#contents.make(bytes) } : this.#weave(before, list.map((w) => w.change.after));
        if (woven !== undefined) after = woven;
        else {
          for (const { change, top } of list.slice(1)) {
            const merged = mergeEntries(this.#contents, before, after, change.after);
            if ('entry' in merged) after = merged.entry;
            else conflicts.push({ path, kind: merged.conflict, regions: merged.regions, top });
          }
        }
      }
      if (!sameEntry(before, after)) united.set(path, { before, after });
    }
    const added = new Added(united);
    for (const path of added.files) {
      const other = added.against(path);
      if (other !== null && path < other) conflicts.push({ path: meeting(path, other), kind: 'directory/file', regions: NO_REGIONS, top: writers.get(path)![0]!.top });
    }
    return { changes: united, conflicts };
  }

  /**
   * The texts of paths that several write and in which nothing touches. What is lacking for these is asked for all at once, and then
   * the texts of all other paths that several write.
   */
  #spliceAll(writers: ReadonlyMap<PathBytes, readonly { readonly change: Change }[]>): Map<PathBytes, Uint8Array> {
    const shared = [...writers].filter(([, list]) => list.length > 1 && isRegular(list[0]!.change.before));
    const alike = shared.filter(([, list]) => list.every(({ change: { before, after } }) => after !== null && after.mode === before!.mode));
    const wanted: Oid[] = [];
    for (const [, list] of alike) {
      const base = list[0]!.change.before!.oid;
      if (!this.#kept.lined.get(base)) wanted.push(base);
      for (const { change } of list) if (!this.#kept.patches.get(`${base} ${change.after!.oid}`)) wanted.push(base, change.after!.oid);
    }
    this.#contents.needTexts(wanted);
    const spliced = new Map<PathBytes, Uint8Array>();
    for (const [path, list] of alike) {
      const base = list[0]!.change.before!.oid;
      const lined = this.#lined(base), patches = list.map(({ change }) => this.#patch(base, change.after!.oid));
      const bytes = lined === 'none' || patches.includes('none') ? null : splice(lined, patches as Patch[]);
      if (bytes !== null) spliced.set(path, bytes);
    }
    this.#contents.needTexts(shared.filter(([path]) => !spliced.has(path))
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

function hunksOf(script: Int32Array, text: Uint32Array): { start: number; end: number; inserted: Uint32Array }[] {
  const out: { start: number; end: number; inserted: Uint32Array }[] = [];
  for (let i = 0; i < script.length; i += 4) {
    out.push({ start: script[i]!, end: script[i + 1]!, inserted: text.subarray(script[i + 2], script[i + 3]) });
  }
  return out;
}
