// Collisions of names as conflicts of the graph and of a set: verdict `risk`, which never blocks. What collides with the base was
// found at import (collisions.ts, FoldedTree); what collides among ACUs is found here, from the paths that the tables say they add.
import type { AcuId, PathBytes } from './bytes.ts';
import { ancestors } from './changes.ts';
import { type Collision, type Named, collisionsAmong, folded, whyOne } from './collisions.ts';
import type { Conflict } from './model.ts';
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
  let low = 0, high = rows.length / Row.width;
  while (low < high) { const mid = (low + high) >>> 1; if (rows[mid * Row.width]! < segment) low = mid + 1; else high = mid; }
  for (let r = low * Row.width; r < rows.length && rows[r] === segment; r += Row.width) if (rows[r + Row.before]! < 0) return true;
  return segments[segment]!.collisions.length > 0;
}

export class Risks {
  readonly #tables: Tables;
  readonly #named: Named;
  /** per segment: rows against the base that add a path or delete one */
  readonly #rows = new Map<number, number[]>();
  #graph: GraphRisks | null = null;

  constructor(tables: Tables, includes: Named['includes']) {
    this.#tables = tables;
    const base = tables.contexts.indexOf('base');
    for (let r = 0; r < tables.rows.length; r += Row.width) {
      if (tables.rows[r + Row.context] !== base || this.#has(r, Row.before) === this.#has(r, Row.after)) continue;
      const segment = tables.rows[r + Row.segment]!, list = this.#rows.get(segment);
      if (list) list.push(r); else this.#rows.set(segment, [r]);
    }
    const held = new Map<number, ReadonlySet<PathBytes>>();
    let paths = 0;
    this.#named = {
      adds: (segment) => {
        let found = held.get(segment);
        if (found === undefined) {
          if (paths > HELD_PATHS) { held.clear(); paths = 0; }
          held.set(segment, found = this.#adds(segment));
          paths += found.size + 1;
        }
        return found;
      },
      lower: (segment) => tables.segments[segment]!.lower,
      includes,
    };
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
    const keys = new Set<string>();
    for (const path of mine) { keys.add(folded(path)); for (const folder of ancestors(path)) keys.add(folded(folder)); }
    const isNear = (path: PathBytes): boolean => keys.has(folded(path)) || [...ancestors(path)].some((folder) => keys.has(folded(folder)));
    const near: number[] = [];
    for (const other of this.#rows.keys()) if (other === segment || (stand(other) && [...this.#adds(other)].some(isNear))) near.push(other);
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
