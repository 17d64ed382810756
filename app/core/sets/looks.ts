// What the tables alone say of a set whose pairs go together: could it fail all the same? Never no where composing would refuse it for
// renames that arise among three, or for three texts that meet; yes says only that composing must decide. No contents, no merges.
import type { PathBytes } from '../bytes.ts';
import { ancestors } from '../changes.ts';
import { Row, type Tables } from '../tables.ts';
import { directoryOf } from '../treeMerge/renames.ts';

export interface Looks {
  /** a deleted or added file, or a directory that is emptied, is met by somebody else */
  readonly renames: boolean;
  /** three versions of one file */
  readonly texts: boolean;
}

const NO: Looks = { renames: false, texts: false };
const firstRows = new WeakMap<Int32Array, Int32Array>();

/** By segment, its first row; rows of a segment lie together, segments ascending. */
function rowsFrom(tables: Tables): Int32Array {
  let first = firstRows.get(tables.rows);
  if (first === undefined) {
    first = new Int32Array(tables.segments.length + 1);
    let segment = 0;
    for (let r = 0; r < tables.rows.length; r += Row.width) while (segment <= tables.rows[r + Row.segment]!) first[segment++] = r;
    first.fill(tables.rows.length, segment);
    firstRows.set(tables.rows, first);
  }
  return first;
}

/** What a top changes: paths by number, each once. */
export interface Touched { readonly paths: ReadonlySet<number>; readonly deleted: ReadonlySet<number>; readonly added: ReadonlySet<number> }

/** Of a top that stands on `below`, itself included: what those touch counts for it as well, for it is merged over them. */
export function touchedBy(tables: Tables, below: readonly number[]): Touched {
  const first = rowsFrom(tables), { rows } = tables;
  const paths = new Set<number>(), deleted = new Set<number>(), added = new Set<number>();
  for (const segment of below) for (let r = first[segment]!; r < first[segment + 1]!; r += Row.width) {
    const path = rows[r + Row.path]!;
    paths.add(path);
    if (rows[r + Row.after]! < 0) deleted.add(path);
    else if (rows[r + Row.before]! < 0) added.add(path);
  }
  return { paths, deleted, added };
}

/** `tops` of a set, of which no two conflict. `below`: the segments that one stands on, itself included. */
export function looksOf(tables: Tables, tops: readonly number[], below: (segment: number) => readonly number[]): Looks {
  if (tops.length < 3) return NO;
  /** path → tops that touch it */
  const touching = new Map<number, number>();
  const deleted = new Map<number, number>(), added = new Map<number, number>();
  let texts = false;
  for (const top of tops) {
    const mine = touchedBy(tables, below(top));
    for (const path of mine.deleted) deleted.set(path, 1);
    for (const path of mine.added) added.set(path, 1);
    for (const path of mine.paths) {
      const n = (touching.get(path) ?? 0) + 1;
      touching.set(path, n);
      if (n === 3) texts = true;
    }
  }
  return { texts, renames: renamesMeet(tables, touching, deleted, added) };
}

/** Could a rename arise that concerns another? Counts of tops by path. */
export function renamesMeet(tables: Tables, touching: ReadonlyMap<number, number>, deleted: ReadonlyMap<number, number>, added: ReadonlyMap<number, number>): boolean {
  if (deleted.size === 0 || added.size === 0) return false;
  for (const path of deleted.keys()) if (touching.get(path)! > 1) return true;
  for (const path of added.keys()) if (touching.get(path)! > 1) return true;
  const left = new Set<PathBytes>();
  for (const path of deleted.keys()) for (const directory of ancestors(tables.paths[path]!)) left.add(directory);
  for (const path of added.keys()) if (left.has(directoryOf(tables.paths[path]!) as PathBytes)) return true;
  return false;
}
