// The engine's answers over one published state: ACUs, names, dependencies, verdicts, the conflict graph. Synchronous and
// pure; the same class answers in the service and, on the replica, in the renderer's workers.
import type { AcuId, ByteString, Oid, PathBytes } from './bytes.ts';
import { display } from './bytes.ts';
import { ConflictIndex, type PairConflict } from './conflictIndex.ts';
import { AcumenError, bug } from './errors.ts';
import type { Published } from './events.ts';
import type { Acu, Conflict, Segment, SetVerdict, Source, Verdict } from './model.ts';
import { type Tables, buildTables, decodeTables, digestOf, encodeTables } from './tables.ts';

export interface Pairs { readonly blocking: number; readonly resolvable: number; readonly risk: number; readonly partial: number }
export interface SourceConflict { readonly a: ByteString; readonly b: ByteString | 'base'; readonly verdict: Verdict; readonly paths: readonly PathBytes[] }
export interface Check { readonly ok: boolean; readonly missing: readonly AcuId[]; readonly conflicts: readonly Conflict[] }

export class Engine {
  readonly tables: Tables;
  readonly acus: readonly Acu[];
  readonly sources: readonly Source[];
  #encoded: Uint8Array | null;
  readonly #byId: ReadonlyMap<AcuId, number>;
  readonly #provenances: readonly (readonly number[])[];
  /** per segment: the ACUs of its closure */
  readonly #acusBelow: readonly ReadonlySet<AcuId>[];
  #digest: string | null = null;
  #index: ConflictIndex | null = null;

  private constructor(tables: Tables, encoded: Uint8Array | null) {
    this.tables = tables;
    this.#encoded = encoded;
    const below: Set<AcuId>[] = [];
    for (const s of tables.segments) {
      const set = new Set<AcuId>();
      for (const l of s.lower) for (const id of below[l]!) set.add(id);
      if (s.acu !== null) set.add(s.acu);
      below.push(set);
    }
    this.#acusBelow = below;
    this.sources = tables.sources.map((s) => ({ name: s.name, ref: s.ref, oid: s.oid, segments: s.segments.map((i) => tables.segments[i]!.tip) }));
    const provenances = new Map<AcuId, number[]>();
    tables.segments.forEach((s, i) => {
      if (s.acu === null) return;
      const list = provenances.get(s.acu);
      if (list) list.push(i); else provenances.set(s.acu, [i]);
    });
    // an exact provenance with the least below it stands for the ACU; ties by tip
    const exact = (i: number): number => Number(tables.segments[i]!.standing === 'exact');
    for (const list of provenances.values()) {
      list.sort((x, y) => exact(y) - exact(x) || below[x]!.size - below[y]!.size || (tables.segments[x]!.tip < tables.segments[y]!.tip ? -1 : 1));
    }
    this.#provenances = [...provenances.values()];
    this.#byId = new Map([...provenances.keys()].map((id, i) => [id, i]));
    const namesOf = new Map<number, ByteString[]>();
    for (const s of tables.sources) for (const i of s.segments) {
      const list = namesOf.get(i);
      if (list) list.push(s.name); else namesOf.set(i, [s.name]);
    }
    this.acus = [...provenances].map(([id, list]) => this.#describe(id, list, namesOf));
  }

  static from(published: Published, segments: readonly Segment[]): Engine {
    return new Engine(buildTables(published, segments), null);
  }
  static decode(bytes: Uint8Array): Engine { return new Engine(decodeTables(bytes), bytes); }
  encode(): Uint8Array { return this.#encoded ??= encodeTables(this.tables); }
  get digest(): string { return this.#digest ??= digestOf(this.encode()); }
  get base(): Oid { return this.tables.base; }
  get index(): ConflictIndex { return this.#index ??= new ConflictIndex(this.tables); }

  #describe(id: AcuId, list: readonly number[], namesOf: ReadonlyMap<number, readonly ByteString[]>): Acu {
    const { segments } = this.tables;
    const first = segments[list[0]!]!;
    const sources = [...new Set(list.flatMap((i) => namesOf.get(i) ?? []))].sort();
    const requires = new Set<AcuId>(this.#directBelow(list[0]!));
    for (const i of list.slice(1)) {
      const other = new Set(this.#directBelow(i));
      for (const r of requires) if (!other.has(r)) requires.delete(r);
    }
    for (const n of first.needs) if (n !== id && this.#isHere(n)) requires.add(n);
    const { standing } = first;
    const acu: Acu = {
      id, name: sources.length === 1 ? sources[0]! : first.title, sources, segments: list.map((i) => segments[i]!.tip),
      requires: [...requires].sort(), author: first.author, time: first.time, title: first.title, paths: first.paths,
      hunks: first.hunks, added: first.added, deleted: first.deleted, standing,
    };
    const reason = standing === 'stale' ? first.stale.map((c) => c.detail).join('; ') : [first.reason, ...first.notes].filter(Boolean).join('; ');
    return reason ? { ...acu, reason } : acu;
  }

  #isHere(id: AcuId): boolean { return this.#acusBelow.some((set) => set.has(id)); }

  /** The ACUs directly below a segment; segments without an ACU pass through. */
  #directBelow(segment: number): AcuId[] {
    const { segments } = this.tables;
    return [...new Set(segments[segment]!.lower.flatMap((l) => (segments[l]!.acu === null ? this.#directBelow(l) : [segments[l]!.acu!])))];
  }

  acu(id: AcuId): Acu | undefined {
    const i = this.#byId.get(id);
    return i === undefined ? undefined : this.acus[i];
  }

  /** X of the command line: a source's name (all its ACUs), else a full id, else a prefix of at least 8 digits. */
  named(x: string): readonly AcuId[] {
    const source = this.tables.sources.find((s) => s.name === x || display(s.name) === x || s.ref === x);
    if (source) return [...new Set(source.segments.map((i) => this.tables.segments[i]!.acu).filter((id) => id !== null))];
    if (this.#byId.has(x as AcuId)) return [x as AcuId];
    if (/^[0-9a-f]{8,63}$/.test(x)) {
      const found = this.acus.filter((a) => a.id.startsWith(x));
      if (found.length === 1) return [found[0]!.id];
      if (found.length > 1) throw new AcumenError('ambiguous-name', `${x} is the beginning of ${found.length} ACU ids.`, 'Give more digits.', { matches: found.map((a) => a.id) });
    }
    throw new AcumenError('unknown-name', `There is no source or ACU named ${x}.`, 'Run `acumen list` for the names; import again if the branch is new.', { name: x });
  }

  #indexOf(id: AcuId): number {
    const i = this.#byId.get(id);
    if (i === undefined) throw new AcumenError('unknown-name', `There is no ACU ${id.slice(0, 12)}.`, 'Run `acumen list` for the ids; import again if the branch is new.', { id });
    return i;
  }

  /**
   * For each ACU of a set, the provenance that stands on nothing outside the set and on the most of it: its tree is what the
   * ACU denotes there. Where none does, `missing` names what the provenance with the least below it lacks.
   */
  #realise(set: ReadonlySet<AcuId>): { segments: Map<AcuId, number>; missing: Set<AcuId> } {
    const segments = new Map<AcuId, number>();
    const missing = new Set<AcuId>();
    for (const id of set) {
      const list = this.#provenances[this.#indexOf(id)]!;
      let best = -1;
      for (const i of list) {
        let fits = this.tables.segments[i]!.standing === this.tables.segments[list[0]!]!.standing;
        for (const other of this.#acusBelow[i]!) if (!set.has(other)) { fits = false; break; }
        if (fits && (best < 0 || this.#acusBelow[i]!.size > this.#acusBelow[best]!.size)) best = i;
      }
      if (best >= 0) segments.set(id, best);
      else for (const other of this.#acusBelow[list[0]!]!) if (!set.has(other)) missing.add(other);
    }
    return { segments, missing };
  }

  /** What the set lacks to be closed under dependency, sorted. */
  missing(ids: readonly AcuId[]): AcuId[] { return [...this.#realise(new Set(ids)).missing].sort(); }

  /** The set with all it requires. */
  closed(ids: readonly AcuId[]): Set<AcuId> {
    const set = new Set(ids);
    for (;;) {
      const { missing } = this.#realise(set);
      if (missing.size === 0) return set;
      for (const id of missing) set.add(id);
    }
  }

  /** Segments of the ACUs of a closed set that nothing else in it requires, ascending. */
  tops(ids: readonly AcuId[]): number[] {
    const { segments } = this.#realise(new Set(ids));
    const covered = new Set<AcuId>();
    for (const [id, s] of segments) for (const other of this.#acusBelow[s]!) if (other !== id) covered.add(other);
    return [...new Set([...segments].filter(([id]) => !covered.has(id)).map(([, s]) => s))].sort((x, y) => x - y);
  }

  check(ids: readonly AcuId[]): Check {
    const set = new Set(ids);
    const missing = this.missing(ids);
    const conflicts = this.#against(this.closed(ids), () => true);
    const outside = conflicts.filter((c) => set.has(c.a) && (c.b === 'base' || set.has(c.b)));
    return { ok: missing.length === 0 && outside.length === 0, missing, conflicts: missing.length === 0 ? conflicts : outside };
  }

  /** May the candidates join the chosen? Dependencies that are not there yet are taken along and named. */
  verdict(chosen: readonly AcuId[], candidates: readonly AcuId[]): SetVerdict {
    for (const id of candidates) {
      const acu = this.acu(id) ?? this.acus[this.#indexOf(id)]!;
      if (acu.standing === 'inexact') return { kind: 'unable', reason: acu.reason ?? 'not yet exact', acus: [id] };
    }
    const set = this.closed([...chosen, ...candidates]);
    const before = new Set(this.tops([...this.closed(chosen)]));
    const conflicts = this.#against(set, (a, b) => !(before.has(a) && before.has(b)));
    if (conflicts.length > 0) {
      const partial = conflicts.filter((c) => c.verdict === 'partial' && c.b !== 'base');
      if (partial.length === conflicts.length) return { kind: 'unable', reason: partial[0]!.detail, acus: [partial[0]!.a, partial[0]!.b as AcuId] };
      return { kind: 'conflicts', with: conflicts };
    }
    const have = new Set([...chosen, ...candidates]);
    const missing = [...set].filter((id) => !have.has(id)).sort();
    return missing.length > 0 ? { kind: 'needs', missing } : { kind: 'fits' };
  }

  #against(set: ReadonlySet<AcuId>, wanted: (a: number, b: number) => boolean): Conflict[] {
    const out: Conflict[] = [];
    for (const id of set) out.push(...this.#standing(this.acus[this.#indexOf(id)]!));
    const tops = this.tops([...set]);
    tops.forEach((a, i) => {
      for (const b of tops.slice(i + 1)) {
        const pair = wanted(a, b) ? this.index.get(a, b) : undefined;
        if (pair) out.push(...this.#conflictsOf(pair, this.tables.segments[a]!.acu!, this.tables.segments[b]!.acu!));
      }
    });
    return out;
  }

  #standing(acu: Acu): Conflict[] {
    if (acu.standing === 'exact') return [];
    const meta = this.tables.segments[this.#provenances[this.#indexOf(acu.id)]![0]!]!;
    if (acu.standing === 'stale') return meta.stale.map((c) => ({ ...c, a: acu.id, b: 'base' }));
    return [{ a: acu.id, b: 'base', kind: 'content', verdict: 'partial', path: (acu.paths[0] ?? '') as PathBytes, detail: `not yet exact: ${meta.reason}`, inherited: false }];
  }

  #conflictsOf(pair: PairConflict, a: AcuId, b: AcuId): Conflict[] {
    const [x, y] = a < b ? [a, b] : [b, a];
    if (pair.inexact !== null) {
      const place = pair.places[0];
      return [{ a: x, b: y, kind: place?.kind ?? 'content', verdict: 'partial', path: place ? this.tables.paths[place.path]! : '' as PathBytes, detail: `not yet exact: ${pair.inexact}`, inherited: false }];
    }
    return pair.places.map((p) => {
      const path = this.tables.paths[p.path]!;
      return { a: x, b: y, kind: p.kind, verdict: 'blocking' as const, path, detail: describe(p.kind, p.regions, path), inherited: this.#inherited(pair, p) };
    });
  }

  /** Does a pair of segments further down already conflict at this place? */
  #inherited(pair: PairConflict, place: PairConflict['places'][number]): boolean {
    const { a, b } = pair;
    const above = (s: number): number[] => this.index.closure(s);
    for (const x of above(a)) for (const y of above(b)) {
      if (x === a && y === b) continue;
      const lower = this.index.get(x, y);
      if (!lower || lower.inexact !== null) continue;
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
    for (const acu of this.acus) if (filter.acu === undefined || filter.acu === acu.id) yield* this.#standing(acu);
    for (const { pair, a, b } of this.#acuPairs()) {
      if (filter.acu === undefined || filter.acu === a || filter.acu === b) yield* this.#conflictsOf(pair, a, b);
    }
  }

  *#acuPairs(): Iterable<{ pair: PairConflict; a: AcuId; b: AcuId }> {
    const stands = new Set(this.#provenances.map((list) => list[0]!));
    for (const pair of this.index.pairs.values()) {
      const a = this.tables.segments[pair.a]!.acu, b = this.tables.segments[pair.b]!.acu;
      if (a === null || b === null || a === b || !stands.has(pair.a) || !stands.has(pair.b)) continue;
      if (this.#acusBelow[pair.a]!.has(b) || this.#acusBelow[pair.b]!.has(a)) continue;
      yield { pair, a, b };
    }
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
    for (const pair of this.index.pairs.values()) {
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
    for (const { a, b, inexact } of this.index.pairs.values()) {
      for (const i of sourcesOf[a]!) for (const j of sourcesOf[b]!) visit(i, j, inexact === null);
    }
  }

  /** ACU pairs by verdict, inherited ones included; `partial` counts pairs without a verdict and ACUs against the base. */
  pairCounts(): Pairs {
    let blocking = 0, partial = this.acus.filter((a) => a.standing !== 'exact').length;
    for (const { pair } of this.#acuPairs()) if (pair.inexact === null) blocking++; else partial++;
    return { blocking, resolvable: 0, risk: 0, partial };
  }

  /** Connected components of the conflict graph; ofAcu by index in `acus`, -1 for ACUs without conflicts. */
  partitions(): { ofAcu: Int32Array; count: number } {
    const parent = this.acus.map((_, i) => i);
    const find = (i: number): number => { while (parent[i] !== i) { parent[i] = parent[parent[i]!]!; i = parent[i]!; } return i; };
    const touched = new Uint8Array(this.acus.length);
    for (const { a, b } of this.#acuPairs()) {
      const x = this.#byId.get(a)!, y = this.#byId.get(b)!;
      touched[x] = touched[y] = 1;
      parent[find(x)] = find(y);
    }
    const number = new Map<number, number>();
    const ofAcu = Int32Array.from(this.acus, (_, i) => {
      if (!touched[i]) return -1;
      const root = find(i);
      if (!number.has(root)) number.set(root, number.size);
      return number.get(root)!;
    });
    return { ofAcu, count: number.size };
  }

  /** The segment that stands for an ACU when it is looked at alone. */
  segmentOf(id: AcuId): number {
    const list = this.#provenances[this.#indexOf(id)];
    if (!list) throw bug('an ACU without provenance', { id });
    return list[0]!;
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

/** One sentence for a place, the same everywhere. Lines are 1-based as editors count them. */
export function describe(kind: Conflict['kind'], regions: Int32Array, path: PathBytes): string {
  const where = display(path);
  switch (kind) {
    case 'content': {
      const spans: string[] = [];
      for (let i = 0; i < regions.length && spans.length < 3; i += 2) {
        const start = regions[i]!, end = regions[i + 1]!;
        spans.push(start === end ? `after line ${start}` : end - start === 1 ? `line ${end}` : `lines ${start + 1}–${end}`);
      }
      const more = regions.length / 2 - spans.length;
      return `both change ${where} at ${spans.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
    }
    case 'add/add': return `both add ${where} with different content`;
    case 'modify/delete': return `one deletes ${where}, the other changes it`;
    case 'mode': return `both change the mode of ${where}`;
    case 'binary': return `both change the binary file ${where}`;
    case 'symlink': return `both point the symbolic link ${where} elsewhere`;
    case 'submodule': return `both move the submodule ${where}`;
    case 'directory/file': return `one has a file at ${where}, the other a directory`;
    case 'type': return `both change what ${where} is`;
    case 'rename/rename': return `both rename ${where}, to different names`;
    case 'rename/delete': return `one renames a file to ${where}, the other deletes it`;
    case 'rename/add': return `one renames a file to ${where}, the other adds one there`;
    case 'directory rename': return `one adds ${where} to a directory that the other renames`;
  }
}
