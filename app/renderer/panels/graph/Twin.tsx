// The conflict graph's twin for keyboard and screen reader: its partitions, in them their ACUs, below each ACU those that it conflicts with, and where. The
// same actions, the same menus.
import { useCallback, useEffect, useMemo, useState } from 'react';
import { useGraph } from '../../app/graph.ts';
import { replica } from '../../app/session.ts';
import { AcuGrid } from '../../components/AcuGrid.tsx';
import type { GridItem } from '../../components/AcuGrid.tsx';
import { AcuLine } from '../../components/AcuLine.tsx';
import { Glyph, Icon } from '../../components/Icon.tsx';
import { useAnswer } from '../../components/useAnswer.ts';
import { lookOf, nameOf, useReplica } from '../../state/replica.ts';
import { grouped, listed, plural } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import { edgeMark } from '../../../workers/client.ts';
import type { AcuRow } from '../../../workers/client.ts';
import { twinLines } from './twinLines.ts';
import type { TwinLine } from './twinLines.ts';

type Item = TwinLine & GridItem;

export function Twin() {
  const rows = useReplica((s) => s.rows), conflicts = useReplica((s) => s.conflicts);
  const neighbours = useGraph((s) => s.neighbours);
  const [flipped, setFlipped] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => { void useGraph.getState().fetch(); }, [conflicts]);
  const items = useMemo(() => (conflicts === null ? [] : twinLines(rows, conflicts, neighbours, flipped)), [rows, conflicts, neighbours, flipped]);
  const onToggle = useCallback((item: Item) => setFlipped((was) => was.symmetricDifference(new Set([item.key]))), []);
  const line = useCallback((item: Item, at: number, isCursor: boolean) => {
    if (item.kind === 'partition') {
      return (
        <div role="row" id={`node-${item.key}`} className={`group-line${isCursor ? ' cursor' : ''}`} aria-level={1} aria-expanded={item.expanded} aria-rowindex={at + 1}>
          <span role="rowheader" className="group-title"><Icon name={item.expanded ? 'down' : 'right'} size={12} /><span className="truncate">{item.number === null ? 'No conflicts with other ACUs' : `Partition ${item.number}`}</span></span>
          <span role="gridcell" className="tiny muted">{plural(item.count, 'ACU')}</span>
        </div>
      );
    }
    const { row } = item;
    if (item.kind === 'other') {
      return (
        <AcuLine row={row} idPrefix="node-" elementId={`node-${item.key}`} testId={ids.graphOther} position={at} level={3} nested>
          <Where a={item.of} b={row} />
        </AcuLine>
      );
    }
    const others = item.expanded === undefined ? [] : neighbours(row.index).map((i) => nameOf(rows[i]!.id));
    return (
      <AcuLine row={row} idPrefix="node-" testId={ids.graphRow} position={at} level={2} {...(item.expanded === undefined ? {} : { expanded: item.expanded })}>
        <span role="gridcell" className="c-others truncate tiny faint" title={others.slice(0, 30).join('\n')}>
          {others.length > 0 && <button type="button" tabIndex={-1} className="link" title={`${item.expanded === true ? 'Hide' : 'Show'} the ${grouped(others.length)} that conflict with ${nameOf(row.id)}`} onClick={() => onToggle(item)}>× {listed(others, 3)}</button>}
        </span>
      </AcuLine>
    );
  }, [neighbours, rows, onToggle]);
  return <AcuGrid items={items} label="Conflict graph as a list" testId={ids.graphList} idPrefix="node-" drag="list" tree onToggle={onToggle} row={line} />;
}

/** Where two ACUs conflict. */
function Where({ a, b }: { a: AcuRow; b: AcuRow }) {
  const generation = useReplica((s) => s.generation);
  const { value } = useAnswer(`${generation} ${a.id} ${b.id}`, () => replica().call((api) => api.witness(a.id, b.id, 1)));
  const first = value?.rows[0], look = useReplica((s) => (first === undefined ? 'blocking' : lookOf(s, first)));
  return (
    <span role="gridcell" className="c-others truncate tiny faint" title={first === undefined ? '' : `${first.shown}: ${first.detail}`}>
      {first !== undefined && <><Glyph mark={edgeMark[look]} size={9} /> {look === 'decided' ? 'decided: ' : ''}{first.kind} in {first.shown}{value!.total > 1 ? `, and ${plural(value!.total - 1, 'more conflict')}` : ''}</>}
    </span>
  );
}
