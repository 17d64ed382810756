// A file of a merge as every reader tells it: with hunks from those it came from that are of its kind, where all of these have lines.
import type { PathBytes } from '../../../core/bytes.ts';
import { formatOf } from '../../../core/changes.ts';
import { type Entry, type MergedPath, Mode } from '../../../core/repository.ts';

export function mergedPath(path: PathBytes, after: Entry | null, before: readonly (Entry | null)[], hunks: readonly (Uint32Array | null)[]): MergedPath {
  const isOfItsKind = (side: Entry | null): boolean => after !== null && after.mode !== Mode.submodule && (side === null || formatOf(side.mode) === formatOf(after.mode));
  const hasLines = before.every((side, k) => !isOfItsKind(side) || hunks[k] !== null);
  return { path, after, sides: before.map((side, k) => ({ before: side, hunks: hasLines && isOfItsKind(side) ? hunks[k]! : null })) };
}
