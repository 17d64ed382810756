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

/** `tops` of a set, of which no two conflict. `below`: the segments that one stands on, itself included. */
export function looksOf(tables: Tables, tops: readonly number[], below: (segment: number) => readonly number[]): Looks {
  if (tops.length < 3) return NO;
  const first = rowsFrom(tables), { rows } = tables;
  /** path → tops that touch it, up to three */
  const touching = new Map<number, number>();
  const deleted = new Set<number>(), added = new Set<number>();
  let texts = false;
  for (const top of tops) {
    const mine = new Set<number>();
    // what those below it touch counts for it as well: it is merged over them
    for (const segment of below(top)) for (let r = first[segment]!; r < first[segment + 1]!; r += Row.width) {
      const path = rows[r + Row.path]!;
      mine.add(path);
      if (rows[r + Row.after]! < 0) deleted.add(path);
      else if (rows[r + Row.before]! < 0) added.add(path);
    }
    for (const path of mine) {
      const n = (touching.get(path) ?? 0) + 1;
      touching.set(path, n);
      if (n === 3) texts = true;
    }
  }
  return { texts, renames: deleted.size > 0 && added.size > 0 && renamesMeet(tables, touching, deleted, added) };
}

function renamesMeet(tables: Tables, touching: ReadonlyMap<number, number>, deleted: ReadonlySet<number>, added: ReadonlySet<number>): boolean {
  for (const path of deleted) if (touching.get(path)! > 1) return true;
  for (const path of added) if (touching.get(path)! > 1) return true;
  const left = new Set<PathBytes>();
  for (const path of deleted) for (const directory of ancestors(tables.paths[path]!)) left.add(directory);
  for (const path of added) if (left.has(directoryOf(tables.paths[path]!) as PathBytes)) return true;
  return false;
}
