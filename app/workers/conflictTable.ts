// Every conflict of the replica in flat arrays, so that hundreds of thousands fit in memory and can be filtered and paged:
// never a list of objects for all of them.
import type { AcuId, PathBytes } from '../core/bytes.ts';
import { display } from '../core/bytes.ts';
import { conflictKinds } from '../core/model.ts';
import type { Acu, Conflict, ConflictKind, SetConflict, Verdict } from '../core/model.ts';
import { type NamedPath, type PathKey, namedPath, pathIn, pathNamer } from '../core/pathKey.ts';
import { visible } from '../core/visible.ts';
import type { VerdictView } from './replica.ts';

/** What a conflict's other side is when it is the base: stale ACUs conflict with it. */
export const BASE = -1;

export const verdictOrder: readonly Verdict[] = ['blocking', 'resolvable', 'risk', 'partial'];

export interface ConflictView {
  readonly a: AcuId; readonly b: AcuId | 'base';
  readonly kind: ConflictKind; readonly verdict: Verdict;
  /** `path` tells conflicts apart and leads to the whole (Replica.pathOf), `shown` is for people */
  readonly path: PathKey; readonly shown: string;
  readonly detail: string; readonly inherited: boolean;
}

export interface ConflictFilter {
  readonly verdict: Verdict | null;
  readonly kind: ConflictKind | null;
  /** only conflicts that have one of these as a side */
  readonly acus: readonly AcuId[] | null;
  /** part of the path or of a side's name, any case */
  readonly text: string;
  readonly inherited: boolean;
}

/** Into what a list of conflicts is cut; `none`: by verdict, then by path, without headings. */
export type ConflictGrouping = 'none' | 'path' | 'pair' | 'partition';

/** A conflict is one file in which two ACUs, or an ACU and the base, cannot both stand. All but `inherited` and `pairs` are of those that are not inherited. */
export interface ConflictCounts {
  readonly conflicts: number; readonly inherited: number;
  /** of the conflicts those whose other side is the base */
  readonly withBase: number;
  /** as in `Pairs`: lines of the picture, cells of the matrix */
  readonly pairs: number;
  readonly byVerdict: Readonly<Record<Verdict, number>>;
  readonly byKind: readonly { readonly kind: ConflictKind; readonly count: number }[];
}

/** Of one pair the gravest: what has no verdict is graver than names that collide. */
export const gravity: readonly Verdict[] = ['blocking', 'resolvable', 'partial', 'risk'];

/** Unordered pairs of ACUs that conflict, each once, with the gravest verdict of the pair as index into `verdictOrder`, and a bit for each of `conflictKinds` that is among their conflicts. */
export interface Pairs { readonly a: Int32Array; readonly b: Int32Array; readonly verdict: Uint8Array; readonly kinds: Uint16Array }

class Interner<T extends string> {
  readonly values: T[] = [];
  readonly #ids = new Map<T, number>();
  id(value: T): number {
    let id = this.#ids.get(value);
    if (id === undefined) { id = this.values.length; this.values.push(value); this.#ids.set(value, id); }
    return id;
  }
}

const shownConflicts = 50;
export const noVerdict = { acus: [], reason: '', conflicts: [], total: 0, against: [], risks: [], look: false } as const;

/** A conflict of a set whose path was named: what the service says of one. */
type Named = Omit<SetConflict, 'path' | 'inherited'> & NamedPath & { readonly inherited?: boolean };

function toView({ a, b, kind, verdict, path, shown, detail, inherited = false }: Named): ConflictView {
  // what depends on the order stands in the way like any other: the whole verdict says that it does
  return { a, b, kind, verdict: verdict === 'order-sensitive' ? 'blocking' : verdict, path, shown, detail: visible(detail), inherited };
}

/** The first of these. */
export function toViews(conflicts: readonly SetConflict[]): ConflictView[] {
  const named = pathNamer();
  return conflicts.slice(0, shownConflicts).map((conflict) => toView({ ...conflict, ...named(conflict.path) }));
}

type Sides = Pick<SetConflict, 'a' | 'b' | 'sides'>;

function conflicting(kind: 'conflicts' | 'order-sensitive', all: readonly Sides[], conflicts: readonly ConflictView[], asked: readonly AcuId[]): VerdictView {
  const against = new Set<AcuId>();
  for (const { a, b, sides } of all) for (const id of sides !== undefined && sides.length > 0 ? sides : [a, b]) if (id !== 'base') against.add(id);
  for (const id of asked) against.delete(id);
  return { ...noVerdict, kind, conflicts, total: all.length, against: [...against] };
}

export function conflictingView(kind: 'conflicts' | 'order-sensitive', conflicts: readonly SetConflict[], asked: readonly AcuId[]): VerdictView {
  return conflicting(kind, conflicts, toViews(conflicts), asked);
}

/** What composing says of a set that pairs alone do not tell of. */
export function refusedView(conflicts: readonly Named[], asked: readonly AcuId[]): VerdictView {
  const kind = conflicts.some((c) => c.verdict === 'order-sensitive') ? 'order-sensitive' : 'conflicts';
  return { ...conflicting(kind, conflicts, conflicts.slice(0, shownConflicts).map(toView), asked), look: true };
}

export class ConflictTable {
  readonly length: number;
  readonly counts: ConflictCounts;
  readonly pairs: Pairs;
  /** conflicting partners of each ACU, the base and inherited conflicts included */
  readonly degree: Int32Array;
  /** by ACU: 1 where something of it may not stand on every file system, or is placed otherwise than git would */
  readonly risky: Uint8Array;
  readonly #acus: readonly Acu[];
  readonly #index: ReadonlyMap<AcuId, number>;
  readonly #a: Int32Array; readonly #b: Int32Array;
  readonly #verdict: Uint8Array; readonly #kind: Uint8Array; readonly #inherited: Uint8Array;
  readonly #path: Int32Array; readonly #detail: Int32Array;
  /** by number of path, once it is asked for */
  readonly #named: NamedPath[] = [];
  readonly #paths = new Interner<PathBytes>(); readonly #details = new Interner<string>(); readonly #kinds = new Interner<ConflictKind>();
  /** neighbours of ACU i are #next[#first[i] … #first[i + 1]) */
  readonly #first: Int32Array; readonly #next: Int32Array;

  constructor(acus: readonly Acu[], index: ReadonlyMap<AcuId, number>, conflicts: Iterable<Conflict>) {
    this.#acus = acus;
    this.#index = index;
    const side: number[] = [], other: number[] = [], verdicts: number[] = [], kinds: number[] = [], inherited: number[] = [], paths: number[] = [], details: number[] = [];
    const best = new Map<number, number>(), kindsOf = new Map<number, number>(), onlyNames = new Set<number>();
    const byVerdict: Record<Verdict, number> = { blocking: 0, resolvable: 0, risk: 0, partial: 0 };
    const byKind: number[] = [];
    let inheritedCount = 0, withBase = 0;
    const n = acus.length;
    this.degree = new Int32Array(n);
    this.risky = new Uint8Array(n);
    for (const conflict of conflicts) {
      const a = index.get(conflict.a) ?? BASE, b = conflict.b === 'base' ? BASE : index.get(conflict.b) ?? BASE;
      if (a === BASE) continue; // a side that this replica does not hold; the digest says so
      const verdict = verdictOrder.indexOf(conflict.verdict), kind = this.#kinds.id(conflict.kind);
      side.push(a); other.push(b); verdicts.push(verdict); kinds.push(kind); inherited.push(conflict.inherited ? 1 : 0);
      paths.push(this.#paths.id(conflict.path)); details.push(this.#details.id(conflict.detail));
      if (conflict.verdict === 'risk' && !conflict.inherited) { this.risky[a] = 1; if (b !== BASE) this.risky[b] = 1; }
      if (conflict.inherited) inheritedCount++;
      else { byVerdict[conflict.verdict]++; byKind[kind] = (byKind[kind] ?? 0) + 1; withBase += b === BASE ? 1 : 0; }
      const key = b === BASE ? -1 - a : Math.min(a, b) * n + Math.max(a, b);
      const before = best.get(key);
      kindsOf.set(key, (kindsOf.get(key) ?? 0) | (1 << conflictKinds.indexOf(conflict.kind)));
      if (before === undefined || gravity.indexOf(conflict.verdict) < gravity.indexOf(verdictOrder[before]!)) best.set(key, verdict);
      if (conflict.verdict === 'risk' && before === undefined) onlyNames.add(key);
      else if (conflict.verdict !== 'risk' && onlyNames.size > 0) onlyNames.delete(key);
    }
    this.#a = Int32Array.from(side); this.#b = Int32Array.from(other);
    this.#verdict = Uint8Array.from(verdicts); this.#kind = Uint8Array.from(kinds); this.#inherited = Uint8Array.from(inherited);
    this.#path = Int32Array.from(paths); this.#detail = Int32Array.from(details);
    this.length = side.length;
    const keys = [...best.keys()].filter((key) => key >= 0).sort((x, y) => x - y);
    this.counts = {
      conflicts: this.length - inheritedCount, inherited: inheritedCount, withBase, pairs: keys.length, byVerdict,
      byKind: this.#kinds.values.map((kind, i) => ({ kind, count: byKind[i] ?? 0 })).filter((k) => k.count > 0).sort((x, y) => y.count - x.count),
    };

    this.pairs = { a: new Int32Array(keys.length), b: new Int32Array(keys.length), verdict: new Uint8Array(keys.length), kinds: Uint16Array.from(keys, (key) => kindsOf.get(key)!) };
    for (const key of best.keys()) if (key < 0 && !onlyNames.has(key)) this.degree[-1 - key]!++;
    // names that collide keep nobody apart
    const near = Uint8Array.from(keys, (key) => (onlyNames.has(key) ? 0 : 1));
    keys.forEach((key, i) => {
      const a = Math.floor(key / n), b = key % n;
      this.pairs.a[i] = a; this.pairs.b[i] = b; this.pairs.verdict[i] = best.get(key)!;
      this.degree[a]! += near[i]!; this.degree[b]! += near[i]!;
    });
    this.#first = new Int32Array(n + 1);
    for (let i = 0; i < keys.length; i++) { this.#first[this.pairs.a[i]! + 1]! += near[i]!; this.#first[this.pairs.b[i]! + 1]! += near[i]!; }
    for (let i = 0; i < n; i++) this.#first[i + 1]! += this.#first[i]!;
    this.#next = new Int32Array(this.#first[n]!);
    const fill = this.#first.slice();
    for (let i = 0; i < keys.length; i++) {
      if (near[i] === 0) continue;
      this.#next[fill[this.pairs.a[i]!]!++] = this.pairs.b[i]!;
      this.#next[fill[this.pairs.b[i]!]!++] = this.pairs.a[i]!;
    }
  }

  /** ACUs that conflict with `acu`, by index. */
  neighbours(acu: number): Int32Array {
    return this.#next.subarray(this.#first[acu]!, this.#first[acu + 1]!);
  }

  /** Rows between two ACUs; or all of one ACU's. */
  between(a: number, b: number | null): Int32Array {
    const mine = this.#ofAcu(a), other = b === null ? null : this.#ofAcu(b), rows = other !== null && other.length < mine.length ? other : mine;
    const isWanted = (i: number): boolean => b === null || (this.#a[i] === a && this.#b[i] === b) || (this.#a[i] === b && this.#b[i] === a);
    return rows.filter(isWanted);
  }

  /** Sorts rows in place: those of lower pairs last. */
  gravestFirst(rows: Int32Array): Int32Array {
    return rows.sort((x, y) => this.#inherited[x]! - this.#inherited[y]! || this.#verdict[x]! - this.#verdict[y]! || x - y);
  }

  #rowsOf: { readonly first: Int32Array; readonly row: Int32Array } | null = null;
  /** Rows that have an ACU as a side. */
  #ofAcu(acu: number): Int32Array {
    if (this.#rowsOf === null) {
      const first = new Int32Array(this.#acus.length + 1), sides = (i: number): readonly number[] => (this.#b[i] === BASE ? [this.#a[i]!] : [this.#a[i]!, this.#b[i]!]);
      for (let i = 0; i < this.length; i++) for (const side of sides(i)) first[side + 1]!++;
      for (let i = 1; i < first.length; i++) first[i]! += first[i - 1]!;
      const row = new Int32Array(first[first.length - 1]!), next = first.slice();
      for (let i = 0; i < this.length; i++) for (const side of sides(i)) row[next[side]!++] = i;
      this.#rowsOf = { first, row };
    }
    const { first, row } = this.#rowsOf;
    return row.subarray(first[acu]!, first[acu + 1]!);
  }

  /** Rows that match, gravest verdict first, then by path. */
  select(filter: ConflictFilter): Int32Array {
    const verdict = filter.verdict === null ? -1 : verdictOrder.indexOf(filter.verdict);
    const kind = filter.kind === null ? -1 : this.#kinds.values.indexOf(filter.kind);
    if (filter.kind !== null && kind < 0) return new Int32Array(0);
    const wanted = filter.acus === null ? null : new Set(filter.acus.map((id) => this.#index.get(id)));
    const text = filter.text.trim().toLowerCase();
    const hasText = (value: string): boolean => value.toLowerCase().includes(text);
    const pathHas = text === '' ? null : this.#paths.values.map((path) => hasText(display(path)));
    const nameHas = text === '' ? null : this.#acus.map((acu) => hasText(display(acu.name)));
    const out: number[] = [];
    for (let i = 0; i < this.length; i++) {
      const a = this.#a[i]!, b = this.#b[i]!;
      if (!filter.inherited && this.#inherited[i] === 1) continue;
      if (verdict >= 0 && this.#verdict[i] !== verdict) continue;
      if (kind >= 0 && this.#kind[i] !== kind) continue;
      if (wanted !== null && !wanted.has(a) && !(b !== BASE && wanted.has(b))) continue;
      if (pathHas !== null && !pathHas[this.#path[i]!] && !nameHas![a] && !(b !== BASE && nameHas![b])) continue;
      out.push(i);
    }
    const rank = this.#pathRanks();
    out.sort((x, y) => this.#verdict[x]! - this.#verdict[y]! || rank[this.#path[x]!]! - rank[this.#path[y]!]! || x - y);
    return Int32Array.from(out);
  }

  /**
   * Rows of `select` in groups, the largest first, each sorted as before; and where each begins. `partitionOf`: of an ACU, by index.
   */
  grouped(rows: Int32Array, by: Exclude<ConflictGrouping, 'none'>, partitionOf: ArrayLike<number>): { readonly rows: Int32Array; readonly starts: Int32Array } {
    const n = this.#acus.length + 1, keyOf = (i: number): number => {
      if (by === 'path') return this.#path[i]!;
      const a = this.#a[i]!, b = this.#b[i]!;
      return by === 'partition' ? partitionOf[a]! : b === BASE ? a * n : Math.min(a, b) * n + Math.max(a, b) + 1;
    };
    const groups = new Map<number, number[]>();
    for (const row of rows) {
      const key = keyOf(row), list = groups.get(key);
      if (list === undefined) groups.set(key, [row]); else list.push(row);
    }
    const out = new Int32Array(rows.length), starts: number[] = [];
    let at = 0;
    // rows come sorted, so groups of one size stay in the order of their first rows
    for (const list of [...groups.values()].sort((x, y) => y.length - x.length)) {
      starts.push(at);
      out.set(list, at);
      at += list.length;
    }
    return { rows: out, starts: Int32Array.from(starts) };
  }

  row(i: number): ConflictView {
    const b = this.#b[i]!;
    return {
      a: this.#acus[this.#a[i]!]!.id, b: b === BASE ? 'base' : this.#acus[b]!.id,
      kind: this.#kinds.values[this.#kind[i]!]!, verdict: verdictOrder[this.#verdict[i]!]!,
      ...this.#nameOf(this.#path[i]!), detail: visible(this.#details.values[this.#detail[i]!]!), inherited: this.#inherited[i] === 1,
    };
  }

  /** A path that rows name, whole; null where none does. */
  pathOf(key: PathKey): PathBytes | null {
    return pathIn(key) ?? this.#paths.values.find((_, n) => this.#nameOf(n).path === key) ?? null;
  }

  #nameOf(path: number): NamedPath { return this.#named[path] ??= namedPath(this.#paths.values[path]!); }

  #ranks: Int32Array | null = null;
  #pathRanks(): Int32Array {
    if (this.#ranks === null) {
      const order = this.#paths.values.map((_, i) => i).sort((x, y) => (this.#paths.values[x]! < this.#paths.values[y]! ? -1 : 1));
      this.#ranks = new Int32Array(order.length);
      order.forEach((path, rank) => { this.#ranks![path] = rank; });
    }
    return this.#ranks;
  }
}
