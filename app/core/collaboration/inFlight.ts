// The work in flight as data, from the engine's tables: what each ACU touches, in lines of the base, and what conflicts. Plain and small enough
// to be sent to a worker: 5,000 ACUs with 256,000 conflicts are a few MB, because the paths of conflicts are looked up for some thousands only.
import type { AcuId, PathBytes } from '../bytes.ts';
import type { Engine } from '../engine.ts';
import { HunkColumn, Row, type Tables, rowSpans } from '../tables.ts';
import type { Flying, FlyingConflict, FlyingFile, InFlight } from './model.ts';

/** Conflicts between ACUs that are listed with their paths. Where there are more, each ACU has its share of the list: at least MOST_LISTED / ACUs of its own. */
export const MOST_LISTED = 20_000;

/** Collisions of names (verdict `risk`) block nothing and are left out. In the order of the engine's ACUs and edges. */
export function inFlightOf(engine: Engine, most = MOST_LISTED): InFlight {
  const touching = new Touching(engine.tables);
  const acus = engine.acus.map((acu): Flying => {
    const segment = engine.segmentOf(acu.id);
    return {
      id: acu.id, name: acu.name, author: acu.author, time: acu.time, standing: acu.standing, commits: engine.tables.segments[segment]!.commits,
      files: touching.of(segment), requires: acu.requires,
    };
  });
  const place = new Map(acus.map((acu, i) => [acu.id, i]));
  const conflicts: FlyingConflict[] = acus.flatMap(({ id, standing }) => (standing === 'exact' ? [] : [{ a: id, b: 'base' as const, verdict: 'partial', paths: againstBase(engine, id) }]));
  const edges: { readonly a: number; readonly b: number; readonly verdict: string }[] = [];
  for (const { a, b, verdict } of engine.edges()) if (b !== 'base' && verdict !== 'risk') edges.push({ a: place.get(a)!, b: place.get(b)!, verdict });
  const between = listsOfPaths(engine), share = edges.length <= most ? edges.length : Math.max(1, Math.floor(most / acus.length)), listed = new Uint32Array(acus.length);
  for (const { a, b, verdict } of edges) {
    if (listed[a]! >= share && listed[b]! >= share) continue;
    listed[a]!++;
    listed[b]!++;
    conflicts.push({ a: acus[a]!.id, b: acus[b]!.id, verdict, paths: between(acus[a]!.id, acus[b]!.id) });
  }
  return { acus, conflicts, pairs: { a: Uint32Array.from(edges, ({ a, b }) => Math.min(a, b)), b: Uint32Array.from(edges, ({ a, b }) => Math.max(a, b)) } };
}

function againstBase(engine: Engine, id: AcuId): PathBytes[] {
  return [...new Set(engine.tables.segments[engine.segmentOf(id)]!.stale.map(({ path }) => path))].sort();
}

/**
 * In which files a pair conflicts; none where one that is not yet exact does not say where. The same files are one list, for what is sent to a worker
 * has each list once, and thousands of pairs may be of one path of a million letters.
 */
function listsOfPaths(engine: Engine): (a: AcuId, b: AcuId) => readonly PathBytes[] {
  const lists = new Map<string, readonly PathBytes[]>();
  return (a, b) => {
    const paths = [...new Set(engine.index.get(engine.segmentOf(a), engine.segmentOf(b))!.places.map(({ path }) => path))].sort((x, y) => x - y), key = paths.join(' ');
    let list = lists.get(key);
    if (list === undefined) lists.set(key, list = paths.map((path) => engine.tables.paths[path]!).sort());
    return list;
  };
}

/** What segments touch. A segment's rows against the base hold what it stands on as well: hunks that are below it too are not its own. */
class Touching {
  readonly #tables: Tables;
  readonly #spans: Int32Array;
  readonly #base: number;
  /** of segments that others stand on: their rows against the base, by path */
  readonly #below = new Map<number, ReadonlyMap<number, number>>();

  constructor(tables: Tables) {
    this.#tables = tables;
    this.#spans = rowSpans(tables);
    this.#base = tables.contexts.indexOf('base');
  }

  of(segment: number): FlyingFile[] {
    const { segments, paths } = this.#tables, meta = segments[segment]!, lower = meta.lower.map((l) => this.#rowsBelow(l));
    const own = new Set(meta.paths), found = new Map<PathBytes, FlyingFile>();
    for (const r of this.#rowsOf(segment)) {
      const path = this.#tables.rows[r + Row.path]!, name = paths[path]!;
      if (own.has(name)) found.set(name, this.#file(name, r, lower.flatMap((rows) => rows.get(path) ?? [])));
    }
    return meta.paths.map((path) => found.get(path) ?? { path, added: 0, deleted: 0, hunks: new Uint32Array(0) });
  }

  *#rowsOf(segment: number): Iterable<number> {
    const { rows } = this.#tables;
    for (let r = this.#spans[2 * segment]!; r < this.#spans[2 * segment + 1]!; r += Row.width) if (rows[r + Row.context] === this.#base) yield r;
  }

  #rowsBelow(segment: number): ReadonlyMap<number, number> {
    let rows = this.#below.get(segment);
    if (rows === undefined) this.#below.set(segment, (rows = new Map(Array.from(this.#rowsOf(segment), (r) => [this.#tables.rows[r + Row.path]!, r]))));
    return rows;
  }

  #file(path: PathBytes, row: number, below: readonly number[]): FlyingFile {
    const { rows, hunks } = this.#tables, lines: number[] = [];
    const theirs = new Set(below.flatMap((r) => [...this.#hunksOf(r)].map((h) => this.#text(h))));
    let added = 0, deleted = 0;
    for (const h of this.#hunksOf(row)) {
      if (theirs.size > 0 && theirs.has(this.#text(h))) continue;
      added += hunks[h + HunkColumn.insertedLength]!;
      deleted += hunks[h + HunkColumn.removedLength]!;
      if (rows[row + Row.before]! >= 0) lines.push(hunks[h + HunkColumn.start]!, hunks[h + HunkColumn.end]!);
    }
    return { path, added, deleted, hunks: Uint32Array.from(lines) };
  }

  *#hunksOf(row: number): Iterable<number> {
    const { rows } = this.#tables, first = rows[row + Row.hunk]! * HunkColumn.width;
    for (let i = 0; i < rows[row + Row.hunks]!; i++) yield first + i * HunkColumn.width;
  }

  #text(hunk: number): string {
    const { hunks, lines } = this.#tables, from = hunks[hunk + HunkColumn.inserted]!;
    return `${hunks[hunk]} ${hunks[hunk + 1]} ${lines.subarray(from, from + hunks[hunk + HunkColumn.insertedLength]!).join(' ')}`;
  }
}

/** Does ACU `upper` (its place in `acus`) require `lower`, however many stand between? Itself it does. n²/8 bytes. */
export function requirements(acus: readonly Pick<Flying, 'id' | 'requires'>[]): (upper: number, lower: number) => boolean {
  const place = new Map(acus.map(({ id }, i) => [id, i])), width = (acus.length + 31) >>> 5;
  const sets = new Uint32Array(acus.length * width), done = new Uint8Array(acus.length);
  for (let root = 0; root < acus.length; root++) {
    const stack = [root];
    while (stack.length > 0) {
      const i = stack.at(-1)!;
      if (done[i] === 2) { stack.pop(); continue; }
      const below = acus[i]!.requires.map((id) => place.get(id)).filter((n) => n !== undefined);
      const open = done[i] === 0 ? below.filter((n) => done[n] === 0) : [];
      done[i] = 1;
      if (open.length > 0) { stack.push(...open); continue; }
      sets[i * width + (i >>> 5)]! |= 1 << (i & 31);
      for (const n of below) for (let w = 0; w < width; w++) sets[i * width + w]! |= sets[n * width + w]!;
      done[i] = 2;
      stack.pop();
    }
  }
  return (upper, lower) => (sets[upper * width + (lower >>> 5)]! & (1 << (lower & 31))) !== 0;
}
