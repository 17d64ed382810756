// What the tables alone say of a set whose pairs go together: could it fail all the same? Never no where composing would refuse it for
// renames that arise among three, or for three texts that meet; yes says only that composing must decide. No contents, no merges.
import type { PathBytes } from '../bytes.ts';
import { ancestors } from '../changes.ts';
import { HunkColumn, Row, type Tables } from '../tables.ts';
import { directoryOf } from '../treeMerge/renames.ts';

export interface Looks {
  /** a deleted or added file, or a directory that is emptied, is met by somebody else */
  readonly renames: boolean;
  /** three versions of one file, not all of one history */
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

/** The row that says what a segment changes in a path of the base; -1 where there is none. */
export function baseRow(tables: Tables, segment: number, path: number): number {
  const first = rowsFrom(tables), { rows } = tables, base = tables.contexts.indexOf('base');
  for (let r = first[segment]!; r < first[segment + 1]!; r += Row.width) if (rows[r + Row.path] === path && rows[r + Row.context] === base) return r;
  return -1;
}

/** Do the changes that two rows make in a text of the base lie apart, lines between them that neither changes? No where either says no lines. */
export function areApart({ rows, hunks }: Tables, x: number, y: number): boolean {
  const isText = (r: number): boolean => rows[r + Row.before]! >= 0 && rows[r + Row.after]! >= 0 && rows[r + Row.hunks]! > 0;
  if (x < 0 || y < 0 || !isText(x) || !isText(y)) return false;
  const { width, start, end } = HunkColumn;
  let a = rows[x + Row.hunk]! * width, b = rows[y + Row.hunk]! * width;
  const aEnd = a + rows[x + Row.hunks]! * width, bEnd = b + rows[y + Row.hunks]! * width;
  while (a < aEnd && b < bEnd) {
    if (hunks[a + end]! < hunks[b + start]!) a += width;
    else if (hunks[b + end]! < hunks[a + start]!) b += width;
    else return false;
  }
  return true;
}

/**
 * `tops` of a set, ascending, of which no two conflict. `below`: the segments that one stands on, itself included. `standTogether`: does one
 * history order two? Then whatever they make of a path is one text.
 */
export function looksOf(tables: Tables, tops: readonly number[], below: (segment: number) => readonly number[], standTogether: ((a: number, b: number) => boolean) | null = null): Looks {
  if (tops.length < 3) return NO;
  /** path → tops that touch it */
  const touching = new Map<number, number>();
  const deleted = new Map<number, number>(), added = new Map<number, number>();
  /** path → the last of those that touch it, as long as each came after the one before */
  const last = new Map<number, number>();
  let texts = false;
  for (const top of tops) {
    const mine = touchedBy(tables, below(top));
    for (const path of mine.deleted) deleted.set(path, 1);
    for (const path of mine.added) added.set(path, 1);
    for (const path of mine.paths) {
      const n = (touching.get(path) ?? 0) + 1;
      touching.set(path, n);
      if (standTogether !== null) {
        const before = last.get(path);
        last.set(path, before === undefined || (before !== LOOSE && standTogether(before, top)) ? top : LOOSE);
      }
      if (n >= 3 && (last.get(path) ?? LOOSE) === LOOSE) texts = true;
    }
  }
  return { texts, renames: renamesMeet(tables, (path) => touching.get(path)!, deleted, added) };
}

const LOOSE = -1;

/** Could a rename arise that concerns another? `touching`: how many tops touch a path. */
export function renamesMeet(tables: Tables, touching: (path: number) => number, deleted: ReadonlyMap<number, number>, added: ReadonlyMap<number, number>): boolean {
  if (deleted.size === 0 || added.size === 0) return false;
  for (const path of deleted.keys()) if (touching(path) > 1) return true;
  for (const path of added.keys()) if (touching(path) > 1) return true;
  const left = new Set<PathBytes>();
  for (const path of deleted.keys()) for (const directory of ancestors(tables.paths[path]!)) left.add(directory);
  for (const path of added.keys()) if (left.has(directoryOf(tables.paths[path]!) as PathBytes)) return true;
  return false;
}
