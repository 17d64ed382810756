// Which pairs of segments a sweep over lines cannot answer: those in which a rename of one could meet what the other does, and
// those whose base is not a tree that composing gives. They are merged as git merges (docs/decisions/0014). By path, never all pairs.
import type { Oid, PathBytes } from './bytes.ts';
import { ancestors } from './changes.ts';
import { Closures } from './closures.ts';
import { MOST_TOPS, pairings } from './common.ts';
import { AcumenError } from './errors.ts';
import { Histories } from './histories.ts';
import type { Rename, Segment } from './model.ts';
import { Row } from './tables.ts';
import { directoryOf } from './treeMerge/renames.ts';

/** The part of the tables this needs; `rows` as there. */
export interface Touched {
  readonly segments: readonly { readonly tip: Oid; readonly lower: readonly number[]; readonly after: readonly number[]; readonly standing: string; readonly renames: readonly Rename[] }[];
  readonly paths: readonly PathBytes[];
  readonly contexts: readonly string[];
  readonly rows: Int32Array;
}

export interface Meeting { readonly a: number; readonly b: number }

/** `Touched` of segments as they are named, lower ones first, without their lines. */
export class Touches implements Touched {
  readonly segments: Touched['segments'][number][] = [];
  readonly paths: PathBytes[] = [];
  readonly contexts: string[] = [];
  readonly #at = new Map<Oid, number>();
  readonly #paths = new Map<PathBytes, number>();
  #rows = new Int32Array(Row.width * 256);
  #length = 0;

  get rows(): Int32Array { return this.#rows.subarray(0, this.#length); }

  add({ tip, lower, after, standing, renames, contexts }: Segment): void {
    const segment = this.segments.length;
    this.#at.set(tip, segment);
    const places = (tips: readonly Oid[]): number[] => tips.map((oid) => this.#at.get(oid)!);
    this.segments.push({ tip, lower: places(lower), after: places(after ?? []), standing: standing.kind, renames });
    for (const { context, edits } of contexts) {
      let c = this.contexts.indexOf(context);
      if (c < 0) c = this.contexts.push(context) - 1;
      for (const { path, before, after } of edits) {
        if (this.#length + Row.width > this.#rows.length) { const next = new Int32Array(this.#rows.length * 2); next.set(this.#rows); this.#rows = next; }
        this.#rows.set([segment, c, this.#path(path), before === null ? -1 : 0, after === null ? -1 : 0, 0, 0], this.#length);
        this.#length += Row.width;
      }
    }
  }

  #path(path: PathBytes): number {
    let n = this.#paths.get(path);
    if (n === undefined) { n = this.paths.push(path) - 1; this.#paths.set(path, n); }
    return n;
  }
}

/**
 * Each pair once, a < b, sorted. What it leaves out, git answers as the sweep does: renames matter only where one side deleted a file
 * that may have gone to one it added, and the other either touches that file (its content matters) or adds a file directly in a
 * directory that went away with it (its place does): treeMerge/walk.ts, `relevant`.
 */
export function* meetingPairs(touched: Touched, closures = new Closures(touched.segments)): Generator<Meeting, void> {
  yield* meetings(touched, closures).each();
}

/** The same, to be gone through more than once. */
export function meetings(touched: Touched, closures: Closures): Found {
  const found = new Found(touched.segments.length);
  const finder = new Finder(touched, closures, found);
  touched.contexts.forEach((context, i) => { if (context === 'base') finder.inBase(i); else finder.inContext(i, context); });
  finder.withoutContext();
  return found;
}

/** More pairs are not held in tables, nor published: 200 MB of numbers. */
const MOST_MEETINGS = 16_000_000;

/** A bit for each pair, in rows of the segments that are the lower number of some. */
class Found {
  readonly #words: number;
  readonly #rows = new Map<number, Uint32Array>();
  #size = 0;

  constructor(segments: number) { this.#words = (segments + 31) >>> 5; }

  get size(): number { return this.#size; }

  has(x: number, y: number): boolean {
    const b = Math.max(x, y), row = this.#rows.get(Math.min(x, y));
    return row !== undefined && (row[b >>> 5]! & (1 << (b & 31))) !== 0;
  }

  add(x: number, y: number): void {
    const a = Math.min(x, y), b = Math.max(x, y);
    let row = this.#rows.get(a);
    if (row === undefined) this.#rows.set(a, row = new Uint32Array(this.#words));
    if ((row[b >>> 5]! & (1 << (b & 31))) !== 0) return;
    row[b >>> 5]! |= 1 << (b & 31);
    if (++this.#size > MOST_MEETINGS) {
      throw new AcumenError('too-large', `In more than ${MOST_MEETINGS} pairs of branches renames may meet, or what both stand on conflicts.`, 'Import fewer branches with --refs.');
    }
  }

  *each(): Generator<Meeting, void> {
    for (const a of [...this.#rows.keys()].sort((x, y) => x - y)) {
      const row = this.#rows.get(a)!;
      for (let w = 0; w < row.length; w++) for (let left = row[w]!; left !== 0; left &= left - 1) yield { a, b: (w << 5) + 31 - Math.clz32(left & -left) };
    }
  }
}

class Finder {
  readonly #touched: Touched;
  readonly #closures: Closures;
  readonly #histories: Histories;
  readonly #found: Found;
  /** by context: rows */
  readonly #rows: number[][];

  constructor(touched: Touched, closures: Closures, found: Found) {
    this.#touched = touched;
    this.#closures = closures;
    this.#histories = new Histories(touched.segments);
    this.#found = found;
    this.#rows = touched.contexts.map(() => []);
    for (let r = 0; r < touched.rows.length; r += Row.width) this.#rows[touched.rows[r + Row.context]!]!.push(r);
  }

  #segment(row: number): number { return this.#touched.rows[row + Row.segment]!; }
  #pathOf(row: number): PathBytes { return this.#touched.paths[this.#touched.rows[row + Row.path]!]!; }
  #adds(row: number): boolean { return this.#touched.rows[row + Row.before]! < 0 && this.#touched.rows[row + Row.after]! >= 0; }
  #deletes(row: number): boolean { return this.#touched.rows[row + Row.after]! < 0; }
  #exact(segment: number): boolean { return this.#touched.segments[segment]!.standing === 'exact'; }

  /** Here the possible renames are known by their contents. */
  inBase(context: number): void {
    const { segments } = this.#touched;
    const paths = new Set<PathBytes>(), directories = new Set<string>();
    segments.forEach((s, i) => {
      if (this.#exact(i)) for (const { from, emptied } of s.renames) { paths.add(from); for (const dir of emptied) directories.add(dir); }
    });
    if (paths.size === 0) return;
    const { touching, adding } = this.#who(context, paths, directories);
    segments.forEach((s, a) => {
      if (!this.#exact(a)) return;
      for (const { from, emptied } of s.renames) {
        this.#meet(a, touching.get(from), (b) => !this.#closures.share(a, b));
        for (const dir of emptied) this.#meet(a, adding.get(dir), (b) => !this.#closures.share(a, b));
      }
    });
  }

  /** Here whatever was deleted may have become whatever was added. */
  inContext(context: number, name: string): void {
    const paths = new Set<PathBytes>(), directories = new Set<string>();
    const adders = new Set(this.#rows[context]!.filter((r) => this.#adds(r)).map((r) => this.#segment(r)));
    const deleting = this.#rows[context]!.filter((r) => this.#deletes(r) && adders.has(this.#segment(r)));
    for (const r of deleting) { paths.add(this.#pathOf(r)); for (const dir of ancestors(this.#pathOf(r))) directories.add(dir); }
    if (paths.size === 0) return;
    const { touching, adding, filled } = this.#who(context, paths, directories);
    for (const r of deleting) {
      const a = this.#segment(r);
      const wanted = (b: number): boolean => this.#closures.share(a, b) && this.#closures.contextName(this.#closures.commonTops(a, b)) === name;
      this.#meet(a, touching.get(this.#pathOf(r)), wanted);
      for (const dir of ancestors(this.#pathOf(r))) if (!filled.get(dir)?.has(a)) this.#meet(a, adding.get(dir), wanted);
    }
  }

  /** Who touches these paths, who adds directly in these directories, and who leaves something of his own below them. */
  #who(context: number, paths: ReadonlySet<PathBytes>, directories: ReadonlySet<string>) {
    const touching = new Map<PathBytes, Set<number>>(), adding = new Map<string, Set<number>>(), filled = new Map<string, Set<number>>();
    const note = <K>(map: Map<K, Set<number>>, key: K, segment: number): void => {
      const set = map.get(key);
      if (set) set.add(segment); else map.set(key, new Set([segment]));
    };
    for (const r of this.#rows[context]!) {
      const path = this.#pathOf(r), segment = this.#segment(r);
      if (paths.has(path)) note(touching, path, segment);
      if (this.#adds(r) && directories.has(directoryOf(path))) note(adding, directoryOf(path), segment);
      if (!this.#deletes(r)) for (const dir of ancestors(path)) if (directories.has(dir)) note(filled, dir, segment);
    }
    return { touching, adding, filled };
  }

  #meet(a: number, others: ReadonlySet<number> | undefined, wanted: (b: number) => boolean): void {
    for (const b of others ?? []) {
      if (a === b || !this.#exact(a) || !this.#exact(b) || this.#found.has(a, b)) continue;
      if (this.#closures.includes(a, b) || this.#closures.includes(b, a) || this.#histories.together(a, b)) continue;
      if (wanted(b)) this.#found.add(a, b);
    }
  }

  /**
   * Pairs that no context says anything of: it would have held too much (common.ts), or they have several common tops, which git merges
   * into a virtual ancestor. That is the tree that composing gives only where two of them merge cleanly, and without renames.
   */
  withoutContext(): void {
    const { segments, contexts } = this.#touched;
    const names = new Set(contexts);
    for (const { tops, as, bs } of pairings(segments, this.#closures, this.#histories)) {
      const plain = (tops.length <= MOST_TOPS || this.#histories.allTogether(tops)) && names.has(this.#closures.contextName(tops)) && (tops.length !== 2 || !this.#found.has(tops[0]!, tops[1]!));
      if (plain) continue;
      for (const a of as) if (this.#exact(a)) for (const b of bs) if (a !== b && this.#exact(b) && !this.#histories.together(a, b)) this.#found.add(a, b);
    }
  }
}
