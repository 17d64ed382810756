// The engine's answers over one published state: ACUs, names, dependencies, verdicts on sets; the graph of all is conflictGraph.ts's. Synchronous
// and pure; the same class answers in the service and, on the replica, in the renderer's workers.
import type { AcuId, ByteString, Oid, PathBytes } from './bytes.ts';
import { display } from './bytes.ts';
import { ConflictGraph, type Pairs, type SourceConflict } from './conflictGraph.ts';
import { ConflictIndex, type PairConflict } from './conflictIndex.ts';
import { answersMoved } from './decided.ts';
import type { EdgeList } from './edgeList.ts';
import { AcumenError } from './errors.ts';
import { COMPOSED_REF, type Published, RESOLUTION_REF, type SegmentKey, WORKTREE_REF } from './events.ts';
import { Growing } from './growing.ts';
import { type Risk, Risks } from './risks.ts';
import type { Acu, Conflict, ConflictEdge, Segment, SetVerdict, Source } from './model.ts';
import { Provenances } from './provenances.ts';
import { type Looks, type Touched, looksOf } from './sets/looks.ts';
import { StandingSet } from './sets/standing.ts';
import { type Digest, type Tables, decodeTables, digestOf, encodeTables } from './tables.ts';

export interface Check { readonly ok: boolean; readonly missing: readonly AcuId[]; readonly conflicts: readonly Conflict[] }

export class Engine {
  readonly tables: Tables;
  readonly #digestOf: Digest;
  /** what made the tables, until it makes others; null where they were read back */
  readonly #growing: Growing | null;
  #encoded: Uint8Array | null;
  #digest: string | null = null;
  #index: ConflictIndex | null = null;
  #risks: Risks | null = null;
  #provenances: Provenances | null = null;
  /** the tables it grew out of */
  #before: Tables | null = null;
  /** segments that were there, and have other answers now */
  #moved: readonly number[] = [];
  #acus: readonly Acu[] | null = null;
  #sources: readonly Source[] | null = null;
  /** ACUs' numbers in the order of `acus` */
  #order: readonly number[] | null = null;
  /** by number */
  readonly #described: (Acu | undefined)[] = [];
  #sourcesOf: readonly (readonly number[])[] | null = null;
  #single: ReadonlySet<ByteString> | null = null;
  readonly #graph: ConflictGraph;
  /** by segment; for `standing` */
  readonly #touched: (Touched | undefined)[] = [];
  /** of each ACU's number: the last question whose set it was in */
  #marks = new Uint32Array(0);
  #mark = 0;
  #chosen: { readonly ids: readonly AcuId[]; readonly tops: ReadonlySet<number> } | null = null;

  private constructor(tables: Tables, encoded: Uint8Array | null, growing: Growing | null, digest: Digest) {
    this.tables = tables;
    this.#encoded = encoded;
    this.#growing = growing;
    this.#digestOf = digest;
    this.#graph = new ConflictGraph({ tables, index: () => this.index, all: () => this.#all, order: () => this.#inOrder(), collisions: () => this.#collisions });
  }

  static from(published: Published, segments: readonly Segment[], digest = digestOf): Engine {
    const growing = Growing.from(published, segments);
    return new Engine(growing.tables, null, growing, digest);
  }
  static decode(bytes: Uint8Array, digest = digestOf): Engine { return new Engine(decodeTables(bytes), bytes, null, digest); }

  /**
   * The engine over another published state, at the cost of the segments that are in one of the two alone; `body` answers those that
   * are new. Takes the index with it, which this one makes anew if it is asked. Null where it must be built from all.
   */
  next(published: Published, body: (key: SegmentKey) => Segment | undefined): Engine | null {
    if (this.#growing?.tables !== this.tables) return null;
    const grown = this.#growing.next(published, body);
    if (grown === null) return null;
    const engine = new Engine(grown.tables, null, this.#growing, this.#digestOf);
    engine.#provenances = this.#all.next(grown.tables, grown.removed, grown.added);
    engine.#before = this.tables;
    const { lost, segments } = answersMoved(this.tables, grown.tables);
    engine.#moved = segments;
    const index = this.#index, risks = this.#risks;
    // they change in place: not this one's any more, also where the graph turns out to be too large
    this.#index = this.#risks = null;
    engine.#index = lost ? null : index?.next(grown.tables, grown.removed, grown.added) ?? null;
    engine.#risks = risks?.next(grown.tables, grown.removed, (upper, lower) => engine.index.includes(upper, lower)) ?? null;
    return engine;
  }

  encode(): Uint8Array { return this.#encoded ??= encodeTables(this.tables); }
  get digest(): string { return this.#digest ??= this.#digestOf(this.encode()); }
  get base(): Oid { return this.tables.base; }
  get index(): ConflictIndex { return this.#index ??= new ConflictIndex(this.tables); }
  get hasIndex(): boolean { return this.#index !== null; }
  /** The index of these tables, where somebody made it in workers. */
  giveIndex(index: ConflictIndex): void { if (index.tables === this.tables) this.#index ??= index; }
  get #all(): Provenances { return this.#provenances ??= Provenances.of(this.tables); }
  /** in the order of their first segments */
  get acus(): readonly Acu[] { return this.#acus ??= this.#inOrder().map((n) => this.#acuAt(n)); }
  /** Some of them, and how many there are. */
  page(from: number, limit: number): { readonly total: number; readonly acus: readonly Acu[] } {
    const order = this.#inOrder();
    return { total: order.length, acus: order.slice(from, from + limit).map((n) => this.#acuAt(n)) };
  }
  /** How many ACUs there are, and what they change, without describing each. */
  totals(): { readonly acus: number; readonly edits: number; readonly hunks: number } {
    const order = this.#inOrder();
    let edits = 0, hunks = 0;
    for (const n of order) { const meta = this.tables.segments[this.#all.listOf(n)[0]!]!; edits += meta.paths.length; hunks += meta.hunks; }
    return { acus: order.length, edits, hunks };
  }
  get sources(): readonly Source[] {
    const { sources, segments } = this.tables;
    return this.#sources ??= sources.map((s) => ({ name: s.name, ref: s.ref, oid: s.oid, segments: s.segments.map((i) => segments[i]!.tip) }));
  }

  #inOrder(): readonly number[] { return this.#order ??= this.#all.inOrder(); }
  #acuAt(n: number): Acu { return this.#described[n] ??= this.#describe(n); }

  /** Of each segment the sources that it is of, by place, ascending: working trees, and what stays as it was composed, stand on those of branches without being them. */
  #having(): readonly (readonly number[])[] {
    if (this.#sourcesOf === null) {
      const having: number[][] = this.tables.segments.map(() => []);
      const { sources } = this.tables, passes = sources.map(({ ref }) => ref.startsWith(WORKTREE_REF) || ref.startsWith(COMPOSED_REF) || ref.startsWith(RESOLUTION_REF));
      for (const [n, s] of sources.entries()) for (const i of s.segments) having[i]!.push(n);
      this.#sourcesOf = having.map((all, i) => {
        const own = all.length < 2 ? all : all.filter((n) => !passes[n] || sources[n]!.oid === this.tables.segments[i]!.tip);
        return own.length === 0 ? all : own;
      });
    }
    return this.#sourcesOf;
  }

  #describe(n: number): Acu {
    const { segments } = this.tables, all = this.#all, list = all.listOf(n), id = all.ids[n]!, having = this.#having();
    const first = segments[list[0]!]!;
    const sources = [...new Set(list.flatMap((i) => having[i]!.map((s) => this.tables.sources[s]!.name)))].sort();
    const requires = new Set<AcuId>(this.#directBelow(list[0]!));
    for (const i of list.slice(1)) {
      const other = new Set(this.#directBelow(i));
      for (const r of requires) if (!other.has(r)) requires.delete(r);
    }
    for (const need of first.needs) if (need !== id && all.numberOf(need) >= 0) requires.add(need);
    const standing = first.standing as Acu['standing'];
    const acu: Acu = {
      id, name: sources.length === 1 && (this.tables.grain === 'branch' || this.#ofOne().has(sources[0]!)) ? sources[0]! : first.title, sources, segments: list.map((i) => segments[i]!.tip),
      requires: [...requires].sort(), author: first.author, time: first.time, title: first.title, paths: first.paths,
      hunks: first.hunks, added: first.added, deleted: first.deleted, standing,
    };
    const reason = standing === 'stale' ? first.stale.map((c) => c.detail).join('; ') : [first.reason, ...first.notes].filter(Boolean).join('; ');
    return reason ? { ...acu, reason } : acu;
  }

  /** Sources that have one ACU and no more: at the finer grains no other name says what a person looks for. */
  #ofOne(): ReadonlySet<ByteString> {
    const { sources, segments } = this.tables;
    return this.#single ??= new Set(sources.filter((s) => new Set(s.segments.map((i) => segments[i]!.acu).filter((id) => id !== null)).size === 1).map((s) => s.name));
  }

  /** The ACUs directly below a segment; segments without an ACU pass through. */
  #directBelow(segment: number): AcuId[] {
    const { segments } = this.tables;
    const { lower } = segments[segment]!;
    if (lower.length === 0) return [];
    return [...new Set(lower.flatMap((l) => (segments[l]!.acu === null ? this.#directBelow(l) : [segments[l]!.acu!])))];
  }

  acu(id: AcuId): Acu | undefined {
    const n = this.#all.numberOf(id);
    return n < 0 ? undefined : this.#acuAt(n);
  }

  /** X of the command line: a source's name (all its ACUs), else a full id, else a prefix of at least 8 digits. */
  named(x: string): readonly AcuId[] {
    const source = this.tables.sources.find((s) => s.name === x || display(s.name) === x || s.ref === x);
    if (source) return [...new Set(source.segments.map((i) => this.tables.segments[i]!.acu).filter((id) => id !== null))];
    if (this.#all.numberOf(x as AcuId) >= 0) return [x as AcuId];
    if (/^[0-9a-f]{8,63}$/.test(x)) {
      const found = this.#inOrder().map((n) => this.#all.ids[n]!).filter((id) => id.startsWith(x));
      if (found.length === 1) return [found[0]!];
      if (found.length > 1) throw new AcumenError('ambiguous-name', `${x} is the beginning of ${found.length} ACU ids.`, 'Give more digits.', { matches: found });
    }
    throw new AcumenError('unknown-name', `There is no source or ACU named ${x}.`, 'Run `acumen list` for the names; import again if the branch is new.', { name: x });
  }

  #numberOf(id: AcuId): number {
    const n = this.#all.numberOf(id);
    if (n < 0) throw new AcumenError('unknown-name', `There is no ACU ${id.slice(0, 12)}.`, 'Run `acumen list` for the ids; import again if the branch is new.', { id });
    return n;
  }

  #numbersOf(ids: Iterable<AcuId>): number[] { return [...new Set(ids)].map((id) => this.#numberOf(id)); }
  #idsOf(numbers: Iterable<number>): AcuId[] { return Array.from(numbers, (n) => this.#all.ids[n]!); }

  /** A question's own mark, for `#marks`. */
  #ask(): number {
    const { length } = this.#all.ids;
    if (this.#marks.length < length || this.#mark === 0xffffffff) { this.#marks = new Uint32Array(length); this.#mark = 0; }
    return ++this.#mark;
  }

  /**
   * For each ACU of a set, the provenance that stands on nothing outside the set and on the most of it: its tree is what the
   * ACU denotes there. Where none does (-1), `missing` names what the provenance with the least below it lacks.
   */
  #realise(set: readonly number[]): { segments: number[]; missing: number[] } {
    const all = this.#all, mark = this.#ask(), inside = this.#marks;
    for (const n of set) inside[n] = mark;
    const isWithin = (below: readonly number[]): boolean => { for (const n of below) if (inside[n] !== mark) return false; return true; };
    const lacking = new Set<number>();
    const segments = set.map((n) => {
      const list = all.listOf(n), standing = this.tables.segments[list[0]!]!.standing;
      let best = -1;
      for (const i of list) {
        if (this.tables.segments[i]!.standing !== standing || !isWithin(all.below(i))) continue;
        if (best < 0 || all.below(i).length > all.below(best).length) best = i;
      }
      if (best < 0) for (const other of all.below(list[0]!)) if (inside[other] !== mark) lacking.add(other);
      return best;
    });
    return { segments, missing: [...lacking] };
  }

  /**
   * As `#realise`; an ACU that several segments could be is, at the finer grains, that of the source which has most of the set: what one
   * history made is one text there, and all ACUs of a source make its tip (law 2).
   */
  #inHistory(set: readonly number[], segments: number[]): number[] {
    const all = this.#all;
    const several = set.flatMap((n, i) => (segments[i]! >= 0 && all.listOf(n).length > 1 ? [i] : []));
    if (several.length === 0 || !this.index.hasHistories) return segments;
    const inside = new Set(set), having = new Map<number, number>(), sourcesOf = this.#having();
    for (const n of set) for (const source of new Set(all.listOf(n).flatMap((s) => sourcesOf[s]!))) having.set(source, (having.get(source) ?? 0) + 1);
    const goesBefore = (x: number, y: number): boolean => having.get(x)! > having.get(y)! || (having.get(x) === having.get(y) && x < y);
    for (const i of several) {
      const { standing } = this.tables.segments[segments[i]!]!;
      let best = -1;
      for (const s of all.listOf(set[i]!)) {
        if (this.tables.segments[s]!.standing !== standing || !all.below(s).every((n) => inside.has(n))) continue;
        for (const source of sourcesOf[s]!) if (best < 0 || goesBefore(source, best)) { best = source; segments[i] = s; }
      }
    }
    return segments;
  }

  /** What the set lacks to be closed under dependency, sorted. */
  missing(ids: readonly AcuId[]): AcuId[] { return this.#idsOf(this.#realise(this.#numbersOf(ids)).missing).sort(); }

  /** The set with all it requires. */
  closed(ids: readonly AcuId[]): Set<AcuId> { return new Set(this.#idsOf(this.#close(this.#numbersOf(ids)))); }

  #close(set: readonly number[]): number[] {
    const out = [...set];
    for (;;) {
      const { missing } = this.#realise(out);
      if (missing.length === 0) return out;
      for (const n of missing) out.push(n);
    }
  }

  /** Segments of the ACUs of a closed set that nothing else in it requires, ascending. */
  tops(ids: readonly AcuId[]): number[] { return this.#tops(this.#numbersOf(ids)); }

  /** `realised`: its segments, where they are known. */
  #tops(set: readonly number[], realised: readonly number[] = this.#realise(set).segments): number[] {
    const segments = this.#inHistory(set, [...realised]);
    const covered = this.#ask(), marks = this.#marks;
    segments.forEach((s, i) => {
      if (s >= 0) for (const other of this.#all.below(s)) if (other !== set[i]) marks[other] = covered;
    });
    return segments.filter((s, i) => s >= 0 && marks[set[i]!] !== covered).sort((x, y) => x - y);
  }

  /** A set that stands, to be changed an ACU at a time; null where only looking at all of it tells (sets/standing.ts). */
  standing(ids: readonly AcuId[]): StandingSet | null {
    return StandingSet.of({ tables: this.tables, index: this.index, all: this.#all, touched: this.#touched }, ids);
  }

  check(ids: readonly AcuId[]): Check {
    const set = new Set(ids);
    const asked = this.#numbersOf(ids), first = this.#realise(asked), missing = this.#idsOf(first.missing).sort();
    const closed = missing.length === 0 ? asked : this.#close(asked), realised = missing.length === 0 ? first.segments : this.#realise(closed).segments;
    const conflicts: Conflict[] = [...this.#against(closed, null, realised), ...this.#risksAmong(closed, realised)];
    const outside = conflicts.filter((c) => set.has(c.a) && (c.b === 'base' || set.has(c.b)));
    return { ok: missing.length === 0 && outside.every(({ verdict }) => verdict === 'risk'), missing, conflicts: missing.length === 0 ? conflicts : outside };
  }

  /** Collisions of names among what the candidates would bring and what is there: they block nothing. */
  risks(chosen: readonly AcuId[], candidates: readonly AcuId[]): Risk[] {
    const before = new Set(this.#idsOf(this.#close(this.#numbersOf(chosen))));
    return this.#risksAmong(this.#close(this.#numbersOf([...chosen, ...candidates]))).filter(({ a, b }) => !before.has(a) || (b !== 'base' && !before.has(b)));
  }

  #risksAmong(set: readonly number[], realised: readonly number[] = this.#realise(set).segments): Risk[] { return this.#collisions.among(realised.filter((s) => s >= 0)); }

  get #collisions(): Risks { return this.#risks ??= new Risks(this.tables, (upper, lower) => this.index.includes(upper, lower)); }

  /** There are more collisions of names than the graph lists. */
  get risksAreCut(): boolean { return this.#graph.risks().isCut; }

  /** The collision of an ACU with another or with the base at a path, or undefined. */
  riskAt(a: AcuId, b: AcuId | 'base', path: PathBytes): Risk | undefined {
    const [x, y] = b === 'base' || a < b ? [a, b] : [b, a];
    return this.#risksAmong(this.#close(this.#numbersOf(b === 'base' ? [a] : [a, b]))).find((r) => r.a === x && r.b === y && r.path === path);
  }

  /** Could a set fail although no two of it conflict? Told by the tables alone. */
  looks(ids: readonly AcuId[]): Looks {
    const { index } = this;
    return looksOf(this.tables, this.#tops(this.#close(this.#numbersOf(ids))), (segment) => index.closure(segment), index.hasHistories ? (a, b) => index.standTogether(a, b) : null);
  }

  /** May the candidates join the chosen? Dependencies that are not there yet are taken along and named. */
  verdict(chosen: readonly AcuId[], candidates: readonly AcuId[]): SetVerdict {
    for (const id of candidates) {
      const acu = this.#acuAt(this.#numberOf(id));
      if (acu.standing === 'inexact') return { kind: 'unable', reason: acu.reason ?? 'not yet exact', acus: [id] };
    }
    const set = this.#close(this.#numbersOf([...chosen, ...candidates]));
    const conflicts = this.#against(set, this.#topsOf(chosen));
    if (conflicts.length > 0) {
      const partial = conflicts.filter((c) => c.verdict === 'partial' && c.b !== 'base');
      if (partial.length === conflicts.length) return { kind: 'unable', reason: partial[0]!.detail, acus: [partial[0]!.a, partial[0]!.b as AcuId] };
      return { kind: 'conflicts', with: conflicts };
    }
    const have = new Set([...chosen, ...candidates]);
    const missing = this.#idsOf(set).filter((id) => !have.has(id)).sort();
    return missing.length > 0 ? { kind: 'needs', missing } : { kind: 'fits' };
  }

  /** Tops of what is chosen with all it requires: of the last that was asked with, for every row of a list is. */
  #topsOf(chosen: readonly AcuId[]): ReadonlySet<number> {
    if (this.#chosen?.ids !== chosen) this.#chosen = { ids: chosen, tops: new Set(this.#tops(this.#close(this.#numbersOf(chosen)))) };
    return this.#chosen.tops;
  }

  /** `before`: pairs of two of these are left out. */
  #against(set: readonly number[], before: ReadonlySet<number> | null, realised?: readonly number[]): Conflict[] {
    const out: Conflict[] = [];
    for (const n of set) out.push(...this.#graph.standing(n));
    const tops = this.#tops(set, realised);
    for (const pair of before === null ? this.#among(tops) : this.#withNew(tops, before)) {
      out.push(...this.#graph.conflictsOf(pair, this.tables.segments[pair.a]!.acu!, this.tables.segments[pair.b]!.acu!));
    }
    return out.sort(byContent);
  }

  /** Pairs of these segments that conflict and of which one at least is not of `before`, sorted: at the cost of those that are not. */
  #withNew(tops: readonly number[], before: ReadonlySet<number>): PairConflict[] {
    const { index } = this, out: PairConflict[] = [];
    for (const a of tops) {
      if (before.has(a)) continue;
      for (const b of tops) if ((b > a || before.has(b)) && index.has(a, b)) out.push(index.get(a, b)!);
    }
    return out.sort((x, y) => x.a - y.a || x.b - y.b);
  }

  /** Pairs of these segments that conflict, sorted; they ascend. */
  #among(tops: readonly number[]): PairConflict[] {
    const { index } = this;
    const out: PairConflict[] = [];
    const few = tops.length < this.tables.segments.length >>> 5;
    const isTop = new Uint8Array(few ? 0 : this.tables.segments.length);
    if (!few) for (const t of tops) isTop[t] = 1;
    tops.forEach((a, i) => {
      if (few) for (let j = i + 1; j < tops.length; j++) { if (index.has(a, tops[j]!)) out.push(index.get(a, tops[j]!)!); }
      else for (const b of index.neighbours(a)) if (b > a && isTop[b] === 1) out.push(index.get(a, b)!);
    });
    return out;
  }

  /** The ACUs whose edges may be others than in the engine that this is the next of, with all they have; null if it is not. */
  changedFrom(before: Engine): { readonly acus: readonly AcuId[]; readonly conflicts: EdgeList } | null {
    if (this.#before !== before.tables) return null;
    const all = this.#all, acus = this.#idsOf(new Set([...all.touched, ...this.#moved.map((s) => all.acuOf(s)).filter((n) => n >= 0)]));
    return { acus, conflicts: this.#graph.edgesOf(acus) };
  }

  /** ACU pairs that conflict, with stale and not yet exact ones against the base; inherited ones flagged. Streams. */
  conflicts(filter: { acu?: AcuId; kind?: 'textual' | 'semantic' } = {}): Iterable<Conflict> { return this.#graph.conflicts(filter); }
  /** The conflict graph without its places. */
  edges(): Iterable<ConflictEdge> { return this.#graph.edges(); }
  /** By tops: two sources conflict where a top of one conflicts with a top of the other. */
  sourceConflicts(): Iterable<SourceConflict> { return this.#graph.sourceConflicts(); }
  /** The same without their places: each pair of sources (by place in `tables.sources`) once. */
  sourcePairs(visit: (a: number, b: number, isExact: boolean) => void): void { this.#graph.sourcePairs(visit); }
  /** Of each source, by place in `tables.sources`, the segments that nothing else of it stands on. */
  get sourceTops(): readonly (readonly number[])[] { return this.#graph.sourceTops; }
  /** ACU pairs by verdict, inherited ones included; `partial` counts pairs without a verdict and ACUs against the base. */
  pairCounts(): Pairs { return this.#graph.pairCounts(); }
  /** Connected components of the conflict graph; ofAcu by index in `acus`, -1 for ACUs without conflicts. */
  partitions(): { ofAcu: Int32Array; count: number } { return this.#graph.partitions(); }

  /** The segment that stands for an ACU when it is looked at alone. */
  segmentOf(id: AcuId): number { return this.#all.listOf(this.#numberOf(id))[0]!; }
}

/** Numbers depend on what was there before; ids and paths do not. Places of one path stay as they come, from its top. */
function byContent(x: Conflict, y: Conflict): number {
  return x.a < y.a ? -1 : x.a > y.a ? 1 : x.b < y.b ? -1 : x.b > y.b ? 1 : x.path < y.path ? -1 : x.path > y.path ? 1 : 0;
}
