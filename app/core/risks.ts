// Collisions of names as conflicts of the graph and of a set: verdict `risk`, which never blocks. What collides with the base was
// found at import (collisions.ts, FoldedTree); what collides among ACUs is found here, from the paths that the tables say they add.
import type { AcuId, PathBytes } from './bytes.ts';
import { ancestors } from './changes.ts';
import { type Collision, type Named, collisionsAmong, folded, whyOne } from './collisions.ts';
import type { Conflict } from './model.ts';
import { firstRowOf } from './index/places.ts';
import { Row, type Tables } from './tables.ts';
import { inWords } from './visible.ts';

/** Collisions that the graph lists; beyond, they are not looked for, and `isCut` says that there are more. */
const MOST_COLLISIONS = 100_000;
/** Added paths held at once, to be looked up again. */
const HELD_PATHS = 1_000_000;
const NONE: ReadonlySet<PathBytes> = new Set();

export interface Risk extends Conflict { readonly other: PathBytes }

/** `against`: of one ACU, with itself or with the base. `between`: by `a * segments + b`, a < b. */
export interface GraphRisks { readonly against: readonly Risk[]; readonly between: ReadonlyMap<number, readonly Risk[]>; readonly isCut: boolean }

/** Does the segment bring a name that could collide? Its rows lie together. */
export function bringsNames(tables: Tables, segment: number): boolean {
  const { rows, segments } = tables;
  for (let r = firstRowOf(rows, segment); rows[r] === segment; r += Row.width) if (rows[r + Row.before]! < 0) return true;
  return segments[segment]!.collisions.length > 0;
}

/** Who adds a name, and who adds something below it, by what the name folds to. */
class Bringers {
  readonly #files = new Map<string, Set<number>>();
  readonly #folders = new Map<string, Set<number>>();

  put(segment: number, paths: Iterable<PathBytes>): void {
    for (const path of paths) {
      note(this.#files, folded(path), segment);
      for (const folder of ancestors(path)) note(this.#folders, folded(folder), segment);
    }
  }

  take(segment: number, paths: Iterable<PathBytes>): void {
    for (const path of paths) {
      forget(this.#files, folded(path), segment);
      for (const folder of ancestors(path)) forget(this.#folders, folded(folder), segment);
    }
  }

  /** Those that add a file where one of these is, or must have a folder, or something below it. */
  near(paths: Iterable<PathBytes>): Set<number> {
    const found = new Set<number>();
    const all = (segments: ReadonlySet<number> | undefined): void => { if (segments !== undefined) for (const s of segments) found.add(s); };
    for (const path of paths) {
      const key = folded(path);
      all(this.#files.get(key));
      all(this.#folders.get(key));
      for (const folder of ancestors(path)) all(this.#files.get(folded(folder)));
    }
    return found;
  }
}

function note(by: Map<string, Set<number>>, key: string, segment: number): void {
  const set = by.get(key);
  if (set === undefined) by.set(key, new Set([segment])); else set.add(segment);
}

function forget(by: Map<string, Set<number>>, key: string, segment: number): void {
  const set = by.get(key);
  if (set?.delete(segment) === true && set.size === 0) by.delete(key);
}

export class Risks {
  readonly #tables: Tables;
  readonly #named: Named;
  /** the context of the rows that are looked at */
  readonly #base: number;
  /** per segment: rows against the base that add a path or delete one. This and the next two are handed on to those that follow */
  readonly #rows: Map<number, number[]>;
  readonly #held: Map<number, ReadonlySet<PathBytes>>;
  #bringers: Bringers | null;
  #heldPaths = 0;
  #graph: GraphRisks | null = null;

  /** `before`: of tables that these have grown out of; it is of no use any more. */
  constructor(tables: Tables, includes: Named['includes'], before: Risks | null = null) {
    this.#tables = tables;
    this.#base = tables.contexts.indexOf('base');
    this.#rows = before === null ? new Map<number, number[]>() : before.#rows;
    this.#held = before === null ? new Map<number, ReadonlySet<PathBytes>>() : before.#held;
    this.#bringers = before === null ? null : before.#bringers;
    if (before === null) this.#read(0);
    this.#named = {
      adds: (segment) => {
        let found = this.#held.get(segment);
        if (found === undefined) {
          if (this.#heldPaths > HELD_PATHS) { this.#held.clear(); this.#heldPaths = 0; }
          this.#held.set(segment, found = this.#adds(segment));
          this.#heldPaths += found.size + 1;
        }
        return found;
      },
      lower: (segment) => tables.segments[segment]!.lower,
      includes,
    };
  }

  /** Of tables that have grown out of these, at the cost of the segments that went and came. */
  next(tables: Tables, removed: readonly number[], includes: Named['includes']): Risks {
    if (tables.contexts.indexOf('base') !== this.#base) return new Risks(tables, includes);
    for (const segment of removed) {
      this.#bringers?.take(segment, this.#adds(segment));
      this.#rows.delete(segment);
      this.#held.delete(segment);
    }
    const risks = new Risks(tables, includes, this), from = this.#tables.rows.length;
    risks.#heldPaths = this.#heldPaths;
    for (const segment of risks.#read(from)) risks.#bringers?.put(segment, risks.#adds(segment));
    return risks;
  }

  /** The rows from one on; whose they are. */
  #read(from: number): ReadonlySet<number> {
    const { rows } = this.#tables, whose = new Set<number>();
    for (let r = from; r < rows.length; r += Row.width) {
      if (rows[r + Row.context] !== this.#base || this.#has(r, Row.before) === this.#has(r, Row.after)) continue;
      const segment = rows[r + Row.segment]!, list = this.#rows.get(segment);
      if (list) list.push(r); else this.#rows.set(segment, [r]);
      whose.add(segment);
    }
    return whose;
  }

  #whoBrings(): Bringers {
    const bringers = new Bringers();
    for (const segment of this.#rows.keys()) bringers.put(segment, this.#adds(segment));
    return bringers;
  }

  #adds(segment: number): ReadonlySet<PathBytes> {
    return this.#tables.segments[segment]!.standing === 'exact' ? this.#paths(segment, Row.after) : NONE;
  }

  /** Of rows that have an entry in this column: what the segment adds (after) or deletes (before). */
  #paths(segment: number, column: number): Set<PathBytes> {
    const out = new Set<PathBytes>();
    for (const r of this.#rows.get(segment) ?? []) if (this.#has(r, column)) out.add(this.#tables.paths[this.#tables.rows[r + Row.path]!]!);
    return out;
  }

  #has(row: number, column: number): boolean { return this.#tables.rows[row + column]! >= 0; }

  /** What the names of a set say, which these segments realise: nothing that one of them deletes. */
  among(segments: readonly number[]): Risk[] {
    const out = segments.flatMap((s) => this.#withBase(s));
    const deleted = out.length === 0 ? null : this.#deleted(segments);
    for (const c of collisionsAmong(segments, this.#named)) out.push(...this.#made(c));
    return out.filter(({ path, other }) => deleted === null || (!deleted.has(other) && !deleted.has(path)));
  }

  /** The graph's of one of them alone: who adds nothing collides with nobody, else those are looked at that add what folds alike. */
  about(segment: number, stand: (segment: number) => boolean): GraphRisks {
    const mine = this.#adds(segment);
    if (mine.size === 0) return { against: this.#withBase(segment), between: new Map(), isCut: false };
    const near = [...(this.#bringers ??= this.#whoBrings()).near(mine)].filter((other) => other === segment || stand(other));
    const against = this.#withBase(segment), between = new Map<number, Risk[]>();
    for (const c of collisionsAmong(near.sort((x, y) => x - y), this.#named)) if (c.a === segment || c.b === segment) this.#list(c, against, between);
    return { against, between, isCut: false };
  }

  #list(c: Collision, against: Risk[], between: Map<number, Risk[]>): void {
    const [risk] = this.#made(c);
    if (risk === undefined) return;
    const key = c.a * this.#tables.segments.length + c.b, list = between.get(key);
    if (risk.b === 'base') against.push(risk);
    else if (list) list.push(risk);
    else between.set(key, [risk]);
  }

  /** Of the segments that stand for their ACUs. */
  graph(stand: Iterable<number>): GraphRisks {
    if (this.#graph !== null) return this.#graph;
    const all = [...stand];
    const against = all.flatMap((s) => this.#withBase(s)).slice(0, MOST_COLLISIONS), between = new Map<number, Risk[]>();
    let left = MOST_COLLISIONS - against.length, isCut = left === 0;
    for (const c of collisionsAmong(all, this.#named)) {
      isCut = left-- <= 0;
      if (isCut) break;
      this.#list(c, against, between);
    }
    return this.#graph = { against, between, isCut };
  }

  #deleted(segments: readonly number[]): Set<PathBytes> {
    const out = new Set<PathBytes>();
    for (const s of segments) for (const path of this.#paths(s, Row.before)) out.add(path);
    return out;
  }

  #withBase(segment: number): Risk[] {
    // who adds nothing collides with nothing, and is not unpacked to see it
    if (!this.#rows.has(segment)) return [];
    const { acu, collisions } = this.#tables.segments[segment]!;
    return acu === null ? [] : collisions.map(([path, other]) => risk(acu, 'base', path, other, `it adds ${inWords(path)}, the base has ${inWords(other)}: one name ${whyOne(path, other)}`));
  }

  #made({ a, b, path, other }: Collision): Risk[] {
    const x = this.#tables.segments[a]!.acu, y = this.#tables.segments[b]!.acu;
    if (x === null || y === null) return [];
    const what = `${inWords(path)} and ${inWords(other)}, one name ${whyOne(path, other)}`;
    return [x === y ? risk(x, 'base', path, other, `it adds ${what}`) : risk(x < y ? x : y, x < y ? y : x, path, other, `together they add ${what}`)];
  }
}

const risk = (a: AcuId, b: AcuId | 'base', path: PathBytes, other: PathBytes, detail: string): Risk => ({ a, b, kind: 'case collision', verdict: 'risk', path, other, detail, inherited: false });
