// The conflict graph's twin for keyboard and screen reader: a list with the same actions.
import { useCallback, useEffect, useMemo } from 'react';
import { useGraph } from '../../app/graph.ts';
import { AcuGrid } from '../../components/AcuGrid.tsx';
import { AcuLine } from '../../components/AcuLine.tsx';
import { nameOf, useReplica } from '../../state/replica.ts';
import { listed, plural } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import type { AcuRow } from '../../../workers/client.ts';

interface TwinItem { readonly key: string; readonly acu: AcuRow['id'] | null; readonly row: AcuRow | null; readonly title: string; readonly count: string; readonly position: number }

export function Twin() {
  const rows = useReplica((s) => s.rows), conflicts = useReplica((s) => s.conflicts);
  const neighbours = useGraph((s) => s.neighbours);
  useEffect(() => { void useGraph.getState().fetch(); }, [conflicts]);
  const items = useMemo(() => {
    if (conflicts === null) return [];
    const parts = new Map<number, AcuRow[]>();
    for (const row of rows) {
      const part = conflicts.partition[row.index] ?? -1;
      const list = parts.get(part);
      if (list === undefined) parts.set(part, [row]); else list.push(row);
    }
    const degree = (row: AcuRow): number => conflicts.degree[row.index] ?? 0;
    let position = 0, number = 0;
    return [...parts].sort(([a, x], [b, y]) => (a === -1 ? 1 : b === -1 ? -1 : y.length - x.length || a - b)).flatMap(([part, list]): TwinItem[] => [
      { key: `partition ${part}`, acu: null, row: null, title: part === -1 ? 'No conflicts with other ACUs' : `Partition ${++number}`, count: plural(list.length, 'ACU'), position: -1 },
      ...list.sort((x, y) => degree(y) - degree(x) || (x.name < y.name ? -1 : 1)).map((row) => ({ key: row.id, acu: row.id, row, title: '', count: '', position: position++ })),
    ]);
  }, [rows, conflicts]);
  const line = useCallback((item: TwinItem) => {
    if (item.row === null) return <div role="row" className="group-line"><span role="rowheader" className="truncate">{item.title}</span><span role="gridcell" className="tiny muted">{item.count}</span></div>;
    const others = neighbours(item.row.index).map((i) => nameOf(rows[i]!.id));
    return (
      <AcuLine row={item.row} idPrefix="node-" testId="graph-row" position={item.position}>
        <span role="gridcell" className="c-others truncate tiny faint" title={others.slice(0, 30).join('\n')}>{others.length === 0 ? '' : `× ${listed(others, 3)}`}</span>
      </AcuLine>
    );
  }, [neighbours, rows]);
  return <AcuGrid items={items} label="Conflict graph as a list" testId={ids.graphList} idPrefix="node-" drag="list" row={line} />;
}

