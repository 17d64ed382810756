// A virtual list of ACUs with one keyboard and one pointer behaviour wherever it stands: in the left pane, in the
// composition, as the graph's twin. Rows that only look are rendered by the caller; selection and cursor are shared.
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import type { KeyboardEvent, MouseEvent, PointerEvent, ReactNode } from 'react';
import type { AcuId } from '../../core/bytes.ts';
import { add } from '../app/actions.ts';
import { pointAt } from '../app/asking.ts';
import { moveTo, press, useSelection } from '../state/selection.ts';
import { useUi } from '../state/ui.ts';
import { useVerdicts } from '../state/verdicts.ts';

/** One line: an ACU, or a heading that belongs to none. */
export interface GridItem { readonly key: string; readonly acu: AcuId | null }

export interface AcuGridProps<Item extends GridItem> {
  readonly items: readonly Item[];
  readonly label: string;
  readonly testId: string;
  readonly idPrefix: string;
  readonly drag?: 'list' | 'composition';
  readonly rowHeight?: number;
  readonly onRange?: (from: number, to: number) => void;
  readonly onActivate?: (id: AcuId, at: number) => void;
  row(item: Item): ReactNode;
}

const find = (target: EventTarget | null): AcuId | null =>
  (target instanceof Element ? target.closest<HTMLElement>('[data-acu]')?.dataset['acu'] as AcuId | undefined : undefined) ?? null;

export function AcuGrid<Item extends GridItem>({ items, label, testId, idPrefix, drag, rowHeight = 26, onRange, onActivate, row }: AcuGridProps<Item>) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: items.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 12, getItemKey: (i) => items[i]!.key });
  const shown = virtual.getVirtualItems();
  const from = shown[0]?.index ?? 0, to = shown.at(-1)?.index ?? 0;
  useEffect(() => onRange?.(from, to), [onRange, from, to]);

  const cursor = useSelection((s) => s.cursor);
  const at = cursor === null ? -1 : items.findIndex((item) => item.acu === cursor);
  const onScreen = at >= from && at <= to;

  const order = (): readonly AcuId[] => items.flatMap((item) => item.acu ?? []);
  const go = (place: number, how: 'select' | 'extend' | 'keep'): void => {
    const ids = order();
    useSelection.setState((s) => moveTo(s, place, ids, how));
    const next = useSelection.getState().cursor;
    const line = items.findIndex((item) => item.acu === next);
    if (line >= 0) virtual.scrollToIndex(line, { align: 'auto' });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== scroller.current || event.altKey) return;
    const ids = order(), here = cursor === null ? -1 : ids.indexOf(cursor);
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1);
    const how = event.shiftKey ? 'extend' : event.ctrlKey || event.metaKey ? 'keep' : 'select';
    const places: Readonly<Record<string, number>> = {
      ArrowDown: here + 1, ArrowUp: here < 0 ? ids.length - 1 : here - 1, PageDown: here + page, PageUp: here - page, Home: 0, End: ids.length - 1,
    };
    const place = places[event.key];
    if (place !== undefined) { event.preventDefault(); go(place, how); return; }
    if (event.key === ' ' && (event.ctrlKey || event.metaKey) && cursor !== null) {
      event.preventDefault();
      useSelection.setState((s) => press(s, cursor, 'toggle', ids));
    }
  };
  const onClick = (event: MouseEvent): void => {
    const id = find(event.target);
    if (id === null || (event.target as Element).closest('button') !== null) return;
    const how = event.shiftKey ? 'range' : event.ctrlKey || event.metaKey ? 'toggle' : 'none';
    useSelection.setState((s) => press(s, id, how, order()));
    // the inspector shows what was touched last: an ACU, or what the composition became
    useUi.setState({ inspector: 'acu' });
  };
  const onDoubleClick = (event: MouseEvent): void => {
    const id = find(event.target);
    if (id !== null && (event.target as Element).closest('button') === null) (onActivate ?? ((one) => { void add([one], event.timeStamp); }))(id, event.timeStamp);
  };
  const onPointerOver = (event: PointerEvent): void => {
    if (useVerdicts.getState().carried === null && event.buttons === 0) pointAt(find(event.target), event.timeStamp);
  };

  return (
    <div ref={scroller} className="grid" role="grid" tabIndex={0} aria-label={label} aria-multiselectable="true" aria-rowcount={items.length}
      aria-activedescendant={cursor !== null && at >= 0 && onScreen ? `${idPrefix}${cursor}` : undefined}
      data-testid={testId} data-acus="" {...(drag === undefined ? {} : { 'data-drag': drag })}
      onKeyDown={onKeyDown} onClick={onClick} onDoubleClick={onDoubleClick} onPointerOver={onPointerOver} onPointerLeave={() => pointAt(null, 0)}>
      <div className="grid-body" role="presentation" style={{ height: virtual.getTotalSize() }}>
        {shown.map(({ index, start, key }) => (
          <div key={key} role="presentation" className="grid-line" style={{ transform: `translateY(${start}px)`, height: rowHeight }} data-index={index}>{row(items[index]!)}</div>
        ))}
      </div>
    </div>
  );
}
