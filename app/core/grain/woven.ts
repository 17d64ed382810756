// Sets of units of one history, composed line by line (design.md §2, Weave, and §3, law 5: line history wins). What a unit does to a path is
// woven over what it requires of it, once; a set's text is then a walk. Units one of which is before the other never clash; where forks
// do, the set conflicts. What comes out is a function of the set (law 1). Its twin applies hunks one by one (woven.test.ts).
import type { PathBytes } from '../bytes.ts';
import { Added, type Change, type Changes, type PathConflict, isRegular, meeting, mergeEntries, sameEntry } from '../changes.ts';
import type { Contents } from '../contents.ts';
import type { Interner } from '../lines.ts';
import type { Edit } from '../model.ts';
import type { Entry } from '../repository.ts';
import { type Failing, Orders } from '../sets/orders.ts';
import { type Life, lifeAfter, lifeOf, modeOf, weaveOf } from './line.ts';

/** Units as composing asks for them, by index: whatever is required, or before in history, has a lower one. */
export interface UnitGraph {
  /** its own edits, on what it requires; may stop as waves.ts describes */
  own(unit: number): readonly Edit[];
  /** base → the tree of it and all it requires */
  changes(unit: number): Changes;
  /** the unit and all it requires */
  closure(unit: number): ReadonlySet<number>;
  /** the same everywhere */
  tip(unit: number): string;
}

export interface WovenConflict extends PathConflict {
  /** the units whose versions do not go together: of those given, the first above each; ascending */
  readonly sides: readonly number[];
  readonly state: Failing;
  readonly differs: boolean;
}

/** What a unit did to a path: began a life, or wrote in one. */
interface Record { readonly life: Life; readonly begins: boolean; readonly hunks: boolean; readonly mode: boolean }

/** What one family did to a path. */
interface PathRecords { readonly first: Life; readonly of: Map<number, Record> }

interface State { readonly life: Life; readonly mode: number; readonly text: readonly number[] }
type Told = { readonly entry: Entry | null } | { readonly clash: 'text' | 'registers' };

const NO_REGIONS = new Int32Array(0);
const ascending = (a: number, b: number): number => a - b;

/** Keeps what it wove: one is for one graph and one `Contents`. Stops as waves.ts describes, having changed nothing that counts. */
export class Woven {
  readonly #contents: Contents;
  readonly #graph: UnitGraph;
  #paths = new Map<PathBytes, PathRecords>();
  /** whose line numbers the weaves have */
  #interner: Interner;
  readonly #edits = new Map<number, ReadonlyMap<PathBytes, Edit>>();

  constructor(contents: Contents, graph: UnitGraph) {
    this.#contents = contents;
    this.#graph = graph;
    this.#interner = contents.interner;
  }

  /** Base → what these units of one family and all they require make together; where they clash the first one's version stays. */
  compose(tops: readonly number[]): { readonly changes: Changes; readonly conflicts: readonly WovenConflict[] } {
    if (this.#interner !== this.#contents.interner) { this.#interner = this.#contents.interner; this.#paths = new Map(); }
    const set = new Set<number>();
    for (const top of tops) for (const unit of this.#graph.closure(top)) set.add(unit);
    const writers = new Map<PathBytes, number[]>();
    for (const unit of [...set].sort(ascending)) for (const path of this.#editsOf(unit).keys()) {
      const list = writers.get(path);
      if (list === undefined) writers.set(path, [unit]); else list.push(unit);
    }
    const several = [...writers].filter(([, units]) => this.#above(units, [units.at(-1)!]) === undefined);
    this.#need(several);
    const united = new Map<PathBytes, Change>(), conflicts: WovenConflict[] = [];
    for (const [path, units] of writers) {
      const one = this.#above(units, [units.at(-1)!]);
      if (one !== undefined) { const change = this.#graph.changes(one).get(path); if (change !== undefined) united.set(path, change); }
    }
    for (const [path, units] of several) {
      const { base, entry, conflict } = this.#decided(path, units, tops);
      if (conflict !== null) conflicts.push(conflict);
      if (!sameEntry(base, entry)) united.set(path, { before: base, after: entry });
    }
    conflicts.push(...this.#inTheWay(united, writers, tops));
    return { changes: united, conflicts };
  }

  #editsOf(unit: number): ReadonlyMap<PathBytes, Edit> {
    let edits = this.#edits.get(unit);
    if (edits === undefined) this.#edits.set(unit, edits = new Map(this.#graph.own(unit).map((edit) => [edit.path, edit])));
    return edits;
  }

  /** One of `among` that is above all of them, or is it. */
  #above(units: readonly number[], among: readonly number[]): number | undefined {
    return among.find((one) => { const closure = this.#graph.closure(one); return units.every((unit) => closure.has(unit)); });
  }

  /** The texts that weaving begins with, in one wave: the base's, and those that somebody wrote as a whole. */
  #need(paths: readonly (readonly [PathBytes, readonly number[]])[]): void {
    this.#contents.needTexts(paths.flatMap(([path, units]) => {
      const [first, ...others] = units.map((unit) => this.#editsOf(unit).get(path)!);
      return [first!.before, ...[first!, ...others].filter(({ kind }) => kind !== 'modify' && kind !== 'mode').map(({ after }) => after)];
    }).filter(isRegular).map((entry) => entry!.oid));
  }

  #recordsOf(path: PathBytes, units: readonly number[]): PathRecords {
    let records = this.#paths.get(path);
    if (records === undefined) this.#paths.set(path, records = { first: lifeOf(this.#baseOf(path, units[0]!)), of: new Map() });
    for (const unit of units) if (!records.of.has(unit)) records.of.set(unit, this.#record(records, path, unit));
    return records;
  }

  /** Of the first writer of a path: nothing that it requires wrote it. */
  #baseOf(path: PathBytes, first: number): Entry | null { return this.#editsOf(first).get(path)!.before; }

  /**
   * Those below it were recorded before. Lines are woven where those below make the very text that the edit was told on; an answer to what conflicts
   * below, and whatever has no lines, begins a life.
   */
  #record(records: PathRecords, path: PathBytes, unit: number): Record {
    const closure = this.#graph.closure(unit), edit = this.#editsOf(unit).get(path)!, { before, after, hunks } = edit;
    const below = [...records.of.keys()].filter((other) => closure.has(other)).sort(ascending), state = this.#state(records, below);
    const isText = hunks !== null && isRegular(before) && isRegular(after) && (edit.kind === 'modify' || edit.kind === 'mode');
    if (state === null || !isText || state.mode !== before!.mode || !this.#isOn(path, state, before!)) {
      return { life: state === null ? lifeOf(after) : lifeAfter(state.life, after), begins: true, hunks: false, mode: false };
    }
    const { life, text } = state, mode = before!.mode !== after!.mode;
    if (hunks.length > 0) {
      const inserted = hunks.map((hunk) => ({ start: hunk.start, end: hunk.end, inserted: this.#interner.internLines(hunk.inserted) }));
      weaveOf(this.#contents, life).add(this.#graph.tip(unit), this.#tips(text), inserted);
    }
    if (mode) life.modes.set(unit, after!.mode);
    return { life, begins: false, hunks: hunks.length > 0, mode };
  }

  /** Whether what writers of a text make is the one that an edit was told on. */
  #isOn(path: PathBytes, { life, text }: State, before: Entry): boolean {
    if (text.length === 0) return life.entry!.oid === before.oid;
    const one = this.#above(text, [text.at(-1)!]);
    if (one !== undefined) return this.#editsOf(one).get(path)!.after!.oid === before.oid;
    const woven = weaveOf(this.#contents, life).composeSet(this.#tips(text));
    return 'lines' in woven && this.#contents.makeText(woven.lines) === before.oid;
  }

  #tips(units: readonly number[]): Set<string> { return new Set(units.map((unit) => this.#graph.tip(unit))); }

  /** The life that a path has among units, closed and recorded, its mode, and who writes its text in it; null where registers of theirs conflict. */
  #state({ first, of }: PathRecords, units: readonly number[]): State | null {
    const began = units.filter((unit) => of.get(unit)!.begins), closure = (unit: number): ReadonlySet<number> => this.#graph.closure(unit);
    const last = this.#topsOf(began), life = last.length === 0 ? first : of.get(last[0]!)!.life;
    if (last.some((unit) => of.get(unit)!.life !== life)) return null;
    const rest = last.length === 0 ? units : units.filter((unit) => !last.some((one) => closure(one).has(unit)));
    if (rest.some((unit) => of.get(unit)!.life !== life)) return null;
    if (life.entry === null) return { life, mode: 0, text: [] };
    const decided = modeOf(life, rest.filter((unit) => of.get(unit)!.mode), (unit, other) => closure(unit).has(other));
    return decided === null ? null : { life, mode: decided.mode, text: rest.filter((unit) => of.get(unit)!.hunks) };
  }

  /** Those that no other requires; given ascending. */
  #topsOf(units: readonly number[]): number[] {
    const tops: number[] = [];
    for (const unit of units.toReversed()) if (!tops.some((top) => this.#graph.closure(top).has(unit))) tops.push(unit);
    return tops.reverse();
  }

  #told(records: PathRecords, units: readonly number[]): Told {
    const state = this.#state(records, units);
    if (state === null) return { clash: 'registers' };
    const { life, mode, text } = state;
    if (life.entry === null) return { entry: null };
    if (text.length === 0) return { entry: { mode, oid: life.entry.oid } };
    const woven = weaveOf(this.#contents, life).composeSet(this.#tips(text));
    return 'conflict' in woven ? { clash: 'text' } : { entry: { mode, oid: this.#contents.makeText(woven.lines) } };
  }

  /** A path that no one unit decides. */
  #decided(path: PathBytes, units: readonly number[], tops: readonly number[]): { readonly base: Entry | null; readonly entry: Entry | null; readonly conflict: WovenConflict | null } {
    const base = this.#baseOf(path, units[0]!), records = this.#recordsOf(path, units), told = this.#told(records, units);
    if ('entry' in told) return { base, entry: told.entry, conflict: null };
    const answer = this.#above(units, tops);
    if (answer !== undefined) return { base, entry: this.#graph.changes(answer).get(path)?.after ?? null, conflict: null };
    const clashing = this.#topsOf(units);
    const shared = units.filter((unit) => clashing.every((top) => this.#graph.closure(top).has(unit)));
    const common = shared.length === 0 ? { entry: base } : this.#told(records, shared);
    const over = 'entry' in common ? common.entry : base;
    const versionOf = (unit: number): Entry | null => { const changes = this.#graph.changes(unit); return changes.has(path) ? changes.get(path)!.after : base; };
    const versions = clashing.map(versionOf);
    // registers, and contents that are none, merge as git merges them: one sets the mode of what another replaces
    const decision = new Orders<Entry | null, PathConflict>({
      size: versions.length, work: versions.length, first: (i) => versions[i]!, same: sameEntry,
      join: (head, _, i) => {
        const merged = mergeEntries(this.#contents, over, head, versions[i]!);
        return 'entry' in merged ? { head: merged.entry } : { refusal: { path, kind: merged.conflict, regions: merged.regions } };
      },
    }).decide();
    if (decision.state === 'clean' && told.clash === 'registers') return { base, entry: decision.head, conflict: null };
    const place = decision.state !== 'clean' && decision.refusal !== null ? decision.refusal : { path, kind: 'content' as const, regions: NO_REGIONS };
    const sides = decision.state === 'clean' ? clashing : decision.core.map((i) => clashing[i]!);
    return {
      base, entry: versions[0]!,
      conflict: { ...place, sides: this.#over(sides, tops), state: decision.state === 'clean' ? 'conflict' : decision.state, differs: decision.state !== 'clean' && decision.refusal === null },
    };
  }

  /** The first of `tops` above each of these units. */
  #over(units: readonly number[], tops: readonly number[]): number[] {
    return [...new Set(units.map((unit) => tops.find((top) => this.#graph.closure(top).has(unit))!))].sort(ascending);
  }

  /** Where one fork puts a file and another one a directory. */
  #inTheWay(united: Changes, writers: ReadonlyMap<PathBytes, readonly number[]>, tops: readonly number[]): WovenConflict[] {
    const added = new Added(united), out: WovenConflict[] = [];
    for (const path of added.files) {
      const other = added.against(path);
      if (other === null || path >= other) continue;
      const sides = this.#over([writers.get(path)!.at(-1)!, writers.get(other)!.at(-1)!], tops);
      out.push({ path: meeting(path, other), kind: 'directory/file', regions: NO_REGIONS, sides, state: 'conflict', differs: false });
    }
    return out;
  }
}
