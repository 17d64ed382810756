// The heat map's twin: its strongest cells as a list, with the same actions, for keyboard and screen reader and for whoever prefers words.
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import type { KeyboardEvent, MouseEvent } from 'react';
import type { Heat } from '../../../../core/collaboration/report.ts';
import type { HeatNames } from '../../../../workers/client.ts';
import { ids } from '../../../testids.ts';
import type { Cell } from './arranging.ts';
import { brief, one, valueWords } from './heatWords.ts';

type Column = 'row' | 'col' | 'value';
export interface HeatListProps {
  readonly heat: Heat; readonly names: HeatNames;
  /** where they stand in the matrix, the strongest first */
  readonly cells: Uint32Array;
  /** whatever their names */
  readonly isAll: boolean;
  readonly chosen: Cell | null;
  onChoose(cell: Cell): void;
  /** in the picture */
  onShow(cell: Cell): void;
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
const ROW = 26, HEAD = 28;

export function HeatList({ heat, names, cells, isAll, chosen, onChoose, onShow }: HeatListProps) {
  const [sort, setSort] = useState<{ readonly by: Column; readonly down: boolean }>({ by: 'value', down: true });
  const [cursor, setCursor] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);
  const width = heat.cols.length;
  const items = useMemo(() => {
    const list = Array.from(cells, (at) => ({ row: Math.floor(at / width), col: at % width, value: heat.value[at]! }));
    const sign = sort.down ? -1 : 1;
    // the list comes sorted by value, and a stable sort keeps that order among equal names
    if (sort.by !== 'value') list.sort((a, b) => sign * (sort.by === 'row' ? collator.compare(names.rows[a.row]!, names.rows[b.row]!) : collator.compare(names.cols[a.col]!, names.cols[b.col]!)));
    else if (!sort.down) list.reverse();
    return list;
  }, [cells, heat, names, sort, width]);
  const virtual = useVirtualizer({ count: items.length, getScrollElement: () => scroller.current, estimateSize: () => ROW, overscan: 12, scrollMargin: HEAD, scrollPaddingStart: HEAD });
  const shown = virtual.getVirtualItems(), at = Math.min(cursor, items.length - 1), onScreen = shown.some(({ index }) => index === at);

  const go = (to: number): void => {
    const next = Math.max(0, Math.min(items.length - 1, to));
    setCursor(next);
    virtual.scrollToIndex(next, { align: 'auto' });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const here = items[at];
    if (event.target !== scroller.current || here === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const page = Math.max(1, Math.floor(((scroller.current?.clientHeight ?? 0) - HEAD) / ROW) - 1);
    const places: Readonly<Record<string, number>> = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: items.length - 1 };
    const to = places[event.key];
    if (to !== undefined) go(event.shiftKey && event.key.startsWith('Arrow') ? at + 10 * (to - at) : to);
    else if (event.key === ' ') onChoose(here);
    else if (event.key === 'Enter') { onChoose(here); if (event.shiftKey) onShow(here); }
    else return;
    event.preventDefault();
  };
  const lineOf = (event: MouseEvent): number => Number((event.target as Element).closest<HTMLElement>('[data-index]')?.dataset['index'] ?? -1);
  const onClick = (event: MouseEvent): void => {
    const index = lineOf(event), item = items[index];
    if (item === undefined) return;
    setCursor(index);
    onChoose(item);
  };
  const onDoubleClick = (event: MouseEvent): void => { const item = items[lineOf(event)]; if (item !== undefined) onShow(item); };
  const head = (by: Column, title: string) => (
    <span role="columnheader" aria-sort={sort.by !== by ? 'none' : sort.down ? 'descending' : 'ascending'}>
      <button type="button" className="button quiet small" title={title} onClick={() => setSort((now) => ({ by, down: now.by === by ? !now.down : by === 'value' }))}>
        <span className="truncate">{title}</span>{sort.by === by && <span aria-hidden="true">{sort.down ? '↓' : '↑'}</span>}
      </button>
    </span>
  );
  const [rowSide, colSide] = heat.of;
  return (
    <div ref={scroller} className="heat-list" role="grid" aria-label="Strongest cells" aria-rowcount={items.length + 1} aria-colcount={3} tabIndex={0} data-testid={ids.heatList}
      aria-activedescendant={onScreen ? `heat-cell-${at}` : undefined} onKeyDown={onKeyDown} onClick={onClick} onDoubleClick={onDoubleClick}>
      <div role="row" className="heat-line heat-list-head" aria-rowindex={1} style={{ height: HEAD }}>
        {head('row', one(rowSide))}
        {head('col', rowSide === colSide ? `other ${one(colSide)}` : one(colSide))}
        {head('value', heat.unit === '' ? 'value' : brief(heat.unit))}
      </div>
      {items.length === 0 ? <div role="row" className="heat-list-none"><span role="gridcell">{isAll ? 'Nothing above zero' : 'Nothing above zero by that name'}</span></div> : (
        <div role="presentation" className="grid-body" style={{ height: virtual.getTotalSize() }}>
          {shown.map(({ index, start }) => {
            const item = items[index]!;
            return (
              <div key={index} id={`heat-cell-${index}`} role="row" aria-rowindex={index + 2}
                aria-selected={chosen !== null && chosen.row === item.row && chosen.col === item.col} className={`heat-line${index === at ? ' cursor' : ''}`}
                data-index={index}
                style={{ transform: `translateY(${start - HEAD}px)`, height: ROW }}>
                <span role="gridcell" className="truncate" title={names.rows[item.row]}>{names.rows[item.row]}</span>
                <span role="gridcell" className="truncate" title={names.cols[item.col]}>{names.cols[item.col]}</span>
                <span role="gridcell" className="heat-value">
                  <span>{valueWords(item.value, '')}</span>
                  <span className="heat-bar" aria-hidden="true" style={{ width: `${(100 * item.value) / heat.max}%` }} />
                </span>
              </div>
            );
          })}
        </div>
      )}
    </div>
  );
}
