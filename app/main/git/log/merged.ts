// A file of a merge as every reader tells it: with hunks where it has lines and all that it came from is of its kind, else without.
import type { PathBytes } from '../../../core/bytes.ts';
import { formatOf } from '../../../core/changes.ts';
import { type Entry, type MergedPath, Mode } from '../../../core/repository.ts';

export function mergedPath(path: PathBytes, after: Entry | null, before: readonly (Entry | null)[], hunks: readonly (Uint32Array | null)[]): MergedPath {
  const isOfItsKind = after !== null && after.mode !== Mode.submodule && before.every((side) => side === null || formatOf(side.mode) === formatOf(after.mode));
  const hasLines = isOfItsKind && hunks.every((side) => side !== null);
  return { path, after, sides: before.map((side, k) => ({ before: side, hunks: hasLines ? hunks[k]! : null })) };
}
