// The engine's answers over one published state: ACUs, names, dependencies, verdicts, the conflict graph. Synchronous and
// pure; the same class answers in the service and, on the replica, in the renderer's workers.
import type { AcuId, ByteString, Oid, PathBytes } from './bytes.ts';
import { display } from './bytes.ts';
import { ConflictIndex, type PairConflict } from './conflictIndex.ts';
import { pairsIn } from './decided.ts';
import { sentence } from './describe.ts';
import { AcumenError, bug } from './errors.ts';
import type { Published, SegmentKey } from './events.ts';
import { Growing } from './growing.ts';
import { type GraphRisks, type Risk, Risks, bringsNames } from './risks.ts';
import type { Acu, Conflict, ConflictEdge, Segment, SetVerdict, Source, Verdict } from './model.ts';
import { Provenances } from './provenances.ts';
import { type Looks, type Touched, looksOf } from './sets/looks.ts';
import { StandingSet } from './sets/standing.ts';
import { type Digest, type Tables, decodeTables, digestOf, encodeTables } from './tables.ts';

export interface Pairs { readonly blocking: number; readonly resolvable: number; readonly risk: number; readonly partial: number }
export interface SourceConflict { readonly a: ByteString; readonly b: ByteString | 'base'; readonly verdict: Verdict; readonly paths: readonly PathBytes[] }
export interface Check { readonly ok: boolean; readonly missing: readonly AcuId[]; readonly conflicts: readonly Conflict[] }

/** Is every pair still decided that was, and of which both segments are still there? An index does not go back to sweeping one. */
function stayAnswered(before: Tables, now: Tables): boolean {
  if (before.decided.length === 0) return true;
  const keyIn = (t: Tables, at: number): number => t.decided[at]! * now.segments.length + t.decided[at + 1]!;
  const answered = new Set<number>();
  for (const at of pairsIn(now.decided)) answered.add(keyIn(now, at));
  for (const at of pairsIn(before.decided)) {
    const isThere = now.segments[before.decided[at]!]!.standing !== 'gone' && now.segments[before.decided[at + 1]!]!.standing !== 'gone';
    if (isThere && !answered.has(keyIn(before, at))) return false;
  }
  return true;
}

const NO_RISKS: GraphRisks = { against: [], between: new Map(), isCut: false };

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
  #acus: readonly Acu[] | null = null;
  #sources: readonly Source[] | null = null;
  /** ACUs' numbers in the order of `acus` */
  #order: readonly number[] | null = null;
  /** by number */
  readonly #described: (Acu | undefined)[] = [];
  #namesOf: (readonly ByteString[])[] | null = null;
  #shown: string[] = [];
  /** by segment; for `standing` */
  readonly #touched: (Touched | undefined)[] = [];
  /** of each ACU's number: the last question whose set it was in */
  #marks = new Uint32Array(0);
  #mark = 0;

  private constructor(tables: Tables, encoded: Uint8Array | null, growing: Growing | null, digest: Digest) {
    this.tables = tables;
    this.#encoded = encoded;
    this.#growing = growing;
    this.#digestOf = digest;
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
    engine.#index = stayAnswered(this.tables, grown.tables) ? this.#index?.next(grown.tables, grown.removed, grown.added) ?? null : null;
    this.#index = null;
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

  #names(): (readonly ByteString[])[] {
    if (this.#namesOf === null) {
      const names: ByteString[][] = this.tables.segments.map(() => []);
      for (const s of this.tables.sources) for (const i of s.segments) names[i]!.push(s.name);
      this.#namesOf = names;
    }
    return this.#namesOf;
  }

  #describe(n: number): Acu {
    const { segments } = this.tables, all = this.#all, list = all.listOf(n), id = all.ids[n]!, names = this.#names();
    const first = segments[list[0]!]!;
    const sources = [...new Set(list.flatMap((i) => names[i]!))].sort();
    const requires = new Set<AcuId>(this.#directBelow(list[0]!));
    for (const i of list.slice(1)) {
      const other = new Set(this.#directBelow(i));
      for (const r of requires) if (!other.has(r)) requires.delete(r);
    }
    for (const need of first.needs) if (need !== id && all.numberOf(need) >= 0) requires.add(need);
    const standing = first.standing as Acu['standing'];
    const acu: Acu = {
      id, name: sources.length === 1 ? sources[0]! : first.title, sources, segments: list.map((i) => segments[i]!.tip),
      requires: [...requires].sort(), author: first.author, time: first.time, title: first.title, paths: first.paths,
      hunks: first.hunks, added: first.added, deleted: first.deleted, standing,
    };
    const reason = standing === 'stale' ? first.stale.map((c) => c.detail).join('; ') : [first.reason, ...first.notes].filter(Boolean).join('; ');
    return reason ? { ...acu, reason } : acu;
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

  #tops(set: readonly number[]): number[] {
    const { segments } = this.#realise(set);
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
    const missing = this.missing(ids);
    const closed = this.#close(this.#numbersOf(ids));
    const conflicts: Conflict[] = [...this.#against(closed, () => true), ...this.#risksAmong(closed)];
    const outside = conflicts.filter((c) => set.has(c.a) && (c.b === 'base' || set.has(c.b)));
    return { ok: missing.length === 0 && outside.every(({ verdict }) => verdict === 'risk'), missing, conflicts: missing.length === 0 ? conflicts : outside };
  }

  /** Collisions of names among what the candidates would bring and what is there: they block nothing. */
  risks(chosen: readonly AcuId[], candidates: readonly AcuId[]): Risk[] {
    const before = new Set(this.#idsOf(this.#close(this.#numbersOf(chosen))));
    return this.#risksAmong(this.#close(this.#numbersOf([...chosen, ...candidates]))).filter(({ a, b }) => !before.has(a) || (b !== 'base' && !before.has(b)));
  }

  #risksAmong(set: readonly number[]): Risk[] { return this.#collisions.among(this.#realise(set).segments.filter((s) => s >= 0)); }

  get #collisions(): Risks { return this.#risks ??= new Risks(this.tables, (upper, lower) => this.index.includes(upper, lower)); }
  #risksOfGraph() { return this.#collisions.graph(this.#inOrder().map((n) => this.#all.listOf(n)[0]!)); }

  /** There are more collisions of names than the graph lists. */
  get risksAreCut(): boolean { return this.#risksOfGraph().isCut; }

  /** The collision of an ACU with another or with the base at a path, or undefined. */
  riskAt(a: AcuId, b: AcuId | 'base', path: PathBytes): Risk | undefined {
    const [x, y] = b === 'base' || a < b ? [a, b] : [b, a];
    return this.#risksAmong(this.#close(this.#numbersOf(b === 'base' ? [a] : [a, b]))).find((r) => r.a === x && r.b === y && r.path === path);
  }

  /** Could a set fail although no two of it conflict? Told by the tables alone. */
  looks(ids: readonly AcuId[]): Looks {
    return looksOf(this.tables, this.#tops(this.#close(this.#numbersOf(ids))), (segment) => this.index.closure(segment));
  }

  /** May the candidates join the chosen? Dependencies that are not there yet are taken along and named. */
  verdict(chosen: readonly AcuId[], candidates: readonly AcuId[]): SetVerdict {
    for (const id of candidates) {
      const acu = this.#acuAt(this.#numberOf(id));
      if (acu.standing === 'inexact') return { kind: 'unable', reason: acu.reason ?? 'not yet exact', acus: [id] };
    }
    const set = this.#close(this.#numbersOf([...chosen, ...candidates]));
    const before = new Set(this.#tops(this.#close(this.#numbersOf(chosen))));
    const conflicts = this.#against(set, (a, b) => !(before.has(a) && before.has(b)));
    if (conflicts.length > 0) {
      const partial = conflicts.filter((c) => c.verdict === 'partial' && c.b !== 'base');
      if (partial.length === conflicts.length) return { kind: 'unable', reason: partial[0]!.detail, acus: [partial[0]!.a, partial[0]!.b as AcuId] };
      return { kind: 'conflicts', with: conflicts };
    }
    const have = new Set([...chosen, ...candidates]);
    const missing = this.#idsOf(set).filter((id) => !have.has(id)).sort();
    return missing.length > 0 ? { kind: 'needs', missing } : { kind: 'fits' };
  }

  #against(set: readonly number[], wanted: (a: number, b: number) => boolean): Conflict[] {
    const out: Conflict[] = [];
    for (const n of set) out.push(...this.#standing(n));
    for (const pair of this.#among(this.#tops(set))) {
      if (wanted(pair.a, pair.b)) out.push(...this.#conflictsOf(pair, this.tables.segments[pair.a]!.acu!, this.tables.segments[pair.b]!.acu!));
    }
    return out;
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

  #standing(n: number): Conflict[] {
    const meta = this.tables.segments[this.#all.listOf(n)[0]!]!;
    if (meta.standing === 'exact') return [];
    const a = this.#all.ids[n]!;
    if (meta.standing === 'stale') return meta.stale.map((c) => ({ ...c, a, b: 'base' }));
    return [{ a, b: 'base', kind: 'content', verdict: 'partial', path: (meta.paths[0] ?? '') as PathBytes, detail: `not yet exact: ${meta.reason}`, inherited: false }];
  }

  #conflictsOf(pair: PairConflict, a: AcuId, b: AcuId): Conflict[] {
    const [x, y] = a < b ? [a, b] : [b, a];
    if (pair.inexact !== null) {
      const place = pair.places[0];
      return [{ a: x, b: y, kind: place?.kind ?? 'content', verdict: 'partial', path: place ? this.tables.paths[place.path]! : '' as PathBytes, detail: `not yet exact: ${pair.inexact}`, inherited: false }];
    }
    return pair.places.map((p) => ({
      a: x, b: y, kind: p.kind, verdict: 'blocking' as const, path: this.tables.paths[p.path]!, inherited: this.#inherited(pair, p),
      detail: sentence(p.kind, p.regions, this.#shown[p.path] ??= display(this.tables.paths[p.path]!)) + (p.kind === 'binary' ? this.#degraded(pair) : ''),
    }));
  }

  /** A stated degradation of one of the sides, in brackets: what git could have merged conflicts because of it. */
  #degraded({ a, b }: PairConflict): string {
    const note = [a, b].flatMap((s) => this.tables.segments[s]!.notes)[0];
    return note === undefined ? '' : ` (${note})`;
  }

  /** Does a pair of segments further down already conflict at this place? */
  #inherited(pair: PairConflict, place: PairConflict['places'][number]): boolean {
    for (const lower of this.index.below(pair.a, pair.b)) {
      for (const q of lower.places) {
        if (q.path !== place.path || q.kind !== place.kind) continue;
        if (lower.context !== pair.context || place.regions.length === 0 || covers(q.regions, place.regions)) return true;
      }
    }
    return false;
  }

  /** ACU pairs that conflict, with stale and not yet exact ones against the base; inherited ones flagged. Streams. */
  *conflicts(filter: { acu?: AcuId; kind?: 'textual' | 'semantic' } = {}): Iterable<Conflict> {
    if (filter.kind === 'semantic') return;
    const all = this.#all, { index } = this;
    const only = filter.acu === undefined ? -1 : all.numberOf(filter.acu);
    if (filter.acu !== undefined && only < 0) return;
    for (const n of only < 0 ? this.#inOrder() : [only]) yield* this.#standing(n);
    const { against, between } = only < 0 ? this.#risksOfGraph() : this.#risksAbout(all.listOf(only)[0]!), listed = new Set<number>();
    for (const risk of against) if (filter.acu === undefined || risk.a === filter.acu) yield risk;
    for (const pair of only < 0 ? index.inOrder() : index.pairsOf(all.listOf(only)[0]!)) {
      if (index.tables !== this.tables) throw bug('conflicts are read of an engine that another took over');
      if (!this.#isBetweenAcus(pair.a, pair.b)) continue;
      yield* this.#conflictsOf(pair, all.ids[all.acuOf(pair.a)]!, all.ids[all.acuOf(pair.b)]!);
      if (between.size === 0) continue;
      const key = pair.a * this.tables.segments.length + pair.b;
      yield* between.get(key) ?? [];
      listed.add(key);
    }
    for (const [key, risks] of between) if (!listed.has(key) && (filter.acu === undefined || risks[0]!.a === filter.acu || risks[0]!.b === filter.acu)) yield* risks;
  }

  /** The conflict graph without its places: what is stale or not yet exact, collisions of names, and each pair of ACUs once; of one ACU, or of all. */
  *edges(of?: AcuId): Iterable<ConflictEdge> {
    const all = this.#all, { index } = this, only = of === undefined ? -1 : all.numberOf(of);
    if (of !== undefined && only < 0) return;
    for (const n of only < 0 ? this.#inOrder() : [only]) if (this.tables.segments[all.listOf(n)[0]!]!.standing !== 'exact') yield { a: all.ids[n]!, b: 'base', verdict: 'partial' };
    const told = new Set<string>();
    for (const { a, b } of only < 0 ? this.#risksIn(this.#risksOfGraph()) : this.#risksIn(this.#risksAbout(all.listOf(only)[0]!))) {
      if (of !== undefined && a !== of && b !== of || told.has(`${a} ${b}`)) continue;
      told.add(`${a} ${b}`);
      yield { a, b, verdict: 'risk' };
    }
    for (const segment of only < 0 ? this.tables.order : [all.listOf(only)[0]!]) {
      if (!all.stands(segment)) continue;
      const id = all.ids[all.acuOf(segment)]!;
      for (const other of index.neighbours(segment)) {
        if (only < 0 && other < segment || !this.#isBetweenAcus(segment, other)) continue;
        const theirs = all.ids[all.acuOf(other)]!;
        yield { a: id < theirs ? id : theirs, b: id < theirs ? theirs : id, verdict: index.isUnknown(segment, other) ? 'partial' : 'blocking' };
      }
    }
  }

  #risksAbout(segment: number): GraphRisks {
    return bringsNames(this.tables, segment) ? this.#collisions.about(segment, (s) => this.#all.stands(s)) : NO_RISKS;
  }

  *#risksIn({ against, between }: GraphRisks): Iterable<Risk> {
    yield* against;
    for (const risks of between.values()) yield* risks;
  }

  /** The ACUs whose edges may be others than in the engine that this is the next of, with all they have; null if it is not. */
  changedFrom(before: Engine): { readonly acus: readonly AcuId[]; readonly conflicts: Iterable<ConflictEdge> } | null {
    if (this.#before !== before.tables) return null;
    const acus = this.#idsOf(this.#all.touched);
    return { acus, conflicts: this.#edgesOf(acus) };
  }

  *#edgesOf(acus: readonly AcuId[]): Iterable<ConflictEdge> {
    const told = new Set<AcuId>();
    for (const acu of acus) {
      for (const edge of this.edges(acu)) if (!told.has(edge.a) && (edge.b === 'base' || !told.has(edge.b))) yield edge;
      told.add(acu);
    }
  }

  /** Do both segments stand for ACUs, neither of which has the other below it? */
  #isBetweenAcus(a: number, b: number): boolean {
    const all = this.#all, x = all.acuOf(a), y = all.acuOf(b);
    if (x < 0 || y < 0 || x === y || !all.stands(a) || !all.stands(b)) return false;
    const below = all.below(a), other = all.below(b);
    return !(below.length > 1 && below.includes(y)) && !(other.length > 1 && other.includes(x));
  }

  /** By tops: the verdict on two sources is the verdict of their tips' segments. */
  *sourceConflicts(): Iterable<SourceConflict> {
    const { sources, segments, paths } = this.tables;
    const tipOf = sources.map((s) => s.segments.at(-1) ?? -1);
    const sourcesOf = new Map<number, number[]>();
    tipOf.forEach((t, i) => { const l = sourcesOf.get(t); if (l) l.push(i); else sourcesOf.set(t, [i]); });
    for (const [i, s] of sources.entries()) {
      const tip = segments[tipOf[i]!];
      if (tip && tip.standing !== 'exact') yield { a: s.name, b: 'base', verdict: 'partial', paths: tip.stale.map((c) => c.path) };
    }
    for (const pair of this.index.inOrder()) {
      for (const i of sourcesOf.get(pair.a) ?? []) for (const j of sourcesOf.get(pair.b) ?? []) {
        const [a, b] = sources[i]!.name < sources[j]!.name ? [i, j] : [j, i];
        yield { a: sources[a]!.name, b: sources[b]!.name, verdict: pair.inexact === null ? 'blocking' : 'partial', paths: [...new Set(pair.places.map((p) => paths[p.path]!))].sort() };
      }
    }
  }

  /** The same without their places: each pair of sources (by place in `tables.sources`) once. */
  sourcePairs(visit: (a: number, b: number, isExact: boolean) => void): void {
    const sourcesOf: number[][] = this.tables.segments.map(() => []);
    this.tables.sources.forEach((s, i) => { if (s.segments.length > 0) sourcesOf[s.segments.at(-1)!]!.push(i); });
    this.index.edges((a, b) => {
      for (const i of sourcesOf[a]!) for (const j of sourcesOf[b]!) visit(i, j, !this.index.isUnknown(a, b));
    });
  }

  /** ACU pairs by verdict, inherited ones included; `partial` counts pairs without a verdict and ACUs against the base. */
  pairCounts(): Pairs {
    let blocking = 0, partial = this.#inOrder().filter((n) => this.tables.segments[this.#all.listOf(n)[0]!]!.standing !== 'exact').length;
    this.index.edges((a, b) => { if (this.#isBetweenAcus(a, b)) { if (this.index.isUnknown(a, b)) partial++; else blocking++; } });
    const segments = this.tables.segments.length;
    let risk = 0;
    for (const key of this.#risksOfGraph().between.keys()) {
      const a = Math.floor(key / segments), b = key % segments;
      if (!this.index.has(a, b) || !this.#isBetweenAcus(a, b)) risk++;
    }
    return { blocking, resolvable: 0, risk, partial };
  }

  /** Connected components of the conflict graph; ofAcu by index in `acus`, -1 for ACUs without conflicts. */
  partitions(): { ofAcu: Int32Array; count: number } {
    const all = this.#all, order = this.#inOrder();
    const parent = Int32Array.from(all.ids, (_, n) => n), touched = new Uint8Array(all.ids.length);
    const find = (i: number): number => { while (parent[i] !== i) { parent[i] = parent[parent[i]!]!; i = parent[i]!; } return i; };
    this.index.edges((a, b) => {
      if (!this.#isBetweenAcus(a, b)) return;
      const x = all.acuOf(a), y = all.acuOf(b);
      touched[x] = touched[y] = 1;
      parent[find(x)] = find(y);
    });
    const number = new Map<number, number>();
    const ofAcu = Int32Array.from(order, (n) => {
      if (!touched[n]) return -1;
      const root = find(n);
      if (!number.has(root)) number.set(root, number.size);
      return number.get(root)!;
    });
    return { ofAcu, count: number.size };
  }

  /** The segment that stands for an ACU when it is looked at alone. */
  segmentOf(id: AcuId): number { return this.#all.listOf(this.#numberOf(id))[0]!; }
}

const covers = (outer: Int32Array, inner: Int32Array): boolean => {
  for (let i = 0; i < inner.length; i += 2) {
    let found = false;
    for (let o = 0; o < outer.length && !found; o += 2) found = outer[o]! <= inner[i + 1]! && inner[i]! <= outer[o + 1]!;
    if (!found) return false;
  }
  return true;
};
