// The lines of the conflict graph as a list: partitions, the largest first, and who conflicts with nobody last; in each its ACUs, those with most conflicts
// first; below an open ACU those it conflicts with. Partitions are open and ACUs closed until they are flipped.
import type { AcuId } from '../../../core/bytes.ts';
import type { AcuRow } from '../../../workers/client.ts';
import { partitionNumbers } from '../../../workers/client.ts';

export type TwinLine =
  | { readonly kind: 'partition'; readonly key: string; readonly acu: null; readonly number: number | null; readonly count: number; readonly expanded: boolean }
  | { readonly kind: 'acu'; readonly key: string; readonly acu: AcuId; readonly row: AcuRow; /** undefined: it conflicts with nobody */ readonly expanded?: boolean }
  | { readonly kind: 'other'; readonly key: string; readonly acu: AcuId; readonly row: AcuRow; readonly of: AcuRow };

/** `flipped`: keys of lines that are not as they are at first. Keys are ids of elements, too. */
export function twinLines(rows: readonly AcuRow[], { degree, partition }: { readonly degree: Int32Array; readonly partition: Int32Array }, neighbours: (index: number) => readonly number[], flipped: ReadonlySet<string>): readonly TwinLine[] {
  const parts: { key: string; number: number | null; members: readonly number[] }[] = [...partitionNumbers(partition)].map(([p, { number, members }]) => ({ key: `partition-${p}`, number, members }));
  const alone = rows.flatMap(({ index }) => ((partition[index] ?? -1) === -1 ? [index] : []));
  if (alone.length > 0) parts.push({ key: 'partition-none', number: null, members: alone });
  const byDegree = (i: number, j: number): number => degree[j]! - degree[i]! || (rows[i]!.name < rows[j]!.name ? -1 : 1);
  return parts.flatMap(({ key, number, members }): TwinLine[] => {
    const expanded = !flipped.has(key), heading: TwinLine = { kind: 'partition', key, acu: null, number, count: members.length, expanded };
    if (!expanded) return [heading];
    return [heading, ...members.toSorted(byDegree).flatMap((i): TwinLine[] => {
      const row = rows[i]!, others = neighbours(i), open = flipped.has(row.id);
      if (others.length === 0) return [{ kind: 'acu', key: row.id, acu: row.id, row }];
      const line: TwinLine = { kind: 'acu', key: row.id, acu: row.id, row, expanded: open };
      return open ? [line, ...others.toSorted(byDegree).map((j): TwinLine => ({ kind: 'other', key: `${row.id}-${rows[j]!.id}`, acu: rows[j]!.id, row: rows[j]!, of: row }))] : [line];
    })];
  });
}
