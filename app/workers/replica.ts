// The renderer's read-only replica of the graph: it answers every verdict on screen with the engine the service runs, so
// that verdicts appear while the service is busy, paused or gone (design.md §5). Runs in a worker; knows no thread.
import { transfer } from 'comlink';
import { display } from '../core/bytes.ts';
import type { AcuId, ByteString, Oid, PathBytes } from '../core/bytes.ts';
import { decisionsAmong } from '../core/counted.ts';
import { applyDifference } from '../core/difference.ts';
import { inFlightOf } from '../core/collaboration/inFlight.ts';
import type { InFlight } from '../core/collaboration/model.ts';
import { Engine } from '../core/engine.ts';
import { type Columns, buffersOf, columnsOf, searchedText } from '../core/search/columns.ts';
import { type PathKey, pathKey } from '../core/pathKey.ts';
import { visible, visibleName } from '../core/visible.ts';
import { PATCH_REF, WORKTREE_REF } from '../core/events.ts';
import type { Acu, SetVerdict } from '../core/model.ts';
import { ConflictTable, conflictingView, noVerdict, toViews } from './conflictTable.ts';
import type { ConflictCounts, ConflictFilter, ConflictGrouping, ConflictView, Pairs } from './conflictTable.ts';
import type { Mark } from './marks.ts';
import { marks } from './marks.ts';
import { spawnPairer } from './nested.ts';
import { type Pairer, pairAhead } from './pairing.ts';
import { Pool } from './pool.ts';

/** One ACU as the lists show it: text decoded, and made safe to look at (core/visible.ts). */
export interface AcuRow {
  readonly index: number;
  readonly id: AcuId;
  readonly name: string; readonly title: string;
  readonly author: string; readonly email: string;
  /** seconds since the epoch */
  readonly time: number;
  readonly sources: readonly string[];
  /** one of its sources is a patch file */
  readonly patch?: true;
  /** it is what is edited in a working tree, and not committed */
  readonly worktree?: true;
  /** a resolution: somebody decided by hand between what it requires */
  readonly decided?: true;
  readonly requires: readonly AcuId[];
  readonly paths: number; readonly hunks: number; readonly added: number; readonly deleted: number;
  readonly standing: Acu['standing'];
  readonly reason: string;
  /** what search looks in: lower case */
  readonly text: string;
}

export interface SourceRow { readonly name: string; readonly acus: readonly AcuId[] }

export interface Loaded {
  readonly epoch: number;
  readonly base: Oid;
  readonly rows: readonly AcuRow[];
  readonly sources: readonly SourceRow[];
  /** what the engine computed, and what the service said */
  readonly digest: string; readonly expected: string;
}

/** `gap`: the difference does not start at this replica's epoch, or is not worth packing: fetch the snapshot again. */
export type Applied = { readonly kind: 'gap' } | { readonly kind: 'same'; readonly epoch: number } | { readonly kind: 'loaded'; readonly loaded: Loaded };

export interface Graph extends Pairs {
  readonly nodes: number;
  readonly partition: Int32Array;
}

export interface ConflictIndex {
  readonly degree: Int32Array;
  /** by ACU: 1 where it is at risk (conflictTable.ts) */
  readonly risky: Uint8Array;
  readonly partition: Int32Array; readonly partitions: number;
  readonly counts: ConflictCounts;
}

/** A verdict in a form that stays small however many conflicts there are. */
export interface VerdictView {
  readonly kind: SetVerdict['kind'];
  /** needs: what is missing; unable: what cannot be composed */
  readonly acus: readonly AcuId[];
  readonly reason: string;
  /** the first of `total`: conflictTable.ts says how many */
  readonly conflicts: readonly ConflictView[];
  readonly total: number;
  /** every ACU that is a side of one of the conflicts and was not asked about */
  readonly against: readonly AcuId[];
  /** fits and needs: names that collide, the first of them; they stand in nobody's way */
  readonly risks: readonly ConflictView[];
  /** fits and needs: pairs alone do not tell, composing does; conflicts: composing told, and of no pair */
  readonly look: boolean;
}

const markIndex = (mark: Mark): number => marks.indexOf(mark);

/** Each holds a matrix of pairs of its own. */
const MOST_WORKERS = 8;

export class Replica {
  #engine: Engine | null = null;
  #epoch = -1;
  #index = new Map<AcuId, number>();
  #table: ConflictTable | null = null;
  /** workers of its own: the address is the page's to give */
  #pairing: Pool<Pairer> | null = null;
  /** as they were loaded: search reads them once more */
  #rows: readonly AcuRow[] = [];
  #sources: readonly SourceRow[] = [];
  #selection: { readonly key: number; readonly rows: Int32Array } = { key: -1, rows: new Int32Array(0) };

  /** Answers when its code was read. */
  awake(): boolean { return true; }

  load(epoch: number, expected: string, bytes: Uint8Array): Loaded {
    return this.#take(Engine.decode(bytes), epoch, expected);
  }

  apply(from: number, to: number, expected: string, bytes: Uint8Array): Applied {
    if (this.#engine === null || from !== this.#epoch) return { kind: 'gap' };
    const before = this.#engine.encode(), next = applyDifference(before, bytes);
    if (next === null) return { kind: 'gap' };
    // most operations change the composition, not the graph
    if (next === before && this.#engine.digest === expected) { this.#epoch = to; return { kind: 'same', epoch: to }; }
    return { kind: 'loaded', loaded: this.#take(Engine.decode(next), to, expected) };
  }

  #take(engine: Engine, epoch: number, expected: string): Loaded {
    this.#engine = engine;
    this.#epoch = epoch;
    this.#table = null;
    this.#index = new Map(engine.acus.map((acu, i) => [acu.id, i]));
    const patches = new Set(engine.tables.sources.filter((source) => source.ref.startsWith(PATCH_REF)).map((source) => source.name));
    const tipsOf = (prefix: string): Set<Oid> => new Set(engine.tables.sources.flatMap((source) => (source.ref.startsWith(prefix) ? [source.oid] : [])));
    const edited = tipsOf(WORKTREE_REF), decided = decisionsAmong(engine.tables);
    const bySegment = new Map<Oid, AcuId>();
    for (const acu of engine.acus) for (const segment of acu.segments) bySegment.set(segment, acu.id);
    this.#rows = engine.acus.map((acu, i) => toRow(acu, i, patches, edited, decided));
    this.#sources = engine.sources.map((source) => ({
      name: visibleName(source.name),
      acus: source.segments.flatMap((segment) => bySegment.get(segment) ?? []),
    }));
    return { epoch, base: engine.base, digest: engine.digest, expected, rows: this.#rows, sources: this.#sources };
  }

  /** What search looks through (core/search/), handed over. */
  searchable(): Columns {
    const { acus } = this.#held(), columns = columnsOf(this.#rows, (row) => acus[row]!.paths, this.#sources);
    return transfer(columns, buffersOf(columns));
  }

  /**
   * Pairs in `workers` workers at `address` before anybody asks, where that is faster: the number of parts they took. `worth`: from how
   * many checks.
   */
  pairAhead(address: string, workers: number, worth?: number): Promise<number> {
    this.#pairing ??= new Pool<Pairer>({
      name: 'pairing', max: Math.max(1, Math.min(workers, MOST_WORKERS)), spawn: () => spawnPairer(address), ping: (worker) => worker.call((api) => api.ping()),
    });
    return pairAhead(this.#held(), { pool: this.#pairing }, worth);
  }

  verdict(chosen: readonly AcuId[], candidates: readonly AcuId[]): VerdictView {
    const engine = this.#held(), verdict = engine.verdict(chosen, candidates);
    const risks = verdict.kind === 'fits' || verdict.kind === 'needs' ? toViews(engine.risks(chosen, candidates)) : [];
    return { ...toVerdictView(verdict, candidates), risks, look: (verdict.kind === 'fits' || verdict.kind === 'needs') && engine.looks([...chosen, ...candidates]).renames };
  }

  /** What each ACU of `indices` is to the composition `chosen`: positions in `marks`. */
  marks(chosen: readonly AcuId[], indices: Int32Array): Uint8Array {
    const engine = this.#held();
    const within = new Set(chosen);
    return Uint8Array.from(indices, (i) => {
      const acu = engine.acus[i];
      if (acu === undefined) return markIndex('unknown');
      if (within.has(acu.id)) return markIndex('in');
      if (acu.standing !== 'exact') return markIndex(acu.standing);
      const { kind } = engine.verdict(chosen, [acu.id]);
      return markIndex(kind === 'order-sensitive' ? 'order' : kind);
    });
  }

  /**
   * Of `candidates`, in their order, what can be added one after the other with all it needs. Asking the engine for each costs
   * the square of the set each time; the pairs that are known already cost a candidate its neighbours. The engine has the
   * last word on the whole.
   */
  fitting(chosen: readonly AcuId[], candidates: readonly AcuId[]): { readonly add: readonly AcuId[]; readonly left: readonly AcuId[] } {
    const engine = this.#held();
    const given = new Set(chosen), refused = new Set<AcuId>();
    for (;;) {
      const add = this.#greedy(chosen, candidates.filter((id) => !refused.has(id))).filter((id) => !given.has(id));
      const verdict = engine.verdict(chosen, add);
      const inside = new Set(add);
      const wrong = new Set<AcuId>();
      if (verdict.kind === 'conflicts') for (const { a, b } of verdict.with) { const last = b !== 'base' && inside.has(b) ? b : a; if (inside.has(last)) wrong.add(last); }
      if (verdict.kind === 'unable') for (const id of verdict.acus) if (inside.has(id)) wrong.add(id);
      if (wrong.size === 0) return { add, left: candidates.filter((id) => !given.has(id) && !inside.has(id)) };
      // whoever brings one of them in is refused, and the rest tried again
      for (const id of candidates) if ([...this.#below(id)].some((lower) => wrong.has(lower))) refused.add(id);
    }
  }

  /** Adds what conflicts with no top of the set so far (design.md §2, Verdict), by the pairs alone. */
  #greedy(chosen: readonly AcuId[], candidates: readonly AcuId[]): readonly AcuId[] {
    const engine = this.#held(), table = this.#conflicts();
    const set = new Set<AcuId>(), tops = new Set<number>();
    const take = (id: AcuId, closure: ReadonlySet<AcuId>): void => {
      for (const one of closure) { set.add(one); tops.delete(this.#index.get(one)!); }
      tops.add(this.#index.get(id)!);
    };
    // lower ones first, so that what stands on them takes their place as a top
    for (const id of [...chosen].sort((x, y) => this.#below(x).size - this.#below(y).size)) if (this.#index.has(id)) take(id, this.#below(id));
    for (const id of candidates) {
      const index = this.#index.get(id);
      if (index === undefined || set.has(id)) continue;
      const closure = this.#below(id);
      if ([...closure].some((one) => engine.acu(one)?.standing !== 'exact')) continue;
      if (table.neighbours(index).some((other) => tops.has(other) && !closure.has(engine.acus[other]!.id))) continue;
      take(id, closure);
    }
    return [...set];
  }

  /** An ACU with all it requires. */
  #below(id: AcuId): ReadonlySet<AcuId> {
    const out = new Set<AcuId>();
    const visit = (one: AcuId): void => {
      if (out.has(one)) return;
      out.add(one);
      for (const lower of this.#held().acu(one)?.requires ?? []) visit(lower);
    };
    visit(id);
    return out;
  }

  /** Indices of the ACUs that conflict with any of `ids` or with what they require. */
  against(ids: readonly AcuId[]): Int32Array {
    const table = this.#conflicts(), asked = new Set<number>(), out = new Set<number>();
    for (const id of ids) for (const lower of this.#below(id)) { const i = this.#index.get(lower); if (i !== undefined) asked.add(i); }
    for (const i of asked) for (const next of table.neighbours(i)) if (!asked.has(next)) out.add(next);
    return Int32Array.from(out);
  }

  conflictIndex(): ConflictIndex {
    const table = this.#conflicts();
    const { ofAcu, count } = this.#held().partitions();
    return { degree: table.degree.slice(), risky: table.risky.slice(), partition: ofAcu.slice(), partitions: count, counts: table.counts };
  }

  /** Chooses the conflicts that `conflictPage` pages through under `key`; the latest key wins. */
  selectConflicts(key: number, filter: ConflictFilter): number {
    this.#selection = { key, rows: this.#conflicts().select(filter) };
    return this.#selection.rows.length;
  }

  /** Cuts the rows of that selection into groups; answers where each begins. Null where another selection has come since. */
  groupConflicts(key: number, by: Exclude<ConflictGrouping, 'none'>): Int32Array | null {
    if (this.#selection.key !== key) return null;
    const { rows, starts } = this.#conflicts().grouped(this.#selection.rows, by, this.#held().partitions().ofAcu);
    this.#selection = { key, rows };
    return starts;
  }

  conflictPage(key: number, from: number, to: number): readonly ConflictView[] | null {
    if (this.#selection.key !== key) return null;
    const table = this.#conflicts();
    return Array.from(this.#selection.rows.subarray(from, to), (i) => table.row(i));
  }

  conflictsOf(id: AcuId, limit: number): { readonly total: number; readonly rows: readonly ConflictView[] } {
    const table = this.#conflicts();
    const rows = table.select({ acus: [id], verdict: null, kind: null, text: '', inherited: true });
    return { total: rows.length, rows: Array.from(rows.subarray(0, limit), (i) => table.row(i)) };
  }

  /** The conflicts between ACUs, or of some with all others: the gravest first, `limit` of them. */
  witness(a: AcuId | readonly AcuId[], b: AcuId | readonly AcuId[] | null, limit: number): { readonly total: number; readonly rows: readonly ConflictView[] } {
    const table = this.#conflicts(), indices = (ids: AcuId | readonly AcuId[]): number[] => [ids].flat().flatMap((id) => this.#index.get(id) ?? []);
    const mine = indices(a), others = b === null ? null : indices(b);
    const rows = new Set(mine.flatMap((i) => (others === null ? [...table.between(i, null)] : others.flatMap((j) => [...table.between(i, j)]))));
    return { total: rows.size, rows: Array.from(table.gravestFirst(Int32Array.from(rows)).subarray(0, limit), (row) => table.row(row)) };
  }

  /** The path that conflicts name, whole; null where none does any more. */
  pathOf(key: PathKey): PathBytes | null { return this.#conflicts().pathOf(key) ?? this.#held().tables.paths.find((path) => pathKey(path) === key) ?? null; }

  graph(): Graph {
    const { pairs } = this.#conflicts();
    return { nodes: this.#held().acus.length, a: pairs.a.slice(), b: pairs.b.slice(), verdict: pairs.verdict.slice(), kinds: pairs.kinds.slice(), partition: this.#held().partitions().ofAcu.slice() };
  }

  /** Which of `among` change this very path, in their order. */
  changersOf(path: PathBytes, among: readonly AcuId[]): AcuId[] {
    const changing = new Set(this.#held().acus.flatMap((acu) => (acu.paths.includes(path) ? [acu.id] : [])));
    return among.filter((id) => changing.has(id));
  }

  /** Pairs of working trees whose edits conflict, by name, each once. */
  clashes(): readonly (readonly [string, string])[] {
    const { tables, acus } = this.#held();
    const trees = new Map(tables.sources.flatMap((s) => (s.ref.startsWith(WORKTREE_REF) && !s.ref.includes('@') ? [[s.oid, visibleName(s.name)] as const] : [])));
    if (trees.size < 2) return [];
    const table = this.#conflicts(), name = (acu: Acu): string | undefined => acu.segments.map((tip) => trees.get(tip)).find((one) => one !== undefined);
    const out: (readonly [string, string])[] = [];
    for (const [i, acu] of acus.entries()) {
      const mine = name(acu);
      if (mine === undefined) continue;
      for (const j of table.neighbours(i)) { const other = j > i ? name(acus[j]!) : undefined; if (other !== undefined) out.push(mine < other ? [mine, other] : [other, mine]); }
    }
    return out;
  }

  /** What collaboration is computed from, beside the history. */
  inFlight(): InFlight { return inFlightOf(this.#held()); }

  /** What rows may show a part of, letter for letter. */
  whole(ids: readonly AcuId[]): readonly { readonly name: string; readonly title: string; readonly author: string; readonly email: string }[] {
    return ids.flatMap((id) => this.#held().acu(id) ?? []).map(({ name, title, author }) => ({ name: display(name), title: display(title), author: display(author.name), email: display(author.email) }));
  }

  paths(id: AcuId): readonly PathBytes[] {
    return this.#held().acu(id)?.paths ?? [];
  }

  #held(): Engine {
    if (this.#engine === null) throw new Error('BUG: the replica was asked before it was loaded');
    return this.#engine;
  }

  #conflicts(): ConflictTable {
    const engine = this.#held();
    this.#table ??= new ConflictTable(engine.acus, this.#index, engine.conflicts());
    return this.#table;
  }
}

/** Longer names of people are no names. */
const LONGEST_PERSON = 200;

function toRow(acu: Acu, index: number, patches: ReadonlySet<ByteString>, edited: ReadonlySet<Oid>, decided: ReadonlySet<AcuId>): AcuRow {
  const { name: author, email } = acu.author;
  return {
    index, id: acu.id, name: visibleName(acu.name), title: visible(display(acu.title)), author: visibleName(author, LONGEST_PERSON), email: visibleName(email, LONGEST_PERSON),
    time: acu.time, sources: acu.sources.map((name) => visibleName(name)), requires: acu.requires,
    ...acu.sources.some((name) => patches.has(name)) && { patch: true as const },
    ...acu.segments.some((tip) => edited.has(tip)) && { worktree: true as const },
    ...decided.has(acu.id) && { decided: true as const },
    paths: acu.paths.length, hunks: acu.hunks, added: acu.added, deleted: acu.deleted,
    standing: acu.standing, reason: visible(acu.reason ?? ''),
    text: searchedText(acu),
  };
}

function toVerdictView(verdict: SetVerdict, asked: readonly AcuId[]): VerdictView {
  switch (verdict.kind) {
    case 'fits': return { ...noVerdict, kind: 'fits' };
    case 'needs': return { ...noVerdict, kind: 'needs', acus: verdict.missing };
    case 'unable': return { ...noVerdict, kind: 'unable', acus: verdict.acus, reason: verdict.reason };
    case 'conflicts': case 'order-sensitive': return conflictingView(verdict.kind, verdict.with, asked);
  }
}
