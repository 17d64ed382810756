// The command line's answers as plain records (design.md §6): byte strings in display form, in the shapes that `--json` prints.
// The doors print them; what is in them is decided here.
import { display } from '../../core/bytes.ts';
import type { AcuId, ByteString, Oid } from '../../core/bytes.ts';
import type { Engine } from '../../core/engine.ts';
import { AcumenError } from '../../core/errors.ts';
import type { Acu, ConflictKind, ImportSummary, Rebinding, SetConflict, Verdict } from '../../core/model.ts';
import { inWords } from '../../core/visible.ts';
import type { MomentsCompared, Parted } from '../../contract/moments.ts';
import { placements } from './placements.ts';
import type { Workspace } from './workspace.ts';

/** What answers about sets: a workspace as it is, or as an operation left it (moments.ts). */
export type Readable = Pick<Workspace, 'engine' | 'reading' | 'moment'>;

/** For the doors, which see the engine's values through the service alone. */
export { escapedSentence } from '../../core/visible.ts';

export interface ListedAcu {
  readonly id: AcuId; readonly name: string; readonly sources: readonly string[]; readonly author: string;
  /** seconds since the epoch */
  readonly time: number;
  readonly paths: readonly string[]; readonly requires: readonly AcuId[];
  readonly stale?: true; readonly inexact?: true; readonly reason?: string;
}
/** A path, or a name, as the command line has it. */
export const shownPath = (bytes: ByteString): string => display(bytes);

export interface NamedAcu { readonly id: AcuId; readonly name: string; readonly sources: readonly string[] }
export interface ConflictRow {
  readonly a: AcuId; readonly b: AcuId | 'base'; readonly kind: ConflictKind; readonly verdict: SetConflict['verdict']; readonly path: string; readonly detail: string;
  /** of more than two: the smallest set found of which it is true */
  readonly sides?: readonly AcuId[];
}
export interface SourceConflictRow { readonly a: string; readonly b: string; readonly verdict: Verdict; readonly paths: readonly string[] }
export interface PairCounts { readonly blocking: number; readonly resolvable: number; readonly risk: number }

export function listed(acu: Acu): ListedAcu {
  const { name, email } = acu.author;
  return {
    id: acu.id, name: display(acu.name), sources: acu.sources.map(display), author: `${display(name)} <${display(email)}>`, time: acu.time,
    paths: acu.paths.map(display), requires: acu.requires,
    ...acu.standing === 'stale' && { stale: true as const },
    ...acu.standing === 'inexact' && { inexact: true as const },
    ...acu.reason !== undefined && { reason: acu.reason },
  };
}

export function named({ id, name, sources }: Acu): NamedAcu {
  return { id, name: display(name), sources: sources.map(display) };
}

export function conflictRow({ a, b, kind, verdict, path, detail, sides }: SetConflict): ConflictRow {
  return { a, b, kind, verdict, path: display(path), detail, ...sides !== undefined && { sides } };
}

interface Counts { blocking: number; resolvable: number; risk: number; partial: number; inherited: number; against: number }

export interface ConflictFilter { readonly acus: readonly AcuId[] | null; readonly kind: 'textual' | 'semantic' | null }

/** The conflict graph as it streams: rows as they are found, inherited ones counted but left out; then the counts of pairs. */
export class ConflictReport {
  readonly #engine: Engine;
  readonly #filter: ConflictFilter;
  readonly #wanted: ReadonlySet<AcuId> | null;
  #counts: Counts | null = null;

  constructor(engine: Engine, filter: ConflictFilter) {
    this.#engine = engine;
    this.#filter = filter;
    this.#wanted = filter.acus === null ? null : new Set(filter.acus);
  }

  *acus(): Iterable<NamedAcu> { for (const acu of this.#engine.acus) yield named(acu); }

  *conflicts(): Iterable<ConflictRow> {
    const counts = { blocking: 0, resolvable: 0, risk: 0, partial: 0, inherited: 0, against: 0 };
    let last = '', shown = true;
    for (const c of this.#engine.conflicts(this.#filter.kind === null ? {} : { kind: this.#filter.kind })) {
      if (this.#wanted !== null && !this.#wanted.has(c.a) && (c.b === 'base' || !this.#wanted.has(c.b))) continue;
      // the engine gives a pair's places one after another
      const pair = `${c.a} ${c.b}`;
      if (pair !== last) {
        if (c.verdict === 'risk' && c.b === 'base') counts.against++; else counts[c.verdict]++;
        if (!shown) counts.inherited++;
        shown = false;
        last = pair;
      }
      if (c.inherited) continue;
      shown = true;
      yield conflictRow(c);
    }
    if (!shown) counts.inherited++;
    this.#counts = counts;
  }

  *sourceConflicts(): Iterable<SourceConflictRow> {
    if (this.#filter.kind === 'semantic') return;
    const names = this.#wanted === null ? null : new Set(this.#engine.acus.filter((a) => this.#wanted!.has(a.id)).flatMap((a) => a.sources));
    for (const { a, b, verdict, paths } of this.#engine.sourceConflicts()) {
      if (names !== null && !names.has(a) && (b === 'base' || !names.has(b))) continue;
      yield { a: display(a), b: b === 'base' ? b : display(b), verdict, paths: paths.map(display) };
    }
  }

  /** Of ACU pairs, inherited ones included; known once `conflicts` has been read to its end. */
  get pairs(): PairCounts {
    const { blocking, resolvable, risk } = this.#counted();
    return { blocking, resolvable, risk };
  }
  /** ACUs at risk by themselves or with the base: in the rows, not among the pairs */
  get against(): number { return this.#counted().against; }
  /** there are more collisions of names than rows */
  get isCut(): boolean { return this.#engine.risksAreCut; }
  /** pairs without a verdict, and ACUs against the base: counted apart */
  get partial(): number { return this.#counted().partial; }
  /** pairs that only repeat what stands further down: in the counts, not among the rows */
  get inherited(): number { return this.#counted().inherited; }

  #counted(): Counts {
    if (this.#counts === null) for (const _ of this.conflicts());
    return this.#counts!;
  }
}

/** The conflict graph by sources: a bit for each pair, whatever there is of them. */
export class GraphReport {
  readonly sources: readonly string[];
  /** places of sources without a verdict against the base */
  readonly stale: readonly number[];
  readonly counts: { readonly blocking: number; readonly partial: number };
  readonly #words: number;
  /** both triangles */
  readonly #bits: Readonly<Record<'blocking' | 'partial', Uint32Array>>;

  constructor(engine: Engine) {
    const { tables } = engine;
    const n = tables.sources.length;
    this.sources = tables.sources.map(({ name }) => display(name));
    this.#words = (n + 31) >>> 5;
    const bits = this.#bits = { blocking: new Uint32Array(n * this.#words), partial: new Uint32Array(n * this.#words) };
    const counts = { blocking: 0, partial: 0 };
    engine.sourcePairs((a, b, isExact) => {
      const kind = isExact ? 'blocking' : 'partial';
      counts[kind]++;
      bits[kind][a * this.#words + (b >>> 5)]! |= 1 << (b & 31);
      bits[kind][b * this.#words + (a >>> 5)]! |= 1 << (a & 31);
    });
    this.counts = counts;
    this.stale = engine.sourceTops.flatMap((tops, i) => (tops.some((t) => tables.segments[t]!.standing !== 'exact') ? [i] : []));
  }

  /** Of each source the later ones that it conflicts with: each pair once. */
  *later(kind: 'blocking' | 'partial'): Iterable<number[]> {
    for (let i = 0; i < this.sources.length; i++) yield this.#row(kind, i, i + 1);
  }

  /** Of each source all that it conflicts with. */
  *all(): Iterable<number[]> {
    for (let i = 0; i < this.sources.length; i++) yield this.#row('blocking', i, 0);
  }

  #row(kind: 'blocking' | 'partial', source: number, from: number): number[] {
    const bits = this.#bits[kind], first = source * this.#words;
    const out: number[] = [];
    for (let w = from >>> 5; w < this.#words; w++) {
      for (let left = bits[first + w]! & (w === from >>> 5 ? -1 << (from & 31) : -1); left !== 0; left &= left - 1) out.push(32 * w + 31 - Math.clz32(left & -left));
    }
    return out;
  }
}

export interface CheckReport { readonly ok: boolean; readonly missing: readonly AcuId[]; readonly conflicts: readonly ConflictRow[] }

/** Pairs decide, but where three or more could fail all the same: then composing does. */
export async function checkReport(at: Readable | Pick<Workspace, 'engine'>, ids: readonly AcuId[]): Promise<CheckReport> {
  const { engine } = at;
  const { ok, missing, conflicts } = engine.check(ids);
  if (!ok) return { ok, missing, conflicts: conflicts.map(conflictRow) };
  const { renames, texts } = engine.looks(ids);
  if (!renames && !texts) return { ok, missing, conflicts: conflicts.map(conflictRow) };
  if (!('reading' in at)) throw new AcumenError('usage', 'Whether these go together is told by composing them, which takes a workspace.', 'Import the repository and leave --no-store out.');
  const report = await composeReport(at, ids, null);
  return { ok: report.tree !== null, missing: report.missing, conflicts: report.conflicts };
}

export interface ComposeReport {
  readonly tree: Oid | null; readonly commit?: Oid; readonly resolved: readonly string[]; readonly missing: readonly AcuId[]; readonly conflicts: readonly ConflictRow[];
}

/** X… of the command line: names, ids and prefixes, each of all its ACUs, in order and once. */
export function namedIds(engine: Engine, names: readonly string[]): AcuId[] {
  return [...new Set(names.flatMap((x) => engine.named(x)))];
}

/** The answer of `compose`: the tree, or what stands against it. */
export async function composeReport(workspace: Readable, ids: readonly AcuId[], commit: Oid | null): Promise<ComposeReport> {
  const moment = await workspace.moment(), answer = await workspace.reading.composed(moment, ids);
  if (!('delta' in answer)) return { tree: null, resolved: [], missing: answer.missing, conflicts: answer.conflicts.map(conflictRow) };
  // what stands is still told what it risks
  return { tree: answer.tree, ...commit !== null && { commit }, resolved: [], missing: [], conflicts: [...workspace.engine.risks([], ids), ...await placements(moment, ids, workspace.reading.warm(moment.reader))].map(conflictRow) };
}

export interface ReboundRow { readonly id: AcuId; readonly name: string; readonly outcome: Rebinding['outcome']; readonly to: readonly AcuId[]; readonly why: string }

/** What an import made of the composition; nothing where all of it stayed. */
export function reboundRows({ rebound }: Pick<ImportSummary, 'rebound'>): ReboundRow[] {
  return rebound.every(({ outcome }) => outcome === 'kept') ? [] : rebound.map(({ id, name, outcome, to, why }) => ({ id, name: display(name), outcome, to, why }));
}

/** What an import left out, and why: one sentence each. */
export function importWarnings(engine: Engine): string[] {
  return engine.tables.skipped.map(({ name, reason }) => `${inWords(name)} was left out: ${reason}`);
}

/** What two moments differ in (moments.ts). */
export function comparedReport({ a, b, inFlight, composed, sources, base, files, why }: MomentsCompared) {
  const parted = ({ left, came, both }: Parted) => ({ left: left.map(({ id, name }) => ({ id, name: display(name) })), came: came.map(({ id, name }) => ({ id, name: display(name) })), both });
  return {
    a, b, base, composed: parted(composed), inFlight: parted(inFlight), sources: sources.map(({ name, before, after }) => ({ name: display(name), before, after })),
    files: files?.map(({ path, kind, added, deleted }) => ({ path: display(path), kind, added, deleted })) ?? null, why,
  };
}
