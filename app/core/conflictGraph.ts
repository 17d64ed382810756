// The conflict graph of one published state: what conflicts with what and where, by ACUs and by sources, as it streams. What is asked of sets of
// ACUs is the engine's (engine.ts).
import type { AcuId, ByteString, PathBytes } from './bytes.ts';
import type { ConflictIndex, PairConflict } from './conflictIndex.ts';
import { sentence } from './describe.ts';
import { BLOCKING, EdgeList, PARTIAL, RISK, THE_BASE } from './edgeList.ts';
import { bug } from './errors.ts';
import type { Conflict, ConflictEdge, Verdict } from './model.ts';
import type { Provenances } from './provenances.ts';
import { type GraphRisks, type Risk, type Risks, bringsNames } from './risks.ts';
import type { Tables } from './tables.ts';
import { inWords } from './visible.ts';

export interface Pairs { readonly blocking: number; readonly resolvable: number; readonly risk: number; readonly partial: number }
export interface SourceConflict { readonly a: ByteString; readonly b: ByteString | 'base'; readonly verdict: Verdict; readonly paths: readonly PathBytes[] }

/** What it asks of an engine; each made when it is first asked for. */
export interface GraphOf {
  readonly tables: Tables;
  index(): ConflictIndex;
  all(): Provenances;
  /** ACUs' numbers in published order */
  order(): readonly number[];
  collisions(): Risks;
}

const NO_RISKS: GraphRisks = { against: [], between: new Map(), isCut: false };

export class ConflictGraph {
  readonly #of: GraphOf;
  #shown: string[] = [];
  readonly #near = { numbers: new Int32Array(64) };
  #tops: readonly (readonly number[])[] | null = null;
  #topOf: readonly (readonly number[])[] | null = null;

  constructor(of: GraphOf) { this.#of = of; }

  /** Collisions of names among all. */
  risks(): GraphRisks { return this.#of.collisions().graph(this.#of.order().map((n) => this.#of.all().listOf(n)[0]!)); }

  /** What an ACU, by number, has against the base. */
  standing(n: number): Conflict[] {
    const meta = this.#of.tables.segments[this.#of.all().listOf(n)[0]!]!;
    if (meta.standing === 'exact') return [];
    const a = this.#of.all().ids[n]!;
    if (meta.standing === 'stale') return meta.stale.map((c) => ({ ...c, a, b: 'base' }));
    return [{ a, b: 'base', kind: 'content', verdict: 'partial', path: (meta.paths[0] ?? '') as PathBytes, detail: `not yet exact: ${meta.reason}`, inherited: false }];
  }

  conflictsOf(pair: PairConflict, a: AcuId, b: AcuId): Conflict[] {
    const [x, y] = a < b ? [a, b] : [b, a];
    if (pair.inexact !== null) {
      const place = pair.places[0];
      return [{ a: x, b: y, kind: place?.kind ?? 'content', verdict: 'partial', path: place ? this.#of.tables.paths[place.path]! : '' as PathBytes, detail: `not yet exact: ${pair.inexact}`, inherited: false }];
    }
    return pair.places.map((p) => ({
      a: x, b: y, kind: p.kind, verdict: 'blocking' as const, path: this.#of.tables.paths[p.path]!, inherited: this.#inherited(pair, p),
      detail: sentence(p.kind, p.regions, this.#shown[p.path] ??= inWords(this.#of.tables.paths[p.path]!)) + (p.kind === 'binary' ? this.#degraded(pair) : ''),
    }));
  }

  /** A stated degradation of one of the sides, in brackets: what git could have merged conflicts because of it. */
  #degraded({ a, b }: PairConflict): string {
    const note = [a, b].flatMap((s) => this.#of.tables.segments[s]!.notes)[0];
    return note === undefined ? '' : ` (${note})`;
  }

  /** Does a pair of segments further down already conflict at this place? */
  #inherited(pair: PairConflict, place: PairConflict['places'][number]): boolean {
    for (const lower of this.#of.index().below(pair.a, pair.b)) {
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
    const all = this.#of.all(), index = this.#of.index();
    const only = filter.acu === undefined ? -1 : all.numberOf(filter.acu);
    if (filter.acu !== undefined && only < 0) return;
    for (const n of only < 0 ? this.#of.order() : [only]) yield* this.standing(n);
    const { against, between } = only < 0 ? this.risks() : this.#risksAbout(all.listOf(only)[0]!), listed = new Set<number>();
    for (const risk of against) if (filter.acu === undefined || risk.a === filter.acu) yield risk;
    for (const pair of only < 0 ? index.inOrder() : index.pairsOf(all.listOf(only)[0]!)) {
      if (index.tables !== this.#of.tables) throw bug('conflicts are read of an engine that another took over');
      if (!this.#isBetweenAcus(pair.a, pair.b)) continue;
      yield* this.conflictsOf(pair, all.ids[all.acuOf(pair.a)]!, all.ids[all.acuOf(pair.b)]!);
      if (between.size === 0) continue;
      const key = pair.a * this.#of.tables.segments.length + pair.b;
      yield* between.get(key) ?? [];
      listed.add(key);
    }
    for (const [key, risks] of between) if (!listed.has(key) && (filter.acu === undefined || risks[0]!.a === filter.acu || risks[0]!.b === filter.acu)) yield* risks;
  }

  /** The conflict graph without its places: what is stale or not yet exact, collisions of names, and each pair of ACUs once. */
  *edges(): Iterable<ConflictEdge> {
    const all = this.#of.all(), index = this.#of.index();
    for (const n of this.#of.order()) if (this.#of.tables.segments[all.listOf(n)[0]!]!.standing !== 'exact') yield { a: all.ids[n]!, b: 'base', verdict: 'partial' };
    const told = new Set<string>();
    for (const { a, b } of this.#risksIn(this.risks())) {
      if (told.has(`${a} ${b}`)) continue;
      told.add(`${a} ${b}`);
      yield { a, b, verdict: 'risk' };
    }
    for (const segment of this.#of.tables.order) {
      if (!all.stands(segment)) continue;
      const id = all.ids[all.acuOf(segment)]!;
      for (const other of index.neighbours(segment)) {
        if (other < segment || !this.#isBetweenAcus(segment, other)) continue;
        const theirs = all.ids[all.acuOf(other)]!;
        yield { a: id < theirs ? id : theirs, b: id < theirs ? theirs : id, verdict: index.isUnknown(segment, other) ? 'partial' : 'blocking' };
      }
    }
  }

  /** The same of one ACU, by number, without those of ACUs that were told: a list at once, for this is what each add asks for. */
  #edgesAbout(n: number, told: Uint8Array, out: EdgeList): void {
    const all = this.#of.all(), index = this.#of.index(), segment = all.listOf(n)[0]!;
    if (this.#of.tables.segments[segment]!.standing !== 'exact') out.add(n, THE_BASE, PARTIAL);
    const risks = this.#risksAbout(segment);
    if (risks !== NO_RISKS) this.#riskyEdges(n, risks, told, out);
    const below = all.below(segment), { hasHistories } = index, isAlone = below.length === 1 && all.listOf(n).length === 1;
    const others = index.neighboursIn(segment, this.#near), near = this.#near.numbers;
    for (let i = 0; i < others; i++) {
      const other = near[i]!, number = all.acuOf(other);
      if (number >= 0 && told[number] === 1) continue;
      // The rest of #isBetweenAcus is for those who stand on others, or are in histories.
      if (isAlone && !hasHistories && all.isPlain(other) || this.#isBetweenAcus(segment, other)) out.add(n, number, index.isUnknown(segment, other) ? PARTIAL : BLOCKING);
    }
  }

  #riskyEdges(n: number, risks: GraphRisks, told: Uint8Array, out: EdgeList): void {
    const all = this.#of.all(), id = all.ids[n]!, others = new Set<AcuId | 'base'>();
    for (const { a, b } of this.#risksIn(risks)) if (a === id) others.add(b); else if (b === id) others.add(a);
    for (const other of others) {
      const number = other === 'base' ? THE_BASE : all.numberOf(other);
      if (number === THE_BASE || told[number] !== 1) out.add(n, number, RISK);
    }
  }

  #risksAbout(segment: number): GraphRisks {
    return bringsNames(this.#of.tables, segment) ? this.#of.collisions().about(segment, (s) => this.#of.all().stands(s)) : NO_RISKS;
  }

  *#risksIn({ against, between }: GraphRisks): Iterable<Risk> {
    yield* against;
    for (const risks of between.values()) yield* risks;
  }

  /** Edges of these, each once. */
  edgesOf(acus: readonly AcuId[]): EdgeList {
    const all = this.#of.all(), told = new Uint8Array(all.ids.length), found = new EdgeList(all.ids);
    for (const acu of acus) {
      const n = all.numberOf(acu);
      if (n < 0) continue;
      this.#edgesAbout(n, told, found);
      told[n] = 1;
    }
    return found;
  }

  /** Do both segments stand for ACUs, neither of which has the other below it or, as any segment of it, in its history? */
  #isBetweenAcus(a: number, b: number): boolean {
    const all = this.#of.all(), x = all.acuOf(a), y = all.acuOf(b);
    if (x < 0 || y < 0 || x === y || !all.stands(a) || !all.stands(b)) return false;
    const below = all.below(a), other = all.below(b);
    if ((below.length > 1 && below.includes(y)) || (other.length > 1 && other.includes(x))) return false;
    const index = this.#of.index(), mine = all.listOf(x), theirs = all.listOf(y);
    return !index.hasHistories || mine.length + theirs.length === 2 || !mine.some((i) => theirs.some((j) => index.standTogether(i, j)));
  }

  /** By tops: two sources conflict where a top of one conflicts with a top of the other. Each pair once, the earlier source's with all later ones. */
  *sourceConflicts(): Iterable<SourceConflict> {
    const { sources, segments, paths } = this.#of.tables, index = this.#of.index();
    for (const [i, s] of sources.entries()) {
      const off = this.sourceTops[i]!.map((t) => segments[t]!).filter(({ standing }) => standing !== 'exact');
      if (off.length > 0) yield { a: s.name, b: 'base', verdict: 'partial', paths: [...new Set(off.flatMap(({ stale }) => stale.map((c) => c.path)))] };
    }
    for (const i of sources.keys()) {
      const met = new Map<number, [PairConflict, ...PairConflict[]]>();
      this.#meetings(i, (j, x, y) => { const pair = index.get(x, y)!, pairs = met.get(j); if (pairs) pairs.push(pair); else met.set(j, [pair]); });
      for (const [j, pairs] of [...met].sort(([x], [y]) => x - y)) {
        const [a, b] = sources[i]!.name < sources[j]!.name ? [i, j] : [j, i];
        const isExact = pairs.some(({ inexact }) => inexact === null);
        yield { a: sources[a]!.name, b: sources[b]!.name, verdict: isExact ? 'blocking' : 'partial', paths: [...new Set(pairs.flatMap(({ places }) => places.map((p) => paths[p.path]!)))].sort() };
      }
    }
  }

  /** The same without their places: each pair of sources (by place in `tables.sources`) once. */
  sourcePairs(visit: (a: number, b: number, isExact: boolean) => void): void {
    const { sources } = this.#of.tables, index = this.#of.index();
    const met = new Uint8Array(sources.length), MET = 1, EXACT = 2;
    for (const i of sources.keys()) {
      const list: number[] = [];
      this.#meetings(i, (j, x, y) => {
        if (met[j] === 0) { list.push(j); met[j] = MET; }
        if (met[j] === MET && !index.isUnknown(x, y)) met[j] = EXACT;
      });
      for (const j of list) { visit(i, j, met[j] === EXACT); met[j] = 0; }
    }
  }

  /** Pairs of tops that conflict, of a source and each later one. */
  #meetings(source: number, visit: (other: number, x: number, y: number) => void): void {
    for (const x of this.sourceTops[source]!) for (const y of this.#of.index().neighbours(x)) for (const other of this.#sourcesWith[y]!) if (other > source) visit(other, x, y);
  }

  /** Of each source, the segments that nothing else of it stands on: at grain `branch` its tip's. */
  get sourceTops(): readonly (readonly number[])[] {
    const { sources, segments } = this.#of.tables;
    return this.#tops ??= sources.map((s) => {
      const under = new Set(s.segments.flatMap((i) => segments[i]!.lower));
      return s.segments.filter((i) => !under.has(i));
    });
  }

  /** Of each segment, the sources it is a top of, ascending. */
  get #sourcesWith(): readonly (readonly number[])[] {
    if (this.#topOf === null) {
      const topOf: number[][] = this.#of.tables.segments.map(() => []);
      this.sourceTops.forEach((tops, i) => { for (const t of tops) topOf[t]!.push(i); });
      this.#topOf = topOf;
    }
    return this.#topOf;
  }

  /** ACU pairs by verdict, inherited ones included; `partial` counts pairs without a verdict and ACUs against the base. */
  pairCounts(): Pairs {
    let blocking = 0, partial = this.#of.order().filter((n) => this.#of.tables.segments[this.#of.all().listOf(n)[0]!]!.standing !== 'exact').length;
    this.#of.index().edges((a, b) => { if (this.#isBetweenAcus(a, b)) { if (this.#of.index().isUnknown(a, b)) partial++; else blocking++; } });
    const segments = this.#of.tables.segments.length;
    let risk = 0;
    for (const key of this.risks().between.keys()) {
      const a = Math.floor(key / segments), b = key % segments;
      if (!this.#of.index().has(a, b) || !this.#isBetweenAcus(a, b)) risk++;
    }
    return { blocking, resolvable: 0, risk, partial };
  }

  /** Connected components of the conflict graph; ofAcu by index in `acus`, -1 for ACUs without conflicts. */
  partitions(): { ofAcu: Int32Array; count: number } {
    const all = this.#of.all(), order = this.#of.order();
    const parent = Int32Array.from(all.ids, (_, n) => n), touched = new Uint8Array(all.ids.length);
    const find = (i: number): number => { while (parent[i] !== i) { parent[i] = parent[parent[i]!]!; i = parent[i]!; } return i; };
    this.#of.index().edges((a, b) => {
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
}

const covers = (outer: Int32Array, inner: Int32Array): boolean => {
  for (let i = 0; i < inner.length; i += 2) {
    let found = false;
    for (let o = 0; o < outer.length && !found; o += 2) found = outer[o]! <= inner[i + 1]! && inner[i]! <= outer[o + 1]!;
    if (!found) return false;
  }
  return true;
};
